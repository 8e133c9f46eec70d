//! The caller speaks, coughs or hums while we speak.

use super::*;
use crate::audio::level;

/// Until the greeting's second sentence has begun: each lasts a second.
const BEGUN: u64 = 65;

fn plan(more: &str) -> Test {
    let text = format!(
        "name = \"A\"\nlanguage = \"en-US\"\ngreeting = \"One. Two. Three. Four. Press 0.\"\n{more}\n\
         [human]\ntarget = \"sip:a@b\"\n[[intent]]\nname = \"opening-hours\"\n\
         examples = [\"when are you open\", \"when are you open on saturday\", \"your hours\"]\n\
         say = \"We are open.\"\n"
    );
    let loaded = Dialplan::parse(&text, "plan.toml", jiff::civil::date(2026, 11, 1)).unwrap();
    Test::prepared(loaded.dialplan)
}

fn loudness(test: &Test) -> f32 {
    level::dbov(test.out.samples())
}

impl Test {
    /// Says what a fixture holds while a prompt plays; how many frames after its first voice nothing
    /// was to be heard any more, and whether anything was ducked before.
    fn speak_over(&mut self, name: &str) -> (Option<u64>, bool) {
        let before = loudness(self);
        let frames = said(name);
        let loud = |frame: &Frame| level::dbov(frame.samples()) > -45.0;
        let first = frames.iter().position(loud).unwrap();
        let (mut silent, mut ducked) = (None, false);
        for (at, frame) in frames.iter().enumerate() {
            self.tick(frame);
            let now = loudness(self);
            ducked |= silent.is_none() && now < before - 10.0 && now > -60.0;
            if at >= first && now < -60.0 {
                silent.get_or_insert((at - first) as u64 + 1);
            }
        }
        (silent, ducked)
    }

    fn interrupted(&self) -> bool {
        self.has(|e| matches!(e, EventKind::PromptInterrupted { .. }))
    }

    fn resumed(&self) -> bool {
        self.has(|e| matches!(e, EventKind::PromptResumed { .. }))
    }
}

#[test]
fn a_prompt_is_ducked_and_then_silent_soon_after_the_caller_begins() {
    for name in ["opening-hours", "person", "parking", "insurance", "address"] {
        let mut test = plan("");
        test.quiet(BEGUN);
        let (silent, ducked) = test.speak_over(name);
        // 200 ms; the network takes the rest of a quarter of a second.
        assert!(
            silent.is_some_and(|frames| frames <= 10),
            "{name}: {silent:?}"
        );
        assert!(ducked, "{name}");
        assert!(test.interrupted());
    }
}

#[test]
fn a_cough_or_a_click_ducks_at_most_and_the_prompt_goes_on() {
    let mut test = plan("");
    test.quiet(BEGUN);
    let before = loudness(&test);
    for frame in said("cough-click") {
        test.tick(&frame);
        if test.prompts().count() > 1 || !test.call.player.is_busy() {
            break;
        }
    }
    assert!(!test.interrupted(), "{:#?}", test.events);
    let mut test = plan("");
    test.quiet(BEGUN);
    test.call.player.duck(true);
    test.quiet(2);
    assert!(loudness(&test) < before - 15.0);
    test.call.player.duck(false);
    test.quiet(10);
    assert!((loudness(&test) - before).abs() < 0.5);
}

#[test]
fn what_was_interrupted_for_nothing_goes_on_where_it_was() {
    for text in ["", "mm hm"] {
        let mut test = plan("");
        test.quiet(seconds(2));
        test.speak_over("person");
        assert!(test.interrupted());
        let id = test.speak_until_asked();
        test.recognise(id, text);
        let mut heard = false;
        for _ in 0..60 {
            test.quiet(1);
            heard |= sounds(&test.out);
        }
        assert!(test.resumed() && heard, "{text}: {:#?}", test.events);
        test.quiet(seconds(9));
        // The greeting was said to its end, and it is the caller's turn.
        assert!(test.has(|e| matches!(e, EventKind::PromptFinished { .. })));
        let failed = |e: &EventKind| matches!(e, EventKind::NotUnderstood { .. });
        assert!(!test.has(failed), "{text}");
    }
}

#[test]
fn a_notice_is_heard_to_its_end_and_what_was_said_meanwhile_is_answered() {
    let mut test = plan("notice = \"This call is recorded. One. Two. Three.\"");
    test.quiet(BEGUN);
    test.speak_over("opening-hours");
    assert!(!test.interrupted());
    let id = test.speak_until_asked();
    test.recognise(id, "when are you open");
    test.quiet(seconds(8));
    let prompts: Vec<&str> = test.prompts().collect();
    assert_eq!(prompts.len(), 2, "the greeting is left out: {prompts:?}");
    assert!(prompts[0].starts_with("This call") && prompts[1] == "We are open.");
}

#[test]
fn zero_interrupts_even_a_notice() {
    let mut test = plan("notice = \"This call is recorded. One. Two. Three.\"");
    test.quiet(BEGUN);
    test.handle(Input::Key(Key::ZERO, Way::Rtp));
    assert!(test.interrupted());
    test.must_be_transferring();
}

#[test]
fn a_caller_who_was_cut_off_is_recognised_as_a_whole() {
    let mut test = plan("");
    test.quiet(seconds(7));
    let id = test.speak_until_pause();
    test.recognise(id, "your hours");
    test.quiet(20);
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
    let lengths = |jobs: &[Job]| -> Vec<u64> {
        let length = |job: &Job| match job {
            Job::Recognise { utterance, .. } => Some(utterance.milliseconds()),
            _ => None,
        };
        jobs.iter().filter_map(length).collect()
    };
    let first = lengths(&test.jobs);
    test.jobs.clear();
    // They go on as the answer begins.
    let id = test.speak();
    assert!(test.interrupted());
    let whole = lengths(&test.jobs);
    assert!(
        whole.last() > first.last().map(|ms| ms + 900).as_ref(),
        "{first:?} {whole:?}"
    );
    // Much later it is another question.
    test.recognise(id, "your hours on saturday");
    test.jobs.clear();
    test.quiet(seconds(5));
    test.speak();
    assert!(lengths(&test.jobs).last() < whole.last());
}
