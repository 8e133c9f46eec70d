use super::*;
use proptest::prelude::*;

/// A caller who said "my parcel is late" to a shop that is open.
struct Shop;

impl Facts for Shop {
    fn fact(&self, name: &str) -> Option<Fact> {
        Some(match name {
            "open" => Fact::Truth(true),
            "queue.waiting" => Fact::Number(3.0),
            "status" => Fact::Text("Delivered".to_owned()),
            "day" => Fact::Text("2026-11-24".to_owned()),
            "pieces" => Fact::Text("12".to_owned()),
            _ => return None,
        })
    }

    fn said(&self, words: &str) -> bool {
        "my parcel is late".contains(words)
    }
}

#[test]
fn conditions_hold_or_not() {
    for (text, wanted) in [
        ("open", true),
        ("not open", false),
        ("status = \"delivered\"", true),
        ("status == 'lost' or queue.waiting >= 3", true),
        ("status != \"delivered\"", false),
        ("open and queue.waiting < 3", false),
        ("not (open and queue.waiting < 3)", true),
        ("open or open and not open", true),
        ("pieces > 9", true),
        ("pieces = \"12.0\"", true),
        ("day < \"2026-12-01\" and day >= \"2026-11-24\"", true),
        ("said \"late\"", true),
        ("said \"broken\"", false),
        ("status", true),
        ("NOT true", false),
    ] {
        assert_eq!(
            Expression::parse(text).unwrap().holds(&Shop),
            wanted,
            "{text}"
        );
    }
}

#[test]
fn what_is_not_known_yet_is_not_true_and_equal_to_nothing() {
    for (text, wanted) in [
        ("refund", false),
        ("not refund", true),
        ("refund = \"\"", false),
        ("refund != \"yes\"", true),
        ("refund < 5", false),
        ("refund = refund", false),
    ] {
        assert_eq!(
            Expression::parse(text).unwrap().holds(&Shop),
            wanted,
            "{text}"
        );
    }
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    for (text, at, message) in [
        ("", 0..0, "a condition is missing here"),
        ("open and", 8..8, "a condition is missing here"),
        ("open queue", 5..10, "`queue` is too much here"),
        ("open & late", 5..6, "`&` means nothing here"),
        ("status = \"late", 9..14, "this text does not end"),
        ("(open", 5..5, "`)` is missing"),
        ("open)", 4..5, "`)` is too much here"),
        (
            "day > 2026-11-24",
            6..16,
            "`2026-11-24` is no number and no name",
        ),
        ("said late", 5..9, "`said` needs words in quotes"),
        ("a = = b", 4..5, "a condition is missing here"),
    ] {
        let mistake = Expression::parse(text).unwrap_err();
        assert_eq!(
            (mistake.at, mistake.message.as_str()),
            (at, message),
            "{text}"
        );
    }
    let deep = "(".repeat(50);
    assert_eq!(
        Expression::parse(&deep).unwrap_err().message,
        "this is nested too deeply"
    );
}

#[test]
fn what_is_always_or_never_so_is_known() {
    for (text, wanted) in [
        ("open", None),
        ("open or not open", Some(true)),
        ("open and not open", Some(false)),
        ("true", Some(true)),
        ("1 > 2 or \"a\" = \"b\"", Some(false)),
        ("status = \"late\" and not status = \"late\"", Some(false)),
        ("said \"x\" or not said \"x\"", Some(true)),
        ("open and status = \"late\"", None),
    ] {
        assert_eq!(Expression::parse(text).unwrap().always(), wanted, "{text}");
    }
}

#[test]
fn its_names_are_known() {
    let expression = Expression::parse("open and (status = \"late\" or pieces > waiting)").unwrap();
    assert_eq!(expression.names(), ["open", "status", "pieces", "waiting"]);
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_a_mistake_in_it(text in any::<String>()) {
        match Expression::parse(&text) {
            Ok(expression) => {
                expression.holds(&Shop);
                expression.always();
            }
            Err(mistake) => prop_assert!(text.get(mistake.at).is_some()),
        }
    }

    #[test]
    fn pieces_of_expressions_in_any_order_are_judged(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("open"), Just("not"), Just("and"), Just("or"), Just("("), Just(")"), Just("="),
                Just("<"), Just("\"x\""), Just("3"), Just("said"), Just("refund"),
            ],
            0..12,
        ),
    ) {
        let text = pieces.join(" ");
        if let Ok(expression) = Expression::parse(&text) {
            let holds = expression.holds(&Shop);
            prop_assert!(expression.always().is_none_or(|always| always == holds));
        }
    }
}
