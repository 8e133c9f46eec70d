//! The sending half of an [`RtpSession`]: frames and keys become the packets that the peer wants.

use std::net::SocketAddr;

use rtp_rs::{RtpPacketBuilder, RtpReader, Seq};

use super::RtpSession;
use crate::audio::{FRAME_MS, Frame, Key};

const HEADER_LEN: usize = RtpReader::MIN_HEADER_LEN;

impl RtpSession {
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
        if let Some(secure) = &mut self.secure {
            secure.protect(&mut self.datagram);
        }
        self.sequence = self.sequence.wrapping_add(1);
        self.stats.sent += 1;
        self.reports.sent(self.payload.len());
        Some((&self.datagram, remote))
    }
}
