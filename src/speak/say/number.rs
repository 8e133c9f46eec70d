//! Numbers as they are written, exactly, and how long rows of digits are grouped.

use std::str::FromStr;

/// A number as it was written, so that 3.50 and 3.5 stay what they are and no digit is rounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    pub(super) negative: bool,
    pub(super) whole: u64,
    /// The digits after the point; empty without one.
    pub(super) fraction: String,
}

/// Text that is not a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a number; write it like 12, -5, 3.5 or 1,234.50")]
pub struct NotANumber(pub String);

impl From<i64> for Decimal {
    fn from(number: i64) -> Decimal {
        Decimal {
            negative: number < 0,
            whole: number.unsigned_abs(),
            fraction: String::new(),
        }
    }
}

/// Reads digits with an optional minus, commas between groups of three and a decimal point.
impl FromStr for Decimal {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Decimal, NotANumber> {
        let error = || NotANumber(text.chars().take(40).collect());
        let unsigned = text.strip_prefix(['-', '−']).unwrap_or(text);
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((_, "")) => return Err(error()),
            Some(parts) => parts,
            None => (unsigned, ""),
        };
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        let mut digits = first.to_owned();
        for group in groups {
            if group.len() != 3 || !(1..=3).contains(&first.len()) {
                return Err(error());
            }
            digits.push_str(group);
        }
        let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(&digits)
            || !all_digits(fraction)
            || (whole.is_empty() && fraction.is_empty())
        {
            return Err(error());
        }
        Ok(Decimal {
            negative: unsigned.len() < text.len(),
            whole: match digits.as_str() {
                "" => 0,
                digits => digits.parse().map_err(|_| error())?,
            },
            fraction: fraction.to_owned(),
        })
    }
}

impl Decimal {
    /// Hundredths beside the whole, where the number is written with at most two places.
    pub(super) fn hundredths(&self) -> Option<u64> {
        match self.fraction.len() {
            0 => Some(0),
            1 => self.fraction.parse::<u64>().ok().map(|tenths| tenths * 10),
            2 => self.fraction.parse().ok(),
            _ => None,
        }
    }
}

/// A row of digits in the groups that a listener can take down: as people say a phone number of
/// that length, else by three.
pub(super) fn groups(digits: &str) -> Vec<&str> {
    let sizes: &[usize] = match digits.len() {
        0..=4 => &[4],
        8 => &[4, 4],
        11 if digits.starts_with("07") => &[5, 3, 3],
        11 => &[3, 4, 4],
        _ => &[],
    };
    let mut sizes = sizes.iter().copied();
    let mut rest = digits;
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let size = sizes.next().unwrap_or(match rest.len() {
            ..=4 => 4,
            _ => 3,
        });
        let (group, after) = rest.split_at_checked(size).unwrap_or((rest, ""));
        groups.push(group);
        rest = after;
    }
    groups
}

/// Up to four characters stay together; a longer run is cut where letters meet digits, then by
/// [`groups`]. Where they meet all the time that would be a pause after each.
pub(super) fn pieces(run: &str) -> Vec<&str> {
    if run.len() <= 4 {
        return groups(run);
    }
    let mut pieces = Vec::new();
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|c: char| c.is_ascii_digit() != first.is_ascii_digit())
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        pieces.extend(groups(piece));
        rest = after;
    }
    if pieces.len() * 2 > run.len() {
        return groups(run);
    }
    pieces
}

/// What is said of a phone number between two pauses: groups of digits, the first of a run that
/// begins with a plus sign with that sign.
pub(super) fn phone_groups(number: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for run in number.split(|c: char| !c.is_ascii_digit() && c != '+') {
        let digits = run.trim_start_matches('+');
        let before = all.len();
        let digits_said = groups(digits.split('+').next().unwrap_or_default());
        all.extend(digits_said.into_iter().map(str::to_owned));
        if digits.len() < run.len()
            && let Some(first) = all.get_mut(before)
        {
            first.insert(0, '+');
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_as_written_or_not_at_all() {
        for (text, negative, whole, fraction) in [
            ("0", false, 0, ""),
            ("-5", true, 5, ""),
            ("1,234.50", false, 1234, "50"),
            (".5", false, 0, "5"),
            ("18446744073709551615", false, u64::MAX, ""),
        ] {
            let read: Decimal = text.parse().unwrap();
            assert_eq!(
                (read.negative, read.whole, read.fraction.as_str()),
                (negative, whole, fraction),
                "{text}"
            );
        }
        for text in [
            "",
            "-",
            ".",
            "5.",
            "1,23",
            "1234,567",
            ",5",
            "1e5",
            "18446744073709551616",
            "٣",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
        assert_eq!(Decimal::from(i64::MIN).whole, 1 << 63);
    }

    #[test]
    fn long_rows_of_digits_are_grouped_as_they_are_said() {
        for (digits, expected) in [
            ("", ""),
            ("4711", "4711"),
            ("12345", "123 45"),
            ("5550123", "555 0123"),
            ("62345678", "6234 5678"),
            ("2125550123", "212 555 0123"),
            ("13800138000", "138 0013 8000"),
            ("02079460958", "020 7946 0958"),
            ("07700900123", "07700 900 123"),
        ] {
            assert_eq!(groups(digits).join(" "), expected);
        }
    }
}
