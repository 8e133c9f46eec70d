//! The threads that do a call's slow work: recognition and synthesis.

use super::media::{Command, Slot};
use crate::audio::LineRate;
use crate::call::{Input, Job};
use crate::engines::Engines;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Jobs that wait; a call whose job finds no place is put through to a person.
const WAITING: usize = 64;

/// Gives jobs to the threads. Cheap to clone; the threads end with the last one.
#[derive(Clone)]
pub struct Pool {
    jobs: SyncSender<Work>,
}

/// A job, and the call it is for.
pub struct Work {
    pub call: Slot,
    pub rate: LineRate,
    pub job: Job,
}

impl Pool {
    /// Starts `threads` threads; results go to the media thread.
    pub fn start(
        threads: usize,
        engines: Engines,
        results: SyncSender<Command>,
    ) -> std::io::Result<Pool> {
        let (jobs, waiting) = sync_channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..threads.max(1) {
            let (waiting, engines, results) = (waiting.clone(), engines.clone(), results.clone());
            std::thread::Builder::new()
                .name(format!("engine-{number}"))
                .spawn(move || work_on(&waiting, &engines, &results))?;
        }
        Ok(Pool { jobs })
    }

    /// Never blocks; `Err` is the input that tells the call that nobody could take the job.
    pub fn give(&self, work: Work) -> Result<(), Input> {
        self.jobs.try_send(work).map_err(|refused| {
            let (TrySendError::Full(work) | TrySendError::Disconnected(work)) = refused;
            let reason = format!("too much to do: {WAITING} jobs are waiting");
            failed(&work.job, reason)
        })
    }
}

fn work_on(waiting: &Mutex<Receiver<Work>>, engines: &Engines, results: &SyncSender<Command>) {
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(Work { call, rate, job }) = next else {
            return;
        };
        // An engine that panics fails its job, not the calls of all others.
        let panicked = failed(&job, "the engine panicked".to_owned());
        let doing = std::panic::AssertUnwindSafe(|| engines.perform(job, rate));
        let Some(input) = std::panic::catch_unwind(doing).unwrap_or(Some(panicked)) else {
            continue;
        };
        if results.send(Command::Input(call, input)).is_err() {
            return;
        }
    }
}

fn failed(job: &Job, reason: String) -> Input {
    match *job {
        Job::Recognise { id, .. } => Input::Recognised {
            id,
            result: Err(reason),
            engine: "none".to_owned(),
            took_ms: 0,
        },
        Job::Synthesise { id, .. } => Input::Spoken {
            id,
            result: Err(reason),
            took_ms: 0,
        },
        Job::Transfer { .. } | Job::HangUp => Input::LineFailed,
    }
}
