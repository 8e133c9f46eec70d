//! What agents are told before they have a caller, and how they take them or leave them.

use super::baresip::{Account, Baresip};
use super::common::root;
use super::handset::Handset;
use super::office::{ANSWER, Office, PASSWORD};
use super::sound::{Says, share};
use std::time::{Duration, Instant};
use zeroline::audio::{Clip, LineRate, tone, wav};
use zeroline::line::sip::uui;

const CALLER_HZ: f32 = 700.0;
const AGENT_HZ: f32 = 1_800.0;

/// Agents whose phones register.
pub fn registered(queue: &str, names: &[&str]) -> String {
    let mut config = format!("[[queue]]\nname = \"desk\"\nwrap_up_seconds = 0\n{queue}\n");
    for name in names {
        config.push_str(&format!(
            "[[agent]]\nname = \"{name}\"\nqueues = [\"desk\"]\npassword = \"{PASSWORD}\"\n"
        ));
    }
    config
}

fn phone(office: &Office, user: &str, answers: bool, says: &tempfile::TempDir) -> Baresip {
    phone_with(office, user, answers, says, "PCMU,PCMA")
}

/// A registered phone with these codecs, which says a tone.
pub fn phone_with(
    office: &Office,
    user: &str,
    answers: bool,
    says: &tempfile::TempDir,
    codecs: &str,
) -> Baresip {
    let path = says.path().join("tone.wav");
    let samples = tone::sines(&[AGENT_HZ], 9000.0, LineRate::Narrow.hz(), 0).take(60 * 8000);
    wav::write_mono(&path, &Clip::new(LineRate::Narrow.hz(), samples.collect())).unwrap();
    let phone = Baresip::start(
        office.served.address,
        &Account {
            user,
            password: PASSWORD,
            says: &path,
            answers,
            transport: "udp",
            codecs,
        },
    );
    office.wait_state(user, "ready");
    phone
}

pub fn an_agent_hears_who_waits_and_presses_1_or_2_on_a_real_phone() {
    let office = Office::with(&registered("strategy = \"linear\"", &["anna", "ben"]));
    let folder = tempfile::tempdir().unwrap();
    let anna = phone(&office, "anna", true, &folder);
    let ben = phone(&office, "ben", true, &folder);
    let caller = office.caller("301");
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.wait_for_log("Call established");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(
        office.count("301", "connected"),
        0,
        "nobody has pressed a key"
    );
    anna.press('2');
    let refused = office.wait("301", "agent_not_taken");
    assert_eq!(
        (&refused["agent"], &refused["why"]),
        (&"anna".into(), &"declined".into())
    );
    ben.wait_for_log("Call established");
    std::thread::sleep(Duration::from_millis(1_500));
    ben.press('1');
    let connected = office.wait("301", "connected");
    assert_eq!(connected["agent"], "ben");
    assert_eq!(office.count("301", "queued"), 1, "the place was kept");
    caller.sound.hears(AGENT_HZ);
    std::thread::sleep(Duration::from_secs(1));
    ben.hang_up();
    caller.expect("BYE ");
    office.wait_end("301", "agent_hung_up");
    std::thread::sleep(Duration::from_millis(500));
    // First the briefing, then the caller.
    let heard = wav::read(ben.heard().first().expect("it heard nothing"))
        .unwrap()
        .clip;
    let second = heard.hz as usize;
    assert!(heard.samples.len() > 2 * second, "{}", heard.milliseconds());
    let (first, last) = (
        &heard.samples[..second],
        &heard.samples[heard.samples.len() - second..],
    );
    assert!(first.iter().any(|s| s.abs() > 500), "no briefing");
    assert!(
        share(first, CALLER_HZ) < 0.3,
        "the caller is in the briefing"
    );
    assert!(share(last, CALLER_HZ) > 0.7, "{}", share(last, CALLER_HZ));
    office.wait_state("ben", "ready");
}

pub fn a_voice_mail_that_answers_takes_nobody() {
    let (mut anna, mut ben) = (Handset::new(), Handset::new());
    let queue = "strategy = \"linear\"";
    let office = Office::open(queue, &[("anna", &anna), ("ben", &ben)]);
    let caller = office.caller("311");
    anna.answer();
    anna.sound.say(Says::Tone(AGENT_HZ));
    let from = Instant::now();
    ben.ring();
    println!("given up after {:?}", from.elapsed());
    let refused = office.wait("311", "agent_not_taken");
    assert_eq!(
        (&refused["agent"], &refused["why"]),
        (&"anna".into(), &"no answer".into())
    );
    anna.expect("BYE ");
    ben.pick_up();
    ben.sound.press('1');
    caller.sound.say(Says::Tone(CALLER_HZ));
    ben.sound.hears(CALLER_HZ);
    assert_eq!(office.wait("311", "connected")["agent"], "ben");
    assert!(
        share(&caller.sound.since(from), AGENT_HZ) < 0.3,
        "the voice mail was heard"
    );
}

pub fn whoever_takes_over_knows_what_it_is_about() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let caller = Handset::call(office.served.address, "321");
    office.wait_for("321", "prompt_finished", |_| true);
    let question = wav::read(&root().join("audio-fixtures/opening-hours.wav")).unwrap();
    assert_eq!(question.clip.hz, 8000);
    caller.sound.say_clip(&question.clip.samples);
    office.wait_for("321", "understood", |e| e["intent"] == "hours");
    office.wait_for("321", "prompt_started", |e| e["text"] == "Number?");
    caller.sound.press('4');
    caller.sound.press('2');
    let invite = anna.answer();
    let header = invite.header("User-to-User").expect("no User-to-User");
    let text = uui::text(&header).unwrap();
    assert!(text.contains("hours") && text.contains("42"), "{text}");
    let from = invite.header("From").unwrap();
    assert!(from.contains("321") && from.contains("desk"), "{from}");
    // The agent is told as well, and only then has the caller.
    let connected = office.wait("321", "connected");
    assert!(anna.sound.sounded(invite.at));
    let queued = office.wait("321", "queued");
    assert_eq!(queued["given"]["customer"], "42", "{queued}");
    assert!(connected["waited_ms"].as_u64() > Some(500), "{connected}");
}
