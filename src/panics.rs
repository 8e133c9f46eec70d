//! A panic is a fault of ours. It ends what it happened in, a call or a request, and nothing else;
//! it is counted and reported.
//!
//! [`contained`] and [`contained_now`] are put around what belongs to one call or one message.
//! [`report`] is said once, where the program begins: from then on each panic anywhere is logged
//! and counted as `panics_total`. What was under way when it panicked is dropped, so what it held
//! must be given back in `Drop`.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

/// Runs a future to its end; `None` if it panicked. `what` and `id` name it in the log.
pub async fn contained<F: Future>(what: &str, id: &str, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let done = poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Err(_) => Poll::Ready(None),
        }
    })
    .await;
    if done.is_none() {
        tracing::error!(what, id, "ended by a panic");
    }
    done
}

/// [`contained`] for what takes no time.
pub fn contained_now<T>(what: &str, id: &str, work: impl FnOnce() -> T) -> Option<T> {
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    if done.is_none() {
        tracing::error!(what, id, "ended by a panic");
    }
    done
}

/// From now on each panic is logged with its place and counted. What it says is not logged: it may
/// quote what a caller sent.
pub fn report() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            metrics::counter!("panics_total").increment(1);
            let place = panic.location().map(ToString::to_string);
            let thread = std::thread::current();
            tracing::error!(
                place = place.unwrap_or_default(),
                thread = thread.name().unwrap_or_default(),
                "panic: this is a fault of Zeroline; please report it"
            );
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_own_work_and_gives_back_what_it_held() {
        let held = std::sync::Arc::new(());
        let holding = held.clone();
        let fails = async move {
            tokio::task::yield_now().await;
            let _holding = holding;
            panic!("injected");
        };
        assert_eq!(contained("test", "1", fails).await, None::<()>);
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
        assert_eq!(contained("test", "2", async { 7 }).await, Some(7));
        assert_eq!(
            contained_now("test", "3", || panic!("injected")),
            None::<()>
        );
        assert_eq!(contained_now("test", "4", || 7), Some(7));
    }
}
