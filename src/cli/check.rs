//! `zeroline check`

use super::{Done, Verdict, load};
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
            Ok(dialplan) => println!("{}: good ({})", path.display(), dialplan.name),
            Err(failure) => {
                eprintln!("{}", failure.0);
                verdict = Verdict::No;
            }
        }
    }
    Ok(verdict)
}
