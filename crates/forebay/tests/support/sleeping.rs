//! Starts a thread and waits until it sleeps.

use core::time::Duration;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

/// Starts `work`, which blocks, and returns when it does.
///
/// Linux tells whether a thread sleeps. Elsewhere this waits for a time in which it should.
pub(crate) fn spawn_blocked<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let (sender, started) = channel();
    let thread = thread::spawn(move || {
        // A link to `<process>/task/<thread>`.
        let own = std::fs::read_link("/proc/thread-self").ok();
        sender.send(own).expect("the test waits for it");
        work()
    });
    let Some(path) = started.recv().expect("the thread starts") else {
        thread::sleep(Duration::from_millis(100));
        return thread;
    };
    let stat = std::path::Path::new("/proc").join(path).join("stat");
    // Once may be a short nap on the way.
    let mut asleep = 0;
    while asleep < 20 && !thread.is_finished() {
        let text = std::fs::read_to_string(&stat).unwrap_or_default();
        // The state follows the name, which stands in parentheses.
        let sleeps = text
            .rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('S'));
        asleep = if sleeps { asleep + 1 } else { 0 };
        thread::sleep(Duration::from_micros(500));
    }
    thread
}
