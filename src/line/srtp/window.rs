//! Which packet indices have been seen (RFC 3711 section 3.3.2).

/// The smallest that the RFC permits, and longer than a second of 20 ms packets.
const SIZE: u64 = 64;

#[derive(Default)]
pub(super) struct Window {
    newest: Option<u64>,
    /// Bit k: `newest - k` was seen.
    seen: u64,
}

impl Window {
    pub(super) fn newest(&self) -> Option<u64> {
        self.newest
    }

    /// Not seen, and not so old that nobody knows.
    pub(super) fn is_new(&self, index: u64) -> bool {
        match self.newest {
            Some(newest) if index <= newest => {
                let behind = newest - index;
                behind < SIZE && self.seen >> behind & 1 == 0
            }
            _ => true,
        }
    }

    /// An authentic packet with this index has come.
    pub(super) fn note(&mut self, index: u64) {
        let newest = self.newest.unwrap_or(index);
        if index > newest {
            let ahead = index - newest;
            self.seen = match ahead < SIZE {
                true => self.seen << ahead,
                false => 0,
            };
        }
        let now = newest.max(index);
        self.newest = Some(now);
        if now - index < SIZE {
            self.seen |= 1 << (now - index);
        }
    }
}
