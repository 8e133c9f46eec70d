//! Every prompt that is known before a call needs it, ready to send.

use super::{Prompt, SpeakError, Speaker};
use crate::audio::{ByRate, LineRate};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Prompts by their text, at both line rates. Fixed once prepared, so calls share it freely.
#[derive(Debug, Default)]
pub struct PromptBook {
    prompts: HashMap<String, ByRate<Prompt>>,
}

impl PromptBook {
    /// Has each distinct text spoken once, by a slow voice several at a time, and what a text with
    /// slots has in common in every call. `tell` gets how many of how many are done. A text that
    /// fails does not fail the others: it comes back with its error and is not in the book.
    pub fn prepare<T: AsRef<str>>(
        speaker: &Speaker,
        texts: impl IntoIterator<Item = T>,
        tell: &(dyn Fn(usize, usize) + Sync),
    ) -> (PromptBook, Vec<(String, SpeakError)>) {
        let mut seen = HashSet::new();
        let texts: Vec<String> = texts
            .into_iter()
            .map(|text| text.as_ref().to_owned())
            .filter(|text| seen.insert(text.clone()))
            .collect();
        let next = AtomicUsize::new(0);
        let made = Mutex::new(Vec::new());
        let threads = match speaker.is_slow() {
            true => std::thread::available_parallelism().map_or(1, usize::from),
            false => 1,
        };
        std::thread::scope(|scope| {
            for _ in 0..threads.min(texts.len()) {
                scope.spawn(|| {
                    while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let prompt = speaker.learn(text);
                        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
                        made.push((text.clone(), prompt));
                        tell(made.len(), texts.len());
                    }
                });
            }
        });
        let mut book = PromptBook::default();
        let mut failed = Vec::new();
        for (text, prompt) in made.into_inner().unwrap_or_else(PoisonError::into_inner) {
            match prompt {
                Ok(Some(prompt)) => {
                    book.prompts.insert(text, prompt);
                }
                Ok(None) => {}
                Err(error) => failed.push((text, error)),
            }
        }
        (book, failed)
    }

    /// The prompt for exactly this text.
    pub fn get(&self, text: &str, rate: LineRate) -> Option<&Prompt> {
        Some(self.prompts.get(text)?.at(rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speak::hum::Hum;

    #[test]
    fn each_text_is_spoken_once_and_a_bad_one_spoils_nothing() {
        let hum = Hum::default();
        let texts = [
            "one",
            "Unspeakable.",
            "two",
            "one",
            "Unspeakable.",
            "two {code}",
        ];
        let speaker = hum.clone().speaker();
        let told = Mutex::new(Vec::new());
        let (book, failed) = PromptBook::prepare(&speaker, texts, &|done, of| {
            told.lock().unwrap().push((done, of));
        });
        let mut asked = hum.asked();
        asked.sort();
        assert_eq!(asked, ["Unspeakable.", "one", "two"]);
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].0, "Unspeakable.");
        assert_eq!(*told.lock().unwrap(), [(1, 4), (2, 4), (3, 4), (4, 4)]);
        for rate in LineRate::ALL {
            let one = book.get("one", rate).unwrap();
            let ms = one.duration().as_millis();
            assert!((960..=1_040).contains(&ms), "{ms}");
            assert_eq!(one.phrases()[0].frames()[0].rate(), rate);
        }
        for other in ["Unspeakable.", "One", "two {code}"] {
            assert!(book.get(other, LineRate::Wide).is_none(), "{other}");
        }
    }
}
