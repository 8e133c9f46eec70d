//! What callers who wait are told, against what came: Zeroline's estimate as it is announced, and other ways.
//! Prints the table of `docs/waiting.md`; fails if ours is not the most accurate everywhere, or ever
//! announces an increase.
//!
//!     make bench-queue
//!     cargo bench --profile dev --bench queue -- 7    other days: any number but 0
//!
//! Days are simulated, by numbered chance: the same each time.

#[path = "queue/chance.rs"]
mod chance;
#[path = "queue/day.rs"]
mod day;
#[path = "queue/methods.rs"]
mod methods;

use day::{Caller, Scenario};
use methods::{METHODS, NAMES, OURS};
use std::error::Error;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

const DAYS: u64 = 12;

const SCENARIOS: [Scenario; 4] = [
    Scenario {
        name: "steady",
        callers_per_hour: [70.0; 10],
        agents: [6; 10],
        patience: 900.0,
    },
    Scenario {
        name: "swinging",
        callers_per_hour: [
            40.0, 90.0, 120.0, 90.0, 50.0, 60.0, 100.0, 110.0, 70.0, 40.0,
        ],
        agents: [4, 6, 8, 9, 5, 4, 7, 9, 8, 5],
        patience: 720.0,
    },
    Scenario {
        name: "understaffed",
        callers_per_hour: [75.0; 10],
        agents: [4; 10],
        patience: 720.0,
    },
    Scenario {
        name: "two agents",
        callers_per_hour: [22.0; 10],
        agents: [2; 10],
        patience: 900.0,
    },
];

/// What is printed of a method.
#[derive(Default)]
struct Score {
    at_entry: Errors,
    while_waiting: Errors,
    from_middle: Errors,
    ranges: Share,
    grows: Share,
    moves_back: Share,
    without: Share,
}

#[derive(Default)]
struct Errors {
    count: f64,
    absolute: f64,
    signed: f64,
}

#[derive(Default)]
struct Share {
    all: u64,
    these: u64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Cargo adds an argument of its own.
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let other_days: u64 = arguments.next().map_or(Ok(0), |number| number.parse())?;
    println!("{DAYS} days each; errors in seconds.\n");
    println!(
        "| day | method | error at entry | error while waiting | same, middle counted down | bias at entry | range right | later number greater |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    let mut fails = Vec::new();
    for scenario in &SCENARIOS {
        let callers = play(scenario, other_days);
        let scores: [Score; METHODS] = std::array::from_fn(|nth| Score::of(&callers, nth));
        for (name, score) in NAMES.iter().zip(&scores) {
            println!("| {} | {name} | {score} |", scenario.name);
        }
        let ours = &scores[OURS];
        for (name, other) in NAMES.iter().zip(&scores).skip(1) {
            if ours.at_entry.mean() >= other.at_entry.mean()
                || ours.while_waiting.mean() >= other.while_waiting.mean()
            {
                fails.push(format!("{}: {name} is as accurate", scenario.name));
            }
        }
        if ours.grows.these + ours.moves_back.these > 0 {
            fails.push(format!("{}: an increase was announced", scenario.name));
        }
        eprintln!(
            "{}: {} callers, {:.0} s on average, {:.1} % without a number, {:.1} % heard that it takes longer",
            scenario.name,
            callers.len(),
            callers.iter().map(|c| c.waited).sum::<f64>() / callers.len() as f64,
            ours.without.percent(),
            100.0
                * callers
                    .iter()
                    .filter(|c| c.heard[OURS].longer_than_expected)
                    .count() as f64
                / callers.len() as f64
        );
    }
    fails.iter().for_each(|fail| eprintln!("{fail}"));
    Ok(ExitCode::from(u8::from(!fails.is_empty())))
}

/// All callers of all days who had to wait, in any order.
fn play(scenario: &Scenario, other_days: u64) -> Vec<Caller> {
    let next = AtomicU64::new(0);
    let worker = || {
        let mut callers = Vec::new();
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            if nth >= DAYS {
                return callers;
            }
            callers.extend(day::play(scenario, 1000 * other_days + nth + 1));
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut callers: Vec<Caller> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(worker)).collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|callers| callers.unwrap_or_default())
            .collect()
    });
    callers.retain(|caller| !caller.heard[OURS].positions.is_empty());
    callers
}

impl Score {
    fn of(callers: &[Caller], method: usize) -> Score {
        let mut score = Score::default();
        for caller in callers {
            let heard = &caller.heard[method];
            let first = heard.numbers.first().filter(|number| number.at == 0.0);
            score.without.count(first.is_none());
            if let Some(first) = first {
                score.at_entry.add(first.middle - caller.waited);
            }
            for belief in &heard.beliefs {
                let came = caller.waited - belief.waited;
                score.while_waiting.add(belief.left - came);
                score.from_middle.add(belief.left_of_middle - came);
            }
            for number in &heard.numbers {
                if let Some((least, most)) = number.range {
                    let left = caller.waited - number.at;
                    score.ranges.count((least..=most).contains(&left));
                }
            }
            score.grows.count(heard.grows());
            score.moves_back.count(heard.moves_back());
        }
        score
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        let at_entry = self.at_entry.mean();
        let bias = self.at_entry.signed / self.at_entry.count.max(1.0);
        let waiting = self.while_waiting.mean();
        let middle = self.from_middle.mean();
        write!(
            to,
            "{at_entry:.0} | {waiting:.0} | {middle:.0} | {bias:+.0} | "
        )?;
        match self.ranges.all {
            0 => write!(to, "| ")?,
            _ => write!(to, "{:.1} % | ", self.ranges.percent())?,
        }
        write!(to, "{:.1} %", self.grows.percent())
    }
}

impl Errors {
    fn add(&mut self, error: f64) {
        self.count += 1.0;
        self.absolute += error.abs();
        self.signed += error;
    }

    fn mean(&self) -> f64 {
        self.absolute / self.count.max(1.0)
    }
}

impl Share {
    fn count(&mut self, is: bool) {
        self.all += 1;
        self.these += u64::from(is);
    }

    fn percent(&self) -> f64 {
        100.0 * self.these as f64 / self.all.max(1) as f64
    }
}
