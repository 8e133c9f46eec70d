//! English names.

use super::super::said::Said;
use std::ops::Range;

/// More words are a sentence.
const LONGEST: usize = 4;

pub(super) fn name(said: &Said, text: &str) -> Option<(String, Range<usize>)> {
    // The last frame counts: "this is about... my name is Jane".
    let mut from = 0;
    let mut framed = None;
    while let Some(frame) = said.find(from, FRAMES) {
        let tokens = run(said, frame.end);
        let of_names = frame
            .clone()
            .any(|at| said.is(at, "name name's names surname under call"));
        let named = of_names || is_a_name(said, &tokens);
        if !tokens.is_empty() && named {
            framed = Some(tokens);
        }
        from = frame.end;
    }
    let tokens = framed
        .or_else(|| before_speaking(said))
        .or_else(|| alone(said))?;
    let (spelled, end) = spelled(said, tokens.end);
    let as_written = |at: usize| said.0.get(at).and_then(|token| text.get(token.at.clone()));
    let lower = |name: &str| name.contains(char::is_lowercase);
    // "van der Berg" is right where anything is written with capitals, "JANE" and "jane" nowhere.
    let mixed = |name: &str| lower(name) && name.contains(char::is_uppercase);
    let cased = tokens.clone().filter_map(as_written).any(mixed);
    let name = |at: usize| match as_written(at) {
        Some(name) if cased && (lower(name) || name.chars().count() == 1) => name.to_owned(),
        _ => capitalised(said.word(at)),
    };
    let mut names: Vec<String> = tokens.clone().map(name).collect();
    // "Smith, S M Y T H": what is spelled is surer.
    if let Some(spelled) = spelled {
        match names.last_mut() {
            Some(last) => *last = spelled,
            None => names.push(spelled),
        }
    }
    Some((names.join(" "), tokens.start..end))
}

/// The words that may be a name from a token on.
fn run(said: &Said, start: usize) -> Range<usize> {
    let start = said.skip(start, "uh|um|doctor|mister|mr|mrs|ms|miss|dr|like|actually");
    let mut end = start;
    while end < said.len() && end - start < LONGEST {
        let word = said.word(end);
        let pause = end > start && said.starts(end) && !after_initial(said, end);
        let letters = !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || c == '\'');
        if pause || !letters || said.is(end, STOPS) || word.ends_with("'m") {
            break;
        }
        end += 1;
    }
    // Letters after a name spell it; an initial stands inside of it.
    while end > start + 1 && said.word(end - 1).chars().count() == 1 {
        end -= 1;
    }
    // "I'm calling" begins no name, nor does a lone letter.
    if end == start + 1 && said.word(start).chars().count() == 1 {
        return start..start;
    }
    start..end
}

/// "I'm Jane", but not "I'm out of soap", "I'm locked out", "I'm considering closing my account".
fn is_a_name(said: &Said, tokens: &Range<usize>) -> bool {
    let ends = said.starts(tokens.end) || said.is(tokens.end, AFTER_A_NAME);
    let doing = |at: usize| {
        let word = said.word(at);
        let done = word.len() > 5
            && word.ends_with("ed")
            && !word.contains("fred")
            && !word.contains("ham");
        done || word.len() > 5 && (word.ends_with("ing") || word.ends_with("ly"))
    };
    let written = said.0.get(tokens.start);
    ends && !said.is(tokens.start, NO_ONE) && written.is_some() && !tokens.clone().any(doing)
}

const AFTER_A_NAME: &str = "and calling speaking from here please again with i my";
const NO_ONE: &str = "
    upset out broke stuck lost hungry late home locked well confused annoyed angry mad sick new done
    pretty quite already extremely currently totally completely worried curious unable able both";

/// "John F. Kennedy".
fn after_initial(said: &Said, at: usize) -> bool {
    said.before(at, 1).chars().count() == 1
}

/// "Jane Doe speaking", "Jane here".
fn before_speaking(said: &Said) -> Option<Range<usize>> {
    let end = (1..=LONGEST + 4).find(|at| said.is(*at, "speaking here calling"))?;
    let start = said.skip(0, LEADS);
    (start < end && run(said, start).end == end).then_some(start..end)
}

/// A name where nothing else was said.
fn alone(said: &Said) -> Option<Range<usize>> {
    let start = said.skip(0, LEADS);
    let tokens = run(said, start);
    let (_, end) = spelled(said, tokens.end);
    let rest = said.skip(end, AFTER);
    let particle = tokens
        .clone()
        .any(|at| said.is(at, "van von de der la di da bin al el del mc"));
    let long = tokens.len() > 3 && !particle;
    let being = said.is(start.wrapping_sub(1), "i'm am it's that's is");
    let named = !being || is_a_name(said, &tokens);
    (!tokens.is_empty() && rest == said.len() && !long && named).then_some(tokens)
}

/// Letters that spell the last name, at least three: "S M Y T H", "that's spelled S M Y T H".
fn spelled(said: &Said, at: usize) -> (Option<String>, usize) {
    let start = said.skip(
        at,
        "that's|that is|spelled|spelt|it's|i spell it|spelled with|with|written|and|last name",
    );
    let mut name = String::new();
    let mut end = start;
    loop {
        let double = said.is(end, "double") && said.word(end + 1).len() == 1;
        let letter = said.word(end + usize::from(double));
        let mut letters = letter.chars();
        match (letters.next().filter(|c| c.is_alphabetic()), letters.next()) {
            (Some(letter), None) => {
                name.extend(std::iter::repeat_n(letter, 1 + usize::from(double)));
                end += 1 + usize::from(double);
            }
            _ => break,
        }
    }
    match name.chars().count() {
        3.. => (Some(capitalised(&name)), end),
        _ => (None, at),
    }
}

/// "O'Brien", "McDonald".
fn capitalised(word: &str) -> String {
    let mut name = String::new();
    let mut up = true;
    for c in word.chars() {
        match up {
            true => name.extend(c.to_uppercase()),
            false => name.push(c),
        }
        up = c == '\'' && name.chars().count() == 2 || name == "Mc";
    }
    name
}

const FRAMES: &str = "
    my name is|my name's|the name is|the name's|name is|names|my full name is|my first name is|
    i'm|i am|im|this is|call me|i'm called|i am called|they call me|under the name of|
    under the name|it's under|it is under|in the name of|the booking is under|booked under|
    you're speaking to|you are speaking to|you're talking to|you are talking to|you're speaking with|
    put me down as|my name was|my surname is|last name is";
const LEADS: &str = "
    hello|hi|hey|good morning|good afternoon|good evening|yes|yeah|sure|of course|ok|okay|well|so|oh|
    um|uh|it's|it is|that's|that is|that would be|sorry|no|please|certainly|mister|mr|mrs|ms|miss|dr|
    doctor|this is|my name is|i'm|i am";
const AFTER: &str = "please|thanks|thank you|speaking|here|calling|that's it|that is it|that's my name|sir|madam|i said";
/// Words that are no names, or end one.
const STOPS: &str = "
    a about actually afraid again all also am an and any anything appointment are as ask asking at
    bad because before but by call called calling can cancel change could day did different do
    does doing don't every everything fine for from get give go going good got great had happy have
    he hello help here his how i i'd i'll i've if in interested is isn't it it's just know like
    looking make maybe me monday more my name need new no nobody not nothing of ok okay on one only
    or our person please possible problem question ready really regarding right said say see
    she should so some somebody someone something sorry speaking spelled spelt still sure terrible
    thank thanks that that's the their then there these they this time to today tomorrow too trying
    tuesday two under unfortunately until urgent us very wait waiting want was we wednesday well
    what what's when where which who why will wish with won't wondering would wrong yeah yes you your
    thursday friday saturday sunday first last surname both double zero three four five six seven
    eight nine ten correct wrong true false nope sir madam been having dash hyphen";
