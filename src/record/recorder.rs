//! Writing one call down, line by line, through whatever the disk does.

use super::RecordError;
use crate::call::Event;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

/// What is kept of a call while it cannot be written: some thousand events.
const MOST_WAITING: usize = 512 * 1024;

/// The file of one call.
///
/// The file is opened for each line: a call has about one event a second, and a folder that was
/// moved, deleted or filled up is then noticed at once and used again as soon as it is back.
#[derive(Debug)]
pub struct Recorder {
    path: PathBuf,
    /// Lines that wait to be written; the first may be the rest of one that was cut short.
    waiting: Vec<u8>,
    failing: bool,
    lost: u64,
}

impl Recorder {
    pub(super) fn new(path: PathBuf) -> Recorder {
        Recorder {
            path,
            waiting: Vec::new(),
            failing: false,
            lost: 0,
        }
    }

    /// Hands the event to the operating system as one line in one write, so that this process
    /// may die right after.
    ///
    /// When that fails, the event is kept and written with a later one; the error is given once,
    /// and again only after it had worked in between.
    pub fn append(&mut self, event: &Event) -> Result<(), RecordError> {
        match line(event) {
            Some(line) if self.waiting.len() + line.len() <= MOST_WAITING => {
                self.waiting.extend_from_slice(&line);
            }
            _ => self.lost += 1,
        }
        self.retry()
    }

    /// Tries again to write what waits; the error is given as by [`append`](Recorder::append).
    pub fn retry(&mut self) -> Result<(), RecordError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let outcome = self.write();
        let news = outcome.is_err() && !self.failing;
        self.failing = outcome.is_err();
        match outcome {
            Err(source) if news => Err(RecordError::Unwritable {
                path: self.path.clone(),
                source,
            }),
            _ => Ok(()),
        }
    }

    /// Whether events wait for the disk.
    pub fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Events that are gone, because the disk failed for too long.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    fn write(&mut self) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        let mut file = match options.open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                if let Some(dir) = self.path.parent() {
                    std::fs::create_dir_all(dir)?;
                }
                options.open(&self.path)?
            }
            file => file?,
        };
        while !self.waiting.is_empty() {
            match file.write(&self.waiting) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => drop(self.waiting.drain(..written)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// `None` for what JSON cannot say; no event of today is that.
fn line(event: &Event) -> Option<Vec<u8>> {
    let mut line = serde_json::to_vec(event).ok()?;
    line.push(b'\n');
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{EventKind, Way};

    fn digit(at_ms: u64) -> Event {
        Event {
            call: "a".to_owned(),
            at_ms,
            kind: EventKind::Digit {
                key: '0',
                by: Some(Way::Rtp),
            },
        }
    }

    fn lines(path: &std::path::Path) -> Vec<Event> {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.ends_with('\n'));
        text.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    }

    #[test]
    fn each_event_is_on_disk_as_a_whole_line_when_append_returns() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/folder/a.jsonl");
        let mut recorder = Recorder::new(path.clone());
        for at in 0..3 {
            recorder.append(&digit(at)).unwrap();
            assert_eq!(lines(&path).len() as u64, at + 1);
        }
    }

    #[test]
    fn what_cannot_be_written_is_kept_and_written_later_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("calls");
        let path = folder.join("a.jsonl");
        let mut recorder = Recorder::new(path.clone());
        recorder.append(&digit(0)).unwrap();
        // A file where the folder was: nothing can be written for a while.
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::write(&folder, "in the way").unwrap();
        let error = recorder.append(&digit(1)).unwrap_err().to_string();
        assert!(error.contains("a.jsonl"), "{error}");
        assert!(recorder.append(&digit(2)).is_ok(), "the error is told once");
        assert!(recorder.is_behind());
        std::fs::remove_file(&folder).unwrap();
        recorder.append(&digit(3)).unwrap();
        assert!(!recorder.is_behind());
        let times: Vec<u64> = lines(&path).iter().map(|e| e.at_ms).collect();
        assert_eq!(times, [1, 2, 3]);
        assert_eq!(recorder.lost(), 0);
    }

    #[test]
    fn a_full_disk_costs_bounded_memory_and_no_panic() {
        // Every write to /dev/full fails with "no space left".
        let mut recorder = Recorder::new(PathBuf::from("/dev/full"));
        assert!(recorder.append(&digit(0)).is_err());
        for at in 1..20_000 {
            recorder.append(&digit(at)).unwrap();
        }
        assert!(recorder.waiting.len() <= MOST_WAITING);
        assert!(recorder.lost() > 0);
    }
}
