//! A company with one server, made for a test: nobody waits for long texts.
#![allow(dead_code)]

use super::common::{Served, zeroline};
use super::handset::{Handset, LIMIT};
use serde_json::Value;
use std::net::SocketAddr;
use std::process::Output;
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "a-long-secret";

pub const PLAN: &str = r#"
name = "Desk"
language = "en-US"
greeting = "Hello."
goodbye = "Bye."
[human]
queue = "desk"
say = "Yes."
[[intent]]
name = "hours"
called = "opening hours"
examples = ["when are you open", "what are your opening hours", "what time do you close today", "how late are you open", "are you open on saturday"]
ask.customer = { say = "Number?", type = "digits", length = 2 }
say = "Yes."
then = "human"
[[intent]]
name = "address"
called = "the address"
examples = ["where are you located", "what is your address", "how do I get to you", "can you give me directions"]
say = "Here."
"#;

/// A queue, and agents whose phones are at these addresses.
pub fn people(queue: &str, agents: &[(&str, SocketAddr)]) -> String {
    let mut config = format!("[[queue]]\nname = \"desk\"\nwrap_up_seconds = 0\n{queue}\n");
    for (name, address) in agents {
        config.push_str(&format!(
            "[[agent]]\nname = \"{name}\"\nqueues = [\"desk\"]\naddress = \"sip:{name}@{address}\"\n"
        ));
    }
    config
}

/// Callers are joined as soon as an agent picks up.
pub const ANSWER: &str = "accept = \"answer\"";

pub struct Office {
    pub served: Served,
}

impl Office {
    pub fn open(queue: &str, agents: &[(&str, &Handset)]) -> Office {
        let agents: Vec<_> = agents.iter().map(|(name, p)| (*name, p.address)).collect();
        Office::with(&people(queue, &agents))
    }

    pub fn with(config: &str) -> Office {
        Office {
            served: Served::with(PLAN, config),
        }
    }

    /// Somebody calls and wants a person.
    #[track_caller]
    pub fn caller(&self, number: &str) -> Handset {
        let caller = Handset::call(self.served.address, number);
        self.wait(number, "call_started");
        caller.sound.press('0');
        caller
    }

    /// The same; they wait in the queue when this returns.
    #[track_caller]
    pub fn waiting(&self, number: &str) -> Handset {
        let caller = self.caller(number);
        self.wait(number, "queued");
        caller
    }

    /// What happened in the calls from a number, in order.
    pub fn events_of(&self, number: &str) -> Vec<Value> {
        let events = self.served.events();
        let from = format!("sip:{number}@");
        let is_theirs = |event: &&Value| {
            let named = |key: &str| event[key].as_str().is_some_and(|who| who.contains(&from));
            event["event"] == "call_started" && (named("caller") || named("called"))
        };
        let calls: Vec<&Value> = events
            .iter()
            .filter(is_theirs)
            .map(|e| &e["call"])
            .collect();
        let theirs = events.iter().filter(|e| calls.contains(&&e["call"]));
        theirs.cloned().collect()
    }

    pub fn count(&self, number: &str, kind: &str) -> usize {
        let events = self.events_of(number);
        events.iter().filter(|e| e["event"] == kind).count()
    }

    #[track_caller]
    pub fn wait(&self, number: &str, kind: &str) -> Value {
        self.wait_for(number, kind, |_| true)
    }

    #[track_caller]
    pub fn wait_end(&self, number: &str, reason: &str) {
        self.wait_for(number, "call_ended", |e| e["reason"] == reason);
    }

    /// The first such event.
    #[track_caller]
    pub fn wait_for(&self, number: &str, kind: &str, is: impl Fn(&Value) -> bool) -> Value {
        self.wait_until(&format!("{number}: {kind}"), || {
            let mut events = self.events_of(number).into_iter();
            events.find(|e| e["event"] == kind && is(e))
        })
    }

    #[track_caller]
    pub fn wait_until<T>(&self, what: &str, get: impl Fn() -> Option<T>) -> T {
        let limit = Instant::now() + LIMIT;
        loop {
            if let Some(got) = get() {
                return got;
            }
            assert!(
                Instant::now() < limit,
                "never: {what}\n{:#?}\n{}",
                self.served.events(),
                self.served.log()
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// A command that asks the running server.
    pub fn run(&self, args: &[&str]) -> Output {
        let output = zeroline()
            .args(args)
            .arg("--data")
            .arg(self.served.data())
            .output();
        output.unwrap()
    }

    #[track_caller]
    pub fn ask(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {text}{errors}");
        text
    }

    pub fn view(&self) -> Value {
        serde_json::from_str(&self.ask(&["queue", "--json"])).unwrap()
    }

    /// What an agent is doing.
    pub fn state(&self, agent: &str) -> Value {
        let view = self.view();
        let agents = view["agents"].as_array().unwrap();
        let found = agents.iter().find(|a| a["name"] == agent).unwrap();
        found["state"].clone()
    }

    #[track_caller]
    pub fn wait_state(&self, agent: &str, state: &str) {
        self.wait_until(&format!("{agent} is {state}"), || {
            (self.state(agent) == *state).then_some(())
        });
    }

    pub fn promises(&self) -> Vec<Value> {
        self.view()["promises"].as_array().unwrap().clone()
    }
}
