//! The threads that do a call's slow work: recognition has a pool of its own, synthesis a thread, and
//! lookups have a few.

use super::media::{Command, Slot};
use super::workers::Workers;
use crate::audio::LineRate;
use crate::call::{Input, Job, JobId, Spoken};
use crate::dialplan::LookedUp;
use crate::engines::Engines;
use crate::hear::{self, Recognition, Ticket};
use crate::lookup::Lookup;
use crate::speak::Pace;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Texts that wait to be spoken; a call whose text finds no place is put through to a person.
const WAITING: usize = 64;
/// Lookups at a time, and how many may wait for that; what finds no place has failed.
const LOOKUPS: usize = 16;
const LOOKUPS_WAITING: usize = 64;

/// Gives jobs to the threads; they end with it.
pub struct Pool {
    recognition: hear::Pool,
    texts: SyncSender<Text>,
    lookups: SyncSender<Asked>,
}

/// What to ask a company's system, and the call it is for.
struct Asked {
    call: Slot,
    engines: Engines,
    id: JobId,
    lookup: Arc<Lookup>,
    values: BTreeMap<String, String>,
}

/// A text to speak, and the call it is for.
struct Text {
    call: Slot,
    engines: Engines,
    id: JobId,
    text: Arc<str>,
    rate: LineRate,
    pace: Pace,
}

impl Pool {
    /// Starts threads for `recognitions` at a time; results go to the media threads.
    pub fn start(recognitions: usize, results: Workers) -> std::io::Result<Pool> {
        let recognised = results.clone();
        let deliver = move |ticket: Ticket, recognition| {
            let input = Input::Recognised {
                id: JobId(ticket.job),
                recognition,
            };
            // Without a media thread there is nobody left to tell.
            recognised.send(Command::Input(Slot(ticket.call), input));
        };
        let recognition = hear::Pool::start(recognitions, deliver)?;
        let (lookups, asked) = sync_channel(LOOKUPS_WAITING);
        let asked = Arc::new(Mutex::new(asked));
        for _ in 0..LOOKUPS {
            let (asked, results) = (asked.clone(), results.clone());
            std::thread::Builder::new()
                .name("lookup".to_owned())
                .spawn(move || look_up(&asked, &results))?;
        }
        let (texts, waiting) = sync_channel(WAITING);
        std::thread::Builder::new()
            .name("voice".to_owned())
            .spawn(move || speak(&waiting, &results))?;
        Ok(Pool {
            recognition,
            texts,
            lookups,
        })
    }

    /// Never blocks; `Err` is the input that tells the call that nobody could take the job. The
    /// line's jobs are not for here.
    pub fn give(
        &self,
        call: Slot,
        rate: LineRate,
        engines: &Engines,
        job: Job,
    ) -> Result<(), Input> {
        let ticket = |id: JobId| Ticket {
            call: call.0,
            job: id.0,
        };
        match job {
            Job::Recognise {
                id,
                urgency,
                utterance,
            } => {
                let recogniser = engines.recogniser.clone();
                let asked = self
                    .recognition
                    .recognise(ticket(id), urgency, recogniser, utterance);
                asked.map_err(|why| Input::Recognised {
                    id,
                    recognition: Recognition::refused(why),
                })
            }
            Job::Need { id } => {
                self.recognition.need(ticket(id));
                Ok(())
            }
            Job::Cancel { id } => {
                self.recognition.cancel(ticket(id));
                Ok(())
            }
            Job::Synthesise { id, text, pace } => {
                let text = Text {
                    call,
                    engines: engines.clone(),
                    id,
                    text,
                    rate,
                    pace,
                };
                self.texts.try_send(text).map_err(|refused| {
                    let (TrySendError::Full(text) | TrySendError::Disconnected(text)) = refused;
                    failed(
                        text.id,
                        format!("too much to say: {WAITING} texts are waiting"),
                    )
                })
            }
            Job::LookUp { id, lookup, values } => {
                let asked = Asked {
                    call,
                    engines: engines.clone(),
                    id,
                    lookup,
                    values,
                };
                self.lookups.try_send(asked).map_err(|refused| {
                    let (TrySendError::Full(asked) | TrySendError::Disconnected(asked)) = refused;
                    let why = format!("{LOOKUPS_WAITING} lookups are waiting");
                    lookup_failed(asked.id, why)
                })
            }
            Job::Transfer { .. }
            | Job::AskPbx { .. }
            | Job::Enter { .. }
            | Job::Leave { .. }
            | Job::CallBack { .. }
            | Job::CancelCallBack { .. }
            | Job::Message(_)
            | Job::HangUp => Err(Input::LineFailed),
        }
    }
}

fn speak(waiting: &Receiver<Text>, results: &Workers) {
    while let Ok(Text {
        call,
        engines,
        id,
        text,
        rate,
        pace,
    }) = waiting.recv()
    {
        let mut give = |input| match results.send(Command::Input(call, input)) {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        // A voice that panics fails its text, not the calls of all others.
        let doing =
            std::panic::AssertUnwindSafe(|| engines.synthesise(id, &text, (rate, pace), &mut give));
        if std::panic::catch_unwind(doing).is_err() {
            let _ = give(failed(id, "the voice panicked".to_owned()));
        }
    }
}

fn look_up(asked: &Mutex<Receiver<Asked>>, results: &Workers) {
    loop {
        let next = asked.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(asked) = next else { return };
        let doing = std::panic::AssertUnwindSafe(|| {
            asked
                .engines
                .look_up(asked.id, &asked.lookup, &asked.values)
        });
        let input = std::panic::catch_unwind(doing);
        let input = input.unwrap_or_else(|_| lookup_failed(asked.id, "it panicked".to_owned()));
        if !results.send(Command::Input(asked.call, input)) {
            return;
        }
    }
}

fn lookup_failed(id: JobId, why: String) -> Input {
    let result = LookedUp::Failed(why);
    Input::LookedUp { id, result }
}

fn failed(id: JobId, reason: String) -> Input {
    let spoken = Spoken::Failed(reason);
    Input::Spoken { id, spoken }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::Vad;
    use crate::hear::deaf::Deaf;
    use crate::speak::hum::Hum;

    /// What comes of a text: `p` for each phrase, `d` when done, `f` for a failure.
    fn spoken(pool: &Pool, engines: &Engines, results: &Receiver<Command>, text: &str) -> String {
        let id = JobId(7);
        let text = text.into();
        let pace = Pace::Usual;
        let job = Job::Synthesise { id, text, pace };
        assert!(pool.give(Slot(1), LineRate::Narrow, engines, job).is_ok());
        let mut came = String::new();
        while !came.ends_with(['d', 'f']) {
            match results.recv().unwrap() {
                Command::Input(Slot(1), Input::Spoken { id: of, spoken }) if of == id => {
                    came.push(match spoken {
                        Spoken::Phrase { .. } => 'p',
                        Spoken::Done => 'd',
                        Spoken::Failed(_) => 'f',
                    });
                }
                _ => panic!("something else came"),
            }
        }
        came
    }

    #[test]
    fn phrases_come_one_by_one_and_a_voice_that_panics_speaks_the_next_text() {
        let (results, received) = Workers::new(1);
        let received = &received[0];
        let why = "nobody speaks".to_owned();
        let engines = Engines {
            recogniser: Arc::new(Deaf { why }),
            speaker: Arc::new(Hum::default().speaker()),
            vad: Vad::Fvad,
            lookups: Arc::new(crate::lookup::Lookups::new()),
        };
        let pool = Pool::start(1, results).unwrap();
        assert_eq!(
            spoken(&pool, &engines, received, "One. Two. Three."),
            "pppd"
        );
        assert_eq!(
            spoken(&pool, &engines, received, "One. Panic. Three."),
            "pf"
        );
        assert_eq!(spoken(&pool, &engines, received, "..."), "d");
        assert_eq!(spoken(&pool, &engines, received, "One."), "pd");
    }
}
