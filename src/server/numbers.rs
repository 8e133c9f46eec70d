//! Whom a trunk may call. A number to call back is whatever a caller says, keys in or has in From, and
//! the company pays for the call.

/// Shorter ones are emergency and service numbers everywhere.
const SHORTEST: usize = 6;

/// Country codes of one and of two digits; all others have three (ITU-T E.164).
const SHORT_CODES: &str = "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 \
                           60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";

/// Whether `number` may be called: the longest of the prefixes `allowed` that it begins with says so, a
/// `!` before it says no. Without any, only numbers of the own country: that of `own`, our number.
pub fn may_call(number: &str, allowed: Option<&[String]>, own: Option<&str>) -> bool {
    let digits = number.strip_prefix('+').unwrap_or(number);
    if digits.len() < SHORTEST || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match allowed {
        Some(allowed) => is_allowed(number, allowed),
        None => is_national(number, own),
    }
}

/// What is wrong with a prefix of `numbers`, if anything is.
pub fn check(prefix: &str) -> Result<(), String> {
    let (prefix_of, _) = parts(prefix);
    let digits = prefix_of.strip_prefix('+').unwrap_or(prefix_of);
    match !prefix_of.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(format!(
            "numbers: \"{prefix}\" is no beginning of a number; write digits as they are dialled, \
             such as \"+49\" or \"0\", and \"!0900\" for what is not to be called"
        )),
    }
}

/// The prefix, and whether it may be called.
fn parts(rule: &str) -> (&str, bool) {
    match rule.strip_prefix('!') {
        Some(prefix) => (prefix, false),
        None => (rule, true),
    }
}

fn is_allowed(number: &str, allowed: &[String]) -> bool {
    let fitting = allowed
        .iter()
        .map(|rule| parts(rule))
        .filter(|(prefix, _)| number.starts_with(prefix));
    // Of a prefix that stands there both ways, the one that forbids.
    fitting
        .max_by_key(|(prefix, may)| (prefix.len(), !may))
        .is_some_and(|(_, may)| may)
}

fn is_national(number: &str, own: Option<&str>) -> bool {
    let own = own.and_then(|own| own.strip_prefix('+')).map(country);
    if let Some(rest) = number.strip_prefix('+') {
        return own.is_some_and(|own| country(rest) == own);
    }
    // 011 leads abroad in North America, and to Leeds or Turin elsewhere.
    let leads_abroad = match own {
        Some(own) if own != "1" => number.starts_with("00"),
        _ => number.starts_with("00") || number.starts_with("011"),
    };
    !leads_abroad
}

/// The country code of a number without its +.
fn country(digits: &str) -> &str {
    let of = |length: usize| digits.get(..length).unwrap_or(digits);
    let is_short = |length: &usize| SHORT_CODES.split(' ').any(|code| code == of(*length));
    of([1, 2].into_iter().find(is_short).unwrap_or(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(number: &str, allowed: &[&str]) -> bool {
        let allowed: Vec<String> = allowed.iter().map(|rule| (*rule).to_owned()).collect();
        may_call(number, Some(&allowed), Some("+4930123456"))
    }

    #[test]
    fn the_longest_prefix_that_fits_decides() {
        let german = ["+49", "0", "!00", "!0900", "!+49900", "004930"];
        for number in ["+4930401", "030401", "015112345678", "0049301234"] {
            assert!(may(number, &german), "{number}");
        }
        for number in [
            "0900123456",
            "+49900123456",
            "00881612345678",
            "+18765550100",
            "8765550100",
        ] {
            assert!(!may(number, &german), "{number}");
        }
        assert!(may("+18765550100", &["+"]));
        assert!(!may("030401", &[]));
        assert!(!may("030401", &["0", "!0"]));
        assert!(!may("030401", &["!0", "0"]));
    }

    #[test]
    fn short_numbers_and_what_is_none_are_never_called() {
        for number in [
            "112",
            "911",
            "110",
            "11833",
            "+49112",
            "",
            "+",
            "*21#030401",
            "03040a",
        ] {
            assert!(!may(number, &["+", "0", "1", "9", "*", "+49"]), "{number}");
            assert!(!may_call(number, None, Some("+4930123456")), "{number}");
        }
    }

    #[test]
    fn without_prefixes_only_the_own_country_is_called() {
        let german = |number| may_call(number, None, Some("+4930123456"));
        for number in ["030123456", "4930411", "+4930411", "0115550100"] {
            assert!(german(number), "{number}");
        }
        for number in [
            "+18765550100",
            "0018765550100",
            "+42012345678",
            "+4412345678",
        ] {
            assert!(!german(number), "{number}");
        }
        let american = |number| may_call(number, None, Some("+12125550100"));
        assert!(american("2125550199") && american("+13105550100"));
        assert!(!american("01144123456") && !american("+44123456789"));
        let irish = |number| may_call(number, None, Some("+35315550100"));
        assert!(irish("+35319999999") && !irish("+35420000000"));
        // Where our own country is not known, none is.
        for own in [None, Some("030123456"), Some("4930123456")] {
            assert!(may_call("030123457", None, own), "{own:?}");
            assert!(!may_call("+4930123457", None, own), "{own:?}");
            assert!(!may_call("0114412345", None, own), "{own:?}");
        }
    }

    #[test]
    fn a_prefix_that_is_none_is_named() {
        for good in ["+", "+49", "0", "!00", "!+49900"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["", "!", "0 30", "+49-30", "49*", "++49", "!!0", "sip:0"] {
            assert!(check(bad).unwrap_err().contains("!0900"), "{bad}");
        }
    }
}
