//! Sets of utterances with their intents, and chance that falls the same way each time.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// What callers say that is none of the intents.
const STRANGER: &str = "oos";

pub fn folder() -> PathBuf {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    shared.join("data/intents")
}

#[derive(Clone, Default)]
pub struct Set {
    /// An utterance and its intent.
    pub lines: Vec<(String, String)>,
}

impl Set {
    /// One utterance a line, a tab, its intent. None where there is no such file.
    pub fn read(name: &str) -> std::io::Result<Option<Set>> {
        let path = folder().join(name);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(path)?;
        let lines = text.lines().filter_map(|line| line.rsplit_once('\t'));
        let lines = lines.map(|(text, intent)| (text.to_owned(), intent.to_owned()));
        Ok(Some(Set {
            lines: lines.collect(),
        }))
    }

    pub fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|(text, _)| text.as_str()).collect()
    }

    pub fn intents(&self) -> Vec<String> {
        let intents = self.lines.iter().map(|(_, intent)| intent.clone());
        let intents: BTreeSet<String> = intents.filter(|intent| intent != STRANGER).collect();
        intents.into_iter().collect()
    }

    pub fn of_intent(&self, wanted: &str) -> Vec<&str> {
        let lines = self.lines.iter().filter(|(_, intent)| intent == wanted);
        lines.map(|(text, _)| text.as_str()).collect()
    }

    pub fn shuffled(&self, chance: &mut Chance) -> Set {
        let mut set = self.clone();
        chance.shuffle(&mut set.lines);
        set
    }

    /// The lines at which `takes` says so, and the others.
    pub fn split(&self, takes: impl Fn(usize) -> bool) -> (Set, Set) {
        let (mut taken, mut left) = (Set::default(), Set::default());
        for (at, line) in self.lines.iter().enumerate() {
            let set = if takes(at) { &mut taken } else { &mut left };
            set.lines.push(line.clone());
        }
        (taken, left)
    }

    pub fn and_strangers<'t>(mut self, texts: impl Iterator<Item = &'t str>) -> Set {
        let lines = texts.map(|text| (text.to_owned(), STRANGER.to_owned()));
        self.lines.extend(lines);
        self
    }

    pub fn map(&self, mut to: impl FnMut(&str) -> String) -> Set {
        let lines = self.lines.iter();
        Set {
            lines: lines
                .map(|(text, intent)| (to(text), intent.clone()))
                .collect(),
        }
    }
}

/// Knuth's linear congruential generator.
pub struct Chance(pub u64);

impl Chance {
    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
