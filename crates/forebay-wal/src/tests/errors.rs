//! Errors of the medium at every operation: nothing acknowledged is lost, and the log stops.

use super::history::{Ledger, live};
use super::small;
use crate::sim::random::Random;
use crate::sim::{Fault, Hand, SimDisk};
use crate::{Error, Level, Record, Wal};
use std::sync::Arc;

/// Runs a history with one fault at each operation, then lets the machine crash.
fn inject_everywhere(fault: Fault) -> usize {
    let mut failed = 0;
    for history in 0..3 {
        for operation in 0.. {
            let disk = SimDisk::new(history);
            let mut ledger = Ledger::default();
            let mut random = Random::new(history);
            disk.inject(operation, fault);
            for _ in 0..3 {
                match live(&disk, &small(), &mut ledger, &mut random, 40) {
                    Ok(()) => {}
                    Err(Error::Corrupt(found)) => panic!("{fault:?} at {operation}: {found}"),
                    Err(_) => failed += 1,
                }
            }
            let met = disk.operations() > operation;
            disk.restart();
            live(&disk, &small(), &mut ledger, &mut random, 10).unwrap();
            disk.restart();
            live(&disk, &small(), &mut ledger, &mut random, 0).unwrap();
            if !met {
                break;
            }
        }
    }
    failed
}

#[test]
fn an_io_error_anywhere_loses_nothing() {
    assert!(inject_everywhere(Fault::Io) > 100, "errors are seen");
}

#[test]
fn no_space_anywhere_loses_nothing() {
    assert!(inject_everywhere(Fault::NoSpace) > 100, "errors are seen");
}

#[test]
fn an_interruption_anywhere_loses_nothing() {
    inject_everywhere(Fault::Interrupted);
}

#[test]
fn a_short_write_anywhere_is_continued() {
    assert_eq!(inject_everywhere(Fault::Short), 0, "nobody notices");
}

#[test]
fn a_failed_sync_stops_the_log_and_is_not_tried_again() {
    let disk = SimDisk::new(3);
    let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), small()).unwrap();
    let ticket = log.append(Record::new(0, 0, b"x")).unwrap();
    // The write of the frame, then its sync.
    disk.inject(disk.operations() + 1, Fault::Io);
    assert!(matches!(hand.turn(), Err(Error::Indeterminate(_))));
    let done = disk.operations();
    assert!(matches!(
        log.wait(ticket, Level::Group),
        Err(Error::Indeterminate(_))
    ));
    assert!(log.wait(ticket, Level::Buffered).is_ok(), "it was written");
    assert!(matches!(
        log.append(Record::new(0, 0, b"y")),
        Err(Error::Poisoned(_))
    ));
    assert!(hand.turn().is_err());
    assert_eq!(disk.operations(), done, "nothing more is written");
}

#[test]
fn who_waits_in_a_thread_is_told_of_the_failure() {
    let disk = SimDisk::new(3);
    let (log, _) = Wal::open(Arc::new(disk.clone()), small()).unwrap();
    let log = &log;
    let ticket = log.append(Record::new(0, 0, b"x")).unwrap();
    log.wait(ticket, Level::Group).unwrap();
    disk.limit(Some(0));
    for ahead in 0..4 {
        disk.inject(disk.operations() + ahead, Fault::Io);
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                while let Ok(ticket) = log.append(Record::new(0, 0, b"y")) {
                    if let Err(error) = log.wait(ticket, Level::Group) {
                        assert!(matches!(error, Error::Indeterminate(_)), "{error}");
                    }
                }
                let refused = log.append(Record::new(0, 0, b"z"));
                assert!(matches!(refused, Err(Error::Poisoned(_))), "{refused:?}");
            });
        }
    });
    assert!(matches!(log.close(), Err(Error::Indeterminate(_))));
}
