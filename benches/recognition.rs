//! How fast Whisper recognises as Zeroline uses it, against the same model used plainly: as it is
//! published (f16), by the build of `whisper-rs` that comes with nothing set, over the 30 s window.
//! Prints the table of `docs/recognition.md`.
//!
//!     cargo bench --profile dev --bench recognition              against a build in this profile
//!     cargo bench --profile dev --bench recognition -- release   against a release build
//!
//! The models have the dimensions of `tiny.en` and `base.en` and random weights, and say four
//! tokens a second, as people do; both sides use one thread. They take turns, so that a busy
//! machine is busy for both; the ratio is of CPU time.

#[allow(dead_code)] // Models are made here, and none is checked.
#[path = "../src/hear/whisper/layout.rs"]
mod layout;
#[path = "plain/src/measure.rs"]
mod measure;
#[allow(dead_code)] // The tests have a size of their own.
#[path = "../src/hear/whisper/untrained.rs"]
mod untrained;

use layout::Shape;
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use untrained::Weights;
use zeroline::audio::Clip;
use zeroline::hear::{HearError, Recogniser, Stop, Whisper};

const LENGTHS: [f32; 4] = [1.5, 3.0, 6.0, 10.0];
const TOKENS_A_SECOND: f32 = 4.0;
/// As published first, then quantised.
const WEIGHTS: [(&str, Weights); 3] = [
    ("f16", Weights::F16),
    ("q8_0", Weights::Q8_0),
    ("q5_1", Weights::Q5_1),
];
/// Runs of ours between two of the plain one.
const OURS_PER_PLAIN: usize = 3;
/// Late enough to be past the check at the door.
const AT_ONCE: Duration = Duration::from_millis(1);

fn main() -> Result<(), Box<dyn Error>> {
    let release = std::env::args().any(|argument| argument == "release");
    let program = build_plain(release)?;
    let folder = tempfile::tempdir()?;
    println!(
        "{}, one thread; milliseconds of CPU time, best of a few runs\n",
        machine()
    );
    println!("| model | utterance | plain | f16 | q8_0 | q5_1 | stopped after |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    // The larger one takes long enough for one run to tell.
    for (name, shape, rounds) in [
        ("tiny.en", untrained::TINY_EN, 2),
        ("base.en", untrained::BASE_EN, 1),
    ] {
        for seconds in LENGTHS {
            let tokens = (seconds * TOKENS_A_SECOND) as usize;
            let models = WEIGHTS.map(|(kind, _)| folder.path().join(format!("ggml-{kind}.bin")));
            for (path, (_, weights)) in models.iter().zip(WEIGHTS) {
                write_model(path, &shape, weights, tokens)?;
            }
            let best = compare(&program, &models, seconds, tokens, rounds)?;
            print!("| {name} | {seconds} s | {:.0} |", best.plain);
            for ours in best.ours {
                print!(" {ours:.0} ({:.1}x) |", best.plain / ours);
            }
            println!(" {:.0} |", best.stopped);
        }
    }
    Ok(())
}

/// Milliseconds of CPU time.
struct Best {
    plain: f64,
    /// In the order of [`WEIGHTS`].
    ours: Vec<f64>,
    /// From the moment that the result is no longer wanted until the engine is free, where it
    /// learns of it just after it began; with the first of [`WEIGHTS`].
    stopped: f64,
}

fn compare(
    program: &Path,
    models: &[PathBuf],
    seconds: f32,
    tokens: usize,
    rounds: usize,
) -> Result<Best, Box<dyn Error>> {
    let published = models.first().ok_or("no model")?;
    let mut plain = Plain::start(program, published)?;
    let whispers: Vec<Whisper> = models
        .iter()
        .map(|model| Whisper::load(model, "en-US"))
        .collect::<Result<_, _>>()?;
    let clip = Clip::new(8_000, measure::noise(seconds, 8_000));
    let mut best = Best {
        plain: f64::INFINITY,
        ours: vec![f64::INFINITY; whispers.len()],
        stopped: f64::INFINITY,
    };
    for _ in 0..rounds {
        best.plain = best.plain.min(plain.run(seconds, tokens)?);
        for (whisper, best) in whispers.iter().zip(&mut best.ours) {
            for _ in 0..OURS_PER_PLAIN {
                let begun = measure::cpu_ms();
                whisper.recognise(&clip, &Stop::never())?;
                *best = best.min(measure::cpu_ms() - begun);
            }
        }
        let whisper = whispers.first().ok_or("no model")?;
        let begun = measure::cpu_ms();
        match whisper.recognise(&clip, &Stop::at(Instant::now() + AT_ONCE)) {
            Err(HearError::Stopped) => {}
            other => return Err(format!("not stopped: {other:?}").into()),
        }
        best.stopped = best.stopped.min(measure::cpu_ms() - begun);
    }
    Ok(best)
}

/// The program in `benches/plain`, with a model loaded.
struct Plain {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Plain {
    fn start(program: &Path, model: &Path) -> Result<Plain, Box<dyn Error>> {
        let mut child = Command::new(program)
            .arg(model)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = child.stdin.take().ok_or("no pipe to it")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no pipe from it")?);
        Ok(Plain {
            child,
            questions,
            answers,
        })
    }

    /// Milliseconds of CPU time for a recognition.
    fn run(&mut self, seconds: f32, tokens: usize) -> Result<f64, Box<dyn Error>> {
        writeln!(self.questions, "{seconds}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let mut fields = line.split_whitespace();
        let mut field = || fields.next().ok_or("the plain program gave no answer");
        let cpu: f64 = field()?.parse()?;
        let said: usize = field()?.parse()?;
        // The last one is the end token.
        if said != tokens + 1 {
            return Err(format!("the plain program said {said} tokens, not {tokens}").into());
        }
        Ok(cpu)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Builds `benches/plain` with what `whisper-rs` has when nobody sets anything, whatever this
/// project sets for itself.
fn build_plain(release: bool) -> Result<PathBuf, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), PathBuf::from)
        .join("plain");
    // What whisper-rs-sys itself takes in each profile.
    let (profile, folder, kind) = if release {
        ("release", "release", "Release")
    } else {
        ("dev", "debug", "RelWithDebInfo")
    };
    eprintln!("building the plain side, which takes minutes for the first time");
    let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--locked", "--quiet", "--profile", profile])
        .arg("--manifest-path")
        .arg(root.join("benches/plain/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .env("GGML_LLAMAFILE", "OFF")
        .env("GGML_NATIVE", "ON")
        .env("CMAKE_BUILD_TYPE", kind)
        .status()?;
    if !built.success() {
        return Err("benches/plain could not be built".into());
    }
    Ok(target.join(folder).join("plain"))
}

fn write_model(path: &Path, shape: &Shape, weights: Weights, tokens: usize) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    untrained::write(&mut file, shape, weights, tokens)?;
    file.flush()
}

/// Processor and cores, as far as the system tells.
fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = about
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("a processor without a name", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{processor}, {cores} cores")
}
