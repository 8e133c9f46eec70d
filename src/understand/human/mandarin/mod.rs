//! Asking for a person in Mandarin.
//!
//! As in English, patterns that can be read off; here they run along the characters of a clause.
//! Clauses are looked at one by one, because punctuation is all that tells "no, a person" (不，要
//! 人工) from "no person" (不要人工). A space counts as punctuation: Whisper's text has lost the
//! difference by the time it comes here.

mod words;

use super::super::mandarin::normalise;
use words::*;

/// Whether `text` asks to be put through to a person, or refuses to talk to a machine.
pub fn asks_for_human(text: &str) -> bool {
    // What the greeting says to press, said instead.
    if ZERO.contains(&&*normalise(text).concat()) {
        return true;
    }
    let separates = |c: char| !c.is_alphanumeric();
    text.split(separates).any(|clause| {
        let clause = Clause::new(normalise(clause).concat());
        clause.asks_for_human()
    })
}

/// Normalised characters up to the next punctuation mark.
struct Clause(String);

impl Clause {
    /// Takes out what would read like a denial and is none.
    fn new(mut text: String) -> Clause {
        let questions = ["吗", "么"].iter().any(|end| text.ends_with(end))
            || WHY.iter().any(|why| text.contains(why));
        if let Some(start) = text.strip_suffix("有没有人") {
            text = format!("{start}有人吗");
        }
        for (asked, meant) in CHOICES {
            text = text.replace(asked, meant);
        }
        if questions {
            // "Can't I talk to somebody" and "why can't I" ask for one.
            for (denied, meant) in DENIED_ABILITIES {
                text = text.replace(denied, meant);
            }
        }
        for polite in NO_DENIAL {
            text = text.replace(polite, "");
        }
        Clause(text)
    }

    fn asks_for_human(&self) -> bool {
        self.is_only_a_person()
            || self.0.char_indices().any(|(at, _)| {
                let (before, rest) = self.0.split_at(at);
                wants_a_person(before, rest)
                    || talks_to_a_person(before, rest)
                    || is_put_through(before, rest)
                    || asks_somebody_to_help(before, rest)
                    || refuses_a_machine(before, rest)
            })
    }

    /// "人工", "你好请帮我转人工服务谢谢"
    fn is_only_a_person(&self) -> bool {
        let mut persons = 0;
        let mut rest = self.0.as_str();
        while !rest.is_empty() {
            if let Some(after) = person(rest, &[]) {
                persons += 1;
                rest = after;
            } else if let Some(after) = longest(rest, FILLER) {
                rest = after;
            } else {
                return false;
            }
        }
        persons > 0
    }
}

/// "我要人工", "帮我转接客服", "换个真人来", "有没有人工"
fn wants_a_person(before: &str, rest: &str) -> bool {
    let Some(whom) = longest(rest, WANT) else {
        return false;
    };
    let whom = skip(
        whom,
        &["到", "给", "成", "一下", "你", "去", "回", "用", "下"],
    );
    // Fetching just anybody is a wish for this call only when it ends there, or goes on to help.
    let anybody = match longest(rest, FETCH) {
        Some(_) => longest(skip(whom, COUNT), &["人"])
            .is_some_and(|after| after.is_empty() || longest(after, HELP).is_some()),
        None => false,
    };
    let somebody = person(whom, &[]).is_some_and(may_follow_a_person);
    (somebody || anybody) && !is_denied(before) && !is_told_of(before)
}

/// "我想跟真人说话", "和你们经理谈谈"
fn talks_to_a_person(before: &str, rest: &str) -> bool {
    let Some(whom) = longest(rest, WITH) else {
        return false;
    };
    let Some(after) = person(whom, PARTNER) else {
        return false;
    };
    let after = skip(after, &["直接", "好好", "来", "再", "去"]);
    let Some(done) = longest(after, TALK) else {
        return false;
    };
    // What was said yesterday, or is being said.
    let over = longest(done, &["过", "了", "的时候"]).is_some();
    !over && !is_denied(before) && !is_told_of(before)
}

/// "请帮我转接", "帮我转一下"
fn is_put_through(before: &str, rest: &str) -> bool {
    let Some(after) = longest(rest, PUT_THROUGH) else {
        return false;
    };
    let for_me = ["帮我", "给我", "请", "麻烦", "麻烦你", "帮忙"];
    let asked = for_me.iter().any(|word| before.ends_with(word));
    asked && skip(after, FILLER).is_empty() && !is_denied(before)
}

/// "有人吗", "有没有人能帮我"
fn asks_somebody_to_help(before: &str, rest: &str) -> bool {
    let there = longest(rest, &["有人", "有谁", "谁能", "谁可以"]);
    let Some(after) = there.filter(|_| skip(before, FILLER).is_empty()) else {
        return false;
    };
    let asked = longest(after, &["吗", "在吗", "在不在", "么", "没", "没有"]);
    let only = asked.is_some_and(|after| skip(after, FILLER).is_empty());
    let whether = longest(after, &["吗"]).unwrap_or(after);
    only || longest(skip(whether, &["能", "可以", "来", "会"]), HELP).is_some()
}

/// "我不想跟机器人说话", "不要机器人", "讨厌和机器聊"
fn refuses_a_machine(before: &str, rest: &str) -> bool {
    let Some(after) = longest(rest, REFUSE) else {
        return false;
    };
    let between = skip(after, BETWEEN);
    let Some(end) = longest(between, MACHINE) else {
        return false;
    };
    let ends = skip(end, FILLER).is_empty();
    let talks = longest(skip(end, &["再", "继续", "跟我", "和我", "给我"]), TALK).is_some();
    let with = between.len() < after.len();
    // "我不要电脑" may be about a computer; a robot is what answers here.
    let robot = between.starts_with("机器") || between.starts_with("自动");
    let denied = longest(rest, &["不是"]).is_some();
    (talks && with || ends && robot) && !denied && !before.ends_with("是")
}

/// What follows a person who is named here, with what may stand before one.
fn person<'t>(text: &'t str, also: &[&str]) -> Option<&'t str> {
    let text = skip(text, COUNT);
    longest(text, PERSON).or_else(|| longest(text, also))
}

/// Whether the words after a person leave it a person: not 人工智能, nor 客服电话.
fn may_follow_a_person(rest: &str) -> bool {
    rest.is_empty() || longest(rest, AFTER_PERSON).is_some()
}

/// Whether what comes next is what the caller does not want.
fn is_denied(before: &str) -> bool {
    let mut before = before;
    while let Some(shorter) = AUXILIARY.iter().find_map(|word| before.strip_suffix(word)) {
        before = shorter;
    }
    DENIAL.iter().any(|word| before.ends_with(word))
}

/// Whether what comes next is about another time, or about who this is.
fn is_told_of(before: &str) -> bool {
    PAST.iter().any(|word| before.contains(word))
        || ["是", "在", "正在", "我是", "叫"]
            .iter()
            .any(|word| before.ends_with(word))
            && !before.ends_with("还是")
            && !before.ends_with("现在")
}

/// The rest behind the longest of these beginnings.
fn longest<'t>(text: &'t str, beginnings: &[&str]) -> Option<&'t str> {
    beginnings
        .iter()
        .filter_map(|beginning| text.strip_prefix(beginning))
        .min_by_key(|rest| rest.len())
}

/// The rest behind any number of these.
fn skip<'t>(mut text: &'t str, over: &[&str]) -> &'t str {
    while let Some(rest) = longest(text, over) {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests;
