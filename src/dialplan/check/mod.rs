//! Whether callers can get stuck, found by trying everything.
//!
//! [`prove`] walks through every state that a call can come to and shows that from each a person is
//! reached by 0 and by asking, or outside of opening hours a message can be left; that who says nothing or
//! is never understood comes to an end of it; that nothing goes round for ever, no sentence has a gap in it
//! and nothing in the dialplan is dead. What it finds comes with the shortest way there. It takes milliseconds
//! for a usual dialplan. `docs/check.md` says why this is a proof.
//!
//! [`advise`] finds what is no trap and no good either: intents that are too alike, texts that are too long,
//! answers that expire. It may take seconds.

mod alike;
mod call;
mod dead;
mod domain;
mod explore;
mod graph;
mod knowledge;
mod sentences;
#[cfg(test)]
mod tests;
mod traps;
mod way;
mod world;

use super::diagnostic::Severity;
use super::{Diagnostic, Dialplan, Text};
use dead::Alive;
use explore::Explored;
use jiff::civil::Date;
use std::ops::Range;
use std::sync::Arc;
use traps::Traps;

/// Everything that was looked at, and what was found.
pub struct Proof {
    /// In the order of the file; warnings are among them.
    pub diagnostics: Vec<Diagnostic>,
    explored: Explored,
}

impl Proof {
    pub fn of(plan: &Dialplan) -> Proof {
        let (mut traps, mut alive) = (Traps::default(), Alive::default());
        let explored = explore::explore(plan, &mut |step| {
            traps.look(plan, step);
            alive.look(step);
        });
        let mut diagnostics = traps.diagnostics(plan, &explored);
        if explored.stopped.is_none() {
            diagnostics.extend(alive.diagnostics(plan, &explored));
        }
        diagnostics.extend(sentences::gaps(plan));
        sort(&mut diagnostics);
        Proof {
            diagnostics,
            explored,
        }
    }

    /// Nothing that was found is an error.
    pub fn holds(&self) -> bool {
        let mut all = self.diagnostics.iter();
        all.all(|diagnostic| diagnostic.severity == Severity::Warning)
    }

    /// How many states a call can come to.
    pub fn states(&self) -> usize {
        self.explored.nodes.len()
    }

    /// How many steps were tried from them.
    pub fn steps(&self) -> usize {
        self.explored.steps
    }

    pub fn dot(&self, plan: &Dialplan) -> String {
        graph::dot(plan, &self.explored)
    }

    pub fn mermaid(&self, plan: &Dialplan) -> String {
        graph::mermaid(plan, &self.explored)
    }
}

/// What makes a dialplan unfit for calls; nothing where callers can never get stuck.
pub fn prove(plan: &Dialplan) -> Vec<Diagnostic> {
    let mut found = Proof::of(plan).diagnostics;
    found.retain(|diagnostic| diagnostic.severity == Severity::Error);
    found
}

/// What should be better. `is_set` says whether a secret is known.
pub fn advise(plan: &Dialplan, today: Date, is_set: impl Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut all = alike::alike(plan);
    all.extend(sentences::long(plan));
    all.extend(sentences::called_alike(plan));
    all.extend(sentences::promises(plan));
    all.extend(knowledge::expiring(plan, today));
    all.extend(knowledge::secrets(plan, is_set));
    sort(&mut all);
    all
}

fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|d| d.place.as_ref().map_or(0, |place| place.span.start));
}

/// Where a text of the file stands in it; nowhere, where the text is built in.
fn written(plan: &Dialplan, text: &Text) -> Option<Range<usize>> {
    let mut said = plan.said.iter();
    said.find(|(said, _)| Arc::ptr_eq(said, text))
        .map(|(_, span)| span.clone())
}
