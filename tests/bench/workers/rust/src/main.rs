//! The Rust worker: a task and its arguments; it prints one line of JSON.

mod deliver;
mod webhook;

use std::fmt::Write as _;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use mindee_core::{Client, ClientOptions, Error, Params};
use tokio::time::sleep;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A budget that is never what is measured.
const UNLIMITED: u32 = 1_000_000;
/// Uploads at once while many waits are prepared.
const UPLOADS: usize = 32;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = match arguments[..] {
        ["waits", warm, slots, each, spread, schedule, file, model] => {
            let plan = Plan {
                slots: slots.parse()?,
                each: each.parse()?,
                spread: Duration::from_secs(spread.parse()?),
                params: scheduled(schedule)?.model_id(model),
                file: file.to_owned(),
            };
            waits(warm.parse()?, plan).await?
        }
        ["webhook", file, secret, count] => webhook::unwrap(file, secret, count.parse()?)?,
        ["deliver", port, template, secret, count, at_once] => {
            let (count, at_once) = (count.parse()?, at_once.parse()?);
            deliver::deliver(port.parse()?, template, secret, count, at_once).await?
        }
        ["idle", count, seconds, file, model] => {
            idle(count.parse()?, seconds.parse()?, file, model).await?
        }
        [task, count, at_once, subject, model] => {
            let work = Work {
                client: client(UNLIMITED)?,
                task: task.to_owned(),
                subject: subject.to_owned(),
                model: model.to_owned(),
            };
            calls(work, count.parse()?, at_once.parse()?).await?
        }
        _ => return Err("unknown task".into()),
    };
    println!("{told}");
    // The client's own farewell is not measured.
    std::process::exit(0);
}

/// Key and address come from the environment.
fn client(gets_per_minute: u32) -> Result<Client, Failure> {
    let options = ClientOptions::new()
        .posts_per_minute(UNLIMITED)
        .gets_per_minute(gets_per_minute);
    Ok(Client::new(options)?)
}

struct Work {
    client: Client,
    task: String,
    subject: String,
    model: String,
}

impl Work {
    async fn once(&self) -> Result<(), Error> {
        let params = Params::new().model_id(self.model.as_str());
        let extraction = self.client.extraction();
        let subject = self.subject.as_str();
        match self.task.as_str() {
            "get" => drop(self.client.jobs().get(subject).await?),
            "batch" => drop(extraction.run(subject, params).await?),
            _ => drop(extraction.enqueue(subject, params).await?),
        }
        Ok(())
    }
}

async fn calls(work: Work, count: usize, at_once: usize) -> Result<String, Failure> {
    let work = Arc::new(work);
    let call = {
        let work = Arc::clone(&work);
        move |_| {
            let work = Arc::clone(&work);
            async move { work.once().await }
        }
    };
    if matches!(work.task.as_str(), "get" | "enqueue") {
        many(2 * at_once + 20, at_once, call.clone()).await;
    }
    // Lets the peak start anew from what is in memory now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (start, before, begun) = (status("VmRSS")?, cpu(), Instant::now());
    let errors = many(count, at_once, call).await;
    Ok(format!(
        r#"{{"wall": {:.6}, "cpu": {:.6}, "start_kib": {start}, "peak_kib": {}, "errors": {errors}}}"#,
        begun.elapsed().as_secs_f64(),
        cpu() - before,
        status("VmHWM")?,
    ))
}

/// Does something so often, so many at once; gives the number of failures.
async fn many<F>(
    count: usize,
    at_once: usize,
    call: impl Fn(usize) -> F + Send + Clone + 'static,
) -> usize
where
    F: Future<Output = Result<(), Error>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let errors = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    for _ in 0..at_once {
        let (next, errors, call) = (Arc::clone(&next), Arc::clone(&errors), call.clone());
        tasks.push(tokio::spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return;
                }
                if let Err(error) = call(number).await {
                    eprintln!("{error}");
                    errors.fetch_add(1, Ordering::Relaxed);
                }
            }
        }));
    }
    for task in tasks {
        let _ = task.await;
    }
    errors.load(Ordering::Relaxed)
}

struct Plan {
    slots: u32,
    each: usize,
    /// The time over which the slots begin, one after another.
    spread: Duration,
    params: Params,
    file: String,
}

/// `learned`, or the seconds of a fixed schedule: `first,interval`.
fn scheduled(text: &str) -> Result<Params, Failure> {
    let params = Params::new().deadline(Duration::from_secs(3600));
    let Some((first, interval)) = text.split_once(',') else {
        return Ok(params);
    };
    let seconds = |text: &str| Ok::<_, Failure>(Duration::from_secs_f64(text.parse()?));
    Ok(params
        .first_poll(seconds(first)?)
        .poll_interval(seconds(interval)?))
}

/// Runs documents within Mindee's budget of questions and tells when each result was in hand.
async fn waits(warm: usize, plan: Plan) -> Result<String, Failure> {
    let client = client(1200)?;
    let plan = Arc::new(plan);
    let run = move |plan: Arc<Plan>| {
        let extraction = client.extraction();
        async move {
            let done = extraction
                .run(plan.file.as_str(), plan.params.clone())
                .await;
            let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            done.map(|inference| (inference.id, at.unwrap_or_default().as_secs_f64()))
        }
    };
    let first: Vec<_> = (0..warm)
        .map(|_| tokio::spawn(run(Arc::clone(&plan))))
        .collect();
    for task in first {
        task.await??;
    }
    let slots: Vec<_> = (0..plan.slots)
        .map(|slot| {
            let (plan, run) = (Arc::clone(&plan), run.clone());
            tokio::spawn(async move {
                sleep(plan.spread * slot / plan.slots).await;
                let mut done = Vec::new();
                for _ in 0..plan.each {
                    done.push(run(Arc::clone(&plan)).await);
                }
                done
            })
        })
        .collect();
    let (mut documents, mut errors) = (String::new(), 0);
    for task in slots {
        for done in task.await? {
            match done {
                Ok((id, at)) => {
                    let comma = if documents.is_empty() { "" } else { ", " };
                    write!(documents, r#"{comma}["{id}", {at:.6}]"#)?;
                }
                Err(error) => {
                    eprintln!("{error}");
                    errors += 1;
                }
            }
        }
    }
    Ok(format!(
        r#"{{"documents": [{documents}], "errors": {errors}, "cpu": {:.3}}}"#,
        cpu()
    ))
}

/// Waits for jobs that do not end, and tells what waiting costs.
async fn idle(count: usize, seconds: u64, file: &str, model: &str) -> Result<String, Failure> {
    let client = client(1200)?;
    let params = Params::new().model_id(model);
    let wait = Params::new().deadline(Duration::from_secs(3600));
    client.extraction().enqueue(file, params.clone()).await?;
    let ids = Arc::new(std::sync::Mutex::new(Vec::with_capacity(count)));
    let enqueue = {
        let (client, ids, file) = (client.clone(), Arc::clone(&ids), file.to_owned());
        move |_| {
            let (client, ids, file, params) = (
                client.clone(),
                Arc::clone(&ids),
                file.clone(),
                params.clone(),
            );
            async move {
                let job = client.extraction().enqueue(file.as_str(), params).await?;
                if let Ok(mut ids) = ids.lock() {
                    ids.push(job.id);
                }
                Ok(())
            }
        }
    };
    many(count, UPLOADS, enqueue).await;
    let ids = std::mem::take(&mut *ids.lock().map_err(|_| "a task panicked")?);
    // After the uploads: what they leave behind is no cost of waiting.
    let start = status("VmRSS")?;
    let tasks: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let (jobs, wait) = (client.jobs(), wait.clone());
            tokio::spawn(async move { jobs.wait(&id, wait).await.is_ok() })
        })
        .collect();
    sleep(Duration::from_secs(5)).await;
    let memory = status("VmRSS")?.saturating_sub(start);
    let (before, begun) = (cpu(), Instant::now());
    sleep(Duration::from_secs(seconds)).await;
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let used = cpu() - before;
    if tasks.iter().any(tokio::task::JoinHandle::is_finished) {
        return Err("a wait ended".into());
    }
    Ok(format!(
        r#"{{"kib_each": {:.3}, "cpu_per_minute": {:.4}}}"#,
        memory as f64 / count as f64,
        used / minutes,
    ))
}

/// A line of the kernel's account of this process, in KiB.
fn status(name: &str) -> Result<u64, Failure> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no such line")?.parse()?)
}

/// User and system time of all threads, in seconds.
fn cpu() -> f64 {
    // SAFETY: `rusage` is plain numbers, for which zeros are valid, and outlives the call.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut used);
        used
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(used.ru_utime) + seconds(used.ru_stime)
}
