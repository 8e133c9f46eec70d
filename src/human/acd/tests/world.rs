//! Follows the machine through a random day, does as it says, and checks after each step what must
//! always be true.

use std::collections::{BTreeMap, BTreeSet};

use super::office::{START, owned, skilled};
use super::random::Event;
use crate::human::*;

/// Three queues of the three kinds, four agents; some parts may be missing.
pub fn setup(strategies: u8, missing: u8) -> Setup {
    use Strategy::{Linear, LongestIdle, RingAll};
    let strategy = |at: u8| [LongestIdle, RingAll, Linear][usize::from((strategies + at) % 3)];
    let call_back = CallBackSetup {
        attempts: 2,
        kept_ms: 3_600_000,
        ..CallBackSetup::default()
    };
    let queue = |name: &str, at: u8| QueueSetup {
        strategy: strategy(at),
        call_back: call_back.clone(),
        ..QueueSetup::new(name)
    };
    let over = |after_ms, to| Some(Overflow { after_ms, to });
    let mut queues = vec![
        QueueSetup {
            overflow: over(40_000, OverflowTo::Queue("q1".into())),
            most_waiting: 4,
            ..queue("q0", 0)
        },
        QueueSetup {
            overflow: over(90_000, OverflowTo::Queue("q0".into())),
            ..queue("q1", 1)
        },
        QueueSetup {
            overflow: over(60_000, OverflowTo::Outside("sip:elsewhere".into())),
            longest_wait_ms: Some(50_000),
            wrap_up_ms: 0,
            ..queue("q2", 2)
        },
    ];
    let mut agents = vec![
        skilled("a0", &["q0"], &[]),
        skilled("a1", &["q1", "q0"], &["german"]),
        skilled("a2", &["q2", "q1"], &["german"]),
        skilled("a3", &["q0", "q1", "q2"], &[]),
    ];
    match missing {
        1 => drop(queues.pop()),
        2 => drop(queues.remove(0)),
        3 => drop(agents.pop()),
        4 => drop(agents.remove(0)),
        _ => {}
    }
    Setup { queues, agents }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Busy {
    Caller(String),
    Promise {
        promise: PromiseId,
        attempt: u32,
        answered: bool,
    },
}

/// The world as the machine's words make it, and what must be true in it.
pub struct World {
    pub acd: Acd,
    pub setup: Setup,
    pub now: Millis,
    pub disk: String,
    pub reachable: BTreeSet<String>,
    /// On duty, as was told to the machine, or as it told.
    pub state: BTreeMap<String, AgentState>,
    pub ringing: BTreeMap<OfferId, (String, Who)>,
    pub talking: BTreeMap<OfferId, (String, Busy)>,
    /// Every offer and every attempt there ever was.
    pub offers: Vec<OfferId>,
    pub attempts: Vec<(PromiseId, u32)>,
    /// When a promise was dialled last.
    pub dialled: BTreeMap<PromiseId, Millis>,
    /// When somebody was last rung for, or talked to, by an agent.
    pub had: BTreeMap<(String, Who), Millis>,
    /// Who entered and has not ended yet.
    pub waiting: BTreeSet<String>,
    /// The numbers they called from, and the queues they wanted.
    pub numbers: BTreeMap<String, Option<String>>,
    pub queues: BTreeMap<String, String>,
    /// Promises that are listed.
    pub promises: BTreeMap<PromiseId, Made>,
    pub over: BTreeSet<PromiseId>,
    pub open: bool,
    /// Calls whose place is kept, where, and since when.
    pub kept: BTreeMap<String, (String, Millis)>,
    pub newest: Option<(String, PromiseId)>,
}

/// A promise, as it was made.
#[derive(Debug, Clone, Default)]
pub struct Made {
    pub number: String,
    /// In which, and when it was said there last.
    pub call: Option<(String, Millis)>,
    pub attempts: u32,
    pub faults: u32,
    pub given_up: Option<Millis>,
}

impl World {
    pub fn new(setup: Setup) -> World {
        let mut world = World {
            acd: Acd::new(setup.clone(), None, START),
            setup,
            now: START,
            disk: String::new(),
            reachable: BTreeSet::new(),
            state: BTreeMap::new(),
            ringing: BTreeMap::new(),
            talking: BTreeMap::new(),
            offers: Vec::new(),
            attempts: Vec::new(),
            dialled: BTreeMap::new(),
            had: BTreeMap::new(),
            waiting: BTreeSet::new(),
            promises: BTreeMap::new(),
            over: BTreeSet::new(),
            numbers: BTreeMap::new(),
            queues: BTreeMap::new(),
            open: true,
            kept: BTreeMap::new(),
            newest: None,
        };
        world.follow(None, String::new());
        world.phones_on();
        world
    }

    pub fn happens(&mut self, event: Event) {
        let input = match event {
            Event::Pass(ms) => {
                self.now += u64::from(ms);
                Input::Tick
            }
            Event::Wake => {
                if let Some(at) = self.acd.deadline() {
                    assert!(at > self.now, "time does not lead on");
                    self.now = at;
                }
                Input::Tick
            }
            Event::TakeOver(missing) => return self.take_over(missing),
            Event::Restart { phones } => return self.restart(phones),
            event => match self.input(event) {
                Some(input) => input,
                None => return,
            },
        };
        self.give(input);
    }

    pub fn end_talk(&mut self, offer: OfferId) {
        self.give(Input::Ended {
            offer,
            caller_back: false,
        });
    }

    fn give(&mut self, input: Input) {
        let before = self.durable();
        self.acd.handle(self.now, input.clone());
        self.follow(Some(&input), before);
    }

    fn input(&mut self, event: Event) -> Option<Input> {
        let call = |n: u8| format!("c{n}");
        let agent = |n: u8| format!("a{n}");
        let number = |n: u8| format!("+{n}");
        let skills = |german| owned(if german { &["german"] } else { &[] });
        Some(match event {
            Event::Enter {
                call: c,
                queue,
                number: n,
                priority,
                german,
            } => Input::Enter(Entry {
                call: call(c),
                queue: format!("q{queue}"),
                number: n.map(number),
                priority,
                skills: skills(german),
                context: Context::default(),
            }),
            Event::Left { call: c, how } => {
                let ways = [Left::HungUp, Left::BackToBot, Left::Message, Left::LineLost];
                Input::Left {
                    call: call(c),
                    how: ways[usize::from(how)],
                }
            }
            Event::CallBack {
                call: c,
                queue,
                number: n,
                german,
            } => Input::CallBack {
                call: call(c),
                queue: format!("q{queue}"),
                number: number(n),
                priority: 0,
                skills: skills(german),
                context: Context::default(),
            },
            Event::CancelPromise(n) => {
                let promise = *pick(self.promises.keys(), n)?;
                Input::CancelCallBack { promise }
            }
            Event::CancelNumber(n) => Input::CancelCallBackOf { number: number(n) },
            Event::Phone {
                agent: a,
                reachable,
            } => {
                if reachable {
                    self.reachable.insert(agent(a));
                } else {
                    self.reachable.remove(&agent(a));
                }
                Input::Phone {
                    agent: agent(a),
                    reachable,
                }
            }
            Event::Ready(a) => Input::Ready { agent: agent(a) },
            Event::Pause(a) => Input::Pause {
                agent: agent(a),
                reason: "tea".into(),
            },
            Event::LogOut(a) => Input::LogOut { agent: agent(a) },
            Event::Offered { which, how } => Input::Offered {
                offer: *pick(self.ringing.keys(), which)?,
                how: phone(how),
            },
            Event::LateOffered { which, how } => Input::Offered {
                offer: *pick(self.offers.iter(), which)?,
                how: phone(how),
            },
            Event::Ended { which, back } => Input::Ended {
                offer: *pick(self.talking.keys(), which)?,
                caller_back: back,
            },
            Event::LateEnded { which, back } => Input::Ended {
                offer: *pick(self.offers.iter(), which)?,
                caller_back: back,
            },
            Event::Open(open) => Input::Open(open),
            Event::NotPromised => {
                let (call, promise) = self.newest.take()?;
                Input::NotPromised { call, promise }
            }
            Event::Dialled { which, how } => {
                let dialling = self.talking.values().filter_map(|(_, busy)| match busy {
                    Busy::Promise {
                        promise, attempt, ..
                    } => Some((*promise, *attempt)),
                    Busy::Caller(_) => None,
                });
                let (promise, attempt) = pick(dialling, which)?;
                Input::Dialled {
                    promise,
                    attempt,
                    how: dialled(how),
                }
            }
            Event::LateDialled { which, how } => {
                let (promise, attempt) = *pick(self.attempts.iter(), which)?;
                Input::Dialled {
                    promise,
                    attempt,
                    how: dialled(how),
                }
            }
            Event::Pass(_) | Event::Wake | Event::TakeOver(_) | Event::Restart { .. } => {
                return None;
            }
        })
    }

    fn phones_on(&mut self) {
        for agent in self.setup.agents.clone() {
            self.reachable.insert(agent.name.clone());
            self.give(Input::Phone {
                agent: agent.name,
                reachable: true,
            });
        }
    }

    fn restart(&mut self, phones: bool) {
        self.now += 1000;
        let saved = serde_json::from_str(&self.disk).unwrap();
        self.acd = Acd::new(self.setup.clone(), Some(saved), self.now);
        self.reachable.clear();
        self.state.clear();
        self.ringing.clear();
        self.talking.clear();
        self.waiting.clear();
        self.kept.clear();
        self.open = true;
        self.newest = None;
        self.promises.values_mut().for_each(|made| made.call = None);
        self.follow(None, String::new());
        if phones {
            self.phones_on();
        }
    }

    fn take_over(&mut self, missing: u8) {
        let before = self.durable();
        self.setup = setup(missing % 3, missing);
        self.acd.take_over(self.now, self.setup.clone());
        let there = self.acd.view(self.now).agents;
        self.reachable
            .retain(|name| there.iter().any(|a| a.name == *name));
        self.follow(None, before);
    }

    /// What must be on disk; times that only tell when it was asked for are left out.
    fn durable(&self) -> String {
        let mut saved = serde_json::to_value(self.acd.saved(self.now)).unwrap();
        for place in saved["places"].as_array_mut().unwrap() {
            if place["until"].is_null() {
                place["waited"] = 0.into();
            }
        }
        saved.to_string()
    }

    fn follow(&mut self, input: Option<&Input>, before: String) {
        let mut saved = false;
        let mut came_back = None;
        let who = |busy: &Busy| match busy {
            Busy::Caller(call) => Who::Caller(call.clone()),
            Busy::Promise { promise, .. } => Who::Promise(*promise),
        };
        let ringing = self.ringing.values().cloned();
        let talking = self
            .talking
            .values()
            .map(|(agent, busy)| (agent.clone(), who(busy)));
        for pair in ringing.chain(talking) {
            self.had.insert(pair, self.now);
        }
        match input {
            Some(Input::Open(open)) => self.open = *open,
            Some(Input::Enter(entry)) => {
                let (call, queue) = (entry.call.clone(), entry.queue.clone());
                let busy = Busy::Caller(call.clone());
                let talks = self.talking.values().any(|(_, b)| *b == busy);
                if !talks && !self.waiting.contains(&call) {
                    self.numbers.insert(call.clone(), entry.number.clone());
                    self.queues.insert(call, queue);
                }
            }
            Some(Input::Left { call, how }) => {
                self.waiting.remove(call);
                if how.ends_call() {
                    self.kept.remove(call);
                    self.newest = self.newest.take().filter(|(c, _)| c != call);
                    for made in self.promises.values_mut() {
                        made.call = made.call.take().filter(|(c, _)| c != call);
                    }
                }
                for (_, busy) in self.talking.values_mut() {
                    if *busy == Busy::Caller(call.clone()) {
                        *busy = Busy::Caller(String::new());
                    }
                }
            }
            Some(Input::Offered {
                offer,
                how: Offered::Accepted,
            }) => {
                // Answered below, by a Connect or a Dial, if it still counted.
                let _ = offer;
            }
            Some(Input::Offered { offer, how }) if *how != Offered::Answered => {
                self.ringing.remove(offer);
            }
            Some(Input::Ended { offer, caller_back }) => {
                if let Some((_, Busy::Caller(call))) = self.talking.remove(offer) {
                    came_back = caller_back.then_some(call);
                }
            }
            Some(Input::Dialled {
                promise,
                attempt,
                how,
            }) => {
                let same = |busy: &Busy| {
                    *busy
                        == Busy::Promise {
                            promise: *promise,
                            attempt: *attempt,
                            answered: false,
                        }
                };
                let found = self.talking.iter().find(|(_, (_, busy))| same(busy));
                if let Some(offer) = found.map(|(offer, _)| *offer) {
                    match how {
                        Dialled::NotReached(_) => drop(self.talking.remove(&offer)),
                        Dialled::NotTried(_) => {
                            self.talking.remove(&offer);
                            if let Some(made) = self.promises.get_mut(promise) {
                                made.faults += 1;
                            }
                        }
                        Dialled::Answered => {
                            if let Some((_, Busy::Promise { answered, .. })) =
                                self.talking.get_mut(&offer)
                            {
                                *answered = true;
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        while let Some(output) = self.acd.poll() {
            self.obey(output, input, &mut saved, came_back.as_deref());
        }
        if !saved && !before.is_empty() {
            assert_eq!(self.durable(), before, "changed without being saved");
        }
        self.check();
    }
}

fn pick<T>(from: impl Iterator<Item = T>, which: u8) -> Option<T> {
    let mut all: Vec<T> = from.collect();
    (!all.is_empty()).then(|| all.swap_remove(usize::from(which) % all.len()))
}

fn phone(how: u8) -> Offered {
    match how {
        0 | 1 => Offered::Answered,
        2 => Offered::Declined,
        3 => Offered::Busy,
        4 => Offered::NoAnswer,
        5 => Offered::Failed("488".into()),
        6 => Offered::Gone,
        _ => Offered::Accepted,
    }
}

fn dialled(how: u8) -> Dialled {
    match how {
        0 | 1 => Dialled::Answered,
        2 => Dialled::NotTried("503".into()),
        _ => Dialled::NotReached("busy".into()),
    }
}
