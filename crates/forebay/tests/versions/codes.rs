//! The codes of the operations in a log, read as `docs/log-format.md` says and by no code of the
//! engine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use forebay_wal::Config;
use forebay_wal::Storage;
use forebay_wal::sim::{Hand, SimDisk};

struct Parser<'a>(&'a [u8]);

impl<'a> Parser<'a> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().expect("a byte");
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return number;
            }
        }
        panic!("a number has at most ten bytes");
    }

    fn take(&mut self, count: u64) -> &'a [u8] {
        let count = usize::try_from(count).expect("small");
        let (bytes, rest) = self.0.split_at(count);
        self.0 = rest;
        bytes
    }

    fn bytes(&mut self) -> &'a [u8] {
        let count = self.number();
        self.take(count)
    }

    /// An operation; its key is that of the one before if it has none.
    fn operation(&mut self, has_key_before: bool) -> u8 {
        let code = self.byte();
        if code & 0x80 == 0 {
            self.bytes();
        } else {
            assert!(has_key_before, "the first operation has a key");
        }
        let code = code & 0x7f;
        match code {
            1 | 2 | 11 | 12 | 15..=17 => drop(self.bytes()),
            3 | 4 => drop(self.take(4)),
            5..=8 => {
                self.number();
                self.bytes();
            }
            9 => {
                self.number();
                self.number();
            }
            10 | 14 => {}
            13 => drop(self.number()),
            32..=49 => {
                let length = self.take(4).try_into().expect("four bytes");
                self.take(u64::from(u32::from_le_bytes(length)));
            }
            other => panic!("no operation has the code {other}"),
        }
        code
    }
}

/// All codes in the log of a store, those of the records before its checkpoint included.
pub(crate) fn of(files: BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let disk = SimDisk::new(1);
    for (name, bytes) in files {
        disk.create(&name).expect("the disk is empty");
        disk.set_bytes(&name, bytes);
    }
    let opened = Hand::open(Arc::new(disk), Config::default());
    let (_log, _hand, mut recovery) = opened.expect("a whole store");
    let mut codes = BTreeSet::new();
    while let Some(record) = recovery.replay.next_record().expect("it is whole") {
        assert_eq!((record.kind(), record.shard()), (1, 0), "a step");
        let mut parser = Parser(record.body());
        parser.take(8);
        let mut has_key = false;
        while !parser.0.is_empty() {
            codes.insert(parser.operation(has_key));
            has_key = true;
        }
    }
    codes.into_iter().collect()
}
