//! TLS: certificates and keys from their files, and handshakes.

use core::time::Duration;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::config::{AuthClients, Tls};

/// How long a client has for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A file with certificates or a key is not larger.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Why a server cannot speak TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A parameter is missing.
    #[error("tls-port needs {0}")]
    Missing(&'static str),
    /// Nobody says who signs the certificates of clients.
    #[error(
        "tls-auth-clients {0} needs tls-ca-cert-file, with the authorities that sign the \
         certificates of clients; tls-auth-clients no asks clients for none"
    )]
    Authorities(&'static str),
    /// A file makes no sense.
    #[error("{parameter}: {}: {why}", path.display())]
    File {
        /// What named it.
        parameter: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The certificate and the key do not go together.
    #[error(
        "the certificate in {} and the key in {} do not go together: {why}",
        certificate.display(),
        key.display()
    )]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// What is wrong.
        why: String,
    },
}

/// Makes handshakes, if there is a port for TLS.
///
/// # Errors
/// A parameter is missing, or a file cannot be read or makes no sense.
pub(super) fn acceptor(config: &Tls) -> Result<Option<TlsAcceptor>, TlsError> {
    if config.port.is_none() {
        return Ok(None);
    }
    let cert_file = needed(config.cert_file.as_ref(), "tls-cert-file")?;
    let key_file = needed(config.key_file.as_ref(), "tls-key-file")?;
    let chain = certificates("tls-cert-file", cert_file)?;
    let key = key(key_file)?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    // TLS 1.2 and 1.3. An error: the provider would have ciphers for neither.
    let builder = builder.with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| file_error("tls-cert-file", cert_file, &error))?;
    let builder = match config.auth_clients {
        AuthClients::No => builder.with_no_client_auth(),
        asked => builder.with_client_cert_verifier(verifier(config, asked, provider)?),
    };
    let made = builder.with_single_cert(chain, key);
    let mut made = made.map_err(|error| TlsError::Pair {
        certificate: cert_file.clone(),
        key: key_file.clone(),
        why: error.to_string(),
    })?;
    // Sessions go on by tickets of TLS 1.3 and are kept nowhere: a flood of them takes no memory.
    made.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Some(TlsAcceptor::from(Arc::new(made))))
}

/// Who looks at the certificates of clients.
fn verifier(
    config: &Tls,
    asked: AuthClients,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn tokio_rustls::rustls::server::danger::ClientCertVerifier>, TlsError> {
    const PARAMETER: &str = "tls-ca-cert-file";

    let path = config.ca_cert_file.as_ref();
    let path = path.ok_or_else(|| TlsError::Authorities(asked.name()))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates(PARAMETER, path)? {
        let added = roots.add(certificate);
        added.map_err(|error| file_error(PARAMETER, path, &error))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = match asked {
        AuthClients::Optional => verifier.allow_unauthenticated(),
        _ => verifier,
    };
    verifier
        .build()
        .map_err(|error| file_error(PARAMETER, path, &error))
}

fn needed<'a>(path: Option<&'a PathBuf>, parameter: &'static str) -> Result<&'a PathBuf, TlsError> {
    path.ok_or(TlsError::Missing(parameter))
}

fn file_error(parameter: &'static str, path: &Path, why: &dyn core::fmt::Display) -> TlsError {
    TlsError::File {
        parameter,
        path: path.to_owned(),
        why: why.to_string(),
    }
}

fn read(parameter: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| {
        let mut limited = file.take(FILE_BYTES_MAX + 1);
        limited.read_to_end(&mut bytes)
    });
    let read = read.and_then(|read| {
        if read as u64 > FILE_BYTES_MAX {
            Err(io::Error::other("it is larger than 4 MiB"))
        } else {
            Ok(())
        }
    });
    read.map_err(|error| file_error(parameter, path, &error))?;
    Ok(bytes)
}

fn certificates(
    parameter: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = read(parameter, path)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|error| file_error(parameter, path, &explain(&error)))?;
    if found.is_empty() {
        let why = "there is no certificate in it (no `-----BEGIN CERTIFICATE-----`)";
        return Err(file_error(parameter, path, &why));
    }
    Ok(found)
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    const PARAMETER: &str = "tls-key-file";

    let bytes = read(PARAMETER, path)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            let why = "there is no private key in it that is not encrypted (no `-----BEGIN PRIVATE \
                       KEY-----`)";
            file_error(PARAMETER, path, &why)
        }
        other => file_error(PARAMETER, path, &explain(&other)),
    })
}

fn explain(error: &pem::Error) -> String {
    format!("it is no good PEM: {error}")
}

/// Makes the handshake of a client.
///
/// # Errors
/// It broke the rules, showed no good certificate, took too long, or went away.
pub(super) async fn shake_hands(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
) -> io::Result<TlsStream<TcpStream>> {
    let shaken = timeout(HANDSHAKE, acceptor.accept(stream)).await;
    shaken.unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut)))
}
