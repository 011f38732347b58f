//! A webhook's receiver that notes what came and answers what it is told to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use mindee_sandbox::Certificate;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// A delivery as it came.
pub struct Got {
    pub method: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// Whether the body came to its announced end.
    pub is_whole: bool,
}

pub struct Receiver {
    pub url: String,
    came: Mutex<mpsc::UnboundedReceiver<Got>>,
    count: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Receiver {
    /// The next delivery.
    pub async fn next(&self) -> Got {
        let mut came = self.came.lock().await;
        let next = tokio::time::timeout(Duration::from_secs(20), came.recv());
        next.await.unwrap().unwrap()
    }

    /// How many deliveries came.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

/// Answers with these statuses in turn, the last one for ever; 0 is no answer at all.
pub async fn receiver(statuses: &[u16]) -> Receiver {
    start(statuses, None).await
}

/// The same over HTTPS.
pub async fn secure_receiver(certificate: &Certificate) -> Receiver {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let chain = CertificateDer::from_pem_slice(certificate.certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(certificate.private_key.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .unwrap();
    start(&[200], Some(TlsAcceptor::from(Arc::new(config)))).await
}

async fn start(statuses: &[u16], tls: Option<TlsAcceptor>) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let scheme = if tls.is_some() { "https" } else { "http" };
    let statuses = Arc::new(Mutex::new(VecDeque::from(statuses.to_vec())));
    let count = Arc::new(AtomicUsize::new(0));
    let (note, came) = mpsc::unbounded_channel();
    let mut serving = JoinSet::new();
    let counted = Arc::clone(&count);
    serving.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (statuses, note) = (Arc::clone(&statuses), note.clone());
            let (counted, tls) = (Arc::clone(&counted), tls.clone());
            connections.spawn(async move {
                match tls {
                    None => speak(stream, statuses, note, counted).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            speak(stream, statuses, note, counted).await;
                        }
                    }
                }
            });
        }
    });
    Receiver {
        url: format!("{scheme}://localhost:{port}/hook"),
        came: Mutex::new(came),
        count,
        _serving: serving,
    }
}

type Statuses = Arc<Mutex<VecDeque<u16>>>;

async fn speak<S>(
    stream: S,
    statuses: Statuses,
    note: mpsc::UnboundedSender<Got>,
    counted: Arc<AtomicUsize>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request: Request<Incoming>| async {
        let (parts, mut body) = request.into_parts();
        let (mut bytes, mut is_whole) = (Vec::new(), true);
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                is_whole = false;
                break;
            };
            bytes.extend(frame.into_data().unwrap_or_default());
        }
        let status = {
            let mut statuses = statuses.lock().await;
            let status = statuses.front().copied().unwrap();
            if statuses.len() > 1 {
                statuses.pop_front();
            }
            status
        };
        counted.fetch_add(1, Ordering::SeqCst);
        let _ = note.send(Got {
            method: parts.method.to_string(),
            headers: parts.headers,
            body: bytes.into(),
            is_whole,
        });
        if status == 0 {
            return std::future::pending().await;
        }
        let answer = Response::builder()
            .status(status)
            .header("location", "/elsewhere");
        Ok::<_, std::convert::Infallible>(answer.body(Full::new(Bytes::new())).unwrap())
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// What a delivery with this body is signed with, as hexadecimal digits.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let hmac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    let digest = hmac.chain_update(body).finalize().into_bytes();
    format!("{:x}", Bytes::copy_from_slice(&digest))
}
