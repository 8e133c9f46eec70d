//! How soon a caller hears the bot: from the wish to say something to the first frame, for prompts
//! that are ready, stitched of what is ready and what is not, and made on the spot. And how fast each
//! voice is. Prints the tables of `docs/voice.md`.
//!
//!     make bench-voice
//!
//! Every Piper voice in `models/` or `$ZEROLINE_MODELS` is among the voices.

#[path = "../tests/common/recognised_back.rs"]
mod recognised_back;

use recognised_back::{accuracy, recognised_back};
use std::error::Error;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use zeroline::audio::{Clip, LineRate, level, wav};
use zeroline::dialplan::Dialplan;
use zeroline::line::codec::{Codec, Encoder};
use zeroline::speak::say::Pronunciations;
use zeroline::speak::{self, Cache, PromptBook, Speaker, Wish};
use zeroline::understand::Language;

const RATE: LineRate = LineRate::Narrow;
const RUNS: usize = 21;
/// 12 dB under the speech.
const NOISE_DBOV: f32 = -32.0;

/// The test model with a Piper voice's inputs and outputs, which plays tones.
const FIXTURE: &str = "one";

const ENGLISH: &str = "Your appointment is on Thursday, Nov. 26th at 8:30; the fee is $12.50. \
                       Please bring your card. Is there anything else?";
const MANDARIN: &str = "您的预约是11月26号上午8:30，费用12.50元。请带上您的卡。还有别的事吗？";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    for name in ["your-order", "is-on-its-way"] {
        wav::write_mono(&folder.path().join(format!("{name}.wav")), &hum())?;
    }
    let espeak = speaker("espeak-ng", Language::EnglishUs, folder.path())?;
    let clinic = root().join("dialplans/clinic.toml");
    let clinic = Dialplan::load(&clinic, jiff::Zoned::now().date())?.dialplan;
    let texts = clinic.fixed_texts();
    let begun = Instant::now();
    let (book, failed) = PromptBook::prepare(&espeak, &texts, &|_, _| {});
    let prepared = begun.elapsed();
    if let Some((text, error)) = failed.first() {
        return Err(format!("\"{text}\" cannot be spoken: {error}").into());
    }

    println!("| prompt | first frame after | all after | sound |");
    println!("|---|---:|---:|---:|");
    let greeting = texts.first().ok_or("there is no greeting")?;
    let ready = || {
        Ok(book
            .get(greeting, RATE)
            .ok_or("no prompt")?
            .phrases()
            .to_vec())
    };
    let took = median(ready)?;
    let sound = book.get(greeting, RATE).ok_or("no prompt")?.duration();
    println!(
        "| ready: the greeting | {} | {} | {} |",
        ms(took),
        ms(took),
        seconds(sound)
    );
    espeak.learn("Thank you. Your order {order} is on its way. Is there anything else?")?;
    for (what, text) in [
        (
            "stitched: sentence, sentence with a code, sentence",
            "Thank you. Your order A7-2231 is on its way. Is there anything else?",
        ),
        (
            "stitched: recording, code, recording",
            "[your-order.wav] A7-2231 [is-on-its-way.wav]",
        ),
        ("made: three sentences with date, time, price", ENGLISH),
    ] {
        row(what, &espeak, text)?;
    }
    if let Ok(slow) = speaker(FIXTURE, Language::EnglishUs, folder.path()) {
        let slow = slow.keeping(Cache::open(&folder.path().join("cache"))?);
        slow.prompt(ENGLISH, RATE)?;
        row("kept on disk: the same three sentences", &slow, ENGLISH)?;
    }
    println!(
        "\nThe clinic's {} texts are ready {prepared:.0?} after its dialplan is read.",
        texts.len()
    );
    println!(
        "Encoding a frame as PCMU takes {:.2?}.\n",
        encoding(&book.get(greeting, RATE).ok_or("no prompt")?.samples(RATE))
    );

    println!(
        "| voice | first sentence after | all after | sound | of real time | words recognised back | in noise |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let mut voices = vec![
        ("espeak-ng".to_owned(), Language::EnglishUs),
        ("espeak-ng".to_owned(), Language::Mandarin),
        (FIXTURE.to_owned(), Language::EnglishUs),
    ];
    voices.extend(installed());
    for (name, language) in voices {
        let text = match language {
            Language::Mandarin => MANDARIN,
            _ => ENGLISH,
        };
        let speaker = match speaker(&name, language, folder.path()) {
            Ok(speaker) => speaker,
            Err(why) => {
                println!("\n{name} is left out: {why}\n");
                continue;
            }
        };
        let (first, all) = times(&speaker, text)?;
        let sound = speaker.prompt(text, RATE)?.duration();
        // PocketSphinx knows English only, and what the fixture plays is no speech.
        let clear = |noise| match language == Language::Mandarin || name == FIXTURE {
            true => Ok("-".to_owned()),
            false => recognised_back(&speaker, &texts, |sound| add_noise(sound, noise))
                .map(|all| format!("{:.3}", accuracy(&all))),
        };
        println!(
            "| {} | {} | {} | {} | {:.4} | {} | {} |",
            speaker.name(),
            ms(first),
            ms(all),
            seconds(sound),
            all.as_secs_f64() / sound.as_secs_f64(),
            clear(level::SILENCE)?,
            clear(NOISE_DBOV)?
        );
    }
    Ok(())
}

/// Hiss that falls off towards high tones, the same each time.
fn add_noise(samples: &mut [i16], dbov: f32) {
    let (mut random, mut low) = (1u32, 0.0);
    let noise: Vec<i16> = samples
        .iter()
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (random >> 8) as f32 / 8_388_608.0 - 1.0;
            low = 0.7 * low + 0.3 * white;
            (low * 10_000.0) as i16
        })
        .collect();
    let gain = 10f32.powf((dbov - level::dbov(&noise)) / 20.0);
    for (sample, noise) in samples.iter_mut().zip(noise) {
        *sample = (f32::from(*sample) + f32::from(noise) * gain) as i16;
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where voices and ONNX Runtime are looked for, the fixture and what `make test` fetches among them.
fn folders() -> Vec<PathBuf> {
    let named = std::env::var_os("ZEROLINE_MODELS").map(PathBuf::from);
    let fetched = speak::user_cache().map(|cache| cache.join("models"));
    let own = ["models", "models/voice-fixture"].map(|folder| root().join(folder));
    named.into_iter().chain(own).chain(fetched).collect()
}

/// Piper voices, with the language that their names begin with.
fn installed() -> Vec<(String, Language)> {
    let files = folders()
        .into_iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok());
    let names = files.flatten().filter_map(|file| {
        let name = file.ok()?.file_name().into_string().ok()?;
        let name = name.strip_suffix(".onnx")?.to_owned();
        let language = name.split_once('-')?.0.replace('_', "-").parse().ok()?;
        Some((name, language))
    });
    names.collect()
}

fn speaker(name: &str, language: Language, recordings: &Path) -> Outcome<Speaker> {
    let wish = Wish {
        name: Some(name.to_owned()),
        ..Wish::default()
    };
    let choice = speak::choose(&wish, language.tag(), &folders())?;
    if let Some(warning) = choice.warnings.first() {
        return Err(warning.clone().into());
    }
    let none = Pronunciations::default();
    Ok(Speaker::new(choice.voice, language, none, recordings))
}

fn row(what: &str, speaker: &Speaker, text: &str) -> Outcome<()> {
    let (first, all) = times(speaker, text)?;
    let sound = speaker.prompt(text, RATE)?.duration();
    println!(
        "| {what} | {} | {} | {} |",
        ms(first),
        ms(all),
        seconds(sound)
    );
    Ok(())
}

/// Until the first phrase is there, and until all are.
fn times(speaker: &Speaker, text: &str) -> Outcome<(Duration, Duration)> {
    let first = median(|| {
        speaker.say(text, RATE, speak::Pace::Usual, &mut |phrase| {
            black_box(phrase);
            ControlFlow::Break(())
        })?;
        Ok(())
    })?;
    Ok((first, median(|| Ok(speaker.prompt(text, RATE)?))?))
}

fn encoding(samples: &[i16]) -> Duration {
    let frames = Clip::new(RATE.hz(), samples.to_vec()).frames(RATE);
    let mut payload = Vec::new();
    let mut encoder = Encoder::new(Codec::Pcmu);
    let begun = Instant::now();
    for frame in &frames {
        encoder.encode(black_box(frame.samples()), &mut payload);
        black_box(&payload);
    }
    begun.elapsed() / frames.len().max(1) as u32
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn median<T>(mut run: impl FnMut() -> Outcome<T>) -> Outcome<Duration> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        black_box(run()?);
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times.get(RUNS / 2).copied().unwrap_or_default())
}

/// A second of sound, as a recording of 44.1 kHz.
fn hum() -> Clip {
    let wave = (0..44_100).map(|i| if i % 441 < 220 { 4_000 } else { -4_000 });
    Clip::new(44_100, wave.collect())
}
