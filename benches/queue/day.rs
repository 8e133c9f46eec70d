//! Days at a company's phone, second by second: callers with patience, agents who ring, talk, wrap up, take
//! breaks, come and go. Who gives up is followed until it would have been their turn, so that what
//! they were told is judged as well.

use crate::chance::Chance;
use crate::methods::{Heard, METHODS, Methods};
use zeroline::human::Crowd;

/// The means of what the simulated people do, in seconds. Talks are log-normal, patience too.
const TALK: f64 = 240.0;
const TALK_SPREAD: f64 = 0.85;
const WRAP_UP: f64 = 15.0;
const RING: (f64, f64) = (2.0, 8.0);
const PATIENCE_SPREAD: f64 = 1.0;
/// What a company takes a conversation to be: the mean of everything above.
pub const CONFIGURED: f64 = TALK + WRAP_UP + (RING.0 + RING.1) / 2.0;
/// Days differ, and agents do.
const DAYS_DIFFER: f64 = 0.12;
const AGENTS_DIFFER: f64 = 0.15;
const BREAK_EVERY: (f64, f64) = (3600.0, 6000.0);
const BREAK: (f64, f64) = (420.0, 900.0);

const OPEN: u64 = 10 * 3600;
const NIGHT: u64 = 14 * 3600;

pub struct Scenario {
    pub name: &'static str,
    /// By the hour since the doors opened.
    pub callers_per_hour: [f64; 10],
    pub agents: [usize; 10],
    pub patience: f64,
}

/// What one caller heard, and when it was their turn or would have been.
pub struct Caller {
    pub waited: f64,
    pub heard: [Heard; METHODS],
}

struct Waiter {
    came: u64,
    gives_up: u64,
    gone: bool,
    rung: bool,
    heard: [Heard; METHODS],
    listener: crate::methods::Listener,
}

#[derive(Clone, Copy, PartialEq)]
enum Doing {
    Off { until: u64 },
    Free,
    Ringing { caller: u64, until: u64 },
    Talking { since: u64, until: u64 },
}

struct Agent {
    doing: Doing,
    pace: f64,
    next_break: u64,
}

/// Two days in a row: on the first one all methods learn, the callers of the second are returned,
/// without those who were put through at once.
pub fn play(scenario: &Scenario, seed: u64) -> Vec<Caller> {
    let mut chance = Chance::new(seed);
    let mut methods = Methods::default();
    let most = scenario.agents.iter().copied().max().unwrap_or(1);
    let paces: Vec<f64> = (0..most)
        .map(|_| chance.about(1.0, AGENTS_DIFFER))
        .collect();
    let mut day = |nth: u64| {
        let pace = chance.about(1.0, DAYS_DIFFER);
        let opens = nth * (OPEN + NIGHT);
        let agents = paces.iter().map(|agent| Agent {
            doing: Doing::Off { until: opens },
            pace: pace * agent,
            next_break: opens + chance.between(600.0, BREAK_EVERY.1) as u64,
        });
        let mut day = Day {
            agents: agents.collect(),
            scenario,
            opens,
            waiting: Vec::new(),
            done: Vec::new(),
            changes: 0,
        };
        day.play(&mut chance, &mut methods);
        day.done
    };
    day(0);
    day(1)
}

struct Day<'a> {
    scenario: &'a Scenario,
    opens: u64,
    agents: Vec<Agent>,
    /// In the order of arrival, also who gave up and would still wait.
    waiting: Vec<Waiter>,
    done: Vec<Caller>,
    /// Counts what changes waits.
    changes: u64,
}

impl Day<'_> {
    fn play(&mut self, chance: &mut Chance, methods: &mut Methods) {
        let mut now = self.opens;
        while now < self.opens + OPEN || self.waiting.iter().any(|waiter| !waiter.gone) {
            self.agents_go_on(now, chance, methods);
            self.callers_give_up(now, methods);
            self.somebody_calls(now, chance);
            self.agents_take(now, chance);
            self.callers_hear(now, methods);
            now += 1;
        }
    }

    fn hour(&self, now: u64) -> usize {
        ((now - self.opens) / 3600).min(9) as usize
    }

    fn agents_go_on(&mut self, now: u64, chance: &mut Chance, methods: &mut Methods) {
        let on_duty = self.scenario.agents[self.hour(now)];
        for (nth, agent) in self.agents.iter_mut().enumerate() {
            let before = agent.doing;
            match agent.doing {
                Doing::Talking { since, until } if now >= until => {
                    methods.served(now - since);
                    agent.doing = Doing::Free;
                }
                Doing::Ringing { caller, until } if now >= until => {
                    let taken = self.waiting.iter().position(|w| w.came == caller && w.rung);
                    agent.doing = match taken.map(|nth| self.waiting.remove(nth)) {
                        Some(waiter) => {
                            methods.left(now, now - waiter.came, true);
                            self.done.push(waiter.was_taken(now as f64));
                            let talk = chance.about(TALK * agent.pace, TALK_SPREAD) + WRAP_UP;
                            Doing::Talking {
                                since: now,
                                until: now + talk as u64,
                            }
                        }
                        None => Doing::Free,
                    };
                }
                Doing::Off { until } if now >= until && nth < on_duty => agent.doing = Doing::Free,
                _ => {}
            }
            if agent.doing == Doing::Free {
                if nth >= on_duty {
                    agent.doing = Doing::Off { until: now };
                } else if now >= agent.next_break {
                    let until = now + chance.between(BREAK.0, BREAK.1) as u64;
                    agent.doing = Doing::Off { until };
                    agent.next_break = until + chance.between(BREAK_EVERY.0, BREAK_EVERY.1) as u64;
                }
            }
            self.changes += u64::from(agent.doing != before);
        }
    }

    fn callers_give_up(&mut self, now: u64, methods: &mut Methods) {
        for waiter in &mut self.waiting {
            if !waiter.gone && now >= waiter.gives_up {
                waiter.gone = true;
                waiter.rung = false;
                methods.left(now, now - waiter.came, false);
                self.changes += 1;
            }
        }
    }

    fn somebody_calls(&mut self, now: u64, chance: &mut Chance) {
        let calls = self.scenario.callers_per_hour[self.hour(now)] / 3600.0;
        if now < self.opens + OPEN && chance.share() < calls {
            let patience = chance.about(self.scenario.patience, PATIENCE_SPREAD);
            self.waiting.push(Waiter {
                came: now,
                gives_up: now + patience as u64 + 1,
                gone: false,
                rung: false,
                heard: Default::default(),
                listener: Default::default(),
            });
        }
    }

    fn agents_take(&mut self, now: u64, chance: &mut Chance) {
        for agent in self.agents.iter_mut().filter(|a| a.doing == Doing::Free) {
            let ring = chance.between(RING.0, RING.1);
            // It would have been their turn.
            while let Some(nth) = self.waiting.iter().position(|w| !w.rung) {
                if !self.waiting[nth].gone {
                    break;
                }
                let waiter = self.waiting.remove(nth);
                self.done.push(waiter.was_taken(now as f64 + ring));
            }
            let Some(waiter) = self.waiting.iter_mut().find(|w| !w.rung) else {
                continue;
            };
            waiter.rung = true;
            self.changes += 1;
            agent.doing = Doing::Ringing {
                caller: waiter.came,
                until: now + ring as u64,
            };
        }
    }

    fn callers_hear(&mut self, now: u64, methods: &Methods) {
        let doing = || self.agents.iter().map(|agent| agent.doing);
        let staffed = doing().filter(|d| !matches!(d, Doing::Off { .. })).count();
        let free = doing().filter(|d| *d == Doing::Free).count();
        let busy: Vec<u64> = doing()
            .filter_map(|doing| match doing {
                Doing::Talking { since, .. } => Some(1000 * (now - since)),
                _ => None,
            })
            .collect();
        let mut ahead = 0;
        for waiter in &mut self.waiting {
            if waiter.gone {
                continue;
            }
            let crowd = || Crowd {
                ahead,
                staffed,
                free,
                busy: busy.clone(),
                waited: 1000 * (now - waiter.came),
            };
            // Whose agent is being rung is told nothing more.
            if !waiter.rung {
                let moment = crate::methods::Moment {
                    now,
                    waited: now - waiter.came,
                    position: ahead + 1,
                    staffed,
                    changes: self.changes,
                    crowd: &crowd,
                };
                methods.tell(&moment, &mut waiter.listener, &mut waiter.heard);
            }
            ahead += 1;
        }
    }
}

impl Waiter {
    fn was_taken(self, at: f64) -> Caller {
        Caller {
            waited: at - self.came as f64,
            heard: self.heard,
        }
    }
}
