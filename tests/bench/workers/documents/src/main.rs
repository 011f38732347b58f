//! The Rust worker for files made ready: a task, a file and how often; it prints one line of JSON.

use std::time::Instant;

use mindee_core::document::{Budget, File, Limits, Shrink, inspect, keep_pages, shrink};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [task, file, count, out] = arguments[..] else {
        return Err("a task, a file, a count, and a file to write or -".into());
    };
    // Lets the peak start anew from what is in memory now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let start = status("VmRSS")?;
    let mut made = done(task, file)?;
    let peak = status("VmHWM")?;
    let mut times = Vec::new();
    for _ in 0..count.parse()? {
        drop(made);
        let begun = Instant::now();
        made = done(task, file)?;
        times.push(format!("{:.6}", begun.elapsed().as_secs_f64()));
    }
    if out != "-" {
        std::fs::write(out, &made)?;
    }
    println!(
        r#"{{"times": [{}], "start_kib": {start}, "peak_kib": {peak}, "bytes": {}}}"#,
        times.join(", "),
        made.len(),
    );
    Ok(())
}

/// The file that was made; of an inspection, what was found.
fn done(task: &str, file: &str) -> Result<Vec<u8>, Failure> {
    let file = File::open(file)?;
    let budget = Budget::new(Limits::default());
    let shrunk = |wish: &Shrink| -> Result<Vec<u8>, Failure> {
        Ok(shrink(&file, wish, &budget)?.document.content.into())
    };
    let default = Shrink::default();
    match task.split(':').collect::<Vec<_>>()[..] {
        ["inspect"] => Ok(inspect(&file, &budget)?.to_json().to_string().into()),
        ["keep"] => Ok(keep_pages(&file, &[0, -2, -1], 0, &budget)?.content.into()),
        ["shrink", width, _, fast] => shrunk(&Shrink {
            max_width: Some(width.parse()?),
            fast: fast == "fast",
            ..default
        }),
        _ => Err("unknown task".into()),
    }
}

/// A figure of this process in KiB.
fn status(name: &str) -> Result<u64, Failure> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .ok_or("no such figure")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}
