//! Calls in which real speech is said, several at a time, and what came of each utterance.

use super::office::{ORDER, Office, Records};
use super::sets::{Item, Plan, Sets, Want};
use super::wire::{Phone, Said, Utterance};
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use zeroline::call::{AskedHow, EventKind};

/// Calls at a time.
pub const AT_ONCE: usize = 4;
/// Of the coffee orders, so many are said.
const ORDERS: usize = 60;
/// A caller speaks once the bot has been quiet for so long.
pub const QUIET: Duration = Duration::from_millis(700);
/// No answer comes later than this.
pub const LONGEST: Duration = Duration::from_secs(5);
/// How long the bot's own words may take.
pub const PROMPT: Duration = Duration::from_secs(12);
/// The first thing that is heard in a call, where that is not what is measured.
pub const GREETING: &str = "Hello.";

pub type Failure = Box<dyn Error + Send + Sync>;

/// Something to say, and what should be understood.
pub struct Line {
    pub name: String,
    pub utterance: Utterance,
    pub want: Want,
    pub is_order: bool,
}

/// The fixtures in words, and orders of coffee where there are any.
pub fn lines(sets: &Sets) -> Vec<Line> {
    let of = |plan| {
        let wanted = move |item: &&Item| item.plan == plan && item.want != Want::Nothing;
        sets.items.iter().filter(wanted).collect::<Vec<_>>()
    };
    let orders = of(Plan::Coffee);
    let apart = (orders.len() / ORDERS).max(1);
    let orders = orders.into_iter().step_by(apart).take(ORDERS);
    let mut lines = Vec::new();
    for item in of(Plan::Clinic).into_iter().chain(orders) {
        let Some(utterance) = Utterance::new(&item.clip.samples) else {
            println!("skipped: {} is too noisy to tell its end", item.name);
            continue;
        };
        lines.push(Line {
            name: item.name.clone(),
            utterance,
            want: item.want.clone(),
            is_order: item.plan == Plan::Coffee,
        });
    }
    lines
}

/// Does `work` on each of `tasks`, several at a time; what came of each, in order.
pub fn at_once<T: Sync, R: Send>(
    threads: usize,
    tasks: &[T],
    work: impl Fn(&T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(task) = tasks.get(at) else { return };
                    let result = work(task);
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    done.push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What came of one utterance.
pub struct Turn {
    /// Which line, and from when to when in which call.
    pub line: usize,
    pub caller: String,
    pub span: (u64, u64),
    said: Said,
    /// The bot's first voice after the caller's last.
    pub answer: Option<Instant>,
    /// The bot spoke before the caller had finished.
    pub cut_off: bool,
}

impl Turn {
    /// Says an utterance to a bot that is quiet, and waits until it is quiet again.
    fn take(phone: &mut Phone, line: usize, utterance: &Utterance) -> Turn {
        let said = phone.say(utterance);
        let answer = phone.await_voice(said.last, LONGEST);
        if answer.is_some() {
            phone.await_quiet(said.last, QUIET, PROMPT);
        }
        let voice = phone.voice();
        Turn {
            line,
            caller: phone.name.clone(),
            span: (phone.at_ms(said.first), phone.at_ms(Instant::now())),
            said,
            answer,
            cut_off: voice.iter().any(|at| (said.first..said.last).contains(at)),
        }
    }

    /// From the caller's last voice to the bot's first, where the caller was let finish.
    pub fn latency_ms(&self) -> Option<i64> {
        let answer = self.answer.filter(|_| !self.cut_off)?;
        Some((answer - self.said.last).as_millis() as i64)
    }
}

/// A call, once the greeting is over.
fn greeted(office: &Office) -> Result<Phone, Failure> {
    let begun = Instant::now();
    let mut phone = office.call()?;
    if !phone.await_quiet(begun, QUIET, PROMPT) {
        return Err("a call was not greeted".into());
    }
    Ok(phone)
}

/// Says each line of a script in one call, or in several where the bot ends one.
pub fn converse(office: &Office, script: &[(usize, Utterance)]) -> Result<Vec<Turn>, Failure> {
    let mut phone = greeted(office)?;
    let mut turns = Vec::new();
    for (line, utterance) in script {
        if phone.is_over() {
            phone.hang_up();
            phone = greeted(office)?;
        }
        turns.push(Turn::take(&mut phone, *line, utterance));
    }
    phone.hang_up();
    Ok(turns)
}

/// Whether what was wanted was understood, as the last thing of a turn.
pub fn understood<'a>(line: &Line, events: impl Iterator<Item = &'a EventKind>) -> bool {
    let outcome = events.filter(|event| {
        matches!(
            event,
            EventKind::Understood { .. }
                | EventKind::NotUnderstood { .. }
                | EventKind::AskedForHuman { .. }
                | EventKind::Control { .. }
        )
    });
    match (&line.want, outcome.last()) {
        (Want::Slots(_), Some(EventKind::Understood { intent, .. })) => intent == ORDER,
        (Want::Intent(want), Some(EventKind::Understood { intent, .. })) => intent == want,
        (Want::Human, Some(EventKind::AskedForHuman { how })) => *how == AskedHow::Words,
        _ => false,
    }
}

/// Prints what the events say of a turn.
pub fn show(line: &Line, caller: &str, span: (u64, u64), records: &Records) {
    println!(
        "\n{} in the call of {caller}, {} to {} ms",
        line.name, span.0, span.1
    );
    for event in records.between(caller, span) {
        match serde_json::to_string(event) {
            Ok(event) => println!("    {event}"),
            Err(error) => println!("    {error}"),
        }
    }
}
