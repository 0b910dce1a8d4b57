//! Users: who is let in, what happens when they change, and what a server refuses to start with.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, Version};
use support::{Client, Directory, Server, eventually, failure};

/// A hash of a password that takes this much memory; 8 KiB is the least.
fn hash(password: &str, memory_kib: u32) -> String {
    let params = Params::new(memory_kib, 1, 1, None).unwrap();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon2.hash_password(password.as_bytes()).unwrap();
    hash.to_string()
}

/// A file with `default` off, `root` who may do everything, and these lines, where `PW` is the
/// password `pw`. The password of `root` is `root`.
fn users_file(directory: &Directory, lines: &str) -> String {
    let root = hash("root", 8);
    let lines = lines.replace("PW", &format!("#{}", hash("pw", 8)));
    let text = format!("# Who may come.\n\nuser default off\nuser root on #{root} ~* &* +@all\n");
    directory.write("users.acl", &(text + &lines))
}

fn start(file: &str) -> Server {
    Server::start(&["--users", file])
}

fn log_in(server: &Server, user: &str, password: &str) -> Client {
    let mut client = server.connect();
    assert_eq!(
        client.ask(&format!("AUTH {user} {password}")),
        "OK",
        "{user}"
    );
    client
}

const WRONG: &str = "-WRONGPASS invalid username-password pair or user is disabled.";

#[test]
fn a_password_lets_in_who_has_it() {
    let directory = Directory::new("login");
    let lines =
        "user alice on PW ~a* +@all\nuser away off PW ~* +@all\nuser both on PW nopass +@all\n";
    let server = start(&users_file(&directory, lines));
    let mut client = server.connect();
    assert_eq!(client.ask("GET a"), "-NOAUTH Authentication required.");
    for wrong in [
        "AUTH alice px",
        "AUTH alice pw0",
        "AUTH pw",
        "AUTH default pw",
        "AUTH nobody pw",
        "AUTH away pw",
        "AUTH Alice pw",
        "HELLO 3 AUTH alice p",
    ] {
        assert_eq!(client.ask(wrong), WRONG, "{wrong}");
        assert_eq!(client.ask("GET a"), "-NOAUTH Authentication required.");
    }
    let long = client.call(&["AUTH", "alice", &"p".repeat(5000)]);
    assert_eq!(support::text(&long), WRONG);
    // The second time the hash is known.
    for _ in 0..2 {
        assert_eq!(client.ask("AUTH alice pw"), "OK");
        assert_eq!(client.ask("ACL WHOAMI"), "alice");
        assert_eq!(client.ask("SET ab 1"), "OK");
        assert_eq!(
            client.ask("GET b"),
            "-NOPERM No permissions to access a key"
        );
        assert_eq!(client.ask("AUTH alice px"), WRONG);
        assert_eq!(
            client.ask("ACL WHOAMI"),
            "alice",
            "a wrong password changes nothing"
        );
        assert_eq!(client.ask("RESET"), "RESET");
        assert_eq!(client.ask("GET a"), "-NOAUTH Authentication required.");
    }
    let hello = client.ask("HELLO 3 AUTH alice pw SETNAME me");
    assert!(hello.starts_with("{server: redis"), "{hello}");
    assert_eq!(client.ask("CLIENT GETNAME"), "me");
    let mut root = log_in(&server, "root", "root");
    let list = root.ask("CLIENT LIST");
    assert!(
        list.contains("name=me") && list.contains("user=alice"),
        "{list}"
    );
    assert_eq!(root.ask("AUTH both whatever"), "OK");
    let stats = log_in(&server, "root", "root").ask("INFO stats");
    assert!(stats.contains("acl_access_denied_auth:11\r"), "{stats}");
    assert!(stats.contains("acl_access_denied_key:2\r"), "{stats}");
}

#[test]
fn what_is_sent_behind_a_password_waits_for_it() {
    let directory = Directory::new("pipeline");
    let server = start(&users_file(&directory, "user alice on PW ~* +@all\n"));
    let mut client = server.connect();
    client.send_bytes(
        b"AUTH alice no\r\nPING\r\nAUTH alice pw\r\nACL WHOAMI\r\nHELLO 3 AUTH root root\r\nACL WHOAMI\r\n",
    );
    let mut next = || support::text(&client.receive().unwrap().0);
    assert_eq!(next(), WRONG);
    assert_eq!(next(), "-NOAUTH Authentication required.");
    assert_eq!(next(), "OK");
    assert_eq!(next(), "alice");
    assert!(next().starts_with("{server: redis"), "HELLO");
    assert_eq!(next(), "root");

    // Who wants no replies gets none.
    let mut client = server.connect();
    client.send_bytes(b"AUTH alice pw\r\nCLIENT REPLY SKIP\r\nAUTH root root\r\nACL WHOAMI\r\n");
    assert_eq!(support::text(&client.receive().unwrap().0), "OK");
    assert_eq!(support::text(&client.receive().unwrap().0), "root");

    // A client that goes away is not waited for, and takes nobody with it.
    for _ in 0..20 {
        server.connect().send(&["AUTH", "alice", "other"]);
    }
    assert_eq!(log_in(&server, "alice", "pw").ask("PING"), "PONG");

    let mut client = log_in(&server, "alice", "pw");
    assert_eq!(client.ask("MULTI"), "OK");
    assert_eq!(client.ask("AUTH root other"), "QUEUED");
    assert_eq!(client.ask("PING"), "QUEUED");
    let replies = client.ask("EXEC");
    assert!(
        replies.contains("inside MULTI") && replies.ends_with("PONG]"),
        "{replies}"
    );
    assert_eq!(client.ask("ACL WHOAMI"), "alice");
}

#[test]
fn a_flood_of_passwords_keeps_nobody_out() {
    let directory = Directory::new("flood");
    let file = users_file(
        &directory,
        &format!("user slow on #{} +ping\n", hash("slow", 128 << 10)),
    );
    let server = start(&file);
    let mut root = log_in(&server, "root", "root");
    let mut flood: Vec<Client> = (0..100).map(|_| server.connect()).collect();
    for client in &mut flood {
        client.send(&["AUTH", "slow", "wrong"]);
    }
    // Of another address than the flood.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into())
        .unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], server.port));
    socket.connect(&address.into()).unwrap();
    let mut other = TcpStream::from(socket);
    other.set_read_timeout(Some(support::PATIENCE)).unwrap();
    other.write_all(b"AUTH slow slow\r\n").unwrap();
    for _ in 0..10 {
        assert_eq!(root.ask("PING"), "PONG", "who is in goes on");
    }
    let mut reply = [0; 5];
    other.read_exact(&mut reply).unwrap();
    assert_eq!(&reply, b"+OK\r\n");
    let last = &mut flood.last_mut().unwrap().socket;
    last.set_nonblocking(true).unwrap();
    let waits = last.read(&mut [0; 1]).unwrap_err();
    assert_eq!(
        waits.kind(),
        ErrorKind::WouldBlock,
        "the flood is not over yet"
    );
}

#[test]
fn who_has_changed_has_to_come_again() {
    let directory = Directory::new("reload");
    let before = "user alice on PW ~a* +@all\nuser bob on PW ~* +@all\nuser carol on PW ~* +@all\n";
    let file = users_file(&directory, before);
    let server = start(&file);
    let mut root = log_in(&server, "root", "root");
    let mut alice = log_in(&server, "alice", "pw");
    let mut waiting = log_in(&server, "carol", "pw");
    let mut bob = log_in(&server, "bob", "pw");
    waiting.send(&["BLPOP", "mq", "0"]);

    let good = std::fs::read_to_string(&file).unwrap();
    directory.write(
        "users.acl",
        &good.replace("+@all\nuser bob", "+@alll\nuser bob"),
    );
    let refused = root.ask("ACL LOAD");
    assert!(
        refused.starts_with("-ERR ") && refused.contains("users.acl, line 5"),
        "{refused}"
    );
    assert_eq!(alice.ask("PING"), "PONG", "nothing has changed");

    let changed = good.replace("~a*", "~b*");
    let (without_carol, _) = changed.split_once("user carol").unwrap();
    directory.write("users.acl", without_carol);
    assert_eq!(root.ask("ACL LOAD"), "OK");
    assert_eq!(root.ask("ACL WHOAMI"), "root", "who has not changed stays");
    assert_eq!(bob.ask("ACL WHOAMI"), "bob");
    assert!(waiting.receive().is_none(), "carol is no more");
    assert!(alice.receive().is_none(), "what alice may do has changed");
    let mut alice = log_in(&server, "alice", "pw");
    assert_eq!(alice.ask("SET bb 1"), "OK");
    assert_eq!(
        alice.ask("SET ab 1"),
        "-NOPERM No permissions to access a key"
    );
    assert_eq!(server.connect().ask("AUTH carol pw"), WRONG);

    assert_eq!(
        root.ask("CLIENT KILL USER carol"),
        "-ERR No such user 'carol'"
    );
    assert_eq!(root.ask("CLIENT KILL USER bob"), "1");
    eventually("bob is gone", || {
        !root.ask("CLIENT LIST").contains("user=bob")
    });
    for refused in ["ACL SETUSER bob off", "ACL DELUSER bob", "ACL SAVE"] {
        let refused = root.ask(refused);
        assert!(refused.contains("ACL LOAD"), "{refused}");
    }
    let taken = root.ask("CONFIG SET requirepass x");
    assert!(taken.contains("the users' file says"), "{taken}");
}

#[test]
fn without_a_line_for_it_default_has_no_way_in() {
    let directory = Directory::new("default");
    let file = directory.write("users.acl", "user alice on nopass ~* +@all\n");
    let server = start(&file);
    let mut client = server.connect();
    assert_eq!(client.ask("PING"), "-NOAUTH Authentication required.");
    assert_eq!(client.ask("AUTH anything"), WRONG);
    assert_eq!(client.ask("AUTH alice anything"), "OK");
    let list = client.ask("ACL LIST");
    assert!(list.contains("user default off"), "{list}");

    let server = Server::start(&["--users", &file, "--requirepass", "secret"]);
    let mut client = server.connect();
    assert_eq!(client.ask("PING"), "-NOAUTH Authentication required.");
    assert_eq!(client.ask("AUTH wrong"), WRONG);
    assert_eq!(client.ask("AUTH secret"), "OK");
    assert_eq!(client.ask("ACL WHOAMI"), "default");
    let user = client.ask("ACL GETUSER default");
    assert!(
        !user.contains("secret") && !user.contains("nopass"),
        "{user}"
    );
}

#[test]
fn a_server_without_a_file_says_what_to_do() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    assert_eq!(
        client.ask("ACL LIST"),
        "[user default on nopass ~* &* +@all]"
    );
    for command in ["ACL LOAD", "ACL SETUSER alice on", "ACL SAVE"] {
        let refused = client.ask(command);
        assert!(refused.contains("--users FILE"), "{command}: {refused}");
    }
}

#[test]
fn a_file_that_is_wrong_is_refused_at_the_start() {
    let directory = Directory::new("start");
    let sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
    for (text, more, said) in [
        (
            "user a on\nuser b +gett\n",
            &[][..],
            "users.acl, line 2: '+gett': there is no command",
        ),
        (
            "user a on\n\n# x\nuser a on\n",
            &[],
            "users.acl, line 4: 'a' is in line 1 already",
        ),
        ("usr a on\n", &[], "users.acl, line 1: a line is `user`"),
        ("user a on >pw\n", &[], "forebay hash-password"),
        (
            &format!("user a on #{sha256}\n"),
            &[],
            "is a SHA-256 of Redis",
        ),
        (
            "user a on\nuser default on\n",
            &["--requirepass", "x"],
            "users.acl, line 2, says who `default` is, and so does requirepass",
        ),
        (
            "user default on nopass +@all\n",
            &["--bind", "0.0.0.0"],
            "users.acl, line 1, lets anybody be `default`",
        ),
    ] {
        let file = directory.write("users.acl", text);
        let arguments = [&["serve", "--port", "0", "--users", &file], more].concat();
        let error = failure(&arguments);
        assert!(
            error.starts_with("error: ") && error.contains(said),
            "{text}: {error}"
        );
    }
    let file = directory.write("users.acl", "user a on\n");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let error = failure(&["serve", "--port", "0", "--users", &file]);
    assert!(
        error.contains("its mode is 644") && error.contains("chmod 600"),
        "{error}"
    );
    let error = failure(&["serve", "--port", "0", "--users", "/nowhere/users.acl"]);
    assert!(error.contains("cannot read /nowhere/users.acl"), "{error}");
}

#[test]
fn commands_that_redis_had_not_yet_are_looked_at_too() {
    let directory = Directory::new("newer");
    let file = users_file(&directory, "user alice on nopass %R~r* %W~w* ~a* +@all\n");
    let server = start(&file);
    let mut client = log_in(&server, "root", "root");
    for (command, is_allowed) in [
        ("LMOVEM a w LEFT RIGHT", true),
        ("LMOVEM w a LEFT RIGHT", false),
        ("LMOVEM a r LEFT RIGHT", false),
        ("BLMOVEM a w LEFT RIGHT 0", true),
        ("BLMOVEM a x LEFT RIGHT 0", false),
        ("XACKDEL w g IDS 1 1-1", true),
        ("XACKDEL r g IDS 1 1-1", false),
        ("XDELEX w IDS 1 1-1", true),
        ("XDELEX x IDS 1 1-1", false),
        ("XCFGSET w IDMP-MAXSIZE 10", true),
        ("XCFGSET r IDMP-MAXSIZE 10", false),
        ("XNACK w g FAIL IDS 1 1-1", true),
        ("XNACK x g FAIL IDS 1 1-1", false),
        ("XREAD MAXCOUNT 10 STREAMS r1 r2 0 0", true),
        ("XREAD MAXCOUNT 10 STREAMS r1 x 0 0", false),
    ] {
        // A command that makes no sense would be left to itself to refuse.
        let keys = client.ask(&format!("COMMAND GETKEYS {command}"));
        assert!(!keys.starts_with('-'), "{command}: {keys}");
        let answer = client.ask(&format!("ACL DRYRUN alice {command}"));
        assert_eq!(answer == "OK", is_allowed, "{command}: {answer}");
    }
}

/// `forebay` with these arguments and this on stdin: whether it succeeds, and what it says.
fn forebay(arguments: &[&str], input: &str) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // An error: it does not read.
    let _written = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[test]
fn a_newcomer_makes_a_file_and_gets_in() {
    let directory = Directory::new("newcomer");
    let file = directory.0.join("users.acl").to_str().unwrap().to_owned();
    let add = |rest: &[&str], input| forebay(&[&["user", "add", &file], rest].concat(), input);
    let (is_added, said) = add(&["worker", "~jobs:*", "+@list", "-@dangerous"], "secret\n");
    assert!(is_added && said.contains("'worker' is in "), "{said}");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (_, hash) = forebay(&["hash-password"], "other\r\n");
    let rule = format!("#{}", hash.trim());
    assert!(add(&["admin", &rule, "~*", "&*", "+@all"], "").0, "{rule}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        !text.contains("secret") && text.lines().count() == 2,
        "{text}"
    );

    for (rest, input, reason) in [
        (&["worker"][..], "x\n", "'worker' is in"),
        (&["x"], "", "the password is empty"),
        (&["x"], &"x".repeat(4097), "more than 4096 bytes"),
        (&["x", "+@lists"], "x\n", "there is no category 'lists'"),
        (&["x y"], "x\n", "has a blank in it"),
    ] {
        let (is_added, said) = add(rest, input);
        assert!(!is_added && said.contains(reason), "{rest:?}: {said}");
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        text,
        "it is as it was"
    );
    assert!(
        !Path::new(&format!("{file}.new")).exists(),
        "nothing is left"
    );

    let server = start(&file);
    let mut worker = log_in(&server, "worker", "secret");
    assert_eq!(worker.ask("LPUSH jobs:1 x"), "1");
    assert_eq!(
        worker.ask("INFO"),
        "-NOPERM User worker has no permissions to run the 'info' command"
    );
    let mut admin = log_in(&server, "admin", "other");
    admin
        .socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    assert_eq!(admin.ask("DBSIZE"), "1");
}
