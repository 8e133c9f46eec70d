//! The states of a dialplan as a picture: DOT for Graphviz, and Mermaid.
//!
//! States that differ only in how often in a row a caller was not understood are drawn as one, and so is
//! what a caller may do everywhere: key 0 is left out, for it leads to a person from every state, and so
//! are wishes from elsewhere than the open question.

use super::super::Dialplan;
use super::super::dialog::machine::{Place, Sign};
use super::explore::{Edge, Explored};
use std::collections::BTreeMap;

/// Nodes and arrows, both in order.
struct Picture {
    nodes: Vec<(Place, String)>,
    /// From, to, and what leads there.
    arrows: BTreeMap<(usize, usize), Vec<String>>,
}

/// For `dot -Tsvg`.
pub fn dot(plan: &Dialplan, explored: &Explored) -> String {
    let picture = Picture::of(plan, explored);
    let name = quoted(&plan.name);
    let mut dot = format!("digraph {name} {{\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    for (number, (place, label)) in picture.nodes.iter().enumerate() {
        let shape = match place {
            Place::Human => ", shape=doublecircle",
            Place::Over => ", shape=circle",
            _ => "",
        };
        dot.push_str(&format!("  s{number} [label={}{shape}];\n", quoted(label)));
    }
    for ((from, to), labels) in &picture.arrows {
        let label = quoted(&labels.join("\n"));
        dot.push_str(&format!("  s{from} -> s{to} [label={label}];\n"));
    }
    dot.push_str("}\n");
    dot
}

/// For pages that draw it, such as GitHub's.
pub fn mermaid(plan: &Dialplan, explored: &Explored) -> String {
    let picture = Picture::of(plan, explored);
    let mut mermaid = "flowchart LR\n".to_owned();
    for (number, (place, label)) in picture.nodes.iter().enumerate() {
        let label = entities(label);
        let node = match place {
            Place::Human | Place::Over => format!("((\"{label}\"))"),
            _ => format!("[\"{label}\"]"),
        };
        mermaid.push_str(&format!("  s{number}{node}\n"));
    }
    for ((from, to), labels) in &picture.arrows {
        let labels: Vec<String> = labels.iter().map(|label| entities(label)).collect();
        let label = labels.join("<br>");
        mermaid.push_str(&format!("  s{from} -->|\"{label}\"| s{to}\n"));
    }
    mermaid
}

impl Picture {
    fn of(plan: &Dialplan, explored: &Explored) -> Picture {
        let mut picture = Picture {
            nodes: Vec::new(),
            arrows: BTreeMap::new(),
        };
        for edge in &explored.edges {
            let (from, to) = (explored.place(edge.from), explored.place(edge.to));
            let is_everywhere = edge.sign == Sign::Human
                || matches!(edge.sign, Sign::WantsEither(..)) && from != Place::Open;
            if is_everywhere || from == to {
                continue;
            }
            let (from, to) = (picture.node(plan, from), picture.node(plan, to));
            let label = label(plan, edge);
            let labels = picture.arrows.entry((from, to)).or_default();
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        picture
    }

    fn node(&mut self, plan: &Dialplan, place: Place) -> usize {
        // Which two are meant makes no difference.
        let same = |other: Place| match (other, place) {
            (Place::Choosing { .. }, Place::Choosing { .. }) => true,
            (one, other) => one == other,
        };
        if let Some(at) = self.nodes.iter().position(|(other, _)| same(*other)) {
            return at;
        }
        self.nodes.push((place, called(plan, place)));
        self.nodes.len() - 1
    }
}

fn called(plan: &Dialplan, place: Place) -> String {
    let name = |intent: usize| plan.intents.get(intent).map_or("", |intent| &intent.name);
    let slot = |intent: usize, slot: usize| {
        let slot = plan.intents.get(intent).and_then(|i| i.slots.get(slot));
        slot.map_or("", |slot| &slot.name)
    };
    match place {
        Place::Open => "How can I help?".to_owned(),
        Place::Asking { intent, slot: at } => {
            format!("{}: asks {}", name(intent), slot(intent, at))
        }
        Place::Checking { intent, slot: at } => {
            format!("{}: checks {}", name(intent), slot(intent, at))
        }
        Place::Confirming { intent } => format!("{}: confirm", name(intent)),
        Place::Changing { intent } => format!("{}: what is wrong?", name(intent)),
        Place::Choosing { .. } => "which of two?".to_owned(),
        Place::LookingUp { intent } => format!("{}: looks up", name(intent)),
        Place::Offering => "call-back or message?".to_owned(),
        Place::Human => "a person".to_owned(),
        Place::Over => "the end".to_owned(),
    }
}

fn label(plan: &Dialplan, edge: &Edge) -> String {
    let name = |intent: usize| plan.intents.get(intent).map_or("", |intent| &intent.name);
    let label = match edge.sign {
        Sign::Wants(intent) => name(intent),
        Sign::WantsEither(..) => "one of two",
        Sign::Filled => "a value",
        Sign::Yes => "yes",
        Sign::No => "no",
        Sign::NotUnderstood => "not understood",
        Sign::Silent => "silence",
        Sign::Human => "0",
        Sign::Found => "found",
        Sign::NotFound => "not found",
        Sign::LookupFailed => "no answer",
        Sign::NobodyThere => "nobody there",
        Sign::NobodyAtWork(_) => "queue takes nobody",
        Sign::NoCallBack => "leave it",
    };
    match edge.told.iter().any(|told| told == "outside [hours]") {
        true => format!("{label} (closed)"),
        false => label.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{text}\"")
}

/// Mermaid takes what could end a label as entities, with `#` for `&`.
fn entities(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | ';' | '`' => {
                safe.push_str(&format!("#{};", u32::from(c)))
            }
            '\n' | '\r' => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
