//! Streams as documents: whole or not at all, a few chunks in memory, and never left hanging.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use mindee_core::call::Call;
use mindee_core::source::{Feed, Offer, pipe};
use mindee_core::{ApiKey, Cancel, Category, Client, ClientOptions, Error, Params, Source};
use mindee_sandbox::{Product, Sandbox, Settings};
use serde_json::{Value, json};
use tokio::time::sleep;

/// Far more than is read before an upload begins.
const LARGE: usize = 4_000_000;
/// More than the buffers of a connection hold.
const UNSENT: usize = 16_000_000;
const SOON: Duration = Duration::from_millis(30);

struct Stage {
    sandbox: Sandbox,
    client: Client,
}

impl Stage {
    async fn set() -> Self {
        let settings = Settings {
            processing: Duration::from_millis(20),
            ..Settings::default()
        };
        let sandbox = Sandbox::start(settings).await.unwrap();
        let client = client(&sandbox, sandbox.base_url());
        Self { sandbox, client }
    }

    fn params(&self) -> Params {
        Params::new()
            .model_id(self.sandbox.model_id(Product::Extraction))
            .first_poll(SOON)
            .poll_interval(SOON)
    }

    async fn run(&self, source: Source) -> Result<(), Error> {
        self.run_with(source, self.params()).await
    }

    async fn run_with(&self, source: Source, params: Params) -> Result<(), Error> {
        let product = self.client.extraction();
        product.run(source, params).await.map(drop)
    }

    fn rules(&self, rules: &Value) {
        self.sandbox.add_rules_json(rules).unwrap();
    }

    /// The document of the last upload, as the server saw it.
    fn document(&self) -> Value {
        let seen = self.sandbox.seen();
        let requests = seen["requests"].as_array().unwrap();
        let upload = requests.iter().rfind(|r| r["route"] == "enqueue").unwrap();
        let fields = upload["body"]["fields"].as_array().unwrap();
        fields.iter().find(|f| f["name"] == "file").unwrap().clone()
    }

    fn uploads(&self) -> usize {
        let seen = self.sandbox.seen();
        let requests = seen["requests"].as_array().unwrap();
        requests.iter().filter(|r| r["route"] == "enqueue").count()
    }

    fn billed(&self) -> Value {
        self.sandbox.seen()["billed"]["documents"].clone()
    }
}

fn client(sandbox: &Sandbox, base_url: &str) -> Client {
    let key = ApiKey::new(sandbox.api_key()).unwrap();
    Client::new(ClientOptions::new().api_key(key).base_url(base_url)).unwrap()
}

fn data(name: &str) -> PathBuf {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data");
    PathBuf::from(data).join(name)
}

fn invoice() -> Vec<u8> {
    std::fs::read(data("invoice.pdf")).unwrap()
}

fn large() -> Bytes {
    let mut content = invoice();
    content.resize(LARGE, b'\n');
    content.into()
}

/// The hash by which the server knows a document: what it tells of the same bytes, not streamed.
async fn known(stage: &Stage, content: Bytes) -> Value {
    let source = Source::bytes(content, Some("known.pdf"));
    stage.run(source).await.unwrap();
    let sha256 = stage.document()["sha256"].clone();
    stage.sandbox.reset_seen();
    sha256
}

/// Puts a document in, chunk by chunk, as long as it is wanted; tells how much that was.
async fn pour(feed: Feed, content: Bytes, chunk: usize) -> usize {
    let mut poured = 0;
    for piece in content.chunks(chunk) {
        if !feed.push(Bytes::copy_from_slice(piece)).await {
            return poured;
        }
        poured += piece.len();
    }
    feed.finish();
    poured
}

/// A server that takes connections and reads nothing.
async fn stalled() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut taken = Vec::new();
        while let Ok(connection) = listener.accept().await {
            taken.push(connection);
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_pipe_of_any_size_arrives_whole() {
    let stage = Stage::set().await;
    for content in [Bytes::from(invoice()), large()] {
        let sha256 = known(&stage, content.clone()).await;
        let length = u64::try_from(content.len()).unwrap();
        for told in [None, Some(length)] {
            for chunk in [10_007, 3_000_000] {
                let (feed, source) = pipe(told, Some("piped.pdf"));
                let pouring = tokio::spawn(pour(feed, content.clone(), chunk));
                stage.run(source).await.unwrap();
                assert_eq!(pouring.await.unwrap(), content.len());
                let document = stage.document();
                assert_eq!(document["sha256"], sha256, "{told:?} {chunk}");
                assert_eq!(document["filename"], "piped.pdf");
            }
        }
    }
}

#[tokio::test]
async fn a_reader_arrives_whole_and_no_further_than_its_length() {
    let stage = Stage::set().await;
    let content = large();
    let sha256 = known(&stage, content.clone()).await;
    let longer = [content.clone(), Bytes::from_static(b"more")].concat();
    let length = u64::try_from(LARGE).unwrap();
    let source = Source::reader(io::Cursor::new(longer), Some(length), None);
    stage.run(source).await.unwrap();
    assert_eq!(stage.document()["sha256"], sha256);
    let source = Source::blocking_reader(io::Cursor::new(content), None, Some("blocking.pdf"));
    stage.run(source).await.unwrap();
    let document = stage.document();
    assert_eq!(document["sha256"], sha256);
    assert_eq!(document["filename"], "blocking.pdf");
}

#[tokio::test]
async fn a_small_stream_is_sent_with_its_length_and_sent_again() {
    let stage = Stage::set().await;
    stage.rules(&json!([{"on": "enqueue", "times": 1, "answer": {"status": 503}}]));
    let source = Source::reader(io::Cursor::new(invoice()), None, None);
    stage.run(source).await.unwrap();
    let seen = stage.sandbox.seen();
    let headers = &seen["requests"][1]["headers"];
    assert!(headers.to_string().contains("content-length"), "{headers}");
    assert_eq!(stage.billed(), json!(1));
}

#[tokio::test]
async fn a_large_stream_is_not_sent_again_and_nothing_is_waited_for() {
    let stage = Stage::set().await;
    // A 429 is last: the whole client keeps to its wish.
    for status in [503, 429] {
        let busy = json!({"status": status, "headers": {"Retry-After": "30"}});
        stage.rules(&json!([{"on": "enqueue", "answer": busy}]));
        let source = Source::reader(io::Cursor::new(large()), None, None);
        let began = Instant::now();
        let error = stage.run(source).await.unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(15));
        assert_eq!(error.http_status(), Some(status));
        assert!(error.message().contains("open it anew"), "{error}");
        stage.sandbox.clear_rules();
    }
    assert_eq!(stage.uploads(), 2);
}

#[tokio::test]
async fn a_stream_that_no_connection_asked_for_is_sent_by_the_next() {
    let stage = Stage::set().await;
    let refused = Duration::from_millis(300);
    stage.sandbox.refuse_connections(refused).await;
    let source = Source::reader(io::Cursor::new(large()), None, None);
    let params = stage.params().retries(20_u32);
    stage.run_with(source, params).await.unwrap();
    assert_eq!(stage.billed(), json!(1));
}

#[tokio::test]
async fn a_stream_that_breaks_off_bills_nothing() {
    let stage = Stage::set().await;
    let begin = large();
    let half = |ending: fn(Feed)| {
        let (feed, source) = pipe(None, Some("half.pdf"));
        let begin = begin.clone();
        tokio::spawn(async move {
            assert!(feed.push(begin).await);
            ending(feed);
        });
        source
    };
    let failing = half(|feed| feed.fail("the disk is gone"));
    let error = stage.run(failing).await.unwrap_err();
    assert_eq!(error.code(), "source.unreadable");
    assert_eq!(error.causes(), ["the disk is gone"]);
    assert!(!error.maybe_billed());
    // One that is dropped may have had more to give.
    let error = stage.run(half(drop)).await.unwrap_err();
    assert_eq!(error.code(), "source.unreadable");
    let error = stage
        .run(half(|feed| feed.not_bytes("str")))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "source.not_bytes");
    let length = u64::try_from(LARGE + 1).unwrap();
    let short = Source::reader(io::Cursor::new(large()), Some(length), None);
    let error = stage.run(short).await.unwrap_err();
    assert_eq!(error.code(), "source.unreadable");
    assert_eq!(stage.billed(), json!(0));
}

#[tokio::test]
async fn what_mindee_does_not_take_is_refused_before_a_byte_leaves() {
    let stage = Stage::set().await;
    let of = |content: Vec<u8>| Source::reader(io::Cursor::new(content), None, None);
    let long = Source::reader(io::Cursor::new(invoice()), Some(100_000_001), None);
    let spent = Source::spent();
    for (source, code) in [
        (of(Vec::new()), "source.empty"),
        (of(vec![b'x'; LARGE]), "source.type_refused"),
        (long, "source.too_large"),
        (spent, "source.spent"),
    ] {
        assert_eq!(stage.run(source).await.unwrap_err().code(), code);
    }
    let (feed, source) = pipe(None, None);
    feed.not_bytes("str");
    assert_eq!(
        stage.run(source).await.unwrap_err().code(),
        "source.not_bytes"
    );
    assert_eq!(stage.uploads(), 0);
}

#[tokio::test]
async fn a_stream_of_more_than_mindee_takes_is_given_up() {
    let stage = Stage::set().await;
    let (feed, source) = pipe(None, None);
    let endless = tokio::spawn(async move {
        let (mut poured, mut chunk) = (0, Bytes::from(invoice()));
        while feed.push(chunk).await {
            chunk = Bytes::from(vec![b'\n'; 100_000]);
            poured += 100_000;
        }
        poured
    });
    let error = stage.run(source).await.unwrap_err();
    assert_eq!(error.code(), "source.too_large");
    let poured = endless.await.unwrap();
    assert!(poured < 102_000_000, "{poured}");
    assert_eq!(stage.billed(), json!(0));
}

#[tokio::test]
async fn a_producer_is_held_back_by_a_server_that_does_not_read() {
    let stage = Stage::set().await;
    let client = client(&stage.sandbox, &stalled().await);
    let (feed, source) = pipe(None, None);
    let poured = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&poured);
    let endless = tokio::spawn(async move {
        let mut chunk = Bytes::from(invoice());
        while feed.push(chunk).await {
            chunk = Bytes::from(vec![b'\n'; 100_000]);
            count.fetch_add(100_000, Ordering::Relaxed);
        }
    });
    let params = stage.params().deadline(Duration::from_secs(2));
    let error = client.extraction().run(source, params).await.unwrap_err();
    assert_eq!(error.category(), Category::OutcomeUnknown);
    // The connection itself is stuck; the producer is told all the same.
    let poured = poured.load(Ordering::Relaxed);
    assert!(poured < UNSENT, "{poured}");
    let told = tokio::time::timeout(Duration::from_secs(5), endless);
    told.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_chunk_of_any_size_is_sent_in_pieces() {
    let stage = Stage::set().await;
    let client = client(&stage.sandbox, &stalled().await);
    let (feed, source) = pipe(None, None);
    let mut chunk = invoice();
    chunk.resize(UNSENT, b'\n');
    // As one piece it would be out of the producer's hands at once.
    let taken = tokio::spawn(async move { feed.push(chunk.into()).await });
    let params = stage.params().deadline(Duration::from_secs(1));
    let error = client.extraction().run(source, params).await.unwrap_err();
    assert_eq!(error.category(), Category::OutcomeUnknown);
    assert!(!taken.await.unwrap());
}

#[tokio::test]
async fn a_slow_stream_is_ended_by_the_deadline() {
    let stage = Stage::set().await;
    let slow = |chunk: usize| {
        let (feed, source) = pipe(None, None);
        let pouring = tokio::spawn(async move {
            for piece in large().chunks(chunk) {
                if !feed.push(Bytes::copy_from_slice(piece)).await {
                    return true;
                }
                sleep(Duration::from_millis(100)).await;
            }
            false
        });
        (source, pouring)
    };
    // Before the upload has begun, and in the middle of it.
    for (chunk, code) in [(5_000, "timeout.deadline"), (300_000, "outcome.unknown")] {
        let (source, pouring) = slow(chunk);
        let params = stage.params().deadline(Duration::from_millis(700));
        let began = Instant::now();
        let error = stage.run_with(source, params).await.unwrap_err();
        assert_eq!(error.code(), code);
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(pouring.await.unwrap(), "the producer was not told");
    }
    assert_eq!(stage.billed(), json!(0));
}

#[tokio::test]
async fn a_switch_ends_a_stream_that_stalls() {
    let stage = Stage::set().await;
    for (begin, category) in [
        (Bytes::new(), Category::Cancelled),
        (large().slice(..5_000), Category::Cancelled),
        (large().slice(..2_000_000), Category::OutcomeUnknown),
    ] {
        let (feed, source) = pipe(None, None);
        let mut call = Call::new("run").unwrap();
        call.set("product", "extraction").unwrap();
        let model = stage.sandbox.model_id(Product::Extraction);
        call.set("model_id", model).unwrap();
        call.set_source(source);
        let cancel = Cancel::new();
        let call = stage.client.perform_until(call, &cancel);
        let stall = async {
            assert!(feed.push(begin).await);
            sleep(Duration::from_millis(300)).await;
            cancel.cancel();
            Instant::now()
        };
        let (outcome, thrown) = futures_util::future::join(call, stall).await;
        assert!(thrown.elapsed() < Duration::from_secs(1));
        assert_eq!(outcome.unwrap_err().category(), category);
        assert_eq!(feed.offer(Bytes::from_static(b"x")), Offer::Unwanted);
    }
}

#[tokio::test]
async fn nothing_is_read_of_a_stream_that_the_call_does_not_ask_for() {
    let stage = Stage::set().await;
    let (feed, source) = pipe(None, None);
    assert_eq!(feed.offer(Bytes::new()), Offer::Full(Bytes::new()));
    let without_model = Params::new();
    let error = stage.run_with(source, without_model).await.unwrap_err();
    assert_eq!(error.code(), "option.missing");
    assert!(!feed.push(Bytes::new()).await);
}

/// Gives the beginning of a document, and then nothing until it is told to go on.
struct Stalling {
    begin: io::Cursor<Bytes>,
    go_on: Arc<AtomicBool>,
    dropped: Arc<AtomicBool>,
}

impl Read for Stalling {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.begin.read(buffer)? {
            0 => {
                while !self.go_on.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok(0)
            }
            length => Ok(length),
        }
    }
}

impl Drop for Stalling {
    fn drop(&mut self) {
        self.dropped.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_blocking_reader_that_stalls_holds_up_no_deadline_and_is_dropped_after_its_last_read() {
    let stage = Stage::set().await;
    let go_on = Arc::new(AtomicBool::new(false));
    let dropped = Arc::new(AtomicBool::new(false));
    let reader = Stalling {
        begin: io::Cursor::new(large().slice(..2_000_000)),
        go_on: Arc::clone(&go_on),
        dropped: Arc::clone(&dropped),
    };
    let source = Source::blocking_reader(reader, None, None);
    let params = stage.params().deadline(Duration::from_millis(500));
    let began = Instant::now();
    let error = stage.run_with(source, params).await;
    assert!(began.elapsed() < Duration::from_secs(5));
    assert_eq!(error.unwrap_err().code(), "outcome.unknown");
    assert!(!dropped.load(Ordering::Relaxed));
    go_on.store(true, Ordering::Relaxed);
    while !dropped.load(Ordering::Relaxed) {
        sleep(Duration::from_millis(5)).await;
    }
}

struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the tape is torn"))
    }
}

#[tokio::test]
async fn a_blocking_reader_that_fails_is_told_with_its_cause() {
    let stage = Stage::set().await;
    let source = Source::blocking_reader(Failing, None, None);
    let error = stage.run(source).await.unwrap_err();
    assert_eq!(error.code(), "source.unreadable");
    assert_eq!(error.causes(), ["the tape is torn"]);
}
