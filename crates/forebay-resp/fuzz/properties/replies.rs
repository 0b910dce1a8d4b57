//! What holds for any bytes that a server may send.

#[path = "reply_bytes.rs"]
mod reply_bytes;

use bytes::BytesMut;
use forebay_resp::{Protocol, Reply, ReplyDecoder, ReplyError, ReplyLimits};
use reply_bytes::to_bytes;

/// What came of an input. A debug text, for a nan is not equal to itself.
#[derive(Debug, PartialEq)]
struct Outcome {
    replies: Vec<String>,
    end: Result<(), ReplyError>,
}

/// Checks an input: its limits, how it is cut, and what was sent.
pub(crate) fn check(data: &[u8]) {
    let [limits, cut, input @ ..] = data else {
        return;
    };
    let limits = limits_of(*limits);
    check_split(input, &limits, input.len().min(usize::from(*cut)));
    let cut: Vec<&[u8]> = input.chunks(usize::from(*cut) + 1).collect();
    assert_eq!(
        decode(&cut, &limits),
        decode(&[input], &limits),
        "cut into reads"
    );
}

/// Two reads, the first of `at` bytes, come to the same as one.
pub(crate) fn check_split(input: &[u8], limits: &ReplyLimits, at: usize) {
    let (first, second) = input.split_at(at);
    assert_eq!(
        decode(&[first, second], limits),
        decode(&[input], limits),
        "cut at {at}"
    );
}

/// One of the limits that are worth trying.
pub(crate) fn limits_of(selector: u8) -> ReplyLimits {
    let mut limits = ReplyLimits::default();
    if selector % 2 == 1 {
        limits.nesting_max = 3;
        limits.values_max = 8;
        limits.bulk_bytes_max = 20;
        limits.reply_bytes_max = 60;
        limits.line_bytes_max = 24;
    }
    limits
}

fn decode(reads: &[&[u8]], limits: &ReplyLimits) -> Outcome {
    let mut decoder = ReplyDecoder::new();
    let mut buffer = BytesMut::new();
    let mut replies = Vec::new();
    for read in reads {
        buffer.extend_from_slice(read);
        loop {
            match decoder.decode(&mut buffer, limits) {
                Ok(Some(reply)) => {
                    assert!(depth(&reply) <= limits.nesting_max, "not too deep");
                    assert_read_again(&reply);
                    replies.push(format!("{reply:?}"));
                }
                Ok(None) => break,
                Err(error) => {
                    let end = Err(error);
                    return Outcome { replies, end };
                }
            }
        }
    }
    let end = Ok(());
    Outcome { replies, end }
}

/// A reply that is written, read and written again gives the same bytes both times.
fn assert_read_again(reply: &Reply) {
    for protocol in [Protocol::Resp2, Protocol::Resp3] {
        let written = to_bytes(reply, protocol);
        let mut buffer = written.clone();
        let again = ReplyDecoder::new().decode(&mut buffer, &ReplyLimits::default());
        let Ok(Some(again)) = again else {
            panic!("{reply:?} was written and cannot be read: {again:?}");
        };
        assert!(buffer.is_empty(), "nothing is left of it");
        assert_eq!(to_bytes(&again, protocol), written, "written again");
    }
}

fn depth(reply: &Reply) -> usize {
    let deepest = |replies: &mut dyn Iterator<Item = &Reply>| replies.map(depth).max();
    match reply {
        Reply::Array(values) | Reply::Set(values) | Reply::Push(values) => {
            1 + deepest(&mut values.iter()).unwrap_or(0)
        }
        Reply::Map(pairs) => {
            let mut values = pairs.iter().flat_map(|(key, value)| [key, value]);
            1 + deepest(&mut values).unwrap_or(0)
        }
        Reply::Attributed(pairs, reply) => {
            let values = pairs.iter().flat_map(|(key, value)| [key, value]);
            1 + deepest(&mut values.chain([&**reply])).unwrap_or(0)
        }
        _ => 0,
    }
}
