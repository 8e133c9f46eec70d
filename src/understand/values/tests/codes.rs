//! Codes of letters and digits.

use super::*;

fn code(pattern: &str) -> Kind {
    Kind::Code(pattern.parse().unwrap())
}

#[test]
fn codes_are_the_same_however_they_were_spelled() {
    check(
        &code("A99"),
        US,
        &[
            ("B 4 7", "B47"),
            ("B47", "B47"),
            ("b 47", "B47"),
            ("bee four seven", "B47"),
            ("bravo four seven", "B47"),
            ("B as in bravo four seven", "B47"),
            ("B as in boy, 4 7", "B47"),
            ("b for boy four seven", "B47"),
            ("P as in bravo four seven", "B47"),
            ("it's a B 4 7 please", "B47"),
            ("the code is bravo forty seven", "B47"),
            ("M for mother oh seven", "M07"),
            ("double u four seven", "W47"),
            ("X-ray 4 7", "X47"),
            ("zed four seven", "Z47"),
            ("see four seven", "C47"),
            ("oh four seven", "O47"),
            ("you four seven", "U47"),
            ("are double seven", "R77"),
            ("B for seven", "B47"),
            ("capital B dash four seven", "B47"),
            ("letter B number forty seven", "B47"),
            ("B-47", "B47"),
            ("B four", "B4…"),
            ("B 4 6, no, B 4 7", "B47"),
            ("B 4 6, no, 4 7", "B47"),
            ("that's wrong, it's B 4 7", "B47"),
            ("where is my order B47", "B47"),
            ("I see", ""),
            ("why are you calling", ""),
            ("four seven", ""),
            ("I have a question", ""),
            ("A", ""),
            ("on November 11", ""),
            ("a 10 pound turkey", ""),
            ("my order is November 11", "N11"),
        ],
    );
    check(
        &code("AA999999"),
        US,
        &[
            ("AB 123456", "AB123456"),
            ("A B one two three four five six", "AB123456"),
            ("alpha bravo one two three, four five six", "AB123456"),
            ("AB-123-456", "AB123456"),
            ("a as in apple b as in boy 123 456", "AB123456"),
            ("double b one two three four five six", "BB123456"),
            ("oh oh one two three four five six", "OO123456"),
            ("alpha bravo one two", "AB12…"),
            ("em en one two three oh oh oh", "MN123000"),
            ("123456", ""),
        ],
    );
    check(
        &code("999-***"),
        US,
        &[("four seven one oh B oh", "4710BO"), ("471 ABC", "471ABC")],
    );
    check(
        &Kind::Code(Pattern::free(4, 8)),
        US,
        &[
            ("my reference is X K 4 7 1 1", "XK4711"),
            ("K1B2C3", "K1B2C3"),
            ("QZ7", "QZ7…"),
            ("I would like to ask about my bill", ""),
            ("can you see why", ""),
            ("my card is stuck in the ATM", ""),
            ("WHAT IS THE MATTER WITH MY CARD", ""),
            ("it's A B C D", "ABCD"),
        ],
    );
}

#[test]
fn mandarin_codes() {
    check(
        &code("A99"),
        ZH,
        &[
            ("B四七", "B47"),
            ("b 4 7", "B47"),
            ("B幺七", "B17"),
            ("我的单号是B47", "B47"),
            ("字母B四十七", "B47"),
            ("B四六，不对，B四七", "B47"),
            ("四七", ""),
            ("我不知道", ""),
        ],
    );
    check(
        &code("AA9999"),
        ZH,
        &[
            ("AB幺二三四", "AB1234"),
            ("A B 1234", "AB1234"),
            ("AB杠1234", "AB1234"),
        ],
    );
}

#[test]
fn a_pattern_says_what_it_may_be_made_of() {
    let error = "AA-9X".parse::<Pattern>().unwrap_err().to_string();
    assert!(
        error.contains("AA-9X") && error.contains("`9` for a digit"),
        "{error}"
    );
    assert!("".parse::<Pattern>().is_err());
    assert!("AA 99-99".parse::<Pattern>().is_ok());
}

fn choices(list: &[(&str, &[&str])]) -> Kind {
    let choices = list.iter().map(|(name, ways)| Choice {
        name: (*name).to_owned(),
        ways: ways.iter().map(|way| (*way).to_owned()).collect(),
    });
    Kind::Choice(choices.collect())
}

#[test]
fn choices_are_known_by_the_ways_to_say_them() {
    let plan = choices(&[
        ("premium", &["the expensive one"]),
        ("premium plus", &[]),
        ("basic", &["the cheap one", "standard"]),
        ("family", &[]),
    ]);
    check(
        &plan,
        US,
        &[
            ("premium", "premium"),
            ("premium please", "premium"),
            ("I'd like premium plus", "premium plus"),
            ("the cheap one", "basic"),
            ("Standard.", "basic"),
            ("bassic", "basic"),
            ("basics", "basic"),
            ("the famly plan", "family"),
            ("fam ily", "family"),
            ("basic, no, family", "family"),
            ("not basic, family", "family"),
            ("premium or basic", "premium | basic"),
            ("what are your hours", ""),
            ("something else", ""),
            ("", ""),
        ],
    );
    // Nothing is guessed between two that are alike.
    let doctors = choices(&[("Miller", &[]), ("Muller", &[]), ("Keller", &[])]);
    check(
        &doctors,
        US,
        &[
            ("doctor miller", "Miller"),
            ("muller", "Muller"),
            ("maller", ""),
            ("doctor kellar", "Keller"),
        ],
    );
}

#[test]
fn mandarin_choices() {
    let plan = choices(&[
        ("会员", &["视频会员", "大会员"]),
        ("退款", &["退钱"]),
        ("发票", &[]),
    ]);
    check(
        &plan,
        ZH,
        &[
            ("我的视频会员有问题", "会员"),
            ("会员", "会员"),
            ("退款", "退款"),
            ("推款", "退款"),
            ("退宽", "退款"),
            ("开发票", "发票"),
            ("發票", "发票"),
            ("退款，不对，发票", "发票"),
            ("不是退款，是发票", "发票"),
            ("转人工", ""),
        ],
    );
}
