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
    let limits = limits_of(*limits);
    check_cut(input, &limits, usize::from(*cut) + 1);
    check_split(input, &limits, input.len().min(usize::from(*cut)));
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

/// The same again, slowly and straight from the rules, out of one buffer that holds all of it.
fn by_the_book(input: &[u8], limits: &CommandLimits) -> Outcome {
    let mut commands = Vec::new();
    let mut consumed = 0;
    let end = loop {
        let rest = &input[consumed..];
        let one = match rest.first() {
            None => break Ok(()),
            Some(b'*') => multibulk(rest, limits),
            Some(_) => inline(rest, limits),
        };
        match one {
            Ok(Some((command, bytes))) => {
                consumed += bytes;
                if !command.is_empty() {
                    commands.push(command);
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    Outcome {
        commands,
        consumed,
        end,
    }
}

/// A command and how many bytes it takes; `None` when it is not whole.
type OneCommand = Option<(Vec<Vec<u8>>, usize)>;

fn multibulk(input: &[u8], limits: &CommandLimits) -> Result<OneCommand, ProtocolError> {
    let Some(line) = line(input, limits, ProtocolError::TooBigMultibulkCount)? else {
        return Ok(None);
    };
    let count = parse_integer(&line[1..]).ok_or(ProtocolError::InvalidMultibulkLength)?;
    check_count(count, limits)?;
    let stranger = limits.unauthenticated;
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

fn inline(input: &[u8], limits: &CommandLimits) -> Result<OneCommand, ProtocolError> {
    let max = limits.line_bytes_max as usize;
    let end = match input.iter().position(|&byte| byte == b'\n') {
        Some(end) if end <= max => end,
        None if input.len() <= max => return Ok(None),
        _ => return Err(ProtocolError::TooBigInline),
    };
    let mut rest = input[..end].to_vec();
    // From the back, so that the next byte is the last one.
    rest.reverse();
    let mut words = Vec::new();
    loop {
        while rest.last().is_some_and(|&byte| is_space(byte)) {
            rest.pop();
        }
        if rest.is_empty() {
            return Ok(Some((words, end + 1)));
        }
        words.push(Vec::new());
        check_count(i64::try_from(words.len()).unwrap(), limits)?;
        let word = words.last_mut().unwrap();
        while let Some(byte) = rest.pop() {
            match byte {
                b' ' | b'\t' | b'\r' => break,
                b'"' | b'\'' => {
                    quoted(byte, &mut rest, word)?;
                    break;
                }
                byte => word.push(byte),
            }
        }
    }
}

/// What stands between an opening quote and the blank behind the closing one.
fn quoted(quote: u8, rest: &mut Vec<u8>, word: &mut Vec<u8>) -> Result<(), ProtocolError> {
    let unbalanced = ProtocolError::UnbalancedQuotes;
    loop {
        let byte = rest.pop().ok_or(unbalanced)?;
        if byte == quote {
            let closes = rest.last().is_none_or(|&next| is_space(next));
            return if closes { Ok(()) } else { Err(unbalanced) };
        }
        let next = rest.last().copied();
        if byte != b'\\' || next.is_none() || (quote == b'\'' && next != Some(b'\'')) {
            word.push(byte);
            continue;
        }
        let escaped = rest.pop().ok_or(unbalanced)?;
        let hexadecimal = match rest[..] {
            [.., low, high] => core::str::from_utf8(&[high, low])
                .ok()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        word.push(match (escaped, hexadecimal) {
            (b'x', Some(byte)) => {
                rest.truncate(rest.len() - 2);
                byte
            }
            (b'n', _) => b'\n',
            (b'r', _) => b'\r',
            (b't', _) => b'\t',
            (b'b', _) => 8,
            (b'a', _) => 7,
            (other, _) => other,
        });
    }
}

fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// How many arguments there may be, of which `count` have been announced or found.
fn check_count(count: i64, limits: &CommandLimits) -> Result<(), ProtocolError> {
    if count > i64::from(limits.arguments_max) {
        return Err(ProtocolError::InvalidMultibulkLength);
    }
    let stranger = limits.unauthenticated;
    if stranger.is_some_and(|limits| count > i64::from(limits.arguments_max)) {
        return Err(ProtocolError::UnauthenticatedMultibulkLength);
    }
    Ok(())
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
