//! The caller and the agent talk.

use super::handset::{Handset, LIMIT};
use super::office::{ANSWER, Office};
use super::sound::{STAIR, Says, steps};
use std::time::{Duration, Instant};
use zeroline::line::codec::Codec;

const AGENT_HZ: f32 = 2_000.0;
const CALLER_HZ: f32 = 700.0;

/// A caller and Anna, who hear each other.
fn joined(office: &Office, anna: &mut Handset, number: &str) -> Handset {
    let caller = office.caller(number);
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.answer();
    anna.sound.say(Says::Tone(AGENT_HZ));
    anna.sound.hears(CALLER_HZ);
    caller.sound.hears(AGENT_HZ);
    caller
}

pub fn nothing_is_lost_where_the_two_are_joined() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    // A machine that is busy loses sound of its own.
    let found: Vec<String> = (0..5)
        .map_while(|call| lost(&office, &mut anna, &format!("11{call}")))
        .collect();
    assert!(found.len() < 5, "{found:#?}");
}

/// What was lost in a call in which both say a stair, if anything was.
fn lost(office: &Office, anna: &mut Handset, number: &str) -> Option<String> {
    let from = Instant::now();
    let mut caller = office.caller(number);
    caller.sound.say(Says::Stair);
    anna.answer();
    anna.sound.say(Says::Stair);
    let connected = office.wait(number, "connected");
    std::thread::sleep(Duration::from_secs(3));

    let mut begins = Vec::new();
    let mut lost = Vec::new();
    for (hears, speaks) in [(&*anna, &caller), (&caller, &*anna)] {
        let mut heard = hears.sound.heard();
        heard.retain(|heard| heard.at >= from);
        let steps = steps(&heard);
        let first = steps.iter().position(|step| step.is_some());
        let first = first.expect("heard nothing");
        begins.push(heard[first].at);
        // From then on each step follows the one before, none is left out, and none is a gap.
        let (mut runs, mut unclear) = (Vec::<usize>::new(), 0);
        for step in &steps[first..] {
            match step {
                None => unclear += 1,
                Some(step) if runs.last() != Some(step) => runs.push(*step),
                Some(_) => {}
            }
        }
        assert!(runs.len() > 15, "{runs:?}");
        let follows = |pair: &[usize]| pair[1] == (pair[0] + 1) % STAIR.len();
        // Packets in which one step ends and the next begins are neither.
        if !runs.windows(2).all(follows) || unclear > runs.len() + 3 {
            lost.push(format!("{unclear} of {} unclear: {runs:?}", steps.len()));
        }
        // It begins with what was said at that moment.
        let said = heard[first].at.duration_since(speaks.sound.began());
        let step = said.as_millis() / 100 % STAIR.len() as u128;
        let behind = (step as usize + STAIR.len() - runs[0]) % STAIR.len();
        println!(
            "joined at {} ms, heard {behind} steps of 100 ms later",
            connected["at_ms"]
        );
        if behind > 4 {
            lost.push(format!("{behind} steps behind"));
        }
    }
    let apart = begins[0].max(begins[1]) - begins[0].min(begins[1]);
    if apart > Duration::from_millis(500) {
        lost.push(format!("one of the two was on {apart:?} later"));
    }
    caller.hang_up();
    anna.expect("BYE ");
    anna.sound.stop();
    (!lost.is_empty()).then(|| lost.join("; "))
}

pub fn keys_go_through_both_ways_and_either_hanging_up_ends_both() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let mut caller = joined(&office, &mut anna, "102");
    caller.sound.press('5');
    caller.sound.press('0');
    anna.sound.press('7');
    anna.sound.press('#');
    let until = Instant::now() + LIMIT;
    while (anna.sound.keys(), caller.sound.keys()) != ("50".to_owned(), "7#".to_owned()) {
        assert!(
            Instant::now() < until,
            "{} {}",
            anna.sound.keys(),
            caller.sound.keys()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let hung_up = Instant::now();
    anna.hang_up();
    let bye = caller.expect("BYE ");
    assert!(bye.at - hung_up < Duration::from_secs(5));
    office.wait_end("102", "agent_hung_up");
    // A card's number would be on record otherwise.
    assert_eq!(office.count("102", "digit"), 1);

    caller = joined(&office, &mut anna, "103");
    let hung_up = Instant::now();
    caller.hang_up();
    let bye = anna.expect("BYE ");
    assert!(bye.at - hung_up < Duration::from_secs(5));
    office.wait_end("103", "caller_hung_up");
    office.wait_state("anna", "ready");
}

pub fn holds_of_either_side_end_and_the_two_hear_each_other_again() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let mut caller = joined(&office, &mut anna, "104");

    let answer = caller.agree_anew("sendonly");
    assert!(answer.body().contains("a=recvonly"), "{}", answer.text);
    std::thread::sleep(Duration::from_millis(300));
    let from = Instant::now();
    // What the caller's telephone system plays is heard.
    anna.sound.hears(CALLER_HZ);
    assert!(!caller.sound.sounded(from), "sound in spite of the hold");
    caller.agree_anew("sendrecv");
    caller.sound.hears(AGENT_HZ);
    anna.sound.hears(CALLER_HZ);

    anna.sound.say(Says::Nothing);
    let answer = anna.agree_anew("sendonly");
    assert!(answer.body().contains("a=recvonly"), "{}", answer.text);
    std::thread::sleep(Duration::from_millis(300));
    let from = Instant::now();
    let limit = from + LIMIT;
    while !caller.sound.sounded(from) {
        assert!(Instant::now() < limit, "no music on hold");
        std::thread::sleep(Duration::from_millis(50));
    }
    anna.sound.say(Says::Tone(AGENT_HZ));
    anna.agree_anew("sendrecv");
    caller.sound.hears(AGENT_HZ);
    anna.sound.hears(CALLER_HZ);

    // A phone that sends nothing while it holds is not gone.
    let to = anna.sound.remote();
    anna.agree_anew("inactive");
    anna.sound.stop();
    std::thread::sleep(Duration::from_secs(17));
    assert_eq!(office.count("104", "agent_lost"), 0);
    anna.sound.talk_to(to);
    anna.agree_anew("sendrecv");
    caller.sound.hears(AGENT_HZ);
    anna.sound.hears(CALLER_HZ);
}

pub fn each_side_has_a_codec_of_its_own() {
    let mut anna = Handset::new();
    anna.payloads = "8 101";
    anna.sound.send_as(Codec::Pcma);
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let caller = Handset::call_with(office.served.address, "105", "0 101");
    office.wait("105", "call_started");
    caller.sound.press('0');
    caller.sound.say(Says::Tone(CALLER_HZ));
    anna.answer();
    anna.sound.say(Says::Tone(AGENT_HZ));
    anna.sound.hears(CALLER_HZ);
    caller.sound.hears(AGENT_HZ);
    let of = |phone: &Handset| phone.sound.heard().last().unwrap().payload_type;
    assert_eq!((of(&anna), of(&caller)), (8, 0));
}

pub fn a_phone_that_is_muted_and_sends_nothing_keeps_its_caller() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let caller = joined(&office, &mut anna, "106");
    let to = anna.sound.remote();
    anna.sound.stop();
    anna.expect("OPTIONS ");
    anna.expect("OPTIONS ");
    anna.sound.talk_to(to);
    caller.sound.hears(AGENT_HZ);
    anna.sound.hears(CALLER_HZ);
    assert_eq!(office.count("106", "agent_lost"), 0);
}

pub fn a_phone_that_wants_to_pass_its_caller_on_is_refused_and_keeps_them() {
    let mut anna = Handset::new();
    let office = Office::open(ANSWER, &[("anna", &anna)]);
    let mut caller = joined(&office, &mut anna, "161");
    anna.request_with("REFER", "Refer-To: <sip:ben@127.0.0.1:9>\r\n", "");
    anna.expect("SIP/2.0 603 ");
    let from = Instant::now();
    std::thread::sleep(Duration::from_secs(1));
    assert!(caller.sound.sounded(from), "the caller is lost");
    assert_eq!(caller.count("BYE "), 0);
    caller.hang_up();
    anna.expect("BYE ");
}
