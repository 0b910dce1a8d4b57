//! The codec beside two published ones: what one writes the others read, as the same values.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by a panic, in its helpers too"
)]

#[path = "support/replies.rs"]
mod replies;
#[path = "../fuzz/properties/reply_bytes.rs"]
mod reply_bytes;

use bytes::{Bytes, BytesMut};
use forebay_resp::{
    CommandDecoder, CommandLimits, Protocol, Reply, ReplyDecoder, ReplyLimits, VerbatimFormat,
    write_command,
};
use proptest::collection::vec;
use proptest::prelude::*;
use redis_protocol::resp2::types::BytesFrame as Resp2Frame;
use resp_rs::resp3::Frame as Resp3Frame;

fn read(mut bytes: BytesMut) -> Reply {
    let mut decoder = ReplyDecoder::new();
    let reply = decoder.decode(&mut bytes, &ReplyLimits::default());
    let reply = reply.unwrap().expect("it is whole");
    assert!(bytes.is_empty(), "nothing is left of it");
    reply
}

fn from_resp2(frame: Resp2Frame) -> Reply {
    match frame {
        Resp2Frame::SimpleString(text) => Reply::Simple(text),
        Resp2Frame::Error(text) => Reply::Error(text.into_inner()),
        Resp2Frame::Integer(value) => Reply::Integer(value),
        Resp2Frame::BulkString(bytes) => Reply::Bulk(bytes),
        Resp2Frame::Null => Reply::NullBulk,
        Resp2Frame::Array(values) => Reply::Array(values.into_iter().map(from_resp2).collect()),
    }
}

fn from_resp3(frame: Resp3Frame) -> Reply {
    let all = |frames: Vec<Resp3Frame>| frames.into_iter().map(from_resp3).collect();
    match frame {
        Resp3Frame::SimpleString(text) => Reply::Simple(text),
        Resp3Frame::Error(text) => Reply::Error(text),
        Resp3Frame::Integer(value) => Reply::Integer(value),
        Resp3Frame::BulkString(Some(bytes)) => Reply::Bulk(bytes),
        Resp3Frame::Null => Reply::Null,
        Resp3Frame::Boolean(value) => Reply::Boolean(value),
        Resp3Frame::Double(value) => Reply::Double(value),
        Resp3Frame::SpecialFloat(text) => {
            Reply::Double(core::str::from_utf8(&text).unwrap().parse().unwrap())
        }
        Resp3Frame::BigNumber(digits) => Reply::BigNumber(digits),
        Resp3Frame::VerbatimString { payload } => {
            Reply::Verbatim(VerbatimFormat::TEXT, payload.slice(4..))
        }
        Resp3Frame::Array(Some(values)) => Reply::Array(all(values)),
        Resp3Frame::Set(values) => Reply::Set(all(values)),
        Resp3Frame::Push(values) => Reply::Push(all(values)),
        Resp3Frame::Map(pairs) => Reply::Map(
            pairs
                .into_iter()
                .map(|(key, value)| (from_resp3(key), from_resp3(value)))
                .collect(),
        ),
        other => panic!("nobody wrote {other:?}"),
    }
}

fn commands() -> impl Strategy<Value = Vec<Vec<Vec<u8>>>> {
    vec(vec(vec(any::<u8>(), 0..300), 1..12), 1..8)
}

proptest! {
    #[test]
    fn replies_of_resp2_are_read_by_all_alike(reply in replies::resp2()) {
        let bytes = reply_bytes::to_bytes(&reply, Protocol::Resp2);
        let (peer, length) = redis_protocol::resp2::decode::decode_bytes(&bytes.clone().freeze())
            .unwrap()
            .expect("it is whole");
        prop_assert_eq!(length, bytes.len());
        prop_assert_eq!(&from_resp2(peer), &reply);
        prop_assert_eq!(read(bytes), reply);
    }

    #[test]
    fn replies_of_resp3_are_read_by_all_alike(reply in replies::resp3(false)) {
        let bytes = reply_bytes::to_bytes(&reply, Protocol::Resp3);
        let (peer, rest) = resp_rs::resp3::parse_frame(bytes.clone().freeze()).unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(&from_resp3(peer), &reply);
        prop_assert_eq!(read(bytes), reply);
    }

    #[test]
    fn replies_with_attributes_are_read_as_they_were_written(reply in replies::resp3(true)) {
        let bytes = reply_bytes::to_bytes(&reply, Protocol::Resp3);
        prop_assert_eq!(read(bytes), reply);
    }

    #[test]
    fn commands_are_read_by_all_alike(commands in commands()) {
        let mut input = BytesMut::new();
        for command in &commands {
            write_command(&mut input, command);
        }
        let mut peers: Bytes = input.clone().freeze();
        let mut decoder = CommandDecoder::new();
        for expected in &commands {
            let (frame, rest) = resp_rs::resp2::parse_frame(peers.clone()).unwrap();
            let words = frame.into_array().unwrap().into_iter();
            let words: Vec<_> = words.map(|word| word.into_bulk_string().unwrap()).collect();
            let (frame, length) = redis_protocol::resp2::decode::decode_bytes(&peers)
                .unwrap()
                .expect("it is whole");
            prop_assert_eq!(length, peers.len() - rest.len());
            let others = words.iter().cloned().map(Reply::Bulk).collect();
            prop_assert_eq!(from_resp2(frame), Reply::Array(others));

            let limits = CommandLimits::default();
            let command = decoder.decode(&mut input, &limits).unwrap().expect("it is whole");
            prop_assert!(command.arguments().eq(words.iter().map(|word| &word[..])));
            prop_assert!(command.arguments().eq(expected.iter().map(|word| &word[..])));
            prop_assert_eq!(command.wire_bytes(), length);
            drop(command);
            peers = rest;
        }
        prop_assert!(input.is_empty() && peers.is_empty());
    }
}
