//! Numbers, money, durations, digits and phone numbers.

use super::*;

const UP_TO_9999: Kind = Kind::Number {
    least: 0,
    most: 9999,
};

#[test]
fn english_numbers() {
    check(
        &UP_TO_9999,
        US,
        &[
            ("twenty three", "23"),
            ("twenty-three", "23"),
            ("23.", "23"),
            ("it's five", "5"),
            ("a couple", "2"),
            ("a couple of them please", "2"),
            ("a dozen", "12"),
            ("half a dozen", "6"),
            ("two dozen eggs", "24"),
            ("a hundred and five", "105"),
            ("one hundred five", "105"),
            ("two fifty", "250"),
            ("one oh five", "105"),
            ("nineteen eighty four", "1984"),
            ("two thousand and six", "2006"),
            ("one hundred and twenty three", "123"),
            ("twenty five hundred", "2500"),
            ("1,250 please", "1250"),
            ("5 thousand", "5000"),
            ("there will be four of us", "4"),
            ("two adults and three children", "2 | 3"),
            ("between two hundred and three hundred", "200 | 300"),
            ("zero", "0"),
            ("um, seven... no, eight", "8"),
            ("not five, six", "6"),
            ("ten thousand", ""),
            ("I want to talk to you", ""),
            ("that one", ""),
            ("one moment please", ""),
            ("no one", ""),
            ("I'd like to see someone", ""),
            ("for a second", ""),
            ("the third", ""),
            ("two point five", ""),
            ("2.5", ""),
            ("at 10:30", ""),
            ("on 11/25", ""),
            ("a table for 4 on April 15 at 7 pm", "4"),
            ("on the twenty fifth", ""),
            ("my 401k", ""),
            ("", ""),
        ],
    );
    let below_zero = Kind::Number {
        least: -50,
        most: 50,
    };
    check(
        &below_zero,
        US,
        &[
            ("minus five", "-5"),
            ("-12", "-12"),
            ("12", "12"),
            ("3-5", "3"),
        ],
    );
}

#[test]
fn mandarin_numbers() {
    let kind = Kind::Number {
        least: 0,
        most: 1_000_000,
    };
    check(
        &kind,
        ZH,
        &[
            ("两百", "200"),
            ("二十三", "23"),
            ("十五", "15"),
            ("三百五", "350"),
            ("三百零五", "305"),
            ("一万二", "12000"),
            ("一万零二百", "10200"),
            ("十二万", "120000"),
            ("两千三百二十一", "2321"),
            ("一零三", "103"),
            ("零", "0"),
            ("5百", "500"),
            ("3万", "30000"),
            ("我们五个人", "5"),
            ("两个大人三个小孩", "2 | 3"),
            ("我要25个", "25"),
            ("１２", "12"),
            ("三个，不对，四个", "4"),
            ("两三个", ""),
            ("等一下", ""),
            ("快一点", ""),
            ("第一次", ""),
            ("星期三", ""),
            ("十分感谢", ""),
            ("三点五", ""),
            ("一直", ""),
        ],
    );
}

#[test]
fn english_money() {
    check(
        &Kind::Money,
        US,
        &[
            ("twelve fifty", "12.50"),
            ("$12.50", "12.50"),
            ("12.50", "12.50"),
            ("12.5", "12.50"),
            ("twenty dollars and five cents", "20.05"),
            ("twenty dollars five cents", "20.05"),
            ("twelve dollars fifty", "12.50"),
            ("a hundred dollars", "100.00"),
            ("a hundred and fifty", "150.00"),
            ("it was one thousand two hundred dollars", "1200.00"),
            ("fifty cents", "0.50"),
            ("ten bucks", "10.00"),
            ("a buck fifty", "1.50"),
            ("minus five dollars", "-5.00"),
            ("two and a half", "2.50"),
            ("two and a half thousand dollars", "2500.00"),
            ("$1,250", "1250.00"),
            ("$1,250.75 please", "1250.75"),
            ("five grand", "5000.00"),
            ("three oh five", "3.05"),
            ("I paid twelve fifty for two shirts", "12.50"),
            ("I paid $12.50 for 2 shirts", "12.50"),
            ("20 euros", "20.00"),
            ("$2 million", "2000000.00"),
            ("ten dollars, no, fifteen", "15.00"),
            ("two shirts", ""),
            ("a table for 2 at Lucky's", ""),
            ("on April 15", ""),
            ("the second", ""),
            ("one moment", ""),
            ("I have a question about my bill", ""),
        ],
    );
    check(
        &Kind::Money,
        GB,
        &[
            ("a hundred quid", "100.00"),
            ("five pounds twenty", "5.20"),
            ("£5.20", "5.20"),
            ("fifty p", "0.50"),
            ("99p", "0.99"),
            ("a tenner", "10.00"),
            ("two hundred and fifty pounds", "250.00"),
            ("twelve pounds fifty pence", "12.50"),
        ],
    );
    let currency = |language, text| match find(&Kind::Money, text, &asked(language)).first() {
        Some(Found {
            value: Value::Money { currency, .. },
            ..
        }) => Some(*currency),
        _ => None,
    };
    for (language, text, expected) in [
        (US, "twelve fifty", Currency::Usd),
        (GB, "twelve fifty", Currency::Gbp),
        (US, "twelve euros fifty", Currency::Eur),
        (GB, "$5", Currency::Usd),
        (ZH, "三百五", Currency::Cny),
        (ZH, "三百五十美元", Currency::Usd),
        (ZH, "20欧元", Currency::Eur),
    ] {
        assert_eq!(currency(language, text), Some(expected), "{text}");
    }
}

#[test]
fn mandarin_money() {
    check(
        &Kind::Money,
        ZH,
        &[
            ("三百五十块", "350.00"),
            ("三百五十元", "350.00"),
            ("三百五", "350.00"),
            ("十二块五", "12.50"),
            ("十二块五毛", "12.50"),
            ("十二块五毛钱", "12.50"),
            ("十二元五角二分", "12.52"),
            ("两块零五分", "2.05"),
            ("五毛", "0.50"),
            ("一百块钱", "100.00"),
            ("我付了350块", "350.00"),
            ("¥88", "88.00"),
            ("12.50元", "12.50"),
            ("十二点五元", "12.50"),
            ("一万二", "12000.00"),
            ("三百五十美元", "350.00"),
            ("大概两千块吧", "2000.00"),
            ("五十，不对，六十块", "60.00"),
            ("两个人", ""),
            ("等一下", ""),
            ("我要退款", ""),
        ],
    );
}

#[test]
fn english_durations() {
    check(
        &Kind::Duration,
        US,
        &[
            ("an hour and a half", "PT1H30M"),
            ("one and a half hours", "PT1H30M"),
            ("ninety minutes", "PT1H30M"),
            ("half an hour", "PT30M"),
            ("a quarter of an hour", "PT15M"),
            ("three quarters of an hour", "PT45M"),
            ("two hours and fifteen minutes", "PT2H15M"),
            ("two hours fifteen", "PT2H15M"),
            ("an hour", "PT1H"),
            ("about 45 minutes", "PT45M"),
            ("1.5 hours", "PT1H30M"),
            ("30 seconds", "PT30S"),
            ("three days", "PT72H"),
            ("two weeks", "PT336H"),
            ("a fortnight", "PT336H"),
            ("a couple of hours", "PT2H"),
            ("ten minutes, I mean twenty minutes", "PT20M"),
            ("just a minute", ""),
            ("one second", ""),
            ("give me a second please", ""),
            ("the second hour", ""),
            ("a minute please", ""),
            ("one minute", "PT1M"),
            ("twenty", ""),
        ],
    );
}

#[test]
fn mandarin_durations() {
    check(
        &Kind::Duration,
        ZH,
        &[
            ("半小时", "PT30M"),
            ("半个小时", "PT30M"),
            ("一个半小时", "PT1H30M"),
            ("两小时", "PT2H"),
            ("两个小时", "PT2H"),
            ("两个小时十五分", "PT2H15M"),
            ("一小时三十分钟", "PT1H30M"),
            ("九十分钟", "PT1H30M"),
            ("一刻钟", "PT15M"),
            ("三十秒", "PT30S"),
            ("三天", "PT72H"),
            ("两天半", "PT60H"),
            ("两周", "PT336H"),
            ("两个星期", "PT336H"),
            ("大概45分钟", "PT45M"),
            ("1.5小时", "PT1H30M"),
            ("周三", ""),
            ("下周", ""),
            ("三点半", ""),
            ("等一下", ""),
        ],
    );
}

#[test]
fn digits_of_a_length() {
    let eight = Kind::Digits { least: 8, most: 8 };
    check(
        &eight,
        US,
        &[
            ("four five, double six, oh one two three", "45660123"),
            ("my number is 4566-0123", "45660123"),
            ("it's four five six", "456…"),
            ("four five six um", "456…"),
            ("move my appointment 45660123 to Thursday", "45660123"),
            ("I need two parcels", ""),
            ("456601234", ""),
            ("where is my parcel", ""),
            ("from 2/24 to 2/25", ""),
            ("between 9:20 and 10:30", ""),
            (
                "one two three four five six seven eight, no, nine eight",
                "12345698",
            ),
        ],
    );
    check(
        &Kind::Digits { least: 2, most: 8 },
        US,
        &[
            ("four five, no, four six", "46"),
            ("45, sorry, 46", "46"),
            ("twenty three", "23"),
            ("nine hundred", "900"),
        ],
    );
    check(
        &Kind::Digits { least: 4, most: 8 },
        ZH,
        &[
            ("四五六七", "4567"),
            ("幺二三四", "1234"),
            ("我的号码是四五六七", "4567"),
            ("四五六", "456…"),
            ("四五六七，不对，四五六八", "4568"),
        ],
    );
}

#[test]
fn phone_numbers() {
    check(
        &Kind::Phone,
        US,
        &[
            ("five five five oh one two three", "5550123"),
            ("(212) 555-0123", "2125550123"),
            ("212.555.0123", "2125550123"),
            ("it's area code 212 555 0123", "2125550123"),
            (
                "plus forty nine three oh, one two three four five six",
                "+4930123456",
            ),
            ("+49 30 123456", "+4930123456"),
            (
                "call me back on two one two, five five five, double oh seven seven",
                "2125550077",
            ),
            ("two one two five", "2125…"),
            ("2 1 2 5 5 5 0 1", "21255501…"),
            (
                "five five five oh one two three, no, oh one two four",
                "5550124",
            ),
            ("at five", ""),
            ("I need two of them", ""),
        ],
    );
    check(
        &Kind::Phone,
        GB,
        &[
            (
                "oh double seven double oh nine hundred one two three",
                "07700900123",
            ),
            ("020 7946 0958", "02079460958"),
            ("07700 900123", "07700900123"),
        ],
    );
    check(
        &Kind::Phone,
        ZH,
        &[
            ("幺三八零零幺三八零零零", "13800138000"),
            ("我的电话是138 0013 8000", "13800138000"),
            ("加八六幺三八零零幺三八零零零", "+8613800138000"),
            ("幺三八零零", "13800…"),
            ("010-62345678", "01062345678"),
        ],
    );
}
