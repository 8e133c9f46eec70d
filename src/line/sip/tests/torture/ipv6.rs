//! RFC 5118 section 4: IPv6.

use super::Back::*;
use super::Message;

pub const MESSAGES: &[Message] = &[
    Message(
        "ipv6-good",
        "4.1: IPv6 references where they belong",
        "REGISTER sip:[2001:db8::10] SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};branch=z9hG4bKas3-111\n\
         Call-ID: SSG9559905523997077@hlau_4100\n\
         Max-Forwards: 70\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::1]>\n\
         CSeq: 98176 REGISTER\n\
         Content-Length: 0\n\n",
        Status(401),
    ),
    Message(
        "ipv6-bad",
        "4.2: an IPv6 address without its brackets: 400",
        "REGISTER sip:2001:db8::10 SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};branch=z9hG4bKas3-112\n\
         Call-ID: SSG9559905523997078@hlau_4100\n\
         Max-Forwards: 70\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::1]>\n\
         CSeq: 98176 REGISTER\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "port-ambiguous",
        "4.3: what looks like a port is within the brackets, and belongs to the address",
        "REGISTER sip:[2001:db8::10:5070] SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};branch=z9hG4bKas3-113\n\
         Call-ID: SSG9559905523997079@hlau_4100\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::1]>\n\
         Max-Forwards: 70\n\
         CSeq: 98176 REGISTER\n\
         Content-Length: 0\n\n",
        Status(401),
    ),
    Message(
        "port-unambiguous",
        "4.4: a port after the brackets",
        "REGISTER sip:[2001:db8::10]:5070 SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};branch=z9hG4bKas3-114\n\
         Call-ID: SSG9559905523997080@hlau_4100\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::1]>\n\
         Max-Forwards: 70\n\
         CSeq: 98176 REGISTER\n\
         Content-Length: 0\n\n",
        Status(401),
    ),
    Message(
        "via-received-param-with-delim",
        "4.5: an address in brackets in `received`; the BYE is for no call of ours",
        "BYE sip:[2001:db8::10] SIP/2.0\n\
         To: sip:user@example.com;tag=bd76ya\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};received=[2001:db8::9:255];branch=z9hG4bKas3-115\n\
         Call-ID: SSG9559905523997081@hlau_4100\n\
         Max-Forwards: 70\n\
         CSeq: 321 BYE\n\
         Content-Length: 0\n\n",
        Status(481),
    ),
    Message(
        "via-received-param-no-delim",
        "4.5: the same without brackets",
        "OPTIONS sip:[2001:db8::10] SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};received=2001:db8::9:255;branch=z9hG4bKas3-116\n\
         Call-ID: SSG95523997077@hlau_4100\n\
         Max-Forwards: 70\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::9:1]>\n\
         CSeq: 921 OPTIONS\n\
         Content-Length: 0\n\n",
        Status(200),
    ),
    Message(
        "ipv6-in-sdp",
        "4.6: IPv6 in the SDP",
        "INVITE sip:user@[2001:db8::10] SIP/2.0\n\
         To: sip:user@[2001:db8::10]\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::20]:{port};branch=z9hG4bKas3-117\n\
         Call-ID: SSG9559905523997082@hlau_4100\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::20]>\n\
         CSeq: 8612 INVITE\n\
         Max-Forwards: 70\n\
         Content-Type: application/sdp\n\
         Content-Length: {length}\n\n\
         v=0\no=assistant 971731711378798081 0 IN IP6 2001:db8::20\ns=Live video feed for today's meeting\nc=IN IP6 2001:db8::20\nt=3338481189 3370017201\nm=audio 6000 RTP/AVP 2\na=rtpmap:2 G726-32/8000\n",
        Status(486),
    ),
    Message(
        "mult-ip-in-header",
        "4.7: IPv4 and IPv6 in one request",
        "BYE sip:user@host.example.net SIP/2.0\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};branch=z9hG4bKas3-118\n\
         Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKjhja8781hjuaij65144\n\
         Via: SIP/2.0/TCP [2001:db8::9:255]:6050;branch=z9hG4bK451jj;received=192.0.2.200\n\
         Call-ID: 997077@lau_4100\n\
         Max-Forwards: 70\n\
         CSeq: 89187 BYE\n\
         To: sip:user@example.net;tag=9817--94\n\
         From: sip:user@example.com;tag=81x2\n\
         Content-Length: 0\n\n",
        Status(481),
    ),
    Message(
        "mult-ip-in-sdp",
        "4.8: IPv4 and IPv6 in one SDP",
        "INVITE sip:user@[2001:db8::10] SIP/2.0\n\
         To: sip:user@[2001:db8::10]\n\
         From: sip:user@example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [2001:db8::9:1]:{port};branch=z9hG4bKas3-119\n\
         Call-ID: SSG9559905523997083@hlau_4100\n\
         Contact: \"Caller\" <sip:caller@[2001:db8::9:1]>\n\
         Max-Forwards: 70\n\
         CSeq: 8912 INVITE\n\
         Content-Type: application/sdp\n\
         Content-Length: {length}\n\n\
         v=0\no=bob 280744730 28977631 IN IP4 host.example.com\ns=\nt=0 0\nm=audio 22334 RTP/AVP 0\nc=IN IP4 192.0.2.1\nm=video 6024 RTP/AVP 107\nc=IN IP6 2001:db8::1\na=rtpmap:107 H263-1998/90000\n",
        Status(486),
    ),
    Message(
        "ipv4-mapped-ipv6",
        "4.9: IPv4 addresses written as IPv6",
        "INVITE sip:user@example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@east.example.com;tag=81x2\n\
         Via: SIP/2.0/UDP [::ffff:192.0.2.10]:{port};branch=z9hG4bKas3-120\n\
         Call-ID: SSG9559905523997084@hlau_4100\n\
         Contact: \"T. desk phone\" <sip:ted@[::ffff:192.0.2.2]>\n\
         CSeq: 612 INVITE\n\
         Max-Forwards: 70\n\
         Content-Type: application/sdp\n\
         Content-Length: {length}\n\n\
         v=0\no=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2\ns=Call me soon, please!\nc=IN IP6 ::ffff:192.0.2.2\nt=3338481189 3370017201\nm=audio 6000 RTP/AVP 2\na=rtpmap:2 G726-32/8000\n",
        Status(486),
    ),
    Message(
        "ipv6-correct-abnf-2-colons",
        "4.10: two colons before an IPv4 part",
        "OPTIONS sip:user@[2001:db8::192.0.2.1] SIP/2.0\n\
         To: sip:user@[2001:db8::192.0.2.1]\n\
         From: sip:user@example.com;tag=810x2\n\
         Via: SIP/2.0/UDP lab1.east.example.com:{port};branch=z9hG4bKas3-121\n\
         Call-ID: G9559905523997085@hlau_4100\n\
         CSeq: 689 OPTIONS\n\
         Max-Forwards: 70\n\
         Content-Length: 0\n\n",
        Status(200),
    ),
    Message(
        "ipv6-bug-abnf-3-colons",
        "4.10: three colons, which the grammar of RFC 3261 allowed by mistake: 400, or passed over",
        "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0\n\
         To: sip:user@[2001:db8:::192.0.2.1]\n\
         From: sip:user@example.com;tag=810x2\n\
         Via: SIP/2.0/UDP lab1.east.example.com:{port};branch=z9hG4bKas3-122\n\
         Call-ID: G9559905523997086@hlau_4100\n\
         CSeq: 689 OPTIONS\n\
         Max-Forwards: 70\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
];
