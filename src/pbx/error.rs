//! Why there is no answer about a queue, for whoever looks after the PBX.

/// Each says what to do, in Asterisk's files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PbxError {
    #[error(
        "Asterisk's manager cannot be reached at {address}: {why}. Does Asterisk run, and does \
         manager.conf say `enabled = yes`, with this `bindaddr` and `port`, under [general]?"
    )]
    Unreachable { address: String, why: String },
    #[error(
        "what listens at {address} is no Asterisk manager: it began with {said:?}. Which `port` \
         does manager.conf give?"
    )]
    NotAsterisk { address: String, said: String },
    /// Asterisk tells neither of these apart.
    #[error(
        "Asterisk at {address} lets {user:?} not in. manager.conf needs a section [{user}] with \
         the same `secret`, and its `permit` lines must name the address that we come from"
    )]
    LoginRefused { address: String, user: String },
    #[error(
        "Asterisk's manager does not let {user:?} ask about queues: {said}. See the section \
         [{user}] in manager.conf; Asterisk 22 wants no right for that, should yours want one, \
         `write = agent` is enough"
    )]
    NotAllowed { user: String, said: String },
    #[error(
        "Asterisk has no queues: app_queue.so is not loaded; see modules.conf. Asterisk said: {0}"
    )]
    NoQueues(String),
    #[error("Asterisk has no queue {0:?}. Is there a section [{0}] in queues.conf?")]
    NoSuchQueue(String),
    #[error("no queue can be called {0:?}: 1 to 79 bytes, none of them a control character")]
    Name(String),
    #[error("Asterisk did not answer within {0} ms")]
    Slow(u64),
    #[error("too much is being asked of Asterisk already")]
    Busy,
    #[error("the connection to Asterisk's manager was lost: {0}")]
    Lost(String),
    #[error("Asterisk's manager sent what cannot be read: {0}")]
    Garbled(String),
}
