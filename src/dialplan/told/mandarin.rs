//! The Mandarin sentences.

use super::{Dialplan, Nobody, Told};

const NEXT: &str = "下一位就是您。";
const KEPT: &str = "刚才电话断了，您的位置还在。";
const UNDER_A_MINUTE: &str = "大约不到一分钟。";
const WAYS: &str =
    "您可以继续等，也可以留言，或者问我别的事：直接说就行，或者按2留言，按3问别的事。";
const WAYS_AND_CALL_BACK: &str = "您可以继续等，也可以让我们给您回电，位置会保留，还可以留言，或者问我别的事：直接说就行，\
                    或者按1回电，按2留言，按3问别的事。";
const STILL: &str = "谢谢您的耐心等待。";
const LONGER: &str = "很抱歉，比预计的要久一些。";
const CALL_BACK: &str = "您可以说给我回电，或者按1，位置会保留。";
const UNKNOWN: &str = "我现在说不准还要多久。";
const ANSWERING: &str = "同事来接听了。";
const BACK: &str = "很抱歉，同事的电话断了，您现在又排在第一位。";
const HANG_UP: &str = "您现在可以挂机，也可以再问我别的事。";
const CANCELLED: &str = "您的回电已经取消了。";
const NOT_CANCELLED: &str = "您的号码没有预约回电。";
const MESSAGE: &str = "请在提示音后留言，说完请按井号键，或者直接挂机。";
const LISTENED_TO: &str = "我们会有人听的。";
const EMPTY: &str = "留言里没有听到声音，所以没有保存。";
const EMPTY_AGAIN: &str = "如果要再试一次，请说留言，或者按2。";
const NOBODY_BEFORE: &str = "您前面没有人在等。";
const ONE_BEFORE: &str = "您前面有一位在等。";
const OFFER_PERSON: &str = "很抱歉，没能帮到您。要我为您转人工吗？";
const KEEPS: &str = "好的，您的位置还在。";
const CLOSED: &str = "我们现在已经下班了。";
const NOT_STAFFED: &str = "很抱歉，现在没有人接听电话。";
const FULL: &str = "很抱歉，现在等候的人太多了。";
const TOO_LONG: &str = "很抱歉，让您等了很久，还是没有人能接听。";
const WAYS_OUT: &str =
    "您可以说给我回电，或者说留言；也可以按1回电，按2留言。您还可以再问我别的事。";
const WAYS_OUT_BUT_CALL_BACK: &str = "您可以说留言，或者按2留言。您还可以再问我别的事。";

/// See `Dialplan::fixed_told`.
pub(super) const ALWAYS: &[&str] = &[OFFER_PERSON];
pub(super) const ASTERISK: &[&str] = &[NOBODY_BEFORE, ONE_BEFORE, UNDER_A_MINUTE];
pub(super) const QUEUE: &[&str] = &[
    NEXT,
    KEPT,
    UNDER_A_MINUTE,
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
    MESSAGE,
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
            add(&format!("我们会打{number}给您回电。"));
            match position {
                0 => {}
                1 => add(NEXT),
                _ => add(&format!("您的位置保留，是第{position}位。")),
            }
            add(HANG_UP);
        }
        Told::CancelledCallBack(was_one) => add(if *was_one { CANCELLED } else { NOT_CANCELLED }),
        Told::LeaveMessage => add(MESSAGE),
        Told::MessageKept { seconds } => {
            add(&format!("谢谢，您{seconds}秒的留言已经保存。"));
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
                _ => add(&format!("您前面有{waiting}位在等。")),
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
                add(&format!("我们{opens}上班。"));
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
        _ => format!("您现在排在第{position}位。"),
    }
}

fn lasts((least, most): (u32, u32)) -> String {
    match (least, most) {
        (0, 0 | 1) => UNDER_A_MINUTE.to_owned(),
        (0, most) => format!("大约不到{most}分钟。"),
        (least, most) if most <= least => format!("大约需要{least}分钟。"),
        (least, most) => format!("大约需要{least}到{most}分钟。"),
    }
}
