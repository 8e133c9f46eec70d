//! The command line: arguments in, text for people (or JSON for programs) out.
//!
//! Exit codes: 0 it worked, 1 it ran and the answer is no, 2 the command was not understood.

mod agents;
mod call;
mod calls;
mod check;
mod demo;
mod health;
mod load;
mod models;
mod rehearse;
mod reload;
mod review;
mod say;
mod serve;
mod systemd;
mod trunks;

use crate::call::Event;
use crate::record::Transcript;
use crate::record::text::{self, Layout};
use clap::{Parser, Subcommand};
use jiff::tz::TimeZone;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Answers a company's phone. 0 always reaches a human.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Args),
    Rehearse(rehearse::Args),
    Call(call::CallArgs),
    Answer(call::AnswerArgs),
    Check(check::Args),
    Say(say::Args),
    Calls(calls::Args),
    Agents(agents::AgentsArgs),
    Queue(agents::QueueArgs),
    Health(health::Args),
    Trunks(trunks::Args),
    Models(models::Args),
    Demo(demo::Args),
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> ExitCode {
        let quiet = !matches!(self.command, Command::Serve(_));
        log_to_stderr(quiet);
        let done = match self.command {
            Command::Serve(args) => serve::run(&args),
            Command::Rehearse(args) => rehearse::run(&args),
            Command::Call(args) => call::call(&args),
            Command::Answer(args) => call::answer(&args),
            Command::Check(args) => check::run(&args),
            Command::Say(args) => say::run(&args),
            Command::Calls(args) => calls::run(&args),
            Command::Agents(args) => agents::agents(args),
            Command::Queue(args) => agents::queue(args),
            Command::Health(args) => health::run(&args),
            Command::Trunks(args) => trunks::run(&args),
            Command::Models(args) => models::run(&args),
            Command::Demo(args) => demo::run(&args),
        };
        match done {
            Ok(Verdict::Yes) => ExitCode::SUCCESS,
            Ok(Verdict::No) => ExitCode::from(1),
            Err(Failure(message)) => {
                eprintln!("zeroline: {message}");
                ExitCode::from(1)
            }
        }
    }
}

/// The answer of a command that ran.
enum Verdict {
    Yes,
    No,
}

/// Why a command could not run, for people.
struct Failure(String);

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.to_string())
    }
}

type Done = Result<Verdict, Failure>;

fn log_to_stderr(quiet: bool) {
    let default = match quiet {
        true => "warn,rsipstack=error",
        // At `info` the SIP stack writes whole messages, with whatever secrets are in them.
        false => "info,rsipstack=warn",
    };
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    // Further down the HTTP client writes headers, with whatever secrets are in them.
    for quiet in ["ureq=warn", "ureq_proto=warn"] {
        filter = match quiet.parse() {
            Ok(quiet) => filter.add_directive(quiet),
            Err(_) => filter,
        };
    }
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}

/// A tokio runtime for the commands that use the network.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure(format!("tokio did not start: {error}")))
}

/// A call's events as a conversation to read.
fn transcript(id: &str, events: &[Event]) -> String {
    let transcript = Transcript {
        id: id.to_owned(),
        events: events.to_vec(),
        notes: Vec::new(),
    };
    let layout = Layout {
        width: 100,
        colour: false,
        zone: TimeZone::system(),
    };
    text::show(&transcript, &layout)
}

/// Milliseconds as `m:ss.t`.
fn clock(ms: u64) -> String {
    format!("{}:{:02}.{}", ms / 60_000, ms / 1000 % 60, ms / 100 % 10)
}
