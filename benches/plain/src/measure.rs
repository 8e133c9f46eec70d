//! What both sides of the comparison in `../../recognition.rs` measure, and with what.

/// User and system time of this process, in milliseconds.
pub fn cpu_ms() -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage fills the structure that it is given; all zeros is a valid one.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
    ms(usage.ru_utime) + ms(usage.ru_stime)
}

/// Sound for models that understand nothing, as loud as speech.
pub fn noise(seconds: f32, hz: u32) -> Vec<i16> {
    (0..(seconds * hz as f32) as usize)
        .map(|i| (i * 7919 % 6011) as i16 - 3005)
        .collect()
}
