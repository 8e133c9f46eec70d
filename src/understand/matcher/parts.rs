//! Several wishes in one breath: "move my appointment to Thursday, and what are your hours".
//!
//! An utterance may be cut where its words join two clauses or a sentence ends. It is, where every
//! part is surely understood by itself, neighbours differ, and no part is much worse understood than
//! the whole is: "I lost my card and need a new one" stays whole. The limits were found on pairs of
//! utterances of CLINC150's training set, and on single ones that contain "and".

use super::{Match, Matcher};
use crate::understand::{Language, normalise};
use std::ops::Range;

/// Words that may stand between two wishes, and are neither's.
const JOINING: [&str; 6] = ["and", "also", "plus", "then", "besides", "additionally"];
/// Words that go with those, and join nothing alone.
const HANGING_ON: [&str; 3] = ["oh", "but", "so"];
const JOINING_MANDARIN: [&str; 9] = [
    "还有",
    "另外",
    "顺便",
    "然后",
    "而且",
    "再就是",
    "以及",
    "并且",
    "同时",
];
/// Every way to cut is looked at, which doubles with each place; what is said after so many is
/// one part.
const PLACES: usize = 5;
/// A part says this many words at least: less is the rest of what its neighbour says.
const ENOUGH: usize = 3;
/// It has to be understood this well,
const SURE: f32 = 0.8;
/// and not so much worse than the whole that these would be its odds for one of the part's. Two
/// wishes at once often look like a fair example of one of them, and one wish seldom like two.
const WORSE: f32 = 3.0;

/// A part of an utterance and what it was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where it stands in the text, in bytes, without what joins it to others.
    pub at: Range<usize>,
    /// What it most likely wants.
    pub found: Match,
}

/// Where `text` falls apart into clauses, in bytes.
pub fn clauses(language: Language, text: &str) -> Vec<Range<usize>> {
    between(&joints(language, text), text.len())
}

fn between(joints: &[Range<usize>], end: usize) -> Vec<Range<usize>> {
    let starts = [0].into_iter().chain(joints.iter().map(|joint| joint.end));
    let ends = joints.iter().map(|joint| joint.start).chain([end]);
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

impl Matcher {
    /// Everything that `text` most likely wants, in the order it was said: one part, the whole,
    /// unless several wishes are understood better.
    ///
    /// `seen` makes of a part's words what the examples were made of, where that is something else.
    pub fn all(&self, text: &str, seen: &dyn Fn(&str) -> String) -> Vec<Part> {
        let whole = self.part(text, 0..text.len(), seen);
        let mut joints = joints(self.language, text);
        joints.truncate(PLACES);
        // Nothing is surer than an example.
        if joints.is_empty() || whole.found.score == 1.0 {
            return vec![whole];
        }
        let parts = self.parts_between(text, &joints, seen);
        let odds = |score: f32| score / (1.0 - score);
        let needed = |worst: f32| worst >= SURE && odds(whole.found.score) <= WORSE * odds(worst);
        let ways = (1..1usize << joints.len()).filter_map(|cuts| understood(&parts, cuts));
        ways.filter(|(worst, _)| needed(*worst))
            // Of equals the first, which has the fewest cuts among the first places.
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map_or(vec![whole], |(_, way)| way)
    }

    fn part(&self, text: &str, at: Range<usize>, seen: &dyn Fn(&str) -> String) -> Part {
        let said = text.get(at.clone()).unwrap_or_default();
        let start = at.start + (said.len() - said.trim_start().len());
        let said = said.trim();
        Part {
            at: start..start + said.len(),
            found: self.best(&seen(said)),
        }
    }

    /// By first and last piece between joints, `parts[first][last - first]`; none where those are
    /// not understood by themselves.
    fn parts_between(
        &self,
        text: &str,
        joints: &[Range<usize>],
        seen: &dyn Fn(&str) -> String,
    ) -> Vec<Vec<Option<Part>>> {
        let pieces = between(joints, text.len());
        (pieces.iter().enumerate())
            .map(|(first, Range { start, .. })| {
                let last = pieces.iter().skip(first);
                last.map(|Range { end, .. }| {
                    let part = self.part(text, *start..*end, seen);
                    let said = text.get(part.at.clone()).unwrap_or_default();
                    let enough = normalise(self.language, said).len() >= ENOUGH;
                    let understood = part.found.intent.is_some();
                    // What is an example word for word may be shorter.
                    (understood && (enough || part.found.score == 1.0)).then_some(part)
                })
                .collect()
            })
            .collect()
    }
}

/// The parts when `text` is cut at the joints whose bits are set, with the score of the one that is
/// understood worst; none where one is not understood, or is the same wish as its neighbour.
fn understood(parts: &[Vec<Option<Part>>], cuts: usize) -> Option<(f32, Vec<Part>)> {
    let mut way: Vec<Part> = Vec::new();
    let mut worst = f32::MAX;
    let mut first = 0;
    for last in 0..parts.len() {
        let cut_after = last + 1 == parts.len() || cuts >> last & 1 == 1;
        if !cut_after {
            continue;
        }
        let part = parts.get(first)?.get(last - first)?.as_ref()?;
        if way
            .last()
            .is_some_and(|before| before.found.intent == part.found.intent)
        {
            return None;
        }
        worst = worst.min(part.found.score);
        way.push(part.clone());
        first = last + 1;
    }
    Some((worst, way))
}

/// What a piece of text does to its neighbours.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Join,
    HangOn,
    Nothing,
    Speak,
}

/// Where `text` may be cut: what joins there, in bytes. Something is said before and after each.
fn joints(language: Language, text: &str) -> Vec<Range<usize>> {
    let mut joints = Vec::new();
    let mut run: Option<(Range<usize>, bool)> = None;
    let mut spoken = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, does) = piece(language, rest);
        let end = at + length;
        match does {
            Does::Nothing => {}
            Does::Speak => {
                joints.extend(run.take().filter(|(_, joins)| *joins).map(|(run, _)| run));
                spoken = true;
            }
            Does::Join | Does::HangOn if !spoken => {}
            Does::Join | Does::HangOn => {
                let (run, joins) = run.get_or_insert((at..end, false));
                run.end = end;
                *joins |= does == Does::Join;
            }
        }
        at = end;
    }
    joints
}

/// The length in bytes of the first word or character of `rest`, which is not empty, and what it
/// does.
fn piece(language: Language, rest: &str) -> (usize, Does) {
    let Some(first) = rest.chars().next() else {
        return (0, Does::Nothing);
    };
    if language == Language::Mandarin
        && let Some(word) = JOINING_MANDARIN
            .iter()
            .find(|word| rest.starts_with(**word))
    {
        return (word.len(), Does::Join);
    }
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}');
    if in_word(first) {
        if language == Language::Mandarin {
            return (first.len_utf8(), Does::Speak);
        }
        let length = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default().to_lowercase();
        let does = if JOINING.contains(&word.as_str()) {
            Does::Join
        } else if HANGING_ON.contains(&word.as_str()) {
            Does::HangOn
        } else {
            Does::Speak
        };
        return (length, does);
    }
    let length = first.len_utf8();
    // A dot within a number or an abbreviation ends nothing.
    let before_more = rest.chars().nth(1).is_some_and(char::is_alphanumeric);
    let does = match first {
        '.' | '?' | '!' | ';' | ',' | '&' if !before_more => Does::Join,
        '。' | '？' | '！' | '；' | '，' => Does::Join,
        _ => Does::Nothing,
    };
    (length, does)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOURS: usize = 0;
    const MOVE: usize = 1;
    const LOST: usize = 2;
    const PARKING: usize = 3;

    fn matcher() -> Matcher {
        Matcher::new(
            Language::EnglishUs,
            &[
                &[
                    "when are you open",
                    "what are your hours",
                    "are you open on saturday",
                    "what time do you close",
                ][..],
                &[
                    "I need to move my appointment",
                    "can I change my appointment to another day",
                    "I want to move my appointment to Monday",
                    "I'd like another day for my appointment",
                ],
                &[
                    "I lost my card",
                    "my card is gone and I need a new one",
                    "I can't find my card",
                    "my card was stolen",
                ],
                &[
                    "where can I park",
                    "do you have a parking lot",
                    "is there parking nearby",
                ],
            ],
            &[],
        )
    }

    fn wishes(text: &str) -> Vec<(&str, Option<usize>)> {
        let parts = matcher().all(text, &str::to_owned);
        let parts = parts.into_iter();
        parts
            .map(|part| (text.get(part.at).unwrap(), part.found.intent))
            .collect()
    }

    #[test]
    fn several_wishes_are_found_in_order_with_their_words() {
        assert_eq!(
            wishes("I want to move my appointment to Thursday and what are your hours"),
            [
                ("I want to move my appointment to Thursday", Some(MOVE)),
                ("what are your hours", Some(HOURS)),
            ]
        );
        assert_eq!(
            wishes("Where can I park? Oh, and also I lost my card, and then when are you open"),
            [
                ("Where can I park", Some(PARKING)),
                ("I lost my card", Some(LOST)),
                ("when are you open", Some(HOURS)),
            ]
        );
    }

    #[test]
    fn one_wish_stays_whole() {
        for (text, intent) in [
            ("I lost my card and need a new one", Some(LOST)),
            ("my card is gone and I need a new one", Some(LOST)),
            ("I can not find my card and I looked everywhere", Some(LOST)),
            ("I lost my card and I lost my card", Some(LOST)),
            ("are you open on saturday and sunday", Some(HOURS)),
            ("and what are your hours", Some(HOURS)),
            ("what are your hours and", Some(HOURS)),
            ("bread and butter", None),
        ] {
            assert_eq!(wishes(text), [(text, intent)]);
        }
    }

    #[test]
    fn what_is_not_understood_is_no_wish() {
        let text = "I lost my card and do you like jazz";
        assert_eq!(wishes(text).len(), 1);
    }

    #[test]
    fn wishes_in_mandarin_are_found_too() {
        let matcher = Matcher::new(
            Language::Mandarin,
            &[
                &["你们几点开门", "营业时间是什么", "周末开门吗"][..],
                &["我想改预约", "我要换个时间预约", "预约能改天吗"],
            ],
            &[],
        );
        let text = "我想改预约，另外你们几点开门";
        let parts = matcher.all(text, &str::to_owned);
        let found: Vec<Option<usize>> = parts.iter().map(|part| part.found.intent).collect();
        assert_eq!(found, [Some(1), Some(0)]);
        assert_eq!(text.get(parts[1].at.clone()), Some("你们几点开门"));
    }

    proptest! {
        #[test]
        fn any_text_has_parts_in_order_that_lie_within_it(
            text in "(when are you open|I lost my card|and|，|also|[.,?& ]|\\PC|park| ){0,12}",
        ) {
            for language in Language::ALL {
                let matcher = Matcher::new(language, &[&["when are you open"], &["I lost my card"]], &[]);
                let parts = matcher.all(&text, &str::to_owned);
                prop_assert!(!parts.is_empty());
                let mut end = 0;
                for part in &parts {
                    prop_assert!(end <= part.at.start && part.at.start <= part.at.end);
                    let said = text.get(part.at.clone());
                    prop_assert_eq!(said.map(|said| matcher.best(said)), Some(part.found));
                    end = part.at.end;
                }
            }
        }
    }
}
