//! One message while it is left: its WAV file grows as the sound comes, through whatever the disk does.
//!
//! The header is made true after each piece of sound, so that a server that dies loses the last
//! second at most. The file is opened for each piece: one that was taken away or a disk that filled up
//! is noticed, what could not be written waits in memory, and what does not fit there is silence.

use crate::audio::{Clip, resample, wav};
use crate::record::{Description, MessageStore, RecordError};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;

/// Of a message that cannot be written, so much is kept in memory.
const MOST_WAITING_SECONDS: usize = 60;
/// RIFF, format and data headers of a plain 16-bit file.
const HEADER: u64 = 44;

pub(super) struct Recording {
    id: String,
    description: Description,
    /// The file is there, and ours.
    reserved: bool,
    /// The description is on disk as it was at the beginning.
    described: bool,
    /// Of the file; 0 before the first sound.
    hz: u32,
    /// Samples in the file.
    written: u64,
    /// What waits for the disk; and how many samples of silence come after it.
    waiting: Vec<i16>,
    silence: u64,
    missing: u64,
    failing: bool,
}

impl Recording {
    pub fn new(store: &MessageStore, description: Description) -> Result<Recording, RecordError> {
        Ok(Recording {
            id: store.new_id(&description.call)?,
            description,
            reserved: false,
            described: false,
            hz: 0,
            written: 0,
            waiting: Vec::new(),
            silence: 0,
            missing: 0,
            failing: false,
        })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn call(&self) -> &str {
        &self.description.call
    }

    pub fn sound(&mut self, clip: Clip) {
        if self.hz == 0 {
            self.hz = clip.hz;
        }
        let clip = match clip.hz == self.hz {
            true => clip,
            false => resample::to(&clip, self.hz),
        };
        let most = MOST_WAITING_SECONDS * self.hz as usize;
        match self.silence == 0 && self.waiting.len() + clip.samples.len() <= most {
            true => self.waiting.extend_from_slice(&clip.samples),
            false => self.gap(clip.hz, clip.samples.len()),
        }
    }

    /// Sound that is lost: silence keeps the rest in its place.
    pub fn gap(&mut self, hz: u32, samples: usize) {
        if self.hz == 0 {
            self.hz = hz;
        }
        let samples = samples as u64 * u64::from(self.hz) / u64::from(hz.max(1));
        self.silence += samples;
        self.missing += samples;
    }

    /// Writes what waits. The error is given once, and again only after it had worked in between.
    pub fn write(&mut self, store: &MessageStore) -> Result<(), Option<io::Error>> {
        let outcome = self.try_to_write(store);
        self.told_once(outcome)
    }

    /// Makes a whole message of it; errors as [`write`](Recording::write) gives them.
    pub fn finish(&mut self, store: &MessageStore) -> Result<(), Option<io::Error>> {
        let outcome = self.try_to_finish(store);
        self.told_once(outcome)
    }

    fn told_once(&mut self, outcome: io::Result<()>) -> Result<(), Option<io::Error>> {
        let news = !std::mem::replace(&mut self.failing, outcome.is_err());
        outcome.map_err(|error| news.then_some(error))
    }

    fn try_to_finish(&mut self, store: &MessageStore) -> io::Result<()> {
        self.try_to_write(store)?;
        store.reopen_sound(&self.id)?.sync_all()?;
        let ms = |samples: u64| samples * 1000 / u64::from(self.hz.max(1));
        let description = Description {
            complete: true,
            duration_ms: ms(self.written),
            missing_ms: ms(self.missing),
            ..self.description.clone()
        };
        store.write(&self.id, &description)
    }

    fn try_to_write(&mut self, store: &MessageStore) -> io::Result<()> {
        let file = self.file(store)?;
        if !self.described {
            store.write(&self.id, &self.description)?;
            self.described = true;
        }
        if self.waiting.is_empty() && self.silence == 0 {
            return Ok(());
        }
        let bytes: Vec<u8> = self.waiting.iter().flat_map(|s| s.to_le_bytes()).collect();
        file.write_all_at(&bytes, HEADER + self.written * 2)?;
        self.written += self.waiting.len() as u64;
        self.waiting = Vec::new();
        self.written += std::mem::take(&mut self.silence);
        file.set_len(HEADER + self.written * 2)?;
        file.write_all_at(&header(self.hz, self.written), 0)
    }

    fn file(&mut self, store: &MessageStore) -> io::Result<File> {
        if !store.dir().is_dir() {
            store.make()?;
            self.described = false;
        }
        if self.reserved {
            return store.reopen_sound(&self.id);
        }
        let file = match store.create_sound(&self.id) {
            // Taken since it was chosen, while the disk was away.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.id = store.new_id(self.call()).map_err(io::Error::other)?;
                store.create_sound(&self.id)?
            }
            file => file?,
        };
        self.reserved = true;
        Ok(file)
    }
}

/// Makes a whole message of what a server that died has left.
pub(super) fn recover(
    store: &MessageStore,
    id: &str,
    mut description: Description,
) -> Result<(), io::Error> {
    // Also makes a file where there was none: then nothing had been said yet.
    let file = store.reopen_sound(id)?;
    let mut start = [0; HEADER as usize];
    let samples = file.metadata()?.len().saturating_sub(HEADER) / 2;
    if file.read_exact_at(&mut start, 0).is_ok() {
        let hz = start.get(24..28).and_then(|hz| hz.try_into().ok());
        let hz = hz.map_or(0, u32::from_le_bytes).max(1);
        if is_ours(&start, hz) {
            file.write_all_at(&header(hz, samples), 0)?;
        }
    }
    // Whatever else lies there under such a name counts as far as it can be heard.
    let heard = wav::read(&store.sound(id));
    description.duration_ms = heard.map_or(0, |wav| wav.clip.milliseconds());
    description.complete = true;
    store.write(id, &description)
}

/// Whether a header is one that [`header`] made, for however many samples.
fn is_ours(start: &[u8; HEADER as usize], hz: u32) -> bool {
    let ours = header(hz, 0);
    let same = |range: std::ops::Range<usize>| start.get(range.clone()) == ours.get(range);
    same(0..4) && same(8..40)
}

/// Of a mono 16-bit WAV file.
fn header(hz: u32, samples: u64) -> [u8; HEADER as usize] {
    let bytes = u32::try_from(samples * 2).unwrap_or(u32::MAX - 36);
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(bytes.saturating_add(36)).to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16u32.to_le_bytes(),
        &1u16.to_le_bytes(),
        &1u16.to_le_bytes(),
        &hz.to_le_bytes(),
        &hz.saturating_mul(2).to_le_bytes(),
        &2u16.to_le_bytes(),
        &16u16.to_le_bytes(),
        b"data",
        &bytes.to_le_bytes(),
    ];
    let mut header = [0; HEADER as usize];
    for (to, from) in header.iter_mut().zip(fields.concat()) {
        *to = from;
    }
    header
}
