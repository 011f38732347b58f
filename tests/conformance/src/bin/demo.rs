//! `make demo`: one invoice as PDF and as JPEG, read in five languages against the sandbox.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use mindee_conformance::root;
use mindee_sandbox::{Product, Sandbox, Settings};
use tokio::process::Command;

type Fields = BTreeMap<String, String>;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let data = root().canonicalize()?.join("tests/data");
    let sandbox = Sandbox::start(Settings {
        processing: Duration::from_secs(2),
        results: Some(data.join("results")),
        ..Settings::default()
    })
    .await?;
    println!("A stand-in for Mindee listens at {}", sandbox.base_url());
    let mut alike = true;
    for name in ["invoice.pdf", "invoice.jpg"] {
        alike &= read_in_every_language(&sandbox, &data.join(name)).await?;
    }
    let billed = sandbox
        .seen()
        .pointer("/billed/documents")
        .cloned()
        .unwrap_or_default();
    println!("\n{billed} documents would have been billed; none was sent twice.");
    sandbox.stop().await;
    Ok(if alike {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The example of each language, as a user would start it.
fn examples() -> [(&'static str, Vec<PathBuf>); 5] {
    let root = root();
    let path = |text: &str| root.join(text);
    [
        ("Rust", vec![path("target/debug/examples/invoice")]),
        ("C", vec![path("target/examples/invoice-c")]),
        ("C++", vec![path("target/examples/invoice-cpp")]),
        (
            "Python",
            vec![path(".venv/bin/python"), path("py/examples/invoice.py")],
        ),
        (
            "Node",
            vec![PathBuf::from("node"), path("node/examples/invoice.mjs")],
        ),
    ]
}

async fn read_in_every_language(sandbox: &Sandbox, file: &Path) -> Result<bool, Box<dyn Error>> {
    let examples = examples();
    let runs = examples
        .iter()
        .map(|(language, program)| run(language, program, sandbox, file));
    let mut columns: Vec<(&str, Fields)> = Vec::new();
    for outcome in futures_util::future::join_all(runs).await {
        columns.push(outcome?);
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    println!("\n{name}");
    print_row(
        "",
        columns.iter().map(|(language, _)| (*language).to_owned()),
    );
    let Some((_, reference)) = columns.first().cloned() else {
        return Ok(false);
    };
    for field in reference.keys() {
        print_row(
            field,
            columns
                .iter()
                .map(|(_, fields)| fields.get(field).cloned().unwrap_or_default()),
        );
    }
    let alike = !reference.is_empty() && columns.iter().all(|(_, fields)| *fields == reference);
    println!(
        "{}",
        if alike {
            "All five are alike."
        } else {
            "THEY DIFFER."
        }
    );
    Ok(alike)
}

async fn run<'a>(
    language: &'a str,
    program: &[PathBuf],
    sandbox: &Sandbox,
    file: &Path,
) -> Result<(&'a str, Fields), Box<dyn Error>> {
    let [program, arguments @ ..] = program else {
        return Err("no program".into());
    };
    let output = Command::new(program)
        .args(arguments)
        .arg(file)
        .arg(sandbox.model_id(Product::Extraction))
        .env("MINDEE_V2_API_KEY", sandbox.api_key())
        .env("MINDEE_V2_BASE_URL", sandbox.base_url())
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| format!("{language}: {}: {error}", program.display()))?;
    if !output.status.success() {
        return Err(format!("{language}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let pairs = text.lines().filter_map(|line| line.split_once(": "));
    Ok((
        language,
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    ))
}

fn print_row(field: &str, cells: impl Iterator<Item = String>) {
    print!("  {field:<15}");
    for cell in cells {
        let short: String = cell.chars().take(19).collect();
        print!(" {short:<19}");
    }
    println!();
}
