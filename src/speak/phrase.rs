//! A stretch of speech made fit for a phone line, in frames that are ready to send.
//!
//! All speech of a system comes out equally loud, whoever spoke or recorded it: a caller who
//! turned the volume up for one prompt must not be shouted at by the next.

use super::{Speech, sentences};
use crate::audio::{Clip, FRAME_MS, Frame, LineRate, level, resample};

/// Where phone networks want speech (ITU-T G.100.1 and P.56 speak of -20 to -30 dBov active
/// level); the upper end, because a prompt has no noise to raise with it.
const LEVEL_DBOV: f32 = -20.0;
/// A quieter clip than [`LEVEL_DBOV`] by more than this is noise rather than speech.
const MOST_GAIN_DB: f32 = 40.0;

/// Sound this far under the speech is a pause.
const PAUSE_DB: f32 = 40.0;
/// How finely the edges are looked for.
const EDGE_MS: usize = 5;
/// What is left of the silence before and after. The start is what a caller waits for; an end
/// cut close sounds clipped.
const LEAD_MS: usize = 20;
const TAIL_MS: usize = 40;
const FADE_MS: usize = 5;

/// Quiet after a sentence before the next, and between other parts of a prompt, such as a recording
/// and words; with what [`LEAD_MS`] and [`TAIL_MS`] leave, as long as people pause there.
const SENTENCE_PAUSE_MS: u32 = 200;
const JOIN_MS: u32 = 40;

/// Nothing below this is speech, and phone lines carry nothing below 300 Hz anyway.
const LOWEST_HZ: f32 = 100.0;

/// What is said in one go, and how it sounds on a line: a sentence or a recording.
#[derive(Debug)]
pub struct Phrase {
    words: String,
    /// How many bytes of the words were said before a frame; both ascend.
    said: Vec<(usize, usize)>,
    frames: Vec<Frame>,
}

impl Phrase {
    /// From speech of any rate: resampled, freed of DC and rumble, levelled, trimmed and faded.
    /// A clip without sound gives a phrase without frames.
    pub fn new(words: &str, speech: &Speech, rate: LineRate) -> Phrase {
        let samples = levelled(&at_rate(&speech.clip, rate), rate.hz());
        let (start, samples) = trimmed(&samples, rate.hz());
        let starts = speech.words.iter().map(|word| {
            let at = word.sample as u64 * u64::from(rate.hz()) / u64::from(speech.clip.hz);
            let at = (at as usize).saturating_sub(start);
            (at.div_ceil(rate.frame_len()), word.byte)
        });
        Phrase {
            said: starts.collect(),
            ..Phrase::ready(words, samples, rate)
        }
    }

    /// From samples that are fit for the line as they are. Where its words are is not known.
    pub fn ready(words: &str, samples: Vec<i16>, rate: LineRate) -> Phrase {
        Phrase {
            words: words.to_owned(),
            said: Vec::new(),
            frames: Clip::new(rate.hz(), samples).frames(rate),
        }
    }

    /// All of it, one frame after another.
    pub(super) fn samples(&self) -> Vec<i16> {
        let frames = self.frames.iter();
        frames.flat_map(|f| f.samples().iter().copied()).collect()
    }

    /// All at the line's rate; the last one is filled up with silence.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// Whether there is anything to hear.
    pub(super) fn has_sound(&self) -> bool {
        !self.frames.is_empty()
    }

    /// The words of which a caller has heard all after so many frames: up to a word where the voice
    /// tells when it says which, else all or none.
    pub fn heard(&self, frames: usize) -> &str {
        if frames >= self.frames.len() {
            return &self.words;
        }
        let said = self.said.iter().take_while(|(frame, _)| *frame <= frames);
        let bytes = said.last().map_or(0, |(_, bytes)| *bytes);
        self.words.get(..bytes).unwrap_or_default().trim_end()
    }

    /// Frames of quiet between this phrase and one that follows it in the same prompt.
    pub fn pause(&self) -> u32 {
        let pause = match sentences::ends_sentence(&self.words) {
            true => SENTENCE_PAUSE_MS,
            false => JOIN_MS,
        };
        pause / FRAME_MS
    }
}

/// Filtered and resampled, at half its loudness: filters overshoot, and what has room is not
/// cut off. Levelling brings it back.
fn at_rate(clip: &Clip, rate: LineRate) -> Vec<i16> {
    // Filtered first: to the resampler, a clip with an offset starts and ends with a step.
    let filtered = high_pass(&clip.samples, clip.hz);
    let halved = filtered.iter().map(|s| (s / 2.0).round() as i16).collect();
    resample::to(&Clip::new(clip.hz, halved), rate.hz()).samples
}

/// A second-order Butterworth high-pass at [`LOWEST_HZ`] (bilinear transform).
fn high_pass(samples: &[i16], hz: u32) -> Vec<f32> {
    let k = (std::f32::consts::PI * LOWEST_HZ / hz as f32).tan();
    let norm = 1.0 / (1.0 + k * std::f32::consts::SQRT_2 + k * k);
    let (a1, a2) = (
        2.0 * (k * k - 1.0) * norm,
        (1.0 - k * std::f32::consts::SQRT_2 + k * k) * norm,
    );
    // As if the first sample had always been there: a clip that starts off zero makes no click.
    let first = samples.first().map_or(0.0, |&s| f32::from(s));
    let (mut x1, mut x2, mut y1, mut y2) = (first, first, 0.0, 0.0);
    samples
        .iter()
        .map(|&sample| {
            let x = f32::from(sample);
            let y = norm * (x - 2.0 * x1 + x2) - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            y
        })
        .collect()
}

fn levelled(samples: &[i16], hz: u32) -> Vec<i16> {
    let mut gain = 1.0;
    // Limiting takes a little off the level, so it is aimed at more than once.
    for _ in 0..3 {
        let now = level::active_dbov(&with_gain(samples, gain), hz);
        gain *= 10f32.powf((LEVEL_DBOV - now) / 20.0);
    }
    if 20.0 * gain.log10() > MOST_GAIN_DB {
        return Vec::new();
    }
    with_gain(samples, gain)
}

fn with_gain(samples: &[i16], gain: f32) -> Vec<i16> {
    let louder = samples.iter().map(|&s| level::limited(f32::from(s) * gain));
    louder.map(|s| s.round() as i16).collect()
}

/// Without the silence before and after; and where that begins.
fn trimmed(samples: &[i16], hz: u32) -> (usize, Vec<i16>) {
    let ms = hz as usize / 1000;
    let sounds = |window: &[i16]| level::dbov(window) > LEVEL_DBOV - PAUSE_DB;
    let windows = || samples.chunks(EDGE_MS * ms);
    let (Some(first), Some(last)) = (windows().position(sounds), windows().rposition(sounds))
    else {
        return (0, Vec::new());
    };
    let start = (first * EDGE_MS).saturating_sub(LEAD_MS) * ms;
    let end = (((last + 1) * EDGE_MS + TAIL_MS) * ms).min(samples.len());
    let mut kept = samples.get(start..end).unwrap_or_default().to_vec();
    let fade = FADE_MS * ms;
    fade_in(kept.iter_mut().take(fade), fade);
    fade_in(kept.iter_mut().rev().take(fade), fade);
    (start, kept)
}

/// Raised cosine over `length` samples, from 0 up.
fn fade_in<'a>(samples: impl Iterator<Item = &'a mut i16>, length: usize) {
    for (i, sample) in samples.enumerate() {
        let phase = std::f32::consts::PI * i as f32 / length as f32;
        *sample = (f32::from(*sample) * 0.5 * (1.0 - phase.cos())) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speak::{Espeak, Pace, Voice};
    use proptest::prelude::*;

    fn sound(phrase: &Phrase) -> Vec<i16> {
        phrase.samples()
    }

    fn milliseconds(phrase: &Phrase) -> usize {
        phrase.frames().len() * FRAME_MS as usize
    }

    /// A 300 Hz tone in bursts like syllables, in silence of `lead` and `tail` milliseconds.
    fn syllables(size: f32, offset: i16, lead: usize, tail: usize) -> Clip {
        let hz = 22_050;
        let mut samples = vec![offset; hz * lead / 1000];
        samples.extend((0..hz).map(|i| {
            let t = i as f32 / hz as f32;
            let burst = (t * 4.0 * std::f32::consts::TAU).sin().abs();
            ((t * 300.0 * std::f32::consts::TAU).sin() * burst * size) as i16 + offset
        }));
        samples.extend(vec![offset; hz * tail / 1000]);
        Clip::new(hz as u32, samples)
    }

    #[test]
    fn every_phrase_is_equally_loud() {
        for size in [300.0, 3_000.0, 30_000.0] {
            for rate in [LineRate::Narrow, LineRate::Wide] {
                let sound = sound(&Phrase::new("", &syllables(size, 0, 0, 0).into(), rate));
                let level = level::active_dbov(&sound, rate.hz());
                assert!((level - LEVEL_DBOV).abs() < 0.5, "{size}: {level}");
            }
        }
    }

    #[test]
    fn the_real_voice_comes_out_right() {
        let voice = Espeak::new("en-US").unwrap();
        for text in [
            "Lakeside Clinic. How can I help?",
            "No.",
            "Sixty-six sick seals. Press 0 for a person.",
        ] {
            let speech = voice.speak(text, Pace::Usual).unwrap();
            let phrase = Phrase::new(text, &speech, LineRate::Narrow);
            let sound = sound(&phrase);
            let level = level::active_dbov(&sound, 8_000);
            assert!((level - LEVEL_DBOV).abs() < 0.5, "{text}: {level}");
            assert!(f32::from(level::peak(&sound)) <= level::CEILING, "{text}");
            assert!(
                sound.iter().map(|&s| i64::from(s)).sum::<i64>().abs() < sound.len() as i64 * 10
            );
            assert!(
                level::dbov(&sound[..8]) < -50.0,
                "{text}: starts with a click"
            );
            assert!(
                level::dbov(&sound[sound.len() - 8..]) < -50.0,
                "{text}: ends with a click"
            );
            // Within the first 60 ms, it speaks.
            assert!(level::dbov(&sound[160..480]) > -50.0, "{text}: starts late");
            let lost = speech.clip.milliseconds() as i64 - milliseconds(&phrase) as i64;
            assert!((-20..600).contains(&lost), "{text}: {lost} ms trimmed");
        }
    }

    #[test]
    fn silence_at_the_edges_is_cut_and_offset_removed() {
        let phrase = Phrase::new(
            "",
            &syllables(8_000.0, 3_000, 700, 900).into(),
            LineRate::Narrow,
        );
        let length = milliseconds(&phrase);
        assert!(
            (960..=1_080).contains(&length),
            "{length} ms left of 1000 and 1600 of silence"
        );
        let sound = sound(&phrase);
        let mean = sound.iter().map(|&s| i64::from(s)).sum::<i64>() / sound.len() as i64;
        assert!(mean.abs() < 30, "{mean}");
        assert_eq!(sound[0], 0);
        assert_eq!(sound.last(), Some(&0));
    }

    #[test]
    fn a_pause_inside_stays() {
        let mut clip = syllables(8_000.0, 0, 0, 500);
        clip.samples.extend(syllables(8_000.0, 0, 0, 0).samples);
        let length = milliseconds(&Phrase::new("", &clip.into(), LineRate::Narrow));
        assert!((2_440..=2_580).contains(&length), "{length}");
    }

    #[test]
    fn what_was_heard_ends_with_a_word() {
        let text = "Press zero or call again.";
        let voice = Espeak::new("en-US").unwrap();
        for pace in [Pace::Usual, Pace::Slow] {
            let speech = voice.speak(text, pace).unwrap();
            let phrase = Phrase::new(text, &speech, LineRate::Narrow);
            let heard: Vec<&str> = (0..=phrase.frames().len())
                .map(|frames| phrase.heard(frames))
                .collect();
            let mut each = heard.clone();
            each.dedup();
            let ends = [0, 5, 10, 13, 18, text.len()].map(|end| &text[..end]);
            assert_eq!(each, ends);
            // No word is heard before it was said: of the long ones, each takes more than 100 ms.
            let frames = |words: &str| heard.iter().filter(|heard| **heard == words).count();
            assert!(frames("") > 5 && frames("Press") > 5, "{heard:?}");
            // Where words are is not known of a recording.
            let phrase = Phrase::new(text, &speech.clip.into(), LineRate::Narrow);
            assert_eq!(phrase.heard(phrase.frames().len() - 1), "");
            assert_eq!(phrase.heard(phrase.frames().len()), text);
        }
    }

    #[test]
    fn lone_peaks_are_bent_not_cut() {
        let mut clip = syllables(1_000.0, 0, 0, 0);
        for i in (2_000..20_000).step_by(2_205) {
            for (at, sample) in clip.samples[i..i + 40].iter_mut().enumerate() {
                *sample = ((at as f32 / 40.0 * std::f32::consts::TAU).sin() * 32_000.0) as i16;
            }
        }
        let sound = sound(&Phrase::new("", &clip.into(), LineRate::Narrow));
        assert!(f32::from(level::peak(&sound)) <= level::CEILING);
        let flat = sound
            .windows(3)
            .filter(|w| w[0].unsigned_abs() > 20_000 && w[0] == w[1] && w[1] == w[2]);
        assert_eq!(flat.count(), 0);
    }

    #[test]
    fn silence_and_faint_hiss_give_no_frames() {
        for samples in [
            vec![],
            vec![0; 22_050],
            vec![1_000; 22_050],
            [1, -1].repeat(11_025),
        ] {
            assert!(
                Phrase::new("", &Clip::new(22_050, samples).into(), LineRate::Narrow)
                    .frames()
                    .is_empty()
            );
        }
    }

    proptest! {
        #[test]
        fn any_samples_stay_under_the_ceiling(
            samples in proptest::collection::vec(any::<i16>(), 0..4_000),
            hz in prop_oneof![Just(8_000u32), Just(16_000), Just(22_050), Just(44_100)],
        ) {
            let phrase = Phrase::new("", &Clip::new(hz, samples).into(), LineRate::Narrow);
            prop_assert!(f32::from(level::peak(&sound(&phrase))) <= level::CEILING);
        }
    }
}
