//! Only what is added changes.

use super::*;
use crate::review::edit::{Addition, EditError, known_out_of_scope, with};
use crate::understand::Language;
use proptest::prelude::*;

const EN: Language = Language::EnglishUs;

fn added(list: &str, phrases: &[&str]) -> String {
    let text = format!("[[intent]]\nname = \"a\"\nexamples = {list} # here\nsay = \"x\"\n");
    let new = with(&text, EN, &[to("a", phrases)]).unwrap();
    let new = new
        .strip_prefix("[[intent]]\nname = \"a\"\nexamples = ")
        .unwrap();
    new.strip_suffix(" # here\nsay = \"x\"\n")
        .unwrap()
        .to_owned()
}

fn to(intent: &str, phrases: &[&str]) -> Addition {
    Addition::Examples {
        intent: intent.to_owned(),
        phrases: phrases.iter().map(|p| (*p).to_owned()).collect(),
    }
}

#[test]
fn lists_keep_their_layout_and_their_quotes() {
    for (list, new) in [
        ("[\"b\"]", "[\"b\", \"n\"]"),
        ("[ \"b\", ]", "[ \"b\", \"n\", ]"),
        ("['b']", "['b', 'n']"),
        ("[]", "[\"n\"]"),
        ("[\n    \"b\",\n]", "[\n    \"b\",\n    \"n\",\n]"),
        ("[\n\t\"b\" # why\n]", "[\n\t\"b\", # why\n\t\"n\",\n]"),
        (
            "[\n  \"b\",   # why, indeed\n  # \"c\",\n]",
            "[\n  \"b\",   # why, indeed\n  # \"c\",\n  \"n\",\n]",
        ),
        ("[\"b\",\n  'c']", "[\"b\",\n  'c',\n  'n']"),
        ("[\n]", "[\n    \"n\",\n]"),
        ("[\"b\"\n]", "[\"b\",\n    \"n\",\n]"),
    ] {
        assert_eq!(added(list, &["n"]), new, "{list}");
    }
    assert_eq!(added("['b']", &["it's"]), "['b', \"it's\"]");
    assert_eq!(
        added("[\"b\"]", &["b", "n"]),
        "[\"b\", \"n\"]",
        "what is there is not added"
    );
}

#[test]
fn a_line_that_would_get_too_long_is_broken_up() {
    let phrase = "x".repeat(80);
    let new = added("[\"b\", \"c\"]", &[&phrase]);
    assert_eq!(
        new,
        format!("[\n    \"b\",\n    \"c\",\n    \"{phrase}\",\n]")
    );
}

#[test]
fn line_ends_of_another_system_stay() {
    let text = PLAN.replace('\n', "\r\n");
    let new = with(
        &text,
        EN,
        &[to("opening-hours", &["n"]), to("parking", &["p"])],
    )
    .unwrap();
    assert_eq!(new.matches('\n').count(), text.matches('\n').count() + 1);
    assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
    assert!(new.contains("\r\n    \"n\",\r\n]"));
}

#[test]
fn a_new_intent_is_safe_as_it_is() {
    let new = Addition::Intent {
        name: "flu-shot".to_owned(),
        phrases: vec!["do you give flu shots".to_owned()],
        calls: 4,
    };
    for language in [EN, Language::Mandarin] {
        let text = with(PLAN, language, std::slice::from_ref(&new)).unwrap();
        assert!(text.starts_with(PLAN));
        let plan = parse(&text);
        let found = plan.best("do you give flu shots").intent.unwrap();
        let intent = &plan.intents[found];
        assert_eq!(&*intent.name, "flu-shot");
        assert_eq!(intent.cases[0].then, crate::dialplan::Then::Human);
        assert!(
            text.contains("# Found by `zeroline calls review`: said in 4 calls."),
            "{text}"
        );
    }
    let without_end = PLAN.trim_end();
    assert!(
        with(without_end, EN, &[new])
            .unwrap()
            .contains("hang-up\"\n\n# Found")
    );
}

#[test]
fn out_of_scope_is_a_key_of_the_dialplan_itself() {
    let out = |phrase: &str| Addition::OutOfScope {
        phrases: vec![phrase.to_owned()],
    };
    let text = with(PLAN, EN, &[out("a pizza"), out("two pizzas")]).unwrap();
    assert_eq!(known_out_of_scope(&text), ["a pizza", "two pizzas"]);
    let (before, after) = PLAN.split_at(PLAN.find("\n\n[human]").unwrap());
    assert!(text.starts_with(before) && text.ends_with(after), "{text}");
    let wrong = PLAN.replacen('\n', "\nout_of_scope = 3\n", 1);
    assert_eq!(with(&wrong, EN, &[out("a pizza")]), Err(EditError::NoList));
}

#[test]
fn what_cannot_be_done_is_said() {
    let error = with(PLAN, EN, &[to("no-such", &["n"])]).unwrap_err();
    assert!(error.to_string().contains("no-such"), "{error}");
    let error = with("name = ", EN, &[to("a", &["n"])]).unwrap_err();
    assert!(error.to_string().contains("zeroline check"), "{error}");
}

fn value(text: &str) -> toml::Table {
    toml::from_str(text).unwrap()
}

fn space() -> impl Strategy<Value = String> {
    let comment = "[ -~\u{e9}]{0,12}".prop_map(|words| format!(" #{words}\n"));
    let piece = prop_oneof![
        3 => Just(String::new()),
        1 => Just(" ".to_owned()),
        1 => Just("\n    ".to_owned()),
        1 => Just("\r\n\t".to_owned()),
        1 => comment,
    ];
    proptest::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat())
}

fn item() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z #,\\]]{0,9}".prop_map(|text| format!("\"{text}\"")),
        "[a-z #\",\\[]{0,9}".prop_map(|text| format!("'{text}'")),
        Just("\"\"\"two\nlines, ] # no\"\"\"".to_owned()),
        Just("\"a \\\" # \\\\\"".to_owned()),
    ]
}

/// A list in any layout.
fn list() -> impl Strategy<Value = String> {
    let items = proptest::collection::vec((space(), item(), space()), 0..5);
    (items, any::<bool>(), space()).prop_map(|(items, comma, end)| {
        let count = items.len();
        let mut list = "[".to_owned();
        for (at, (before, item, after)) in items.into_iter().enumerate() {
            list += &before;
            list += &item;
            list += &after;
            if at + 1 < count || comma {
                list.push(',');
            }
        }
        list + &end + "]"
    })
}

proptest! {
    #[test]
    fn everything_else_stays_byte_for_byte(
        before in space(),
        list in list(),
        after in space(),
        phrases in proptest::collection::vec("[ -~\u{e4}\u{4f60}]{1,30}", 1..4),
    ) {
        let start = format!("# top\nname=\"x\"{before}\n\n[[intent]] # one\nname = 'a'\nexamples   =  ");
        let end = format!(" # tail\n{after}\n  say = 'x'\n[[intent]]\nname=\"b\"\nexamples=[]\n");
        let text = format!("{start}{list}{end}");
        let addition = Addition::Examples { intent: "a".to_owned(), phrases: phrases.clone() };
        let new = with(&text, EN, &[addition]).unwrap();
        prop_assert!(new.starts_with(&start) && new.ends_with(&end), "{}", new);
        let inside = &new[start.len()..new.len() - end.len()];
        // Only white space between items may change, where a line got too long.
        let mut left = inside.chars().filter(|c| !c.is_whitespace());
        let kept = list.chars().filter(|c| !c.is_whitespace()).all(|c| left.any(|other| other == c));
        prop_assert!(kept, "{} became {}", list, inside);

        let mut wanted = value(&text);
        let examples = wanted["intent"][0]["examples"].as_array_mut().unwrap();
        for phrase in phrases {
            let phrase = toml::Value::String(phrase);
            if !value(&text)["intent"][0]["examples"].as_array().unwrap().contains(&phrase) {
                examples.push(phrase);
            }
        }
        prop_assert_eq!(value(&new), wanted);
    }
}
