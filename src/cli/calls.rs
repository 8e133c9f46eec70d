//! `zeroline calls`

use super::{Done, Verdict, review};
use crate::record::Store;
use crate::record::text::{self, Layout};
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Read what happened in calls.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zeroline calls list\n  zeroline calls show 0199c2\n  \
    zeroline calls review dialplans/clinic.toml --since 2026-11-16"
)]
pub struct Args {
    /// Where calls are recorded
    #[arg(long, default_value = "data", value_name = "FOLDER", global = true)]
    data: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// All calls, the newest first
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// One call as a transcript
    Show {
        /// The call's id, or enough of its beginning
        id: String,
        /// The events as recorded
        #[arg(long)]
        json: bool,
    },
    Review(review::Args),
}

const WIDTH: usize = 100;

pub fn run(args: &Args) -> Done {
    let store = Store::open(&args.data);
    let layout = Layout {
        width: WIDTH,
        colour: std::io::stdout().is_terminal(),
        zone: TimeZone::system(),
    };
    match &args.what {
        What::List { json } => {
            let listing = store.list()?;
            match json {
                true => {
                    for summary in &listing.calls {
                        println!("{}", serde_json::to_string(summary)?);
                    }
                }
                false => print!("{}", text::list(&listing, &layout)),
            }
        }
        What::Review(review) => return review::run(review, &args.data),
        What::Show { id, json } => {
            let transcript = store.find(id)?;
            match json {
                true => {
                    for event in &transcript.events {
                        println!("{}", serde_json::to_string(event)?);
                    }
                }
                false => print!("{}", text::show(&transcript, &layout)),
            }
        }
    }
    Ok(Verdict::Yes)
}
