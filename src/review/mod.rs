//! Learning from calls: what callers wanted and did not get, and what to do about it.
//!
//! Out of the records: [`Gathered`] holds what was not understood, corrected, asked for again or led to
//! a person, with what the caller turned out to mean where that shows. [`propose`] groups like phrases
//! and says where each group belongs; [`edit::with`] writes accepted ones into the dialplan's text,
//! and [`Effect`] tells who would be better or worse off. Nothing here changes a dialplan by itself,
//! and a caller's numbers and names are kept out of it ([`Withheld`]).
//!
//! Uses `record` and `call`'s events, `dialplan`, `understand`, and `speak` for prompts as they are
//! recorded. Only `remembered` touches files.
//!
//! ```ignore
//! let gathered = Gathered::from(store.transcripts()?, &dialplan, since)?;
//! let list = propose(&dialplan, &gathered.missed, &known);
//! let additions = [additions(&dialplan, &list.proposals[0], &target)?];
//! let text = edit::with(&text, dialplan.language, &additions)?;
//! ```

pub mod edit;
mod effect;
mod gather;
mod private;
mod propose;
mod questions;
mod remembered;
pub mod text;
mod turns;

#[cfg(test)]
mod tests;

pub use effect::{BrokenTest, Change, Effect, Tests};
pub use gather::{Ended, Gathered, Label, Missed, Shown, Trouble};
pub use private::{Withheld, writable};
pub use propose::{ALIKE, Phrase, Proposal, Proposals, Target, propose};
pub use remembered::{FileError, Remembered, replace};

use crate::dialplan::Dialplan;
use crate::record::Transcript;
use edit::Addition;
use jiff::civil::Date;
use questions::Questions;

impl Gathered {
    /// Out of these calls; `since`: what began before that day, where the company is, is left out.
    pub fn from<E>(
        transcripts: impl Iterator<Item = Result<Transcript, E>>,
        dialplan: &Dialplan,
        since: Option<Date>,
    ) -> Result<Gathered, E> {
        let mut gathered = Gathered::default();
        let mut questions = Questions::of(dialplan);
        for transcript in transcripts {
            gathered.add(&transcript?, &mut questions, since);
        }
        Ok(gathered)
    }
}

/// What is written where a proposal is accepted for a target, and what is kept out and why. None where
/// nothing is left to write.
pub fn addition(
    dialplan: &Dialplan,
    proposal: &Proposal,
    target: &Target,
) -> (Option<Addition>, Vec<(String, Withheld)>) {
    let intent = match target {
        Target::Intent(name) => dialplan
            .intents
            .iter()
            .find(|intent| *intent.name == **name),
        Target::New(_) | Target::OutOfScope => None,
    };
    let (phrases, withheld) = proposal.writable(dialplan, intent);
    if phrases.is_empty() {
        return (None, withheld);
    }
    let addition = match target {
        Target::Intent(name) => Addition::Examples {
            intent: name.clone(),
            phrases,
        },
        Target::New(name) => Addition::Intent {
            name: name.clone(),
            phrases,
            calls: proposal.calls,
        },
        Target::OutOfScope => Addition::OutOfScope { phrases },
    };
    (Some(addition), withheld)
}
