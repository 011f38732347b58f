//! The Rust client against the sandbox: what is not told by a scenario.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends by panicking"
)]

mod served;

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use mindee_core::client::ModelQuery;
use mindee_core::product::ExtractionResult;
use mindee_core::{ApiKey, Category, Client, ClientOptions, Error, Inference, Params};
use mindee_sandbox::{Product, RateLimits, Sandbox, Settings};
use serde_json::json;
use served::{KEY, data, options, quick, sandbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn run(client: &Client, sandbox: &Sandbox) -> Result<Inference<ExtractionResult>, Error> {
    client
        .extraction()
        .run(data("invoice.pdf"), quick(sandbox))
        .await
}

#[tokio::test]
async fn an_invoice_comes_out_as_typed_fields() {
    let sandbox = sandbox().await;
    let inference = run(&Client::new(options(sandbox.base_url())).unwrap(), &sandbox)
        .await
        .unwrap();
    let fields = &inference.result.fields;
    assert_eq!(
        fields.get("invoice_number").unwrap().as_text(),
        Some("INV-2026-0042")
    );
    assert_eq!(
        fields.get("total_amount").unwrap().as_number(),
        Some(1369.8)
    );
    assert_eq!(fields.get("is_paid").unwrap().as_boolean(), Some(false));
    let first = fields.get("line_items").unwrap().at(0).unwrap();
    assert!(first.get("quantity").unwrap().as_integer().is_some());
    let value = inference
        .pointer("/inference/result/fields/currency/value")
        .unwrap();
    assert_eq!(value, "EUR");
}

#[tokio::test]
async fn one_connection_serves_a_whole_run() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    run(&client, &sandbox).await.unwrap();
    run(&client.clone(), &sandbox).await.unwrap();
    assert_eq!(sandbox.seen()["connections"], json!(1));
}

#[tokio::test]
async fn fifty_runs_share_one_client() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let runs = (0..50).map(|_| run(&client, &sandbox));
    let results = futures_util::future::join_all(runs).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(sandbox.seen()["billed"]["documents"], json!(50));
}

#[tokio::test]
async fn waits_go_on_when_the_one_that_leads_them_is_dropped() {
    let sandbox = sandbox().await;
    let rules = json!([{"on": "enqueue", "times": 1, "job": {"processing_ms": null}}]);
    sandbox.add_rules_json(&rules).unwrap();
    let client = Client::new(options(sandbox.base_url())).unwrap();
    // The first job never ends; its wait is the first, and so leads the others.
    let first = tokio::time::timeout(Duration::from_millis(400), run(&client, &sandbox));
    let others = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let slow = |seconds| quick(&sandbox).first_poll(Duration::from_secs_f64(seconds));
        let runs = (1..=5).map(|n| {
            let product = client.extraction();
            let params = slow(0.2 * f64::from(n));
            async move { product.run(data("invoice.pdf"), params).await }
        });
        futures_util::future::join_all(runs).await
    };
    let (first, others) = futures_util::future::join(first, others).await;
    assert!(first.is_err());
    assert!(others.iter().all(Result::is_ok), "{others:?}");
}

/// A delivery for a job, as the sandbox's webhooks would bring it.
fn delivery_of(job_id: &str) -> mindee_core::webhook::Delivery {
    let result = std::fs::read_to_string(data("results/extraction.json")).unwrap();
    let body = format!("{{\"inference\":{{\"id\":\"{job_id}\",\"result\":{result}}}}}");
    mindee_core::webhook::unwrap_unsigned(body, 1_000_000).unwrap()
}

#[tokio::test]
async fn a_webhook_that_comes_first_ends_the_wait() {
    let sandbox = sandbox().await;
    let rules = json!([{"on": "enqueue", "job": {"processing_ms": null}}]);
    sandbox.add_rules_json(&rules).unwrap();
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let job = client
        .extraction()
        .enqueue(data("invoice.pdf"), quick(&sandbox))
        .await
        .unwrap();
    let jobs = client.jobs();
    let wait = jobs.result(&job.id, quick(&sandbox));
    let push = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let delivery = delivery_of(&job.id);
        let first = client.jobs().deliver(&delivery).await.unwrap();
        (first, client.jobs().deliver(&delivery).await.unwrap())
    };
    let (result, (first, again)) = futures_util::future::join(wait, push).await;
    assert_eq!(result.unwrap().id, job.id);
    assert_eq!((first.first, first.waits), (true, 1));
    assert!(!again.first);
    assert!(
        !sandbox.seen().to_string().contains("/results/"),
        "nothing was fetched"
    );
}

#[tokio::test]
async fn many_waits_at_once_never_provoke_a_429() {
    // Each document takes a question and a fetch: the last ten must wait for the next minute.
    let settings = Settings {
        api_key: Some(KEY.to_owned()),
        rate_limits: Some(RateLimits {
            posts_per_minute: 200,
            gets_per_minute: 60,
            ..RateLimits::default()
        }),
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).await.unwrap();
    let options = options(sandbox.base_url()).gets_per_minute(60_u32);
    let client = Client::new(options).unwrap();
    let model = sandbox.model_id(Product::Extraction);
    let runs = (0..40).map(|_| {
        let product = client.extraction();
        let params = Params::new().model_id(model);
        async move { product.run(data("invoice.pdf"), params).await }
    });
    let results = futures_util::future::join_all(runs).await;
    let errors: Vec<_> = results
        .iter()
        .filter_map(|result| result.as_ref().err())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(sandbox.seen()["rate_limited"], json!(0));
}

#[tokio::test]
async fn clocks_that_are_hours_apart_do_not_slow_a_wait_down() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    for _ in 0..4 {
        run(&client, &sandbox).await.unwrap();
    }
    let rules = json!([
        {"on": "enqueue", "job": {"processing_ms": 1000}},
        {"on": "job", "change": [{"pointer": "/job/created_at", "value": "{time:-36000}"}]},
    ]);
    sandbox.add_rules_json(&rules).unwrap();
    let job = client
        .extraction()
        .enqueue(data("invoice.pdf"), quick(&sandbox))
        .await
        .unwrap();
    let token = job.resume_token().to_string();
    let jobs = client.jobs();
    let wait = jobs.result(&token, Params::new());
    let soon = tokio::time::timeout(Duration::from_secs(8), wait).await;
    soon.unwrap().unwrap();
}

#[tokio::test]
async fn no_wait_starves_where_the_budget_serves_a_part_of_them() {
    let settings = Settings {
        api_key: Some(KEY.to_owned()),
        processing: Duration::from_hours(1),
        ..Settings::default()
    };
    let sandbox = Sandbox::start(settings).await.unwrap();
    // Some fourteen questions a second, for a hundred jobs that want one each second.
    let client = Client::new(options(sandbox.base_url()).gets_per_minute(960_u32)).unwrap();
    let model = sandbox.model_id(Product::Extraction);
    let runs = (0..100).map(|_| {
        let product = client.extraction();
        let params = Params::new()
            .model_id(model)
            .deadline(Duration::from_secs(20));
        async move { product.run(data("invoice.pdf"), params).await }
    });
    futures_util::future::join_all(runs).await;
    let mut asked: HashMap<String, u32> = HashMap::new();
    for request in sandbox.seen()["requests"].as_array().unwrap() {
        let path = request["path"].as_str().unwrap();
        if path.starts_with("/v2/jobs/") {
            *asked.entry(path.to_owned()).or_default() += 1;
        }
    }
    let (least, most) = (asked.values().min(), asked.values().max());
    assert_eq!(asked.len(), 100);
    assert!(least >= Some(&2) && most <= Some(&5), "{least:?} {most:?}");
}

#[tokio::test]
async fn an_upload_that_was_refused_a_connection_is_sent_again() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    sandbox.refuse_connections(Duration::from_millis(300)).await;
    let params = quick(&sandbox).retries(20_u32);
    client
        .extraction()
        .run(data("invoice.pdf"), params)
        .await
        .unwrap();
    assert_eq!(sandbox.seen()["billed"]["documents"], json!(1));
}

#[tokio::test]
async fn every_operation_of_the_table_is_wired() {
    let sandbox = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let options = options(sandbox.base_url()).ledger(folder.path().join("ledger.sqlite"));
    let client = Client::new(options).unwrap();
    for operation in mindee_core::ops::TABLE {
        let call = mindee_core::call::Call::new(operation.name).unwrap();
        if let Err(error) = client.perform(call).await {
            assert_ne!(
                error.category(),
                Category::Internal,
                "{}: {error}",
                operation.name
            );
        }
    }
}

#[tokio::test]
async fn a_429_is_survived_and_answered_with_less() {
    let sandbox = sandbox().await;
    let busy = json!({"status": 429, "headers": {"Retry-After": "0"}, "body": ""});
    sandbox
        .add_rules_json(&json!([{"on": "job", "times": 3, "answer": busy}]))
        .unwrap();
    let client = Client::new(options(sandbox.base_url())).unwrap();
    run(&client, &sandbox).await.unwrap();
    let share = client.status().unwrap()["share_of_reads"].as_f64().unwrap();
    assert!(share < 1.0, "{share}");
}

#[tokio::test]
async fn waiting_for_budget_is_told() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url()).posts_per_minute(2_u32)).unwrap();
    let runs = futures_util::future::join_all((0..5).map(|_| run(&client, &sandbox)));
    let _ = tokio::time::timeout(Duration::from_millis(300), runs).await;
    assert_eq!(sandbox.seen()["billed"]["documents"], json!(2));
    let runs = futures_util::future::join_all((0..3).map(|_| run(&client, &sandbox)));
    let told = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.status().unwrap()
    };
    let runs = tokio::time::timeout(Duration::from_millis(300), runs);
    let (_, told) = futures_util::future::join(runs, told).await;
    assert_eq!(told["uploads_waiting_for_budget"], json!(3), "{told}");
    assert_eq!(
        client.status().unwrap()["uploads_waiting_for_budget"],
        json!(0)
    );
}

#[tokio::test]
async fn all_models_are_found_over_all_pages() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let query = ModelQuery {
        per_page: Some(2),
        ..ModelQuery::default()
    };
    let models = client.models().all(query).await.unwrap();
    assert_eq!(models.len(), 5);
}

#[tokio::test]
async fn a_path_that_is_not_utf8_gets_a_clear_error() {
    let sandbox = sandbox().await;
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let path = Path::new(OsStr::from_bytes(b"/tmp/\xff\xfe.pdf"));
    let error = client
        .extraction()
        .run(path, quick(&sandbox))
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.category()),
        ("source.path_not_utf8", Category::Usage)
    );
}

#[tokio::test]
async fn a_proxy_by_option_carries_every_request() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let heard = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = socket.read(&mut request).await.unwrap();
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"models\":[]}";
        socket.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    // Nothing listens at the address itself.
    let client = Client::new(options("http://127.0.0.1:9").proxy(proxy)).unwrap();
    let page = client
        .models()
        .search(&ModelQuery::default(), Params::new())
        .await
        .unwrap();
    assert!(page.models.is_empty());
    assert!(
        heard
            .await
            .unwrap()
            .starts_with("GET http://127.0.0.1:9/v2/search/models HTTP/1.1")
    );
}

#[tokio::test]
async fn a_dropped_run_ends_at_once() {
    let sandbox = sandbox().await;
    let rules = json!([{"on": "enqueue", "job": {"processing_ms": null}}]);
    sandbox.add_rules_json(&rules).unwrap();
    let client = Client::new(options(sandbox.base_url())).unwrap();
    let ended = tokio::time::timeout(Duration::from_millis(300), run(&client, &sandbox)).await;
    assert!(ended.is_err());
    let before = sandbox.seen()["requests"].as_array().unwrap().len();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(sandbox.seen()["requests"].as_array().unwrap().len(), before);
}

#[tokio::test]
async fn the_key_is_in_no_output() {
    let sandbox = sandbox().await;
    let options = options(sandbox.base_url());
    let mut outputs = vec![format!("{options:?}")];
    let client = Client::new(options).unwrap();
    outputs.push(format!(
        "{client:?} {:?} {:?}",
        client.extraction(),
        client.jobs()
    ));
    let rules = json!([{"on": "any", "answer": {"status": 403, "json": {"status": 403, "title": KEY, "detail": KEY, "code": KEY}}}]);
    sandbox.add_rules_json(&rules).unwrap();
    let error = run(&client, &sandbox).await.unwrap_err();
    outputs.push(format!("{error} {error:?} {}", error.payload()));
    for wrong in [
        format!("Bearer {KEY}"),
        format!("{KEY}\u{7f}"),
        format!("{KEY} x"),
    ] {
        let error = ApiKey::new(&wrong).unwrap_err();
        outputs.push(format!("{error} {error:?}"));
        let mut options = ClientOptions::new();
        let error = options.set("api_key", &wrong).unwrap_err();
        outputs.push(format!("{error} {error:?}"));
    }
    let error =
        ClientOptions::from_json(&format!("{{\"api_key\": {{\"x\": \"{KEY}\"}}}}")).unwrap_err();
    outputs.push(format!("{error} {error:?}"));
    let error = ClientOptions::from_json(&format!("{{\"api_key\": \"{KEY}\"")).unwrap_err();
    outputs.push(format!("{error} {error:?}"));
    for output in outputs {
        assert!(!output.contains("canary"), "{output}");
    }
}

/// Environment variables belong to a process: the example is run as one.
fn example(sandbox: &Sandbox) -> tokio::process::Command {
    let tests = std::env::current_exe().unwrap();
    let program = tests
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/invoice");
    let mut command = tokio::process::Command::new(program);
    command
        .arg(data("invoice.pdf"))
        .arg(sandbox.model_id(Product::Extraction))
        .env("MINDEE_V2_API_KEY", KEY)
        .env("MINDEE_V2_BASE_URL", sandbox.base_url());
    command
}

#[tokio::test]
async fn the_example_reads_key_and_address_from_the_environment() {
    let sandbox = sandbox().await;
    let output = example(&sandbox).output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("total_amount: 1369.8"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn proxies_of_the_environment_count_unless_the_host_is_excepted() {
    let sandbox = sandbox().await;
    let nowhere = "http://127.0.0.1:9";
    let through = example(&sandbox)
        .env("HTTP_PROXY", nowhere)
        .output()
        .await
        .unwrap();
    assert!(String::from_utf8_lossy(&through.stderr).contains("network.unreachable"));
    let around = example(&sandbox)
        .env("HTTP_PROXY", nowhere)
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .await
        .unwrap();
    assert!(around.status.success());
}

#[tokio::test]
async fn a_wrong_value_in_the_environment_is_told_by_its_name() {
    let sandbox = sandbox().await;
    let output = example(&sandbox)
        .env("MINDEE_REQUEST_TIMEOUT", "soon")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        text.contains("MINDEE_REQUEST_TIMEOUT in the environment"),
        "{text}"
    );
}
