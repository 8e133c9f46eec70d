//! RTCP of one call (RFC 3550 section 6): what we count of the peer's stream, when we report, and what the peer
//! reports of ours.
//!
//! Two take part in a call, and with two the interval of RFC 3550 section 6.2 is always its minimum of five
//! seconds, randomised (section 6.3.1) and halved for the first: more than that 5 % of the bandwidth of any
//! codec that we have would not allow to leave out. It is counted in ticks.

use super::latch::Mark;
use crate::audio::FRAME_MS;
use crate::line::rtcp::{Block, Compact, Ntp, Report, Sent, Told};

/// Five seconds, over e - 3/2, which makes up for what randomising adds (RFC 3550 section 6.3.1).
const INTERVAL_TICKS: f64 = 5_000.0 / FRAME_MS as f64 / 1.218_28;
/// A jump ahead by more is not loss but another stream (MAX_DROPOUT, RFC 3550 appendix A.1).
const MOST_AHEAD: u16 = 3000;
/// So late may a packet be (MAX_MISORDER).
const MOST_BEHIND: u16 = 100;
/// A round trip that takes longer is a mistake of somebody's clock.
const LONGEST_ROUND_TRIP_MS: i32 = 10_000;
/// And one that takes less than nothing by more than a tick.
const IMPOSSIBLE_MS: i32 = -(FRAME_MS as i32);
pub(super) const CNAME_LEN: usize = 16;

/// What we have sent.
#[derive(Debug, Clone, Copy, Default)]
struct Outgoing {
    packets: u32,
    octets: u32,
    /// Ticks since the last packet.
    idle: u32,
}

#[derive(Debug)]
pub(super) struct Reports {
    cname: [u8; CNAME_LEN],
    random: u64,
    /// Ticks until the next report.
    due: u32,
    /// How long the last interval was.
    interval: u32,
    reported: bool,
    outgoing: Outgoing,
    incoming: Option<Incoming>,
    /// What would prove that a packet which did not fit begins another stream.
    suspect: Option<Mark>,
    /// The peer's last sender report, and when it came.
    last_report: Option<(Compact, Ntp)>,
    peer: Option<Block>,
    round_trip_ms: Option<u32>,
}

impl Reports {
    /// `random` decides on the intervals.
    pub(super) fn new(random: u64) -> Reports {
        let mut reports = Reports {
            cname: *b"zeroline--------",
            random: random | 1,
            due: 0,
            interval: 0,
            reported: false,
            outgoing: Outgoing::default(),
            incoming: None,
            suspect: None,
            last_report: None,
            peer: None,
            round_trip_ms: None,
        };
        reports.wait();
        reports.due /= 2;
        reports
    }

    /// See RFC 7022 section 4.2: random, and another in each call.
    pub(super) fn set_cname(&mut self, cname: [u8; CNAME_LEN]) {
        self.cname = cname;
    }

    /// Once per 20 ms.
    pub(super) fn tick(&mut self) {
        self.due = self.due.saturating_sub(1);
        self.outgoing.idle = self.outgoing.idle.saturating_add(1);
    }

    /// An RTP packet was sent, with so much in it.
    pub(super) fn sent(&mut self, octets: usize) {
        self.outgoing.packets = self.outgoing.packets.wrapping_add(1);
        self.outgoing.octets = self.outgoing.octets.wrapping_add(octets as u32);
        self.outgoing.idle = 0;
    }

    /// A packet of the peer has come. `timestamp` where it has a place in time; a key's packets all have the
    /// time of its beginning.
    pub(super) fn received(
        &mut self,
        mark: Mark,
        timestamp: Option<u32>,
        at: Ntp,
        clock_rate: u32,
    ) {
        let fits = match &mut self.incoming {
            Some(incoming) => incoming.count(mark),
            None => false,
        };
        if !fits {
            // The second of two in a row (RFC 3550 appendix A.1), or the very first.
            if self.incoming.is_some() && self.suspect != Some(mark) {
                let sequence = mark.sequence.wrapping_add(1);
                self.suspect = Some(Mark { sequence, ..mark });
                return;
            }
            self.incoming = Some(Incoming::new(mark));
        }
        self.suspect = None;
        if let (Some(incoming), Some(timestamp)) = (&mut self.incoming, timestamp) {
            incoming.measure(at.in_units(clock_rate).wrapping_sub(timestamp));
        }
    }

    /// The peer's stream is counted by another clock from now on.
    pub(super) fn restart(&mut self) {
        self.incoming = None;
    }

    /// What the peer tells.
    pub(super) fn told(&mut self, told: &Told, at: Ntp) {
        if let Some(sent) = told.sent {
            self.last_report = Some((sent.at.compact(), at));
        }
        let Some(block) = told.block else { return };
        self.peer = Some(block);
        if block.last_report == Compact::default() {
            return;
        }
        let there_and_back = at
            .compact()
            .since(block.last_report)
            .since(block.delay)
            .ms();
        if (IMPOSSIBLE_MS..=LONGEST_ROUND_TRIP_MS).contains(&there_and_back) {
            self.round_trip_ms = Some(there_and_back.max(0) as u32);
        }
    }

    /// The report that is due now, if one is. `timestamp` is that of `now` in our stream.
    pub(super) fn report(&mut self, ssrc: u32, timestamp: u32, now: Ntp) -> Option<Report<'_>> {
        if self.due > 0 {
            return None;
        }
        self.wait();
        Some(self.make(ssrc, timestamp, now, false))
    }

    /// The last report, with a BYE; none where nobody has heard of us (RFC 3550 section 6.3.7).
    pub(super) fn goodbye(&mut self, ssrc: u32, timestamp: u32, now: Ntp) -> Option<Report<'_>> {
        if self.outgoing.packets == 0 && !self.reported {
            return None;
        }
        Some(self.make(ssrc, timestamp, now, true))
    }

    fn make(&mut self, ssrc: u32, timestamp: u32, now: Ntp, bye: bool) -> Report<'_> {
        self.reported = true;
        let Outgoing {
            packets,
            octets,
            idle,
            ..
        } = self.outgoing;
        // Who has not sent since the report before the last is no sender any more.
        let sends = packets > 0 && idle < 2 * self.interval;
        let last_report = self.last_report;
        let block = self.incoming.as_mut().map(|incoming| {
            let (last_report, delay) = match last_report {
                Some((report, came)) => (report, now.compact().since(came.compact())),
                None => Default::default(),
            };
            Block {
                last_report,
                delay,
                ..incoming.block()
            }
        });
        Report {
            ssrc,
            sent: sends.then_some(Sent {
                at: now,
                timestamp,
                packets,
                octets,
            }),
            block,
            cname: &self.cname,
            bye,
        }
    }

    /// From half to one and a half of the interval.
    fn wait(&mut self) {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let share = (self.random >> 11) as f64 / (1u64 << 53) as f64;
        self.interval = (INTERVAL_TICKS * (0.5 + share)).round() as u32;
        self.due = self.interval;
    }

    /// Of the peer's stream, in timestamp units.
    pub(super) fn jitter(&self) -> u32 {
        self.incoming.as_ref().map_or(0, Incoming::jitter)
    }

    /// The last that the peer reported of our stream.
    pub(super) fn peer(&self) -> Option<Block> {
        self.peer
    }

    pub(super) fn round_trip_ms(&self) -> Option<u32> {
        self.round_trip_ms
    }
}

/// The peer's stream, counted as in RFC 3550 appendix A.
#[derive(Debug)]
struct Incoming {
    ssrc: u32,
    first: u32,
    /// With the times that the sequence number has wrapped.
    highest: u32,
    received: u32,
    expected_before: u32,
    received_before: u32,
    transit: Option<u32>,
    /// 16 times as much, in timestamp units.
    jitter: u32,
}

impl Incoming {
    fn new(mark: Mark) -> Incoming {
        let sequence = u32::from(mark.sequence);
        Incoming {
            ssrc: mark.ssrc,
            first: sequence,
            highest: sequence,
            received: 1,
            expected_before: 0,
            received_before: 0,
            transit: None,
            jitter: 0,
        }
    }

    /// Counts a packet of this stream; false for another.
    fn count(&mut self, mark: Mark) -> bool {
        let ahead = mark.sequence.wrapping_sub(self.highest as u16);
        let behind = (self.highest as u16).wrapping_sub(mark.sequence);
        if mark.ssrc != self.ssrc || ahead >= MOST_AHEAD && behind >= MOST_BEHIND {
            return false;
        }
        if ahead < MOST_AHEAD {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        }
        self.received = self.received.wrapping_add(1);
        true
    }

    /// Appendix A.8.
    fn measure(&mut self, transit: u32) {
        let before = self.transit.replace(transit).unwrap_or(transit);
        let difference = (transit.wrapping_sub(before) as i32).unsigned_abs();
        // A clock that jumped would be remembered for minutes.
        if difference < 1 << 16 {
            self.jitter = self.jitter + difference - ((self.jitter + 8) >> 4);
        }
    }

    fn jitter(&self) -> u32 {
        self.jitter >> 4
    }

    /// Appendix A.3. The fraction is that since the last block.
    fn block(&mut self) -> Block {
        let expected = self.highest.wrapping_sub(self.first).wrapping_add(1);
        let newly_expected = expected.wrapping_sub(self.expected_before);
        let newly_received = self.received.wrapping_sub(self.received_before);
        (self.expected_before, self.received_before) = (expected, self.received);
        let newly_lost = newly_expected.saturating_sub(newly_received);
        let fraction = u64::from(newly_lost) * 256 / u64::from(newly_expected.max(1));
        Block {
            ssrc: self.ssrc,
            fraction_lost: fraction.min(255) as u8,
            lost: expected.wrapping_sub(self.received) as i32,
            highest_sequence: self.highest,
            jitter: self.jitter(),
            ..Block::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const RATE: u32 = 8000;

    fn ms(ms: u64) -> Ntp {
        Ntp::from_bits(3_900_000_000 << 32).after(Duration::from_millis(ms))
    }

    fn mark(sequence: u16) -> Mark {
        Mark { ssrc: 7, sequence }
    }

    /// Reports of a stream of 20 ms packets that come at these times; `None`: lost.
    fn of(times: impl IntoIterator<Item = Option<u64>>) -> Reports {
        let mut reports = Reports::new(1);
        for (n, at) in (0u32..).zip(times) {
            if let Some(at) = at {
                let sequence = 65_500u16.wrapping_add(n as u16);
                reports.received(mark(sequence), Some(n * 160), ms(at), RATE);
            }
        }
        reports
    }

    fn block(reports: &mut Reports) -> Block {
        reports.make(1, 0, ms(0), false).block.unwrap()
    }

    #[test]
    fn loss_is_counted_since_the_beginning_and_since_the_last_report() {
        let mut reports = of((0..200).map(|n| (n % 4 != 1).then_some(n * 20)));
        let told = block(&mut reports);
        // The last of every four came.
        assert_eq!((told.lost, told.fraction_lost), (50, 64));
        assert_eq!(told.highest_sequence, 65_500 + 199);
        for n in 200..300u32 {
            let sequence = 65_500u16.wrapping_add(n as u16);
            reports.received(mark(sequence), Some(n * 160), ms(u64::from(n) * 20), RATE);
        }
        let told = block(&mut reports);
        assert_eq!((told.lost, told.fraction_lost), (50, 0));
        // Twice the same, and late ones, are more than was expected.
        for _ in 0..60 {
            reports.received(mark(230), None, ms(0), RATE);
        }
        let told = block(&mut reports);
        assert_eq!((told.lost, told.fraction_lost), (-10, 0));
    }

    #[test]
    fn jitter_is_that_of_the_rfc() {
        let mut even = of((0..200).map(|n| Some(n * 20)));
        assert_eq!(block(&mut even).jitter, 0);
        // Every second one is 10 ms late: the transit differs by 80 units each time.
        let mut uneven = of((0..500).map(|n| Some(n * 20 + n % 2 * 10)));
        assert!((78..=80).contains(&block(&mut uneven).jitter));
        // As far as it has come after two packets: 80 / 16.
        let mut begun = of([Some(0), Some(30)]);
        assert_eq!(block(&mut begun).jitter, 5);
    }

    #[test]
    fn a_stray_packet_is_none_of_the_stream_and_two_in_a_row_begin_another() {
        let mut reports = of((0..10).map(|n| Some(n * 20)));
        let stray = |sequence| Mark { ssrc: 8, sequence };
        reports.received(stray(5), None, ms(200), RATE);
        assert_eq!(block(&mut reports).ssrc, 7);
        reports.received(stray(6), None, ms(220), RATE);
        let told = block(&mut reports);
        assert_eq!((told.ssrc, told.lost), (8, 0));
    }

    #[test]
    fn the_round_trip_is_what_is_left_without_the_time_at_the_peer() {
        let mut reports = Reports::new(1);
        let told = |sent_at: u64, held_ms: u64| Told {
            block: Some(Block {
                last_report: ms(sent_at).compact(),
                delay: ms(held_ms).compact().since(ms(0).compact()),
                ..Block::default()
            }),
            ..Told::default()
        };
        reports.told(&Told::default(), ms(0));
        reports.told(
            &Told {
                block: Some(Block::default()),
                ..Told::default()
            },
            ms(0),
        );
        assert_eq!(
            reports.round_trip_ms(),
            None,
            "no report of ours has come there"
        );
        reports.told(&told(1_000, 2_000), ms(3_080));
        assert!(
            reports
                .round_trip_ms()
                .is_some_and(|rtt| (79..=80).contains(&rtt))
        );
        for nonsense in [ms(2_000), ms(90_000)] {
            reports.told(&told(1_000, 2_000), nonsense);
            assert!(
                reports
                    .round_trip_ms()
                    .is_some_and(|rtt| (79..=80).contains(&rtt))
            );
        }
        // A tick too early is rounding.
        reports.told(&told(1_000, 2_000), ms(2_990));
        assert_eq!(reports.round_trip_ms(), Some(0));
    }

    #[test]
    fn the_peers_report_is_named_with_the_time_since() {
        let mut reports = of([Some(0)]);
        let sent = Sent {
            at: ms(500),
            timestamp: 0,
            packets: 1,
            octets: 1,
        };
        reports.told(
            &Told {
                sent: Some(sent),
                ..Told::default()
            },
            ms(700),
        );
        let block = reports.make(1, 0, ms(1_200), false).block.unwrap();
        assert_eq!(block.last_report, ms(500).compact());
        assert!((499..=500).contains(&block.delay.ms()));
    }

    /// In which ticks reports are due, and which of them are sender reports.
    fn reported(
        reports: &mut Reports,
        ticks: u32,
        sends: impl Fn(u32) -> bool,
    ) -> Vec<(u32, bool)> {
        let mut made = Vec::new();
        for tick in 0..ticks {
            reports.tick();
            if sends(tick) {
                reports.sent(160);
            }
            if let Some(report) = reports.report(1, tick * 160, ms(0)) {
                made.push((tick, report.sent.is_some()));
            }
        }
        made
    }

    #[test]
    fn reports_come_at_random_about_every_four_to_five_seconds() {
        let mut intervals = Vec::new();
        for seed in 0..50 {
            let made = reported(&mut Reports::new(seed * 7919), 50 * 120, |_| true);
            let first = made[0].0;
            assert!((50..=155).contains(&first), "{first}");
            intervals.extend(made.windows(2).map(|two| two[1].0 - two[0].0));
            assert!(made.iter().all(|(_, sends)| *sends));
        }
        assert!(intervals.iter().all(|ticks| (102..=309).contains(ticks)));
        let mean = intervals.iter().sum::<u32>() as f64 / intervals.len() as f64;
        assert!((195.0..215.0).contains(&mean), "{mean}");
        let short = intervals.iter().filter(|ticks| **ticks < 154).count();
        assert!(short * 5 > intervals.len(), "evenly");
    }

    #[test]
    fn who_sends_nothing_for_two_reports_is_a_receiver() {
        let made = reported(&mut Reports::new(5), 3_000, |tick| tick < 1_000);
        let receiver = made.iter().position(|(_, sends)| !sends).unwrap();
        assert!((1_200..1_700).contains(&made[receiver].0));
        assert!(made[receiver..].iter().all(|(_, sends)| !sends));
    }

    #[test]
    fn nobody_says_goodbye_who_was_never_there() {
        let mut reports = Reports::new(1);
        assert!(reports.goodbye(1, 0, ms(0)).is_none());
        reports.sent(160);
        let report = reports.goodbye(1, 0, ms(0)).unwrap();
        assert!(report.bye && report.sent.is_some());
    }

    proptest! {
        #[test]
        fn any_stream_is_counted(
            packets in prop::collection::vec((0u32..2, any::<u16>(), any::<u32>(), any::<u64>()), 0..60),
        ) {
            let mut reports = Reports::new(1);
            for (ssrc, sequence, timestamp, at) in packets {
                let at = Ntp::from_bits(at);
                reports.received(Mark { ssrc, sequence }, Some(timestamp), at, RATE);
                let _ = reports.make(1, 0, at, false);
            }
        }
    }
}
