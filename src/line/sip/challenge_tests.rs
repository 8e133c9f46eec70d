//! What we prove, and to whom.

use super::*;
use rsipstack::sip::SipMessage;

fn refused(code: u16, head: &str) -> Response {
    let text = format!(
        "SIP/2.0 {code} Who\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
         To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 REGISTER\r\n{head}Content-Length: 0\r\n\r\n"
    );
    match SipMessage::try_from(text.as_bytes()).unwrap() {
        SipMessage::Response(response) => response,
        SipMessage::Request(_) => panic!("a request"),
    }
}

fn best(head: &str) -> Result<Challenge, String> {
    Challenge::best(&refused(401, head))
}

/// The example of RFC 7616 section 3.9.1, whose results stand there.
#[test]
fn the_example_of_the_rfc_is_answered_as_it_says() {
    let offer = |algorithm: &str| {
        format!(
            "WWW-Authenticate: Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", \
             algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"\r\n"
        )
    };
    let asked = Asked {
        method: "GET",
        uri: "/dir/index.html",
        user: "Mufasa",
        password: "Circle of Life",
    };
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ] {
        let challenge = best(&offer(algorithm)).unwrap();
        let nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let Header::Authorization(answer) = challenge.answer(&asked, 1, nonce) else {
            panic!("not for a proxy");
        };
        let params = parameters(answer.value()).unwrap();
        assert_eq!(params["response"], response);
        assert_eq!(params["algorithm"], algorithm);
        assert_eq!(
            (params["nc"].as_str(), params["qop"].as_str()),
            ("00000001", "auth")
        );
        assert!(params["opaque"].starts_with("FQhe"));
    }
}

#[test]
fn the_strongest_that_we_know_is_answered_and_the_count_is_hexadecimal() {
    let md5 = "WWW-Authenticate: Digest realm=\"a\", nonce=\"m\", algorithm=MD5, qop=\"auth\"\r\n";
    let sha =
        "WWW-Authenticate: Digest realm=\"a\", nonce=\"s\", algorithm=SHA-256, qop=\"auth\"\r\n";
    let odd = "WWW-Authenticate: Digest realm=\"a\", nonce=\"o\", algorithm=SHA-512-256, qop=\"auth\"\r\n";
    let basic = "WWW-Authenticate: Basic realm=\"a\"\r\n";
    assert_eq!(best(&format!("{md5}{odd}{sha}")).unwrap().nonce, "s");
    assert_eq!(best(&format!("{sha}{md5}")).unwrap().nonce, "s");
    assert_eq!(best(&format!("{basic}{odd}{md5}")).unwrap().nonce, "m");
    let asked = Asked {
        method: "REGISTER",
        uri: "sip:a",
        user: "u",
        password: "p",
    };
    let tenth = best(sha).unwrap().answer(&asked, 10, "c").to_string();
    assert!(tenth.contains("nc=0000000a"), "{tenth}");
    assert!(!tenth.contains("\"p\""), "{tenth}");

    let none = best(&format!("{odd}{basic}")).unwrap_err();
    assert!(
        none.contains("SHA-512-256") && none.contains("Basic"),
        "{none}"
    );
    assert!(best("").is_err());
    let only_int = "WWW-Authenticate: Digest realm=\"a\", nonce=\"i\", qop=\"auth-int\"\r\n";
    assert!(best(only_int).is_err());
}

#[test]
fn a_server_of_old_is_answered_without_qop_and_algorithm() {
    let challenge =
        best("WWW-Authenticate: Digest realm=\"a\", nonce=\"n\", stale=TRUE\r\n").unwrap();
    assert!(challenge.stale);
    let asked = Asked {
        method: "REGISTER",
        uri: "sip:a",
        user: "u",
        password: "p",
    };
    let answer = challenge.answer(&asked, 1, "c").to_string();
    for word in ["qop", "nc=", "cnonce", "algorithm"] {
        assert!(!answer.contains(word), "{answer}");
    }
    let secret = Algorithm::Md5.hash("u:a:p");
    let what = Algorithm::Md5.hash("REGISTER:sip:a");
    let expected = Algorithm::Md5.hash(&format!("{secret}:n:{what}"));
    assert!(answer.contains(&expected), "{answer}");
}

#[test]
fn the_stack_gets_one_challenge_that_it_can_read() {
    let mut response = refused(
        407,
        "Proxy-Authenticate: Digest realm=\"a\", nonce=\"o\", algorithm=SHA-512-256, qop=\"auth\"\r\n\
         Proxy-Authenticate: Digest realm=\"a\", nonce=\"s\", algorithm=SHA-256, qop=\"auth,auth-int\"\r\n\
         WWW-Authenticate: Digest realm=\"b\", nonce=\"w\"\r\n",
    );
    simplify(&mut response);
    let asks: Vec<String> = response
        .headers
        .iter()
        .filter(|h| h.name().to_ascii_lowercase().contains("authenticate"))
        .map(ToString::to_string)
        .collect();
    let one = "Proxy-Authenticate: Digest realm=\"a\", nonce=\"s\", algorithm=SHA256, qop=\"auth\"";
    assert_eq!(asks, [one]);
}
