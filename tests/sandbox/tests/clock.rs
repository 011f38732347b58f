//! The clock, and how long jobs take.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mindee_sandbox::{ModelSettings, ProcessingTime, Product, Sandbox, Settings};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use support::{Bench, at, bench, bench_with, client, documents, exchange, text};

async fn status(bench: &Bench, job: &Value) -> String {
    text(&bench.job_now(job).await, "/status")
}

async fn slow(speed: f64) -> Bench {
    bench_with(Settings {
        processing: Duration::from_mins(10),
        speed,
        ..Settings::default()
    })
    .await
}

#[tokio::test]
async fn a_job_of_ten_minutes_ends_when_the_clock_jumps() {
    let bench = slow(1.0).await;
    let job = bench.job(bench.form(Product::Extraction)).await;
    bench.sandbox.advance(Duration::from_secs(590)).unwrap();
    assert_eq!(status(&bench, &job).await, "Processing");
    let clock = client(None).post(bench.url("/_sandbox/clock"));
    let (code, body) = exchange(clock.json(&json!({"advance_seconds": 10}))).await;
    assert_eq!((code, at(&body, "/speed").as_f64()), (200, Some(1.0)));
    let now = bench.job_now(&job).await;
    assert_eq!(text(&now, "/status"), "Processed");
    assert!(text(&now, "/completed_at") > text(&now, "/created_at"));
}

#[tokio::test]
async fn a_clock_that_runs_faster_ends_jobs_sooner() {
    let bench = slow(6000.0).await;
    let started = Instant::now();
    let job = bench.job(bench.form(Product::Extraction)).await;
    while status(&bench, &job).await == "Processing" {
        assert!(started.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(started.elapsed() >= Duration::from_millis(90));
}

#[tokio::test]
async fn after_a_jump_back_a_later_job_has_an_earlier_date() {
    let bench = bench().await;
    let first = bench.job(bench.form(Product::Extraction)).await;
    bench.sandbox.turn_back(Duration::from_hours(24)).unwrap();
    let second = bench.job(bench.form(Product::Extraction)).await;
    assert!(text(&second, "/created_at") < text(&first, "/created_at"));
}

#[tokio::test]
async fn a_jump_or_a_speed_out_of_reach_is_refused() {
    let bench = bench().await;
    assert!(bench.sandbox.advance(Duration::MAX).is_err());
    let url = bench.url("/_sandbox/clock");
    for body in [json!({"advance_seconds": 1e300}), json!({}), json!("x")] {
        let request = client(None).post(&url).json(&body);
        assert_eq!(request.send().await.unwrap().status(), 422);
    }
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let settings = Settings {
            speed,
            ..Settings::default()
        };
        assert!(Sandbox::start(settings).await.is_err());
    }
}

#[test]
fn processing_times_are_written_as_text() {
    let seconds = Duration::from_secs;
    for (text, wanted) in [
        ("5s", ProcessingTime::Fixed(seconds(5))),
        ("250ms", ProcessingTime::Fixed(Duration::from_millis(250))),
        ("1.5m", ProcessingTime::Fixed(seconds(90))),
        (
            "uniform:1s,10s",
            ProcessingTime::Uniform {
                from: seconds(1),
                to: seconds(10),
            },
        ),
        (
            "lognormal:5s,0.8",
            ProcessingTime::LogNormal {
                median: seconds(5),
                sigma: 0.8,
            },
        ),
        (
            "list:1s, 1h",
            ProcessingTime::List(vec![seconds(1), seconds(3600)]),
        ),
    ] {
        let read: ProcessingTime = text.parse().unwrap();
        assert_eq!(read, wanted);
        assert_eq!(read.to_string().parse(), Ok(read));
    }
    for text in [
        "",
        "5",
        "-1s",
        "uniform:2s,1s",
        "lognormal:5s",
        "lognormal:5s,-1",
        "list:",
        "x:1s",
    ] {
        assert!(text.parse::<ProcessingTime>().is_err(), "{text}");
    }
}

/// How long each of so many different documents takes, in seconds, shortest first.
async fn times(processing: &str, seed: u64, documents: u8) -> Vec<f64> {
    let bench = bench_with(Settings {
        processing_times: Some(processing.parse().unwrap()),
        seed: Some(seed),
        ..Settings::default()
    })
    .await;
    let mut jobs = Vec::new();
    for number in 0..documents {
        let bytes = [documents::PNG, &[number]].concat();
        let form = Form::new()
            .text("model_id", bench.model(Product::Extraction))
            .part("file", Part::bytes(bytes).file_name("a.png"));
        jobs.push(bench.job(form).await);
    }
    bench.sandbox.advance(Duration::from_hours(2)).unwrap();
    let mut times = Vec::new();
    for job in jobs {
        let job = bench.job_now(&job).await;
        let second = |key| {
            let (_, time) = text(&job, key)
                .split_once('T')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .unwrap();
            let parts: Vec<f64> = time.split(':').map(|part| part.parse().unwrap()).collect();
            parts[0] * 3600.0 + parts[1] * 60.0 + parts[2]
        };
        times.push((second("/completed_at") - second("/created_at")).rem_euclid(86_400.0));
    }
    times.sort_by(f64::total_cmp);
    times
}

fn rounded(times: &[f64]) -> Vec<f64> {
    times.iter().map(|time| (time * 1000.0).round()).collect()
}

#[tokio::test]
async fn drawn_times_follow_from_seed_and_file() {
    let first = times("uniform:1s,10s", 4, 20).await;
    assert_eq!(
        rounded(&first),
        rounded(&times("uniform:1s,10s", 4, 20).await)
    );
    assert_ne!(
        rounded(&first),
        rounded(&times("uniform:1s,10s", 5, 20).await)
    );
    assert!(first[0] >= 1.0 && first[19] <= 10.0, "{first:?}");
    assert!(first[19] - first[0] > 4.0, "{first:?}");
}

#[tokio::test]
async fn a_log_normal_has_its_median_and_a_long_tail() {
    let times = times("lognormal:5s,0.8", 1, 200).await;
    let median = times[100];
    assert!((4.0..6.2).contains(&median), "{median}");
    assert!(times[190] > 2.5 * median, "{times:?}");
    assert!(times[10] < median / 2.5, "{times:?}");
}

#[tokio::test]
async fn a_list_gives_its_own_times_only() {
    let times = rounded(&times("list:1s,60s", 1, 30).await);
    assert!(
        times.iter().all(|time| [1000.0, 60_000.0].contains(time)),
        "{times:?}"
    );
    assert_eq!((times[0], times[29]), (1000.0, 60_000.0));
}

#[tokio::test]
async fn a_model_or_a_product_may_take_its_own_time() {
    let bench = bench_with(Settings {
        by_model: BTreeMap::from([(
            "ocr".to_owned(),
            ModelSettings {
                processing: Some(ProcessingTime::Fixed(Duration::from_mins(1))),
                ..ModelSettings::default()
            },
        )]),
        ..Settings::default()
    })
    .await;
    for (product, wanted) in [(Product::Ocr, "Processing"), (Product::Split, "Processed")] {
        let request = bench.enqueue(product).multipart(bench.form(product));
        let (_, body) = exchange(request).await;
        assert_eq!(status(&bench, &at(&body, "/job")).await, wanted);
    }
}
