//! Who calls, and who was called first. What only a network can know (P-Asserted-Identity of RFC 3325,
//! Remote-Party-ID, Diversion of RFC 5806, History-Info of RFC 7044) is believed of trunks alone: anybody
//! else could write it.

use super::address::{NameAddr, UriParts, entries, telephone_number};
use rsipstack::sip::Request;

/// Reasons for which a URI in History-Info was left for the next (RFC 4458 and its registry): not those by
/// which a call is only routed.
const DIVERTED: [&str; 7] = ["302", "404", "408", "480", "486", "487", "503"];

/// The values of all headers of a name.
pub(super) fn values<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    request
        .headers
        .iter()
        .filter(move |header| header.name().eq_ignore_ascii_case(name))
        .map(|header| header.value())
}

/// The caller's telephone number, digits with or without a `+` before them; `None` where it is withheld or
/// no number.
pub(super) fn number(request: &Request, of_a_trunk: bool) -> Option<String> {
    // RFC 3323 and RFC 3325 section 9.3: known to us, but not meant to be told or used.
    let withheld = values(request, "Privacy")
        .flat_map(|value| value.split(';'))
        .any(|wish| ["id", "user", "header"].contains(&wish.trim().to_ascii_lowercase().as_str()));
    if withheld {
        return None;
    }
    if of_a_trunk {
        let asserted = addresses(request, "P-Asserted-Identity");
        if let Some(number) = asserted.iter().find_map(number_in) {
            return Some(number);
        }
        for party in addresses(request, "Remote-Party-ID") {
            let is = |name: &str, value: &str| {
                party
                    .param(name)
                    .is_some_and(|known| known.eq_ignore_ascii_case(value))
            };
            if party.param("party").is_some() && !is("party", "calling") {
                continue;
            }
            if party.param("privacy").is_some() && !is("privacy", "off") {
                return None;
            }
            if let Some(number) = number_in(&party) {
                return Some(number);
            }
        }
    }
    let mut from = values(request, "From").filter_map(NameAddr::parse);
    from.find_map(|from| number_in(&from))
}

/// Who was called first, where the call was diverted to us: a number, else a URI.
pub(super) fn diverted_from(request: &Request, of_a_trunk: bool) -> Option<String> {
    if !of_a_trunk {
        return None;
    }
    // The latest stands first.
    let diversions = addresses(request, "Diversion");
    if let Some(first) = diversions.last() {
        return Some(shown(first));
    }
    let history = addresses(request, "History-Info");
    let diverted =
        history.iter().skip(1).any(was_diverted_to) || history.first().is_some_and(says_why);
    history
        .first()
        .filter(|_| diverted && history.len() > 1)
        .map(shown)
}

fn addresses<'a>(request: &'a Request, name: &'a str) -> Vec<NameAddr<'a>> {
    values(request, name)
        .flat_map(entries)
        .filter_map(NameAddr::parse)
        .collect()
}

fn number_in(address: &NameAddr<'_>) -> Option<String> {
    telephone_number(&UriParts::parse(address.uri)?.user?)
}

fn shown(address: &NameAddr<'_>) -> String {
    number_in(address).unwrap_or_else(|| {
        let end = address.uri.find([';', '?']).unwrap_or(address.uri.len());
        address.uri.get(..end).unwrap_or_default().to_owned()
    })
}

/// Another user took the call of the one before (RFC 7044 section 10.3), or its URI says for which reason.
fn was_diverted_to(entry: &NameAddr<'_>) -> bool {
    let cause = UriParts::parse(entry.uri).is_some_and(|uri| {
        let params = uri.rest.split('?').next().unwrap_or_default();
        params
            .split(';')
            .filter_map(|param| param.split_once('='))
            .any(|(name, value)| name.eq_ignore_ascii_case("cause") && DIVERTED.contains(&value))
    });
    cause || entry.param("mp").is_some()
}

/// Its URI has the Reason for which it was left.
fn says_why(entry: &NameAddr<'_>) -> bool {
    let headers = entry.uri.split_once('?').map_or("", |(_, headers)| headers);
    headers
        .split('&')
        .any(|header| header.to_ascii_lowercase().starts_with("reason="))
}

#[cfg(test)]
mod tests {
    use super::super::tests::headed as request;
    use super::*;
    use proptest::prelude::*;

    const FROM: &str = "From: \"A\" <sip:030-123@b;user=phone>;tag=1\r\n";
    const ASSERTED: &str = "P-Asserted-Identity: \"X, Y\" <sip:anna@b>, <tel:+49-30-9>\r\n";

    #[test]
    fn the_callers_number_is_what_the_trunk_asserts_or_the_phone_says() {
        let of = |head: &str| number(&request(head), true);
        assert_eq!(of(FROM).as_deref(), Some("030123"));
        let compact = "f: sip:+4930123@b;tag=1\r\n";
        assert_eq!(of(compact).as_deref(), Some("+4930123"));
        assert_eq!(of(&format!("{FROM}{ASSERTED}")).as_deref(), Some("+49309"));
        let withheld = format!("{FROM}{ASSERTED}Privacy: id;critical\r\n");
        assert_eq!(of(&withheld), None);
        assert_eq!(
            of(&format!("{FROM}Privacy: none\r\n")).as_deref(),
            Some("030123")
        );
        for nobody in [
            "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1\r\n",
            "From: <sip:anna@b>;tag=1\r\n",
            "From: <sip:127.0.0.1:5060>;tag=1\r\n",
            "From: nonsense\r\n",
            "",
        ] {
            assert_eq!(of(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn what_only_a_network_can_know_is_not_believed_of_anybody() {
        let claimed = format!("{FROM}{ASSERTED}Remote-Party-ID: <sip:110@b>\r\n");
        assert_eq!(number(&request(&claimed), false).as_deref(), Some("030123"));
        let diverted = format!("{FROM}Diversion: <sip:+49301@b>\r\n");
        assert_eq!(diverted_from(&request(&diverted), false), None);
        // To be withheld, anybody may ask.
        let withheld = format!("{FROM}Privacy: id\r\n");
        assert_eq!(number(&request(&withheld), false), None);
    }

    #[test]
    fn an_old_trunk_says_it_in_remote_party_id() {
        let of = |head: &str| number(&request(&format!("{FROM}{head}")), true);
        let id = "Remote-Party-ID: \"A\" <sip:+49307@b>;party=calling;screen=yes;privacy=off\r\n";
        assert_eq!(of(id).as_deref(), Some("+49307"));
        assert_eq!(of(&format!("{id}{ASSERTED}")).as_deref(), Some("+49309"));
        assert_eq!(of("Remote-Party-ID: <sip:+49307@b>;privacy=full\r\n"), None);
        let called = "Remote-Party-ID: <sip:+49307@b>;party=called\r\n";
        assert_eq!(of(called).as_deref(), Some("030123"));
    }

    #[test]
    fn who_was_called_first_is_known_of_a_diverted_call() {
        let of = |head: &str| diverted_from(&request(head), true);
        assert_eq!(of(FROM), None);
        let one = "Diversion: \"Sales\" <sip:+49-30-1@b>;reason=no-answer;counter=1\r\n";
        assert_eq!(of(one).as_deref(), Some("+49301"));
        let two = "Diversion: <sip:desk@b:5070;x=y>;reason=unconditional, <sip:+49302@b>;reason=user-busy\r\n";
        assert_eq!(of(two).as_deref(), Some("+49302"));
        let lines = "Diversion: <tel:+49303>\r\nDiversion: <sip:sales@b;x=y>\r\n";
        assert_eq!(of(lines).as_deref(), Some("sip:sales@b"));

        let history =
            "History-Info: <sip:+49304@b>;index=1, <sip:c@d;cause=302>;index=1.1;mp=1\r\n";
        assert_eq!(of(history).as_deref(), Some("+49304"));
        let reason = "History-Info: <sip:+49305@b?Reason=SIP%3Bcause%3D486>;index=1\r\n\
                      History-Info: <sip:c@d>;index=2\r\n";
        assert_eq!(of(reason).as_deref(), Some("+49305"));
        let routed = "History-Info: <sip:+49306@b>;index=1, <sip:+49306@c>;index=1.1;rc=1\r\n";
        assert_eq!(of(routed), None);
        assert_eq!(of(&format!("{history}{one}")).as_deref(), Some("+49301"));
    }

    proptest! {
        #[test]
        fn anything_may_be_claimed(text in "[ -~]{0,60}", of_a_trunk: bool) {
            let head = ["P-Asserted-Identity", "Remote-Party-ID", "Diversion", "History-Info"]
                .map(|name| format!("{name}: {text}\r\n"))
                .concat();
            let request = request(&head);
            number(&request, of_a_trunk);
            diverted_from(&request, of_a_trunk);
        }
    }
}
