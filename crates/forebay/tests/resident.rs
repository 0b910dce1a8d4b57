//! A backlog is dense in memory, and the memory goes back to the operating system.
//!
//! One test in a program of its own: what the system says of a process is about all of it.
#![cfg(target_os = "linux")]
#![cfg(test)]

use forebay::{Config, Engine};

/// Bytes of this process that are in memory.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

const MESSAGE: [u8; 64] = [1; 64];
/// With the place in its segment: 12 % for what a queue adds.
const PER_MESSAGE_MAX: u64 = 72;
const LEFT_MAX: u64 = 32 << 20;

#[test]
fn backlog_is_dense_and_goes_back_to_the_system() {
    let all = !cfg!(debug_assertions) || std::env::var_os("FOREBAY_LONG").is_some();
    let count: u64 = if all { 10_000_000 } else { 2_000_000 };
    let engine = Engine::open(Config::in_memory()).unwrap();
    let list = engine.list("mq").unwrap();
    let before = resident_bytes();
    // Twice: the second time, nothing of the first may stand in its way.
    for wave in 0..2 {
        for _ in 0..count {
            list.lpush([MESSAGE]).unwrap();
        }
        let bytes = resident_bytes() - before;
        eprintln!(
            "wave {wave}: {} hundredths of a byte for each message",
            bytes * 100 / count
        );
        assert!(
            bytes <= count * PER_MESSAGE_MAX,
            "{bytes} bytes for {count} messages"
        );
        for _ in 0..count {
            assert_eq!(list.rpop_with(<[u8]>::len).unwrap(), Some(MESSAGE.len()));
        }
        // Empty memory is kept for the next burst until it has been idle for two rounds.
        for _ in 0..3 {
            engine.maintain();
        }
        let left = resident_bytes().saturating_sub(before);
        eprintln!("wave {wave}: {left} bytes are left");
        assert!(left <= LEFT_MAX, "{left} bytes are left after the drain");
    }
}
