//! Arabic numbers as Chinese ones, the way they are said.

/// 0 to 9.
pub(in super::super) const DIGITS: [char; 10] =
    ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// A time, a decimal, a count up to 9999, else digit by digit. `number` starts with a digit and
/// may hold `.` and `:` between digits.
pub(super) fn spell(number: &str, into: &mut Vec<char>) {
    if let Some((hours, minutes)) = number.split_once(':') {
        cardinal(hours, into);
        into.push('点');
        match minutes {
            "00" => {}
            "30" => into.push('半'),
            _ => minutes.split([':', '.']).for_each(|part| {
                match part.strip_prefix('0') {
                    Some(rest) if part.len() == 2 => {
                        into.push('零');
                        cardinal(rest, into);
                    }
                    _ => cardinal(part, into),
                };
            }),
        }
    } else if let Some((whole, decimals)) = number.split_once('.') {
        cardinal(whole, into);
        into.push('点');
        digit_by_digit(decimals, into);
    } else {
        cardinal(number, into);
    }
}

/// As years and telephone numbers are said.
pub(super) fn digit_by_digit(digits: &str, into: &mut Vec<char>) {
    into.extend(
        digits
            .chars()
            .filter_map(|c| DIGITS.get(c.to_digit(10)? as usize)),
    );
}

fn cardinal(digits: &str, into: &mut Vec<char>) {
    let number = match digits.parse::<usize>() {
        Ok(number) if number < 10_000 && (digits.len() == 1 || !digits.starts_with('0')) => number,
        _ => return digit_by_digit(digits, into),
    };
    if number == 0 {
        return into.push('零');
    }
    let mut said = false;
    let mut gap = false;
    for (unit, name) in [
        (1000, Some('千')),
        (100, Some('百')),
        (10, Some('十')),
        (1, None),
    ] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = said;
            continue;
        }
        if gap {
            into.push('零');
            gap = false;
        }
        // Ten to nineteen begin with ten, but only alone.
        if !(unit == 10 && digit == 1 && !said) {
            into.extend(DIGITS.get(digit));
        }
        into.extend(name);
        said = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_they_are_said() {
        for (number, said) in [
            ("0", "零"),
            ("8", "八"),
            ("10", "十"),
            ("15", "十五"),
            ("42", "四十二"),
            ("100", "一百"),
            ("105", "一百零五"),
            ("110", "一百一十"),
            ("1005", "一千零五"),
            ("1050", "一千零五十"),
            ("2300", "二千三百"),
            ("007", "零零七"),
            ("5551234", "五五五一二三四"),
            ("3.14", "三点一四"),
            ("10:30", "十点半"),
            ("9:05", "九点零五"),
            ("18:00", "十八点"),
            ("7:45", "七点四十五"),
        ] {
            let mut read = Vec::new();
            spell(number, &mut read);
            assert_eq!(read.into_iter().collect::<String>(), said, "{number}");
        }
    }
}
