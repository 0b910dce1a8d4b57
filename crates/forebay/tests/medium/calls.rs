//! Each kind of call to the storage fails once: the first one, the second one, and so on.

use core::ops::ControlFlow;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use forebay::{Engine, Error};
use forebay_wal::DiskStorage;

use crate::Directory;
use crate::failing::{CALLS, Call, Failing, Fault};
use crate::life::{Ledger, MESSAGES, config, live};

/// A store as a killed process leaves it, and what is in it.
struct Before {
    directory: Directory,
    ledger: Ledger,
}

impl Before {
    fn new(name: &str) -> Self {
        let working = Directory::quick(&format!("{name}-working"));
        let directory = Directory::quick(&format!("{name}-before"));
        let mut ledger = Ledger::default();
        fs::create_dir(directory.path()).expect("there is room for a directory");
        let storage = Arc::new(DiskStorage::new(working.path()));
        live(storage, 0, |event| {
            ledger.note(event);
            // What is there now stays when the process ends later.
            if ledger.acknowledged() == LAST_ACKNOWLEDGED {
                copy(working.path(), directory.path());
            }
        });
        assert_eq!(ledger.acknowledged(), LAST_ACKNOWLEDGED, "nothing fails");
        Self { directory, ledger }
    }
}

/// All pushes of a life, and the pops among them.
const LAST_ACKNOWLEDGED: usize = 18;

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("it is a directory") {
        let entry = entry.expect("it can be read");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("there is room");
    }
}

/// One life with one fault, then another one without. Breaks when there was no such call.
fn fail(before: Option<&Before>, call: Call, at: u64, fault: Fault) -> ControlFlow<(), usize> {
    let case = format!("{fault:?} at {call:?} {at}, new {}", before.is_none());
    let directory = Directory::quick(&format!("{fault:?}-{call:?}-{at}-{}", before.is_none()));
    let mut ledger = Ledger::default();
    if let Some(before) = before {
        fs::create_dir(directory.path()).expect("there is room for a directory");
        copy(before.directory.path(), directory.path());
        ledger = before.ledger.clone();
    }
    let known = ledger.acknowledged();
    let storage = Failing::new(directory.path()).with(call, at, fault);
    let first = before.map_or(0, |_| MESSAGES);
    live(Arc::new(storage.clone()), first, |event| ledger.note(event));
    ledger.judge(Arc::new(DiskStorage::new(directory.path())), &case);
    if storage.has_failed() {
        ControlFlow::Continue(ledger.acknowledged() - known)
    } else {
        ControlFlow::Break(())
    }
}

/// All calls, or the first ones and then some of each kind.
fn sweep(fault: Fault, is_whole: bool) {
    let before = Before::new(&format!("{fault:?}-{is_whole}"));
    let (mut cases, mut acknowledged, mut least) = (0, 0, usize::MAX);
    for before in [None, Some(&before)] {
        for call in CALLS {
            let mut at = 0;
            while let ControlFlow::Continue(count) = fail(before, call, at, fault) {
                cases += 1;
                acknowledged += count;
                least = least.min(count);
                at += if is_whole || at < 2 { 1 } else { at * 2 };
            }
            let never = before.is_none() && matches!(call, Call::Read | Call::Len);
            assert_eq!(at == 0, never, "{call:?} is never called");
        }
    }
    assert!(cases > 40, "{cases}");
    assert!(acknowledged > cases * 5, "{acknowledged} in {cases} lives");
    // Short calls are continued; other failures stop something, or not even that.
    let is_stopped = least < LAST_ACKNOWLEDGED;
    assert_eq!(is_stopped, fault != Fault::Short, "{fault:?}: {least}");
}

#[test]
fn an_error_of_some_calls() {
    sweep(Fault::Io, false);
}

#[test]
fn no_space_at_some_calls() {
    sweep(Fault::NoSpace, false);
}

#[test]
fn an_interruption_of_some_calls() {
    sweep(Fault::Interrupted, false);
}

#[test]
fn some_calls_are_short() {
    sweep(Fault::Short, false);
}

#[test]
#[ignore = "takes minutes: cargo xtask torture medium"]
fn any_fault_of_any_call() {
    for fault in [Fault::Io, Fault::NoSpace, Fault::Interrupted, Fault::Short] {
        sweep(fault, true);
        eprintln!("{fault:?} at every call");
    }
}

/// No file grows any more: the log goes on with the segments that it has, and checkpoints fail.
#[test]
fn a_full_file_system_refuses_producers_and_lets_consumers_drain() {
    let directory = Directory::new("full");
    let storage = Failing::new(directory.path());
    let engine = Engine::open(config(Arc::new(storage.clone()))).expect("there is room");
    storage.set_full(true);
    let mut pushed = 0_u64;
    let refused = loop {
        match engine.rpush("mq", [format!("{pushed} {}", "x".repeat(500))]) {
            Ok(_) => pushed += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, Error::LogFull);
    assert!(pushed > 5, "{pushed}");
    let half = pushed / 2;
    for n in 0..half {
        let popped = engine
            .lpop("mq")
            .expect("there is a reserve")
            .expect("it is there");
        assert!(popped.starts_with(format!("{n} ").as_bytes()), "{n}");
    }
    assert_eq!(engine.llen("mq"), Ok(pushed - half));
    storage.set_full(false);
    engine.checkpoint().expect("there is room again");
    engine
        .rpush("mq", ["goes on"])
        .expect("there is room again");
    engine.close();
    let engine = Engine::open(config(Arc::new(DiskStorage::new(directory.path()))));
    let engine = engine.expect("nothing has failed");
    assert_eq!(engine.llen("mq"), Ok(pushed - half + 1));
}
