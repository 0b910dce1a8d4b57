//! The log with its thread, on the simulated and on the real disk.

use super::small;
use crate::sim::SimDisk;
use crate::{Config, DiskStorage, Error, Level, Record, Storage, Wal};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let name = format!("forebay-wal-{name}-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn storage(&self) -> Arc<dyn Storage> {
        Arc::new(DiskStorage::new(&self.0))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Some threads append and wait; returns how many records a recovery finds then.
fn append_and_reopen(open: impl Fn() -> Arc<dyn Storage>, level: Level) -> usize {
    let (threads, each) = (4_u32, 100_u32);
    let config = Config {
        level,
        segments_max: 64,
        ..small()
    };
    let (log, _) = Wal::open(open(), config.clone()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let log = &log;
            scope.spawn(move || {
                for number in 0..each {
                    let record = Record::new(0, thread, &number.to_le_bytes()).append_to(log);
                    log.wait(record, level).unwrap();
                }
            });
        }
    });
    log.flush().unwrap();
    drop(log);
    let (_log, mut recovery) = Wal::open(open(), config).unwrap();
    let mut next = vec![0_u32; threads as usize];
    let mut count = 0;
    while let Some(record) = recovery.replay.next_record().unwrap() {
        let expected = &mut next[record.shard() as usize];
        assert_eq!(record.body(), expected.to_le_bytes());
        *expected += 1;
        count += 1;
    }
    count
}

trait AppendTo {
    fn append_to(self, log: &Wal) -> crate::Ticket;
}

impl AppendTo for Record<'_> {
    fn append_to(self, log: &Wal) -> crate::Ticket {
        log.append(self).unwrap()
    }
}

#[test]
fn many_threads_append_and_all_of_it_is_there() {
    for level in [Level::Group, Level::Buffered, Level::None] {
        let disk = SimDisk::new(1);
        let simulated = append_and_reopen(|| Arc::new(disk.clone()), level);
        assert_eq!(simulated, 400, "{level:?}");
    }
    let directory = Directory::new("threads");
    assert_eq!(append_and_reopen(|| directory.storage(), Level::Group), 400);
}

#[test]
fn one_at_a_time_and_nobody_else() {
    let directory = Directory::new("lock");
    let (log, _) = Wal::open(directory.storage(), small()).unwrap();
    assert!(matches!(
        Wal::open(directory.storage(), small()),
        Err(Error::Locked)
    ));
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory.0), 0o700);
    let mut files = 0;
    for entry in std::fs::read_dir(&directory.0).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
        files += 1;
    }
    assert!(files >= 4, "{files}");
    drop(log);
    assert!(Wal::open(directory.storage(), small()).is_ok());
}

#[test]
fn a_closed_log_takes_nothing() {
    let disk = SimDisk::new(1);
    let (log, _) = Wal::open(Arc::new(disk), small()).unwrap();
    let ticket = log.append(Record::new(0, 0, b"last")).unwrap();
    log.close().unwrap();
    log.wait(ticket, Level::Group).unwrap();
    assert!(matches!(
        log.append(Record::new(0, 0, b"late")),
        Err(Error::Closed)
    ));
    assert!(matches!(log.flush(), Err(Error::Closed)));
    log.close().unwrap();
}
