//! Recognises for all calls at once, on threads of its own, without ever making one of them wait
//! to ask.
//!
//! [`Pool::recognise`] asks an engine, [`Pool::need`] and [`Pool::cancel`] say what became of the wish; the
//! result goes to the function that the pool was started with. In which order, and what is refused,
//! is decided in [`super::schedule`]. What is cancelled has no result.
//!
//! Metrics: `recognition_waiting` and `recognition_running` (how many), `recognition_wait_seconds`,
//! `recognition_run_seconds`, `recognition_results_total` by `result`.

use super::schedule::{Fate, Refused, Schedule, Ticket, Turn, Urgency};
use super::{HearError, Hypothesis, Recogniser, Stop, gate};
use crate::audio::Clip;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

/// What may lie unread before the pool counts as stuck.
const MESSAGES: usize = 4096;
/// How often the figures are brought up to date while nothing happens.
const IDLE: Duration = Duration::from_secs(60);

/// What came of a recognition.
#[derive(Debug, Clone)]
pub struct Recognition {
    pub result: Result<Hypothesis, Unheard>,
    /// Engine and model; empty when none was asked.
    pub engine: String,
    /// From asking to the beginning.
    pub wait_ms: u64,
    /// From the beginning to the end.
    pub took_ms: u64,
    /// How many were waiting or running when it was asked for.
    pub ahead: usize,
}

/// Why there are no words; the text is for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unheard {
    /// There is too much to do; later it may work.
    Overloaded(String),
    /// The engine is broken.
    Failed(String),
}

impl Recognition {
    /// A recognition that never began.
    pub fn refused(why: Unheard) -> Recognition {
        Recognition {
            result: Err(why),
            engine: String::new(),
            wait_ms: 0,
            took_ms: 0,
            ahead: 0,
        }
    }

    /// Recognises here and now. In what is no speech, nothing is heard, and no engine is asked.
    pub fn now(recogniser: &dyn Recogniser, utterance: &Clip, stop: &Stop) -> Recognition {
        let begun = Instant::now();
        // An engine that panics fails this recognition, not the calls of all others.
        let heard = catch_unwind(AssertUnwindSafe(|| match gate::may_be_speech(utterance) {
            true => recogniser.recognise(utterance, stop),
            false => Ok(Hypothesis::nothing()),
        }));
        Recognition {
            result: match heard {
                Ok(Ok(hypothesis)) => Ok(hypothesis),
                Ok(Err(HearError::Stopped)) => Err(Unheard::Overloaded(
                    "recognition was not ready in time".to_owned(),
                )),
                Ok(Err(error)) => Err(Unheard::Failed(error.to_string())),
                Err(_) => Err(Unheard::Failed("the engine panicked".to_owned())),
            },
            engine: recogniser.name().to_owned(),
            wait_ms: 0,
            took_ms: begun.elapsed().as_millis() as u64,
            ahead: 0,
        }
    }
}

/// An utterance, and who is to recognise it.
struct Work {
    recogniser: Arc<dyn Recogniser>,
    utterance: Clip,
}

/// The way to the pool. The threads end with it.
pub struct Pool {
    messages: SyncSender<Message>,
}

enum Message {
    Recognise(Ticket, Urgency, Work),
    Need(Ticket),
    Cancel(Ticket),
    Done(usize, Ticket, Recognition),
    Stop,
}

impl Pool {
    /// Starts `workers` threads, and one that gives them work. `deliver` is called on that one.
    pub fn start(
        workers: usize,
        deliver: impl Fn(Ticket, Recognition) + Send + 'static,
    ) -> std::io::Result<Pool> {
        let (messages, inbox) = sync_channel(MESSAGES);
        let mut turns = Vec::new();
        for number in 0..workers.max(1) {
            let (turn, waiting) = sync_channel(1);
            turns.push(turn);
            let done = messages.clone();
            std::thread::Builder::new()
                .name(format!("recognise-{number}"))
                .spawn(move || work(number, &waiting, &done))?;
        }
        std::thread::Builder::new()
            .name("recognition".to_owned())
            .spawn(move || Manager::new(turns, deliver).run(&inbox))?;
        Ok(Pool { messages })
    }

    /// Asks `recogniser` for an utterance's words. Never blocks; what is refused is delivered as such.
    pub fn recognise(
        &self,
        ticket: Ticket,
        urgency: Urgency,
        recogniser: Arc<dyn Recogniser>,
        utterance: Clip,
    ) -> Result<(), Unheard> {
        let work = Work {
            recogniser,
            utterance,
        };
        self.tell(Message::Recognise(ticket, urgency, work))
            .map_err(|()| Unheard::Overloaded("the recognition pool is stuck".to_owned()))
    }

    /// What was begun early is waited for now.
    pub fn need(&self, ticket: Ticket) {
        let _ = self.tell(Message::Need(ticket));
    }

    /// Nobody wants the words any more; they are not delivered.
    pub fn cancel(&self, ticket: Ticket) {
        let _ = self.tell(Message::Cancel(ticket));
    }

    fn tell(&self, message: Message) -> Result<(), ()> {
        self.messages
            .try_send(message)
            .map_err(|error| match error {
                TrySendError::Full(_) => tracing::error!("the recognition pool does not answer"),
                TrySendError::Disconnected(_) => tracing::error!("the recognition pool has ended"),
            })
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Stop);
    }
}

/// What runs on the thread that gives out work.
struct Manager<F> {
    schedule: Schedule<Work>,
    workers: Vec<SyncSender<(Ticket, Work, Stop)>>,
    /// Numbers of the workers that have nothing to do.
    free: Vec<usize>,
    /// How long each that runs had waited, and behind how many.
    begun: Vec<(Ticket, Duration, usize)>,
    deliver: F,
}

impl<F: Fn(Ticket, Recognition)> Manager<F> {
    fn new(workers: Vec<SyncSender<(Ticket, Work, Stop)>>, deliver: F) -> Manager<F> {
        Manager {
            schedule: Schedule::new(workers.len()),
            free: (0..workers.len()).collect(),
            workers,
            begun: Vec::new(),
            deliver,
        }
    }

    fn run(mut self, inbox: &Receiver<Message>) {
        loop {
            let deadline = self.schedule.next_deadline();
            let wait = deadline.map_or(IDLE, |at| at.saturating_duration_since(Instant::now()));
            match inbox.recv_timeout(wait) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(message) => self.obey(message),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.go_on();
        }
    }

    fn obey(&mut self, message: Message) {
        match message {
            Message::Recognise(ticket, urgency, work) => {
                let offered = self.schedule.offer(ticket, urgency, work, Instant::now());
                if let Err(Refused { waiting }) = offered {
                    let why = format!("too much to recognise: {waiting} utterances are waiting");
                    self.refuse(ticket, "refused", why);
                }
            }
            Message::Need(ticket) => self.schedule.need(ticket),
            Message::Cancel(ticket) => self.schedule.cancel(ticket),
            Message::Done(worker, ticket, recognition) => {
                self.free.push(worker);
                self.done(ticket, recognition);
            }
            Message::Stop => {}
        }
    }

    fn done(&mut self, ticket: Ticket, mut recognition: Recognition) {
        let took = Duration::from_millis(recognition.took_ms);
        let (mut waited, mut ahead) = (Duration::ZERO, 0);
        self.begun.retain(|(other, w, a)| {
            if *other == ticket {
                (waited, ahead) = (*w, *a);
            }
            *other != ticket
        });
        match self.schedule.finished(ticket, took) {
            Fate::Cancelled => count("cancelled"),
            Fate::Displaced => {
                let why = "made room for a caller who waits".to_owned();
                self.refuse(ticket, "displaced", why);
            }
            Fate::Deliver => {
                metrics::histogram!("recognition_wait_seconds").record(waited);
                metrics::histogram!("recognition_run_seconds").record(took);
                count(match &recognition.result {
                    Ok(_) => "done",
                    Err(Unheard::Overloaded(_)) => "late",
                    Err(Unheard::Failed(_)) => "failed",
                });
                recognition.wait_ms = waited.as_millis() as u64;
                recognition.ahead = ahead;
                (self.deliver)(ticket, recognition);
            }
        }
    }

    /// Gives up what is overdue, and gives free workers something to do.
    fn go_on(&mut self) {
        let now = Instant::now();
        for ticket in self.schedule.overdue(now) {
            self.refuse(ticket, "late", "waited too long for recognition".to_owned());
        }
        while let Some(worker) = self.free.pop() {
            let Some(turn) = self.schedule.next(now) else {
                self.free.push(worker);
                break;
            };
            let Turn {
                ticket,
                work,
                stop,
                waited,
                ahead,
            } = turn;
            self.begun.push((ticket, waited, ahead));
            if let Some(turns) = self.workers.get(worker) {
                // A free worker's channel is empty, and it ends only with this thread.
                let _ = turns.send((ticket, work, stop));
            }
        }
        metrics::gauge!("recognition_waiting").set(self.schedule.depth() as f64);
        metrics::gauge!("recognition_running").set((self.workers.len() - self.free.len()) as f64);
    }

    fn refuse(&self, ticket: Ticket, result: &'static str, why: String) {
        count(result);
        (self.deliver)(ticket, Recognition::refused(Unheard::Overloaded(why)));
    }
}

fn count(result: &'static str) {
    metrics::counter!("recognition_results_total", "result" => result).increment(1);
}

fn work(number: usize, turns: &Receiver<(Ticket, Work, Stop)>, done: &SyncSender<Message>) {
    while let Ok((ticket, work, stop)) = turns.recv() {
        let recognition = Recognition::now(&*work.recogniser, &work.utterance, &stop);
        if done
            .send(Message::Done(number, ticket, recognition))
            .is_err()
        {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::sync::{Condvar, Mutex};

    /// Says how many samples it was given, once it is let, or stops when it is told to.
    #[derive(Default)]
    struct Patient {
        let_go: Mutex<bool>,
        changed: Condvar,
        begun: Mutex<Vec<usize>>,
    }

    impl Patient {
        fn let_go(&self) {
            *self.let_go.lock().unwrap() = true;
            self.changed.notify_all();
        }

        fn wait_until_begun(&self, length: usize) {
            let mut begun = self.begun.lock().unwrap();
            while !begun.contains(&length) {
                begun = self
                    .changed
                    .wait_timeout(begun, Duration::from_millis(5))
                    .unwrap()
                    .0;
            }
        }
    }

    impl Recogniser for Patient {
        fn name(&self) -> &str {
            "patient"
        }

        fn recognise(&self, utterance: &Clip, stop: &Stop) -> Result<Hypothesis, HearError> {
            let length = utterance.samples.len() - 8_000;
            self.begun.lock().unwrap().push(length);
            assert_ne!(length, 13, "bad luck");
            let mut let_go = self.let_go.lock().unwrap();
            while !*let_go {
                if stop.is_due() {
                    return Err(HearError::Stopped);
                }
                let_go = self
                    .changed
                    .wait_timeout(let_go, Duration::from_millis(5))
                    .unwrap()
                    .0;
            }
            Ok(Hypothesis {
                text: length.to_string(),
                confidence: 1.0,
                guess: String::new(),
            })
        }
    }

    /// Something that may be speech, told from others by its length.
    fn noise(length: usize) -> Vec<i16> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 18) as i16 - 8_192
        };
        (0..8_000 + length).map(|_| next()).collect()
    }

    struct Test {
        pool: Pool,
        engine: Arc<Patient>,
        results: Receiver<(Ticket, Recognition)>,
    }

    impl Test {
        fn new(workers: usize) -> Test {
            let engine = Arc::new(Patient::default());
            let (send, results) = channel();
            let send = Mutex::new(send);
            let deliver = move |ticket, recognition| {
                let _ = send.lock().unwrap().send((ticket, recognition));
            };
            Test {
                pool: Pool::start(workers, deliver).unwrap(),
                engine,
                results,
            }
        }

        /// Call `call` wants `length` samples recognised.
        fn ask(&self, call: u64, length: usize, urgency: Urgency) -> Ticket {
            let ticket = Ticket {
                call,
                job: length as u32,
            };
            let clip = Clip::new(8_000, noise(length));
            let engine = self.engine.clone();
            self.pool.recognise(ticket, urgency, engine, clip).unwrap();
            ticket
        }

        fn next(&self) -> (u64, Result<String, Unheard>) {
            let result = self.results.recv_timeout(Duration::from_secs(20));
            let (ticket, recognition) = result.unwrap();
            (ticket.call, recognition.result.map(|heard| heard.text))
        }
    }

    #[test]
    fn each_call_gets_its_own_words() {
        let test = Test::new(2);
        test.engine.let_go();
        for call in 1..=20 {
            test.ask(call, call as usize + 100, Urgency::Needed);
        }
        let mut results: Vec<_> = (0..20).map(|_| test.next()).collect();
        results.sort_by_key(|(call, _)| *call);
        for (at, (call, text)) in results.into_iter().enumerate() {
            assert_eq!((call, text), (at as u64 + 1, Ok((at + 101).to_string())));
        }
    }

    #[test]
    fn what_is_cancelled_while_it_runs_stops_and_the_next_gets_its_turn() {
        let test = Test::new(1);
        let first = test.ask(1, 10, Urgency::Needed);
        test.engine.wait_until_begun(10);
        test.ask(2, 20, Urgency::Needed);
        test.pool.cancel(first);
        // The second begins although the engine never finishes the first.
        test.engine.wait_until_begun(20);
        test.engine.let_go();
        assert_eq!(test.next(), (2, Ok("20".to_owned())));
    }

    #[test]
    fn what_was_begun_early_makes_room_for_a_caller_who_waits() {
        let test = Test::new(1);
        test.ask(1, 10, Urgency::Speculative);
        test.engine.wait_until_begun(10);
        test.ask(2, 20, Urgency::Needed);
        let (call, early) = test.next();
        assert!(
            call == 1 && matches!(early, Err(Unheard::Overloaded(_))),
            "{early:?}"
        );
        test.engine.let_go();
        assert_eq!(test.next(), (2, Ok("20".to_owned())));
    }

    #[test]
    fn an_engine_that_hangs_or_panics_loses_one_recognition_and_not_the_pool() {
        let test = Test::new(1);
        test.ask(1, 13, Urgency::Needed);
        let (_, panicked) = test.next();
        assert!(matches!(panicked, Err(Unheard::Failed(_))), "{panicked:?}");
        test.ask(2, 20, Urgency::Needed);
        test.ask(3, 30, Urgency::Needed);
        // Nothing is ready in time: not what runs, and not what waits.
        for _ in 0..2 {
            let (_, late) = test.next();
            assert!(matches!(late, Err(Unheard::Overloaded(_))), "{late:?}");
        }
        test.engine.let_go();
        test.ask(4, 40, Urgency::Needed);
        assert_eq!(test.next(), (4, Ok("40".to_owned())));
    }

    #[test]
    fn more_than_can_be_done_in_time_is_refused_at_once() {
        let test = Test::new(1);
        // How long one takes is learned from one that takes long.
        test.ask(1, 10, Urgency::Needed);
        test.engine.wait_until_begun(10);
        std::thread::sleep(Duration::from_millis(600));
        test.engine.let_go();
        assert_eq!(test.next().0, 1);
        *test.engine.let_go.lock().unwrap() = false;
        for call in 2..=20 {
            test.ask(call, 20, Urgency::Needed);
        }
        let refused = (0..10).map(|_| test.next()).filter(|(_, result)| {
            matches!(result, Err(Unheard::Overloaded(why)) if why.starts_with("too much"))
        });
        assert!(refused.count() == 10);
    }
}
