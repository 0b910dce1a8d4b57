//! What a command and a reply cost, beside two published codecs.
//!
//! A pipeline of 64 commands `LPUSH mq <64 bytes>` is copied into the read buffer, as a read would,
//! and decoded; figures are for the pipeline, and the throughput is that of commands. Each codec
//! first shows that it finds the same arguments. The crate's documentation shows the results.
#![forbid(unsafe_code)]

use core::hint::black_box;
use core::time::Duration;

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

/// A server's share of a pipeline: each command is decoded and `:1` is its reply.
fn commands_and_replies(criterion: &mut Criterion) {
    let input = pipeline();
    let limits = CommandLimits::default();
    let mut buffer = BytesMut::with_capacity(16 << 10);
    let mut output = BytesMut::with_capacity(16 << 10);
    let mut group = criterion.benchmark_group("pipeline-64-and-replies");
    group.throughput(Throughput::Elements(COMMANDS as u64));
    group.bench_function("forebay-resp", |bencher| {
        let mut decoder = CommandDecoder::new();
        bencher.iter(|| {
            output.clear();
            buffer.extend_from_slice(&input);
            while let Ok(Some(command)) = decoder.decode(&mut buffer, &limits) {
                black_box(command.argument(2));
                ReplyWriter::new(&mut output, Protocol::Resp2).integer(black_box(1));
            }
            assert_eq!(output.len(), COMMANDS * 4, "each has its reply");
        });
    });
    group.bench_function("redis-protocol", |bencher| {
        bencher.iter(|| {
            output.clear();
            buffer.extend_from_slice(&input);
            while let Ok(Some((frame, _, _))) =
                redis_protocol::resp2::decode::decode_bytes_mut(&mut buffer)
            {
                black_box(&frame);
                let reply = BytesFrame::Integer(black_box(1));
                if redis_protocol::resp2::encode::extend_encode(&mut output, &reply, false).is_err()
                {
                    break;
                }
            }
            assert_eq!(output.len(), COMMANDS * 4, "each has its reply");
        });
    });
    group.finish();
}

/// One argument that arrives in reads of 16 KiB: what a byte costs is not to grow with its size.
fn large(criterion: &mut Criterion) {
    let mut limits = CommandLimits::default();
    limits.bulk_bytes_max = 512 << 20;
    limits.command_bytes_max = u32::MAX;
    let read = [b'x'; 16 << 10];
    let mut group = criterion.benchmark_group("bulk");
    group.sample_size(10);
    for mebibytes in [1_u64, 32, 512] {
        let bytes = mebibytes << 20;
        let start = format!("*3\r\n$5\r\nLPUSH\r\n$2\r\nmq\r\n${bytes}\r\n");
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(format!("{mebibytes}-mib"), |bencher| {
            bencher.iter(|| {
                let mut decoder = CommandDecoder::new();
                let mut buffer = BytesMut::from(start.as_bytes());
                for _ in 0..bytes >> 14 {
                    buffer.reserve(decoder.room_bytes(&buffer).max(read.len()));
                    buffer.extend_from_slice(&read);
                    assert!(
                        matches!(decoder.decode(&mut buffer, &limits), Ok(None)),
                        "its end is missing"
                    );
                }
                buffer.extend_from_slice(b"\r\n");
                black_box(decoder.decode(&mut buffer, &limits).is_ok())
            });
        });
    }
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

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1));
    targets = commands, commands_and_replies, large, replies
}
criterion_main!(benches);
