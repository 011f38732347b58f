//! A throw-away certificate authority and the server certificate it signs.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;

/// Names and addresses that the server certificate is good for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

pub(crate) struct Identity {
    pub(crate) authority: Authority,
    pub(crate) server: Arc<ServerConfig>,
}

/// A throw-away authority; nothing of it outlives the sandbox.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate for this machine with its private key, both as PEM.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Certificate {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub private_key: String,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Authority {
    fn new() -> Result<Self, Failure> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority
            .distinguished_name
            .push(DnType::CommonName, "Sandbox throw-away authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        Ok(Self(authority))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for servers on this machine.
    pub(crate) fn issue(&self) -> Result<Certificate, Failure> {
        let (certificate, key) = self.sign()?;
        Ok(Certificate {
            certificate: certificate.pem(),
            private_key: key.serialize_pem(),
        })
    }

    fn sign(&self) -> Result<(rcgen::Certificate, KeyPair), Failure> {
        let mut leaf = CertificateParams::new(NAMES.map(str::to_owned))?;
        leaf.distinguished_name
            .push(DnType::CommonName, "localhost");
        leaf.use_authority_key_identifier_extension = true;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        Ok((leaf.signed_by(&key, &self.0)?, key))
    }
}

/// Makes a new authority and the sandbox's own certificate.
pub(crate) fn identity() -> Result<Identity, Failure> {
    let authority = Authority::new()?;
    let (certificate, key) = authority.sign()?;
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Identity {
        authority,
        server: Arc::new(server),
    })
}
