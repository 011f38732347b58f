//! TLS by rustls on ring, verified by the platform; the provider is given, never installed for
//! the whole process.

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls_platform_verifier::Verifier;

use crate::error::{Error, code};

/// A configuration that trusts the platform's authorities and those of `ca_file`.
pub(crate) fn config(ca_file: Option<&Path>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra = ca_file.map_or_else(|| Ok(Vec::new()), certificates)?;
    let broken =
        |e: rustls::Error| Error::new(code::INTERNAL, "TLS could not be set up").caused_by(&e);
    let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider)).map_err(|e| {
        Error::new(
            code::OPTION_INVALID,
            "The certificate authorities cannot be used",
        )
        .caused_by(&e)
    })?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let refuse = || {
        Error::new(
            code::OPTION_INVALID,
            format!("Option `ca_file`: {} has no certificate", path.display()),
        )
    };
    let certificates = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| refuse().caused_by(&e))?;
    if certificates.is_empty() {
        Err(refuse())
    } else {
        Ok(certificates)
    }
}
