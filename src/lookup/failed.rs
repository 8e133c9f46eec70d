//! Why a lookup gave nothing.

use super::address::Origin;

/// Each text is for the record: it names the server, and never a secret, a path or a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The system is well and knows no such thing: 404, 410, or nothing where a pointer points.
    #[error("{host} knows no such thing ({what})")]
    NotFound { host: String, what: String },
    /// Any other 4xx.
    #[error("{host} refused to answer ({status}): {}", meaning(*status))]
    Refused { host: String, status: u16 },
    /// Redirects are not followed.
    #[error(
        "{host} sends on to {to} ({status}), and lookups go only where the dialplan says: write \
         the final address there, if it can be trusted"
    )]
    Redirected {
        host: String,
        status: u16,
        to: String,
    },
    /// It answered, and with nothing of use.
    #[error("{host} answered with nothing of use: {why}")]
    Broken { host: String, why: String },
    /// No answer, or only a part of one, when the time was over.
    #[error("{host} did not answer in time")]
    Slow { host: String },
    /// No connection.
    #[error("{host} cannot be reached: {why}")]
    Gone { host: String, why: String },
    /// It failed again and again a moment ago, and was not asked.
    #[error("{host} was not asked: it failed again and again a moment ago")]
    CircuitOpen { host: String },
    /// As many lookups as it may get at once kept it busy all the time.
    #[error("{host} was not asked: it is busy with other calls' lookups")]
    Busy { host: String },
    /// The environment lacks what a header needs.
    #[error("the secret ${name} {why}: set it in the environment in which zeroline runs")]
    NoSecret { name: String, why: &'static str },
    /// A slot is empty, or holds what cannot stand where it is to stand.
    #[error("{{{slot}}} {why}")]
    NoValue { slot: String, why: &'static str },
}

impl Failed {
    /// None has a value for it.
    pub(super) fn unset(slot: &str) -> Failed {
        Failed::no_value(slot, "has no value")
    }

    pub(super) fn no_value(slot: &str, why: &'static str) -> Failed {
        Failed::NoValue {
            slot: slot.to_owned(),
            why,
        }
    }

    pub(super) fn broken(origin: &Origin, why: impl Into<String>) -> Failed {
        Failed::Broken {
            host: origin.host().to_owned(),
            why: why.into(),
        }
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 | 422 => {
            "it cannot make sense of what is sent; compare the address and `send` with its \
             documentation"
        }
        401 | 403 => "does the secret in `headers` still hold, and may it ask this?",
        405 => "is it a `get` where `post` is meant, or the other way round?",
        415 => "it wants something other than JSON",
        429 => "it is asked too often",
        _ => "see its documentation",
    }
}
