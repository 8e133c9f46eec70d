//! `zeroline agents`, `zeroline queue`: how a running server's queue stands, and changing it.

use super::{Done, Failure, Verdict};
use crate::human::{AgentState, Place, View, Who};
use crate::server::control::{self, Request};
use crate::server::{Config, ConfigError};
use std::path::{Path, PathBuf};

/// Show the agents of a running server, or put them on and off duty.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  zeroline agents list\n  zeroline agents pause anna --reason lunch\n  zeroline agents ready anna"
)]
pub struct AgentsArgs {
    #[command(subcommand)]
    what: Agents,
}

#[derive(clap::Subcommand)]
enum Agents {
    /// Everybody, and what they are doing
    List(Server),
    /// On duty, and the end of a break or of wrap-up
    Ready {
        name: String,
        #[command(flatten)]
        server: Server,
    },
    /// A break; begins after a conversation that is going on
    Pause {
        name: String,
        /// What others see
        #[arg(long, default_value = "break")]
        reason: String,
        #[command(flatten)]
        server: Server,
    },
    /// Off duty: does not count as staff
    Off {
        name: String,
        #[command(flatten)]
        server: Server,
    },
}

/// Show who waits and who was promised a call-back.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  zeroline queue\n  zeroline queue cancel 12"
)]
pub struct QueueArgs {
    #[command(subcommand)]
    what: Option<Queue>,
    #[command(flatten)]
    server: Server,
}

#[derive(clap::Subcommand)]
enum Queue {
    /// Call nobody back for this promise
    Cancel {
        /// Its number
        promise: u64,
        #[command(flatten)]
        server: Server,
    },
}

/// Which server.
#[derive(clap::Args)]
pub struct Server {
    /// The server's configuration; without it, the data folder ./data
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The server's data folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "config")]
    data: Option<PathBuf>,
    /// Everything, as JSON
    #[arg(long)]
    pub json: bool,
}

impl Server {
    /// Its data folder.
    pub fn folder(&self) -> Result<PathBuf, Failure> {
        Ok(match (&self.data, &self.config) {
            (Some(data), _) => data.clone(),
            (None, Some(config)) => data_folder(config)?,
            (None, None) => Config::default().data,
        })
    }

    fn ask(&self, request: &Request) -> Result<View, Failure> {
        Ok(control::ask(&self.folder()?, request)?)
    }

    fn show(&self, view: &View, text: String) -> Done {
        match self.json {
            true => println!("{}", serde_json::to_string_pretty(view)?),
            false => print!("{text}"),
        }
        Ok(Verdict::Yes)
    }
}

/// Of a configuration, whose passwords need not be known here.
fn data_folder(config: &Path) -> Result<PathBuf, ConfigError> {
    #[derive(serde::Deserialize)]
    struct Folder {
        data: Option<PathBuf>,
    }
    let path = config.to_owned();
    let source = match std::fs::read_to_string(config) {
        Ok(source) => source,
        Err(source) => return Err(ConfigError::Unreadable { path, source }),
    };
    let Folder { data } = toml::from_str(&source).map_err(|error| ConfigError::Invalid {
        path,
        why: error.to_string(),
    })?;
    let data = data.unwrap_or_else(|| Config::default().data);
    Ok(config.parent().unwrap_or(Path::new("")).join(data))
}

pub fn agents(args: AgentsArgs) -> Done {
    let (server, request) = match args.what {
        Agents::List(server) => (server, Request::View),
        Agents::Ready { name, server } => (server, Request::Ready { agent: name }),
        Agents::Pause {
            name,
            reason,
            server,
        } => {
            let agent = name;
            (server, Request::Pause { agent, reason })
        }
        Agents::Off { name, server } => (server, Request::Off { agent: name }),
    };
    let view = server.ask(&request)?;
    let text = agents_text(&view);
    server.show(&view, text)
}

pub fn queue(args: QueueArgs) -> Done {
    let (server, request) = match args.what {
        None => (args.server, Request::View),
        Some(Queue::Cancel { promise, server }) => (server, Request::CancelCallBack { promise }),
    };
    let view = server.ask(&request)?;
    let text = queue_text(&view);
    server.show(&view, text)
}

fn agents_text(view: &View) -> String {
    let rows = view.agents.iter().map(|agent| {
        let state = state(&agent.state);
        let then = agent
            .then
            .as_ref()
            .map(|then| format!(", then {}", self::state(then)));
        let with = match &agent.with {
            Some(Who::Caller(call)) => format!("call {call}"),
            Some(Who::Promise(promise)) => format!("call-back {}", promise.0),
            None => String::new(),
        };
        [
            agent.name.clone(),
            format!("{state}{}", then.unwrap_or_default()),
            lasting(view.now.saturating_sub(agent.since)),
            agent.queues.join(", "),
            agent.skills.join(", "),
            with,
        ]
    });
    table(
        ["AGENT", "STATE", "FOR", "QUEUES", "SKILLS", "WITH"],
        rows.collect(),
    )
}

fn state(state: &AgentState) -> String {
    match state {
        AgentState::Off => "off duty".to_owned(),
        AgentState::Away => "phone not reachable".to_owned(),
        AgentState::Ready => "ready".to_owned(),
        AgentState::Offered => "ringing".to_owned(),
        AgentState::Busy => "busy".to_owned(),
        AgentState::WrapUp => "wrap-up".to_owned(),
        AgentState::Paused(reason) => format!("paused ({reason})"),
    }
}

fn queue_text(view: &View) -> String {
    let now = view.now;
    let mut text = String::new();
    for queue in &view.queues {
        text.push_str(&format!(
            "{}: {} waiting, {} on duty, {} free\n",
            queue.name,
            queue.waiting.len(),
            queue.staffed,
            queue.free
        ));
        let rows = queue.waiting.iter().map(|waiting| {
            [
                waiting.place.position.to_string(),
                lasting(waiting.waited_ms),
                wait(&waiting.place),
                waiting
                    .number
                    .clone()
                    .unwrap_or_else(|| "withheld".to_owned()),
                waiting.context.wanted.join(", "),
                waiting.call.clone(),
            ]
        });
        if !queue.waiting.is_empty() {
            let heads = ["PLACE", "WAITED", "STILL", "NUMBER", "WANTS", "CALL"];
            text.push_str(&table(heads, rows.collect()));
        }
    }
    if view.promises.is_empty() {
        return text;
    }
    text.push_str("\npromised call-backs\n");
    let rows = view.promises.iter().map(|promise| {
        let next = match (&promise.given_up, &promise.calling) {
            (Some(why), _) => format!("given up: {why}"),
            (None, Some(agent)) => format!("{agent} calls"),
            (None, None) if promise.due > now => format!("again in {}", lasting(promise.due - now)),
            (None, None) => promise
                .position
                .map_or("-".to_owned(), |position| format!("place {position}")),
        };
        [
            promise.promise.0.to_string(),
            promise.queue.clone(),
            promise.number.clone(),
            format!("{} ago", lasting(now.saturating_sub(promise.arrived))),
            promise.attempts.to_string(),
            next,
        ]
    });
    let heads = ["ID", "QUEUE", "NUMBER", "CALLED US", "TRIED", "NEXT"];
    text.push_str(&table(heads, rows.collect()));
    text
}

fn wait(place: &Place) -> String {
    match place.wait {
        Some(wait) => format!("{} to {}", lasting(wait.least_ms), lasting(wait.most_ms)),
        None => "unknown".to_owned(),
    }
}

/// Such as 4:07 or 1:04:07.
pub fn lasting(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Columns as wide as their widest cell; what would move a terminal's cursor is left out.
pub fn table<const N: usize>(heads: [&str; N], rows: Vec<[String; N]>) -> String {
    let mut all: Vec<[String; N]> = vec![heads.map(str::to_owned)];
    let plain = |cell: String| cell.chars().filter(|c| !c.is_control()).collect();
    all.extend(rows.into_iter().map(|row| row.map(plain)));
    let width = |column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in &all {
        let cells = row.iter().zip(&widths);
        let line: Vec<String> = cells
            .map(|(cell, &width)| format!("{cell:<width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::human::{Context, PromiseId, PromiseView};

    #[test]
    fn columns_line_up_and_nothing_escapes() {
        let rows = vec![["a\u{1b}[2J".to_owned(), "x".to_owned()]];
        assert_eq!(table(["NAME", "N"], rows), "NAME  N\na[2J  x\n");
        assert_eq!(lasting(247_900), "4:07");
        assert_eq!(lasting(3_847_000), "1:04:07");
    }

    #[test]
    fn the_data_folder_is_found_without_knowing_any_password() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zeroline.toml");
        let secret = "[[agent]]\nname = \"anna\"\npassword = \"$ZEROLINE_NOT_SET\"\n";
        std::fs::write(&path, format!("data = \"calls\"\n{secret}")).unwrap();
        assert_eq!(data_folder(&path).unwrap(), folder.path().join("calls"));
        std::fs::write(&path, secret).unwrap();
        assert_eq!(data_folder(&path).unwrap(), folder.path().join("data"));
        std::fs::write(&path, "data = 7").unwrap();
        let error = data_folder(&path).unwrap_err().to_string();
        assert!(
            error.contains("zeroline.toml") && error.contains("line 1"),
            "{error}"
        );
    }

    #[test]
    fn what_was_given_up_is_shown_with_its_reason() {
        let promise = |promise, given_up: Option<&str>| PromiseView {
            promise: PromiseId(promise),
            queue: "sales".into(),
            number: "+491".into(),
            position: given_up.is_none().then_some(1),
            arrived: 1_000,
            attempts: 3,
            due: 2_000,
            calling: None,
            given_up: given_up.map(str::to_owned),
            context: Context::default(),
        };
        let view = View {
            now: 61_000,
            promises: vec![promise(1, None), promise(2, Some("486 Busy Here"))],
            ..View::default()
        };
        let text = queue_text(&view);
        assert!(
            text.contains("1   sales  +491    1:00 ago   3      place 1"),
            "{text}"
        );
        assert!(text.contains("given up: 486 Busy Here"), "{text}");
    }
}
