//! A queue of our own: the way to it, the call-back, and nobody there.

use super::*;
use crate::understand::WaitingWish;

const SALON: &str = include_str!("salon.toml");
/// The same Monday at night.
const NIGHT: Timestamp = Timestamp::constant(1_780_351_200, 0);
const CLOSED: &str = "We are closed now.";
const OFFER: &str = "You can say call me back, or leave a message; or press 1 for the call-back, 2 for a message. \
                     You can also ask me something else.";
const HERE: &str = "Shall we call you back at plus 4 9 3, 0 1 2, 3 4 5 6?";

/// Calls from a number, or from none.
fn from(number: &str) -> Chat {
    with_others(number, None)
}

/// The same while so many wait already.
fn with_others(number: &str, waiting: Option<u32>) -> Chat {
    let mut chat = Chat::with(SALON);
    let plan = Arc::new(loaded(SALON).dialplan);
    let (now, caller) = (NOW, number.to_owned());
    chat.0 = Dialog::new(
        plan,
        World {
            now,
            caller,
            waiting,
            ..World::default()
        },
    );
    chat
}

fn caller() -> Chat {
    from("+4930123456")
}

fn wants_human(chat: &mut Chat) -> String {
    shown(&chat.0.wants_human(NOW))
}

fn calls_back(chat: &mut Chat) -> String {
    shown(&chat.0.call_back(NOW))
}

fn queue(name: &str, priority: u8, skills: &[&str]) -> Reach {
    Reach::Queue {
        name: name.to_owned(),
        priority,
        skills: skills.iter().map(|&skill| skill.to_owned()).collect(),
    }
}

#[test]
fn a_queue_stands_in_place_of_a_target() {
    let plan = loaded(SALON).dialplan;
    assert_eq!(plan.human.reach, queue("front-desk", 0, &[]));
    assert_eq!(plan.music().unwrap(), Path::new("waiting.wav"));
    assert!(check::prove(&plan).is_empty(), "{:?}", check::prove(&plan));

    let target = "target = \"sip:counter@127.0.0.1\"";
    let more = format!("{target}\ntransfer = \"attended\"\nasterisk_queue = \"support\"");
    let plan = loaded(&with("").replace(target, &more)).dialplan;
    assert_eq!(
        plan.human.reach,
        Reach::Transfer {
            target: "sip:counter@127.0.0.1".to_owned(),
            attended: true,
            asterisk_queue: Some("support".to_owned()),
        }
    );
    let plan = loaded(&with("")).dialplan;
    assert!(matches!(
        plan.human.reach,
        Reach::Transfer {
            attended: false,
            asterisk_queue: None,
            ..
        }
    ));
    assert!(plan.human.call_back.is_none());
}

#[test]
fn what_is_wrong_with_the_way_to_a_person_is_told_at_its_line() {
    let target = "target = \"sip:counter@127.0.0.1\"";
    for (instead, mistake) in [
        (
            "say = \"x\"",
            "4:1: `target` is missing in [human]; add a line such as `target = \"sip:frontdesk@192.0.2.10\"`, or `queue =",
        ),
        (
            "queue = \"a\"\ntarget = \"sip:a@b\"",
            "6:10: there is a `target` and a `queue`: a person is reached by one of them; take out",
        ),
        (
            "queue = \"front desk\"",
            "5:9: \"front desk\" is no name of a queue; write it as in the configuration",
        ),
        (
            "queue = \"a\"\npriority = 10",
            "6:12: this `priority` is not from 0 to 9; write a number",
        ),
        (
            "queue = \"a\"\npriority = \"high\"",
            "6:12: `priority` is a text; it must be a number from 0 to 9",
        ),
        (
            "queue = \"a\"\nskills = \"german\"",
            "6:10: `skills` is a text; it must be a list",
        ),
        (
            "queue = \"a\"\nmusic = \"../x.wav\"",
            "6:9: `music` is no WAV file beside the dialplan; write it like",
        ),
        (
            "queue = \"a\"\nmusic = \"x.mp3\"",
            "6:9: `music` is no WAV file",
        ),
        (
            "queue = \"a\"\ntransfer = \"blind\"",
            "6:12: `transfer` belongs to `target`, and there is a `queue`; take it out",
        ),
        (
            "target = \"sip:a@b\"\ntransfer = \"blnd\"",
            "6:12: `transfer` can not be \"blnd\"; did you mean \"blind\"?",
        ),
        (
            "target = \"sip:a@b\"\nskills = [\"german\"]",
            "6:10: `skills` belongs to a queue of our own",
        ),
        (
            "target = \"sip:a@b\"\nqueu = \"a\"",
            "6:1: unknown key `queu` in [human]; did you mean `queue`?",
        ),
    ] {
        let mistakes = mistakes(&with("").replace(target, instead));
        assert!(
            mistakes.iter().any(|m| m.starts_with(mistake)),
            "{mistake}: {mistakes:#?}"
        );
    }
    let own = "priority = 2\n";
    let told = mistakes(&with(own));
    assert!(
        told[0].starts_with("10:12: nobody is put into a queue here"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("10:12: there is no queue of our own: [human] has a `target`"),
        "{told:?}"
    );
    let case = "case = [{ when = 'open', then = \"human\", queue = \"b\" }]";
    assert!(mistakes(&with(case))[0].contains("unknown key `queue` in [[intent.case]]"));
}

#[test]
fn the_queue_is_that_of_the_matter_that_led_to_it() {
    let mut chat = caller();
    assert_eq!(wants_human(&mut chat), "One moment. > human");
    assert_eq!(chat.0.reach(), queue("front-desk", 0, &[]));

    let mut chat = caller();
    chat.hears("move my appointment to wednesday");
    assert_eq!(chat.0.reach(), queue("stylists", 3, &["german", "colour"]));

    let mut chat = caller();
    chat.hears("I want to complain");
    assert_eq!(chat.0.reach(), queue("front-desk", 9, &[]));
    chat.0.nobody_there(NOW);
    wants_human(&mut chat);
    assert_eq!(chat.0.reach(), queue("front-desk", 0, &[]));
}

#[test]
fn an_answer_may_depend_on_how_many_wait() {
    let mut chat = with_others("", Some(6));
    assert_eq!(
        chat.hears("I want to complain"),
        "Many people are waiting. Please write to us."
    );
    let mut chat = with_others("", Some(5));
    assert_eq!(
        chat.hears("I want to complain"),
        "I am sorry to hear that. > human"
    );
    assert_eq!(
        caller().hears("I want to complain"),
        "I am sorry to hear that. > human"
    );

    let case = "case = [{ when = 'waiting > 5', say = \"x\" }]";
    let found = check::prove(&loaded(&with(case)).dialplan);
    assert!(
        found[0]
            .help
            .contains("`waiting` is known where [human] has a `queue`"),
        "{found:?}"
    );
}

#[test]
fn a_call_back_is_to_the_callers_own_number_or_to_another() {
    let mut chat = caller();
    assert_eq!(calls_back(&mut chat), HERE);
    assert_eq!(chat.0.keys(), Some(Keys { least: 1, most: 1 }));
    assert_eq!(chat.hears("yes please"), "> call back +4930123456");

    let mut chat = caller();
    calls_back(&mut chat);
    assert_eq!(chat.hears("no"), "Which number shall we call?");
    assert_eq!(
        chat.hears("five five five zero one nine nine"),
        "I have 5 5 5, 0 1 9 9. Is that right?"
    );
    assert_eq!(chat.hears("yes"), "> call back 5550199");

    let mut chat = caller();
    calls_back(&mut chat);
    assert_eq!(
        chat.hears("no, on five five five zero one nine nine"),
        "I have 5 5 5, 0 1 9 9. Is that right?"
    );

    let mut chat = caller();
    calls_back(&mut chat);
    chat.0.keyed("2", NOW);
    assert_eq!(chat.0.keys(), Some(Keys { least: 3, most: 15 }));
    let keyed = shown(&chat.0.keyed("5550199", NOW));
    assert_eq!(keyed, "I have 5 5 5, 0 1 9 9. Is that right?");
    assert_eq!(shown(&chat.0.keyed("1", NOW)), "> call back 5550199");

    // Another time, the number is asked for again.
    assert_eq!(calls_back(&mut chat), HERE);
    assert_eq!(chat.hears("call me back"), "> call back +4930123456");
}

#[test]
fn who_calls_from_no_number_is_asked_for_one() {
    for number in ["", "anonymous", "alice"] {
        let mut chat = from(number);
        assert_eq!(calls_back(&mut chat), "Which number shall we call?");
        chat.hears("five five five zero one nine nine");
        assert_eq!(chat.hears("that's right"), "> call back 5550199");
    }
}

#[test]
fn who_changes_their_mind_is_not_called_back() {
    for (waits, words, said) in [
        (
            true,
            "no, I would rather wait",
            "All right. You keep your place.",
        ),
        (true, "leave it", "All right. You keep your place."),
        (
            false,
            "never mind",
            "All right, I leave it as it is. What else can I do for you?",
        ),
        (
            false,
            "cancel my call back",
            "All right, I leave it as it is. What else can I do for you?",
        ),
    ] {
        let mut chat = caller();
        chat.0.waiting(waits);
        calls_back(&mut chat);
        let turn = chat.turn(words);
        assert_eq!(turn.notes, [], "{words}");
        assert_eq!(shown(&turn), said, "{words}");
        assert_eq!(chat.hears("when are you open"), "From eight to six.");
    }
    // With "no" to the question for another number as well.
    let mut chat = caller();
    calls_back(&mut chat);
    chat.hears("no");
    assert!(chat.hears("no").starts_with("All right"));
}

#[test]
fn a_call_back_is_a_matter_like_any_other() {
    let mut chat = caller();
    chat.hears("I need to move my appointment");
    assert_eq!(calls_back(&mut chat), HERE);
    assert_eq!(
        chat.hears("when are you open"),
        format!("From eight to six. {HERE}")
    );
    assert_eq!(wants_human(&mut chat), "One moment. > human");

    let mut chat = caller();
    chat.hears("I need to move my appointment");
    calls_back(&mut chat);
    assert_eq!(chat.hears("yes"), "> call back +4930123456");
    // Whoever calls knows what it is about; the number is no part of it.
    assert_eq!(chat.0.context(), (vec!["move".into()], Vec::new()));
    assert_eq!(chat.hears("when are you open"), "From eight to six.");

    let mut chat = caller();
    calls_back(&mut chat);
    let said: Vec<String> = (0..3).map(|_| chat.hears("purple mountains")).collect();
    assert_eq!(said[2], "One moment. > human");
}

#[test]
fn outside_of_hours_there_is_an_offer_at_once() {
    let mut chat = caller();
    let said = shown(&chat.0.wants_human(NIGHT));
    // The day after is a holiday.
    let closed = format!("{CLOSED} We open Wednesday, June 3 at 8 in the morning. {OFFER}");
    assert_eq!(said, closed);
    assert!(chat.0.offers_way_out());
    assert_eq!(
        chat.0.way_out("leave a message"),
        Some(WaitingWish::Message)
    );
    assert_eq!(
        shown(&chat.0.hear("when are you open", NIGHT)),
        "From eight to six."
    );
    assert!(chat.0.offers_way_out());
    assert_eq!(
        chat.0.way_out("can you call me back"),
        Some(WaitingWish::CallBack)
    );
    assert_eq!(shown(&chat.0.call_back(NIGHT)), HERE);
    assert!(!chat.0.offers_way_out());
    assert_eq!(shown(&chat.0.hear("yes", NIGHT)), "> call back +4930123456");
    assert!(!chat.0.offers_way_out());

    // For what led there, it is the queue of that.
    let mut chat = caller();
    let said = shown(&chat.0.hear("move my appointment to friday", NIGHT));
    assert_eq!(said, format!("Let me see who can do that. {closed}"));
    chat.0.call_back(NIGHT);
    chat.0.hear("yes", NIGHT);
    assert_eq!(chat.0.reach(), queue("stylists", 3, &["german", "colour"]));
}

#[test]
fn who_answers_the_offer_with_nothing_is_let_go() {
    let mut chat = caller();
    chat.0.wants_human(NIGHT);
    let said: Vec<String> = (0..3).map(|_| shown(&chat.0.silent(NIGHT))).collect();
    assert!(
        said[0].ends_with(OFFER) && said[1].ends_with(OFFER),
        "{said:?}"
    );
    assert!(said[2].ends_with("> hang up"), "{said:?}");

    let mut chat = caller();
    chat.0.wants_human(NIGHT);
    let said = shown(&chat.0.hear("no thanks", NIGHT));
    assert_eq!(
        said,
        "All right, I leave it as it is. What else can I do for you?"
    );
}

#[test]
fn the_queue_may_have_nobody_at_any_time() {
    for (why, begins) in [
        (
            Nobody::NotStaffed,
            "I am sorry, nobody is at the phones just now.",
        ),
        (
            Nobody::Full,
            "I am sorry, too many people are waiting already.",
        ),
        (
            Nobody::TooLong,
            "I am sorry, nobody could take your call in good time.",
        ),
        (Nobody::Closed, CLOSED),
    ] {
        let mut chat = caller();
        wants_human(&mut chat);
        let said = shown(&chat.0.nobody_at_work(why, NOW));
        assert_eq!(said, format!("{begins} {OFFER}"));
        assert!(chat.0.offers_way_out());
        assert_eq!(wants_human(&mut chat), "One moment. > human");
        assert!(!chat.0.offers_way_out());
    }
    // Without hours as well.
    let always = SALON.replace(
        "[hours]\ntimezone = \"UTC\"\nopen = \"Mon-Fri 08:00-18:00\"\nclosed = [\"06-02\"]\n",
        "",
    );
    let plan = loaded(&always).dialplan;
    assert!(plan.hours.is_none() && check::prove(&plan).is_empty());
}

#[test]
fn with_a_form_for_messages_that_is_the_way_outside_of_hours() {
    let form = "[human.closed]\nsay = \"Closed.\"\nask.message = { say = \"What is it?\", type = \"text\" }\n[[intent]]";
    let plan = SALON.replacen("[[intent]]", form, 1);
    let mut chat = Chat::with(&plan);
    assert!(check::prove(&loaded(&plan).dialplan).is_empty());
    assert_eq!(shown(&chat.0.wants_human(NIGHT)), "Closed. What is it?");
    let mut chat = Chat::with(&plan);
    wants_human(&mut chat);
    let said = shown(&chat.0.nobody_at_work(Nobody::NotStaffed, NOW));
    assert!(said.ends_with(OFFER), "{said}");
}

#[test]
fn who_waits_may_ask_other_things_and_is_not_announced_again() {
    let mut chat = caller();
    wants_human(&mut chat);
    chat.0.waiting(true);
    assert!(chat.0.offers_way_out());
    assert_eq!(chat.hears("when are you open"), "From eight to six.");
    assert_eq!(chat.hears("I need to move my appointment"), "Which day?");
    assert_eq!(
        chat.hears("wednesday"),
        "Let me see who can do that. > human"
    );
    // Whoever closes while they wait has them to answer still.
    assert_eq!(shown(&chat.0.wants_human(NIGHT)), "> human");
    assert_eq!(chat.hears("when are you open"), "From eight to six.");
    assert_eq!(
        chat.0.way_out("how much longer"),
        Some(WaitingWish::HowLong)
    );
    chat.0.waiting(false);
    assert_eq!(chat.0.way_out("how much longer"), None);
    assert_eq!(
        chat.0.way_out("cancel my call back"),
        Some(WaitingWish::CancelCallBack)
    );
}

#[test]
fn a_message_is_another_way_than_a_call_back() {
    let mut chat = caller();
    chat.0.wants_human(NIGHT);
    chat.0.call_back(NIGHT);
    assert_eq!(chat.0.way_out("I would rather wait"), None);
    assert_eq!(
        chat.0.way_out("leave a message"),
        Some(WaitingWish::Message)
    );
    assert!(chat.0.offers_way_out());
    assert_eq!(chat.0.keys(), None);
}

#[test]
fn the_dialplans_own_examples_come_before_wishes_of_the_wait() {
    let own = "[[intent]]\nname = \"mailbox\"\nexamples = [\"leave a message\", \"a b\", \"c d\"]\nsay = \"y\"\n";
    let plan = loaded(&format!("{SALON}{own}")).dialplan;
    assert_eq!(plan.waiting("leave a message"), None);
    assert_eq!(
        plan.waiting("I want to leave a message"),
        Some(WaitingWish::Message)
    );
    let phrases = plan.phrases();
    assert!(phrases.contains(&"call me back".to_owned()));
    assert!(
        !loaded(&with(""))
            .dialplan
            .phrases()
            .contains(&"call me back".to_owned())
    );
}

#[test]
fn without_a_queue_nobody_is_called_back() {
    let mut chat = Chat::with(&with(""));
    assert_eq!(chat.0.way_out("call me back"), None);
    assert!(shown(&chat.0.call_back(NOW)).ends_with("> human"));
}
