//! Callers who speak while the bot does, and sounds that are no speech while it does: when it stops,
//! and when it should not have.

use super::calls::{AT_ONCE, Failure, LONGEST, Line, PROMPT, QUIET, at_once, show, understood};
use super::noises::{self, Noise, Random};
use super::office::Office;
use super::vad::percentile;
use std::error::Error;
use std::time::{Duration, Instant};
use zeroline::call::{EventKind, InterruptedBy};
use zeroline::dialplan::Dialplan;

/// Quiet that is longer than the bot's own pauses: it has stopped.
const STOPPED: Duration = Duration::from_millis(400);
/// How long each noise is listened to.
const NOISE_SECONDS: usize = 60;
/// Calls with noise at a time.
const NOISY_CALLS: usize = 6;

/// A greeting that is longer than [`NOISE_SECONDS`].
pub const LONG_GREETING: &str = "\
    Welcome to the clinic at the lake and thank you for calling us today. \
    We are open from Monday to Friday between eight in the morning and six in the evening. \
    You will find us across from the library where the bus number nine stops at our door. \
    There is free parking behind the house and the entrance to it is on Mill Road. \
    If you would like to see a doctor we will gladly find a time that suits you. \
    Please bring your insurance card and a list of the medicines that you take. \
    For a refill please call your pharmacy first because they send the request to us. \
    Results of your tests are gone over with you by one of our nurses. \
    Children are welcome at any time and there is a room where they can play. \
    Our laboratory opens at seven so that you need not go without breakfast for long. \
    In the month of December we offer the flu vaccine on every Wednesday afternoon. \
    Should you be late then let us know and we will try to see you all the same. \
    We speak English and Spanish and somebody can translate for you on the phone. \
    There is a lift to the second floor and a wheelchair waits beside the front door. \
    You may pay by card or in cash or ask us to send you the bill at home. \
    Now tell me in your own words how we can help you today.";

struct Interruption {
    caller: String,
    span: (u64, u64),
    /// From the caller's first voice to the bot's last; negative where the bot was pausing, `None`
    /// where it went on.
    quiet_ms: Option<i64>,
    /// The same to the last packet that is not silence.
    silent_ms: Option<i64>,
}

/// Speaks so long after the beginning of the greeting.
fn interrupt(office: &Office, line: &Line, after: Duration) -> Result<Interruption, Failure> {
    let begun = Instant::now();
    let mut phone = office.call()?;
    phone
        .await_voice(begun, LONGEST)
        .ok_or("a call was not greeted")?;
    phone.wait(after);
    let said = phone.say(&line.utterance);
    // The bot may still be talking, or answer at once.
    phone.wait(STOPPED);
    phone.await_quiet(said.last, QUIET, PROMPT);
    let interruption = Interruption {
        caller: phone.name.clone(),
        span: (phone.at_ms(said.first), phone.at_ms(Instant::now())),
        quiet_ms: stopped(&phone.voice(), said.first, said.last + STOPPED),
        silent_ms: stopped(&phone.sound(), said.first, said.last + STOPPED),
    };
    phone.hang_up();
    Ok(interruption)
}

/// The last of `packets` before there are none for [`STOPPED`], counted from `first`; `None` when they
/// go on until `end`.
fn stopped(packets: &[Instant], first: Instant, end: Instant) -> Option<i64> {
    let before = packets.iter().rev().find(|at| **at <= first).copied();
    let after = packets.iter().filter(|at| **at > first && **at < end);
    let mut last = before?;
    for &at in after {
        if at - last >= STOPPED {
            break;
        }
        last = at;
    }
    let ms = |time: Duration| time.as_millis() as i64;
    match last.checked_duration_since(first) {
        Some(time) => (last + STOPPED <= end).then(|| ms(time)),
        None => Some(-ms(first - last)),
    }
}

/// Prints how soon the bot stops when a caller interrupts it, and whether it understood them. `silent`
/// says for each line whether it was understood when it was said into silence; `shows` prints each
/// interruption as well.
pub fn barge_in(
    clinic: &Dialplan,
    lines: &[Line],
    silent: Option<&[bool]>,
    shows: bool,
) -> Result<(), Box<dyn Error>> {
    let office = Office::open(clinic, LONG_GREETING)?;
    let tasks: Vec<(usize, &Line)> = lines.iter().enumerate().collect();
    let begun = Instant::now();
    let made = at_once(AT_ONCE, &tasks, |(at, line)| {
        // Spread evenly, in no order.
        let part = (*at as f64 * 0.618_034).fract();
        interrupt(&office, line, Duration::from_secs_f64(1.2 + 2.8 * part))
    })
    .map_err(|error| error.to_string())?;
    let records = office.close()?;
    for (made, line) in made.iter().zip(lines).filter(|_| shows) {
        show(line, &made.caller, made.span, &records);
        println!("    silent after {:?} ms", made.silent_ms);
    }
    println!(
        "{} utterances over a long greeting, 1.2 to 4 s into it, {AT_ONCE} calls at a time, {:.0} s. \
         From the caller's\nfirst voiced packet to the bot's last before {} ms without, in ms.\n",
        made.len(),
        begun.elapsed().as_secs_f64(),
        STOPPED.as_millis()
    );
    println!(
        "{:<28} {:>7} {:>7} {:>7} {:>7} {:>13} {:>12}",
        "", "stopped", "p50", "p95", "max", "after 250 ms", "did not stop"
    );
    row(
        "voice lowered or gone",
        made.iter().map(|made| made.quiet_ms),
    );
    row("silence", made.iter().map(|made| made.silent_ms));
    let in_a_pause = |made: &&Interruption| made.silent_ms.is_some_and(|ms| ms < 0);
    println!(
        "In {} calls the bot was just pausing between two sentences.",
        made.iter().filter(in_a_pause).count()
    );

    let right: Vec<bool> = made
        .iter()
        .zip(lines)
        .map(|(made, line)| understood(line, records.between(&made.caller, made.span)))
        .collect();
    let count = |right: &[bool]| right.iter().filter(|right| **right).count();
    print!("{} of {} were understood", count(&right), right.len());
    match silent {
        Some(silent) => println!("; said into silence, {} were.", count(silent)),
        None => println!("."),
    }
    Ok(())
}

fn row(name: &str, stops: impl Iterator<Item = Option<i64>>) {
    let all: Vec<Option<i64>> = stops.collect();
    let mut stops: Vec<i64> = all
        .iter()
        .flatten()
        .copied()
        .filter(|ms| *ms >= 0)
        .collect();
    stops.sort_unstable();
    let [p50, p95, max] = [0.5, 0.95, 1.0].map(|share| percentile(&stops, share));
    println!(
        "{name:<28} {:>7} {p50:>7} {p95:>7} {max:>7} {:>13} {:>12}",
        stops.len(),
        stops.iter().filter(|ms| **ms > 250).count(),
        all.iter().filter(|ms| ms.is_none()).count()
    );
}

/// One of coughs, breaths and the like at random, at random distances.
fn mixture(all: &[Noise]) -> Noise {
    let second = 8_000;
    let single: Vec<&Noise> = all
        .iter()
        .filter(|noise| ["cough", "throat", "breath", "click"].contains(&&*noise.name))
        .collect();
    let mut random = Random::new(11);
    let mut samples = Vec::new();
    while samples.len() < NOISE_SECONDS * second && !single.is_empty() {
        let noise = single[(random.unit() * single.len() as f32) as usize % single.len()];
        // One sound in every two seconds.
        let pieces = noise.samples.len() / (2 * second);
        let piece = (random.unit() * pieces as f32) as usize;
        samples.extend(noise.samples.chunks(2 * second).nth(piece).unwrap_or(&[]));
        samples.extend(vec![0; (random.unit() * 2.0 * second as f32) as usize]);
    }
    samples.truncate(NOISE_SECONDS * second);
    Noise {
        name: "mixture".to_owned(),
        samples,
    }
}

/// What a sound counts as.
const KINDS: [&str; 3] = ["noise and cough", "mm-hm", "music"];

fn kind(name: &str, is_own: bool) -> usize {
    match (name, is_own) {
        ("mm-hm", _) => 1,
        ("music", _) | (_, false) => 2,
        _ => 0,
    }
}

/// How often one noise stopped the bot, and for how long the bot spoke meanwhile.
struct Stopped {
    times: usize,
    resumed: usize,
    spoken: Duration,
}

/// Prints how often the bot is stopped by what is no speech. `music` is what else there is to hear.
pub fn by_noise(clinic: &Dialplan, music: Vec<Noise>) -> Result<(), Box<dyn Error>> {
    let mut all = noises::all(NOISE_SECONDS);
    all.push(mixture(&all));
    let own = all.len();
    all.extend(music.into_iter().map(|mut noise| {
        noise.samples.truncate(NOISE_SECONDS * 8_000);
        noise
    }));
    let office = Office::open(clinic, LONG_GREETING)?;
    let calls = at_once(NOISY_CALLS, &all, |noise| {
        let begun = Instant::now();
        let mut phone = office.call()?;
        phone
            .await_voice(begun, LONGEST)
            .ok_or("a call was not greeted")?;
        let from = Instant::now();
        phone.send_all(&noise.samples);
        let to = Instant::now();
        let voice = phone.voice();
        let packets = voice.iter().filter(|at| (from..to).contains(at)).count();
        let span = (phone.at_ms(from), phone.at_ms(to));
        let caller = phone.name.clone();
        phone.hang_up();
        Ok((caller, span, Duration::from_millis(20) * packets as u32))
    })
    .map_err(|error| error.to_string())?;
    let records = office.close()?;
    let stopped: Vec<Stopped> = calls
        .into_iter()
        .map(|(caller, span, spoken)| {
            let count = |wanted: fn(&EventKind) -> bool| {
                let events = records.between(&caller, span);
                events.filter(|event| wanted(event)).count()
            };
            Stopped {
                times: count(|event| {
                    let EventKind::PromptInterrupted { by, .. } = event else {
                        return false;
                    };
                    *by == InterruptedBy::Speech
                }),
                resumed: count(|event| matches!(event, EventKind::PromptResumed { .. })),
                spoken,
            }
        })
        .collect();

    println!("Each sound for its time in a call of its own, while the bot greets at length.\n");
    println!(
        "{:<28} {:>8} {:>14} {:>8} {:>8}",
        "sound", "seconds", "bot's voice, s", "stopped", "resumed"
    );
    let mut sums = [(0, 0.0); KINDS.len()];
    for (at, (noise, stopped)) in all.iter().zip(&stopped).enumerate() {
        let seconds = noise.samples.len() as f64 / 8_000.0;
        let sum = &mut sums[kind(&noise.name, at < own)];
        sum.0 += stopped.times;
        sum.1 += seconds;
        println!(
            "{:<28} {seconds:>8.0} {:>14.0} {:>8} {:>8}",
            noise.name,
            stopped.spoken.as_secs_f64(),
            stopped.times,
            stopped.resumed
        );
    }
    for (name, (times, seconds)) in KINDS.iter().zip(sums) {
        let rate = times as f64 * 600.0 / seconds;
        println!("{name}: stopped {times} times in {seconds:.0} s, {rate:.1} in ten minutes");
    }
    Ok(())
}
