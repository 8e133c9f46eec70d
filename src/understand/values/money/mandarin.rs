//! Mandarin amounts.

use super::super::number::mandarin::{cardinal, digit, is_a_number, unit as scale};
use super::super::said::Said;
use super::{Amount, Currency, hundredths};

pub(super) fn at(said: &Said, at: usize) -> Option<(Amount, usize)> {
    let sign = match said.word(at) {
        "¥" => Some(Currency::Cny),
        "$" => Some(Currency::Usd),
        "£" => Some(Currency::Gbp),
        "€" => Some(Currency::Eur),
        _ => None,
    };
    let start = at + usize::from(sign.is_some());
    if sign.is_none() && !starts_amount(said, start) {
        return None;
    }
    let jiao = digit(said, start).or_else(|| said.written(start)?.parse().ok());
    if let Some(jiao) = jiao.filter(|jiao| *jiao < 10)
        && said.is(start + 1, "毛 角")
    {
        let (fen, end) = fen(said, start + 2);
        let end = said.phrase(end, "钱").unwrap_or(end);
        let currency = Some(Currency::Cny);
        return Some((
            Amount {
                minor: 10 * jiao + fen,
                currency,
            },
            end,
        ));
    }
    if let Some(fen) = jiao.filter(|_| said.word(start + 1) == "分") {
        let end = said.phrase(start + 2, "钱").unwrap_or(start + 2);
        let currency = Some(Currency::Cny);
        return said.starts(end).then_some((
            Amount {
                minor: fen,
                currency,
            },
            end,
        ));
    }
    let (minor, end) = number(said, start)?;
    let (currency, end) = match unit(said, end) {
        Some((Currency::Cny, after)) => {
            let (more, after) = hundredths_after(said, after);
            let end = said.phrase(after, "钱").unwrap_or(after);
            let minor = minor.checked_add(more)?;
            let currency = Some(Currency::Cny);
            return Some((Amount { minor, currency }, end));
        }
        Some((currency, after)) => (Some(currency), after),
        None => (sign, end),
    };
    let counts_others = currency.is_none() && !said.starts(end) && !said.is(end, AFTER_A_SUM);
    (!counts_others).then_some((Amount { minor, currency }, end))
}

/// The number of an amount may have decimals: 十二点五元.
fn starts_amount(said: &Said, at: usize) -> bool {
    is_a_number(said, at) || decimal(said, at).is_some() && said.before(at, 1) != "点"
}

fn number(said: &Said, at: usize) -> Option<(u64, usize)> {
    if let Some(written) = said.written(at).filter(|written| written.contains('.')) {
        let minor = hundredths(written)?;
        return Some(match scale(said, at + 1) {
            Some(scale) => (minor.checked_mul(scale)?, at + 2),
            None => (minor, at + 1),
        });
    }
    if let Some(found) = decimal(said, at) {
        return Some(found);
    }
    let (number, end) = cardinal(said, at)?;
    Some((number.checked_mul(100)?, end))
}

/// 十二点五.
fn decimal(said: &Said, at: usize) -> Option<(u64, usize)> {
    let (whole, point) = cardinal(said, at)?;
    let first = digit(said, point + 1).filter(|_| said.word(point) == "点")?;
    let (second, end) = match digit(said, point + 2) {
        Some(second) => (second, point + 3),
        None => (0, point + 2),
    };
    Some((
        whole.checked_mul(100)?.checked_add(10 * first + second)?,
        end,
    ))
}

/// After the yuan: 五毛, 五角二分, 零五分, 五 (which is five jiao), 半.
fn hundredths_after(said: &Said, at: usize) -> (u64, usize) {
    let at = at + usize::from(said.word(at) == "零");
    if said.word(at) == "半" && said.starts(at + 1) {
        return (50, at + 1);
    }
    let small = |at: usize| digit(said, at).or_else(|| said.written(at)?.parse().ok());
    match small(at).filter(|digit| *digit < 10 && !said.starts(at)) {
        Some(jiao) if said.is(at + 1, "毛 角") => {
            let (fen, end) = fen(said, at + 2);
            (10 * jiao + fen, end)
        }
        Some(fen) if said.word(at + 1) == "分" => (fen, at + 2),
        Some(jiao) if said.starts(at + 1) || said.is(at + 1, AFTER_A_SUM) => (10 * jiao, at + 1),
        Some(jiao) if digit(said, at + 1).is_some() && said.starts(at + 2) => {
            (10 * jiao + digit(said, at + 1).unwrap_or(0), at + 2)
        }
        _ => (0, at),
    }
}

fn fen(said: &Said, at: usize) -> (u64, usize) {
    match digit(said, at) {
        Some(fen) if said.word(at + 1) == "分" => (fen, at + 2),
        Some(fen) if said.starts(at + 1) && !said.starts(at) => (fen, at + 1),
        _ => (0, at),
    }
}

fn unit(said: &Said, at: usize) -> Option<(Currency, usize)> {
    let units = [
        ("块|元|圆|人民币|块钱|元钱|元人民币|rmb|cny", Currency::Cny),
        ("美元|美金|刀|块美金|usd", Currency::Usd),
        ("英镑|镑|gbp", Currency::Gbp),
        ("欧元|欧|eur", Currency::Eur),
    ];
    let found = |(phrase, currency)| Some((currency, said.phrase(at, phrase)?));
    units
        .into_iter()
        .filter_map(found)
        .max_by_key(|(_, end)| *end)
}

const AFTER_A_SUM: &str = "吧 了 啊 呢 左 多 钱 的 对 谢 就 可 行 吗 是 我";
