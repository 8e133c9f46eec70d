//! When something in a dialplan applies: `open and not status = "delivered"`.
//!
//! Small on purpose: names, texts and numbers, compared and joined. What a name stands for is said by
//! [`Facts`] when the expression is looked at; a name that stands for nothing yet is not true, and equal
//! to nothing. No arithmetic, no calls, no loops: an expression always ends, and soon.
//!
//! ```text
//! either = both { "or" both }
//! both   = one { "and" one }
//! one    = "not" one | "(" either ")" | "said" text | operand [ ("=" | "!=" | "<" | "<=" | ">" | ">=") operand ]
//! operand = name | text in quotes | number | "true" | "false"
//! ```

mod parse;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

/// Checked; it only needs facts.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Or(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    /// The caller said these words.
    Said(String),
    Is(Operand),
    Compare(Operand, Comparison, Operand),
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    Name(String),
    Value(Fact),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What a name may stand for. Dates and times are texts as ISO 8601 writes them, so that they compare.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    Truth(bool),
    Number(f64),
    Text(String),
}

/// What is known at this moment of a call.
pub trait Facts {
    fn fact(&self, name: &str) -> Option<Fact>;
    /// Whether the caller's last words have these among them.
    fn said(&self, words: &str) -> bool;
    /// How the values of two names compare; none where one of them stands for nothing.
    fn order(&self, one: &str, other: &str) -> Option<Ordering> {
        self.fact(one)?.compare(&self.fact(other)?)
    }
}

/// What cannot be read, and where in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// In bytes of the expression.
    pub at: Range<usize>,
    pub message: String,
    pub help: String,
}

impl Expression {
    pub fn parse(text: &str) -> Result<Expression, Mistake> {
        parse::parse(text).map(Expression)
    }

    pub fn holds(&self, facts: &dyn Facts) -> bool {
        self.0.holds(facts)
    }

    /// Every name in it, as often as it stands there.
    pub fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.0.each_operand(&mut |operand| {
            if let Operand::Name(name) = operand {
                names.push(name.as_str());
            }
        });
        names
    }

    /// Every name that is compared with a value, and that value.
    pub fn compared(&self) -> Vec<(&str, &Fact)> {
        let mut compared = Vec::new();
        self.0.each_comparison(&mut |pair| match pair {
            (Operand::Name(name), Operand::Value(value))
            | (Operand::Value(value), Operand::Name(name)) => compared.push((name.as_str(), value)),
            _ => {}
        });
        compared
    }

    /// Whether it is the same whatever the facts are, and then what; found by trying both for every
    /// part that depends on a fact, so an expression of very many parts is taken to depend on them.
    pub fn always(&self) -> Option<bool> {
        let mut parts = Vec::new();
        self.0.parts(&mut parts);
        if parts.len() > MOST_PARTS {
            return None;
        }
        let mut outcomes = (0..1u32 << parts.len()).map(|truths| self.0.assuming(&parts, truths));
        let first = outcomes.next()?;
        outcomes.all(|outcome| outcome == first).then_some(first)
    }
}

/// So many parts are tried in all combinations.
const MOST_PARTS: usize = 10;

impl Node {
    fn holds(&self, facts: &dyn Facts) -> bool {
        match self {
            Node::Or(nodes) => nodes.iter().any(|node| node.holds(facts)),
            Node::And(nodes) => nodes.iter().all(|node| node.holds(facts)),
            Node::Not(node) => !node.holds(facts),
            Node::Said(words) => facts.said(words),
            Node::Is(operand) => operand.value(facts).is_some_and(|fact| fact.is_true()),
            Node::Compare(left, comparison, right) => {
                let order = match (left, right) {
                    (Operand::Name(left), Operand::Name(right)) => facts.order(left, right),
                    _ => {
                        let values = left.value(facts).zip(right.value(facts));
                        values.and_then(|(left, right)| left.compare(&right))
                    }
                };
                match (order, comparison) {
                    (None, Comparison::Unequal) => true,
                    (None, _) => false,
                    (Some(order), comparison) => comparison.accepts(order),
                }
            }
        }
    }

    fn each_operand<'n>(&'n self, visit: &mut dyn FnMut(&'n Operand)) {
        match self {
            Node::Or(nodes) | Node::And(nodes) => {
                nodes.iter().for_each(|node| node.each_operand(visit));
            }
            Node::Not(node) => node.each_operand(visit),
            Node::Said(_) => {}
            Node::Is(operand) => visit(operand),
            Node::Compare(left, _, right) => [left, right].into_iter().for_each(visit),
        }
    }

    fn each_comparison<'n>(&'n self, visit: &mut dyn FnMut((&'n Operand, &'n Operand))) {
        match self {
            Node::Or(nodes) | Node::And(nodes) => {
                nodes.iter().for_each(|node| node.each_comparison(visit));
            }
            Node::Not(node) => node.each_comparison(visit),
            Node::Said(_) | Node::Is(_) => {}
            Node::Compare(left, _, right) => visit((left, right)),
        }
    }

    /// What depends on facts, each once.
    fn parts<'n>(&'n self, parts: &mut Vec<&'n Node>) {
        match self {
            Node::Or(nodes) | Node::And(nodes) => nodes.iter().for_each(|node| node.parts(parts)),
            Node::Not(node) => node.parts(parts),
            _ if self.is_constant() || parts.contains(&self) => {}
            _ => parts.push(self),
        }
    }

    fn is_constant(&self) -> bool {
        let is_value = |operand: &Operand| matches!(operand, Operand::Value(_));
        match self {
            Node::Is(operand) => is_value(operand),
            Node::Compare(left, _, right) => is_value(left) && is_value(right),
            _ => false,
        }
    }

    /// Of `parts`, those are true whose bits are set in `truths`.
    fn assuming(&self, parts: &[&Node], truths: u32) -> bool {
        match self {
            Node::Or(nodes) => nodes.iter().any(|node| node.assuming(parts, truths)),
            Node::And(nodes) => nodes.iter().all(|node| node.assuming(parts, truths)),
            Node::Not(node) => !node.assuming(parts, truths),
            _ => match parts.iter().position(|part| *part == self) {
                Some(at) => truths & (1 << at) != 0,
                None => self.holds(&Nothing),
            },
        }
    }
}

/// For what depends on no fact.
struct Nothing;

impl Facts for Nothing {
    fn fact(&self, _: &str) -> Option<Fact> {
        None
    }

    fn said(&self, _: &str) -> bool {
        false
    }
}

impl Operand {
    fn value(&self, facts: &dyn Facts) -> Option<Fact> {
        match self {
            Operand::Name(name) => facts.fact(name),
            Operand::Value(value) => Some(value.clone()),
        }
    }
}

impl Fact {
    /// Whether a name that stands for this is true by itself.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Fact::Truth(truth) => *truth,
            Fact::Number(number) => *number != 0.0,
            Fact::Text(text) => !text.is_empty() && text != "false",
        }
    }

    /// Numbers as numbers, also where one is written as a text; else texts, without regard to case.
    pub(super) fn compare(&self, other: &Fact) -> Option<Ordering> {
        if let (Some(one), Some(other)) = (self.number(), other.number()) {
            return one.partial_cmp(&other);
        }
        let [one, other] = [self, other].map(|fact| fact.to_string().to_lowercase());
        Some(one.cmp(&other))
    }

    fn number(&self) -> Option<f64> {
        match self {
            Fact::Truth(_) => None,
            Fact::Number(number) => Some(*number),
            Fact::Text(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Fact::Truth(truth) => truth.fmt(f),
            Fact::Number(number) => number.fmt(f),
            Fact::Text(text) => f.write_str(text),
        }
    }
}

impl Comparison {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Unequal => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::More => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
        }
    }
}
