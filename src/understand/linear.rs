//! One linear support vector machine for each intent against all others.
//!
//! Dual coordinate descent for the L2 loss (Hsieh et al., "A Dual Coordinate Descent Method for
//! Large-scale Linear SVM", ICML 2008, algorithm 1, with a simple form of its shrinking): exact,
//! deterministic, and milliseconds for the size of a dialplan.

use super::features::Sparse;

/// What an example may cost: an intent's own ones more, for they are outnumbered.
const COST: f32 = 1.0;
const OWN_COST: f32 = 5.0;
const ROUNDS: usize = 10;

/// Weights of every feature for every intent.
#[derive(Debug)]
pub(super) struct Linear {
    intents: usize,
    /// By feature, then intent: a match reads a few whole rows.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// Learned from vectors with the number of their intent, or none for what is no intent's.
    pub(super) fn learn(
        examples: &[(Option<usize>, Sparse)],
        features: usize,
        intents: usize,
    ) -> Linear {
        let mut linear = Linear {
            intents,
            weights: vec![0.0; features * intents],
            bias: vec![0.0; intents],
        };
        let mut order = Order(1);
        for intent in 0..intents {
            let one = learn_one(examples, features, intent, &mut order);
            for (row, weight) in linear.weights.chunks_exact_mut(intents).zip(one.weights) {
                if let Some(cell) = row.get_mut(intent) {
                    *cell = weight;
                }
            }
            if let Some(bias) = linear.bias.get_mut(intent) {
                *bias = one.bias;
            }
        }
        linear
    }

    /// How far `vector` is on each intent's side: around 1 for its examples, -1 for others'.
    pub(super) fn sides(&self, vector: &Sparse) -> Vec<f32> {
        let mut sides = self.bias.clone();
        for (feature, value) in vector {
            let start = *feature as usize * self.intents;
            let row = self.weights.get(start..start + self.intents);
            for (side, weight) in sides.iter_mut().zip(row.unwrap_or_default()) {
                *side += weight * value;
            }
        }
        sides
    }
}

struct One {
    weights: Vec<f32>,
    bias: f32,
}

impl One {
    fn side(&self, vector: &Sparse) -> f32 {
        let mut side = self.bias;
        for (feature, value) in vector {
            side += value * self.weights.get(*feature as usize).unwrap_or(&0.0);
        }
        side
    }

    fn step(&mut self, vector: &Sparse, by: f32) {
        for (feature, value) in vector {
            if let Some(weight) = self.weights.get_mut(*feature as usize) {
                *weight += by * value;
            }
        }
        self.bias += by;
    }
}

/// An example in the dual problem of one intent.
struct Dual<'e> {
    vector: &'e Sparse,
    /// 1 for an own example, -1 for others.
    sign: f32,
    /// 1 / (2 · cost), the diagonal that the L2 loss adds.
    slack: f32,
    /// The vector's square with its bias entry, and `slack`.
    square: f32,
    alpha: f32,
}

fn learn_one(
    examples: &[(Option<usize>, Sparse)],
    features: usize,
    intent: usize,
    order: &mut Order,
) -> One {
    let mut one = One {
        weights: vec![0.0; features],
        bias: 0.0,
    };
    let mut active: Vec<Dual> = examples
        .iter()
        .map(|(of, vector)| {
            let own = *of == Some(intent);
            let slack = 0.5 / if own { OWN_COST } else { COST };
            Dual {
                vector,
                sign: if own { 1.0 } else { -1.0 },
                slack,
                square: vector.iter().map(|(_, v)| v * v).sum::<f32>() + 1.0 + slack,
                alpha: 0.0,
            }
        })
        .collect();
    for round in 0..ROUNDS {
        order.shuffle(&mut active);
        active.retain_mut(|dual| {
            let gradient = dual.sign * one.side(dual.vector) - 1.0 + dual.alpha * dual.slack;
            let alpha = (dual.alpha - gradient / dual.square).max(0.0);
            if alpha != dual.alpha {
                one.step(dual.vector, (alpha - dual.alpha) * dual.sign);
            }
            // What is well on the right side and has no say is not looked at again; in the first
            // round, which has not seen everything, it has to be further from the line.
            let beyond = if round == 0 { 0.3 } else { 0.1 };
            let settled = dual.alpha == 0.0 && alpha == 0.0 && gradient > beyond;
            dual.alpha = alpha;
            !settled
        });
    }
    one
}

/// The order of visits: shuffled, because that converges faster, and the same at every load.
struct Order(u64);

impl Order {
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            items.swap(last, (self.0 >> 33) as usize % (last + 1));
        }
    }
}
