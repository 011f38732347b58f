//! The organization's budgets of requests (Mindee: 200 POST and 1200 GET per minute, counted over
//! all models, addresses and keys together).
//!
//! A budget lets at most its share through in any window, whatever the server's own way of
//! counting. After a 429 its share is halved, and grows back by a tenth of the whole every ten
//! seconds without another: several machines with one key settle without talking to each other.
//! [`Budget`] is pure; [`Pace`] makes callers wait in turn, by a timer and never busily.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::retry::LONGEST_WISH;

/// Requests drift on their way: a window is counted a little longer than it is.
const MARGIN: f64 = 1.02;
/// How often a share that was cut grows back by a tenth of the whole.
const RECOVERY: Duration = Duration::from_secs(10);
/// The smallest share of the whole; below it nothing would move.
const SMALLEST: f64 = 0.05;

/// How many requests may leave, and when.
#[derive(Debug)]
pub struct Budget {
    window: Duration,
    whole: f64,
    share: f64,
    /// Of the requests in the last window, when each left.
    left: VecDeque<Instant>,
    blocked_until: Option<Instant>,
    last_cut: Option<Instant>,
}

impl Budget {
    /// A budget that may be spent at once, and is whole again a minute later: uploads come in
    /// batches, and each early one is a gain.
    pub fn at_once(per_minute: u32) -> Self {
        Self::new(per_minute, Duration::from_mins(1))
    }

    /// A budget that is spread evenly over the seconds of a minute: questions come without end,
    /// and a burst of them would leave the rest of the minute without any.
    pub fn evenly(per_minute: u32) -> Self {
        let per_second = f64::from(per_minute.max(1)) / 60.0;
        let burst = per_second.ceil();
        let window = Duration::from_secs_f64(burst / per_second);
        Self {
            whole: burst,
            share: 1.0,
            ..Self::new(1, window)
        }
    }

    fn new(whole: u32, window: Duration) -> Self {
        Self {
            window: window.mul_f64(MARGIN),
            whole: f64::from(whole.max(1)),
            share: 1.0,
            left: VecDeque::new(),
            blocked_until: None,
            last_cut: None,
        }
    }

    /// Takes one request out of the budget, or says when to ask again.
    pub fn take(&mut self, now: Instant) -> Result<(), Instant> {
        if let Some(until) = self.blocked_until.filter(|until| *until > now) {
            return Err(until);
        }
        self.recover(now);
        // A share of a small whole is served by a longer window rather than by no request at all.
        let allowed = (self.whole * self.share).floor().max(1.0);
        let window = self.window.mul_f64(allowed / (self.whole * self.share));
        while self
            .left
            .front()
            .is_some_and(|first| *first + window <= now)
        {
            self.left.pop_front();
        }
        let over = self
            .left
            .len()
            .checked_sub(count(allowed))
            .map(|index| self.left.get(index).copied());
        if let Some(frees) = over.flatten() {
            Err(frees + window)
        } else {
            self.left.push_back(now);
            Ok(())
        }
    }

    /// Tells of a 429, with the time that the server wished for.
    pub fn refused(&mut self, now: Instant, wish: Option<Duration>) {
        let wish = wish.unwrap_or(Duration::from_secs(1)).min(LONGEST_WISH);
        self.blocked_until = self.blocked_until.max(Some(now + wish));
        // The requests that were under way together are refused together: that is one refusal.
        if self
            .last_cut
            .is_none_or(|cut| now.duration_since(cut) >= Duration::from_secs(1))
        {
            self.share = (self.share / 2.0).max(SMALLEST);
            self.last_cut = Some(now);
        }
    }

    fn recover(&mut self, now: Instant) {
        while let Some(cut) = self.last_cut.filter(|cut| *cut + RECOVERY <= now) {
            self.share = (self.share + 0.1).min(1.0);
            self.last_cut = (self.share < 1.0).then_some(cut + RECOVERY);
        }
    }
}

/// A small whole number out of a float that is one.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number from 1 to 2^32, by the callers' bounds"
)]
fn count(whole: f64) -> usize {
    whole as usize
}

/// A budget that many callers share.
#[derive(Debug)]
pub(crate) struct Pace {
    budget: std::sync::Mutex<Budget>,
    /// Held by the one who waits for the next request: the others queue behind, in turn.
    turn: Mutex<()>,
    waiting: AtomicUsize,
}

impl Pace {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            budget: std::sync::Mutex::new(budget),
            turn: Mutex::new(()),
            waiting: AtomicUsize::new(0),
        }
    }

    /// How many callers wait for budget.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// The share of the whole that is in force, from 0 to 1; less than 1 after a 429.
    pub(crate) fn share(&self) -> f64 {
        self.with(|budget| budget.share)
    }

    /// Waits until one request may leave.
    pub(crate) async fn take(&self) {
        let _waiting = Waiting::new(&self.waiting);
        let _turn = self.turn.lock().await;
        while let Err(later) = self.with(|budget| budget.take(Instant::now())) {
            sleep_until(later).await;
        }
    }

    /// Tells of a 429.
    pub(crate) fn refused(&self, wish: Option<Duration>) {
        self.with(|budget| budget.refused(Instant::now(), wish));
    }

    fn with<T>(&self, work: impl FnOnce(&mut Budget) -> T) -> T {
        work(
            &mut self
                .budget
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }
}

/// Counts a caller for as long as it waits, however its wait ends.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
