//! `zeroline say`

use super::{Done, Failure, Verdict, load};
use crate::audio::{Clip, wav};
use crate::line::codec::Codec;
use crate::server::LINE_RATE;
use crate::speak::Espeak;
use std::path::PathBuf;
use std::process::Command;

/// Hear a text as callers will: in words, levelled, in the telephone's band and coding.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zeroline say \"We open at 8:30. The fee is $12.50.\"\n  \
                  zeroline say --dialplan dialplans/clinic.toml \"Dr. Nguyen is in.\" --out nguyen.wav"
)]
pub struct Args {
    text: String,
    /// Whose language, pronunciations and recordings are used
    #[arg(long, value_name = "FILE")]
    dialplan: Option<PathBuf>,
    /// Write a WAV file instead of playing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Programs that play a WAV file, the first that is there.
const PLAYERS: [&[&str]; 4] = [&["pw-play"], &["paplay"], &["aplay", "-q"], &["play", "-q"]];

pub fn run(args: &Args) -> Done {
    let dialplan = load::dialplan(args.dialplan.as_deref())?;
    let voice = Espeak::new(dialplan.language.tag())?;
    let speaker = load::speaker(&dialplan, voice)?;
    let prompt = speaker.prompt(&args.text, LINE_RATE)?;
    let mut samples = Vec::new();
    for frame in prompt.frames() {
        let mut sent = Vec::new();
        Codec::Pcmu.encode(frame, &mut sent);
        Codec::Pcmu.decode(&sent, &mut samples);
    }
    let clip = Clip::new(LINE_RATE.hz(), samples);
    let words = speaker.words(&args.text);
    println!("{}: {words} ({} ms)", speaker.name(), clip.milliseconds());
    match &args.out {
        Some(file) => wav::write_mono(file, &clip)?,
        None => play(&clip)?,
    }
    Ok(Verdict::Yes)
}

fn play(clip: &Clip) -> Result<(), Failure> {
    let name = format!("zeroline-say-{}.wav", std::process::id());
    let file = std::env::temp_dir().join(name);
    wav::write_mono(&file, clip)?;
    let played = PLAYERS.iter().any(|player| {
        let Some((program, options)) = player.split_first() else {
            return false;
        };
        let status = Command::new(program).args(options).arg(&file).status();
        status.is_ok_and(|status| status.success())
    });
    let _ = std::fs::remove_file(&file);
    match played {
        true => Ok(()),
        false => Err(Failure(
            "this machine cannot play sound (pw-play, paplay, aplay and play were tried). \
             Write a file with --out FILE.wav"
                .to_owned(),
        )),
    }
}
