//! Mandarin digits and the numbers they are said in.

use super::super::number::mandarin::{digit, unit};
use super::super::said::Said;

pub(super) const BETWEEN: &str = "杠|横杠|空格|然后|再|-";

pub(super) fn digits_at(said: &Said, at: usize, after_digits: bool) -> Option<(String, usize)> {
    if let Some(written) = said.written(at) {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        // 5百 is a number whose digits are few.
        return match unit(said, at + 1).filter(|unit| digits.len() == 1 && *unit <= 1000) {
            Some(unit) => {
                let number = digits.parse::<u64>().ok()? * unit;
                Some((number.to_string(), at + 2))
            }
            None => Some((digits, at + 1)),
        };
    }
    let before = at.wrapping_sub(1);
    let word = match said.word(at) {
        "一" => said.is(before, "第 万 唯 统 期 周 拜") || said.is(at + 1, AFTER_ONE),
        "二" => said.is(before, "第 期 周 拜") || said.word(at + 1) == "个",
        "十" => said.is(at + 1, "分 足"),
        _ => said.is(before, "第 期 周 拜"),
    };
    if word && !after_digits {
        return None;
    }
    let alone = digit(said, at).filter(|digit| *digit == 0 || small(said, at + 1).is_none());
    match alone {
        Some(digit) => Some((digit.to_string(), at + 1)),
        None => number(said, at),
    }
}

/// Whether digits belong to a time, a date or an amount: 9:20, ¥88, 十一月, 三点半, 五块.
pub(super) fn is_of_something_else(said: &Said, at: usize, end: usize) -> bool {
    said.is(at.wrapping_sub(1), ": / $ £ € ¥")
        || said
            .phrase(end, ":|/|月|点|块|元|年|分钟|小时|天|个")
            .is_some()
}

/// 二十三, 九百零五, 三千二: at least one unit is in it.
fn number(said: &Said, from: usize) -> Option<(String, usize)> {
    let (mut value, mut last, mut at) = (0, 10_000, from);
    loop {
        let counted = digit(said, at).filter(|digit| *digit > 0);
        let unit = small(said, at + 1).filter(|unit| *unit < last);
        if let (Some(digit), Some(unit)) = (counted, unit) {
            value += digit * unit;
            (last, at) = (unit, at + 2);
        } else if said.word(at) == "十" && last > 10 {
            value += 10;
            (last, at) = (10, at + 1);
        } else {
            break;
        }
        // 零 stands for the units that are left out.
        let gap = said.word(at) == "零" && last > 10;
        let after = at + usize::from(gap);
        let smaller = small(said, after + 1).is_some_and(|unit| unit < last);
        let more = digit(said, after + 1).is_some() || small(said, after + 1).is_some();
        match digit(said, after).filter(|digit| *digit > 0) {
            Some(_) if smaller => at = after,
            Some(digit) if gap && !more => {
                value += digit;
                at = after + 1;
                break;
            }
            // 二十三四 is 23 and 4, but 三百五四 is 300 and 54.
            Some(digit) if !gap && (last == 10 || !more) => {
                value += digit * (last / 10);
                at = after + 1;
                break;
            }
            _ => {}
        }
    }
    (at > from).then(|| (value.to_string(), at))
}

fn small(said: &Said, at: usize) -> Option<u64> {
    unit(said, at).filter(|unit| *unit <= 1000)
}

/// 一 is no digit before these: 一下, 一个.
const AFTER_ONE: &str = "下 个 样 会 起 直 定 共 般 些 种 位 次 边 遍 声 旦";
