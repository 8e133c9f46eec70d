use super::*;
use proptest::prelude::*;

/// As if only these were configured, where it does not matter which.
const OURS: [Codec; 2] = [Codec::Pcmu, Codec::Pcma];

fn local() -> SocketAddr {
    "192.0.2.1:40000".parse().unwrap()
}

fn origin() -> Origin {
    Origin::new(4711)
}

/// What a usual desk phone offers.
const PHONE: &str = "v=0\r
o=alice 2890844526 2890844526 IN IP4 198.51.100.7\r
s=call\r
c=IN IP4 198.51.100.7\r
t=0 0\r
m=audio 49170 RTP/AVP 9 8 0 101\r
a=rtpmap:9 G722/8000\r
a=rtpmap:8 PCMA/8000\r
a=rtpmap:0 PCMU/8000\r
a=rtpmap:101 telephone-event/8000\r
a=fmtp:101 0-16\r
a=ptime:20\r
a=rtcp-mux\r
a=sendrecv\r
";

fn answered(offer: &str) -> Result<(Media, String), SdpError> {
    answer(&parse(offer.as_bytes())?, local(), &OURS, &mut origin())
}

fn agreed(offer: &str) -> Media {
    answered(offer).unwrap().0
}

/// The lines of a text that begin so.
fn lines<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.lines()
        .filter(|line| line.starts_with(start))
        .collect()
}

#[test]
fn a_phones_offer_is_answered() {
    let (media, text) = answered(PHONE).unwrap();
    let types = PayloadTypes {
        audio: 0,
        telephone_event: Some(101),
        comfort_noise: None,
    };
    assert_eq!(
        media,
        Media {
            remote: "198.51.100.7:49170".parse().unwrap(),
            codec: Codec::Pcmu,
            send: types,
            receive: types,
            we_send: true,
            we_receive: true,
            packet_ms: 20,
            rtcp: Some("198.51.100.7:49170".parse().unwrap()),
            rtcp_mux: true,
            srtp: None,
            signalling: None,
        }
    );
    assert_eq!(
        text,
        "v=0\r\n\
         o=- 4711 1 IN IP4 192.0.2.1\r\n\
         s=-\r\n\
         c=IN IP4 192.0.2.1\r\n\
         t=0 0\r\n\
         m=audio 40000 RTP/AVP 0 101\r\n\
         a=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-15\r\n\
         a=ptime:20\r\n\
         a=sendrecv\r\n\
         a=rtcp-mux\r\n"
    );
}

#[test]
fn our_preference_decides() {
    let offer = parse(PHONE.as_bytes()).unwrap();
    let ours = [Codec::Pcma, Codec::Pcmu];
    let (media, text) = answer(&offer, local(), &ours, &mut origin()).unwrap();
    assert_eq!((media.codec, media.send.audio), (Codec::Pcma, 8));
    assert_eq!(lines(&text, "m="), ["m=audio 40000 RTP/AVP 8 101"]);
}

#[test]
fn static_types_need_no_rtpmap_and_dynamic_ones_do() {
    let bare = "v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 18 8 0";
    let media = agreed(bare);
    assert_eq!(media.codec, Codec::Pcmu);
    assert_eq!(media.send.telephone_event, None);

    let dynamic = "v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 97 98\n\
                   a=rtpmap:97 pcma/8000/1\na=rtpmap:98 TELEPHONE-EVENT/8000";
    let (media, text) = answered(dynamic).unwrap();
    assert_eq!((media.codec, media.send.audio), (Codec::Pcma, 97));
    assert_eq!(media.receive.telephone_event, Some(98));
    assert_eq!(lines(&text, "m="), ["m=audio 40000 RTP/AVP 97 98"]);
    assert_eq!(lines(&text, "a=fmtp"), ["a=fmtp:98 0-15"]);

    // A static number that is mapped to something else is something else.
    for map in ["0 PCMU/16000", "0 PCMU/8000/2", "0 L16/8000"] {
        let mapped = format!("v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 0\na=rtpmap:{map}");
        assert!(
            matches!(answered(&mapped), Err(SdpError::NoCommonCodec { .. })),
            "{map}"
        );
    }
}

#[test]
fn telephone_event_must_count_at_the_codecs_rate() {
    let offer = "v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 111 0 110 126\n\
                 a=rtpmap:111 opus/48000/2\na=rtpmap:110 telephone-event/48000\n\
                 a=rtpmap:126 telephone-event/8000\na=fmtp:126 0-15";
    assert_eq!(agreed(offer).send.telephone_event, Some(126));
    let only_fast = offer.replace("telephone-event/8000", "telephone-event/16000");
    assert_eq!(agreed(&only_fast).send.telephone_event, None);
}

#[test]
fn hold_and_resume_are_answered_with_their_mirror_image() {
    for (theirs, ours, we_send, we_receive) in [
        ("sendrecv", "sendrecv", true, true),
        ("sendonly", "recvonly", false, true),
        ("recvonly", "sendonly", true, false),
        ("inactive", "inactive", false, false),
    ] {
        let media_level = PHONE.replace("a=sendrecv", &format!("a={theirs}"));
        let session_level = PHONE
            .replace("a=sendrecv\r\n", "")
            .replace("t=0 0\r\n", &format!("t=0 0\r\na={theirs}\r\n"));
        for offer in [media_level, session_level] {
            let (media, text) = answered(&offer).unwrap();
            assert_eq!((media.we_send, media.we_receive), (we_send, we_receive));
            assert_eq!(lines(&text, &format!("a={ours}")).len(), 1, "{text}");
        }
    }
    // The media level has the last word.
    let both = PHONE.replace("t=0 0\r\n", "t=0 0\r\na=inactive\r\n");
    assert!(agreed(&both).we_send);
}

#[test]
fn a_hold_in_the_old_style_has_no_address() {
    for (address, local) in [
        ("IP4 0.0.0.0", local()),
        ("IP6 ::", "[2001:db8::1]:40000".parse().unwrap()),
    ] {
        let offer = parse(PHONE.replace("IP4 198.51.100.7", address).as_bytes()).unwrap();
        let (media, text) = answer(&offer, local, &OURS, &mut origin()).unwrap();
        assert!(media.remote.ip().is_unspecified());
        assert!(!media.we_send && media.we_receive);
        assert_eq!(lines(&text, "a=recvonly").len(), 1);
    }
}

#[test]
fn the_address_of_the_stream_goes_before_that_of_the_session() {
    let own = PHONE.replace("a=ptime", "c=IN IP4 203.0.113.9\r\na=ptime");
    assert_eq!(agreed(&own).remote, "203.0.113.9:49170".parse().unwrap());
    let none = PHONE.replace("c=IN IP4 198.51.100.7\r\n", "");
    let error = answered(&none).unwrap_err();
    assert!(error.is_malformed(), "{error}");
}

#[test]
fn ipv6_is_spoken_where_both_sides_do() {
    let six = PHONE.replace("IP4 198.51.100.7", "IP6 2001:db8::7");
    let offer = parse(six.as_bytes()).unwrap();
    let local6 = "[2001:db8::1]:40000".parse().unwrap();
    let (media, text) = answer(&offer, local6, &OURS, &mut origin()).unwrap();
    assert_eq!(media.remote, "[2001:db8::7]:49170".parse().unwrap());
    assert_eq!(lines(&text, "c="), ["c=IN IP6 2001:db8::1"]);
    assert_eq!(lines(&text, "o="), ["o=- 4711 1 IN IP6 2001:db8::1"]);
    assert!(matches!(
        answer(&offer, local(), &OURS, &mut origin()),
        Err(SdpError::AddressFamily { .. })
    ));
}

#[test]
fn addresses_that_cannot_be_sent_to_are_refused() {
    for bad in [
        "224.2.1.1",
        "224.2.1.1/127",
        "255.255.255.255",
        "phone.example.com",
    ] {
        let offer = PHONE.replace("198.51.100.7", bad);
        assert_eq!(answered(&offer).unwrap_err(), SdpError::Address(bad.into()));
    }
}

#[test]
fn streams_that_we_do_not_take_are_refused_in_their_place() {
    let offer = "v=0\nc=IN IP4 10.0.0.1\n\
                 m=video 5000 RTP/AVP 96 97\na=rtpmap:96 H264/90000\n\
                 m=audio 5002 RTP/SAVP 0\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\n\
                 m=audio 0 RTP/AVP 0\n\
                 m=audio 5004 RTP/AVPF 0\n\
                 m=audio 5006 RTP/AVP 0\n\
                 m=application 5008 UDP/BFCP *\n";
    let (media, text) = answered(offer).unwrap();
    assert_eq!(media.remote.port(), 5004);
    assert_eq!(
        lines(&text, "m="),
        [
            "m=video 0 RTP/AVP 96 97",
            "m=audio 0 RTP/SAVP 0",
            "m=audio 0 RTP/AVP 0",
            "m=audio 40000 RTP/AVPF 0",
            "m=audio 0 RTP/AVP 0",
            "m=application 0 UDP/BFCP *",
        ]
    );
}

#[test]
fn what_cannot_be_answered_says_why() {
    let cases = [
        ("v=0\nc=IN IP4 10.0.0.1\n", "no audio"),
        (
            "v=0\nc=IN IP4 10.0.0.1\nm=video 5000 RTP/AVP 96\n",
            "no audio",
        ),
        ("v=0\nc=IN IP4 10.0.0.1\nm=audio 0 RTP/AVP 0\n", "no audio"),
        (
            "v=0\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/SAVP 0\n",
            "RTP/SAVP",
        ),
        (
            "v=0\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/AVP 18 97\na=rtpmap:97 iLBC/8000\n",
            "the peer has payload type 18, iLBC/8000, we have PCMU, PCMA",
        ),
    ];
    for (offer, why) in cases {
        let error = answered(offer).unwrap_err();
        assert!(!error.is_malformed(), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn no_body_is_a_late_offer_and_a_broken_one_names_its_line() {
    assert_eq!(parse(b""), Err(SdpError::Empty));
    assert_eq!(parse(b" \r\n\0"), Err(SdpError::Empty));
    for (body, line) in [
        ("hello", "line 1"),
        ("a=sendrecv", "version"),
        ("v=1\r\nm=audio 1 RTP/AVP 0", "line 1"),
        ("v=0\r\no=what ever\r\ns=-\r\ngarbage\r\n", "line 4"),
        (
            "v=0\r\nc=IN IP4 10.0.0.1\r\nm=audio 70000 RTP/AVP 0\r\n",
            "line 3",
        ),
        ("v=0\r\nm=audio\r\n", "line 2"),
        // A refusal could not repeat these.
        ("v=0\r\nm=video 5000 RTP\u{1}AVP 96\r\n", "m=video"),
        ("v=0\r\nm=video 5000 \0 96\r\n", "line 2"),
    ] {
        let error = parse(body.as_bytes()).unwrap_err();
        assert!(error.is_malformed());
        assert!(error.to_string().contains(line), "{body:?}: {error}");
    }
}

#[test]
fn careless_writers_are_understood() {
    let expected = agreed(PHONE);
    let bare_lf = PHONE.replace("\r\n", "\n");
    let unfinished = PHONE.trim_end().to_owned();
    let spaced = PHONE
        .replace("m=audio 49170 ", "m=audio  49170  ")
        .replace("c=IN IP4 ", "c=IN  IP4  ")
        .replace("0 101\r\n", "0 101 \r\n");
    let no_origin = PHONE.replace("o=alice 2890844526 2890844526 IN IP4 198.51.100.7\r\n", "");
    let odd_origin = PHONE.replace("2890844526 IN", "not-a-number IN");
    let odd_others = PHONE.replace("t=0 0", "t=\r\nb=AS\r\ni=a\r\ni=b\r\nr=1");
    let padded = format!("{PHONE}\r\n\r\n\0\0");
    for offer in [
        bare_lf, unfinished, spaced, no_origin, odd_origin, odd_others, padded,
    ] {
        assert_eq!(agreed(&offer), expected, "{offer:?}");
    }
    let latin1 = [b"v=0\r\ns=B\xFCro\r\n".as_slice(), &PHONE.as_bytes()[5..]].concat();
    let offer = parse(&latin1).unwrap();
    assert_eq!(
        answer(&offer, local(), &OURS, &mut origin()).unwrap().0,
        expected
    );
}

#[test]
fn the_version_grows_when_what_we_say_changes_and_only_then() {
    let hold = PHONE.replace("sendrecv", "sendonly");
    let mut origin = origin();
    let mut version = |offer: &str| {
        let offer = parse(offer.as_bytes()).unwrap();
        let (_, text) = answer(&offer, local(), &OURS, &mut origin).unwrap();
        lines(&text, "o=")[0].split(' ').nth(2).unwrap().to_owned()
    };
    let versions = [PHONE, PHONE, &hold, &hold, PHONE].map(&mut version);
    assert_eq!(versions, ["1", "1", "2", "2", "3"]);
}

#[test]
fn an_answer_may_renumber_and_reorder() {
    let text = "v=0\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/AVP 18 8 0 96\n\
                a=rtpmap:96 telephone-event/8000\na=sendonly";
    let answer = parse(text.as_bytes()).unwrap();
    let media = accept(&answer, local(), &[Codec::Pcmu], &mut origin()).unwrap();
    assert_eq!(media.codec, Codec::Pcmu, "not the first, but ours");
    assert_eq!(media.send.telephone_event, Some(96));
    assert_eq!(media.receive.telephone_event, Some(101), "as offered");
    assert!(!media.we_send && media.we_receive);

    let media = accept(&answer, local(), &OURS, &mut origin()).unwrap();
    assert_eq!(media.codec, Codec::Pcma, "the peer's first");
}

#[test]
fn an_answer_without_anything_usable_is_an_error() {
    let refused = "v=0\nc=IN IP4 10.0.0.1\nm=audio 0 RTP/AVP 0";
    let other = "v=0\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/AVP 18";
    let error = |text: &str| {
        let answer = parse(text.as_bytes()).unwrap();
        accept(&answer, local(), &OURS, &mut origin()).unwrap_err()
    };
    assert_eq!(error(refused), SdpError::NoAudio);
    assert!(matches!(error(other), SdpError::NoCommonCodec { .. }));
}

fn some_codecs() -> impl Strategy<Value = Vec<Codec>> {
    proptest::sample::subsequence(&Codec::ALL, 1..=4).prop_shuffle()
}

fn some_policy() -> impl Strategy<Value = Policy> {
    prop_oneof![
        Just(Policy::Off),
        Just(Policy::Allowed),
        Just(Policy::Required),
    ]
}

/// Everything that is done with a body from the network.
fn digest(body: &[u8]) {
    let Ok(description) = parse(body) else { return };
    let _ = accept(&description, local(), &OURS, &mut origin());
    if let Ok((media, text)) = answer(&description, local(), &OURS, &mut origin()) {
        assert!(media.send.audio < 128);
        assert!(!media.we_send || !media.remote.ip().is_unspecified());
        assert_ne!(media.remote.port(), 0);
        let ours = parse(text.as_bytes()).unwrap();
        assert_eq!(ours.streams().count(), description.streams().count());
        let mirrored = ours.audio(Policy::Allowed);
        let mirrored = mirrored.map(|(_, stream, _)| stream.codec_of(media.send.audio));
        // Our answer can be read like any other, except that it may use a dynamic number.
        assert_eq!(mirrored.unwrap(), Some(media.codec));
    }
}

proptest! {
    #[test]
    fn what_we_offer_we_can_answer_and_both_agree(
        callers in some_codecs(), callees in some_codecs(), ports in (1u16..u16::MAX, 1u16..u16::MAX),
        policies in (some_policy(), some_policy()),
    ) {
        let caller = SocketAddr::from(([192, 0, 2, 1], ports.0));
        let callee = SocketAddr::from(([192, 0, 2, 2], ports.1));
        let mut origin = Origin::new(1).with_srtp(policies.0);
        let text = offer(caller, &callers, &mut origin);
        let offered = parse(text.as_bytes()).unwrap();
        let mut other = Origin::new(2).with_srtp(policies.1);
        match answer(&offered, callee, &callees, &mut other) {
            Err(SdpError::NoCommonCodec { .. }) => {
                prop_assert!(callers.iter().all(|c| !callees.contains(c)));
            }
            Err(error) => {
                prop_assert!(matches!(error, SdpError::Insecure | SdpError::Transport(_)));
                prop_assert!(policies.0 != policies.1);
            }
            Ok((theirs, text)) => {
                let answer = parse(text.as_bytes()).unwrap();
                let ours = accept(&answer, caller, &callers, &mut origin).unwrap();
                prop_assert_eq!((ours.remote, theirs.remote), (callee, caller));
                let encrypted = policies.0 == Policy::Required;
                prop_assert_eq!(ours.srtp.is_some(), encrypted);
                let mirrored = ours.srtp.clone().map(|keys| Srtp {
                    ours: keys.theirs,
                    theirs: keys.ours,
                });
                prop_assert_eq!(&mirrored, &theirs.srtp);
                prop_assert_eq!(ours.rtcp.unwrap().port(), ports.1 + 1);
                let (remote, rtcp) = (caller, theirs.rtcp);
                prop_assert_eq!(Media { remote, rtcp, srtp: mirrored, ..ours }, theirs);
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(body: Vec<u8>) {
        digest(&body);
    }

    #[test]
    fn any_lines_are_survived(
        lines in prop::collection::vec("[vosctma]=[ -~]{0,40}", 0..20),
    ) {
        digest(format!("v=0\n{}", lines.join("\n")).as_bytes());
    }

    #[test]
    fn any_damage_to_a_good_one_is_survived(
        damage in prop::collection::vec((0..PHONE.len(), any::<u8>()), 0..8),
        cut in 0..=PHONE.len(),
    ) {
        let mut body = PHONE.as_bytes().to_vec();
        for (at, byte) in damage {
            body[at] = byte;
        }
        digest(&body[..cut]);
        digest(&body);
    }
}
