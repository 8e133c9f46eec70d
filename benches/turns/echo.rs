//! Our own voice coming back from the far end: does it interrupt us, and does a caller still get
//! through?

use super::noises::Random;
use super::vad::{Detector, Spoken, extent, percentile};
use zeroline::audio::{FRAME_MS, Frame, LineRate};
use zeroline::hear::{Heard, Listener};
use zeroline::line::codec::{Codec, Decoder, Encoder};

const RATE: LineRate = LineRate::Narrow;
const FRAME: usize = RATE.frame_len();
/// Delay in ms, loss in dB, and how long it rings in ms: two hybrids, a handset, two loudspeakers.
const PATHS: [(usize, f32, usize); 8] = [
    (20, -6.0, 4),
    (60, -10.0, 8),
    (120, -14.0, 30),
    (120, -6.0, 30),
    (250, -6.0, 8),
    (250, -12.0, 60),
    (200, -18.0, 60),
    (200, -25.0, 30),
];

/// A path of that delay, loss and ringing: noise that decays, always the same.
fn returned(played: &[i16], (delay_ms, db, rings_ms): (usize, f32, usize)) -> Vec<f32> {
    let per_ms = RATE.hz() as usize / 1000;
    let mut random = Random::new(3);
    let length = rings_ms * per_ms;
    let mut response: Vec<f32> = (0..length)
        .map(|at| random.within(-1.0, 1.0) * (-4.0 * at as f32 / length as f32).exp())
        .collect();
    let energy: f32 = response.iter().map(|h| h * h).sum();
    let gain = 10f32.powf(db / 20.0) / energy.sqrt();
    response.iter_mut().for_each(|h| *h *= gain);
    let mut echo = vec![0f32; played.len() + delay_ms * per_ms + length];
    for (at, &sample) in played.iter().enumerate().filter(|(_, s)| **s != 0) {
        for (echo, h) in echo[at + delay_ms * per_ms..].iter_mut().zip(&response) {
            *echo += f32::from(sample) * h;
        }
    }
    echo
}

/// What the caller's phone sends: the echo and the caller, through G.711.
fn sent(echo: &[f32], caller: &[i16], from: usize) -> Vec<Frame> {
    let at = |n: usize| {
        let caller = n.checked_sub(from).and_then(|n| caller.get(n));
        (echo[n] + caller.map_or(0.0, |&s| f32::from(s))).clamp(-32_768.0, 32_767.0) as i16
    };
    let (mut payload, mut back) = (Vec::new(), Vec::new());
    let samples: Vec<i16> = (0..echo.len()).map(at).collect();
    samples
        .chunks_exact(FRAME)
        .map(|samples| {
            Encoder::new(Codec::Pcmu).encode(Frame::of(RATE, samples).samples(), &mut payload);
            back.clear();
            Decoder::new(Codec::Pcmu).decode(&payload, &mut back);
            Frame::of(RATE, &back)
        })
        .collect()
}

/// When speech was noticed, in frames, while the prompt goes on.
fn noticed(prompt: &[i16], frames: &[Frame], detector: Detector) -> (usize, Vec<usize>) {
    let mut listener = Listener::new(RATE, detector());
    let mut played = prompt.chunks(FRAME);
    let (mut onsets, mut speech) = (0, Vec::new());
    for (at, frame) in frames.iter().enumerate() {
        let playing = Frame::of(RATE, played.next().unwrap_or_default());
        match listener.hear(frame, &playing, 700) {
            Some(Heard::Onset) => onsets += 1,
            Some(Heard::SpeechStarted) => speech.push(at),
            _ => {}
        }
    }
    (onsets, speech)
}

/// Prints for each path what a prompt's own echo does, and how callers who speak over it fare, early
/// (after a second, when the path is hardly known) and late.
pub fn measure(prompt: &[i16], callers: &[Spoken], detector: Detector) {
    println!(
        "{:<22} {:>8} {:>7} | {:>28} | {:>28}",
        "echo", "alone:", "", "caller after 1 s:", "caller after 8 s:"
    );
    println!(
        "{:<22} {:>8} {:>7} | {:>6} {:>21} | {:>6} {:>21}",
        "delay, loss, ringing",
        "ducks",
        "speech",
        "heard",
        "after p50/p95 (ms)",
        "heard",
        "after p50/p95 (ms)"
    );
    for path in std::iter::once(None).chain(PATHS.map(Some)) {
        let echo = match path {
            Some(path) => returned(prompt, path),
            None => vec![0.0; prompt.len()],
        };
        let (onsets, speech) = noticed(prompt, &sent(&echo, &[], 0), detector);
        let name = match path {
            Some((delay, db, rings)) => format!("{delay} ms, {db:.0} dB, {rings} ms"),
            None => "none".to_owned(),
        };
        print!("{name:<22} {onsets:>8} {:>7}", speech.len());
        for seconds in [1, 8] {
            let from = seconds * RATE.hz() as usize;
            let mut after: Vec<i64> = Vec::new();
            for caller in callers {
                let Some((first, _)) = extent(&caller.samples) else {
                    continue;
                };
                let until = (from + caller.samples.len()).min(echo.len());
                let frames = sent(&echo[..until], &caller.samples, from);
                let first = first + from / FRAME;
                let (_, speech) = noticed(prompt, &frames, detector);
                let found = speech.iter().find(|at| **at >= first);
                after.extend(found.map(|at| (at - first + 1) as i64 * i64::from(FRAME_MS)));
            }
            after.sort_unstable();
            let share = 100.0 * after.len() as f64 / callers.len() as f64;
            let [middle, late] = [0.5, 0.95].map(|share| percentile(&after, share));
            print!(" | {share:>4.0} % {:>21}", format!("{middle} / {late}"));
        }
        println!();
    }
}
