//! Mandarin days.

use super::super::number::mandarin::{cardinal, digit};
use super::super::said::Said;
use super::Today;
use jiff::Span;
use jiff::civil::{Date, Weekday};

type Found = Option<(Date, usize)>;

pub(super) fn at(said: &Said, at: usize, today: Today) -> Found {
    near(said, at, today)
        .or_else(|| away(said, at, today))
        .or_else(|| today.figures(said, at, false))
        .or_else(|| weekday(said, at, today))
        .or_else(|| dated(said, at, today))
        .or_else(|| day_of_month(said, at, today))
}

fn near(said: &Said, at: usize, today: Today) -> Found {
    let near = [
        ("大后天", 3),
        ("后天|后日", 2),
        ("明天|明日|明早|明晚", 1),
        ("今天|今日|今早|今晚", 0),
        ("昨天|昨日|昨晚", -1),
        ("大前天", -3),
        ("前天", -2),
    ];
    let found = |(phrase, days)| Some((days, said.phrase(at, phrase)?));
    let (days, end) = near.into_iter().find_map(found)?;
    // 三天后天 is nothing, but 三天后 ends in a character that 后天 begins with.
    (said.before(at, 1) != "天").then_some(())?;
    Some((today.days(days)?, end))
}

/// 三天后, 过两周, 半个月以后.
fn away(said: &Said, at: usize, today: Today) -> Found {
    let past = said.phrase(at, "再过|过");
    let start = past.unwrap_or(at);
    let (span, end) = match said.phrase(start, "半个月") {
        Some(end) => (Span::new().days(15), end),
        None => {
            let (count, end) = cardinal(said, start)?;
            let count = i64::try_from(count).ok()?;
            let units = [
                ("天", Span::new().try_days(count)),
                ("周|个星期|星期|个礼拜|礼拜", Span::new().try_weeks(count)),
                ("个月", Span::new().try_months(count)),
                ("年", Span::new().try_years(count)),
            ];
            let found = units
                .into_iter()
                .find_map(|(phrase, span)| Some((span.ok()?, said.phrase(end, phrase)?)));
            found?
        }
    };
    if let Some(end) = said.phrase(end, "之前|以前|前") {
        let ago = today.plus(span.checked_mul(-1).ok()?)?;
        return past.is_none().then_some((ago, end));
    }
    let after = said.phrase(end, "之后|以后|后");
    let end = match (past, after) {
        (_, Some(after)) => after,
        (Some(_), None) => end,
        (None, None) => return None,
    };
    Some((today.plus(span)?, end))
}

/// 周三, 下周三, 这个星期天, 下下礼拜一.
fn weekday(said: &Said, at: usize, today: Today) -> Found {
    let leads = [
        ("下下个|下下", Some(2)),
        ("下个|下", Some(1)),
        ("上个|上", Some(-1)),
        ("这个|这|本", Some(0)),
    ];
    let lead = leads
        .into_iter()
        .find_map(|(phrase, weeks)| Some((weeks, said.phrase(at, phrase)?)));
    let (weeks, start) = lead.unwrap_or((None, at));
    let name = said.phrase(start, "星期|周|礼拜")?;
    let weekday = match said.word(name) {
        "一" => Weekday::Monday,
        "二" => Weekday::Tuesday,
        "三" => Weekday::Wednesday,
        "四" => Weekday::Thursday,
        "五" => Weekday::Friday,
        "六" => Weekday::Saturday,
        "日" | "天" => Weekday::Sunday,
        _ => return None,
    };
    // 一个星期一次 is once a week, 三周一共 three weeks together.
    let counted =
        weeks.is_none() && digit(said, at.wrapping_sub(1)).is_some() || said.before(at, 1) == "个";
    let longer = said.word(name) == "一" && said.is(name + 1, "次 共 直 起 定 下")
        || digit(said, name + 1).is_some() && said.is(name + 2, "天 次");
    if counted || longer {
        return None;
    }
    let date = match weeks {
        // What is past of this week is that of the next one.
        Some(0) => today
            .of_week(weekday, 0)
            .filter(|date| *date >= today.0)
            .or_else(|| today.next(weekday)),
        Some(weeks) => today.of_week(weekday, weeks),
        None => today.next(weekday),
    };
    Some((date?, name + 1))
}

/// 十一月二十五号, 明年三月五日, 二零二七年一月一号, 11月25.
fn dated(said: &Said, at: usize, today: Today) -> Found {
    let this = today.0.year();
    let years = [("今年", 0), ("明年", 1), ("后年", 2), ("去年", -1)];
    let named = years
        .into_iter()
        .find_map(|(phrase, ahead)| Some((this.saturating_add(ahead), said.phrase(at, phrase)?)));
    let counted = || {
        let (year, end) = cardinal(said, at).filter(|(_, end)| said.word(*end) == "年")?;
        let year = i16::try_from(year).ok()?;
        let short = (0..100).contains(&year) && end == at + 2;
        let fits = short || (1900..=2199).contains(&year);
        fits.then_some((today.century(year), end + 1))
    };
    let (year, start) = match named.or_else(counted) {
        Some((year, end)) => (Some(year), said.phrase(end, "的").unwrap_or(end)),
        None => (None, at),
    };
    let (month, end) = cardinal(said, start).filter(|(_, end)| said.word(*end) == "月")?;
    let start = said.phrase(end + 1, "的").unwrap_or(end + 1);
    let (day, end) = cardinal(said, start)?;
    let date = today.month_and_day(month.try_into().ok()?, day.try_into().ok()?, year)?;
    let end = said.phrase(end, "号|日").unwrap_or(end);
    Some((date, with_weekday(said, end)))
}

/// 二十五号, 下个月五号.
fn day_of_month(said: &Said, at: usize, today: Today) -> Found {
    let months = [("这个月|本月", 0), ("下个月|下月", 1)];
    let month = months
        .into_iter()
        .find_map(|(phrase, months)| Some((months, said.phrase(at, phrase)?)));
    let start = month.map_or(at, |(_, end)| said.phrase(end, "的").unwrap_or(end));
    // 二月三十号 is no day, and 廿五号 is not the fifth.
    let inside =
        digit(said, at.wrapping_sub(1)).is_some() || said.is(at.wrapping_sub(1), "月 廿 卅");
    if inside && !said.starts(at) && month.is_none() {
        return None;
    }
    let (day, end) = cardinal(said, start)?;
    let day = i8::try_from(day)
        .ok()
        .filter(|day| (1..=31).contains(day))?;
    let end = said.phrase(end, "号|日")?;
    // 三号线 and 五号楼 are places.
    if said.is(
        end,
        "线 楼 门 窗 店 厅 柜 馆 台 桌 房 院 机 码 键 航 口 出 路",
    ) {
        return None;
    }
    let date = match month {
        Some((months, _)) => today.day_of_month(day, months)?,
        None => today.day(day, None)?,
    };
    Some((date, with_weekday(said, end)))
}

/// Past a weekday that is said after the date.
fn with_weekday(said: &Said, end: usize) -> usize {
    let name = said
        .phrase(end, "星期|周|礼拜")
        .filter(|name| said.is(*name, "一 二 三 四 五 六 日 天"));
    name.map_or(end, |name| name + 1)
}
