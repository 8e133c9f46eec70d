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
//! ```
//!
//! Frames may be at either line rate: where it is not the codec's, they are converted here.
//!
//! What does not belong to the call is counted and has no other effect. RTCP is recognised
//! (RFC 5761) and ignored; SRTP is not spoken.

mod latch;
mod playout;
#[cfg(test)]
mod rates_tests;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;

use rtp_rs::{RtpPacketBuilder, RtpReader, Seq};

use self::latch::Latch;
use self::playout::Playout;
use super::codec::Encoder;
use super::dtmf;
use super::jitter::Packet;
use super::sdp::Media;
use crate::audio::halfband::RateChange;
use crate::audio::{FRAME_MS, Frame, Key};

const HEADER_LEN: usize = RtpReader::MIN_HEADER_LEN;
/// Comfort noise at 8 kHz (RFC 3389 section 4). Sent by some without asking, so always understood.
const COMFORT_NOISE: u8 = 13;
/// The longest packet of audio that is taken (RFC 3551 section 4.2 asks for as much).
const LONGEST_MS: u32 = 200;
/// Keys that were pressed and not taken yet; a caller cannot press more in the time between.
const MOST_KEYS: usize = 64;

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
    /// What is counted here; the rest is counted in the playout.
    stats: Stats,
}

impl RtpSession {
    /// The three numbers should be random (RFC 3550 section 5.1).
    pub fn new(media: &Media, ssrc: u32, first_sequence: u16, first_timestamp: u32) -> RtpSession {
        RtpSession {
            media: media.clone(),
            latch: Latch::new(media.remote),
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
            stats: Stats::default(),
        }
    }

    /// Goes on with what a re-INVITE agreed: another address, another codec, hold or resume.
    pub fn update(&mut self, media: &Media) {
        self.latch.announce(media.remote);
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

    /// Takes a datagram that arrived on the call's port.
    pub fn receive(&mut self, datagram: &[u8], from: SocketAddr) {
        if is_rtcp(datagram) {
            self.stats.rtcp += 1;
            return;
        }
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
        if !self.latch.accept(from) {
            self.stats.strangers += 1;
            return;
        }
        self.stats.received += 1;
        self.silent_ticks = 0;
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

    /// The next key the peer pressed, each once. Keys count also while the call is on hold.
    pub fn take_key(&mut self) -> Option<Key> {
        self.pressed.pop_front()
    }

    /// The peer's audio for this tick, at the rate that `frame` has; what is missing is made up and
    /// fades to silence, or to the noise of a pause. False if nothing in it was received. To be
    /// called once per tick: this is the session's clock.
    pub fn take_frame(&mut self, frame: &mut Frame) -> bool {
        self.silent_ticks = self.silent_ticks.saturating_add(1);
        self.latch.tick();
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

    /// Ticks since the last valid packet of the peer, or since the beginning. Means nothing
    /// while the peer may not send (`media().we_receive` is false) and little during a pause
    /// of a peer that suppresses silence.
    pub fn silent_ticks(&self) -> u32 {
        self.silent_ticks
    }

    /// Sends a key press as telephone-events in place of the next ticks' audio, after those
    /// pressed before. False if the peer did not agree to events or too many are waiting: the
    /// key must then go another way.
    pub fn press(&mut self, key: Key) -> bool {
        self.media.send.telephone_event.is_some() && self.media.we_send && self.presses.press(key)
    }

    /// Takes 20 ms to send, and gives the first packet of this tick and where to send it. `None` while
    /// we may not send, and where the peer wants packets that are longer than a tick, until one is
    /// full. To be called once per tick; then [`RtpSession::next_packet`].
    pub fn packet(&mut self, frame: &Frame) -> Option<(&[u8], SocketAddr)> {
        let tick = self.media.codec.clock_rate() / 1000 * FRAME_MS;
        // It counts time, not packets: it goes on while we do not send.
        let now = self.timestamp;
        self.timestamp = now.wrapping_add(tick);
        if !self.may_send() {
            self.presses.clear();
            self.unsent.clear();
            self.resuming = true;
            return None;
        }
        if let Some(payload_type) = self.media.send.telephone_event
            && let Some(event) = self.presses.packet(now, tick)
        {
            self.unsent.clear();
            self.payload.clear();
            self.payload.extend_from_slice(&event.payload);
            return self.built(payload_type, event.timestamp, event.marker);
        }
        if self.unsent.is_empty() {
            self.unsent_from = now;
        }
        self.collect(frame);
        self.next_packet()
    }

    /// A further packet of this tick, where the peer wants packets that are shorter.
    pub fn next_packet(&mut self) -> Option<(&[u8], SocketAddr)> {
        let codec = self.media.codec;
        let length = (codec.line_rate().hz() / 1000 * self.media.packet_ms).max(1) as usize;
        let samples = self.unsent.get(..length)?;
        self.encoder.encode(samples, &mut self.payload);
        self.unsent.drain(..length);
        let from = self.unsent_from;
        let units = codec.clock_rate() / 1000 * self.media.packet_ms;
        self.unsent_from = from.wrapping_add(units);
        let marked = std::mem::take(&mut self.resuming);
        self.built(self.media.send.audio, from, marked)
    }

    fn may_send(&self) -> bool {
        self.media.we_send && self.latch.remote().is_some()
    }

    /// Appends a frame to what is to be sent, at the codec's rate.
    fn collect(&mut self, frame: &Frame) {
        let rate = self.media.codec.line_rate();
        if frame.rate() == rate {
            self.unsent.extend_from_slice(frame.samples());
            return;
        }
        let mut converted = Frame::silence(rate);
        let change = self.said_at.get_or_insert_default();
        change.convert(frame, &mut converted);
        self.unsent.extend_from_slice(converted.samples());
    }

    /// The datagram with what is in `payload`.
    fn built(
        &mut self,
        payload_type: u8,
        timestamp: u32,
        marked: bool,
    ) -> Option<(&[u8], SocketAddr)> {
        let remote = self.latch.remote()?;
        self.datagram.resize(HEADER_LEN + self.payload.len(), 0);
        // Cannot fail: the length is right and SDP gives no payload type above 127.
        RtpPacketBuilder::new()
            .ssrc(self.ssrc)
            .sequence(Seq::from(self.sequence))
            .payload_type(payload_type)
            .timestamp(timestamp)
            .marked(marked)
            .payload(&self.payload)
            .build_into(&mut self.datagram)
            .ok()?;
        self.sequence = self.sequence.wrapping_add(1);
        self.stats.sent += 1;
        Some((&self.datagram, remote))
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

/// RTCP that shares the port with RTP (RFC 5761 section 4).
fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first >> 6 == 2)
}
