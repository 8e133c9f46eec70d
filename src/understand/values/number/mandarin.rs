//! Mandarin numbers in characters and figures. Each function gives the token after the last one it
//! read.

use super::super::super::mandarin::DIGITS;
use super::super::said::Said;

/// A number as it is counted with: 负五, 两百.
pub(super) fn count(said: &Said, at: usize) -> Option<(i64, usize)> {
    if said.is(at, "负 -") && !(said.word(at) == "-" && said.glued(at)) {
        let (number, end) = cardinal(said, at + 1)?;
        return Some((i64::try_from(number).ok()?.checked_neg()?, end));
    }
    if !is_a_number(said, at) {
        return None;
    }
    let (number, end) = cardinal(said, at)?;
    Some((number.try_into().ok()?, end))
}

/// Whether a number may begin here that counts something: not in 星期三 or 第一次, nor in 一下.
pub(in super::super) fn is_a_number(said: &Said, at: usize) -> bool {
    let tied = said.is(at.wrapping_sub(1), ": /")
        || said.written(at).is_some() && said.is(at + 1, ": /")
        || said.before(at, 1) == "-" && said.glued(at.wrapping_sub(1))
        || said.glued(at)
            && said.written(at).is_some()
            && said.before(at, 1).is_ascii()
            && !said.is(at.wrapping_sub(1), "- + $ £ € ¥");
    let before = at.wrapping_sub(1);
    let weekday = said.is(before, "期 周 拜 第 点") && !said.starts(at);
    // 两三个 is no certain number, nor is its end.
    let rough = is_rough(said, at)
        || digit(said, at).is_some() && digit(said, before).is_some() && !said.starts(at);
    let word = match said.word(at) {
        "一" => {
            said.is(at.wrapping_sub(1), "万 唯 统 有 快 早 晚 慢 等 说 看 问 查")
                && said.phrase(at, "一点|一下").is_some()
                || said.is(at.wrapping_sub(1), "唯 统")
                || said.is(at + 1, AFTER_ONE)
        }
        "十" => said.is(at + 1, "分 足") && !said.is(at + 2, "钟"),
        "千" | "百" | "万" => true,
        _ => false,
    };
    !(tied || weekday || word || rough)
}

/// 两三个, 五六天.
fn is_rough(said: &Said, at: usize) -> bool {
    let (Some(low), Some(high)) = (digit(said, at), digit(said, at + 1)) else {
        return false;
    };
    let counts = said.is(at + 2, "个 天 位 次 张 份 块 人 年 周 岁 分 小 月 百 千 万");
    low > 0 && high == low + 1 && counts
}

/// 五, 二十三, 三百五 (350), 一万二 (12000), 一零三 (103), 5百, 25.
pub(in super::super) fn cardinal(said: &Said, at: usize) -> Option<(u64, usize)> {
    if let Some(written) = said.written(at) {
        let mut value: u64 = written.parse().ok()?;
        let mut end = at + 1;
        while let Some(unit) = unit(said, end) {
            value = value.checked_mul(unit)?;
            end += 1;
        }
        return Some((value, end));
    }
    if digit(said, at).is_some() && digit(said, at + 1).is_some() && said.word(at + 1) != "零" {
        return row(said, at);
    }
    if digit(said, at).is_some() && said.word(at + 1) == "零" && unit(said, at + 1).is_none() {
        return row(said, at);
    }
    in_units(said, at)
}

/// Digits in a row, as rooms are numbered.
fn row(said: &Said, at: usize) -> Option<(u64, usize)> {
    let mut value: u64 = 0;
    let mut end = at;
    while let Some(digit) = digit(said, end) {
        value = value.checked_mul(10)?.checked_add(digit)?;
        end += 1;
    }
    Some((value, end))
}

fn in_units(said: &Said, from: usize) -> Option<(u64, usize)> {
    let (mut total, mut section, mut at): (u64, u64, usize) = (0, 0, from);
    let mut last = u64::MAX;
    let mut gap = false;
    loop {
        if at > from && said.starts(at) {
            break;
        }
        let counted = digit(said, at);
        let (value, name) = match counted {
            Some(digit) => (digit, at + 1),
            // 十五 begins with its unit.
            None if said.word(at) == "十" && last > 10 => (1, at),
            None => match unit(said, at) {
                Some(large) if at > from && large >= 10_000 => (0, at),
                _ => break,
            },
        };
        match (unit(said, name), counted) {
            (Some(large), _) if large >= 10_000 => {
                let below = section.checked_add(value)?;
                if below == 0 {
                    break;
                }
                total = total.checked_add(below.checked_mul(large)?)?;
                (section, last, gap, at) = (0, large, false, name + 1);
            }
            (Some(unit), _) if unit < last || last >= 10_000 && unit < 10_000 => {
                section = section.checked_add(value * unit)?;
                (last, gap, at) = (unit, false, name + 1);
            }
            // 零 stands for the units that are left out.
            (_, Some(0)) if at > from && !gap => {
                gap = true;
                at += 1;
            }
            (_, Some(0)) if at == from => return Some((0, at + 1)),
            (_, Some(digit)) => {
                let short = !gap && last > 10 && last < u64::MAX;
                section = section.checked_add(if short { digit * (last / 10) } else { digit })?;
                at += 1;
                break;
            }
            _ => break,
        }
    }
    (at > from).then_some((total.checked_add(section)?, at))
}

pub(in super::super) fn digit(said: &Said, at: usize) -> Option<u64> {
    let mut characters = said.word(at).chars();
    let first = characters.next()?;
    let index = DIGITS.iter().position(|digit| *digit == first)?;
    Some(index as u64)
}

pub(in super::super) fn unit(said: &Said, at: usize) -> Option<u64> {
    match said.word(at) {
        "十" => Some(10),
        "百" => Some(100),
        "千" => Some(1000),
        "万" => Some(10_000),
        "亿" => Some(100_000_000),
        _ => None,
    }
}

/// 一 is no number before these: 一下, 一样.
const AFTER_ONE: &str = "下 样 会 起 直 定 共 般 些 边 遍 声 旦 切 刻";
