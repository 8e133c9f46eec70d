//! The threads that do a call's slow work: recognition has a pool of its own, synthesis a thread.

use super::media::{Command, Slot};
use crate::audio::LineRate;
use crate::call::{Input, Job, JobId, Spoken};
use crate::engines::Engines;
use crate::hear::{self, Recognition, Ticket};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// Texts that wait to be spoken; a call whose text finds no place is put through to a person.
const WAITING: usize = 64;

/// Gives jobs to the threads; they end with it.
pub struct Pool {
    recognition: hear::Pool,
    texts: SyncSender<Text>,
}

/// A text to speak, and the call it is for.
struct Text {
    call: Slot,
    id: JobId,
    text: Arc<str>,
    rate: LineRate,
}

impl Pool {
    /// Starts threads for `recognitions` at a time; results go to the media thread.
    pub fn start(
        recognitions: usize,
        engines: Engines,
        results: SyncSender<Command>,
    ) -> std::io::Result<Pool> {
        let recognised = results.clone();
        let deliver = move |ticket: Ticket, recognition| {
            let input = Input::Recognised {
                id: JobId(ticket.job),
                recognition,
            };
            // Without a media thread there is nobody left to tell.
            let _ = recognised.send(Command::Input(Slot(ticket.call), input));
        };
        let recognition = hear::Pool::start(recognitions, engines.recogniser.clone(), deliver)?;
        let (texts, waiting) = sync_channel(WAITING);
        std::thread::Builder::new()
            .name("voice".to_owned())
            .spawn(move || speak(&waiting, &engines, &results))?;
        Ok(Pool { recognition, texts })
    }

    /// Never blocks; `Err` is the input that tells the call that nobody could take the job. The
    /// line's jobs are not for here.
    pub fn give(&self, call: Slot, rate: LineRate, job: Job) -> Result<(), Input> {
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
                let asked = self.recognition.recognise(ticket(id), urgency, utterance);
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
            Job::Synthesise { id, text } => {
                let text = Text {
                    call,
                    id,
                    text,
                    rate,
                };
                self.texts.try_send(text).map_err(|refused| {
                    let (TrySendError::Full(text) | TrySendError::Disconnected(text)) = refused;
                    failed(
                        text.id,
                        format!("too much to say: {WAITING} texts are waiting"),
                    )
                })
            }
            Job::Transfer { .. } | Job::HangUp => Err(Input::LineFailed),
        }
    }
}

fn speak(waiting: &Receiver<Text>, engines: &Engines, results: &SyncSender<Command>) {
    while let Ok(Text {
        call,
        id,
        text,
        rate,
    }) = waiting.recv()
    {
        let mut give = |input| match results.send(Command::Input(call, input)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        // A voice that panics fails its text, not the calls of all others.
        let doing = std::panic::AssertUnwindSafe(|| engines.synthesise(id, &text, rate, &mut give));
        if std::panic::catch_unwind(doing).is_err() {
            let _ = give(failed(id, "the voice panicked".to_owned()));
        }
    }
}

fn failed(id: JobId, reason: String) -> Input {
    let spoken = Spoken::Failed(reason);
    Input::Spoken { id, spoken }
}
