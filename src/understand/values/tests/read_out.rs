//! How values are written down and read out.

use super::*;
use jiff::civil::time;
use std::time::Duration;

#[test]
fn values_stand_in_records_as_programs_read_them() {
    let money = |minor| Value::Money {
        minor,
        currency: Currency::Usd,
    };
    for (value, record) in [
        (Value::YesNo(true), "true"),
        (Value::Number(-12), "-12"),
        (money(1250), "12.50"),
        (money(-5), "-0.05"),
        (Value::Date(date(2026, 11, 24)), "2026-11-24"),
        (Value::Time(time(14, 30, 0, 0)), "14:30"),
        (Value::Time(time(9, 5, 0, 0)), "09:05"),
        (Value::Duration(Duration::from_secs(5400)), "PT1H30M"),
        (Value::Duration(Duration::ZERO), "PT0S"),
        (Value::Phone("+4930123456".into()), "+4930123456"),
        (Value::Code("B47".into()), "B47"),
        (Value::Choice("premium".into()), "premium"),
    ] {
        assert_eq!(value.record(), record);
    }
}

#[test]
fn values_are_said_for_a_voice() {
    let money = |minor, currency| Value::Money { minor, currency };
    for (value, us, gb, zh) in [
        (Value::YesNo(false), "no", "no", "不是"),
        (Value::Number(1250), "1250", "1250", "1250"),
        (
            Value::Number(-1_234_567),
            "-1,234,567",
            "-1,234,567",
            "-1,234,567",
        ),
        (money(1250, Currency::Usd), "$12.50", "$12.50", "12.50美元"),
        (
            money(35_000, Currency::Cny),
            "350 yuan",
            "350 yuan",
            "350元",
        ),
        (
            Value::Date(date(2026, 11, 24)),
            "Tuesday, November 24",
            "Tuesday 24 November",
            "11月24号星期二",
        ),
        (
            Value::Date(date(1980, 3, 5)),
            "March 5, 1980",
            "5 March 1980",
            "1980年3月5号",
        ),
        (
            Value::Time(time(14, 30, 0, 0)),
            "2:30 in the afternoon",
            "2:30 in the afternoon",
            "下午2:30",
        ),
        (
            Value::Time(time(9, 0, 0, 0)),
            "9 in the morning",
            "9 in the morning",
            "上午9:00",
        ),
        (
            Value::Time(time(0, 15, 0, 0)),
            "12:15 at night",
            "12:15 at night",
            "凌晨0:15",
        ),
        (Value::Time(time(12, 0, 0, 0)), "noon", "noon", "中午12:00"),
        (
            Value::Duration(Duration::from_secs(5400)),
            "1 hour and 30 minutes",
            "1 hour and 30 minutes",
            "1小时30分钟",
        ),
        (
            Value::Duration(Duration::from_secs(3 * 86_400)),
            "3 days",
            "3 days",
            "3天",
        ),
        (
            Value::Phone("2125550123".into()),
            "2 1 2, 5 5 5, 0 1 2 3",
            "2 1 2, 5 5 5, 0 1 2 3",
            "二幺二，五五五，零幺二三",
        ),
        (
            Value::Phone("+4930123456".into()),
            "plus 4 9 3, 0 1 2, 3 4 5 6",
            "plus 4 9 3, 0 1 2, 3 4 5 6",
            "加四九三，零幺二，三四五六",
        ),
        (
            Value::Digits("12345678".into()),
            "1 2 3 4, 5 6 7 8",
            "1 2 3 4, 5 6 7 8",
            "幺二三四，五六七八",
        ),
        (
            Value::Digits("12345".into()),
            "1 2 3, 4 5",
            "1 2 3, 4 5",
            "幺二三，四五",
        ),
        (
            Value::Code("B47".into()),
            "B as in Bravo, 4 7",
            "B as in Bravo, 4 7",
            "B，四七",
        ),
        (
            Value::Code("QA1234".into()),
            "Q, A as in Alpha, 1 2 3 4",
            "Q, A as in Alpha, 1 2 3 4",
            "Q A，幺二三四",
        ),
        (
            Value::Name("Jane Doe".into()),
            "Jane Doe",
            "Jane Doe",
            "Jane Doe",
        ),
    ] {
        assert_eq!(value.said(&asked(US)), us);
        assert_eq!(value.said(&asked(GB)), gb);
        assert_eq!(value.said(&asked(ZH)), zh);
    }
}
