use super::cipher::{is_keyed_with, keystream};
use super::*;
use proptest::prelude::*;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| (pair[0] << 4 | pair[1]) as u8)
        .collect()
}

fn key(suite: Suite) -> Key {
    let octets: Vec<u8> = (0..suite.key_len() as u8).collect();
    Key::new(suite, &octets).unwrap()
}

fn packet(sequence: u16, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0, 0, 1, 2]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend(payload);
    packet
}

#[test]
fn the_keystream_is_that_of_the_rfcs() {
    // RFC 3711 appendix B.2: the first and the last three blocks of 0xff02.
    let key = hex("2B7E151628AED2A6ABF7158809CF4F3C");
    let iv = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000").try_into().unwrap();
    let stream = keystream(&key, iv, 0xFF02 * 16);
    assert_eq!(
        stream[..48],
        hex(
            "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0"
        )
    );
    assert_eq!(
        stream[0xFEFF * 16..],
        hex(
            "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44"
        )
    );
    // RFC 6188 section 7.1, with 256 bits.
    let key = hex("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98");
    let stream = keystream(&key, iv, 48);
    assert_eq!(
        stream,
        hex(
            "92bdd28a93c3f52511c677d08b5515a4 9da71b2378a854f67050756ded165bac 63c4868b7096d88421b563b8c94c9a31"
        )
    );
}

#[test]
fn session_keys_are_derived_as_in_the_rfcs() {
    // RFC 3711 appendix B.3.
    let master = hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
    let master = Key::new(Suite::Aes128CmSha1_80, &master).unwrap();
    let session = Session::derive(&master, Label::RTP);
    let auth = hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
    assert!(is_keyed_with(
        &session,
        &hex("C61E7A93744F39EE10734AFE3FF7A087"),
        &auth
    ));
    assert_eq!(session.salt(), hex("30CBBC08863D8C85D49DB34A9AE1")[..]);
    // RFC 6188 section 7.2, with 256 bits.
    let master = hex(
        "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2",
    );
    let master = Key::new(Suite::Aes256CmSha1_80, &master).unwrap();
    let session = Session::derive(&master, Label::RTP);
    let cipher = hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
    let auth = hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
    assert!(is_keyed_with(&session, &cipher, &auth));
    assert_eq!(session.salt(), hex("fa31791685ca444a9e07c6c64e93")[..]);
}

#[test]
fn a_whole_packet_is_as_other_implementations_make_it() {
    // What libsrtp and the stacks that were checked against it make of this packet.
    let master = hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6");
    let master = Key::new(Suite::Aes128CmSha1_80, &master).unwrap();
    let plain = hex("800f1234decafbadcafebabe abababababababababababababababab");
    let protected =
        hex("800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb");
    let mut sent = plain.clone();
    Outbound::new(&master).protect(&mut sent);
    assert_eq!(sent, protected);
    Inbound::new(&master).open(&mut sent).unwrap();
    assert_eq!(sent, plain);
}

#[test]
fn what_is_sent_is_opened_and_what_is_changed_is_not() {
    for suite in Suite::ALL {
        let mut out = Outbound::new(&key(suite));
        let plain = packet(7, 9, &[0x55; 160]);
        let mut sent = plain.clone();
        out.protect(&mut sent);
        assert_eq!(sent.len(), plain.len() + suite.tag_len());
        assert_ne!(sent[12..172], plain[12..]);
        for at in 0..sent.len() {
            let mut changed = sent.clone();
            changed[at] ^= 1;
            let refused = Inbound::new(&key(suite)).open(&mut changed);
            assert_eq!(refused, Err(Refused::Forged), "{suite:?} octet {at}");
        }
        let mut opened = sent.clone();
        let mut inbound = Inbound::new(&key(suite));
        inbound.open(&mut opened).unwrap();
        assert_eq!(opened, plain);
        assert_eq!(inbound.open(&mut sent), Err(Refused::Replayed));
        let mut plain = packet(8, 9, &[0x55; 160]);
        assert_eq!(inbound.open(&mut plain), Err(Refused::Forged));
    }
}

#[test]
fn headers_with_sources_and_extensions_stay_readable() {
    let mut plain = vec![0x91, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
    plain.extend([1, 2, 3, 4]);
    plain.extend([0xBE, 0xDE, 0, 1, 5, 6, 7, 8]);
    plain.extend([0x55; 20]);
    let mut sent = plain.clone();
    Outbound::new(&key(Suite::Aes128CmSha1_32)).protect(&mut sent);
    assert_eq!(sent[..24], plain[..24]);
    assert_ne!(sent[24..44], plain[24..]);
    Inbound::new(&key(Suite::Aes128CmSha1_32))
        .open(&mut sent)
        .unwrap();
    assert_eq!(sent, plain);
}

#[test]
fn sequence_numbers_wrap_and_order_and_loss_do_not_matter() {
    let suite = Suite::Aes256CmSha1_80;
    let mut out = Outbound::new(&key(suite));
    let mut inbound = Inbound::new(&key(suite));
    let mut held: Option<Vec<u8>> = None;
    // Three times around, with one in three lost and pairs that change places.
    for n in 0..200_000u32 {
        let plain = packet(n as u16, 9, &n.to_be_bytes());
        let mut sent = plain.clone();
        out.protect(&mut sent);
        if n % 3 == 0 {
            continue;
        }
        match held.take() {
            None => held = Some(sent),
            Some(mut before) => {
                inbound.open(&mut sent).unwrap();
                assert_eq!(sent, plain);
                inbound.open(&mut before).unwrap();
                assert_eq!(before[12..], (n - 1).to_be_bytes());
            }
        }
    }
}

#[test]
fn what_is_old_is_not_opened_again() {
    let suite = Suite::Aes128CmSha1_80;
    let mut out = Outbound::new(&key(suite));
    let mut inbound = Inbound::new(&key(suite));
    let sent: Vec<Vec<u8>> = (0..300u16)
        .map(|n| {
            let mut sent = packet(n, 9, &[1; 20]);
            out.protect(&mut sent);
            sent
        })
        .collect();
    // The window's whole length may be late, and each comes but once.
    for n in (0..100).rev().chain(200..300) {
        let opened = inbound.open(&mut sent[n].clone());
        let expected = match n {
            0..36 => Err(Refused::Replayed),
            _ => Ok(()),
        };
        assert_eq!(opened, expected, "{n}");
    }
    for packet in &sent[0..100] {
        assert_eq!(inbound.open(&mut packet.clone()), Err(Refused::Replayed));
    }
    assert_eq!(inbound.open(&mut sent[250].clone()), Err(Refused::Replayed));
}

#[test]
fn forged_streams_leave_nothing_and_authentic_ones_are_bounded() {
    let suite = Suite::Aes128CmSha1_80;
    let mut inbound = Inbound::new(&key(suite));
    for ssrc in 0..1000 {
        let mut forged = packet(1, ssrc, &[0; 160]);
        assert_eq!(inbound.open(&mut forged), Err(Refused::Forged));
    }
    assert_eq!(inbound.streams.capacity(), 0);
    for ssrc in 0..100 {
        let mut sent = packet(1, ssrc, &[0; 160]);
        Outbound::new(&key(suite)).protect(&mut sent);
        let many = ssrc as usize >= MOST_STREAMS;
        assert_eq!(inbound.open(&mut sent).is_err(), many);
    }
}

#[test]
fn reports_are_opened_once_and_not_when_changed() {
    for suite in Suite::ALL {
        let mut out = Outbound::new(&key(suite));
        let mut inbound = Inbound::new(&key(suite));
        let plain = [&[0x80, 201, 0, 3, 0, 0, 0, 9][..], &[0x33; 8]].concat();
        for index in 1..5u8 {
            let mut sent = plain.clone();
            out.protect_rtcp(&mut sent);
            assert_eq!(sent.len(), plain.len() + 14);
            assert_eq!(sent[..8], plain[..8]);
            assert_eq!(sent[16..20], [0x80, 0, 0, index]);
            for at in 0..sent.len() {
                let mut changed = sent.clone();
                changed[at] ^= 1;
                assert!(inbound.open_rtcp(&mut changed).is_err());
            }
            let mut again = sent.clone();
            inbound.open_rtcp(&mut sent).unwrap();
            assert_eq!(sent, plain);
            assert_eq!(inbound.open_rtcp(&mut again), Err(Refused::Replayed));
        }
    }
}

#[test]
fn keys_are_not_shown() {
    let key = key(Suite::Aes128CmSha1_80);
    assert_eq!(format!("{key:?}"), "Key(AES_CM_128_HMAC_SHA1_80, ..)");
    assert!(Key::new(Suite::Aes256CmSha1_80, key.reveal()).is_none());
}

#[test]
fn a_running_stream_allocates_nothing() {
    let mut out = Outbound::new(&key(Suite::Aes256CmSha1_80));
    let mut inbound = Inbound::new(&key(Suite::Aes256CmSha1_80));
    let mut datagram = Vec::with_capacity(200);
    let place = datagram.as_ptr();
    for n in 0..100 {
        datagram.clear();
        datagram.extend(packet(n, 9, &[0; 160]));
        out.protect(&mut datagram);
        inbound.open(&mut datagram).unwrap();
    }
    assert_eq!((datagram.as_ptr(), inbound.streams.len()), (place, 1));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..50),
    ) {
        let mut inbound = Inbound::new(&key(Suite::Aes128CmSha1_32));
        let mut out = Outbound::new(&key(Suite::Aes128CmSha1_32));
        for mut packet in packets {
            prop_assert!(inbound.open_rtcp(&mut packet.clone()).is_err());
            out.protect(&mut packet.clone());
            out.protect_rtcp(&mut packet.clone());
            if let Some(first) = packet.first_mut() {
                *first = 0x80 | *first & 0x3F;
            }
            prop_assert!(inbound.open(&mut packet).is_err());
        }
        prop_assert!(inbound.streams.is_empty());
    }
}
