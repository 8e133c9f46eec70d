//! Plays callers and phones, keeps the disk, and says in short words what the machine wants.

use std::collections::BTreeMap;

use crate::human::*;

pub const START: Millis = 1_700_000_000_000;

pub struct Office {
    pub acd: Acd,
    pub setup: Setup,
    pub now: Millis,
    /// As it was when the last `Save` was met.
    pub disk: String,
    pub ringing: BTreeMap<String, (OfferId, Who)>,
    pub talking: BTreeMap<String, (OfferId, Who)>,
    attempts: BTreeMap<PromiseId, u32>,
    numbers: BTreeMap<PromiseId, String>,
    positions: BTreeMap<String, usize>,
    offered: BTreeMap<String, bool>,
    /// Who has just said so.
    accepting: Option<String>,
}

pub fn agent(name: &str, queues: &[&str]) -> AgentSetup {
    AgentSetup {
        name: name.into(),
        queues: owned(queues),
        skills: Vec::new(),
    }
}

pub fn skilled(name: &str, queues: &[&str], skills: &[&str]) -> AgentSetup {
    AgentSetup {
        skills: owned(skills),
        ..agent(name, queues)
    }
}

pub fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|t| t.to_string()).collect()
}

pub fn entry(call: &str, queue: &str) -> Entry {
    Entry {
        call: call.into(),
        queue: queue.into(),
        number: Some(format!("+49{call}")),
        priority: 0,
        skills: Vec::new(),
        context: Context {
            why: format!("{call} asked for a person"),
            ..Context::default()
        },
    }
}

impl Office {
    /// Everybody's phone is on.
    pub fn open(queues: Vec<QueueSetup>, agents: Vec<AgentSetup>) -> Office {
        let setup = Setup { queues, agents };
        let mut office = Office::from(setup, None, START);
        office.phones_on();
        office
    }

    /// One queue, "sales".
    pub fn sales(agents: &[&str]) -> Office {
        let agents = agents.iter().map(|a| agent(a, &["sales"])).collect();
        Office::open(vec![QueueSetup::new("sales")], agents)
    }

    pub fn from(setup: Setup, saved: Option<Saved>, now: Millis) -> Office {
        let mut office = Office {
            acd: Acd::new(setup.clone(), saved, now),
            setup,
            now,
            disk: String::new(),
            ringing: BTreeMap::new(),
            talking: BTreeMap::new(),
            attempts: BTreeMap::new(),
            numbers: BTreeMap::new(),
            positions: BTreeMap::new(),
            offered: BTreeMap::new(),
            accepting: None,
        };
        office.play();
        office
    }

    /// The server is killed, and started again after a while. Phones are off.
    pub fn restart(&mut self, after_s: u64) {
        let saved = serde_json::from_str(&self.disk).unwrap();
        let numbers = std::mem::take(&mut self.numbers);
        let now = self.now + after_s * 1000;
        *self = Office::from(self.setup.clone(), Some(saved), now);
        self.numbers = numbers;
    }

    pub fn phones_on(&mut self) -> Vec<String> {
        let names: Vec<String> = self.setup.agents.iter().map(|a| a.name.clone()).collect();
        names
            .iter()
            .flat_map(|name| self.phone(name, true))
            .collect()
    }

    pub fn input(&mut self, input: Input) -> Vec<String> {
        if let Input::Offered {
            offer,
            how: Offered::Accepted,
        } = &input
        {
            let ringing = self.ringing.iter().find(|(_, (o, _))| o == offer);
            let accepting = ringing.map(|(name, _)| name.clone());
            self.accepting = accepting.or(self.accepting.take());
        }
        self.acd.handle(self.now, input);
        self.play()
    }

    /// Time passes; the machine is woken when it asked for it, and at the end.
    pub fn pass(&mut self, seconds: u64) -> Vec<String> {
        let until = self.now + seconds * 1000;
        let mut said = Vec::new();
        while let Some(at) = self.acd.deadline().filter(|at| *at < until) {
            assert!(at > self.now, "time does not lead on");
            self.now = at;
            said.extend(self.input(Input::Tick));
        }
        self.now = until;
        said.extend(self.input(Input::Tick));
        said
    }

    pub fn enter(&mut self, call: &str) -> Vec<String> {
        self.input(Input::Enter(entry(call, "sales")))
    }

    pub fn leave(&mut self, call: &str, how: Left) -> Vec<String> {
        self.input(Input::Left {
            call: call.into(),
            how,
        })
    }

    pub fn phone(&mut self, name: &str, reachable: bool) -> Vec<String> {
        self.input(Input::Phone {
            agent: name.into(),
            reachable,
        })
    }

    pub fn ready(&mut self, name: &str) -> Vec<String> {
        self.input(Input::Ready { agent: name.into() })
    }

    pub fn pause(&mut self, name: &str, reason: &str) -> Vec<String> {
        self.input(Input::Pause {
            agent: name.into(),
            reason: reason.into(),
        })
    }

    pub fn log_out(&mut self, name: &str) -> Vec<String> {
        self.input(Input::LogOut { agent: name.into() })
    }

    /// What the phone that rings does.
    pub fn does(&mut self, name: &str, how: Offered) -> Vec<String> {
        let (offer, _) = self
            .ringing
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is not rung"));
        self.accepting = Some(name.to_owned());
        self.input(Input::Offered { offer, how })
    }

    pub fn accepts(&mut self, name: &str) -> Vec<String> {
        self.does(name, Offered::Accepted)
    }

    pub fn ends(&mut self, name: &str) -> Vec<String> {
        self.over(name, false)
    }

    /// The agent's line is lost, the caller's is not.
    pub fn loses(&mut self, name: &str) -> Vec<String> {
        self.over(name, true)
    }

    fn over(&mut self, name: &str, caller_back: bool) -> Vec<String> {
        let talk = self.talking.remove(name);
        let (offer, _) = talk.unwrap_or_else(|| panic!("{name} is not talking"));
        self.input(Input::Ended { offer, caller_back })
    }

    pub fn promise(&mut self, call: &str) -> Vec<String> {
        let Entry {
            queue,
            number,
            priority,
            skills,
            context,
            ..
        } = entry(call, "sales");
        let number = number.unwrap();
        self.input(Input::CallBack {
            call: call.into(),
            queue,
            number,
            priority,
            skills,
            context,
        })
    }

    /// The number that is being called by this agent.
    pub fn customer(&mut self, agent: &str, how: Dialled) -> Vec<String> {
        let (_, who) = self
            .talking
            .get(agent)
            .unwrap_or_else(|| panic!("{agent} calls nobody"));
        let Who::Promise(promise) = who.clone() else {
            panic!("{agent} talks to a caller")
        };
        if how != Dialled::Answered {
            self.talking.remove(agent);
        }
        let attempt = self.attempts[&promise];
        self.input(Input::Dialled {
            promise,
            attempt,
            how,
        })
    }

    pub fn not_reached() -> Dialled {
        Dialled::NotReached("busy".into())
    }

    /// And the call is over in which that was promised.
    pub fn promise_and_hang_up(&mut self, call: &str) -> Vec<String> {
        self.promise(call);
        self.leave(call, Left::HungUp)
    }

    pub fn opens(&mut self, open: bool) -> Vec<String> {
        self.input(Input::Open(open))
    }

    pub fn picks_up(&mut self, name: &str) -> Vec<String> {
        let (offer, _) = self.ringing[name].clone();
        self.input(Input::Offered {
            offer,
            how: Offered::Answered,
        })
    }

    pub fn state(&self, name: &str) -> AgentState {
        let view = self.acd.view(self.now);
        view.agents
            .into_iter()
            .find(|a| a.name == name)
            .unwrap()
            .state
    }

    pub fn offered_call_back(&self, call: &str) -> bool {
        self.offered[call]
    }

    pub fn rung(&self) -> Vec<&str> {
        self.ringing.keys().map(String::as_str).collect()
    }

    pub fn waiting(&self, queue: &str) -> Vec<String> {
        let view = self.acd.view(self.now);
        let queue = view.queues.into_iter().find(|q| q.name == queue).unwrap();
        queue.waiting.into_iter().map(|w| w.call).collect()
    }

    pub fn promises(&self) -> Vec<String> {
        self.acd
            .view(self.now)
            .promises
            .into_iter()
            .map(|p| p.number)
            .collect()
    }

    fn play(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        let mut saved = false;
        while let Some(output) = self.acd.poll() {
            saved |= output == Output::Save;
            if matches!(
                output,
                Output::Dial { .. } | Output::Promised { .. } | Output::Kept { .. }
            ) {
                assert!(saved, "not saved before {output:?}");
            }
            said.extend(self.play_one(output));
        }
        said
    }

    fn play_one(&mut self, output: Output) -> Option<String> {
        Some(match output {
            Output::Save => {
                self.disk = serde_json::to_string(&self.acd.saved(self.now)).unwrap();
                return None;
            }
            Output::Offering { .. } | Output::Agent { .. } => return None,
            Output::Ring(Ring {
                offer, agent, who, ..
            }) => {
                let whom = self.name(&who);
                let before = self.ringing.insert(agent.clone(), (offer, who));
                assert!(before.is_none(), "{agent} is rung twice");
                format!("ring {agent} for {whom}")
            }
            Output::Stop { offer, why } => {
                let found = self.ringing.iter().find(|(_, (o, _))| *o == offer);
                let Some(name) = found.map(|(name, _)| name.clone()) else {
                    return Some(format!("stop {offer:?}: {why:?}"));
                };
                self.ringing.remove(&name);
                format!("stop {name}: {why:?}")
            }
            Output::Connect { offer, agent, call } => {
                self.ringing.remove(&agent);
                self.talking
                    .insert(agent.clone(), (offer, Who::Caller(call.clone())));
                format!("join {agent} and {call}")
            }
            Output::Dial {
                promise,
                offer,
                number,
                attempt,
            } => {
                // Who accepts does not ring any more.
                let agent = self.accepting.take().expect("nobody accepts");
                self.ringing.remove(&agent);
                self.talking
                    .insert(agent.clone(), (offer, Who::Promise(promise)));
                self.attempts.insert(promise, attempt);
                format!("{agent} calls {number}, attempt {attempt}")
            }
            Output::Entered {
                call,
                place,
                kept,
                offer_call_back,
            } => {
                self.offered.insert(call.clone(), offer_call_back);
                self.positions.insert(call.clone(), place.position);
                let again = if kept { " again" } else { "" };
                format!("{call} is {}{again}", place.position)
            }
            Output::Update {
                call,
                place,
                offer_call_back,
            } => {
                self.offered.insert(call.clone(), offer_call_back);
                if self.positions.insert(call.clone(), place.position) == Some(place.position) {
                    return None;
                }
                format!("{call} is now {}", place.position)
            }
            Output::Refused { call, why } => format!("{call} refused: {why:?}"),
            Output::NotTaken { call, agent, why } => format!("{agent} did not take {call}: {why}"),
            Output::Moved { call, queue, place } => {
                self.positions.insert(call.clone(), place.position);
                format!("{call} moved to {queue} as {}", place.position)
            }
            Output::Outside { call, to } => format!("{call} goes to {to}"),
            Output::Promised {
                call,
                promise,
                place,
                ..
            } => {
                let number = self.acd.view(self.now).promises;
                let number = number
                    .into_iter()
                    .find(|p| p.promise == promise)
                    .unwrap()
                    .number;
                self.numbers.insert(promise, number);
                format!("{call} promised as {place}")
            }
            Output::Cancelled { number, .. } => format!("cancelled {number}"),
            Output::Kept { promise } => format!("kept {}", self.numbers[&promise]),
            Output::Broken { number, why, .. } => format!("broken {number}: {why}"),
            Output::Forgotten { promise } => format!("forgot {}", self.numbers[&promise]),
        })
    }

    fn name(&self, who: &Who) -> String {
        match who {
            Who::Caller(call) => call.clone(),
            Who::Promise(promise) => self.numbers[promise].clone(),
        }
    }
}
