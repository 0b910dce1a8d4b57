//! What a command and a reply cost, beside two published codecs.
//!
//! A pipeline of 64 commands `LPUSH mq <64 bytes>` is copied into the read buffer, as a read would,
//! and decoded; figures are for the pipeline, and the throughput is that of commands. Each codec
//! first shows that it finds the same arguments.
#![forbid(unsafe_code)]

use core::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use forebay_resp::{CommandDecoder, CommandLimits, Protocol, ReplyWriter, write_command};
use redis_protocol::resp2::types::BytesFrame;

const COMMANDS: usize = 64;
const PAYLOAD: [u8; 64] = [b'x'; 64];

/// Decodes a pipeline and returns how many bytes its arguments have.
type Decode = fn(&mut CommandDecoder, &mut BytesMut) -> usize;

fn pipeline() -> Bytes {
    let mut input = BytesMut::new();
    for _ in 0..COMMANDS {
        write_command(&mut input, [&b"LPUSH"[..], b"mq", &PAYLOAD]);
    }
    input.freeze()
}

fn borrowed(decoder: &mut CommandDecoder, input: &mut BytesMut) -> usize {
    let limits = CommandLimits::default();
    let mut bytes = 0;
    while let Ok(Some(command)) = decoder.decode(input, &limits) {
        bytes += command.arguments().map(<[u8]>::len).sum::<usize>();
    }
    bytes
}

fn split_off(decoder: &mut CommandDecoder, input: &mut BytesMut) -> usize {
    let limits = CommandLimits::default();
    let mut bytes = 0;
    while let Ok(Some(command)) = decoder.decode(input, &limits) {
        let command = command.split_off();
        bytes += command.arguments().map(<[u8]>::len).sum::<usize>();
    }
    bytes
}

fn copied(decoder: &mut CommandDecoder, input: &mut BytesMut) -> usize {
    let limits = CommandLimits::default();
    let mut bytes = 0;
    while let Ok(Some(command)) = decoder.decode(input, &limits) {
        bytes += command.copied().arguments().map(<[u8]>::len).sum::<usize>();
    }
    bytes
}

fn redis_protocol(_: &mut CommandDecoder, input: &mut BytesMut) -> usize {
    let mut bytes = 0;
    while let Ok(Some((frame, _, _))) = redis_protocol::resp2::decode::decode_bytes_mut(input) {
        let BytesFrame::Array(words) = frame else {
            break;
        };
        for word in &words {
            if let BytesFrame::BulkString(word) = word {
                bytes += word.len();
            }
        }
    }
    bytes
}

fn resp_rs(_: &mut CommandDecoder, input: &mut BytesMut) -> usize {
    let mut bytes = 0;
    let mut rest = input.split().freeze();
    while let Ok((frame, left)) = resp_rs::resp2::parse_frame(rest) {
        for word in frame.as_array().unwrap_or_default() {
            bytes += word.as_bytes().map_or(0, Bytes::len);
        }
        rest = left;
    }
    bytes
}

fn commands(criterion: &mut Criterion) {
    let input = pipeline();
    let mut group = criterion.benchmark_group("pipeline-64");
    group.throughput(Throughput::Elements(COMMANDS as u64));
    let decoders: [(&str, Decode); 5] = [
        ("forebay-resp", borrowed),
        ("forebay-resp-split-off", split_off),
        ("forebay-resp-copied", copied),
        ("redis-protocol", redis_protocol),
        ("resp-rs", resp_rs),
    ];
    for (name, decode) in decoders {
        let mut decoder = CommandDecoder::new();
        let mut buffer = BytesMut::with_capacity(16 << 10);
        buffer.extend_from_slice(&input);
        assert_eq!(
            decode(&mut decoder, &mut buffer),
            COMMANDS * (5 + 2 + PAYLOAD.len()),
            "{name} finds every argument"
        );
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                buffer.extend_from_slice(&input);
                black_box(decode(&mut decoder, &mut buffer))
            });
        });
    }
    group.bench_function("copy-alone", |bencher| {
        let mut buffer = BytesMut::with_capacity(16 << 10);
        bencher.iter(|| {
            buffer.clear();
            buffer.extend_from_slice(&input);
            black_box(buffer.len())
        });
    });
    group.finish();
}

/// One argument of 1 MiB that arrives in reads of 16 KiB.
fn large(criterion: &mut Criterion) {
    let mut input = BytesMut::new();
    write_command(&mut input, [&b"LPUSH"[..], b"mq", &vec![b'x'; 1 << 20]]);
    let input = input.freeze();
    let limits = CommandLimits::default();
    let mut group = criterion.benchmark_group("bulk-1-mib");
    group.throughput(Throughput::Bytes(input.len() as u64));
    group.bench_function("forebay-resp", |bencher| {
        bencher.iter(|| {
            let mut decoder = CommandDecoder::new();
            let mut buffer = BytesMut::with_capacity(16 << 10);
            for read in input.chunks(16 << 10) {
                buffer.reserve(decoder.room_bytes(&buffer).max(read.len()));
                buffer.extend_from_slice(read);
                if let Ok(Some(command)) = decoder.decode(&mut buffer, &limits) {
                    black_box(command.split_off());
                }
            }
        });
    });
    group.finish();
}

fn replies(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reply");
    group.throughput(Throughput::Elements(COMMANDS as u64));
    let mut output = BytesMut::with_capacity(16 << 10);
    group.bench_function("bulk-64", |bencher| {
        bencher.iter(|| {
            output.clear();
            for _ in 0..COMMANDS {
                ReplyWriter::new(&mut output, Protocol::Resp2).bulk(black_box(&PAYLOAD));
            }
            black_box(output.len())
        });
    });
    group.bench_function("integer", |bencher| {
        bencher.iter(|| {
            output.clear();
            for value in (0..64_000).step_by(1000) {
                ReplyWriter::new(&mut output, Protocol::Resp2).integer(black_box(value));
            }
            black_box(output.len())
        });
    });
    group.finish();
}

criterion_group!(benches, commands, large, replies);
criterion_main!(benches);
