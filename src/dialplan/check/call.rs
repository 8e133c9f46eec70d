//! A call that really comes to a place, for who wants to know how.
//!
//! States know nothing of what was said before, so the way by which one was found may skip a question whose
//! answer is needed. Here the memory of a call is kept, step by step; what is found is the shortest call of
//! a caller who answers what they are asked. It is looked for only when there is something to tell.

use super::super::Dialplan;
use super::super::dialog::machine::{self, Place, Sign, State};
use super::domain::Domain;
use super::explore::{Edge, Explored, Step, signs};
use super::world::{Memory, World};
use std::collections::{BTreeSet, HashSet};

/// So many steps are tried.
const MOST_STEPS: usize = 30_000;

/// A caller's state and memory, and the step that led there.
struct Moment {
    state: State,
    memory: Memory,
    by: Option<(usize, Edge)>,
}

/// The steps of a call to the first step that is the `goal`, with it. None where none is found in time.
pub fn to(
    plan: &Dialplan,
    explored: &Explored,
    goal: &mut dyn FnMut(&Step) -> bool,
) -> Option<Vec<Edge>> {
    let domain = Domain::of(plan);
    let mut world = World::of(plan, &domain);
    let mut moments = vec![Moment {
        state: State::OPEN,
        memory: Memory::default(),
        by: None,
    }];
    let mut seen: HashSet<State> = HashSet::new();
    let mut known: BTreeSet<(usize, Memory)> = BTreeSet::new();
    let mut steps = 0;
    let mut at = 0;
    while let Some(Moment { state, memory, .. }) = moments.get(at) {
        let (state, memory) = (*state, memory.clone());
        for sign in signs(plan, &state, &explored.wanted) {
            // Failures take a long way to where words lead at once.
            let is_slow = matches!(sign, Sign::WantsEither(..));
            if is_slow
                && seen.contains(&State {
                    failures: 0,
                    ..state
                })
            {
                continue;
            }
            world.remember(world.told_by(&memory, &state, sign));
            world.begin(&state, sign);
            loop {
                let (to, effect) = machine::next(plan, &state, sign, &mut world);
                steps += 1;
                let step = Step {
                    from: at,
                    at: state.place,
                    to: &to,
                    sign,
                    effect: &effect,
                    world: &world,
                };
                if goal(&step) {
                    let last = step.alone();
                    return Some(way(moments, at, last));
                }
                let memory = world.memory_after(&effect);
                let number = explored.number(&to);
                if to.place != Place::Over && known.insert((number, memory.clone())) {
                    let by = Some((at, step.alone()));
                    moments.push(Moment {
                        state: to,
                        memory,
                        by,
                    });
                }
                if steps > MOST_STEPS {
                    return None;
                }
                if !world.turn(&state, sign) {
                    break;
                }
            }
        }
        seen.insert(state);
        at += 1;
    }
    None
}

fn way(mut moments: Vec<Moment>, mut at: usize, last: Edge) -> Vec<Edge> {
    let mut way = vec![last];
    while let Some((before, edge)) = moments.get_mut(at).and_then(|moment| moment.by.take()) {
        way.push(edge);
        at = before;
    }
    way.reverse();
    way
}
