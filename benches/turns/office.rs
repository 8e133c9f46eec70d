//! Who is called: a server in this process, on loopback, with a dialplan of short answers, and what
//! it recorded of its calls.

use super::wire::Phone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use zeroline::call::{Event, EventKind, Music};
use zeroline::dialplan::Dialplan;
use zeroline::engines::Engines;
use zeroline::hear::{Expected, Sphinx, Vad};
use zeroline::line::sip::Agent;
use zeroline::lookup::Lookups;
use zeroline::record::{Store, Writer};
use zeroline::server::{Config, Parts, Plan, Server};
use zeroline::speak::say::Pronunciations;
use zeroline::speak::{Espeak, PromptBook, Speaker};
use zeroline::understand::Language;

/// The intent of whoever orders coffee.
pub const ORDER: &str = "order";
/// The class of ways to ask for it.
const ASK: &str = "ask";
/// A missing sugar is no reason to ask: every order is answered at once.
const NEVER: &str = "called = \"nobody\"";
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ask: BTreeMap<String, Ask<'a>>,
    say: &'a str,
}

/// What is understood where it is said.
#[derive(Serialize)]
struct Ask<'a> {
    say: &'a str,
    r#type: &'a str,
    choices: Vec<String>,
    when: &'a str,
}

/// What callers of the clinic ask, and orders of coffee as one more intent; answered shortly, and
/// then the next question.
fn plan(clinic: &Dialplan, greeting: &str) -> Result<Dialplan, Box<dyn Error>> {
    let answers = ANSWERS.iter().copied().cycle();
    let mut intent: Vec<Intent> = clinic
        .intents
        .iter()
        // What is built in has no examples of the dialplan's.
        .filter(|intent| !intent.examples.is_empty())
        .zip(answers)
        .map(|(intent, say)| Intent {
            name: &intent.name,
            examples: intent.examples.clone(),
            ask: BTreeMap::new(),
            say,
        })
        .collect();
    let coffee: Coffee = toml::from_str(include_str!("../accuracy/coffee.toml"))?;
    intent.push(Intent {
        name: ORDER,
        examples: coffee.examples()?,
        ask: coffee.slots(),
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

impl Coffee {
    /// The phrases, each with two of the ways to ask, and with their slots.
    fn examples(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let ways = self.classes.get(ASK).ok_or("nobody asks for coffee")?;
        let phrases = self.phrases.iter().chain(&self.phrases);
        let with = |(phrase, way): (&String, &String)| phrase.replace("{ask}", way);
        Ok(phrases.zip(ways.iter().cycle()).map(with).collect())
    }

    fn slots(&self) -> BTreeMap<String, Ask<'_>> {
        let slots = self.classes.keys().filter(|name| {
            let braces = format!("{{{name}}}");
            *name != ASK && self.phrases.iter().any(|phrase| phrase.contains(&braces))
        });
        let ask = |name: &String| Ask {
            say: "Which?",
            r#type: "choice",
            choices: self.sayings(name),
            when: NEVER,
        };
        slots.map(|name| (name.clone(), ask(name))).collect()
    }

    /// Every way to say a class, those in it spelled out.
    fn sayings(&self, name: &str) -> Vec<String> {
        let mut whole: Vec<String> = self.classes.get(name).cloned().unwrap_or_default();
        while let Some(at) = whole.iter().position(|saying| saying.contains('{')) {
            let saying = whole.remove(at);
            let (before, rest) = saying.split_once('{').unwrap_or_default();
            let (inner, after) = rest.split_once('}').unwrap_or_default();
            let all = self.classes.get(inner).into_iter().flatten();
            whole.extend(all.map(|one| format!("{before}{one}{after}")));
        }
        whole.sort();
        whole.dedup();
        whole
    }
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
        let expected = Expected::new(&dialplan.phrases(), &dialplan.classes())?;
        let (sphinx, _) = Sphinx::new(None, &expected, &|word| voice.ipa(word).ok())?;
        let records = tempfile::tempdir()?;
        let none = Pronunciations::default();
        let speaker = Speaker::new(Box::new(voice), dialplan.language, none, records.path());
        let texts = dialplan.fixed_texts();
        let (prompts, failed) = PromptBook::prepare(&speaker, texts, &|_, _| {});
        if let Some((text, error)) = failed.first() {
            return Err(format!("\"{text}\" cannot be spoken: {error}").into());
        }
        let events = Arc::new(Writer::start(&Store::open(records.path()))?);
        let parts = Parts {
            config: Config {
                listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
                data: records.path().to_owned(),
                drain_seconds: 5,
                ..Config::default()
            },
            plan: Plan {
                music: Music::built_in(),
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
