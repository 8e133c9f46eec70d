//! The list and the effect of a change, for people at a terminal.

use super::{Change, Effect, Gathered, Proposal, Proposals, Target, Trouble};
use crate::record::text::clean;
use std::fmt::Write;

/// So many changes of a kind are listed; the count is always whole.
const LISTED: usize = 20;

/// What was looked at, and every proposal.
pub fn list(dialplan: &str, gathered: &Gathered, list: &Proposals) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}: {}, in which callers spoke {}.",
        clean(dialplan),
        counted(gathered.calls, "call", "calls"),
        counted(gathered.said, "time", "times"),
    );
    let of = |trouble| {
        gathered
            .missed
            .iter()
            .filter(|m| m.trouble == trouble)
            .count()
    };
    let _ = writeln!(
        text,
        "{} not understood, {} corrected, {} asked again, {} followed by asking for a person, {} asked \
         which of two was meant.",
        of(Trouble::NotUnderstood),
        of(Trouble::Corrected),
        of(Trouble::SaidAgain),
        of(Trouble::AskedForPerson),
        of(Trouble::AskedWhich),
    );
    for proposal in &list.proposals {
        text.push('\n');
        one(&mut text, proposal);
    }
    if list.proposals.is_empty() {
        text.push_str("\nNothing to propose.\n");
    }
    text.push('\n');
    for (number, what) in [
        (list.settled, "would be understood by now"),
        (list.left_out, "like what was rejected or is out of scope"),
        (
            list.slight,
            "one caller, who was answered and asked again or for a person",
        ),
        (gathered.others, "calls of other dialplans"),
        (gathered.undated, "calls without a date"),
        (
            gathered.notes.len(),
            "lines of the records that cannot be read",
        ),
    ] {
        if number > 0 {
            let _ = writeln!(text, "left out, {what}: {number}");
        }
    }
    text
}

fn one(text: &mut String, proposal: &Proposal) {
    let mut head = format!(
        "{}. {}",
        proposal.number,
        counted(proposal.calls, "call", "calls")
    );
    for (calls, how) in [
        (proposal.to_person, "went on to a person"),
        (proposal.hung_up, "hung up"),
    ] {
        if calls > 0 {
            let _ = write!(head, ", {calls} {how}");
        }
    }
    if let Some(intent) = &proposal.answered_with {
        let _ = write!(head, ", answered with {}", clean(intent));
    }
    let what = match &proposal.target {
        Some(Target::Intent(name)) => format!("add to {}", clean(name)),
        Some(Target::New(name)) => format!("new intent {}", clean(name)),
        Some(Target::OutOfScope) => "not ours: out of scope".to_owned(),
        None => "for you to decide".to_owned(),
    };
    let _ = writeln!(text, "{head}: {what}");
    let _ = writeln!(text, "   why: {}", clean(&proposal.why));
    for phrase in &proposal.phrases {
        let times = match phrase.times {
            1 => String::new(),
            times => format!(" {times} times, last"),
        };
        let clock = format!("{}:{:02}", phrase.at_ms / 60_000, phrase.at_ms / 1000 % 60);
        let _ = writeln!(
            text,
            "   \"{}\"{times} in {} at {clock}",
            clean(&phrase.text),
            clean(&phrase.call)
        );
    }
    let more = proposal.different.saturating_sub(proposal.phrases.len());
    if more > 0 {
        let _ = writeln!(text, "   and {more} more like these");
    }
}

/// What a change does, harm first.
pub fn effect(effect: &Effect) -> String {
    let mut text = String::new();
    let harm: Vec<&Change> = effect.harm().collect();
    if effect.harms() {
        text.push_str("This harms:\n");
        changes(&mut text, &harm);
        for test in &effect.tests_broken {
            let _ = writeln!(
                text,
                "   test {} fails: {}",
                clean(&test.name),
                clean(&test.unmet)
            );
        }
        text.push('\n');
    }
    let total = |changes: &[Change]| changes.iter().map(|change| change.times).sum::<usize>();
    let _ = writeln!(text, "What callers said, before and after:");
    for (name, number) in [
        ("taken as before", effect.as_before),
        ("newly understood", total(&effect.newly)),
        ("taken differently", total(&effect.differently)),
        ("no longer understood", total(&effect.lost)),
        ("still not taken as meant", effect.still_not),
    ] {
        let _ = writeln!(text, "  {number:>5} {name}");
    }
    if effect.tests > 0 {
        let _ = writeln!(
            text,
            "  {:>5} of {} conversation tests fail that did not, {} are mended",
            effect.tests_broken.len(),
            effect.tests,
            effect.tests_mended.len()
        );
    }
    let rest = effect
        .newly
        .iter()
        .chain(&effect.differently)
        .chain(&effect.lost);
    let rest: Vec<&Change> = rest.filter(|change| !change.harm).collect();
    changes(&mut text, &rest);
    text
}

fn changes(text: &mut String, changes: &[&Change]) {
    for change in changes.iter().take(LISTED) {
        let times = match change.times {
            1 => String::new(),
            times => format!(" ({times} times)"),
        };
        let _ = writeln!(
            text,
            "   was {}, would be {}: \"{}\"{times}",
            clean(&change.was),
            clean(&change.would_be),
            clean(&change.text)
        );
    }
    if changes.len() > LISTED {
        let _ = writeln!(text, "   and {} more", changes.len() - LISTED);
    }
}

fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}
