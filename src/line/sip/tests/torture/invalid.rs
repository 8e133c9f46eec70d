//! RFC 4475 section 3.1.2: invalid.

use super::Back::*;
use super::Message;

pub const MESSAGES: &[Message] = &[
    Message(
        "badinv01",
        "separators with nothing between them: 400",
        "INVITE sip:user@example.com SIP/2.0\n\
         To: sip:j.user@example.com\n\
         From: sip:caller@example.net;tag=134161461246\n\
         Max-Forwards: 7\n\
         Call-ID: badinv01.0ha0isndaksdjasdf3234nas\n\
         CSeq: 8 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.15:{port};;,;,,\n\
         Contact: \"Joe\" <sip:joe@example.org>;;;;\n\
         Content-Length: {length}\n\
         Content-Type: application/sdp\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.15\ns=-\nc=IN IP4 192.0.2.15\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        Status(400),
    ),
    Message(
        "clerr",
        "a body shorter than its length: 400",
        "INVITE sip:user@example.com SIP/2.0\n\
         Max-Forwards: 80\n\
         To: sip:j.user@example.com\n\
         From: sip:caller@example.net;tag=93942939o2\n\
         Contact: <sip:caller@hungry.example.net>\n\
         Call-ID: clerr.0ha0isndaksdjweiafasdk3\n\
         CSeq: 8 INVITE\n\
         Via: SIP/2.0/UDP host5.example.com:{port};branch=z9hG4bK-39234-23523\n\
         Content-Type: application/sdp\n\
         Content-Length: 9999\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.155\ns=-\n",
        Status(400),
    ),
    Message(
        "ncl",
        "a length below zero: 400",
        "INVITE sip:user@example.com SIP/2.0\n\
         Max-Forwards: 254\n\
         To: sip:j.user@example.com\n\
         From: sip:caller@example.net;tag=32394234\n\
         Call-ID: ncl.0ha0isndaksdj2193423r542w35\n\
         CSeq: 0 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.53:{port};branch=z9hG4bKkdjvc\n\
         Contact: <sip:caller@example53.example.net>\n\
         Content-Type: application/sdp\n\
         Content-Length: -999\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.53\n",
        Status(400),
    ),
    Message(
        "scalar02",
        "numbers larger than they may be in a request: 400",
        "REGISTER sip:example.com SIP/2.0\n\
         Via: SIP/2.0/UDP host129.example.com:{port};branch=z9hG4bK342sdfoi3\n\
         To: <sip:user@example.com>\n\
         From: <sip:user@example.com>;tag=239232jh3\n\
         CSeq: 36893488147419103232 REGISTER\n\
         Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32\n\
         Max-Forwards: 300\n\
         Expires: 10000000000000000000000000000000000000000000000000000000\n\
         Contact: <sip:user@host129.example.com>\n  ;expires=280297596632815\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "scalarlg",
        "numbers larger than they may be in a response: dropped",
        "SIP/2.0 503 Service Unavailable\n\
         Via: SIP/2.0/UDP host129.example.com:{port};branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129\n\
         To: <sip:user@example.com>\n\
         From: <sip:other@example.net>;tag=2easdjfejw\n\
         CSeq: 9292394834772304023312 OPTIONS\n\
         Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\n\
         Retry-After: 949302838503028349304023988\n\
         Warning: 1812 overture \"In Progress\"\n\
         Content-Length: 0\n\n",
        Nothing,
    ),
    Message(
        "quotbal",
        "a quotation that does not end: 400",
        "INVITE sip:user@example.com SIP/2.0\n\
         To: \"Mr. J. User <sip:j.user@example.com>\n\
         From: sip:caller@example.net;tag=93334\n\
         Max-Forwards: 10\n\
         Call-ID: quotbal.aksdj\n\
         Contact: <sip:caller@host59.example.net>\n\
         CSeq: 8 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.59:{port};branch=z9hG4bKkdjuw39234\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "ltgtruri",
        "a Request-URI in angle brackets: 400",
        "INVITE <sip:user@example.com> SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=39291\n\
         Max-Forwards: 23\n\
         Call-ID: ltgtruri.1@192.0.2.5\n\
         CSeq: 1 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.5:{port};branch=z9hG4bKkdjvd\n\
         Contact: <sip:caller@host5.example.net>\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "lwsruri",
        "a blank within a Request-URI: 400",
        "INVITE sip:user@example.com; lr SIP/2.0\n\
         To: sip:user@example.com;tag=3xfe-9921883-z9f\n\
         From: sip:caller@example.net;tag=231413434\n\
         Max-Forwards: 5\n\
         Call-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423\n\
         CSeq: 2130706432 INVITE\n\
         Via: SIP/2.0/UDP 192.0.2.1:{port};branch=z9hG4bKkdjuw2395\n\
         Contact: <sip:caller@host1.example.net>\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "lwsstart",
        "two blanks in the request line: 400, or passed over",
        "INVITE  sip:user@example.com  SIP/2.0\n\
         Max-Forwards: 8\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=8814\n\
         Call-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com\n\
         CSeq: 1893884 INVITE\n\
         Via: SIP/2.0/UDP host1.example.com:{port};branch=z9hG4bKkdjuw3923\n\
         Contact: <sip:caller@host1.example.net>\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "trws",
        "blanks at the end of the request line: 400, or passed over",
        "OPTIONS sip:remote-target@example.com SIP/2.0  \n\
         Via: SIP/2.0/UDP host1.examle.com:{port};branch=z9hG4bK299342093\n\
         To: <sip:remote-target@example.com>\n\
         From: <sip:local-resource@example.com>;tag=329429089\n\
         Call-ID: trws.oicu34958239neffasdhr2345r\n\
         Accept: application/sdp\n\
         CSeq: 238923 OPTIONS\n\
         Max-Forwards: 70\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "escruri",
        "headers in a Request-URI: 400, or passed over",
        "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=341518\n\
         Max-Forwards: 7\n\
         Contact: <sip:caller@host39923.example.net>\n\
         Call-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5\n\
         CSeq: 149209342 INVITE\n\
         Via: SIP/2.0/UDP host-of-the-hour.example.com:{port};branch=z9hG4bKkdjuwe\n\
         Content-Length: 0\n\n",
        Status(400),
    ),
    Message(
        "baddate",
        "a Date that is not in GMT: 400, or passed over",
        "INVITE sip:user@example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:caller@example.net;tag=2234923\n\
         Max-Forwards: 70\n\
         Call-ID: baddate.239423mnsadf3j23lj42--sedfnm234\n\
         CSeq: 1392934 INVITE\n\
         Via: SIP/2.0/UDP host.example.com:{port};branch=z9hG4bKkdjuwf\n\
         Date: Fri, 01 Jan 2010 16:00:00 EST\n\
         Contact: <sip:caller@host5.example.net>\n\
         Content-Type: application/sdp\n\
         Content-Length: {length}\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.5\ns=-\nc=IN IP4 192.0.2.5\nt=0 0\nm=audio 49217 RTP/AVP 0\n",
        Status(486),
    ),
    Message(
        "regbadct",
        "a Contact with headers and without angle brackets: 400",
        "REGISTER sip:example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: sip:user@example.com;tag=998332\n\
         Max-Forwards: 70\n\
         Call-ID: regbadct.k345asrl3fdbv@10.0.0.1\n\
         CSeq: 1 REGISTER\n\
         Via: SIP/2.0/UDP 135.180.130.133:{port};branch=z9hG4bKkdjuwg\n\
         Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\n\
         l: 0\n\n",
        Status(400),
    ),
    Message(
        "badaspec",
        "blanks within the angle brackets: 400, or passed over",
        "OPTIONS sip:user@example.org SIP/2.0\n\
         Via: SIP/2.0/UDP host4.example.com:{port};branch=z9hG4bKkdju43234\n\
         Max-Forwards: 70\n\
         From: \"Bell, Alexander\" <sip:a.g.bell@example.com>;tag=433423\n\
         To: \"Watson, Thomas\" < sip:t.watson@example.org >\n\
         Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3\n\
         Accept: application/sdp\n\
         CSeq: 3923239 OPTIONS\n\
         l: 0\n\n",
        Status(200),
    ),
    Message(
        "baddn",
        "a comma in a name without quotes: 400, or passed over",
        "OPTIONS sip:t.watson@example.org SIP/2.0\n\
         Via: SIP/2.0/UDP c.example.com:{port};branch=z9hG4bKkdjuwh\n\
         Max-Forwards: 70\n\
         From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43\n\
         To: Watson, Thomas <sip:t.watson@example.org>\n\
         Call-ID: baddn.31415@c.example.com\n\
         Accept: application/sdp\n\
         CSeq: 3923239 OPTIONS\n\
         l: 0\n\n",
        Status(200),
    ),
    Message(
        "badvers",
        "a version of SIP that there is not: 505",
        "OPTIONS sip:t.watson@example.org SIP/7.0\n\
         Via: SIP/7.0/UDP c.example.com:{port};branch=z9hG4bKkdjuwi\n\
         Max-Forwards: 70\n\
         From: A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe\n\
         To: T. Watson <sip:t.watson@example.org>\n\
         Call-ID: badvers.31417@c.example.com\n\
         CSeq: 1 OPTIONS\n\
         l: 0\n\n",
        Status(505),
    ),
    Message(
        "mismatch01",
        "CSeq names another method: 400",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         To: sip:j.user@example.com\n\
         From: sip:caller@example.net;tag=34525\n\
         Max-Forwards: 6\n\
         Call-ID: mismatch01.dj0234sxdfl3\n\
         CSeq: 8 INVITE\n\
         Via: SIP/2.0/UDP host.example.com:{port};branch=z9hG4bKkdjuwj\n\
         l: 0\n\n",
        Status(400),
    ),
    Message(
        "mismatch02",
        "the same with a method that is not known: 400 or 501",
        "NEWMETHOD sip:user@example.com SIP/2.0\n\
         To: sip:j.user@example.com\n\
         From: sip:caller@example.net;tag=34525\n\
         Max-Forwards: 6\n\
         Call-ID: mismatch02.dj0234sxdfl3\n\
         CSeq: 8 INVITE\n\
         Contact: <sip:caller@host.example.net>\n\
         Via: SIP/2.0/UDP host.example.net:{port};branch=z9hG4bKkdjuwk\n\
         l: 0\n\n",
        Status(501),
    ),
    Message(
        "bigcode",
        "a response whose code is 2^32 + 5: dropped",
        "SIP/2.0 4294967301 better not break the receiver\n\
         Via: SIP/2.0/UDP 192.0.2.105:{port};branch=z9hG4bK2398ndaof\n\
         Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\n\
         CSeq: 353494 INVITE\n\
         From: <sip:user@example.com>;tag=39ansfi3\n\
         To: <sip:user@example.edu>;tag=902jndnke3\n\
         Content-Length: 0\n\n",
        Nothing,
    ),
];
