//! Names that stand for something in every dialplan: in conditions, and in what is said.

use super::World;
use crate::dialplan::Dialplan;
use crate::understand::Language;
use crate::understand::values::{self, Asked, Value};
use jiff::civil::DateTime;

/// In conditions; see `memory` for what they are.
pub(in crate::dialplan) const IN_CONDITIONS: [&str; 7] = [
    "open", "caller", "called", "date", "time", "weekday", WAITING,
];
/// How many callers wait for a person; it may not be known.
pub(in crate::dialplan) const WAITING: &str = "waiting";
/// In what systems are asked.
pub(in crate::dialplan) const OF_THE_CALL: [&str; 2] = ["caller", "called"];
/// In what is said.
pub(in crate::dialplan) const IN_TEXTS: [&str; 6] =
    ["caller", "called", "date", "time", "weekday", "opens"];

/// What a voice says for one of [`IN_TEXTS`].
pub fn said(name: &str, plan: &Dialplan, world: &World) -> Option<String> {
    let asked = Asked {
        language: plan.language,
        now: plan.local(world.now),
    };
    let value = match name {
        "caller" => Value::Phone(world.caller.clone()),
        "called" => Value::Phone(world.called.clone()),
        "date" => Value::Date(asked.now.date()),
        "time" => Value::Time(asked.now.time()),
        "weekday" => return Some(values::weekday(asked.now.weekday(), asked.language).to_owned()),
        "opens" => return opens(plan, world, &asked),
        _ => return None,
    };
    Some(value.said(&asked))
}

/// When people are there again, where nobody is there now.
pub fn opens_again(plan: &Dialplan, world: &World) -> Option<String> {
    if plan.hours.as_ref()?.is_open(world.now) {
        return None;
    }
    said("opens", plan, world)
}

/// When people are there again.
fn opens(plan: &Dialplan, world: &World, asked: &Asked) -> Option<String> {
    let opening: DateTime = plan.hours.as_ref()?.opens(world.now)?.datetime();
    let time = Value::Time(opening.time()).said(asked);
    let mandarin = asked.language == Language::Mandarin;
    let today = asked.now.date();
    let date = if opening.date() == today {
        (if mandarin { "今天" } else { "today" }).to_owned()
    } else if today.tomorrow().ok() == Some(opening.date()) {
        (if mandarin { "明天" } else { "tomorrow" }).to_owned()
    } else {
        Value::Date(opening.date()).said(asked)
    };
    Some(match mandarin {
        true => format!("{date}{time}"),
        false => format!("{date} at {time}"),
    })
}
