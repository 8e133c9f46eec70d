//! RTCP packets (RFC 3550 section 6): what a call's two sides tell each other about the sound between
//! them. Sender and receiver reports, CNAME and BYE are written and read; all else is skipped.
//!
//! [`write()`] makes one compound packet, [`read`] reads one; neither allocates for a packet. When to send, and what
//! comes of it, is decided in [`super::rtp`]. Done by hand because these four packets have fixed places: the
//! libraries that parse all of RTCP make an object of each and bring URLs, random numbers and more with them.

mod clock;
#[cfg(test)]
mod tests;

pub use self::clock::{Compact, Ntp};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;
const CNAME: u8 = 1;
const BLOCK_LEN: usize = 24;
const HEADER_LEN: usize = 4;

/// What one side reports of the other's stream (RFC 3550 section 6.4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Block {
    /// Whose stream.
    pub ssrc: u32,
    /// Since the last report, of 256.
    pub fraction_lost: u8,
    /// Since the beginning; below zero where more came than was sent, through duplicates.
    pub lost: i32,
    pub highest_sequence: u32,
    /// In timestamp units.
    pub jitter: u32,
    /// The middle of the last sender report's time, zero if there was none.
    pub last_report: Compact,
    /// How long ago that was.
    pub delay: Compact,
}

/// What a sender says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    pub at: Ntp,
    /// The RTP timestamp of that moment.
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// One of our compound packets.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    pub ssrc: u32,
    /// `None`: a receiver report, as nothing was sent of late.
    pub sent: Option<Sent>,
    pub block: Option<Block>,
    /// 255 octets at most; what is longer is cut.
    pub cname: &'a [u8],
    /// It is the last one.
    pub bye: bool,
}

/// Replaces `packet` by the report.
pub fn write(report: &Report<'_>, packet: &mut Vec<u8>) {
    packet.clear();
    let count = u8::from(report.block.is_some());
    let kind = match report.sent {
        Some(_) => SENDER_REPORT,
        None => RECEIVER_REPORT,
    };
    begin(packet, kind, count, report.ssrc);
    if let Some(sent) = report.sent {
        packet.extend(sent.at.to_bits().to_be_bytes());
        for number in [sent.timestamp, sent.packets, sent.octets] {
            packet.extend(number.to_be_bytes());
        }
    }
    if let Some(block) = report.block {
        let most = (1 << 23) - 1;
        let lost = block.lost.clamp(-most - 1, most) as u32 & 0x00FF_FFFF;
        for number in [
            block.ssrc,
            u32::from(block.fraction_lost) << 24 | lost,
            block.highest_sequence,
            block.jitter,
            block.last_report.to_bits(),
            block.delay.to_bits(),
        ] {
            packet.extend(number.to_be_bytes());
        }
    }
    end(packet, 0);

    let start = packet.len();
    begin(packet, DESCRIPTION, 1, report.ssrc);
    let length = u8::try_from(report.cname.len()).unwrap_or(u8::MAX);
    packet.extend([CNAME, length]);
    packet.extend(report.cname.iter().take(usize::from(length)));
    // At least one zero ends the list of items.
    packet.push(0);
    while !packet.len().is_multiple_of(4) {
        packet.push(0);
    }
    end(packet, start);

    if report.bye {
        let start = packet.len();
        begin(packet, BYE, 1, report.ssrc);
        end(packet, start);
    }
}

fn begin(packet: &mut Vec<u8>, kind: u8, count: u8, ssrc: u32) {
    packet.extend([0x80 | count, kind, 0, 0]);
    packet.extend(ssrc.to_be_bytes());
}

/// Notes the length of the packet that began at `start`.
fn end(packet: &mut [u8], start: usize) {
    let words = ((packet.len() - start) / 4).saturating_sub(1) as u16;
    if let Some(length) = packet.get_mut(start + 2..start + 4) {
        length.copy_from_slice(&words.to_be_bytes());
    }
}

/// What of the other side's compound packet is of use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Told {
    /// Who sends.
    pub ssrc: u32,
    pub sent: Option<Sent>,
    /// What it reports of the stream that was asked for.
    pub block: Option<Block>,
    pub bye: bool,
}

/// Reads a compound packet for what it says of the stream `ours`. `None` if it is none (RFC 3550 appendix
/// A.2), except that it need not begin with a report: there are peers that send but a BYE.
pub fn read(mut rest: &[u8], ours: u32) -> Option<Told> {
    let mut told: Option<Told> = None;
    while !rest.is_empty() {
        let (&[first, kind, ..], length) = (rest.first_chunk::<HEADER_LEN>()?, word(rest, 0)?);
        let length = ((length & 0xFFFF) as usize + 1) * 4;
        let (packet, after) = rest.split_at_checked(length)?;
        if first >> 6 != 2 {
            return None;
        }
        rest = after;
        let count = usize::from(first & 0x1F);
        let ssrc = word(packet, 4);
        let told = told.get_or_insert(Told {
            ssrc: ssrc.unwrap_or_default(),
            ..Told::default()
        });
        let blocks_at = match kind {
            SENDER_REPORT => {
                told.sent = Some(Sent {
                    at: Ntp::from_bits(
                        u64::from(word(packet, 8)?) << 32 | u64::from(word(packet, 12)?),
                    ),
                    timestamp: word(packet, 16)?,
                    packets: word(packet, 20)?,
                    octets: word(packet, 24)?,
                });
                28
            }
            RECEIVER_REPORT => 8,
            BYE => {
                told.bye = true;
                continue;
            }
            _ => continue,
        };
        for n in 0..count {
            let block = block(packet, blocks_at + n * BLOCK_LEN)?;
            if block.ssrc == ours {
                told.block = Some(block);
            }
        }
    }
    told
}

fn block(packet: &[u8], at: usize) -> Option<Block> {
    let number = |n: usize| word(packet, at + 4 * n);
    let lost = number(1)?;
    Some(Block {
        ssrc: number(0)?,
        fraction_lost: (lost >> 24) as u8,
        // With its sign.
        lost: ((lost << 8) as i32) >> 8,
        highest_sequence: number(2)?,
        jitter: number(3)?,
        last_report: Compact::from_bits(number(4)?),
        delay: Compact::from_bits(number(5)?),
    })
}

fn word(packet: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*packet.get(at..)?.first_chunk()?))
}
