//! How good a line was, to read.

use crate::call::LineQuality;

/// In one sentence, and what else there is to know.
pub(super) fn in_words(quality: &LineQuality) -> (String, Vec<String>) {
    let whose = match &quality.agent {
        Some(agent) => format!("{agent}'s line"),
        None => "line".to_owned(),
    };
    let mut parts = match quality.mos {
        Some(mos) => vec![format!("MOS {mos:.1}")],
        None => vec!["nothing came".to_owned()],
    };
    let played = quality.received.saturating_add(quality.lost).max(1) as f64;
    let share = 100.0 * quality.lost as f64 / played;
    parts.push(match quality.late {
        0 => format!("{share:.1} % lost"),
        late => format!("{share:.1} % lost ({late} packets too late)"),
    });
    parts.push(format!("jitter {:.0} ms", quality.jitter_ms));
    parts.extend(
        quality
            .round_trip_ms
            .map(|ms| format!("round trip {ms} ms")),
    );
    parts.extend(
        quality
            .srtp
            .as_ref()
            .map(|suite| format!("encrypted with {suite}")),
    );
    let mut details = vec![format!(
        "{} packets received, {} sent, {} ms in the jitter buffer",
        quality.received, quality.sent, quality.delay_ms
    )];
    if let Some(peer) = &quality.peer {
        let (lost, jitter) = (peer.lost, peer.jitter_ms);
        details.push(format!(
            "the phone reports {lost} packets lost, jitter {jitter:.0} ms"
        ));
    }
    if quality.forged > 0 {
        details.push(format!(
            "{} packets were not encrypted, or with another key",
            quality.forged
        ));
    }
    if quality.strangers > 0 {
        details.push(format!("{} packets came from elsewhere", quality.strangers));
    }
    (format!("{whose}: {}", parts.join(", ")), details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_line_was_like_is_said() {
        let json = r#"{"received":990,"sent":1000,"lost":10,"late":4,"jitter_ms":3.4,"delay_ms":42,
            "round_trip_ms":80,"mos":4.17,"srtp":"AES_CM_128_HMAC_SHA1_80","strangers":9,
            "peer":{"lost":2,"jitter_ms":1.0}}"#;
        let (text, details) = in_words(&serde_json::from_str(json).unwrap());
        assert_eq!(
            text,
            "line: MOS 4.2, 1.0 % lost (4 packets too late), jitter 3 ms, round trip 80 ms, encrypted with \
             AES_CM_128_HMAC_SHA1_80"
        );
        assert_eq!(
            details.join("; "),
            "990 packets received, 1000 sent, 42 ms in the jitter buffer; the phone reports 2 packets lost, \
             jitter 1 ms; 9 packets came from elsewhere"
        );
        let nothing = r#"{"agent":"anna","received":0,"sent":9,"lost":0,"late":0,"jitter_ms":0.0,"delay_ms":0}"#;
        let (text, _) = in_words(&serde_json::from_str(nothing).unwrap());
        assert_eq!(text, "anna's line: nothing came, 0.0 % lost, jitter 0 ms");
    }
}
