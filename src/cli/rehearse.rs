//! `zeroline rehearse`

use super::transcript;
use super::{Done, Failure, Verdict, load};
use crate::audio::wav;
use crate::call::{About, Setup};
use crate::hear::{Wanted, WantedVad};
use crate::rehearse::{self, Options, Rehearsal, Scenario};
use crate::server::LINE_RATE;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Feed recordings or scenarios through the pipeline that answers calls.
#[derive(clap::Args)]
#[command(
    after_help = "A recording is said when the greeting is over; a scenario (.toml) says what happens and what\n\
    must come of it. A recording with a scenario of the same name beside it is checked against that.\n\n\
    Example:\n  zeroline rehearse dialplans/clinic.toml audio-fixtures/*.wav\n  \
    zeroline rehearse dialplans/clinic.toml audio-fixtures/opening-hours.wav --json --out /tmp/rehearsal"
)]
pub struct Args {
    dialplan: PathBuf,
    /// WAV files or scenarios
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Events as JSON, one a line
    #[arg(long)]
    json: bool,
    /// Save both sides (stereo: left the caller) and the events there
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Charge recognition and synthesis what they really take; events then differ from run to run
    #[arg(long)]
    timed: bool,
    /// Recognition engine: auto, whisper or pocketsphinx
    #[arg(long, default_value = "auto")]
    engine: Wanted,
    /// A Whisper model file
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// What tells the caller's voice from other sound: webrtc or silero
    #[arg(long, default_value = "webrtc")]
    vad: WantedVad,
}

pub fn run(args: &Args) -> Done {
    let dialplan = load::dialplan(Some(&args.dialplan))?;
    let loaded = load::all(dialplan, args.engine, args.model.as_deref(), args.vad)?;
    if !args.json {
        for line in &loaded.chosen {
            println!("{line}");
        }
    }
    if let Some(out) = &args.out {
        std::fs::create_dir_all(out)
            .map_err(|error| Failure(format!("{}: cannot be made: {error}", out.display())))?;
    }
    let mut verdict = Verdict::Yes;
    for input in &args.inputs {
        // One bad file does not hide what the others have to say.
        let (scenario, name) = match read(input) {
            Ok(read) => read,
            Err(failure) => {
                eprintln!("zeroline: {}", failure.0);
                verdict = Verdict::No;
                continue;
            }
        };
        let setup = Setup {
            id: name.clone(),
            rate: LINE_RATE,
            dialplan: loaded.plan.dialplan.clone(),
            prompts: loaded.plan.prompts.clone(),
            vad: loaded.plan.engines.vad.clone(),
            begins: Timestamp::now(),
            about: About::default(),
        };
        let options = Options {
            timed: args.timed,
            transfers_fail: scenario.transfers_fail,
        };
        let rehearsal = rehearse::run(
            setup,
            &loaded.plan.engines,
            scenario.script.clone(),
            options,
        );
        show(args, &name, &rehearsal)?;
        if let Some(out) = &args.out {
            save(out, &name, &rehearsal)?;
        }
        if let Some(unmet) = scenario.unmet(&rehearsal.events) {
            eprintln!("{}: {unmet}", input.display());
            verdict = Verdict::No;
        }
    }
    Ok(verdict)
}

fn read(input: &Path) -> Result<(Scenario, String), Failure> {
    let name = match input.file_stem() {
        Some(stem) => stem.to_string_lossy().into_owned(),
        None => return Err(Failure(format!("{}: not a file", input.display()))),
    };
    let beside = input.with_extension("toml");
    let scenario = if beside.is_file() {
        Scenario::read(&beside, LINE_RATE)?
    } else {
        Scenario::saying(input, LINE_RATE)?
    };
    Ok((scenario, name))
}

fn show(args: &Args, name: &str, rehearsal: &Rehearsal) -> Result<(), Failure> {
    if args.json {
        for event in &rehearsal.events {
            println!("{}", serde_json::to_string(event)?);
        }
        return Ok(());
    }
    println!();
    print!("{}", transcript(name, &rehearsal.events));
    let own = rehearsal.took.saturating_sub(rehearsal.engines_took);
    println!(
        "  {:.1} s of call in {} ms, and {} ms of recognition and synthesis",
        rehearsal.bot.len() as f64 / f64::from(rehearsal.hz),
        own.as_millis(),
        rehearsal.engines_took.as_millis()
    );
    Ok(())
}

fn save(out: &Path, name: &str, rehearsal: &Rehearsal) -> Result<(), Failure> {
    let sound = out.join(format!("{name}.wav"));
    wav::write_stereo(&sound, rehearsal.hz, &rehearsal.caller, &rehearsal.bot)?;
    let mut lines = String::new();
    for event in &rehearsal.events {
        lines.push_str(&serde_json::to_string(event)?);
        lines.push('\n');
    }
    let events = out.join(format!("{name}.jsonl"));
    std::fs::write(&events, lines)
        .map_err(|error| Failure(format!("{}: cannot be written: {error}", events.display())))
}
