//! The organization's budgets of requests (Mindee: 200 POST and 1200 GET per minute, counted over
//! all models, addresses and keys together).
//!
//! A budget lets at most its share through in any minute, whatever the server's own way of
//! counting. After a 429 its share is halved, and grows back by a tenth of the whole every ten
//! seconds without another: several machines with one key settle without talking to each other.
//! [`Budget`] is pure; [`Pace`] makes callers wait in turn, by a timer and never busily.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::retry::LONGEST_WISH;

/// Requests drift on their way: a minute is counted a little longer than it is.
const MINUTE: f64 = 61.0;
/// The part of a minute's questions that may leave at once; the rest is spread over its seconds.
const BURST: f64 = 0.1;
/// How often a share that was cut grows back by a tenth of the whole.
const RECOVERY: Duration = Duration::from_secs(10);
/// The smallest share of the whole; below it nothing would move.
const SMALLEST: f64 = 0.05;

/// How many requests may leave, and when.
#[derive(Debug)]
pub struct Budget {
    /// Requests per minute.
    whole: f64,
    share: f64,
    spending: Spending,
    blocked_until: Option<Instant>,
    last_cut: Option<Instant>,
}

/// How a minute's budget is spent.
#[derive(Debug)]
enum Spending {
    /// At once: when each request of the last minute left, the oldest first.
    AtOnce(VecDeque<Instant>),
    /// Evenly: what is saved up, and since when it grows.
    Evenly { saved: f64, since: Option<Instant> },
}

impl Budget {
    /// A budget that may be spent at once, and is whole again a minute later: uploads come in
    /// batches, and each early one is a gain.
    pub fn at_once(per_minute: u32) -> Self {
        Self::new(per_minute, Spending::AtOnce(VecDeque::new()))
    }

    /// A budget of which a tenth may be spent at once and the rest evenly: questions come without
    /// end, and a burst of them would leave the rest of the minute without any.
    pub fn evenly(per_minute: u32) -> Self {
        let saved = (f64::from(per_minute.max(1)) * BURST).max(1.0);
        Self::new(per_minute, Spending::Evenly { saved, since: None })
    }

    fn new(per_minute: u32, spending: Spending) -> Self {
        let whole = f64::from(per_minute.max(1));
        Self {
            whole,
            share: 1.0,
            spending,
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
        let allowed = self.whole * self.share;
        match &mut self.spending {
            Spending::AtOnce(left) => {
                // Less than one request to a minute is one to several minutes.
                let (count, minute) = (whole_number(allowed), MINUTE / allowed.min(1.0));
                let minute = Duration::from_secs_f64(minute);
                while left.front().is_some_and(|first| *first + minute <= now) {
                    left.pop_front();
                }
                let frees = left
                    .len()
                    .checked_sub(count)
                    .and_then(|index| left.get(index));
                if let Some(frees) = frees {
                    return Err(*frees + minute);
                }
                left.push_back(now);
            }
            Spending::Evenly { saved, since } => {
                let most = (allowed * BURST).max(1.0);
                // With nothing left to save, one request at a time: never more than the minute's.
                let per_second = (allowed - most).max(allowed * 0.5) / MINUTE;
                let grown = since.map_or(0.0, |since| now.duration_since(since).as_secs_f64());
                *saved = (*saved + grown * per_second).min(most);
                *since = Some(now);
                if *saved < 1.0 {
                    return Err(now + Duration::from_secs_f64((1.0 - *saved) / per_second));
                }
                *saved -= 1.0;
            }
        }
        Ok(())
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

/// The whole number below, and at least 1.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "from 1 to 2^32, by the type of the option"
)]
fn whole_number(number: f64) -> usize {
    number.max(1.0) as usize
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
