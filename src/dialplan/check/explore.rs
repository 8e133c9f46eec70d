//! Every state that a call can come to, and every step between them.
//!
//! Breadth first from the greeting, with the very machine that runs in calls: at each state everything
//! happens that can happen there, in every way its circumstances allow (`world`). What a caller said before
//! is not part of a state, so a value may be known or not wherever a step asks; that is more than can
//! happen in a call, never less.
//!
//! Three things are left out because they lead nowhere else:
//! - Who wants something is taken in the same way wherever they are, but for what they are being asked
//!   about already. So wishes are tried at the open question, and the present one at every state. To go
//!   on with what was left for a side question, or with a second wish of the same breath, is the
//!   very step of wanting it there, too.
//! - Between which two a caller is asked to choose matters for what the question says only: any two may
//!   be meant, and each is then wanted. So each intent is paired with one other.
//! - That the queue takes a caller no longer leads to the same offer from everywhere: it is tried where
//!   they are put into it.
//!
//! "Repeat", "go back" and "start over" lead to states that were there before.

use super::super::Dialplan;
use super::super::dialog::Nobody;
use super::super::dialog::machine::{self, After, Effect, Mark, Place, Sign, State};
use super::domain::Domain;
use super::world::World;
use crate::understand;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};

/// More is not looked at, and not proved.
const MOST_STATES: usize = 100_000;
const MOST_STEPS: usize = 3_000_000;
/// In so many ways one step may go.
const MOST_WAYS: usize = 20_000;

/// All of it.
pub struct Explored {
    /// From the greeting, the nearest first.
    pub nodes: Vec<Node>,
    /// One for each state, sign and state that it leads to.
    pub edges: Vec<Edge>,
    /// Steps taken, in all ways.
    pub steps: usize,
    /// The intents that callers can ask for by words.
    pub wanted: Vec<bool>,
    /// Why it is not all, where it is not.
    pub stopped: Option<Stopped>,
    numbers: HashMap<State, usize>,
}

pub struct Node {
    pub state: State,
    /// The edge by which it was first come to.
    pub by: Option<usize>,
}

#[derive(Clone)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// Where `from` is.
    pub at: Place,
    pub sign: Sign,
    pub effect: Effect,
    /// What made it go this way.
    pub told: Vec<String>,
}

pub enum Stopped {
    States,
    Steps,
    Ways(State, Sign),
}

/// A step in one way, for who looks at each.
pub struct Step<'s> {
    pub from: usize,
    pub at: Place,
    pub to: &'s State,
    pub sign: Sign,
    pub effect: &'s Effect,
    pub world: &'s World<'s>,
}

impl Step<'_> {
    /// As an edge that stands in no graph.
    pub fn alone(&self) -> Edge {
        Edge {
            from: self.from,
            to: self.from,
            at: self.at,
            sign: self.sign,
            effect: self.effect.clone(),
            told: self.world.told(),
        }
    }
}

/// Walks through everything; `look` sees each step.
pub fn explore(plan: &Dialplan, look: &mut dyn FnMut(&Step)) -> Explored {
    let domain = Domain::of(plan);
    Explorer::of(plan).all(World::of(plan, &domain), look, &signs)
}

type Signs = dyn Fn(&Dialplan, &State, &[bool]) -> Vec<Sign>;

struct Explorer<'p> {
    plan: &'p Dialplan,
    explored: Explored,
    edges: HashSet<(usize, Sign, usize)>,
    /// Signs at states, so that nothing is tried twice.
    tried: HashSet<(usize, Sign)>,
}

impl<'p> Explorer<'p> {
    fn of(plan: &'p Dialplan) -> Explorer<'p> {
        let wanted = plan.intents.iter().enumerate().map(|(number, intent)| {
            // The call itself understands who wants to be called back.
            if plan.human.call_back == Some(number) {
                return true;
            }
            // Who asks for a person is put through before anything else is understood.
            let mut examples = intent.examples.iter();
            examples.any(|example| !understand::asks_for_human(plan.language, example))
        });
        let first = Node {
            state: State::OPEN,
            by: None,
        };
        Explorer {
            plan,
            explored: Explored {
                nodes: vec![first],
                edges: Vec::new(),
                steps: 0,
                wanted: wanted.collect(),
                stopped: None,
                numbers: HashMap::from([(State::OPEN, 0)]),
            },
            edges: HashSet::new(),
            tried: HashSet::new(),
        }
    }

    fn all(mut self, mut world: World, look: &mut dyn FnMut(&Step), signs: &Signs) -> Explored {
        let mut wishes = self.explored.wanted.clone();
        let mut at = 0;
        loop {
            let Some(state) = self.explored.nodes.get(at).map(|node| node.state) else {
                // What was begun can be corrected, and so be wanted, without a word of its own.
                let more = self.corrected(&wishes);
                if more == wishes || self.explored.stopped.is_some() {
                    break;
                }
                wishes = more;
                at = 0;
                continue;
            };
            for sign in signs(self.plan, &state, &wishes) {
                if self.tried.insert((at, sign)) {
                    self.step(at, &state, sign, &mut world, look);
                }
            }
            if self.explored.nodes.len() > MOST_STATES {
                self.explored.stopped.get_or_insert(Stopped::States);
            }
            if self.explored.steps > MOST_STEPS {
                self.explored.stopped.get_or_insert(Stopped::Steps);
            }
            if matches!(
                self.explored.stopped,
                Some(Stopped::States | Stopped::Steps)
            ) {
                break;
            }
            at += 1;
        }
        self.explored
    }

    fn step(
        &mut self,
        from: usize,
        state: &State,
        sign: Sign,
        world: &mut World,
        look: &mut dyn FnMut(&Step),
    ) {
        world.begin(state, sign);
        for way in 0.. {
            if way == MOST_WAYS {
                self.explored
                    .stopped
                    .get_or_insert(Stopped::Ways(*state, sign));
                return;
            }
            let (to, effect) = machine::next(self.plan, state, sign, world);
            self.explored.steps += 1;
            look(&Step {
                from,
                at: state.place,
                to: &to,
                sign,
                effect: &effect,
                world,
            });
            self.note((from, state.place), to, sign, effect, world);
            if !world.turn(state, sign) {
                return;
            }
        }
    }

    fn note(
        &mut self,
        (from, at): (usize, Place),
        state: State,
        sign: Sign,
        effect: Effect,
        world: &World,
    ) {
        let next = self.explored.nodes.len();
        let to = *self.explored.numbers.entry(state).or_insert(next);
        let edge = self.explored.edges.len();
        if to == next {
            let by = Some(edge);
            self.explored.nodes.push(Node { state, by });
        }
        if self.edges.insert((from, sign, to)) {
            let told = world.told();
            self.explored.edges.push(Edge {
                from,
                to,
                at,
                sign,
                effect,
                told,
            });
        }
    }

    fn corrected(&self, wishes: &[bool]) -> Vec<bool> {
        let mut more = wishes.to_vec();
        let marks = self
            .explored
            .edges
            .iter()
            .flat_map(|edge| &edge.effect.marks);
        for mark in marks {
            let Mark::Begun { intent } = mark else {
                continue;
            };
            let has_slots = self.plan.intents.get(*intent);
            let has_slots = has_slots.is_some_and(|intent| !intent.slots.is_empty());
            if let Some(wish) = more.get_mut(*intent).filter(|_| has_slots) {
                *wish = true;
            }
        }
        more
    }
}

/// What can happen at a state.
pub fn signs(plan: &Dialplan, state: &State, wishes: &[bool]) -> Vec<Sign> {
    let mut signs = match state.place {
        Place::Over => return Vec::new(),
        Place::Human => {
            let queue = [
                Nobody::Closed,
                Nobody::NotStaffed,
                Nobody::Full,
                Nobody::TooLong,
            ];
            let queue = queue.into_iter().filter(|_| plan.has_queue());
            let nobody = queue.map(Sign::NobodyAtWork);
            return nobody.chain([Sign::NobodyThere]).collect();
        }
        Place::LookingUp { .. } => {
            return vec![Sign::Found, Sign::NotFound, Sign::LookupFailed, Sign::Human];
        }
        Place::Open | Place::Offering => {
            let wished = wishes.iter().enumerate().filter(|(_, wish)| **wish);
            let wished: Vec<usize> = wished.map(|(intent, _)| intent).collect();
            let others = wished.iter().skip(1).chain(wished.first());
            let pairs = wished.iter().zip(others);
            let pairs = pairs.filter(|(one, other)| one != other);
            let either = pairs.map(|(one, other)| Sign::WantsEither(*one, *other));
            let wants = wished.iter().map(|intent| Sign::Wants(*intent));
            match state.failures {
                0 => wants.chain(either).collect(),
                _ => either.collect(),
            }
        }
        Place::Choosing { .. } => Vec::new(),
        _ => vec![Sign::Filled],
    };
    signs.extend(state.place.matter().map(Sign::Wants));
    if state.place.matter().is_some() && state.place.matter() == plan.human.call_back {
        signs.push(Sign::NoCallBack);
    }
    signs.extend([
        Sign::Yes,
        Sign::No,
        Sign::NotUnderstood,
        Sign::Silent,
        Sign::Human,
    ]);
    signs
}

impl Explored {
    /// The edges from the greeting to a node.
    pub fn way_to(&self, node: usize) -> Vec<&Edge> {
        let mut way = Vec::new();
        let mut at = node;
        while let Some(edge) = self.nodes.get(at).and_then(|node| self.edges.get(node.by?)) {
            way.push(edge);
            at = edge.from;
        }
        way.reverse();
        way
    }

    /// The number of a state; one more than there are, where it was not come to.
    pub fn number(&self, state: &State) -> usize {
        let known = self.numbers.get(state).copied();
        known.unwrap_or(self.nodes.len())
    }

    pub fn place(&self, node: usize) -> Place {
        self.nodes
            .get(node)
            .map_or(Place::Over, |node| node.state.place)
    }

    /// The nodes from which one of `wanted` can be come to by edges that are `allowed`; also themselves.
    pub fn leading_to(
        &self,
        wanted: impl Fn(usize) -> bool,
        allowed: impl Fn(&Edge) -> bool,
    ) -> Vec<bool> {
        let mut leads: Vec<bool> = (0..self.nodes.len()).map(wanted).collect();
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for edge in self.edges.iter().filter(|edge| allowed(edge)) {
            if let Some(before) = before.get_mut(edge.to) {
                before.push(edge.from);
            }
        }
        let mut open: Vec<usize> = leads
            .iter()
            .enumerate()
            .filter_map(|(node, leads)| leads.then_some(node))
            .collect();
        while let Some(node) = open.pop() {
            for &from in before.get(node).into_iter().flatten() {
                if let Some(leads) = leads.get_mut(from).filter(|leads| !**leads) {
                    *leads = true;
                    open.push(from);
                }
            }
        }
        leads
    }

    /// A way round along edges that are `allowed`: the shortest from the first node that has one.
    pub fn circle(&self, allowed: impl Fn(&Edge) -> bool) -> Option<Vec<&Edge>> {
        let mut after: Vec<Vec<&Edge>> = (0..self.nodes.len()).map(|_| Vec::new()).collect();
        // What has no way out of `allowed` edges is in no circle: peeled off, leaf by leaf.
        let mut out = vec![0usize; self.nodes.len()];
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for edge in self.edges.iter().filter(|edge| allowed(edge)) {
            after.get_mut(edge.from)?.push(edge);
            before.get_mut(edge.to)?.push(edge.from);
            *out.get_mut(edge.from)? += 1;
        }
        let ends = out.iter().enumerate().filter(|(_, out)| **out == 0);
        let mut ends: Vec<usize> = ends.map(|(node, _)| node).collect();
        while let Some(node) = ends.pop() {
            for &from in before.get(node)? {
                let left = out.get_mut(from)?;
                *left -= 1;
                if *left == 0 {
                    ends.push(from);
                }
            }
        }
        let circling = out.iter().enumerate().filter(|(_, out)| **out > 0);
        circling
            .map(|(node, _)| node)
            .find_map(|node| round(&after, node))
    }
}

/// The shortest way from a node back to itself.
fn round<'e>(after: &[Vec<&'e Edge>], start: usize) -> Option<Vec<&'e Edge>> {
    let mut by: HashMap<usize, &Edge> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &edge in after.get(node)? {
            if edge.to == start {
                let mut way = vec![edge];
                let mut at = edge.from;
                while at != start {
                    let edge = *by.get(&at)?;
                    way.push(edge);
                    at = edge.from;
                }
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(entry) = by.entry(edge.to) {
                entry.insert(edge);
                queue.push_back(edge.to);
            }
        }
    }
    None
}

/// What a step ends with, for reports.
pub fn hangs_up(effect: &Effect) -> bool {
    effect.then == After::HangUp
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Everything that could happen at every state, with no thought of what leads to the same; and any
    /// intent may be left to go on with.
    pub fn thorough(plan: &Dialplan) -> Explored {
        let everything = |plan: &Dialplan, state: &State, wishes: &[bool]| {
            let mut all = signs(plan, state, wishes);
            if matches!(
                state.place,
                Place::Over | Place::Human | Place::LookingUp { .. }
            ) {
                return all;
            }
            let wished = wishes.iter().enumerate().filter(|(_, wish)| **wish);
            let wished: Vec<usize> = wished.map(|(intent, _)| intent).collect();
            for &one in &wished {
                all.push(Sign::Wants(one));
                let others = wished.iter().filter(|other| **other != one);
                all.extend(others.map(|other| Sign::WantsEither(one, *other)));
            }
            all
        };
        let domain = Domain::of(plan);
        let world = World::of(plan, &domain).with_further((0..plan.intents.len()).collect());
        Explorer::of(plan).all(world, &mut |_| {}, &everything)
    }
}
