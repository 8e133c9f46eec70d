//! `zeroline models`

use super::{Done, Verdict};
use crate::models::{self, Catalogue, Finding, Limits, Model, Outcome, State, Step};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Get models for recognition, and check those that are there.
#[derive(clap::Args)]
#[command(
    after_help = "Models are kept in $ZEROLINE_MODELS, or in ./models without it.\n\nExample:\n  \
    zeroline models list\n  zeroline models pull base.en"
)]
pub struct Args {
    /// Another catalogue than the built-in one (models/catalogue.toml shows how one looks)
    #[arg(long, value_name = "FILE", global = true)]
    catalogue: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// What models there are, and which are installed
    #[command(after_help = "Example:\n  zeroline models list")]
    List {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Download a model; a download that broke off is continued
    #[command(
        after_help = "HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are heeded.\n\nExample:\n  \
        zeroline models pull base.en"
    )]
    Pull {
        /// As `zeroline models list` shows it
        name: String,
    },
    /// Take in a model file that was fetched elsewhere
    #[command(
        after_help = "The file is recognised by its checksum, whatever it is called.\n\nExample:\n  \
        zeroline models import /media/stick/ggml-base.en.bin"
    )]
    Import { file: PathBuf },
    /// Compare what is installed with the catalogue's checksums
    #[command(
        after_help = "The exit code is 1 when a file is damaged, or the named model is not there.\n\n\
        Example:\n  zeroline models verify\n  zeroline models verify base.en"
    )]
    Verify {
        /// Only this model
        name: Option<String>,
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

pub fn run(args: &Args) -> Done {
    let catalogue = match &args.catalogue {
        Some(path) => Catalogue::read(path)?,
        None => Catalogue::built_in()?,
    };
    let folder = folder();
    match &args.what {
        What::List { json } => list(&catalogue, &folder, *json),
        What::Pull { name } => pull(catalogue.find(name)?, &folder),
        What::Import { file } => {
            let model = models::import(file, &catalogue, &folder)?;
            println!("{} is installed as {}", model.name, shown(model, &folder));
            Ok(Verdict::Yes)
        }
        What::Verify { name, json } => {
            let only = name
                .as_deref()
                .map(|name| catalogue.find(name))
                .transpose()?;
            verify(&models::verify(&catalogue, &folder, only)?, &folder, *json)
        }
    }
}

fn folder() -> PathBuf {
    std::env::var_os("ZEROLINE_MODELS").map_or_else(|| PathBuf::from("models"), PathBuf::from)
}

fn shown(model: &Model, folder: &Path) -> String {
    model.path_in(folder).display().to_string()
}

fn list(catalogue: &Catalogue, folder: &Path, json: bool) -> Done {
    #[derive(serde::Serialize)]
    struct Line<'a> {
        #[serde(flatten)]
        model: &'a Model,
        installed: bool,
    }
    if !json {
        println!(
            "{:<15} {:>8}  {:<9} {:<8} {:<9}  GOOD FOR",
            "NAME", "SIZE", "LANGUAGES", "LICENCE", ""
        );
    }
    for model in catalogue.models() {
        // Quick on purpose: `verify` reads whole files.
        let there = std::fs::metadata(model.path_in(folder));
        let installed = there.is_ok_and(|file| file.len() == model.size);
        if json {
            println!("{}", serde_json::to_string(&Line { model, installed })?);
            continue;
        }
        let languages = model.languages.join(" ").replace('*', "many");
        println!(
            "{:<15} {:>8}  {languages:<9} {:<8} {:<9}  {}",
            model.name,
            megabytes(model.size),
            model.licence,
            if installed { "installed" } else { "" },
            model.good_for
        );
    }
    Ok(Verdict::Yes)
}

fn pull(model: &Model, folder: &Path) -> Done {
    let mut progress = Progress::new(&model.file);
    let pulled = models::pull(model, folder, &Limits::default(), &mut |step| {
        progress.show(step)
    });
    progress.clear();
    let how = match pulled? {
        Outcome::Installed => "is installed as",
        Outcome::WasThere => "was there already, and is unharmed:",
    };
    println!("{} {how} {}", model.name, shown(model, folder));
    Ok(Verdict::Yes)
}

fn verify(findings: &[Finding], folder: &Path, json: bool) -> Done {
    if findings.is_empty() && !json {
        println!("there are no models in {}", folder.display());
    }
    for finding in findings {
        if json {
            println!("{}", serde_json::to_string(finding)?);
            continue;
        }
        let name = finding.model.as_deref().unwrap_or("it");
        let state = match &finding.state {
            State::Ok => "ok".to_owned(),
            State::Damaged(why) if finding.model.is_none() => format!("damaged: {why}. Delete it"),
            State::Damaged(why) => {
                format!("damaged: {why}. `zeroline models pull {name}` replaces it")
            }
            State::Incomplete(why) => {
                format!("incomplete: {why}. `zeroline models pull {name}` goes on")
            }
            State::Unknown(why) => format!("unknown: {why}"),
            State::Missing => {
                format!("missing. `zeroline models pull {name}` downloads it")
            }
        };
        println!("{}: {state}", finding.file.display());
    }
    Ok(match findings.iter().any(Finding::is_bad) {
        true => Verdict::No,
        false => Verdict::Yes,
    })
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", (bytes as f64 / 1e6).max(1.0))
}

/// One line on a terminal that is written over and over. In a pipe only what went wrong is told.
struct Progress<'a> {
    file: &'a str,
    live: bool,
    /// When the first bytes came, and after how many.
    began: Option<(Instant, u64)>,
    shown: Option<Instant>,
}

impl Progress<'_> {
    const EVERY: Duration = Duration::from_millis(200);

    fn new(file: &str) -> Progress<'_> {
        Progress {
            file,
            live: std::io::stderr().is_terminal(),
            began: None,
            shown: None,
        }
    }

    fn show(&mut self, step: Step) {
        match step {
            Step::Progress { done, size } => self.bytes(done, size),
            Step::Checking => self.line("checking"),
            Step::Again { why, wait } => {
                self.began = None;
                self.tell(&format!("{why}; trying again in {} s", wait.as_secs()));
            }
            Step::StartingOver { why } => {
                self.began = None;
                self.tell(&format!("starting over: {why}"));
            }
        }
    }

    fn bytes(&mut self, done: u64, size: u64) {
        let (began, at) = *self.began.get_or_insert((Instant::now(), done));
        if self
            .shown
            .is_some_and(|shown| shown.elapsed() < Self::EVERY)
        {
            return;
        }
        self.shown = Some(Instant::now());
        let rate = done.saturating_sub(at) as f64 / began.elapsed().as_secs_f64().max(0.1);
        let percent = done.saturating_mul(100) / size.max(1);
        let of = format!("{percent:>3} % of {}", megabytes(size));
        let rest = match rate > 0.0 {
            true => format!(
                ", {:.1} MB/s, {:.0} s left",
                rate / 1e6,
                size.saturating_sub(done) as f64 / rate
            ),
            false => String::new(),
        };
        self.line(&format!("{of}{rest}"));
    }

    fn line(&self, text: &str) {
        if self.live {
            eprint!("\r\x1b[K{}: {text}", self.file);
            let _ = std::io::stderr().flush();
        }
    }

    fn tell(&self, text: &str) {
        self.clear();
        eprintln!("{}: {text}", self.file);
    }

    fn clear(&self) {
        if self.live {
            eprint!("\r\x1b[K");
        }
    }
}
