//! The way to a place as a conversation: `caller: "where is my parcel" -> bot: "Your number?" -> (says
//! nothing) -> ...`.

use super::super::dialog::machine::{After, Effect, Line, Place, Sign};
use super::super::{Dialplan, Text, Told, expected};
use super::explore::Edge;

/// Longer ways show how they begin and end.
const SHOWN: usize = 8;
/// Of what is said in one step.
const LETTERS: usize = 160;

pub fn shown(plan: &Dialplan, edges: &[&Edge]) -> String {
    let steps = edges.iter().map(|edge| step(plan, edge));
    let mut steps: Vec<String> = steps.collect();
    if steps.len() > SHOWN {
        steps.splice(SHOWN / 2..steps.len() - SHOWN / 2, ["...".to_owned()]);
    }
    steps.join(" -> ")
}

fn step(plan: &Dialplan, edge: &Edge) -> String {
    let happens = happens(plan, edge.at, edge.sign);
    let mut answer = vec![happens];
    if !edge.told.is_empty() {
        answer.push(format!("({})", edge.told.join(", ")));
    }
    let mut step = answer.join(" ");
    let said = said(plan, &edge.effect);
    if !said.is_empty() {
        step.push_str(&format!(" -> bot: \"{said}\""));
    }
    step.push_str(match edge.effect.then {
        After::Listen => "",
        After::Human => " -> put through",
        After::HangUp => " -> hangs up",
        After::LookUp(_) => " -> looks it up",
        After::CallBack => " -> will call back",
    });
    step
}

/// What happens, as a caller would put it.
fn happens(plan: &Dialplan, at: Place, sign: Sign) -> String {
    let caller = |words: &str| format!("caller: \"{words}\"");
    match sign {
        Sign::Wants(intent) => caller(&example(plan, intent)),
        Sign::WantsEither(first, second) => {
            let called = |intent: usize| plan.intents.get(intent).map(|i| i.called.to_string());
            let (first, second) = (called(first), called(second));
            let (first, second) = (first.unwrap_or_default(), second.unwrap_or_default());
            format!("caller: (wants {first} or {second})")
        }
        Sign::Filled => match at {
            Place::Asking { intent, slot } => caller(&value(plan, intent, slot)),
            _ => "caller: (gives another value)".to_owned(),
        },
        Sign::Yes => caller("yes"),
        Sign::No => caller("no"),
        Sign::NotUnderstood => "(is not understood)".to_owned(),
        Sign::Silent => "(says nothing)".to_owned(),
        Sign::Human => "(presses 0)".to_owned(),
        Sign::Found => "(the system answers)".to_owned(),
        Sign::NotFound => "(the system knows no such thing)".to_owned(),
        Sign::LookupFailed => "(the system does not answer)".to_owned(),
        Sign::NobodyThere => "(nobody can be reached)".to_owned(),
        Sign::NobodyAtWork(_) => "(the queue takes nobody)".to_owned(),
        Sign::NoCallBack => caller("leave it"),
    }
}

/// The first way to put it, with values in it.
fn example(plan: &Dialplan, intent: usize) -> String {
    let Some(intent) = plan.intents.get(intent) else {
        return String::new();
    };
    let Some(example) = intent.examples.first() else {
        return format!("(wants {})", intent.called);
    };
    let mut example = example.clone();
    for slot in &intent.slots {
        let value = expected::typical(plan.language, &slot.kind);
        example = example.replace(&format!("{{{}}}", slot.name), value);
    }
    example
}

fn value(plan: &Dialplan, intent: usize, slot: usize) -> String {
    let slot = plan.intents.get(intent).and_then(|i| i.slots.get(slot));
    let Some(slot) = slot else {
        return String::new();
    };
    match expected::typical(plan.language, &slot.kind) {
        "" => format!("({})", slot.name),
        value => value.to_owned(),
    }
}

/// What the bot says in a step; the beginning, where it is much.
fn said(plan: &Dialplan, effect: &Effect) -> String {
    let lines = effect.say.iter().filter_map(|line| words(plan, line));
    let lines: Vec<String> = lines.map(|text| text.to_string()).collect();
    let said = lines.join(" ");
    match said.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{} ...", said.get(..end).unwrap_or_default().trim_end()),
        None => said,
    }
}

fn told(plan: &Dialplan, told: &Told) -> Text {
    plan.told(told).join(" ").into()
}

fn words(plan: &Dialplan, line: &Line) -> Option<Text> {
    let prompts = &plan.prompts;
    Some(match line {
        Line::Text(text, _) => text.clone(),
        Line::Ask {
            intent,
            slot,
            again,
        } => {
            let ask = &plan.intents.get(*intent)?.slots.get(*slot)?.ask;
            ask.get(usize::from(*again)).or(ask.first())?.clone()
        }
        Line::Check { intent, slot } => {
            let name = &plan.intents.get(*intent)?.slots.get(*slot)?.name;
            prompts
                .check
                .replace("{value}", &format!("{{{name}}}"))
                .into()
        }
        Line::Confirm { intent } => plan.intents.get(*intent)?.confirm.clone()?,
        Line::Which { first, second } => {
            let (first, second) = (plan.intents.get(*first)?, plan.intents.get(*second)?);
            let which = prompts.which.replace("{first}", &first.called);
            which.replace("{second}", &second.called).into()
        }
        Line::NoMatch => prompts.no_match.first()?.clone(),
        Line::NoInput => prompts.no_input.first()?.clone(),
        Line::Help => prompts.help.first()?.clone(),
        Line::Nobody(why) => {
            let (why, opens) = (*why, None);
            told(plan, &Told::Nobody { why, opens })
        }
        Line::WaysOut => told(plan, &Told::WaysOut),
        Line::NoCallBack => prompts.not_done.clone(),
        fixed => prompts.fixed(fixed)?.clone(),
    })
}
