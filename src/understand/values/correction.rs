//! What callers take back: "no, the fourteenth", "Tuesday, I mean Wednesday", 不是，是周四.

use super::said::Said;
use super::{Hit, Language};
use crate::understand::{Ending, ending};
use std::ops::Range;

/// Where the words stand that are left after a correction at the beginning of `text`: "the
/// fourteenth" of "no, the fourteenth". All of "Thursday, not Tuesday", for [`find`](super::find)
/// knows what "not" rejects. Empty where nothing is put in its place; none without a correction.
pub fn correction(language: Language, text: &str) -> Option<Range<usize>> {
    let said = Said::of(text);
    let words = Words::of(language);
    let lead = said.skip(0, words.leads);
    let (mut at, mut corrects) = (lead, false);
    loop {
        let correcting = said.phrase(at, words.corrects);
        let correcting = correcting.or_else(|| said.phrase(at, words.changes));
        match correcting.filter(|end| !is_another(language, &said, *end)) {
            Some(end) => (at, corrects) = (end, true),
            None => match said.phrase(at, words.leads).filter(|_| corrects) {
                Some(end) => at = end,
                None => break,
            },
        }
    }
    if corrects {
        let at = said.skip(at, words.then);
        return Some(said.bytes(at..said.len()));
    }
    let rejects = said.find(lead, words.rejects)?;
    let asks = text.trim_end().ends_with(['?', '？']) || said.is(lead, words.questions);
    let rejected = rejects.end < said.len() && !said.is(rejects.end, words.not_rejected) && !asks;
    // "Thursday, not Tuesday"; "my card is not working" rejects nothing that was understood.
    let after = rejects.start > lead
        && said.len() - lead <= SHORT
        && said.phrase(rejects.start, words.but_not).is_some()
        && !said.is(rejects.start - 1, words.before_a_denial);
    // "It's not Tuesday, it's Wednesday".
    let again = |at: usize| said.starts(at) || said.phrase(at, words.then).is_some();
    let before = rejects.start == lead
        && (said.word(lead) == "not" || (rejects.end + 1..said.len()).any(again));
    (rejected && (after || before)).then(|| said.bytes(lead..said.len()))
}

/// "No one" and "no problem" correct nothing, nor does 不 where it belongs to what follows.
fn is_another(language: Language, said: &Said, end: usize) -> bool {
    let (no, such) = match language {
        Language::EnglishUs | Language::EnglishGb => ("no", super::yes_no::NO_SUCH),
        Language::Mandarin => (
            "不",
            "是 要 在 用 知 能 会 想 行 可 了 好 太 过 客 确 清 需 错",
        ),
    };
    said.before(end, 1) == no && !said.starts(end) && said.is(end, such)
}

/// A longer sentence with "not" in it speaks of something else.
const SHORT: usize = 6;

/// Whether some tokens take back what was said before them.
pub(super) fn takes_back(said: &Said, language: Language, between: Range<usize>) -> bool {
    let words = Words::of(language);
    let (mut at, mut corrects) = (between.start, false);
    while at < between.end {
        let within = |phrases| said.phrase(at, phrases).filter(|end| *end <= between.end);
        if let Some(end) = within(words.corrects).or_else(|| within(words.repairs)) {
            (at, corrects) = (end, true);
        } else if let Some(end) = within(words.around) {
            at = end;
        } else {
            return false;
        }
    }
    corrects
}

/// Without what was taken back or rejected; what stands in its place takes over its place.
pub(super) fn settled(said: &Said, language: Language, hits: Vec<Hit>) -> Vec<Hit> {
    let mut settled: Vec<Hit> = Vec::new();
    // Where the tokens of rejected values begin that the next value replaces.
    let mut rejected: Option<Range<usize>> = None;
    for mut hit in hits {
        if let Some(not) = rejects_before(said, language, hit.tokens.start) {
            match settled.last_mut() {
                // "Thursday, not Tuesday".
                Some(last) if is_near(said, language, last.tokens.end..not) => {
                    last.tokens.end = hit.tokens.end;
                }
                _ => rejected = Some(not..hit.tokens.end),
            }
            continue;
        }
        if let Some(not) = rejected.take()
            && is_near(said, language, not.end..hit.tokens.start)
        {
            hit.tokens.start = not.start;
        }
        let back = settled
            .last()
            .is_some_and(|last| takes_back(said, language, last.tokens.end..hit.tokens.start));
        if back && let Some(last) = settled.pop() {
            hit.tokens.start = last.tokens.start;
        }
        settled.push(hit);
    }
    settled
}

fn is_near(said: &Said, language: Language, between: Range<usize>) -> bool {
    let words = Words::of(language);
    between.is_empty()
        || said.skip(between.start, words.around) >= between.end
        || takes_back(said, language, between)
}

/// Where the words begin that reject the value at a token: "not Tuesday", "it isn't on Tuesday".
fn rejects_before(said: &Said, language: Language, value: usize) -> Option<usize> {
    let words = Words::of(language);
    let ends_there = |at: &usize| {
        let end = said.phrase(*at, words.rejects);
        end.is_some_and(|end| {
            end == value
                || said
                    .phrase(end, words.before_a_value)
                    .is_some_and(|end| end == value)
        })
    };
    let at = (value.saturating_sub(5)..value).find(ends_there)?;
    // 对不对 asks.
    (!said.is(at.wrapping_sub(1), "why if or 是 对 要")).then_some(at)
}

/// Whether the caller goes on about the last value: "the fourteenth of", "Tuesday, no wait".
pub(super) fn goes_on(said: &Said, text: &str, language: Language, hit: &Hit) -> bool {
    let end = hit.tokens.end;
    let bytes = said.bytes(hit.tokens.clone());
    let rest = text.get(bytes.end..).unwrap_or_default();
    if !rest.contains(char::is_alphanumeric) {
        return false;
    }
    let few = said.len() <= end + 2 && ending(language, rest) == Ending::Open;
    few || end < said.len() && takes_back(said, language, end..said.len())
}

struct Words {
    /// Before a correction.
    leads: &'static str,
    corrects: &'static str,
    /// Corrections that are none between two values: 从周二改到周四 names both.
    changes: &'static str,
    /// Corrections only between two values: "45, sorry, 46".
    repairs: &'static str,
    /// After it, before what is right.
    then: &'static str,
    /// Between a value and the one that takes its place, beside the correction.
    around: &'static str,
    rejects: &'static str,
    before_a_value: &'static str,
    not_rejected: &'static str,
    /// Of these, what rejects a value that is said after the right one.
    but_not: &'static str,
    questions: &'static str,
    /// What makes "not" deny a verb.
    before_a_denial: &'static str,
}

impl Words {
    fn of(language: Language) -> &'static Words {
        match language {
            Language::EnglishUs | Language::EnglishGb => &ENGLISH,
            Language::Mandarin => &MANDARIN,
        }
    }
}

const ENGLISH: Words = Words {
    leads: "oh|well|um|so|sorry|i'm sorry|i am sorry|excuse me|wait|hang on|hold on|hmm|but|please|
        actually|ok|okay|hello|yes|yeah",
    corrects: "no|nope|nah|i mean|i meant|i said|what i said was|what i meant was|or rather|rather|
        make that|make it|change that|change it|change that to|change it to|scratch that|correction|
        that's wrong|that is wrong|that's not right|that is not right|that isn't right|
        that's incorrect|that is incorrect|that's not it|that is not it|that's not correct|
        that is not correct|you got that wrong|you misheard|you misunderstood|i misspoke|my mistake|
        my bad|no wait|wait no|sorry no|no sorry|it's wrong|it is wrong|wrong|
        not that|no actually|actually no|that was wrong|incorrect|let me correct that|wait sorry|
        sorry i mean|sorry i meant|actually make it|actually make that|oh wait",
    changes: "",
    repairs: "sorry|actually",
    then: "thanks|thank you|it's|it is|it was|it's on|that's|that is|it should be|should be|it has to be|it needs to be|
        i want|i'd like|i would like|we said|i said|i meant|to|let's say|is|the right one is|rather|
        actually|sorry|please|um|on|but|so",
    around: "sorry|actually|um|uh|well|oh|wait|on|at|the|it's|it is|it was|that's|but|please|to|in|
        for|with|it should be|should be|i'm sorry|my|i want|is|hang on|hold on|a|let's say|yeah|yes|
        i think|instead",
    rejects: "not|not on|not at|it's not|it is not|it isn't|isn't|instead of|rather than|i didn't say|
        i did not say|that's not|that is not|wasn't|it wasn't|don't want|do not want",
    before_a_value: "on|at|the|for|in|on the|a|by|it|it on",
    but_not: "not|instead of|rather than",
    questions: "can could do does did is are am was why how what when where who which will would may
        should isn't aren't",
    before_a_denial: "is are am was were do does did can could will would have has had should may
        might must i we you why if or",
    not_rejected: "sure bad really yet a now right at only even so too too very that all",
};

const MANDARIN: Words = Words {
    leads: "哦|嗯|等等|等一下|等会|对不起|不好意思|抱歉|那个|你好|可是|但是",
    corrects: "不对|不是的|错了|说错了|我说错了|你听错了|听错了|弄错了|搞错了|我是说|我说的是|
        我的意思是|应该是|应该说|更正|更正一下|不不|不|不不不|搞错|口误|
        不是不是|不是这个|我说|或者说|还是",
    changes: "改成|改到|换成|换到",
    repairs: "对不起|不好意思|抱歉",
    then: "是|应该是|我说的是|我要|我想要|改成|换成|的|了|那",
    around: "个|位|块|元|号|点|份|张|天|人|是|对不起|不好意思|抱歉|那个|等等|等一下|在|就|的|而|要|我",
    rejects: "不是|不要|并不是|不在|不用",
    before_a_value: "在|说|要|我的",
    but_not: "不是|不要",
    questions: "为 怎 什 哪 谁 能 可 是",
    before_a_denial: "是 对 要 我 你 他 们 为 如 都 也 还 就",
    not_rejected: "吗 很 太 了 的 么",
};
