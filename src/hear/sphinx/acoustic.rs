//! The acoustic model in a folder, with what turns a telephone's sound into its features.

use super::mfcc::{self, FrontEnd, Layout};
use super::normalise;
use super::telephone::{Cepstra, Telephone};
use crate::audio::{Clip, resample};
use crate::hear::{HearError, Stop};
use std::path::{Path, PathBuf};

/// Immutable; shared by all decoders.
pub struct Acoustic {
    pub folder: PathBuf,
    /// How the decoder is to treat features: the model's own `feat.params`, without the
    /// normalisation that is done here.
    pub feature_options: String,
    pub telephone: Telephone,
    front_end: FrontEnd,
}

/// Frames after the last: the decoder looks this far ahead for differences in time.
const AHEAD: usize = 3;

impl Acoustic {
    pub fn read(folder: &Path) -> Result<Acoustic, HearError> {
        let file = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|source| HearError::Unreadable { path, source })
        };
        let options = Options::parse(&String::from_utf8_lossy(&file("feat.params")?));
        let unusable = |why: String| HearError::Engine {
            engine: "pocketsphinx",
            why: format!("the acoustic model in {} {why}", folder.display()),
        };
        let layout = options.layout().map_err(unusable)?;
        let telephone =
            Telephone::new(&file("means")?, &file("variances")?, &layout).map_err(unusable)?;
        Ok(Acoustic {
            folder: folder.to_owned(),
            feature_options: options.without_normalisation(),
            front_end: FrontEnd::new(&layout),
            telephone,
        })
    }

    /// The features of a clip of any rate; `None` when there is less than a frame of it. Ends early
    /// when `stop` is due.
    pub fn features(&self, clip: &Clip, stop: &Stop) -> Option<Vec<Cepstra>> {
        let clip = resample::to(clip, mfcc::HZ);
        if clip.samples.is_empty() {
            return None;
        }
        let energies = self
            .front_end
            .energies(&normalise::with_edges(normalise::near(&clip.samples)));
        let mut cepstra: Vec<Cepstra> = energies
            .iter()
            .map(|energies| self.telephone.cepstra(energies))
            .collect();
        normalise::centre(&mut cepstra, &self.telephone.gaussians, stop);
        let last = *cepstra.last()?;
        cepstra.extend([last; AHEAD]);
        Some(cepstra)
    }
}

/// A `feat.params`: names and values.
struct Options(Vec<(String, String)>);

impl Options {
    fn parse(text: &str) -> Options {
        let mut words = text.split_whitespace().map(str::to_owned);
        let mut options = Vec::new();
        while let (Some(name), Some(value)) = (words.next(), words.next()) {
            options.push((name, value));
        }
        Options(options)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let option = self.0.iter().find(|(other, _)| other == name);
        option.map(|(_, value)| value.as_str())
    }

    /// What is not in the file has PocketSphinx's default.
    fn layout(&self) -> Result<Layout, String> {
        let number = |name: &str, default: f64| match self.get(name) {
            None => Ok(default),
            Some(value) => value
                .parse::<f64>()
                .ok()
                .filter(|x| (0.0..1e5).contains(x))
                .ok_or_else(|| format!("has {name} {value} in feat.params, which is no number")),
        };
        for (name, needed) in [
            ("-transform", "dct"),
            ("-feat", "1s_c_d_dd"),
            ("-agc", "none"),
        ] {
            match self.get(name) {
                Some(value) if value == needed => {}
                other => {
                    let other = other.unwrap_or("nothing");
                    return Err(format!("needs {name} {other}; only {needed} is known here"));
                }
            }
        }
        let layout = Layout {
            lowest_hz: number("-lowerf", 133.333_34)?,
            highest_hz: number("-upperf", 6_855.497_6)?,
            filters: number("-nfilt", 40.0)? as usize,
            lifter: number("-lifter", 0.0)?,
        };
        if !(10..=100).contains(&layout.filters) || layout.lowest_hz + 100.0 > layout.highest_hz {
            return Err("has other mel filters than are known here".to_owned());
        }
        Ok(layout)
    }

    fn without_normalisation(&self) -> String {
        let own = ["-cmn", "-cmninit", "-agc", "-varnorm"];
        let kept = self
            .0
            .iter()
            .filter(|(name, _)| !own.contains(&name.as_str()));
        let kept: String = kept
            .map(|(name, value)| format!("{name} {value}\n"))
            .collect();
        kept + "-cmn none\n-agc none\n-varnorm no\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: &str = "-lowerf 130\n-upperf 6800\n-nfilt 25\n-transform dct\n-lifter 22\n-feat \
                          1s_c_d_dd\n-agc none\n-cmn batch\n-varnorm no\n-cmninit 41.00,-5.29\n";

    #[test]
    fn the_models_options_are_read_and_its_normalisation_is_switched_off() {
        let options = Options::parse(DEBIAN);
        let layout = options.layout().unwrap();
        assert_eq!((layout.filters, layout.lifter), (25, 22.0));
        let text = options.without_normalisation();
        assert!(text.contains("-cmn none") && !text.contains("batch") && !text.contains("init"));
        assert!(text.contains("-feat 1s_c_d_dd"));
    }

    #[test]
    fn a_model_of_another_kind_is_refused() {
        for (from, to) in [
            ("dct", "legacy"),
            ("1s_c_d_dd", "s2_4x"),
            ("25", "many"),
            ("25", "2"),
            ("6800", "130"),
        ] {
            assert!(
                Options::parse(&DEBIAN.replace(from, to)).layout().is_err(),
                "{to}"
            );
        }
        assert!(Options::parse("").layout().is_err());
    }
}
