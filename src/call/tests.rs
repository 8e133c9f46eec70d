//! Whole calls against the core alone: engines are played by the test, so that each thing that can
//! go wrong goes wrong here.

use super::*;
use crate::audio::{Clip, Key, wav};
use crate::hear::{Hypothesis, Recognition, Unheard, Urgency};
use crate::speak::say::Pronunciations;
use crate::speak::{SpeakError, Speaker, Speech, Voice};
use crate::understand::Language;
use std::path::Path;

const RATE: LineRate = LineRate::Narrow;
/// Frames in which any of the clinic's texts is said: 4 s.
const SAID: u64 = seconds(4);

/// Hums one second for any sentence.
struct Hum;

impl Voice for Hum {
    fn name(&self) -> &str {
        "hum"
    }

    fn speak(&self, _: &str) -> Result<Speech, SpeakError> {
        let samples = (0..8_000).map(|i| if i % 80 < 40 { 5_000 } else { -5_000 });
        Ok(Clip::new(8_000, samples.collect()).into())
    }
}

fn speaker() -> Speaker {
    let pronunciations = Pronunciations::default();
    Speaker::new(
        Box::new(Hum),
        Language::EnglishUs,
        pronunciations,
        Path::new("."),
    )
}

fn words(text: &str) -> Recognition {
    Recognition {
        result: Ok(Hypothesis {
            text: text.to_owned(),
            confidence: 0.9,
        }),
        engine: "test".to_owned(),
        wait_ms: 0,
        took_ms: 0,
        ahead: 0,
    }
}

/// The caller's sound in a fixture.
fn said(name: &str) -> Vec<Frame> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio-fixtures/{name}.wav"));
    wav::read(&path).unwrap().clip.frames(RATE)
}

/// A call, and what came out of it.
struct Test {
    call: Call,
    out: Frame,
    events: Vec<EventKind>,
    jobs: Vec<Job>,
}

impl Test {
    /// The clinic's line, with all prompts ready.
    fn new() -> Test {
        let dialplan = clinic();
        let (prompts, _) =
            PromptBook::prepare(&speaker(), RATE, dialplan.fixed_texts(), &|_, _| {});
        Test::with(dialplan, prompts)
    }

    fn with(dialplan: Dialplan, prompts: PromptBook) -> Test {
        Test {
            call: Call::new(Setup {
                id: "test".to_owned(),
                rate: RATE,
                dialplan: Arc::new(dialplan),
                prompts: Arc::new(prompts),
                about: About::default(),
            }),
            out: Frame::silence(RATE),
            events: Vec::new(),
            jobs: Vec::new(),
        }
    }

    fn tick(&mut self, caller: &Frame) {
        self.call.tick(caller, &mut self.out);
        self.collect();
    }

    fn handle(&mut self, input: Input) {
        self.call.handle(input);
        self.collect();
    }

    fn collect(&mut self) {
        self.jobs
            .extend(std::iter::from_fn(|| self.call.poll_job()));
        self.events
            .extend(std::iter::from_fn(|| self.call.poll_event()).map(|event| event.kind));
    }

    fn quiet(&mut self, frames: u64) {
        for _ in 0..frames {
            self.tick(&Frame::silence(RATE));
        }
    }

    /// Lets the caller say something, and waits until its words are needed.
    #[track_caller]
    fn speak(&mut self) -> JobId {
        for frame in said("opening-hours") {
            self.tick(&frame);
        }
        self.quiet(60);
        match self.jobs.pop() {
            Some(Job::Need { id }) => id,
            other => panic!("no recognition but {other:?}: {:#?}", self.events),
        }
    }

    /// Lets the caller say something, and stops at the first pause.
    #[track_caller]
    fn speak_until_pause(&mut self) -> JobId {
        for frame in said("opening-hours") {
            self.tick(&frame);
            if let Some(Job::Recognise { id, urgency, .. }) = self.jobs.last() {
                assert_eq!(*urgency, Urgency::Speculative);
                return *id;
            }
        }
        panic!("no pause: {:#?}", self.events)
    }

    fn recognise(&mut self, id: JobId, text: &str) {
        self.handle(Input::Recognised {
            id,
            recognition: words(text),
        });
    }

    fn no_words(&mut self, id: JobId, why: Unheard) {
        let recognition = Recognition::refused(why);
        self.handle(Input::Recognised { id, recognition });
    }

    fn has(&self, kind: impl Fn(&EventKind) -> bool) -> bool {
        self.events.iter().any(kind)
    }

    fn asked(&self, wanted: AskedHow) -> bool {
        self.has(|e| matches!(e, EventKind::AskedForHuman { how } if *how == wanted))
    }

    fn transfers(&self) -> usize {
        let transfer = |job: &&Job| matches!(job, Job::Transfer { .. });
        self.jobs.iter().filter(transfer).count()
    }

    #[track_caller]
    fn must_be_transferring(&mut self) {
        self.quiet(seconds(10));
        assert_eq!(self.transfers(), 1, "{:#?}", self.events);
    }
}

fn clinic() -> Dialplan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplans/clinic.toml");
    Dialplan::load(&path, jiff::civil::date(2026, 11, 1))
        .unwrap()
        .dialplan
}

fn sounds(frame: &Frame) -> bool {
    frame.samples().iter().any(|&s| s != 0)
}

#[test]
fn zero_reaches_a_human_at_every_moment_and_silences_the_bot_within_200_ms() {
    // Over the greeting, the caller's turn, the reminder, and the announcement of the transfer.
    for moment in (0..900).step_by(7) {
        let mut test = Test::new();
        test.quiet(moment);
        let already = test.transfers();
        test.handle(Input::Key(Key::ZERO));
        if already == 0 {
            let fell_silent = (0..10).any(|_| {
                test.quiet(1);
                !sounds(&test.out)
            });
            // The announcement starts at once when nothing was being said.
            let interrupted = test.has(|e| {
                matches!(
                    e,
                    EventKind::PromptInterrupted {
                        by: InterruptedBy::Digit,
                        ..
                    }
                )
            });
            assert!(!interrupted || fell_silent, "frame {moment}");
        }
        test.quiet(seconds(10));
        assert_eq!(
            test.transfers(),
            1,
            "0 at frame {moment}: {:#?}",
            test.events
        );
    }
}

#[test]
fn zero_works_while_the_caller_speaks_and_while_we_think() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.handle(Input::Key(Key::ZERO));
    test.recognise(id, "when are you open");
    test.must_be_transferring();
    assert!(!test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn asking_for_a_person_does_the_same() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "can i talk to a person");
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Words));
}

#[test]
fn a_question_is_answered_and_the_wait_is_on_record() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.quiet(10);
    test.recognise(id, "when are you open");
    test.quiet(60);
    assert!(
        test.has(
            |e| matches!(e, EventKind::Understood { intent, .. } if intent == "opening-hours")
        )
    );
    let after = test.events.iter().rev().find_map(|e| match e {
        EventKind::PromptStarted { after_ms, .. } => Some(*after_ms),
        _ => None,
    });
    let ended = test.events.iter().find_map(|e| match e {
        EventKind::SpeechEnded { endpointing_ms, .. } => Some(*endpointing_ms),
        _ => None,
    });
    assert!(
        after.flatten().unwrap() >= ended.unwrap() + 200,
        "{after:?} {ended:?}"
    );
}

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
fn a_thank_you_while_being_put_through_changes_nothing() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "i need to move my appointment");
    for frame in said("goodbye") {
        test.tick(&frame);
    }
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Dialplan));
    let interrupted = |e: &EventKind| matches!(e, EventKind::PromptInterrupted { .. });
    assert!(!test.has(interrupted));
}

#[test]
fn not_understood_twice_leads_to_a_person() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.recognise(id, "the purple giraffe sings opera");
    test.quiet(SAID);
    assert_eq!(test.transfers(), 0);
    let id = test.speak();
    test.recognise(id, "");
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Failures));
}

#[test]
fn a_minute_of_silence_leads_to_a_person() {
    let mut test = Test::new();
    test.quiet(seconds(60));
    let asked_again = test
        .events
        .iter()
        .filter(|e| matches!(e, EventKind::NoInput))
        .count();
    assert_eq!(asked_again, 2);
    assert!(test.asked(AskedHow::Failures));
    assert_eq!(test.transfers(), 1);
}

#[test]
fn silence_after_nobody_could_be_reached_ends_the_call() {
    let mut test = Test::new();
    test.quiet(seconds(30));
    test.handle(Input::Transfer(TransferUpdate::Failed("busy".to_owned())));
    test.quiet(seconds(60));
    assert!(test.call.is_over());
    assert!(test.has(|e| {
        matches!(
            e,
            EventKind::CallEnded {
                reason: EndReason::NoInput,
                ..
            }
        )
    }));
}

#[test]
fn a_broken_recogniser_leads_to_a_person() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.no_words(id, Unheard::Failed("out of memory".to_owned()));
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Engine));
}

#[test]
fn a_recogniser_that_never_answers_leads_to_a_person() {
    let mut test = Test::new();
    test.quiet(SAID);
    test.speak();
    test.quiet(RECOGNITION_OVERDUE + 1);
    test.must_be_transferring();
    assert!(test.asked(AskedHow::Engine));
}

#[test]
fn a_voice_that_never_answers_does_not_keep_the_caller_from_a_person() {
    let mut test = Test::with(clinic(), PromptBook::default());
    test.quiet(seconds(10));
    assert!(test.has(|e| matches!(e, EventKind::EngineFailed { what, .. } if what == "voice")));
    test.handle(Input::Key(Key::ZERO));
    test.must_be_transferring();
}

#[test]
fn a_prompt_that_was_not_ready_is_played_when_it_comes() {
    let mut test = Test::with(clinic(), PromptBook::default());
    test.quiet(10);
    let Some(Job::Synthesise { id, text }) = test.jobs.pop() else {
        panic!("nothing to synthesise: {:?}", test.jobs);
    };
    let prompt = speaker().prompt(&text, RATE).unwrap();
    let phrase = prompt.phrases()[0].clone();
    let spoken = Spoken::Phrase {
        phrase,
        took_ms: 200,
    };
    test.handle(Input::Spoken { id, spoken });
    test.quiet(5);
    assert!(sounds(&test.out));
}

#[test]
fn a_failed_transfer_brings_the_caller_back_and_is_told() {
    let mut test = Test::new();
    test.quiet(20);
    test.handle(Input::Key(Key::ZERO));
    test.must_be_transferring();
    test.handle(Input::Transfer(TransferUpdate::Progress(180)));
    test.handle(Input::Transfer(TransferUpdate::Failed("486".to_owned())));
    test.quiet(SAID);
    let failed = clinic().human.failed.clone();
    assert!(test.has(|e| matches!(e, EventKind::PromptStarted { text, .. } if **text == *failed)));
    assert!(!test.call.is_over());
    let id = test.speak();
    test.recognise(id, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn a_transfer_without_an_end_is_given_up() {
    let mut test = Test::new();
    test.handle(Input::Key(Key::ZERO));
    test.quiet(TRANSFER_OVERDUE + seconds(10));
    assert!(test.has(|e| matches!(e, EventKind::TransferFailed { .. })));
    // The person answers after all.
    test.handle(Input::Transfer(TransferUpdate::Done));
    assert!(test.call.is_over());
}

#[test]
fn a_transfer_that_works_ends_the_call() {
    let mut test = Test::new();
    test.handle(Input::Key(Key::ZERO));
    test.must_be_transferring();
    test.handle(Input::Transfer(TransferUpdate::Done));
    assert!(test.call.is_over());
    assert!(matches!(test.jobs.last(), Some(Job::HangUp)));
    assert!(matches!(
        test.events.last(),
        Some(EventKind::CallEnded {
            reason: EndReason::Transferred,
            ..
        })
    ));
}

#[test]
fn other_keys_are_told_that_words_will_do() {
    let mut test = Test::new();
    test.quiet(SAID);
    for key in "12".chars() {
        test.handle(Input::Key(Key::from_char(key).unwrap()));
    }
    test.quiet(KEYS_DONE + 10);
    assert!(test.has(|e| matches!(e, EventKind::NotUnderstood { text, .. } if text == "12")));
    assert_eq!(test.transfers(), 0);
}

#[test]
fn what_is_said_while_we_think_belongs_to_the_answer() {
    let mut test = Test::new();
    test.quiet(SAID);
    let first = test.speak();
    let second = test.speak();
    // The second is recognised first.
    test.recognise(second, "open");
    assert!(!test.has(|e| matches!(e, EventKind::Understood { .. })));
    test.recognise(first, "when are you");
    assert!(
        test.has(
            |e| matches!(e, EventKind::Understood { intent, .. } if intent == "opening-hours")
        )
    );
}

#[test]
fn words_that_were_recognised_at_the_pause_are_answered_in_the_frame_that_ends_the_turn() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak_until_pause();
    test.recognise(id, "when are you open");
    assert!(
        !test.has(|e| matches!(e, EventKind::Heard { .. })),
        "not sure yet"
    );
    test.quiet(40);
    assert!(test.has(|e| matches!(e, EventKind::Heard { early: true, .. })));
    let after_ms = test.events.iter().rev().find_map(|e| match e {
        EventKind::PromptStarted { after_ms, .. } => *after_ms,
        _ => None,
    });
    assert_eq!(after_ms, Some(700));
    let asked = |job: &&Job| matches!(job, Job::Recognise { .. } | Job::Cancel { .. });
    assert_eq!(test.jobs.iter().filter(asked).count(), 1);
}

#[test]
fn a_caller_who_goes_on_after_a_pause_is_heard_to_the_end() {
    let mut test = Test::new();
    test.quiet(SAID);
    let early = test.speak_until_pause();
    let whole = test.speak();
    assert_ne!(early, whole);
    let cancelled = |job: &Job| matches!(job, Job::Cancel { id } if *id == early);
    assert!(test.jobs.iter().any(cancelled), "{:?}", test.jobs);
    // What comes of it all the same is not believed.
    test.recognise(early, "goodbye");
    assert!(!test.has(|e| matches!(e, EventKind::Heard { .. })));
    test.recognise(whole, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn what_failed_at_the_pause_is_tried_again_when_the_caller_has_finished() {
    let mut test = Test::new();
    test.quiet(SAID);
    let early = test.speak_until_pause();
    test.no_words(early, Unheard::Overloaded("made room".to_owned()));
    test.quiet(40);
    let Some(Job::Recognise { id, urgency, .. }) = test.jobs.pop() else {
        panic!("{:#?}", test.events)
    };
    assert_eq!(urgency, Urgency::Needed);
    test.recognise(id, "when are you open");
    assert!(test.has(|e| matches!(e, EventKind::Understood { .. })));
}

#[test]
fn an_overloaded_machine_says_so_and_offers_a_person_and_then_gets_one() {
    let mut test = Test::new();
    test.quiet(SAID);
    let id = test.speak();
    test.no_words(id, Unheard::Overloaded("too much".to_owned()));
    test.quiet(2);
    let offers = |e: &EventKind| matches!(e, EventKind::PromptStarted { text, .. } if text.contains("press 0"));
    assert!(test.has(offers), "{:#?}", test.events);
    assert_eq!(test.transfers(), 0);
    let id = test.speak();
    test.no_words(id, Unheard::Overloaded("too much".to_owned()));
    test.must_be_transferring();
}

#[test]
fn who_is_put_through_or_gone_costs_no_recognition() {
    for input in [Input::Key(Key::ZERO), Input::HungUp] {
        let mut test = Test::new();
        test.quiet(SAID);
        let waited_for = test.speak();
        let early = test.speak_until_pause();
        test.handle(input);
        for id in [waited_for, early] {
            let cancelled = |job: &Job| matches!(job, Job::Cancel { id: of } if *of == id);
            assert!(test.jobs.iter().any(cancelled), "{id:?} of {:?}", test.jobs);
        }
    }
}

#[test]
fn hanging_up_at_any_moment_ends_the_call_once() {
    for moment in (0..1_500).step_by(31) {
        let mut test = Test::new();
        test.quiet(moment);
        test.handle(Input::HungUp);
        test.handle(Input::HungUp);
        test.quiet(10);
        let ends = test
            .events
            .iter()
            .filter(|e| matches!(e, EventKind::CallEnded { .. }))
            .count();
        assert_eq!(ends, 1, "hung up at frame {moment}");
        assert!(test.call.is_over() && !sounds(&test.out));
        assert!(matches!(
            test.events.first(),
            Some(EventKind::CallStarted { .. })
        ));
    }
}

/// The clinic's line with a voice too slow for anything but "one moment".
fn with_slow_voice() -> Test {
    let dialplan = clinic();
    let only = [dialplan.one_moment().clone()];
    let (prompts, _) = PromptBook::prepare(&speaker(), RATE, only, &|_, _| {});
    Test::with(dialplan, prompts)
}

fn phrases(text: &str) -> Vec<Spoken> {
    let prompt = speaker().prompt(text, RATE).unwrap();
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
            Some(Job::Synthesise { id, text }) => (id, phrases(&text)),
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
    let (prompts, _) = PromptBook::prepare(&speaker, RATE, dialplan.fixed_texts(), &|_, _| {});
    let mut test = Test::with(dialplan, prompts);
    test.quiet(115);
    assert!(sounds(&test.out));
    let last = *test.out.samples().last().unwrap();
    test.handle(Input::Key(Key::from_char('5').unwrap()));
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
