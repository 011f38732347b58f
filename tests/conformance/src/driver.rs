//! Talks to one driver over its line protocol; see `tests/drivers/README.md`.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value};

const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// One request: lines of fields.
#[derive(Debug, Clone, Default)]
pub struct Request(pub Vec<Vec<String>>);

impl Request {
    /// Adds a line.
    pub fn line(&mut self, fields: &[&str]) {
        self.0
            .push(fields.iter().map(|field| (*field).to_owned()).collect());
    }
}

/// What a driver reported.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// The answers, as text.
    pub bodies: Vec<String>,
    /// What the library adds to an answer.
    pub about: Map<String, Value>,
    /// What was read through the typed accessors; the text `missing` stands for no value.
    pub values: Map<String, Value>,
    /// The error.
    pub error: Option<Reported>,
}

/// An error as a driver reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reported {
    /// The payload.
    pub payload: Value,
    /// The category's number.
    pub category: i32,
    /// Whether bytes of an answer were kept.
    pub keeps_body: bool,
}

/// A running driver.
#[derive(Debug)]
pub struct Driver {
    /// The language, as the driver said it.
    pub language: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts a driver and waits until it is ready.
    pub fn start(mut command: Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // What a user has set must not reach a test.
            .env_remove("MINDEE_V2_API_KEY")
            .env_remove("MINDEE_V2_BASE_URL")
            .env_remove("MINDEE_REQUEST_TIMEOUT")
            .spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (Some(input), Some(output)) = (input, output) else {
            return Err(io::Error::other("the driver has no pipes"));
        };
        let mut driver = Self {
            language: String::new(),
            child,
            input,
            output: BufReader::new(output),
        };
        let ready = driver.read_line()?;
        match ready.as_slice() {
            [word, language, version] if word == "ready" && version == mindee_core::VERSION => {
                driver.language.clone_from(language);
                Ok(driver)
            }
            _ => Err(io::Error::other(format!(
                "the driver is not ready: {ready:?}"
            ))),
        }
    }

    /// Plays one request.
    pub fn play(&mut self, request: &Request) -> io::Result<Outcome> {
        let mut text = String::new();
        for line in &request.0 {
            let fields: Vec<String> = line
                .iter()
                .map(|field| utf8_percent_encode(field, &RESERVED).to_string())
                .collect();
            text.push_str(&fields.join("\t"));
            text.push('\n');
        }
        text.push_str("go\n");
        self.input.write_all(text.as_bytes())?;
        self.input.flush()?;
        let mut outcome = Outcome::default();
        loop {
            let line = self.read_line()?;
            let fields: Vec<&str> = line.iter().map(String::as_str).collect();
            match fields.as_slice() {
                ["done"] => return Ok(outcome),
                ["body", text] => outcome.bodies.push((*text).to_owned()),
                ["about", key, value] => {
                    outcome.about.insert((*key).to_owned(), Value::from(*value));
                }
                ["value", pointer, text] => {
                    // What is no JSON is the word `missing`, and is compared as such.
                    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(*text));
                    outcome.values.insert((*pointer).to_owned(), value);
                }
                ["error", payload, category, _class, kept] => {
                    outcome.error = Some(Reported {
                        payload: serde_json::from_str(payload)?,
                        category: category.parse().map_err(io::Error::other)?,
                        keeps_body: *kept == "1",
                    });
                }
                _ => return Err(io::Error::other(format!("the driver said {line:?}"))),
            }
        }
    }

    fn read_line(&mut self) -> io::Result<Vec<String>> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            return Err(io::Error::other(format!(
                "the {} driver ended",
                self.language
            )));
        }
        let decode = |field: &str| {
            percent_decode_str(field)
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
        };
        line.trim_end_matches(['\r', '\n'])
            .split('\t')
            .map(decode)
            .collect::<Result<_, _>>()
            .map_err(io::Error::other)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver ends when its input does; one that hangs must not outlive the test.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
