//! What the log has done since it was opened.

/// Counts since the log was opened; a snapshot of what the writer had done after some batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Records written.
    pub records: u64,
    /// Bytes of records written, with what is before each.
    pub record_bytes: u64,
    /// Frames written.
    pub frames: u64,
    /// Bytes written, with headers and padding.
    pub bytes: u64,
    /// Batches written: epochs with at least one record.
    pub batches: u64,
    /// Syncs of segments with records.
    pub syncs: u64,
    /// Segments begun after the first.
    pub rotations: u64,
    /// Segments freed by checkpoints.
    pub recycled: u64,
    /// Segments with records, at present.
    pub segments: usize,
    /// Segments that are free, at present.
    pub spares: usize,
    /// Bytes that can still be appended, the reserve included.
    pub free_bytes: i64,
}
