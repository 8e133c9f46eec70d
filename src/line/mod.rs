//! The telephone line: signalling (`sip`), sound (`rtp` with its jitter buffer, `codec`), keys
//! (`dtmf`) and their agreement (`sdp`). All but `sip` and [`leg`] are sans-IO.

pub mod codec;
pub mod dtmf;
#[doc(hidden)]
pub mod fuzzing;
mod jitter;
pub mod leg;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod sip;
pub mod srtp;
