//! Requests within a call, before the stack's dialog sees them: in order, one offer at a time, with
//! nothing that we do not know. What passes goes on to the dialog, which tells the call's task.
//!
//! The stack would take everything that its dialog can name: it drops what is out of order in silence,
//! lets offers cross, says 200 to any PRACK and 501 to what nobody answers.

use super::agent::{ALLOW, fresh_tag, reply};
use super::calls::KnownCall;
use super::exchange::Refused;
use super::header;
use super::keys;
use super::wanted::{self, Refusal};
use super::witness;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Header, HeadersExt, Method, Request, StatusCode};
use rsipstack::transaction::Transaction;
use std::sync::Arc;

/// Takes a request within a call. Must be called for each in the order in which they come.
pub(super) fn take(dialog: InviteDialog, known: Option<Arc<KnownCall>>, tx: Transaction) {
    let offers = matches!(tx.original.method, Method::Invite | Method::Update);
    // An offer that follows the ACK to our first answer at once may be here before it.
    let early = known
        .clone()
        .filter(|known| offers && !*known.confirmed.borrow());
    let judged = match (&known, &early) {
        (Some(known), None) => judge(&tx.original, known),
        _ => Ok(Pass::ToDialog),
    };
    let work = async move |mut tx: Transaction| {
        let verdict = match early {
            Some(known) => {
                known.acknowledged().await;
                judge(&tx.original, &known)
            }
            None => judged,
        };
        match verdict {
            Ok(Pass::ToDialog) => {}
            Ok(Pass::Acknowledged) => return reply(&mut tx, 200, vec![]).await,
            Err((code, headers)) => {
                let method = tx.original.method;
                tracing::info!(%method, code, "request within a call refused");
                return reply(&mut tx, code, headers).await;
            }
        }
        if dialog.state().can_cancel() && tx.original.method == Method::Bye {
            // Before any answer (RFC 3261 section 15.1.2).
            reply(&mut tx, 200, vec![]).await;
            let _ = dialog.reject(Some(StatusCode::RequestTerminated), None);
            return;
        }
        if let Some(known) = &known
            && !matches!(
                tx.original.method,
                Method::Ack | Method::Bye | Method::Cancel
            )
        {
            // The stack knows no requests but these before the ACK, which may come just after them.
            if !known.acknowledged().await {
                let later = vec![Header::RetryAfter("2".into())];
                return reply(&mut tx, 500, later).await;
            }
        }
        to_dialog(dialog, tx).await;
    };
    tokio::spawn(witness::contained(tx, work));
}

/// Has a dialog handle the request that made it, which may take as long as the call rings.
pub(super) fn handle(dialog: InviteDialog, tx: Transaction) {
    let work = async move |tx| to_dialog(dialog, tx).await;
    tokio::spawn(witness::contained(tx, work));
}

async fn to_dialog(mut dialog: InviteDialog, mut tx: Transaction) {
    if let Err(error) = dialog.handle(&mut tx).await {
        tracing::debug!(%error, "request in a dialog not handled");
    }
}

enum Pass {
    ToDialog,
    /// A PRACK to what we have sent reliably.
    Acknowledged,
}

fn judge(request: &Request, known: &KnownCall) -> Result<Pass, Refusal> {
    let method = request.method;
    match method {
        Method::Ack | Method::Cancel => return Ok(Pass::ToDialog),
        Method::Message | Method::Publish | Method::Register | Method::Subscribe => {
            return Err((405, vec![Header::Allow(ALLOW.into())]));
        }
        _ => {}
    }
    let cseq = request.cseq_header().and_then(|cseq| cseq.seq());
    let cseq = cseq.map_err(|_| (400, vec![]))?;
    let mut offers = false;
    if method != Method::Bye {
        wanted::required(&request.headers)?;
    }
    match method {
        Method::Invite | Method::Update => offers = wanted::offer(request)?.is_some(),
        Method::Info => information(request)?,
        Method::Notify => {
            // The only events that we ever ask for are those of a REFER.
            let event = header(request, "Event").unwrap_or_default();
            let event = event.split(';').next().unwrap_or_default();
            if !event.trim().eq_ignore_ascii_case("refer") {
                let asked_for = Header::Other("Allow-Events".to_owned(), "refer".to_owned());
                return Err((489, vec![asked_for]));
            }
        }
        _ => {}
    }
    if method != Method::Bye && header(request, "Replaces").is_some() {
        return Err((400, vec![]));
    }
    known
        .exchange()
        .request(method, cseq, offers)
        .map_err(|refused| match refused {
            Refused::OutOfOrder => (500, vec![]),
            Refused::Glare => (491, vec![]),
            // Between 0 and 10 s, by chance (RFC 3261 section 14.2).
            Refused::Pending => {
                let seconds = fresh_tag() % 10;
                (500, vec![Header::RetryAfter(seconds.to_string().into())])
            }
        })?;
    if method != Method::PRack {
        return Ok(Pass::ToDialog);
    }
    let rack = header(request, "RAck").ok_or((400, vec![]))?;
    let mut reliable = known.reliable();
    if !reliable
        .as_mut()
        .is_some_and(|sent| sent.acknowledge(&rack))
    {
        return Err((481, vec![]));
    }
    known.pracked.notify_one();
    Ok(Pass::Acknowledged)
}

/// Keys are all that an INFO may tell us (RFC 6086 section 4.2.2); one without a body asks whether we
/// are there.
fn information(request: &Request) -> Result<(), Refusal> {
    if header(request, "Info-Package").is_some() {
        let none = Header::Other("Recv-Info".to_owned(), String::new());
        return Err((469, vec![none]));
    }
    match request.body.is_empty() || keys::readable(request) {
        true => Ok(()),
        false => Err((415, vec![Header::Accept(keys::READABLE.join(", ").into())])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::Exchange;
    use super::super::reliable::Reliable;
    use super::*;

    fn request(method: &str, head: &str, body: &str) -> Request {
        let text = format!(
            "{method} sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 9 {method}\r\n{head}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        match rsipstack::sip::SipMessage::try_from(text.as_bytes()).unwrap() {
            rsipstack::sip::SipMessage::Request(request) => request,
            rsipstack::sip::SipMessage::Response(_) => panic!("a response"),
        }
    }

    fn code(known: &KnownCall, method: &str, head: &str, body: &str) -> u16 {
        match judge(&request(method, head, body), known) {
            Ok(Pass::ToDialog) => 0,
            Ok(Pass::Acknowledged) => 200,
            Err((code, _)) => code,
        }
    }

    #[test]
    fn each_request_passes_or_is_told_why_not() {
        let known = KnownCall::new(Exchange::placed(), None);
        let code = |method, head, body| code(&known, method, head, body);
        let riddle = "Content-Type: application/x-riddle\r\n";
        assert_eq!(code("INFO", "", ""), 0);
        assert_eq!(code("INFO", riddle, "x"), 415);
        assert_eq!(code("INFO", "Info-Package: x\r\n", ""), 469);
        assert_eq!(code("INFO", "Content-Type: application/dtmf\r\n", "1"), 0);
        assert_eq!(code("INFO", "Require: x\r\n", ""), 420);
        assert_eq!(code("NOTIFY", "Event: refer;id=1\r\n", ""), 0);
        assert_eq!(code("NOTIFY", "Event: presence\r\n", ""), 489);
        assert_eq!(code("NOTIFY", "", ""), 489);
        assert_eq!(code("MESSAGE", riddle, "x"), 405);
        assert_eq!(code("SUBSCRIBE", "", ""), 405);
        assert_eq!(code("UPDATE", riddle, "x"), 415);
        assert_eq!(
            code("UPDATE", "Replaces: a;to-tag=1;from-tag=2\r\n", ""),
            400
        );
        assert_eq!(code("INVITE", "", ""), 0);
        assert_eq!(code("INVITE", "", ""), 500);
        assert_eq!(code("UPDATE", "", ""), 0);
        assert_eq!(code("UPDATE", "", "v=0\r\n"), 500);
        assert_eq!(code("BYE", "Require: x\r\n", ""), 0);
    }

    #[test]
    fn a_prack_is_for_what_was_sent() {
        let known = KnownCall::new(Exchange::called(1), None);
        assert_eq!(code(&known, "PRACK", "RAck: 1 1 INVITE\r\n", ""), 481);
        *known.reliable() = Some(Reliable::new(5, 1));
        assert_eq!(code(&known, "PRACK", "", ""), 400);
        assert_eq!(code(&known, "PRACK", "RAck: 1 1 INVITE\r\n", ""), 481);
        assert_eq!(code(&known, "PRACK", "RAck: 5 1 INVITE\r\n", ""), 200);
        assert_eq!(code(&known, "PRACK", "RAck: 5 1 INVITE\r\n", ""), 481);
    }
}
