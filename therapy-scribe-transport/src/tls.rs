//! TLS: whose certificates are trusted, and with which cryptography.

use std::{fmt, io, sync::Arc};

use rustls::{ClientConfig, RootCertStore, crypto::CryptoProvider};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use tokio_rustls::TlsConnector;

use crate::{ByteStream, Error, Origin};

/// A TLS setup: cheap to clone.
///
/// Its provider is chosen here and given by name. No process-wide default is installed, and one that the host has
/// installed makes no difference.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
}

impl Tls {
    /// The web's public roots, nothing else.
    ///
    /// # Errors
    /// [`Error::NoTlsProvider`] when neither provider is compiled in.
    pub fn webpki() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// Starts from the web's public roots.
    pub fn builder() -> TlsBuilder {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        TlsBuilder {
            roots,
            identity: None,
            broken: None,
        }
    }

    pub(crate) fn config(&self) -> ClientConfig {
        (*self.config).clone()
    }

    pub(crate) async fn wrap(
        &self,
        stream: Box<dyn ByteStream>,
        origin: &Origin,
    ) -> Result<Box<dyn ByteStream>, Error> {
        let host = origin.authority();
        let failed = |source: io::Error| {
            // A connection that breaks says nothing about trust, and may hold the next time.
            if source
                .get_ref()
                .is_some_and(<dyn std::error::Error + Send + Sync>::is::<rustls::Error>)
            {
                Error::Tls { host, source }
            } else {
                Error::Connect { host, source }
            }
        };
        let name = ServerName::try_from(origin.bare_host().to_owned())
            .map_err(|_| origin.without_certificate())?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(name, stream).await.map_err(failed)?;
        Ok(Box::new(stream))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// Builds a [`Tls`].
#[derive(Debug)]
#[must_use]
pub struct TlsBuilder {
    roots: RootCertStore,
    identity: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    broken: Option<Error>,
}

impl TlsBuilder {
    /// Also trusts these root certificates (PEM, one or more): what a clinic's inspecting proxy signs with.
    pub fn root_pem(mut self, pem: &[u8]) -> Self {
        let mut added = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            match certificate.map(|certificate| self.roots.add(certificate)) {
                Ok(Ok(())) => added += 1,
                _ => return self.fail("a root certificate is damaged"),
            }
        }
        if added == 0 {
            self.fail("the file holds no root certificate in PEM form")
        } else {
            self
        }
    }

    /// Trusts only what is added after this, not the web's public roots.
    pub fn without_public_roots(mut self) -> Self {
        self.roots = RootCertStore::empty();
        self
    }

    /// Shows the server a certificate of our own (PEM chain and key).
    pub fn client_identity_pem(mut self, certificates: &[u8], key: &[u8]) -> Self {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let (Ok(chain), Ok(key)) = (chain, PrivateKeyDer::from_pem_slice(key)) else {
            return self.fail("the client certificate or its key is not in PEM form");
        };
        self.identity = Some((chain, key));
        self
    }

    /// The setup.
    ///
    /// # Errors
    /// [`Error::Certificate`] for a certificate or key that can't be read or do not fit, [`Error::NoTlsProvider`].
    pub fn build(self) -> Result<Tls, Error> {
        if let Some(broken) = self.broken {
            return Err(broken);
        }
        let builder = ClientConfig::builder_with_provider(provider()?)
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::NoTlsProvider)?
            .with_root_certificates(self.roots);
        let config = match self.identity {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|_| Error::Certificate("the client certificate and its key do not fit"))?,
            None => builder.with_no_client_auth(),
        };
        Ok(Tls {
            config: Arc::new(config),
        })
    }

    fn fail(mut self, reason: &'static str) -> Self {
        self.broken.get_or_insert(Error::Certificate(reason));
        self
    }
}

/// `ring` before `aws-lc-rs` when both are compiled in: a choice, so that rustls need not guess.
#[cfg(feature = "tls-ring")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "without a provider there is an error"
)]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(all(feature = "tls-aws-lc", not(feature = "tls-ring")))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "without a provider there is an error"
)]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(not(any(feature = "tls-ring", feature = "tls-aws-lc")))]
fn provider() -> Result<Arc<CryptoProvider>, Error> {
    Err(Error::NoTlsProvider)
}

#[cfg(all(test, any(feature = "tls-ring", feature = "tls-aws-lc")))]
mod tests {
    use super::*;

    #[test]
    fn ring_is_taken_whenever_it_is_there() {
        let tls = Tls::webpki().unwrap();
        let provider = format!("{:?}", tls.config.crypto_provider().key_provider);
        let expected = if cfg!(feature = "tls-ring") {
            "Ring"
        } else {
            "AwsLcRs"
        };
        assert_eq!(provider, expected);
    }
}
