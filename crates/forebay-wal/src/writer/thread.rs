//! The thread of the writer.

use super::{Next, Writer};
use crate::gate::End;
use crate::shared::Shared;
use std::io;
use std::sync::Arc;
use std::thread;

/// Turns the writer until it ends or fails. It sleeps when there is nothing to do.
pub(crate) fn run(mut writer: Writer) {
    let shared = Arc::clone(writer.shared());
    let _on_panic = OnPanic(Arc::clone(&shared));
    loop {
        match writer.turn() {
            Ok(Next::Turn) => {}
            Ok(Next::Sleep(time)) => shared.sleeper.sleep(time),
            Ok(Next::End) => {
                shared.gate.end(End::Closed);
                shared.space.tried(true);
                return;
            }
            Err(error) => return fail(&shared, error),
        }
    }
}

/// Stops the log for good: nothing more is taken, and all who wait are told.
pub(crate) fn fail(shared: &Shared, error: io::Error) {
    shared.gate.end(End::Failed(Arc::new(error)));
    shared.lanes.close();
    shared.space.tried(true);
}

struct OnPanic(Arc<Shared>);

impl Drop for OnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            fail(
                &self.0,
                io::Error::other("the writer of the log has panicked"),
            );
        }
    }
}
