//! The one clock of a sandbox. It may run faster than the machine's, and it can jump.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::timestamp::Moment;

/// The farthest that the clock can be away from the machine's: some hundred years.
const FARTHEST_MICROSECONDS: i64 = 3_000_000_000_000_000;
/// The fastest that it can run.
const FASTEST: f64 = 100_000.0;

pub(crate) struct Clock {
    started: Instant,
    origin: Moment,
    speed: f64,
    /// The sum of all jumps, in microseconds.
    jumped: AtomicI64,
}

impl Clock {
    pub(crate) fn new(speed: f64) -> Result<Self, String> {
        if !(speed > 0.0 && speed <= FASTEST) {
            return Err(format!(
                "the speed of the clock must be above 0 and at most {FASTEST}, not {speed}"
            ));
        }
        Ok(Self {
            started: Instant::now(),
            origin: Moment::now_utc(),
            speed,
            jumped: AtomicI64::new(0),
        })
    }

    pub(crate) fn now(&self) -> Moment {
        let ran = self.started.elapsed().mul_f64(self.speed);
        let jumped = time::Duration::microseconds(self.jumped.load(Ordering::Relaxed));
        later(self.origin, ran).saturating_add(jumped)
    }

    /// Jumps so many seconds, back when negative.
    pub(crate) fn jump(&self, seconds: f64) -> Result<(), String> {
        let microseconds = time::Duration::checked_seconds_f64(seconds)
            .and_then(|by| i64::try_from(by.whole_microseconds()).ok())
            .ok_or_else(|| format!("the clock cannot jump {seconds} seconds"))?;
        let moved = |jumped: i64| {
            let sum = jumped.checked_add(microseconds)?;
            (sum.abs() <= FARTHEST_MICROSECONDS).then_some(sum)
        };
        self.jumped
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved)
            .map(drop)
            .map_err(|_| "the clock cannot jump that far".to_owned())
    }

    /// How long a span of this clock lasts outside.
    pub(crate) fn outside(&self, span: Duration) -> Duration {
        span.div_f64(self.speed)
    }
}

/// The moment after a span; the last one there is when it would be later.
pub(crate) fn later(moment: Moment, span: Duration) -> Moment {
    moment.saturating_add(time::Duration::try_from(span).unwrap_or(time::Duration::MAX))
}
