//! How long and how often: what one call may take.

use std::future::Future;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, sleep, timeout_at};

use crate::cancel::cancelled;
use crate::error::{Error, code};
use crate::judge::CANCELLED;
use crate::options::Params;
use crate::poll::{FIRST, INTERVAL, Schedule};

/// A last question is asked this long before the deadline, so that its answer can still count.
const LAST_CHANCE: Duration = Duration::from_millis(250);

/// How long and how often, for one call.
#[derive(Clone)]
pub(crate) struct Limits {
    pub(crate) deadline: Instant,
    pub(crate) retries: u32,
    pub(crate) schedule: Schedule,
    /// Whether the budget for the next request was taken already.
    pub(crate) paid: bool,
}

impl Limits {
    pub(crate) fn of(params: &Params) -> Self {
        let schedule = match (params.first_poll, params.poll_interval) {
            (None, None) => Schedule::learned(),
            (first, interval) => {
                Schedule::fixed(first.unwrap_or(FIRST), interval.unwrap_or(INTERVAL))
            }
        };
        Self {
            deadline: Instant::now() + params.deadline.unwrap_or(Duration::from_mins(10)),
            retries: params.retries.unwrap_or(2),
            schedule,
            paid: false,
        }
    }

    /// The same for what is paid for and only has to be fetched: tried until the deadline.
    pub(crate) fn patient(&self) -> Self {
        Self {
            retries: u32::MAX,
            ..self.clone()
        }
    }

    /// Sleeps; `false`, at once, where the sleep would pass the deadline.
    pub(crate) async fn pause(&self, delay: Duration) -> Result<bool, Error> {
        let fits = Instant::now()
            .checked_add(delay)
            .is_some_and(|end| end < self.deadline);
        if fits {
            Ok(self.until(sleep(delay)).await?.is_some())
        } else {
            Ok(false)
        }
    }

    /// The moment of a question that is due, or shortly before the deadline where it is due later;
    /// nothing where that has passed too.
    pub(crate) fn last_chance(&self, due: Instant) -> Option<Instant> {
        let last = self.deadline.checked_sub(LAST_CHANCE)?;
        (Instant::now() < last).then_some(due.min(last))
    }

    /// Waits for something; nothing where the deadline comes first.
    pub(crate) async fn until<T>(&self, work: impl Future<Output = T>) -> Result<Option<T>, Error> {
        let ended = std::pin::pin!(cancelled());
        let work = std::pin::pin!(timeout_at(self.deadline, work));
        match select(ended, work).await {
            Either::Left(_) => Err(Error::new(code::CANCELLED, CANCELLED)),
            Either::Right((in_time, _)) => Ok(in_time.ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_table() {
        let mut told = Params::new();
        for spec in Params::SPEC {
            if let Some(default) = spec.default {
                told.set(spec.key, default).unwrap();
            }
        }
        let (limits, written) = (Limits::of(&Params::new()), Limits::of(&told));
        assert_eq!(limits.retries, written.retries);
        let apart = written.deadline.duration_since(limits.deadline);
        assert!(apart < Duration::from_secs(1), "{apart:?}");
    }
}
