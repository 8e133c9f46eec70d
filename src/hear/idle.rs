//! Engine parts that one recognition uses at a time (decoders, states), kept for the next one.

use std::sync::{Mutex, PoisonError};

/// What is not in use. Grows to the number of recognitions that ever ran at the same time.
pub struct Idle<T>(Mutex<Vec<T>>);

impl<T> Idle<T> {
    pub fn new() -> Idle<T> {
        Idle(Mutex::new(Vec::new()))
    }

    /// One that is not in use; `None`: make one.
    pub fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// For the next one. What failed is not put back.
    pub fn put_back(&self, part: T) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(part);
    }
}
