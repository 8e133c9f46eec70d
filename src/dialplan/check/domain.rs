//! What the names in conditions can stand for, as far as conditions can tell it apart.
//!
//! A name takes one of a few typical values: of all that compare alike with everything it is compared
//! with, one. Where all values of a name are known (a weekday, a time of day, a choice, a number with
//! limits) so are its typical values, and a condition that holds for none of them is never true. Of
//! other names any text or number is possible. Names that are compared with each other compare in any
//! way, and two names take their values each by itself: that may be more than can happen, and never less.

use super::super::dialog::built_in::{IN_CONDITIONS, WAITING};
use super::super::dialog::call_back::CALLER;
use super::super::{Dialplan, Expression, Fact};
use crate::understand::values::Kind;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// By name; what is not asked by any condition has one value.
pub struct Domain(BTreeMap<String, Vec<Fact>>);

impl Domain {
    pub fn of(plan: &Dialplan) -> Domain {
        let mut compared: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        for when in conditions(plan) {
            for name in when.names() {
                compared.entry(name.to_owned()).or_default();
            }
            for (name, value) in when.compared() {
                compared
                    .entry(name.to_owned())
                    .or_default()
                    .push(value.clone());
            }
        }
        let values = compared.into_iter().map(|(name, with)| {
            let values = typical(possible(plan, &name, &with), &with);
            (name, values)
        });
        Domain(values.collect())
    }

    /// None where no condition asks for it.
    pub fn values(&self, name: &str) -> Option<&[Fact]> {
        self.0.get(name).map(Vec::as_slice)
    }
}

fn conditions(plan: &Dialplan) -> impl Iterator<Item = &Expression> {
    let slots = plan.intents.iter().flat_map(|intent| &intent.slots);
    let cases = plan.intents.iter().flat_map(|intent| &intent.cases);
    let slots = slots.filter_map(|slot| slot.when.as_ref());
    slots.chain(cases.filter_map(|case| case.when.as_ref()))
}

/// Of values that no comparison tells apart, the first.
fn typical(values: Vec<Fact>, compared_with: &[Fact]) -> Vec<Fact> {
    let mut seen: Vec<(bool, Vec<Option<Ordering>>)> = Vec::new();
    let mut typical = Vec::new();
    for value in values {
        let orders = compared_with.iter().map(|with| value.compare(with));
        let looks = (value.is_true(), orders.collect());
        if !seen.contains(&looks) {
            seen.push(looks);
            typical.push(value);
        }
    }
    typical
}

/// All values of a name, or enough to compare in every possible way.
fn possible(plan: &Dialplan, name: &str, compared_with: &[Fact]) -> Vec<Fact> {
    if name.starts_with("answered.") {
        return counts(compared_with);
    }
    if name == CALLER {
        return vec![Fact::Truth(true), Fact::Truth(false)];
    }
    if IN_CONDITIONS.contains(&name) {
        return match name {
            "open" => vec![Fact::Truth(true), Fact::Truth(false)],
            "weekday" => weekdays(),
            "time" => times(),
            "date" => dates(compared_with),
            WAITING => counts(compared_with),
            _ => anything(compared_with),
        };
    }
    let slots = plan.intents.iter().flat_map(|intent| &intent.slots);
    let mut slots = slots.filter(|slot| *slot.name == *name);
    let mut lookups = plan
        .intents
        .iter()
        .filter_map(|intent| intent.lookup.as_ref());
    let is_looked_up = lookups.any(|lookup| lookup.gives().any(|given| given == name));
    match slots.next().map(|slot| &slot.kind) {
        // A name may be a slot here and what a system says there.
        _ if is_looked_up => anything(compared_with),
        Some(Kind::YesNo) => vec![Fact::Truth(true), Fact::Truth(false)],
        Some(Kind::Number { least, most }) => integers(compared_with, *least, *most),
        Some(Kind::Choice(choices)) => {
            let names = choices.iter().map(|choice| text(&choice.name));
            names.collect()
        }
        Some(Kind::Date) => dates(compared_with),
        Some(Kind::Time) => times(),
        _ => anything(compared_with),
    }
}

fn text(text: &str) -> Fact {
    Fact::Text(text.to_owned())
}

fn weekdays() -> Vec<Fact> {
    let week = std::iter::successors(Some(Weekday::Monday), |day| Some(day.next()));
    let names = week.take(7).map(|day| Fact::Text(format!("{day:?}")));
    names.collect()
}

fn times() -> Vec<Fact> {
    let minutes = 0..24 * 60;
    minutes
        .map(|at| Fact::Text(format!("{:02}:{:02}", at / 60, at % 60)))
        .collect()
}

/// The days that are compared with, those around them, and days long ago and far ahead.
fn dates(compared_with: &[Fact]) -> Vec<Fact> {
    let mut days = vec![text("2000-01-01"), text("2999-12-31")];
    for with in compared_with {
        let Ok(day) = with.to_string().parse::<Date>() else {
            continue;
        };
        let around = [-1, 0, 1].map(|n| day.checked_add(n.days()));
        days.extend(
            around
                .into_iter()
                .flatten()
                .map(|day| text(&day.to_string())),
        );
    }
    days
}

fn integers(compared_with: &[Fact], least: i64, most: i64) -> Vec<Fact> {
    let numbers = compared_with.iter().filter_map(number);
    let around =
        numbers.flat_map(|number| [number.floor() - 1.0, number.floor(), number.floor() + 1.0]);
    let within = around.map(|number| number as i64);
    let mut all: Vec<i64> = within.chain([least, most, 0]).collect();
    all.retain(|number| (least..=most).contains(number));
    all.into_iter()
        .map(|number| text(&number.to_string()))
        .collect()
}

fn counts(compared_with: &[Fact]) -> Vec<Fact> {
    let counts = integers(compared_with, 0, i64::from(u32::MAX)).into_iter();
    let counts = counts.filter_map(|count| number(&count));
    counts
        .take_while(|count| *count < f64::from(u32::MAX))
        .map(Fact::Number)
        .collect()
}

fn number(fact: &Fact) -> Option<f64> {
    fact.to_string()
        .trim()
        .parse()
        .ok()
        .filter(|n: &f64| n.is_finite())
}

/// Numbers at, between and beyond those that are compared with, and texts likewise.
fn anything(compared_with: &[Fact]) -> Vec<Fact> {
    let mut numbers: Vec<f64> = compared_with.iter().filter_map(number).collect();
    numbers.sort_by(f64::total_cmp);
    let between = numbers.windows(2).filter_map(|pair| match pair {
        [one, other] => Some((one + other) / 2.0),
        _ => None,
    });
    let beyond = [
        numbers.first().map(|n| n - 1.0),
        numbers.last().map(|n| n + 1.0),
    ];
    let mut all: Vec<Fact> = numbers
        .iter()
        .copied()
        .chain(between)
        .map(Fact::Number)
        .collect();
    all.extend(beyond.into_iter().flatten().map(Fact::Number));
    for with in compared_with {
        let with = with.to_string();
        all.extend([text(&with), Fact::Text(format!("{with}\u{1}"))]);
    }
    all.extend(["something", "", "false", "!", "\u{10FFFF}"].map(text));
    all
}
