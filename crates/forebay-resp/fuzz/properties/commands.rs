//! What holds for any bytes that a client may send.

use bytes::BytesMut;
use forebay_resp::{CommandDecoder, CommandLimits, ProtocolError, parse_integer, write_command};

/// What came of an input.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) commands: Vec<Vec<Vec<u8>>>,
    pub(crate) consumed: usize,
    pub(crate) end: Result<(), ProtocolError>,
}

/// Checks an input: its limits, how it is cut, and what was sent.
pub(crate) fn check(data: &[u8]) {
    let [limits, cut, input @ ..] = data else {
        return;
    };
    check_cut(input, &limits_of(*limits), usize::from(*cut) + 1);
}

/// Reads of `read_bytes` each come to the same as one of everything, and what comes of it is right.
pub(crate) fn check_cut(input: &[u8], limits: &CommandLimits, read_bytes: usize) {
    let whole = decode(&[input], limits);
    let cut: Vec<&[u8]> = input.chunks(read_bytes).collect();
    assert_eq!(decode(&cut, limits), whole, "cut into reads");
    assert!(whole.consumed <= input.len(), "no more than there is");
    for command in &whole.commands {
        assert_within(command, limits);
        assert_read_again(command);
    }
    assert_eq!(whole, by_the_book(input, limits), "by the rules");
}

/// Two reads, the first of `at` bytes, come to the same as one.
pub(crate) fn check_split(input: &[u8], limits: &CommandLimits, at: usize) {
    let (first, second) = input.split_at(at);
    assert_eq!(
        decode(&[first, second], limits),
        decode(&[input], limits),
        "cut at {at}"
    );
}

/// One of the limits that are worth trying.
pub(crate) fn limits_of(selector: u8) -> CommandLimits {
    let mut limits = CommandLimits::default();
    match selector % 3 {
        0 => limits,
        1 => limits.before_authentication(),
        _ => {
            limits.arguments_max = 3;
            limits.bulk_bytes_max = 20;
            limits.command_bytes_max = 40;
            limits.line_bytes_max = 64;
            limits
        }
    }
}

fn decode(reads: &[&[u8]], limits: &CommandLimits) -> Outcome {
    let mut decoder = CommandDecoder::new();
    let mut buffer = BytesMut::new();
    let mut outcome = Outcome {
        commands: Vec::new(),
        consumed: 0,
        end: Ok(()),
    };
    for read in reads {
        buffer.extend_from_slice(read);
        let before = buffer.len();
        loop {
            match decoder.decode(&mut buffer, limits) {
                Ok(Some(command)) => {
                    let arguments = command.arguments().map(<[u8]>::to_vec).collect();
                    outcome.commands.push(arguments);
                    // Each way of ending with a command takes the same bytes.
                    match outcome.commands.len() % 3 {
                        0 => assert!(
                            command.arguments().eq(command.copied().arguments()),
                            "a copy is the same"
                        ),
                        1 => drop(command.split_off()),
                        _ => {}
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    outcome.end = Err(error);
                    break;
                }
            }
        }
        outcome.consumed += before - buffer.len();
        if outcome.end.is_err() {
            break;
        }
        assert!(
            decoder.room_bytes(&buffer) <= buffer.len(),
            "room is made for no more than has arrived"
        );
    }
    outcome
}

fn assert_within(command: &[Vec<u8>], limits: &CommandLimits) {
    let unauthenticated = limits.unauthenticated;
    let most = unauthenticated.map_or(limits.arguments_max, |limits| limits.arguments_max);
    assert!(!command.is_empty(), "a command has a name");
    assert!(command.len() <= most as usize, "no more than the limit");
}

fn assert_read_again(command: &[Vec<u8>]) {
    let mut output = BytesMut::new();
    write_command(&mut output, command);
    let mut limits = CommandLimits::default();
    limits.arguments_max = u32::MAX;
    let again = decode(&[&output[..]], &limits);
    assert_eq!(again.commands, [command], "written and read");
    assert_eq!(again.end, Ok(()), "written and read");
}

/// The same again, slowly and straight from the rules, for everything but inline commands, at the
/// first of which it stops comparing.
fn by_the_book(input: &[u8], limits: &CommandLimits) -> Outcome {
    let mut commands = Vec::new();
    let mut consumed = 0;
    let end = loop {
        match one_by_the_book(&input[consumed..], limits) {
            Ok(Some((command, bytes))) => {
                consumed += bytes;
                if !command.is_empty() {
                    commands.push(command);
                }
            }
            Ok(None) if input[consumed..].first().is_none_or(|&sign| sign == b'*') => break Ok(()),
            Ok(None) => return decode(&[input], limits),
            Err(error) => break Err(error),
        }
    };
    Outcome {
        commands,
        consumed,
        end,
    }
}

type OneCommand = Option<(Vec<Vec<u8>>, usize)>;

fn one_by_the_book(input: &[u8], limits: &CommandLimits) -> Result<OneCommand, ProtocolError> {
    if input.first() != Some(&b'*') {
        return Ok(None);
    }
    let Some(line) = line(input, limits, ProtocolError::TooBigMultibulkCount)? else {
        return Ok(None);
    };
    let count = parse_integer(&line[1..]).ok_or(ProtocolError::InvalidMultibulkLength)?;
    if count > i64::from(limits.arguments_max) {
        return Err(ProtocolError::InvalidMultibulkLength);
    }
    let stranger = limits.unauthenticated;
    if stranger.is_some_and(|limits| count > i64::from(limits.arguments_max)) {
        return Err(ProtocolError::UnauthenticatedMultibulkLength);
    }
    let mut at = line.len() + 2;
    let mut command = Vec::new();
    for _ in 0..count {
        let Some(line) = self::line(&input[at..], limits, ProtocolError::TooBigBulkCount)? else {
            return Ok(None);
        };
        if line.first() != Some(&b'$') {
            return Err(ProtocolError::ExpectedBulk(input[at]));
        }
        let length = parse_integer(&line[1..]).and_then(|length| usize::try_from(length).ok());
        let length = length
            .filter(|&length| length <= limits.bulk_bytes_max as usize)
            .ok_or(ProtocolError::InvalidBulkLength)?;
        if stranger.is_some_and(|limits| length > limits.bulk_bytes_max as usize) {
            return Err(ProtocolError::UnauthenticatedBulkLength);
        }
        at += line.len() + 2;
        if at + length + 2 > limits.command_bytes_max as usize {
            return Err(ProtocolError::TooBigCommand);
        }
        if input.len() < at + length + 2 {
            return Ok(None);
        }
        command.push(input[at..at + length].to_vec());
        at += length + 2;
    }
    Ok(Some((command, at)))
}

fn line<'a>(
    input: &'a [u8],
    limits: &CommandLimits,
    too_long: ProtocolError,
) -> Result<Option<&'a [u8]>, ProtocolError> {
    let max = limits.line_bytes_max as usize;
    match input.iter().position(|&byte| byte == b'\r') {
        Some(end) if end <= max => Ok((input.len() > end + 1).then(|| &input[..end])),
        None if input.len() <= max => Ok(None),
        _ => Err(too_long),
    }
}
