//! Calls as text for a terminal: [`list`] and [`show`]; and the [`messages`] left in them.
//!
//! What callers and networks say is printed, so nothing in it may reach the terminal as a
//! command: control characters are replaced.

mod list;
mod messages;
mod show;
mod waiting;

pub use list::list;
pub use messages::messages;
pub use show::show;

use crate::call::EndReason;
use jiff::{Timestamp, tz::TimeZone};

/// How and for whom the text is set.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Characters a line.
    pub width: usize,
    /// Whether ANSI colours may be used: only when a terminal reads.
    pub colour: bool,
    /// In which wall-clock times are given.
    pub zone: TimeZone,
}

#[derive(Debug, Clone, Copy)]
enum Ink {
    Plain,
    Bold,
    Dim,
    Caller,
    Zeroline,
    Person,
    Trouble,
}

impl Layout {
    fn paint(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            _ if !self.colour || text.is_empty() => return text.to_owned(),
            Ink::Plain => return text.to_owned(),
            Ink::Bold => 1,
            Ink::Dim => 2,
            Ink::Caller => 36,
            Ink::Zeroline => 32,
            Ink::Person => 33,
            Ink::Trouble => 31,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    fn when(&self, at: Timestamp) -> String {
        let local = at.to_zoned(self.zone.clone());
        local.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn ended(reason: EndReason) -> &'static str {
    match reason {
        EndReason::CallerHungUp => "caller hung up",
        EndReason::Finished => "finished",
        EndReason::Transferred => "put through",
        EndReason::AgentHungUp => "agent hung up",
        EndReason::CallBackPromised => "call-back",
        EndReason::MessageLeft => "message left",
        EndReason::NoInput => "caller silent",
        EndReason::MediaLost => "sound stopped",
        EndReason::Shutdown => "server stopped",
        EndReason::LineFailed => "line failed",
        EndReason::Fault => "fault of the program",
    }
}

/// Without what a terminal would obey: control characters, and those that turn the direction
/// of writing.
pub fn clean(text: &str) -> String {
    let obeyed =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let lines = text.split_whitespace().collect::<Vec<_>>().join(" ");
    lines
        .chars()
        .map(|c| if obeyed(c) { '\u{fffd}' } else { c })
        .collect()
}

/// Broken at spaces into lines of at most `width` characters; a longer word is cut.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        let space = usize::from(used > 0);
        if used + space + letters.len() > width && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for (i, piece) in letters.chunks(width).enumerate() {
            if i > 0 {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                if used > 0 {
                    line.push(' ');
                    used += 1;
                }
                line.extend(piece);
                used += piece.len();
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_others_say_cannot_command_the_terminal() {
        assert_eq!(
            clean("a\x1b[2J\u{9b}31m b\r\nc\u{202e}d\0"),
            "a�[2J�31m b c�d�"
        );
        assert_eq!(clean("schöne Grüße, مرحبا"), "schöne Grüße, مرحبا");
    }

    proptest! {
        #[test]
        fn wrapping_keeps_every_letter_and_the_width(text in ".{0,80}", width in 1usize..30) {
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
            let letters = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
