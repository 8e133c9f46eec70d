//! The table of calls.

use super::{Ink, Layout, clean, ended};
use crate::record::{Human, Listing, Summary};

const HEADINGS: [&str; 8] = [
    "CALL", "STARTED", "CALLER", "DIALPLAN", "LENGTH", "TURNS", "PERSON", "ENDED",
];
/// The columns that give way when the terminal is narrow, and how far.
const CALLER: usize = 2;
const DIALPLAN: usize = 3;
const NARROWEST: usize = 8;
const WIDEST: usize = 40;
/// Numbers, to be set at their column's right edge.
const RIGHT: [usize; 2] = [4, 5];
const GAP: &str = "  ";

/// A short id still says something to a person who compares two.
const SHORTEST_ID: usize = 8;

/// One line a call, as aligned columns; ids only as long as [`find`](crate::record::Store::find)
/// needs to tell them apart.
pub fn list(listing: &Listing, layout: &Layout) -> String {
    let mut text = String::new();
    if listing.calls.is_empty() {
        text.push_str("No calls yet.\n");
    } else {
        let id_length = distinct(&listing.calls);
        let rows: Vec<Vec<String>> = listing
            .calls
            .iter()
            .map(|call| row(call, id_length, layout))
            .collect();
        let widths = widths(&rows, layout.width);
        let heading: Vec<String> = HEADINGS.map(str::to_owned).to_vec();
        text.push_str(&layout.paint(Ink::Bold, &line(&heading, &widths)));
        text.push('\n');
        for (row, call) in rows.iter().zip(&listing.calls) {
            let ink = match call.human {
                Human::NotReached => Ink::Trouble,
                _ => Ink::Plain,
            };
            text.push_str(&layout.paint(ink, &line(row, &widths)));
            text.push('\n');
        }
    }
    for note in &listing.notes {
        text.push_str(&layout.paint(Ink::Dim, &format!("note: {}", clean(note))));
        text.push('\n');
    }
    text
}

fn row(call: &Summary, id_length: usize, layout: &Layout) -> Vec<String> {
    let or_dash = |text: Option<&String>| text.map_or_else(|| "-".to_owned(), |t| clean(t));
    let seconds = call.duration_ms / 1000;
    vec![
        call.id.chars().take(id_length).collect(),
        call.started
            .map_or_else(|| "-".to_owned(), |at| layout.when(at)),
        or_dash(call.caller.as_ref()),
        or_dash(call.dialplan.as_ref()),
        format!("{}:{:02}", seconds / 60, seconds % 60),
        call.turns.to_string(),
        match call.human {
            Human::NotAsked => "-".to_owned(),
            Human::NotReached => "not reached".to_owned(),
            Human::Reached => "reached".to_owned(),
        },
        call.end.map_or("no end recorded", ended).to_owned(),
    ]
}

/// How many characters tell all ids apart.
fn distinct(calls: &[Summary]) -> usize {
    let mut ids: Vec<&str> = calls.iter().map(|call| call.id.as_str()).collect();
    ids.sort_unstable();
    let shared = |pair: &[&str]| match pair {
        [a, b] => a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    let longest = ids.windows(2).map(shared).max().unwrap_or(0);
    (longest + 1).max(SHORTEST_ID)
}

fn widths(rows: &[Vec<String>], most: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = HEADINGS.iter().map(|heading| heading.len()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for column in [CALLER, DIALPLAN] {
        let all = widths.iter().sum::<usize>() + GAP.len() * (HEADINGS.len() - 1);
        if let Some(width) = widths.get_mut(column) {
            let fitting = width.saturating_sub(all.saturating_sub(most));
            *width = fitting.clamp(NARROWEST, WIDEST).min(*width);
        }
    }
    widths
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let set = |(column, (cell, &width)): (usize, (&String, &usize))| {
        let cell = shortened(cell, width);
        if RIGHT.contains(&column) {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        }
    };
    let cells: Vec<String> = cells.iter().zip(widths).enumerate().map(set).collect();
    cells.join(GAP).trim_end().to_owned()
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::EndReason;
    use jiff::tz::TimeZone;

    fn layout(width: usize, colour: bool) -> Layout {
        Layout {
            width,
            colour,
            zone: TimeZone::UTC,
        }
    }

    fn listing() -> Listing {
        let call = Summary {
            id: "0193516f-7c1e-7000-8000-000000000001".to_owned(),
            started: "2026-11-22T13:04:46.123+01:00".parse().ok(),
            caller: Some("sip:ann@example.org".to_owned()),
            dialplan: Some("Lakeside Clinic".to_owned()),
            duration_ms: 62_900,
            end: Some(EndReason::Transferred),
            turns: 3,
            human: Human::Reached,
        };
        let other = Summary {
            id: "0193516f-7c2e-7000-8000-000000000002".to_owned(),
            started: None,
            caller: Some("\x1b[31m\u{fc}".to_owned()),
            end: None,
            human: Human::NotReached,
            ..call.clone()
        };
        Listing {
            calls: vec![call, other],
            notes: vec!["x.jsonl: no events in it, left out".to_owned()],
        }
    }

    #[test]
    fn calls_stand_in_aligned_columns() {
        let expected = "\
CALL          STARTED              CALLER               DIALPLAN         LENGTH  TURNS  PERSON       ENDED
0193516f-7c1  2026-11-22 12:04:46  sip:ann@example.org  Lakeside Clinic    1:02      3  reached      put through
0193516f-7c2  -                    \u{fffd}[31mü               Lakeside Clinic    1:02      3  not reached  no end recorded
note: x.jsonl: no events in it, left out
";
        assert_eq!(list(&listing(), &layout(200, false)), expected);
    }

    #[test]
    fn a_narrow_terminal_shortens_caller_and_dialplan() {
        let text = list(&listing(), &layout(105, false));
        assert!(
            text.lines().all(|line| line.chars().count() <= 105),
            "{text}"
        );
        assert!(
            text.contains("sip:ann…") && text.contains("Lakeside Clinic"),
            "{text}"
        );
        // As narrow as it gets, but nothing breaks.
        list(&listing(), &layout(0, false));
    }

    #[test]
    fn colours_only_when_asked_for() {
        assert!(!list(&listing(), &layout(100, false)).contains('\x1b'));
        assert!(list(&listing(), &layout(100, true)).contains("\x1b[31m"));
    }

    #[test]
    fn no_calls_is_said() {
        assert_eq!(
            list(&Listing::default(), &layout(80, false)),
            "No calls yet.\n"
        );
    }
}
