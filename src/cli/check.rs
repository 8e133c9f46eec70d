//! `zeroline check`

use super::{Done, Verdict, load};
use crate::hear::Unlisted;
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
