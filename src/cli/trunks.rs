//! `zeroline trunks`: which of a running server's trunks are up, and why the others are not.

use super::agents::{Server, lasting, table};
use super::{Done, Verdict};
use crate::line::sip::TrunkState;
use crate::server::control;

/// Show the trunks of a running server.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zeroline trunks --config zeroline.toml")]
pub struct Args {
    #[command(flatten)]
    server: Server,
}

/// Answers no where one is down.
pub fn run(args: &Args) -> Done {
    let trunks = control::ask_trunks(&args.server.folder()?)?;
    match args.server.json {
        true => println!("{}", serde_json::to_string_pretty(&trunks)?),
        false => print!(
            "{}",
            text(&trunks, jiff::Timestamp::now().as_millisecond() as u64)
        ),
    }
    Ok(match trunks.iter().any(|trunk| trunk.up == Some(false)) {
        true => Verdict::No,
        false => Verdict::Yes,
    })
}

fn text(trunks: &[TrunkState], now: u64) -> String {
    let rows = trunks.iter().map(|trunk| {
        let state = match (trunk.up, trunk.passed_over) {
            (None, _) => "asked",
            (Some(false), _) => "DOWN",
            (Some(true), true) => "up, last call failed",
            (Some(true), false) => "up",
        };
        let since = trunk.since.map(|since| lasting(now.saturating_sub(since)));
        [
            trunk.name.clone(),
            state.to_owned(),
            since.unwrap_or_default(),
            trunk.address.clone(),
            trunk.how.clone().unwrap_or_default(),
        ]
    });
    table(["TRUNK", "STATE", "FOR", "ADDRESS", "WHY"], rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_trunk_is_down_and_why_is_seen_at_a_glance() {
        let trunk = |name: &str, up, how: &str| TrunkState {
            name: name.to_owned(),
            address: "sip:t.example".to_owned(),
            up,
            since: up.map(|_| 1_000),
            how: up.map(|_| how.to_owned()),
            passed_over: false,
        };
        let trunks = [
            trunk("a", Some(false), "not registered: 403"),
            trunk("b", None, ""),
        ];
        let shown = text(&trunks, 61_000);
        assert!(
            shown.contains("a      DOWN   1:00  sip:t.example  not registered: 403"),
            "{shown}"
        );
        assert!(shown.contains("b      asked"), "{shown}");
    }
}
