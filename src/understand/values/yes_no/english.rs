//! English answers.

use super::super::said::Said;
use super::{Answer, without_politeness};
use crate::understand::{Language, spoken};

pub(super) fn answer(text: &str, said: &Said) -> Option<Answer> {
    if let Some(yes) = hummed(text) {
        return Some(Answer {
            yes,
            tokens: 0..said.len(),
            rest: said.len()..said.len(),
        });
    }
    let start = said.skip(0, LEADS);
    at_start(said, 0)
        .or_else(|| at_start(said, start))
        .or_else(|| at_end(said, start))
}

/// "Uh huh", "mhm", "nuh uh".
fn hummed(text: &str) -> Option<bool> {
    let words = spoken(Language::EnglishUs, text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["uh", "huh"] | ["mm" | "mhm" | "hm", "hm" | "hmm" | "mhm"] | ["mhm"] | ["aha"] => {
            Some(true)
        }
        ["nuh" | "uh", "uh"] | ["mm", "mm"] => Some(false),
        _ => None,
    }
}

/// Answers one after the other: the last one counts.
fn at_start(said: &Said, start: usize) -> Option<Answer> {
    let mut at = start;
    let mut yes = None;
    let mut unsure = false;
    let mut weak_only = true;
    loop {
        let (answer, end) = match one(said, at) {
            Some(found) => found,
            // "Yes and no".
            None => match said.phrase(at, "and").and_then(|next| one(said, next)) {
                Some((answer, end)) if yes.is_some_and(|(yes, _)| Some(yes) != answer) => {
                    unsure = true;
                    (answer, end)
                }
                _ => match said
                    .phrase(at, "well|oh|sorry|i mean|wait|actually|um|then")
                    .filter(|_| yes.is_some())
                {
                    Some(next) if one(said, next).is_some() => {
                        at = next;
                        continue;
                    }
                    _ => break,
                },
            },
        };
        let Some(answer) = answer else {
            unsure |= yes.is_none();
            break;
        };
        // "Right" alone says yes; "right, I want to" begins a sentence.
        weak_only &= said.phrase(at, WEAK) == Some(end);
        yes = Some((answer, end));
        at = end;
    }
    let (yes, end) = yes.filter(|_| !unsure)?;
    let rest = without_politeness(said, end..said.len(), POLITE);
    (!weak_only || rest.is_empty()).then_some(())?;
    // "No, not Tuesday" and "it's not Tuesday" keep the word that rejects it.
    let negated = said.is(end.wrapping_sub(1), "not isn't") && !rest.is_empty();
    let rest = if negated { end - 1..rest.end } else { rest };
    let tokens = start..if negated { end - 1 } else { end };
    Some(Answer { yes, tokens, rest })
}

/// "Thursday, yes", "that would be a yes".
fn at_end(said: &Said, start: usize) -> Option<Answer> {
    let polite = (start..said.len()).find(|at| said.skip(*at, POLITE) == said.len());
    let end = polite.unwrap_or(said.len());
    let last = end
        .checked_sub(1)
        .filter(|last| *last > start && said.len() <= LONGEST)?;
    let yes = match said.word(last) {
        "yes" | "yeah" | "yep" => true,
        "no" | "nope" => false,
        _ => return None,
    };
    let or = said.is(last.wrapping_sub(1), "or say said says with means and");
    let only = said.phrase(start, "that would be a|that's a|it's a|i'd say|i would say|i'll say|that would be|i'm going to say|i have to say|the answer is");
    // "That's a definite yes".
    let sure = said.is(
        last.wrapping_sub(1),
        "a definite resounding big clear absolute hard firm strong",
    );
    let rest = match only {
        Some(end) if end == last => last..last,
        _ if sure => last..last,
        _ => start..last,
    };
    let unsure = said.find(start, "maybe|perhaps|or|whether|if").is_some();
    (!or && !unsure).then(|| Answer {
        yes,
        tokens: last..last + 1,
        rest: if rest.is_empty() {
            said.len()..said.len()
        } else {
            rest
        },
    })
}

/// One answer: what it says (none where it says that nothing is certain) and the token after it.
fn one(said: &Said, at: usize) -> Option<(Option<bool>, usize)> {
    let whole = |phrases: &str| {
        said.phrase(at, phrases)
            .filter(|end| said.skip(*end, POLITE) == said.len())
    };
    let unsure = said.phrase(at, UNSURE);
    let no = said.phrase(at, NO).into_iter().chain(whole(NO_WHOLE)).max();
    let no = no.filter(|end| {
        let bare = *end == at + 1 && said.word(at) == "no";
        !(bare && !said.starts(*end) && said.is(*end, NO_SUCH))
    });
    let yes = said
        .phrase(at, YES)
        .into_iter()
        .chain(whole(YES_WHOLE))
        .max();
    let weak = said.phrase(at, WEAK);
    let yes = yes.into_iter().chain(weak).max();
    // The longest counts: "no problem" is longer than "no", "I don't know" than "I don't".
    let best = unsure.into_iter().chain(no).chain(yes).max()?;
    if unsure == Some(best) {
        return Some((None, best));
    }
    Some((Some(yes == Some(best)), best))
}

const LONGEST: usize = 8;

const LEADS: &str = "
    i said|hell|well|um|oh|so|hmm|i think|i guess|i believe|i suppose|i would say|i'd say|let me think|let me see|
    honestly|to be honest|actually|hello|hi|and|but|then|now|you know|please|sorry|i'm afraid|
    i am afraid";
const POLITE: &str = "
    please|sorry|i know|thanks|thank you|thank you very much|thank you so much|thanks a lot|sir|madam|ma'am|then|
    that's fine|that is fine|now|it is|it does|i do|i am|i would|i will|i have|i did|we do|we are|
    they are|it isn't|it is not|it's not|i don't|i do not|i'm not|i am not|i wouldn't|i haven't|
    i didn't|it doesn't|that's it|that is it|that's right|that is right|that's correct|
    that is correct|that's all|very much|definitely|exactly|of course|absolutely|i think|i guess|
    i suppose|for sure|dear|mate|ok|okay|that would be great|that would be fine|that'd be great|
    that works|sounds good|um|er|uh|indeed|at all|go ahead|please do|no it isn't";
const YES: &str = "
    yes|yeah|yep|yup|yah|yea|ya|aye|yes it is|yes that is|yes i do|yes i am|sure|sure thing|correct|
    that's right|that is right|that's correct|that is correct|you're right|you are right|
    absolutely|definitely|certainly|indeed|of course|by all means|affirmative|for sure|
    sounds good|sounds great|sounds fine|that sounds good|that works|that works for me|
    that's fine|that is fine|that'll do|that'll be fine|it's ok|it's okay|that's ok|that's okay|that's good|that's perfect|that's great|
    that would be great|that would be fine|that would be good|that would be perfect|that'd be great|
    no problem|no problem at all|not a problem|no worries|why not|not bad|
    i think so|i guess so|i believe so|i suppose so|i hope so|you bet|you got it|
    i don't mind|i do not mind|i wouldn't mind|no objection|no objections|it's fine|it is fine|
    it's correct|it is correct|it's right|it is right|that's true|that is true|true|ok yes|okay yes|
    all correct|that's the one|that is the one|that's me|that is me|speaking|no doubt|
    couldn't be better|i don't see why not|
    nothing wrong with that|not wrong|it's not wrong|that's not wrong|yes and yes";
/// Only where nothing else is said.
const YES_WHOLE: &str = "
    exactly|i'd like that|i would like that|i'd love to|i would love to|
    i do|i am|i would|i will|i have|i did|it is|it does|it was|they are|we do|we are|we have|
    please do|go ahead|please go ahead|this is she|this is he|i can|we can|you can|you may|please|
    very good|very well|excellent|wonderful|lovely|brilliant|cool|got it|done|agreed|confirmed|
    i confirm|i agree|that is it|that's it|totally|naturally|works for me|suits me|it works";
const WEAK: &str = "right|ok|okay|all right|alright|fine|good|great|perfect|right right";
const NO: &str = "
    no|no wait|wait no|nope|nah|naw|no thanks|no thank you|no way|no need|no it's not|no it isn't|not really|
    not at all|not quite|not exactly|negative|wrong|incorrect|that's wrong|that is wrong|
    that's not right|that is not right|that isn't right|that's incorrect|that is incorrect|
    that's not correct|that is not correct|that isn't correct|not correct|not right|
    that's not it|that is not it|that's not true|i don't think so|i do not think so|i think not|
    i'm afraid not|i am afraid not|absolutely not|definitely not|certainly not|of course not|
    not now|not today|not yet|not right now|never|never mind|it's wrong|it is wrong|i'd rather not|i would rather not|
    i'd prefer not|
    that's not what i said|that is not what i said|not interested|no good|not good|that's no good|
    i said no|hell no|it's not|it is not|it isn't|not that|better not|not me|isn't|not|
    that doesn't work|that does not work|it doesn't work|that won't work|it's not right|
    it is not right|that's not good|doesn't work for me|not possible|impossible|certainly no";
const NO_WHOLE: &str = "
    please don't|please do not|don't bother|don't do that|do not do that|i don't want that|i don't want to|
    i do not want to|i don't need that|
    i don't|i do not|i'm not|i am not|i wouldn't|i would not|i won't|i haven't|i didn't|it doesn't|
    it does not|it's not|they aren't|they're not|we don't|we aren't|we haven't|i can't|i cannot|
    we can't|that's not me|that is not me|it wasn't|don't|do not";
/// Neither yes nor no.
const UNSURE: &str = "
    i don't know|i do not know|don't know|dunno|i dunno|i'm not sure|i am not sure|not sure|
    i'm not certain|i'm not really sure|i am not certain|maybe|perhaps|possibly|no idea|i have no idea|
    not that i know|not that i know of|it depends|that depends|hard to say|could be|not only|
    i'm not so sure|not necessarily|right now|good morning|good afternoon|good evening|good day|
    great question|good question|sure about that|are you sure|never heard|not even|not what|
    not when|not where|not how|not who|yes or no|no or yes|yes no maybe";
/// After these words "no" says how many: "no appointment".
pub(in super::super) const NO_SUCH: &str = "
    one body idea clue longer matter more problem problems worries doubt objection objections
    appointment insurance money time answer reason number account phone email letter card internet
    signal connection service parcel package delivery order work such other message reply access
    chance sense difference choice option news cost fee refund transfer
    transactions transaction payment payments charge charges cash matter luck";
