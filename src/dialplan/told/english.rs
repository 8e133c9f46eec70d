//! The English sentences.

use super::sentences::Sentences;

const UNDER_A_MINUTE: &str = "It should take less than a minute.";
const A_MINUTE: &str = "It should take about a minute.";

pub(super) const US: Sentences = Sentences {
    next: "You are next.",
    kept: "We were cut off. You have kept your place.",
    ways: "You can wait, or leave a message, or ask me something else: say so, or press 2 for a message \
           and 3 for something else.",
    ways_and_call_back: "You can wait, or be called back and keep your place, or leave a message, or ask me \
           something else: say so, or press 1 for a call-back, 2 for a message and 3 for something else.",
    still: "Thank you for waiting.",
    longer: "I am sorry, it is taking longer than expected.",
    call_back: "You can say call me back, or press 1: you keep your place.",
    unknown: "I can not say how long it will take.",
    answering: "A colleague is taking your call now. One moment.",
    back: "I am sorry, we have lost the line to my colleague. You keep your place.",
    hang_up: "You can hang up now, or ask me something else.",
    cancelled: "Your call-back is cancelled.",
    not_cancelled: "There is no call-back for your number.",
    not_called: "I am sorry, we cannot call that number.",
    message: "Please speak after the tone. When you are done, press the pound key or hang up.",
    listened_to: "Somebody will listen to it.",
    empty: "I could not hear anything in your message, so there is none.",
    empty_again: "To try again, say leave a message, or press 2.",
    nobody_before: "Nobody is waiting before you.",
    one_before: "One caller is waiting before you.",
    offer_person: "I am sorry, this is not going well. Shall I put you through to a person?",
    keeps: "All right. You keep your place.",
    closed: "We are closed now.",
    not_staffed: "I am sorry, nobody is at the phones just now.",
    full: "I am sorry, too many people are waiting already.",
    too_long: "I am sorry, nobody could take your call in good time.",
    stopping: "I am sorry, our telephone system has to stop for a moment. Please call again in a minute.",
    stopping_keeps: "You keep your place in the queue.",
    ways_out: "You can say call me back, or leave a message; or press 1 for the call-back, 2 for a message. \
           You can also ask me something else.",
    ways_out_but_call_back: "You can say leave a message, or press 2 for it. You can also ask me something else.",
    short_waits: &[UNDER_A_MINUTE, A_MINUTE],
    wait: |(least, most)| match (least, most) {
        (0, 0 | 1) => UNDER_A_MINUTE.to_owned(),
        (0, most) => format!("It should take less than {most} minutes."),
        (1, 0 | 1) => A_MINUTE.to_owned(),
        (least, most) if most <= least => format!("It should take about {least} minutes."),
        (least, most) => format!("It should take {least} to {most} minutes."),
    },
    place: |position| format!("You are number {position} in the queue."),
    promised: |number| format!("We will call you back at {number}."),
    place_kept: |position| format!("You keep your place, number {position}."),
    message_kept: |seconds| {
        let s = if seconds == 1 { "" } else { "s" };
        format!("Thank you. Your message of {seconds} second{s} is kept.")
    },
    before: |waiting| format!("{waiting} callers are waiting before you."),
    opens: |when| format!("We open {when}."),
};

pub(super) const GB: Sentences = Sentences {
    message: "Please speak after the tone. When you are done, press the hash key or hang up.",
    ..US
};
