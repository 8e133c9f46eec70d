//! One call's RTP (RFC 3550, RFC 3551), without sockets and clocks.
//!
//! An [`RtpSession`] is given every datagram that arrives on the call's port and asked, once
//! per 20 ms tick, for the frame the peer is heard in and for the packet to send:
//!
//! ```text
//! datagrams ─▶ receive() ─▶ take_key()     at once
//!                        ─▶ take_frame()   once per tick, after the tick's datagrams
//! frame, press(key)      ─▶ packet()       once per tick, then
//!                        ─▶ next_packet()  until there is none
//! RTCP      ─▶ receive_rtcp()              at once
//!                        ─▶ report()       once per tick, goodbye() at the end
//! ```
//!
//! Frames may be at either line rate: where it is not the codec's, they are converted here.
//!
//! What does not belong to the call is counted and has no other effect. Where SDP agreed on keys, what comes
//! is opened and what goes is protected here (SRTP, RFC 3711), and nothing plain is heard. RTCP that comes on
//! the port of RTP (RFC 5761) is recognised.

mod latch;
mod playout;
mod quality;
#[cfg(test)]
mod rates_tests;
mod reports;
mod secure;
mod sending;
#[cfg(test)]
mod session_tests;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rtp_rs::RtpReader;

use self::latch::{Latch, Mark};
use self::playout::Playout;
pub use self::quality::{PeerQuality, Quality};
use self::reports::{CNAME_LEN, Reports};
use self::secure::Secure;
use super::codec::Encoder;
use super::dtmf;
use super::jitter::Packet;
use super::rtcp::{self, Ntp, Report};
use super::sdp::Media;
use super::srtp::Refused;
use crate::audio::halfband::RateChange;
use crate::audio::{FRAME_MS, Frame, Key};

/// Comfort noise at 8 kHz (RFC 3389 section 4). Sent by some without asking, so always understood.
const COMFORT_NOISE: u8 = 13;
/// The longest packet of audio that is taken (RFC 3551 section 4.2 asks for as much).
const LONGEST_MS: u32 = 200;
/// Keys that were pressed and not taken yet; a caller cannot press more in the time between.
const MOST_KEYS: usize = 64;

const TICK: Duration = Duration::from_millis(FRAME_MS as u64);

/// So many packets that are not authentic are no remains of an older key.
const MANY_FORGED: u64 = 50;

/// Datagrams and packets since the call began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Valid packets from the peer, audio and keys.
    pub received: u64,
    pub sent: u64,
    /// Not there when their turn came to be played.
    pub lost: u64,
    /// Those of the lost that came too late.
    pub late: u64,
    pub duplicate: u64,
    /// Thrown away because the network delivered too much at once.
    pub dropped: u64,
    /// Times that sound was left out because it was played later than need be.
    pub skipped: u64,
    /// Of a second stream from the same source.
    pub stray: u64,
    /// Times the peer began a new stream.
    pub restarts: u64,
    /// Not RTP, or audio longer than a packet may be.
    pub malformed: u64,
    /// RTP of a payload type that was not agreed.
    pub wrong_payload: u64,
    pub rtcp: u64,
    /// Valid, but from an address that is not the peer's.
    pub strangers: u64,
    /// On a call with SRTP: plain, or made with another key.
    pub forged: u64,
    /// SRTP that had come before.
    pub replayed: u64,
}

/// See the module.
#[derive(Debug)]
pub struct RtpSession {
    media: Media,
    latch: Latch,
    playout: Playout,
    /// Made when the peer's frames are first wanted at another rate than the codec's.
    heard_at: Option<Box<RateChange>>,
    keys: dtmf::Receiver,
    pressed: VecDeque<Key>,
    silent_ticks: u32,
    presses: dtmf::Sender,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    /// The next packet is the first after a pause.
    resuming: bool,
    encoder: Encoder,
    /// Made when a frame is first to be sent that is at another rate than the codec's.
    said_at: Option<Box<RateChange>>,
    /// What is not sent yet, at the codec's rate, and the RTP timestamp of its beginning.
    unsent: Vec<i16>,
    unsent_from: u32,
    payload: Vec<u8>,
    datagram: Vec<u8>,
    /// With SRTP.
    secure: Option<Box<Secure>>,
    reports: Reports,
    /// Where the peer's RTCP comes from, if not with its RTP.
    rtcp_from: Option<SocketAddr>,
    /// By the ticks, from the time that we were told last.
    now: Ntp,
    warned: bool,
    /// What is counted here; the rest is counted in the playout.
    stats: Stats,
}

impl RtpSession {
    /// The three numbers should be random (RFC 3550 section 5.1).
    pub fn new(media: &Media, ssrc: u32, first_sequence: u16, first_timestamp: u32) -> RtpSession {
        RtpSession {
            media: media.clone(),
            latch: Latch::new(media.remote, media.signalling),
            playout: Playout::new(media.codec),
            heard_at: None,
            keys: dtmf::Receiver::default(),
            pressed: VecDeque::new(),
            silent_ticks: 0,
            presses: dtmf::Sender::default(),
            ssrc,
            sequence: first_sequence,
            timestamp: first_timestamp,
            resuming: true,
            encoder: Encoder::new(media.codec),
            said_at: None,
            unsent: Vec::new(),
            unsent_from: first_timestamp,
            payload: Vec::new(),
            datagram: Vec::new(),
            secure: Secure::new(media.srtp.as_ref()),
            reports: Reports::new(u64::from(ssrc) << 32 | u64::from(first_timestamp)),
            rtcp_from: None,
            now: Ntp::default(),
            warned: false,
            stats: Stats::default(),
        }
    }

    /// How we are called in RTCP: random letters and digits, others in each call (RFC 7022).
    pub fn set_cname(&mut self, cname: [u8; CNAME_LEN]) {
        self.reports.set_cname(cname);
    }

    /// Goes on with what a re-INVITE agreed: another address, another codec, hold or resume, another key.
    pub fn update(&mut self, media: &Media) {
        self.latch.announce(media.remote);
        if media.rtcp != self.media.rtcp {
            self.rtcp_from = None;
        }
        if media.codec.clock_rate() != self.media.codec.clock_rate() {
            self.reports.restart();
        }
        Secure::update(&mut self.secure, media.srtp.as_ref());
        if media.codec != self.media.codec || media.remote != self.media.remote {
            self.playout.restart(media.codec);
        }
        if media.codec != self.media.codec {
            self.encoder = Encoder::new(media.codec);
            self.unsent.clear();
        }
        // Timestamps that count otherwise belong to another stream (RFC 7160 section 4.1).
        if media.codec.clock_rate() != self.media.codec.clock_rate() {
            self.ssrc = self.ssrc.wrapping_add(1);
            self.presses.clear();
            self.resuming = true;
        }
        if media.send.telephone_event.is_none() {
            self.presses.clear();
        }
        self.media = media.clone();
    }

    pub fn media(&self) -> &Media {
        &self.media
    }

    /// Takes a datagram that arrived on the call's port just now.
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddr) {
        self.receive_at(datagram, from, self.now);
    }

    /// Takes a datagram that arrived on the call's port then. The better the time is known, the better is
    /// what we tell of jitter and round trip; nothing else depends on it.
    pub fn receive_at(&mut self, datagram: &[u8], from: SocketAddr, at: Ntp) {
        if is_rtcp(datagram) {
            return self.receive_rtcp(datagram, from, at);
        }
        let Some(mut secure) = self.secure.take() else {
            return self.receive_plain(datagram, from, at);
        };
        match secure.open(datagram) {
            Ok(packet) => self.receive_plain(packet, from, at),
            Err(refused) => self.count_refused(refused),
        }
        self.secure = Some(secure);
    }

    fn count_refused(&mut self, refused: Refused) {
        match refused {
            Refused::Replayed => self.stats.replayed += 1,
            Refused::Forged | Refused::TooMany => self.stats.forged += 1,
        }
    }

    fn receive_plain(&mut self, datagram: &[u8], from: SocketAddr, at: Ntp) {
        let Ok(packet) = RtpReader::new(datagram) else {
            self.stats.malformed += 1;
            return;
        };
        let agreed = self.media.receive;
        let payload_type = packet.payload_type();
        let is_audio = payload_type == agreed.audio;
        let is_event = agreed.telephone_event == Some(payload_type);
        let is_noise = payload_type == COMFORT_NOISE || agreed.comfort_noise == Some(payload_type);
        if !is_audio && !is_event && !is_noise {
            self.stats.wrong_payload += 1;
            return;
        }
        let audio = if is_audio { packet.payload() } else { &[] };
        let duration = match is_audio {
            true => self.media.codec.duration(audio),
            false => Some(0),
        };
        let longest = self.media.codec.clock_rate() / 1000 * LONGEST_MS;
        let Some(duration) = duration.filter(|&duration| duration <= longest) else {
            self.stats.malformed += 1;
            return;
        };
        let mark = Mark {
            ssrc: packet.ssrc(),
            sequence: packet.sequence_number().into(),
        };
        let authentic = self.media.srtp.is_some();
        if !self.latch.accept(from, mark, authentic) {
            self.stats.strangers += 1;
            return;
        }
        self.stats.received += 1;
        self.silent_ticks = 0;
        let timestamp = (!is_event).then_some(packet.timestamp());
        let clock_rate = self.media.codec.clock_rate();
        self.reports.received(mark, timestamp, at, clock_rate);
        if is_event {
            let key = self.keys.receive(
                packet.ssrc(),
                packet.timestamp(),
                packet.mark(),
                packet.payload(),
            );
            if self.pressed.len() < MOST_KEYS {
                self.pressed.extend(key);
            }
        }
        if self.media.we_receive {
            self.playout.push(Packet {
                ssrc: packet.ssrc(),
                sequence: packet.sequence_number().into(),
                timestamp: packet.timestamp(),
                audio,
                duration,
                // One byte of level; its uppermost bit means nothing (RFC 3389 section 3.1).
                noise: packet
                    .payload()
                    .first()
                    .filter(|_| is_noise)
                    .map(|level| level & 0x7F),
            });
        }
    }

    /// Takes RTCP, from the port beside the call's or from the same. What is not of the peer's host, or on a call
    /// with SRTP is not authentic, has no effect.
    pub fn receive_rtcp(&mut self, datagram: &[u8], from: SocketAddr, at: Ntp) {
        self.stats.rtcp += 1;
        let Some(mut secure) = self.secure.take() else {
            let announced = self.media.rtcp.map(|rtcp| rtcp.ip());
            match self.latch.is_near(from.ip()) || announced == Some(from.ip()) {
                true => self.receive_plain_rtcp(datagram, from, at),
                false => self.stats.strangers += 1,
            }
            return;
        };
        match secure.open_rtcp(datagram) {
            Ok(packet) => self.receive_plain_rtcp(packet, from, at),
            Err(refused) => self.count_refused(refused),
        }
        self.secure = Some(secure);
    }

    fn receive_plain_rtcp(&mut self, packet: &[u8], from: SocketAddr, at: Ntp) {
        let Some(told) = rtcp::read(packet, self.ssrc) else {
            self.stats.malformed += 1;
            return;
        };
        self.reports.told(&told, at);
        // A phone that is muted or hears us may say nothing else.
        self.silent_ticks = 0;
        self.latch.hear_of(from.ip());
        if !self.media.rtcp_mux {
            self.rtcp_from = Some(from);
        }
    }

    /// The next key the peer pressed, each once. Keys count also while the call is on hold.
    pub fn take_key(&mut self) -> Option<Key> {
        self.pressed.pop_front()
    }

    /// The peer's audio for this tick, at the rate that `frame` has; what is missing is made up and
    /// fades to silence, or to the noise of a pause. False if nothing in it was received. To be
    /// called once per tick: this is the session's clock.
    pub fn take_frame(&mut self, frame: &mut Frame) -> bool {
        self.silent_ticks = self.silent_ticks.saturating_add(1);
        self.latch.tick(self.media.we_receive);
        self.reports.tick();
        self.now = self.now.after(TICK);
        let rate = self.media.codec.line_rate();
        if frame.rate() == rate {
            return self.playout.take(frame);
        }
        let mut decoded = Frame::silence(rate);
        let received = self.playout.take(&mut decoded);
        let change = self.heard_at.get_or_insert_default();
        change.convert(&decoded, frame);
        received
    }

    /// Ticks since the last valid packet of the peer, RTP or RTCP, or since the beginning. Means nothing
    /// while the peer may not send (`media().we_receive` is false) and little during a pause
    /// of a peer that suppresses silence and sends no RTCP.
    pub fn silent_ticks(&self) -> u32 {
        self.silent_ticks
    }

    /// The RTCP to send, if it is time for it, and where to: from the port of RTP if the two share it
    /// (`media().rtcp_mux`), else from the one beside it. To be called once per tick, with the time.
    pub fn report(&mut self, now: Ntp) -> Option<(&[u8], SocketAddr)> {
        self.now = now;
        let to = self.rtcp_remote()?;
        let report = self.reports.report(self.ssrc, self.timestamp, now)?;
        Some(write(report, &mut self.datagram, &mut self.secure, to))
    }

    /// The last RTCP of a call, if anybody waits for it.
    pub fn goodbye(&mut self, now: Ntp) -> Option<(&[u8], SocketAddr)> {
        let to = self.rtcp_remote()?;
        let report = self.reports.goodbye(self.ssrc, self.timestamp, now)?;
        Some(write(report, &mut self.datagram, &mut self.secure, to))
    }

    fn rtcp_remote(&self) -> Option<SocketAddr> {
        let rtp = self.latch.remote();
        let told = self.media.rtcp.filter(|to| !to.ip().is_unspecified());
        match rtp {
            _ if self.media.rtcp_mux => rtp,
            _ if self.rtcp_from.is_some() => self.rtcp_from,
            // Who is not where they said with RTP is not there with RTCP either.
            Some(rtp) if rtp != self.media.remote => {
                Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?))
            }
            _ => told,
        }
    }

    /// How good the line has been.
    pub fn quality(&self) -> Quality {
        let stats = self.stats();
        let clock_rate = self.media.codec.clock_rate() as f32;
        let ms = |units: u32| units as f32 * 1000.0 / clock_rate;
        let delay_ms = self.playout.delay_ms();
        let round_trip_ms = self.reports.round_trip_ms();
        let mos = (stats.received > 0).then(|| {
            let played = stats.received.saturating_sub(stats.late + stats.duplicate);
            let missed = stats.lost + stats.dropped;
            let loss = missed as f32 / (played + stats.lost).max(1) as f32;
            // A frame is there only when it has been spoken.
            let on_the_way = FRAME_MS + round_trip_ms.unwrap_or(0) / 2;
            quality::mos(loss, (on_the_way + delay_ms) as f32)
        });
        Quality {
            received: stats.received,
            sent: stats.sent,
            lost: stats.lost,
            late: stats.late,
            jitter_ms: ms(self.reports.jitter()),
            delay_ms,
            round_trip_ms,
            mos,
            srtp: self.media.srtp.as_ref().map(|keys| keys.ours.suite()),
            forged: stats.forged,
            strangers: stats.strangers,
            peer: self.reports.peer().map(|peer| PeerQuality {
                lost: peer.lost,
                jitter_ms: ms(peer.jitter),
            }),
        }
    }

    /// What should be said in the log, once.
    pub fn take_warning(&mut self) -> Option<&'static str> {
        if self.warned || self.stats.forged < MANY_FORGED {
            return None;
        }
        self.warned = true;
        Some(
            "packets that are not encrypted, or with another key, are not heard: SRTP was agreed. Does the phone \
             send plain RTP?",
        )
    }

    pub fn stats(&self) -> Stats {
        let counts = self.playout.counts();
        Stats {
            lost: counts.lost,
            late: counts.late,
            duplicate: counts.duplicate,
            dropped: counts.dropped,
            skipped: self.playout.skipped(),
            stray: counts.stray,
            restarts: counts.restarts,
            ..self.stats
        }
    }
}

fn write<'a>(
    report: Report<'_>,
    datagram: &'a mut Vec<u8>,
    secure: &mut Option<Box<Secure>>,
    to: SocketAddr,
) -> (&'a [u8], SocketAddr) {
    rtcp::write(&report, datagram);
    if let Some(secure) = secure {
        secure.protect_rtcp(datagram);
    }
    (datagram, to)
}

/// RTCP that shares the port with RTP (RFC 5761 section 4).
fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == 2)
}
