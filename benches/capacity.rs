//! How many calls a machine takes: simultaneous calls are raised until packets leave late, and what a
//! call costs, how steadily its sound goes out, how fast calls are set up and whether memory stays
//! flat are printed. Where the chroot of `../shared/asterisk` is, Asterisk gets the same callers in
//! the same run.
//!
//!     make bench-capacity                             everything
//!     cargo bench --bench capacity -- calls           one part; see SECTIONS
//!     cargo bench --bench capacity -- calls 400       as many calls, once
//!
//! The callers share the machine with what is measured: they take one core of two. Each hears a long
//! prompt and sends the noise of a quiet room, which is listened to.

#[path = "capacity/callers.rs"]
mod callers;
#[path = "capacity/machine.rs"]
mod machine;
#[path = "capacity/sip.rs"]
mod sip;
#[path = "capacity/sound.rs"]
mod sound;
#[path = "capacity/systems.rs"]
mod systems;

use callers::{Callers, LATE, Measured, PACKET};
use machine::{Machine, Process};
use std::error::Error;
use std::time::Duration;
use systems::{Asterisk, System, Zeroline};

const SECTIONS: [&str; 3] = ["calls", "setups", "endurance"];
/// Simultaneous calls, one step after the other.
const STEPS: [usize; 9] = [50, 100, 200, 300, 400, 600, 800, 1_000, 1_300];
/// More packets than this leave late: the step before was the last good one.
const LATE_SHARE: f64 = 0.001;
const MEASURED_FOR: Duration = Duration::from_secs(10);
/// Measured so often before it is said to be too much: a virtual machine's host takes time away now and
/// then, which a thread that does nothing feels as well.
const TRIES: usize = 6;
/// After the last call is up, until measuring begins.
const SETTLING: Duration = Duration::from_secs(3);
/// Calls set up a second, while simultaneous calls are raised.
const GENTLY: f64 = 100.0;
/// Calls set up a second, one step after the other, and for so long.
const RATES: [f64; 4] = [50.0, 100.0, 200.0, 300.0];
const RATE_HELD: Duration = Duration::from_secs(10);
/// How long a call lasts where setting up is what is measured.
const SHORT: Duration = Duration::from_millis(500);
/// In all, looked at so often.
const ENDURED: usize = 50_000;
const LOOKS: usize = 5;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let wanted = |section: &str| {
        let none = !words.iter().any(|word| SECTIONS.contains(&word.as_str()));
        none || words.iter().any(|word| word == section)
    };
    let steps: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let steps = match steps.is_empty() {
        true => STEPS.to_vec(),
        false => steps,
    };
    let mut systems: Vec<Box<dyn System>> = vec![Box::new(Zeroline::start()?)];
    match Asterisk::start() {
        Ok(asterisk) => systems.push(Box::new(asterisk)),
        Err(why) => println!("Asterisk is not measured: {why}\n"),
    }
    println!("{}\n", machine::describe());
    if wanted("calls") {
        simultaneous(&systems, &steps)?;
    }
    if wanted("setups") {
        setups(&systems)?;
    }
    if wanted("endurance") {
        endurance(systems.first().ok_or("nothing to measure")?.as_ref())?;
    }
    Ok(())
}

fn simultaneous(systems: &[Box<dyn System>], steps: &[usize]) -> Outcome {
    println!(
        "| | calls | CPU a call, % of a core | calls a core | memory a call, kB | left later than 20 ms | pacing p50 / p99, ms | lost | the callers' CPU | stolen | an idle thread is late |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut done = vec![false; systems.len()];
    for &calls in steps {
        for (system, done) in systems.iter().zip(&mut done) {
            if !*done {
                *done = step(system.as_ref(), calls)?;
            }
        }
    }
    println!();
    Ok(())
}

/// True where that was too much.
fn step(system: &dyn System, calls: usize) -> Result<bool, Box<dyn Error>> {
    let process = Process(system.pid());
    let idle_kb = process.memory_kb()?;
    let mut callers = Callers::new(system.address(), system.target())?;
    let set_up = callers.place(calls, GENTLY)?;
    std::thread::sleep(SETTLING);
    let memory_kb = process.memory_kb()?.saturating_sub(idle_kb) as f64;
    let up = set_up.answered as f64;
    let mut best = Window::measure(&mut callers, &process)?;
    for _ in 1..TRIES {
        if best.late_share() > LATE_SHARE {
            let again = Window::measure(&mut callers, &process)?;
            if again.late_share() < best.late_share() {
                best = again;
            }
        }
    }
    callers.hang_up_all()?;
    let heard = &best.heard;
    println!(
        "| {} | {} | {:.3} | {:.0} | {:.0} | {:.3} % | {:.1} / {:.1} | {} | {:.0} % | {:.0} % | {:.3} % |",
        system.name(),
        set_up.answered,
        100.0 * best.cpu / up,
        up / best.cpu,
        memory_kb / up,
        100.0 * best.late_share(),
        heard.pacing.at(0.5),
        heard.pacing.at(0.99),
        heard.lost,
        100.0 * best.callers_cpu,
        100.0 * best.stolen,
        100.0 * best.idle_late_share,
    );
    std::thread::sleep(SETTLING);
    Ok(best.late_share() > LATE_SHARE || set_up.answered < calls)
}

/// What was measured in [`MEASURED_FOR`]; CPU in cores.
struct Window {
    heard: Measured,
    cpu: f64,
    callers_cpu: f64,
    stolen: f64,
    idle_late_share: f64,
}

impl Window {
    fn measure(callers: &mut Callers, process: &Process) -> Result<Window, Box<dyn Error>> {
        let (before, machine, ours) = (process.cpu()?, Machine::now()?, Process::this().cpu()?);
        let idle = std::thread::spawn(|| machine::idle_late_share(MEASURED_FOR, PACKET, LATE));
        let heard = callers.listen(MEASURED_FOR)?;
        let seconds = MEASURED_FOR.as_secs_f64();
        Ok(Window {
            heard,
            cpu: (process.cpu()? - before) / seconds,
            callers_cpu: (Process::this().cpu()? - ours) / seconds,
            stolen: Machine::now()?.stolen_since(&machine),
            idle_late_share: idle.join().map_err(|_| "the idle thread")?,
        })
    }

    fn late_share(&self) -> f64 {
        self.heard.late as f64 / self.heard.packets.max(1) as f64
    }
}

fn setups(systems: &[Box<dyn System>]) -> Outcome {
    println!(
        "| | set up a second, asked | answered | failed | until the 200, p50 / p99, ms | CPU a call, ms | the callers' CPU |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for rate in RATES {
        for system in systems {
            let process = Process(system.pid());
            let mut callers = Callers::new(system.address(), system.target())?;
            let (before, ours) = (process.cpu()?, Process::this().cpu()?);
            let calls = (rate * RATE_HELD.as_secs_f64()) as usize;
            let set_up = callers.place_and_leave(calls, rate, SHORT)?;
            let took = set_up.took.as_secs_f64();
            println!(
                "| {} | {rate:.0} | {:.0} | {} | {:.1} / {:.1} | {:.2} | {:.0} % |",
                system.name(),
                set_up.answered as f64 / took,
                calls - set_up.answered,
                set_up.latency.at(0.5),
                set_up.latency.at(0.99),
                1_000.0 * (process.cpu()? - before) / set_up.answered.max(1) as f64,
                100.0 * (Process::this().cpu()? - ours) / took,
            );
            std::thread::sleep(SETTLING);
        }
    }
    println!();
    Ok(())
}

fn endurance(system: &dyn System) -> Outcome {
    println!("| calls so far | failed | memory, MB | sockets and files |");
    println!("|---:|---:|---:|---:|");
    let process = Process(system.pid());
    let mut failed = 0;
    for look in 0..=LOOKS {
        println!(
            "| {} | {failed} | {:.1} | {} |",
            look * ENDURED / LOOKS,
            process.memory_kb()? as f64 / 1_000.0,
            process.files()?,
        );
        if look < LOOKS {
            let mut callers = Callers::new(system.address(), system.target())?;
            let calls = ENDURED / LOOKS;
            let set_up = callers.place_and_leave(calls, 200.0, SHORT)?;
            failed += calls - set_up.answered;
            std::thread::sleep(SETTLING);
        }
    }
    println!();
    Ok(())
}
