//! `zeroline check`

use super::{Done, Failure, Verdict, load};
use crate::dialplan::check::{self, Proof};
use crate::dialplan::{Diagnostic, Dialplan, LoadError, Severity};
use crate::hear::Unlisted;
use crate::speak::check_recordings;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Check dialplans: prove that callers reach a person from everywhere; say what is wrong, where, and what to do.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  zeroline check dialplans/*.toml\n  zeroline check clinic.toml --graph .   writes clinic.dot and clinic.mmd"
)]
pub struct Args {
    #[arg(required = true, value_name = "DIALPLAN")]
    dialplans: Vec<PathBuf>,
    /// Draw the states of each dialplan: NAME.dot for Graphviz and NAME.mmd for Mermaid
    #[arg(long, value_name = "FOLDER")]
    graph: Option<PathBuf>,
    /// Print one JSON object for each dialplan
    #[arg(long)]
    json: bool,
}

/// What is known of one file.
struct Checked {
    diagnostics: Vec<Diagnostic>,
    /// Where it could be read.
    dialplan: Option<(Dialplan, Proof)>,
}

pub fn run(args: &Args) -> Done {
    let mut verdict = Verdict::Yes;
    for path in &args.dialplans {
        let checked = checked(path);
        if let (Some(folder), Some((dialplan, proof))) = (&args.graph, &checked.dialplan) {
            draw(folder, path, dialplan, proof)?;
        }
        match args.json {
            true => println!("{}", checked.json(path)),
            false => checked.print(path),
        }
        if !checked.is_good() {
            verdict = Verdict::No;
        }
    }
    Ok(verdict)
}

fn checked(path: &Path) -> Checked {
    let today = jiff::Zoned::now().date();
    let loaded = match Dialplan::load(path, today) {
        Ok(loaded) => loaded,
        Err(LoadError { diagnostics }) => {
            return Checked {
                diagnostics,
                dialplan: None,
            };
        }
    };
    let dialplan = loaded.dialplan;
    let proof = Proof::of(&dialplan);
    let mut diagnostics = proof.diagnostics.clone();
    diagnostics.extend(unplayable(&dialplan));
    let is_set = |secret: &str| std::env::var_os(secret).is_some_and(|secret| !secret.is_empty());
    let advice = check::advise(&dialplan, today, is_set);
    // What was noticed in reading may be known better by now.
    for warning in advice.into_iter().chain(loaded.warnings) {
        let is_same = |other: &Diagnostic| warning.place.is_some() && other.place == warning.place;
        if !diagnostics.iter().any(is_same) {
            diagnostics.push(warning);
        }
    }
    diagnostics.sort_by_key(|d| (d.severity == Severity::Warning, d.line()));
    Checked {
        diagnostics,
        dialplan: Some((dialplan, proof)),
    }
}

impl Checked {
    fn is_good(&self) -> bool {
        let mut all = self.diagnostics.iter();
        self.dialplan.is_some() && all.all(|diagnostic| diagnostic.severity == Severity::Warning)
    }

    fn print(&self, path: &Path) {
        if let Some((dialplan, proof)) = self.dialplan.as_ref().filter(|_| self.is_good()) {
            let reached = match &dialplan.human.closed {
                Some(_) => "a person, or a message outside of [hours],",
                None if dialplan.has_queue() && dialplan.hours.is_some() => {
                    "a person, or a call-back or message outside of [hours],"
                }
                None => "a person",
            };
            println!(
                "{}: proved: {reached} is reached from each of {} states ({} steps)",
                path.display(),
                proof.states(),
                proof.steps()
            );
            if let Some(unlisted) = load::unlisted(dialplan) {
                tell(&unlisted);
            }
        }
        for diagnostic in &self.diagnostics {
            eprintln!("{}", diagnostic.pretty());
        }
    }

    fn json(&self, path: &Path) -> Value {
        let count = |of: fn(&Proof) -> usize| self.dialplan.as_ref().map(|(_, proof)| of(proof));
        let diagnostics = self.diagnostics.iter().map(|diagnostic| {
            json!({
                "severity": match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                "line": diagnostic.place.as_ref().map(|place| place.line),
                "column": diagnostic.place.as_ref().map(|place| place.column),
                "message": diagnostic.message,
                "help": diagnostic.help,
            })
        });
        json!({
            "file": path.display().to_string(),
            "proved": self.is_good(),
            "states": count(Proof::states),
            "steps": count(Proof::steps),
            "diagnostics": diagnostics.collect::<Vec<_>>(),
        })
    }
}

fn draw(folder: &Path, path: &Path, dialplan: &Dialplan, proof: &Proof) -> Result<(), Failure> {
    let stem = path.file_stem().map(Path::new).unwrap_or(path);
    let pictures = [
        ("dot", proof.dot(dialplan)),
        ("mmd", proof.mermaid(dialplan)),
    ];
    fs::create_dir_all(folder)
        .map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
    for (kind, picture) in pictures {
        // Not `with_extension`: "clinic.zh" is a name.
        let file = folder.join(format!("{}.{kind}", stem.display()));
        fs::write(&file, picture)
            .map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    }
    Ok(())
}

/// What is wrong with the recordings that a dialplan names.
fn unplayable(dialplan: &Dialplan) -> Vec<Diagnostic> {
    let texts = dialplan.fixed_texts().into_iter();
    let wrong = texts.filter_map(|text| {
        let error = check_recordings(text, &dialplan.folder).err()?;
        Some(load::unspeakable(dialplan, text, &error))
    });
    let music = dialplan.human.music.iter().filter_map(|music| {
        let music = music.display().to_string();
        let error = check_recordings(&format!("[{music}|music]"), &dialplan.folder).err()?;
        Some(dialplan.mistake_in(&music, "this music cannot be played", error.to_string()))
    });
    wrong.chain(music).collect()
}

/// What whoever has no Whisper model should know.
fn tell(unlisted: &Unlisted) {
    for (word, phones) in &unlisted.guessed {
        println!("  pocketsphinx does not know \"{word}\" and takes it to be said {phones}");
    }
    for (phrase, word) in &unlisted.left_out {
        println!(
            "  pocketsphinx cannot recognise \"{phrase}\", because of \"{word}\": write it as it is spoken"
        );
    }
}
