//! A command that has left the read buffer.

use core::fmt;
use core::ops::Index;

use bytes::Bytes;
use smallvec::SmallVec;

use super::arguments::Arguments;
use super::span::Span;

/// A command with its bytes, for what waits: for `EXEC`, for an element, for another thread.
///
/// # Examples
/// ```
/// use bytes::BytesMut;
/// use forebay_resp::{CommandDecoder, CommandLimits};
///
/// let mut input = BytesMut::from("*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n");
/// let mut decoder = CommandDecoder::new();
/// let command = decoder.decode(&mut input, &CommandLimits::default())?.expect("it is whole");
/// let command = command.split_off();
/// let word = command.bytes(1).expect("it has two arguments");
/// assert_eq!(word.as_ptr(), command[1].as_ptr(), "no byte was copied");
/// # Ok::<(), forebay_resp::ProtocolError>(())
/// ```
#[derive(Clone)]
pub struct OwnedCommand {
    bytes: Bytes,
    spans: SmallVec<[Span; 4]>,
}

impl OwnedCommand {
    pub(super) fn new(bytes: Bytes, spans: &[Span]) -> Self {
        Self {
            bytes,
            spans: SmallVec::from_slice(spans),
        }
    }

    /// The first argument.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self[0]
    }

    /// Argument `index`, where the name is argument 0.
    #[must_use]
    pub fn argument(&self, index: usize) -> Option<&[u8]> {
        let span = self.spans.get(index)?;
        Some(&self.bytes[span.range()])
    }

    /// Argument `index` as a slice that shares the bytes of the command.
    #[must_use]
    pub fn bytes(&self, index: usize) -> Option<Bytes> {
        let span = self.spans.get(index)?;
        Some(self.bytes.slice(span.range()))
    }

    /// All arguments, the name first.
    #[must_use]
    pub fn arguments(&self) -> Arguments<'_> {
        Arguments::new(&self.bytes, &self.spans)
    }

    /// How many bytes it had in the read buffer.
    #[must_use]
    pub fn wire_bytes(&self) -> usize {
        self.bytes.len()
    }
}

impl Index<usize> for OwnedCommand {
    type Output = [u8];

    fn index(&self, index: usize) -> &[u8] {
        &self.bytes[self.spans[index].range()]
    }
}

impl fmt::Debug for OwnedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnedCommand")
            .field(&self.arguments())
            .finish()
    }
}
