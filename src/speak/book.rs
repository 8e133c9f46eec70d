//! Every prompt that is known before a call needs it, ready to send.

use super::{Prompt, SpeakError, Voice};
use crate::audio::LineRate;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Prompts by their text, all at one line rate. Fixed once prepared, so calls share it freely.
#[derive(Debug, Default)]
pub struct PromptBook {
    prompts: HashMap<String, Arc<Prompt>>,
}

impl PromptBook {
    /// Has `voice` speak each distinct text once. A text that fails does not fail the others: it
    /// comes back with its error and is not in the book.
    pub fn prepare<T: AsRef<str>>(
        voice: &dyn Voice,
        rate: LineRate,
        texts: impl IntoIterator<Item = T>,
    ) -> (PromptBook, Vec<(String, SpeakError)>) {
        let mut book = PromptBook::default();
        let mut failed = Vec::new();
        let mut seen = HashSet::new();
        for text in texts {
            let text = text.as_ref();
            if !seen.insert(text.to_owned()) {
                continue;
            }
            match voice.speak(text) {
                Ok(clip) => {
                    let prompt = Arc::new(Prompt::new(text, &clip, rate));
                    book.prompts.insert(text.to_owned(), prompt);
                }
                Err(error) => failed.push((text.to_owned(), error)),
            }
        }
        (book, failed)
    }

    /// The prompt for exactly this text.
    pub fn get(&self, text: &str) -> Option<Arc<Prompt>> {
        self.prompts.get(text).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::Clip;
    use std::sync::Mutex;

    /// Hums everything but "bad", and remembers what it was asked.
    #[derive(Default)]
    struct Hum {
        asked: Mutex<Vec<String>>,
    }

    impl Voice for Hum {
        fn name(&self) -> &str {
            "hum"
        }

        fn speak(&self, text: &str) -> Result<Clip, SpeakError> {
            self.asked.lock().unwrap().push(text.to_owned());
            if text == "bad" {
                return Err(SpeakError::Engine("hoarse".to_owned()));
            }
            let samples = (0..8_000).map(|i| if i % 80 < 40 { 5_000 } else { -5_000 });
            Ok(Clip::new(8_000, samples.collect()))
        }
    }

    #[test]
    fn each_text_is_spoken_once_and_a_bad_one_spoils_nothing() {
        let hum = Hum::default();
        let texts = ["one", "bad", "two", "one", "bad"];
        let (book, failed) = PromptBook::prepare(&hum, LineRate::Narrow, texts);
        assert_eq!(*hum.asked.lock().unwrap(), ["one", "bad", "two"]);
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].0, "bad");
        let one = book.get("one").unwrap();
        assert_eq!(one.text(), "one");
        assert!((48..=52).contains(&one.frames().len()));
        assert!(Arc::ptr_eq(&one, &book.get("one").unwrap()));
        assert!(book.get("bad").is_none() && book.get("One").is_none());
    }
}
