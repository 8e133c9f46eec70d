//! Keys and RTCP in offers and answers.

use super::*;
use crate::line::srtp::Suite;

const OURS: [Codec; 1] = [Codec::Pcmu];
const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
const OTHER: &str = "PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR";

fn local() -> SocketAddr {
    "192.0.2.1:40000".parse().unwrap()
}

/// An offer over this transport with these further lines.
fn offered(transport: &str, lines: &str) -> Description {
    let text = format!("v=0\nc=IN IP4 198.51.100.7\nm=audio 4000 {transport} 0\n{lines}");
    parse(text.as_bytes()).unwrap()
}

fn with(policy: Policy) -> Origin {
    Origin::new(1).with_srtp(policy)
}

fn answered(offer: &Description, policy: Policy) -> Result<(Media, String), SdpError> {
    answer(offer, local(), &OURS, &mut with(policy))
}

fn crypto(key: &str) -> String {
    format!("a=crypto:4 AES_CM_128_HMAC_SHA1_80 inline:{key}\n")
}

fn lines<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.lines()
        .filter(|line| line.starts_with(start))
        .collect()
}

#[test]
fn the_policy_decides_what_is_taken() {
    let plain = offered("RTP/AVP", "");
    let secure = offered("RTP/SAVP", &crypto(KEY));
    let can_do_without = offered("RTP/AVP", &crypto(KEY));
    let encrypts = |offer, policy| answered(offer, policy).map(|(media, _)| media.srtp.is_some());
    assert_eq!(encrypts(&plain, Policy::Off), Ok(false));
    assert_eq!(encrypts(&plain, Policy::Allowed), Ok(false));
    assert_eq!(encrypts(&plain, Policy::Required), Err(SdpError::Insecure));
    let refused = SdpError::Transport("RTP/SAVP".into());
    assert_eq!(encrypts(&secure, Policy::Off), Err(refused));
    assert_eq!(encrypts(&secure, Policy::Allowed), Ok(true));
    assert_eq!(encrypts(&secure, Policy::Required), Ok(true));
    assert_eq!(encrypts(&can_do_without, Policy::Off), Ok(false));
    assert_eq!(encrypts(&can_do_without, Policy::Allowed), Ok(true));
    assert_eq!(encrypts(&can_do_without, Policy::Required), Ok(true));
    let dtls = offered("UDP/TLS/RTP/SAVPF", "a=fingerprint:sha-256 00\n");
    let refused = SdpError::Transport("UDP/TLS/RTP/SAVPF".into());
    assert_eq!(encrypts(&dtls, Policy::Required), Err(refused));
    for error in [
        SdpError::Insecure,
        SdpError::Crypto("RTP/SAVP".into(), "x".into()),
    ] {
        assert!(!error.is_malformed(), "488 and not 400");
    }
}

#[test]
fn the_first_usable_line_is_answered_with_its_tag_and_a_key_of_ours() {
    let mki = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}|2^20|1:4\n");
    let old = format!("a=crypto:2 F8_128_HMAC_SHA1_80 inline:{KEY}\n");
    let short = format!("a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:{KEY}\n");
    let offer = offered("RTP/SAVP", &[mki, old, short, crypto(OTHER)].concat());
    let (media, text) = answered(&offer, Policy::Allowed).unwrap();
    let keys = media.srtp.unwrap();
    assert_eq!(keys.theirs.suite(), Suite::Aes128CmSha1_32);
    assert!(keys.theirs.reveal().starts_with(b"YS___semctl"));
    assert_ne!(keys.ours, keys.theirs);
    assert_eq!(lines(&text, "m="), ["m=audio 40000 RTP/SAVP 0"]);
    let ours = lines(&text, "a=crypto");
    assert_eq!(ours.len(), 1);
    assert!(ours[0].starts_with("a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:"));
    assert!(!ours[0].contains(KEY));
    // Another call has another key.
    let (again, _) = answered(&offer, Policy::Allowed).unwrap();
    assert_ne!(again.srtp.unwrap().ours, keys.ours);
}

#[test]
fn why_no_key_can_be_used_is_said_without_it() {
    let error = |lines: &str| {
        let error = answered(&offered("RTP/SAVP", lines), Policy::Allowed);
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("RTP/SAVP") && !error.contains(KEY),
            "{error}"
        );
        error
    };
    assert!(error("").contains("no a=crypto"));
    assert!(error(&crypto("short")).contains("a=crypto:4 has a key"));
    assert!(error("a=crypto\n").contains("no a=crypto"));
    let both = format!(
        "a=crypto:1 X inline:{KEY}\n{}",
        crypto(&format!("{KEY}|1:4"))
    );
    let both = error(&both);
    assert!(both.contains("`X`") && both.contains("MKI"), "{both}");
    // Where encryption can be done without, a key that cannot be used is none.
    let offer = offered("RTP/AVP", &crypto("short"));
    assert_eq!(answered(&offer, Policy::Allowed).unwrap().0.srtp, None);
    let error = answered(&offer, Policy::Required).unwrap_err();
    assert!(matches!(error, SdpError::Crypto(..)), "{error}");
}

#[test]
fn of_two_streams_the_encrypted_one_is_taken() {
    let text = format!(
        "v=0\nc=IN IP4 198.51.100.7\nm=audio 4000 RTP/AVP 0\nm=audio 4002 RTP/SAVP 0\n{}",
        crypto(KEY)
    );
    let offer = parse(text.as_bytes()).unwrap();
    let (media, text) = answered(&offer, Policy::Allowed).unwrap();
    assert_eq!(media.remote.port(), 4002);
    let expected = ["m=audio 0 RTP/AVP 0", "m=audio 40000 RTP/SAVP 0"];
    assert_eq!(lines(&text, "m="), expected);
    assert_eq!(answered(&offer, Policy::Off).unwrap().0.remote.port(), 4000);
}

#[test]
fn our_key_stays_as_long_as_the_other_side_is_the_same() {
    let mut origin = with(Policy::Allowed);
    let mut ours = |lines: &str| {
        let (media, _) = answer(&offered("RTP/SAVP", lines), local(), &OURS, &mut origin).unwrap();
        media.srtp.unwrap().ours
    };
    let first = ours(&crypto(KEY));
    let hold = format!("{}a=sendonly\n", crypto(KEY));
    assert_eq!(ours(&hold), first);
    let rekeyed = ours(&crypto(OTHER));
    assert_ne!(rekeyed, first, "whoever has a new key may be somebody else");
    let moved = format!("c=IN IP4 198.51.100.8\n{}", crypto(OTHER));
    assert_ne!(ours(&moved), rekeyed);
}

#[test]
fn we_offer_keys_where_they_are_required_or_agreed_and_take_no_less() {
    let mut plain = with(Policy::Allowed);
    let text = offer(local(), &OURS, &mut plain);
    assert!(text.contains("RTP/AVP") && !text.contains("a=crypto"));
    // A key that was not asked for means nothing.
    let unasked = accept(
        &offered("RTP/AVP", &crypto(KEY)),
        local(),
        &OURS,
        &mut plain,
    );
    assert_eq!(unasked.unwrap().srtp, None);

    let mut required = with(Policy::Required);
    let text = offer(local(), &OURS, &mut required);
    assert_eq!(lines(&text, "m="), ["m=audio 40000 RTP/SAVP 0 101"]);
    let suites: Vec<&str> = lines(&text, "a=crypto")
        .iter()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(
        suites,
        ["AES_256_CM_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_80"]
    );
    let mut taken = |transport: &str, lines: &str| {
        accept(&offered(transport, lines), local(), &OURS, &mut required)
    };
    assert_eq!(taken("RTP/AVP", "").unwrap_err(), SdpError::Insecure);
    assert!(matches!(taken("RTP/SAVP", ""), Err(SdpError::Crypto(..))));
    // Tag 4 was not offered.
    let error = taken("RTP/SAVP", &crypto(KEY)).unwrap_err();
    assert!(
        error.to_string().contains("tag 4 was not offered"),
        "{error}"
    );
    let agreed = taken("RTP/SAVP", &crypto(KEY).replace(":4", ":2")).unwrap();
    assert_eq!(agreed.srtp.unwrap().ours.suite(), Suite::Aes128CmSha1_80);

    // Within a call that is encrypted by the other side's wish, ours is too.
    let mut allowed = with(Policy::Allowed);
    answer(
        &offered("RTP/SAVP", &crypto(KEY)),
        local(),
        &OURS,
        &mut allowed,
    )
    .unwrap();
    let text = offer(local(), &OURS, &mut allowed);
    assert!(text.contains("m=audio 40000 RTP/SAVP"));
    let again = offer(local(), &OURS, &mut allowed);
    assert_eq!(
        lines(&again, "a=crypto"),
        lines(&text, "a=crypto"),
        "the key that it has"
    );
    let answered = offered("RTP/SAVP", &crypto(OTHER).replace(":4", ":1"));
    let agreed = accept(&answered, local(), &OURS, &mut allowed).unwrap();
    let line = crypto::Line::for_test(1, agreed.srtp.unwrap().ours);
    assert!(text.contains(&line.attribute()));
}

#[test]
fn rtcp_goes_to_the_next_port_or_where_it_is_said() {
    let rtcp = |lines: &str| {
        let (media, text) = answered(&offered("RTP/AVP", lines), Policy::Off).unwrap();
        assert_eq!(media.rtcp_mux, text.contains("a=rtcp-mux\r\n"));
        media.rtcp.map(|rtcp| rtcp.to_string())
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(rtcp(""), some("198.51.100.7:4001"));
    assert_eq!(rtcp("a=rtcp:53020\n"), some("198.51.100.7:53020"));
    assert_eq!(
        rtcp("a=rtcp:53020 IN IP4 198.51.100.9\n"),
        some("198.51.100.9:53020")
    );
    assert_eq!(
        rtcp("a=rtcp-mux\na=rtcp:53020\n"),
        some("198.51.100.7:4000")
    );
    for nowhere in [
        "0",
        "x",
        "70000",
        "1 IN IP4 224.0.0.1",
        "1 IN IP6 ::1",
        "1 IN IP4 x",
    ] {
        assert_eq!(rtcp(&format!("a=rtcp:{nowhere}\n")), None, "{nowhere}");
    }
    let last = parse(b"v=0\nc=IN IP4 198.51.100.7\nm=audio 65535 RTP/AVP 0").unwrap();
    assert_eq!(answered(&last, Policy::Off).unwrap().0.rtcp, None);
}

#[test]
fn keys_are_not_shown() {
    let offer = offered("RTP/SAVP", &crypto(KEY));
    let mut origin = with(Policy::Required);
    let (media, text) = answer(&offer, local(), &OURS, &mut origin).unwrap();
    let ours = lines(&text, "a=crypto")[0];
    let ours = ours.rsplit(':').next().unwrap();
    let shown = format!("{offer:?} {origin:?} {media:?}");
    assert!(!shown.contains(KEY) && !shown.contains(ours), "{shown}");
    assert!(shown.contains("AES_CM_128_HMAC_SHA1_80"));
}
