//! Messages that callers leave: recorded as they come, then transcribed.
//!
//! Two threads: `messages` writes the sound, `transcribe` puts it into words when a message is
//! kept, so that long ones hold up nobody's sound. Which files there are is known by
//! [`MessageStore`]; when a caller may leave a message, and when it ends, is decided by the call.
//!
//! ```ignore
//! let messages = Messages::start(Path::new("data"))?;
//! messages.send(call, &engines, message);    // from the media thread, never waits
//! messages.close();                          // at the end
//! ```

mod recording;
#[cfg(test)]
mod tests;
mod words;

use crate::audio::{Clip, wav};
use crate::call::Message;
use crate::engines::Engines;
use crate::hear::{Stop, Unheard};
use crate::record::{Description, MessageStore};
use recording::Recording;
use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Pieces of sound that may wait for the thread; and when not even their length is noted any more.
/// The few other words that a call says of a message always find a place.
const MOST_SOUNDS: usize = 256;
const MOST_WAITING: usize = 16_384;
/// How often a disk that failed is tried again when nothing comes.
const RETRY: Duration = Duration::from_secs(1);
/// Whole messages that may wait for a disk to come back.
const MOST_UNWRITTEN: usize = 50;
/// At the end, so long is waited for the words of what was left last. What is not ready then gets them
/// after the next start.
const LAST_WORDS: Duration = Duration::from_secs(20);
const GIVING_UP: Duration = Duration::from_secs(2);

/// Stands in a message while it is put into words, and for good if that brings the server down:
/// so it happens once.
const INTERRUPTED: &str = "the server stopped while it was transcribed";

/// Where messages are handed in. Clones are the same.
#[derive(Clone)]
pub struct Messages(Arc<Shared>);

struct Shared {
    queue: Sender<Post>,
    load: Arc<Load>,
    ending: Mutex<Option<Ending>>,
}

/// How much waits for the thread, and what did not fit.
#[derive(Default)]
struct Load {
    waiting: AtomicUsize,
    lost: AtomicU64,
}

struct Ending {
    thread: JoinHandle<()>,
    /// Cut off when the last text is written.
    transcribed: Receiver<()>,
    stop: Stop,
}

/// What waits for the thread.
enum Post {
    Begin(Box<(Description, Engines)>),
    Sound(String, Clip),
    /// Sound that did not fit: its rate and length.
    Gap(String, u32, usize),
    Keep(String),
    Drop(String),
    Close,
}

impl Messages {
    /// Starts the threads for the messages below a data folder, which is made if need be. What a
    /// server that died was recording becomes messages, too.
    pub fn start(folder: &Path) -> io::Result<Messages> {
        let store = MessageStore::open(folder);
        store.make()?;
        let unfinished = store.unfinished().map_err(io::Error::other)?;
        for (id, description) in unfinished {
            match recording::recover(&store, &id, description) {
                Ok(()) => {
                    tracing::warn!(id, "a message that was cut off is kept as far as it goes")
                }
                Err(error) => {
                    tracing::error!(id, %error, "a message that was cut off stays as it is")
                }
            }
        }
        let (queue, posts) = channel();
        let (wanted, wishes) = channel();
        let (done, transcribed) = channel();
        let (load, stop) = (Arc::<Load>::default(), Stop::never());
        let mut desk = Desk {
            open: HashMap::new(),
            unwritten: Vec::new(),
            load: load.clone(),
            without_text: store.without_text().map_err(io::Error::other)?,
            wanted,
            store: store.clone(),
        };
        let stopped = stop.clone();
        std::thread::Builder::new()
            .name("transcribe".to_owned())
            .spawn(move || {
                for (id, engines) in wishes {
                    transcribe(&store, &id, &engines, &stopped);
                }
                drop(done);
            })?;
        let thread = std::thread::Builder::new()
            .name("messages".to_owned())
            .spawn(move || desk.run(&posts))?;
        let ending = Ending {
            thread,
            transcribed,
            stop,
        };
        Ok(Messages(Arc::new(Shared {
            queue,
            load,
            ending: Mutex::new(Some(ending)),
        })))
    }

    /// Never waits. Sound that comes faster than the disk takes it is silence in the message, counted, and
    /// the number logged as an error; the message itself is never lost.
    pub fn send(&self, call: &str, engines: &Engines, message: Message) {
        let load = &self.0.load;
        let call = call.to_owned();
        let post = match message {
            Message::Begun {
                number,
                queue,
                context,
            } => {
                let begun = Description::begun(&call, jiff::Timestamp::now());
                let description = Description {
                    number,
                    queue,
                    context,
                    ..begun
                };
                Post::Begin(Box::new((description, engines.clone())))
            }
            Message::Kept => Post::Keep(call),
            Message::Dropped => Post::Drop(call),
            Message::Sound(clip) => match load.waiting.load(Ordering::Relaxed) {
                ..MOST_SOUNDS => Post::Sound(call, clip),
                waiting => {
                    load.lost.fetch_add(1, Ordering::Relaxed);
                    if waiting >= MOST_WAITING {
                        return;
                    }
                    Post::Gap(call, clip.hz, clip.samples.len())
                }
            },
        };
        load.waiting.fetch_add(1, Ordering::Relaxed);
        // It fails only after the end.
        if self.0.queue.send(post).is_err() {
            tracing::error!("part of a message came after the end and is lost");
        }
    }

    /// Keeps what was sent before, also messages that are being left, and ends the threads; what is
    /// sent later is lost. Waits for the disk and some seconds for the last words, so not for the
    /// media path.
    pub fn close(&self) {
        self.0.close();
    }
}

impl Shared {
    fn close(&self) {
        let mut ending = self.ending.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ending) = ending.take() else {
            return;
        };
        let _ = self.queue.send(Post::Close);
        let _ = ending.thread.join();
        let over = |patience| {
            ending.transcribed.recv_timeout(patience) == Err(RecvTimeoutError::Disconnected)
        };
        if !over(LAST_WORDS) {
            ending.stop.cancel();
            // An engine that does not even stop is left behind.
            over(GIVING_UP);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

/// What the thread that writes works with.
struct Desk {
    store: MessageStore,
    /// Messages that are being left, by call; and who puts them into words.
    open: HashMap<String, (Recording, Engines)>,
    /// Whole messages that wait for the disk.
    unwritten: Vec<(Recording, Engines)>,
    load: Arc<Load>,
    /// Those of an earlier run; they get their words from the first engines that come.
    without_text: Vec<String>,
    wanted: Sender<(String, Engines)>,
}

impl Desk {
    fn run(&mut self, posts: &Receiver<Post>) {
        loop {
            match posts.recv_timeout(RETRY) {
                Ok(Post::Close) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(post) => {
                    self.load.waiting.fetch_sub(1, Ordering::Relaxed);
                    self.take(post);
                }
                Err(RecvTimeoutError::Timeout) => self.retry(),
            }
            let lost = self.load.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                tracing::error!(
                    lost,
                    "messages come faster than the disk takes them: seconds of silence"
                );
            }
        }
        for (_, (recording, engines)) in std::mem::take(&mut self.open) {
            self.keep(recording, engines);
        }
        self.retry();
        for (recording, _) in &self.unwritten {
            tracing::error!(
                call = recording.call(),
                "a message could not be written and is lost"
            );
        }
    }

    fn take(&mut self, post: Post) {
        match post {
            Post::Begin(begun) => self.begin(begun.0, begun.1),
            Post::Sound(call, clip) => self.append(&call, |recording| recording.sound(clip)),
            Post::Gap(call, hz, samples) => {
                self.append(&call, |recording| recording.gap(hz, samples));
            }
            Post::Keep(call) => {
                if let Some((recording, engines)) = self.open.remove(&call) {
                    self.keep(recording, engines);
                }
            }
            Post::Drop(call) => {
                if let Some((recording, _)) = self.open.remove(&call)
                    && let Err(error) = self.store.remove(recording.id())
                {
                    tracing::error!(call, %error, "a message in which nothing was said stays");
                }
            }
            Post::Close => {}
        }
    }

    fn begin(&mut self, description: Description, engines: Engines) {
        for id in std::mem::take(&mut self.without_text) {
            self.want_words(id, engines.clone());
        }
        let call = description.call.clone();
        if let Some((before, engines)) = self.open.remove(&call) {
            self.keep(before, engines);
        }
        match Recording::new(&self.store, description) {
            Ok(mut recording) => {
                write(&mut recording, &self.store);
                self.open.insert(call, (recording, engines));
            }
            Err(error) => tracing::error!(%error, "a message cannot be recorded"),
        }
    }

    fn append(&mut self, call: &str, change: impl FnOnce(&mut Recording)) {
        if let Some((recording, _)) = self.open.get_mut(call) {
            change(recording);
            write(recording, &self.store);
        }
    }

    fn keep(&mut self, recording: Recording, engines: Engines) {
        self.unwritten.push((recording, engines));
        self.finish_all();
        if self.unwritten.len() > MOST_UNWRITTEN {
            let (recording, _) = self.unwritten.remove(0);
            tracing::error!(
                call = recording.call(),
                "a message could not be written and is lost"
            );
        }
    }

    fn finish_all(&mut self) {
        for (mut recording, engines) in std::mem::take(&mut self.unwritten) {
            match recording.finish(&self.store) {
                Ok(()) => {
                    tracing::info!(id = recording.id(), "a message was left");
                    self.want_words(recording.id().to_owned(), engines);
                }
                Err(news) => {
                    waits(&recording, news);
                    self.unwritten.push((recording, engines));
                }
            }
        }
    }

    fn want_words(&self, id: String, engines: Engines) {
        // It fails only if the thread has died; then they come after the next start.
        let _ = self.wanted.send((id, engines));
    }

    fn retry(&mut self) {
        for (recording, _) in self.open.values_mut() {
            write(recording, &self.store);
        }
        self.finish_all();
    }
}

fn write(recording: &mut Recording, store: &MessageStore) {
    if let Err(news) = recording.write(store) {
        waits(recording, news);
    }
}

fn waits(recording: &Recording, news: Option<io::Error>) {
    if let Some(error) = news {
        let call = recording.call();
        tracing::error!(call, %error, "a message cannot be written and waits for the disk");
    }
}

/// Puts a message into words, and why there are none if there are none.
fn transcribe(store: &MessageStore, id: &str, engines: &Engines, stop: &Stop) {
    if stop.is_cancelled() {
        return;
    }
    let transcribed = store.read(id).map_err(io::Error::other);
    let transcribed = transcribed.and_then(|mut description| {
        description.no_text = Some(INTERRUPTED.to_owned());
        store.write(id, &description)?;
        (description.text, description.no_text) = text(store, id, &description, engines, stop);
        store.write(id, &description)
    });
    if let Err(error) = transcribed {
        tracing::error!(id, %error, "a message stays without text");
    }
}

fn text(
    store: &MessageStore,
    id: &str,
    description: &Description,
    engines: &Engines,
    stop: &Stop,
) -> (Option<String>, Option<String>) {
    if description.duration_ms == 0 {
        return (Some(String::new()), None);
    }
    let sound = match wav::read(&store.sound(id)) {
        Ok(wav) => wav.clip,
        Err(error) => return (None, Some(error.to_string())),
    };
    let words = catch_unwind(AssertUnwindSafe(|| words::words(&sound, engines, stop)));
    match words.unwrap_or_else(|_| Err(Unheard::Failed("the listener panicked".to_owned()))) {
        Ok(words) => (Some(words), None),
        // Another time.
        Err(_) if stop.is_cancelled() => (None, None),
        Err(Unheard::Failed(why) | Unheard::Overloaded(why)) => (None, Some(why)),
    }
}
