//! How a download goes, while it goes.

use super::megabytes;
use crate::models::{ModelFile, Step};
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// One line on a terminal that is written over and over. In a pipe only what went wrong is told.
pub struct Progress {
    /// Whose download it is.
    file: String,
    live: bool,
    /// When the first bytes came, and after how many.
    began: Option<(Instant, u64)>,
    shown: Option<Instant>,
}

impl Progress {
    const EVERY: Duration = Duration::from_millis(200);

    pub fn new() -> Progress {
        Progress {
            file: String::new(),
            live: std::io::stderr().is_terminal(),
            began: None,
            shown: None,
        }
    }

    pub fn show(&mut self, file: &ModelFile, step: Step) {
        if self.file != file.name {
            self.file.clone_from(&file.name);
            (self.began, self.shown) = (None, None);
        }
        match step {
            Step::Progress { done, size } => self.bytes(done, size),
            Step::Checking => self.line("checking"),
            Step::Unpacking => self.line("unpacking"),
            Step::Again { why, wait } => {
                self.began = None;
                self.tell(&format!("{why}; trying again in {} s", wait.as_secs()));
            }
            Step::StartingOver { why } => {
                self.began = None;
                self.tell(&format!("starting over: {why}"));
            }
        }
    }

    fn bytes(&mut self, done: u64, size: u64) {
        let (began, at) = *self.began.get_or_insert((Instant::now(), done));
        if self
            .shown
            .is_some_and(|shown| shown.elapsed() < Self::EVERY)
        {
            return;
        }
        self.shown = Some(Instant::now());
        let rate = done.saturating_sub(at) as f64 / began.elapsed().as_secs_f64().max(0.1);
        let percent = done.saturating_mul(100) / size.max(1);
        let of = format!("{percent:>3} % of {}", megabytes(size));
        let rest = match rate > 0.0 {
            true => format!(
                ", {:.1} MB/s, {:.0} s left",
                rate / 1e6,
                size.saturating_sub(done) as f64 / rate
            ),
            false => String::new(),
        };
        self.line(&format!("{of}{rest}"));
    }

    fn line(&self, text: &str) {
        if self.live {
            eprint!("\r\x1b[K{}: {text}", self.file);
            let _ = std::io::stderr().flush();
        }
    }

    fn tell(&self, text: &str) {
        self.clear();
        eprintln!("{}: {text}", self.file);
    }

    pub fn clear(&self) {
        if self.live {
            eprint!("\r\x1b[K");
        }
    }
}
