use super::*;
use proptest::prelude::*;
use std::time::{Duration, SystemTime};

fn block() -> Block {
    Block {
        ssrc: 7,
        fraction_lost: 64,
        lost: -3,
        highest_sequence: 0x0001_FFFE,
        jitter: 80,
        last_report: Compact::from_bits(0x1234_5678),
        delay: Compact::from_bits(65_536 * 2),
    }
}

fn sent() -> Sent {
    Sent {
        at: Ntp::from_bits(0xE000_0000_8000_0000),
        timestamp: 160,
        packets: 50,
        octets: 8000,
    }
}

fn written(report: Report<'_>) -> Vec<u8> {
    let mut packet = Vec::new();
    write(&report, &mut packet);
    packet
}

fn report() -> Report<'static> {
    Report {
        ssrc: 9,
        sent: Some(sent()),
        block: Some(block()),
        cname: b"abcdefghijklmnop",
        bye: false,
    }
}

#[test]
fn a_report_is_laid_out_as_the_rfc_draws_it() {
    let packet = written(report());
    let numbers = [
        [0x81, 200, 0, 12],
        [0, 0, 0, 9],
        [0xE0, 0, 0, 0],
        [0x80, 0, 0, 0],
        [0, 0, 0, 160],
        [0, 0, 0, 50],
        [0, 0, 0x1F, 0x40],
        [0, 0, 0, 7],
        [64, 0xFF, 0xFF, 0xFD],
        [0, 1, 0xFF, 0xFE],
        [0, 0, 0, 80],
        [0x12, 0x34, 0x56, 0x78],
        [0, 2, 0, 0],
        [0x81, 202, 0, 6],
        [0, 0, 0, 9],
        [1, 16, b'a', b'b'],
    ];
    assert_eq!(packet[..64], numbers.concat());
    // 16 characters, and at least one zero.
    assert_eq!(packet[64..], *b"cdefghijklmnop\0\0");
    let without = written(Report {
        sent: None,
        block: None,
        bye: true,
        ..report()
    });
    assert_eq!(without[..8], [0x80, 201, 0, 1, 0, 0, 0, 9]);
    assert_eq!(without[without.len() - 8..], [0x81, 203, 0, 1, 0, 0, 0, 9]);
}

#[test]
fn what_is_written_is_read() {
    for (sent, block, bye) in [
        (Some(sent()), Some(block()), true),
        (None, Some(block()), false),
        (Some(sent()), None, false),
        (None, None, true),
    ] {
        let packet = written(Report {
            sent,
            block,
            bye,
            ..report()
        });
        let told = Told {
            ssrc: 9,
            sent,
            block,
            bye,
        };
        assert_eq!(read(&packet, 7), Some(told));
        // What is said of somebody else is not for us.
        let block = None;
        assert_eq!(read(&packet, 8), Some(Told { block, ..told }));
    }
}

#[test]
fn other_packets_are_skipped_and_broken_ones_refused() {
    let good = written(report());
    let application = [0x80, 204, 0, 2, 0, 0, 0, 9, 1, 2, 3, 4];
    let more = [&good[..], &application, &good].concat();
    assert_eq!(read(&more, 7), read(&good, 7));
    for cut in 1..good.len() {
        // Between two packets it is one packet less.
        let told = read(&good[..cut], 7);
        assert_eq!(told.is_some(), cut == 52, "{cut}");
    }
    assert_eq!(read(&[], 7), None);
    let mut counted_too_many = good.clone();
    counted_too_many[0] = 0x82;
    assert_eq!(read(&counted_too_many, 7), None);
    let mut other_version = good;
    other_version[0] = 0x41;
    assert_eq!(read(&other_version, 7), None);
}

#[test]
fn time_is_counted_from_1900_and_in_fractions() {
    let unix = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
    let bits = Ntp::of(unix(1_500)).to_bits();
    assert_eq!(bits, (2_208_988_801 << 32) | 1 << 31);
    let (early, late) = (Ntp::of(unix(999_999_000)), Ntp::of(unix(1_000_000_250)));
    assert_eq!(late.compact().since(early.compact()).ms(), 1_250);
    assert_eq!(early.compact().since(late.compact()).ms(), -1_250);
    let units = late.in_units(8000).wrapping_sub(early.in_units(8000));
    assert_eq!(units, 10_000);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(
        mut packet in prop::collection::vec(any::<u8>(), 0..120), kind in 198u8..206, words in 0u8..30,
    ) {
        let _ = read(&packet, 7);
        if let [first, second, high, low, ..] = &mut packet[..] {
            (*first, *second, *high, *low) = (0x80 | *first & 0x1F, kind, 0, words);
        }
        let _ = read(&packet, 7);
    }
}
