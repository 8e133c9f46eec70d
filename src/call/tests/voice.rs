//! Prompts, from a voice that is slow, fails or is interrupted.

use super::*;
use crate::speak::Speaker;
use crate::speak::say::Pronunciations;
use crate::understand::Language;

#[test]
fn speaking_stops_the_prompt() {
    let mut test = Test::new();
    test.quiet(20);
    assert!(sounds(&test.out));
    test.speak();
    assert!(test.has(|e| {
        matches!(
            e,
            EventKind::PromptInterrupted {
                by: InterruptedBy::Speech,
                ..
            }
        )
    }));
    assert!(!sounds(&test.out));
}

#[test]
fn a_voice_that_never_answers_does_not_keep_the_caller_from_a_person() {
    let mut test = Test::with(clinic(), PromptBook::default());
    test.quiet(seconds(10));
    assert!(test.has(|e| matches!(e, EventKind::EngineFailed { what, .. } if what == "voice")));
    test.handle(Input::Key(Key::ZERO, Way::Rtp));
    test.must_be_transferring();
}

#[test]
fn a_prompt_that_was_not_ready_is_played_when_it_comes() {
    let mut test = Test::with(clinic(), PromptBook::default());
    test.quiet(10);
    let Some(Job::Synthesise { id, text, .. }) = test.jobs.pop() else {
        panic!("nothing to synthesise: {:?}", test.jobs);
    };
    let prompt = Hum::default().speaker().prompt(&text, RATE).unwrap();
    let phrase = prompt.phrases()[0].clone();
    let spoken = Spoken::Phrase {
        phrase,
        took_ms: 200,
    };
    test.handle(Input::Spoken { id, spoken });
    test.quiet(5);
    assert!(sounds(&test.out));
}

/// The clinic's line with a voice too slow for anything but "one moment".
fn with_slow_voice() -> Test {
    let dialplan = clinic();
    let only = [dialplan.one_moment().clone()];
    let (prompts, _) = PromptBook::prepare(&Hum::default().speaker(), only, &|_, _| {});
    Test::with(dialplan, prompts)
}

fn phrases(text: &str) -> Vec<Spoken> {
    let prompt = Hum::default().speaker().prompt(text, RATE).unwrap();
    let phrases = prompt.phrases().iter().cloned();
    phrases
        .map(|phrase| Spoken::Phrase {
            phrase,
            took_ms: 200,
        })
        .collect()
}

impl Test {
    fn synthesis(&mut self) -> (JobId, Vec<Spoken>) {
        match self.jobs.pop() {
            Some(Job::Synthesise { id, text, .. }) => (id, phrases(&text)),
            other => panic!("nothing to synthesise but {other:?}"),
        }
    }

    fn started(&self) -> Vec<&str> {
        let started = self.events.iter().filter_map(|event| match event {
            EventKind::PromptStarted { text, .. } => Some(&**text),
            _ => None,
        });
        started.collect()
    }
}

#[test]
fn a_prompt_is_heard_while_the_rest_of_it_is_being_made() {
    let mut test = with_slow_voice();
    test.quiet(5);
    let (id, phrases) = test.synthesis();
    let [first, second, ..] = &phrases[..] else {
        panic!("{phrases:?}")
    };
    test.handle(Input::Spoken {
        id,
        spoken: first.clone(),
    });
    test.quiet(20);
    assert!(sounds(&test.out));
    // The second comes while the first is being heard: between them is a breath and no more.
    test.handle(Input::Spoken {
        id,
        spoken: second.clone(),
    });
    let mut silent = 0;
    for _ in 0..60 {
        test.quiet(1);
        silent += u32::from(!sounds(&test.out));
    }
    assert!((8..=14).contains(&silent), "{silent} frames of silence");
    assert!(!test.has(|e| matches!(e, EventKind::PromptFinished { .. })));
    test.handle(Input::Spoken {
        id,
        spoken: Spoken::Done,
    });
    test.quiet(60);
    assert!(test.has(|e| matches!(e, EventKind::PromptFinished { .. })));
    assert_eq!(test.started().len(), 1);
}

#[test]
fn who_waits_for_the_voice_hears_one_moment_and_not_silence() {
    let mut test = with_slow_voice();
    test.quiet(5);
    let (id, phrases) = test.synthesis();
    test.quiet(45);
    let (moment, greeting) = (
        clinic().one_moment().clone(),
        clinic().greeting().say[0].clone(),
    );
    assert_eq!(test.started(), [&*moment]);
    assert!(sounds(&test.out));
    // Once is enough.
    test.quiet(150);
    assert_eq!(test.started(), [&*moment]);
    for spoken in phrases.into_iter().chain([Spoken::Done]) {
        test.handle(Input::Spoken { id, spoken });
    }
    test.quiet(300);
    assert_eq!(test.started(), [&*moment, &*greeting]);
    let finished =
        |e: &EventKind| matches!(e, EventKind::PromptFinished { text } if **text == *greeting);
    assert!(test.has(finished));
}

#[test]
fn what_a_voice_said_before_it_failed_is_heard() {
    let mut test = with_slow_voice();
    test.quiet(5);
    let (id, phrases) = test.synthesis();
    let spoken = phrases[0].clone();
    test.handle(Input::Spoken { id, spoken });
    let spoken = Spoken::Failed("hoarse".to_owned());
    test.handle(Input::Spoken { id, spoken });
    test.quiet(100);
    assert!(test.has(|e| matches!(e, EventKind::PromptFinished { .. })));
    assert!(test.has(|e| matches!(e, EventKind::EngineFailed { what, .. } if what == "voice")));
    let id = test.speak();
    test.recognise(id, "can i talk to a person");
    test.jobs.clear();
    test.quiet(seconds(10));
    assert_eq!(test.transfers(), 1, "{:#?}", test.events);
}

#[test]
fn an_interrupted_prompt_fades_out_and_how_much_was_heard_is_on_record() {
    let dialplan = clinic();
    let voice = crate::speak::Espeak::new("en-US").unwrap();
    let none = Pronunciations::default();
    let speaker = Speaker::new(Box::new(voice), Language::EnglishUs, none, Path::new("."));
    let (prompts, _) = PromptBook::prepare(&speaker, dialplan.fixed_texts(), &|_, _| {});
    let mut test = Test::with(dialplan, prompts);
    test.quiet(115);
    assert!(sounds(&test.out));
    let last = *test.out.samples().last().unwrap();
    test.handle(Input::Key(Key::from_char('5').unwrap(), Way::Rtp));
    let mut after = vec![last];
    for _ in 0..4 {
        test.quiet(1);
        after.extend(test.out.samples());
    }
    let sound = after.iter().rposition(|&sample| sample != 0).unwrap();
    assert!(sound <= 60 * 8, "{} ms after the key", sound / 8);
    // No click: what is left swings less and less.
    let loudest = |ms: std::ops::Range<usize>| {
        after[ms.start * 8..ms.end * 8]
            .iter()
            .map(|s| s.unsigned_abs())
            .max()
    };
    assert!(loudest(30..40) <= loudest(0..20));
    assert!(loudest(38..40) < Some(2_000));
    let heard = test.events.iter().find_map(|event| match event {
        EventKind::PromptInterrupted {
            heard, heard_ms, ..
        } => Some((heard.clone(), *heard_ms)),
        _ => None,
    });
    let (heard, ms) = heard.unwrap();
    assert_eq!(ms, 115 * 20);
    let greeting = speaker.words(&clinic().greeting().say[0]);
    assert!(greeting.starts_with(&heard), "{heard}");
    let words = heard.split(' ').count();
    assert!((4..9).contains(&words), "{heard} in 2.3 s");
}
