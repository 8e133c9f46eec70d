//! SRTP and SRTCP (RFC 3711) with keys that came by SDP: AES in counter mode with 128 or 256 bits
//! (RFC 6188), authenticated by HMAC-SHA1.
//!
//! [`Outbound`] protects what one side of a call sends, [`Inbound`] opens what it receives. Both change a
//! datagram in place and neither allocates for a packet. What is not authentic leaves nothing behind: no
//! state is kept for it, so a flood of forged packets costs no memory. How keys are agreed is in
//! [`super::sdp`]; key derivation rates other than zero and the MKI are not spoken.
//!
//! The ciphers are those of RustCrypto. The frame around them is ours, because the libraries that
//! have it (`rtc-srtp`, `webrtc-srtp`) allocate for each packet in both directions and
//! remember every SSRC before they know that it is authentic.

mod cipher;
#[cfg(test)]
mod tests;
mod window;

use self::cipher::{Label, Session};
use self::window::Window;

/// Octets of a master key with its salt, for the longest suite.
pub const MOST_KEY_LEN: usize = 32 + SALT_LEN;
const SALT_LEN: usize = 14;
/// SRTCP packets carry 80 bits in every suite that we know (RFC 4568 section 6.2).
const RTCP_TAG_LEN: usize = 10;
/// The E bit and the index at the end of an SRTCP packet.
const INDEX_LEN: usize = 4;
const ENCRYPTED: u32 = 1 << 31;
/// The header of RTCP that is never encrypted.
const RTCP_CLEAR: usize = 8;
/// Streams of one peer that are told apart. A telephone system begins a new one with each hold or transfer
/// at most.
const MOST_STREAMS: usize = 64;

/// A crypto-suite (RFC 4568 section 6.2, RFC 6188 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    Aes256CmSha1_80,
    Aes128CmSha1_80,
    Aes128CmSha1_32,
}

impl Suite {
    pub const ALL: [Suite; 3] = [
        Suite::Aes256CmSha1_80,
        Suite::Aes128CmSha1_80,
        Suite::Aes128CmSha1_32,
    ];

    /// Its name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Suite::Aes256CmSha1_80 => "AES_256_CM_HMAC_SHA1_80",
            Suite::Aes128CmSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Suite::Aes128CmSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        }
    }

    /// Octets of its master key and master salt together.
    pub const fn key_len(self) -> usize {
        self.cipher_key_len() + SALT_LEN
    }

    const fn cipher_key_len(self) -> usize {
        match self {
            Suite::Aes256CmSha1_80 => 32,
            Suite::Aes128CmSha1_80 | Suite::Aes128CmSha1_32 => 16,
        }
    }

    const fn tag_len(self) -> usize {
        match self {
            Suite::Aes256CmSha1_80 | Suite::Aes128CmSha1_80 => 10,
            Suite::Aes128CmSha1_32 => 4,
        }
    }
}

/// A master key and its salt. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    suite: Suite,
    octets: [u8; MOST_KEY_LEN],
}

impl Key {
    /// Key and salt one after the other, as in SDP; `None` if they are not as long as the suite wants.
    pub fn new(suite: Suite, octets: &[u8]) -> Option<Key> {
        let mut key = Key {
            suite,
            octets: [0; MOST_KEY_LEN],
        };
        if octets.len() != suite.key_len() {
            return None;
        }
        key.octets.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(key)
    }

    /// A new one; the error is that of the system's random numbers.
    pub fn random(suite: Suite) -> Result<Key, getrandom::Error> {
        let mut octets = [0; MOST_KEY_LEN];
        let (own, _) = octets.split_at_mut(suite.key_len());
        getrandom::fill(own)?;
        Ok(Key { suite, octets })
    }

    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// Key and salt one after the other, to be told to the peer and nobody else.
    pub fn reveal(&self) -> &[u8] {
        self.octets.split_at(self.suite.key_len()).0
    }

    fn cipher_key(&self) -> &[u8] {
        self.octets.split_at(self.suite.cipher_key_len()).0
    }

    fn salt(&self) -> [u8; SALT_LEN] {
        let mut salt = [0; SALT_LEN];
        let from = self.octets.iter().skip(self.suite.cipher_key_len());
        salt.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        salt
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({}, ..)", self.suite.name())
    }
}

/// Why a packet was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Too short, plain, or made with another key.
    Forged,
    /// Opened before, or too old to know.
    Replayed,
    /// Of one more stream than a peer may have.
    TooMany,
}

/// What one side sends: one SSRC.
pub struct Outbound {
    rtp: Session,
    rtcp: Session,
    tag_len: usize,
    /// Packet index (RFC 3711 section 3.3.1) of the newest packet.
    newest: Option<u64>,
    rtcp_index: u32,
}

impl Outbound {
    pub fn new(key: &Key) -> Outbound {
        Outbound {
            rtp: Session::derive(key, Label::RTP),
            rtcp: Session::derive(key, Label::RTCP),
            tag_len: key.suite.tag_len(),
            newest: None,
            rtcp_index: 0,
        }
    }

    /// Encrypts an RTP packet and adds its tag. Packets must come in the order of their sequence numbers,
    /// the first with one below 32768, lest a peer that misses some guesses wrongly how often they have
    /// wrapped.
    pub fn protect(&mut self, packet: &mut Vec<u8>) {
        let Some((header, ssrc, sequence)) = rtp_header(packet) else {
            return packet.clear();
        };
        let index = match self.newest {
            Some(newest) => guess_index(newest, sequence),
            None => u64::from(sequence),
        };
        self.newest = Some(self.newest.map_or(index, |newest| newest.max(index)));
        if let Some(payload) = packet.get_mut(header..) {
            self.rtp.apply(ssrc, index, payload);
        }
        let tag = self.rtp.tag(packet, &rollovers(index));
        packet.extend(tag.iter().take(self.tag_len));
    }

    /// Encrypts a compound RTCP packet and adds its index and tag.
    pub fn protect_rtcp(&mut self, packet: &mut Vec<u8>) {
        let Some(ssrc) = word(packet, 4) else {
            return packet.clear();
        };
        self.rtcp_index = self.rtcp_index.wrapping_add(1) & !ENCRYPTED;
        if let Some(rest) = packet.get_mut(RTCP_CLEAR..) {
            self.rtcp.apply(ssrc, u64::from(self.rtcp_index), rest);
        }
        packet.extend((self.rtcp_index | ENCRYPTED).to_be_bytes());
        let tag = self.rtcp.tag(packet, &[]);
        packet.extend(tag.iter().take(RTCP_TAG_LEN));
    }
}

/// What one side receives: streams of any SSRC, each with its own numbering.
pub struct Inbound {
    rtp: Session,
    rtcp: Session,
    tag_len: usize,
    streams: Vec<Stream>,
}

struct Stream {
    ssrc: u32,
    rtp: Window,
    rtcp: Window,
}

impl Inbound {
    pub fn new(key: &Key) -> Inbound {
        Inbound {
            rtp: Session::derive(key, Label::RTP),
            rtcp: Session::derive(key, Label::RTCP),
            tag_len: key.suite.tag_len(),
            streams: Vec::new(),
        }
    }

    /// Makes an RTP packet of an SRTP packet. After an error the packet is of no use.
    pub fn open(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let length = packet.len().checked_sub(self.tag_len);
        let length = length.ok_or(Refused::Forged)?;
        let (body, tag) = packet.split_at_mut_checked(length).ok_or(Refused::Forged)?;
        let (header, ssrc, sequence) = rtp_header(body).ok_or(Refused::Forged)?;
        let window = self.stream(ssrc).map(|stream| &stream.rtp);
        let newest = window.and_then(|window| window.newest());
        let index = match newest {
            Some(newest) => guess_index(newest, sequence),
            None => u64::from(sequence),
        };
        if window.is_some_and(|window| !window.is_new(index)) {
            return Err(Refused::Replayed);
        }
        if !self.rtp.is_authentic(body, &rollovers(index), tag) {
            return Err(Refused::Forged);
        }
        self.authentic(ssrc)?.rtp.note(index);
        if let Some(payload) = body.get_mut(header..) {
            self.rtp.apply(ssrc, index, payload);
        }
        packet.truncate(length);
        Ok(())
    }

    /// Makes an RTCP packet of an SRTCP packet. After an error the packet is of no use.
    pub fn open_rtcp(&mut self, packet: &mut Vec<u8>) -> Result<(), Refused> {
        let signed = packet.len().checked_sub(RTCP_TAG_LEN);
        let signed = signed.ok_or(Refused::Forged)?;
        let length = signed.checked_sub(INDEX_LEN).ok_or(Refused::Forged)?;
        let (body, tag) = packet.split_at_mut_checked(signed).ok_or(Refused::Forged)?;
        let (Some(ssrc), Some(last)) = (word(body, 4), word(body, length)) else {
            return Err(Refused::Forged);
        };
        if length < RTCP_CLEAR {
            return Err(Refused::Forged);
        }
        let index = u64::from(last & !ENCRYPTED);
        if self.stream(ssrc).is_some_and(|s| !s.rtcp.is_new(index)) {
            return Err(Refused::Replayed);
        }
        if !self.rtcp.is_authentic(body, &[], tag) {
            return Err(Refused::Forged);
        }
        self.authentic(ssrc)?.rtcp.note(index);
        if last & ENCRYPTED != 0
            && let Some(rest) = body.get_mut(RTCP_CLEAR..length)
        {
            self.rtcp.apply(ssrc, index, rest);
        }
        packet.truncate(length);
        Ok(())
    }

    fn stream(&self, ssrc: u32) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.ssrc == ssrc)
    }

    /// The stream that an authentic packet belongs to. None is forgotten as long as the key is used:
    /// what was recorded of it could be played again.
    fn authentic(&mut self, ssrc: u32) -> Result<&mut Stream, Refused> {
        let known = self.streams.iter().position(|stream| stream.ssrc == ssrc);
        if known.is_none() {
            if self.streams.len() >= MOST_STREAMS {
                return Err(Refused::TooMany);
            }
            self.streams.push(Stream {
                ssrc,
                rtp: Window::default(),
                rtcp: Window::default(),
            });
        }
        let last = self.streams.len().saturating_sub(1);
        let at = known.unwrap_or(last);
        self.streams.get_mut(at).ok_or(Refused::TooMany)
    }
}

/// The index of a packet with this sequence number that is nearest to the newest (RFC 3711 section 3.3.1
/// and appendix A).
fn guess_index(newest: u64, sequence: u16) -> u64 {
    let ahead = sequence.wrapping_sub(newest as u16) as i16;
    match newest.checked_add_signed(i64::from(ahead)) {
        Some(index) => index,
        // Before the first: what has not wrapped yet cannot be of an earlier round.
        None => u64::from(sequence),
    }
}

/// The rollover counter, as it is authenticated.
fn rollovers(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

/// Length of the header, SSRC and sequence number.
fn rtp_header(packet: &[u8]) -> Option<(usize, u32, u16)> {
    let (&first, ssrc) = (packet.first()?, word(packet, 8)?);
    if first >> 6 != 2 {
        return None;
    }
    let mut length = 12 + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = word(packet, length)? & 0xFFFF;
        length += 4 + 4 * words as usize;
    }
    let sequence = (word(packet, 0)? & 0xFFFF) as u16;
    (length <= packet.len()).then_some((length, ssrc, sequence))
}

fn word(packet: &[u8], at: usize) -> Option<u32> {
    let bytes = packet.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}
