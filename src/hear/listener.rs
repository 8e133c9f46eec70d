//! When does the caller speak, and what is the sound of it? Sans-IO: one 20 ms frame in, perhaps
//! the start or the end of an utterance out.
//!
//! The first voice may be the beginning of speech ([`Heard::Onset`]); a moment later it is
//! ([`Heard::SpeechStarted`]) or was a cough, a click or the like ([`Heard::FalseOnset`]). The
//! utterance reaches back before it, so that no first syllable is lost. It ends after as much
//! silence as the one who listens asks for: that depends on what was said, which is not known here.
//! Every `SpeechStarted` is followed by exactly one [`Heard::SpeechEnded`], unless
//! [`Listener::reset`] comes between.
//!
//! Much earlier, after [`PAUSE_MS`], the caller may have finished ([`Heard::Paused`]): then is the
//! time to begin with recognition. If they have, `SpeechEnded` brings the very same clip; if not,
//! [`Heard::WentOn`] comes first.
//!
//! Our own voice coming back from the far end is taken out before ([`super::echo`]).

use super::echo::Canceller;
use super::onset::{self, Onset};
use super::vad::{Voice, VoiceActivity, VoiceDetector};
use crate::audio::{Clip, FRAME_MS, Frame, LineRate, level};

/// How long a caller must be silent to have perhaps finished. This much silence stays in the clip:
/// a soft last consonant is in it.
pub const PAUSE_MS: u32 = 60;
/// How much sound before the first voice belongs to the utterance.
pub const PRE_ROLL_MS: u32 = 300;
/// An utterance is cut here; what follows is the next one.
pub const LONGEST_UTTERANCE_MS: u32 = 15_000;

/// An onset that has not become speech after so long, or is quiet for so long, was none.
const ONSET_LONGEST: usize = frames(600);
const ONSET_QUIET: usize = frames(120);
/// What never gets louder, in dBov, is somebody in the background; over a prompt there is more of
/// that, and who interrupts one speaks into the phone.
const BACKGROUND: f32 = -38.0;
const OVER_PROMPT: f32 = -36.0;
/// A caller's voice varies by so much, in dB: what never gets so near to their loudest is another's.
const VARIES: f32 = 18.0;
/// What is fainter than the loudest of an utterance by more is not of it.
const RANGE: f32 = 22.0;
/// Consonants between two vowels, or after the last, take no longer: what goes on without a pitch,
/// and is not about as loud as the loudest, in dB, is noise.
const CONSONANTS: usize = frames(160);
const VOWEL_PITCH: f32 = 0.7;
const LOUD: f32 = 10.0;
/// How fast the loudest is forgotten, in dB an utterance.
const FORGET: f32 = 3.0;
/// Voice that is interrupted for no longer belongs together, when the beginning is looked for.
const GAP: usize = frames(80);
const PAST: usize = onset::WINDOW + frames(PRE_ROLL_MS);

const fn frames(ms: u32) -> usize {
    (ms / FRAME_MS) as usize
}

/// What a frame completed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The caller may begin to speak.
    Onset,
    /// They did not.
    FalseOnset,
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
    canceller: Canceller,
    detector: VoiceDetector,
    past: Past,
    onset: Option<Since>,
    speech: Option<Speech>,
    /// How loud the caller gets, in dBov; very quiet while nothing is known.
    usual: f32,
}

/// How long ago an onset was, and how long ago its last voice, in frames.
#[derive(Default)]
struct Since {
    onset: usize,
    voice: usize,
}

impl Listener {
    pub fn new(rate: LineRate, activity: Box<dyn VoiceActivity>) -> Listener {
        Listener {
            rate,
            canceller: Canceller::new(rate),
            detector: VoiceDetector::new(rate, activity),
            past: Past::new(rate),
            onset: None,
            speech: None,
            usual: level::SILENCE,
        }
    }

    /// Takes what the caller sent in this 20 ms and what was played to them in it. An utterance
    /// ends after `patience_ms` without voice, no less than [`PAUSE_MS`].
    pub fn hear(&mut self, caller: &Frame, playing: &Frame, patience_ms: u32) -> Option<Heard> {
        let clean = self.canceller.clean(caller, playing, self.speech.is_some());
        let caller = clean.frame;
        let echo = clean.echo.unwrap_or(level::SILENCE);
        let Some(speech) = &mut self.speech else {
            let voice = self.detector.look(&caller, echo);
            self.past.push(&caller, voice);
            let least = clean.echo.map_or(BACKGROUND, |_| OVER_PROMPT);
            return self.look_for_onset(voice, least.max(self.usual - VARIES));
        };
        let voice = self
            .detector
            .look(&caller, echo.max(speech.loudest - RANGE));
        let was_paused = speech.is_paused();
        speech.push(&caller, voice);
        if speech.is_over(patience_ms) {
            self.usual = speech.loudest.max(self.usual - FORGET);
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

    fn look_for_onset(&mut self, voice: Voice, least: f32) -> Option<Heard> {
        match self.past.judge(least) {
            Onset::Speech => {
                self.onset = None;
                self.speech = Some(self.past.speech(self.rate));
                return Some(Heard::SpeechStarted);
            }
            Onset::Perhaps if self.onset.is_none() => {
                self.onset = Some(Since::default());
                return Some(Heard::Onset);
            }
            Onset::Perhaps | Onset::No => {}
        }
        let since = self.onset.as_mut()?;
        since.onset += 1;
        since.voice = if voice.clear { 0 } else { since.voice + 1 };
        if since.onset < ONSET_LONGEST && since.voice < ONSET_QUIET {
            return None;
        }
        self.onset = None;
        Some(Heard::FalseOnset)
    }

    pub fn is_in_speech(&self) -> bool {
        self.speech.is_some()
    }

    /// For how long the caller has been silent in what they say, in milliseconds; 0 while they
    /// speak, and while they have said nothing.
    pub fn silent_ms(&self) -> u64 {
        let silent = self.speech.as_ref().map_or(0, |speech| speech.silent);
        milliseconds(silent)
    }

    /// Forgets an utterance that has begun and all that was heard before; what is known about
    /// the line (its noise, its echo) stays.
    pub fn reset(&mut self) {
        self.speech = None;
        self.onset = None;
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

    /// Newest first, numbered as [`Past::iter`] comes.
    fn newest_first(&self) -> impl Iterator<Item = (usize, &Voice)> {
        let (late, early) = self.frames.split_at(self.next);
        let newest_first = late.iter().rev().chain(early.iter().rev());
        let numbers = (0..self.filled).rev();
        numbers.zip(newest_first.map(|(_, voice)| voice))
    }

    fn judge(&self, least: f32) -> Onset {
        let mut recent = [Voice::default(); onset::WINDOW];
        let known = self.filled.min(onset::WINDOW);
        let voices = self
            .iter()
            .skip(self.filled - known)
            .map(|(_, voice)| *voice);
        for (to, from) in recent.iter_mut().zip(voices) {
            *to = from;
        }
        onset::judge(recent.get(..known).unwrap_or_default(), least)
    }

    /// The speech that has begun, from its first voice on, with the pre-roll.
    fn speech(&self, rate: LineRate) -> Speech {
        let (mut first, mut silent) = (self.filled, 0);
        for (at, voice) in self.newest_first() {
            if voice.active {
                (first, silent) = (at, 0);
            } else {
                silent += 1;
            }
            if silent > GAP {
                break;
            }
        }
        let mut speech = Speech::new(rate);
        let pre_roll = first.saturating_sub(frames(PRE_ROLL_MS));
        for (at, (frame, voice)) in self.iter().enumerate().skip(pre_roll) {
            if at < first {
                speech.samples.extend_from_slice(frame.samples());
            } else {
                speech.push(frame, *voice);
            }
        }
        speech
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
    /// Of its frames of voice, in dBov.
    loudest: f32,
    /// Frames since the last that was like a vowel.
    since_vowel: usize,
}

impl Speech {
    fn new(rate: LineRate) -> Speech {
        let longest = frames(LONGEST_UTTERANCE_MS + PRE_ROLL_MS) + 1;
        Speech {
            samples: Vec::with_capacity(longest * rate.frame_len()),
            length: 0,
            voiced: 0,
            silent: 0,
            loudest: level::SILENCE,
            since_vowel: 0,
        }
    }

    fn push(&mut self, frame: &Frame, voice: Voice) {
        self.samples.extend_from_slice(frame.samples());
        self.length += 1;
        self.since_vowel = match voice.pitch > VOWEL_PITCH {
            true => 0,
            false => self.since_vowel + 1,
        };
        let is_voice = self.since_vowel <= CONSONANTS || voice.level > self.loudest - LOUD;
        if voice.active && is_voice {
            self.loudest = self.loudest.max(voice.level);
            self.voiced += 1;
            self.silent = 0;
        } else {
            self.silent += 1;
        }
    }

    fn is_paused(&self) -> bool {
        self.silent >= frames(PAUSE_MS)
    }

    fn is_over(&self, patience_ms: u32) -> bool {
        self.silent >= frames(patience_ms.max(PAUSE_MS))
            || self.length >= frames(LONGEST_UTTERANCE_MS)
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
mod tests;
