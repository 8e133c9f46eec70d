//! SIP as the program needs it: an [`Agent`] that takes and places calls, a [`Session`] for
//! each, and [`Registrations`] of phones, over rsipstack.
//!
//! rsipstack does transports, transactions and dialogs. What it leaves to us is here: answering
//! what it would drop (`guard`), connections that come in (`stream`), what each source may do (`limits`), both
//! before the stack sees anything (`admission`), requests outside of a dialog (`agent`) and what is asked in them
//! (`wanted`, `body`), the order of those within one (`within`, `exchange`), session timers
//! (`session_timer`, `refresh`), provisional answers that must arrive (`reliable`), who may register (`digest`) and is
//! reached where (`registrar`, `flow`), calls that nobody waits for any more (`place`), mapping its
//! dialog states to [`SessionEvent`]s, and REFER followed by NOTIFY to the end. Descriptions of
//! media pass through as text; `line::sdp` reads them.

mod address;
mod admission;
mod agent;
mod attempt;
mod available;
mod body;
mod calls;
mod challenge;
mod digest;
mod exchange;
mod flow;
mod framing;
pub(in crate::line) mod fuzzing;
mod guard;
mod head;
mod identity;
mod inspector;
mod invitation;
mod keys;
mod known;
mod limiter;
mod limits;
mod listening;
mod outside;
mod own;
mod place;
mod refer;
mod refresh;
mod registering;
mod registrar;
mod registrations;
mod reliable;
mod resolve;
mod session;
mod session_timer;
mod socket;
mod sockets;
mod stream;
mod strict;
mod tls;
mod tls_stream;
mod trunk;
mod trunk_keeper;
pub mod uui;
mod wanted;
mod wire;
mod within;
mod witness;

pub use address::UriParts;
pub use agent::{Agent, ListenError};
pub use invitation::Invitation;
pub use known::Known;
pub use limiter::{CallPermit, LimitSettings, Limiter};
pub use limits::CallLimits;
pub use listening::Listening;
pub use place::{Credentials, Outgoing, PlaceError, Progress};
pub use refer::{ReferError, referred};
pub use registrar::{Carrier, Flow, Reach, Saved};
pub use registrations::Registrations;
pub use session::{Answerer, Ended, Session, SessionEvent, SessionEvents, Side};
pub use tls::{TlsError, TlsSetup};
pub use trunk::{TrunkSetup, TrunkState, Trunks};

/// The value of a request's first such header.
fn header(request: &rsipstack::sip::Request, name: &str) -> Option<String> {
    request
        .headers
        .iter()
        .find(|header| header.name().eq_ignore_ascii_case(name))
        .map(|header| header.value().to_owned())
}

#[cfg(test)]
mod tests;
