//! Whether a request is repeated. Pure: no clock, no network, no randomness of its own.
//!
//! Reading is repeated after every failure that may pass. An upload is repeated only where the
//! server certainly did not take it: no byte of the body left, or it answered 429 or 503. There
//! is no idempotency key, so any other lost upload is *unknown*, and is the user's to decide.

use std::time::Duration;

/// What a request does at the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Reads: may be repeated at will.
    Read,
    /// Hands over a document: a repeat may be billed again.
    Upload,
}

/// How an attempt ended without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered with this status, and said when to come again.
    Status(u16, Option<Duration>),
    /// The server answered with success, and the answer could not be read.
    Unreadable,
    /// No byte of a body left: no connection, or a stale one.
    NotSent,
    /// The connection broke or fell silent; the server may have the whole request.
    Lost,
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again after this time.
    Again(Duration),
    /// Report the failure.
    Stop,
    /// Report that nobody knows whether the document was taken.
    Unknown,
}

/// The first pause, doubled with each attempt.
const FIRST: Duration = Duration::from_millis(500);
/// No pause of our own is longer.
const LONGEST: Duration = Duration::from_secs(8);
/// A longer wish of the server is not waited out inside a wait.
pub(crate) const LONGEST_WISH: Duration = Duration::from_mins(1);

/// Decides after attempt number `attempt` (from 0) of at most `retries` + 1. `jitter`, from 0 to
/// 1, spreads the pauses of many clients over the whole interval ("full jitter").
pub fn decide(
    effect: Effect,
    outcome: Outcome,
    attempt: u32,
    retries: u32,
    jitter: f64,
) -> Verdict {
    let repeatable = match (effect, outcome) {
        (Effect::Read, Outcome::Status(status, _)) => transient(status),
        (Effect::Upload, Outcome::Status(status, _)) => matches!(status, 429 | 503),
        (Effect::Read, _) | (Effect::Upload, Outcome::NotSent) => true,
        (Effect::Upload, Outcome::Lost) => return Verdict::Unknown,
        (Effect::Upload, Outcome::Unreadable) => false,
    };
    if !repeatable || attempt >= retries {
        return Verdict::Stop;
    }
    match outcome {
        Outcome::Status(_, Some(wish)) => Verdict::Again(wish),
        _ => Verdict::Again(pause(attempt, jitter)),
    }
}

/// A pause before attempt `attempt` + 1: random between nothing and twice the last bound.
pub(crate) fn pause(attempt: u32, jitter: f64) -> Duration {
    let bound = FIRST
        .saturating_mul(2_u32.saturating_pow(attempt.min(8)))
        .min(LONGEST);
    bound.mul_f64(jitter.clamp(0.0, 1.0))
}

/// Whether a status may pass by itself.
pub(crate) fn transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}

/// Reads `Retry-After`: seconds, or a date against the clock `now`. A date in the past is now.
pub fn retry_after(value: &str, now: std::time::SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}
