//! Words that go wrong on the way, as they do in recognition.

use super::set::Chance;
use std::collections::{BTreeMap, BTreeSet};
use zeroline::understand::{Language, spoken};

/// Every word that callers say, by its sound.
pub struct Wrong {
    alike: BTreeMap<String, Vec<String>>,
}

impl Wrong {
    pub fn of<'t>(texts: impl Iterator<Item = &'t &'t str>) -> Wrong {
        let words: BTreeSet<String> = texts.flat_map(|text| words(text)).collect();
        let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for word in words {
            alike.entry(soundex(&word)).or_default().push(word);
        }
        Wrong { alike }
    }

    /// `text` with a tenth of its words taken for one that sounds alike, lost, or doubled.
    pub fn tenth(&self, text: &str, chance: &mut Chance) -> String {
        let mut heard = Vec::new();
        for word in words(text) {
            if chance.below(10) > 0 {
                heard.push(word);
                continue;
            }
            match chance.below(3) {
                0 => {}
                1 => heard.extend([word.clone(), word]),
                _ => heard.push(self.alike(&word, chance)),
            }
        }
        heard.join(" ")
    }

    /// Another word of the same sound; where there is none, the word without its last letter.
    fn alike(&self, word: &str, chance: &mut Chance) -> String {
        let others = self.alike.get(&soundex(word)).into_iter().flatten();
        let others: Vec<&String> = others.filter(|other| *other != word).collect();
        if others.is_empty() {
            let mut cut = word.to_owned();
            cut.pop();
            return cut;
        }
        others[chance.below(others.len())].clone()
    }
}

fn words(text: &str) -> Vec<String> {
    spoken(Language::EnglishUs, text)
}

/// Russell and Odell's code: the first letter and up to three classes of consonants.
fn soundex(word: &str) -> String {
    let class = |letter: char| match letter {
        'b' | 'f' | 'p' | 'v' => '1',
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
        'd' | 't' => '3',
        'l' => '4',
        'm' | 'n' => '5',
        'r' => '6',
        _ => '0',
    };
    let mut code: String = word.chars().take(1).collect();
    let mut last = word.chars().next().map_or('0', class);
    for letter in word.chars().skip(1) {
        let class = class(letter);
        if class != '0' && class != last {
            code.push(class);
        }
        if !matches!(letter, 'h' | 'w') {
            last = class;
        }
    }
    code.chars().take(4).collect()
}
