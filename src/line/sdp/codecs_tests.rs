//! Offers and answers with all our codecs, and offers as they come from phones and telephone systems.

use super::*;

fn local() -> SocketAddr {
    "192.0.2.1:40000".parse().unwrap()
}

fn answered_with(offer: &str, ours: &[Codec]) -> (Media, String) {
    let offer = parse(offer.as_bytes()).unwrap();
    answer(&offer, local(), ours, &mut Origin::new(1)).unwrap()
}

fn answered(offer: &str) -> (Media, String) {
    answered_with(offer, &Codec::ALL)
}

fn audio_lines(text: &str) -> Vec<&str> {
    let audio = text.split("m=audio ").nth(1).unwrap();
    audio.lines().collect()
}

#[test]
fn our_offer_lists_all_and_keys_at_the_rate_of_each() {
    let text = offer(local(), &Codec::ALL, &mut Origin::new(1));
    assert_eq!(
        audio_lines(&text),
        [
            "40000 RTP/AVP 9 111 0 8 101 110",
            "a=rtpmap:9 G722/8000",
            "a=rtpmap:111 opus/48000/2",
            "a=fmtp:111 maxplaybackrate=16000;stereo=0;sprop-stereo=0;useinbandfec=1",
            "a=rtpmap:0 PCMU/8000",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-15",
            "a=rtpmap:110 telephone-event/48000",
            "a=fmtp:110 0-15",
            "a=ptime:20",
            "a=sendrecv",
        ]
    );
    let narrow = offer(local(), &[Codec::Pcma], &mut Origin::new(1));
    assert!(!narrow.contains("48000") && narrow.contains("RTP/AVP 8 101"));
}

#[test]
fn an_answer_to_our_offer_is_taken_in_each_codec() {
    for (numbers, maps, codec, audio, event) in [
        (
            "9 101",
            "101 telephone-event/8000",
            Codec::G722,
            9,
            (Some(101), 101),
        ),
        (
            "111 110",
            "111 opus/48000/2\na=rtpmap:110 telephone-event/48000",
            Codec::Opus,
            111,
            (Some(110), 110),
        ),
        // Its keys count at 8 kHz only: they are heard.
        (
            "111 101",
            "111 opus/48000/2\na=rtpmap:101 telephone-event/8000",
            Codec::Opus,
            111,
            (None, 101),
        ),
        // Renumbered by who answers.
        (
            "96 97",
            "96 OPUS/48000/2\na=rtpmap:97 telephone-event/48000",
            Codec::Opus,
            96,
            (Some(97), 110),
        ),
        (
            "0 100",
            "100 telephone-event/8000",
            Codec::Pcmu,
            0,
            (Some(100), 101),
        ),
    ] {
        let text = format!(
            "v=0\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/AVP {numbers}\na=rtpmap:{maps}\na=ptime:30"
        );
        let answer = parse(text.as_bytes()).unwrap();
        let media = accept(&answer, local(), &Codec::ALL, &mut Origin::new(1)).unwrap();
        assert_eq!((media.codec, media.send.audio), (codec, audio));
        assert_eq!(media.receive.audio, codec.payload_type());
        assert_eq!(media.send.telephone_event, event.0);
        assert_eq!(media.receive.telephone_event, Some(event.1));
        assert_eq!(media.packet_ms, codec.packet_ms(Some(30), None));
    }
}

/// Codec, payload type and key payload types (sent, heard) that are agreed with each.
type Agreed = (Codec, u8, Option<u8>, Option<u8>);

const BARESIP: &str = "v=0
o=- 3906 1 IN IP4 10.0.0.7
s=-
c=IN IP4 10.0.0.7
t=0 0
a=tool:baresip 1.0.0
m=audio 29418 RTP/AVP 96 9 0 8 101
a=rtpmap:96 opus/48000/2
a=fmtp:96 stereo=1;sprop-stereo=1
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=rtcp:29419
a=sendrecv
a=label:1
a=ptime:20";

const LINPHONE: &str = "v=0
o=anna 1433 2387 IN IP4 10.0.0.8
s=Talk
c=IN IP4 10.0.0.8
b=AS:380
t=0 0
a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
m=audio 7078 RTP/AVPF 96 97 98 0 8 18 101 99 100
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:97 speex/16000
a=fmtp:97 vbr=on
a=rtpmap:98 speex/8000
a=fmtp:98 vbr=on
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/48000
a=rtpmap:99 telephone-event/16000
a=rtpmap:100 telephone-event/8000
a=rtcp-fb:* trr-int 1000
a=rtcp-fb:* ccm tmmbr";

const ZOIPER: &str = "v=0
o=Zoiper 0 1 IN IP4 10.0.0.9
s=Zoiper
c=IN IP4 10.0.0.9
t=0 0
m=audio 8000 RTP/AVP 106 9 98 101 0 8 3
a=rtpmap:106 opus/48000/2
a=fmtp:106 sprop-maxcapturerate=16000; minptime=20; useinbandfec=1
a=rtpmap:98 telephone-event/48000
a=fmtp:98 0-16
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv";

const ASTERISK: &str = "v=0
o=- 1094 1094 IN IP4 10.0.0.10
s=Asterisk
c=IN IP4 10.0.0.10
t=0 0
m=audio 17394 RTP/AVP 107 9 8 0 101 102
a=rtpmap:107 opus/48000/2
a=fmtp:107 useinbandfec=1
a=rtpmap:9 G722/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=rtpmap:102 telephone-event/48000
a=fmtp:102 0-16
a=ptime:20
a=maxptime:60
a=sendrecv";

const FREESWITCH: &str = "v=0
o=FreeSWITCH 1700000000 1700000001 IN IP4 10.0.0.11
s=FreeSWITCH
c=IN IP4 10.0.0.11
t=0 0
m=audio 24680 RTP/AVP 102 9 0 8 103 101 104 13
a=rtpmap:102 opus/48000/2
a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10; maxptime=40
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:103 telephone-event/48000
a=fmtp:103 0-16
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=rtpmap:104 CN/48000
a=rtpmap:13 CN/8000
a=ptime:20";

const TRUNK: &str = "v=0
o=- 1 1 IN IP4 10.0.0.12
s=-
c=IN IP4 10.0.0.12
t=0 0
m=audio 30000 RTP/AVP 8 0 18 96 13
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
a=ptime:20
a=maxptime:30";

#[test]
fn phones_and_telephone_systems_get_the_codec_that_we_like_best() {
    let wide: [(&str, Agreed); 6] = [
        (BARESIP, (Codec::G722, 9, Some(101), Some(101))),
        // It has no G.722.
        (LINPHONE, (Codec::Opus, 96, Some(101), Some(101))),
        (ZOIPER, (Codec::G722, 9, Some(101), Some(101))),
        (ASTERISK, (Codec::G722, 9, Some(101), Some(101))),
        (FREESWITCH, (Codec::G722, 9, Some(101), Some(101))),
        (TRUNK, (Codec::Pcmu, 0, Some(96), Some(96))),
    ];
    for (offer, agreed) in wide {
        check(offer, &Codec::ALL, agreed);
    }
    let opus = [Codec::Opus, Codec::Pcmu];
    for (offer, agreed) in [
        // Keys at 8 kHz beside Opus are heard; none are sent, as they would last six times as long.
        (BARESIP, (Codec::Opus, 96, None, Some(101))),
        (LINPHONE, (Codec::Opus, 96, Some(101), Some(101))),
        (ZOIPER, (Codec::Opus, 106, Some(98), Some(98))),
        (ASTERISK, (Codec::Opus, 107, Some(102), Some(102))),
        (FREESWITCH, (Codec::Opus, 102, Some(103), Some(103))),
        (TRUNK, (Codec::Pcmu, 0, Some(96), Some(96))),
    ] {
        check(offer, &opus, agreed);
    }
}

fn check(offer: &str, ours: &[Codec], agreed: Agreed) {
    let (media, text) = answered_with(offer, ours);
    let keys = (media.send.telephone_event, media.receive.telephone_event);
    assert_eq!(
        (media.codec, media.send.audio, keys.0, keys.1),
        agreed,
        "{text}"
    );
    assert_eq!(media.receive.audio, agreed.1, "an answer does not renumber");
    assert_eq!(media.packet_ms, 20);
    // Our answer says just what was agreed, and says what each number means.
    let line = audio_lines(&text)[0];
    let numbers: Vec<u8> = line
        .split(' ')
        .skip(2)
        .map(|number| number.parse().unwrap())
        .collect();
    let others = [agreed.3, media.receive.comfort_noise];
    let expected: Vec<u8> = [Some(agreed.1)]
        .into_iter()
        .chain(others)
        .flatten()
        .collect();
    assert_eq!(numbers, expected, "{text}");
    for number in numbers {
        let map = format!("a=rtpmap:{number} ");
        assert!(text.contains(&map), "{map} in {text}");
    }
    if agreed.0 == Codec::Opus {
        assert!(text.contains(&format!("a=rtpmap:{} opus/48000/2\r\n", agreed.1)));
        assert!(text.contains(&format!("a=fmtp:{} maxplaybackrate=16000", agreed.1)));
    }
}

#[test]
fn comfort_noise_is_agreed_at_the_clock_of_the_codec() {
    let noise = |offer: &str, codec| answered_with(offer, &[codec]).0.receive.comfort_noise;
    assert_eq!(noise(FREESWITCH, Codec::Pcma), Some(13));
    assert_eq!(noise(FREESWITCH, Codec::G722), Some(13));
    assert_eq!(noise(FREESWITCH, Codec::Opus), Some(104));
    // Static, without an rtpmap.
    assert_eq!(noise(TRUNK, Codec::Pcmu), Some(13));
    assert_eq!(noise(ASTERISK, Codec::Pcmu), None);
    let (_, text) = answered_with(TRUNK, &[Codec::Pcma]);
    assert!(text.contains("m=audio 40000 RTP/AVP 8 96 13\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:13 CN/8000\r\n"), "{text}");
    // Renamed, 13 is no noise.
    let other = TRUNK.replace("a=ptime:20", "a=rtpmap:13 L16/8000");
    assert_eq!(noise(&other, Codec::Pcma), None);
}

#[test]
fn opus_must_be_opus() {
    let with = |map: &str| {
        let text =
            format!("v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 111 8\na=rtpmap:111 {map}");
        answered_with(&text, &[Codec::Opus, Codec::Pcma]).0.codec
    };
    assert_eq!(with("opus/48000/2"), Codec::Opus);
    assert_eq!(with("OPUS/48000/2"), Codec::Opus);
    // Against RFC 7587 section 7, and it can mean nothing else.
    assert_eq!(with("opus/48000"), Codec::Opus);
    assert_eq!(with("opus/16000/2"), Codec::Pcma);
    assert_eq!(with("opus/48000/6"), Codec::Pcma);
    assert_eq!(with("multiopus/48000/2"), Codec::Pcma);
    let unmapped = "v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 111 8";
    assert_eq!(
        answered(unmapped).0.codec,
        Codec::Pcma,
        "111 means nothing by itself"
    );
    // G.722 counts at 8 kHz, whatever it samples at.
    let wrong = "v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 96 8\na=rtpmap:96 G722/16000";
    assert_eq!(answered(wrong).0.codec, Codec::Pcma);
}

#[test]
fn the_packet_time_that_a_peer_asks_for_is_what_we_send() {
    let with = |lines: &str| {
        let text = format!("v=0\nc=IN IP4 10.0.0.1\nm=audio 4000 RTP/AVP 8\n{lines}");
        answered(&text).0.packet_ms
    };
    for (lines, ms) in [
        ("", 20),
        ("a=ptime:20", 20),
        ("a=ptime:10", 10),
        ("a=ptime:30", 30),
        ("a=ptime:40", 40),
        ("a=ptime:60", 60),
        ("a=ptime:120", 60),
        ("a=ptime: 30 ", 30),
        ("a=ptime:20.0", 20),
        ("a=ptime:60\na=maxptime:40", 40),
        ("a=maxptime:10", 10),
        ("a=maxptime:150", 20),
        ("a=ptime:0", 20),
        ("a=ptime:-20", 20),
        ("a=ptime:soon", 20),
        ("a=ptime:nan", 20),
        ("a=ptime", 20),
        ("a=ptime:99999999999999999999", 20),
    ] {
        assert_eq!(with(lines), ms, "{lines}");
    }
}
