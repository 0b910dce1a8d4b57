//! A whole log on a simulated disk: callers, and the writer in a thread of the model.

use core::time::Duration;
use forebay_wal::model::{WriterThread, open};
use forebay_wal::sim::SimDisk;
use forebay_wal::{Config, Error, Level, Record, Ticket, Wal};
use loom::sync::Arc;
use loom::thread;
use loom_tests::outcomes::Outcomes;

fn log(level: Level) -> (SimDisk, Arc<Wal>, WriterThread) {
    paced_log(level, Duration::ZERO)
}

fn paced_log(level: Level, pace: Duration) -> (SimDisk, Arc<Wal>, WriterThread) {
    let config = Config {
        level,
        segment_bytes: 32 << 10,
        segments_max: 3,
        segments_reserved: 1,
        record_bytes_max: 64,
        frame_bytes_max: 4 << 10,
        // A model has no time.
        vouch_after: Duration::ZERO,
        pace,
    };
    let disk = SimDisk::new(1);
    let (log, writer) = open(std::sync::Arc::new(disk.clone()), config).unwrap();
    (disk, Arc::new(log), writer)
}

/// The body of the only record of this kind.
fn body(kind: u8) -> [u8; 8] {
    [0xa0 + kind; 8]
}

fn append(log: &Wal, kind: u8) -> Result<Ticket, Error> {
    log.append(Record::new(kind, 0, &body(kind)))
}

/// Whether the record would be there after a crash at this moment.
fn is_on_disk(disk: &SimDisk, kind: u8) -> bool {
    let segment = disk.durable_bytes("segment-0000000000000001").unwrap();
    // One page has more than the frames of a model.
    let frames = &segment[4096..];
    frames.windows(8).any(|window| window == body(kind))
}

/// An acknowledgement means that the record is on the disk.
#[test]
fn append_and_wait() {
    Outcomes::exactly(&[()]).explore(|| {
        let (disk, log, writer) = log(Level::Group);
        let writer = thread::spawn(move || writer.run());
        let ticket = append(&log, 1).unwrap();
        log.wait(ticket, Level::Group).unwrap();
        assert!(is_on_disk(&disk, 1), "what is acknowledged");
        log.close().unwrap();
        writer.join().unwrap();
    });
}

/// At a level that never syncs, who asks for it gets it.
#[test]
fn flush_at_a_level_without_syncs() {
    Outcomes::exactly(&[()]).explore(|| {
        let (disk, log, writer) = log(Level::None);
        let writer = thread::spawn(move || writer.run());
        append(&log, 1).unwrap();
        log.flush().unwrap();
        assert!(is_on_disk(&disk, 1), "what was flushed");
        log.close().unwrap();
        writer.join().unwrap();
    });
}

/// When the writer dozes until somebody waits, then that is enough.
#[test]
fn a_wait_ends_a_doze() {
    Outcomes::exactly(&[()]).explore(|| {
        let (disk, log, writer) = paced_log(Level::Group, Duration::MAX);
        let writer = thread::spawn(move || writer.run());
        let ticket = append(&log, 1).unwrap();
        log.wait(ticket, Level::Group).unwrap();
        assert!(is_on_disk(&disk, 1), "what is acknowledged");
        log.close().unwrap();
        writer.join().unwrap();
    });
}

/// The same, of two who wait for different things.
#[test]
#[ignore = "two minutes"]
fn two_waits_end_a_doze() {
    Outcomes::exactly(&[()]).explore(|| {
        let (disk, log, writer) = paced_log(Level::None, Duration::MAX);
        let writer = thread::spawn(move || writer.run());
        let other = {
            let log = Arc::clone(&log);
            thread::spawn(move || log.wait(log.ticket(), Level::Buffered).unwrap())
        };
        append(&log, 1).unwrap();
        log.flush().unwrap();
        assert!(is_on_disk(&disk, 1), "what was flushed");
        other.join().unwrap();
        log.close().unwrap();
        writer.join().unwrap();
    });
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    Neither,
    First,
    Both,
}

/// The writer ends with everything that was taken, and nobody waits for ever.
#[test]
fn close_against_appends() {
    Outcomes::exactly(&[Taken::Neither, Taken::First, Taken::Both]).explore(|| {
        let (disk, log, writer) = log(Level::Group);
        let writer = thread::spawn(move || writer.run());
        let appender = {
            let log = Arc::clone(&log);
            thread::spawn(move || {
                let mut taken = Taken::Neither;
                for (kind, next) in [(1, Taken::First), (2, Taken::Both)] {
                    match append(&log, kind) {
                        Ok(_) => taken = next,
                        Err(error) => assert!(matches!(error, Error::Closed), "{error}"),
                    }
                }
                taken
            })
        };
        log.close().unwrap();
        writer.join().unwrap();
        let taken = appender.join().unwrap();
        assert_eq!(is_on_disk(&disk, 1), taken != Taken::Neither, "{taken:?}");
        assert_eq!(is_on_disk(&disk, 2), taken == Taken::Both, "{taken:?}");
        taken
    });
}
