//! `zeroline rehearse`

use super::transcript;
use super::{Done, Failure, Verdict, load};
use crate::audio::{Clip, wav};
use crate::dialplan::Dialplan;
use crate::hear::{Wanted, WantedVad};
use crate::lookup::Lookups;
use crate::rehearse::{self, Outcome, RATE, Rehearsal, Scenario, Stage, junit};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Feed recordings or conversations through the pipeline that answers calls.
#[derive(clap::Args)]
#[command(
    after_help = "A recording is said when the greeting is over. A conversation (.toml) says what the caller does and\n\
    what must come of it; docs/conversation-tests.md explains the format. A recording with a conversation of\n\
    the same name beside it is checked against that.\n\n\
    Example:\n  zeroline rehearse dialplans/clinic.toml dialplans/tests/clinic/*.toml --text --junit report.xml\n  \
    zeroline rehearse dialplans/clinic.toml audio-fixtures/*.wav\n  \
    zeroline rehearse dialplans/clinic.toml audio-fixtures/opening-hours.wav --json --out /tmp/rehearsal"
)]
pub struct Args {
    dialplan: PathBuf,
    /// WAV files or conversations
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Conversations as text: no recognition and no voice, so that a hundred take a second
    #[arg(long)]
    text: bool,
    /// Write a report as JUnit XML, for CI
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Events as JSON, one a line
    #[arg(long)]
    json: bool,
    /// Save both sides (stereo: left the caller) and the events there
    #[arg(long, value_name = "FOLDER", conflicts_with = "text")]
    out: Option<PathBuf>,
    /// Charge recognition and synthesis what they really take; events then differ from run to run
    #[arg(long, conflicts_with = "text")]
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
    let plan = load::dialplan(Some(&args.dialplan))?;
    match args.text {
        true => {
            let lookups = Lookups::new();
            Rehearsals::new(args, &Arc::new(plan)).run(&Stage::Text(&lookups))
        }
        false => with_sound(args, plan),
    }
}

fn with_sound(args: &Args, plan: Dialplan) -> Done {
    let loaded = load::all(plan, args.engine, args.model.as_deref(), args.vad)?;
    if !args.json {
        for line in &loaded.chosen {
            println!("{line}");
        }
    }
    if let Some(out) = &args.out {
        std::fs::create_dir_all(out)
            .map_err(|error| Failure(format!("{}: cannot be made: {error}", out.display())))?;
    }
    // Most callers bring recordings, and need no voice.
    let caller = OnceCell::new();
    let voice = |words: &str| {
        let caller = caller
            .get_or_init(|| load::caller(&loaded.plan.dialplan, &loaded.plan.engines.speaker));
        let caller = caller.as_ref().map_err(|failure| failure.0.clone())?;
        let prompt = caller.prompt(words, RATE);
        let samples = prompt.map_err(|error| error.to_string())?.samples(RATE);
        Ok(Clip::new(RATE.hz(), samples).frames(RATE))
    };
    Rehearsals::new(args, &loaded.plan.dialplan).run(&Stage::Sound {
        engines: &loaded.plan.engines,
        prompts: &loaded.plan.prompts,
        voice: &voice,
        timed: args.timed,
    })
}

/// All that is asked for, and what has come of it.
struct Rehearsals<'a> {
    args: &'a Args,
    plan: &'a Arc<Dialplan>,
    outcomes: Vec<Outcome>,
    /// Files that could not be used.
    unusable: usize,
}

impl<'a> Rehearsals<'a> {
    fn new(args: &'a Args, plan: &'a Arc<Dialplan>) -> Rehearsals<'a> {
        Rehearsals {
            args,
            plan,
            outcomes: Vec::new(),
            unusable: 0,
        }
    }

    fn run(mut self, stage: &Stage) -> Done {
        for input in &self.args.inputs {
            match read(input, self.plan) {
                Ok(scenarios) => {
                    let is_recording = !is_toml(input);
                    for scenario in scenarios {
                        self.one(&scenario, stage, is_recording)?;
                    }
                }
                // One bad file does not hide what the others have to say.
                Err(failure) => {
                    eprintln!("{}", failure.0);
                    self.unusable += 1;
                }
            }
        }
        if let Some(path) = &self.args.junit {
            let mut report = Vec::new();
            junit::write(&self.outcomes, &mut report)?;
            std::fs::write(path, report).map_err(|error| {
                Failure(format!("{}: cannot be written: {error}", path.display()))
            })?;
        }
        let failed = self.outcomes.iter().filter(|o| o.unmet.is_some()).count();
        if !self.args.json && self.outcomes.len() + self.unusable > 1 {
            println!("{}", self.summary(failed));
        }
        Ok(match failed + self.unusable {
            0 => Verdict::Yes,
            _ => Verdict::No,
        })
    }

    fn one(&mut self, scenario: &Scenario, stage: &Stage, shows: bool) -> Result<(), Failure> {
        let (outcome, rehearsal) = scenario.run(self.plan, stage);
        if self.args.json {
            for event in &outcome.events {
                println!("{}", serde_json::to_string(event)?);
            }
        } else if shows && let Some(rehearsal) = &rehearsal {
            show(&outcome.name, rehearsal);
        }
        let (name, took) = (&outcome.name, outcome.took.as_millis());
        let line = match (&outcome.unmet, &outcome.skipped) {
            (Some(unmet), _) => {
                eprintln!("FAILED   {name}\n  {unmet}");
                None
            }
            (None, Some(why)) => Some(format!("skipped  {name}: {why}")),
            (None, None) => (!shows).then(|| format!("ok       {name} ({took} ms)")),
        };
        if let Some(line) = line.filter(|_| !self.args.json) {
            println!("{line}");
        }
        if let (Some(out), Some(rehearsal)) = (&self.args.out, &rehearsal) {
            save(out, &outcome.name, rehearsal)?;
        }
        self.outcomes.push(outcome);
        Ok(())
    }

    fn summary(&self, failed: usize) -> String {
        let skipped = self.outcomes.iter().filter(|o| o.skipped.is_some()).count();
        let good = self.outcomes.len() - failed - skipped;
        let mut summary = format!("{good} good, {failed} failed");
        if skipped > 0 {
            summary.push_str(&format!(", {skipped} skipped"));
        }
        if self.unusable > 0 {
            summary.push_str(&format!(", {} files that cannot be used", self.unusable));
        }
        summary
    }
}

fn is_toml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "toml")
}

fn read(input: &Path, plan: &Dialplan) -> Result<Vec<Scenario>, Failure> {
    let beside = input.with_extension("toml");
    match is_toml(input) || beside.is_file() {
        true => rehearse::read(&beside, plan).map_err(|error| Failure(error.pretty())),
        false => {
            let saying = Scenario::saying(input, RATE);
            Ok(vec![
                saying.map_err(|error| Failure(format!("zeroline: {error}")))?,
            ])
        }
    }
}

fn show(name: &str, rehearsal: &Rehearsal) {
    println!();
    print!("{}", transcript(name, &rehearsal.events));
    let own = rehearsal.took.saturating_sub(rehearsal.engines_took);
    println!(
        "  {:.1} s of call in {} ms, and {} ms of recognition and synthesis",
        rehearsal.bot.len() as f64 / f64::from(rehearsal.hz),
        own.as_millis(),
        rehearsal.engines_took.as_millis()
    );
}

fn save(out: &Path, name: &str, rehearsal: &Rehearsal) -> Result<(), Failure> {
    // A branch may be named as a file cannot.
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let file: String = name
        .replace(": ", "-")
        .chars()
        .map(|c| if is_plain(c) { c } else { '-' })
        .collect();
    let sound = out.join(format!("{file}.wav"));
    wav::write_stereo(&sound, rehearsal.hz, &rehearsal.caller, &rehearsal.bot)?;
    let mut lines = String::new();
    for event in &rehearsal.events {
        lines.push_str(&serde_json::to_string(event)?);
        lines.push('\n');
    }
    let events = out.join(format!("{file}.jsonl"));
    std::fs::write(&events, lines)
        .map_err(|error| Failure(format!("{}: cannot be written: {error}", events.display())))
}
