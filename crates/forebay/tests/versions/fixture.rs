//! A store as text, for segments are mostly zeroes.
//!
//! A line is the name of a file and its length, or an offset in the file above and the bytes there,
//! in hexadecimal digits; what is not said is zero. A line with a `#` says something to people.

use core::fmt::Write as _;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use forebay_wal::Storage;
use forebay_wal::sim::SimDisk;

const ROW_BYTES: usize = 32;

fn path(version: &str, kind: &str) -> PathBuf {
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fixtures.join(format!("{version}.{kind}.txt"))
}

/// The chance of a version's disk.
pub(crate) fn seed(version: &str) -> u64 {
    version
        .bytes()
        .fold(7, |seed, byte| seed * 31 + u64::from(byte))
}

/// The files of a store.
pub(crate) fn read(version: &str) -> BTreeMap<String, Vec<u8>> {
    let text = fs::read_to_string(path(version, "store")).expect("the fixture is there");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (first, second) = line.split_once(' ').expect("two words");
        if !first.bytes().all(|byte| byte.is_ascii_digit()) {
            let length = second.parse().expect("a length");
            files.push((first.to_owned(), vec![0; length]));
            continue;
        }
        let (_, bytes) = files.last_mut().expect("a file comes first");
        let at: usize = first.parse().expect("an offset");
        for (n, digits) in second.as_bytes().chunks(2).enumerate() {
            let digits = str::from_utf8(digits).expect("digits");
            bytes[at + n] = u8::from_str_radix(digits, 16).expect("two digits");
        }
    }
    files.into_iter().collect()
}

/// What must be found in it.
pub(crate) fn expected(version: &str) -> String {
    fs::read_to_string(path(version, "content")).expect("the fixture is there")
}

/// Keeps the store on `disk`, and what is in it; refuses to replace anything.
pub(crate) fn write(version: &str, disk: &SimDisk, content: &str) {
    let mut text = format!("# A store of {version}, never to be written again.\n");
    for name in disk.names().expect("no fault was injected") {
        let bytes = disk.bytes(&name).expect("it has just been named");
        let _ = writeln!(text, "{name} {}", bytes.len());
        // What a spare file has been before means nothing.
        let rows = bytes.chunks(ROW_BYTES).enumerate();
        for (row, bytes) in rows.filter(|_| !name.starts_with("spare")) {
            if bytes.iter().all(|byte| *byte == 0) {
                continue;
            }
            let _ = write!(text, "{} ", row * ROW_BYTES);
            for byte in bytes {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
    }
    for (kind, text) in [("store", text.as_str()), ("content", content)] {
        let path = path(version, kind);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let mut file = file.unwrap_or_else(|error| {
            panic!("{} is not written again: {error}", path.display());
        });
        file.write_all(text.as_bytes()).expect("there is room");
    }
}
