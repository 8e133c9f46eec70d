//! When people are there: days of the week with times, and holidays, in a time zone.
//!
//! Reads `Mon-Fri 08:00-12:30, 13:30-18:00` and says whether an instant is within. Knows no clock:
//! the instant is given.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};

/// The week as it is written, and the days on which it does not count.
#[derive(Debug, Clone)]
pub struct Hours {
    zone: TimeZone,
    week: Vec<Open>,
    holidays: Vec<Holiday>,
}

/// From and to in minutes after midnight; what ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    day: Weekday,
    from: u16,
    to: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holiday {
    Yearly { month: i8, day: i8 },
    Once(Date),
}

const DAY: u16 = 24 * 60;
/// So far ahead is looked for the next opening: any week has one, but for holidays.
const AHEAD: i64 = 60;

impl Hours {
    pub fn new(zone: TimeZone, week: Vec<Open>, holidays: Vec<Holiday>) -> Hours {
        Hours {
            zone,
            week,
            holidays,
        }
    }

    /// What the clock on the wall shows.
    pub fn local(&self, now: Timestamp) -> DateTime {
        now.to_zoned(self.zone.clone()).datetime()
    }

    /// When the clock on the wall shows that; with summer time, the first of two times.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        let zoned = local.to_zoned(self.zone.clone()).ok()?;
        Some(zoned.timestamp())
    }

    pub fn is_open(&self, now: Timestamp) -> bool {
        let local = self.local(now);
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let yesterday = local.date().yesterday();
        let since_yesterday = |open: &Open| open.to <= open.from && minute < open.to;
        let today = |open: &Open| minute >= open.from && (minute < open.to || open.to <= open.from);
        self.on(local.date()).any(today)
            || yesterday.is_ok_and(|day| self.on(day).any(since_yesterday))
    }

    /// Whether there is any moment in a week at which it is `open`, or at which it is not. Holidays
    /// close a day, and never all days.
    pub fn is_ever(&self, open: bool) -> bool {
        if !open && !self.holidays.is_empty() {
            return true;
        }
        let at = |day: Weekday, minute: u16| {
            self.week.iter().any(|open| {
                let wraps = open.to <= open.from;
                let today = open.day == day && minute >= open.from && (wraps || minute < open.to);
                let since_yesterday = wraps && open.day.next() == day && minute < open.to;
                today || since_yesterday
            })
        };
        let days = DAYS.iter().map(|(_, day)| *day);
        days.flat_map(|day| (0..DAY).map(move |minute| (day, minute)))
            .any(|(day, minute)| at(day, minute) == open)
    }

    /// When it opens next, if it is closed; `None` where it does not within two months.
    pub fn opens(&self, now: Timestamp) -> Option<Zoned> {
        let local = self.local(now);
        let dates = (0..AHEAD).filter_map(|n| local.date().checked_add(Span::new().days(n)).ok());
        let openings = dates.flat_map(|date| self.on(date).map(move |open| (date, open.from)));
        let mut openings: Vec<DateTime> = openings
            .filter_map(|(date, from)| {
                let time = Time::new((from / 60) as i8, (from % 60) as i8, 0, 0).ok()?;
                Some(date.to_datetime(time))
            })
            .filter(|opening| *opening > local)
            .collect();
        openings.sort_unstable();
        openings.first()?.to_zoned(self.zone.clone()).ok()
    }

    /// What is open on that day.
    fn on(&self, date: Date) -> impl Iterator<Item = &Open> {
        let works = !self.holidays.iter().any(|holiday| holiday.is(date));
        let on_day = move |open: &&Open| works && open.day == date.weekday();
        self.week.iter().filter(on_day)
    }
}

impl Holiday {
    fn is(self, date: Date) -> bool {
        match self {
            Holiday::Yearly { month, day } => (date.month(), date.day()) == (month, day),
            Holiday::Once(once) => once == date,
        }
    }

    /// `12-25` every year, `2026-12-31` once.
    pub fn read(text: &str) -> Result<Holiday, String> {
        let text = text.trim();
        if let Ok(date) = text.parse() {
            return Ok(Holiday::Once(date));
        }
        // A leap year has every day that any year has.
        match format!("2024-{text}").parse::<Date>() {
            Ok(date) => Ok(Holiday::Yearly {
                month: date.month(),
                day: date.day(),
            }),
            Err(_) => Err(format!(
                "\"{text}\" is no day: write \"12-25\" for every year or \"2026-12-31\" for one"
            )),
        }
    }
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// What is written in one line, such as `Mon-Fri 08:00-18:00`, `Sat, Sun 10:00-12:00 13:00-15:00` or
/// `Mon-Fri 08:00-18:00, Sat 09:00-12:00`; or what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Open>, String> {
    let wrong = || format!("\"{text}\" needs days and then times, such as \"Mon-Fri 08:00-18:00\"");
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let is_time = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let mut open = Vec::new();
    let mut days: Vec<Weekday> = Vec::new();
    let mut has_times = true;
    for word in words {
        if is_time(word) && !days.is_empty() {
            let (from, to) = time_range(word)?;
            open.extend(days.iter().map(|&day| Open { day, from, to }));
            has_times = true;
        } else if is_time(word) {
            return Err(wrong());
        } else {
            // Days after times are others, with times of their own.
            if has_times {
                days.clear();
            }
            days.extend(day_range(word)?);
            has_times = false;
        }
    }
    match has_times && !open.is_empty() {
        true => Ok(open),
        false => Err(wrong()),
    }
}

fn day_range(text: &str) -> Result<Vec<Weekday>, String> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok(DAYS.map(|(_, day)| day).to_vec());
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let day = |text: &str| {
        let short = text.get(..3).unwrap_or(text).to_lowercase();
        let found = DAYS.iter().find(|(name, _)| *name == short);
        found.map(|(_, day)| *day).ok_or_else(|| {
            format!(
                "\"{text}\" is no day of the week: write Mon, Tue, Wed, Thu, Fri, Sat, Sun or daily"
            )
        })
    };
    let (first, last) = (day(first)?, day(last)?);
    let mut days = vec![first];
    let mut next = first;
    while next != last {
        next = next.next();
        days.push(next);
    }
    Ok(days)
}

fn time_range(text: &str) -> Result<(u16, u16), String> {
    let wrong = || format!("\"{text}\" is no time: write it like 08:00-18:00, up to 24:00");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let minutes = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let at = hours * 60 + minutes;
        (hours <= 24 && minutes < 60 && at <= DAY).then_some(at)
    };
    match minutes(from).zip(minutes(to)) {
        Some((from, to)) if from != to && from < DAY => Ok((from, to)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn berlin(week: &[&str], holidays: &[&str]) -> Hours {
        let week = week.iter().flat_map(|text| read(text).unwrap()).collect();
        let holidays = holidays.iter().map(|text| Holiday::read(text).unwrap());
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Hours::new(zone, week, holidays.collect())
    }

    fn at(text: &str) -> Timestamp {
        text.parse::<DateTime>()
            .unwrap()
            .in_tz("Europe/Berlin")
            .unwrap()
            .timestamp()
    }

    #[test]
    fn an_office_is_open_when_it_says_so() {
        let hours = berlin(
            &["Mon-Fri 08:00-12:30, 13:30-18:00", "Sat 09:00-12:00"],
            &["12-25", "2026-11-24"],
        );
        for (when, open) in [
            ("2026-11-23T08:00", true),
            ("2026-11-23T07:59", false),
            ("2026-11-23T13:00", false),
            ("2026-11-23T17:59", true),
            ("2026-11-23T18:00", false),
            ("2026-11-24T10:00", false),
            ("2027-11-24T10:00", true),
            ("2026-11-28T10:00", true),
            ("2026-11-29T10:00", false),
            ("2026-12-25T10:00", false),
        ] {
            assert_eq!(hours.is_open(at(when)), open, "{when}");
        }
    }

    #[test]
    fn several_days_may_stand_in_one_line() {
        let one = read("Mon-Fri 08:00-12:30 13:30-18:00, Sat, Sun 09:00-12:00").unwrap();
        let two = [
            read("Mon-Fri 08:00-12:30").unwrap(),
            read("Mon-Fri 13:30-18:00").unwrap(),
            read("Sat-Sun 09:00-12:00").unwrap(),
        ]
        .concat();
        assert_eq!(one, two);
    }

    #[test]
    fn a_night_shift_ends_on_the_next_day() {
        let hours = berlin(&["Fri 22:00-06:00"], &[]);
        assert!(hours.is_open(at("2026-11-27T23:00")));
        assert!(hours.is_open(at("2026-11-28T05:59")));
        assert!(!hours.is_open(at("2026-11-28T06:00")));
        assert!(!hours.is_open(at("2026-11-28T23:00")));
        let always = berlin(&["daily 00:00-24:00"], &[]);
        assert!(always.is_open(at("2026-11-28T00:00")) && always.is_open(at("2026-11-28T23:59")));
    }

    #[test]
    fn the_next_opening_is_known_over_weekends_holidays_and_summer_time() {
        let hours = berlin(&["Mon-Fri 08:00-18:00"], &["2026-11-30"]);
        let opens = |when: &str| {
            hours
                .opens(at(when))
                .map(|opening| opening.datetime().to_string())
        };
        assert_eq!(opens("2026-11-23T06:00").unwrap(), "2026-11-23T08:00:00");
        assert_eq!(opens("2026-11-27T19:00").unwrap(), "2026-12-01T08:00:00");
        assert_eq!(opens("2027-03-27T12:00").unwrap(), "2027-03-29T08:00:00");
        let never = berlin(&[], &[]);
        assert!(never.opens(at("2026-11-23T06:00")).is_none());
    }

    #[test]
    fn a_mistake_says_how_to_write_it() {
        for (text, part) in [
            ("", "needs days and then times"),
            ("Mon-Fri", "needs days and then times"),
            ("08:00-18:00", "needs days and then times"),
            ("Mon 08:00-12:00, Tue", "needs days and then times"),
            ("Mo-Fr 08:00-18:00", "\"Mo\" is no day of the week"),
            ("Mon 8-18", "\"8-18\" is no time"),
            ("Mon 08:00-24:30", "is no time"),
            ("Mon 08:00-08:00", "is no time"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
        assert!(Holiday::read("02-30").is_err());
        assert!(Holiday::read("02-29").is_ok());
    }

    proptest! {
        #[test]
        fn any_text_is_hours_or_a_mistake(text in any::<String>()) {
            let _ = read(&text);
            let _ = Holiday::read(&text);
        }

        #[test]
        fn after_closing_there_is_an_opening_and_then_it_is_open(
            second in 0i64..4_000_000_000, from in 0u16..1439, length in 1u16..1440,
        ) {
            let to = (from + length) % 1440;
            let text = format!("Tue-Thu {:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
            prop_assume!(from != to);
            let hours = Hours::new(TimeZone::UTC, read(&text).unwrap(), Vec::new());
            let now = Timestamp::from_second(second).unwrap();
            let opening = hours.opens(now).unwrap();
            prop_assert!(opening.timestamp() > now);
            prop_assert!(hours.is_open(opening.timestamp()));
        }
    }
}
