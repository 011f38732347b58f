//! Webhooks: delivered, each of another inference, over connections that are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use mindee_core::webhook::{SigningSecret, sign};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Failure;

/// Delivers so often, so many at once. Everything is signed before the time begins.
pub(crate) async fn deliver(
    port: u16,
    template: &str,
    secret: &str,
    count: usize,
    at_once: usize,
) -> Result<String, Failure> {
    let template = std::fs::read_to_string(template)?;
    let id = between(&template, r#""id":""#, '"').ok_or("the template has no id")?;
    let secret = SigningSecret::new(secret)?;
    let run = std::process::id();
    let requests: Vec<Vec<u8>> = (0..count)
        .map(|number| {
            let new = format!("{run:08x}-0000-4000-8000-{number:012x}");
            let body = template.replace(id, &new);
            let signature = sign(body.as_bytes(), &secret)?;
            let length = body.len();
            let request = format!(
                "POST /webhooks/mindee HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: \
                 application/json\r\nContent-Length: {length}\r\nX-Signature: {signature}\r\n\r\n{body}"
            );
            Ok(request.into_bytes())
        })
        .collect::<Result<_, Failure>>()?;
    let requests = Arc::new(requests);
    let begun = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let connections: Vec<_> = (0..at_once)
        .map(|_| {
            let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
            tokio::spawn(async move {
                let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
                stream.get_ref().set_nodelay(true)?;
                let mut taken = 0;
                while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    stream.write_all(request).await?;
                    taken += usize::from(answer(&mut stream).await?);
                }
                Ok::<usize, Failure>(taken)
            })
        })
        .collect();
    let mut taken = 0;
    for connection in connections {
        taken += connection.await??;
    }
    let wall = begun.elapsed().as_secs_f64();
    Ok(format!(
        r#"{{"wall": {wall:.6}, "errors": {}}}"#,
        count - taken
    ))
}

/// Reads one answer; whether it is 200.
async fn answer(stream: &mut BufReader<TcpStream>) -> Result<bool, Failure> {
    let (mut line, mut length, mut taken) = (String::new(), 0, false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Err("the receiver hung up".into());
        }
        let text = line.trim().to_ascii_lowercase();
        if text.is_empty() {
            break;
        }
        taken |= text.starts_with("http/1.1 200");
        if let Some(value) = text.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(taken)
}

fn between<'a>(text: &'a str, before: &str, end: char) -> Option<&'a str> {
    text.split_once(before)?.1.split(end).next()
}
