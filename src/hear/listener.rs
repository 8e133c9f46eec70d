//! When does the caller speak, and what is the sound of it? Sans-IO: one 20 ms frame in, perhaps
//! the start or the end of an utterance out.
//!
//! Speech begins with enough voice within a short window, so that a click or a cough is none;
//! the utterance reaches back before it, so that no first syllable is lost. It ends after
//! [`TRAILING_SILENCE_MS`] without voice. Every [`Heard::SpeechStarted`] is followed by exactly
//! one [`Heard::SpeechEnded`], unless [`Listener::reset`] comes between.
//!
//! Much earlier, after [`PAUSE_MS`], the caller may have finished ([`Heard::Paused`]): then is the
//! time to begin with recognition. If they have, `SpeechEnded` brings the very same clip; if not,
//! [`Heard::WentOn`] comes first.
//!
//! What was said is not known here: that is a [`super::Recogniser`]'s work.

use super::vad::{Voice, VoiceDetector};
use crate::audio::{Clip, FRAME_MS, Frame, LineRate};

/// How long a caller must be silent to have finished.
pub const TRAILING_SILENCE_MS: u32 = 700;
/// How long a caller must be silent to have perhaps finished. This much silence stays in the clip:
/// a soft last consonant is in it.
pub const PAUSE_MS: u32 = 240;
/// How much sound before the first voice belongs to the utterance.
pub const PRE_ROLL_MS: u32 = 300;
/// An utterance is cut here; what follows is the next one.
pub const LONGEST_UTTERANCE_MS: u32 = 15_000;

/// Voice that makes a beginning, in frames, and within how many frames it must come.
const ONSET_ACTIVE: usize = 6;
const ONSET_PITCHED: usize = 3;
const ONSET_WINDOW: usize = 11;
const PAST: usize = ONSET_WINDOW + frames(PRE_ROLL_MS);

const fn frames(ms: u32) -> usize {
    (ms / FRAME_MS) as usize
}

/// What a frame completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    SpeechStarted,
    /// The caller may have finished; the utterance as it would be then.
    Paused(Utterance),
    /// They had not finished: what was paused is no utterance yet.
    WentOn,
    SpeechEnded(Utterance),
}

/// One thing that a caller said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// At the line's rate, with pre-roll and a short tail.
    pub clip: Clip,
    /// From the first voice to the last.
    pub speech_ms: u64,
    /// From the last voice to the decision that it was the last.
    pub endpointing_ms: u64,
    /// How much of `speech_ms` had voice in it.
    pub voiced_ms: u64,
}

/// The ear of one call.
pub struct Listener {
    rate: LineRate,
    detector: VoiceDetector,
    past: Past,
    speech: Option<Speech>,
}

impl Listener {
    pub fn new(rate: LineRate) -> Listener {
        Listener {
            rate,
            detector: VoiceDetector::new(rate),
            past: Past::new(rate),
            speech: None,
        }
    }

    /// Takes what the caller sent in this 20 ms, and what was played to them in it.
    pub fn hear(&mut self, caller: &Frame, playing: &Frame) -> Option<Heard> {
        let voice = self.detector.look(caller, playing);
        let Some(speech) = &mut self.speech else {
            self.past.push(caller, voice);
            self.speech = self.past.onset(self.rate);
            return self.speech.as_ref().map(|_| Heard::SpeechStarted);
        };
        let was_paused = speech.is_paused();
        speech.push(caller, voice);
        if speech.is_over() {
            let utterance = self.speech.take()?.into_utterance(self.rate);
            self.past.clear();
            return Some(Heard::SpeechEnded(utterance));
        }
        match (was_paused, speech.is_paused()) {
            (false, true) => Some(Heard::Paused(speech.clone().into_utterance(self.rate))),
            (true, false) => Some(Heard::WentOn),
            _ => None,
        }
    }

    pub fn is_in_speech(&self) -> bool {
        self.speech.is_some()
    }

    /// Forgets an utterance that has begun and all that was heard before; what is known about
    /// the line (its noise, what was played into it) stays.
    pub fn reset(&mut self) {
        self.speech = None;
        self.past.clear();
    }
}

/// The last frames while nobody speaks.
struct Past {
    frames: [(Frame, Voice); PAST],
    next: usize,
    filled: usize,
}

impl Past {
    fn new(rate: LineRate) -> Past {
        Past {
            frames: std::array::from_fn(|_| (Frame::silence(rate), Voice::default())),
            next: 0,
            filled: 0,
        }
    }

    fn push(&mut self, frame: &Frame, voice: Voice) {
        if let Some(slot) = self.frames.get_mut(self.next) {
            *slot = (frame.clone(), voice);
        }
        self.next = (self.next + 1) % PAST;
        self.filled = (self.filled + 1).min(PAST);
    }

    fn clear(&mut self) {
        self.filled = 0;
    }

    /// Oldest first.
    fn iter(&self) -> impl Iterator<Item = &(Frame, Voice)> {
        let (late, early) = self.frames.split_at(self.next);
        early.iter().chain(late).skip(PAST - self.filled)
    }

    /// The speech that began in the last frames, if one did.
    fn onset(&self, rate: LineRate) -> Option<Speech> {
        let window = self.filled.saturating_sub(ONSET_WINDOW);
        let recent = || self.iter().skip(window).map(|(_, voice)| voice);
        if recent().filter(|voice| voice.active).count() < ONSET_ACTIVE
            || recent().filter(|voice| voice.pitched).count() < ONSET_PITCHED
        {
            return None;
        }
        let first = window + recent().position(|voice| voice.active)?;
        let mut speech = Speech::new(rate);
        let pre_roll = first.saturating_sub(frames(PRE_ROLL_MS));
        for (at, (frame, voice)) in self.iter().enumerate().skip(pre_roll) {
            if at < first {
                speech.samples.extend_from_slice(frame.samples());
            } else {
                speech.push(frame, *voice);
            }
        }
        Some(speech)
    }
}

/// An utterance that is being said.
#[derive(Clone)]
struct Speech {
    samples: Vec<i16>,
    /// Since the first voice, in frames.
    length: usize,
    voiced: usize,
    silent: usize,
}

impl Speech {
    fn new(rate: LineRate) -> Speech {
        let longest = frames(LONGEST_UTTERANCE_MS + PRE_ROLL_MS) + 1;
        Speech {
            samples: Vec::with_capacity(longest * rate.frame_len()),
            length: 0,
            voiced: 0,
            silent: 0,
        }
    }

    fn push(&mut self, frame: &Frame, voice: Voice) {
        self.samples.extend_from_slice(frame.samples());
        self.length += 1;
        if voice.active {
            self.voiced += 1;
            self.silent = 0;
        } else {
            self.silent += 1;
        }
    }

    fn is_paused(&self) -> bool {
        self.silent >= frames(PAUSE_MS)
    }

    fn is_over(&self) -> bool {
        self.silent >= frames(TRAILING_SILENCE_MS) || self.length >= frames(LONGEST_UTTERANCE_MS)
    }

    fn into_utterance(mut self, rate: LineRate) -> Utterance {
        let too_much = self.silent.saturating_sub(frames(PAUSE_MS)) * rate.frame_len();
        self.samples
            .truncate(self.samples.len().saturating_sub(too_much));
        Utterance {
            clip: Clip::new(rate.hz(), self.samples),
            speech_ms: milliseconds(self.length - self.silent),
            endpointing_ms: milliseconds(self.silent),
            voiced_ms: milliseconds(self.voiced),
        }
    }
}

fn milliseconds(frames: usize) -> u64 {
    frames as u64 * u64::from(FRAME_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::wav;
    use proptest::prelude::*;
    use std::path::Path;

    const RATE: LineRate = LineRate::Narrow;

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

    /// What is heard, and when, in milliseconds.
    fn listen(caller: &[i16], playing: &[i16]) -> Vec<(usize, Heard)> {
        let mut listener = Listener::new(RATE);
        let mut played = playing.chunks(RATE.frame_len());
        caller
            .chunks(RATE.frame_len())
            .enumerate()
            .filter_map(|(at, samples)| {
                let playing = Frame::of(RATE, played.next().unwrap_or_default());
                let heard = listener.hear(&Frame::of(RATE, samples), &playing)?;
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

    #[test]
    fn a_pause_comes_early_and_brings_what_the_end_brings_unless_the_caller_goes_on() {
        let speech = fixture("reschedule").samples;
        let heard = listen(&[speech.clone(), silence(1000)].concat(), &[]);
        let [
            (_, Heard::SpeechStarted),
            (paused, Heard::Paused(early)),
            (ended, Heard::SpeechEnded(late)),
        ] = &heard[..]
        else {
            panic!("{heard:?}")
        };
        assert_eq!(ended - paused, 460);
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
        let kinds: Vec<&Heard> = heard.iter().map(|(_, heard)| heard).collect();
        assert!(
            matches!(
                kinds[..],
                [
                    Heard::SpeechStarted,
                    Heard::Paused(_),
                    Heard::WentOn,
                    Heard::Paused(_),
                    Heard::SpeechEnded(_)
                ]
            ),
            "{heard:?}"
        );
    }

    #[test]
    fn an_utterance_holds_all_of_the_speech_and_its_times_add_up() {
        // The fixture's speech lies between 250 ms of line noise before and 500 ms after it.
        let speech = fixture("reschedule");
        let length = speech.milliseconds() as usize;
        let caller = [silence(1000), speech.samples, silence(1000)].concat();
        let heard = listen(&caller, &[]);
        assert_eq!(heard.len(), 3, "{heard:?}");
        let started = heard[0].0 as i64 - 1250;
        assert!(
            (100..300).contains(&started),
            "{started} ms after the first sound"
        );
        let (ended, Heard::SpeechEnded(utterance)) = &heard[2] else {
            panic!("{heard:?}")
        };
        assert_eq!(utterance.endpointing_ms, 700);
        let end = *ended as i64 - 700 - (1000 + length as i64 - 500);
        assert!((-120..120).contains(&end), "ends {end} ms late");
        assert!(utterance.voiced_ms <= utterance.speech_ms);
        assert!(utterance.voiced_ms > 800, "{utterance:?}");
        let clip = utterance.clip.milliseconds();
        assert_eq!(clip, 300 + utterance.speech_ms + 240);
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
            assert_eq!(listen(&echo, &prompt), [], "{db} dB after {delay_ms} ms");
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
            assert!((1250..1900).contains(&at), "{name} at {at} ms");
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
        assert_eq!(listen(&noise, &[]), [], "noise at -40 dBov alone");
        let caller = [silence(3000), fixture("person").samples].concat();
        let heard = listen(&mixed(&noise, &caller), &[]);
        assert_eq!(utterances(&heard), 1, "speech in it");
    }

    #[test]
    fn a_reset_forgets_the_utterance_that_has_begun() {
        let mut listener = Listener::new(RATE);
        let nothing = Frame::silence(RATE);
        for frame in fixture("opening-hours").frames(RATE).iter().take(40) {
            listener.hear(frame, &nothing);
        }
        assert!(listener.is_in_speech());
        listener.reset();
        assert!(!listener.is_in_speech());
        for _ in 0..100 {
            assert_eq!(listener.hear(&nothing, &nothing), None);
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
                    Heard::SpeechStarted => matches!(last, None | Some(Heard::SpeechEnded(_))),
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
            prop_assert!(matches!(last, None | Some(Heard::SpeechEnded(_))));
        }
    }
}
