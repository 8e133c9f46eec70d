//! The English sentences.

use super::{Dialplan, Nobody, Told};
use crate::understand::Language;

const NEXT: &str = "You are next.";
const KEPT: &str = "We were cut off. You have kept your place.";
const UNDER_A_MINUTE: &str = "It should take less than a minute.";
const A_MINUTE: &str = "It should take about a minute.";
const WAYS: &str = "You can wait, or leave a message, or ask me something else: say so, or press 2 for a message \
                    and 3 for something else.";
const WAYS_AND_CALL_BACK: &str = "You can wait, or be called back and keep your place, or leave a message, or ask me \
                    something else: say so, or press 1 for a call-back, 2 for a message and 3 for something else.";
const STILL: &str = "Thank you for waiting.";
const LONGER: &str = "I am sorry, it is taking longer than expected.";
const CALL_BACK: &str = "You can say call me back, or press 1: you keep your place.";
const UNKNOWN: &str = "I can not say how long it will take.";
const ANSWERING: &str = "A colleague is taking your call now. One moment.";
const BACK: &str = "I am sorry, we lost your colleague's line. You are first again.";
const HANG_UP: &str = "You can hang up now, or ask me something else.";
const CANCELLED: &str = "Your call-back is cancelled.";
const NOT_CANCELLED: &str = "There is no call-back for your number.";
const MESSAGE_US: &str =
    "Please speak after the tone. When you are done, press the pound key or hang up.";
const MESSAGE_GB: &str =
    "Please speak after the tone. When you are done, press the hash key or hang up.";
const LISTENED_TO: &str = "Somebody will listen to it.";
const EMPTY: &str = "I could not hear anything in your message, so there is none.";
const EMPTY_AGAIN: &str = "To try again, say leave a message, or press 2.";
const NOBODY_BEFORE: &str = "Nobody is waiting before you.";
const ONE_BEFORE: &str = "One caller is waiting before you.";
const OFFER_PERSON: &str =
    "I am sorry, this is not going well. Shall I put you through to a person?";
const KEEPS: &str = "All right. You keep your place.";
const CLOSED: &str = "We are closed now.";
const NOT_STAFFED: &str = "I am sorry, nobody is at the phones just now.";
const FULL: &str = "I am sorry, too many people are waiting already.";
const TOO_LONG: &str = "I am sorry, nobody could take your call in good time.";
const WAYS_OUT: &str = "You can say call me back, or leave a message; or press 1 for the call-back, 2 for a message. \
                        You can also ask me something else.";
const WAYS_OUT_BUT_CALL_BACK: &str =
    "You can say leave a message, or press 2 for it. You can also ask me something else.";

/// See `Dialplan::fixed_told`.
pub(super) const ALWAYS: &[&str] = &[OFFER_PERSON];
pub(super) const ASTERISK: &[&str] = &[NOBODY_BEFORE, ONE_BEFORE, UNDER_A_MINUTE, A_MINUTE];
pub(super) const QUEUE: &[&str] = &[
    NEXT,
    KEPT,
    UNDER_A_MINUTE,
    A_MINUTE,
    WAYS,
    WAYS_AND_CALL_BACK,
    STILL,
    LONGER,
    CALL_BACK,
    UNKNOWN,
    ANSWERING,
    BACK,
    HANG_UP,
    CANCELLED,
    NOT_CANCELLED,
    MESSAGE_US,
    MESSAGE_GB,
    LISTENED_TO,
    EMPTY,
    EMPTY_AGAIN,
    KEEPS,
    CLOSED,
    NOT_STAFFED,
    FULL,
    TOO_LONG,
    WAYS_OUT,
    WAYS_OUT_BUT_CALL_BACK,
];

pub(super) fn told(plan: &Dialplan, told: &Told) -> Vec<String> {
    let calls_back = plan.human.call_back.is_some();
    let mut say: Vec<String> = Vec::new();
    let mut add = |text: &str| say.push(text.to_owned());
    match told {
        Told::Entered {
            position,
            wait,
            kept,
            call_back,
        } => {
            if *kept {
                add(KEPT);
            }
            add(&place(*position));
            wait.iter().for_each(|minutes| add(&lasts(*minutes)));
            add(match *call_back && calls_back {
                true => WAYS_AND_CALL_BACK,
                false => WAYS,
            });
        }
        Told::Better { position, wait } => {
            add(&place(*position));
            wait.iter().for_each(|minutes| add(&lasts(*minutes)));
        }
        Told::Still { position, wait } => {
            add(STILL);
            add(&place(*position));
            wait.iter().for_each(|minutes| add(&lasts(*minutes)));
        }
        Told::Longer { call_back } => {
            add(LONGER);
            if *call_back && calls_back {
                add(CALL_BACK);
            }
        }
        Told::Asked { position, wait } => {
            add(&place(*position));
            match wait {
                Some(minutes) => add(&lasts(*minutes)),
                None => add(UNKNOWN),
            }
        }
        Told::Answering => add(ANSWERING),
        Told::Back => add(BACK),
        Told::Promised { number, position } => {
            let number = plan.said_number(number);
            add(&format!("We will call you back at {number}."));
            match position {
                0 => {}
                1 => add(NEXT),
                _ => add(&format!("You keep your place, number {position}.")),
            }
            add(HANG_UP);
        }
        Told::CancelledCallBack(was_one) => add(if *was_one { CANCELLED } else { NOT_CANCELLED }),
        Told::LeaveMessage => add(match plan.language {
            Language::EnglishGb => MESSAGE_GB,
            _ => MESSAGE_US,
        }),
        Told::MessageKept { seconds } => {
            let s = if *seconds == 1 { "" } else { "s" };
            add(&format!(
                "Thank you. Your message of {seconds} second{s} is kept."
            ));
            add(LISTENED_TO);
        }
        Told::MessageEmpty => {
            add(EMPTY);
            add(EMPTY_AGAIN);
        }
        Told::Pbx { waiting, wait } => {
            match waiting {
                0 => add(NOBODY_BEFORE),
                1 => add(ONE_BEFORE),
                _ => add(&format!("{waiting} callers are waiting before you.")),
            }
            wait.iter().for_each(|minutes| add(&lasts(*minutes)));
        }
        Told::OfferPerson => add(OFFER_PERSON),
        Told::KeepsPlace => add(KEEPS),
        Told::Nobody { why, opens } => {
            add(match why {
                Nobody::Closed => CLOSED,
                Nobody::NotStaffed => NOT_STAFFED,
                Nobody::Full => FULL,
                Nobody::TooLong => TOO_LONG,
            });
            if let Some(opens) = opens {
                add(&format!("We open {opens}."));
            }
        }
        Told::WaysOut => add(match calls_back {
            true => WAYS_OUT,
            false => WAYS_OUT_BUT_CALL_BACK,
        }),
    }
    say
}

fn place(position: usize) -> String {
    match position {
        0 | 1 => NEXT.to_owned(),
        _ => format!("You are number {position} in the queue."),
    }
}

fn lasts((least, most): (u32, u32)) -> String {
    match (least, most) {
        (0, 0 | 1) => UNDER_A_MINUTE.to_owned(),
        (0, most) => format!("It should take less than {most} minutes."),
        (1, 0 | 1) => A_MINUTE.to_owned(),
        (least, most) if most <= least => format!("It should take about {least} minutes."),
        (least, most) => format!("It should take {least} to {most} minutes."),
    }
}
