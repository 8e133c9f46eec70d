//! `zeroline check`

use super::{Done, Verdict, load};
use crate::dialplan::{Diagnostic, Dialplan};
use crate::hear::Unlisted;
use crate::speak::check_recordings;
use std::path::PathBuf;

/// Check dialplans; say what is wrong, where, and what to do.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zeroline check dialplans/*.toml")]
pub struct Args {
    #[arg(required = true, value_name = "DIALPLAN")]
    dialplans: Vec<PathBuf>,
}

pub fn run(args: &Args) -> Done {
    let mut verdict = Verdict::Yes;
    for path in &args.dialplans {
        match load::dialplan(Some(path)) {
            Ok(dialplan) => {
                let unplayable = unplayable(&dialplan);
                if !unplayable.is_empty() {
                    for mistake in unplayable {
                        eprintln!("{}", mistake.pretty());
                    }
                    verdict = Verdict::No;
                    continue;
                }
                println!("{}: good ({})", path.display(), dialplan.name);
                if let Some(unlisted) = load::unlisted(&dialplan) {
                    tell(&unlisted);
                }
            }
            Err(failure) => {
                eprintln!("{}", failure.0);
                verdict = Verdict::No;
            }
        }
    }
    Ok(verdict)
}

/// What is wrong with the recordings that a dialplan names.
fn unplayable(dialplan: &Dialplan) -> Vec<Diagnostic> {
    let texts = dialplan.fixed_texts().into_iter();
    let wrong = texts.filter_map(|text| {
        let error = check_recordings(text, &dialplan.folder).err()?;
        Some(load::unspeakable(dialplan, text, &error))
    });
    wrong.collect()
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
