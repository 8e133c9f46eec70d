//! Time as RTCP has it (RFC 3550 section 4).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds from 1900 to 1970.
const UNIX: u64 = 2_208_988_800;

/// Wall-clock time: seconds since 1900 in 32.32 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ntp(u64);

impl Ntp {
    pub fn of(time: SystemTime) -> Ntp {
        Ntp(UNIX << 32).after(time.duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    pub const fn from_bits(bits: u64) -> Ntp {
        Ntp(bits)
    }

    pub const fn to_bits(self) -> u64 {
        self.0
    }

    pub fn after(self, duration: Duration) -> Ntp {
        let fraction = (u64::from(duration.subsec_nanos()) << 32).div_ceil(1_000_000_000);
        Ntp(self.0.wrapping_add((duration.as_secs() << 32) + fraction))
    }

    pub const fn compact(self) -> Compact {
        Compact((self.0 >> 16) as u32)
    }

    /// As an RTP clock of this rate counts it, from anywhere.
    pub fn in_units(self, clock_rate: u32) -> u32 {
        ((u128::from(self.0) * u128::from(clock_rate)) >> 32) as u32
    }
}

/// The middle of a time, or a short duration: seconds in 16.16 bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compact(u32);

impl Compact {
    pub const fn from_bits(bits: u32) -> Compact {
        Compact(bits)
    }

    pub const fn to_bits(self) -> u32 {
        self.0
    }

    /// From `earlier` to this.
    pub const fn since(self, earlier: Compact) -> Compact {
        Compact(self.0.wrapping_sub(earlier.0))
    }

    /// As milliseconds; below zero for what lies up to nine hours back.
    pub fn ms(self) -> i32 {
        ((i64::from(self.0 as i32) * 1000) >> 16) as i32
    }
}
