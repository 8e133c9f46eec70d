//! `zeroline calls`

use super::{Done, Verdict, review};
use crate::record::text::{self, Layout};
use crate::record::{Left, MessageStore, Store};
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Read what happened in calls.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zeroline calls list\n  zeroline calls show 0199c2\n  \
    zeroline calls messages\n  \
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
    /// Messages that callers left and nobody has dealt with yet, the newest first
    Messages {
        /// Also those that somebody has dealt with
        #[arg(long)]
        all: bool,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
        /// Somebody has dealt with this one: its id, or enough of its beginning
        #[arg(long, value_name = "ID", conflicts_with_all = ["all", "json"])]
        done: Option<String>,
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
        What::Messages { all, json, done } => {
            let store = MessageStore::open(&args.data);
            if let Some(id) = done {
                println!("{} is dealt with", store.done(id)?);
                return Ok(Verdict::Yes);
            }
            let listing = store.list()?;
            match json {
                true => {
                    let wanted = |message: &&Left| *all || message.done.is_none();
                    for message in listing.messages.iter().filter(wanted) {
                        println!("{}", serde_json::to_string(message)?);
                    }
                }
                false => print!("{}", text::messages(&listing, *all, &layout)),
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
