//! Who is called: a server in this process, on loopback, with a dialplan of short answers, and what
//! it recorded of its calls.

use super::wire::Phone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zeroline::call::{Event, EventKind};
use zeroline::dialplan::Dialplan;
use zeroline::engines::Engines;
use zeroline::hear::{Expected, Sphinx, Vad};
use zeroline::line::sip::Agent;
use zeroline::lookup::Lookups;
use zeroline::record::{Store, Writer};
use zeroline::server::{Config, LINE_RATE, Parts, Plan, Server};
use zeroline::speak::say::Pronunciations;
use zeroline::speak::{Espeak, PromptBook, Speaker};
use zeroline::understand::Language;

/// The intent of whoever orders coffee.
pub const ORDER: &str = "order";
/// How many orders the dialplan has as examples.
const EXAMPLES: usize = 60;
/// Short, so that many turns fit into a minute.
const ANSWERS: [&str; 5] = [
    "Yes, every day.",
    "Of course.",
    "Right here.",
    "Yes, we do.",
    "All right.",
];

/// Somebody has to be named, and nobody is reached: who is referred there declines.
const NOBODY: &str = "sip:nobody@127.0.0.1:9";

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    language: &'a str,
    greeting: &'a str,
    human: Human<'a>,
    intent: Vec<Intent<'a>>,
}

#[derive(Serialize)]
struct Human<'a> {
    target: &'a str,
    say: &'a str,
}

#[derive(Serialize)]
struct Intent<'a> {
    name: &'a str,
    examples: Vec<String>,
    say: &'a str,
}

/// What callers of the clinic ask, and orders of coffee as one more intent; answered shortly, and
/// then the next question.
fn plan(clinic: &Dialplan, greeting: &str) -> Result<Dialplan, Box<dyn Error>> {
    let answers = ANSWERS.iter().copied().cycle();
    let mut intent: Vec<Intent> = clinic
        .intents
        .iter()
        .zip(answers)
        .map(|(intent, say)| Intent {
            name: &intent.name,
            examples: intent.examples.clone(),
            say,
        })
        .collect();
    intent.push(Intent {
        name: ORDER,
        examples: orders()?,
        say: "Coming up.",
    });
    let plan = File {
        name: "Bench",
        language: "en-US",
        greeting,
        human: Human {
            target: NOBODY,
            say: "One moment.",
        },
        intent,
    };
    let text = toml::to_string(&plan)?;
    let today = jiff::Zoned::now().date();
    let loaded = Dialplan::parse(&text, "the bench's dialplan", today);
    Ok(loaded.map_err(|error| error.pretty())?.dialplan)
}

#[derive(Deserialize)]
struct Coffee {
    phrases: Vec<String>,
    classes: BTreeMap<String, Vec<String>>,
}

/// Examples of orders: the phrases in turn, and in each slot the sayings of its class in turn.
fn orders() -> Result<Vec<String>, Box<dyn Error>> {
    let coffee: Coffee = toml::from_str(include_str!("../accuracy/coffee.toml"))?;
    let mut next: HashMap<&str, usize> = HashMap::new();
    let mut orders = BTreeSet::new();
    for phrase in coffee.phrases.iter().cycle().take(10 * EXAMPLES) {
        if orders.len() == EXAMPLES {
            break;
        }
        let mut order = phrase.clone();
        while let Some((name, sayings)) = coffee
            .classes
            .iter()
            .find(|(name, _)| order.contains(&format!("{{{name}}}")))
        {
            let at = next.entry(name).or_default();
            let saying = sayings
                .get(*at % sayings.len().max(1))
                .ok_or("an empty class of coffee")?;
            *at += 1;
            order = order.replacen(&format!("{{{name}}}"), saying, 1);
        }
        orders.insert(order);
    }
    Ok(orders.into_iter().collect())
}

/// A server that takes calls, and an agent to place them with.
pub struct Office {
    runtime: Runtime,
    agent: Agent,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    events: Arc<Writer>,
    records: TempDir,
    calls: AtomicUsize,
}

impl Office {
    /// With PocketSphinx and eSpeak NG; `greeting` is what callers hear first.
    pub fn open(clinic: &Dialplan, greeting: &str) -> Result<Office, Box<dyn Error>> {
        let dialplan = plan(clinic, greeting)?;
        let voice = Espeak::new(Language::EnglishUs.tag())?;
        let expected = Expected::from_phrases(&dialplan.phrases());
        let (sphinx, _) = Sphinx::new(None, &expected, &|word| voice.ipa(word).ok())?;
        let records = tempfile::tempdir()?;
        let none = Pronunciations::default();
        let speaker = Speaker::new(Box::new(voice), dialplan.language, none, records.path());
        let texts = dialplan.fixed_texts();
        let (prompts, failed) = PromptBook::prepare(&speaker, LINE_RATE, texts, &|_, _| {});
        if let Some((text, error)) = failed.first() {
            return Err(format!("\"{text}\" cannot be spoken: {error}").into());
        }
        let events = Arc::new(Writer::start(&Store::open(records.path()))?);
        let parts = Parts {
            config: Config {
                listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
                drain_seconds: 5,
                ..Config::default()
            },
            plan: Plan {
                dialplan: Arc::new(dialplan),
                prompts: Arc::new(prompts),
                engines: Engines {
                    lookups: Arc::new(Lookups::new()),
                    recogniser: Arc::new(sphinx),
                    speaker: Arc::new(speaker),
                    vad: Vad::Fvad,
                },
            },
            events: events.clone(),
        };
        let runtime = Runtime::new()?;
        let server = runtime.block_on(Server::start(parts))?;
        let address = server.address();
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (agent, _) = runtime.block_on(Agent::listen(anywhere, "caller"))?;
        let (stop, stopped) = oneshot::channel();
        let served = runtime.spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Ok(Office {
            runtime,
            agent,
            address,
            stop,
            served,
            events,
            records,
            calls: AtomicUsize::new(0),
        })
    }

    /// A new call, under a name of its own.
    pub fn call(&self) -> Result<Phone, Box<dyn Error + Send + Sync>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let target = format!("sip:bench@{}", self.address);
        let name = format!("caller{number}");
        Phone::call(self.runtime.handle(), &self.agent, &target, &name)
    }

    /// Ends what is left of the calls and reads what was recorded.
    pub fn close(self) -> Result<Records, Box<dyn Error>> {
        let _ = self.stop.send(());
        self.runtime.block_on(self.served)?;
        self.events.close();
        let store = Store::open(self.records.path());
        let mut records = Records::default();
        for call in store.list()?.calls {
            let address = call.caller.unwrap_or_default();
            let user = address
                .split_once("sip:")
                .and_then(|(_, a)| a.split_once('@'));
            let name = user.map(|(user, _)| user.to_owned()).unwrap_or_default();
            records.0.insert(name, store.find(&call.id)?.events);
        }
        Ok(records)
    }
}

/// The events of all calls, by the caller's name.
#[derive(Default)]
pub struct Records(HashMap<String, Vec<Event>>);

impl Records {
    /// What happened in a call from one of its milliseconds to another.
    pub fn between(
        &self,
        caller: &str,
        (from, to): (u64, u64),
    ) -> impl Iterator<Item = &EventKind> {
        let events = self.0.get(caller).into_iter().flatten();
        events
            .filter(move |event| (from..to).contains(&event.at_ms))
            .map(|event| &event.kind)
    }
}
