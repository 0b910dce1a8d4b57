//! A command that is still in the read buffer.

use core::fmt;
use core::mem;
use core::ops::Index;

use bytes::{Buf, Bytes, BytesMut};

use super::arguments::Arguments;
use super::owned_command::OwnedCommand;
use super::span::Span;

/// A whole command at the start of the read buffer; its arguments are slices of it.
///
/// Dropping it takes it from the buffer. It has at least one argument, which is its name.
///
/// # Examples
/// ```
/// use bytes::BytesMut;
/// use forebay_resp::{CommandDecoder, CommandLimits};
///
/// let mut input = BytesMut::from("LPUSH mq \"two words\"\r\n");
/// let mut decoder = CommandDecoder::new();
/// let command = decoder.decode(&mut input, &CommandLimits::default())?.expect("it is whole");
/// assert_eq!(command.name(), b"LPUSH");
/// assert_eq!(&command[2], b"two words");
/// assert_eq!(command.argument(3), None);
/// assert_eq!(command.arguments().len(), 3);
/// # Ok::<(), forebay_resp::ProtocolError>(())
/// ```
pub struct Command<'a> {
    buffer: &'a mut BytesMut,
    spans: &'a [Span],
    /// Of the command in `buffer`; nothing once it was split off.
    bytes: usize,
}

impl<'a> Command<'a> {
    #[inline]
    pub(super) fn new(buffer: &'a mut BytesMut, spans: &'a [Span], bytes: usize) -> Self {
        debug_assert!(!spans.is_empty(), "a command has a name");
        Self {
            buffer,
            spans,
            bytes,
        }
    }

    /// The first argument.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self[0]
    }

    /// Argument `index`, where the name is argument 0.
    #[inline]
    #[must_use]
    pub fn argument(&self, index: usize) -> Option<&[u8]> {
        let span = self.spans.get(index)?;
        Some(&self.buffer[span.range()])
    }

    /// All arguments, the name first.
    #[inline]
    #[must_use]
    pub fn arguments(&self) -> Arguments<'_> {
        Arguments::new(&self.buffer[..self.bytes], self.spans)
    }

    /// How many bytes of the buffer it takes.
    #[inline]
    #[must_use]
    pub fn wire_bytes(&self) -> usize {
        self.bytes
    }

    /// Makes it owned without copying its bytes.
    ///
    /// What comes out keeps the whole allocation of the read buffer alive. That is right for a
    /// command with large arguments, which fill it. A small one that is kept for long is better
    /// [copied](Self::copied).
    ///
    /// # Complexity
    /// O(1) for up to four arguments, then one step for each.
    #[must_use]
    pub fn split_off(mut self) -> OwnedCommand {
        let bytes = mem::take(&mut self.bytes);
        OwnedCommand::new(self.buffer.split_to(bytes).freeze(), self.spans)
    }

    /// Copies its bytes into an allocation of their own.
    #[must_use]
    pub fn copied(&self) -> OwnedCommand {
        let bytes = Bytes::copy_from_slice(&self.buffer[..self.bytes]);
        OwnedCommand::new(bytes, self.spans)
    }
}

impl Index<usize> for Command<'_> {
    type Output = [u8];

    #[inline]
    fn index(&self, index: usize) -> &[u8] {
        &self.buffer[self.spans[index].range()]
    }
}

impl Drop for Command<'_> {
    #[inline]
    fn drop(&mut self) {
        self.buffer.advance(self.bytes);
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Command").field(&self.arguments()).finish()
    }
}
