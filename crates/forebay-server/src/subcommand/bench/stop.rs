//! Ends a measurement early: when it is told to, and when nobody reads what it prints.

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::io;
use std::process;
use std::sync::Arc;
use std::thread;

use forebay_bench::measure::Pulse;
use rustix::event::{PollFd, PollFlags, poll};

/// As a shell reports a program that SIGINT ended.
pub(super) const INTERRUPTED: u8 = 130;

/// From now on, Ctrl-C and SIGTERM stop the run under way, and what was measured is reported; the
/// second time, the program ends at once. So does a reader of stdout that has left.
pub(super) fn provide(pulse: &Arc<Pulse>) {
    let on_interrupt = Arc::clone(pulse);
    let told = AtomicBool::new(false);
    let handler = move || {
        // Relaxed: signals are handled by one thread.
        if told.swap(true, Relaxed) {
            #[expect(
                clippy::disallowed_methods,
                reason = "whoever asks twice is in a hurry"
            )]
            process::exit(INTERRUPTED.into());
        }
        on_interrupt.interrupt();
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("warning: Ctrl-C will end at once, without a report: {error}");
    }
    let on_closed = Arc::clone(pulse);
    let watch = move || {
        let stdout = io::stdout();
        loop {
            // No event is asked for: only an error or the end of the other side wakes it.
            let mut closed = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut closed, None) {
                Ok(_) => break on_closed.interrupt(),
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => break,
            }
        }
    };
    let watcher = thread::Builder::new().name("stdout".to_owned());
    // Without it, a reader that has left is noticed when something is printed.
    drop(watcher.spawn(watch));
}
