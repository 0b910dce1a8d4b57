//! A small store, damaged in every way: the right data, or a refusal that names file and offset.

use super::small;
use crate::sim::{Hand, SimDisk};
use crate::{Config, Error, Record};
use std::io::{Read, Write};
use std::sync::Arc;

fn tiny() -> Config {
    Config {
        segment_bytes: 32 << 10,
        record_bytes_max: 4 << 10,
        ..small()
    }
}

/// A store with a checkpoint, two segments behind it, and a proper end; and what is in it.
pub(super) fn store() -> (SimDisk, Vec<Vec<u8>>) {
    let disk = SimDisk::new(1);
    let mut contents = Vec::new();
    {
        let (log, mut hand, _) = Hand::open(Arc::new(disk.clone()), tiny()).unwrap();
        let mut put = |hand: &mut Hand, length: usize| {
            let body = vec![u8::try_from(contents.len() + 1).unwrap(); length];
            log.append(Record::new(2, 9, &body)).unwrap();
            contents.push(body);
            hand.turn().unwrap();
        };
        put(&mut hand, 10);
        put(&mut hand, 600);
        let mut checkpoint = log.checkpoint().unwrap();
        checkpoint.write_all(&[1; 10]).unwrap();
        checkpoint.write_all(&[2; 600]).unwrap();
        hand.commit(checkpoint).unwrap();
        for length in [3, 4_000, 3_900, 20, 700, 3_000] {
            put(&mut hand, length);
        }
        log.close().unwrap();
        hand.turn().unwrap();
    }
    (disk, contents)
}

/// Opens the store and reads all of it.
pub(super) fn read(disk: &SimDisk) -> Result<Vec<u8>, Error> {
    let (_log, _hand, mut recovery) = Hand::open(Arc::new(disk.clone()), tiny())?;
    let mut all = Vec::new();
    if let Some(mut checkpoint) = recovery.checkpoint {
        checkpoint.read_to_end(&mut all).unwrap();
    }
    while let Some(record) = recovery.replay.next_record()? {
        assert_eq!((record.kind(), record.shard()), (2, 9));
        all.extend_from_slice(record.body());
    }
    Ok(all)
}

/// Damages each file with `damage`, for as many steps as that has, and opens the store.
fn sweep(steps: impl Fn(usize) -> usize, damage: impl Fn(&mut Vec<u8>, usize)) -> (usize, usize) {
    let (disk, contents) = store();
    let expected = contents.concat();
    assert_eq!(read(&disk.fork()).unwrap(), expected);
    let mut names = crate::Storage::names(&disk).unwrap();
    names.retain(|name| !name.starts_with("spare"));
    assert!(names.len() >= 4, "{names:?}");
    let (mut refused, mut right) = (0, 0);
    for name in names {
        let bytes = disk.bytes(&name).unwrap();
        for step in 0..steps(bytes.len()) {
            let mut damaged = bytes.clone();
            damage(&mut damaged, step);
            let disk = disk.fork();
            disk.set_bytes(&name, damaged);
            match read(&disk) {
                Ok(all) => {
                    assert!(all == expected, "{name}, step {step}: other data");
                    right += 1;
                }
                Err(Error::Corrupt(corruption)) => {
                    assert_eq!(corruption.file(), name, "step {step}: {corruption}");
                    assert!(corruption.offset() <= bytes.len() as u64, "{corruption}");
                    refused += 1;
                }
                Err(error) => panic!("{name}, step {step}: {error}"),
            }
        }
    }
    (refused, right)
}

/// Bits that are tried of each byte of what is in use; blocks of zeroes get one bit of one byte in
/// 64. `FOREBAY_WAL_EVERY_BIT` tries every bit of everything.
#[test]
fn every_bit() {
    let all = std::env::var_os("FOREBAY_WAL_EVERY_BIT").is_some();
    let flip = |bytes: &mut Vec<u8>, step: usize| {
        let at = step / 8;
        let block = &bytes[at / 64 * 64..(at / 64 * 64 + 64).min(bytes.len())];
        let boring = block.iter().all(|byte| *byte == block[0]) && block.len() == 64;
        if all || !boring || at.is_multiple_of(64) && step % 8 == 3 {
            bytes[at] ^= 1 << (step % 8);
        } else {
            // Nothing to flip: as cheap as a step can be.
            bytes.truncate(0);
        }
    };
    let (refused, right) = sweep(|length| length * 8, flip);
    assert!(refused > 1_000 && right > 100, "{refused} {right}");
}

#[test]
fn every_sector_zeroed_or_filled() {
    for fill in [0, 0xff] {
        let zero = |bytes: &mut Vec<u8>, step: usize| {
            let end = (step * 512 + 512).min(bytes.len());
            bytes[step * 512..end].fill(fill);
        };
        let (refused, right) = sweep(|length| length.div_ceil(512), zero);
        assert!(refused > 20 && right > 20, "{refused} {right}");
    }
}

#[test]
fn every_length() {
    let step_bytes = 7;
    let cut = |bytes: &mut Vec<u8>, step: usize| bytes.truncate(step * step_bytes);
    let (refused, right) = sweep(|length| length.div_ceil(step_bytes), cut);
    assert!(refused > 1_000, "{refused}");
    assert_eq!(right, 0, "a file that is too short is never right");
}

#[test]
fn a_file_that_is_gone_is_missed() {
    let (disk, contents) = store();
    for name in crate::Storage::names(&disk).unwrap() {
        if name.starts_with("spare") {
            continue;
        }
        let disk = disk.fork();
        crate::Storage::remove(&disk, &name).unwrap();
        // Without its checkpoint a log that has not been cut yet is read from the start.
        match read(&disk) {
            Err(Error::Corrupt(_)) => {}
            found => assert!(found.is_ok_and(|all| all == contents.concat()), "{name}"),
        }
    }
}

#[test]
fn a_refusal_changes_nothing() {
    let (disk, _) = store();
    let name = "segment-0000000000000001";
    let mut bytes = disk.bytes(name).unwrap();
    bytes[4096 + 20] ^= 1;
    disk.set_bytes(name, bytes.clone());
    let first = read(&disk).unwrap_err().to_string();
    assert_eq!(first, read(&disk).unwrap_err().to_string());
    assert_eq!(disk.bytes(name), Some(bytes));
    assert!(first.contains(name) && first.contains("4096"), "{first}");
}
