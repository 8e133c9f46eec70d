//! The messages of RFC 4475 (SIP torture tests) and RFC 5118 (the same for IPv6), rebuilt from what
//! the RFCs say of them: each sent over UDP to an agent that listens, with what it answers.
//!
//! The agent has one account, and refuses each call that gets through with 486: that is how "taken as
//! any other INVITE" looks here, as 401 is for REGISTER. After each message it must answer an OPTIONS.

use super::*;

/// What comes back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Back {
    Status(u16),
    Nothing,
}
use Back::{Nothing, Status};

/// Its name in the RFC, what it is about and what a UA has to do with it, the message, and what ours
/// does. In the message `{port}` is where answers are expected and `{length}` the body's.
struct Message(&'static str, &'static str, &'static str, Back);

const MESSAGES: &[Message] = &[
    // RFC 4475, 3.1.1: valid
    Message(
        "wsinv",
        "blanks, folding and short names wherever they may be; with a To tag of no call of ours: 481",
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\n\
         TO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\n\
         from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\n\
         MaX-fOrWaRdS: 0068\n\
         Call-ID: wsinv.ndaksdj@192.0.2.1\n\
         Content-Length   : {length}\n\
         cseq: 0009\n  INVITE\n\
         Via  : SIP  /   2.0\n /UDP\n    192.0.2.2:{port};branch=390skdjuw\n\
         s :\n\
         NewFangledHeader:   newfangled value\n continued newfangled value\n\
         UnknownHeaderWithUnusualValue: ;;,,;;,;\n\
         Content-Type: application/sdp\n\
         Route:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\n\
         v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n \
         SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n\
         m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.3\ns=-\nc=IN IP4 192.0.2.4\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        Status(481),
    ),
    Message(
        "wsinv, without the To tag",
        "the same as a new call: taken as any other",
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\n\
         TO :\n sip:vivekg@chair-dnrc.example.com\n\
         from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\n\
         MaX-fOrWaRdS: 0068\n\
         Call-ID: wsinv2.ndaksdj@192.0.2.1\n\
         Content-Length   : {length}\n\
         cseq: 0009\n  INVITE\n\
         Via  : SIP  /   2.0\n /UDP\n    192.0.2.2:{port};branch=390skdjux\n\
         Content-Type: application/sdp\n\
         m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.3\ns=-\nc=IN IP4 192.0.2.4\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        Status(486),
    ),
    Message(
        "intmeth",
        "every character that a method, a URI and a token may have; the method is not known",
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\n\
         Via: SIP/2.0/UDP host1.example.com:{port};branch=z9hG4bK-.!%66*_+`'~\n\
         To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\n\
         From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u{440}\u{430}\";tag=_token~1'+`*%!-.\n\
         Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n\
         CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n\
         Max-Forwards: 255\n\
         extensionHeader-!.%*+_`'~: \u{fffb}\u{5927}\u{505c}\u{96fb}\n\
         Content-Length: 0\n\n",
        Status(501),
    ),
    Message(
        "esc01",
        "escapes in URIs that mean no separator: a call as any other",
        "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\n\
         To: sip:%75se%72@example.com\n\
         From: <sip:I%20have%20spaces@example.net>;tag=938\n\
         Max-Forwards: 87\n\
         i: esc01.239409asdfakjkn23onasd0-3234\n\
         CSeq: 234234 INVITE\n\
         Via: SIP/2.0/UDP host5.example.net:{port};branch=z9hG4bKkdjuw\n\
         C: application/sdp\n\
         Contact:\n  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\n\
         Content-Length: {length}\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        Status(486),
    ),
    Message(
        "escnull",
        "an escaped NUL in URIs is a character as any other",
        "REGISTER sip:example.com SIP/2.0\n\
         To: sip:null-%00-null@example.com\n\
         From: sip:null-%00-null@example.com;tag=839923423\n\
         Max-Forwards: 70\n\
         Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd\n\
         CSeq: 14398234 REGISTER\n\
         Via: SIP/2.0/UDP host5.example.com:{port};branch=z9hG4bKkdjuy\n\
         Contact: <sip:%00@host5.example.com>\n\
         Contact: <sip:%00%00@host5.example.com>\n\
         L:0\n\n",
        Status(401),
    ),
    Message(
        "esc02",
        "a % in a method is no escape: this is not REGISTER",
        "RE%47IST%45R sip:registrar.example.com SIP/2.0\n\
         To: \"%Z%45\" <sip:resource@example.com>\n\
         From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23\n\
         Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf\n\
         Via: SIP/2.0/UDP host.example.com:{port};branch=z9hG4bK209%fzsnel234\n\
         CSeq: 29344 RE%47IST%45R\n\
         Max-Forwards: 70\n\
         Contact: <sip:alias1@host1.example.com>\n\
         C%6Fntact: <sip:alias2@host2.example.com>\n\
         Contact: <sip:alias3@host3.example.com>\n\
         l: 0\n\n",
        Status(501),
    ),
    Message(
        "lwsdisp",
        "no blank between a name and its <",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: caller<sip:caller@example.com>;tag=323\n\
         Max-Forwards: 70\n\
         Call-ID: lwsdisp.1234abcd@funky.example.com\n\
         CSeq: 60 OPTIONS\n\
         Via: SIP/2.0/UDP funky.example.com:{port};branch=z9hG4bKkdjuz\n\
         l: 0\n\n",
        Status(200),
    ),
    Message(
        "dblreq",
        "what follows the body in a datagram is ignored",
        "REGISTER sip:example.com SIP/2.0\n\
         To: sip:j.user@example.com\n\
         From: sip:j.user@example.com;tag=43251j3j324\n\
         Max-Forwards: 8\n\
         I: dblreq.0ha0isndaksdj99sdfafnl3lk233412\n\
         Contact: sip:j.user@host.example.com\n\
         CSeq: 8 REGISTER\n\
         Via: SIP/2.0/UDP 192.0.2.125:{port};branch=z9hG4bKkdjuw23492\n\
         Content-Length: 0\n\n\
         INVITE sip:joe@example.com SIP/2.0\nt: sip:joe@example.com\nFrom: sip:caller@example.net;tag=141334\n\n",
        Status(401),
    ),
    Message(
        "semiuri",
        "parameters in the user part of a URI are part of the user",
        "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\n\
         To: sip:j_user@example.com\n\
         From: sip:caller@example.org;tag=33242\n\
         Max-Forwards: 3\n\
         Call-ID: semiuri.0ha0isndaksdj\n\
         CSeq: 8 OPTIONS\n\
         Accept: application/sdp, application/pkcs7-mime, multipart/mixed\n\
         Via: SIP/2.0/UDP 192.0.2.1:{port};branch=z9hG4bKkdjva\n\
         l: 0\n\n",
        Status(200),
    ),
    Message(
        "transports",
        "transports in Via that nobody knows",
        "OPTIONS sip:user@example.com SIP/2.0\n\
         To: sip:user@example.com\n\
         From: <sip:caller@example.com>;tag=323\n\
         Max-Forwards: 70\n\
         Call-ID:  transports.kijh4akdnaqjkwendsasfdj\n\
         Accept: application/sdp\n\
         CSeq: 60 OPTIONS\n\
         Via: SIP/2.0/UDP t1.example.com:{port};branch=z9hG4bKkdjvb\n\
         Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\n\
         Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\n\
         Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\n\
         Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee\n\
         l: 0\n\n",
        Status(200),
    ),
    Message(
        "mpart01",
        "a MESSAGE with a body in parts: a method that we do not take",
        "MESSAGE sip:kumiko@example.org SIP/2.0\n\
         Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport\n\
         Max-Forwards: 70\n\
         Route: <sip:127.0.0.1:5080>\n\
         Call-ID: mpart01.3d9485d2\n\
         CSeq: 1 MESSAGE\n\
         From: <sip:fluffy@example.com>;tag=2fb0dcc9\n\
         To: <sip:kumiko@example.org>\n\
         Content-Type: multipart/mixed;boundary=7a9cbec02ceef655\n\
         Content-Length: {length}\n\n\
         --7a9cbec02ceef655\nContent-Type: text/plain\n\nHello\n--7a9cbec02ceef655--\n",
        Status(405),
    ),
    Message(
        "unreason",
        "a response with a reason phrase in Cyrillic, to nothing that we asked",
        "SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e} \u{441}\u{442}\u{43e}\n\
         Via: SIP/2.0/UDP 192.0.2.198:{port};branch=z9hG4bK1324923\n\
         Call-ID: unreason.1234ksdfak3j2erwedfsASdf\n\
         CSeq: 35 INVITE\n\
         From: sip:user@example.com;tag=11141343\n\
         To: sip:user@example.edu;tag=2229\n\
         Content-Length: 0\n\
         Contact: <sip:user@host198.example.com>\n\n",
        Nothing,
    ),
    Message(
        "noreason",
        "a response with an empty reason phrase",
        "SIP/2.0 100 \n\
         Via: SIP/2.0/UDP 192.0.2.105:{port};branch=z9hG4bK2398ndaoe\n\
         Call-ID: noreason.asndj203insdf99223ndf\n\
         CSeq: 35 INVITE\n\
         From: <sip:user@example.com>;tag=39ansfi3\n\
         To: <sip:user@example.edu>;tag=902jndnke3\n\
         Content-Length: 0\n\
         Contact: <sip:user@host105.example.com>\n\n",
        Nothing,
    ),
    // RFC 4475, 3.1.2: invalid
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
        Status(486),
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
        "it takes no SDP: 406, or a call as any other; ours is refused by who answers calls",
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
        Status(486),
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
    // RFC 5118, 4
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

/// As it goes over the wire.
fn wire(template: &str, port: u16) -> Vec<u8> {
    let (head, body) = template.split_once("\n\n").unwrap();
    let body = body.replace('\n', "\r\n");
    let head = head
        .replace('\n', "\r\n")
        .replace("{port}", &port.to_string())
        .replace("{length}", &body.len().to_string());
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// longreq (RFC 4475 section 3.1.1.7): everything is long, and nothing wrong.
fn long_request() -> String {
    let x = |text: &str, times: usize| text.repeat(times);
    let vias: String = (0..14)
        .map(|i| {
            let (long, i) = (x("longlong", 12), i + 1);
            format!("v: SIP/2.0/UDP sip{i}.example.com;branch=z9hG4bK{long}\n")
        })
        .collect();
    format!(
        "INVITE sip:user@example.com SIP/2.0\n\
         To: \"I have a user name of {} proportion\"<sip:user@example.com:6000;unknownparam1=very{}value;\
         longparam{}name=shortvalue;very{}ParameterNameWithNoValue>\n\
         F: sip:{}name@example.net;tag=12{}424;unknownheaderparam{}name=unknowheaderparam{}value\n\
         Call-ID: longreq.one{}callid\n\
         CSeq: 3882340 INVITE\n\
         Unknown-{}-Name: unknown-{}-value; unknown-{}-parameter-name = unknown-{}-parameter-value\n\
         Via: SIP/2.0/UDP sip33.example.com:{{port}};branch=z9hG4bKlong\n\
         {vias}\
         Max-Forwards: 70\n\
         Contact: <sip:{}user@host5.example.net>\n\
         Content-Type: application/sdp\n\
         l: {{length}}\n\n\
         v=0\no=mhandley 29739 7272939 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio 49217 RTP/AVP 0 12\n",
        x("extreme", 12),
        x("long", 20),
        x("long", 20),
        x("long", 20),
        x("amazinglylongcaller", 5),
        x("982", 100),
        x("long", 30),
        x("long", 15),
        x("really", 20),
        x("Long", 20),
        x("long", 20),
        x("long", 20),
        x("long", 20),
        x("amazinglylongcaller", 5),
    )
}

/// Sends it and an OPTIONS after it, and gives what came back for each before the OPTIONS was
/// answered.
async fn send(peer: &Peer, agent: &Agent, message: &[u8], probe: u32) -> (Vec<u16>, bool) {
    peer.socket.send_to(message, agent.address()).await.unwrap();
    let options = peer.request("OPTIONS", "sip:us@127.0.0.1", "probe", probe, "");
    peer.send(agent.address(), &options).await;
    let mut statuses = Vec::new();
    let alive = tokio::time::timeout(Duration::from_secs(5), async {
        // Two tasks answer: what is refused at once, and what the stack has read. An INVITE may
        // be answered after the OPTIONS that followed it.
        let (mut probed, mut late) = (false, 0);
        loop {
            let (answer, _) = match probed {
                false => peer.receive().await,
                true => {
                    let wait = Duration::from_millis(200);
                    match tokio::time::timeout(wait, peer.receive()).await {
                        Ok(answer) => answer,
                        Err(_) => return,
                    }
                }
            };
            let code: u16 = answer[8..11].parse().unwrap();
            let of_probe =
                answer.contains(&format!("CSeq: {probe} OPTIONS")) && answer.contains("sip:probe@");
            match of_probe {
                true => probed = true,
                false if code >= 200 && !statuses.contains(&code) => statuses.push(code),
                false => {}
            }
            late += 1;
            if probed && (!statuses.is_empty() || late > 20) {
                return;
            }
        }
    });
    let alive = alive.await.is_ok();
    (statuses, alive)
}

#[tokio::test]
async fn torture_messages_get_their_answers_and_break_nothing() {
    let accounts = [("anna".to_owned(), "secret".to_owned())];
    let here = "127.0.0.1:0".parse().unwrap();
    let registrations = Registrations::new(accounts).unwrap();
    let (agent, mut invitations) = Agent::listen_with(here, "zeroline", registrations)
        .await
        .unwrap();
    tokio::spawn(async move {
        while let Some(invitation) = invitations.recv().await {
            invitation.refuse(486, "busy");
        }
    });
    let long = long_request();
    let all = MESSAGES
        .iter()
        .map(|message| (message.0, message.1, message.2, message.3))
        .chain([("longreq", "all is long", long.as_str(), Status(486))]);
    let mut wrong = Vec::new();
    for (at, (name, about, template, expected)) in all.enumerate() {
        // A socket each, so that what is sent again for one is not taken for another's.
        let peer = Peer::new().await;
        let message = wire(template, peer.address().port());
        let (statuses, alive) = send(&peer, &agent, &message, 1000 + at as u32).await;
        let got = match statuses.as_slice() {
            [] => Nothing,
            [status] => Status(*status),
            _ => panic!("{name}: {statuses:?}"),
        };
        assert!(alive, "{name}: no OPTIONS is answered after it");
        if got != expected {
            wrong.push(format!("{name}: {got:?} and not {expected:?} ({about})"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
