//! What a voice says, recognised by PocketSphinx, which expects those sentences.

use std::fmt;
use zeroline::audio::{Clip, LineRate};
use zeroline::hear::{Expected, Recognition, Sphinx, Stop};
use zeroline::speak::Speaker;
use zeroline::understand::{Language, spoken};

const RATE: LineRate = LineRate::Narrow;

/// One sentence.
pub struct Back {
    said: Vec<String>,
    heard: Vec<String>,
    /// Words to change in one to get the other.
    pub wrong: usize,
}

impl fmt::Display for Back {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (said, heard) = (self.said.join(" "), self.heard.join(" "));
        write!(
            f,
            "{} of {}: {said} -> {heard}",
            self.wrong,
            self.said.len()
        )
    }
}

/// Each sentence of these English texts, on a line at 8 kHz to which `line` adds something.
pub fn recognised_back(
    speaker: &Speaker,
    texts: &[&str],
    line: impl Fn(&mut [i16]),
) -> Result<Vec<Back>, Box<dyn std::error::Error>> {
    let sentences = texts
        .iter()
        .flat_map(|text| text.split_inclusive(['.', '?', '!']));
    let sentences: Vec<&str> = sentences.map(str::trim).collect();
    let words = |sentence: &str| spoken(Language::EnglishUs, &speaker.words(sentence));
    let phrases: Vec<String> = sentences.iter().map(|s| words(s).join(" ")).collect();
    let (recogniser, _) = Sphinx::new(None, &Expected::from_phrases(&phrases), &|_| None)?;
    let mut all = Vec::new();
    for sentence in sentences {
        let mut sound = Clip::new(RATE.hz(), speaker.prompt(sentence, RATE)?.samples(RATE));
        line(&mut sound.samples);
        let heard = Recognition::now(&recogniser, &sound, &Stop::never()).result;
        let heard = heard.map_err(|why| format!("{why:?}"))?.text;
        let heard: Vec<String> = heard.split_whitespace().map(str::to_owned).collect();
        let said = words(sentence);
        let wrong = strsim::generic_levenshtein(&said, &heard);
        all.push(Back { said, heard, wrong });
    }
    Ok(all)
}

/// The share of words that came back right.
pub fn accuracy(all: &[Back]) -> f32 {
    let wrong: usize = all.iter().map(|back| back.wrong).sum();
    let words: usize = all.iter().map(|back| back.said.len()).sum();
    1.0 - wrong as f32 / words.max(1) as f32
}
