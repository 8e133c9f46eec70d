//! Zeroline answers a company's phone: it understands callers on the company's own machine, and
//! key 0, or asking for a person, reaches a human at every moment.
//!
//! The rooms and what may depend on what stand in `docs/architecture.md`. The heart is
//! [`call::Call`], a state machine on the audio clock; [`server`] connects it to phones and
//! [`rehearse`] to recordings.

pub mod audio;
pub mod call;
pub mod caller;
pub mod cli;
pub mod dialplan;
pub mod engines;
pub mod hear;
pub mod human;
pub mod line;
pub mod lookup;
pub mod models;
mod panics;
pub mod pbx;
pub mod phone;
pub mod record;
pub mod rehearse;
pub mod review;
pub mod server;
pub mod speak;
pub mod understand;
