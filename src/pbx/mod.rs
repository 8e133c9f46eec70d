//! What an Asterisk beside us says about its queues: how many wait, who is there to answer. It is
//! asked over Asterisk's manager interface (AMI, <https://docs.asterisk.org/> "AMI"), before a
//! caller is told how long a transfer into such a queue may take.
//!
//! [`Pbx`] keeps one connection, logs in, and connects anew when it is lost. The protocol is a
//! machine of its own without a socket (`session`), below it the reading of messages (`message`)
//! and of a queue's state (`queue`). Nothing is changed in Asterisk, no event is subscribed to, and
//! no call is seen: a manager user without any `read` or `write` class will do.
//!
//! ```no_run
//! # use zeroline::pbx::{Pbx, Settings};
//! # async fn example() -> Result<(), zeroline::pbx::PbxError> {
//! let pbx = Pbx::start(Settings {
//!     address: "127.0.0.1:5038".to_owned(),
//!     user: "zeroline".to_owned(),
//!     secret: "from the environment".to_owned(),
//! });
//! let support = pbx.queue("support").await?;
//! println!("{} wait, {} could answer", support.waiting, support.staffed);
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod message;
mod queue;
mod session;
#[cfg(test)]
mod tests;

pub use client::Pbx;
pub use error::PbxError;
pub use queue::QueueState;

/// Where Asterisk's manager listens, and as whom we log in: a section of `manager.conf`.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// Host and port, such as `127.0.0.1:5038`.
    pub address: String,
    pub user: String,
    /// Never leaves the process: the login proves that we know it.
    pub secret: String,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("address", &self.address)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
