use super::untrained::{self, Weights};
use super::*;
use std::fs::File;
use std::io::BufWriter;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const TOKENS: usize = 6;

/// A model in a folder of its own, written once.
static MODEL: LazyLock<(TempDir, PathBuf)> =
    LazyLock::new(|| model("ggml-smallest.en.bin", Weights::Q8_0, TOKENS));

fn model(name: &str, weights: Weights, tokens: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let mut file = BufWriter::new(File::create(&path).unwrap());
    untrained::write(&mut file, &untrained::SMALLEST, weights, tokens).unwrap();
    (folder, path)
}

fn whisper() -> Whisper {
    Whisper::load(&MODEL.1, "en-US").unwrap()
}

fn noise(seconds: usize, peak: i16, seed: usize) -> Clip {
    let sample = |i: usize| ((i + seed) * 7919 % 601) as i16 % (2 * peak + 1) - peak;
    Clip::new(8_000, (0..8_000 * seconds).map(sample).collect())
}

fn decoded(whisper: &Whisper, clip: &Clip) -> (String, Vec<u32>) {
    let decoded = decode(whisper, samples(clip));
    let bits = decoded.probabilities.iter().map(|p| p.to_bits()).collect();
    (decoded.text, bits)
}

fn decode(whisper: &Whisper, samples: Vec<f32>) -> Decoded {
    let context = audio_context(samples.len());
    whisper.decode(&samples, context, &Stop::never()).unwrap()
}

#[test]
fn a_model_loads_and_what_it_guesses_is_not_believed() {
    let whisper = whisper();
    assert_eq!(whisper.name(), "whisper/smallest.en");
    let (_, probabilities) = decoded(&whisper, &noise(1, 300, 0));
    assert_eq!(probabilities.len(), TOKENS, "the decoder ran");
    let heard = whisper.recognise(&noise(1, 300, 0), &Stop::never());
    assert_eq!(heard.unwrap(), Hypothesis::nothing());
}

#[test]
fn a_model_may_be_stored_in_several_ways() {
    for weights in [Weights::F16, Weights::Q8_0, Weights::Q5_1] {
        let (_folder, path) = model("ggml-smallest.bin", weights, TOKENS);
        let whisper = Whisper::load(&path, "en").unwrap();
        let (_, probabilities) = decoded(&whisper, &noise(1, 300, 0));
        assert_eq!(probabilities.len(), TOKENS, "{weights:?}");
    }
}

#[test]
fn silence_and_nothing_never_reach_the_decoder() {
    let whisper = whisper();
    for silence in [Clip::new(8_000, vec![]), noise(3, 8, 0)] {
        let heard = whisper.recognise(&silence, &Stop::never()).unwrap();
        assert_eq!(heard, Hypothesis::nothing());
        assert!(level::active_dbov(&silence.samples, 8_000) < SILENT_DBOV);
    }
}

#[test]
fn the_shortest_sound_is_recognised_too() {
    let whisper = whisper();
    let click = Clip::new(8_000, vec![9_000, -9_000]);
    assert_eq!(decoded(&whisper, &click).1.len(), TOKENS);
}

#[test]
fn the_same_sound_gives_the_same_words_whatever_came_before() {
    let whisper = whisper();
    let (short, long) = (noise(1, 300, 0), noise(12, 3_000, 5));
    let first = decoded(&whisper, &short);
    let other = decoded(&whisper, &long);
    assert_ne!(first, other);
    assert_eq!(decoded(&whisper, &short), first);
    assert_eq!(decoded(&whisper, &long), other);
}

#[test]
fn recognitions_at_the_same_time_do_not_disturb_one_another() {
    let whisper = whisper();
    let clips: Vec<Clip> = (1..4).map(|n| noise(n, 300, n)).collect();
    let alone: Vec<_> = clips.iter().map(|clip| decoded(&whisper, clip)).collect();
    std::thread::scope(|scope| {
        for (clip, alone) in clips.iter().zip(&alone) {
            let whisper = &whisper;
            scope.spawn(move || {
                for _ in 0..3 {
                    assert_eq!(&decoded(whisper, clip), alone);
                }
            });
        }
    });
}

#[test]
fn cancelled_work_stops_and_its_state_is_as_good_as_new() {
    let whisper = whisper();
    let clip = noise(20, 300, 0);
    let undisturbed = decoded(&whisper, &clip);
    let cancelled = Stop::never();
    cancelled.cancel();
    // Due before it begins, and while it works: past the check at the door.
    for stop in [
        cancelled,
        Stop::at(Instant::now() + Duration::from_millis(5)),
    ] {
        let stopped = whisper.decode(&vec![0.1; HZ as usize * 20], FULL_AUDIO_CONTEXT, &stop);
        assert!(matches!(stopped, Err(HearError::Stopped)));
        assert!(matches!(
            whisper.recognise(&clip, &stop),
            Err(HearError::Stopped)
        ));
        assert_eq!(decoded(&whisper, &clip), undisturbed);
    }
}

#[test]
fn a_text_without_end_is_cut_off_and_not_believed() {
    let (_folder, path) = model("ggml-endless.bin", Weights::Q8_0, 400);
    let whisper = Whisper::load(&path, "en").unwrap();
    let decoded = decode(&whisper, vec![0.1; HZ as usize]);
    assert!(!decoded.ended);
    assert_eq!(decoded.probabilities.len(), most_tokens(HZ as usize) + 1);
}

#[test]
fn weights_that_are_no_numbers_give_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ggml-nan.bin");
    let mut bytes = std::fs::read(&MODEL.1).unwrap();
    // The scale of the encoder's last layer norm.
    let name = b"encoder.ln_post.weight";
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap() + name.len();
    for number in bytes[at..at + 32 * 4].chunks_exact_mut(4) {
        number.copy_from_slice(&f32::NAN.to_le_bytes());
    }
    std::fs::write(&path, bytes).unwrap();
    let whisper = Whisper::load(&path, "en").unwrap();
    let (_, probabilities) = decoded(&whisper, &noise(1, 300, 0));
    assert!(!probabilities.iter().any(|&p| f32::from_bits(p) > 0.0));
    let heard = whisper.recognise(&noise(1, 300, 0), &Stop::never());
    assert_eq!(heard.unwrap(), Hypothesis::nothing());
}

#[test]
fn an_english_model_refuses_another_language() {
    for language in ["de-DE", "tlh"] {
        let error = Whisper::load(&MODEL.1, language).err().unwrap().to_string();
        assert!(error.contains("language"), "{error}");
    }
}

#[test]
fn a_damaged_model_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("ggml-damaged.bin");
    let error = |path: &Path| Whisper::load(path, "en-US").err().unwrap().to_string();
    assert!(error(&damaged).contains("ggml-damaged.bin"));
    assert!(error(folder.path()).contains("not a file"));
    let whole = std::fs::read(&MODEL.1).unwrap();
    for length in [0, 3, 20, 60, 10_000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&damaged, &whole[..length]).unwrap();
        let error = error(&damaged);
        assert!(
            error.contains("ggml-damaged.bin: not a Whisper model"),
            "{error}"
        );
    }
}

/// Whatever passes our look at the file, whisper.cpp must survive.
#[test]
fn a_flipped_bit_anywhere_ends_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ggml-flipped.bin");
    let mut bytes = std::fs::read(&MODEL.1).unwrap();
    let noise = noise(1, 300, 0);
    // Each header field, a few of the vocabulary's, and all over the rest.
    let header = (0..56).step_by(4).chain(64_376..64_400);
    let rest = (70_000..bytes.len()).step_by(bytes.len() / 16);
    for (at, bit) in header.chain(rest).zip([0, 3, 6].into_iter().cycle()) {
        bytes[at] ^= 1 << bit;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(whisper) = Whisper::load(&path, "en") {
            whisper.recognise(&noise, &Stop::never()).unwrap();
        }
        bytes[at] ^= 1 << bit;
    }
}

#[test]
fn the_encoder_looks_at_the_utterance_and_little_more() {
    assert_eq!(audio_context(HZ as usize), LEAST_AUDIO_CONTEXT);
    assert_eq!(audio_context(HZ as usize * 10), 640);
    assert_eq!(audio_context(HZ as usize * 60), FULL_AUDIO_CONTEXT);
    assert!(most_tokens(HZ as usize) < 30);
    assert_eq!(most_tokens(HZ as usize * 60), MOST_TOKENS);
}

/// The small model of `models/fixture`, which was trained on telephone phrases and on noise.
fn trained() -> Option<(Whisper, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/fixture");
    let model = folder.join("ggml-fixture.en.bin");
    if !model.is_file() {
        println!("skipped: {} is not there", model.display());
        return None;
    }
    Some((Whisper::load(&model, "en-US").unwrap(), folder))
}

#[test]
fn nothing_is_heard_where_nobody_speaks() {
    let Some((whisper, folder)) = trained() else {
        return;
    };
    let tones = |peaks: &[(f32, f32)]| {
        let sample = |i: u32| {
            let turns = |hz: f32| (hz * i as f32 / 8_000.0 * std::f32::consts::TAU).sin();
            let sum: f32 = peaks.iter().map(|&(hz, peak)| turns(hz) * peak).sum();
            (sum * 32_767.0) as i16
        };
        Clip::new(8_000, (0..16_000).map(sample).collect())
    };
    let fixture = |name: &str| {
        let path = folder.join("../../audio-fixtures").join(name);
        crate::audio::wav::read(&path).unwrap().clip
    };
    for (name, sound) in [
        ("digital silence", Clip::new(8_000, vec![0; 16_000])),
        ("a quiet line", fixture("long-silence.wav")),
        ("coughs and clicks", fixture("cough-click.wav")),
        ("hiss", noise(2, 300, 0)),
        ("loud hiss", noise(2, 3_000, 0)),
        ("hum", tones(&[(100.0, 0.05), (200.0, 0.02)])),
        ("a dial tone", tones(&[(425.0, 0.1)])),
        ("the key 5", tones(&[(770.0, 0.1), (1_336.0, 0.1)])),
        (
            "a chord",
            tones(&[(262.0, 0.1), (330.0, 0.1), (392.0, 0.1)]),
        ),
    ] {
        let heard = whisper.recognise(&sound, &Stop::never()).unwrap();
        assert_eq!(heard, Hypothesis::nothing(), "{name}");
    }
}

/// How many of the fixture's held-out phrases are right, by how far the encoder looks. Prints the
/// table in `docs/recognition.md`.
#[test]
#[ignore = "prints a table"]
fn audio_context_table() {
    let Some((whisper, folder)) = trained() else {
        return;
    };
    let words = |text: &str| believe::plain(text).replace(' ', "-");
    println!("| positions | espeak-Annie | espeak-m7 | slt |\n|---:|---:|---:|---:|");
    for context in [64, 96, 128, 160, 192, 224, 256, 320, 384, 512, 768, 1500] {
        let mut line = format!("| {context} |");
        for voice in ["espeak-Annie", "espeak-m7", "slt"] {
            let files = std::fs::read_dir(folder.join("held-out").join(voice)).unwrap();
            let (mut right, mut all) = (0, 0);
            for path in files.map(|file| file.unwrap().path()) {
                let sound = samples(&crate::audio::wav::read(&path).unwrap().clip);
                let decoded = whisper.decode(&sound, context, &Stop::never()).unwrap();
                // The name is a number and the text.
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                right += usize::from(name[3..] == words(&decoded.text));
                all += 1;
            }
            line += &format!(" {right} of {all} |");
        }
        println!("{line}");
    }
}
