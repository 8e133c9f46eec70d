//! English times.

use super::super::number::english::{below_100, is_a_number};
use super::super::said::Said;
use super::super::{duration, stands_alone};
use super::{Part, around, before, figures, later, on_clock};
use jiff::civil::Time;

pub(super) fn at(said: &Said, at: usize, now: Time) -> Option<(Time, usize)> {
    if let Some(found) = soon(said, at, now) {
        return Some(found);
    }
    if let Some(end) = said.phrase(at, "noon|midday|twelve noon|12 noon") {
        return Some((Time::new(12, 0, 0, 0).ok()?, end));
    }
    if let Some(end) = said.phrase(at, "midnight|twelve midnight|12 midnight") {
        return Some((Time::midnight(), end));
    }
    let clock = relative(said, at)
        .or_else(|| written(said, at))
        .or_else(|| in_words(said, at))
        .or_else(|| hour_only(said, at))?;
    let (end, half) = match half(said, clock.end) {
        Some((part, end)) => (end, Some(part)),
        None => (clock.end, None),
    };
    let (stated, end) = match part_at(said, end) {
        Some((part, after)) => (Some(part), after),
        None => (None, end),
    };
    // "Five p.m. tomorrow morning" is believed by its nearest words.
    let near = || around(at, end, |at| Some(part_at(said, at)?.0));
    let part = half.or(stated).or_else(|| {
        if clock.of_24 {
            Some(Part::Morning)
        } else {
            near()
        }
    });
    if half.is_some() && !(1..=12).contains(&clock.hour) {
        return None;
    }
    let part = match (half, clock.hour) {
        // Noon is said with p.m.
        (Some(Part::Afternoon), 12) => Some(Part::Noon),
        _ => part,
    };
    Some((on_clock(clock.hour, clock.minute, part)?, end))
}

struct Clock {
    hour: u64,
    minute: u64,
    end: usize,
    of_24: bool,
}

fn clock(hour: u64, minute: u64, end: usize) -> Option<Clock> {
    let fits = hour <= 24 && minute < 60;
    fits.then_some(Clock {
        hour,
        minute,
        end,
        of_24: false,
    })
}

/// "In two hours".
fn soon(said: &Said, at: usize, now: Time) -> Option<(Time, usize)> {
    let start = said.phrase(at, "in|in about")?;
    let (seconds, end) = duration::english(said, start)?;
    // "In two days" is no time of the day.
    (seconds < duration::DAY).then_some(())?;
    Some((later(now, seconds)?, end))
}

/// "Half past two", "quarter to nine", "ten past five", "half two".
fn relative(said: &Said, at: usize) -> Option<Clock> {
    let start = said.phrase(at, "a").unwrap_or(at);
    let (minutes, end) = match said.word(start) {
        "half" => (30, start + 1),
        "quarter" => (15, start + 1),
        _ if start == at && is_a_number(said, at) => {
            below_100(said, at).filter(|(m, _)| (1..30).contains(m))?
        }
        _ => return None,
    };
    let end = said.phrase(end, "minutes|minute").unwrap_or(end);
    let hour = |at: usize| {
        if let Some(end) = said.phrase(at, "noon|midday") {
            return Some((12, end));
        }
        if said.word(at) == "midnight" {
            return Some((24, at + 1));
        }
        below_100(said, at).filter(|(hour, _)| (1..=12).contains(hour))
    };
    let fives = minutes % 5 == 0 || said.is(end.wrapping_sub(1), "minutes minute");
    let half = minutes == 30;
    if said.is(end, "past after") && fives {
        let (hour, end) = hour(end + 1)?;
        return clock(hour, minutes, end);
    }
    // "Ten to five" may be two numbers: "from ten to five".
    let range = said.is(at.wrapping_sub(1), "from open") && start == at;
    let of = said.word(end) == "of" && minutes == 15;
    if (said.is(end, "to till before") || of) && !half && fives && !range {
        let (hour, end) = hour(end + 1)?;
        let (hour, minute) = before(hour, minutes)?;
        return clock(hour, minute, end);
    }
    let (hour, end) = hour(end).filter(|_| half && start == at)?;
    stands_alone(said, end).then_some(())?;
    clock(hour, 30, end)
}

/// "2:30", "14:30", "2.30 pm".
fn written(said: &Said, at: usize) -> Option<Clock> {
    if let Some((hour, minute, end, of_24)) = figures(said, at) {
        let found = clock(hour, minute, end)?;
        return Some(Clock { of_24, ..found });
    }
    let (hour, minute) = said.written(at)?.split_once('.')?;
    let told = half(said, at + 1).is_some() || told_before(said, at);
    let fits = told && minute.len() == 2 && !said.is(at.wrapping_sub(1), "$ £ € ¥");
    fits.then(|| clock(hour.parse().ok()?, minute.parse().ok()?, at + 1))?
}

/// "Two thirty", "nine oh five", "fourteen hundred hours".
fn in_words(said: &Said, at: usize) -> Option<Clock> {
    if said.written(at).is_some() || !is_a_number(said, at) {
        return None;
    }
    let (hour, end) = below_100(said, at).filter(|(hour, _)| (1..=24).contains(hour))?;
    if let Some(end) = said.phrase(end, "hundred hours") {
        let found = clock(hour, 0, end)?;
        return Some(Clock {
            of_24: true,
            ..found
        });
    }
    let oh = said.is(end, "oh o zero");
    let (minute, after) = below_100(said, end + usize::from(oh))?;
    let fits = if oh { 1..10 } else { 10..60 }.contains(&minute);
    let more = said.is(after, "hundred thousand dollars pounds percent cents");
    (fits && !more && !said.starts(end)).then(|| clock(hour, minute, after))?
}

/// "Five p.m.", "eight o'clock", "at five"; a number alone only where it is all that is said.
fn hour_only(said: &Said, at: usize) -> Option<Clock> {
    if said.is(at.wrapping_sub(1), ": / - $ £ € ¥ point") {
        return None;
    }
    let (hour, end) = below_100(said, at).filter(|(hour, _)| *hour <= 24)?;
    if let Some(end) = said.phrase(end, "o'clock|oclock|o clock|sharp") {
        return clock(hour, 0, end);
    }
    if half(said, end).is_some() {
        return clock(hour, 0, end);
    }
    let stated = part_at(said, end).is_some() && !said.is(end, "in on")
        || said.phrase(end, IN_THE).is_some();
    let (first, last) = (said.skip(0, AROUND), said.len());
    let only = first == at && said.skip(end, AROUND) == last;
    let told = told_before(said, at) && stands_alone(said, end) || only || stated;
    let dated =
        said.is(end, "st nd rd th / :") || said.is(at.wrapping_sub(1), super::super::MONTHS);
    let fits = (1..=24).contains(&hour) && told && !dated && (is_a_number(said, at) || only);
    fits.then(|| clock(hour, 0, end))?
}

fn told_before(said: &Said, at: usize) -> bool {
    let before = at.wrapping_sub(1);
    // "From November 7 to 11".
    let days = said.is(at.wrapping_sub(3), super::super::MONTHS);
    let pair = !days
        && said.is(before, "and to or")
        && said
            .find(0, "between|from|at|either")
            .is_some_and(|told| told.end < at);
    let other =
        said.is(before, "or") && said.is(at.wrapping_sub(2), "thirty fifteen o'clock am pm");
    said.is(
        before,
        "at around about by before after until till from between past",
    ) || pair
        || other
}

/// "A.m.", "p m".
fn half(said: &Said, at: usize) -> Option<(Part, usize)> {
    let halves = [("am|a m", Part::Morning), ("pm|p m|p.m", Part::Afternoon)];
    let found = |(phrase, part)| Some((part, said.phrase(at, phrase)?));
    halves.into_iter().find_map(found)
}

fn part_at(said: &Said, at: usize) -> Option<(Part, usize)> {
    let parts = [
        (
            "in the morning|this morning|tomorrow morning|morning",
            Part::Morning,
        ),
        (
            "in the afternoon|this afternoon|tomorrow afternoon|afternoon",
            Part::Afternoon,
        ),
        (
            "in the evening|this evening|tomorrow evening|evening",
            Part::Evening,
        ),
        ("at night|tonight|tomorrow night", Part::Night),
    ];
    let found = |(phrase, part)| Some((part, said.phrase(at, phrase)?));
    let (part, end) = parts.into_iter().find_map(found)?;
    // "Good morning, at five" greets.
    (said.before(at, 1) != "good").then_some((part, end))
}

const IN_THE: &str = "in the morning|in the afternoon|in the evening|at night";
const AROUND: &str = "
    at|around|about|maybe|perhaps|let's say|say|um|well|so|ok|okay|please|thanks|thank you|then|yes|
    it's|it is|make it|i'd like|how about|what about|no|sorry|i said|by|ish|would be|good|fine|great|
    is|works|that|i think|oh|actually|for|is best|is better";
