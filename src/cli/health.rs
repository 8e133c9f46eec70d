//! `zeroline health`: whether a running server works.

use super::agents::Server;
use super::{Done, Verdict};
use crate::server::control;

/// Ask a running server whether it works and takes calls; exit code 1 where it does not.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  zeroline health --config zeroline.toml\n  zeroline health --alive    for who restarts it"
)]
pub struct Args {
    /// Yes also where it is about to stop and takes no new calls
    #[arg(long)]
    alive: bool,
    #[command(flatten)]
    server: Server,
}

pub fn run(args: &Args) -> Done {
    let health = control::ask_health(&args.server.folder()?)?;
    match args.server.json {
        true => println!("{}", serde_json::to_string_pretty(&health)?),
        false => {
            let state = match (health.ready, health.is_alive()) {
                (true, _) => "ready",
                (false, true) => "stopping",
                (false, false) => "NOT WORKING",
            };
            println!("{state}, {} calls", health.calls);
            health.faults.iter().for_each(|fault| println!("  {fault}"));
        }
    }
    Ok(match health.ready || args.alive && health.is_alive() {
        true => Verdict::Yes,
        false => Verdict::No,
    })
}
