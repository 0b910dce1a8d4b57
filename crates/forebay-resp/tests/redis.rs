//! The decoder beside a real `redis-server`: byte for byte the same answers to what is right and to
//! what is wrong.
//!
//! The commands are `ECHO`, of which the answer shows the argument as it was understood, and words
//! that nobody knows. Without `redis-server` on the machine the tests say so and pass.
#![cfg(unix)]
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by a panic, in its helpers too"
)]

#[path = "support/redis_server.rs"]
mod redis_server;

use bytes::BytesMut;
use forebay_resp::{CommandDecoder, CommandLimits, Protocol, ReplyWriter};
use redis_server::RedisServer;

/// What a server of ours would answer.
fn answer(input: &[u8], limits: &CommandLimits) -> Vec<u8> {
    let mut input = BytesMut::from(input);
    let mut output = BytesMut::new();
    let mut reply = ReplyWriter::new(&mut output, Protocol::Resp2);
    let mut decoder = CommandDecoder::new();
    loop {
        match decoder.decode(&mut input, limits) {
            Ok(Some(command)) if command.name() == b"ECHO" => reply.bulk(&command[1]),
            Ok(Some(command)) => panic!("{command:?} is no command of these tests"),
            Ok(None) => break,
            Err(error) => {
                reply.protocol_error(error);
                break;
            }
        }
    }
    output.to_vec()
}

fn as_redis() -> CommandLimits {
    let mut limits = CommandLimits::default();
    limits.arguments_max = i32::MAX.unsigned_abs();
    limits.bulk_bytes_max = 512 << 20;
    limits.command_bytes_max = u32::MAX;
    limits
}

fn compare(name: &str, options: &[&str], limits: &CommandLimits, inputs: &[Vec<u8>]) {
    let server = match RedisServer::start(name, options) {
        Ok(server) => server,
        Err(error) => {
            println!("NOT COMPARED: no redis-server: {error}");
            return;
        }
    };
    for input in inputs {
        let expected = server.answer(input).unwrap();
        assert_eq!(
            answer(input, limits).escape_ascii().to_string(),
            expected.escape_ascii().to_string(),
            "{}",
            input[..input.len().min(200)].escape_ascii()
        );
    }
}

fn inputs(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

#[test]
fn commands_are_understood_as_redis_does() {
    let mut all = inputs(&[
        "*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n",
        "*2\r\n$4\r\nECHO\r\n$0\r\n\r\nECHO a\r\n\r\nECHO b\n*0\r\n*-1\r\n*-5\r\nECHO c\r\n",
        "*2\rx$4\ryECHOzz$1\r.a..",
        "*2\r\n$4\r\nECHO\r\n$2",
        "ECHO \"a b\\x41\\x4g\\n\\r\\t\\b\\a\\\"\\\\\\q'\"\r\n",
        "ECHO 'a \\'b\\n\\x41\"'\r\n",
        "ECHO a\"b c\"\r\nECHO a'b c'\n",
        "  ECHO \t \"\"  \r\n \x0b\x0c \r\nECHO a\x0bb\r\nECHO a\\n\r\n",
        "ECHO $5\r\n",
    ]);
    all.push(b"ECHO \"\\xff\\xFE\"\r\nECHO \xff\xfe\r\n".to_vec());
    compare("commands", &[], &as_redis(), &all);
}

#[test]
fn errors_are_those_of_redis() {
    let mut all = inputs(&[
        "*\r\n",
        "*x\r\n",
        "*1x\r\n",
        "*01\r\n",
        "*+1\r\n",
        "* 1\r\n",
        "*-\r\n",
        "*-0\r\n",
        "*2147483648\r\n",
        "*99999999999999999999\r\n",
        "*-9223372036854775809\r\n",
        "*1\r\n$\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$x\r\n",
        "*1\r\n$04\r\n",
        "*1\r\n$536870913\r\n",
        "*1\r\n:1\r\n",
        "*1\r\n\r\n",
        "*2\r\n$1\r\na\r\n*1\r\n",
        "*1\r\nxyz",
        "*1\r\n\"\r\n",
        "ECHO \"a\"b\r\n",
        "ECHO \"a\r\n",
        "ECHO 'a\r\n",
        "ECHO 'a'b\r\n",
        "ECHO \"\\\"\r\n",
        "ECHO a\r\n*x\r\nECHO b\r\n",
    ]);
    all.push(b"*1\r\n\xff\r\n".to_vec());
    // Redis takes a line in full if it comes in one read, so these do not end at all.
    for start in ["*", "*1\r\n$", "a"] {
        all.push([start.as_bytes(), &vec![b'1'; 70_000]].concat());
    }
    compare("errors", &[], &as_redis(), &all);
}

#[test]
fn errors_before_authentication_are_those_of_redis() {
    let all = inputs(&[
        "*11\r\n",
        "*2147483647\r\n",
        "*2147483648\r\n",
        "*10\r\n$16384\r\n",
        "*1\r\n$16385\r\n",
        "*1\r\n$536870912\r\n",
        "*1\r\n$536870913\r\n",
        "*1\r\n$-1\r\n",
    ]);
    let limits = as_redis().before_authentication();
    compare("strangers", &["--requirepass", "secret"], &limits, &all);
}
