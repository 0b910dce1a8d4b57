//! The listener for TLS.

use std::path::PathBuf;

/// The listener for TLS, beside the plain one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tls {
    /// The port; `None` without a listener.
    pub port: Option<u16>,
    /// The file with the certificate of the server, and those between it and its authority, in PEM.
    pub cert_file: Option<PathBuf>,
    /// The file with the private key of the certificate, in PEM.
    pub key_file: Option<PathBuf>,
    /// The file with the certificates of the authorities of clients, in PEM.
    pub ca_cert_file: Option<PathBuf>,
    /// Whether clients show a certificate.
    pub auth_clients: AuthClients,
}

impl Default for Tls {
    /// No listener; clients would have to show a certificate.
    fn default() -> Self {
        Self {
            port: None,
            cert_file: None,
            key_file: None,
            ca_cert_file: None,
            auth_clients: AuthClients::Yes,
        }
    }
}

/// Whether clients show a certificate that an authority of the server has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthClients {
    /// They are not asked.
    No,
    /// They may, and one that they show must be good.
    Optional,
    /// They must.
    Yes,
}

impl AuthClients {
    const ALL: [Self; 3] = [Self::No, Self::Optional, Self::Yes];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Optional => "optional",
            Self::Yes => "yes",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|each| each.name().eq_ignore_ascii_case(name))
    }
}
