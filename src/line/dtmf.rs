//! Keys in RTP: the telephone-event payload (RFC 4733), both ways, without the RTP around it.
//!
//! A key press is one event: a series of packets with one RTP timestamp, the time it began, and
//! a growing duration; the last is sent three times. [`Receiver`] turns any part of that
//! series, in any order and at any clock rate, into the key exactly once, at the first packet that
//! arrives.
//! [`Sender`] makes the series. Tones in the audio are not handled here.

use std::collections::VecDeque;

use crate::audio::Key;

const PAYLOAD_LEN: usize = 4;
const END: u8 = 0x80;

/// One telephone-event payload (RFC 4733 section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Event {
    code: u8,
    end: bool,
    /// In RTP timestamp units, since the event began.
    duration: u16,
}

impl Event {
    /// The first four bytes. Anything after them is ignored: senders that pad with zeros
    /// exist, and four zero bytes would read as a press of key 0.
    fn parse(payload: &[u8]) -> Option<Event> {
        let &[code, flags, high, low, ..] = payload else {
            return None;
        };
        Some(Event {
            code,
            end: flags & END != 0,
            duration: u16::from_be_bytes([high, low]),
        })
    }

    fn build(self) -> [u8; PAYLOAD_LEN] {
        // -10 dBm0, what phones send; a receiver does not care.
        const VOLUME: u8 = 10;
        let [high, low] = self.duration.to_be_bytes();
        let flags = if self.end { END | VOLUME } else { VOLUME };
        [self.code, flags, high, low]
    }
}

/// What is remembered of an event, so that its other packets do not count again.
#[derive(Debug, Clone, Copy)]
struct Known {
    ssrc: u32,
    code: u8,
    began: u32,
    /// Of its latest segment, which is where it began for all but a few.
    timestamp: u32,
    /// The longest duration of that segment.
    longest: u16,
    ended: bool,
}

/// More presses than can be under way in a network at once.
const REMEMBERED: usize = 8;

/// Counts key presses.
#[derive(Debug, Default)]
pub struct Receiver {
    /// The latest first.
    known: VecDeque<Known>,
}

impl Receiver {
    /// Takes one telephone-event packet and gives the key if it is the first of its press.
    ///
    /// `None` for further packets of a known press, for events that are not keys (flash hook,
    /// tones) and for payloads that are too short.
    pub fn receive(
        &mut self,
        ssrc: u32,
        timestamp: u32,
        marker: bool,
        payload: &[u8],
    ) -> Option<Key> {
        let event = Event::parse(payload)?;
        let key = Key::from_code(event.code)?;
        let same = self.known.iter_mut().find(|known| {
            known.ssrc == ssrc
                && known.code == event.code
                && (known.covers(timestamp)
                    || known.was_overtaken(timestamp, event.duration)
                    || (!marker && known.goes_on(timestamp)))
        });
        if let Some(known) = same {
            if known.was_overtaken(timestamp, event.duration) {
                known.began = timestamp;
            } else if known.timestamp == timestamp {
                known.longest = known.longest.max(event.duration);
            } else if !known.covers(timestamp) {
                (known.timestamp, known.longest) = (timestamp, event.duration);
            }
            known.ended |= event.end;
            return None;
        }
        self.known.truncate(REMEMBERED - 1);
        self.known.push_front(Known {
            ssrc,
            code: event.code,
            began: timestamp,
            timestamp,
            longest: event.duration,
            ended: event.end,
        });
        Some(key)
    }
}

/// Which packets of the same key belong to the same press. Nearly always those with its timestamp;
/// but a key held for more than 65535 units (8 s at 8 kHz, 1.4 s at 48 kHz) goes on in a new segment
/// that begins where the full duration ended (RFC 4733 section 2.5.1.3), and some senders wrongly
/// move the timestamp with every packet. Two presses of one key neither overlap nor touch.
impl Known {
    /// A timestamp that it has had.
    fn covers(&self, timestamp: u32) -> bool {
        timestamp.wrapping_sub(self.began) <= self.timestamp.wrapping_sub(self.began)
    }

    /// A timestamp before all that is known of it, of a packet that reaches up to there: packets
    /// that were sent later came sooner.
    fn was_overtaken(&self, timestamp: u32, duration: u16) -> bool {
        (1..=u32::from(duration)).contains(&self.began.wrapping_sub(timestamp))
    }

    /// A later timestamp at which it still sounded, or at which it would have, had its last packets
    /// not been lost: senders begin a new segment when one more packet would not fit.
    fn goes_on(&self, timestamp: u32) -> bool {
        const FULL: u32 = u16::MAX as u32;
        /// 120 ms at 48 kHz.
        const LOST: u32 = 5_760;
        let later = timestamp.wrapping_sub(self.timestamp);
        let longest = u32::from(self.longest);
        let next_segment =
            later == longest || later == FULL || (later < FULL && longest >= FULL - LOST);
        later < longest || (!self.ended && next_segment)
    }
}

/// One packet of a press, to be sent in place of this tick's audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    pub payload: [u8; PAYLOAD_LEN],
    /// The RTP timestamp: when the press began.
    pub timestamp: u32,
    pub marker: bool,
}

/// How long a key sounds: long enough for every receiver (40 ms is the least, ITU-T Q.24), in ticks.
const TONE_TICKS: u32 = 6;
/// The end is sent three times (RFC 4733 section 2.5.1.4); the two repetitions are at the same
/// time the pause before the next key.
const ENDS: u32 = 3;
/// Longer than any number one dials.
const MOST_WAITING: usize = 64;

#[derive(Debug)]
struct Press {
    key: Key,
    timestamp: u32,
    sent: u32,
}

/// Turns key presses into event packets, one a tick.
#[derive(Debug, Default)]
pub struct Sender {
    waiting: VecDeque<Key>,
    current: Option<Press>,
}

impl Sender {
    /// Queues a press. False if too many wait already; the press is then not sent.
    pub fn press(&mut self, key: Key) -> bool {
        let room = self.waiting.len() < MOST_WAITING;
        if room {
            self.waiting.push_back(key);
        }
        room
    }

    /// Forgets what was not sent yet.
    pub fn clear(&mut self) {
        *self = Sender::default();
    }

    /// The packet for this 20 ms tick, `None` when no key is being sent. `now` is the tick's
    /// RTP timestamp, `tick` its length in timestamp units.
    pub fn packet(&mut self, now: u32, tick: u32) -> Option<EventPacket> {
        if self.current.is_none() {
            self.current = self.waiting.pop_front().map(|key| Press {
                key,
                timestamp: now,
                sent: 0,
            });
        }
        let press = self.current.as_mut()?;
        press.sent += 1;
        let packet = EventPacket {
            payload: Event {
                code: press.key.code(),
                end: press.sent >= TONE_TICKS,
                duration: (press.sent.min(TONE_TICKS) * tick) as u16,
            }
            .build(),
            timestamp: press.timestamp,
            marker: press.sent == 1,
        };
        if press.sent == TONE_TICKS + ENDS - 1 {
            self.current = None;
        }
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SSRC: u32 = 7;
    const TICK: u32 = 160;

    fn key(c: char) -> Key {
        Key::from_char(c).unwrap()
    }

    /// The packets of the given keys pressed one after the other, the first at `start`.
    fn series(keys: &str, start: u32) -> Vec<EventPacket> {
        series_at(TICK, keys, start)
    }

    fn series_at(tick: u32, keys: &str, start: u32) -> Vec<EventPacket> {
        let mut sender = Sender::default();
        for c in keys.chars() {
            assert!(sender.press(key(c)));
        }
        let mut now = start;
        std::iter::from_fn(|| {
            let packet = sender.packet(now, tick);
            now = now.wrapping_add(tick);
            packet
        })
        .collect()
    }

    fn heard<'a>(packets: impl IntoIterator<Item = &'a EventPacket>) -> String {
        let mut receiver = Receiver::default();
        packets
            .into_iter()
            .filter_map(|p| receiver.receive(SSRC, p.timestamp, p.marker, &p.payload))
            .map(Key::to_char)
            .collect()
    }

    #[test]
    fn a_press_is_one_series() {
        let packets = series("5", 1000);
        assert_eq!(packets.len(), 8);
        assert!(packets.iter().all(|p| p.timestamp == 1000));
        let markers: Vec<_> = packets.iter().map(|p| p.marker).collect();
        assert_eq!(
            markers,
            [true, false, false, false, false, false, false, false]
        );
        let events: Vec<_> = packets
            .iter()
            .map(|p| Event::parse(&p.payload).unwrap())
            .map(|e| (e.code, e.end, e.duration))
            .collect();
        assert_eq!(
            events,
            [
                (5, false, 160),
                (5, false, 320),
                (5, false, 480),
                (5, false, 640),
                (5, false, 800),
                (5, true, 960),
                (5, true, 960),
                (5, true, 960)
            ]
        );
        assert_eq!(packets[7].payload, [5, 0x8A, 0x03, 0xC0]);
    }

    #[test]
    fn a_press_counts_at_its_first_packet_and_once() {
        let packets = series("5", u32::MAX - 300);
        assert_eq!(heard(&packets[..1]), "5");
        assert_eq!(heard(&packets), "5");
        assert_eq!(heard(packets.iter().chain(&packets)), "5", "all doubled");
        assert_eq!(heard(&packets[5..]), "5", "the start was lost");
        assert_eq!(heard(&packets[7..]), "5", "all but the last was lost");
        assert_eq!(heard(&packets[..5]), "5", "the end was lost");
        assert_eq!(heard(packets.iter().rev()), "5", "backwards");
    }

    #[test]
    fn quick_presses_of_one_key_are_as_many_presses() {
        let packets = series("0000", 0);
        assert_eq!(heard(&packets), "0000");
        let without_ends: Vec<_> = packets.iter().filter(|p| p.payload[1] & END == 0).collect();
        assert_eq!(heard(without_ends), "0000");
        let only_ends: Vec<_> = packets.iter().filter(|p| p.payload[1] & END != 0).collect();
        assert_eq!(heard(only_ends), "0000");
        // The end of the first arrives after the start of the second.
        let late = [packets[0], packets[8], packets[5], packets[9], packets[6]];
        assert_eq!(heard(&late), "00");
    }

    #[test]
    fn the_second_of_two_presses_counts_when_nothing_tells_them_apart_but_the_timestamp() {
        let packets = series("55", 0);
        // No end of the first, and of the second only a packet from its middle.
        assert_eq!(heard([&packets[0], &packets[1], &packets[11]]), "55");
        let unmarked: Vec<_> = packets
            .iter()
            .map(|&packet| EventPacket {
                marker: false,
                ..packet
            })
            .collect();
        assert_eq!(heard(&unmarked), "55");
        assert_eq!(heard(unmarked.iter().rev()), "55");
    }

    /// A packet of key 3 without a marker.
    fn packet(timestamp: u32, duration: u16, end: bool) -> EventPacket {
        EventPacket {
            payload: Event {
                code: 3,
                end,
                duration,
            }
            .build(),
            timestamp,
            marker: false,
        }
    }

    #[test]
    fn a_key_held_for_long_is_one_press() {
        // A second segment begins where the first is full, without end or marker.
        let end = u32::from(u16::MAX);
        let packets = [
            packet(0, 160, false),
            packet(0, 65_440, false),
            packet(0, u16::MAX, false),
            packet(end, 160, false),
            packet(end, 320, true),
        ];
        assert_eq!(heard(&packets), "3");
        let lossy = [packets[1], packets[3], packets[4]];
        assert_eq!(heard(&lossy), "3");
        let reordered = [packets[1], packets[3], packets[2], packets[4]];
        assert_eq!(heard(&reordered), "3");
    }

    #[test]
    fn at_48_khz_a_second_is_long() {
        // 3 s, in segments of as many whole packets as fit, each packet lost once.
        let per_segment = u32::from(u16::MAX) / 960;
        let all: Vec<_> = (0..150)
            .map(|n| {
                let (segment, within) = (n / per_segment, n % per_segment + 1);
                packet(segment * per_segment * 960, within as u16 * 960, n == 149)
            })
            .collect();
        assert_eq!(heard(&all), "3");
        for lost in 0..all.len() {
            let burst = lost..lost + 5;
            let arrived = all.iter().enumerate().filter(|(n, _)| !burst.contains(n));
            assert_eq!(heard(arrived.map(|(_, packet)| packet)), "3", "{burst:?}");
            let mut swapped = all.clone();
            swapped.swap(lost, (lost + 1).min(149));
            assert_eq!(heard(&swapped), "3", "{lost} swapped");
        }
    }

    #[test]
    fn a_duration_that_wraps_is_one_press() {
        let durations = [960, 64_320, 65_280, 704, 1_664];
        let wrapping: Vec<_> = durations.map(|d| packet(0, d, d == 1_664)).to_vec();
        assert_eq!(heard(&wrapping), "3");
    }

    #[test]
    fn a_sender_that_moves_the_timestamp_presses_once() {
        let moving: Vec<_> = series("9", 500)
            .into_iter()
            .enumerate()
            .map(|(n, packet)| EventPacket {
                timestamp: 500 + n as u32 * TICK,
                ..packet
            })
            .collect();
        assert_eq!(heard(&moving), "9");
        let mut reordered = moving.clone();
        reordered.swap(0, 1);
        reordered.swap(3, 5);
        assert_eq!(heard(&reordered), "9");
    }

    #[test]
    fn what_is_not_a_key_is_nothing() {
        let mut receiver = Receiver::default();
        assert_eq!(
            receiver.receive(SSRC, 0, true, &[16, 10, 0, 160]),
            None,
            "flash hook"
        );
        assert_eq!(
            receiver.receive(SSRC, 0, true, &[0, 10, 0]),
            None,
            "cut off"
        );
        assert_eq!(receiver.receive(SSRC, 0, true, &[]), None);
        // Padding is not a second event.
        let padded = [5, 10, 0, 160, 0, 0, 0, 0];
        assert_eq!(receiver.receive(SSRC, 0, true, &padded), Some(key('5')));
        assert_eq!(receiver.receive(SSRC, 0, false, &padded), None);
    }

    #[test]
    fn too_many_waiting_presses_are_refused() {
        let mut sender = Sender::default();
        assert!((0..MOST_WAITING).all(|_| sender.press(Key::ZERO)));
        assert!(!sender.press(Key::ZERO));
        sender.clear();
        assert_eq!(sender.packet(0, TICK), None);
    }

    proptest! {
        /// Whatever a network does to the packets: every key that got through at all is
        /// counted once.
        #[test]
        fn loss_doubling_and_reordering_never_change_the_count(
            keys in "[0-9*#A-D]{1,12}",
            start: u32,
            tick in prop::sample::select(vec![TICK, 320, 960]),
            fate in prop::collection::vec((0u8..10, 0u32..5), 96),
        ) {
            let packets = series_at(tick, &keys, start);
            let mut arriving = Vec::new();
            for (n, (packet, (luck, delay))) in packets.iter().zip(&fate).enumerate() {
                let copies = match luck { 0..=3 => 0, 4..=7 => 1, _ => 2 };
                for copy in 0..copies {
                    arriving.push((n as u32 + delay + copy, n, *packet));
                }
            }
            arriving.sort_by_key(|&(when, n, _)| (when, n));
            let mut arrived: Vec<usize> = arriving.iter().map(|&(_, n, _)| n / 8).collect();
            arrived.sort_unstable();
            arrived.dedup();
            let mut expected: Vec<char> =
                arrived.iter().filter_map(|&n| keys.chars().nth(n)).collect();
            let mut got: Vec<char> = heard(arriving.iter().map(|(_, _, p)| p)).chars().collect();
            expected.sort_unstable();
            got.sort_unstable();
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn any_payload_is_survived(packets: Vec<(u32, u32, bool, Vec<u8>)>) {
            let mut receiver = Receiver::default();
            for (ssrc, timestamp, marker, payload) in packets {
                receiver.receive(ssrc, timestamp, marker, &payload);
            }
            prop_assert!(receiver.known.len() <= REMEMBERED);
        }
    }
}
