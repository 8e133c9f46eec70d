//! How soon callers are answered, and how many are cut off: by the packets alone; and where the time
//! went, by the events.

use super::calls::{AT_ONCE, GREETING, Line, Turn, at_once, converse, show, understood};
use super::office::{Office, Records};
use super::pause::with_pause;
use super::vad::percentile;
use super::wire::Utterance;
use std::error::Error;
use std::time::Instant;
use zeroline::call::EventKind;
use zeroline::dialplan::{Completeness, Dialplan};

/// Turns in one call.
const TURNS: usize = 4;

fn spread(mut all: Vec<i64>) -> String {
    all.sort_unstable();
    if all.is_empty() {
        return format!("{:>6} {:>6} {:>6} {:>6}", "-", "-", "-", "-");
    }
    let [p50, p95, p99, max] = [0.5, 0.95, 0.99, 1.0].map(|share| percentile(&all, share));
    format!("{p50:>6} {p95:>6} {p99:>6} {max:>6}")
}

/// One line of a table: of these turns, which were answered, when, and who was cut off.
fn row(name: &str, turns: &[&Turn]) {
    let cut_off = turns.iter().filter(|turn| turn.cut_off).count();
    let unanswered = turns.iter().filter(|turn| turn.answer.is_none()).count();
    let share = 100.0 * cut_off as f64 / turns.len().max(1) as f64;
    let latencies = turns.iter().filter_map(|turn| turn.latency_ms()).collect();
    println!(
        "{name:<28} {:>5} {unanswered:>9} {:>16}   {}",
        turns.len(),
        format!("{cut_off} ({share:.1} %)"),
        spread(latencies)
    );
}

fn heading(of: &str) {
    println!(
        "{of:<28} {:>5} {:>9} {:>16}   {:>6} {:>6} {:>6} {:>6}",
        "turns", "no answer", "cut off", "p50", "p95", "p99", "max"
    );
}

/// Prints how soon callers are answered and where the time goes. Gives for each line whether it was
/// understood. `shows` prints each of them as well.
pub fn turns(clinic: &Dialplan, lines: &[Line], shows: bool) -> Result<Vec<bool>, Box<dyn Error>> {
    let scripts: Vec<Vec<(usize, Utterance)>> = lines
        .iter()
        .map(|line| line.utterance.clone())
        .enumerate()
        .collect::<Vec<_>>()
        .chunks(TURNS)
        .map(<[_]>::to_vec)
        .collect();
    let office = Office::open(clinic, GREETING)?;
    let begun = Instant::now();
    let turns = at_once(AT_ONCE, &scripts, |script| converse(&office, script))
        .map_err(|error| error.to_string())?;
    let turns: Vec<Turn> = turns.into_iter().flatten().collect();
    let records = office.close()?;
    show_all(shows, lines, &turns, &records);
    println!(
        "{} utterances, {TURNS} to a call, {AT_ONCE} calls at a time, {:.0} s. From the caller's last \
         voiced packet\nto the bot's first, in ms; who was cut off is not in it.\n",
        turns.len(),
        begun.elapsed().as_secs_f64()
    );
    let right: Vec<bool> = turns
        .iter()
        .zip(lines)
        .map(|(turn, line)| understood(line, records.between(&turn.caller, turn.span)))
        .collect();
    heading("");
    of_each_kind(lines, &turns);
    for (name, wanted) in [("understood", true), ("not understood", false)] {
        let of_kind = turns.iter().zip(&right).filter(|(_, is)| **is == wanted);
        row(name, &of_kind.map(|(turn, _)| turn).collect::<Vec<_>>());
    }
    stages(&turns, &records);
    Ok(right)
}

fn show_all(shows: bool, lines: &[Line], turns: &[Turn], records: &Records) {
    for turn in turns.iter().filter(|_| shows) {
        let Some(line) = lines.get(turn.line) else {
            continue;
        };
        show(line, &turn.caller, turn.span, records);
        match (turn.cut_off, turn.latency_ms()) {
            (true, _) => println!("    cut off"),
            (false, Some(ms)) => println!("    answered after {ms} ms"),
            (false, None) => println!("    not answered"),
        }
    }
}

fn of_each_kind(lines: &[Line], turns: &[Turn]) {
    let kinds = [
        ("questions to the clinic", Some(false)),
        ("orders of coffee", Some(true)),
        ("all", None),
    ];
    for (kind, is_order) in kinds {
        let of_kind = |turn: &&Turn| {
            let line = lines.get(turn.line);
            line.is_some_and(|line| is_order.is_none_or(|order| order == line.is_order))
        };
        let turns: Vec<&Turn> = turns.iter().filter(of_kind).collect();
        if !turns.is_empty() {
            row(kind, &turns);
        }
    }
}

/// Where the time of one turn went, in ms.
#[derive(Default)]
struct Stages {
    wire: i64,
    endpointing: i64,
    words: Option<Completeness>,
    waited: i64,
    recognition: i64,
    early: bool,
    synthesis: i64,
    after: i64,
}

/// What the events say of a turn, up to the beginning of its answer.
fn stages_of(turn: &Turn, records: &Records) -> Option<Stages> {
    let mut stages = Stages {
        wire: turn.latency_ms()?,
        ..Stages::default()
    };
    for event in records.between(&turn.caller, turn.span) {
        match event {
            EventKind::SpeechEnded {
                endpointing_ms,
                words,
                ..
            } => (stages.endpointing, stages.words) = (*endpointing_ms as i64, *words),
            EventKind::Heard {
                took_ms,
                wait_ms,
                early,
                ..
            } => {
                stages.waited = *wait_ms as i64;
                stages.recognition = *took_ms as i64;
                stages.early = *early;
            }
            EventKind::PromptStarted {
                after_ms: Some(after),
                synthesis_ms,
                ..
            } => {
                stages.after = *after as i64;
                stages.synthesis = synthesis_ms.unwrap_or(0) as i64;
                return Some(stages);
            }
            _ => {}
        }
    }
    None
}

fn stages(turns: &[Turn], records: &Records) {
    let all: Vec<Stages> = turns
        .iter()
        .filter_map(|turn| stages_of(turn, records))
        .collect();
    let print = |name: &str, of: &dyn Fn(&Stages) -> i64| {
        println!("{name:<62} {}", spread(all.iter().map(of).collect()));
    };
    println!(
        "\n{:<62} {:>6} {:>6} {:>6} {:>6}",
        format!("where the time goes, in {} of the turns", all.len()),
        "p50",
        "p95",
        "p99",
        "max"
    );
    print("waiting whether the caller has finished", &|s| {
        s.endpointing
    });
    print(
        "waiting for their words after that, and for a prompt",
        &|s| s.after - s.endpointing,
    );
    print("on the wire and in buffers, and the VAD's error", &|s| {
        s.wire - s.after
    });
    print("of the second: recognition, waiting for its turn", &|s| {
        if s.early { 0 } else { s.waited }
    });
    print("               recognition", &|s| {
        if s.early { 0 } else { s.recognition }
    });
    print("               synthesis", &|s| s.synthesis);
    print("recognition, whether in time or not", &|s| s.recognition);
    let early = all.iter().filter(|stages| stages.early).count();
    let share = 100.0 * early as f64 / all.len().max(1) as f64;
    println!("the words were there before the caller was taken to have finished: {share:.0} %");

    println!(
        "\n{:<28} {:>5}   from last to first voiced packet: {:>6} {:>6} {:>6} {:>6}",
        "what the words said", "turns", "p50", "p95", "p99", "max"
    );
    let said = [
        ("complete", Some(Completeness::Complete)),
        ("likely complete", Some(Completeness::Likely)),
        ("unclear", Some(Completeness::Unclear)),
        ("unfinished", Some(Completeness::Unfinished)),
        ("nothing yet", None),
    ];
    for (name, words) in said {
        let wires: Vec<i64> = all
            .iter()
            .filter(|stages| stages.words == words)
            .map(|stages| stages.wire)
            .collect();
        println!(
            "{name:<28} {:>5}   {:>33} {}",
            wires.len(),
            "",
            spread(wires)
        );
    }
}

/// Prints who is cut off when they pause within what they say, each in a call of their own, so that
/// nothing is known of their pace.
pub fn pauses(clinic: &Dialplan, lines: &[Line], shows: bool) -> Result<(), Box<dyn Error>> {
    let paused: Vec<(usize, u32, Utterance)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| {
            let ms = 300 + 100 * (at % 8) as u32;
            Some((at, ms, with_pause(&line.utterance, ms)?))
        })
        .collect();
    let office = Office::open(clinic, GREETING)?;
    let begun = Instant::now();
    let turns = at_once(AT_ONCE, &paused, |(at, _, utterance)| {
        converse(&office, &[(*at, utterance.clone())])
    })
    .map_err(|error| error.to_string())?;
    let turns: Vec<Turn> = turns.into_iter().flatten().collect();
    let records = office.close()?;
    show_all(shows, lines, &turns, &records);
    println!(
        "{} utterances with a pause put in, each in a call of its own, {:.0} s; {} have no place for \
         one.\n",
        turns.len(),
        begun.elapsed().as_secs_f64(),
        lines.len() - paused.len()
    );
    heading("pause");
    for from in [300, 500, 700, 900] {
        let lengths = from..from + 200;
        let of_length = |(_, (_, ms, _)): &(&Turn, &(usize, u32, Utterance))| lengths.contains(ms);
        let turns: Vec<&Turn> = turns
            .iter()
            .zip(&paused)
            .filter(of_length)
            .map(|(turn, _)| turn)
            .collect();
        row(&format!("{from} and {} ms", from + 100), &turns);
    }
    of_each_kind(lines, &turns);
    Ok(())
}
