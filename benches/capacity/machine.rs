//! What `/proc` says about the machine and about a process.

use std::error::Error;
use std::fs;
use std::time::{Duration, Instant};

type Read<T> = Result<T, Box<dyn Error>>;

/// A process by its id.
pub struct Process(pub u32);

impl Process {
    pub fn this() -> Process {
        Process(std::process::id())
    }

    /// Seconds of CPU since it began, of all its threads, in itself and in the kernel for it.
    pub fn cpu(&self) -> Read<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // The name, in brackets, may hold anything.
        let (_, after) = stat.rsplit_once(')').ok_or("no name in stat")?;
        let fields: Vec<&str> = after.split_ascii_whitespace().collect();
        let ticks = |at: usize| -> Read<f64> { Ok(fields.get(at).ok_or("short stat")?.parse()?) };
        Ok((ticks(11)? + ticks(12)?) / ticks_a_second())
    }

    /// What it holds of the machine's memory, shared pages by their share.
    pub fn memory_kb(&self) -> Read<u64> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0))?;
        let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let pss = pss.and_then(|rest| rest.split_ascii_whitespace().next());
        Ok(pss.ok_or("no Pss")?.parse()?)
    }

    pub fn files(&self) -> Read<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.0))?.count())
    }
}

fn ticks_a_second() -> f64 {
    // SAFETY: asks for a number.
    (unsafe { libc::sysconf(libc::_SC_CLK_TCK) }) as f64
}

/// The CPU time of the whole machine, so far.
pub struct Machine {
    all: f64,
    stolen: f64,
}

impl Machine {
    pub fn now() -> Read<Machine> {
        let stat = fs::read_to_string("/proc/stat")?;
        let line = stat.lines().next().ok_or("empty /proc/stat")?;
        let ticks: Vec<f64> = line
            .split_ascii_whitespace()
            .skip(1)
            .filter_map(|field| field.parse().ok())
            .collect();
        Ok(Machine {
            all: ticks.iter().take(8).sum(),
            stolen: ticks.get(7).copied().unwrap_or(0.0),
        })
    }

    /// The share that neighbours took, 0 to 1.
    pub fn stolen_since(&self, before: &Machine) -> f64 {
        (self.stolen - before.stolen) / (self.all - before.all).max(1.0)
    }
}

/// How often a thread that does nothing but sleep until the next `tick`, for this `time`, wakes so `late`.
pub fn idle_late_share(time: Duration, tick: Duration, late: Duration) -> f64 {
    let began = Instant::now();
    let (mut next, mut ticks, mut missed) = (began, 0u32, 0u32);
    while began.elapsed() < time {
        next += tick;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
        ticks += 1;
        missed += u32::from(next.elapsed() > late);
    }
    f64::from(missed) / f64::from(ticks.max(1))
}

/// One line about what this was measured on.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown", |(_, model)| model);
    let profile = match cfg!(debug_assertions) {
        true => "a development build: figures are those of `--release` only without this line",
        false => "a release build",
    };
    format!("{cores} cores of {model}; {profile}.")
}
