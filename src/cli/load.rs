//! What `serve`, `rehearse` and `demo` have in common: a dialplan, engines and prompts, loaded and
//! checked before any call is taken.

use super::Failure;
use crate::dialplan::Dialplan;
use crate::engines::Engines;
use crate::hear::{self, Expected, Sphinx, Unlisted, Wanted};
use crate::server::LINE_RATE;
use crate::speak::say::Pronunciations;
use crate::speak::{Espeak, PromptBook, Speaker};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The dialplan that answers when none is configured.
const BUNDLED: &str = include_str!("../../dialplans/clinic.toml");

/// Everything a call needs.
pub struct Loaded {
    pub dialplan: Arc<Dialplan>,
    pub engines: Engines,
    pub prompts: Arc<PromptBook>,
    /// Which engines were chosen and why: one sentence each.
    pub chosen: Vec<String>,
}

/// Reads a dialplan (the bundled one without a path); warnings go to the log, mistakes are the error.
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
            Ok(loaded.dialplan)
        }
        Err(error) => Err(Failure(error.pretty())),
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
    let expected = Expected::from_phrases(&dialplan.phrases());
    let (_, unlisted) = Sphinx::new(None, &expected, &pronounce).ok()?;
    Some(unlisted)
}

/// Chooses the engines for a dialplan and makes its prompts.
pub fn all(dialplan: Dialplan, wanted: Wanted, model: Option<&Path>) -> Result<Loaded, Failure> {
    let voice = Espeak::new(dialplan.language.tag())?;
    let choice = hear::choose(
        wanted,
        model,
        &model_folders(),
        dialplan.language.tag(),
        &Expected::from_phrases(&dialplan.phrases()),
        &|word| voice.ipa(word).ok(),
    )?;
    for warning in &choice.warnings {
        tracing::warn!("{warning}");
    }
    let speaker = speaker(&dialplan, voice)?;
    let (prompts, failed) = PromptBook::prepare(&speaker, LINE_RATE, dialplan.fixed_texts());
    if let Some((text, error)) = failed.first() {
        return Err(Failure(format!(
            "the prompt \"{text}\" cannot be spoken: {error}"
        )));
    }
    let chosen = vec![
        format!("recognition: {} ({})", choice.recogniser.name(), choice.why),
        format!("voice: {}", speaker.name()),
    ];
    Ok(Loaded {
        dialplan: Arc::new(dialplan),
        engines: Engines {
            recogniser: choice.recogniser,
            speaker: Arc::new(speaker),
        },
        prompts: Arc::new(prompts),
        chosen,
    })
}

/// Speaks a dialplan's replies.
pub fn speaker(dialplan: &Dialplan, voice: Espeak) -> Result<Speaker, Failure> {
    let pronunciations = Pronunciations::new(dialplan.pronunciations.iter().map(|(a, b)| (a, b)))?;
    Ok(Speaker::new(
        voice,
        dialplan.language,
        pronunciations,
        &dialplan.folder,
    ))
}

/// Where models are looked for: `$ZEROLINE_MODELS`, then `./models`.
fn model_folders() -> Vec<PathBuf> {
    std::env::var_os("ZEROLINE_MODELS")
        .map(PathBuf::from)
        .into_iter()
        .chain([PathBuf::from("models")])
        .collect()
}
