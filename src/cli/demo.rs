//! `zeroline demo`: a whole call on loopback, over real SIP and RTP, printed as it happens.
//!
//! A server, a caller and a person, each with sockets of its own. What the bot does is read from
//! the record of the call, as it is written; what the others do they tell themselves.

use super::{Done, Failure, Verdict, call::in_words, clock, load, runtime};
use crate::audio::{Frame, Key, LineRate, level, wav};
use crate::call::{Event, EventKind};
use crate::caller::{Step, What, When};
use crate::hear::{Wanted, WantedVad};
use crate::phone::{self, Behaviour, Happening, Person, Recording};
use crate::record::{Store, Writer};
use crate::server::{Config, Parts, Server};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Show a whole call on this machine: a caller asks twice, presses 0, and reaches a person.
#[derive(clap::Args)]
pub struct Args {
    /// Recordings of what the caller asks
    #[arg(long, default_values = ["audio-fixtures/opening-hours.wav", "audio-fixtures/parking.wav"], value_name = "FILE.wav")]
    say: Vec<PathBuf>,
    /// What the person says who is put through
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

/// Where the bundled dialplan puts callers through to.
const PERSON: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5080);
/// The whole call takes about half a minute.
const LIMIT: Duration = Duration::from_secs(120);

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
    let parts = Parts {
        config: Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ..Config::default()
        },
        plan: loaded.plan,
        events: events.clone(),
    };
    let script = script(&args.say)?;
    let human = Behaviour::Say(frames(&args.human)?);
    let call = runtime()?.block_on(async {
        let limit = tokio::time::timeout(LIMIT, one_call(parts, script, human, &args.out));
        match limit.await {
            Ok(done) => done,
            Err(_) => Err(Failure(format!("the call had not ended after {LIMIT:?}"))),
        }
    });
    events.close();
    finish(args, &call?)
}

/// What was seen of the call.
struct Seen {
    events: Vec<Event>,
    recording: Recording,
    happenings: Vec<(u64, Happening)>,
}

async fn one_call(
    parts: Parts,
    script: Vec<Step>,
    human: Behaviour,
    out: &Path,
) -> Result<Seen, Failure> {
    let mut person = Person::listen(PERSON, human).await?;
    let server = Server::start(parts).await?;
    let target = format!("sip:clinic@{}", server.address());
    println!(
        "the server listens on {}, the person on {PERSON}\n",
        server.address()
    );
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let started = Instant::now();
    let person = tokio::spawn(async move {
        let tell = |_, happening| say(started, "person", &in_words(&happening));
        person.take_call(tell).await;
    });
    let happenings = Arc::new(Mutex::new(Vec::new()));
    let tell = {
        let happenings = happenings.clone();
        move |at_ms, happening: Happening| {
            say(started, "caller", &in_words(&happening));
            let mut all = happenings.lock().unwrap_or_else(PoisonError::into_inner);
            all.push((at_ms, happening));
        }
    };
    let (done, following) = mpsc::channel::<()>(1);
    let follower = tokio::spawn(follow(out.to_owned(), started, following));
    let recording = phone::call(&target, IpAddr::V4(Ipv4Addr::LOCALHOST), script, tell).await;
    let _ = stop.send(());
    let _ = serving.await;
    drop(done);
    person.abort();
    let events = follower.await?;
    let happenings =
        std::mem::take(&mut *happenings.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Seen {
        events,
        recording: recording?,
        happenings,
    })
}

/// Prints the record of the call as it grows, until nobody holds `running` any more.
async fn follow(folder: PathBuf, started: Instant, mut running: mpsc::Receiver<()>) -> Vec<Event> {
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
        EventKind::TransferStarted { target, .. } => {
            format!("asks the caller's phone to call {target}")
        }
        EventKind::Transferred { .. } => "knows that the person has the caller".to_owned(),
        EventKind::TransferFailed { reason, .. } => format!("could not put them through: {reason}"),
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
    let transcript = args.out.join("transcript.txt");
    std::fs::write(&transcript, super::transcript("demo", &seen.events))
        .map_err(|error| Failure(format!("{}: {error}", transcript.display())))?;
    println!(
        "\nrecording:  {} (left the caller, right what they heard)",
        sound.display()
    );
    println!("transcript: {}", transcript.display());
    let missing = missing(args.say.len(), seen);
    if !missing.is_empty() {
        println!("\nThis did not happen: {}", missing.join("; "));
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

/// The steps of the demo that the record does not show, in words.
fn missing(questions: usize, seen: &Seen) -> Vec<String> {
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
    let interrupted = events().any(|e| matches!(e, EventKind::PromptInterrupted { .. }));
    want(!interrupted, "a prompt was interrupted");
    let pressed = events().any(|e| matches!(e, EventKind::Digit { key: '0', .. }));
    want(pressed, "key 0 was not seen");
    let transferred = events().any(|e| matches!(e, EventKind::Transferred { .. }));
    want(transferred, "the transfer was not reported as done");
    let connected = seen
        .happenings
        .iter()
        .find_map(|(at_ms, happening)| match happening {
            Happening::Connected(_) => Some(*at_ms as usize),
            _ => None,
        });
    want(connected.is_some(), "the person did not answer");
    let voice = connected.and_then(|at_ms| seen.recording.heard.get(at_ms * 8..));
    let heard = level::active_dbov(voice.unwrap_or_default(), LineRate::Narrow.hz());
    want(heard > -40.0, "the person was not heard");
    missing
}
