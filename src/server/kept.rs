//! What must not be forgotten: the queue together with its file, and its clock. Nothing is done that must
//! not be done twice, and nothing is promised, before it is on disk.

use crate::human::{Acd, Input, Millis, Output, Saved, Setup, View};
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// In the data folder.
const FILE: &str = "queue.json";

/// Why the state of the queue cannot be used; says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct QueueFileError {
    path: PathBuf,
    why: String,
}

/// What was there when the server ended, if there is anything.
pub fn read(folder: &Path) -> Result<Option<Saved>, QueueFileError> {
    let path = folder.join(FILE);
    let fail = |why: String| QueueFileError {
        path: path.clone(),
        why,
    };
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(format!("cannot be read: {error}"))),
    };
    // Promises are in it: it is not thrown away because somebody has edited it.
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        fail(format!(
            "who waits and who was promised a call-back cannot be read: {error}. Mend the file, or move it \
             away to start without"
        ))
    })
}

/// As a whole or not at all, for this user alone, and on disk when this returns.
pub fn write(folder: &Path, file_name: &str, saved: &impl Serialize) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, saved)?;
    file.flush()?;
    file.as_file().sync_all()?;
    file.persist(folder.join(file_name))?;
    std::fs::File::open(folder)?.sync_all()
}

/// The wall clock as it was at the start, and the time since: whoever sets the wall clock stops nothing.
pub struct Clock {
    wall: Millis,
    started: Instant,
}

impl Clock {
    pub fn start() -> Clock {
        Clock {
            wall: jiff::Timestamp::now().as_millisecond().max(0) as Millis,
            started: Instant::now(),
        }
    }

    fn now(&self) -> Millis {
        self.at(Instant::now())
    }

    fn at(&self, moment: Instant) -> Millis {
        let since = moment.saturating_duration_since(self.started);
        self.wall.saturating_add(since.as_millis() as Millis)
    }
}

/// The queue, its file and its clock.
pub struct Kept {
    acd: Acd,
    folder: PathBuf,
    clock: Clock,
    /// Why the file could not be written the last time, if so.
    unsaved: Option<String>,
}

impl Kept {
    pub fn new(folder: &Path, setup: Setup, saved: Option<Saved>, clock: Clock) -> Kept {
        Kept {
            acd: Acd::new(setup, saved, clock.now()),
            folder: folder.to_owned(),
            clock,
            unsaved: None,
        }
    }

    pub fn handle(&mut self, input: Input) {
        self.acd.handle(self.clock.now(), input);
    }

    /// Other agents and queues.
    pub fn take_over(&mut self, setup: Setup) {
        self.acd.take_over(self.clock.now(), setup);
    }

    /// What to do next. A new promise that is not on disk is none.
    pub fn poll(&mut self) -> Option<Output> {
        loop {
            match self.acd.poll()? {
                Output::Save => self.save(),
                Output::Promised {
                    call,
                    promise,
                    new: true,
                    ..
                } if self.unsaved.is_some() => {
                    self.handle(Input::NotPromised { call, promise });
                }
                output => return Some(output),
            }
        }
    }

    /// Why nothing may be done now that must not be done twice.
    pub fn unsaved(&self) -> Option<&str> {
        self.unsaved.as_deref()
    }

    /// Where the last time failed.
    pub fn save_again(&mut self) {
        if self.unsaved.is_some() {
            self.save();
        }
    }

    /// Until it wants to be told what time it is.
    pub fn sleeps(&self) -> Option<Duration> {
        let at = self.acd.deadline()?;
        Some(Duration::from_millis(at.saturating_sub(self.clock.now())))
    }

    pub fn view(&self) -> View {
        self.acd.view(self.clock.now())
    }

    pub fn waiting_in(&self, queue: &str) -> usize {
        self.acd.waiting_in(queue)
    }

    /// Blocks this task, and only this: nothing that follows may be done before it is on disk.
    fn save(&mut self) {
        let saved = self.acd.saved(self.clock.now());
        let written = tokio::task::block_in_place(|| write(&self.folder, FILE, &saved));
        self.unsaved = written.err().map(|error| {
            metrics::counter!("queue_saves_failed_total").increment(1);
            let path = self.folder.join(FILE);
            tracing::error!(%error, path = %path.display(), "the queue cannot be written: nobody is called back, and a \
                 restart would lose it. Is the disk full?");
            format!("{} cannot be written: {error}", path.display())
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::human::{
        AgentSetup, Context, Dialled, Left, Offered, QueueSetup, Refused, Ring, Who,
    };

    #[test]
    fn what_was_written_is_read_and_what_is_broken_is_not_thrown_away() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(folder.path()).unwrap().is_none());
        let saved = Acd::new(Setup::default(), None, 7).saved(7);
        write(folder.path(), FILE, &saved).unwrap();
        assert!(read(folder.path()).unwrap().is_some());
        let path = folder.path().join(FILE);
        std::fs::write(&path, "{\"promises\": [").unwrap();
        let error = read(folder.path()).unwrap_err().to_string();
        assert!(
            error.contains("queue.json") && error.contains("move it away"),
            "{error}"
        );
        assert!(path.exists());
    }

    #[test]
    fn a_wall_clock_that_is_set_changes_nothing() {
        let started = Instant::now();
        let clock = Clock {
            wall: 1_000,
            started,
        };
        assert_eq!(clock.at(started), 1_000);
        assert_eq!(clock.at(started + Duration::from_secs(5)), 6_000);
    }

    /// A data folder that can be lost, and one agent whose phone is on.
    struct Place {
        above: tempfile::TempDir,
        kept: Kept,
    }

    impl Place {
        fn new() -> Place {
            let above = tempfile::tempdir().unwrap();
            std::fs::create_dir(above.path().join("data")).unwrap();
            let setup = Setup {
                queues: vec![QueueSetup::new("sales")],
                agents: vec![AgentSetup {
                    name: "anna".into(),
                    queues: vec!["sales".into()],
                    skills: Vec::new(),
                }],
            };
            let kept = Kept::new(&above.path().join("data"), setup, None, Clock::start());
            let mut place = Place { above, kept };
            place.does(Input::Phone {
                agent: "anna".into(),
                reachable: true,
            });
            place
        }

        fn does(&mut self, input: Input) -> Vec<Output> {
            self.kept.handle(input);
            let all = std::iter::from_fn(|| self.kept.poll());
            all.filter(|o| !matches!(o, Output::Agent { .. })).collect()
        }

        /// A file is where the folder was: so not even root can write there.
        fn lose_the_folder(&self) {
            let data = self.above.path().join("data");
            std::fs::remove_dir_all(&data).unwrap();
            std::fs::write(data, "").unwrap();
        }

        fn mend_the_folder(&self) {
            let data = self.above.path().join("data");
            std::fs::remove_file(&data).unwrap();
            std::fs::create_dir(data).unwrap();
        }

        fn asks(&mut self, call: &str) -> Vec<Output> {
            self.does(Input::CallBack {
                call: call.into(),
                queue: "sales".into(),
                number: "+491".into(),
                priority: 0,
                skills: Vec::new(),
                context: Context::default(),
            })
        }

        fn hangs_up(&mut self, call: &str) -> Vec<Output> {
            self.does(Input::Left {
                call: call.into(),
                how: Left::HungUp,
            })
        }
    }

    #[test]
    fn nothing_is_promised_that_is_not_on_disk() {
        let mut place = Place::new();
        place.lose_the_folder();
        let said = place.asks("1");
        assert!(
            matches!(
                &said[..],
                [Output::Cancelled { .. }, Output::Refused { call, why: Refused::Full }] if call == "1"
            ),
            "{said:?}"
        );
        assert!(place.kept.view().promises.is_empty());
        assert!(place.hangs_up("1").is_empty());
        place.mend_the_folder();
        let said = place.asks("2");
        assert!(matches!(&said[..], [Output::Promised { .. }]), "{said:?}");
        assert!(place.kept.unsaved().is_none());
    }

    #[test]
    fn a_promise_that_was_on_disk_before_stays_one() {
        let mut place = Place::new();
        place.asks("1");
        place.lose_the_folder();
        let said = place.asks("2");
        assert!(matches!(&said[..], [Output::Promised { .. }]), "{said:?}");
        assert_eq!(place.kept.view().promises.len(), 1);
    }

    #[test]
    fn nobody_is_called_back_whose_attempt_is_not_on_disk() {
        let mut place = Place::new();
        place.asks("1");
        let said = place.hangs_up("1");
        let [Output::Ring(Ring { offer, .. })] = &said[..] else {
            panic!("{said:?}");
        };
        let offer = *offer;
        place.lose_the_folder();
        let said = place.does(Input::Offered {
            offer,
            how: Offered::Accepted,
        });
        let [
            Output::Dial {
                promise, attempt, ..
            },
        ] = &said[..]
        else {
            panic!("{said:?}");
        };
        let why = place.kept.unsaved().unwrap().to_owned();
        assert!(why.contains("queue.json cannot be written"), "{why}");
        // So it is held, and the agent's leg says that.
        let (promise, attempt) = (*promise, *attempt);
        place.does(Input::Dialled {
            promise,
            attempt,
            how: Dialled::NotTried(why),
        });
        let view = place.kept.view();
        assert_eq!(view.promises[0].attempts, 0);
        assert_eq!(view.agents[0].with, None::<Who>);
        place.mend_the_folder();
        place.kept.save_again();
        assert!(place.kept.unsaved().is_none());
        assert!(read(&place.above.path().join("data")).unwrap().is_some());
    }
}
