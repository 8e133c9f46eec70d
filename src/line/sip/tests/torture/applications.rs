//! RFC 4475 sections 3.2 to 3.4: transactions, applications, and what came before RFC 3261.

use super::Back::*;
use super::Message;

pub const MESSAGES: &[Message] = &[
    // RFC 4475, 3.2: transactions
    Message(
        "badbranch",
        "a branch that is the magic cookie and nothing more: 400, or taken by RFC 2543",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.org;tag=33242\n\
         Max-Forwards: 3\n\
         Via: SIP/2.0/UDP 192.0.2.1:{port};branch=z9hG4bK\n\
         Accept: application/sdp\n\
         Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n\n\
         CSeq: 8 OPTIONS\n\
         l: 0\n\n",
        Status(200),
    ),
    // RFC 4475, 3.3: applications
    Message(
        "insuf",
        "no Call-ID, no From, no To: 400",
        "INVITE sip:user@example.com SIP/2.0\n\
         CSeq: 193942 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.95:{port};branch=z9hG4bKkdj.insuf\n\
         Content-Type: application/sdp\n\
         l: {length}\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.95\n",
        Status(400),
    ),
    Message(
        "unkscm",
        "a scheme that nobody knows: 416",
        "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=384\n\
         Max-Forwards: 3\n\
         Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34\n\
         CSeq: 3923423 OPTIONS\n\
         Via: SIP/2.0/UDP host9.example.com:{port};branch=z9hG4bKkdjuw39234b\n\
         Content-Length: 0\n\n",
        Status(416),
    ),
    Message(
        "novelsc",
        "a scheme that is known and not for calls: 416",
        "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=384\n\
         Max-Forwards: 3\n\
         Call-ID: novelsc.asdfasser0q239nwsdfasdkl34\n\
         CSeq: 3923423 OPTIONS\n\
         Via: SIP/2.0/UDP host9.example.com:{port};branch=z9hG4bKkdjuw39234c\n\
         Content-Length: 0\n\n",
        Status(416),
    ),
    Message(
        "unksm2",
        "unknown schemes in To, From and Contact of a REGISTER: no account can be meant, 400",
        "REGISTER sip:example.com SIP/2.0\n\
         To: isbn:2983792873\n\
         From: <http://www.example.com>;tag=3234233\n\
         Call-ID: unksm2.daksdj@hyphenated-host.example.com\n\
         CSeq: 234902 REGISTER\n\
         Max-Forwards: 70\n\
         Via: SIP/2.0/UDP 192.0.2.21:{port};branch=z9hG4bKkdjuwl\n\
         Contact: <name:John_Smith>\n\
         l: 0\n\n",
        Status(400),
    ),
    Message(
        "bext01",
        "it requires what we do not have: 420, and Proxy-Require is not for us",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         To: sip:j_user@example.com\n\
         From: sip:caller@example.net;tag=242etr\n\
         Max-Forwards: 6\n\
         Call-ID: bext01.0ha0isndaksdj\n\
         Require: nothingSupportsThis, nothingSupportsThisEither\n\
         Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\n\
         CSeq: 8 OPTIONS\n\
         Via: SIP/2.0/UDP fold-and-staple.example.com:{port};branch=z9hG4bKkdjuwm\n\
         Content-Length: 0\n\n",
        Status(420),
    ),
    Message(
        "invut",
        "a body of a type that nobody knows: 415 by who answers calls",
        "INVITE sip:user@example.com SIP/2.0\n\
         Contact: <sip:caller@host5.example.net>\n\
         To: sip:j.user@example.com\n\
         From: sip:caller@example.net;tag=8392034\n\
         Max-Forwards: 70\n\
         Call-ID: invut.0ha0isndaksdjadsfij34n23d\n\
         CSeq: 235448 INVITE\n\
         Via: SIP/2.0/UDP somehost.example.com:{port};branch=z9hG4bKkdjuwn\n\
         Content-Type: application/unknownformat\n\
         Content-Length: {length}\n\n\
         <audio>\n <pcmu port=\"443\"/>\n</audio>\n",
        Status(415),
    ),
    Message(
        "regaut01",
        "credentials of a scheme that nobody knows are none: 401",
        "REGISTER sip:example.com SIP/2.0\n\
         To: sip:j.user@example.com\n\
         From: sip:j.user@example.com;tag=87321hj23128\n\
         Max-Forwards: 8\n\
         Call-ID: regaut01.0ha0isndaksdj\n\
         CSeq: 9338 REGISTER\n\
         Via: SIP/2.0/UDP 192.0.2.253:{port};branch=z9hG4bKkdjuwo\n\
         Authorization: NoOneKnowsThisScheme opaque-data=here\n\
         Content-Length:0\n\n",
        Status(401),
    ),
    Message(
        "multi01",
        "two of what there may be one of: 400",
        "INVITE sip:user@company.com SIP/2.0\n\
         Contact: <sip:caller@host25.example.net>\n\
         Via: SIP/2.0/UDP 192.0.2.25:{port};branch=z9hG4bKkdjuwp\n\
         Max-Forwards: 70\n\
         CSeq: 5 INVITE\n\
         Call-ID: multi01.98asdh@192.0.2.1\n\
         CSeq: 59 INVITE\n\
         Call-ID: multi01.98asdh@192.0.2.2\n\
         From: sip:caller@example.com;tag=3413415\n\
         To: sip:user@example.com\n\
         To: sip:other@example.net\n\
         From: sip:caller@example.net;tag=2923420123\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "mcl01",
        "two lengths: 400",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         Via: SIP/2.0/UDP host5.example.net:{port};branch=z9hG4bK293423\n\
         To: sip:user@example.com\n\
         From: sip:other@example.net;tag=3923942\n\
         Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf\n\
         CSeq: 15932 OPTIONS\n\
         Content-Length: 13\n\
         Max-Forwards: 60\n\
         Content-Length: 5\n\
         Content-Type: text/plain\n\n\
         There's no way to know how many octets are supposed to be here.\n",
        Status(400),
    ),
    Message(
        "bcast",
        "a response with a second Via that is a broadcast address: it is not sent on",
        "SIP/2.0 200 OK\n\
         Via: SIP/2.0/UDP 192.0.2.198:{port};branch=z9hG4bK1324923\n\
         Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\n\
         Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf\n\
         CSeq: 35 INVITE\n\
         From: sip:user@example.com;tag=11141343\n\
         To: sip:user@example.edu;tag=2229\n\
         Content-Length: 0\n\
         Contact: <sip:user@host28.example.com>\n\n",
        Nothing,
    ),
    Message(
        "zeromf",
        "no hops left means nothing to the last one",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=3ghsd41\n\
         Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas\n\
         CSeq: 39234321 OPTIONS\n\
         Via: SIP/2.0/UDP host1.example.com:{port};branch=z9hG4bKkdjuw2349i\n\
         Max-Forwards: 0\n\
         Content-Length: 0\n\n",
        Status(200),
    ),
    Message(
        "cparam01",
        "a parameter that nobody knows, of the header: a registration as any other",
        "REGISTER sip:example.com SIP/2.0\n\
         Via: SIP/2.0/UDP saturn.example.com:{port};branch=z9hG4bKkdjuwq\n\
         Max-Forwards: 70\n\
         From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe\n\
         To: sip:watson@example.com\n\
         Call-ID: cparam01.70710@saturn.example.com\n\
         CSeq: 2 REGISTER\n\
         Contact: sip:+19725552222@gw1.example.net;unknownparam\n\
         l: 0\n\n",
        Status(401),
    ),
    Message(
        "cparam02",
        "the same, of the URI",
        "REGISTER sip:example.com SIP/2.0\n\
         Via: SIP/2.0/UDP saturn.example.com:{port};branch=z9hG4bKkdjuwr\n\
         Max-Forwards: 70\n\
         From: sip:watson@example.com;tag=838293\n\
         To: sip:watson@example.com\n\
         Call-ID: cparam02.70710@saturn.example.com\n\
         CSeq: 3 REGISTER\n\
         Contact: <sip:+19725552222@gw1.example.net;unknownparam>\n\
         l: 0\n\n",
        Status(401),
    ),
    Message(
        "regescrt",
        "headers in the URI of a Contact: a registration as any other",
        "REGISTER sip:example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=8\n\
         Max-Forwards: 70\n\
         Call-ID: regescrt.k345asrl3fdbv@192.0.2.1\n\
         CSeq: 14398234 REGISTER\n\
         Via: SIP/2.0/UDP host5.example.com:{port};branch=z9hG4bKkdjuws\n\
         M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\n\
         L:0\n\n",
        Status(401),
    ),
    Message(
        "sdp01",
        "it takes no SDP in an answer: 406",
        "INVITE sip:user@example.com SIP/2.0\n\
         To: sip:j_user@example.com\n\
         Contact: <sip:caller@host15.example.net>\n\
         From: sip:caller@example.net;tag=234\n\
         Max-Forwards: 5\n\
         Call-ID: sdp01.ndaksdj9342dasdd\n\
         Accept: text/nobodyKnowsThis\n\
         CSeq: 8 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.15:{port};branch=z9hG4bKkdjuwt\n\
         Content-Length: {length}\n\
         Content-Type: application/sdp\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.5\ns=-\nc=IN IP4 192.0.2.5\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        Status(406),
    ),
    // RFC 4475, 3.4: before RFC 3261
    Message(
        "inv2543",
        "no From tag and no branch, as before 2002. It should be taken; ours says 400: without a tag the \
         stack cannot tell calls apart, and no telephone made since sends that",
        "INVITE sip:UserB@example.com SIP/2.0\n\
         Via: SIP/2.0/UDP iftgw.example.com:{port}\n\
         From: <sip:+13035551111@ift.client.example.net;user=phone>\n\
         Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>\n\
         To: sip:+16505552222@ss1.example.net;user=phone\n\
         Call-ID: inv2543.1717@ift.client.example.com\n\
         CSeq: 56 INVITE\n\
         Contact: <sip:+13035551111@ift.client.example.net>\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
];
