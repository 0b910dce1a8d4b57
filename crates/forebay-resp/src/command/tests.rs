//! What the decoder makes of commands, whole and broken.

use bytes::{Bytes, BytesMut};

use super::{CommandDecoder, ProtocolError};
use crate::limits::CommandLimits;

type Commands = Vec<Vec<Vec<u8>>>;

/// All commands in `input`, what is left of it, and how it ended.
fn decode(input: &[u8], limits: &CommandLimits) -> (Commands, usize, Result<(), ProtocolError>) {
    let mut buffer = BytesMut::from(input);
    let mut decoder = CommandDecoder::new();
    let mut commands = Commands::new();
    let end = loop {
        match decoder.decode(&mut buffer, limits) {
            Ok(Some(command)) => {
                commands.push(command.arguments().map(<[u8]>::to_vec).collect());
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    (commands, buffer.len(), end)
}

#[track_caller]
fn assert_commands(input: &[u8], expected: &[&[&str]]) {
    let (commands, left, end) = decode(input, &CommandLimits::default());
    let expected: Commands = expected
        .iter()
        .map(|command| {
            command
                .iter()
                .map(|word| word.as_bytes().to_vec())
                .collect()
        })
        .collect();
    assert_eq!((commands, left, end), (expected, 0, Ok(())));
}

#[track_caller]
fn assert_error(input: &[u8], expected: ProtocolError) {
    let (_, _, end) = decode(input, &CommandLimits::default());
    assert_eq!(end, Err(expected), "{}", input.escape_ascii());
}

#[track_caller]
fn assert_incomplete(input: &[u8]) {
    let (commands, left, end) = decode(input, &CommandLimits::default());
    assert_eq!((commands.len(), left, end), (0, input.len(), Ok(())));
}

#[test]
fn commands_of_both_forms_follow_each_other() {
    assert_commands(
        b"*1\r\n$4\r\nPING\r\nECHO hi\r\n*2\r\n$4\r\nECHO\r\n$0\r\n\r\nPING\n",
        &[&["PING"], &["ECHO", "hi"], &["ECHO", ""], &["PING"]],
    );
}

#[test]
fn arguments_hold_any_bytes() {
    assert_commands(
        b"*2\r\n$4\r\n\r\n\r\n\r\n$3\r\n*1\n\r\n",
        &[&["\r\n\r\n", "*1\n"]],
    );
}

#[test]
fn commands_without_arguments_are_passed_over() {
    assert_commands(b"*0\r\n*-1\r\n*-9\r\n\r\n\n  \r\nPING\r\n", &[&["PING"]]);
}

#[test]
fn line_ends_are_as_lenient_as_those_of_redis() {
    assert_commands(b"*1\rx$4\ryPINGzz", &[&["PING"]]);
}

#[test]
fn counts_that_are_none_are_refused() {
    for input in [
        "*\r\n",
        "*x\r\n",
        "*1x\r\n",
        "* 1\r\n",
        "*01\r\n",
        "*+1\r\n",
        "*2147483648\r\n",
        "*99999999999999999999\r\n",
        "*131073\r\n",
        "*-\r\n",
    ] {
        assert_error(input.as_bytes(), ProtocolError::InvalidMultibulkLength);
    }
    assert_incomplete(b"*131072\r\n");
}

#[test]
fn lengths_that_are_none_are_refused() {
    for input in [
        "$\r\n",
        "$-1\r\n",
        "$x\r\n",
        "$01\r\n",
        "$16777217\r\n",
        "$9999999999\r\n",
        "$1 \r\n",
    ] {
        let input = format!("*1\r\n{input}");
        assert_error(input.as_bytes(), ProtocolError::InvalidBulkLength);
    }
    assert_incomplete(b"*1\r\n$16777216\r\n");
}

#[test]
fn another_type_than_a_string_is_refused() {
    assert_error(b"*1\r\n:1\r\n", ProtocolError::ExpectedBulk(b':'));
    assert_error(b"*1\r\n\r\n", ProtocolError::ExpectedBulk(b'\r'));
    assert_error(
        b"*2\r\n$1\r\na\r\n*1\r\n",
        ProtocolError::ExpectedBulk(b'*'),
    );
    assert_incomplete(b"*1\r\nxyz");
}

#[test]
fn endless_lines_are_refused() {
    let line = |start: &str, length| {
        let mut line = start.as_bytes().to_vec();
        line.resize(length, b'1');
        line
    };
    let max = 64 << 10;
    assert_incomplete(&line("*", max));
    assert_error(&line("*", max + 1), ProtocolError::TooBigMultibulkCount);
    let bulk = [&b"*1\r\n"[..], &line("$", max + 1)].concat();
    assert_incomplete(&bulk[..bulk.len() - 1]);
    assert_error(&bulk, ProtocolError::TooBigBulkCount);
    assert_incomplete(&line("PING", max));
    assert_error(&line("PING", max + 1), ProtocolError::TooBigInline);
}

#[test]
fn who_has_not_authenticated_may_send_less() {
    let limits = CommandLimits::default().before_authentication();
    let end = |input: &str| decode(input.as_bytes(), &limits).2;
    let count = Err(ProtocolError::UnauthenticatedMultibulkLength);
    let length = Err(ProtocolError::UnauthenticatedBulkLength);
    assert_eq!(end("*10\r\n$16384\r\n"), Ok(()));
    assert_eq!(end("*11\r\n"), count);
    assert_eq!(end("1 2 3 4 5 6 7 8 9 10 11\r\n"), count);
    assert_eq!(
        end("*2147483648\r\n"),
        Err(ProtocolError::InvalidMultibulkLength)
    );
    assert_eq!(end("*1\r\n$16385\r\n"), length);
    assert_eq!(
        end("*1\r\n$16777217\r\n"),
        Err(ProtocolError::InvalidBulkLength)
    );
    assert_eq!(end(&"a".repeat(16 << 10)), Ok(()));
    assert_eq!(
        end(&"a".repeat((16 << 10) + 1)),
        Err(ProtocolError::TooBigInline)
    );
}

#[test]
fn limits_may_change_between_two_commands() {
    let limits = CommandLimits::default();
    let mut buffer = BytesMut::from("AUTH secret\r\n*11\r\n");
    let mut decoder = CommandDecoder::new();
    let strangers = limits.before_authentication();
    assert!(decoder.decode(&mut buffer, &strangers).unwrap().is_some());
    assert!(decoder.decode(&mut buffer, &limits).unwrap().is_none());
}

#[test]
fn a_command_that_would_be_too_large_is_refused_before_it_arrives() {
    let limits = CommandLimits {
        command_bytes_max: 100,
        ..CommandLimits::default()
    };
    // Of the 100 bytes, 4 and 5 announce the first argument and 10 and 2 are its own.
    let start = "*2\r\n$10\r\n0123456789\r\n";
    let end = |length: u32| decode(format!("{start}${length}\r\n").as_bytes(), &limits).2;
    assert_eq!(end(72), Ok(()));
    assert_eq!(end(73), Err(ProtocolError::TooBigCommand));
}

#[test]
fn an_error_is_final() {
    let limits = CommandLimits::default();
    let mut buffer = BytesMut::from("\"a\\x41\"b\r\n");
    let mut decoder = CommandDecoder::new();
    for _ in 0..2 {
        let end = decoder.decode(&mut buffer, &limits).map(|_| ());
        assert_eq!(end, Err(ProtocolError::UnbalancedQuotes));
        buffer.extend_from_slice(b"PING\r\n");
    }
}

#[test]
fn an_announced_length_takes_no_memory() {
    let limits = CommandLimits {
        bulk_bytes_max: 512 << 20,
        command_bytes_max: u32::MAX,
        arguments_max: u32::MAX,
        ..CommandLimits::default()
    };
    let mut buffer = BytesMut::from("*1000000\r\n$536870912\r\n");
    let capacity = buffer.capacity();
    let mut decoder = CommandDecoder::new();
    assert!(decoder.decode(&mut buffer, &limits).unwrap().is_none());
    assert_eq!(buffer.capacity(), capacity);
    assert_eq!(decoder.spans_capacity(), 0);
    assert_eq!(decoder.room_bytes(&buffer), buffer.len());
}

#[test]
fn the_spans_of_a_large_command_stay_while_such_commands_arrive() {
    let limits = CommandLimits::default();
    let large = format!("*1000\r\n{}", "$1\r\na\r\n".repeat(1000));
    let small = "PING\r\n";
    let mut decoder = CommandDecoder::new();
    let mut read = |input: &str| {
        let mut buffer = BytesMut::from(input);
        while decoder.decode(&mut buffer, &limits).unwrap().is_some() {
            if buffer.is_empty() {
                break;
            }
        }
        decoder.spans_capacity()
    };
    let kept = read(&large);
    assert!(kept >= 1000);
    assert_eq!(read(&large.repeat(3)), kept);
    assert!(read(&small.repeat(2)) < 1000, "small ones do not keep it");
    assert!(read(&large) >= 1000);
    assert!(read("") < 1000, "and a silent client does not");
}

#[test]
fn an_owned_command_shares_the_read_buffer_or_not() {
    let limits = CommandLimits::default();
    let mut buffer = BytesMut::from("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\nPING\r\n");
    let start = buffer.as_ptr();
    let mut decoder = CommandDecoder::new();
    let command = decoder.decode(&mut buffer, &limits).unwrap().unwrap();
    assert_eq!(command.wire_bytes(), 22);
    let copied = command.copied();
    let split = command.split_off();
    assert_eq!(split[1].as_ptr(), start.wrapping_add(18));
    assert_ne!(copied[1].as_ptr(), split[1].as_ptr());
    for owned in [copied, split] {
        assert_eq!(owned.name(), b"ECHO");
        assert_eq!(owned.argument(2), None);
        assert_eq!(owned.bytes(1), Some(Bytes::from("hi")));
        assert_eq!(owned.wire_bytes(), 22);
        assert!(owned.arguments().rev().eq([&b"hi"[..], b"ECHO"]));
        assert_eq!(format!("{owned:?}"), r#"OwnedCommand(["ECHO", "hi"])"#);
    }
    let next = decoder.decode(&mut buffer, &limits).unwrap().unwrap();
    assert_eq!(format!("{next:?}"), r#"Command(["PING"])"#);
    drop(next);
    assert!(buffer.is_empty());
}

#[test]
fn errors_are_told_in_the_words_of_redis() {
    let text = ProtocolError::ExpectedBulk(b'x').to_string();
    assert_eq!(text, "Protocol error: expected '$', got 'x'");
    let text = ProtocolError::TooBigMultibulkCount.to_string();
    assert_eq!(text, "Protocol error: too big mbulk count string");
}
