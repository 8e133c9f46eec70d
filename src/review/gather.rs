//! What callers said that did not get them further, out of what was recorded; and what was understood
//! and left at that, by which a change is judged.

use super::questions::{Question, Questions};
use super::turns::{Talk, Turn};
use crate::call::{AskedHow, EndReason};
use crate::dialplan::{Dialplan, Intent, Then};
use crate::record::Transcript;
use crate::understand::values::yes_or_no;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::HashMap;

/// An answer that is cut short sooner was not the one that was wanted.
const AT_ONCE_MS: u64 = 2_000;
/// So many turns later the caller still says the same in other words.
const OTHER_WORDS_TURNS: usize = 2;

/// Everything that is looked at.
#[derive(Debug, Default)]
pub struct Gathered {
    /// How many calls, and how much was said in them.
    pub calls: usize,
    pub said: usize,
    /// Calls with another dialplan; calls of unknown date, where one is asked for.
    pub others: usize,
    pub undated: usize,
    pub missed: Vec<Missed>,
    /// By what was said: the intents that it was understood as and left at, and how often.
    pub settled: HashMap<String, Vec<(String, usize)>>,
    /// Lines that could not be read, in words.
    pub notes: Vec<String>,
}

/// Something a caller said that did not get them further.
#[derive(Debug, Clone)]
pub struct Missed {
    pub call: String,
    pub at_ms: u64,
    pub started: Option<Timestamp>,
    pub text: String,
    pub trouble: Trouble,
    /// The intent that it was answered with.
    pub taken_for: Option<String>,
    pub label: Option<Label>,
    pub ended: Ended,
    /// The values that the caller gave in this call, by slot.
    pub given: Vec<(String, String)>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    NotUnderstood,
    /// "No", or the answer was cut short at once and something else was said.
    Corrected,
    /// It was answered, and the same was asked for again.
    SaidAgain,
    /// It was answered, and the caller wanted a person then.
    AskedForPerson,
    /// The bot asked which of two things was meant.
    AskedWhich,
}

/// What the caller meant, as they showed themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub intent: String,
    pub how: Shown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shown {
    /// Said in other words, it was understood.
    OtherWords,
    /// "No, ..."
    Correcting,
    /// Asked which of two, they chose it.
    Choosing,
}

/// How it went on, until something was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    Person,
    HungUp,
    WentOn,
}

impl Gathered {
    /// Takes in one call. `since`: what began before that day, where the company is, is left out.
    pub fn add(
        &mut self,
        transcript: &Transcript,
        questions: &mut Questions<'_>,
        since: Option<Date>,
    ) {
        let talk = Talk::of(transcript);
        let id = &transcript.id;
        let notes = transcript.notes.iter();
        self.notes.extend(notes.map(|note| format!("{id}: {note}")));
        if talk.dialplan != questions.dialplan().name {
            self.others += 1;
            return;
        }
        match (since, talk.started) {
            (Some(since), Some(started)) if questions.dialplan().local(started).date() < since => {
                return;
            }
            (Some(_), None) => {
                self.undated += 1;
                return;
            }
            _ => {}
        }
        self.calls += 1;
        self.said += talk.turns.len();
        for at in 0..talk.turns.len() {
            self.turn(&talk, at, questions);
        }
    }

    fn turn(&mut self, talk: &Talk, at: usize, questions: &mut Questions<'_>) {
        let Some(turn) = talk.turns.get(at) else {
            return;
        };
        if turn.human || turn.aside {
            return;
        }
        let prompt = turn.prompt.as_deref();
        let question = prompt.and_then(|prompt| questions.in_prompt(prompt));
        let after = talk.turns.get(at + 1..).unwrap_or_default();
        let Some((trouble, label)) = missed(turn, after, question, questions) else {
            // An answer to "which of the two" is understood by the question.
            let plain = !matches!(question, Some(Question::Which(..)));
            if let Some(intent) = turn.intent().filter(|_| plain && !turn.filled) {
                self.settle(&turn.text, intent);
            }
            return;
        };
        self.missed.push(Missed {
            call: talk.id.clone(),
            at_ms: turn.at_ms,
            started: talk.started,
            text: turn.text.clone(),
            trouble,
            taken_for: turn.intent().map(str::to_owned),
            label,
            ended: ended(turn, after, talk.end),
            given: talk.filled.clone(),
        });
    }

    fn settle(&mut self, text: &str, intent: &str) {
        let intents = self.settled.entry(text.to_owned()).or_default();
        match intents.iter_mut().find(|(known, _)| known == intent) {
            Some((_, times)) => *times += 1,
            None => intents.push((intent.to_owned(), 1)),
        }
    }
}

/// None where the turn got the caller further, or was no wish.
fn missed(
    turn: &Turn,
    after: &[Turn],
    question: Option<Question>,
    questions: &mut Questions<'_>,
) -> Option<(Trouble, Option<Label>)> {
    let dialplan = questions.dialplan();
    let label = |intent: &str, how| {
        let is_known = dialplan.intents.iter().any(|known| *known.name == *intent);
        let intent = intent.to_owned();
        is_known.then_some(Label { intent, how })
    };
    if turn.not_understood {
        let later = after
            .iter()
            .take(OTHER_WORDS_TURNS)
            .take_while(|later| later.not_understood || later.intent().is_some());
        let wanted = later.filter_map(Turn::intent).next();
        let wanted = wanted.filter(|intent| !is_farewell(dialplan, intent));
        let found = wanted.and_then(|intent| label(intent, Shown::OtherWords));
        if let Some(question) = question {
            // What was no answer either is only a wish where it turned out to be one.
            let of = match question {
                Question::Answer { of } => of,
                Question::Which(..) => None,
            };
            let matter = of.and_then(|of| dialplan.intents.get(of));
            let other = |label: &Label| matter.is_none_or(|matter| *matter.name != *label.intent);
            return Some((Trouble::NotUnderstood, Some(found.filter(other)?)));
        }
        return Some((Trouble::NotUnderstood, found));
    }
    let mut asked = turn.replies.iter();
    let which = asked.find_map(|prompt| match questions.in_prompt(prompt)? {
        Question::Which(first, second) => Some([first, second]),
        Question::Answer { .. } => None,
    });
    if turn.is_undecided() {
        let pair = which?.map(|number| dialplan.intents.get(number).map(|intent| &*intent.name));
        let next = after.first();
        let chosen = next.and_then(|next| {
            let understood = next.understood.iter().map(|(intent, _)| intent);
            let named = understood.chain(&next.answered);
            named
                .map(String::as_str)
                .find(|name| pair.contains(&Some(*name)))
        });
        let found = chosen.and_then(|intent| label(intent, Shown::Choosing));
        return Some((Trouble::AskedWhich, found));
    }
    let intent = turn.intent().filter(|_| question.is_none())?;
    if is_farewell(dialplan, intent) {
        return None;
    }
    // Before a person comes anyway, asking for one is no complaint.
    let leads_on = dialplan.intents.iter().find(|known| *known.name == *intent);
    let leads_on = leads_on.is_some_and(|intent| goes_to(intent, Then::Human));
    let Some(next) = after.first() else {
        let asked = matches!(turn.person, Some(AskedHow::Key | AskedHow::Words));
        return (asked && !leads_on).then_some((Trouble::AskedForPerson, None));
    };
    // What comes after a question is an answer to it, unless it is understood as another wish.
    let next_prompt = next.prompt.as_deref();
    let is_asked = next_prompt.is_some_and(|prompt| questions.in_prompt(prompt).is_some());
    let other = next.intent().filter(|other| *other != intent);
    let other = other.filter(|other| !is_farewell(dialplan, other));
    let no_answer = next.not_understood && !is_asked;
    if is_no(dialplan, &next.text) && (other.is_some() || no_answer) {
        let later = after.get(1).and_then(Turn::intent);
        let later = later.filter(|later| *later != intent && !is_farewell(dialplan, later));
        let meant = other.or(later.filter(|_| no_answer));
        let found = meant.and_then(|intent| label(intent, Shown::Correcting));
        return Some((Trouble::Corrected, found));
    }
    if let Some(other) = other
        && next.interrupted_ms.is_some_and(|ms| ms <= AT_ONCE_MS)
    {
        return Some((Trouble::Corrected, label(other, Shown::Correcting)));
    }
    if next.intent() == Some(intent) && !is_asked {
        return Some((Trouble::SaidAgain, None));
    }
    let by_key = turn.person == Some(AskedHow::Key);
    ((by_key || next.human) && !leads_on).then_some((Trouble::AskedForPerson, None))
}

fn ended(turn: &Turn, after: &[Turn], end: Option<EndReason>) -> Ended {
    let until = after.iter().position(|later| !later.understood.is_empty());
    let rest = after.get(..until.unwrap_or(after.len())).unwrap_or(after);
    let mut all = std::iter::once(turn).chain(rest);
    if all.any(|turn| turn.person.is_some() || turn.transferred) {
        return Ended::Person;
    }
    match (until, end) {
        (None, Some(EndReason::CallerHungUp)) => Ended::HungUp,
        _ => Ended::WentOn,
    }
}

/// "No, the other one", but not "no, thank you".
fn is_no(dialplan: &Dialplan, text: &str) -> bool {
    let lower = text.to_lowercase();
    let thanks = lower.contains("thank") || lower.contains('谢');
    !thanks && yes_or_no(dialplan.language, text).is_some_and(|answer| !answer.yes)
}

/// Whoever says so wants nothing.
fn is_farewell(dialplan: &Dialplan, intent: &str) -> bool {
    let known = dialplan.intents.iter().find(|known| *known.name == *intent);
    known.is_some_and(|intent| goes_to(intent, Then::HangUp))
}

fn goes_to(intent: &Intent, then: Then) -> bool {
    intent.cases.iter().any(|case| case.then == then)
}
