//! RFC 4475 section 3.1.1: odd, and valid.

use super::Back::*;
use super::Message;

pub const MESSAGES: &[Message] = &[
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
];
