//! What is written down of a step: its operations, one behind the other.

use forebay_sync::Side;

use super::bytes::{Malformed, Parsed, Parser};

/// What an operation is. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    PushLeft = 1,
    PushRight = 2,
    PopLeft = 3,
    PopRight = 4,
    Set = 5,
    Insert = 6,
    RemoveFromLeft = 7,
    RemoveFromRight = 8,
    Truncate = 9,
    Delete = 10,
    Rename = 11,
    Copy = 12,
    Expire = 13,
    Persist = 14,
    SetString = 15,
    AddMember = 16,
    RemoveMember = 17,
    // Of streams; what these mean is the business of `stream::body`.
    Add = 32,
    AddAgain = 33,
    Trim = 34,
    DeleteEntry = 35,
    AckEverywhere = 36,
    Ack = 37,
    Nack = 38,
    CreateGroup = 39,
    SetGroupId = 40,
    DestroyGroup = 41,
    CreateConsumer = 42,
    DeleteConsumer = 43,
    Deliver = 44,
    Claim = 45,
    Autoclaim = 46,
    DropDeleted = 47,
    SetId = 48,
    Configure = 49,
}

/// The codes of operations on streams.
const OF_STREAMS: [Code; 18] = [
    Code::Add,
    Code::AddAgain,
    Code::Trim,
    Code::DeleteEntry,
    Code::AckEverywhere,
    Code::Ack,
    Code::Nack,
    Code::CreateGroup,
    Code::SetGroupId,
    Code::DestroyGroup,
    Code::CreateConsumer,
    Code::DeleteConsumer,
    Code::Deliver,
    Code::Claim,
    Code::Autoclaim,
    Code::DropDeleted,
    Code::SetId,
    Code::Configure,
];

/// Set in the code of an operation on the key of the operation before, which is not repeated.
pub(super) const SAME_KEY: u8 = 0x80;

impl Code {
    pub(crate) const fn push(side: Side) -> Self {
        match side {
            Side::Left => Self::PushLeft,
            Side::Right => Self::PushRight,
        }
    }

    pub(crate) const fn pop(side: Side) -> Self {
        match side {
            Side::Left => Self::PopLeft,
            Side::Right => Self::PopRight,
        }
    }

    pub(crate) const fn remove(from: Side) -> Self {
        match from {
            Side::Left => Self::RemoveFromLeft,
            Side::Right => Self::RemoveFromRight,
        }
    }
}

/// An operation on a key, as it is read back.
#[derive(Debug)]
pub(super) enum Operation<'a> {
    Push {
        side: Side,
        element: &'a [u8],
    },
    Pop {
        side: Side,
        count: u32,
    },
    Set {
        index: u64,
        element: &'a [u8],
    },
    Insert {
        index: u64,
        element: &'a [u8],
    },
    Remove {
        from: Side,
        limit: u64,
        element: &'a [u8],
    },
    Truncate {
        start: u64,
        end: u64,
    },
    Delete,
    Rename {
        to: &'a [u8],
    },
    Copy {
        to: &'a [u8],
    },
    Expire {
        at_ms: i64,
    },
    Persist,
    SetString {
        string: &'a [u8],
    },
    AddMember {
        member: &'a [u8],
    },
    RemoveMember {
        member: &'a [u8],
    },
    /// An operation on a stream, and its arguments.
    Stream {
        code: Code,
        arguments: Parser<'a>,
    },
}

/// The operations of a record, with their keys.
#[derive(Debug)]
pub(super) struct Operations<'a> {
    parser: Parser<'a>,
    key: &'a [u8],
}

impl<'a> Operations<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            parser: Parser(bytes),
            key: &[],
        }
    }

    /// The next operation and its key; `None` at the end.
    pub(super) fn next(&mut self) -> Parsed<Option<(&'a [u8], Operation<'a>)>> {
        if self.parser.is_at_end() {
            return Ok(None);
        }
        let code = self.parser.byte()?;
        if code & SAME_KEY == 0 {
            self.key = self.parser.bytes()?;
        }
        let operation = operation(code & !SAME_KEY, &mut self.parser)?;
        Ok(Some((self.key, operation)))
    }
}

fn operation<'a>(code: u8, from: &mut Parser<'a>) -> Parsed<Operation<'a>> {
    use Side::{Left, Right};
    Ok(match code {
        1 | 2 => Operation::Push {
            side: if code == 1 { Left } else { Right },
            element: from.bytes()?,
        },
        3 | 4 => Operation::Pop {
            side: if code == 3 { Left } else { Right },
            count: count(from)?,
        },
        5 => Operation::Set {
            index: from.number()?,
            element: from.bytes()?,
        },
        6 => Operation::Insert {
            index: from.number()?,
            element: from.bytes()?,
        },
        7 | 8 => Operation::Remove {
            from: if code == 7 { Left } else { Right },
            limit: from.number()?,
            element: from.bytes()?,
        },
        9 => Operation::Truncate {
            start: from.number()?,
            end: from.number()?,
        },
        10 => Operation::Delete,
        11 => Operation::Rename { to: from.bytes()? },
        12 => Operation::Copy { to: from.bytes()? },
        13 => Operation::Expire {
            at_ms: from.signed()?,
        },
        14 => Operation::Persist,
        15 => Operation::SetString {
            string: from.bytes()?,
        },
        16 => Operation::AddMember {
            member: from.bytes()?,
        },
        17 => Operation::RemoveMember {
            member: from.bytes()?,
        },
        _ => Operation::Stream {
            code: stream_code(code)?,
            arguments: Parser(sized(from)?),
        },
    })
}

/// Which operation on a stream it is.
fn stream_code(code: u8) -> Parsed<Code> {
    let found = OF_STREAMS
        .iter()
        .find(|of_stream| **of_stream as u8 == code);
    found.copied().ok_or(Malformed)
}

/// Arguments with their length in front.
fn sized<'a>(from: &mut Parser<'a>) -> Parsed<&'a [u8]> {
    let len = count(from)?;
    from.take(usize::try_from(len).map_err(|_| Malformed)?)
}

fn count(from: &mut Parser<'_>) -> Parsed<u32> {
    let bytes = from.take(size_of::<u32>())?;
    let bytes = bytes.try_into().map_err(|_| Malformed)?;
    Ok(u32::from_le_bytes(bytes))
}
