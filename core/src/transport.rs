//! The only module that touches the network.
//!
//! It sends one request and reports one answer or one failure; whether to repeat is decided in
//! `retry.rs`. Redirects are never followed, the key goes to one origin, an answer has a largest
//! size, and silence in either direction ends a request.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use futures_util::stream::StreamExt;
use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Method, multipart, redirect};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

use crate::cancel::cancelled;
use crate::error::{Error, causes_of, code};
use crate::process::PerProcess;
use crate::retry::retry_after;
use crate::secret::ApiKey;
use crate::sizes::wide;
use crate::source::Chunks;
use crate::tls;

/// The longest answer that is read, in bytes; results of hundreds of pages stay far below.
const LONGEST_ANSWER: usize = 128 * 1024 * 1024;
/// Servers close idle connections after about a minute; a reused one must not be stale.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);

/// The settings of a transport.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub api_key: ApiKey,
    pub request_timeout: Duration,
    pub connect_timeout: Duration,
    pub proxy: Option<String>,
    pub ca_file: Option<PathBuf>,
}

/// Sends requests over one pool of connections.
pub(crate) struct Transport {
    settings: Settings,
    authorization: HeaderValue,
    http: PerProcess<reqwest::Client>,
}

/// A request, complete but for its content stream.
pub(crate) struct Request {
    pub url: Url,
    pub form: Option<Form>,
}

/// The parts of a multipart body; a part with content is streamed.
pub(crate) struct Form {
    pub texts: Vec<(&'static str, String)>,
    pub content: Content,
}

pub(crate) struct Content {
    pub name: &'static str,
    pub filename: Option<(String, &'static str)>,
    pub length: Option<u64>,
    pub chunks: Chunks,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    pub kind: FailureKind,
    /// Bytes of the content that were handed to the connection.
    pub sent: u64,
    pub causes: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum FailureKind {
    Unreachable,
    Certificate,
    Interrupted,
    Silence,
    Deadline,
    /// The caller ended the call.
    Cancelled,
    /// The document did not come to its end.
    Source(Error),
    TooLarge,
}

/// What moves on a connection, for the watch on silence and the question of what was sent.
struct Activity {
    start: Instant,
    last_millis: AtomicU64,
    sent: AtomicU64,
    source_error: OnceLock<Error>,
}

impl Activity {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            last_millis: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            source_error: OnceLock::new(),
        })
    }

    fn moved(&self) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
    }

    fn last(&self) -> Instant {
        self.start + Duration::from_millis(self.last_millis.load(Ordering::Relaxed))
    }

    async fn silent_for(&self, limit: Duration) {
        loop {
            let end = self.last() + limit;
            if Instant::now() >= end {
                return;
            }
            sleep_until(end).await;
        }
    }

    fn failure(&self, kind: FailureKind, causes: Vec<String>) -> Failure {
        let sent = self.sent.load(Ordering::Relaxed);
        match self.source_error.get() {
            Some(error) => Failure {
                kind: FailureKind::Source(error.clone()),
                sent,
                causes: Vec::new(),
            },
            None => Failure { kind, sent, causes },
        }
    }
}

impl Transport {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let mut authorization = HeaderValue::from_str(settings.api_key.expose()).map_err(|_| {
            Error::new(
                code::API_KEY_MALFORMED,
                "The API key cannot stand in a header",
            )
        })?;
        authorization.set_sensitive(true);
        let transport = Self {
            settings,
            authorization,
            http: PerProcess::new(),
        };
        transport.http()?;
        Ok(transport)
    }

    /// The connections of this process.
    fn http(&self) -> Result<Arc<reqwest::Client>, Error> {
        self.http.get(|| self.build())
    }

    fn build(&self) -> Result<reqwest::Client, Error> {
        let s = &self.settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(s.ca_file.as_deref())?)
            .redirect(redirect::Policy::none())
            .connect_timeout(s.connect_timeout)
            .pool_idle_timeout(IDLE_CONNECTION)
            .tcp_nodelay(true)
            .user_agent(concat!("mindee-core/", env!("CARGO_PKG_VERSION")));
        if let Some(proxy) = &s.proxy {
            // The address is not repeated: it may hold a password.
            let proxy = reqwest::Proxy::all(proxy.as_str()).map_err(|_| {
                Error::new(code::OPTION_INVALID, "Option `proxy` is not an address")
            })?;
            builder = builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()));
        }
        builder.build().map_err(|e| {
            Error::new(code::INTERNAL, "The HTTP client could not be made").caused_by(&e)
        })
    }

    pub(crate) fn api_key(&self) -> &ApiKey {
        &self.settings.api_key
    }

    /// Sends one request and reads its answer to the end; `silence` is the longest time without a
    /// byte in either direction, where the option is not shorter.
    pub(crate) async fn send(
        &self,
        request: Request,
        deadline: Instant,
        silence: Duration,
    ) -> Result<Result<Answer, Failure>, Error> {
        let http = self.http()?;
        let activity = Activity::new();
        let mut builder = match request.form {
            None => http.request(Method::GET, request.url),
            Some(form) => http
                .request(Method::POST, request.url)
                .multipart(encode(form, &activity)?),
        };
        builder = builder.header(AUTHORIZATION, self.authorization.clone());
        let exchange = std::pin::pin!(exchange(builder, &activity));
        let silence =
            std::pin::pin!(activity.silent_for(silence.min(self.settings.request_timeout)));
        let timed = std::pin::pin!(timeout_at(deadline, select(exchange, silence)));
        let ended = std::pin::pin!(cancelled());
        Ok(match select(ended, timed).await {
            Either::Left(_) => Err(activity.failure(FailureKind::Cancelled, Vec::new())),
            Either::Right((Ok(Either::Left((answer, _))), _)) => answer,
            Either::Right((Ok(Either::Right(_)), _)) => {
                Err(activity.failure(FailureKind::Silence, Vec::new()))
            }
            Either::Right((Err(_), _)) => Err(activity.failure(FailureKind::Deadline, Vec::new())),
        })
    }
}

async fn exchange(
    builder: reqwest::RequestBuilder,
    activity: &Activity,
) -> Result<Answer, Failure> {
    let broken = |error: reqwest::Error| {
        let error = error.without_url();
        activity.failure(kind_of(&error), causes_of(&error))
    };
    let mut response = builder.send().await.map_err(broken)?;
    activity.moved();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| retry_after(value.to_str().ok()?, SystemTime::now()));
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        activity.moved();
        if body.len().saturating_add(chunk.len()) > LONGEST_ANSWER {
            return Err(activity.failure(FailureKind::TooLarge, Vec::new()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status().as_u16(),
        retry_after,
        body: body.freeze(),
    })
}

fn encode(form: Form, activity: &Arc<Activity>) -> Result<multipart::Form, Error> {
    let mut encoded = multipart::Form::new();
    for (name, value) in form.texts {
        encoded = encoded.text(name, value);
    }
    let Content {
        name,
        filename,
        length,
        chunks,
    } = form.content;
    let watch = Arc::clone(activity);
    let body = Body::wrap_stream(chunks.map(move |chunk| {
        watch.moved();
        match &chunk {
            Ok(bytes) => {
                let length = wide(bytes.len());
                watch.sent.fetch_add(length, Ordering::Relaxed);
            }
            Err(error) => {
                let _ = watch.source_error.set(error.clone());
            }
        }
        chunk
    }));
    let mut part = match length {
        Some(length) => multipart::Part::stream_with_length(body, length),
        None => multipart::Part::stream(body),
    };
    if let Some((filename, media_type)) = filename {
        let broken = |e: reqwest::Error| {
            Error::new(code::INTERNAL, "A form could not be made").caused_by(&e)
        };
        // A control character in a file name could end the header that it stands in.
        let filename = filename.replace(char::is_control, "_");
        part = part
            .file_name(filename)
            .mime_str(media_type)
            .map_err(broken)?;
    }
    Ok(encoded.part(name, part))
}

fn kind_of(error: &reqwest::Error) -> FailureKind {
    if sources(error).any(is_certificate_error) {
        FailureKind::Certificate
    } else if error.is_connect() {
        FailureKind::Unreachable
    } else {
        FailureKind::Interrupted
    }
}

/// rustls' error is wrapped by I/O errors, which give it as their content and not as a source.
fn is_certificate_error(cause: &(dyn std::error::Error + 'static)) -> bool {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => error
            .get_ref()
            .is_some_and(|inner| is_certificate_error(inner)),
        None => matches!(
            cause.downcast_ref(),
            Some(rustls::Error::InvalidCertificate(_))
        ),
    }
}

fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}
