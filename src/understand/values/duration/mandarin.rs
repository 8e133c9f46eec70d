//! Mandarin durations.

use super::super::number::mandarin::cardinal;
use super::super::said::Said;
use super::{DAY, HOUR, MINUTE, WEEK, decimal};

/// Parts from the largest to the smallest, such as 一小时三十分钟.
pub(in super::super) fn at(said: &Said, at: usize) -> Option<(u64, usize)> {
    let (mut seconds, mut unit, mut end) = part(said, at)?;
    loop {
        let next = end + usize::from(said.is(end, "零 又"));
        match part(said, next) {
            Some((more, smaller, after)) if smaller < unit => {
                seconds = seconds.checked_add(more)?;
                (unit, end) = (smaller, after);
            }
            _ => break,
        }
    }
    // 两小时十五分.
    if unit == HOUR
        && let Some((minutes @ 1..60, after)) = cardinal(said, end)
        && said.word(after) == "分"
    {
        return Some((seconds.checked_add(minutes * MINUTE)?, after + 1));
    }
    Some((seconds, end))
}

fn part(said: &Said, at: usize) -> Option<(u64, u64, usize)> {
    if said.is(at.wrapping_sub(1), "第 周 期 拜") {
        return None;
    }
    if said.word(at) == "半" {
        let (unit, end) = unit(said, at + 1)?;
        return Some((unit / 2, unit / 2, end));
    }
    if let Some(end) = said.phrase(at, "一刻钟") {
        return Some((15 * MINUTE, MINUTE, end));
    }
    if let Some(end) = said.phrase(at, "三刻钟") {
        return Some((45 * MINUTE, MINUTE, end));
    }
    if let Some(written) = said.written(at).filter(|written| written.contains('.')) {
        let (unit, end) = unit(said, at + 1)?;
        return Some((decimal(written, unit)?, unit, end));
    }
    if said.before(at, 1) == "点" {
        return None;
    }
    let (number, end) = cardinal(said, at)?;
    // 一个半小时.
    let half = said.phrase(end, "个半|点五|天半");
    if let Some(after) = half {
        let (unit, end) = match said.word(end) {
            "天" => (DAY, after),
            _ => unit(said, after)?,
        };
        return Some((number.checked_mul(unit)?.checked_add(unit / 2)?, unit, end));
    }
    let (unit, end) = unit(said, end)?;
    Some((number.checked_mul(unit)?, unit, end))
}

fn unit(said: &Said, at: usize) -> Option<(u64, usize)> {
    let units = [
        ("小时|个小时|钟头|个钟头|个钟", HOUR),
        ("分钟", MINUTE),
        ("秒|秒钟", 1),
        ("天", DAY),
        ("周|个星期|星期|个礼拜|礼拜", WEEK),
    ];
    let found = |(phrase, seconds): (&str, u64)| Some((seconds, said.phrase(at, phrase)?));
    let (seconds, end) = units.into_iter().find_map(found)?;
    // 三周一 and 一星期三 are no lengths but days.
    let weekday = seconds == WEEK && said.is(end, "一 二 三 四 五 六 日 天");
    (!weekday).then_some((seconds, end))
}
