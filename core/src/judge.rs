//! What came of a request, in the words of the table of errors. No I/O.

use serde::de::IgnoredAny;

use crate::error::{Error, code};
use crate::lenient::read_json;
use crate::problem::Problem;
use crate::product::unreadable;
use crate::retry::{Effect, Outcome};
use crate::secret::ApiKey;
use crate::transport::{Answer, Failure, FailureKind};

pub(crate) const CANCELLED: &str = "The caller ended the call";

/// A usable answer, or how the attempt ended.
pub(crate) fn judge(
    effect: Effect,
    answer: Answer,
    key: &ApiKey,
) -> Result<Answer, (Outcome, Error)> {
    let status = answer.status;
    let readable = read_json::<IgnoredAny>(&answer.body);
    match (status, readable) {
        // A job that is processed is told by a 302 whose body is the job.
        (200..=299 | 302, Ok(_)) => Ok(answer),
        (200..=299, Err(error)) => {
            let error = unreadable(answer.body, &error, "JSON").with_status(status);
            Err((
                Outcome::Unreadable,
                if effect == Effect::Upload {
                    error.maybe_billed_now()
                } else {
                    error
                },
            ))
        }
        _ => {
            let outcome = Outcome::Status(status, answer.retry_after);
            let error = refused(answer, key);
            // A server that fails says nothing of what became of the upload before it failed. 503
            // alone says that it did not begin.
            if effect == Effect::Upload && status >= 500 && status != 503 {
                return Err((
                    Outcome::Lost,
                    error.recoded(code::OUTCOME_UNKNOWN).maybe_billed_now(),
                ));
            }
            Err((outcome, error))
        }
    }
}

/// The error for a status that is no success.
fn refused(answer: Answer, key: &ApiKey) -> Error {
    let status = answer.status;
    let row = match status {
        300..=399 => code::ANSWER_REDIRECT,
        401 => code::AUTH_REFUSED,
        402 => code::PAYMENT_REQUIRED,
        403 => code::AUTH_FORBIDDEN,
        404 => code::NOT_FOUND,
        429 => code::RATE_LIMITED,
        408 | 425 | 500.. => code::SERVER_ERROR,
        _ => code::REQUEST_REFUSED,
    };
    match Problem::read(&answer.body, key) {
        Some(problem) => {
            let message = format!("Mindee answered {status}: {}", problem.sentence());
            Error::new(row, message).with_problem(problem)
        }
        None => Error::new(
            row,
            format!("The server answered {status} without Mindee's error body"),
        )
        .with_body(answer.body),
    }
    .with_status(status)
    .with_retry_after(answer.retry_after)
}

/// How an attempt without an answer ended. A source that fails on the way is no matter of the
/// network: it is an error at once.
pub(crate) fn judge_failure(effect: Effect, failure: &Failure) -> Result<(Outcome, Error), Error> {
    let sent = failure.sent > 0;
    let (row, message) = match &failure.kind {
        // A request that breaks off is no request: nothing was taken.
        FailureKind::Source(error) => return Err(error.clone()),
        FailureKind::TooLarge => {
            let error = Error::new(code::ANSWER_TOO_LARGE, "The server's answer does not end");
            return Err(if sent {
                error.maybe_billed_now()
            } else {
                error
            });
        }
        FailureKind::Unreachable => (code::UNREACHABLE, "The server cannot be reached"),
        FailureKind::Certificate => (code::CERTIFICATE, "The server's certificate is not trusted"),
        FailureKind::Interrupted => (code::INTERRUPTED, "The connection broke"),
        FailureKind::Silence => (code::TIMEOUT_SILENCE, "The connection fell silent"),
        FailureKind::Deadline => (code::TIMEOUT_DEADLINE, "The deadline passed"),
        FailureKind::Cancelled => (code::CANCELLED, CANCELLED),
    };
    let error = if effect == Effect::Upload && sent {
        let message = format!(
            "{message} after {} bytes of the document were sent",
            failure.sent
        );
        Error::new(code::OUTCOME_UNKNOWN, message).maybe_billed_now()
    } else {
        Error::new(row, message)
    };
    let error = error.with_causes(failure.causes.clone());
    // Nothing is left to try after the end, and another certificate will not come.
    if matches!(
        failure.kind,
        FailureKind::Deadline | FailureKind::Cancelled | FailureKind::Certificate
    ) {
        return Err(error);
    }
    let outcome = if effect == Effect::Upload && !sent {
        Outcome::NotSent
    } else {
        Outcome::Lost
    };
    Ok((outcome, error))
}

pub(crate) fn failed(problem: Option<&Problem>) -> Error {
    if let Some(problem) = problem {
        let message = format!(
            "Mindee could not process the document: {}",
            problem.sentence()
        );
        Error::new(code::JOB_FAILED, message).with_problem(problem.clone())
    } else {
        let message = "Mindee could not process the document, and did not say why";
        Error::new(code::JOB_FAILED, message)
    }
}

pub(crate) fn deadline_passed(last: Option<Error>) -> Error {
    let error = Error::new(
        code::TIMEOUT_DEADLINE,
        "The deadline passed before the job was processed",
    );
    match last {
        Some(last) => error.caused_by(&last),
        None => error,
    }
}

/// A result that is not found was there once: its storage time is over, or it was fetched.
pub(crate) fn gone(error: Error) -> Error {
    if error.code() == code::NOT_FOUND.code {
        error.recoded(code::RESULT_GONE)
    } else {
        error
    }
}
