//! Callers in `audio-fixtures/` through listener and recogniser, without a call around them.

use super::*;
use crate::audio::{Frame, LineRate, resample, wav};
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// What a clinic's callers ask for.
const PHRASES: &[&str] = &[
    "when are you open",
    "what are your hours",
    "what are your opening hours",
    "are you open on saturday",
    "what time do you close today",
    "where are you located",
    "what is your address",
    "how do i get there",
    "where can i park",
    "is there a parking lot",
    "do you have parking",
    "i need to move my appointment",
    "i want to reschedule my appointment",
    "can i change my appointment",
    "i would like to make an appointment",
    "i want to see the doctor today",
    "i need a refill",
    "can you refill my prescription",
    "do you take my insurance",
    "what insurance do you accept",
    "are my test results in",
    "i am calling about my test results",
    "this is an emergency",
    "i can not breathe",
    "goodbye",
    "that is all thank you",
    "thank you goodbye",
    "can i talk to a person",
    "i want to speak to somebody",
    "operator",
];

static SPHINX: LazyLock<Sphinx> = LazyLock::new(|| {
    let phrases: Vec<String> = PHRASES.iter().map(|&phrase| phrase.to_owned()).collect();
    let expected = Expected::from_phrases(&phrases);
    let (sphinx, unlisted) = Sphinx::new(None, &expected, &|_| None).unwrap();
    assert_eq!(unlisted, Unlisted::default());
    sphinx
});

fn fixture(name: &str) -> Clip {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio-fixtures/{name}.wav"));
    wav::read(&path).unwrap().clip
}

/// The utterances of a fixture that is followed by a second of line noise.
fn utterances(name: &str) -> Vec<Utterance> {
    let mut listener = Listener::new(LineRate::Narrow, Vad::Fvad.start(LineRate::Narrow));
    let nothing = Frame::silence(LineRate::Narrow);
    let mut clip = fixture(name);
    let rest: Vec<i16> = fixture("long-silence").samples[..8_000].to_vec();
    clip.samples.extend(rest);
    clip.frames(LineRate::Narrow)
        .iter()
        .filter_map(|frame| match listener.hear(frame, &nothing, 700) {
            Some(Heard::SpeechEnded(utterance)) => Some(utterance),
            _ => None,
        })
        .collect()
}

fn heard(name: &str) -> Hypothesis {
    let utterances = utterances(name);
    assert_eq!(utterances.len(), 1, "{name}");
    SPHINX
        .recognise(&utterances[0].clip, &Stop::never())
        .unwrap()
}

#[test]
fn callers_are_heard() {
    let mut wrong = Vec::new();
    for (name, text) in [
        ("opening-hours", "when are you open"),
        ("saturday", "hello are you open on saturday"),
        ("address", "can you tell me where are you located"),
        ("parking", "is there a parking"),
        ("reschedule", "hello i need to move my appointment"),
        (
            "new-appointment",
            "i would like to make an appointment please",
        ),
        ("prescription", "can you refill my prescription"),
        ("insurance", "do you take my insurance"),
        ("test-results", "i am calling about my test results"),
        ("emergency", "this is an emergency"),
        ("person", "can i talk to a person"),
        ("person-2", "i want to speak to somebody please"),
        ("goodbye", "thank you goodbye"),
        ("unknown", ""),
    ] {
        let heard = heard(name);
        if heard.text != text {
            wrong.push(format!("{name}: {heard:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn noise_at_20_db_costs_a_word_at_most() {
    let text = heard("opening-hours-noisy").text;
    let said = "what time do you close today".split(' ');
    let lost = said.filter(|word| !text.split(' ').any(|heard| heard == *word));
    assert!(lost.count() <= 1, "{text}");
}

#[test]
fn what_is_no_speech_is_not_heard() {
    assert_eq!(utterances("long-silence"), []);
    assert_eq!(utterances("cough-click"), []);
}

#[test]
fn what_nobody_is_expected_to_say_is_only_a_guess() {
    let heard = heard("unknown");
    assert_eq!(heard.text, "");
    assert_eq!(heard.confidence, 0.0);
    assert!(!heard.guess.is_empty());
}

#[test]
fn what_was_recognised_before_changes_nothing() {
    let quiet = Clip::new(
        8_000,
        fixture("reschedule")
            .samples
            .iter()
            .map(|s| s / 8)
            .collect(),
    );
    let names = ["opening-hours", "unknown", "person-2", "saturday"];
    let before: Vec<Hypothesis> = names
        .iter()
        .map(|name| SPHINX.recognise(&fixture(name), &Stop::never()).unwrap())
        .collect();
    for (name, before) in names.iter().zip(before) {
        SPHINX
            .recognise(&fixture("opening-hours-noisy"), &Stop::never())
            .unwrap();
        SPHINX.recognise(&quiet, &Stop::never()).unwrap();
        assert_eq!(
            SPHINX.recognise(&fixture(name), &Stop::never()).unwrap(),
            before,
            "{name}"
        );
    }
}

#[test]
fn a_slot_is_filled_with_what_was_said() {
    let phrases = ["are you open on {weekday}", "see you {date}"].map(str::to_owned);
    let expected = Expected::new(&phrases, &Default::default()).unwrap();
    let (sphinx, unlisted) = Sphinx::new(None, &expected, &|_| None).unwrap();
    assert_eq!(unlisted, Unlisted::default());
    let heard = sphinx
        .recognise(&fixture("saturday"), &Stop::never())
        .unwrap();
    assert_eq!(heard.text, "hello are you open on saturday");
}

#[test]
fn a_recognition_that_nobody_waits_for_ends_and_the_next_one_hears() {
    let stop = Stop::never();
    stop.cancel();
    let soon = Stop::at(Instant::now() + Duration::from_millis(5));
    let long = Clip::new(8_000, fixture("opening-hours").samples.repeat(10));
    for (clip, stop) in [(fixture("person"), stop), (long, soon)] {
        let stopped = SPHINX.recognise(&clip, &stop);
        assert!(matches!(stopped, Err(HearError::Stopped)), "{stopped:?}");
    }
    assert_eq!(heard("person").text, "can i talk to a person");
}

#[test]
fn several_threads_hear_the_same() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let heard = SPHINX
                    .recognise(&fixture("person"), &Stop::never())
                    .unwrap();
                assert_eq!(heard.text, "can i talk to a person");
            });
        }
    });
}

#[test]
fn a_wideband_line_is_heard_too() {
    let wide = resample::to(&fixture("person-2"), LineRate::Wide.hz());
    let mut listener = Listener::new(LineRate::Wide, Vad::Fvad.start(LineRate::Wide));
    let nothing = Frame::silence(LineRate::Wide);
    let mut clip = wide;
    clip.samples.resize(clip.samples.len() + 16_000, 0);
    let utterance = clip
        .frames(LineRate::Wide)
        .iter()
        .find_map(|frame| match listener.hear(frame, &nothing, 700) {
            Some(Heard::SpeechEnded(utterance)) => Some(utterance),
            _ => None,
        })
        .unwrap();
    let heard = SPHINX.recognise(&utterance.clip, &Stop::never()).unwrap();
    assert_eq!(heard.text, "i want to speak to somebody please");
}

#[test]
fn odd_sound_is_no_phrase() {
    for samples in [
        vec![],
        vec![0],
        vec![0; 8_000],
        vec![i16::MIN; 300],
        vec![i16::MAX; 8_000],
    ] {
        let length = samples.len();
        let heard = SPHINX
            .recognise(&Clip::new(8_000, samples), &Stop::never())
            .unwrap();
        assert_eq!(heard, Hypothesis::nothing(), "{length} samples");
    }
}

#[test]
fn a_word_of_no_dictionary_is_guessed_and_what_nobody_can_say_is_left_out() {
    let phrases = [
        "when are you open".to_owned(),
        "is Dr. Xyzzyq in?".to_owned(),
    ];
    let both = Expected::from_phrases(&phrases);
    let (_, unlisted) = Sphinx::new(None, &both, &|_| None).unwrap();
    let left_out = [("is dr xyzzyq in".to_owned(), "xyzzyq".to_owned())];
    assert_eq!(unlisted.left_out, left_out);
    assert_eq!(unlisted.guessed, []);
    let one = Expected::from_phrases(&phrases[1..]);
    let error = Sphinx::new(None, &one, &|_| None).err().unwrap();
    assert!(error.to_string().contains("examples"), "{error}");

    let pronounce = |word: &str| (word == "xyzzyq").then(|| "zˈɪzik".to_owned());
    let (_, unlisted) = Sphinx::new(None, &both, &pronounce).unwrap();
    assert!(unlisted.left_out.is_empty(), "{unlisted:?}");
    assert_eq!(
        unlisted.guessed,
        [("xyzzyq".to_owned(), "Z IH Z IY K".to_owned())]
    );
}

#[test]
fn a_missing_model_is_an_error_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let expected = Expected::from_phrases(&["yes".to_owned()]);
    let error = Sphinx::new(Some(folder.path()), &expected, &|_| None)
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .contains("apt-get install pocketsphinx-en-us"),
        "{error}"
    );
}
