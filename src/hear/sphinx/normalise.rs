//! Cepstra as the acoustic model expects them: with the mean that its training had.
//!
//! The model's training took the mean of each utterance off it (cepstral mean normalisation), which
//! takes off the microphone, the line and the loudness. A mean depends on how much of the sound is
//! silence, and a caller's "five" between two long pauses is not a sentence from a corpus. So the
//! mean is taken over speech and silence apart and put together in fixed shares ([`centre`]), what
//! others say far from the phone before and after is left away ([`near`]), a clip without silence at
//! its ends gets some ([`with_edges`]), and, the shorter the utterance, the
//! more it is moved to where the model's Gaussians explain it best: the mean of "six" says more
//! about "six" than about the line.

use super::mfcc::{HZ, STEP};
use super::telephone::{CEPSTRA, Cepstra, Gaussian};
use crate::hear::Stop;

/// What a level is measured over: 20 ms.
const PIECE: usize = 2 * STEP;
/// The share of silence in the mean.
const SILENCE: f64 = 0.2;
/// Between the quiet and the loud twentieth of an utterance, what is under this is silence.
const SPEECH_ABOVE: f32 = 0.4;
/// The caller is within this of the loudest: 22 dB, or where others are louder, so far above the middle
/// between them and the loudest; but 6 dB under the loudest is always the caller.
const NEAR: f64 = 0.08;
const ABOVE_MIDDLE: f64 = 1.5;
const ALWAYS_NEAR: f64 = 0.5;
/// How much is left before and after, in pieces of 20 ms: a word may begin and end faintly.
const MARGIN: usize = 10;
/// Added at both ends: 0.2 s.
const EDGE: usize = HZ as usize / 5;
/// The level of it, under the loudest 20 ms: at least this, and what the quietest tenth of the
/// clip has, up to 30 dB under the loudest.
const EDGE_UNDER_LOUDEST: f64 = 0.003;
const EDGE_LOUDEST: f64 = 0.03;
/// Each sample's share of the one before it: a room's noise is mostly low.
const EDGE_COLOUR: f64 = 0.98;
/// Utterances of this many frames are moved half of the way to where they are explained best.
const HALF_WAY: f32 = 200.0;
const ITERATIONS: usize = 4;

/// From just before the caller's first sound to just after their last.
pub fn near(samples: &[i16]) -> &[i16] {
    let levels = levels(samples);
    let loudest = levels.iter().copied().fold(0.0, f64::max);
    let middle = (quiet(&levels) * loudest).sqrt() * ABOVE_MIDDLE;
    let least = middle.clamp(loudest * NEAR, loudest * ALWAYS_NEAR);
    let is_near = |&level: &f64| level >= least;
    let first = levels.iter().position(is_near).unwrap_or_default();
    let last = levels.iter().rposition(is_near).unwrap_or_default();
    let from = first.saturating_sub(MARGIN) * PIECE;
    let to = ((last + 1 + MARGIN) * PIECE).min(samples.len());
    samples.get(from..to).unwrap_or(samples)
}

/// What a tenth of the pieces do not exceed.
fn quiet(levels: &[f64]) -> f64 {
    let mut levels = levels.to_vec();
    levels.sort_by(f64::total_cmp);
    levels.get(levels.len() / 10).copied().unwrap_or_default()
}

/// Of each piece, as a root mean square.
fn levels(samples: &[i16]) -> Vec<f64> {
    let level = |piece: &[i16]| {
        let power: f64 = piece.iter().map(|&s| f64::from(s).powi(2)).sum();
        (power / piece.len() as f64).sqrt()
    };
    samples.chunks(PIECE).map(level).collect()
}

/// The clip with faint noise at both ends (and, as faint, under all of it).
pub fn with_edges(samples: &[i16]) -> Vec<i16> {
    let levels = levels(samples);
    let loudest = levels.iter().copied().fold(0.0, f64::max);
    let level = quiet(&levels).clamp(loudest * EDGE_UNDER_LOUDEST, loudest * EDGE_LOUDEST);

    let mut noise = Noise::new(level);
    let silence = std::iter::repeat_n(&0, EDGE);
    silence
        .clone()
        .chain(samples)
        .chain(silence)
        .map(|&sample| (f64::from(sample) + noise.next()).round() as i16)
        .collect()
}

/// The same for every clip, so that a clip always gives the same words.
struct Noise {
    random: u64,
    scale: f64,
    last: f64,
}

impl Noise {
    fn new(level: f64) -> Noise {
        Noise {
            random: 777,
            scale: level * (1.0 - EDGE_COLOUR * EDGE_COLOUR).sqrt(),
            last: 0.0,
        }
    }

    /// With a standard deviation of `level`. The sum of four even numbers is normal enough.
    fn next(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..4 {
            // Marsaglia's xorshift (Journal of Statistical Software 8(14), 2003).
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            sum += (self.random >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        }
        self.last = EDGE_COLOUR * self.last + self.scale * sum * 3f64.sqrt();
        self.last
    }
}

/// Takes the mean off. Ends early when `stop` is due.
pub fn centre(cepstra: &mut [Cepstra], gaussians: &[Gaussian], stop: &Stop) {
    if cepstra.is_empty() {
        return;
    }
    let mean = mean(cepstra);
    shift(cepstra, &mean);
    let weight = HALF_WAY / (cepstra.len() as f32 + HALF_WAY);
    for _ in 0..ITERATIONS {
        if stop.is_due() {
            return;
        }
        let off = misfit(cepstra, gaussians);
        shift(cepstra, &off.map(|x| x * weight));
    }
}

fn shift(cepstra: &mut [Cepstra], by: &Cepstra) {
    for frame in cepstra {
        for (x, by) in frame.iter_mut().zip(by) {
            *x -= by;
        }
    }
}

/// Of speech and silence, in fixed shares.
fn mean(cepstra: &[Cepstra]) -> Cepstra {
    let mut loudness: Vec<f32> = cepstra.iter().map(|[first, ..]| *first).collect();
    loudness.sort_by(f32::total_cmp);
    let at = |twentieths: usize| {
        let place = loudness.len() * twentieths / 20;
        loudness.get(place).copied().unwrap_or_default()
    };
    let (quiet, loud) = (at(1), at(19));
    let border = quiet + (loud - quiet) * SPEECH_ABOVE;
    let (speech, silence): (Vec<&Cepstra>, Vec<&Cepstra>) =
        cepstra.iter().partition(|[first, ..]| *first > border);
    match (average(&speech), average(&silence)) {
        (Some(speech), Some(silence)) => {
            let mut mean = [0.0; CEPSTRA];
            for ((to, a), b) in mean.iter_mut().zip(speech).zip(silence) {
                *to = (a * (1.0 - SILENCE) + b * SILENCE) as f32;
            }
            mean
        }
        (Some(all), None) | (None, Some(all)) => all.map(|x| x as f32),
        (None, None) => [0.0; CEPSTRA],
    }
}

fn average(cepstra: &[&Cepstra]) -> Option<[f64; CEPSTRA]> {
    let mut sum = [0.0; CEPSTRA];
    for frame in cepstra {
        for (sum, &x) in sum.iter_mut().zip(*frame) {
            *sum += f64::from(x);
        }
    }
    (!cepstra.is_empty()).then(|| sum.map(|x| x / cepstra.len() as f64))
}

/// How far the frames lie from the Gaussians that explain them, on average: one step of expectation
/// maximisation of a common shift.
fn misfit(cepstra: &[Cepstra], gaussians: &[Gaussian]) -> Cepstra {
    let mut sum = [0f32; CEPSTRA];
    let mut weight = [0f32; CEPSTRA];
    let mut scores = vec![0f32; gaussians.len()];
    for frame in cepstra {
        let mut best = f32::MIN;
        for (score, gaussian) in scores.iter_mut().zip(gaussians) {
            *score = gaussian.log_density(frame);
            best = best.max(*score);
        }
        let mut total = 0.0;
        for score in &mut scores {
            *score = (*score - best).exp();
            total += *score;
        }
        for (score, gaussian) in scores.iter().zip(gaussians) {
            let share = score / total;
            if share < 1e-4 {
                continue;
            }
            for i in 0..CEPSTRA {
                let precise = share * gaussian.precision[i];
                sum[i] += precise * (frame[i] - gaussian.mean[i]);
                weight[i] += precise;
            }
        }
    }
    let mut off = [0.0; CEPSTRA];
    for ((off, sum), weight) in off.iter_mut().zip(sum).zip(weight) {
        *off = sum / weight.max(1e-6);
    }
    off
}

impl Gaussian {
    fn log_density(&self, frame: &Cepstra) -> f32 {
        let mut distance = 0.0;
        for ((x, mean), precision) in frame.iter().zip(&self.mean).zip(&self.precision) {
            distance += (x - mean) * (x - mean) * precision;
        }
        self.log_norm - 0.5 * distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Loud frames and quiet ones.
    fn utterance(speech: usize, silence: usize) -> Vec<Cepstra> {
        let frame = |first: f32| {
            let mut frame = [1.0; CEPSTRA];
            frame[0] = first;
            frame
        };
        let quiet = std::iter::repeat_n(frame(10.0), silence);
        quiet
            .chain(std::iter::repeat_n(frame(50.0), speech))
            .collect()
    }

    #[test]
    fn the_pauses_around_a_word_do_not_move_it() {
        let mut heard = Vec::new();
        for silence in [60, 100, 300] {
            let mut cepstra = utterance(100, silence);
            centre(&mut cepstra, &[], &Stop::never());
            heard.push(cepstra.last().unwrap()[0]);
            assert!(cepstra[0][1].abs() < 1e-4, "the line is taken off");
        }
        assert!(heard.iter().all(|x| (x - 8.0).abs() < 0.1), "{heard:?}");
    }

    #[test]
    fn a_short_utterance_goes_to_where_it_is_explained() {
        let mut mean = [0.0; CEPSTRA];
        mean[3] = 2.0;
        let gaussian = Gaussian {
            mean,
            precision: [1.0; CEPSTRA],
            log_norm: 0.0,
        };
        let mut short = utterance(20, 0);
        let mut long = utterance(2_000, 0);
        centre(&mut short, std::slice::from_ref(&gaussian), &Stop::never());
        centre(&mut long, std::slice::from_ref(&gaussian), &Stop::never());
        assert!(short[0][3] > 1.9, "{}", short[0][3]);
        assert!((0.1..1.0).contains(&long[0][3]), "{}", long[0][3]);
    }

    #[test]
    fn only_what_is_near_the_phone_is_listened_to() {
        let second = |level: i16| std::iter::repeat_n([level, -level], 4_000).flatten();
        let clip: Vec<i16> = second(400)
            .chain(second(10_000))
            .chain(second(400))
            .collect();
        let margin = MARGIN * PIECE;
        assert_eq!(near(&clip), &clip[8_000 - margin..16_000 + margin]);
        assert_eq!(near(&clip[8_000..16_000]).len(), 8_000);
        assert_eq!(near(&[0; 5_000]).len(), 5_000);
        assert!(near(&[]).is_empty());
    }

    #[test]
    fn edges_are_faint_and_always_the_same() {
        let clip: Vec<i16> = (0..4_000)
            .map(|i| ((i as f32 * 0.7).sin() * 10_000.0) as i16)
            .collect();
        let padded = with_edges(&clip);
        assert_eq!(padded, with_edges(&clip));
        assert_eq!(padded.len(), clip.len() + 2 * EDGE);
        let loudest = padded[..EDGE].iter().map(|s| s.unsigned_abs()).max();
        assert!((1..2_000).contains(&loudest.unwrap()), "{loudest:?}");
    }

    #[test]
    fn odd_sound_does_no_harm() {
        for clip in [
            vec![],
            vec![0; 5_000],
            vec![i16::MIN; 700],
            vec![i16::MAX; 700],
        ] {
            assert_eq!(with_edges(&clip).len(), clip.len() + 2 * EDGE);
        }
        centre(&mut [], &[], &Stop::never());
    }
}
