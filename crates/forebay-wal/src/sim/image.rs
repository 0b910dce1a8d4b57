//! One file of the simulated disk: what is durable, what is seen, and what a crash makes of it.

use super::random::Random;

/// What the medium writes as one, if nothing goes wrong.
const SECTOR_BYTES: usize = 512;

/// A write that no sync has covered yet.
#[derive(Clone, Debug)]
struct Write {
    offset: usize,
    bytes: Vec<u8>,
}

/// The two states of a file, and what is between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Image {
    durable: Vec<u8>,
    seen: Vec<u8>,
    pending: Vec<Write>,
}

impl Image {
    pub(super) fn seen(&self) -> &[u8] {
        &self.seen
    }

    pub(super) fn durable(&self) -> &[u8] {
        &self.durable
    }

    /// Both states at once: the hand of a test on the medium itself.
    pub(super) fn set(&mut self, bytes: Vec<u8>) {
        self.durable.clone_from(&bytes);
        self.seen = bytes;
        self.pending.clear();
    }

    pub(super) fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if self.seen.len() < end {
            self.seen.resize(end, 0);
        }
        self.seen[offset..end].copy_from_slice(bytes);
        self.pending.push(Write {
            offset,
            bytes: bytes.to_vec(),
        });
    }

    pub(super) fn sync(&mut self) {
        for write in self.pending.drain(..) {
            apply(&mut self.durable, &write);
        }
    }

    /// A sync that failed, or that lied: what was pending is clean for the system, and nowhere.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }

    /// What a crash leaves. Each sector that was written since the last sync is, independently, as
    /// it was, as some write made it, torn between the two, or garbage.
    pub(super) fn crash(&mut self, random: &mut Random) {
        // Some crashes lose nothing or everything: those are cases too.
        let mode = random.below(8);
        for write in core::mem::take(&mut self.pending) {
            match mode {
                0 => {}
                1 => apply(&mut self.durable, &write),
                _ => self.crash_write(&write, random),
            }
        }
        self.seen.clone_from(&self.durable);
    }

    fn crash_write(&mut self, write: &Write, random: &mut Random) {
        let mut at = write.offset;
        let end = write.offset + write.bytes.len();
        while at < end {
            let sector_end = ((at / SECTOR_BYTES + 1) * SECTOR_BYTES).min(end);
            let mut part = write.bytes[at - write.offset..sector_end - write.offset].to_vec();
            let keep = match random.below(10) {
                0..=3 => 0,
                4..=7 => part.len(),
                8 => random.below(part.len() + 1),
                _ => {
                    part.fill_with(|| random.next().to_le_bytes()[0]);
                    part.len()
                }
            };
            part.truncate(keep);
            apply(
                &mut self.durable,
                &Write {
                    offset: at,
                    bytes: part,
                },
            );
            at = sector_end;
        }
    }
}

fn apply(to: &mut Vec<u8>, write: &Write) {
    let end = write.offset + write.bytes.len();
    if write.bytes.is_empty() {
        return;
    }
    if to.len() < end {
        to.resize(end, 0);
    }
    to[write.offset..end].copy_from_slice(&write.bytes);
}
