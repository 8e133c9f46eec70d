//! What the line brings besides speech: nothing, or keys in every form.

use super::*;
use crate::audio::tone;

fn tone(low: f32, high: f32, frames: usize) -> Vec<Frame> {
    let pair = [low, high];
    let samples = tone::sines(&pair, 4_000.0, RATE.hz(), 0);
    let samples = samples.take(frames * RATE.frame_len()).collect();
    Clip::new(RATE.hz(), samples).frames(RATE)
}

impl Test {
    fn one_way(&self) -> Vec<OneWay> {
        let one_way = |e: &EventKind| match e {
            EventKind::OneWayAudio { how } => Some(*how),
            _ => None,
        };
        self.events.iter().filter_map(one_way).collect()
    }

    fn digits(&self) -> String {
        let digit = |e: &EventKind| match e {
            EventKind::Digit { key, .. } => Some(*key),
            _ => None,
        };
        self.events.iter().filter_map(digit).collect()
    }
}

#[test]
fn a_line_on_which_nothing_arrives_is_on_record_and_the_caller_is_told() {
    let mut test = Test::new();
    test.quiet(seconds(20));
    assert_eq!(test.one_way(), [OneWay::Silence]);
    assert!(test.prompts().next_back().unwrap().contains("cannot hear"));
    // The server knows that there are not even packets.
    let mut test = Test::new();
    test.quiet(seconds(3));
    test.handle(Input::NoPackets);
    test.quiet(seconds(17));
    assert_eq!(test.one_way(), [OneWay::NoPackets]);
}

#[test]
fn zero_as_a_tone_reaches_a_person_and_is_no_voice() {
    let mut test = Test::new();
    test.quiet(60);
    for frame in tone(941.0, 1336.0, 10) {
        test.tick(&frame);
    }
    assert!(test.asked(AskedHow::Key));
    assert!(!test.has(|e| matches!(e, EventKind::SpeechStarted)));
    test.must_be_transferring();
}

#[test]
fn a_key_that_comes_in_three_ways_counts_once() {
    let mut test = Test::new();
    test.quiet(SAID);
    let five = Key::from_char('5').unwrap();
    test.handle(Input::Key(five, Way::Rtp));
    for frame in tone(770.0, 1336.0, 6) {
        test.tick(&frame);
    }
    test.quiet(20);
    test.handle(Input::Key(five, Way::Info));
    test.quiet(10);
    assert_eq!(test.digits(), "5");
    test.handle(Input::Key(five, Way::Rtp));
    assert_eq!(test.digits(), "55");
}

#[test]
fn a_tone_with_a_lost_frame_in_it_is_one_key() {
    let mut test = Test::new();
    test.quiet(SAID);
    let frames = tone(770.0, 1336.0, 30);
    for (at, frame) in frames.iter().enumerate() {
        if (10..14).contains(&at) {
            test.handle(Input::FrameLost);
            test.quiet(1);
        } else {
            test.tick(frame);
        }
    }
    assert_eq!(test.digits(), "5");
}
