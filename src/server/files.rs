//! How many files this process may have open. A caller has two sockets, and so has the agent they talk to.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Sockets of one call at most.
const A_CALL: u64 = 4;
/// Of everything else: the record, models, signalling.
const BESIDES: u64 = 256;

/// Takes as many as the system gives, which is more than it gives unasked, and warns where that is not enough.
pub fn allow_for(most_calls: usize) {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files could not be raised");
    }
    let wanted = wanted(most_calls);
    let given = getrlimit(Resource::Nofile).current;
    if let Some(given) = given.filter(|given| *given < wanted) {
        tracing::warn!(
            given,
            wanted,
            most_calls,
            "calls may be refused: too few files may be open. Raise LimitNOFILE in the service, or `ulimit -Hn`"
        );
    }
}

fn wanted(most_calls: usize) -> u64 {
    A_CALL
        .saturating_mul(most_calls as u64)
        .saturating_add(BESIDES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_allowed_as_there_may_be() {
        allow_for(usize::MAX);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
        assert_eq!(wanted(1_000), 4_256);
    }
}
