//! Recognition without a download: PocketSphinx with Debian's US English model, kept to what the
//! dialplan's callers are expected to say.
//!
//! It knows the words of the phrases, what people say around them and a few hundred common words,
//! and expects them in the phrases' order; speech about something else comes out as a jumble and is
//! rejected. It is no dictation engine: a word that is not in the dialplan is not heard.
//!
//! The search is PocketSphinx's; the features are ours ([`acoustic`]), because its own are for
//! sound of twice a telephone's band.

mod acoustic;
mod dictionary;
mod everyday;
mod ffi;
mod fit;
mod language_model;
mod mfcc;
mod normalise;
mod pace;
mod phones;
mod telephone;
mod tokens;

use super::expect::Expected;
use super::idle::Idle;
use super::{HearError, Hypothesis, Recogniser, Stop};
use crate::audio::Clip;
use acoustic::Acoustic;
use dictionary::Dictionary;
use ffi::Decoder;
use fit::Fit;
use pace::Kind;
use std::collections::BTreeSet;
use std::path::Path;
use tokens::Tokens;

/// Where Debian's `pocketsphinx-en-us` puts its model.
const MODEL: &str = "/usr/share/pocketsphinx/model/en-us";
/// A piece of several words may be said in many ways; so many are known.
const MOST_WAYS: usize = 4;
/// A phrase with slots may have many shapes; it is compared with so many.
const MOST_SHAPES: usize = 40;

/// The engine. Each recognition that runs at the same time has a decoder of its own (7 MB, made
/// when first needed, kept), so that none waits for another; how many run at the same time is
/// for the caller to bound.
pub struct Sphinx {
    acoustic: Acoustic,
    /// With their phones; by name.
    words: Vec<(String, String)>,
    language_model: String,
    fit: Fit,
    idle: Idle<Decoder>,
}

/// How a word is said, in the International Phonetic Alphabet; `None` where nobody knows.
pub type Pronounce<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What came of words that the dictionary does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unlisted {
    /// Words with the phones that were guessed for them, such as `Z IH Z IY K`.
    pub guessed: Vec<(String, String)>,
    /// Phrases (and sayings of a class) that cannot be recognised, each with the word, or the
    /// `{class}` without sayings left, that nobody knows how to say.
    pub left_out: Vec<(String, String)>,
}

impl Sphinx {
    /// Loads the model in `model_dir` (Debian's when `None`) and keeps it to what is `expected`.
    /// Words that its dictionary does not know are said as `pronounce` has it.
    pub fn new(
        model_dir: Option<&Path>,
        expected: &Expected,
        pronounce: Pronounce,
    ) -> Result<(Sphinx, Unlisted), HearError> {
        let folder = model_dir.unwrap_or(Path::new(MODEL));
        let acoustic_model = folder.join("en-us");
        if !acoustic_model.join("mdef").is_file() {
            return Err(HearError::NoSphinxModel {
                folder: folder.to_owned(),
            });
        }
        let acoustic = Acoustic::read(&acoustic_model)?;
        let mut expected = expected.clone();
        let everyday: BTreeSet<&str> = everyday::words().collect();
        let wanted: BTreeSet<String> = expected
            .words()
            .union(&everyday)
            .map(|&word| word.to_owned())
            .collect();
        let path = folder.join("cmudict-en-us.dict");
        let mut dictionary =
            Dictionary::read(&path, &wanted).map_err(|source| HearError::Unreadable {
                path: path.clone(),
                source,
            })?;

        let mut unlisted = Unlisted::default();
        for word in expected.words() {
            if dictionary.pronunciations(word).is_empty()
                && let Some(phones) = pronounce(word).and_then(|ipa| phones::from_ipa(&ipa))
            {
                dictionary.add(word, &phones);
                unlisted.guessed.push((word.to_owned(), phones));
            }
        }
        let sayable = |word: &str| !dictionary.pronunciations(word).is_empty();
        unlisted.left_out = expected.keep_sayable(sayable);
        if expected.phrases().is_empty() {
            return Err(HearError::NoPhrases);
        }

        let tokens = Tokens::new(&expected);
        let mut words = pronounced(tokens.all(), &dictionary);
        // A common word that sounds like an expected one would only take its place.
        let taken: BTreeSet<String> = words.iter().map(|(_, phones)| phones.clone()).collect();
        let in_phrases = tokens.all();
        let known: BTreeSet<&str> = everyday
            .into_iter()
            .filter(|word| {
                let ways = dictionary.pronunciations(word);
                in_phrases.contains(word)
                    || (!ways.is_empty() && !ways.iter().any(|phones| taken.contains(phones)))
            })
            .collect();
        let others = known.iter().filter(|word| !in_phrases.contains(*word));
        words.extend(pronounced(others.copied(), &dictionary));
        words.sort();
        let common = everyday::COMMON
            .split_whitespace()
            .filter(|word| known.contains(word))
            .collect();
        let shapes: Vec<Vec<String>> = tokens
            .phrases
            .iter()
            .flat_map(|phrase| tokens.shapes(phrase, MOST_SHAPES))
            .collect();
        let sphinx = Sphinx {
            acoustic,
            words,
            language_model: language_model::arpa(&tokens, &common, |word| known.contains(word)),
            fit: Fit::new(&shapes),
            idle: Idle::new(),
        };
        let first = sphinx.decoder()?;
        sphinx.idle.put_back(first);
        Ok((sphinx, unlisted))
    }

    fn phones(&self, name: &str) -> usize {
        let place = self.words.binary_search_by(|(word, _)| (**word).cmp(name));
        let phones = place.ok().and_then(|place| self.words.get(place));
        phones.map_or(0, |(_, phones)| phones.split(' ').count())
    }

    fn decoder(&self) -> Result<Decoder, HearError> {
        match self.idle.take() {
            Some(decoder) => Ok(decoder),
            None => Decoder::new(&self.acoustic, &self.words, &self.language_model)
                .map_err(|why| failed(&why)),
        }
    }
}

impl Recogniser for Sphinx {
    fn name(&self) -> &str {
        "pocketsphinx/en-us"
    }

    fn recognise(&self, utterance: &Clip, stop: &Stop) -> Result<Hypothesis, HearError> {
        let Some(features) = self.acoustic.features(utterance, stop) else {
            return Ok(Hypothesis::nothing());
        };
        if stop.is_due() {
            return Err(HearError::Stopped);
        }
        let mut decoder = self.decoder()?;
        // A decoder that failed is not put back: the next call makes a fresh one.
        let heard = decoder
            .decode(&features, stop)
            .map_err(|why| failed(&why))?;
        self.idle.put_back(decoder);
        let Some(pieces) = heard else {
            return Err(HearError::Stopped);
        };
        let heard: Vec<&str> = pieces
            .iter()
            .filter(|piece| piece.kind == Kind::Word)
            .map(|piece| tokens::base(&piece.name))
            .collect();
        let shapes: Vec<String> = heard.iter().map(|token| tokens::shape(token)).collect();
        let fit = self.fit.of(&shapes);
        let natural = pace::is_natural(&pieces, |name| self.phones(name));
        let words: Vec<&str> = heard
            .iter()
            .flat_map(|token| tokens::words(token))
            .collect();
        let text = words.join(" ");
        tracing::debug!(text, fit, natural, "pocketsphinx");
        if fit < fit::ENOUGH || !natural {
            return Ok(Hypothesis {
                guess: text,
                ..Hypothesis::nothing()
            });
        }
        Ok(Hypothesis {
            text,
            confidence: fit,
            guess: String::new(),
        })
    }
}

/// Pieces with their phones, as the decoder wants them: other ways to say a piece as `piece(2)`.
fn pronounced<'a>(
    tokens: impl IntoIterator<Item = &'a str>,
    dictionary: &Dictionary,
) -> Vec<(String, String)> {
    let mut pronounced = Vec::new();
    for token in tokens {
        let mut ways = vec![String::new()];
        for word in tokens::words(token) {
            let of_word = dictionary.pronunciations(word);
            ways = ways
                .iter()
                .flat_map(|before| of_word.iter().map(move |word| format!("{before} {word}")))
                .take(MOST_WAYS)
                .collect();
        }
        for (n, phones) in ways.iter().enumerate() {
            let name = match n {
                0 => token.to_owned(),
                _ => format!("{token}({})", n + 1),
            };
            pronounced.push((name, phones.trim().to_owned()));
        }
    }
    pronounced
}

fn failed(why: &str) -> HearError {
    HearError::Engine {
        engine: "pocketsphinx",
        why: why.to_owned(),
    }
}
