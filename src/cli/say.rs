//! `zeroline say`

use super::{Done, Failure, Verdict, load};
use crate::audio::{Clip, LineRate, wav};
use crate::line::codec::{Codec, Decoder, Encoder};
use std::path::PathBuf;
use std::process::Command;

/// Hear a text as callers will: in words, levelled, in the telephone's band and coding.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zeroline say \"We open at 8:30. The fee is $12.50.\"\n  \
                  zeroline say --dialplan dialplans/clinic.toml \"Dr. Nguyen is in.\" --out nguyen.wav\n  \
                  zeroline say --voice en_US-kristin-medium \"One moment, please.\""
)]
pub struct Args {
    text: String,
    /// Whose language, pronunciations and recordings are used
    #[arg(long, value_name = "FILE")]
    dialplan: Option<PathBuf>,
    /// Another voice than the dialplan's: a Piper voice that is installed, or espeak-ng
    #[arg(long, value_name = "NAME")]
    voice: Option<String>,
    /// Write a WAV file instead of playing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// As most callers hear it.
const RATE: LineRate = LineRate::Narrow;
/// Programs that play a WAV file, the first that is there.
const PLAYERS: [&[&str]; 4] = [&["pw-play"], &["paplay"], &["aplay", "-q"], &["play", "-q"]];

pub fn run(args: &Args) -> Done {
    let dialplan = load::dialplan(args.dialplan.as_deref())?;
    let (speaker, _) = load::speaker(&dialplan, args.voice.as_deref())?;
    let prompt = speaker.prompt(&args.text, RATE)?;
    let mut samples = Vec::new();
    for frame in Clip::new(RATE.hz(), prompt.samples(RATE)).frames(RATE) {
        let mut sent = Vec::new();
        Encoder::new(Codec::Pcmu).encode(frame.samples(), &mut sent);
        Decoder::new(Codec::Pcmu).decode(&sent, &mut samples);
    }
    let clip = Clip::new(RATE.hz(), samples);
    let words = speaker.words(&args.text);
    println!("{}: {words} ({} ms)", speaker.name(), clip.milliseconds());
    match &args.out {
        Some(file) => wav::write_mono(file, &clip)?,
        None => play(&clip)?,
    }
    Ok(Verdict::Yes)
}

fn play(clip: &Clip) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure(format!("there is no place for a file to play: {error}")))?;
    let file = folder.path().join("said.wav");
    wav::write_mono(&file, clip)?;
    let played = PLAYERS.iter().any(|player| {
        let Some((program, options)) = player.split_first() else {
            return false;
        };
        let status = Command::new(program).args(options).arg(&file).status();
        status.is_ok_and(|status| status.success())
    });
    match played {
        true => Ok(()),
        false => Err(Failure(
            "this machine cannot play sound (pw-play, paplay, aplay and play were tried). \
             Write a file with --out FILE.wav"
                .to_owned(),
        )),
    }
}
