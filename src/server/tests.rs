//! A whole server with a fault in it, called over SIP and RTP.

use super::*;
use crate::audio::{Frame, LineRate, wav};
use crate::call::{EndReason, EventKind};
use crate::caller::{Step, What, When};
use crate::hear::{Vad, deaf::Deaf};
use crate::lookup::Lookups;
use crate::phone::{self, Happening};
use crate::record::Store;
use crate::speak::hum::Hum;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A clinic that panics in the middle of a call, when the caller speaks.
fn faulty(data: &Path) -> Parts {
    let clinic = include_str!("../../dialplans/clinic.toml");
    let today = jiff::civil::date(2026, 6, 1);
    let dialplan = Dialplan::parse(clinic, "clinic.toml", today)
        .unwrap()
        .dialplan;
    let speaker = Hum::default().speaker();
    let (prompts, failed) = PromptBook::prepare(&speaker, dialplan.fixed_texts(), &|_, _| {});
    assert!(failed.is_empty());
    let why = "nobody is to be heard here".to_owned();
    Parts {
        config: Config {
            listen: vec![SocketAddr::new(HERE, 0)],
            data: data.to_owned(),
            ..Config::default()
        },
        plan: Plan {
            dialplan: Arc::new(dialplan),
            prompts: Arc::new(prompts),
            engines: Engines {
                recogniser: Arc::new(Deaf { why }),
                speaker: Arc::new(speaker),
                vad: Vad::Faulty,
                lookups: Arc::new(Lookups::new()),
            },
            music: Music::built_in(),
        },
        events: Arc::new(Writer::start(&Store::open(data)).unwrap()),
    }
}

/// Calls, does `what` a second later, and hangs up 4 s after the answer if nobody else does. What happened.
async fn calls(target: String, what: What) -> Vec<Happening> {
    let at = |ms, what| Step {
        when: When::At { ms },
        what,
    };
    let script = vec![at(1_000, what), at(4_000, What::HangUp)];
    let mut happened = Vec::new();
    let recording = phone::call(&target, HERE, script, |_, what| happened.push(what)).await;
    recording.unwrap();
    happened
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_call_ends_it_with_bye_and_no_other_call() {
    let folder = tempfile::tempdir().unwrap();
    let parts = faulty(folder.path());
    let events = parts.events.clone();
    let server = Server::start(parts).await.unwrap();
    let target = format!("sip:clinic@{}", server.address());
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));

    let said = Path::new(env!("CARGO_MANIFEST_DIR")).join("audio-fixtures/parking.wav");
    let said = wav::read(&said).unwrap().clip.frames(LineRate::Narrow);
    let quiet = vec![Frame::silence(LineRate::Narrow); 50];
    // As many as there are media threads at most, and one more: two of them share a thread.
    let others: JoinSet<_> = (0..=MOST_MEDIA_THREADS)
        .map(|_| calls(target.clone(), What::Sound(quiet.clone().into())))
        .collect();
    let loud = calls(target.clone(), What::Say(said.into())).await;
    assert_eq!(loud, [Happening::Answered, Happening::OtherSideHungUp]);
    for other in others.join_all().await {
        assert_eq!(other, [Happening::Answered, Happening::WeHungUp]);
    }
    // The thread that it happened on takes calls as before.
    let later = calls(target, What::Sound(quiet.into())).await;
    assert_eq!(later, [Happening::Answered, Happening::WeHungUp]);

    let _ = stop.send(());
    serving.await.unwrap();
    events.close();
    let ends: Vec<EndReason> = Store::open(folder.path())
        .transcripts()
        .unwrap()
        .flat_map(|transcript| transcript.unwrap().events)
        .filter_map(|event| match event.kind {
            EventKind::CallEnded { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    let faults = ends.iter().filter(|end| **end == EndReason::Fault).count();
    assert_eq!((faults, ends.len()), (1, MOST_MEDIA_THREADS + 3));
}
