//! TLS against servers whose certificates are made here.

use std::sync::{Arc, Once};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, ring},
    server::WebPkiClientVerifier,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use therapy_scribe_transport::{
    Connector, Error, ErrorKind, Events, Handle, Origin, Queues, Tls, WsRequest, connect,
};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;

use crate::{
    peers::{Pipe, hear, told},
    talk::{Command, Talk},
};

pub(crate) const NAME: &str = "service.test";

/// A clinic's own authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server for a name, with a certificate until a year.
    fn server_until(&self, name: &str, year: i32) -> TlsAcceptor {
        let (chain, key) = self.certificate(name, year);
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    pub(crate) fn server(&self) -> TlsAcceptor {
        self.server_until(NAME, 4000)
    }

    /// A server that wants a certificate of this authority from its clients.
    fn strict_server(&self) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .unwrap();
        let (chain, key) = self.certificate(NAME, 4000);
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    fn certificate(
        &self,
        name: &str,
        year: i32,
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let (certificate, key) = self.issue(name, year, ExtendedKeyUsagePurpose::ServerAuth);
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (vec![certificate.der().clone()], key)
    }

    fn issue(
        &self,
        name: &str,
        year: i32,
        purpose: ExtendedKeyUsagePurpose,
    ) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        params.extended_key_usages.push(purpose);
        (params.signed_by(&key, &self.0).unwrap(), key)
    }
}

/// A session through a pipe with a TLS server at its other end that greets nobody.
async fn meet(tls: Tls, server: TlsAcceptor) -> Result<(Handle<Talk>, Events<Talk>), Error> {
    let (dial, far) = Pipe::new(1 << 16);
    let connector = Connector::builder().dial(dial).tls(tls).build().unwrap();
    tokio::spawn(async move {
        if let Ok(stream) = server.accept(far).await
            && let Ok(mut service) = accept_async(stream).await
        {
            while hear(&mut service).await != "gone" {}
        }
    });
    let origin = Origin::parse(&format!("wss://{NAME}")).unwrap();
    let request = WsRequest::new(&origin, "/?token=CANARY");
    connect(&connector, request, Talk::default(), Queues::default()).await
}

fn trusting(authority: &Authority) -> Tls {
    let builder = Tls::builder().root_pem(authority.pem().as_bytes());
    builder.build().unwrap()
}

#[tokio::test]
async fn a_clinics_own_root_is_trusted_once_it_is_given() {
    let authority = Authority::new();
    let (handle, _events) = meet(trusting(&authority), authority.server())
        .await
        .unwrap();
    handle.control(Command::Say("encrypted")).await.unwrap();
}

#[tokio::test]
async fn a_certificate_is_faulted_in_words() {
    let authority = Authority::new();
    let trusting = || trusting(&authority);
    for (tls, server, fault) in [
        (
            Tls::webpki().unwrap(),
            authority.server(),
            "its certificate was issued by an authority that is not trusted here",
        ),
        (
            trusting(),
            authority.server_until("other.test", 4000),
            "its certificate is for another host",
        ),
        (
            trusting(),
            authority.server_until(NAME, 2000),
            "its certificate has expired",
        ),
    ] {
        let error = meet(tls, server).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the secure connection to {NAME}:443 failed: {fault}; behind an inspecting proxy, add the clinic's root certificate"
            )
        );
        assert!(!error.is_retryable() && !told(&error).contains("CANARY"));
    }
}

#[tokio::test]
async fn a_server_may_ask_for_a_certificate_of_ours() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("scribe", 4000, ExtendedKeyUsagePurpose::ClientAuth);
    let identified = Tls::builder()
        .root_pem(authority.pem().as_bytes())
        .client_identity_pem(certificate.pem().as_bytes(), key.serialize_pem().as_bytes())
        .build()
        .unwrap();
    assert!(meet(identified, authority.strict_server()).await.is_ok());
    let anonymous = trusting(&authority);
    assert!(meet(anonymous, authority.strict_server()).await.is_err());
}

#[tokio::test]
async fn a_connection_that_breaks_before_it_is_secure_may_be_tried_again() {
    let (dial, far) = Pipe::new(1 << 16);
    drop(far);
    let connector = Connector::builder().dial(dial).build().unwrap();
    let origin = Origin::parse("wss://service.test").unwrap();
    let request = WsRequest::new(&origin, "/");
    let error = connect(&connector, request, Talk::default(), Queues::default())
        .await
        .unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_provider_that_the_host_installed_makes_no_difference() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let useless = CryptoProvider {
            cipher_suites: Vec::new(),
            kx_groups: Vec::new(),
            ..ring::default_provider()
        };
        assert!(
            useless.install_default().is_ok(),
            "none was installed before"
        );
    });
    let authority = Authority::new();
    assert!(meet(trusting(&authority), authority.server()).await.is_ok());
}

#[test]
fn a_file_that_is_no_certificate_is_refused_with_the_reason() {
    let authority = Authority::new();
    let pem = authority.pem();
    let halved = pem.get(..pem.len() / 2).unwrap();
    let no_root = Tls::builder().root_pem(b"CANARY").build().unwrap_err();
    let broken = Tls::builder()
        .root_pem(halved.as_bytes())
        .build()
        .unwrap_err();
    let no_key = Tls::builder()
        .client_identity_pem(pem.as_bytes(), b"CANARY")
        .build()
        .unwrap_err();
    let other_key = KeyPair::generate().unwrap().serialize_pem();
    let wrong_key = Tls::builder()
        .client_identity_pem(pem.as_bytes(), other_key.as_bytes())
        .build()
        .unwrap_err();
    for error in [no_root, broken, no_key, wrong_key] {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error
                .to_string()
                .starts_with("the certificate or key given for TLS can't be used: ")
        );
        assert!(!told(&error).contains("CANARY"));
    }
}
