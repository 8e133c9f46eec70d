use super::*;
use proptest::prelude::*;

const MINUTE: u64 = 60_000;

/// Conversations of five minutes on average, spread as widely as chance does (exponential), mixed.
fn talks(count: usize) -> impl Iterator<Item = u64> {
    (0..count).map(move |nth| {
        let share = ((nth * 37) % count) as f64 + 0.5;
        (-(1.0 - share / count as f64).ln() * 5.0 * MINUTE as f64) as u64
    })
}

fn measured(talks: impl Iterator<Item = u64>) -> Estimator {
    let mut estimator = Estimator::default();
    talks.for_each(|took| estimator.served(took));
    estimator
}

fn crowd(ahead: usize, agents: usize) -> Crowd {
    Crowd {
        ahead,
        staffed: agents,
        free: 0,
        busy: talks(agents).collect(),
        waited: 0,
    }
}

fn minutes(wait: Option<Wait>) -> (f64, f64) {
    let wait = wait.unwrap();
    let minute = MINUTE as f64;
    (wait.least_ms as f64 / minute, wait.most_ms as f64 / minute)
}

fn middle(wait: Option<Wait>) -> f64 {
    let (least, most) = minutes(wait);
    (least + most) / 2.0
}

#[test]
fn of_a_new_queue_it_says_nothing() {
    let estimator = Estimator::default();
    assert_eq!(estimator.wait(0, &crowd(3, 2)), None);
    let two = measured(talks(2));
    assert_eq!(two.wait(0, &crowd(3, 2)), None);
}

#[test]
fn with_a_free_agent_there_is_nearly_nothing_to_wait_for() {
    let free = Crowd {
        free: 2,
        ..crowd(1, 4)
    };
    assert!(minutes(Estimator::default().wait(0, &free)).1 <= 0.5);
}

#[test]
fn with_nobody_at_work_it_says_nothing() {
    assert_eq!(measured(talks(50)).wait(0, &crowd(2, 0)), None);
}

#[test]
fn its_chain_is_the_sum_of_the_steps() {
    for (ahead, agents, gives_up_after) in [(10, 5, 8.0), (30, 10, 15.0), (20, 10, f64::MAX)] {
        let mut estimator = measured(talks(200));
        if gives_up_after < f64::MAX {
            let waited = (gives_up_after * MINUTE as f64) as u64;
            (0..200).for_each(|_| estimator.left(0, waited, false));
        }
        let service = Service::fit(&estimator.served).unwrap();
        let waits = Walk {
            service: &service,
            giving_up: estimator.patience.rate(),
            crowd: &crowd(ahead, agents),
        }
        .waits();
        let walked = waits.iter().sum::<f64>() / waits.len() as f64 / MINUTE as f64;
        let step = |i: usize| 1.0 / (agents as f64 / 5.0 + i as f64 / gives_up_after);
        let sum: f64 = (0..=ahead).map(step).sum();
        let ratio = walked / sum;
        assert!((0.85..1.15).contains(&ratio), "{walked} for {sum} min");
    }
}

#[test]
fn more_ahead_is_longer_and_more_agents_or_less_patience_is_shorter() {
    let mut estimator = measured(talks(100));
    let few = middle(estimator.wait(0, &crowd(4, 5)));
    let many = middle(estimator.wait(0, &crowd(12, 5)));
    let more_agents = middle(estimator.wait(0, &crowd(12, 8)));
    (0..50).for_each(|_| estimator.left(0, 4 * MINUTE, false));
    let impatient = middle(estimator.wait(0, &crowd(12, 5)));
    assert!(few < many && more_agents < many && impatient < 0.8 * many);
}

#[test]
fn a_conversation_that_lasts_for_long_ends_sooner_than_one_just_begun() {
    let alike = measured((0..50).map(|nth| 5 * MINUTE + nth * 1000));
    let one = |age| Crowd {
        staffed: 1,
        busy: vec![age],
        ..Crowd::default()
    };
    let begun = middle(alike.wait(0, &one(0)));
    let ending = middle(alike.wait(0, &one(4 * MINUTE)));
    assert!(ending < begun / 2.0, "{ending} of {begun} min");
}

#[test]
fn from_few_measurements_the_range_is_wider() {
    let width = |count| {
        let (least, most) = minutes(measured(talks(count)).wait(0, &crowd(8, 4)));
        most / least
    };
    assert!(width(5) > 1.3 * width(150));
}

#[test]
fn it_follows_when_conversations_become_longer() {
    let mut estimator = measured(talks(200));
    let before = middle(estimator.wait(0, &crowd(8, 4)));
    talks(100).for_each(|took| estimator.served(2 * took));
    let after = middle(estimator.wait(0, &crowd(8, 4)));
    assert!(after > 1.5 * before, "{after} after {before} min");
}

#[test]
fn a_forgotten_receiver_changes_little() {
    let mut estimator = measured(talks(50));
    let before = middle(estimator.wait(0, &crowd(8, 4)));
    estimator.served(11 * 60 * MINUTE);
    let after = middle(estimator.wait(0, &crowd(8, 4)));
    assert!(after < 1.5 * before, "{after} after {before} min");
}

#[test]
fn without_conversations_recent_waits_are_what_there_is() {
    let mut estimator = Estimator::default();
    let hour = 60 * MINUTE;
    for waited in [3, 4, 5, 6] {
        estimator.left(hour, waited * MINUTE, true);
    }
    let (least, most) = minutes(estimator.wait(hour, &crowd(2, 3)));
    assert!(least <= 3.0 && (6.0..12.0).contains(&most));
    let waited = Crowd {
        waited: 2 * MINUTE,
        ..crowd(2, 3)
    };
    assert!(minutes(estimator.wait(hour, &waited)).1 < most);
    // Those who waited no longer than this one has say nothing; nor does yesterday.
    let longer = Crowd {
        waited: 5 * MINUTE,
        ..crowd(2, 3)
    };
    assert_eq!(estimator.wait(hour, &longer), None);
    assert_eq!(estimator.wait(25 * hour, &crowd(2, 3)), None);
}

#[test]
fn what_was_measured_survives_a_restart() {
    let mut estimator = measured(talks(40));
    estimator.left(7, MINUTE, true);
    estimator.left(8, MINUTE, false);
    let saved = serde_json::to_string(&estimator).unwrap();
    let again: Estimator = serde_json::from_str(&saved).unwrap();
    let crowd = crowd(7, 3);
    assert_eq!(again.wait(9, &crowd), estimator.wait(9, &crowd));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn whatever_was_measured_the_range_is_one(
        served in prop::collection::vec(prop_oneof![0..10 * MINUTE, Just(0), Just(u64::MAX)], 0..30),
        left in prop::collection::vec((any::<u64>(), prop_oneof![0..MINUTE, any::<u64>()], any::<bool>()), 0..30),
        ahead in 0..60_usize,
        staffed in 0..20_usize,
        free in 0..20_usize,
        busy in prop::collection::vec(prop_oneof![0..10 * MINUTE, any::<u64>()], 0..30),
        now in any::<u64>(),
    ) {
        let mut estimator = Estimator::default();
        served.iter().for_each(|took| estimator.served(*took));
        left.iter().for_each(|(at, waited, answered)| estimator.left(*at, *waited, *answered));
        let crowd = Crowd { ahead, staffed, free, busy, waited: now / 3 };
        let wait = estimator.wait(now, &crowd);
        prop_assert!(wait.is_none_or(|wait| wait.least_ms <= wait.most_ms));
        prop_assert_eq!(wait, estimator.wait(now, &crowd));
    }
}
