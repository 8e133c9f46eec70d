//! A call's events as its turns: what the caller said, what it was taken for, and what they heard then.

use crate::call::{AskedHow, EndReason, EventKind, InterruptedBy};
use crate::record::Transcript;
use jiff::Timestamp;

/// Who goes on so soon after they were acted on was cut off; what is heard then begins with the same
/// words again.
const CUT_OFF_MS: u64 = 1_000;

/// One call, as far as it matters here.
#[derive(Debug, Default)]
pub(super) struct Talk {
    pub id: String,
    pub dialplan: String,
    pub started: Option<Timestamp>,
    pub turns: Vec<Turn>,
    pub end: Option<EndReason>,
    /// The values that the caller gave, by slot.
    pub filled: Vec<(String, String)>,
}

/// What the caller said until they were answered.
#[derive(Debug, Default)]
pub(super) struct Turn {
    pub at_ms: u64,
    /// When they began to speak.
    began_ms: u64,
    pub text: String,
    /// The prompt they answered to, and how much of it they heard where they cut it short.
    pub prompt: Option<String>,
    pub interrupted_ms: Option<u64>,
    /// With their scores.
    pub understood: Vec<(String, f32)>,
    pub answered: Vec<String>,
    pub not_understood: bool,
    pub filled: bool,
    /// It was meant for the call itself, or only showed that the caller listens.
    pub aside: bool,
    /// It asked for a person.
    pub human: bool,
    /// What they heard before they spoke again.
    pub replies: Vec<String>,
    /// How they came to a person before they spoke again.
    pub person: Option<AskedHow>,
    pub transferred: bool,
}

impl Turn {
    /// Nothing on record says what became of it: a yes or no, or a question which of two was meant.
    pub fn is_undecided(&self) -> bool {
        self.understood.is_empty()
            && !self.not_understood
            && !self.filled
            && !self.aside
            && !self.human
    }

    /// The one intent that it was taken for.
    pub fn intent(&self) -> Option<&str> {
        match self.understood.as_slice() {
            [(intent, _)] => Some(intent),
            _ => None,
        }
    }
}

impl Talk {
    pub fn of(transcript: &Transcript) -> Talk {
        let mut teller = Teller::default();
        teller.talk.id.clone_from(&transcript.id);
        for event in &transcript.events {
            teller.hear(event.at_ms, &event.kind);
        }
        let mut talk = teller.talk;
        talk.turns.retain(|turn| !turn.text.is_empty());
        drop_cut_off(&mut talk.turns);
        talk
    }
}

fn drop_cut_off(turns: &mut Vec<Turn>) {
    let mut at = 1;
    while let (Some(before), Some(turn)) = (turns.get(at - 1), turns.get(at)) {
        let soon = turn.began_ms.saturating_sub(before.at_ms) < CUT_OFF_MS;
        match soon && turn.text.starts_with(&before.text) {
            true => drop(turns.remove(at - 1)),
            false => at += 1,
        }
    }
}

#[derive(Default)]
struct Teller {
    talk: Talk,
    /// What is recorded now belongs to the last turn.
    open: bool,
    began_ms: Option<u64>,
    interrupted_ms: Option<u64>,
    prompt: Option<String>,
}

impl Teller {
    fn hear(&mut self, at_ms: u64, event: &EventKind) {
        match event {
            EventKind::CallStarted {
                dialplan, started, ..
            } => {
                self.talk.dialplan.clone_from(dialplan);
                self.talk.started = started.as_ref().and_then(|at| at.parse().ok());
            }
            EventKind::SpeechStarted => {
                self.began_ms.get_or_insert(at_ms);
            }
            EventKind::PromptInterrupted {
                by: InterruptedBy::Speech,
                heard_ms,
                ..
            } => self.interrupted_ms = Some(*heard_ms),
            EventKind::Heard { text, .. } => self.words(at_ms, text.trim()),
            EventKind::PromptStarted { text, .. } => {
                self.open = false;
                self.prompt = Some(text.clone());
                if let Some(turn) = self.talk.turns.last_mut() {
                    turn.replies.push(text.clone());
                }
            }
            EventKind::AskedForHuman { how } => {
                if *how == AskedHow::Words
                    && let Some(turn) = self.last()
                {
                    turn.human = true;
                }
                self.open = false;
                if let Some(turn) = self.talk.turns.last_mut() {
                    turn.person.get_or_insert(*how);
                }
            }
            EventKind::Transferred { .. } | EventKind::Connected { .. } => {
                if let Some(turn) = self.talk.turns.last_mut() {
                    turn.transferred = true;
                }
            }
            EventKind::Digit { .. } => self.open = false,
            EventKind::CallEnded { reason, .. } => self.talk.end = Some(*reason),
            EventKind::Filled { name, value } => {
                self.talk.filled.push((name.clone(), value.clone()));
                if let Some(turn) = self.last() {
                    turn.filled = true;
                }
            }
            decided => {
                if let Some(turn) = self.last() {
                    turn.decide(decided);
                }
            }
        }
    }

    fn last(&mut self) -> Option<&mut Turn> {
        self.talk.turns.last_mut().filter(|_| self.open)
    }

    /// An answer may come in several pieces.
    fn words(&mut self, at_ms: u64, text: &str) {
        if let Some(turn) = self.last().filter(|turn| turn.is_undecided()) {
            if !turn.text.is_empty() && !text.is_empty() {
                turn.text.push(' ');
            }
            turn.text.push_str(text);
            return;
        }
        self.open = true;
        self.talk.turns.push(Turn {
            at_ms,
            began_ms: self.began_ms.take().unwrap_or(at_ms),
            text: text.to_owned(),
            prompt: self.prompt.clone(),
            interrupted_ms: self.interrupted_ms.take(),
            ..Turn::default()
        });
    }
}

impl Turn {
    fn decide(&mut self, event: &EventKind) {
        match event {
            EventKind::Understood { intent, score } => {
                self.understood.push((intent.clone(), *score));
            }
            EventKind::Answered { intent } => self.answered.push(intent.clone()),
            EventKind::NotUnderstood { .. } => self.not_understood = true,
            EventKind::Control { .. } | EventKind::PromptResumed { .. } => self.aside = true,
            _ => {}
        }
    }
}
