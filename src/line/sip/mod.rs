//! SIP as the program needs it: an [`Agent`] that takes and places calls, a [`Session`] for
//! each, over rsipstack.
//!
//! rsipstack does transports, transactions and dialogs. What it leaves to us is here: answering
//! what it would drop (`guard`), requests outside of a dialog, mapping its dialog states to
//! [`SessionEvent`]s, and REFER followed by NOTIFY to the end. Descriptions of media
//! pass through as text; `line::sdp` reads them.

mod agent;
mod guard;
mod session;
mod socket;

pub use agent::{Agent, Invitation, ListenError, PlaceError};
pub use session::{Answerer, Ended, ReferError, Session, SessionEvent, SessionEvents};
