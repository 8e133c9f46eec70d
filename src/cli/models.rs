//! `zeroline models`

mod list;
mod progress;

use super::{Done, Verdict};
use crate::models::{self, Catalogue, Finding, Imported, Limits, Model, ModelFile, Outcome, State};
use progress::Progress;
use std::path::{Path, PathBuf};

/// Get models for recognition and voices, and check those that are there.
#[derive(clap::Args)]
#[command(
    after_help = "Models are kept in $ZEROLINE_MODELS, or in ./models without it.\n\nExample:\n  \
    zeroline models list\n  zeroline models pull base.en\n  \
    zeroline models pull en_US-kristin-medium"
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
    /// Take in a file of a model that was fetched elsewhere
    #[command(
        after_help = "The file is recognised by its checksum, whatever it is called. Of a model of \
        several files, import each.\n\nExample:\n  \
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
        What::List { json } => list::run(&catalogue, &folder, *json),
        What::Pull { name } => pull(catalogue.find(name)?, &folder),
        What::Import { file } => {
            imported(&models::import(file, &catalogue, &folder)?, &folder);
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

/// Files, where they are installed.
fn shown<'a>(files: impl IntoIterator<Item = &'a ModelFile>, folder: &Path) -> String {
    let paths = files.into_iter().map(|file| file.path_in(folder));
    let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
    paths.join(" and ")
}

fn pull(model: &Model, folder: &Path) -> Done {
    let mut progress = Progress::new();
    let pulled = models::pull(model, folder, &Limits::default(), &mut |file, step| {
        progress.show(file, step)
    });
    progress.clear();
    let how = match pulled? {
        Outcome::Installed => "is installed as",
        Outcome::WasThere => "was there already, and is unharmed:",
    };
    println!("{} {how} {}", model.name, shown(&model.files, folder));
    Ok(Verdict::Yes)
}

fn imported(imported: &Imported, folder: &Path) {
    let name = &imported.model.name;
    if imported.missing.is_empty() {
        println!(
            "{name} is installed as {}",
            shown(&imported.model.files, folder)
        );
        return;
    }
    println!("{} is installed", shown([imported.file], folder));
    for file in &imported.missing {
        println!("{name} still needs {}, which is at {}", file.name, file.url);
    }
    println!("import it too, or get it with `zeroline models pull {name}`");
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
