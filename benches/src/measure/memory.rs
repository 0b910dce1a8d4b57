//! Memory of this process and of those it has started, as the kernel counts it.

use core::fmt::Display;
use core::time::Duration;
use std::fs;
use std::thread;
use std::time::Instant;

const PAGE_BYTES: u64 = 4096;

/// What a run needed beyond its messages' passage.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MemoryUse {
    /// The most that was resident at any time in a process that did nothing else.
    pub peak_rss_bytes: Option<u64>,
    /// What one waiting message takes, its payload included.
    pub bytes_per_message: Option<f64>,
    /// The same without the payload and the key.
    pub bytes_beside_content: Option<f64>,
    /// What stayed resident of the backlog after all of it was consumed.
    pub retained_bytes: Option<i64>,
}

/// Resident bytes now; none where the kernel does not say.
#[must_use]
pub fn resident() -> Option<u64> {
    resident_of("self")
}

/// The most that was ever resident.
#[must_use]
pub fn peak_resident() -> Option<u64> {
    peak_resident_of("self")
}

/// Resident bytes of another process, by its number.
#[must_use]
pub fn resident_of(process: impl Display) -> Option<u64> {
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * PAGE_BYTES)
}

/// The most that was ever resident of another process.
#[must_use]
pub fn peak_resident_of(process: impl Display) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Bytes that can be had without swapping.
#[must_use]
pub fn available() -> Option<u64> {
    let meminfo = fs::read_to_string("/proc/meminfo").ok()?;
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// Growth from one reading to a later one; negative when memory went back.
#[must_use]
pub fn growth(before: Option<u64>, after: Option<u64>) -> Option<i64> {
    Some(after?.cast_signed().wrapping_sub(before?.cast_signed()))
}

/// Waits until no more than `enough` bytes are resident, at most for `limit`, and says what is
/// then.
///
/// Allocators return pages some time after the last free, and some only while they are called:
/// `stir` is called in between, as a program that lives on would.
pub fn settled(enough: u64, limit: Duration, mut stir: impl FnMut()) -> Option<u64> {
    let start = Instant::now();
    let mut least = resident()?;
    while least > enough && start.elapsed() < limit {
        stir();
        thread::sleep(Duration::from_millis(20));
        least = least.min(resident()?);
    }
    Some(least)
}
