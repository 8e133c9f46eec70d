//! How soon a caller hears the bot: from the wish to say something to the first frame, for prompts
//! that are kept, stitched of recordings and words, and made on the spot. Prints the table of
//! `docs/voice.md`.
//!
//!     cargo bench --profile dev --bench voice

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use zeroline::audio::{Clip, LineRate, wav};
use zeroline::dialplan::Dialplan;
use zeroline::speak::say::Pronunciations;
use zeroline::speak::{Espeak, PromptBook, Speaker};
use zeroline::understand::Language;

const RATE: LineRate = LineRate::Narrow;
const RUNS: usize = 21;

const SHORT: &str = "One moment, please.";
const SENTENCE: &str = "Your appointment is on Thursday, Nov. 26th at 8:30; the fee is $12.50.";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    for name in ["your-order", "is-on-its-way"] {
        wav::write_mono(&folder.path().join(format!("{name}.wav")), &hum())?;
    }
    let speaker = |language: Language| -> Result<Speaker, Box<dyn Error>> {
        let voice = Espeak::new(language.tag())?;
        let none = Pronunciations::default();
        Ok(Speaker::new(voice, language, none, folder.path()))
    };
    let english = speaker(Language::EnglishUs)?;
    let mandarin = speaker(Language::Mandarin)?;
    let clinic = Path::new(env!("CARGO_MANIFEST_DIR")).join("dialplans/clinic.toml");
    let clinic = Dialplan::load(&clinic, jiff::Zoned::now().date())?.dialplan;
    let begun = Instant::now();
    let (book, failed) = PromptBook::prepare(&english, RATE, clinic.fixed_texts());
    let prepared = begun.elapsed();
    if let Some((text, error)) = failed.first() {
        return Err(format!("\"{text}\" cannot be spoken: {error}").into());
    }

    println!("| prompt | voice | first frame after | sound | of real time |");
    println!("|---|---|---:|---:|---:|");
    let greeting = clinic.greeting();
    let greeting = greeting.say.first().ok_or("there is no greeting")?;
    let kept = || Some(book.get(greeting)?.frames().first()?.clone());
    let took = median(|| Ok(kept()))?;
    row("kept", english.name(), took, None);
    for (what, speaker, text) in [
        (
            "a recording, a code, a recording",
            &english,
            "[your-order.wav] A7-2231 [is-on-its-way.wav]",
        ),
        ("made: 3 words", &english, SHORT),
        (
            "made: a sentence with date, time, price",
            &english,
            SENTENCE,
        ),
        (
            "made: a Mandarin sentence",
            &mandarin,
            "您的预约是11月26号上午8:30，费用12.50元。",
        ),
    ] {
        let sound = speaker.prompt(text, RATE)?.duration();
        let took = median(|| Ok(speaker.prompt(text, RATE)?))?;
        row(what, speaker.name(), took, Some(sound));
    }
    let prompts = clinic.fixed_texts().len();
    println!("\nThe clinic's {prompts} texts are ready {prepared:.0?} after its dialplan is read.");
    Ok(())
}

fn row(what: &str, voice: &str, took: Duration, sound: Option<Duration>) {
    let (length, share) = match sound {
        None => ("-".to_owned(), "-".to_owned()),
        Some(sound) => (
            format!("{:.1} s", sound.as_secs_f64()),
            format!("{:.4}", took.as_secs_f64() / sound.as_secs_f64()),
        ),
    };
    let ms = took.as_secs_f64() * 1e3;
    println!("| {what} | {voice} | {ms:.3} ms | {length} | {share} |");
}

fn median<T>(
    mut run: impl FnMut() -> Result<T, Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
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
