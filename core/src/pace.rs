//! The organization's budgets of requests (Mindee: 200 POST and 1200 GET per minute, counted over
//! all models, addresses and keys together).
//!
//! # How a minute is spent
//!
//! * At most a minute's budget leaves in any minute, whatever the server's own way of counting.
//! * *Errands* (uploads, fetches, what a caller asks for himself) leave at once, as long as there is
//!   budget: each is certain to bring something.
//! * *Questions* whether a job is ready may be in vain. Where most of the latest ones were not, the
//!   rest of the minute's budget goes as fast: the sooner it is spent, the sooner it is whole again.
//!   Where many were, a tenth of the minute's may leave at once and the rest evenly, so that a
//!   burst of them does not leave the rest of the minute without any; and where more jobs are
//!   waited for than a minute's budget serves, a quarter of that, so that there is budget when the
//!   answers come.
//! * After a 429 the share is halved, and grows back by a tenth of the whole every ten seconds
//!   without another: several machines with one key settle without talking to each other.
//!
//! [`Budget`] is pure; [`Pace`] makes callers wait in turn, by a timer and never busily.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::retry::LONGEST_WISH;

/// Requests drift on their way: a minute is counted a little longer than it is.
const MINUTE: f64 = 61.0;
/// The part of a minute's budget that questions in vain may spend at once.
const BURST: f64 = 0.1;
/// The share of the latest questions that must have been worth it for questions to leave at once.
const WORTH_IT: f64 = 0.7;
/// How much one question weighs among the latest.
const WEIGHT: f64 = 0.05;
/// What is left of the pace of questions in vain when more jobs are waited for than a minute serves.
const SPARING: f64 = 0.25;
/// The requests that a job takes at least: a question and a fetch.
const LEAST_OF_A_JOB: f64 = 2.0;
/// The shortest time in which a minute's budget leaves, in seconds: each request under way takes a
/// connection.
const QUICKEST: f64 = 6.0;
/// The requests of a minute that leave without a pause between them.
const FREELY: usize = 64;
/// How often a share that was cut grows back by a tenth of the whole.
const RECOVERY: Duration = Duration::from_secs(10);
/// The smallest share of the whole; below it nothing would move.
const SMALLEST: f64 = 0.05;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It brings something for certain.
    Errand,
    /// It asks whether a job is ready, while so many jobs are waited for.
    Question {
        /// How many jobs are waited for, this one included.
        waits: usize,
    },
}

/// How many requests may leave, and when.
#[derive(Debug)]
pub struct Budget {
    /// Requests per minute.
    whole: f64,
    share: f64,
    /// When each request of the last minute left, the oldest first.
    left: VecDeque<Instant>,
    questions: Questions,
    blocked_until: Option<Instant>,
    last_cut: Option<Instant>,
}

/// How questions fared, and how many in vain may leave.
#[derive(Debug)]
struct Questions {
    /// The share of the latest that were worth it.
    worth: f64,
    saved: f64,
    /// Since when what is saved grows.
    since: Option<Instant>,
}

impl Budget {
    /// A budget of so many requests per minute.
    pub fn new(per_minute: u32) -> Self {
        let whole = f64::from(per_minute.max(1));
        Self {
            whole,
            share: 1.0,
            left: VecDeque::new(),
            questions: Questions {
                worth: WORTH_IT / 2.0,
                saved: (whole * BURST).max(1.0),
                since: None,
            },
            blocked_until: None,
            last_cut: None,
        }
    }

    /// Takes one request out of the budget, or says when to ask again.
    pub fn take(&mut self, now: Instant, purpose: Purpose) -> Result<(), Instant> {
        if let Some(until) = self.blocked_until.filter(|until| *until > now) {
            return Err(until);
        }
        self.recover(now);
        let allowed = self.whole * self.share;
        self.window(now, allowed)?;
        let granted = self.questions.take(now, allowed, purpose);
        if granted.is_ok() {
            self.left.push_back(now);
        }
        granted
    }

    /// Whether the last minute has room for one more.
    fn window(&mut self, now: Instant, allowed: f64) -> Result<(), Instant> {
        // Less than one request to a minute is one to several minutes.
        let minute = Duration::from_secs_f64(MINUTE / allowed.min(1.0));
        while self
            .left
            .front()
            .is_some_and(|first| *first + minute <= now)
        {
            self.left.pop_front();
        }
        let over = self.left.len().checked_sub(whole_number(allowed));
        if let Some(frees) = over.and_then(|index| self.left.get(index)) {
            return Err(*frees + minute);
        }
        let pause = Duration::from_secs_f64(QUICKEST / allowed.max(QUICKEST));
        match self.left.back() {
            // The first few of a minute need no pause: a handful of connections is no burden.
            Some(last) if self.left.len() > FREELY && *last + pause > now => Err(*last + pause),
            _ => Ok(()),
        }
    }

    /// Tells whether a question was worth it: whether its job had ended.
    pub fn answered(&mut self, ended: bool) {
        let worth = if ended { 1.0 } else { 0.0 };
        self.questions.worth += (worth - self.questions.worth) * WEIGHT;
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

impl Questions {
    /// Lets errands through, and questions as they are worth it.
    fn take(&mut self, now: Instant, allowed: f64, purpose: Purpose) -> Result<(), Instant> {
        let most = (allowed * BURST).max(1.0);
        // With nothing left to save, one request at a time: never more than the minute's.
        let mut per_second = (allowed - most).max(allowed * 0.5) / MINUTE;
        if let Purpose::Question { waits } = purpose
            && self.worth < WORTH_IT
            && float(waits) * LEAST_OF_A_JOB > allowed
        {
            per_second *= SPARING;
        }
        let grown = self
            .since
            .map_or(0.0, |since| now.duration_since(since).as_secs_f64());
        self.saved = (self.saved + grown * per_second).min(most);
        self.since = Some(now);
        let freely = purpose == Purpose::Errand || self.worth >= WORTH_IT;
        if !freely && self.saved < 1.0 {
            return Err(now + Duration::from_secs_f64((1.0 - self.saved) / per_second));
        }
        self.saved = (self.saved - 1.0).max(0.0);
        Ok(())
    }
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
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

/// Callers who wait in turn.
#[derive(Debug, Default)]
struct Queue {
    /// Held by the one who waits for the next request: the others queue behind.
    turn: Mutex<()>,
    waiting: AtomicUsize,
}

impl Queue {
    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// A budget that many callers share.
#[derive(Debug)]
pub(crate) struct Pace {
    budget: std::sync::Mutex<Budget>,
    errands: Queue,
    questions: Queue,
}

impl Pace {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            budget: std::sync::Mutex::new(budget),
            errands: Queue::default(),
            questions: Queue::default(),
        }
    }

    /// How many callers wait for budget.
    pub(crate) fn waiting(&self) -> usize {
        self.errands.waiting() + self.questions.waiting()
    }

    /// The share of the whole that is in force, from 0 to 1; less than 1 after a 429.
    pub(crate) fn share(&self) -> f64 {
        self.with(|budget| budget.share)
    }

    /// Waits until one request may leave.
    pub(crate) async fn take(&self, purpose: Purpose) {
        let queue = match purpose {
            Purpose::Errand => &self.errands,
            Purpose::Question { .. } => &self.questions,
        };
        let _waiting = Waiting::new(&queue.waiting);
        let _turn = queue.turn.lock().await;
        if let Purpose::Question { .. } = purpose {
            self.let_errands_pass().await;
        }
        while let Err(later) = self.with(|budget| budget.take(Instant::now(), purpose)) {
            sleep_until(later).await;
        }
    }

    /// An answer that is there is worth more than the question for the next one. But errands
    /// without end shall not silence all questions.
    async fn let_errands_pass(&self) {
        let patience = Instant::now() + Duration::from_secs(1);
        while self.errands.waiting() > 0 && Instant::now() < patience {
            sleep_until(Instant::now() + Duration::from_millis(10)).await;
        }
    }

    /// Tells whether a question was worth it.
    pub(crate) fn answered(&self, ended: bool) {
        self.with(|budget| budget.answered(ended));
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
