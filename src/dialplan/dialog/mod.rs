//! One caller's conversation: what they said so far, and what comes next.
//!
//! [`Dialog`] takes what the caller said, keyed in or did not say, and what systems answered, and gives a
//! [`Turn`]: what to say and what to do then. It hears no sound, waits for nothing and reads no clock.
//! `machine` has its steps, which the check walks through as well; `meaning` tells what words mean at a
//! place; `memory` keeps what is known; `wording` has the words of a turn.

pub(super) mod built_in;
pub(super) mod call_back;
mod keyed;
pub(super) mod machine;
mod meaning;
mod memory;
mod state;
mod waiting;
mod wording;

pub use keyed::Keys;
pub use meaning::Meaning;

use super::{Completeness, Dialplan, Lookup, Text};
use crate::understand::values::{Kind, Value};
use crate::understand::{self, Match};
use jiff::Timestamp;
use machine::{After, Mark, Place, Sign, State};
use meaning::Reading;
use memory::{Memory, Now};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A question that was put so often without settling its matter is left to a person.
const MOST_PUT: u8 = 5;
/// Turns that a caller can go back through.
const REMEMBERED: usize = 16;

#[derive(Debug)]
pub struct Dialog {
    plan: Arc<Dialplan>,
    world: World,
    state: State,
    memory: Memory,
    /// What was said in this turn, and where it led; the last at the end.
    turns: Vec<(State, Vec<(Text, bool)>)>,
    /// How often each was said.
    no_inputs: usize,
    no_matches: usize,
    helps: usize,
    /// How often each question was put.
    questions: HashMap<Place, u8>,
    /// They are in a queue.
    waits: bool,
    /// They were told what there is instead of a person, and it still stands.
    offered: bool,
    /// The intent by whose answer they came to a person.
    led_by: Option<usize>,
}

/// What is known of a call from outside.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub caller: String,
    pub called: String,
    pub now: Timestamp,
    /// How many callers wait in the queue of `[human]`, where that is known.
    pub waiting: Option<u32>,
}

/// What comes next.
#[derive(Debug, Clone)]
pub struct Turn {
    /// Each text, and whether a voice may cut it short.
    pub say: Vec<(Text, bool)>,
    pub then: Next,
    /// For the record.
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone)]
pub enum Next {
    Listen,
    Human,
    HangUp,
    /// To be answered by [`Dialog::looked_up`].
    LookUp(Arc<Lookup>, BTreeMap<String, String>),
    /// They are to be called back at this number: digits, maybe with a + before them. What they hear then
    /// is [`Told::Promised`](super::Told::Promised).
    CallBack(String),
}

/// Why nobody can take the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nobody {
    /// It is outside of `[hours]`.
    Closed,
    /// No agent is there who could.
    NotStaffed,
    /// Too many wait already.
    Full,
    /// They waited longer than anybody should.
    TooLong,
}

/// What a turn was about.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    Understood {
        intent: Arc<str>,
        score: f32,
    },
    NotUnderstood {
        text: String,
        nearest: Option<(Arc<str>, f32)>,
    },
    Filled {
        name: Arc<str>,
        value: String,
    },
    Answered {
        intent: Arc<str>,
    },
}

/// How a lookup ended.
#[derive(Debug, Clone, PartialEq)]
pub enum LookedUp {
    Found(BTreeMap<String, String>),
    /// Why, for the record: the system is well and knows no such thing.
    NotFound(String),
    Failed(String),
}

/// What comes in place of a turn that gets nowhere.
enum Instead {
    Human,
    Goodbye,
}

impl Turn {
    pub fn then_is_human(&self) -> bool {
        matches!(self.then, Next::Human)
    }
}

impl Dialog {
    pub fn new(plan: Arc<Dialplan>, world: World) -> Dialog {
        Dialog {
            plan,
            world,
            state: State::OPEN,
            memory: Memory::default(),
            turns: Vec::new(),
            no_inputs: 0,
            no_matches: 0,
            helps: 0,
            questions: HashMap::new(),
            waits: false,
            offered: false,
            led_by: None,
        }
    }

    /// The caller said something that asks for no person and is no word of control.
    pub fn hear(&mut self, text: &str, now: Timestamp) -> Turn {
        let meaning = self.read(text, now);
        self.answer(text, meaning)
    }

    /// What `text` means here and now; nothing comes of it before [`Dialog::answer`].
    pub fn read(&mut self, text: &str, now: Timestamp) -> Meaning {
        self.world.now = now;
        self.reading(text).meaning()
    }

    /// The turn for `text`, which was read just now.
    pub fn answer(&mut self, text: &str, meaning: Meaning) -> Turn {
        self.memory.said = understand::normalise(self.plan.language, text);
        let Meaning {
            sign,
            values,
            found,
            further,
        } = meaning;
        let mut notes: Vec<Note> = self.note_of(sign, text, found).into_iter().collect();
        for (intent, found) in &further {
            notes.extend(self.note_of(Sign::Wants(*intent), text, Some(*found)));
        }
        for (name, value) in values {
            notes.push(Note::Filled {
                name: name.clone(),
                value: value.record(),
            });
            self.memory.fill(&self.plan, &name, value);
        }
        let further: Vec<usize> = further.iter().map(|(intent, _)| *intent).collect();
        // A side question does not end what was begun.
        let interrupts = matches!(sign, Sign::Wants(_) | Sign::WantsEither(..));
        let matter = self.state.place.matter().filter(|_| interrupts);
        self.memory.wants_later(sign, &further, matter);
        self.take(sign, notes)
    }

    /// The caller answered with keys.
    pub fn keyed(&mut self, digits: &str, now: Timestamp) -> Turn {
        self.world.now = now;
        match self.keyed_value(digits) {
            Some(Ok((name, value))) => {
                let note = Note::Filled {
                    name: name.clone(),
                    value: value.record(),
                };
                self.memory.fill(&self.plan, &name, value);
                self.take(Sign::Filled, vec![note])
            }
            Some(Err(sign)) => self.take(sign, Vec::new()),
            None => {
                let note = self.note_of(Sign::NotUnderstood, digits, None);
                self.take(Sign::NotUnderstood, note.into_iter().collect())
            }
        }
    }

    pub fn silent(&mut self, now: Timestamp) -> Turn {
        self.world.now = now;
        self.take(Sign::Silent, Vec::new())
    }

    /// A person was asked for.
    pub fn wants_human(&mut self, now: Timestamp) -> Turn {
        self.world.now = now;
        self.take(Sign::Human, Vec::new())
    }

    pub fn nobody_there(&mut self, now: Timestamp) -> Turn {
        self.world.now = now;
        self.take(Sign::NobodyThere, Vec::new())
    }

    pub fn looked_up(&mut self, result: LookedUp, now: Timestamp) -> Turn {
        self.world.now = now;
        let Place::LookingUp { intent } = self.state.place else {
            return self.take(Sign::LookupFailed, Vec::new());
        };
        let sign = match result {
            LookedUp::Found(found) => {
                self.memory.looked_up(intent, found);
                Sign::Found
            }
            LookedUp::NotFound(_) => Sign::NotFound,
            LookedUp::Failed(_) => Sign::LookupFailed,
        };
        self.take(sign, Vec::new())
    }

    /// What was said last, once more; the greeting, when there was nothing yet.
    pub fn again(&mut self) -> Turn {
        match self.turns.last() {
            Some((state, say)) => {
                self.state = *state;
                listen(say.clone())
            }
            None => {
                self.state = State::OPEN;
                let greeting = self.plan.greeting();
                listen(greeting.say.into_iter().map(|text| (text, true)).collect())
            }
        }
    }

    /// What was said before that.
    pub fn back(&mut self) -> Turn {
        self.turns.pop();
        self.again()
    }

    /// As if the caller had just called, but for what is known.
    pub fn start_over(&mut self) -> Turn {
        self.turns.clear();
        self.again()
    }

    /// What keys would answer the question.
    pub fn keys(&self) -> Option<Keys> {
        match self.state.place {
            Place::Checking { .. } | Place::Confirming { .. } => keyed::keys(&Kind::YesNo),
            Place::Asking { intent, slot } => keyed::keys(self.kind(intent, slot)?),
            _ => None,
        }
    }

    /// What the words so far say about whether there are more to come.
    pub fn completeness(&self, text: &str, confidence: f32) -> Completeness {
        let value = self.reading(text).completeness();
        value.unwrap_or_else(|| self.plan.completeness(text, confidence))
    }

    /// Whether a value is asked for that takes longer to say than a sentence: pauses are longer then.
    pub fn asks_for_a_row(&self) -> bool {
        let Place::Asking { intent, slot } = self.state.place else {
            return false;
        };
        let kind = self.kind(intent, slot);
        matches!(
            kind,
            Some(Kind::Digits { .. } | Kind::Phone | Kind::Code(_))
        )
    }

    /// What whoever takes over should know: what the caller wanted, and the values they gave.
    pub fn context(&self) -> (Vec<Arc<str>>, Vec<(String, String)>) {
        let values = self.memory.values();
        let values = values.filter(|(name, _)| !call_back::NAMES.contains(name));
        let values = values.map(|(name, value)| (name.to_owned(), value.record()));
        (self.memory.matters.clone(), values.collect())
    }
}

impl Dialog {
    fn reading<'d>(&'d self, text: &'d str) -> Reading<'d> {
        Reading {
            plan: &self.plan,
            state: &self.state,
            memory: &self.memory,
            world: &self.world,
            text,
        }
    }

    fn kind(&self, intent: usize, slot: usize) -> Option<&Kind> {
        Some(&self.plan.intents.get(intent)?.slots.get(slot)?.kind)
    }

    fn note_of(&self, sign: Sign, text: &str, found: Option<Match>) -> Option<Note> {
        let name = |intent: usize| Some(self.plan.intents.get(intent)?.name.clone());
        match sign {
            Sign::Wants(intent) => Some(Note::Understood {
                intent: name(intent)?,
                score: found.map_or(1.0, |found| found.score),
            }),
            Sign::NotUnderstood => {
                let nearest = found.and_then(|found| Some((name(found.nearest?)?, found.score)));
                let text = text.to_owned();
                Some(Note::NotUnderstood { text, nearest })
            }
            _ => None,
        }
    }

    fn keyed_value(&self, digits: &str) -> Option<Result<(Arc<str>, Value), Sign>> {
        let Place::Asking { intent, slot } = self.state.place else {
            let yes = keyed::yes_or_no(digits)?;
            return Some(Err(if yes { Sign::Yes } else { Sign::No }));
        };
        let value = keyed::value(self.kind(intent, slot)?, digits, &self.asked())?;
        let name = self.plan.intents.get(intent)?.slots.get(slot)?.name.clone();
        Some(Ok((name, value)))
    }

    fn take(&mut self, sign: Sign, mut notes: Vec<Note>) -> Turn {
        let mut now = Now {
            plan: &self.plan,
            memory: &self.memory,
            world: &self.world,
            waits: self.waits,
        };
        let (state, effect) = machine::next(&self.plan, &self.state, sign, &mut now);
        self.state = state;
        if effect.marks.contains(&Mark::LeftToHuman) && !self.waits {
            self.led_by = self.leads_to_human(&effect.marks);
        }
        self.offered |= state.place == Place::Offering;
        for mark in effect.marks {
            if let Mark::Answered { intent: number, .. } = mark
                && let Some(intent) = self.plan.intents.get(number)
            {
                self.questions
                    .retain(|place, _| place.matter() != Some(number));
                let intent = intent.name.clone();
                notes.push(Note::Answered { intent });
            }
            self.memory.mark(&self.plan, mark);
        }
        let mut say = Vec::new();
        let mut is_said = true;
        let stays = self.waits && effect.then == After::Human;
        for line in effect.say {
            if stays && self.is_announcement(&line) {
                continue;
            }
            match self.words(line) {
                Some(line) => say.push(line),
                None => is_said = false,
            }
        }
        let runs_out = !is_said && effect.then == After::Listen;
        match self.gets_nowhere(sign, runs_out) {
            Some(Instead::Human) => return self.take(Sign::Human, notes),
            Some(Instead::Goodbye) => return self.leave(notes),
            None => {}
        }
        let then = match effect.then {
            After::Listen => Next::Listen,
            After::Human => Next::Human,
            After::HangUp => Next::HangUp,
            After::CallBack => Next::CallBack(self.number_to_call()),
            After::LookUp(intent) => match self.lookup(intent) {
                Some((lookup, values)) => Next::LookUp(lookup, values),
                None => return self.take(Sign::LookupFailed, notes),
            },
        };
        if matches!(then, Next::Human | Next::CallBack(_)) {
            self.offered = false;
        }
        if stays {
            self.state.place = Place::Open;
        }
        // Only what was listened after can be gone back to.
        let listens = matches!(then, Next::Listen);
        if listens && !matches!(sign, Sign::Silent | Sign::NotUnderstood) && !say.is_empty() {
            if self.turns.len() == REMEMBERED {
                self.turns.remove(0);
            }
            self.turns.push((self.state, say.clone()));
        }
        Turn { say, then, notes }
    }

    fn leave(&mut self, notes: Vec<Note>) -> Turn {
        self.state.place = Place::Over;
        let goodbye = self.plan.goodbye().say.into_iter();
        Turn {
            say: goodbye.map(|text| (text, true)).collect(),
            then: Next::HangUp,
            notes,
        }
    }

    /// Where a turn leads after which everything would be as before: there is nothing left to say that
    /// was not said (`runs_out`), or the same question is put for ever.
    fn gets_nowhere(&mut self, sign: Sign, runs_out: bool) -> Option<Instead> {
        if sign == Sign::Human {
            return None;
        }
        let in_circles = self.turns_in_circles();
        let closed = self.plan.human.closed.as_ref();
        let matter = self.state.place.matter();
        if self.state.place == Place::Offering {
            // They know all there is; failures in a row come to an end.
            return None;
        }
        if closed.is_some_and(|closed| matter == Some(closed.message)) {
            // Nobody else can be asked. Where only words run out, the question itself is still put, and
            // failures in a row come to an end.
            return in_circles.then_some(Instead::Goodbye);
        }
        match runs_out && sign == Sign::Silent && self.state.nobody_there {
            true => Some(Instead::Goodbye),
            false => (runs_out || in_circles).then_some(Instead::Human),
        }
    }

    /// Yes and no, one value and another: no step was a failure, and nothing comes of it.
    fn turns_in_circles(&mut self) -> bool {
        let place = self.state.place;
        if place.matter().is_none() {
            return false;
        }
        let put = self.questions.entry(place).or_default();
        *put = put.saturating_add(1);
        *put > MOST_PUT
    }

    fn lookup(&self, intent: usize) -> Option<(Arc<Lookup>, BTreeMap<String, String>)> {
        let lookup = self.plan.intents.get(intent)?.lookup.clone()?;
        let values = self.memory.values();
        let values = values.map(|(name, value)| (name.to_owned(), value.record()));
        let [caller, called] = built_in::OF_THE_CALL.map(str::to_owned);
        let line = [
            (caller, self.world.caller.clone()),
            (called, self.world.called.clone()),
        ];
        Some((lookup, line.into_iter().chain(values).collect()))
    }
}

fn listen(say: Vec<(Text, bool)>) -> Turn {
    Turn {
        say,
        then: Next::Listen,
        notes: Vec::new(),
    }
}
