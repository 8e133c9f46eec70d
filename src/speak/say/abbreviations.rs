//! English abbreviations in full.

use super::scan::Place;

/// What an abbreviation stands for, as written with its dot and told by what is around it; None
/// where it may be an ordinary word.
pub(super) fn expand(written: &str, place: &Place) -> Option<String> {
    let bare = written.trim_end_matches('.');
    let dotted = bare.len() < written.len();
    if let Some(full) = title(bare, dotted, place) {
        return Some(full.to_owned());
    }
    if let Some((_, full)) = ANYWHERE.iter().find(|(short, _)| *short == bare) {
        // These are words or names without their dot: "see no evil", "Fig", "Co".
        let needs_dot = !["Ltd", "approx", "vs", "etc", "Corp"].contains(&bare);
        if needs_dot && !dotted {
            return None;
        }
        return Some(format!("{full}{}", if dotted { stop(place) } else { "" }));
    }
    if dotted && let Some((_, full)) = STREETS.iter().find(|(short, _)| *short == bare) {
        return name_before(place).then(|| format!("{full}{}", stop(place)));
    }
    None
}

const ANYWHERE: [(&str, &str); 22] = [
    ("approx", "approximately"),
    ("Approx", "Approximately"),
    ("appt", "appointment"),
    ("apt", "apartment"),
    ("Apt", "Apartment"),
    ("Co", "Company"),
    ("Corp", "Corporation"),
    ("dept", "department"),
    ("Dept", "Department"),
    ("e.g", "for example"),
    ("E.g", "For example"),
    ("est", "established"),
    ("etc", "et cetera"),
    ("i.e", "that is"),
    ("I.e", "That is"),
    ("Inc", "Incorporated"),
    ("incl", "including"),
    ("Jr", "Junior"),
    ("Ltd", "Limited"),
    ("Sr", "Senior"),
    ("tel", "telephone"),
    ("vs", "versus"),
];

const STREETS: [(&str, &str); 8] = [
    ("Ave", "Avenue"),
    ("Blvd", "Boulevard"),
    ("Dr", "Drive"),
    ("Hwy", "Highway"),
    ("Ln", "Lane"),
    ("Rd", "Road"),
    ("Sq", "Square"),
    ("St", "Street"),
];

/// Before a name. British writing has no dot here.
fn title(bare: &str, dotted: bool, place: &Place) -> Option<&'static str> {
    let after = place.after.trim_start_matches(' ');
    let spaced = after.len() < place.after.len();
    let name_after = after.starts_with(char::is_uppercase);
    // "Mr. and Mrs. Lee" have one name.
    let and_name_after = dotted && after.starts_with("and ");
    if !spaced || !(name_after || and_name_after) {
        return None;
    }
    match bare {
        "Mr" => Some("Mister"),
        "Mrs" => Some("Missus"),
        // eSpeak NG spells "Ms".
        "Ms" => Some("Miz"),
        "Prof" if dotted => Some("Professor"),
        "Rev" if dotted => Some("Reverend"),
        "Dr" if name_after && !name_before(place) => Some("Doctor"),
        "St" if name_after && !name_before(place) => Some("Saint"),
        _ => None,
    }
}

/// Whether a name or a number goes before, as in "Elm St.", but not in "Visit St. Mary's", where
/// the capital is that of the sentence.
fn name_before(place: &Place) -> bool {
    let text = place.before.trim_end_matches(' ');
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| !c.is_alphanumeric())
        .map_or(0, |(at, c)| at + c.len_utf8());
    let (earlier, word) = text.split_at_checked(start).unwrap_or(("", text));
    let begins_sentence =
        earlier.trim_end().is_empty() || earlier.trim_end().ends_with(['.', '!', '?', ':', ';']);
    let name_follows = place.after.trim_start().starts_with(char::is_uppercase);
    match word.chars().next() {
        Some(c) if c.is_ascii_digit() => true,
        Some(c) if c.is_uppercase() => !(begins_sentence && name_follows),
        _ => false,
    }
}

/// The dot of an abbreviation, where it also ends the sentence.
pub(super) fn stop(place: &Place) -> &'static str {
    let rest = place.after.trim_start();
    let spaced = rest.len() < place.after.len();
    let next: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
    let capital = next.chars().next().is_some_and(char::is_uppercase);
    let a_day = |day: &&str| next.starts_with(*day);
    let named_day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        .iter()
        .any(a_day);
    if rest.is_empty() || (spaced && capital && !named_day) {
        "."
    } else {
        ""
    }
}
