//! Random days: whatever comes in, late, twice or about nobody, and wherever the server is killed, what
//! a [`World`] checks holds after each step.

use proptest::prelude::*;
use proptest::strategy::Strategy;

use super::world::{World, setup};

/// Small numbers stand for calls, agents and so on, so that things meet.
#[derive(Debug, Clone)]
pub enum Event {
    Enter {
        call: u8,
        queue: u8,
        number: Option<u8>,
        priority: u8,
        german: bool,
    },
    Left {
        call: u8,
        how: u8,
    },
    CallBack {
        call: u8,
        queue: u8,
        number: u8,
        german: bool,
    },
    CancelPromise(u8),
    CancelNumber(u8),
    Phone {
        agent: u8,
        reachable: bool,
    },
    Ready(u8),
    Pause(u8),
    LogOut(u8),
    /// Of a phone that rings.
    Offered {
        which: u8,
        how: u8,
    },
    /// Of any offer there ever was.
    LateOffered {
        which: u8,
        how: u8,
    },
    Ended {
        which: u8,
        back: bool,
    },
    LateEnded {
        which: u8,
        back: bool,
    },
    Dialled {
        which: u8,
        how: u8,
    },
    LateDialled {
        which: u8,
        how: u8,
    },
    /// The company opens, or closes.
    Open(bool),
    /// The last promise could not be put on disk.
    NotPromised,
    Pass(u32),
    /// Until the machine wants to be woken.
    Wake,
    /// Something was changed in the configuration: which queues and agents there are.
    TakeOver(u8),
    /// Killed, with what was on disk; phones may report at once.
    Restart {
        phones: bool,
    },
}

fn event() -> impl Strategy<Value = Event> {
    let which = 0u8..6;
    prop_oneof![
        8 => (0u8..12, 0u8..4, proptest::option::of(0u8..5), 0u8..3, prop::bool::weighted(0.25)).prop_map(
            |(call, queue, number, priority, german)| Event::Enter { call, queue, number, priority, german }
        ),
        3 => (0u8..12, 0u8..4).prop_map(|(call, how)| Event::Left { call, how }),
        3 => (0u8..12, 0u8..4, 0u8..5, prop::bool::weighted(0.25))
            .prop_map(|(call, queue, number, german)| Event::CallBack { call, queue, number, german }),
        1 => (0u8..6).prop_map(Event::CancelPromise),
        1 => (0u8..5).prop_map(Event::CancelNumber),
        3 => (0u8..5, prop::bool::weighted(0.75))
            .prop_map(|(agent, reachable)| Event::Phone { agent, reachable }),
        3 => (0u8..5).prop_map(Event::Ready),
        1 => (0u8..5).prop_map(Event::Pause),
        1 => (0u8..5).prop_map(Event::LogOut),
        14 => (which.clone(), 0u8..12).prop_map(|(which, how)| Event::Offered { which, how }),
        2 => (any::<u8>(), 0u8..12).prop_map(|(which, how)| Event::LateOffered { which, how }),
        4 => (which.clone(), prop::bool::weighted(0.2)).prop_map(|(which, back)| Event::Ended { which, back }),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(which, back)| Event::LateEnded { which, back }),
        6 => (which, 0u8..5).prop_map(|(which, how)| Event::Dialled { which, how }),
        1 => (any::<u8>(), 0u8..5).prop_map(|(which, how)| Event::LateDialled { which, how }),
        2 => prop::bool::weighted(0.7).prop_map(Event::Open),
        1 => Just(Event::NotPromised),
        6 => (0u32..10_000).prop_map(Event::Pass),
        1 => (0u32..900_000).prop_map(Event::Pass),
        8 => Just(Event::Wake),
        1 => (0u8..10).prop_map(Event::TakeOver),
        2 => prop::bool::weighted(0.8).prop_map(|phones| Event::Restart { phones }),
    ]
}

proptest! {
    #[test]
    fn every_day_ends_well(strategies in 0u8..3, events in prop::collection::vec(event(), 1..150)) {
        let mut world = World::new(setup(strategies, 0));
        for event in events {
            world.happens(event);
        }
        // When the conversations are over and nobody takes another one, time alone brings it to rest.
        for offer in world.talking.keys().copied().collect::<Vec<_>>() {
            world.end_talk(offer);
        }
        for _ in 0..2000 {
            if world.acd.deadline().is_none() {
                break;
            }
            world.happens(Event::Wake);
        }
        prop_assert!(world.waiting.is_empty(), "an endless queue: {:?}", world.waiting);
        prop_assert_eq!(world.acd.deadline(), None);
    }
}
