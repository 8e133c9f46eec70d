//! Panics of other people's code, turned into errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `work` gives, or the message with which it panicked. For calls into `ort` and `piper-rs`,
/// which assert and unwrap what ONNX Runtime and a model give them: a broken file must not end a
/// call. Only for work that leaves nothing half done behind that is used again.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        format!("it panicked ({})", message.unwrap_or("no message"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        assert_eq!(guarded(|| 7), Ok(7));
        let what = "broken";
        assert!(
            guarded(|| panic!("it is {what}"))
                .unwrap_err()
                .contains("it is broken")
        );
        assert!(guarded(|| panic!("plain")).unwrap_err().contains("plain"));
    }
}
