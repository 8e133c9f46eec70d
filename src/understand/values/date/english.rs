//! English days.

use super::super::number::english::{below_100, cardinal, joined, ordinal};
use super::super::said::Said;
use super::super::stands_alone;
use super::Today;
use jiff::Span;
use jiff::civil::{Date, Weekday};

pub(super) struct Days<'s> {
    pub said: &'s Said,
    pub today: Today,
    pub day_first: bool,
}

/// Between the first and the last of some days.
pub(super) const TO: &str = "to|through|until|till|and|-|or";

type Found = Option<(Date, usize)>;

impl Days<'_> {
    pub(super) fn at(&self, at: usize) -> Found {
        self.near(at)
            .or_else(|| self.away(at))
            .or_else(|| self.today.figures(self.said, at, self.day_first))
            .or_else(|| self.weekday(at))
            .or_else(|| self.dated(at))
            .or_else(|| self.day_of_month(at, None))
    }

    /// "March 2 to 6th", "from Monday to Tuesday": counted from the day that was said before.
    pub(super) fn after(&self, first: Date, at: usize) -> Found {
        let said = self.said;
        if self.name(at).is_some() {
            let (date, end) = self.weekday(at)?;
            let later = Today(first).next(date.weekday())?;
            return Some((if date < first { later } else { date }, end));
        }
        let start = said.phrase(at, "the").unwrap_or(at);
        let (day, end) = ordinal(said, start).or_else(|| below_100(said, start))?;
        let date = Date::new(first.year(), first.month(), i8::try_from(day).ok()?).ok()?;
        let of = self.month(said.phrase(end, "of").unwrap_or(end)).is_some();
        let other = said.is(end, "am pm o'clock : / people");
        (date > first && !of && !other && stands_alone(said, end)).then_some((date, end))
    }

    /// "Today", "the day after tomorrow".
    fn near(&self, at: usize) -> Found {
        let near = [
            ("the day after tomorrow|day after tomorrow", 2),
            ("the day before yesterday|day before yesterday", -2),
            ("tomorrow", 1),
            ("today|tonight", 0),
            ("yesterday", -1),
        ];
        let found = |(phrase, days)| Some((days, self.said.phrase(at, phrase)?));
        let (days, end) = near.into_iter().find_map(found)?;
        // "A week from tomorrow" is read from its beginning, "tomorrow week" here.
        let (days, end) = match self.said.phrase(end, "week") {
            Some(end) => (days + 7, end),
            None => (days, end),
        };
        Some((self.today.days(days)?, end))
    }

    /// "In two weeks", "three days from now", "a week on Tuesday".
    fn away(&self, at: usize) -> Found {
        let within = self.said.phrase(at, "in");
        let (span, end) = self.span(within.unwrap_or(at))?;
        if within.is_some() {
            let end = self
                .said
                .phrase(end, "time|from now|from today")
                .unwrap_or(end);
            return Some((self.today.plus(span)?, end));
        }
        if let Some(end) = self.said.phrase(end, "from now|from today|today|hence") {
            return Some((self.today.plus(span)?, end));
        }
        if let Some(end) = self.said.phrase(end, "ago") {
            return Some((self.today.plus(span.checked_mul(-1).ok()?)?, end));
        }
        let from = self.said.phrase(end, "from|on|after")?;
        let (date, end) = self.near(from).or_else(|| self.weekday(from))?;
        Some((date.checked_add(span).ok()?, end))
    }

    /// A number of days, weeks, months or years.
    fn span(&self, at: usize) -> Option<(Span, usize)> {
        let (count, end) = match self.said.phrase(at, "a|one|an") {
            Some(end) if !self.said.is(end, "couple hundred thousand") => (1, end),
            _ => cardinal(self.said, at)?,
        };
        let count = i64::try_from(count).ok()?;
        let span = match self.said.word(end) {
            "day" | "days" | "day's" | "days'" => Span::new().try_days(count),
            "week" | "weeks" | "week's" | "weeks'" => Span::new().try_weeks(count),
            "fortnight" | "fortnight's" => Span::new().try_weeks(count.checked_mul(2)?),
            "month" | "months" | "month's" => Span::new().try_months(count),
            "year" | "years" | "year's" => Span::new().try_years(count),
            _ => return None,
        };
        Some((span.ok()?, end + 1))
    }

    /// "Thursday", "next Thursday", "Thursday week", "Thursday the fourteenth".
    fn weekday(&self, at: usize) -> Found {
        let said = self.said;
        let week = said.phrase(at, "next week on|next week");
        let this = said.phrase(at, "this coming|coming|this|the coming");
        let next = said.phrase(at, "next");
        let last = said.phrase(at, "last|this past");
        let after_next = said.phrase(
            at,
            "the week after next on|the week after next|week after next on|week after next",
        );
        let lead = week.or(this).or(next).or(last).or(after_next);
        let start = lead.unwrap_or(at);
        let weekday = self.name(start)?;
        let end = start + 1;
        if last.is_some() {
            let next = self.today.next(weekday)?;
            let days = if weekday == self.today.0.weekday() {
                14
            } else {
                7
            };
            let date = next.checked_sub(Span::new().days(days)).ok()?;
            return Some((date, end));
        }
        if lead.is_none() {
            if let Some(after) = said.phrase(end, "next week|of next week|in the next week") {
                return Some((self.today.of_week(weekday, 1)?, after));
            }
            if let Some(after) = said.phrase(end, "this week|of this week") {
                return Some((self.today.of_week(weekday, 0)?, after));
            }
            // "Thursday in two weeks" is the Thursday of that week.
            if let Some((count, after)) = said.phrase(end, "in").and_then(|at| cardinal(said, at))
                && said.is(after, "week weeks")
            {
                let weeks = i64::try_from(count).ok()?;
                return Some((self.today.of_week(weekday, weeks)?, after + 1));
            }
        }
        let dated = said.phrase(end, "the").unwrap_or(end);
        if let Some(found) = self
            .today
            .figures(said, end, self.day_first)
            .or_else(|| self.dated(end))
            .or_else(|| self.day_of_month(dated, Some(weekday)))
            .or_else(|| self.day_of_month(end, Some(weekday)))
        {
            return Some(found);
        }
        let date = match () {
            () if after_next.is_some() => self.today.of_week(weekday, 2)?,
            () if week.or(next).is_some() => self.today.of_week(weekday, 1)?,
            () => self.today.next(weekday)?,
        };
        match said
            .phrase(end, "week")
            .filter(|after| !said.is(*after, "day days"))
        {
            Some(after) => Some((date.checked_add(Span::new().weeks(1)).ok()?, after)),
            None => Some((date, end)),
        }
    }

    fn name(&self, at: usize) -> Option<Weekday> {
        Some(match self.said.word(at).trim_end_matches("'s") {
            "monday" | "mon" => Weekday::Monday,
            "tuesday" | "tues" | "tue" => Weekday::Tuesday,
            "wednesday" | "weds" | "wed" => Weekday::Wednesday,
            "thursday" | "thurs" | "thu" => Weekday::Thursday,
            "friday" | "fri" => Weekday::Friday,
            "saturday" => Weekday::Saturday,
            "sunday" => Weekday::Sunday,
            _ => return None,
        })
    }

    /// "November twenty fifth", "the 3rd of May 2027".
    fn dated(&self, at: usize) -> Found {
        let said = self.said;
        if let Some(month) = self.month(at) {
            let start = said.phrase(at + 1, "the").unwrap_or(at + 1);
            let (day, end) = ordinal(said, start).or_else(|| {
                // "May one ask", "March 3 miles".
                let word = said.written(start).is_none() && !self.is_day_count(start);
                let modal = matches!(said.word(at), "may" | "march") && said.word(start) == "one";
                let figure = said.written(start).is_some() && !said.is(start + 1, ": /");
                ((figure || word) && !modal)
                    .then(|| below_100(said, start))
                    .flatten()
            })?;
            return self.in_year(month, day, end);
        }
        let start = said.phrase(at, "the").unwrap_or(at);
        let (day, end) = ordinal(said, start).or_else(|| below_100(said, start))?;
        let of = said.phrase(end, "of").unwrap_or(end);
        let month = self.month(of)?;
        self.in_year(month, day, of + 1)
    }

    /// "May two people come".
    fn is_day_count(&self, at: usize) -> bool {
        below_100(self.said, at)
            .is_some_and(|(_, end)| !stands_alone(self.said, end) && self.year(end).is_none())
    }

    fn in_year(&self, month: i8, day: u64, end: usize) -> Found {
        let day = i8::try_from(day).ok()?;
        let next = self.today.0.year().saturating_add(1);
        let (year, end) = match self.said.phrase(end, "of next year|next year") {
            Some(after) => (Some(next), after),
            None => match self.year(self.said.phrase(end, "of|in").unwrap_or(end)) {
                Some((year, after)) => (Some(year), after),
                None => (None, end),
            },
        };
        Some((self.today.month_and_day(month, day, year)?, end))
    }

    /// "2027", "twenty twenty seven", "nineteen eighty", "two thousand and five".
    fn year(&self, at: usize) -> Option<(i16, usize)> {
        let (year, end) = joined(self.said, at)
            .or_else(|| cardinal(self.said, at))
            .filter(|(year, _)| (1900..=2199).contains(year))?;
        Some((year.try_into().ok()?, end))
    }

    /// "The fourteenth", "the 14th of next month".
    fn day_of_month(&self, at: usize, weekday: Option<Weekday>) -> Found {
        let said = self.said;
        let the = said.phrase(at, "the");
        let start = the.unwrap_or(at);
        // "February thirtieth" is no day.
        if self.month(at.wrapping_sub(1)).is_some() {
            return None;
        }
        // "The 25" is one only where nothing follows.
        let plain = || {
            let figures = the.is_some() && said.written(start).is_some() && start + 1 == said.len();
            figures.then(|| below_100(said, start)).flatten()
        };
        let found = ordinal(said, start).or_else(plain);
        let (day, end) = found.filter(|(day, _)| (1..=31).contains(day))?;
        let day = i8::try_from(day).ok()?;
        if let Some(after) = said.phrase(end, "of next month|next month") {
            return Some((self.today.day_of_month(day, 1)?, after));
        }
        if let Some(after) = said.phrase(end, "of the month") {
            return Some((self.today.day(day, weekday)?, after));
        }
        if let Some(after) = said.phrase(end, "of this month|this month") {
            return Some((self.today.day_of_month(day, 0)?, after));
        }
        // "The first time", "a second", "first of all".
        let of = said.word(end) == "of" && end + 1 < said.len();
        let told = the.is_some()
            || weekday.is_some()
            || said.written(start).is_some()
            || day > 3
                && (said.starts(start) || !said.is(start.wrapping_sub(1), "a my your his her"));
        (told && !of && stands_alone(said, end))
            .then(|| self.today.day(day, weekday))?
            .map(|date| (date, end))
    }

    fn month(&self, at: usize) -> Option<i8> {
        const NAMES: [&str; 12] = [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ];
        let month = NAMES.iter().position(|names| self.said.is(at, names))?;
        i8::try_from(month + 1).ok()
    }
}
