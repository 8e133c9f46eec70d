//! A pause within an utterance, as somebody makes who is thinking: where they are quietest, with what
//! the line sounds like when nobody speaks.

use super::wire::Utterance;
use zeroline::audio::level;

const PER_MS: usize = 8;
const HZ: u32 = 8_000;
/// Where the voice is this quiet for so long there is room for a pause.
const GAP: usize = 60 * PER_MS;
/// So many dB under the voice: a closed mouth, and not the middle of a vowel.
const UNDER: f32 = 15.0;
const FADE: usize = 10 * PER_MS;
/// Of which the pause is made, forward and backward in turn.
const QUIET: usize = 100 * PER_MS;

/// `None` where the voice has no place for a pause in its middle.
pub fn with_pause(utterance: &Utterance, ms: u32) -> Option<Utterance> {
    let voice = utterance.voice();
    let samples = utterance.samples.as_slice();
    let spoken = samples.get(voice.clone())?;
    let middle = spoken.get(spoken.len() * 3 / 10..spoken.len() * 3 / 4)?;
    let (at, quietest) = quietest(middle, GAP)?;
    if quietest > level::active_dbov(spoken, HZ) - UNDER {
        return None;
    }
    let cut = voice.start + spoken.len() * 3 / 10 + at + GAP / 2;
    let (before, after) = samples.split_at_checked(cut)?;
    let (from, _) = self::quietest(samples, QUIET)?;
    let noise = samples.get(from..from + QUIET)?;
    // One period there and back, so that it has no clicks in it.
    let mut noise = noise.iter().chain(noise.iter().rev()).copied().cycle();

    let mut paused = before.to_vec();
    let fading = after.iter().zip(noise.by_ref()).take(FADE).enumerate();
    paused.extend(fading.map(|(n, (&from, to))| between(from, to, n)));
    paused.extend(noise.by_ref().take(ms as usize * PER_MS));
    let rising = before.iter().rev().take(FADE).rev().zip(noise).enumerate();
    paused.extend(rising.map(|(n, (&to, from))| between(from, to, n)));
    paused.extend(after);
    Utterance::new(&paused)
}

/// `n` of [`FADE`] samples from one sound to another.
fn between(from: i16, to: i16, n: usize) -> i16 {
    let share = n as f32 / FADE as f32;
    (f32::from(from) * (1.0 - share) + f32::from(to) * share) as i16
}

/// Where the quietest stretch of that length begins, and its level in dBov.
fn quietest(samples: &[i16], length: usize) -> Option<(usize, f32)> {
    let starts = (0..samples.len().checked_sub(length)?).step_by(FADE);
    starts
        .filter_map(|at| Some((at, level::dbov(samples.get(at..at + length)?))))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
}
