//! `zeroline demo`: a whole call on loopback, over real SIP and RTP, printed as it happens.
//!
//! A server, a caller, and an agent at a baresip that registers with the server, each with sockets of its
//! own. What the bot does is read from the record of the call, as it is written; what the caller does they
//! tell themselves.

use super::{Done, Failure, Verdict, call::in_words, clock, load, runtime};
use crate::audio::{Clip, Frame, Key, LineRate, level, wav};
use crate::call::{Accept, Event, EventKind, InterruptedBy};
use crate::caller::{Step, What, When};
use crate::hear::{Wanted, WantedVad};
use crate::human::{AgentState, View};
use crate::phone::{self, Account, Baresip, Happening, Recording};
use crate::record::{Store, Writer};
use crate::server::control::{self, Request};
use crate::server::{AgentTable, Config, Parts, QueueTable, Secret, Server};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Show a whole call on this machine: a caller asks twice, presses 0, and talks with an agent.
#[derive(clap::Args)]
pub struct Args {
    /// Recordings of what the caller asks
    #[arg(long, default_values = ["audio-fixtures/opening-hours.wav", "audio-fixtures/parking.wav"], value_name = "FILE.wav")]
    say: Vec<PathBuf>,
    /// What the caller tells the agent
    #[arg(
        long,
        default_value = "audio-fixtures/reschedule.wav",
        value_name = "FILE.wav"
    )]
    tell: PathBuf,
    /// What the agent says
    #[arg(
        long,
        default_value = "audio-fixtures/human-greeting.wav",
        value_name = "FILE.wav"
    )]
    human: PathBuf,
    /// Where the recording and the transcript go
    #[arg(long, default_value = "demo-call", value_name = "FOLDER")]
    out: PathBuf,
}

const AGENT: &str = "anna";
/// Of the bundled dialplan.
const QUEUE: &str = "front-desk";
/// The whole call takes about half a minute.
const LIMIT: Duration = Duration::from_secs(120);
/// The caller tells the agent what they want in the last seconds.
const LAST_S: usize = 6;
/// The agent is briefed for about so long, and stays on the line for so long after speaking.
const BRIEFED_S: usize = 6;
const STAYS_S: usize = 60;
/// Until the agent's phone has registered.
const REGISTERING: Duration = Duration::from_secs(15);

pub fn run(args: &Args) -> Done {
    let dialplan = load::dialplan(None)?;
    let loaded = load::all(dialplan, Wanted::Auto, None, WantedVad::default())?;
    for line in &loaded.chosen {
        println!("{line}");
    }
    let _ = std::fs::remove_dir_all(&args.out);
    std::fs::create_dir_all(&args.out)
        .map_err(|error| Failure(format!("{}: cannot be made: {error}", args.out.display())))?;
    let events = Arc::new(Writer::start(&Store::open(&args.out))?);
    let password = uuid::Uuid::now_v7().to_string();
    let parts = Parts {
        config: config(&args.out, &password)?,
        plan: loaded.plan,
        events: events.clone(),
    };
    let script = script(&args.say)?;
    let human = args.out.join("agent-says.wav");
    wav::write_mono(&human, &patient(wav::read(&args.human)?.clip))?;
    let roles = Roles {
        script,
        tells: frames(&args.tell)?,
        human,
        password,
    };
    let call = runtime()?.block_on(async {
        let limit = tokio::time::timeout(LIMIT, one_call(parts, roles, &args.out));
        match limit.await {
            Ok(done) => done,
            Err(_) => Err(Failure(format!("the call had not ended after {LIMIT:?}"))),
        }
    });
    events.close();
    finish(args, &call?)
}

/// A server with one queue and one agent, whose phone registers.
fn config(out: &Path, password: &str) -> Result<Config, Failure> {
    let agent = AgentTable {
        name: AGENT.to_owned(),
        queues: vec![QUEUE.to_owned()],
        skills: Vec::new(),
        password: Some(Secret::try_from(password.to_owned()).map_err(Failure)?),
        address: None,
    };
    Ok(Config {
        listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
        data: out.to_owned(),
        queues: vec![QueueTable {
            accept: Accept::Answer,
            ..QueueTable::named(QUEUE)
        }],
        agents: vec![agent],
        ..Config::default()
    })
}

/// An agent who listens to the briefing, speaks, and stays on the line: baresip plays a file from the
/// moment it answers, and hangs up at its end.
fn patient(says: Clip) -> Clip {
    let seconds = |seconds: usize| vec![0; seconds * says.hz as usize];
    let samples = [seconds(BRIEFED_S), says.samples.clone(), seconds(STAYS_S)].concat();
    Clip::new(says.hz, samples)
}

/// Who says what.
struct Roles {
    script: Vec<Step>,
    tells: Arc<[Frame]>,
    human: PathBuf,
    password: String,
}

/// What was seen of the call.
struct Seen {
    events: Vec<Event>,
    recording: Recording,
    /// What the agent heard.
    agent: Option<PathBuf>,
    phone: Baresip,
}

async fn one_call(parts: Parts, roles: Roles, out: &Path) -> Result<Seen, Failure> {
    let server = Server::start(parts).await?;
    let target = format!("sip:clinic@{}", server.address());
    println!("the server listens on {}", server.address());
    let account = Account {
        user: AGENT,
        password: &roles.password,
        says: &roles.human,
        answers: true,
        transport: "udp",
        codecs: "PCMU,PCMA",
    };
    let phone = Baresip::start(server.address(), &account).map_err(|error| {
        Failure(format!(
            "baresip, the agent's phone: {error}. Is Debian's baresip-core installed (scripts/setup)?"
        ))
    })?;
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    registered(out, &phone).await?;
    println!("{AGENT} has a baresip, which has registered\n");
    let started = Instant::now();
    let tell = move |_, happening: Happening| say(started, "caller", &in_words(&happening));
    let (done, following) = mpsc::channel::<()>(1);
    let (to_person, person) = mpsc::channel(1);
    let talk = vec![
        Step {
            when: When::MyTurn,
            what: What::Say(roles.tells),
        },
        Step {
            when: When::At { ms: 0 },
            what: What::Sound(vec![Frame::silence(LineRate::Narrow); 50].into()),
        },
        Step {
            when: When::At { ms: 0 },
            what: What::HangUp,
        },
    ];
    let follower = tokio::spawn(follow(
        out.to_owned(),
        started,
        following,
        Some((to_person, talk)),
    ));
    let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let recording = phone::call_and_talk(&target, here, roles.script, person, tell).await;
    let _ = stop.send(());
    let _ = serving.await;
    drop(done);
    let events = follower.await?;
    // The phone writes the end of what it heard.
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(Seen {
        events,
        recording: recording?,
        agent: phone.heard().pop(),
        phone,
    })
}

/// Waits until the agent can be called.
async fn registered(out: &Path, phone: &Baresip) -> Result<(), Failure> {
    let limit = Instant::now() + REGISTERING;
    while Instant::now() < limit {
        let folder = out.to_owned();
        let view =
            tokio::task::spawn_blocking(move || control::ask(&folder, &Request::View)).await?;
        let ready = |view: View| {
            let mut agents = view.agents.iter();
            agents.any(|agent| agent.state == AgentState::Ready)
        };
        if view.is_ok_and(ready) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = phone.log();
    Err(Failure(format!(
        "the agent's phone did not register:\n{log}"
    )))
}

/// Prints the record of the call as it grows, until nobody holds `running` any more; once the agent has the
/// caller, lets the caller talk.
async fn follow(
    folder: PathBuf,
    started: Instant,
    mut running: mpsc::Receiver<()>,
    mut talk: Option<(mpsc::Sender<Vec<Step>>, Vec<Step>)>,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let over = running.try_recv() == Err(mpsc::error::TryRecvError::Disconnected);
        let store = Store::open(&folder);
        let calls = store
            .list()
            .map(|listing| listing.calls)
            .unwrap_or_default();
        if let Some(call) = calls.first()
            && let Ok(transcript) = store.find(&call.id)
        {
            for event in transcript.events.into_iter().skip(events.len()) {
                if let Some(words) = bot_in_words(&event.kind) {
                    say(started, "bot", &words);
                }
                if matches!(event.kind, EventKind::Connected { .. })
                    && let Some((person, steps)) = talk.take()
                {
                    let _ = person.send(steps).await;
                }
                events.push(event);
            }
        }
        if over {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn bot_in_words(event: &EventKind) -> Option<String> {
    Some(match event {
        EventKind::PromptStarted { text, after_ms, .. } => match after_ms {
            Some(ms) => format!("says \"{text}\" ({ms} ms after the caller)"),
            None => format!("says \"{text}\""),
        },
        EventKind::SpeechStarted => "hears the caller speak".to_owned(),
        EventKind::Heard {
            text,
            engine,
            took_ms,
            ..
        } => format!("heard \"{text}\" ({engine}, {took_ms} ms)"),
        EventKind::Understood { intent, score, .. } => format!("understood {intent} ({score:.2})"),
        EventKind::Digit { key, .. } => format!("sees key {key}"),
        EventKind::PromptInterrupted { heard_ms, .. } => {
            format!("is interrupted after {heard_ms} ms")
        }
        EventKind::NotUnderstood { .. } => "did not understand".to_owned(),
        EventKind::AskedForHuman { .. } => "puts the caller through to a person".to_owned(),
        EventKind::Queued { position, .. } => format!("has the caller waiting, number {position}"),
        EventKind::AgentOffered { agent } => format!("rings {agent}'s phone"),
        EventKind::Connected { agent, waited_ms } => {
            format!("joins the caller with {agent} ({waited_ms} ms after they began to wait)")
        }
        EventKind::EngineFailed { what, reason } => format!("{what} failed: {reason}"),
        _ => return None,
    })
}

fn say(started: Instant, who: &str, words: &str) {
    let at = clock(started.elapsed().as_millis() as u64);
    println!("{at:>7}  {who:<7} {words}");
}

fn script(questions: &[PathBuf]) -> Result<Vec<Step>, Failure> {
    let mut script = Vec::new();
    for path in questions {
        script.push(Step {
            when: When::MyTurn,
            what: What::Say(frames(path)?),
        });
    }
    script.push(Step {
        when: When::MyTurn,
        what: What::Press([Key::ZERO].into()),
    });
    Ok(script)
}

fn frames(path: &Path) -> Result<Arc<[Frame]>, Failure> {
    Ok(wav::read(path)?.clip.frames(LineRate::Narrow).into())
}

/// Saves what is to be kept, says what did not happen, and how to call with a phone of one's own.
fn finish(args: &Args, seen: &Seen) -> Done {
    let sound = args.out.join("call.wav");
    seen.recording.save(&sound)?;
    let agent = args.out.join("agent.wav");
    if let Some(heard) = &seen.agent {
        std::fs::copy(heard, &agent)
            .map_err(|error| Failure(format!("{}: {error}", agent.display())))?;
    }
    let transcript = args.out.join("transcript.txt");
    std::fs::write(&transcript, super::transcript("demo", &seen.events))
        .map_err(|error| Failure(format!("{}: {error}", transcript.display())))?;
    println!(
        "\nrecording:  {} (left the caller, right what they heard)",
        sound.display()
    );
    println!("agent:      {} (what they heard)", agent.display());
    println!("transcript: {}", transcript.display());
    let missing = missing(args, seen);
    if !missing.is_empty() {
        println!("\nThis went wrong: {}", missing.join("; "));
        println!("\nthe agent's phone:\n{}", seen.phone.log());
        return Ok(Verdict::No);
    }
    let program =
        std::env::current_exe().map_or("zeroline".to_owned(), |p| p.display().to_string());
    println!("\nEverything happened as it should. To call it with a softphone of your own:");
    println!("  1. start it:          {program} serve");
    println!(
        "  2. in the softphone:  call sip:clinic@127.0.0.1:5060 (no account, no registration)"
    );
    println!("  3. ask \"when are you open\", or press 0; then read: {program} calls list");
    Ok(Verdict::Yes)
}

/// By the caller: the queue may well cut its own words short for an agent who is there.
fn is_cut_short(event: &EventKind) -> bool {
    matches!(event, EventKind::PromptInterrupted { by, .. } if *by != InterruptedBy::Queue)
}

/// The steps of the demo that the record does not show, in words.
fn missing(args: &Args, seen: &Seen) -> Vec<String> {
    let questions = args.say.len();
    let mut missing = Vec::new();
    let mut want = |happened: bool, what: &str| {
        if !happened {
            missing.push(what.to_owned());
        }
    };
    let events = || seen.events.iter().map(|event| &event.kind);
    let greeted = events()
        .next()
        .is_some_and(|e| matches!(e, EventKind::CallStarted { .. }))
        && events().any(|e| matches!(e, EventKind::PromptFinished { .. }));
    want(greeted, "the greeting was not played to its end");
    let understood = events()
        .filter(|e| matches!(e, EventKind::Understood { .. }))
        .count();
    want(understood == questions, "not each question was understood");
    let answered = events()
        .filter(|e| matches!(e, EventKind::PromptFinished { .. }))
        .count();
    want(answered > questions, "not each question was answered");
    let interrupted = events().any(is_cut_short);
    want(!interrupted, "a prompt was interrupted");
    let pressed = events().any(|e| matches!(e, EventKind::Digit { key: '0', .. }));
    want(pressed, "key 0 was not seen");
    let connected = seen.events.iter().find_map(|event| match event.kind {
        EventKind::Connected { .. } => Some(event.at_ms as usize),
        _ => None,
    });
    want(connected.is_some(), "no agent took the call");
    let hz = LineRate::Narrow.hz();
    let sounds = |samples: &[i16]| level::active_dbov(samples, hz) > -40.0;
    let voice = connected.and_then(|at_ms| seen.recording.heard.get(at_ms * 8..));
    want(
        sounds(voice.unwrap_or_default()),
        "the caller did not hear the agent",
    );
    // The caller speaks last: who it is about was told long before.
    let heard = seen.agent.as_deref().and_then(|file| wav::read(file).ok());
    let heard = heard.map(|file| file.clip.samples).unwrap_or_default();
    let last = heard.len().saturating_sub(LAST_S * hz as usize);
    want(
        sounds(heard.get(last..).unwrap_or_default()),
        "the agent did not hear the caller",
    );
    missing
}
