//! What to do about what was missed: groups of like phrases, the largest first, each with where its
//! phrases belong and why.

use super::gather::{Ended, Label, Missed, Shown, Trouble};
use super::private::{Withheld, spoken, writable};
use crate::dialplan::{Dialplan, Intent};
use crate::understand::{Language, Likeness, is_content_word, normalise};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Phrases whose mean likeness is smaller than this are not about the same. Lower, the groups of
/// different intents of public sets run together; higher, those of one intent fall apart.
pub const ALIKE: f32 = 0.2;
/// Phrases more alike than this say nothing new beside each other.
const THE_SAME: f32 = 0.85;
/// So many phrases of a group are shown, and written.
pub const SHOWN: usize = 5;
/// Below this, the nearest intent is not near.
const NEAR: f32 = 0.35;
/// What so many calls were about is worth an answer.
const WANTED: usize = 3;
/// Words in the name of a new intent.
const NAME_WORDS: usize = 2;

/// Where the phrases of a group belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To an intent that is there.
    Intent(String),
    /// To one that is not, with this name.
    New(String),
    /// To nobody here.
    OutOfScope,
}

/// A group of phrases and what is proposed for it.
#[derive(Debug, Clone, Serialize)]
pub struct Proposal {
    /// From 1, in the order of the list.
    pub number: usize,
    pub calls: usize,
    pub times: usize,
    /// Of the calls: those that went on to a person, and those in which the caller hung up, before
    /// anything else was understood.
    pub to_person: usize,
    pub hung_up: usize,
    pub troubles: BTreeMap<&'static str, usize>,
    /// The intent that all of it was answered with.
    pub answered_with: Option<String>,
    /// None where nothing shows it.
    pub target: Option<Target>,
    pub why: String,
    /// What callers said, the commonest first and different from each other; [`SHOWN`] at most.
    pub phrases: Vec<Phrase>,
    /// How many different phrases there are in all.
    pub different: usize,
    /// Everything said, in normal form: a change is judged by it, and a rejection holds for it.
    #[serde(skip)]
    pub all: Vec<Phrase>,
}

/// Something that was said, and how often.
#[derive(Debug, Clone, Serialize)]
pub struct Phrase {
    pub text: String,
    pub times: usize,
    /// The last time that it was said.
    pub call: String,
    pub at_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// In all the ways that it was written down.
    #[serde(skip)]
    pub(super) texts: Vec<String>,
    #[serde(skip)]
    given: Vec<(String, String)>,
}

/// The list.
#[derive(Debug, Default)]
pub struct Proposals {
    pub proposals: Vec<Proposal>,
    /// What would be understood by now.
    pub settled: usize,
    /// Groups that were rejected, or are known to be out of scope.
    pub left_out: usize,
    /// Groups that show too little: one caller who was answered and asked for a person then.
    pub slight: usize,
}

/// Groups what was missed, and proposes. `known` are phrases that need no proposal any more.
///
/// What was answered with an intent and turned out to be another is grouped by itself: like phrases
/// that were not understood may well belong to the very intent that it was wrongly taken for.
pub fn propose(dialplan: &Dialplan, missed: &[Missed], known: &[String]) -> Proposals {
    let mut list = Proposals::default();
    let mut by_answer: BTreeMap<Option<&str>, Vec<&Missed>> = BTreeMap::new();
    for missed in missed {
        match is_settled(dialplan, missed) {
            true => list.settled += 1,
            false => {
                let answer = missed.taken_for.as_deref();
                by_answer.entry(answer).or_default().push(missed);
            }
        }
    }
    for missed in by_answer.values() {
        list.add(dialplan, missed, known);
    }
    let rank = |proposal: &Proposal| (proposal.calls, proposal.times);
    list.proposals
        .sort_by_key(|proposal| std::cmp::Reverse(rank(proposal)));
    for (at, proposal) in list.proposals.iter_mut().enumerate() {
        proposal.number = at + 1;
    }
    list
}

impl Proposals {
    fn add(&mut self, dialplan: &Dialplan, missed: &[&Missed], known: &[String]) {
        let mut phrases: Vec<Vec<String>> = Vec::new();
        let mut said: Vec<Vec<&Missed>> = Vec::new();
        let mut place_of: HashMap<Vec<String>, usize> = HashMap::new();
        let mut place = |words: Vec<String>| {
            *place_of.entry(words.clone()).or_insert_with(|| {
                phrases.push(words);
                phrases.len() - 1
            })
        };
        for missed in missed {
            let words = normalise(dialplan.language, &missed.text);
            if words.is_empty() {
                continue;
            }
            let place = place(words);
            if place == said.len() {
                said.push(Vec::new());
            }
            if let Some(said) = said.get_mut(place) {
                said.push(missed);
            }
        }
        let known: BTreeSet<usize> = known
            .iter()
            .map(|text| normalise(dialplan.language, text))
            .filter(|words| !words.is_empty())
            .map(place)
            .collect();
        let likeness = Likeness::of(dialplan.language, &phrases);
        for group in likeness.groups(ALIKE) {
            let members = || group.iter().filter_map(|at| Some((*at, said.get(*at)?)));
            if members().next().is_none() {
                continue;
            }
            if group.iter().any(|at| known.contains(at)) {
                self.left_out += 1;
                continue;
            }
            let proposal = of_group(dialplan, &members().collect::<Vec<_>>(), &likeness);
            let weak = [Trouble::AskedForPerson, Trouble::SaidAgain];
            let is_weak = members().all(|(_, said)| said.iter().all(|m| weak.contains(&m.trouble)));
            match is_weak && proposal.calls < 2 {
                true => self.slight += 1,
                false => self.proposals.push(proposal),
            }
        }
    }
}

/// Whether today's dialplan does better than the one that the caller met.
fn is_settled(dialplan: &Dialplan, missed: &Missed) -> bool {
    let found = dialplan.best(&missed.text);
    let close = found.close_call().is_some();
    let now = found.intent.filter(|_| !close);
    let now = now.and_then(|intent| dialplan.intents.get(intent));
    let now = now.map(|intent| &*intent.name);
    match (&missed.label, &missed.taken_for) {
        (Some(label), _) => now == Some(&label.intent),
        (None, Some(taken)) => now != Some(taken),
        (None, None) => now.is_some(),
    }
}

fn of_group(
    dialplan: &Dialplan,
    group: &[(usize, &Vec<&Missed>)],
    likeness: &Likeness,
) -> Proposal {
    let everything: Vec<&Missed> = group
        .iter()
        .flat_map(|(_, said)| said.iter().copied())
        .collect();
    let calls_where = |ended: Option<Ended>| {
        let of = everything.iter();
        let of = of.filter(|missed| ended.is_none_or(|ended| missed.ended == ended));
        let calls: BTreeSet<&str> = of.map(|missed| missed.call.as_str()).collect();
        calls.len()
    };
    let mut troubles: BTreeMap<&'static str, usize> = BTreeMap::new();
    for missed in &everything {
        *troubles.entry(named(missed.trouble)).or_default() += 1;
    }
    let mut all: Vec<(usize, Phrase)> = group
        .iter()
        .filter_map(|(at, said)| Some((*at, phrase(said)?)))
        .collect();
    all.sort_by(|(_, a), (_, b)| b.times.cmp(&a.times).then(a.text.cmp(&b.text)));
    let mut chosen: Vec<(usize, Phrase)> = Vec::new();
    for (at, phrase) in &all {
        let is_new = chosen
            .iter()
            .all(|(other, _)| likeness.between(*at, *other) < THE_SAME);
        if is_new && chosen.len() < SHOWN {
            chosen.push((*at, phrase.clone()));
        }
    }
    let calls = calls_where(None);
    let (to_person, hung_up) = (
        calls_where(Some(Ended::Person)),
        calls_where(Some(Ended::HungUp)),
    );
    let phrases = |of: Vec<(usize, Phrase)>| of.into_iter().map(|(_, phrase)| phrase).collect();
    let (target, why) = target(dialplan, &everything, calls, to_person + hung_up >= calls);
    Proposal {
        number: 0,
        calls,
        times: everything.len(),
        to_person,
        hung_up,
        troubles,
        answered_with: everything.first().and_then(|m| m.taken_for.clone()),
        target,
        why,
        different: all.len(),
        phrases: phrases(chosen),
        all: phrases(all),
    }
}

fn phrase(said: &[&Missed]) -> Option<Phrase> {
    let last = said
        .iter()
        .max_by_key(|missed| (missed.started, &missed.call, missed.at_ms))?;
    Some(Phrase {
        text: last.text.clone(),
        times: said.len(),
        call: last.call.clone(),
        at_ms: last.at_ms,
        started: last.started,
        texts: said.iter().map(|missed| missed.text.clone()).collect(),
        given: said
            .iter()
            .flat_map(|missed| missed.given.clone())
            .collect(),
    })
}

fn named(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::NotUnderstood => "not understood",
        Trouble::Corrected => "corrected",
        Trouble::SaidAgain => "asked again",
        Trouble::AskedForPerson => "followed by asking for a person",
        Trouble::AskedWhich => "asked which of two was meant",
    }
}

/// Where a group belongs, and why. `all_left`: every caller came to a person or hung up.
fn target(
    dialplan: &Dialplan,
    group: &[&Missed],
    calls: usize,
    all_left: bool,
) -> (Option<Target>, String) {
    let labels: Vec<&Label> = group.iter().filter_map(|m| m.label.as_ref()).collect();
    if !labels.is_empty() {
        return of_labels(&labels, group.len());
    }
    if let Some(intent) = group.iter().find_map(|m| m.taken_for.as_deref()) {
        let why = format!(
            "answered with {intent}, and that was not it: does its answer say what they want to know, or \
             do they belong elsewhere?"
        );
        return (None, why);
    }
    let near = nearest(dialplan, group);
    if let Some((intent, score)) = &near
        && *score >= NEAR
    {
        let why = format!("nearest {intent}, {score:.2}");
        return (Some(Target::Intent(intent.clone())), why);
    }
    let nothing = match &near {
        Some((intent, score)) => format!("nothing is like it (nearest {intent}, {score:.2})"),
        None => "nothing is like it".to_owned(),
    };
    if calls >= WANTED {
        let name = new_name(dialplan, group);
        let why = format!("{nothing}, and {calls} calls were about it");
        return (Some(Target::New(name)), why);
    }
    match all_left {
        true => {
            let why = format!("{nothing}, and nothing else was understood in these calls");
            (Some(Target::OutOfScope), why)
        }
        false => (
            None,
            format!("{nothing}, and it was not said often enough to tell"),
        ),
    }
}

fn of_labels(labels: &[&Label], all: usize) -> (Option<Target>, String) {
    let mut counted: BTreeMap<&str, BTreeMap<Shown, usize>> = BTreeMap::new();
    for label in labels {
        let shown = counted.entry(&label.intent).or_default();
        *shown.entry(label.how).or_default() += 1;
    }
    let mut ranked: Vec<(&str, usize, BTreeMap<Shown, usize>)> = counted
        .into_iter()
        .map(|(intent, shown)| (intent, shown.values().sum(), shown))
        .collect();
    ranked.sort_by_key(|(_, times, _)| std::cmp::Reverse(*times));
    let Some((intent, times, shown)) = ranked.first() else {
        return (None, String::new());
    };
    if times * 2 <= labels.len() {
        let split: Vec<String> = ranked.iter().map(|(i, n, _)| format!("{n} {i}")).collect();
        let why = format!("callers meant different things by it: {}", split.join(", "));
        return (None, why);
    }
    let reasons = shown.iter().map(|(how, times)| match how {
        Shown::OtherWords => {
            format!("{times} of {all} then said it in other words that were understood as {intent}")
        }
        Shown::Correcting => format!("{times} of {all} were put right by the caller to {intent}"),
        Shown::Choosing => format!("{times} of {all} were asked which of two, and chose {intent}"),
    });
    let why = reasons.collect::<Vec<_>>().join("; ");
    (Some(Target::Intent((*intent).to_owned())), why)
}

/// The intent that comes nearest to the group, with its score over all of it: small where a few are
/// near and the others are not.
fn nearest(dialplan: &Dialplan, group: &[&Missed]) -> Option<(String, f32)> {
    let mut scores: BTreeMap<usize, f32> = BTreeMap::new();
    for missed in group {
        let found = dialplan.best(&missed.text);
        if let Some(nearest) = found.nearest {
            *scores.entry(nearest).or_default() += found.score;
        }
    }
    let best = scores.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let name = dialplan.intents.get(best.0)?.name.to_string();
    Some((name, best.1 / group.len() as f32))
}

/// Made of the commonest words that say what it is about, in the order in which they are said.
fn new_name(dialplan: &Dialplan, group: &[&Missed]) -> String {
    let language = dialplan.language;
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    let mut seen = 0;
    for missed in group {
        // A number of a caller must not become a name.
        if writable(dialplan, None, &missed.text, &missed.given).is_err() {
            continue;
        }
        for word in normalise(language, &missed.text) {
            seen += 1;
            if is_content_word(language, &word) {
                counts.entry(word).or_insert((0, seen)).0 += 1;
            }
        }
    }
    let mut words: Vec<(String, (usize, usize))> = counts.into_iter().collect();
    words.sort_by_key(|(_, (times, first))| (std::cmp::Reverse(*times), *first));
    let common = words.first().map_or(0, |(_, (times, _))| times.div_ceil(2));
    words.retain(|(_, (times, _))| *times >= common);
    words.truncate(NAME_WORDS);
    words.sort_by_key(|(_, (_, first))| *first);
    let words: Vec<String> = words.into_iter().map(|(word, _)| word).collect();
    let joint = match language {
        Language::EnglishUs | Language::EnglishGb => "-",
        Language::Mandarin => "",
    };
    let name = words.join(joint);
    let name = if name.is_empty() {
        "new-intent".to_owned()
    } else {
        name
    };
    let is_free = |name: &str| dialplan.intents.iter().all(|intent| *intent.name != *name);
    if is_free(&name) {
        return name;
    }
    let mut numbered = (2..).map(|number| format!("{name}-{number}"));
    numbered.find(|name| is_free(name)).unwrap_or(name)
}

impl Proposal {
    /// The shown phrases as they would be written for a target, each once; and those that are kept
    /// out, with why.
    pub fn writable(
        &self,
        dialplan: &Dialplan,
        intent: Option<&Intent>,
    ) -> (Vec<String>, Vec<(String, Withheld)>) {
        let (mut written, mut withheld) = (Vec::new(), Vec::new());
        for phrase in &self.phrases {
            match writable(dialplan, intent, &phrase.text, &phrase.given) {
                Ok(text) if written.contains(&text) => {}
                Ok(text) => written.push(text),
                Err(why) => withheld.push((phrase.text.clone(), why)),
            }
        }
        (written, withheld)
    }

    /// What is remembered of a rejected group: its phrases that may be kept.
    pub fn remembered(&self, dialplan: &Dialplan) -> Vec<String> {
        let kept = |phrase: &Phrase| {
            writable(dialplan, None, &phrase.text, &phrase.given).ok()?;
            Some(spoken(dialplan.language, &phrase.text))
        };
        self.all.iter().filter_map(kept).collect()
    }
}
