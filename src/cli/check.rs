//! `zeroline check`

use super::{Done, Failure, Verdict, load};
use crate::dialplan::Dialplan;
use crate::hear::Unlisted;
use crate::speak::Espeak;
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
                let unplayable = unplayable(&dialplan)?;
                if !unplayable.is_empty() {
                    for why in unplayable {
                        eprintln!("{}: {why}", path.display());
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
fn unplayable(dialplan: &Dialplan) -> Result<Vec<String>, Failure> {
    let speaker = load::speaker(dialplan, Espeak::new(dialplan.language.tag())?)?;
    let texts = dialplan.fixed_texts();
    let wrong = texts.iter().filter_map(|text| {
        let error = speaker.check(text).err()?;
        Some(format!("\"{text}\" cannot be said: {error}"))
    });
    Ok(wrong.collect())
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
