//! The thread of the writer: when it turns, when it waits for more, when it sleeps.
//!
//! # Protocol
//! While nobody waits for anything, records may come together: the thread *dozes* for
//! [`Config::pace`](crate::Config::pace) after each gathering, and after it was woken. What ends a
//! doze early is somebody who waits ([`Shared::is_awaited`]): he makes himself known, under the lock
//! under which the thread looks, and then wakes it. So either the thread finds him or it is woken.
//! Appends do not end a doze, and while the thread dozes they wake nobody: only a gathering that
//! finds a lane empty asks the lane for that.

use super::{Next, Writer};
use crate::gate::End;
use crate::shared::Shared;
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::thread;

/// Turns the writer until it ends or fails. It sleeps when there is nothing to do.
pub(crate) fn run(mut writer: Writer) {
    let shared = Arc::clone(writer.shared());
    let _on_panic = OnPanic(Arc::clone(&shared));
    let mut began = shared.storage.now();
    loop {
        doze(&shared, began);
        began = shared.storage.now();
        match writer.turn() {
            Ok(Next::Turn) => {}
            Ok(Next::Sleep(time)) => {
                shared.sleeper.sleep(time);
                began = shared.storage.now();
            }
            Ok(Next::End) => {
                shared.gate.end(End::Closed);
                shared.space.tried(true);
                return;
            }
            Err(error) => return fail(&shared, error),
        }
    }
}

/// Sleeps for what is left of the pace, or until somebody waits for something.
fn doze(shared: &Shared, began: Duration) {
    let pace = shared.config.pace;
    while !shared.is_awaited() {
        let left = pace.saturating_sub(shared.storage.now().saturating_sub(began));
        if left.is_zero() {
            return;
        }
        shared.sleeper.sleep(Some(left));
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
