//! Days: "Thursday", "the fourteenth", "in two weeks", 下周三, 十一月二十五号.

mod english;
mod mandarin;

use super::said::Said;
use super::{Asked, Hit, Language, Value, scan};
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

pub(super) fn find(said: &Said, asked: &Asked) -> Vec<Hit> {
    let today = Today(asked.now.date());
    let mut last: Option<(Date, usize)> = None;
    scan(said, |at| {
        let (date, end) = match asked.language {
            Language::EnglishUs | Language::EnglishGb => {
                let day_first = asked.language == Language::EnglishGb;
                let days = english::Days {
                    said,
                    today,
                    day_first,
                };
                let first = last.filter(|(_, end)| said.phrase(*end, english::TO) == Some(at));
                let range = first.and_then(|(first, _)| days.after(first, at));
                range.or_else(|| days.at(at))
            }
            Language::Mandarin => mandarin::at(said, at, today),
        }?;
        last = Some((date, end));
        Some((Value::Date(date), end))
    })
}

/// The day from which others are counted.
#[derive(Debug, Clone, Copy)]
struct Today(Date);

impl Today {
    fn plus(self, span: Span) -> Option<Date> {
        self.0.checked_add(span).ok()
    }

    fn days(self, days: i64) -> Option<Date> {
        self.plus(Span::new().try_days(days).ok()?)
    }

    /// The next such weekday; today is called today.
    fn next(self, weekday: Weekday) -> Option<Date> {
        let ahead = i64::from(self.0.weekday().until(weekday));
        self.days(if ahead == 0 { 7 } else { ahead })
    }

    /// That of the week that begins on the Monday so many weeks ahead.
    fn of_week(self, weekday: Weekday, weeks: i64) -> Option<Date> {
        let monday = i64::from(self.0.weekday().to_monday_zero_offset());
        let offset = i64::from(weekday.to_monday_zero_offset());
        self.days(7 * weeks - monday + offset)
    }

    /// The next such day of a month, today included. A weekday that was said with it may tell that
    /// one of the months after it is meant.
    fn day(self, day: i8, weekday: Option<Weekday>) -> Option<Date> {
        let first = self.0.first_of_month();
        let dates = (0..6).filter_map(|months| {
            let month = first.checked_add(months.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        });
        let ahead: Vec<Date> = dates.filter(|date| *date >= self.0).collect();
        let fits = |date: &&Date| weekday.is_none_or(|weekday| date.weekday() == weekday);
        let meant = ahead.iter().take(3).find(fits);
        meant.or(ahead.first()).copied()
    }

    fn day_of_month(self, day: i8, months: i64) -> Option<Date> {
        let month = self
            .0
            .first_of_month()
            .checked_add(Span::new().try_months(months).ok()?)
            .ok()?;
        Date::new(month.year(), month.month(), day).ok()
    }

    /// In the year that was said, else the next one, today included.
    fn month_and_day(self, month: i8, day: i8, year: Option<i16>) -> Option<Date> {
        if let Some(year) = year {
            return Date::new(year, month, day).ok();
        }
        // 29 February may be eight years away.
        let mut years = (0..=8).map(|ahead| self.0.year().saturating_add(ahead));
        years.find_map(|year| {
            Date::new(year, month, day)
                .ok()
                .filter(|date| *date >= self.0)
        })
    }

    /// Of a year with two digits the one that is at most twenty years ahead.
    fn century(self, year: i16) -> i16 {
        match year {
            100.. => year,
            _ => {
                let guess = self.0.year() - self.0.year() % 100 + year;
                if guess > self.0.year() + 20 {
                    guess - 100
                } else {
                    guess
                }
            }
        }
    }

    /// Figures with signs between them, such as 11/25, 25/11/2026 and 2026-11-24.
    fn figures(self, said: &Said, at: usize, day_first: bool) -> Option<(Date, usize)> {
        let small = |at: usize| said.written(at)?.parse::<i8>().ok();
        let sign = said.word(at + 1);
        if !matches!(sign, "/" | "-") || !(1..=2).all(|ahead| said.glued(at + ahead)) {
            return None;
        }
        let third = said.word(at + 3) == sign && said.glued(at + 3) && said.glued(at + 4);
        if said.written(at)?.len() == 4 {
            let year = said.written(at)?.parse().ok().filter(|_| third)?;
            return Some((
                Date::new(year, small(at + 2)?, small(at + 4)?).ok()?,
                at + 5,
            ));
        }
        if sign == "-" && !third {
            return None;
        }
        let (year, end) = match third {
            true => (
                Some(self.century(said.written(at + 4)?.parse().ok()?)),
                at + 5,
            ),
            false => (None, at + 3),
        };
        let (first, second) = (small(at)?, small(at + 2)?);
        let month_first = self.month_and_day(first, second, year);
        let day_first_date = self.month_and_day(second, first, year);
        let date = match day_first {
            true => day_first_date.or(month_first),
            false => month_first.or(day_first_date),
        };
        Some((date?, end))
    }
}
