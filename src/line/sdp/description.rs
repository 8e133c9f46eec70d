//! What the peer said, read as kindly as is safe.

use std::net::{IpAddr, SocketAddr};

use sdp_types::{Media, RtpMap, Session};

use super::crypto::{self, Line, Policy};
use super::{COMFORT_NOISE, Other, SdpError, TELEPHONE_EVENT};
use crate::line::codec::Codec;

/// A session description of the peer.
#[derive(Clone, PartialEq, Eq)]
pub struct Description(Session);

/// Without its lines, which may hold keys.
impl std::fmt::Debug for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Description({} streams)", self.0.medias.len())
    }
}

/// Reads a session description. Bare LF, a missing last line end and bytes that are not UTF-8
/// are accepted, and so is anything in the lines that we do not use.
pub fn parse(body: &[u8]) -> Result<Description, SdpError> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if text.is_empty() {
        return Err(SdpError::Empty);
    }
    let used: Vec<String> = text.lines().map(tidy).collect();
    let session = Session::parse(used.join("\n").as_bytes())
        .map_err(|error| SdpError::Malformed(error.to_string()))?;
    // A refusal repeats what was offered (RFC 3264 section 6), so that must be words (RFC 8866 section 9).
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some(bad) = session.medias.iter().find(|media| {
        let mut formats = media.fmt.split(' ').filter(|format| !format.is_empty());
        !is_word(&media.media)
            || !is_word(&media.proto)
            || formats.next().is_none_or(|format| !is_word(format))
            || formats.any(|format| !is_word(format))
    }) {
        let line = format!("m={} … {} {}", bad.media, bad.proto, bad.fmt);
        let why = format!(
            "`{}` is not a kind, a port, a transport and formats",
            line.escape_debug()
        );
        return Err(SdpError::Malformed(why));
    }
    Ok(Description(session))
}

/// A line as the library wants it. One that says nothing we use becomes empty, which the library
/// skips, so that its line numbers stay right: phones fill in `o=`, `s=`, `t=` and `b=` with many
/// a thing that the library refuses.
fn tidy(line: &str) -> String {
    let line = line.trim();
    match line.as_bytes() {
        [b'v' | b'a', b'=', ..] => line.replace(['\0', '\r'], ""),
        // Of two spaces in a row the library makes an empty field.
        [b'm' | b'c', b'=', ..] => {
            let line = line.replace('\0', "");
            let fields: Vec<_> = line.split_whitespace().collect();
            fields.join(" ")
        }
        [b'a'..=b'z', b'=', ..] => String::new(),
        _ => line.to_owned(),
    }
}

impl Description {
    /// The audio stream to take, its place, and the key of an encrypted one: the first that is not
    /// switched off and that the policy permits; where both are permitted, the first encrypted one.
    pub(super) fn audio(
        &self,
        policy: Policy,
    ) -> Result<(usize, Stream<'_>, Option<Line>), SdpError> {
        let mut plain = None;
        let mut error = None;
        for (at, stream) in self.streams().enumerate() {
            if !stream.media.media.eq_ignore_ascii_case("audio") || stream.media.port == 0 {
                continue;
            }
            let transport = stream.transport();
            let is = |names: [&str; 2]| names.iter().any(|n| transport.eq_ignore_ascii_case(n));
            // AVPF (RFC 4585) only permits more RTCP, which we need not send.
            let (is_plain, is_secure) =
                (is(["RTP/AVP", "RTP/AVPF"]), is(["RTP/SAVP", "RTP/SAVPF"]));
            let not_taken = if policy == Policy::Off && is_plain {
                plain.get_or_insert((at, stream));
                continue;
            } else if !is_plain && (!is_secure || policy == Policy::Off) {
                SdpError::Transport(transport.to_owned())
            } else {
                // A key on a plain stream is how phones offer encryption that they can do without.
                match crypto::usable(&stream) {
                    Ok(Some(line)) => return Ok((at, stream, Some(line))),
                    _ if is_plain && policy == Policy::Allowed => {
                        plain.get_or_insert((at, stream));
                        continue;
                    }
                    Ok(None) if is_plain => SdpError::Insecure,
                    Ok(None) => SdpError::Crypto(
                        transport.to_owned(),
                        "there is no a=crypto line".to_owned(),
                    ),
                    Err(why) => SdpError::Crypto(transport.to_owned(), why),
                }
            };
            error.get_or_insert(not_taken);
        }
        match plain {
            Some((at, stream)) => Ok((at, stream, None)),
            None => Err(error.unwrap_or(SdpError::NoAudio)),
        }
    }

    pub(super) fn streams(&self) -> impl Iterator<Item = Stream<'_>> {
        self.0.medias.iter().map(|media| Stream {
            session: &self.0,
            media,
        })
    }
}

/// One `m=` line and what belongs to it.
pub(super) struct Stream<'a> {
    session: &'a Session,
    media: &'a Media,
}

impl Stream<'_> {
    pub(super) fn transport(&self) -> &str {
        &self.media.proto
    }

    /// Where the peer wants its packets. It may be unspecified, which means on hold
    /// (RFC 3264 section 8.4).
    pub(super) fn address(&self) -> Result<SocketAddr, SdpError> {
        let connection = self
            .media
            .connections
            .first()
            .or(self.session.connection.as_ref())
            .ok_or_else(|| SdpError::Malformed("no c= line for the audio".into()))?;
        let text = &connection.connection_address;
        let ip = unicast(text).ok_or_else(|| SdpError::Address(text.clone()))?;
        Ok(SocketAddr::new(ip, self.media.port))
    }

    /// Where the peer, who wants its packets at `rtp`, wants its RTCP: the next port (RFC 3550 section 11)
    /// unless it says otherwise (RFC 3605). `None` if there is no such place.
    pub(super) fn rtcp_address(&self, rtp: SocketAddr) -> Option<SocketAddr> {
        let next = || Some(SocketAddr::new(rtp.ip(), rtp.port().checked_add(1)?));
        let Some(said) = self.attributes("rtcp").next() else {
            return next();
        };
        let mut fields = said.split_whitespace();
        let port = fields.next()?.parse().ok().filter(|port| *port != 0)?;
        let ip = match fields.nth(2) {
            Some(ip) => unicast(ip)?,
            None => rtp.ip(),
        };
        (ip.is_ipv4() == rtp.is_ipv4()).then_some(SocketAddr::new(ip, port))
    }

    /// Whether the peer can do with one port for RTP and RTCP (RFC 5761).
    pub(super) fn has_rtcp_mux(&self) -> bool {
        let attributes = &self.media.attributes;
        attributes.iter().any(|a| a.attribute == "rtcp-mux")
    }

    /// The values of the stream's attributes of this name.
    pub(super) fn attributes(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let attributes = self.media.attributes.iter();
        attributes
            .filter(move |a| a.attribute == name)
            .filter_map(|a| a.value.as_deref())
    }

    pub(super) fn direction(&self) -> Direction {
        let of = |attributes: &[sdp_types::Attribute]| {
            attributes
                .iter()
                .find_map(|a| Direction::from_name(&a.attribute))
        };
        of(&self.media.attributes)
            .or_else(|| of(&self.session.attributes))
            .unwrap_or(Direction::SendRecv)
    }

    /// In the peer's order of preference.
    pub(super) fn payload_types(&self) -> impl Iterator<Item = u8> {
        self.media
            .fmt
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .filter(|&number: &u8| number < 128)
    }

    pub(super) fn codec_of(&self, number: u8) -> Option<Codec> {
        Codec::ALL
            .into_iter()
            .find(|&codec| match self.encoding(number) {
                Some(map) => is(&map, codec.name(), codec),
                // A static type needs no rtpmap.
                None => codec.is_static() && number == codec.payload_type(),
            })
    }

    pub(super) fn payload_type_of(&self, codec: Codec) -> Option<u8> {
        self.payload_types()
            .find(|&number| self.codec_of(number) == Some(codec))
    }

    /// The payload type of telephone-event that counts at the codec's rate, as it must
    /// (RFC 4733 section 2.1).
    pub(super) fn telephone_event(&self, codec: Codec) -> Option<u8> {
        self.payload_types().find(|&number| {
            self.other(number).is_some_and(|other| {
                other.name == TELEPHONE_EVENT && other.clock_rate == codec.clock_rate()
            })
        })
    }

    /// The payload type of telephone-event that counts at whatever rate: some offer Opus and have keys at
    /// 8 kHz only. They can be heard all the same; without them key 0 would not reach us.
    pub(super) fn any_telephone_event(&self) -> Option<u8> {
        let is_event = |number: &u8| matches!(self.other(*number), Some(other) if other.name == TELEPHONE_EVENT);
        self.payload_types().find(is_event)
    }

    /// The payload type of comfort noise that counts at the codec's rate (RFC 3389 section 4).
    pub(super) fn comfort_noise(&self, codec: Codec) -> Option<u8> {
        self.payload_types().find(|&number| {
            self.other(number).is_some_and(|other| {
                other.name == COMFORT_NOISE && other.clock_rate == codec.clock_rate()
            })
        })
    }

    /// What a payload type means that is no audio and that we know.
    pub(super) fn other(&self, number: u8) -> Option<Other> {
        let Some(map) = self.encoding(number) else {
            // The only static one (RFC 3551 table 4).
            return (number == 13).then_some(Other {
                number,
                name: COMFORT_NOISE,
                clock_rate: 8_000,
            });
        };
        let names = [TELEPHONE_EVENT, COMFORT_NOISE];
        let mut names = names.into_iter();
        Some(Other {
            number,
            name: names.find(|name| map.encoding_name.eq_ignore_ascii_case(name))?,
            clock_rate: map.clock_rate,
        })
    }

    /// The length of the packets that the peer wants in this codec (RFC 8866 section 6.4).
    pub(super) fn packet_ms(&self, codec: Codec) -> u32 {
        codec.packet_ms(self.milliseconds("ptime"), self.milliseconds("maxptime"))
    }

    /// Some write fractions, some nonsense, which says nothing.
    fn milliseconds(&self, attribute: &str) -> Option<u32> {
        let attributes = self.media.attributes.iter();
        let value = attributes
            .filter(|a| a.attribute.eq_ignore_ascii_case(attribute))
            .find_map(|a| a.value.as_deref()?.trim().parse::<f32>().ok())?;
        (1.0..=1_000.0).contains(&value).then_some(value as u32)
    }

    fn encoding(&self, number: u8) -> Option<RtpMap> {
        self.media
            .attributes_typed::<RtpMap>()
            .filter_map(Result::ok)
            .find(|map| map.payload_type == number)
    }

    /// For people.
    pub(super) fn codec_names(&self) -> String {
        let names: Vec<String> = self
            .payload_types()
            .map(
                |number| match (self.encoding(number), self.codec_of(number)) {
                    (Some(map), _) => format!("{}/{}", map.encoding_name, map.clock_rate),
                    (None, Some(codec)) => codec.name().to_owned(),
                    (None, None) => format!("payload type {number}"),
                },
            )
            .collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        }
    }

    /// The same stream switched off (RFC 3264 section 6).
    pub(super) fn refusal(&self) -> Media {
        stream(&self.media.media, self.transport(), &self.media.fmt)
    }
}

/// An address that can be sent to. It may be unspecified.
fn unicast(text: &str) -> Option<IpAddr> {
    let ip = text.parse::<IpAddr>().ok()?.to_canonical();
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    (!ip.is_multicast() && !broadcast).then_some(ip)
}

/// Whether an rtpmap means this name, at the codec's clock rate and with as many channels. Opus is
/// written with two, and by some with none.
fn is(map: &RtpMap, name: &str, codec: Codec) -> bool {
    let channels = map.encoding_params.as_deref();
    let fits = channels.is_none_or(|n| n == codec.channels().unwrap_or("1"));
    fits && map.encoding_name.eq_ignore_ascii_case(name) && map.clock_rate == codec.clock_rate()
}

/// A bare `m=` line with port 0.
pub(super) fn stream(media: &str, transport: &str, formats: &str) -> Media {
    Media {
        media: media.to_owned(),
        port: 0,
        num_ports: None,
        proto: transport.to_owned(),
        fmt: formats.to_owned(),
        media_title: None,
        connections: Vec::new(),
        bandwidths: Vec::new(),
        key: None,
        attributes: Vec::new(),
    }
}

/// Who sends, seen from the one who says it (RFC 8866 section 6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    const ALL: [Direction; 4] = [
        Direction::SendRecv,
        Direction::SendOnly,
        Direction::RecvOnly,
        Direction::Inactive,
    ];

    pub(super) fn of(sends: bool, receives: bool) -> Direction {
        match (sends, receives) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }

    fn from_name(name: &str) -> Option<Direction> {
        Self::ALL
            .into_iter()
            .find(|d| name.eq_ignore_ascii_case(d.name()))
    }

    pub(super) fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    pub(super) fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }
}
