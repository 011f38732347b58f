//! Every form in which clients send a document.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use base64::Engine as _;
use mindee_sandbox::Product;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use support::{at, bench, documents, exchange, png, text};

const HOOK: &str = "a1b2c3d4-0001-4a5b-8c6d-7e8f90a1b2c3";

fn hooks_of(job: &Value) -> Vec<String> {
    let entries = at(job, "/webhooks");
    let entries = entries.as_array().unwrap();
    entries.iter().map(|entry| text(entry, "/id")).collect()
}

#[tokio::test]
async fn every_product_takes_a_multipart_form() {
    let bench = bench().await;
    for product in Product::ALL {
        let form = bench.form(product).text("alias", "mine");
        let (status, body) = exchange(bench.enqueue(product).multipart(form)).await;
        assert_eq!(status, 202);
        assert_eq!(text(&body, "/job/model_id"), bench.model(product));
        assert_eq!(text(&body, "/job/filename"), "receipt.png");
        assert_eq!(text(&body, "/job/alias"), "mine");
    }
}

#[tokio::test]
async fn the_older_route_takes_extractions_and_names_the_older_result_route() {
    let bench = bench().await;
    let form = bench.form(Product::Extraction);
    let request = bench.post("/v2/inferences/enqueue").multipart(form);
    let (status, body) = exchange(request).await;
    assert_eq!(status, 202);
    let id = text(&body, "/job/id");
    let (_, body) = exchange(bench.get(&format!("/v2/jobs/{id}"))).await;
    let result_url = text(&body, "/job/result_url");
    assert!(result_url.ends_with(&format!("/v2/inferences/{id}")));
    let (status, body) = exchange(bench.get(&format!("/v2/inferences/{id}"))).await;
    assert_eq!((status, text(&body, "/inference/id")), (200, id));
}

#[tokio::test]
async fn an_urlencoded_form_brings_an_address() {
    let bench = bench().await;
    let model = bench.model(Product::Extraction);
    let form = [
        ("model_id", model.as_str()),
        ("url", "https://example.com/files/scan%201.png?token=x"),
        ("webhook_ids", HOOK),
    ];
    let request = bench.enqueue(Product::Extraction).form(&form);
    let (status, body) = exchange(request).await;
    assert_eq!(status, 202);
    let inference = bench.inference_of(&at(&body, "/job")).await;
    assert_eq!(text(&inference, "/file/mime_type"), "image/png");
}

#[tokio::test]
async fn a_json_body_brings_a_file_in_base64() {
    let bench = bench().await;
    let file = base64::engine::general_purpose::STANDARD.encode(documents::pdf(2));
    let body = json!({
        "model_id": bench.model(Product::Extraction),
        "file_base64": file,
        "filename": "two.pdf",
        "webhook_ids": [HOOK],
        "raw_text": true,
        "alias": null,
    });
    let (status, body) = exchange(bench.enqueue(Product::Extraction).json(&body)).await;
    assert_eq!(status, 202);
    let inference = bench.inference_of(&at(&body, "/job")).await;
    let file = at(&inference, "/file");
    assert_eq!(
        file,
        json!({"name": "two.pdf", "alias": null, "page_count": 2, "mime_type": "application/pdf"})
    );
    assert_eq!(at(&inference, "/active_options/raw_text"), true);
}

#[tokio::test]
async fn a_chunked_body_is_taken() {
    let bench = bench().await;
    let pieces = documents::pdf(1)
        .chunks(100)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()))
        .collect::<Vec<_>>();
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let form = Form::new()
        .text("model_id", bench.model(Product::Extraction))
        .part("file", Part::stream(body).file_name("streamed.pdf"));
    let job = bench.job(form).await;
    assert_eq!(text(&job, "/filename"), "streamed.pdf");
    let sent = bench.requests().pop().unwrap();
    assert_eq!(text(&sent, "/headers/transfer-encoding"), "chunked");
}

#[tokio::test]
async fn webhook_ids_come_repeated_joined_or_in_brackets() {
    let bench = bench().await;
    let variants = [
        vec![
            ("webhook_ids", HOOK.to_owned()),
            ("webhook_ids", HOOK.to_owned()),
        ],
        vec![("webhook_ids", format!("{HOOK},{HOOK}"))],
        vec![
            ("webhook_ids[]", HOOK.to_owned()),
            ("webhook_ids", HOOK.to_owned()),
        ],
        vec![("webhook_ids", HOOK.to_uppercase())],
    ];
    for fields in variants {
        let mut form = bench.form(Product::Extraction);
        for (name, value) in fields {
            form = form.text(name, value);
        }
        let job = bench.job(form).await;
        assert_eq!(hooks_of(&bench.job_now(&job).await), [HOOK]);
    }
}

#[tokio::test]
async fn empty_webhook_ids_mean_no_webhook() {
    let bench = bench().await;
    let form = bench.form(Product::Extraction).text("webhook_ids", "");
    let job = bench.job(form).await;
    assert_eq!(at(&bench.job_now(&job).await, "/webhooks"), json!([]));
}

#[tokio::test]
async fn options_may_come_twice() {
    let bench = bench().await;
    let form = bench.form(Product::Extraction);
    let form = form.text("polygon", "true").text("polygon", "true");
    let inference = bench.inference(form).await;
    assert_eq!(at(&inference, "/active_options/polygon"), true);
}

#[tokio::test]
async fn the_media_type_of_the_part_does_not_matter() {
    let bench = bench().await;
    for media_type in ["application/octet-stream", "text/plain", "application/pdf"] {
        let part = png().mime_str(media_type).unwrap();
        let form = Form::new()
            .text("model_id", bench.model(Product::Extraction))
            .part("file", part);
        let inference = bench.inference(form).await;
        assert_eq!(text(&inference, "/file/mime_type"), "image/png");
    }
}

#[tokio::test]
async fn the_file_may_come_first() {
    let bench = bench().await;
    let form = Form::new()
        .part("file", png())
        .text("model_id", bench.model(Product::Extraction));
    bench.job(form).await;
}

#[tokio::test]
async fn a_filename_field_overrides_the_name_of_the_part() {
    let bench = bench().await;
    let form = bench
        .form(Product::Extraction)
        .text("filename", "other.png");
    assert_eq!(text(&bench.job(form).await, "/filename"), "other.png");
}

#[tokio::test]
async fn file_names_outside_ascii_arrive_whole() {
    let bench = bench().await;
    let part = Part::bytes(documents::PNG).file_name("reçu été 日.png");
    let form = Form::new()
        .text("model_id", bench.model(Product::Extraction))
        .part("file", part);
    assert_eq!(text(&bench.job(form).await, "/filename"), "reçu été 日.png");
}

#[tokio::test]
async fn all_keys_of_a_new_job_are_there() {
    let bench = bench().await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    let id = text(&job, "/id");
    assert_eq!(text(&job, "/status"), "Processing");
    assert_eq!(
        text(&job, "/polling_url"),
        bench.url(&format!("/v2/jobs/{id}"))
    );
    for key in ["/alias", "/completed_at", "/result_url", "/error"] {
        assert_eq!(at(&job, key), Value::Null);
    }
    assert_eq!(at(&job, "/webhooks"), json!([]));
    let created = text(&job, "/created_at");
    assert_eq!((created.len(), &created[19..20]), (26, "."));
}
