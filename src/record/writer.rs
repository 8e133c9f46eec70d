//! The thread that writes events down, so that no media thread ever waits for a disk.

use super::{RecordError, Recorder, Store};
use crate::call::{Event, EventKind};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Events that may wait for the thread; several seconds of a thousand calls.
const QUEUE: usize = 8_192;
/// How often a disk that failed is tried again when no event comes.
const RETRY: Duration = Duration::from_secs(1);
/// Ended calls that may wait for a disk to come back; with what a [`Recorder`] keeps at most,
/// this bounds the memory.
const MOST_WAITING_CALLS: usize = 1_000;

/// Takes events of all calls and writes each to its call's file. Share it in an [`Arc`].
#[derive(Debug)]
pub struct Writer {
    /// `None` closes it.
    queue: SyncSender<Option<Event>>,
    overflowed: Arc<AtomicU64>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Makes sure that the folder is there and starts the thread.
    pub fn start(store: &Store) -> Result<Writer, RecordError> {
        let unwritable = |source| RecordError::Unwritable {
            path: store.dir().to_owned(),
            source,
        };
        std::fs::create_dir_all(store.dir()).map_err(unwritable)?;
        let (queue, events) = sync_channel(QUEUE);
        let overflowed = Arc::new(AtomicU64::new(0));
        let mut desk = Desk {
            store: store.clone(),
            calls: HashMap::new(),
            overflowed: overflowed.clone(),
        };
        let thread = std::thread::Builder::new()
            .name("record".to_owned())
            .spawn(move || desk.run(&events))
            .map_err(unwritable)?;
        Ok(Writer {
            queue,
            overflowed,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Never waits. An event that finds the queue full is lost, counted, and the number logged
    /// as an error.
    pub fn send(&self, event: Event) {
        if self.queue.try_send(Some(event)).is_err() {
            self.overflowed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes down what was sent before, then ends the thread. Later events are lost. Waits for
    /// the disk, so not for the media path.
    pub fn close(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            // It fails only if the thread has died, and then there is nothing to wait for.
            let _ = self.queue.send(None);
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

/// What the thread works with.
struct Desk {
    store: Store,
    /// Calls that go on, and ended ones that still wait for the disk.
    calls: HashMap<String, Call>,
    overflowed: Arc<AtomicU64>,
}

struct Call {
    recorder: Recorder,
    ended: bool,
}

impl Desk {
    fn run(&mut self, events: &Receiver<Option<Event>>) {
        loop {
            match events.recv_timeout(RETRY) {
                Ok(Some(event)) => self.write(&event),
                Err(RecvTimeoutError::Timeout) => self.retry(),
                Ok(None) | Err(RecvTimeoutError::Disconnected) => break,
            }
            self.report_overflow();
        }
        self.retry();
        for (call, Call { recorder, .. }) in &self.calls {
            if recorder.is_behind() {
                tracing::error!(call, "its last events could not be recorded and are lost");
            }
        }
    }

    fn write(&mut self, event: &Event) {
        if !self.calls.contains_key(&event.call) {
            match self.store.recorder(&event.call) {
                Ok(recorder) => {
                    let ended = false;
                    let call = Call { recorder, ended };
                    self.calls.insert(event.call.clone(), call);
                }
                Err(error) => return tracing::error!(%error, "an event cannot be recorded"),
            }
        }
        let Some(call) = self.calls.get_mut(&event.call) else {
            return;
        };
        call.ended |= matches!(event.kind, EventKind::CallEnded { .. });
        let (ended, before) = (call.ended, call.recorder.is_behind());
        if let Err(error) = call.recorder.append(event) {
            tracing::error!(call = event.call, %error, "the call goes on, its events wait");
        }
        let behind = call.recorder.is_behind();
        if before && !behind {
            // The disk is back: the other calls need not wait for their next event.
            self.retry();
        }
        if ended {
            self.tidy();
        }
    }

    fn retry(&mut self) {
        for (call, Call { recorder, .. }) in &mut self.calls {
            if recorder.is_behind()
                && let Err(error) = recorder.retry()
            {
                tracing::error!(call, %error, "the call goes on, its events wait");
            }
        }
        self.tidy();
    }

    /// Lets go of ended calls that are on disk, and of the rest when they become too many.
    fn tidy(&mut self) {
        let ended = self.calls.values().filter(|call| call.ended).count();
        self.calls.retain(|id, call| {
            let written = call.ended && !call.recorder.is_behind();
            let given_up = call.ended && !written && ended > MOST_WAITING_CALLS;
            if given_up {
                tracing::error!(
                    call = id,
                    "its last events could not be recorded and are lost"
                );
            } else if written && call.recorder.lost() > 0 {
                let lost = call.recorder.lost();
                tracing::error!(call = id, lost, "recorded again, but events are lost");
            }
            !written && !given_up
        });
    }

    fn report_overflow(&self) {
        let lost = self.overflowed.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::error!(
                lost,
                "events came faster than the disk takes them and are lost"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{EndReason, Way};
    use std::time::Instant;

    fn event(call: &str, at_ms: u64) -> Event {
        Event {
            call: call.to_owned(),
            at_ms,
            kind: EventKind::Digit {
                key: '5',
                by: Some(Way::Rtp),
            },
        }
    }

    fn ended(call: &str) -> Event {
        Event {
            call: call.to_owned(),
            at_ms: 1_000,
            kind: EventKind::CallEnded {
                reason: EndReason::Finished,
                duration_ms: 1_000,
            },
        }
    }

    #[test]
    fn every_call_has_its_own_file_in_order_and_closing_drains() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("calls"));
        let writer = Writer::start(&store).unwrap();
        for at in 0..100 {
            writer.send(event("a", at));
            writer.send(event("b", at));
        }
        writer.send(ended("a"));
        writer.send(event("../bad", 0));
        writer.close();
        writer.send(event("a", 5_000));
        writer.close();
        for (call, count) in [("a", 101), ("b", 100)] {
            let transcript = store.find(call).unwrap();
            assert_eq!(transcript.events.len(), count);
            assert!(transcript.events.is_sorted_by_key(|e| e.at_ms));
        }
        assert_eq!(std::fs::read_dir(store.dir()).unwrap().count(), 2);
    }

    #[test]
    fn a_call_is_kept_until_the_disk_is_back_even_when_it_has_ended() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("calls"));
        let writer = Writer::start(&store).unwrap();
        std::fs::remove_dir_all(store.dir()).unwrap();
        std::fs::write(store.dir(), "in the way").unwrap();
        writer.send(event("a", 0));
        writer.send(ended("a"));
        std::thread::sleep(Duration::from_millis(100));
        std::fs::remove_file(store.dir()).unwrap();
        writer.close();
        assert_eq!(store.find("a").unwrap().events.len(), 2);
    }

    #[test]
    fn sending_never_waits() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path());
        let writer = Writer::start(&store).unwrap();
        let start = Instant::now();
        for at in 0..50_000 {
            writer.send(event("a", at));
        }
        // With a disk write each it would take longer than this.
        assert!(
            start.elapsed() < Duration::from_millis(500),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error_at_the_start() {
        let error = Writer::start(&Store::open("/dev/null/calls"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("/dev/null/calls"), "{error}");
    }
}
