//! The scripts that are known. Their texts come from the libraries, in the tests of these.
#![forbid(unsafe_code)]

mod support;

use forebay_resp::Reply;
use support::{Server, text};

const DELETE_FIRST: &str = "c3f8721cbb97f72bc19e972846bd7aaf91901658";
const EXTEND: &str = "a4e8783852e6b949f9ef3a97212805108459a890";
const EXPIRE: &str = "1cac51482acf5858da00f6d685d68f886cd6b6b2";
const DELETE_EACH: &str = "0f0f23b9048b36752b5be114f357ba083449f908";
const ACQUIRE_ALL: &str = "e5a322e2634ef59a516e8ea150cb085afafee684";
const RENEW_ALL: &str = "ce46f80993d5dac20dd066eb301a4e37994bdbed";

#[test]
fn a_lock_is_released_by_who_holds_it() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.ask("SET lock mine");
    assert_eq!(
        client.ask(&format!("EVALSHA {DELETE_FIRST} 1 lock yours")),
        "0"
    );
    assert_eq!(client.ask("GET lock"), "mine");
    assert_eq!(
        client.ask(&format!("EVALSHA {DELETE_FIRST} 1 lock mine")),
        "1"
    );
    assert_eq!(
        client.ask(&format!("EVALSHA {DELETE_FIRST} 1 lock mine")),
        "0"
    );
    assert_eq!(client.ask("EXISTS lock"), "0");
    client.ask("RPUSH list a");
    let wrong = client.ask(&format!("EVALSHA {DELETE_FIRST} 1 list a"));
    assert!(wrong.starts_with("-WRONGTYPE"), "{wrong}");
}

#[test]
fn a_lock_is_prolonged_by_who_holds_it() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let left = |client: &mut support::Client| client.ask("PTTL lock").parse::<i64>().unwrap_or(-9);
    client.ask("SET lock mine PX 100000");
    assert_eq!(
        client.ask(&format!("EVALSHA {EXTEND} 1 lock yours 50000 0")),
        "0"
    );
    assert_eq!(
        client.ask(&format!("EVALSHA {EXTEND} 1 lock mine 50000 0")),
        "1"
    );
    assert!((140_000..=150_000).contains(&left(&mut client)), "added");
    assert_eq!(
        client.ask(&format!("EVALSHA {EXTEND} 1 lock mine 60000 1")),
        "1"
    );
    assert!((50_000..=60_000).contains(&left(&mut client)), "replaced");
    assert_eq!(
        client.ask(&format!("EVALSHA {EXPIRE} 1 lock mine 90000")),
        "1"
    );
    assert!((80_000..=90_000).contains(&left(&mut client)), "anew");
    assert_eq!(client.ask(&format!("EVALSHA {EXPIRE} 1 lock yours x")), "0");
    let bad = client.ask(&format!("EVALSHA {EXPIRE} 1 lock mine x"));
    assert_eq!(bad, "-ERR value is not an integer or out of range");
    let bad = client.ask(&format!(
        "EVALSHA {EXTEND} 1 lock mine 9223372036854775807 0"
    ));
    assert!(bad.contains("invalid expire time"), "{bad}");
    client.ask("SET lock mine");
    assert_eq!(
        client.ask(&format!("EVALSHA {EXTEND} 1 lock mine 50000 0")),
        "0"
    );
    assert_eq!(client.ask("PTTL lock"), "-1");
    assert_eq!(client.ask(&format!("EVALSHA {EXPIRE} 1 lock mine 0")), "1");
    assert_eq!(client.ask("EXISTS lock"), "0");
}

#[test]
fn several_locks_are_one_step() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    assert_eq!(
        client.ask(&format!("EVALSHA {ACQUIRE_ALL} 2 a b mine 60000")),
        "2"
    );
    assert_eq!(
        client.ask(&format!("EVALSHA {ACQUIRE_ALL} 2 b c yours 60000")),
        "0"
    );
    assert_eq!(client.ask("EXISTS c"), "0");
    assert_eq!(
        client.ask(&format!("EVALSHA {RENEW_ALL} 3 a b c mine 90000")),
        "0"
    );
    assert_eq!(
        client.ask(&format!("EVALSHA {RENEW_ALL} 2 a b mine 90000")),
        "2"
    );
    assert!(
        client
            .ask("PTTL b")
            .parse::<i64>()
            .is_ok_and(|ms| ms > 80_000),
        "renewed"
    );
    client.ask("SET c yours");
    assert_eq!(
        client.ask(&format!("EVALSHA {DELETE_EACH} 3 a b c mine")),
        "2"
    );
    assert_eq!(client.ask("EXISTS a b c"), "1");
    let bad = client.ask(&format!("EVALSHA {ACQUIRE_ALL} 1 d mine 0"));
    assert!(bad.contains("invalid expire time"), "{bad}");
    assert_eq!(client.ask("EXISTS d"), "0");
}

#[test]
fn a_script_is_a_command_of_a_transaction() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.ask("MULTI");
    client.ask("SET lock mine NX");
    client.ask("XADD s * f v");
    assert_eq!(
        client.ask(&format!("EVALSHA {DELETE_FIRST} 1 lock mine")),
        "QUEUED"
    );
    let Reply::Array(replies) = client.call(&["EXEC"]) else {
        panic!("EXEC answers with an array")
    };
    assert_eq!(
        (text(&replies[0]).as_str(), &replies[2]),
        ("OK", &Reply::Integer(1))
    );
    assert_eq!(client.ask("EXISTS lock s"), "1");
}

#[test]
fn scripts_are_known_or_refused() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let known = client.ask(&format!("SCRIPT EXISTS {EXPIRE} {EXTEND} 00"));
    assert_eq!(known, "[1, 1, 0]");
    assert_eq!(client.ask("SCRIPT FLUSH"), "OK");
    for command in [
        &["EVAL", "return 1", "0"][..],
        &["SCRIPT", "LOAD", "return 1"],
    ] {
        let refused = text(&client.call(command));
        assert!(
            refused.contains("no Lua") && refused.contains("redis-py"),
            "{refused}"
        );
    }
    let nobody = client.ask("EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0");
    assert_eq!(nobody, "-NOSCRIPT No matching script. Please use EVAL.");
    for (arguments, said) in [
        ("-1", "can't be negative"),
        ("2 a", "can't be greater"),
        ("0 a", "needs a key"),
        ("1 a", "needs 1 arguments"),
        ("x a", "not an integer"),
    ] {
        let refused = client.ask(&format!("EVALSHA {DELETE_FIRST} {arguments}"));
        assert!(refused.contains(said), "{arguments}: {refused}");
    }
    assert_eq!(
        client.ask(&format!("COMMAND GETKEYS EVALSHA {EXPIRE} 2 a b c d")),
        "[a, b]"
    );
}
