//! TLS: who gets in, and who does not hurt others.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests are outside #[test] functions; a process has no other clock"
)]

mod support;

use core::time::Duration;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use forebay_resp::{ReplyDecoder, ReplyLimits, write_command};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use support::{Directory, PATIENCE, Server, eventually, failure, text};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// An authority, and what it has signed: `NAME.crt` and `NAME.key`.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    directory: Directory,
}

impl Authority {
    fn new(name: &str) -> Self {
        let directory = Directory::new(name);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        directory.write("ca.crt", &certificate.pem());
        let issuer = Issuer::new(params, key);
        let authority = Self { issuer, directory };
        authority.sign("server");
        authority.sign("client");
        authority
    }

    fn sign(&self, name: &str) {
        let key = KeyPair::generate().unwrap();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        self.directory
            .write(&format!("{name}.crt"), &certificate.pem());
        self.directory
            .write(&format!("{name}.key"), &key.serialize_pem());
    }

    fn path(&self, name: &str) -> String {
        self.directory.0.join(name).to_str().unwrap().to_owned()
    }

    /// A server with TLS beside a plain port, and the port for TLS.
    fn serve(&self, auth_clients: &str) -> (Server, u16) {
        let plain = format!("port={}", free_port());
        self.serve_with(auth_clients, &["--set", &plain])
    }

    /// A server with TLS and these arguments, and the port for TLS.
    fn serve_with(&self, auth_clients: &str, arguments: &[&str]) -> (Server, u16) {
        let port = free_port();
        let (cert, key, ca) = (
            self.path("server.crt"),
            self.path("server.key"),
            self.path("ca.crt"),
        );
        let port_text = port.to_string();
        let mut all = vec!["--tls-port", &port_text, "--tls-cert-file", &cert];
        all.extend(["--tls-key-file", &key, "--tls-ca-cert-file", &ca]);
        all.extend(["--tls-auth-clients", auth_clients]);
        all.extend(arguments);
        (Server::start(&all), port)
    }

    /// A client that trusts this authority, with a certificate of `other` if there is one.
    fn connect(&self, port: u16, other: Option<&Self>) -> TlsClient {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(self.path("ca.crt")).unwrap())
            .unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match other {
            None => builder.with_no_client_auth(),
            Some(other) => {
                let chain = vec![CertificateDer::from_pem_file(other.path("client.crt")).unwrap()];
                let key = PrivateKeyDer::from_pem_file(other.path("client.key")).unwrap();
                builder.with_client_auth_cert(chain, key).unwrap()
            }
        };
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_nodelay(true).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        TlsClient {
            stream: StreamOwned::new(connection, socket),
            input: BytesMut::new(),
        }
    }
}

/// A port that nobody has. Somebody may take it before it is used; that is rare enough.
fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

struct TlsClient {
    stream: StreamOwned<ClientConnection, TcpStream>,
    input: BytesMut,
}

impl TlsClient {
    fn send(&mut self, words: &[&[u8]]) -> std::io::Result<()> {
        let mut bytes = BytesMut::new();
        write_command(&mut bytes, words);
        self.stream.write_all(&bytes)?;
        self.stream.flush()
    }

    /// The next reply, as text.
    fn receive(&mut self) -> std::io::Result<String> {
        let mut decoder = ReplyDecoder::new();
        loop {
            let decoded = decoder
                .decode(&mut self.input, &ReplyLimits::default())
                .unwrap();
            if let Some(reply) = decoded {
                return Ok(text(&reply));
            }
            let mut chunk = [0; 16 << 10];
            match self.stream.read(&mut chunk)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                bytes => self.input.extend_from_slice(&chunk[..bytes]),
            }
        }
    }

    fn ask(&mut self, command: &str) -> std::io::Result<String> {
        let words: Vec<&[u8]> = command.split_whitespace().map(str::as_bytes).collect();
        self.send(&words)?;
        self.receive()
    }
}

#[test]
fn commands_go_through_tls_as_they_go_without() {
    let authority = Authority::new("tls-commands");
    let (server, port) = authority.serve("no");
    let mut client = authority.connect(port, None);
    assert_eq!(client.ask("LPUSH mq hello").unwrap(), "1");
    assert_eq!(server.connect().ask("RPOP mq"), "hello");

    let large = vec![b'x'; 8 << 20];
    client.send(&[b"SET", b"large", &large]).unwrap();
    assert_eq!(client.receive().unwrap(), "OK");
    for _ in 0..8 {
        client.send(&[b"GET", b"large"]).unwrap();
    }
    for _ in 0..8 {
        assert_eq!(client.receive().unwrap().len(), large.len());
    }

    let mut waiting = authority.connect(port, None);
    waiting.send(&[b"BLPOP", b"mq", b"0"]).unwrap();
    eventually("it waits", || {
        client
            .ask("INFO clients")
            .unwrap()
            .contains("blocked_clients:1\r")
    });
    assert_eq!(server.connect().ask("LPUSH mq x"), "1");
    assert_eq!(waiting.receive().unwrap(), "[mq, x]");

    assert_eq!(
        waiting.ask("SUBSCRIBE news").unwrap(),
        "[subscribe, news, 1]"
    );
    assert_eq!(client.ask("PUBLISH news x").unwrap(), "1");
    assert_eq!(waiting.receive().unwrap(), "[message, news, x]");
    assert_eq!(waiting.ask("QUIT").unwrap(), "OK");
    // The end is announced; without that this would be an error.
    assert_eq!(waiting.stream.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn certificates_of_clients_are_looked_at() {
    let (authority, stranger) = (Authority::new("tls-own"), Authority::new("tls-stranger"));
    for (auth_clients, without, of_stranger) in [
        ("yes", false, false),
        ("optional", true, false),
        ("no", true, true),
    ] {
        let (_server, port) = authority.serve(auth_clients);
        let mut good = authority.connect(port, Some(&authority));
        assert_eq!(good.ask("PING").unwrap(), "PONG", "{auth_clients}");
        let mut none = authority.connect(port, None);
        assert_eq!(none.ask("PING").is_ok(), without, "{auth_clients}");
        let mut strange = authority.connect(port, Some(&stranger));
        assert_eq!(strange.ask("PING").is_ok(), of_stranger, "{auth_clients}");
        assert_eq!(good.ask("PING").unwrap(), "PONG", "{auth_clients}");
    }
}

#[test]
fn without_a_plain_port_there_is_only_tls() {
    let authority = Authority::new("tls-only");
    // The port that the banner tells first is then the one of TLS.
    let (server, port) = authority.serve_with("no", &["--requirepass", "secret"]);
    assert_eq!(server.port, port);
    let mut client = authority.connect(port, None);
    assert_eq!(
        client.ask("PING").unwrap(),
        "-NOAUTH Authentication required."
    );
    assert_eq!(client.ask("AUTH secret").unwrap(), "OK");
    assert_eq!(client.ask("PING").unwrap(), "PONG");
    let config = client.ask("CONFIG GET tls-auth-clients").unwrap();
    assert_eq!(config, "[tls-auth-clients, no]");
}

#[test]
fn who_makes_no_handshake_hurts_nobody() {
    let authority = Authority::new("tls-hostile");
    let (server, port) = authority.serve("no");
    let began = Instant::now();
    let mut silent: Vec<TcpStream> = (0..50)
        .map(|_| TcpStream::connect(("127.0.0.1", port)).unwrap())
        .collect();
    // The head of a handshake, and no more.
    for socket in &mut silent[..25] {
        socket.write_all(&[22, 3, 1, 2, 0, 1, 0]).unwrap();
    }
    // Plain text, and noise.
    for bytes in [&b"PING\r\n"[..], b"*1\r\n$4\r\nPING\r\n", &[0xFF; 4096]] {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // An error: it was closed before all was read.
        let _read = socket.read_to_end(&mut answer);
        assert!(
            !answer.starts_with(b"+") && !answer.starts_with(b"-"),
            "{answer:?}"
        );
    }
    // Some go away in the middle.
    for _ in 0..50 {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    }
    let mut client = authority.connect(port, None);
    for _ in 0..20 {
        assert_eq!(client.ask("PING").unwrap(), "PONG");
        assert_eq!(server.connect().ask("PING"), "PONG");
    }
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "it was not waited for them"
    );
    // They are given up, and their places are free.
    for socket in &mut silent {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        assert!(
            matches!(socket.read(&mut [0; 64]), Ok(0) | Err(_)),
            "nothing is said to them"
        );
    }
    assert!(
        began.elapsed() >= Duration::from_secs(9),
        "they had their time"
    );
    assert!(began.elapsed() < PATIENCE, "each at the same time");
    eventually("nobody is left", || {
        client
            .ask("INFO clients")
            .unwrap()
            .contains("connected_clients:1\r")
    });
}

#[test]
fn a_client_that_reads_nothing_is_killed() {
    let authority = Authority::new("tls-stalled");
    let (server, port) = authority.serve("no");
    let mut client = authority.connect(port, None);
    let mut root = server.connect();
    root.call(&[b"SET".to_vec(), b"large".to_vec(), vec![b'x'; 8 << 20]]);
    for _ in 0..4 {
        client.send(&[b"GET", b"large"]).unwrap();
    }
    eventually("it has begun", || {
        root.ask("CLIENT LIST").contains("cmd=get")
    });
    assert_eq!(root.ask("CLIENT KILL SKIPME yes TYPE normal"), "1");
    eventually("it is gone", || {
        root.ask("INFO clients").contains("connected_clients:1\r")
    });
}

#[test]
fn what_is_wrong_is_said_at_the_start() {
    let authority = Authority::new("tls-start");
    let garbage = authority.directory.write("garbage", "nothing\n");
    let (cert, key) = (authority.path("server.crt"), authority.path("server.key"));
    let (ca, other) = (authority.path("ca.crt"), authority.path("client.key"));
    let missing = Path::new("/nowhere/x.pem").to_str().unwrap();
    for (cert, key, more, said) in [
        (None, None, &[][..], "tls-port needs tls-cert-file"),
        (Some(&*cert), None, &[], "tls-port needs tls-key-file"),
        (
            Some(missing),
            Some(&*key),
            &[],
            "tls-cert-file: /nowhere/x.pem: No such file",
        ),
        (
            Some(&*garbage),
            Some(&*key),
            &[],
            "there is no certificate in it",
        ),
        (
            Some(&*cert),
            Some(&*garbage),
            &[],
            "there is no private key in it",
        ),
        (
            Some(&*cert),
            Some(&*cert),
            &[],
            "there is no private key in it",
        ),
        (
            Some(&*cert),
            Some(&*other),
            &["--tls-auth-clients", "no"],
            "do not go together",
        ),
        (
            Some(&*cert),
            Some(&*key),
            &[],
            "tls-auth-clients yes needs tls-ca-cert-file",
        ),
        (
            Some(&*cert),
            Some(&*key),
            &["--tls-ca-cert-file", &*garbage],
            "tls-ca-cert-file: ",
        ),
    ] {
        let mut arguments = vec!["serve", "--port", "0", "--tls-port", "1"];
        arguments.extend(cert.into_iter().flat_map(|file| ["--tls-cert-file", file]));
        arguments.extend(key.into_iter().flat_map(|file| ["--tls-key-file", file]));
        arguments.extend(more);
        let error = failure(&arguments);
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
    let arguments = [
        "serve",
        "--tls-auth-clients",
        "maybe",
        "--tls-ca-cert-file",
        &ca,
    ];
    let error = failure(&arguments);
    assert!(error.contains("it must be no, optional or yes"), "{error}");
}
