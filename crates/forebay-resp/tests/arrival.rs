//! However slowly something arrives, nobody looks twice at what is there, and it is moved seldom.
#![forbid(unsafe_code)]

use bytes::BytesMut;
use forebay_resp::{
    CommandDecoder, CommandLimits, ProtocolError, Reply, ReplyDecoder, ReplyError, ReplyLimits,
    write_command,
};

const READ_BYTES: usize = 16 << 10;

/// What would be taken for a line end, a count or a length by whoever reads it.
const POISON: &[u8] = b"\r\n*$-x\r\r\n\n";

fn poison(bytes: &mut [u8]) {
    for (byte, poison) in bytes.iter_mut().zip(POISON.iter().cycle()) {
        *byte = *poison;
    }
}

#[test]
fn arguments_that_have_arrived_are_not_read_again() {
    let limits = CommandLimits::default();
    let mut decoder = CommandDecoder::new();
    let mut buffer = BytesMut::new();
    let payload = format!("$5000\r\n{}\r", "x".repeat(5000));
    for piece in ["*3\r\n", "$5\r\n", "LPUSH\r\n", "$0\r\n", "\r\n", &payload] {
        for byte in piece.bytes() {
            buffer.extend_from_slice(&[byte]);
            assert!(decoder.decode(&mut buffer, &limits).unwrap().is_none());
            // Of an argument nothing is read, so it need not be whole.
            if byte == b'x' {
                poison(&mut buffer);
            }
        }
        poison(&mut buffer);
    }
    buffer.extend_from_slice(b"\n");
    let command = decoder.decode(&mut buffer, &limits).unwrap().unwrap();
    let lengths: Vec<_> = command.arguments().map(<[u8]>::len).collect();
    assert_eq!(lengths, [5, 0, 5000]);
}

#[test]
fn a_million_arguments_are_read_once() {
    const ARGUMENT: &str = "$1\r\na\r\n";
    const ARGUMENTS: u32 = 1_000_000;

    let mut limits = CommandLimits::default();
    limits.arguments_max = ARGUMENTS;
    let mut decoder = CommandDecoder::new();
    let mut buffer = BytesMut::from(&b"*1000000\r\n"[..]);
    let read = ARGUMENT.repeat(1000);
    for _ in 1..ARGUMENTS / 1000 {
        buffer.extend_from_slice(read.as_bytes());
        assert!(decoder.decode(&mut buffer, &limits).unwrap().is_none());
        let seen = buffer.len();
        // The last read is enough: what is older was overwritten when it was the last.
        poison(&mut buffer[seen - read.len()..]);
    }
    buffer.extend_from_slice(read.as_bytes());
    let command = decoder.decode(&mut buffer, &limits).unwrap().unwrap();
    assert_eq!(command.arguments().len(), ARGUMENTS as usize);
    assert!(command.arguments().all(|argument| argument.len() == 1));
    assert_eq!(&command[ARGUMENTS as usize - 1], b"a");
}

/// Feeds `start` and then ones, each time with all that was searched overwritten by `end`, until
/// the decoder refuses it.
fn endless(start: &str, end: u8) -> ProtocolError {
    let limits = CommandLimits::default();
    let mut decoder = CommandDecoder::new();
    let mut buffer = BytesMut::from(start);
    let from = buffer.len();
    loop {
        buffer.extend_from_slice(b"1");
        let found = decoder
            .decode(&mut buffer, &limits)
            .map(|found| found.is_some());
        assert_ne!(found, Ok(true), "a line that was searched was read again");
        if let Err(error) = found {
            let bytes = buffer.len() - from;
            assert_eq!(bytes, limits.line_bytes_max as usize, "refused too early");
            return error;
        }
        // The last byte is exempt: it might be half a line end.
        let searched = buffer.len() - 1;
        buffer[from..searched].fill(end);
    }
}

#[test]
fn lines_are_searched_once() {
    assert_eq!(endless("*", b'\r'), ProtocolError::TooBigMultibulkCount);
    assert_eq!(endless("P", b'\n'), ProtocolError::TooBigInline);
}

#[test]
fn replies_are_searched_once() {
    let limits = ReplyLimits::default();
    let mut decoder = ReplyDecoder::new();
    let mut buffer = BytesMut::from("+");
    let end = loop {
        buffer.extend_from_slice(b"a");
        match decoder.decode(&mut buffer, &limits) {
            Ok(None) => buffer[1..].fill(b'\r'),
            end => break end,
        }
    };
    assert_eq!(end, Err(ReplyError::LineTooLong));

    let mut decoder = ReplyDecoder::new();
    let mut buffer = BytesMut::from("*2\r\n:1\r\n$5000\r\n");
    for _ in 0..5000 {
        assert_eq!(decoder.decode(&mut buffer, &limits), Ok(None));
        buffer.extend_from_slice(b"x");
        poison(&mut buffer);
    }
    buffer.extend_from_slice(b"\r\n");
    let Reply::Array(values) = decoder.decode(&mut buffer, &limits).unwrap().unwrap() else {
        panic!("it is an array");
    };
    assert!(matches!(&values[1], Reply::Bulk(bytes) if bytes.len() == 5000));
}

#[test]
fn a_large_argument_is_moved_a_few_times_and_takes_little_more_than_twice_its_size() {
    const BYTES: usize = 64 << 20;

    let mut limits = CommandLimits::default();
    limits.bulk_bytes_max = 512 << 20;
    limits.command_bytes_max = u32::MAX;
    let mut input = BytesMut::new();
    write_command(&mut input, [&b"LPUSH"[..], b"mq", &vec![b'x'; BYTES]]);

    let mut decoder = CommandDecoder::new();
    let mut buffer = BytesMut::new();
    let mut moves = 0;
    let mut found = false;
    for read in input.chunks(READ_BYTES) {
        let before = buffer.capacity();
        buffer.reserve(decoder.room_bytes(&buffer).max(READ_BYTES));
        moves += u32::from(buffer.capacity() != before);
        let most = buffer.len() * 5 / 2 + 2 * READ_BYTES;
        assert!(buffer.capacity() <= most, "{} bytes", buffer.capacity());
        buffer.extend_from_slice(read);
        if let Some(command) = decoder.decode(&mut buffer, &limits).unwrap() {
            assert_eq!(command[2].len(), BYTES);
            found = true;
        }
    }
    assert!(found, "it was read");
    let doublings = (BYTES / READ_BYTES).ilog2();
    assert!(moves <= doublings + 2, "moved {moves} times");
}
