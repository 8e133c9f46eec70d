//! No key is heard in anything but a key: speech, music, other tones, noise.

use super::*;
use std::path::PathBuf;

/// All the speech there is.
fn speech() -> Vec<(PathBuf, Clip)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut clips = Vec::new();
    for folder in [
        "audio-fixtures",
        "../shared/data/coffee-orders",
        "../shared/data/spoken-digits",
        "../shared/data/speech",
    ] {
        let Ok(files) = std::fs::read_dir(root.join(folder)) else {
            println!("skipped: {folder} is not there");
            continue;
        };
        for path in files.map(|file| file.unwrap().path()) {
            if path.extension().is_some_and(|ending| ending == "wav") {
                clips.push((path.clone(), wav::read(&path).unwrap().clip));
            }
        }
    }
    clips
}

fn louder(samples: &[i16], db: f32) -> Vec<i16> {
    let gain = 10f32.powf(db / 20.0);
    samples
        .iter()
        .map(|&s| (f32::from(s) * gain) as i16)
        .collect()
}

/// How pure a sound has to be for a key in the test of speech: less than for callers, so that
/// other people's speech is no key either.
const PURITY_WITH_MARGIN: f32 = 0.75;

#[test]
fn no_key_is_heard_in_speech() {
    let clips = speech();
    assert!(clips.len() >= 15);
    let (mut frames, mut sounding) = (0, 0);
    for (path, clip) in &clips {
        let narrow = resample::to(clip, 8_000).samples;
        let wide = resample::to(clip, 16_000).samples;
        let mut versions: Vec<(LineRate, Vec<i16>)> = [-12.0, -6.0, 0.0, 6.0, 12.0]
            .iter()
            .map(|&db| (LineRate::Narrow, louder(&narrow, db)))
            .collect();
        versions.push((LineRate::Narrow, a_law(&narrow)));
        versions.push((LineRate::Narrow, mu_law(&narrow)));
        versions.push((LineRate::Wide, louder(&wide, 6.0)));
        versions.push((LineRate::Wide, wide));
        for (rate, samples) in versions {
            let mut detector = detector(rate, PURITY_WITH_MARGIN);
            for chunk in samples.chunks(rate.frame_len()) {
                let tone = detector.hear(&Frame::of(rate, chunk));
                assert_eq!(tone.key, None, "{}", path.display());
                frames += 1;
                sounding += u32::from(tone.sounding);
            }
        }
    }
    println!(
        "{} clips, {frames} frames, {sounding} taken for the beginning of a tone",
        clips.len()
    );
    assert!(sounding * 500 < frames, "{sounding} of {frames}");
}

/// Notes of an instrument, from partials that get fainter by `fall_db` each.
fn note(hz: f32, fall_db: f32, rate: LineRate) -> impl Iterator<Item = f32> {
    (0..rate.hz() / 4).map(move |n| {
        let t = n as f32 / rate.hz() as f32;
        let partials = (1u8..=8).take_while(|&p| hz * f32::from(p) < rate.hz() as f32 / 2.0);
        let sum: f32 = partials
            .map(|p| {
                let level = 10f32.powf(-fall_db * f32::from(p - 1) / 20.0);
                (TAU * hz * f32::from(p) * t).sin() * level
            })
            .sum();
        sum * (-2.0 * t).exp() * 0.15
    })
}

#[test]
fn no_key_is_heard_in_music() {
    let hz = |semitone: i32| 440.0 * 2f32.powf(semitone as f32 / 12.0);
    for rate in RATES {
        // Every interval and every major, minor and diminished chord from A2 to A6, and broken.
        for fall_db in [3.0, 6.0, 12.0] {
            for root in -24..24 {
                let chords = [&[0, 4, 7][..], &[0, 3, 7], &[0, 3, 6], &[0, 4, 7, 10]];
                let intervals: Vec<[i32; 2]> = (0..=16).map(|interval| [0, interval]).collect();
                for chord in chords.into_iter().chain(intervals.iter().map(|i| &i[..])) {
                    let mut together = vec![0.0; rate.hz() as usize / 4];
                    let mut broken = vec![0.0; rate.hz() as usize];
                    for (n, step) in chord.iter().enumerate() {
                        add(&mut together, note(hz(root + step), fall_db, rate));
                        let from = n * rate.hz() as usize / 8;
                        add(&mut broken[from..], note(hz(root + step), fall_db, rate));
                    }
                    assert_eq!(heard(rate, &together), "", "{chord:?} on {root}");
                    assert_eq!(heard(rate, &broken), "", "{chord:?} on {root}");
                }
            }
        }
    }
}

#[test]
fn no_key_is_heard_in_other_tones() {
    for rate in RATES {
        let sines = |all: &[f32]| -> Vec<f32> {
            let t = |n: u32| n as f32 / rate.hz() as f32;
            let at = |n| all.iter().map(|hz| (TAU * hz * t(n)).sin() * 0.2).sum();
            (0..rate.hz() / 2).map(at).collect()
        };
        // Dial, busy and ringing tones, fax, information tones, and what signals between exchanges.
        for all in [
            &[425.0][..],
            &[350.0, 440.0],
            &[440.0, 480.0],
            &[480.0, 620.0],
            &[1100.0],
            &[2100.0],
            &[950.0],
            &[1400.0],
            &[1800.0],
            &[700.0, 900.0],
            &[900.0, 1300.0],
            &[1100.0, 1700.0],
            &[697.0],
            &[1209.0],
            &[697.0, 770.0],
            &[1209.0, 1633.0],
            &[697.0, 852.0, 1209.0],
            &[770.0, 1336.0, 2000.0],
        ] {
            assert_eq!(heard(rate, &sines(all)), "", "{all:?}");
        }
        // Sweeps, alone and two at once, slow and fast.
        for seconds in [0.2, 0.5, 2.0] {
            let sweep = |from: f32, to: f32| {
                let length = (seconds * rate.hz() as f32) as u32;
                (0..length).map(move |n| {
                    let t = n as f32 / rate.hz() as f32;
                    (TAU * (from * t + (to - from) * t * t / (2.0 * seconds))).sin() * 0.2
                })
            };
            let mut two: Vec<f32> = sweep(300.0, 3_400.0).collect();
            assert_eq!(heard(rate, &two), "", "{seconds} s");
            add(&mut two, sweep(1_700.0, 200.0));
            assert_eq!(heard(rate, &two), "", "{seconds} s, two");
        }
    }
}

proptest! {
    #[test]
    fn noise_is_no_key(seed: u64, rms in 0.001f32..0.5) {
        for rate in RATES {
            let sound: Vec<f32> = noise(rms, seed).take(32_000).map(|s| s.clamp(-1.0, 1.0)).collect();
            prop_assert_eq!(heard(rate, &sound), "");
        }
    }
}
