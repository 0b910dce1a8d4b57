//! What the writer writes and the decoder reads.

use bytes::{Bytes, BytesMut};

use super::{Reply, ReplyDecoder, ReplyError, ReplyWriter, VerbatimFormat};
use crate::command::ProtocolError;
use crate::limits::ReplyLimits;
use crate::protocol::Protocol::{self, Resp2, Resp3};

fn written(protocol: Protocol, write: impl FnOnce(&mut ReplyWriter<'_>)) -> String {
    let mut output = BytesMut::new();
    write(&mut ReplyWriter::new(&mut output, protocol));
    String::from_utf8(output.to_vec()).unwrap()
}

#[track_caller]
fn assert_written(write: impl Fn(&mut ReplyWriter<'_>), resp2: &str, resp3: &str) {
    assert_eq!(written(Resp2, &write), resp2);
    assert_eq!(written(Resp3, &write), resp3);
}

fn read_with(input: &str, limits: &ReplyLimits) -> Result<Option<Reply>, ReplyError> {
    ReplyDecoder::new().decode(&mut BytesMut::from(input), limits)
}

fn read(input: &str) -> Result<Option<Reply>, ReplyError> {
    read_with(input, &ReplyLimits::default())
}

fn bulk(text: &'static str) -> Reply {
    Reply::Bulk(Bytes::from(text))
}

#[test]
fn both_versions_have_lines_strings_and_arrays() {
    for protocol in [Resp2, Resp3] {
        let text = written(protocol, |reply| {
            reply.ok();
            reply.simple("PONG");
            reply.error("ERR no");
            reply.integer(i64::MIN);
            reply.bulk("");
            reply.bulk("0123456789");
            reply.bulk_integer(-12);
            reply.array(10);
        });
        assert_eq!(
            text,
            "+OK\r\n+PONG\r\n-ERR no\r\n:-9223372036854775808\r\n$0\r\n\r\n\
             $10\r\n0123456789\r\n$3\r\n-12\r\n*10\r\n"
        );
    }
}

#[test]
fn resp2_has_other_forms_for_the_types_of_resp3() {
    assert_written(
        |reply| {
            reply.null();
        },
        "$-1\r\n",
        "_\r\n",
    );
    assert_written(
        |reply| {
            reply.null_array();
        },
        "*-1\r\n",
        "_\r\n",
    );
    assert_written(|reply| reply.boolean(true), ":1\r\n", "#t\r\n");
    assert_written(|reply| reply.boolean(false), ":0\r\n", "#f\r\n");
    assert_written(|reply| reply.double(-1.5), "$4\r\n-1.5\r\n", ",-1.5\r\n");
    assert_written(
        |reply| reply.big_number("-123"),
        "$4\r\n-123\r\n",
        "(-123\r\n",
    );
    let markdown = VerbatimFormat::MARKDOWN;
    assert_written(
        |reply| reply.verbatim(markdown, "# a"),
        "$3\r\n# a\r\n",
        "=7\r\nmkd:# a\r\n",
    );
    assert_written(|reply| reply.set(2), "*2\r\n", "~2\r\n");
    assert_written(|reply| reply.map(2), "*4\r\n", "%2\r\n");
    assert_written(|reply| reply.push(3), "*3\r\n", ">3\r\n");
    assert_written(
        |reply| reply.attribute(1, |reply| reply.map(0)),
        "",
        "|1\r\n%0\r\n",
    );
}

#[test]
fn a_line_end_cannot_be_smuggled_into_a_line() {
    assert_written(
        |reply| reply.error("ERR unknown command 'a\r\n+OK\r\n'"),
        "-ERR unknown command 'a  +OK  '\r\n",
        "-ERR unknown command 'a  +OK  '\r\n",
    );
    let text = written(Resp2, |reply| {
        reply.protocol_error(ProtocolError::ExpectedBulk(b'\r'));
    });
    assert_eq!(text, "-ERR Protocol error: expected '$', got ' '\r\n");
}

#[test]
fn an_array_may_tell_its_length_at_the_end() {
    for length in [0, 1, 9, 10, 99, 1000] {
        let text = written(Resp2, |reply| {
            reply.ok();
            reply.array_with(|reply| (0..length).map(|_| reply.null()).count());
            reply.ok();
        });
        let values = "$-1\r\n".repeat(length);
        assert_eq!(text, format!("+OK\r\n*{length}\r\n{values}+OK\r\n"));
    }
}

#[test]
fn every_type_is_read() {
    for (input, expected) in [
        ("+OK\r\n", Reply::Simple("OK".into())),
        ("-ERR no\r\n", Reply::Error("ERR no".into())),
        ("!3\r\nA\r\n\r\n", Reply::BulkError("A\r\n".into())),
        (":-7\r\n", Reply::Integer(-7)),
        (":+7\r\n", Reply::Integer(7)),
        ("$3\r\n\r\na\r\n", bulk("\r\na")),
        ("$0\r\n\r\n", bulk("")),
        ("$-1\r\n", Reply::NullBulk),
        ("*-1\r\n", Reply::NullArray),
        ("_\r\n", Reply::Null),
        ("#t\r\n", Reply::Boolean(true)),
        (",1.5e3\r\n", Reply::Double(1500.0)),
        (",-inf\r\n", Reply::Double(f64::NEG_INFINITY)),
        ("(-12\r\n", Reply::BigNumber("-12".into())),
        ("(+12\r\n", Reply::BigNumber("12".into())),
        (
            "=6\r\ntxt:hi\r\n",
            Reply::Verbatim(VerbatimFormat::TEXT, "hi".into()),
        ),
        ("*0\r\n", Reply::Array(vec![])),
        (
            "*2\r\n*0\r\n:1\r\n",
            Reply::Array(vec![Reply::Array(vec![]), Reply::Integer(1)]),
        ),
        ("~1\r\n:1\r\n", Reply::Set(vec![Reply::Integer(1)])),
        (">1\r\n:1\r\n", Reply::Push(vec![Reply::Integer(1)])),
        (
            "%1\r\n+a\r\n%0\r\n",
            Reply::Map(vec![(Reply::Simple("a".into()), Reply::Map(vec![]))]),
        ),
        (
            "|1\r\n:1\r\n:2\r\n*1\r\n|0\r\n:3\r\n",
            Reply::Attributed(
                vec![(Reply::Integer(1), Reply::Integer(2))],
                Box::new(Reply::Array(vec![Reply::Attributed(
                    vec![],
                    Box::new(Reply::Integer(3)),
                )])),
            ),
        ),
    ] {
        assert_eq!(read(input), Ok(Some(expected)), "{input:?}");
    }
    assert!(matches!(read(",nan\r\n"), Ok(Some(Reply::Double(nan))) if nan.is_nan()));
    assert!(Reply::NullArray.is_null() && Reply::BulkError(Bytes::new()).is_error());
}

#[test]
fn broken_replies_are_refused() {
    for (input, expected) in [
        ("hello\r\n", ReplyError::UnknownType(b'h')),
        ("\r\n", ReplyError::UnknownType(b'\r')),
        ("+a\rb\r\n", ReplyError::LineEnd),
        ("$1\r\nabc", ReplyError::StringEnd),
        ("$x\r\n", ReplyError::Length),
        ("$\r\n", ReplyError::Length),
        ("$-2\r\n", ReplyError::Length),
        ("$?\r\n", ReplyError::Length),
        ("%-1\r\n", ReplyError::Length),
        ("=-1\r\n", ReplyError::Length),
        ("*99999999999999999999999\r\n", ReplyError::Length),
        (":\r\n", ReplyError::Value),
        (":1.5\r\n", ReplyError::Value),
        (":9223372036854775808\r\n", ReplyError::Value),
        (",x\r\n", ReplyError::Value),
        ("(1a\r\n", ReplyError::Value),
        ("(-\r\n", ReplyError::Value),
        ("(+-1\r\n", ReplyError::Value),
        ("#x\r\n", ReplyError::Value),
        ("_x\r\n", ReplyError::Value),
        ("=3\r\ntxt\r\n", ReplyError::VerbatimFormat),
    ] {
        assert_eq!(read(input), Err(expected), "{input:?}");
    }
}

#[test]
fn limits_hold_at_their_value_and_not_above() {
    let limits = ReplyLimits {
        nesting_max: 3,
        values_max: 5,
        bulk_bytes_max: 10,
        line_bytes_max: 12,
        reply_bytes_max: 30,
        ..ReplyLimits::default()
    };
    for (fits, too_much, error) in [
        (
            "*1\r\n*1\r\n*1\r\n:1\r\n",
            "*1\r\n*1\r\n*1\r\n*1\r\n",
            ReplyError::TooDeep,
        ),
        (
            "|0\r\n|0\r\n|0\r\n:1\r\n",
            "|0\r\n|0\r\n|0\r\n|0\r\n",
            ReplyError::TooDeep,
        ),
        (
            "*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n",
            "*5\r\n_\r\n_\r\n_\r\n_\r\n_\r\n",
            ReplyError::TooManyValues,
        ),
        ("*0\r\n", "*6\r\n", ReplyError::TooManyValues),
        (
            "$10\r\n0123456789\r\n",
            "$11\r\n",
            ReplyError::StringTooLong,
        ),
        (
            "+01234567890\r\n",
            "+012345678901\r\n",
            ReplyError::LineTooLong,
        ),
        (
            "*2\r\n$8\r\n01234567\r\n$6\r\n012345\r\n",
            "*2\r\n$8\r\n01234567\r\n$7\r\n",
            ReplyError::TooLong,
        ),
        (
            "*2\r\n+0123456789\r\n+0123456789\r\n",
            "*2\r\n+0123456789\r\n+01234567890\r\n",
            ReplyError::TooLong,
        ),
    ] {
        assert!(matches!(read_with(fits, &limits), Ok(Some(_))), "{fits:?}");
        assert_eq!(read_with(too_much, &limits), Err(error), "{too_much:?}");
    }
}

#[test]
fn limits_count_for_each_reply_anew() {
    let limits = ReplyLimits {
        values_max: 2,
        reply_bytes_max: 12,
        ..ReplyLimits::default()
    };
    let mut decoder = ReplyDecoder::new();
    let mut input = BytesMut::from("*1\r\n:1\r\n*1\r\n:1\r\n");
    for _ in 0..2 {
        assert!(decoder.decode(&mut input, &limits).unwrap().is_some());
    }
    assert_eq!(decoder.decode(&mut input, &limits), Ok(None));
}

#[test]
fn an_error_is_final() {
    let mut decoder = ReplyDecoder::new();
    let mut input = BytesMut::from("x\r\n");
    for _ in 0..2 {
        let end = decoder.decode(&mut input, &ReplyLimits::default());
        assert_eq!(end, Err(ReplyError::UnknownType(b'x')));
        input = BytesMut::from("+OK\r\n");
    }
}
