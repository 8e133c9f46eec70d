//! Whether a caller has finished, judged on whole sentences and on their beginnings.

use super::*;
use Completeness::{Complete, Likely, Unclear, Unfinished};

#[test]
fn whole_answers_are_told_from_beginnings_and_from_what_is_neither() {
    let english = clinic();
    let mandarin = loaded(MANDARIN).dialplan;
    for (dialplan, text, wanted) in [
        (&english, "when are you open", Complete),
        (&english, "hello um when are you open please", Complete),
        // It ends as others do, but nobody wrote it down.
        (&english, "i need to cancel my appointment", Likely),
        (&english, "operator", Complete),
        (&english, "i want to talk to a person", Complete),
        (&english, "sorry could you repeat that", Complete),
        (&english, "hold on", Complete),
        (&english, "i need to move my", Unfinished),
        (&english, "can i talk to", Unfinished),
        (&english, "are you open on", Unfinished),
        (&english, "um", Unfinished),
        (&english, "hello", Unfinished),
        (&english, "i need to move my up", Unfinished),
        (&english, "my number is five five", Unfinished),
        (&english, "i want to talk to a person about the", Unfinished),
        (&english, "", Unclear),
        (&english, "uh huh", Unclear),
        (&english, "yes", Unclear),
        (&english, "the quick brown fox", Unclear),
        // "What are your hours" begins like it.
        (&english, "what", Unclear),
        (&mandarin, "你们几点开门", Complete),
        (&mandarin, "转人工", Complete),
        (&mandarin, "再说一遍", Complete),
        (&mandarin, "我想改", Unfinished),
        (&mandarin, "你好", Unfinished),
        (&mandarin, "我要取消预约因为", Unfinished),
        // "我想预约门诊" begins with it.
        (&mandarin, "我想预约", Unclear),
        (&mandarin, "床前明月光", Unclear),
    ] {
        assert_eq!(dialplan.completeness(text, 1.0), wanted, "{text}");
    }
}

#[test]
fn an_example_that_another_one_continues_is_unclear() {
    let dialplan = loaded(&with("")).dialplan;
    assert_eq!(dialplan.completeness("are you open", 1.0), Unfinished);
    let more = "[[intent]]\nname = \"x\"\nexamples = [\"are you open\", \"a b\", \"what is it for\"]\nsay = \"y\"";
    let dialplan = loaded(&with(more)).dialplan;
    assert_eq!(dialplan.completeness("are you open", 1.0), Unclear);
    assert_eq!(dialplan.completeness("are you open today", 1.0), Complete);
}

#[test]
fn a_weak_recognition_is_no_certain_answer() {
    let clinic = clinic();
    assert_eq!(clinic.completeness("when are you open", 0.3), Unclear);
    assert_eq!(clinic.completeness("i need to move my", 0.3), Unfinished);
}

/// A dialplan of these intents.
fn plan(language: Language, intents: &[(String, Vec<String>)]) -> Dialplan {
    let mut text = format!(
        "name = \"x\"\nlanguage = \"{language}\"\ngreeting = \"0\"\n[human]\ntarget = \"sip:a@b\"\n"
    );
    for (name, examples) in intents {
        let examples = serde_json::to_string(examples).unwrap();
        text += &format!("[[intent]]\nname = {name:?}\nexamples = {examples}\nsay = \"x\"\n");
    }
    loaded(&text).dialplan
}

/// Sentences of other callers than the dialplan was written from, with their beginnings.
fn strangers() -> Option<(Dialplan, Vec<String>)> {
    let path = "../shared/data/intents/banking77-train.tsv";
    let Ok(lines) = std::fs::read_to_string(path) else {
        println!("skipped: there is no {path}");
        return None;
    };
    let mut intents: Vec<(String, Vec<String>)> = Vec::new();
    for (text, label) in lines.lines().filter_map(|line| line.rsplit_once('\t')) {
        let text = text.trim_matches('"').replace('"', "");
        match intents.iter_mut().find(|(name, _)| name == label) {
            Some((_, texts)) => texts.push(text),
            None => intents.push((label.to_owned(), vec![text])),
        }
    }
    intents.truncate(20);
    let mut asked = Vec::new();
    for (_, texts) in &mut intents {
        let mut kept = Vec::new();
        for (n, text) in std::mem::take(texts).into_iter().enumerate() {
            match n % 4 {
                3 => asked.push(text),
                _ if !kept.contains(&text) => kept.push(text),
                _ => {}
            }
        }
        *texts = kept;
    }
    Some((plan(Language::EnglishGb, &intents), asked))
}

/// Shares of whole sentences and of beginnings that are Complete or Likely, Unclear and Unfinished.
fn rates(judged: &[(&Dialplan, &str)]) -> [[f32; 3]; 2] {
    let mut counts = [[0.0; 3]; 2];
    for (dialplan, text) in judged {
        let mandarin = dialplan.language == Language::Mandarin;
        let characters: Vec<String> = text.chars().map(String::from).collect();
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let (words, gap) = if mandarin {
            (characters, "")
        } else {
            (words, " ")
        };
        // "The pills are gone" is not cut off before "please".
        let whole = |end: &usize| {
            let rest = understand::normalise(dialplan.language, &words[*end..].join(gap));
            *end == words.len() || !understand::adds_nothing(dialplan.language, &rest)
        };
        for end in (1..=words.len()).filter(whole) {
            let completeness = dialplan.completeness(&words[..end].join(gap), 1.0);
            let kind = match completeness {
                Complete | Likely => 0,
                Unclear => 1,
                Unfinished => 2,
            };
            counts[usize::from(end < words.len())][kind] += 1.0;
        }
    }
    counts.map(|counts| {
        let all: f32 = counts.iter().sum();
        counts.map(|count| count / all)
    })
}

fn show(what: &str, rates: [[f32; 3]; 2]) {
    for (kind, [complete, unclear, unfinished]) in ["whole", "begun"].iter().zip(rates) {
        println!(
            "{what}, {kind}: complete {:.1} %, unclear {:.1} %, unfinished {:.1} %",
            100.0 * complete,
            100.0 * unclear,
            100.0 * unfinished
        );
    }
}

#[test]
fn what_strangers_say_is_seldom_taken_for_whole_before_it_is() {
    let Some((dialplan, asked)) = strangers() else {
        return;
    };
    let judged: Vec<(&Dialplan, &str)> = asked.iter().map(|t| (&dialplan, t.as_str())).collect();
    let rates = rates(&judged);
    show("strangers", rates);
    let [[complete, ..], [too_early, ..]] = rates;
    assert!(too_early < 0.05, "{too_early}");
    assert!(complete > 0.55, "{complete}");
}

/// Each example, judged by a dialplan that has all of them.
#[test]
fn the_clinics_own_examples_are_whole_and_their_beginnings_are_not() {
    for text in [CLINIC, MANDARIN] {
        let clinic = loaded(text).dialplan;
        let examples = clinic.intents.iter().flat_map(|intent| &intent.examples);
        let judged: Vec<(&Dialplan, &str)> = examples.map(|e| (&clinic, e.as_str())).collect();
        let rates = rates(&judged);
        show(&clinic.name, rates);
        let [[complete, ..], [too_early, ..]] = rates;
        assert!(complete > 0.9 && too_early < 0.05, "{rates:?}");
    }
}

/// Each example, judged by a dialplan without it.
#[test]
fn a_small_dialplan_without_the_sentence_waits_rather_than_cuts_off() {
    for text in [CLINIC, MANDARIN] {
        let clinic = loaded(text).dialplan;
        let mut plans = Vec::new();
        for (at, intent) in clinic.intents.iter().enumerate() {
            for left_out in &intent.examples {
                let mut intents: Vec<(String, Vec<String>)> = clinic
                    .intents
                    .iter()
                    // Nobody says what is built in.
                    .filter(|intent| !intent.examples.is_empty())
                    .map(|intent| (intent.name.to_string(), intent.examples.clone()))
                    .collect();
                intents[at].1.retain(|example| example != left_out);
                plans.push((plan(clinic.language, &intents), left_out.as_str()));
            }
        }
        let judged: Vec<(&Dialplan, &str)> = plans.iter().map(|(p, t)| (p, *t)).collect();
        let rates = rates(&judged);
        show(&format!("{} without the sentence", clinic.name), rates);
        let [[complete, ..], [too_early, ..]] = rates;
        assert!(complete > 0.3 && too_early < 0.06, "{rates:?}");
    }
}

proptest! {
    #[test]
    fn anything_heard_is_judged(text in any::<String>(), confidence in any::<f32>()) {
        loaded(&with("")).dialplan.completeness(&text, confidence);
    }
}
