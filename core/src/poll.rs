//! When to ask for a job. Pure: no clock, no network.
//!
//! The documented schedule (Mindee: "Polling for results"): the first question 3 seconds after
//! the upload, then one every second; both by option. A failed question does not end the wait:
//! the next one comes later by the pause of `retry.rs`, or when the server wished it.

use std::time::Duration;

use crate::retry::{LONGEST_WISH, pause};

/// The questions of one wait.
#[derive(Debug, Clone)]
pub struct Schedule {
    first: Duration,
    interval: Duration,
    asked: u32,
    failures: u32,
}

impl Schedule {
    /// A schedule with a first delay and an interval.
    pub fn new(first: Duration, interval: Duration) -> Self {
        // Nothing is gained by asking without a pause, and a loop could starve others.
        Self {
            first,
            interval: interval.max(Duration::from_millis(10)),
            asked: 0,
            failures: 0,
        }
    }

    /// The time until the next question.
    pub fn next_delay(&mut self) -> Duration {
        self.asked = self.asked.saturating_add(1);
        if self.asked == 1 {
            self.first
        } else {
            self.interval
        }
    }

    /// The time to add after a failed question.
    pub fn after_failure(&mut self, wish: Option<Duration>, jitter: f64) -> Duration {
        let extra = wish.map_or_else(
            || pause(self.failures, jitter),
            |wish| wish.min(LONGEST_WISH),
        );
        self.failures = self.failures.saturating_add(1);
        extra
    }

    /// Tells that a question was answered.
    pub fn answered(&mut self) {
        self.failures = 0;
    }
}
