//! What no call may come to: 0 that leads to nobody, answers that lead to each other for ever, a form that
//! cannot be finished, a sentence with a gap in it.

use super::super::diagnostic::Severity;
use super::super::dialog::built_in::{IN_TEXTS, OF_THE_CALL};
use super::super::dialog::machine::{After, Effect, Line, Mark, Place, Sign, State};
use super::super::{Diagnostic, Dialplan, Text, Then, slots};
use super::explore::{Edge, Explored, Step, Stopped, hangs_up};
use super::{call, way};
use std::ops::Range;
use std::sync::Arc;

/// Looks at every step; each trap once, by the first step into it, which is on the shortest way.
#[derive(Default)]
pub struct Traps {
    found: Vec<(Trap, Edge)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Trap {
    /// 0 leads to no person and no message.
    NoPerson,
    /// Intents that lead to each other.
    Circle(Vec<usize>),
    /// More intents after one another than a call follows.
    Row(Vec<usize>),
    /// Something is said that may not be known there.
    Gap {
        intent: usize,
        case: Option<usize>,
        slot: String,
    },
    /// Something is looked up by what may not be known there.
    LookupGap { intent: usize, slot: String },
    /// The caller hears nothing and is listened to.
    NothingSaid,
}

impl Trap {
    /// Which intent a circle begins with is of no interest, nor how far back a row does.
    fn is(&self, other: &Trap) -> bool {
        match (self, other) {
            (Trap::Circle(one), Trap::Circle(other)) => {
                one.len() == other.len() && one.iter().all(|intent| other.contains(intent))
            }
            (Trap::Row(one), Trap::Row(other)) => one.iter().any(|intent| other.contains(intent)),
            (one, other) => one == other,
        }
    }
}

impl Traps {
    pub fn look(&mut self, plan: &Dialplan, step: &Step) {
        each(plan, step, &mut |trap| self.found(trap, step));
    }

    fn found(&mut self, trap: Trap, step: &Step) {
        if !self.found.iter().any(|(other, _)| trap.is(other)) {
            self.found.push((trap, step.alone()));
        }
    }

    /// Everything that was found, and what only shows in all of the states together.
    pub fn diagnostics(&self, plan: &Dialplan, explored: &Explored) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = self
            .found
            .iter()
            .map(|(trap, edge)| told(plan, explored, trap, edge))
            .collect();
        all.extend(not_all(plan, explored));
        all.extend(endless_silence(plan, explored));
        all.extend(endless_lookups(plan, explored));
        all.extend(no_exit(plan, explored));
        all.extend(endless_form(plan, explored));
        all
    }
}

/// The traps of one step.
fn each(plan: &Dialplan, step: &Step, found: &mut dyn FnMut(Trap)) {
    if step.sign == Sign::Human && !is_way_out(plan, step.to, step.effect) {
        found(Trap::NoPerson);
    }
    if let Some(trap) = row(plan, step.effect) {
        found(trap);
    }
    if let After::LookUp(intent) = step.effect.then {
        let lookup = plan.intents.get(intent).and_then(|i| i.lookup.as_ref());
        let slots = lookup.map(|lookup| lookup.slots()).unwrap_or_default();
        let is_known = |slot: &str| OF_THE_CALL.contains(&slot) || step.world.is_known(slot);
        for slot in slots.into_iter().filter(|slot| !is_known(slot)) {
            let slot = slot.to_owned();
            found(Trap::LookupGap { intent, slot });
        }
    }
    let says_nothing = step.effect.say.is_empty() && step.effect.then == After::Listen;
    if says_nothing && !matches!(step.to.place, Place::Over) {
        found(Trap::NothingSaid);
    }
    // A question that is asked again was looked at when it was asked.
    let mut marks = step.effect.marks.iter();
    if marks.any(|mark| matches!(mark, Mark::Begun { .. })) {
        each_gap(plan, step, found);
    }
}

fn each_gap(plan: &Dialplan, step: &Step, found: &mut dyn FnMut(Trap)) {
    for line in &step.effect.say {
        let said = match line {
            Line::Text(text, _) => teller(plan, step.effect, text).map(|of| (of, text)),
            Line::Confirm { intent } => {
                let confirm = plan.intents.get(*intent).and_then(|i| i.confirm.as_ref());
                confirm.map(|text| ((*intent, None), text))
            }
            _ => None,
        };
        let Some(((intent, case), text)) = said else {
            continue;
        };
        let own = plan.intents.get(intent).map(|intent| intent.slots.iter());
        let own: Vec<&str> = own.into_iter().flatten().map(|slot| &*slot.name).collect();
        for slot in slots(text) {
            let is_built_in = slot != "opens" && IN_TEXTS.contains(&slot) && !own.contains(&slot);
            if !is_built_in && !step.world.is_known(slot) {
                let slot = slot.to_owned();
                found(Trap::Gap { intent, case, slot });
            }
        }
    }
}

fn message(plan: &Dialplan) -> Option<usize> {
    plan.human.closed.as_ref().map(|closed| closed.message)
}

fn is_way_out(plan: &Dialplan, to: &State, effect: &Effect) -> bool {
    match to.place {
        Place::Human => effect.then == After::Human,
        Place::Offering => true,
        place => place.matter().is_some() && place.matter() == message(plan),
    }
}

/// Intents that follow one another without a word of the caller, where they do so for too long.
fn row(plan: &Dialplan, effect: &Effect) -> Option<Trap> {
    let mut row = Vec::new();
    let mut next = None;
    for mark in &effect.marks {
        match *mark {
            Mark::Begun { intent } => {
                match next.take() {
                    None => row.clear(),
                    Some(led) if led == intent => {}
                    // The call went another way.
                    Some(led) if is_promotion(plan, led) => {
                        row.clear();
                    }
                    Some(led) => {
                        row.push(led);
                        return Some(Trap::Row(row));
                    }
                }
                if let Some(at) = row.iter().position(|before| *before == intent) {
                    return Some(Trap::Circle(row.split_off(at)));
                }
                row.push(intent);
            }
            Mark::Answered { intent, case } => {
                let case = plan.intents.get(intent).and_then(|i| i.cases.get(case));
                next = case.and_then(|case| match case.then {
                    Then::Intent(next) => Some(next),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    let next = next?;
    // Nobody has to hear one, so a row may end before it.
    row.push(next);
    (!is_promotion(plan, next)).then_some(Trap::Row(row))
}

fn is_promotion(plan: &Dialplan, intent: usize) -> bool {
    let intent = plan.intents.get(intent);
    intent.is_some_and(|intent| intent.promotion)
}

/// The intent and the case whose text it is.
fn teller(plan: &Dialplan, effect: &Effect, text: &Text) -> Option<(usize, Option<usize>)> {
    effect.marks.iter().find_map(|mark| {
        let Mark::Answered { intent, case } = *mark else {
            return None;
        };
        let says = &plan.intents.get(intent)?.cases.get(case)?.say;
        let is_it = says.iter().any(|say| Arc::ptr_eq(say, text));
        is_it.then_some((intent, Some(case)))
    })
}

fn name(plan: &Dialplan, intent: usize) -> &str {
    plan.intents.get(intent).map_or("", |intent| &intent.name)
}

fn names(plan: &Dialplan, intents: &[usize]) -> String {
    let names: Vec<&str> = intents.iter().map(|intent| name(plan, *intent)).collect();
    names.join(" -> ")
}

fn told(plan: &Dialplan, explored: &Explored, trap: &Trap, edge: &Edge) -> Diagnostic {
    let places = &plan.places;
    let of = |intent: usize| places.intents.get(intent);
    let form = message(plan).and_then(of).map(|form| form.name.clone());
    let (span, message, help): (Option<Range<usize>>, String, String) = match trap {
        Trap::NoPerson => (
            form.or(places.human.clone()),
            "who asks for a person reaches nobody here, and leaves no message".to_owned(),
            match always_asks(plan) {
                true => "[human.closed] asks only for what a caller may have given before, and so for nothing: \
                     ask for something that no intent asks for, such as \
                     ask.message = { say = \"What is it about?\", type = \"text\" }",
                false => "[human.closed] may ask for nothing: take the `when` out of one of its questions",
            }
            .to_owned(),
        ),
        Trap::Circle(row) => {
            let first = row.first().copied().unwrap_or_default();
            let around = format!("{} -> {}", names(plan, row), name(plan, first));
            (
                of(first).map(|at| led(at, edge, first)),
                format!("these answers lead to each other without a word of the caller: {around}"),
                "let one of them end with then = \"listen\", or lead on under a condition that is not so the second time"
                    .to_owned(),
            )
        }
        Trap::Row(row) => {
            let first = row.first().copied().unwrap_or_default();
            (
                of(first).map(|at| led(at, edge, first)),
                format!(
                    "too many answers follow one another without a word of the caller, who is put through in the middle of them: {}",
                    names(plan, row)
                ),
                "let one of them end with then = \"listen\", or put their texts into one `say`".to_owned(),
            )
        }
        Trap::Gap { intent, case, slot } => {
            let at = of(*intent);
            let text = edge.effect.say.iter().find_map(|line| match line {
                Line::Text(text, _) => Some(text),
                Line::Confirm { intent } => plan.intents.get(*intent)?.confirm.as_ref(),
                _ => None,
            }.filter(|text| slots(text).any(|name| name == slot)));
            let written = text.and_then(|text| super::written(plan, text));
            let case = case.and_then(|case| at.and_then(|at| at.cases.get(case).cloned()));
            (
                written.or(case).or(at.map(|at| at.name.clone())),
                format!("`{{{slot}}}` may not be known here, and there is a gap in the sentence"),
                format!("ask for `{slot}` whenever this is said, or say something else in a [[intent.case]] with the same `when` as `ask.{slot}`"),
            )
        }
        Trap::LookupGap { intent, slot } => {
            let lookup = plan.intents.get(*intent).and_then(|i| i.lookup.as_ref());
            let lookup = lookup.map_or("", |lookup| lookup.name());
            let at = of(*intent);
            (
                at.and_then(|at| at.lookup.clone()),
                format!("[lookup.{lookup}] needs `{{{slot}}}`, which may not be known here: then it always fails"),
                format!("take the `when` out of `ask.{slot}`"),
            )
        }
        Trap::NothingSaid => (
            edge.effect.marks.iter().find_map(|mark| match mark {
                Mark::Begun { intent } => of(*intent).map(|at| led(at, edge, *intent)),
                _ => None,
            }),
            "the caller hears nothing here, and is listened to".to_owned(),
            "add something to `say`".to_owned(),
        ),
    };
    let is_it = &mut |step: &Step| {
        let mut is_it = false;
        each(plan, step, &mut |other| is_it |= trap.is(&other));
        is_it
    };
    let way = match call::to(plan, explored, is_it) {
        Some(call) => way::shown(plan, &call.iter().collect::<Vec<_>>()),
        None => {
            let mut way = explored.way_to(edge.from);
            way.push(edge);
            way::shown(plan, &way)
        }
    };
    let message = format!("{message}: {way}");
    plan.source.diagnostic(Severity::Error, span, message, help)
}

/// Some question of the form for messages has no condition.
fn always_asks(plan: &Dialplan) -> bool {
    let form = message(plan).and_then(|form| plan.intents.get(form));
    let mut slots = form.into_iter().flat_map(|form| &form.slots);
    slots.any(|slot| slot.when.is_none())
}

/// Where it is written that an intent leads on.
fn led(at: &super::super::read::IntentPlaces, edge: &Edge, intent: usize) -> Range<usize> {
    let case = edge.effect.marks.iter().find_map(|mark| match *mark {
        Mark::Answered { intent: i, case } if i == intent => Some(case),
        _ => None,
    });
    let then = case.and_then(|case| at.thens.get(case).cloned().flatten());
    then.unwrap_or(at.name.clone())
}

fn error(plan: &Dialplan, span: Option<Range<usize>>, message: String, help: &str) -> Diagnostic {
    plan.source.diagnostic(Severity::Error, span, message, help)
}

/// What was not looked at is not proved.
fn not_all(plan: &Dialplan, explored: &Explored) -> Option<Diagnostic> {
    let (what, span) = match explored.stopped.as_ref()? {
        Stopped::States => (
            format!("there are more than {} states", explored.nodes.len() - 1),
            None,
        ),
        Stopped::Steps => (
            format!("there are more than {} steps", explored.steps - 1),
            None,
        ),
        Stopped::Ways(state, sign) => {
            let intent = match sign {
                Sign::Wants(intent) => Some(*intent),
                _ => state.place.matter(),
            };
            let intent = intent.and_then(|intent| plan.places.intents.get(intent));
            let span = intent.map(|at| at.name.clone());
            (
                "one step depends on too many conditions at once".to_owned(),
                span,
            )
        }
    };
    let help =
        "divide the dialplan, or write fewer conditions into one intent and those it leads to";
    let message = format!("this is not proved: {what}");
    Some(error(plan, span, message, help))
}

fn is_no_answer(sign: Sign) -> bool {
    matches!(sign, Sign::Silent | Sign::NotUnderstood)
}

/// Who says nothing, or nothing that is understood, comes to an end of it.
fn endless_silence(plan: &Dialplan, explored: &Explored) -> Option<Diagnostic> {
    let form = message(plan);
    // When there is nothing left to say, a person is asked for; but not in place of a message.
    let asks_for_them = |edge: &Edge| {
        let knows = edge.at == Place::Offering || form.is_some() && edge.at.matter() == form;
        edge.sign == Sign::Human && !knows
    };
    let around = explored.circle(|edge| is_no_answer(edge.sign) || asks_for_them(edge))?;
    let way = with_way_in(plan, explored, &around);
    let message = format!("who says nothing here is asked for ever: {way}");
    let help = "this is a mistake in Zeroline itself: please report it with this dialplan";
    Some(error(plan, None, message, help))
}

/// Systems are not asked one after another for ever.
fn endless_lookups(plan: &Dialplan, explored: &Explored) -> Option<Diagnostic> {
    let is_system =
        |edge: &Edge| matches!(edge.sign, Sign::Found | Sign::NotFound | Sign::LookupFailed);
    let around = explored.circle(is_system)?;
    let way = with_way_in(plan, explored, &around);
    let first = around.first()?;
    let matter = explored.place(first.from).matter();
    let at = matter.and_then(|intent| plan.places.intents.get(intent));
    let span = at.map(|at| at.lookup.clone().unwrap_or(at.name.clone()));
    let message = format!("these lookups lead to each other without a word of the caller: {way}");
    let help = "let one of the answers end with then = \"listen\"";
    Some(error(plan, span, message, help))
}

fn with_way_in(plan: &Dialplan, explored: &Explored, around: &[&Edge]) -> String {
    let way = around
        .first()
        .map_or(Vec::new(), |first| way_to(plan, explored, first.from));
    let around: Vec<&Edge> = way.iter().chain(around.iter().copied()).collect();
    format!("{} -> and again", way::shown(plan, &around))
}

/// A call to a state, or at least a way.
fn way_to(plan: &Dialplan, explored: &Explored, node: usize) -> Vec<Edge> {
    let state = explored.nodes.get(node).map(|node| node.state);
    let call = call::to(plan, explored, &mut |step| Some(*step.to) == state);
    call.unwrap_or_else(|| explored.way_to(node).into_iter().cloned().collect())
}

fn shown_to(plan: &Dialplan, explored: &Explored, node: usize) -> String {
    let way = way_to(plan, explored, node);
    way::shown(plan, &way.iter().collect::<Vec<_>>())
}

/// A caller's own answers lead on from everywhere, be it by giving up.
fn no_exit(plan: &Dialplan, explored: &Explored) -> Option<Diagnostic> {
    let is_exit = |node: usize| match explored.place(node) {
        Place::Open | Place::Offering | Place::Human | Place::Over => true,
        place => place.matter().is_some() && place.matter() == message(plan),
    };
    let by_answers = |edge: &Edge| edge.sign != Sign::Human && !hangs_up(&edge.effect);
    let leads = explored.leading_to(is_exit, by_answers);
    let stuck = leads.iter().position(|leads| !leads)?;
    let way = shown_to(plan, explored, stuck);
    let matter = explored.place(stuck).matter();
    let at = matter.and_then(|intent| plan.places.intents.get(intent));
    let message = format!("no answer of the caller leads on from here: {way}");
    let help = "give the intent an answer that always holds";
    Some(error(plan, at.map(|at| at.name.clone()), message, help))
}

/// Who answers every question of the form for messages has left one.
fn endless_form(plan: &Dialplan, explored: &Explored) -> Option<Diagnostic> {
    let form = message(plan)?;
    let in_form = |node: usize| explored.place(node).matter() == Some(form);
    let finishes = |edge: &Edge| {
        let marks = &edge.effect.marks;
        marks
            .iter()
            .any(|mark| matches!(mark, Mark::Answered { intent, .. } if *intent == form))
    };
    let mut ends = vec![false; explored.nodes.len()];
    for edge in explored.edges.iter().filter(|edge| finishes(edge)) {
        if let Some(end) = ends.get_mut(edge.to) {
            *end = true;
        }
    }
    let answers = |edge: &Edge| matches!(edge.sign, Sign::Filled | Sign::Yes);
    let leads = explored.leading_to(|node| ends.get(node) == Some(&true), answers);
    let mut stuck = leads
        .iter()
        .enumerate()
        .filter(|(node, leads)| !**leads && in_form(*node));
    let (stuck, _) = stuck.next()?;
    let way = shown_to(plan, explored, stuck);
    let span = plan.places.intents.get(form).map(|at| at.name.clone());
    let message = format!("a message can be begun and not be finished: {way}");
    let help = "ask for less in [human.closed]";
    Some(error(plan, span, message, help))
}
