//! Phones that register with us and are called: baresip, a real one, over UDP and TCP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/baresip.rs"]
mod baresip;

use baresip::{Account, Baresip};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;
use zeroline::audio::{Clip, Frame, LineRate, tone, wav};
use zeroline::line::codec::Codec;
use zeroline::line::leg::{Leg, Ports};
use zeroline::line::sdp::{self, Origin};
use zeroline::line::sip::{
    Agent, Ended, Invitation, Outgoing, PlaceError, Progress, Registrations, Session, SessionEvent,
    SessionEvents, Side, uui,
};

const CODECS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];
const RATE: LineRate = LineRate::Narrow;

/// What the phone says and what we say, so that each can be told from the other.
const PHONE_HZ: f32 = 1000.0;
const OUR_HZ: f32 = 600.0;

/// The company: an agent with accounts for Anna and Ben.
struct Company {
    agent: Agent,
    invitations: mpsc::Receiver<Invitation>,
    registrations: Registrations,
    ports: Ports,
    folder: tempfile::TempDir,
}

impl Company {
    async fn open() -> Company {
        let accounts = [("anna", "secret"), ("ben", "hidden")];
        let accounts = accounts.map(|(user, password)| (user.to_owned(), password.to_owned()));
        let registrations = Registrations::new(accounts).unwrap();
        let here = "127.0.0.1:0".parse().unwrap();
        let (agent, invitations) = Agent::listen_with(here, "zeroline", registrations.clone())
            .await
            .unwrap();
        Company {
            ports: Ports::new(agent.address().ip(), 30_000..=39_998),
            agent,
            invitations,
            registrations,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Five seconds of the phone's tone.
    fn tone(&self) -> PathBuf {
        let path = self.folder.path().join("tone.wav");
        let samples = tone::sines(&[PHONE_HZ], 9000.0, RATE.hz(), 0).take(5 * 8000);
        wav::write_mono(&path, &Clip::new(RATE.hz(), samples.collect())).unwrap();
        path
    }

    fn phone(&self, password: &str, answers: bool, transport: &str) -> Baresip {
        let phone = Account {
            user: "anna",
            password,
            says: &self.tone(),
            answers,
            transport,
            codecs: "PCMU,PCMA",
        };
        Baresip::start(self.agent.address(), &phone)
    }

    /// Waits until Anna can be called, or cannot.
    async fn wait_for(&self, reachable: bool, phone: &Baresip) {
        let mut watch = self.registrations.watch();
        let wait = watch.wait_for(|known| known.contains_key("anna") == reachable);
        let limit = Duration::from_secs(20);
        let told = tokio::time::timeout(limit, wait).await.is_ok();
        assert!(told, "reachable: never {reachable}:\n{}", phone.log());
    }

    /// Calls Anna's phone.
    async fn call(
        &self,
        progress: impl FnMut(Progress),
    ) -> Result<(Session, SessionEvents, Leg), PlaceError> {
        let reach = self.registrations.reachable("anna").unwrap();
        let socket = self.ports.take().unwrap();
        let local = socket.local_addr().unwrap();
        let offer = sdp::offer(local, &CODECS, &mut Origin::new(1));
        let outgoing = Outgoing {
            name: Some("Lakeside Clinic".to_owned()),
            flow: reach.flow,
            headers: vec![(uui::NAME.to_owned(), uui::header("wants an appointment"))],
            ..Outgoing::new(&reach.uri, "zeroline", offer)
        };
        let (session, events, answer) = self.agent.call(outgoing, progress).await?;
        let answer = sdp::parse(answer.as_bytes()).unwrap();
        let media = sdp::accept(&answer, local, &CODECS).unwrap();
        Ok((session, events, Leg::new(socket, &media)))
    }
}

/// Two seconds of both directions; gives what we heard and the keys.
async fn talk(leg: &mut Leg) -> (Vec<i16>, String) {
    let mut ours = tone::sines(&[OUR_HZ], 9000.0, RATE.hz(), 0);
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let (mut heard, mut keys) = (Vec::new(), String::new());
    for _ in 0..100 {
        ticks.tick().await;
        let mut frame = Frame::silence(RATE);
        leg.receive(&mut frame);
        heard.extend(frame.samples());
        keys.extend(leg.take_key().map(|key| key.to_char()));
        let mut said = Frame::silence(RATE);
        for (sample, tone) in said.samples_mut().iter_mut().zip(&mut ours) {
            *sample = tone;
        }
        leg.send(&said);
    }
    (heard, keys)
}

/// The part of a sound's energy that is at a frequency, 0 to 1; of its louder half.
fn share(samples: &[i16], hz: f32) -> f32 {
    let block = 400;
    let mut blocks: Vec<(f32, f32)> = samples
        .chunks_exact(block)
        .map(|block| {
            let energy: f32 = block.iter().map(|&s| f32::from(s).powi(2)).sum();
            let step = 2.0 * std::f32::consts::PI * hz / RATE.hz() as f32;
            let (mut re, mut im) = (0.0, 0.0);
            for (at, &sample) in block.iter().enumerate() {
                re += f32::from(sample) * (step * at as f32).cos();
                im += f32::from(sample) * (step * at as f32).sin();
            }
            let length = block.len() as f32;
            (energy, 2.0 * (re * re + im * im) / length)
        })
        .collect();
    blocks.sort_by(|a, b| b.0.total_cmp(&a.0));
    blocks.truncate(blocks.len().div_ceil(2));
    let total: f32 = blocks.iter().map(|(energy, _)| energy).sum();
    let wanted: f32 = blocks.iter().map(|(_, wanted)| wanted).sum();
    if total == 0.0 { 0.0 } else { wanted / total }
}

#[track_caller]
fn hears(file: &Path, hz: f32) {
    let clip = wav::read(file).unwrap().clip;
    let found = share(&clip.samples, hz);
    assert!(found > 0.8, "{}: only {found} at {hz} Hz", file.display());
}

async fn ended(events: &mut SessionEvents) -> Ended {
    loop {
        match events.recv().await.expect("the end is told") {
            SessionEvent::Ended(ended) => return ended,
            _ => continue,
        }
    }
}

async fn registers_and_talks(transport: &str) {
    let company = Company::open().await;
    let phone = company.phone("secret", true, transport);
    company.wait_for(true, &phone).await;
    let (session, mut events, mut leg) = match company.call(|_| ()).await {
        Ok(answered) => answered,
        Err(error) => panic!("{error}:\n{}", phone.log()),
    };
    let (heard, _) = talk(&mut leg).await;
    let found = share(&heard, PHONE_HZ);
    assert!(found > 0.8, "we heard only {found}:\n{}", phone.log());
    session.hang_up().await;
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
    tokio::time::sleep(Duration::from_millis(300)).await;
    hears(phone.heard().first().expect("it heard nothing"), OUR_HZ);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_registers_is_called_and_both_hear_each_other_over_udp() {
    registers_and_talks("udp").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_registers_is_called_and_both_hear_each_other_over_tcp() {
    registers_and_talks("tcp").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_rings_can_be_withdrawn_from_declined_and_picked_up() {
    let company = Company::open().await;
    let phone = company.phone("secret", false, "udp");
    company.wait_for(true, &phone).await;

    let (rang, mut ringing) = mpsc::unbounded_channel();
    let ring = |progress: Progress| rang.send(progress.code).unwrap();
    tokio::select! {
        _ = company.call(ring) => panic!("picked up"),
        code = ringing.recv() => assert_eq!(code, Some(180)),
    }
    phone.wait_for_log("session closed");

    let declining = async {
        assert_eq!(ringing.recv().await, Some(180));
        phone.hang_up();
    };
    let (declined, ()) = tokio::join!(company.call(ring), declining);
    match declined {
        Err(PlaceError::Refused(code, _)) => assert!([486, 603].contains(&code), "{code}"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("picked up"),
    }

    let lifting = async {
        assert_eq!(ringing.recv().await, Some(180));
        phone.accept();
    };
    let (picked_up, ()) = tokio::join!(company.call(ring), lifting);
    let (_session, mut events, mut leg) = picked_up.unwrap();
    let ((_, keys), ()) = tokio::join!(talk(&mut leg), async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        phone.press('7');
    });
    assert_eq!(keys, "7");
    phone.hang_up();
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::They));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_with_the_wrong_password_cannot_be_called() {
    let company = Company::open().await;
    let phone = company.phone("guess", true, "udp");
    phone.wait_for_log("403 Forbidden");
    assert_eq!(company.registrations.reachable("anna"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_dialled_on_the_phone_is_known_to_be_its_owners() {
    let mut company = Company::open().await;
    let phone = company.phone("secret", true, "udp");
    company.wait_for(true, &phone).await;
    phone.dial(&format!("sip:*1@{}", company.agent.address()));
    let limit = Duration::from_secs(10);
    let dialled = tokio::time::timeout(limit, company.invitations.recv()).await;
    let invitation = dialled.expect("no call came").unwrap();
    assert_eq!(invitation.account(), Some("anna"));
    invitation.refuse(486, "noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_loses_its_connection_cannot_be_called_any_more() {
    let company = Company::open().await;
    let mut phone = company.phone("secret", true, "tcp");
    company.wait_for(true, &phone).await;
    phone.pull_the_plug();
    company.wait_for(false, &phone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_can_be_called_at_once_after_a_restart() {
    let before = Company::open().await;
    let phone = before.phone("secret", true, "udp");
    before.wait_for(true, &phone).await;
    let saved = before.registrations.saved();

    let after = Company::open().await;
    after.registrations.restore(saved);
    let (session, mut events, _leg) = after.call(|_| ()).await.unwrap();
    session.hang_up().await;
    assert_eq!(ended(&mut events).await, Ended::Bye(Side::We));
}
