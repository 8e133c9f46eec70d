//! How well the beginning and the end of speech are found: speech in noise, and noise alone.

use super::noises::{self, Random};
use std::path::Path;
use std::time::Instant;
use zeroline::audio::{FRAME_MS, Frame, LineRate, level, resample, wav};
use zeroline::hear::{Heard, Listener, VoiceActivity};

const RATE: LineRate = LineRate::Narrow;
const FRAME: usize = RATE.frame_len();
/// Silence that ends an utterance here.
const PATIENCE_MS: u32 = 700;

/// Makes the detector that is measured.
pub type Detector<'a> = &'a dyn Fn() -> Box<dyn VoiceActivity>;

/// Speech, at 8 kHz.
pub struct Spoken {
    pub samples: Vec<i16>,
}

/// The recordings of a folder, every `nth`, sorted; none where the folder is not there.
pub fn spoken(folder: &Path, nth: usize) -> Vec<Spoken> {
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "wav"));
    paths.sort();
    let without_words = ["cough", "silence"];
    paths
        .iter()
        .step_by(nth)
        .filter_map(|path| {
            let name = path.file_stem()?.to_string_lossy().into_owned();
            let clip = wav::read(path).ok()?.clip;
            let wanted = !without_words.iter().any(|word| name.contains(word));
            let samples = resample::to(&clip, RATE.hz()).samples;
            wanted.then_some(Spoken { samples })
        })
        .collect()
}

/// First and one after the last frame of the speech in a clean recording: those no more than 25 dB
/// under the loudest.
pub fn extent(samples: &[i16]) -> Option<(usize, usize)> {
    let levels: Vec<f32> = samples.chunks_exact(FRAME).map(level::dbov).collect();
    let loudest = levels.iter().copied().fold(level::SILENCE, f32::max);
    let counts = |level: &f32| *level > (loudest - 25.0).max(-50.0);
    let first = levels.iter().position(counts)?;
    Some((first, levels.iter().rposition(counts)? + 1))
}

/// What became of one utterance.
enum Found {
    Missed,
    /// When speech was said to have begun, and its last voice, against the truth; and utterances.
    Speech {
        onset_ms: i64,
        end_ms: Option<i64>,
        utterances: usize,
    },
}

fn listen(samples: &[i16], truth: (usize, usize), detector: Detector) -> Found {
    let mut listener = Listener::new(RATE, detector());
    let quiet = Frame::silence(RATE);
    let (mut onset, mut end, mut utterances) = (None, None, 0);
    for (at, frame) in samples.chunks_exact(FRAME).enumerate() {
        match listener.hear(&Frame::of(RATE, frame), &quiet, PATIENCE_MS) {
            Some(Heard::SpeechStarted) => {
                onset.get_or_insert(at + 1);
            }
            Some(Heard::SpeechEnded(utterance)) => {
                let silent = utterance.endpointing_ms / u64::from(FRAME_MS);
                end = Some((at + 1) as i64 - silent as i64);
                utterances += 1;
            }
            _ => {}
        }
    }
    let ms = |frames: i64| frames * i64::from(FRAME_MS);
    match onset {
        None => Found::Missed,
        Some(onset) => Found::Speech {
            onset_ms: ms(onset as i64 - truth.0 as i64),
            end_ms: end.map(|end| ms(end - truth.1 as i64)),
            utterances,
        },
    }
}

/// Adds noise so many dB under the speech's active level, with a second of it before and two after.
fn in_noise(speech: &[i16], noise: &[i16], db: f32) -> Vec<i16> {
    let gain = 10f32.powf((level::active_dbov(speech, RATE.hz()) - db - level::dbov(noise)) / 20.0);
    let around = RATE.hz() as usize;
    (0..speech.len() + 3 * around)
        .map(|at| {
            let noise = noise
                .get(at % noise.len().max(1))
                .map_or(0.0, |&n| f32::from(n) * gain);
            let speech = at.checked_sub(around).and_then(|at| speech.get(at));
            speech.copied().unwrap_or(0).saturating_add(noise as i16)
        })
        .collect()
}

/// Prints what listening to 20 ms costs, in quiet and over a prompt, whose echo is looked for.
pub fn cost(prompt: &[i16], clips: &[Spoken], detector: Detector) {
    for (name, playing) in [("in quiet", &[][..]), ("over a prompt", prompt)] {
        let mut listener = Listener::new(RATE, detector());
        let mut playing = playing.iter().copied().cycle();
        let frames: Vec<(Frame, Frame)> = clips
            .iter()
            .flat_map(|clip| clip.samples.chunks_exact(FRAME))
            .map(|said| {
                let played: Vec<i16> = playing.by_ref().take(FRAME).collect();
                (Frame::of(RATE, said), Frame::of(RATE, &played))
            })
            .collect();
        let begun = Instant::now();
        for (said, played) in &frames {
            std::hint::black_box(listener.hear(said, played, PATIENCE_MS));
        }
        let us = begun.elapsed().as_micros() as f64 / frames.len().max(1) as f64;
        println!("listening to 20 ms {name}: {us:.0} us");
    }
}

pub fn percentile(sorted: &[i64], share: f64) -> i64 {
    let at = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(at).copied().unwrap_or(0)
}

/// Prints a table of speech in noise.
pub fn speech(clips: &[Spoken], detector: Detector) {
    println!(
        "{:<18} {:>6} {:>7} {:>23} {:>23} {:>6} {:>7}",
        "noise",
        "speech",
        "missed",
        "onset p5/p50/p95 (ms)",
        "end p5/p50/p95 (ms)",
        "pieces",
        "no end"
    );
    let seconds = 20;
    let mut random = Random::new(7);
    let hiss = noises::steady(seconds, |random, _| 0.05 * random.within(-1.0, 1.0));
    let babble = babble(clips, seconds, &mut random);
    let noises: [(&str, Vec<i16>); 3] = [
        ("hiss", hiss),
        ("street", noises::street(seconds)),
        ("babble", babble),
    ];
    let mut rows = vec![("none".to_owned(), vec![0i16; 8_000], 60.0)];
    for (name, noise) in &noises {
        for db in [20.0, 10.0, 5.0] {
            rows.push((format!("{name}, {db:.0} dB under"), noise.clone(), db));
        }
    }
    for (name, noise, db) in rows {
        let (mut onsets, mut ends, mut missed, mut pieces) = (Vec::new(), Vec::new(), 0, 0);
        for clip in clips {
            let Some((first, last)) = extent(&clip.samples) else {
                continue;
            };
            let sound = in_noise(&clip.samples, &noise, db);
            let before = RATE.hz() as usize / FRAME;
            match listen(&sound, (first + before, last + before), detector) {
                Found::Missed => missed += 1,
                Found::Speech {
                    onset_ms,
                    end_ms,
                    utterances,
                } => {
                    onsets.push(onset_ms);
                    ends.extend(end_ms);
                    pieces += utterances;
                }
            }
        }
        onsets.sort_unstable();
        ends.sort_unstable();
        let spread = |sorted: &[i64]| {
            let [low, middle, high] = [0.05, 0.5, 0.95].map(|share| percentile(sorted, share));
            format!("{low} / {middle} / {high}")
        };
        println!(
            "{name:<18} {:>6} {missed:>7} {:>23} {:>23} {:>6.2} {:>7}",
            clips.len(),
            spread(&onsets),
            spread(&ends),
            pieces as f64 / ends.len().max(1) as f64,
            onsets.len() - ends.len(),
        );
    }
}

/// Five others speaking at once.
fn babble(clips: &[Spoken], seconds: usize, random: &mut Random) -> Vec<i16> {
    let mut sum = vec![0i32; seconds * RATE.hz() as usize];
    for _ in 0..5 {
        let mut at = (random.unit() * 4_000.0) as usize;
        while at < sum.len() {
            let choice = (random.unit() * clips.len() as f32) as usize;
            let Some(clip) = clips.get(choice) else { break };
            for (to, from) in sum.iter_mut().skip(at).zip(&clip.samples) {
                *to += i32::from(*from);
            }
            at += clip.samples.len().max(1);
        }
    }
    sum.iter().map(|s| (s / 5) as i16).collect()
}

/// Prints what is taken for speech in sounds that are none, while a prompt plays and while not.
pub fn false_alarms(prompt: &[i16], more: Vec<noises::Noise>, detector: Detector) {
    println!(
        "{:<14} {:>9} {:>22} {:>22}",
        "sound", "minutes", "over a prompt, a min", "in quiet, a min"
    );
    println!(
        "{:<14} {:>9} {:>11} {:>10} {:>11} {:>10}",
        "", "", "ducked", "speech", "onsets", "speech"
    );
    for noise in noises::all(120).into_iter().chain(more) {
        let minutes = noise.samples.len() as f64 / f64::from(RATE.hz()) / 60.0;
        let [over, quiet] = [prompt, &[]].map(|playing| {
            let mut listener = Listener::new(RATE, detector());
            let mut playing = playing.iter().copied().cycle();
            let (mut onsets, mut speech) = (0, 0);
            for frame in noise.samples.chunks_exact(FRAME) {
                let played: Vec<i16> = playing.by_ref().take(FRAME).collect();
                let heard = listener.hear(&Frame::of(RATE, frame), &Frame::of(RATE, &played), 700);
                match heard {
                    Some(Heard::Onset) => onsets += 1,
                    Some(Heard::SpeechStarted) => speech += 1,
                    _ => {}
                }
            }
            (f64::from(onsets) / minutes, f64::from(speech) / minutes)
        });
        println!(
            "{:<14} {minutes:>9.1} {:>11.1} {:>10.1} {:>11.1} {:>10.1}",
            noise.name, over.0, over.1, quiet.0, quiet.1
        );
    }
}
