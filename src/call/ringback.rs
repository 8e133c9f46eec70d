//! What a caller hears while somebody is being called for them: the ringing that they know. Silence
//! would sound like a dead line.

use crate::audio::{Frame, LineRate, tone};
use crate::understand::Language;

/// The tones, in Hz, and how long they sound and are silent in turn, in frames (ITU-T E.180
/// supplement 2).
struct Ringing {
    tones: &'static [f32],
    turns: &'static [u64],
}

const NORTH_AMERICA: Ringing = Ringing {
    tones: &[440.0, 480.0],
    turns: &[100, 200],
};
const BRITAIN: Ringing = Ringing {
    tones: &[400.0, 450.0],
    turns: &[20, 10, 20, 100],
};
const CHINA: Ringing = Ringing {
    tones: &[450.0],
    turns: &[50, 200],
};
/// Of each tone: about -25 dBov.
const AMPLITUDE: f32 = 2_000.0;

/// Frame number `at` of the ringing into `out`; what is silent leaves it as it is.
pub fn ring(language: Language, at: u64, rate: LineRate, out: &mut Frame) {
    let ringing = match language {
        Language::EnglishUs => NORTH_AMERICA,
        Language::EnglishGb => BRITAIN,
        Language::Mandarin => CHINA,
    };
    let within = at % ringing.turns.iter().sum::<u64>();
    if !sounds(ringing.turns, within) {
        return;
    }
    let first = within * rate.frame_len() as u64;
    let tones = tone::sines(ringing.tones, AMPLITUDE, rate.hz(), first);
    for (to, from) in out.samples_mut().iter_mut().zip(tones) {
        *to = from;
    }
}

/// Whether it sounds so many frames after the beginning of the first of the turns.
fn sounds(turns: &[u64], within: u64) -> bool {
    let mut end = 0;
    let turn = turns.iter().position(|length| {
        end += length;
        within < end
    });
    turn.is_some_and(|turn| turn % 2 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rings_as_the_callers_country_does() {
        let rang = |language| -> Vec<bool> {
            let frame = |at| {
                let mut frame = Frame::silence(LineRate::Narrow);
                ring(language, at, LineRate::Narrow, &mut frame);
                frame.samples().iter().any(|&s| s != 0)
            };
            (0..300).map(frame).collect()
        };
        let runs = |language| -> Vec<usize> {
            let rang = rang(language);
            rang.chunk_by(|a, b| a == b).map(<[_]>::len).collect()
        };
        assert_eq!(runs(Language::EnglishUs), [100, 200]);
        assert_eq!(
            runs(Language::EnglishGb),
            [20, 10, 20, 100, 20, 10, 20, 100]
        );
        assert_eq!(runs(Language::Mandarin), [50, 200, 50]);
    }
}
