//! Does somebody begin to speak? Judged over the last third of a second, because a cough, a click or
//! "mm" may look like speech for as long as one frame is looked at.
//!
//! Speech has vowels: frames with a pitch, from an open mouth, and the loudest of all. A cough is
//! loudest in its burst, which has no pitch; "mm-hm" never opens; a click is over too soon; tones
//! and steady noise are no voice to begin with ([`super::vad`]). The numbers were chosen on real
//! speech (orders, digits, recordings) against such sounds; `make bench-turns` shows what they do.

use super::vad::Voice;

/// How far back is looked, in frames.
pub const WINDOW: usize = 16;

/// Frames of voice that make speech, and within how many they must come.
const VOICED: usize = 4;
const VOICED_WITHIN: usize = 6;
/// How many of them must be like vowels.
const VOWELS: usize = 3;
const VOWEL_PITCH: f32 = 0.6;
/// The loudest frames must be like vowels too.
const LOUDEST: usize = 2;
const LOUDEST_PITCH: f32 = 0.68;
/// Unless a voice has sounded for so long that it is no cough, of the last frames.
const SURE_PITCH: f32 = 0.75;
const SURE: usize = 8;
const SURE_WITHIN: usize = 12;
/// A mouth that never opens must hum for so long: "mm-hm" takes a breath earlier.
const HUMMED: usize = 14;

/// What the last frames are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onset {
    No,
    /// It may become speech.
    Perhaps,
    Speech,
}

/// Judges the last frames, the newest last, no more than [`WINDOW`] of them. What never gets louder
/// than `least`, in dBov, is somebody in the background.
pub fn judge(recent: &[Voice], least: f32) -> Onset {
    let last = |frames: usize| recent.iter().rev().take(frames).filter(|v| v.clear);
    let pitched = |frames, pitch: f32| last(frames).filter(move |v| v.pitch > pitch);
    let loudest = loudest(recent);
    if loudest.iter().any(|v| v.level < least) {
        return Onset::No;
    }
    let vowels = pitched(VOICED_WITHIN, VOWEL_PITCH);
    let speech = last(VOICED_WITHIN).count() >= VOICED
        && vowels.clone().count() >= VOWELS
        && vowels.clone().any(|v| v.open)
        && loudest.iter().all(|v| v.pitch > LOUDEST_PITCH);
    let sure = pitched(SURE_WITHIN, SURE_PITCH);
    let sure = sure.clone().count() >= SURE && sure.clone().any(|v| v.open);
    if speech || sure || pitched(WINDOW, SURE_PITCH).count() >= HUMMED {
        return Onset::Speech;
    }
    match last(3).count() >= 2 && pitched(3, VOWEL_PITCH).next().is_some() {
        true => Onset::Perhaps,
        false => Onset::No,
    }
}

/// The loudest frames, voice or not.
fn loudest(recent: &[Voice]) -> [Voice; LOUDEST] {
    let quiet = Voice {
        level: f32::NEG_INFINITY,
        ..Voice::default()
    };
    let mut loudest = [quiet; LOUDEST];
    for voice in recent {
        let mut voice = *voice;
        for place in &mut loudest {
            if voice.level > place.level {
                std::mem::swap(&mut voice, place);
            }
        }
    }
    loudest
}
