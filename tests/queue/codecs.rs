//! Whole calls in each codec, and what happens where two of them meet.

use super::briefing::{phone_with, registered};
use super::common::root;
use super::handset::Handset;
use super::office::{ANSWER, Office};
use super::sound::{Says, share};
use std::time::{Duration, Instant};
use zeroline::audio::wav;
use zeroline::line::codec::Codec;

const CALLER_HZ: f32 = 900.0;
const AGENT_HZ: f32 = 1_800.0;

/// The payload types of a codec and of its keys.
fn payloads(codec: Codec) -> &'static str {
    match codec {
        Codec::G722 => "9 101",
        Codec::Opus => "111 110",
        Codec::Pcma => "8 101",
        Codec::Pcmu => "0 101",
    }
}

fn handset(codec: Codec) -> Handset {
    let mut handset = Handset::new();
    handset.payloads = payloads(codec);
    handset.sound.send_as(codec);
    handset
}

fn caller(office: &Office, number: &str, codec: Codec) -> Handset {
    let caller = Handset::call_with(office.served.address, number, payloads(codec));
    caller.sound.send_as(codec);
    let started = office.wait(number, "call_started");
    assert_eq!(started["codec"], codec.name());
    caller
}

/// Says what is to be understood, until it is: where a machine is too busy to follow, callers are asked to
/// say it again.
#[track_caller]
fn asks(office: &Office, caller: &Handset, number: &str) {
    let question = root().join("audio-fixtures/address.wav");
    let question = wav::read(&question).unwrap().clip;
    assert_eq!(question.hz, 8000);
    let understood = || {
        let events = office.events_of(number).into_iter();
        let understood = events.filter(|e| e["event"] == "understood" && e["intent"] == "address");
        understood.count()
    };
    let spoken = || office.count(number, "prompt_finished");
    let before = understood();
    for _ in 0..3 {
        let answers = spoken();
        caller.sound.say_clip(&question.samples);
        office.wait_until(&format!("{number} is answered"), || {
            (understood() > before || spoken() > answers).then_some(())
        });
        if understood() > before {
            return;
        }
    }
    panic!("never understood: {:#?}", office.events_of(number));
}

pub fn callers_are_understood_in_every_codec_and_when_it_changes() {
    let office = Office::open(ANSWER, &[]);
    for (codec, other, number) in [
        (Codec::G722, Codec::Pcmu, "501"),
        (Codec::Opus, Codec::Pcma, "502"),
        (Codec::Pcma, Codec::Opus, "503"),
    ] {
        let mut caller = caller(&office, number, codec);
        office.wait(number, "prompt_finished");
        let heard = caller.sound.heard();
        assert!(heard.iter().all(|p| p.payload_type == codec.payload_type()));
        let mut samples = heard.iter().flat_map(|p| &p.samples);
        assert!(samples.any(|s| s.abs() > 2_000), "{codec:?}: no greeting");
        asks(&office, &caller, number);

        caller.payloads = payloads(other);
        caller.agree_anew("sendrecv");
        caller.sound.send_as(other);
        asks(&office, &caller, number);
        let last = caller.sound.heard().last().unwrap().payload_type;
        assert_eq!(last, other.payload_type());
        caller.sound.press('0');
        office.wait(number, "digit");
        caller.hang_up();
    }
}

pub fn a_wideband_caller_and_a_narrowband_agent_hear_each_other() {
    for (caller_in, agent_in, number) in [
        (Codec::G722, Codec::Pcma, "511"),
        (Codec::Pcmu, Codec::Opus, "512"),
    ] {
        let mut anna = handset(agent_in);
        let office = Office::open(ANSWER, &[("anna", &anna)]);
        let mut caller = caller(&office, number, caller_in);
        caller.sound.press('0');
        caller.sound.say(Says::Tone(CALLER_HZ));
        anna.answer();
        anna.sound.say(Says::Tone(AGENT_HZ));
        anna.sound.hears(CALLER_HZ);
        caller.sound.hears(AGENT_HZ);
        let of = |phone: &Handset| phone.sound.heard().last().unwrap().payload_type;
        assert_eq!(of(&anna), agent_in.payload_type());
        assert_eq!(of(&caller), caller_in.payload_type());
        // Keys go through, too, each at the clock of its side.
        caller.sound.press('7');
        office.wait_until("the agent gets the key", || {
            (anna.sound.keys() == "7").then_some(())
        });
        // And after the agent's phone has changed to the caller's codec.
        anna.payloads = payloads(caller_in);
        anna.agree_anew("sendrecv");
        anna.sound.send_as(caller_in);
        std::thread::sleep(Duration::from_millis(300));
        anna.sound.hears(CALLER_HZ);
        caller.sound.hears(AGENT_HZ);
        caller.hang_up();
        anna.expect("BYE ");
    }
}

pub fn the_packet_time_of_a_phone_is_honoured_and_a_pause_of_its_own_bridged() {
    let mut anna = handset(Codec::Pcma);
    anna.more = "a=ptime:60\r\n";
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let caller = caller(&office, "521", Codec::Pcmu);
    caller.sound.press('0');
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.answer();
    anna.sound.hears(CALLER_HZ);
    let from = Instant::now();
    std::thread::sleep(Duration::from_millis(600));
    let heard = anna.sound.heard();
    let recent: Vec<_> = heard.iter().filter(|p| p.at > from).collect();
    assert!(recent.len() > 3);
    for pair in recent.windows(2) {
        assert_eq!(pair[0].samples.len(), 480);
        assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), 480);
    }
}

pub fn real_phones_with_wideband_codecs_hear_and_are_heard() {
    for (codecs, number) in [("G722/16000/1", "531"), ("opus/48000/2", "532")] {
        let office = Office::with(&registered(ANSWER, &["anna"]));
        let folder = tempfile::tempdir().unwrap();
        let anna = phone_with(&office, "anna", true, &folder, codecs);
        let mut caller = office.caller(number);
        caller.sound.say(Says::Tone(CALLER_HZ));
        office.wait(number, "connected");
        caller.sound.hears(AGENT_HZ);
        std::thread::sleep(Duration::from_secs(1));
        caller.hang_up();
        office.wait_end(number, "caller_hung_up");
        std::thread::sleep(Duration::from_millis(500));
        let heard = anna.heard();
        let heard = heard.first().unwrap_or_else(|| panic!("{}", anna.log()));
        let heard = wav::read(heard).unwrap().clip;
        let heard = zeroline::audio::resample::to(&heard, 8_000).samples;
        let seconds = heard.chunks(4_000);
        let best = seconds
            .map(|half| share(half, CALLER_HZ))
            .fold(0.0, f32::max);
        assert!(best > 0.7, "{codecs}: {best}");
    }
}
