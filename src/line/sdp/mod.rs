//! Offer and answer (RFC 3264) for one stream of audio, in SDP (RFC 8866).
//!
//! [`parse`] reads what the peer sent, [`answer`] answers an offer, [`offer`] makes one and
//! [`accept`] reads the answer to it. Answering and accepting give a [`Media`]: all that an
//! RTP session must know: also the keys of SRTP ([`Policy`], RFC 4568) and where RTCP goes. ICE and
//! DTLS are not spoken, and attributes about them are ignored.

#[cfg(test)]
mod codecs_tests;
mod crypto;
mod description;
#[cfg(test)]
mod srtp_tests;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, SocketAddr};

use self::crypto::{Line, Security};
pub use self::crypto::{Policy, Srtp};
pub use self::description::{Description, parse};
use self::description::{Direction, Stream};
use super::codec::Codec;

/// What we offer for telephone-event that counts at this rate; an answer takes the offerer's number.
const fn telephone_event(clock_rate: u32) -> u8 {
    match clock_rate {
        48_000 => 110,
        _ => 101,
    }
}

const TELEPHONE_EVENT: &str = "telephone-event";
const COMFORT_NOISE: &str = "CN";

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Where the peer wants its packets. No address (0.0.0.0 or ::) in a hold of the old style;
    /// `we_send` is then false.
    pub remote: SocketAddr,
    pub codec: Codec,
    /// The payload types of what we send.
    pub send: PayloadTypes,
    /// The payload types of what we receive. They differ from `send` only when the peer
    /// renumbered in its answer, as RFC 3264 section 6.1 permits.
    pub receive: PayloadTypes,
    /// False while the peer holds us.
    pub we_send: bool,
    pub we_receive: bool,
    /// The length of the packets that we send, 10 to 60 ms: what the peer asks for, as far as the codec
    /// has it ([`Codec::packet_ms`]).
    pub packet_ms: u32,
    /// Where the peer wants its RTCP; `None`: nowhere.
    pub rtcp: Option<SocketAddr>,
    /// RTCP comes and goes on the port of RTP (RFC 5761).
    pub rtcp_mux: bool,
    /// The keys, where the stream is encrypted.
    pub srtp: Option<Srtp>,
    /// Where the peer's signalling comes from, if that is known: behind an address translator its sound
    /// comes from there too. SDP does not tell.
    pub signalling: Option<IpAddr>,
}

impl Media {
    /// What two agree on who speak this codec in the clear, both ways, in packets of 20 ms and without RTCP:
    /// for measurements and tests, which have no descriptions.
    pub fn plain(remote: SocketAddr, codec: Codec) -> Media {
        let types = PayloadTypes {
            audio: codec.payload_type(),
            telephone_event: Some(101),
            comfort_noise: None,
        };
        Media {
            remote,
            codec,
            send: types,
            receive: types,
            we_send: true,
            we_receive: true,
            packet_ms: crate::audio::FRAME_MS,
            rtcp: None,
            rtcp_mux: false,
            srtp: None,
            signalling: None,
        }
    }
}

/// RTP payload types, 0 to 127.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayloadTypes {
    pub audio: u8,
    /// Keys (RFC 4733); `None` if not agreed.
    pub telephone_event: Option<u8>,
    /// Pauses (RFC 3389); `None` if not agreed. We send none.
    pub comfort_noise: Option<u8>,
}

/// Why a session description cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SdpError {
    #[error("there is no session description; for a call without an offer, make one")]
    Empty,
    #[error("the session description is malformed: {0}; this is a fault of the peer")]
    Malformed(String),
    #[error("the peer offers no audio; only calls with audio can be answered")]
    NoAudio,
    #[error(
        "the peer's audio is only over {0}; set the peer or trunk to plain RTP (RTP/AVP), or to SRTP with keys in \
         SDP (RTP/SAVP), which `srtp` of [media] must allow"
    )]
    Transport(String),
    #[error("the peer's audio over {0} has no key that can be used: {1}")]
    Crypto(String, String),
    #[error(
        "the peer does not encrypt its audio, and `srtp` of [media] is \"required\"; set the peer to SRTP with \
         keys in SDP (RTP/SAVP)"
    )]
    Insecure,
    #[error("no key could be made: {0}; the system gives no random numbers")]
    Random(String),
    #[error(
        "no common codec: the peer has {theirs}, we have {ours}; allow one of ours at the peer"
    )]
    NoCommonCodec { theirs: String, ours: String },
    #[error("the peer's media address {0} cannot be used; it must be a unicast IP address")]
    Address(String),
    #[error("the peer's media address {theirs} and ours, {ours}, are not both IPv4 or both IPv6")]
    AddressFamily {
        theirs: SocketAddr,
        ours: SocketAddr,
    },
}

impl SdpError {
    /// Whether the peer broke the format (400 Bad Request), rather than wanting what we
    /// cannot do (488 Not Acceptable Here).
    pub fn is_malformed(&self) -> bool {
        matches!(self, SdpError::Empty | SdpError::Malformed(_))
    }
}

/// Our side's identity in one SIP dialog: the `o=` line (RFC 8866 section 5.2). Keeps the version,
/// which grows by one whenever what we say differs from what we said last, and only then
/// (RFC 3264 section 8).
///
/// It holds what the dialog came to about SRTP as well.
#[derive(Clone)]
pub struct Origin {
    id: u64,
    version: u64,
    last: Option<sdp_types::Session>,
    security: Security,
}

/// Without what we said last, which may hold keys.
impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Origin({} {})", self.id, self.version)
    }
}

impl Origin {
    /// `id` must be different for every call of this machine; RFC 8866 suggests a clock.
    pub fn new(id: u64) -> Origin {
        Origin {
            id,
            version: 1,
            last: None,
            security: Security::default(),
        }
    }

    /// With another policy than [`Policy::Allowed`].
    pub fn with_srtp(mut self, policy: Policy) -> Origin {
        self.security.policy = policy;
        self
    }

    /// What comes is agreed with somebody else, who is to have keys of their own.
    pub fn forget_keys(&mut self) {
        self.security.forget();
    }

    /// The text of a description by us, with the `o=` line that it needs.
    fn write(&mut self, local: SocketAddr, streams: Vec<sdp_types::Media>) -> String {
        let describe = |version| {
            let ip = local.ip().to_canonical();
            let origin = sdp_types::Origin::with_ip_addr(self.id, version, ip);
            let mut session = sdp_types::Session::new(origin, "-");
            session.set_connection(ip);
            session.add_time(sdp_types::Time::new(0, 0));
            session.add_medias(streams.iter().cloned());
            session
        };
        let mut session = describe(self.version);
        if self.last.as_ref().is_some_and(|last| *last != session) {
            self.version += 1;
            session = describe(self.version);
        }
        let text = session.to_string();
        self.last = Some(session);
        text
    }
}

/// Answers an offer: the first usable audio stream with the first codec of `ours` that is
/// offered; every other stream is refused. `local` is where we want our packets and must be a
/// real address, not 0.0.0.0. Gives the body to send back.
pub fn answer(
    offer: &Description,
    local: SocketAddr,
    ours: &[Codec],
    origin: &mut Origin,
) -> Result<(Media, String), SdpError> {
    let (chosen, stream, line) = offer.audio(origin.security.policy)?;
    let remote = stream.address()?;
    same_family(remote, local)?;
    let (codec, audio) = ours
        .iter()
        .find_map(|&codec| Some((codec, stream.payload_type_of(codec)?)))
        .ok_or_else(|| no_common_codec(&stream, ours))?;
    let receive = PayloadTypes {
        audio,
        telephone_event: stream
            .telephone_event(codec)
            .or(stream.any_telephone_event()),
        comfort_noise: stream.comfort_noise(codec),
    };
    let theirs = stream.direction();
    let rtcp_mux = stream.has_rtcp_mux();
    let (srtp, line) = origin.security.answer(line, remote)?.unzip();
    let media = Media {
        remote,
        codec,
        send: PayloadTypes {
            telephone_event: stream.telephone_event(codec),
            ..receive
        },
        receive,
        we_send: theirs.receives() && !remote.ip().is_unspecified(),
        we_receive: theirs.sends(),
        packet_ms: stream.packet_ms(codec),
        rtcp: match rtcp_mux {
            true => Some(remote),
            false => stream.rtcp_address(remote),
        },
        rtcp_mux,
        srtp,
        signalling: None,
    };
    let others: Vec<_> = [receive.telephone_event, receive.comfort_noise]
        .into_iter()
        .flatten()
        .filter_map(|number| stream.other(number))
        .collect();
    let streams = offer
        .streams()
        .enumerate()
        .map(|(at, stream)| {
            if at == chosen {
                let mut ours = ours_as(
                    local,
                    stream.transport(),
                    &[(codec, audio)],
                    &others,
                    Direction::of(media.we_send, media.we_receive),
                );
                add(&mut ours, line.as_slice(), rtcp_mux);
                ours
            } else {
                stream.refusal()
            }
        })
        .collect();
    Ok((media, origin.write(local, streams)))
}

/// An offer of these codecs, the preferred one first, and of telephone-event. `local` must be
/// a real address, not 0.0.0.0.
pub fn offer(local: SocketAddr, ours: &[Codec], origin: &mut Origin) -> String {
    let codecs: Vec<_> = ours.iter().map(|&c| (c, c.payload_type())).collect();
    let mut events: Vec<Other> = Vec::new();
    for clock_rate in ours.iter().map(|codec| codec.clock_rate()) {
        if events.iter().all(|event| event.clock_rate != clock_rate) {
            events.push(Other {
                number: telephone_event(clock_rate),
                name: TELEPHONE_EVENT,
                clock_rate,
            });
        }
    }
    let lines = origin.security.offer();
    let transport = lines.map_or("RTP/AVP", |_| "RTP/SAVP");
    let mut stream = ours_as(local, transport, &codecs, &events, Direction::SendRecv);
    add(&mut stream, lines.unwrap_or_default(), false);
    origin.write(local, vec![stream])
}

/// Reads the answer to our [`offer`] of these codecs from this address. When the peer answers
/// with several, its first is used. `origin` is the one that the offer was made with.
pub fn accept(
    answer: &Description,
    local: SocketAddr,
    ours: &[Codec],
    origin: &mut Origin,
) -> Result<Media, SdpError> {
    let (_, stream, line) = answer.audio(origin.security.expected())?;
    let remote = stream.address()?;
    same_family(remote, local)?;
    let (codec, audio) = stream
        .payload_types()
        .filter_map(|number| Some((stream.codec_of(number)?, number)))
        .find(|(codec, _)| ours.contains(codec))
        .ok_or_else(|| no_common_codec(&stream, ours))?;
    let event = stream.telephone_event(codec);
    // As we numbered those that count at that rate.
    let heard = event.or(stream.any_telephone_event());
    let heard = heard.and_then(|number| stream.other(number));
    let theirs = stream.direction();
    Ok(Media {
        remote,
        codec,
        send: PayloadTypes {
            audio,
            telephone_event: event,
            comfort_noise: None,
        },
        receive: PayloadTypes {
            audio: codec.payload_type(),
            telephone_event: heard.map(|event| telephone_event(event.clock_rate)),
            comfort_noise: None,
        },
        we_send: theirs.receives() && !remote.ip().is_unspecified(),
        we_receive: theirs.sends(),
        packet_ms: stream.packet_ms(codec),
        rtcp: stream.rtcp_address(remote),
        rtcp_mux: false,
        srtp: origin.security.accept(line, remote)?,
        signalling: None,
    })
}

/// Adds keys and RTCP to our side of the audio stream.
fn add(stream: &mut sdp_types::Media, lines: &[Line], rtcp_mux: bool) {
    for line in lines {
        stream.add_attribute_with_value("crypto", line.attribute());
    }
    if rtcp_mux {
        stream.add_attribute_from_str("rtcp-mux");
    }
}

/// A payload type that is no audio: what its rtpmap says.
struct Other {
    number: u8,
    name: &'static str,
    clock_rate: u32,
}

/// Our side of the audio stream.
fn ours_as(
    local: SocketAddr,
    transport: &str,
    codecs: &[(Codec, u8)],
    others: &[Other],
    direction: Direction,
) -> sdp_types::Media {
    let numbers: Vec<String> = codecs
        .iter()
        .map(|&(_, number)| number)
        .chain(others.iter().map(|other| other.number))
        .map(|number| number.to_string())
        .collect();
    let mut stream = sdp_types::Media {
        port: local.port(),
        ..description::stream("audio", transport, &numbers.join(" "))
    };
    for &(codec, number) in codecs {
        let name = codec.name();
        let rate = codec.clock_rate();
        let channels = codec.channels().map_or(String::new(), |n| format!("/{n}"));
        stream.add_attribute_with_value("rtpmap", format!("{number} {name}/{rate}{channels}"));
        if let Some(parameters) = codec.parameters() {
            stream.add_attribute_with_value("fmtp", format!("{number} {parameters}"));
        }
    }
    for other in others {
        let Other {
            number,
            name,
            clock_rate,
        } = other;
        stream.add_attribute_with_value("rtpmap", format!("{number} {name}/{clock_rate}"));
        if *name == TELEPHONE_EVENT {
            stream.add_attribute_with_value("fmtp", format!("{number} 0-15"));
        }
    }
    stream.add_attribute_with_value("ptime", crate::audio::FRAME_MS);
    stream.add_attribute_from_str(direction.name());
    stream
}

fn same_family(theirs: SocketAddr, ours: SocketAddr) -> Result<(), SdpError> {
    if theirs.is_ipv4() == ours.ip().to_canonical().is_ipv4() {
        Ok(())
    } else {
        Err(SdpError::AddressFamily { theirs, ours })
    }
}

fn no_common_codec(stream: &Stream<'_>, ours: &[Codec]) -> SdpError {
    let ours: Vec<_> = ours.iter().map(|codec| codec.name()).collect();
    SdpError::NoCommonCodec {
        theirs: stream.codec_names(),
        ours: ours.join(", "),
    }
}
