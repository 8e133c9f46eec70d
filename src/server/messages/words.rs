//! What was said in a message: its utterances one after the other through a recogniser that is
//! made for a caller's turns.

use crate::audio::{Clip, Frame, LineRate, level};
use crate::engines::Engines;
use crate::hear::{Heard, Listener, Recognition, Stop, Unheard, Utterance};

/// Who leaves a message pauses to think; what comes after so long is another utterance.
const PATIENCE_MS: u32 = 1_000;
/// No engine gets more at a time.
const LONGEST_MS: u64 = 14_000;
/// Longer ones are cut in the quietest stretch of so long, in the later part of what fits.
const STRETCH_MS: u64 = 240;
const EARLIEST_CUT_MS: u64 = 7_000;
const WINDOW_MS: u64 = 20;

/// The words of a whole message; empty where nothing was made out.
pub(super) fn words(message: &Clip, engines: &Engines, stop: &Stop) -> Result<String, Unheard> {
    let mut words = Vec::new();
    for utterance in utterances(message, engines) {
        for piece in pieces(utterance) {
            let heard = Recognition::now(&*engines.recogniser, &piece, stop);
            words.push(heard.result?.text);
        }
    }
    words.retain(|text| !text.is_empty());
    Ok(words.join(" "))
}

/// Found as in a call, so that the engine gets what it gets there.
fn utterances(message: &Clip, engines: &Engines) -> Vec<Clip> {
    let rate = match message.hz < LineRate::Wide.hz() {
        true => LineRate::Narrow,
        false => LineRate::Wide,
    };
    let mut listener = Listener::new(rate, engines.vad.start(rate));
    let quiet = Frame::silence(rate);
    // The end of a recording is the end of what was said.
    let after = Clip::new(rate.hz(), vec![0; 2 * rate.hz() as usize]);
    let frames = message.frames(rate).into_iter().chain(after.frames(rate));
    let ended = |frame: Frame| match listener.hear(&frame, &quiet, PATIENCE_MS) {
        Some(Heard::SpeechEnded(Utterance { clip, .. })) => Some(clip),
        _ => None,
    };
    frames.filter_map(ended).collect()
}

/// An utterance in pieces that an engine takes, cut where it is quiet.
fn pieces(mut utterance: Clip) -> Vec<Clip> {
    let hz = utterance.hz;
    let samples = |ms: u64| (u64::from(hz) * ms / 1000) as usize;
    let mut pieces = Vec::new();
    while utterance.milliseconds() > LONGEST_MS {
        let range = samples(EARLIEST_CUT_MS)..samples(LONGEST_MS);
        let cut = match utterance.samples.get(range) {
            Some(part) => samples(EARLIEST_CUT_MS) + quietest(part, samples(WINDOW_MS).max(1)),
            None => break,
        };
        let rest = utterance.samples.split_off(cut);
        pieces.push(std::mem::replace(&mut utterance, Clip::new(hz, rest)));
    }
    pieces.push(utterance);
    pieces
}

/// The middle of the stretch in which the loudest window is the least loud.
fn quietest(samples: &[i16], window: usize) -> usize {
    let levels: Vec<f32> = samples.chunks_exact(window).map(level::dbov).collect();
    let stretch = (STRETCH_MS / WINDOW_MS) as usize;
    let loudest = |levels: &[f32]| levels.iter().copied().fold(level::SILENCE, f32::max);
    let stretches = levels.windows(stretch).map(loudest).enumerate();
    let (at, _) = stretches
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or_default();
    (at + stretch / 2) * window
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `seconds` of sound in which only the given ones are quiet.
    fn talk(seconds: usize, quiet: &[usize]) -> Clip {
        let second = |at: usize| if quiet.contains(&at) { 30 } else { 8_000 };
        Clip::new(
            8_000,
            (0..seconds * 8_000).map(|i| second(i / 8_000)).collect(),
        )
    }

    #[test]
    fn what_is_short_stays_whole() {
        let clip = talk(14, &[9]);
        assert_eq!(pieces(clip.clone()), [clip]);
    }

    #[test]
    fn what_is_long_is_cut_where_it_is_quiet_and_nothing_is_lost() {
        let clip = talk(40, &[3, 12, 20, 21]);
        let cut = pieces(clip.clone());
        let ends: Vec<usize> = cut
            .iter()
            .scan(0, |end, piece| {
                *end += piece.samples.len();
                Some(*end / 8_000)
            })
            .collect();
        assert_eq!(ends[..2], [12, 20]);
        assert!(cut.iter().all(|piece| piece.milliseconds() <= LONGEST_MS));
        let all: Vec<i16> = cut.into_iter().flat_map(|piece| piece.samples).collect();
        assert_eq!(all, clip.samples);
    }
}
