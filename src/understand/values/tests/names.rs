//! Names and free text.

use super::*;

#[test]
fn english_names() {
    check(
        &Kind::Name,
        US,
        &[
            ("my name is jane doe", "Jane Doe"),
            ("My name's Jane Doe.", "Jane Doe"),
            ("this is john smith calling about my bill", "John Smith"),
            ("it's jane doe speaking", "Jane Doe"),
            ("jane doe speaking", "Jane Doe"),
            ("jane doe", "Jane Doe"),
            ("Jane Doe, please", "Jane Doe"),
            ("hi I'm jane", "Jane"),
            ("you can call me jane", "Jane"),
            ("the name is o'brien", "O'Brien"),
            ("mcdonald", "McDonald"),
            ("Anna van der Berg", "Anna van der Berg"),
            ("my name is john smyth S M Y T H E", "John Smythe"),
            (
                "hello this is jane doe and I want to move my appointment",
                "Jane Doe",
            ),
            ("mister brown", "Brown"),
            ("no, my name is jane roe", "Jane Roe"),
            ("I'm calling about my bill", ""),
            ("I'm not sure", ""),
            ("I'm locked out", ""),
            ("it was all done and now it's gone", ""),
            ("it's jane", "Jane"),
            ("I'm considering closing my account", ""),
            ("I'm out of soap", ""),
            ("this is about my bill", ""),
            ("what are your hours", ""),
            ("yes", ""),
            ("no", ""),
            ("", ""),
        ],
    );
}

#[test]
fn mandarin_names() {
    check(
        &Kind::Name,
        ZH,
        &[
            ("我叫王小明", "王小明"),
            ("我姓王", "王"),
            ("我姓王，叫王小明", "王小明"),
            ("你好，我是王小明", "王小明"),
            ("免贵姓李", "李"),
            ("王小明", "王小明"),
            ("我是王先生", "王先生"),
            ("我的名字是欧阳娜娜", "欧阳娜娜"),
            ("我叫陳大文", "陳大文"),
            ("我是小王", "小王"),
            ("叫我老李就行", "老李"),
            ("我的名字叫做王芳", "王芳"),
            ("我是想问一下", ""),
            ("我是来投诉的", ""),
            ("不知道", ""),
            ("你好", ""),
        ],
    );
}

#[test]
fn text_is_all_that_was_said() {
    check(
        &Kind::Text,
        US,
        &[
            (" My card is broken. ", "My card is broken."),
            ("?!", ""),
            ("", ""),
        ],
    );
    assert_eq!(cut(&Kind::Text, ZH, " 卡坏了 "), " _ ");
}
