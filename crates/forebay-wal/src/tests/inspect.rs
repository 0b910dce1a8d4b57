//! Looking at stores, and salvaging damaged ones.

use super::corruption::{read, store};
use crate::sim::SimDisk;
use crate::{Damage, Error, Salvage, Storage, inspect, salvage};
use std::sync::Arc;

const FIRST: &str = "segment-0000000000000001";

/// All bytes that a salvage of `disk` has, and what it says.
fn salvaged(disk: &SimDisk) -> (Vec<u8>, Salvage) {
    let into = SimDisk::new(9);
    let done = salvage(disk, Arc::new(into.clone())).unwrap();
    (read(&into).unwrap(), done)
}

/// Everything of a disk.
fn image(disk: &SimDisk) -> Vec<(String, Vec<u8>)> {
    let names = disk.names().unwrap().into_iter();
    names
        .map(|name| (name.clone(), disk.bytes(&name).unwrap()))
        .collect()
}

#[test]
fn a_whole_store_is_shown_and_copied_whole() {
    let (disk, contents) = store();
    let before = image(&disk);
    let seen = inspect(&disk).unwrap();
    assert_eq!(seen.segments.len(), 2, "{seen:?}");
    assert_eq!(seen.checkpoints.len(), 1, "{seen:?}");
    let records: u64 = seen
        .segments
        .iter()
        .filter_map(|segment| segment.kinds.get(&2))
        .map(|kind| kind.records)
        .sum();
    assert_eq!(records, contents.len() as u64);
    assert!(
        seen.segments.iter().all(|one| one.damage.is_empty()),
        "{seen:?}"
    );
    let report = seen.verdict.unwrap();
    assert_eq!(
        report.records, 8,
        "those before the checkpoint are read, too"
    );

    let (bytes, done) = salvaged(&disk);
    assert_eq!(bytes, contents.concat());
    assert_eq!((done.records, done.checkpoint_bytes), (6, Some(610)));
    assert!(done.left_out.is_empty(), "{done:?}");
    assert_eq!(image(&disk), before, "nothing was changed");
}

/// Damage in each block: the same verdict as opening, and all records but those that were hit.
#[test]
fn damage_takes_only_what_it_hits() {
    let (disk, contents) = store();
    let all = contents.concat();
    let mut hurt = 0;
    for (name, bytes) in image(&disk) {
        if name.starts_with("spare") {
            continue;
        }
        for block in 0..bytes.len().div_ceil(4096) {
            let disk = disk.fork();
            let mut bytes = bytes.clone();
            bytes[block * 4096 + 33] ^= 1;
            disk.set_bytes(&name, bytes);
            let seen = inspect(&disk).unwrap();
            let (bytes, done) = salvaged(&disk);
            match read(&disk) {
                Ok(_) => {
                    assert!(seen.verdict.is_ok(), "{name} block {block}: {seen:?}");
                    assert_eq!(bytes, all, "{name} block {block}");
                }
                Err(Error::Corrupt(found)) => {
                    assert_eq!(seen.verdict, Err(found), "{name} block {block}");
                    let lost = all.len() - bytes.len();
                    // One body is a run of one number, so what is left is in order.
                    assert!(bytes.is_sorted(), "{name} block {block}: {bytes:?}");
                    let reported = !done.left_out.is_empty() || name == "STORE";
                    assert!(lost == 0 || reported, "{name} block {block}: {done:?}");
                    let segment = name.starts_with("segment") && block > 0;
                    assert!(!segment || lost <= 4_003, "{name} block {block}: {lost}");
                    hurt += 1;
                }
                Err(error) => panic!("{name} block {block}: {error}"),
            }
        }
    }
    assert!(hurt > 8, "{hurt}");
}

#[test]
fn what_is_left_out_is_said() {
    let (disk, contents) = store();
    let mut bytes = disk.bytes(FIRST).unwrap();
    // The first frame behind the checkpoint.
    bytes[3 * 4096 + 70] ^= 1;
    disk.set_bytes(FIRST, bytes);
    let (found, done) = salvaged(&disk);
    let expected = [&contents[..2], &contents[3..]].concat().concat();
    assert_eq!(found, expected);
    assert_eq!(done.records, 5);
    let [left_out] = &done.left_out[..] else {
        panic!("{done:?}");
    };
    assert_eq!(left_out.file, FIRST);
    assert_eq!((left_out.offset, left_out.bytes), (3 * 4096, 4096));
    assert_eq!(left_out.damage, Damage::Unreadable);
}

/// Who the store is can be read from its segments.
#[test]
fn a_store_without_its_name_is_salvaged() {
    let (disk, contents) = store();
    disk.remove("STORE").unwrap();
    assert!(matches!(read(&disk), Err(Error::Corrupt(_))));
    let (bytes, _) = salvaged(&disk);
    assert_eq!(bytes, contents.concat());
}

#[test]
fn nothing_is_salvaged_from_nothing_or_into_something() {
    let (disk, _) = store();
    let empty = SimDisk::new(1);
    assert!(matches!(inspect(&empty), Err(Error::Config(_))));
    let refused = salvage(&disk, Arc::new(disk.fork()));
    assert!(matches!(refused, Err(Error::Config(_))), "{refused:?}");
}

#[test]
fn arbitrary_cuts_and_fills_never_panic() {
    let (disk, _) = store();
    for (name, bytes) in image(&disk) {
        for length in (0..bytes.len()).step_by(7_001) {
            let disk = disk.fork();
            disk.set_bytes(&name, bytes[..length].to_vec());
            if let Ok(seen) = inspect(&disk) {
                drop(seen);
                salvaged(&disk);
            }
        }
    }
}
