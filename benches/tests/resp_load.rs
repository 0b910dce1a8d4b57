//! The generator against servers that answer wrongly, too much, too late, or in pieces.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use forebay_bench::audit::{Audit, Ledger};
use forebay_bench::drive::resp::Run;
use forebay_bench::drive::resp::cycle::{Cycle, Step};
use forebay_bench::engine::resp::load::{Load, Loaded};
use forebay_bench::fault::Fault;
use forebay_bench::measure::{Pulse, Work};
use forebay_bench::message::Header;

/// One command in each batch: `*2 $4 RPOP $2 mq`.
const RPOP_BYTES: usize = b"*2\r\n$4\r\nRPOP\r\n$2\r\nmq\r\n".len();
const PAYLOAD: usize = 16;

/// Answers each batch of one RPOP with the next of `answers`, in two pieces, and then leaves.
fn server(answers: Vec<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        socket.set_nodelay(true).unwrap();
        for answer in answers {
            let mut command = [0; RPOP_BYTES];
            if socket.read_exact(&mut command).is_err() {
                return;
            }
            let (first, second) = answer.split_at(answer.len().min(7));
            // The other side may have left.
            drop(socket.write_all(first));
            thread::sleep(Duration::from_millis(1));
            drop(socket.write_all(second));
        }
    });
    address
}

fn message(sequence: u64) -> Vec<u8> {
    let mut message = vec![0; PAYLOAD];
    Ledger::write(&mut message, Header::new(0, sequence));
    [b"$16\r\n", message.as_slice(), b"\r\n"].concat()
}

fn pop(answers: Vec<Vec<u8>>) -> Result<(), Fault> {
    let pulse = Arc::new(Pulse::default());
    let work = Work {
        messages: answers.len() as u64,
        payload: PAYLOAD,
        pulse: Arc::clone(&pulse),
    };
    let run = Run {
        work: &work,
        connections: 1,
        pipeline: 1,
    };
    let talks = Cycle::<Ledger>::each(&[Step::Rpop], &run);
    let load = Load::open(server(answers), talks, &pulse).unwrap();
    let Loaded {
        talks, commands, ..
    } = load.run(&pulse)?;
    assert_eq!(commands, work.messages, "replies are counted");
    let consumers = talks.into_iter().map(|talk| talk.heard().0).collect();
    Ledger::verdict(consumers, &[work.messages])
}

#[test]
fn replies_in_pieces_are_put_together() {
    assert_eq!(pop((0..40).map(message).collect()), Ok(()));
}

#[test]
fn wrong_messages_are_found() {
    let twice = [0, 1, 1].map(message).to_vec();
    let duplicated = Fault::Duplicated {
        producer: 0,
        sequence: 1,
    };
    assert_eq!(pop(twice), Err(duplicated));
    let swapped = [1, 0].map(message).to_vec();
    assert!(
        matches!(pop(swapped), Err(Fault::Reordered { .. })),
        "order"
    );
    let mut damaged = message(1);
    damaged[15] ^= 1;
    let found = pop(vec![message(0), damaged]);
    assert!(matches!(found, Err(Fault::Damaged { .. })), "{found:?}");
}

#[test]
fn wrong_replies_are_found() {
    for (reply, said) in [
        (&b"-ERR no\r\n"[..], "ERR no"),
        (b"$-1\r\n", "Nil instead of a message"),
        (b":1\r\n", "Integer(1) instead of a message"),
        (b"$3\r\nabc\r\n", "a string of 3 bytes instead of a message"),
    ] {
        let found = pop(vec![message(0), reply.to_vec()]);
        assert!(
            matches!(&found, Err(Fault::Failed(what)) if what.contains(said)),
            "{said}: {found:?}"
        );
    }
}

#[test]
fn a_reply_too_many_and_one_too_few_are_found() {
    let surplus = [message(0), message(1)].concat();
    let found = pop(vec![surplus, message(2)]);
    assert!(
        matches!(&found, Err(Fault::Failed(what)) if what.contains("nothing was asked for")),
        "{found:?}"
    );
    let cut = message(1)[..8].to_vec();
    let found = pop(vec![message(0), cut]);
    assert!(
        matches!(&found, Err(Fault::Failed(what)) if what.contains("unexpected end of file")),
        "{found:?}"
    );
}
