//! When work on an utterance may end before it is done: nobody waits for its words any more, or
//! nobody waits any longer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Looked at by a [`Recogniser`](super::Recogniser) while it works. Clones share the cancellation.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    cancelled: Arc<AtomicBool>,
    deadline: Option<Instant>,
}

impl Stop {
    /// Stops only when cancelled.
    pub fn never() -> Stop {
        Stop::default()
    }

    /// Stops at `deadline` too.
    pub fn at(deadline: Instant) -> Stop {
        Stop {
            cancelled: Arc::default(),
            deadline: Some(deadline),
        }
    }

    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Whether to stop now.
    pub fn is_due(&self) -> bool {
        self.is_cancelled()
            || self
                .deadline
                .is_some_and(|deadline| deadline <= Instant::now())
    }
}
