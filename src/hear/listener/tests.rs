use super::*;
use crate::audio::wav;
use crate::hear::Vad;
use proptest::prelude::*;
use std::path::Path;

const RATE: LineRate = LineRate::Narrow;
/// Silence that ends an utterance here.
const PATIENCE_MS: u32 = 700;

fn fixture(name: &str) -> Clip {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("audio-fixtures/{name}.wav"));
    wav::read(&path).unwrap().clip
}

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

fn louder(samples: &[i16], db: f32) -> Vec<i16> {
    let factor = 10f32.powf(db / 20.0);
    samples
        .iter()
        .map(|&s| (f32::from(s) * factor) as i16)
        .collect()
}

fn mixed(a: &[i16], b: &[i16]) -> Vec<i16> {
    let at = |side: &[i16], i: usize| side.get(i).copied().unwrap_or(0);
    (0..a.len().max(b.len()))
        .map(|i| at(a, i).saturating_add(at(b, i)))
        .collect()
}

fn listener() -> Listener {
    Listener::new(RATE, Vad::Fvad.start(RATE))
}

/// What is heard, and when, in milliseconds.
fn listen(caller: &[i16], playing: &[i16]) -> Vec<(usize, Heard)> {
    let mut listener = listener();
    let mut played = playing.chunks(RATE.frame_len());
    caller
        .chunks(RATE.frame_len())
        .enumerate()
        .filter_map(|(at, samples)| {
            let playing = Frame::of(RATE, played.next().unwrap_or_default());
            let heard = listener.hear(&Frame::of(RATE, samples), &playing, PATIENCE_MS)?;
            Some(((at + 1) * FRAME_MS as usize, heard))
        })
        .collect()
}

fn started(heard: &[(usize, Heard)]) -> Option<usize> {
    let (at, _) = heard
        .iter()
        .find(|(_, heard)| *heard == Heard::SpeechStarted)?;
    Some(*at)
}

fn utterances(heard: &[(usize, Heard)]) -> usize {
    let ended = |(_, heard): &&(usize, Heard)| matches!(heard, Heard::SpeechEnded(_));
    heard.iter().filter(ended).count()
}

/// Without the pauses that were taken back: a consonant's closure looks like one.
fn settled(heard: &[(usize, Heard)]) -> Vec<&(usize, Heard)> {
    let mut settled = Vec::new();
    for one in heard {
        match one.1 {
            Heard::WentOn => drop(settled.pop()),
            _ => settled.push(one),
        }
    }
    settled
}

#[test]
fn a_pause_comes_early_and_brings_what_the_end_brings_unless_the_caller_goes_on() {
    let speech = fixture("test-results").samples;
    let heard = listen(&[speech.clone(), silence(1000)].concat(), &[]);
    let [
        (_, Heard::Onset),
        (_, Heard::SpeechStarted),
        (paused, Heard::Paused(early)),
        (ended, Heard::SpeechEnded(late)),
    ] = settled(&heard)[..]
    else {
        panic!("{heard:?}")
    };
    assert_eq!(ended - paused, (PATIENCE_MS - PAUSE_MS) as usize);
    assert_eq!(early.clip, late.clip);

    // Half a second is a pause for thought, not the end.
    let thinks = [
        &speech[..speech.len() - 4_000],
        &silence(400),
        &speech,
        &silence(1000),
    ]
    .concat();
    let heard = listen(&thinks, &[]);
    let kinds: Vec<&Heard> = settled(&heard)
        .into_iter()
        .map(|(_, heard)| heard)
        .collect();
    assert!(
        matches!(
            kinds[..],
            [
                Heard::Onset,
                Heard::SpeechStarted,
                Heard::Paused(_),
                Heard::SpeechEnded(_)
            ]
        ),
        "{heard:?}"
    );
    let thought = heard.windows(2).any(|pair| {
        let [(paused, Heard::Paused(_)), (went_on, Heard::WentOn)] = pair else {
            return false;
        };
        went_on - paused > 300
    });
    assert!(thought, "{heard:?}");
}

#[test]
fn an_utterance_holds_all_of_the_speech_and_its_times_add_up() {
    // The fixture's speech lies between 250 ms of line noise before and 500 ms after it.
    let speech = fixture("test-results");
    let length = speech.milliseconds() as usize;
    let caller = [silence(1000), speech.samples, silence(1000)].concat();
    let heard = listen(&caller, &[]);
    let [_, (started, _), _, (ended, Heard::SpeechEnded(utterance))] = settled(&heard)[..] else {
        panic!("{heard:?}")
    };
    let started = *started as i64 - 1250;
    assert!(
        (40..200).contains(&started),
        "{started} ms after the first sound"
    );
    assert_eq!(utterance.endpointing_ms, 700);
    let end = *ended as i64 - 700 - (1000 + length as i64 - 500);
    assert!((-120..120).contains(&end), "ends {end} ms late");
    assert!(utterance.voiced_ms <= utterance.speech_ms);
    assert!(utterance.voiced_ms > 800, "{utterance:?}");
    let clip = utterance.clip.milliseconds();
    assert_eq!(clip, 300 + utterance.speech_ms + u64::from(PAUSE_MS));
}

#[test]
fn our_own_voice_coming_back_is_not_the_caller() {
    let prompt = [
        fixture("human-greeting").samples,
        fixture("unknown").samples,
    ]
    .concat();
    for (delay_ms, db) in [
        (0, -6.1),
        (40, -6.1),
        (120, -10.0),
        (240, -6.1),
        (200, -25.0),
    ] {
        let echo = [silence(delay_ms), louder(&prompt, db)].concat();
        let speech = started(&listen(&echo, &prompt));
        assert_eq!(speech, None, "{db} dB after {delay_ms} ms");
    }
}

#[test]
fn a_caller_gets_through_while_we_speak_also_over_an_echo() {
    let prompt = [
        fixture("human-greeting").samples,
        fixture("unknown").samples,
    ]
    .concat();
    for name in ["opening-hours", "person", "parking"] {
        let caller = [silence(1000), fixture(name).samples].concat();
        let at = started(&listen(&caller, &prompt)).unwrap();
        assert!((1250..1600).contains(&at), "{name} at {at} ms");
        let echo = [silence(80), louder(&prompt, -12.0)].concat();
        let at = started(&listen(&mixed(&caller, &echo), &prompt)).unwrap();
        assert!((1250..1900).contains(&at), "{name} over an echo at {at} ms");
    }
}

#[test]
fn speech_without_end_comes_in_pieces() {
    let speech = fixture("unknown").samples[2400..20_000].to_vec();
    let heard = listen(&speech.repeat(16), &[]);
    let pieces: Vec<&Utterance> = heard
        .iter()
        .filter_map(|(_, heard)| match heard {
            Heard::SpeechEnded(utterance) => Some(utterance),
            _ => None,
        })
        .collect();
    assert_eq!(pieces.len(), 2);
    for piece in pieces {
        assert!(
            piece.clip.milliseconds() <= 15_300,
            "{}",
            piece.clip.milliseconds()
        );
    }
}

#[test]
fn quiet_and_loud_callers_and_noisy_lines_are_heard() {
    for db in [-16.0, -6.0, 4.0] {
        let caller = [louder(&fixture("person").samples, db), silence(1000)].concat();
        assert_eq!(utterances(&listen(&caller, &[])), 1, "{db} dB");
    }
    let noise = louder(&fixture("long-silence").samples, 15.0);
    assert_eq!(
        started(&listen(&noise, &[])),
        None,
        "noise at -40 dBov alone"
    );
    let caller = [silence(3000), fixture("person").samples].concat();
    let heard = listen(&mixed(&noise, &caller), &[]);
    assert_eq!(utterances(&heard), 1, "speech in it");
}

#[test]
fn a_reset_forgets_the_utterance_that_has_begun() {
    let mut listener = listener();
    let nothing = Frame::silence(RATE);
    for frame in fixture("opening-hours").frames(RATE).iter().take(40) {
        listener.hear(frame, &nothing, PATIENCE_MS);
    }
    assert!(listener.is_in_speech());
    listener.reset();
    assert!(!listener.is_in_speech());
    for _ in 0..100 {
        assert_eq!(listener.hear(&nothing, &nothing, PATIENCE_MS), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_start_has_one_end_and_every_pause_is_taken_back_or_kept(
        stretches in proptest::collection::vec((0usize..4, 1usize..120, -40f32..6.0), 1..12),
    ) {
        let sources = ["person", "cough-click", "long-silence", "opening-hours-noisy"].map(fixture);
        let caller: Vec<i16> = stretches
            .iter()
            .flat_map(|&(source, frames, db)| {
                let samples = sources[source].samples.iter().cycle().take(frames * 160);
                louder(&samples.copied().collect::<Vec<_>>(), db)
            })
            .chain(silence(2000))
            .collect();
        let mut last = None;
        for (_, heard) in listen(&caller, &[]) {
            let in_order = match &heard {
                Heard::Onset => {
                    matches!(last, None | Some(Heard::FalseOnset | Heard::SpeechEnded(_)))
                }
                Heard::FalseOnset => matches!(last, Some(Heard::Onset)),
                Heard::SpeechStarted => {
                    matches!(last, None | Some(Heard::Onset | Heard::FalseOnset | Heard::SpeechEnded(_)))
                }
                Heard::Paused(_) => matches!(last, Some(Heard::SpeechStarted | Heard::WentOn)),
                Heard::WentOn => matches!(last, Some(Heard::Paused(_))),
                Heard::SpeechEnded(utterance) => match &last {
                    Some(Heard::Paused(early)) => early.clip == utterance.clip,
                    other => matches!(other, Some(Heard::SpeechStarted | Heard::WentOn)),
                },
            };
            prop_assert!(in_order, "{:?} after {:?}", heard, last);
            last = Some(heard);
        }
        prop_assert!(matches!(last, None | Some(Heard::FalseOnset | Heard::SpeechEnded(_))));
    }
}
