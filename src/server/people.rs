//! `zeroline.toml`: the queues, the agents and the telephone system beside us.

use super::trunks::Trunk;
use crate::call::Accept;
use crate::human::{AgentSetup, CallBackSetup, Overflow, OverflowTo, QueueSetup, Setup, Strategy};
use serde::Deserialize;
use std::collections::HashSet;

const fn seconds(seconds: u64) -> u64 {
    seconds * 1_000
}

/// Who takes callers, where they wait, and over whom we call out: what may change while the server runs.
#[derive(Debug, Clone, Default)]
pub struct People {
    pub queues: Vec<Queue>,
    pub agents: Vec<Agent>,
    pub trunks: Vec<Trunk>,
}

/// `[[queue]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    pub name: String,
    #[serde(default)]
    pub strategy: Strategy,
    /// By what an agent takes a call: `key` (1) or `answer`.
    #[serde(default)]
    pub accept: Accept,
    pub ring_seconds: Option<u64>,
    pub wrap_up_seconds: Option<u64>,
    pub most_waiting: Option<usize>,
    /// Who waits longer is told that it takes too long.
    pub longest_wait_minutes: Option<u64>,
    /// How long the place of a caller who was cut off is kept.
    pub keep_place_minutes: Option<u64>,
    pub overflow: Option<OverflowTable>,
    #[serde(default)]
    pub call_back: CallBack,
}

/// `[queue.overflow]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverflowTable {
    pub after_seconds: u64,
    /// Another queue,
    pub queue: Option<String>,
    /// or a SIP address.
    pub target: Option<String>,
}

/// `[queue.call_back]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallBack {
    /// It is offered when a longer wait is expected.
    pub offered_after_seconds: Option<u64>,
    pub attempts: Option<u32>,
    /// From one attempt to the next.
    pub retry_seconds: Option<u64>,
    pub kept_days: Option<u64>,
}

/// `[[agent]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Also the user by which their phone registers.
    pub name: String,
    pub queues: Vec<String>,
    #[serde(default)]
    pub skills: Vec<String>,
    /// Of a phone that registers with us,
    pub password: Option<Secret>,
    /// or where a phone is always reached, such as an extension of a PBX.
    pub address: Option<String>,
}

/// `[asterisk]`: the manager interface of an Asterisk whose queues callers are transferred to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asterisk {
    /// Host and port.
    pub address: String,
    pub user: String,
    pub secret: Secret,
}

/// What nobody should see: `$NAME` stands for an environment variable.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl TryFrom<String> for Secret {
    type Error = String;

    fn try_from(written: String) -> Result<Secret, String> {
        let Some(name) = written.strip_prefix('$') else {
            return Ok(Secret(written));
        };
        match std::env::var(name) {
            Ok(value) if !value.is_empty() => Ok(Secret(value)),
            _ => Err(format!(
                "the environment variable {name} is not set; set it where the server is started"
            )),
        }
    }
}

impl Queue {
    /// As it is where nothing else is written.
    pub fn named(name: &str) -> Queue {
        Queue {
            name: name.to_owned(),
            strategy: Strategy::default(),
            accept: Accept::default(),
            ring_seconds: None,
            wrap_up_seconds: None,
            most_waiting: None,
            longest_wait_minutes: None,
            keep_place_minutes: None,
            overflow: None,
            call_back: CallBack::default(),
        }
    }
}

/// Where nothing is written: one queue, and the phone on this machine that the bundled dialplan is for.
pub fn by_default() -> (Vec<Queue>, Vec<Agent>) {
    let queue = Queue::named("front-desk");
    let agent = Agent {
        name: "front-desk".to_owned(),
        queues: vec![queue.name.clone()],
        skills: Vec::new(),
        password: None,
        address: Some("sip:frontdesk@127.0.0.1:5080".to_owned()),
    };
    (vec![queue], vec![agent])
}

/// What the queue machine is made of, or what is wrong with it.
pub fn setup(queues: &[Queue], agents: &[Agent]) -> Result<Setup, String> {
    let mut names = HashSet::new();
    for queue in queues {
        if queue.name.trim().is_empty() || !names.insert(queue.name.as_str()) {
            return Err(format!(
                "[[queue]] name = \"{}\": each queue needs a name of its own",
                queue.name
            ));
        }
    }
    let known = || match names.is_empty() {
        true => "none".to_owned(),
        false => names.iter().copied().collect::<Vec<_>>().join(", "),
    };
    let mut agent_names = HashSet::new();
    for agent in agents {
        check(agent, &mut agent_names)?;
        if let Some(queue) = agent.queues.iter().find(|q| !names.contains(q.as_str())) {
            return Err(format!(
                "[[agent]] name = \"{}\": there is no [[queue]] \"{queue}\"; there are: {}",
                agent.name,
                known()
            ));
        }
    }
    let queues = queues.iter().map(|queue| {
        let overflow = queue.overflow.as_ref().map(overflow).transpose();
        let overflow =
            overflow.map_err(|why| format!("[[queue]] name = \"{}\": {why}", queue.name))?;
        if let Some(OverflowTo::Queue(to)) = overflow.as_ref().map(|o| &o.to)
            && !names.contains(to.as_str())
        {
            return Err(format!(
                "[[queue]] name = \"{}\": callers cannot overflow to \"{to}\"; there are: {}",
                queue.name,
                known()
            ));
        }
        Ok(queue.setup(overflow))
    });
    Ok(Setup {
        queues: queues.collect::<Result<_, String>>()?,
        agents: agents
            .iter()
            .map(|agent| AgentSetup {
                name: agent.name.clone(),
                queues: agent.queues.clone(),
                skills: agent.skills.clone(),
            })
            .collect(),
    })
}

fn check<'a>(agent: &'a Agent, names: &mut HashSet<&'a str>) -> Result<(), String> {
    let name = &agent.name;
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || !name.chars().all(fits) {
        return Err(format!(
            "[[agent]] name = \"{name}\": their phone registers by it, so write letters, digits, '-', '_' and '.' only"
        ));
    }
    if !names.insert(name) {
        return Err(format!(
            "[[agent]] name = \"{name}\": there are two of them"
        ));
    }
    match (&agent.password, &agent.address) {
        (None, None) | (Some(_), Some(_)) => Err(format!(
            "[[agent]] name = \"{name}\": write either password = \"…\" (their phone registers with us) or \
             address = \"sip:…\" (where it is always reached)"
        )),
        (Some(password), None) if password.reveal().len() < 8 => Err(format!(
            "[[agent]] name = \"{name}\": the password is too short; write at least 8 characters"
        )),
        (None, Some(address)) if !is_sip(address) => Err(format!(
            "[[agent]] name = \"{name}\": address = \"{address}\" is no SIP address; write it like sip:201@192.0.2.10"
        )),
        _ => Ok(()),
    }
}

fn is_sip(address: &str) -> bool {
    rsipstack::sip::Uri::try_from(address).is_ok_and(|uri| uri.scheme.is_some())
}

fn overflow(table: &OverflowTable) -> Result<Overflow, String> {
    let to = match (&table.queue, &table.target) {
        (Some(queue), None) => OverflowTo::Queue(queue.clone()),
        (None, Some(target)) if is_sip(target) => OverflowTo::Outside(target.clone()),
        (None, Some(target)) => {
            return Err(format!(
                "callers cannot overflow to \"{target}\": it is no SIP address"
            ));
        }
        _ => {
            return Err(
                "[queue.overflow] needs either queue = \"…\" or target = \"sip:…\"".to_owned(),
            );
        }
    };
    Ok(Overflow {
        after_ms: seconds(table.after_seconds),
        to,
    })
}

impl Queue {
    fn setup(&self, overflow: Option<Overflow>) -> QueueSetup {
        let plain = QueueSetup::new(&self.name);
        let usual = plain.call_back;
        let minutes = |minutes: Option<u64>| minutes.map(|minutes| seconds(minutes * 60));
        let or = |written: Option<u64>, usual: u64| written.map_or(usual, seconds);
        QueueSetup {
            strategy: self.strategy,
            ring_ms: or(self.ring_seconds, plain.ring_ms),
            wrap_up_ms: or(self.wrap_up_seconds, plain.wrap_up_ms),
            most_waiting: self.most_waiting.unwrap_or(plain.most_waiting),
            longest_wait_ms: minutes(self.longest_wait_minutes).or(plain.longest_wait_ms),
            overflow,
            call_back: CallBackSetup {
                offered_after_ms: or(self.call_back.offered_after_seconds, usual.offered_after_ms),
                attempts: self.call_back.attempts.unwrap_or(usual.attempts),
                retry_ms: or(self.call_back.retry_seconds, usual.retry_ms),
                kept_ms: minutes(self.call_back.kept_days.map(|days| days * 24 * 60))
                    .unwrap_or(usual.kept_ms),
            },
            kept_place_ms: minutes(self.keep_place_minutes).unwrap_or(plain.kept_place_ms),
            name: plain.name,
        }
    }
}
