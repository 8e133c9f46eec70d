//! Mandarin times.

use super::super::duration;
use super::super::number::mandarin::{cardinal, digit};
use super::super::said::Said;
use super::{Part, around, before, figures, later, on_clock};
use jiff::civil::Time;

pub(super) fn at(said: &Said, at: usize, now: Time) -> Option<(Time, usize)> {
    if let Some((seconds, end)) = duration::mandarin(said, at)
        && seconds < duration::DAY
        && let Some(end) = said.phrase(end, "后|之后|以后")
    {
        return Some((later(now, seconds)?, end));
    }
    let lead = part_at(said, at);
    let start = lead.map_or(at, |(_, end)| said.phrase(end, "的").unwrap_or(end));
    if let Some((hour, minute, end)) = clock(said, start, lead.is_some()) {
        let near = || around(at, end, |at| Some(part_at(said, at)?.0));
        let part = lead.map(|(part, _)| part).or_else(near);
        return Some((on_clock(hour, minute, part)?, end));
    }
    if let Some((hour, minute, end, of_24)) = figures(said, start) {
        let near = || around(at, end, |at| Some(part_at(said, at)?.0));
        let part = lead.map(|(part, _)| part);
        let part = part.or_else(|| if of_24 { Some(Part::Morning) } else { near() });
        return Some((on_clock(hour, minute, part)?, end));
    }
    if let Some(end) = said.phrase(at, "正午|中午") {
        return Some((Time::new(12, 0, 0, 0).ok()?, end));
    }
    let end = said.phrase(at, "午夜|半夜|零点|凌晨零点")?;
    Some((Time::midnight(), end))
}

/// 三点半, 两点一刻, 差十分八点, 十点零五分.
fn clock(said: &Said, at: usize, told: bool) -> Option<(u64, u64, usize)> {
    if said.word(at) == "差" {
        let (minutes, end) = minutes(said, at + 1)?;
        let (hour, end) = cardinal(said, end)?;
        let end = said.phrase(end, "点钟|点")?;
        let (hour, minute) = before(hour, minutes)?;
        return Some((hour, minute, end));
    }
    let (hour, end) = cardinal(said, at).filter(|(hour, _)| *hour <= 24)?;
    let inside =
        digit(said, at.wrapping_sub(1)).is_some() && !said.starts(at) || said.before(at, 1) == "点";
    let end = said.phrase(end, "点钟|点整|点|时").filter(|_| !inside)?;
    let whole = said.is(end.wrapping_sub(1), "钟 整");
    // 有一点 and 快一点 are "a little".
    let little = hour == 1 && !told && !whole;
    if let Some(after) = said.phrase(end, "半") {
        return Some((hour, 30, after));
    }
    if let Some(after) = said.phrase(end, "差") {
        let (minutes, after) = minutes(said, after)?;
        let (hour, minute) = before(hour, minutes)?;
        return Some((hour, minute, after));
    }
    if let Some((minute, after)) = (!whole).then(|| minutes(said, end)).flatten() {
        return Some((hour, minute, after));
    }
    let alone = said.starts(at)
        || said.is(
            at.wrapping_sub(1),
            "天 日 号 一 二 三 四 五 六 在 到 约 是 前 后 午 晚 早",
        );
    let tiny = little && (!alone || said.is(end, "都 也 不 点 儿 没 就"));
    // 三点建议 are three points.
    (!tiny).then_some((hour, 0, end))
}

/// 一刻, 十五分, 零五分, 十五; after an hour the word for minutes may be left out.
fn minutes(said: &Said, at: usize) -> Option<(u64, usize)> {
    if let Some(end) = said.phrase(at, "一刻钟|一刻") {
        return Some((15, end));
    }
    if let Some(end) = said.phrase(at, "三刻钟|三刻") {
        return Some((45, end));
    }
    let zero = said.word(at) == "零";
    let (minute, end) = cardinal(said, at + usize::from(zero))?;
    let named = said.phrase(end, "分钟|分");
    let short = zero || minute >= 10;
    let fits = minute < 60 && !said.starts(at) && (named.is_some() || short);
    fits.then_some((minute, named.unwrap_or(end)))
}

fn part_at(said: &Said, at: usize) -> Option<(Part, usize)> {
    let parts = [
        ("凌晨|清晨|早晨|早上|上午|今早|明早|大早上", Part::Morning),
        ("中午", Part::Noon),
        ("下午|午后", Part::Afternoon),
        ("傍晚|晚上|今晚|明晚|晚间", Part::Evening),
        ("夜里|半夜|深夜|夜间", Part::Night),
    ];
    let found = |(phrase, part)| Some((part, said.phrase(at, phrase)?));
    let (part, end) = parts.into_iter().find_map(found)?;
    // 早上好 greets.
    (said.word(end) != "好").then_some((part, end))
}
