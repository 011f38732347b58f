//! When to ask for a job. Pure: no clock, no network.
//!
//! # The schedule
//!
//! A question has a price, and so has silence. While nobody asks, a job that is ready waits; the
//! *expected wait* since the last question is the sum, over the time since, of the likelihood that
//! the job was ready by then. A job is *due* as soon as its expected wait reaches the price of a
//! question. That one rule asks seldom while an answer is unlikely, several times a second around
//! the likely moment, and more seldom again, but for ever, when a job is late.
//!
//! * **The likelihood** is learned for each model from what Mindee tells of finished jobs
//!   (`created_at`, `completed_at`): the last [`REMEMBERED`] durations, each smeared a little, so
//!   that one number never passes for certainty ([`Durations`]).
//! * **The price** starts at [`BEST_PRICE`]. For a model whose durations spread widely it is raised
//!   until the questions for one job are no more than a fixed schedule of 1.5 s would need. When
//!   many jobs are in flight and the budget of questions does not serve all that are due, it is
//!   raised for all of them until it does ([`Market`]): the budget goes where an answer is
//!   likeliest, and nobody starves, since an expected wait only grows.
//! * **With nothing known** about a model the documented schedule holds (Mindee: "Polling for
//!   results"): the first question 3 seconds after the upload, then one every second. Where
//!   `first_poll` or `poll_interval` is given, that fixed schedule holds whatever is known.

use std::collections::VecDeque;
use std::time::Duration;

use crate::retry::{LONGEST_WISH, pause};

/// How many durations of a model are remembered.
const REMEMBERED: usize = 32;
/// How many it takes to believe them.
const BELIEVED: usize = 3;
/// The expected wait that is worth a question when there is budget for all, in seconds.
pub const BEST_PRICE: f64 = 0.012;
/// The expected wait at which any model is asked for no more than on a fixed schedule, in seconds.
const DEAREST_PRICE: f64 = 2.0;
/// No job is asked for more often, in seconds: a round trip takes about as long.
const QUICKEST: f64 = 0.1;
/// No job is left alone for longer, in seconds.
const SLOWEST: f64 = 60.0;
/// The width by which each remembered duration is smeared, as a share of it.
const SMEAR: f64 = 0.04;

/// The documented delay of the first question.
pub(crate) const FIRST: Duration = Duration::from_secs(3);
/// The documented delay of later questions.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);

/// What is known of a model's processing times.
#[derive(Debug, Clone, Default)]
pub struct Durations {
    /// Logarithms of seconds, the oldest first.
    logs: VecDeque<f64>,
    learned: u32,
    price: f64,
}

impl Durations {
    /// Remembers one duration.
    pub fn learn(&mut self, duration: Duration) {
        self.logs.push_back(duration.as_secs_f64().max(0.05).ln());
        if self.logs.len() > REMEMBERED {
            self.logs.pop_front();
        }
        // Found anew now and then: it moves slowly, and takes longer than all else here.
        self.learned = self.learned.wrapping_add(1);
        if self.learned <= 4 || self.learned.is_multiple_of(4) {
            self.price = self.affordable_price();
        }
    }

    /// Whether enough is known to rely on.
    pub fn known(&self) -> bool {
        self.logs.len() >= BELIEVED
    }

    /// The likelihood that a job of `age` seconds is ready.
    pub fn ready_by(&self, age: f64) -> f64 {
        if age <= 0.0 || self.logs.is_empty() {
            return 0.0;
        }
        // Few samples say little about the spread: they are smeared more.
        let smear = SMEAR + 0.2 / self.size();
        let age = age.ln();
        self.logs
            .iter()
            .map(|log| 1.0 / (1.0 + ((log - age) / smear).exp()))
            .sum::<f64>()
            / self.size()
    }

    /// The age in seconds at which a job, not ready at age `asked`, is due at a price.
    pub fn due(&self, asked: f64, price: f64) -> f64 {
        let base = self.ready_by(asked);
        let left = (1.0 - base).max(1e-6);
        // Beyond all that was seen a job is late for reasons of its own: the likelihood that is
        // left is spread over as much time again.
        let late = if base > 0.995 {
            1.0 / asked.max(1.0)
        } else {
            0.0
        };
        let mut waited = 0.0;
        // Long before the earliest that was seen nothing is expected.
        let mut age = asked.max(self.earliest() * 0.5);
        while age - asked < SLOWEST {
            // Fine beside the time since the last question, and beside the smear of a duration.
            let step = ((age - asked) * 0.1).min(age * 0.01).max(0.02);
            age += step;
            let likely = ((self.ready_by(age) - base) / left)
                .max(late * (age - asked))
                .min(1.0);
            waited += likely * step;
            if waited >= price && age - asked >= QUICKEST {
                break;
            }
        }
        age
    }

    fn earliest(&self) -> f64 {
        self.logs
            .iter()
            .copied()
            .fold(f64::MAX, f64::min)
            .exp()
            .min(SLOWEST)
    }

    /// The price of this model while there is budget for all.
    pub fn price(&self) -> f64 {
        self.price.max(BEST_PRICE)
    }

    fn size(&self) -> f64 {
        f64::from(u32::try_from(self.logs.len()).unwrap_or(u32::MAX)).max(1.0)
    }

    /// The lowest price at which the jobs that were seen would have needed no more questions than
    /// on a fixed schedule: 2 s, then every 1.5 s.
    fn affordable_price(&self) -> f64 {
        let fixed: f64 = self
            .logs
            .iter()
            .map(|log| 1.0 + ((log.exp() - 2.0) / 1.5).ceil().max(0.0))
            .sum();
        if self.questions(BEST_PRICE) <= fixed {
            return BEST_PRICE;
        }
        // The number of questions falls as the price rises: halve the interval, by its logarithm.
        let (mut low, mut high) = (BEST_PRICE, DEAREST_PRICE);
        for _ in 0..8 {
            let middle = (low * high).sqrt();
            if self.questions(middle) > fixed {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }

    /// The questions that the jobs that were seen would need at a price.
    fn questions(&self, price: f64) -> f64 {
        let longest = self.logs.iter().copied().fold(f64::MIN, f64::max).exp();
        let (mut age, mut total) = (0.0, 0.0);
        while age < longest {
            // Everyone who was not ready before needs this question.
            total += f64::from(
                u32::try_from(self.logs.iter().filter(|log| log.exp() > age).count()).unwrap_or(0),
            );
            age = self.due(age, price);
        }
        total
    }
}

/// The price of a question for everyone, raised while the budget does not serve all that are due.
#[derive(Debug, Clone)]
pub struct Market {
    factor: f64,
}

impl Default for Market {
    fn default() -> Self {
        Self { factor: 1.0 }
    }
}

impl Market {
    /// How much dearer a question is than with budget for all.
    pub fn factor(&self) -> f64 {
        self.factor
    }

    /// Tells, at each question, how late it comes after it was due.
    pub fn served(&mut self, late: Duration) {
        // Half a second of lateness means that more is due than the budget serves.
        let towards = if late > Duration::from_millis(500) {
            1.02
        } else {
            0.98
        };
        self.factor = (self.factor * towards).clamp(1.0, 1e4);
    }
}

/// When the questions of one job are due.
#[derive(Debug, Clone)]
pub struct Schedule {
    fixed: bool,
    first: Duration,
    interval: Duration,
    asked: u32,
    failures: u32,
}

impl Schedule {
    /// The documented schedule, until the model's durations are known.
    pub fn learned() -> Self {
        Self {
            fixed: false,
            first: FIRST,
            interval: INTERVAL,
            asked: 0,
            failures: 0,
        }
    }

    /// A fixed schedule: a first delay and an interval.
    pub fn fixed(first: Duration, interval: Duration) -> Self {
        // Nothing is gained by asking without a pause, and a loop could starve others.
        let interval = interval.max(Duration::from_millis(10));
        Self {
            fixed: true,
            first,
            interval,
            asked: 0,
            failures: 0,
        }
    }

    /// The age at which a job is due that was last asked for at age `asked`.
    pub fn due(&self, asked: Duration, model: Option<&Durations>, market: &Market) -> Duration {
        match model.filter(|model| model.known() && !self.fixed) {
            Some(model) => Duration::from_secs_f64(
                model.due(asked.as_secs_f64(), model.price() * market.factor()),
            ),
            None if self.asked == 0 => self.first,
            None => asked + self.interval,
        }
    }

    /// Tells that a question was answered.
    pub fn answered(&mut self) {
        self.asked = self.asked.saturating_add(1);
        self.failures = 0;
    }

    /// Tells that a question failed; gives the time to leave beside the schedule's own.
    pub fn failed(&mut self, wish: Option<Duration>, jitter: f64) -> Duration {
        let extra = wish.map_or_else(
            || pause(self.failures, jitter),
            |wish| wish.min(LONGEST_WISH),
        );
        self.asked = self.asked.saturating_add(1);
        self.failures = self.failures.saturating_add(1);
        extra
    }
}
