//! What came of scenarios, and how many of them are run at once.

use super::scenario::{Stage, read};
use super::told;
use crate::call::Event;
use crate::dialplan::{Dialplan, LoadError};
use crate::lookup::Lookups;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What came of one scenario.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The file's, and the branch's if it has several.
    pub name: String,
    /// The branch alone; the file's name where it has none.
    pub case: String,
    pub file: PathBuf,
    /// What did not come true: one line `file:line: …`, and below it what was said until then.
    pub unmet: Option<String>,
    /// Why it was not run.
    pub skipped: Option<String>,
    pub events: Vec<Event>,
    /// Real time.
    pub took: Duration,
}

impl Outcome {
    /// The whole conversation, a line for each thing that was said or done.
    pub fn transcript(&self) -> String {
        told::lines(&self.events).join("\n")
    }
}

/// Runs all conversations of these files as text, in their order; or says everything that is wrong
/// with the files. Asks the company's systems where a file does not say what they answer.
pub fn as_text(plan: &Arc<Dialplan>, files: &[PathBuf]) -> Result<Vec<Outcome>, LoadError> {
    let mut scenarios = Vec::new();
    let mut diagnostics = Vec::new();
    for file in files {
        match read(file, plan) {
            Ok(read) => scenarios.extend(read),
            Err(error) => diagnostics.extend(error.diagnostics),
        }
    }
    if !diagnostics.is_empty() {
        return Err(LoadError { diagnostics });
    }
    let lookups = Lookups::new();
    let stage = Stage::Text(&lookups);
    let outcomes = scenarios
        .iter()
        .map(|scenario| scenario.run(plan, &stage).0);
    Ok(outcomes.collect())
}
