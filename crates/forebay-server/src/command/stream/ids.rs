//! Ids, in commands and in replies.

use core::str::{self, FromStr};

use forebay::{Error, StreamId};
use forebay_resp::ReplyWriter;
use smallvec::SmallVec;

use crate::command::Refusal;

/// Ids that a command names.
pub(super) type Ids = SmallVec<[StreamId; 4]>;

/// An id, or what may stand in its place.
#[inline]
pub(super) fn parse<T: FromStr<Err = Error>>(word: &[u8]) -> Result<T, Refusal> {
    let text = str::from_utf8(word).map_err(|_| Error::InvalidStreamId)?;
    Ok(text.parse()?)
}

/// Several ids.
pub(super) fn parse_all(words: &[&[u8]]) -> Result<Ids, Refusal> {
    words.iter().map(|word| parse(word)).collect()
}

/// As many ids as the word before them says, and how many words that are.
pub(super) fn parse_counted(words: &[&[u8]]) -> Result<(Ids, usize), Refusal> {
    const NO_IDS: Refusal = Refusal::new("ERR Number of IDs must be a positive integer");
    const TOO_FEW: Refusal =
        Refusal::new("ERR The `numids` parameter must match the number of arguments");

    let (count, rest) = words.split_first().ok_or(Refusal::SYNTAX)?;
    let count = crate::command::arguments::above_zero(count, NO_IDS)?;
    let ids = usize::try_from(count)
        .ok()
        .and_then(|count| rest.get(..count))
        .ok_or(TOO_FEW)?;
    Ok((parse_all(ids)?, 1 + ids.len()))
}

/// Writes an id.
#[inline]
pub(super) fn write(id: StreamId, reply: &mut ReplyWriter<'_>) {
    // Twice as many digits as the largest number has, and the sign between them.
    let mut text = SmallVec::<[u8; 48]>::new();
    text.extend_from_slice(itoa::Buffer::new().format(id.ms).as_bytes());
    text.push(b'-');
    text.extend_from_slice(itoa::Buffer::new().format(id.seq).as_bytes());
    reply.bulk(text);
}
