//! Files that are missing, that have another's place, or that are there twice.

use forebay_wal::Storage;
use forebay_wal::sim::SimDisk;

use crate::judge::Judge;
use crate::store::{Outcome, Store};

fn is_spare(name: &str) -> bool {
    name.starts_with("spare")
}

/// Nobody looks into a spare file.
fn whole_if(is_whole: bool) -> Outcome {
    if is_whole {
        Outcome::Whole
    } else {
        Outcome::Refused
    }
}

fn put(disk: &SimDisk, name: &str, bytes: &[u8]) {
    // A file that is new is there for good, whatever the disk would make of its name in a crash.
    drop(disk.create(name));
    disk.set_bytes(name, bytes.to_vec());
}

/// The name of another file of the same kind.
fn other_name(name: &str, by: u64) -> Option<String> {
    let (kind, number) = name.split_once('-')?;
    let number = u64::from_str_radix(number, 16).ok()?;
    Some(format!("{kind}-{:016x}", number.wrapping_add(by)))
}

fn stores() -> [Store; 2] {
    [Store::new(true), Store::new(false)]
}

#[test]
fn a_file_is_missing() {
    for store in stores() {
        let mut judge = Judge::new(&store);
        for name in store.files.keys() {
            let outcome = judge.judge(
                |disk| disk.remove(name).expect("it is there"),
                &format!("Without {name}"),
            );
            assert_eq!(outcome, whole_if(is_spare(name)), "{name}");
        }
    }
}

#[test]
fn all_files_of_a_kind_are_missing() {
    for store in stores() {
        let mut judge = Judge::new(&store);
        for kind in ["STORE", "segment", "checkpoint", "spare"] {
            let names = || store.files.keys().filter(|name| name.starts_with(kind));
            let outcome = judge.judge(
                |disk| names().for_each(|name| disk.remove(name).expect("it is there")),
                &format!("Without any {kind}"),
            );
            assert_eq!(outcome, whole_if(kind == "spare"), "{kind}");
        }
    }
}

#[test]
fn two_files_are_swapped() {
    for store in stores() {
        let mut judge = Judge::new(&store);
        for (one, first) in &store.files {
            for (other, second) in &store.files {
                let outcome = judge.judge(
                    |disk| {
                        put(disk, one, second);
                        put(disk, other, first);
                    },
                    &format!("With {one} and {other} swapped"),
                );
                let both = is_spare(one) && is_spare(other);
                assert_eq!(outcome, whole_if(both || one == other), "{one} {other}");
            }
        }
    }
}

#[test]
fn a_file_is_over_another_one() {
    for store in stores() {
        let mut judge = Judge::new(&store);
        for (one, bytes) in &store.files {
            for other in store.files.keys() {
                let case = format!("With {one} over {other}");
                let outcome = judge.judge(|disk| put(disk, other, bytes), &case);
                let is_whole = is_spare(other) || one == other;
                assert_eq!(outcome, whole_if(is_whole), "{one} {other}");
            }
        }
    }
}

#[test]
fn a_file_is_there_twice() {
    for store in stores() {
        let mut judge = Judge::new(&store);
        for (name, bytes) in &store.files {
            for by in [1, 2, 0x1000, u64::MAX - 0xffff] {
                let Some(other) = other_name(name, by) else {
                    continue;
                };
                if store.files.contains_key(&other) {
                    continue;
                }
                let case = format!("With {name} as {other}, too");
                let outcome = judge.judge(|disk| put(disk, &other, bytes), &case);
                assert_eq!(outcome, whole_if(is_spare(name)), "{name} {other}");
            }
        }
    }
}

#[test]
fn a_file_has_another_name() {
    for store in stores() {
        let mut judge = Judge::new(&store);
        for name in store.files.keys() {
            let others = [
                other_name(name, 1),
                other_name(name, 0x1000),
                Some(format!("{name}.tmp")),
                Some(name.to_uppercase() + "~"),
            ];
            for other in others.into_iter().flatten() {
                let is_taken = store.files.contains_key(&other);
                let case = format!("With {name} renamed to {other}");
                let outcome = judge.judge(
                    |disk| disk.rename(name, &other).expect("it is there"),
                    &case,
                );
                let is_whole = is_spare(name);
                assert_eq!(outcome, whole_if(is_whole), "{case} {is_taken}");
            }
        }
    }
}

/// A file of another store does not fit into this one.
#[test]
fn a_file_is_of_another_store() {
    let store = Store::new(true);
    let other = Store::on(SimDisk::new(2), true);
    let mut judge = Judge::new(&store);
    for (name, bytes) in &other.files {
        assert!(is_spare(name) || *bytes != store.files[name], "{name}");
        let case = format!("With another store's {name}");
        let outcome = judge.judge(|disk| put(disk, name, bytes), &case);
        assert_eq!(outcome, whole_if(is_spare(name)), "{name}");
    }
}
