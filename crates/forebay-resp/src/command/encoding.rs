//! Commands to bytes, for clients.

use bytes::BytesMut;

use crate::pieces::{put_bulk, put_header};

/// Writes a command as a client sends it.
///
/// # Examples
/// ```
/// use bytes::BytesMut;
/// use forebay_resp::write_command;
///
/// let mut output = BytesMut::new();
/// write_command(&mut output, ["LLEN", "mq"]);
/// assert_eq!(&output[..], b"*2\r\n$4\r\nLLEN\r\n$2\r\nmq\r\n");
/// ```
pub fn write_command<I>(output: &mut BytesMut, arguments: I)
where
    I: IntoIterator<IntoIter: ExactSizeIterator, Item: AsRef<[u8]>>,
{
    let arguments = arguments.into_iter();
    put_header(output, b'*', arguments.len());
    for argument in arguments {
        put_bulk(output, argument.as_ref());
    }
}
