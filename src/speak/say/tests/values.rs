//! Values of every kind in every language.

use super::*;
use jiff::civil::{date, time};

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn numbers() {
    for (number, us, gb, zh) in [
        ("0", "zero", "zero", "零"),
        ("2", "two", "two", "二"),
        ("10", "ten", "ten", "十"),
        ("12", "twelve", "twelve", "十二"),
        ("101", "one hundred one", "one hundred and one", "一百零一"),
        ("102", "one hundred two", "one hundred and two", "一百零二"),
        (
            "112",
            "one hundred twelve",
            "one hundred and twelve",
            "一百一十二",
        ),
        ("200", "two hundred", "two hundred", "两百"),
        (
            "1001",
            "one thousand one",
            "one thousand and one",
            "一千零一",
        ),
        (
            "1010",
            "one thousand ten",
            "one thousand and ten",
            "一千零一十",
        ),
        (
            "1900",
            "one thousand nine hundred",
            "one thousand nine hundred",
            "一千九百",
        ),
        (
            "2,222",
            "two thousand two hundred twenty two",
            "two thousand two hundred and twenty two",
            "两千二百二十二",
        ),
        ("12000", "twelve thousand", "twelve thousand", "一万二千"),
        ("20000", "twenty thousand", "twenty thousand", "两万"),
        (
            "100010",
            "one hundred thousand ten",
            "one hundred thousand and ten",
            "十万零一十",
        ),
        (
            "120000",
            "one hundred twenty thousand",
            "one hundred and twenty thousand",
            "十二万",
        ),
        ("1,000,000", "one million", "one million", "一百万"),
        (
            "100020000",
            "one hundred million twenty thousand",
            "one hundred million twenty thousand",
            "一亿零二万",
        ),
        ("-5", "minus five", "minus five", "负五"),
        ("0.5", "zero point five", "zero point five", "零点五"),
        (
            "3.05",
            "three point zero five",
            "three point zero five",
            "三点零五",
        ),
    ] {
        let value = Value::Number(decimal(number));
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(GB), gb);
        assert_eq!(value.say(ZH), zh);
    }
    assert_eq!(Value::Count(2).say(ZH), "两");
    assert_eq!(Value::Count(12).say(ZH), "十二");
    assert_eq!(Value::Count(2).say(US), "two");
    let most = Value::Number(decimal("18446744073709551615"));
    assert!(
        most.say(US)
            .starts_with("eighteen quintillion four hundred forty six quadrillion")
    );
    assert!(
        most.say(ZH)
            .starts_with("一千八百四十四亿六千七百四十四万零七百三十七亿")
    );
}

#[test]
fn ordinals_and_years() {
    for (number, us, zh) in [
        (0, "zeroth", "第零"),
        (1, "first", "第一"),
        (2, "second", "第二"),
        (3, "third", "第三"),
        (8, "eighth", "第八"),
        (9, "ninth", "第九"),
        (12, "twelfth", "第十二"),
        (20, "twentieth", "第二十"),
        (21, "twenty first", "第二十一"),
        (100, "one hundredth", "第一百"),
        (1000, "one thousandth", "第一千"),
    ] {
        assert_eq!(Value::Ordinal(number).say(US), us);
        assert_eq!(Value::Ordinal(number).say(ZH), zh);
    }
    assert_eq!(Value::Ordinal(101).say(GB), "one hundred and first");
    for (year, us, zh) in [
        (800, "eight hundred", "八零零年"),
        (1000, "one thousand", "一零零零年"),
        (1066, "ten sixty six", "一零六六年"),
        (1900, "nineteen hundred", "一九零零年"),
        (1905, "nineteen oh five", "一九零五年"),
        (1999, "nineteen ninety nine", "一九九九年"),
        (2000, "two thousand", "二零零零年"),
        (2005, "two thousand five", "二零零五年"),
        (2010, "twenty ten", "二零一零年"),
        (2026, "twenty twenty six", "二零二六年"),
        (2100, "twenty one hundred", "二一零零年"),
    ] {
        assert_eq!(Value::Year(year).say(US), us);
        assert_eq!(Value::Year(year).say(ZH), zh);
    }
    assert_eq!(Value::Year(2005).say(GB), "two thousand and five");
}

#[test]
fn money() {
    use Currency::*;
    for (amount, currency, us, zh) in [
        ("1", Usd, "one dollar", "一美元"),
        ("0", Usd, "zero dollars", "零美元"),
        ("0.99", Usd, "ninety nine cents", "零点九九美元"),
        ("1.01", Usd, "one dollar and one cent", "一点零一美元"),
        (
            "12.50",
            Usd,
            "twelve dollars and fifty cents",
            "十二点五美元",
        ),
        (
            "12.5",
            Usd,
            "twelve dollars and fifty cents",
            "十二点五美元",
        ),
        ("2.00", Usd, "two dollars", "两美元"),
        (
            "1900",
            Usd,
            "one thousand nine hundred dollars",
            "一千九百美元",
        ),
        ("-5", Usd, "minus five dollars", "负五美元"),
        (
            "1.234",
            Usd,
            "one point two three four dollars",
            "一点二三四美元",
        ),
        ("1", Gbp, "one pound", "一英镑"),
        ("0.01", Gbp, "one penny", "零点零一英镑"),
        ("5.20", Gbp, "five pounds and twenty pence", "五点二英镑"),
        ("3", Eur, "three euros", "三欧元"),
        ("88", Cny, "eighty eight yuan", "八十八元"),
        ("2", Cny, "two yuan", "两元"),
        ("12.50", Cny, "twelve point five zero yuan", "十二元五角"),
        ("1.05", Cny, "one point zero five yuan", "一元零五分"),
        ("0.2", Cny, "zero point two yuan", "两角"),
        (
            "12.34",
            Cny,
            "twelve point three four yuan",
            "十二元三角四分",
        ),
        ("20000", Cny, "twenty thousand yuan", "两万元"),
    ] {
        let value = Value::Money(decimal(amount), currency);
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(ZH), zh);
    }
}

#[test]
fn dates() {
    let day = date(2026, 11, 25);
    for (weekday, year, us, gb, zh) in [
        (
            false,
            false,
            "November twenty fifth",
            "the twenty fifth of November",
            "十一月二十五号",
        ),
        (
            true,
            false,
            "Wednesday, November twenty fifth",
            "Wednesday the twenty fifth of November",
            "十一月二十五号星期三",
        ),
        (
            true,
            true,
            "Wednesday, November twenty fifth, twenty twenty six",
            "Wednesday the twenty fifth of November twenty twenty six",
            "二零二六年十一月二十五号星期三",
        ),
    ] {
        let value = Value::Date {
            date: day,
            weekday,
            year,
        };
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(GB), gb);
        assert_eq!(value.say(ZH), zh);
    }
}

#[test]
fn times() {
    for (hour, minute, us, gb, zh) in [
        (0, 0, "midnight", "midnight", "凌晨零点"),
        (
            0,
            30,
            "twelve thirty at night",
            "half past twelve at night",
            "凌晨零点半",
        ),
        (
            2,
            5,
            "two oh five in the morning",
            "two oh five in the morning",
            "凌晨两点零五分",
        ),
        (
            8,
            0,
            "eight in the morning",
            "eight in the morning",
            "早上八点",
        ),
        (
            9,
            5,
            "nine oh five in the morning",
            "nine oh five in the morning",
            "上午九点零五分",
        ),
        (12, 0, "twelve noon", "twelve noon", "中午十二点"),
        (
            12,
            15,
            "twelve fifteen in the afternoon",
            "twelve fifteen in the afternoon",
            "中午十二点十五分",
        ),
        (
            13,
            0,
            "one in the afternoon",
            "one in the afternoon",
            "下午一点",
        ),
        (
            14,
            30,
            "two thirty in the afternoon",
            "half past two in the afternoon",
            "下午两点半",
        ),
        (
            18,
            0,
            "six in the evening",
            "six in the evening",
            "晚上六点",
        ),
        (
            22,
            45,
            "ten forty five at night",
            "ten forty five at night",
            "晚上十点四十五分",
        ),
    ] {
        let value = Value::Time(time(hour, minute, 0, 0));
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(GB), gb);
        assert_eq!(value.say(ZH), zh);
    }
    for ((from, to), us, zh) in [
        (
            (8, 18),
            "eight in the morning to six in the evening",
            "早上八点到晚上六点",
        ),
        ((14, 16), "two to four in the afternoon", "下午两点到四点"),
        (
            (9, 12),
            "nine in the morning to twelve noon",
            "上午九点到中午十二点",
        ),
        ((0, 0), "midnight to midnight", "凌晨零点到凌晨零点"),
    ] {
        let value = Value::Hours(time(from, 0, 0, 0), time(to, 0, 0, 0));
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(ZH), zh);
    }
}

#[test]
fn phone_numbers_codes_and_addresses() {
    for (value, us, zh) in [
        (
            Value::Phone("555-0100".into()),
            "five five five, oh one oh oh",
            "五五五，零幺零零",
        ),
        (
            Value::Phone("2125550100".into()),
            "two one two, five five five, oh one oh oh",
            "二幺二，五五五，零幺零零",
        ),
        (
            Value::Phone("+86 138 0013 8000".into()),
            "plus eight six, one three eight, oh oh one three, eight oh oh oh",
            "加八六，幺三八，零零幺三，八零零零",
        ),
        (Value::Phone("".into()), "", ""),
        (
            Value::Code("AB12-C30".into()),
            "eigh B one two, C three zero",
            "A B幺二，C三零",
        ),
        (
            Value::Code("xk4711z".into()),
            "X K, four seven one one, Z",
            "X K，四七幺幺，Z",
        ),
        (
            Value::Code("K1B2C3D".into()),
            "K one B, two C three D",
            "K幺 B，二 C三 D",
        ),
        (Value::Code("A".into()), "eigh", "A"),
        (
            Value::Address("info@lakeside-clinic.com".into()),
            "info at lakeside dash clinic dot com",
            "info 艾特 lakeside 杠 clinic 点 com",
        ),
        (
            Value::Address("j.smith_2@nhs.co.uk".into()),
            "J dot smith underscore two at N H S dot co dot U K",
            "J 点 smith 下划线 二 艾特 N H S 点 co 点 U K",
        ),
        (
            Value::Address("https://www.lakeside.com/".into()),
            "W W W dot lakeside dot com",
            "W W W 点 lakeside 点 com",
        ),
    ] {
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(ZH), zh);
    }
}

#[test]
fn how_long_it_takes() {
    for (seconds, us, zh) in [
        (0, "zero seconds", "零秒"),
        (1, "one second", "一秒"),
        (120, "two minutes", "两分钟"),
        (5400, "one hour and thirty minutes", "一小时三十分钟"),
        (
            3661,
            "one hour, one minute and one second",
            "一小时一分钟一秒",
        ),
    ] {
        let value = Value::Lasting(Duration::from_secs(seconds));
        assert_eq!(value.say(US), us);
        assert_eq!(value.say(ZH), zh);
    }
}
