//! Messages that callers left, for whoever calls back.

use super::{Ink, Layout, clean, wrapped};
use crate::record::{Left, MessageListing};
use std::path::Path;

const INDENT: &str = "    ";
const NARROWEST: usize = 20;

/// Those that nobody has dealt with, or `all`: when, from which number, how long; what was said; and
/// where it can be listened to.
pub fn messages(listing: &MessageListing, all: bool, layout: &Layout) -> String {
    let mut text = String::new();
    let mut shown = listing.messages.iter().filter(|m| all || m.done.is_none());
    if let Some(first) = shown.next() {
        for message in std::iter::once(first).chain(shown) {
            text.push_str(&entry(message, layout));
        }
    } else {
        text.push_str(match listing.messages.is_empty() {
            true => "No messages yet.\n",
            false => "No messages that nobody has dealt with; --all shows the others.\n",
        });
    }
    for note in &listing.notes {
        text.push_str(&layout.paint(Ink::Dim, &format!("note: {}", clean(note))));
        text.push('\n');
    }
    text
}

fn entry(message: &Left, layout: &Layout) -> String {
    let about = &message.description;
    let seconds = about.duration_ms / 1000;
    let mut head = vec![
        message.id.clone(),
        layout.when(about.when),
        about
            .number
            .as_deref()
            .map_or_else(|| "number unknown".to_owned(), clean),
        format!("{}:{:02}", seconds / 60, seconds % 60),
    ];
    if !about.queue.is_empty() {
        head.push(format!("for {}", clean(&about.queue)));
    }
    if let Some(since) = message.done {
        head.push(format!("dealt with {}", layout.when(since)));
    }
    let mut text = layout.paint(Ink::Bold, &head.join("  "));
    text.push('\n');
    let width = layout.width.max(NARROWEST) - INDENT.len();
    let mut body = |ink: Ink, said: &str| {
        for line in wrapped(&clean(said), width) {
            text.push_str(&format!("{INDENT}{}\n", layout.paint(ink, &line)));
        }
    };
    if !about.context.wanted.is_empty() {
        let wanted = format!("wanted: {}", about.context.wanted.join(", "));
        body(Ink::Plain, &wanted);
    }
    match (&about.text, &about.no_text) {
        _ if !about.complete => body(
            Ink::Dim,
            "not finished: being left, or the server was stopped",
        ),
        (Some(said), _) if said.is_empty() => body(Ink::Dim, "no words were made out"),
        (Some(said), _) => body(Ink::Caller, said),
        (None, Some(why)) => body(Ink::Dim, &format!("no text: {why}")),
        (None, None) => body(Ink::Dim, "no text yet"),
    }
    if about.missing_ms > 0 {
        let missing = format!("{} s of it are missing", about.missing_ms.div_ceil(1000));
        body(Ink::Trouble, &missing);
    }
    text.push_str(&format!("{INDENT}{}\n", file(&message.file)));
    text
}

/// Whole, so that it can be copied.
fn file(path: &Path) -> String {
    clean(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Description;
    use jiff::tz::TimeZone;

    fn layout() -> Layout {
        Layout {
            width: 40,
            colour: false,
            zone: TimeZone::UTC,
        }
    }

    fn left(id: &str) -> Left {
        let begun = Description::begun(id, "2026-11-22T13:04:46+01:00".parse().unwrap());
        let mut description = Description {
            complete: true,
            number: Some("+49301\x1b[2J".to_owned()),
            duration_ms: 62_900,
            queue: "desk".to_owned(),
            text: Some("please call me back about the results of my test".to_owned()),
            ..begun
        };
        description.context.wanted.push("test_results".to_owned());
        Left {
            id: id.to_owned(),
            description,
            file: format!("data/messages/{id}.wav").into(),
            done: None,
        }
    }

    #[test]
    fn a_message_says_when_from_whom_how_long_what_and_where() {
        let listing = MessageListing {
            messages: vec![left("0193")],
            notes: vec!["x.json: broken".to_owned()],
        };
        let expected = "\
0193  2026-11-22 12:04:46  +49301\u{fffd}[2J  1:02  for desk
    wanted: test_results
    please call me back about the
    results of my test
    data/messages/0193.wav
note: x.json: broken
";
        assert_eq!(messages(&listing, false, &layout()), expected);
    }

    #[test]
    fn why_there_is_no_text_is_said() {
        let mut message = left("a");
        let mut says = |text: Option<&str>, no_text: Option<&str>, what: &str| {
            message.description.text = text.map(str::to_owned);
            message.description.no_text = no_text.map(str::to_owned);
            let set = entry(&message, &layout());
            assert!(set.contains(what), "{set}");
        };
        says(None, None, "no text yet");
        says(Some(""), None, "no words were made out");
        says(
            None,
            Some("the engine panicked"),
            "no text: the engine panicked",
        );
        message.description.complete = false;
        assert!(entry(&message, &layout()).contains("not finished"));
    }

    #[test]
    fn what_is_dealt_with_is_shown_when_asked_for() {
        let mut listing = MessageListing::default();
        assert_eq!(messages(&listing, true, &layout()), "No messages yet.\n");
        let mut done = left("a");
        done.done = Some(done.description.when);
        listing.messages.push(done);
        let open = messages(&listing, false, &layout());
        assert!(
            open.contains("--all") && !open.contains("results"),
            "{open}"
        );
        let all = messages(&listing, true, &layout());
        assert!(all.contains("dealt with 2026-11-22 12:04:46"), "{all}");
    }
}
