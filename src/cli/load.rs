//! What `serve`, `rehearse` and `demo` have in common: a dialplan, engines and prompts, loaded and
//! checked before any call is taken.

use super::Failure;
use crate::audio::wav;
use crate::call::Music;
use crate::dialplan::{Diagnostic, Dialplan, check};
use crate::engines::Engines;
use crate::hear::{self, Expected, Sphinx, Unlisted, Vad, Wanted, WantedVad};
use crate::lookup::Lookups;
use crate::server::Plan;
use crate::speak::piper::PiperSettings;
use crate::speak::say::Pronunciations;
use crate::speak::{self, Cache, Espeak, PromptBook, SpeakError, Speaker, Wish};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The dialplan that answers when none is configured.
const BUNDLED: &str = include_str!("../../dialplans/clinic.toml");

/// Everything a call needs.
pub struct Loaded {
    pub plan: Plan,
    /// Which engines were chosen and why: one sentence each.
    pub chosen: Vec<String>,
}

/// Reads a dialplan (the bundled one without a path) and proves that callers cannot get stuck in it;
/// warnings go to the log, mistakes are the error.
pub fn dialplan(path: Option<&Path>) -> Result<Dialplan, Failure> {
    let today = jiff::Zoned::now().date();
    let loaded = match path {
        Some(path) => Dialplan::load(path, today),
        None => Dialplan::parse(BUNDLED, "clinic.toml (bundled)", today),
    };
    match loaded {
        Ok(loaded) => {
            for warning in &loaded.warnings {
                tracing::warn!("{warning}");
            }
            proved(&loaded.dialplan)?;
            Ok(loaded.dialplan)
        }
        Err(error) => Err(Failure(error.pretty())),
    }
}

/// Nobody gets stuck in it; else where and how.
pub fn proved(dialplan: &Dialplan) -> Result<(), Failure> {
    let traps = check::prove(dialplan);
    let traps: Vec<String> = traps.iter().map(Diagnostic::pretty).collect();
    match traps.is_empty() {
        true => Ok(()),
        false => Err(Failure(traps.join("\n"))),
    }
}

/// What PocketSphinx, which knows only the words of its dictionary, makes of a dialplan's other
/// words; `None` where it cannot be used.
pub fn unlisted(dialplan: &Dialplan) -> Option<Unlisted> {
    let voice = Espeak::new(dialplan.language.tag()).ok()?;
    let pronounce = |word: &str| voice.ipa(word).ok();
    if !dialplan.language.tag().starts_with("en") {
        return None;
    }
    let expected = Expected::new(&dialplan.phrases(), &dialplan.classes()).ok()?;
    let (_, unlisted) = Sphinx::new(None, &expected, &pronounce).ok()?;
    Some(unlisted)
}

/// Chooses the engines for a dialplan and makes its prompts.
pub fn all(
    dialplan: Dialplan,
    wanted: Wanted,
    model: Option<&Path>,
    vad: WantedVad,
) -> Result<Loaded, Failure> {
    let vad = Vad::load(vad, &model_folders())?;
    let voice = Espeak::new(dialplan.language.tag())?;
    let choice = hear::choose(
        wanted,
        model,
        &model_folders(),
        dialplan.language.tag(),
        &Expected::new(&dialplan.phrases(), &dialplan.classes())?,
        &|word| voice.ipa(word).ok(),
    )?;
    for warning in &choice.warnings {
        tracing::warn!("{warning}");
    }
    let (speaker, why) = speaker(&dialplan, None)?;
    let (prompts, failed) = PromptBook::prepare(&speaker, dialplan.fixed_texts(), &progress);
    if !failed.is_empty() {
        let mistakes = failed
            .iter()
            .map(|(text, error)| unspeakable(&dialplan, text, error).pretty());
        return Err(Failure(mistakes.collect::<Vec<_>>().join("\n")));
    }
    let chosen = vec![
        format!("recognition: {} ({})", choice.recogniser.name(), choice.why),
        format!("voice: {} ({why})", speaker.name()),
    ];
    let engines = Engines {
        lookups: Arc::new(Lookups::new()),
        recogniser: choice.recogniser,
        speaker: Arc::new(speaker),
        vad,
    };
    let music = match dialplan.music() {
        Some(file) => Music::of(&wav::read(&file)?.clip),
        None => Music::built_in(),
    };
    let plan = Plan {
        music,
        dialplan: Arc::new(dialplan),
        prompts: Arc::new(prompts),
        engines,
    };
    Ok(Loaded { plan, chosen })
}

/// A text of a dialplan that cannot be spoken, where it is written.
pub fn unspeakable(dialplan: &Dialplan, text: &str, error: &SpeakError) -> Diagnostic {
    dialplan.mistake_in(text, "this text cannot be spoken", error.to_string())
}

/// A line on a terminal that is written over and over, and goes in the end.
fn progress(done: usize, of: usize) {
    let mut terminal = std::io::stderr().lock();
    if !terminal.is_terminal() {
        return;
    }
    let _ = match done < of {
        true => write!(terminal, "\r\x1b[K{done} of {of} prompts are made"),
        false => write!(terminal, "\r\x1b[K"),
    };
    let _ = terminal.flush();
}

/// Speaks a dialplan's replies, with the voice of this name or the dialplan's own; and why with that
/// one. What a slow voice makes is kept on disk.
pub fn speaker(dialplan: &Dialplan, name: Option<&str>) -> Result<(Speaker, String), Failure> {
    let wish = Wish {
        name: name.map(str::to_owned).or(dialplan.voice.name.clone()),
        settings: PiperSettings {
            speaker: dialplan.voice.speaker,
            speed: dialplan.voice.speed.unwrap_or(1.0),
        },
    };
    let choice = speak::choose(&wish, dialplan.language.tag(), &model_folders())?;
    for warning in &choice.warnings {
        tracing::warn!("{warning}");
    }
    let pronunciations = Pronunciations::new(dialplan.pronunciations.iter().map(|(a, b)| (a, b)))?;
    let speaker = Speaker::new(
        choice.voice,
        dialplan.language,
        pronunciations,
        &dialplan.folder,
    )
    .falling_back_to(choice.fallback);
    let speaker = match Cache::folder().map(|folder| (Cache::open(&folder), folder)) {
        Some((Ok(cache), _)) => speaker.keeping(cache),
        Some((Err(error), folder)) => {
            tracing::warn!("prompts are not kept in {}: {error}", folder.display());
            speaker
        }
        None => speaker,
    };
    Ok((speaker, choice.why))
}

/// The voice of a caller whom that speaker answers.
pub fn caller(dialplan: &Dialplan, answers: &Speaker) -> Result<Speaker, Failure> {
    let voice = speak::choose_other(answers.name(), dialplan.language.tag(), &model_folders())?;
    let none = Pronunciations::default();
    let folder = Path::new(".");
    Ok(Speaker::new(voice, dialplan.language, none, folder))
}

/// Where models are looked for: `$ZEROLINE_MODELS`, then `./models`.
fn model_folders() -> Vec<PathBuf> {
    std::env::var_os("ZEROLINE_MODELS")
        .map(PathBuf::from)
        .into_iter()
        .chain([PathBuf::from("models")])
        .collect()
}
