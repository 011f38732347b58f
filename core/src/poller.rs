//! One poller for all waits of a client.
//!
//! Each wait says when its next question is due (`poll.rs`), and is called when it may ask. Who is
//! called next is decided in one place: the job that is due the longest goes first, as soon as the
//! budget of questions (`pace.rs`) has room. There is no task behind it: one of the waits *leads*,
//! and when it ends, is called itself or is dropped, another takes over. So a poller needs no
//! runtime of its own, and ends with its last wait.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::select;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::pace::{Pace, Purpose};
use crate::poll::{Durations, Market, Schedule};
use crate::problem::Problem;

#[derive(Default)]
pub(crate) struct Poller {
    state: Mutex<State>,
    /// Tells the leader that somebody is due earlier than all it knew of.
    earlier: Notify,
}

#[derive(Default)]
struct State {
    tickets: u64,
    waits: HashMap<u64, Wait>,
    due: BTreeSet<(Instant, u64)>,
    leader: Option<u64>,
    models: HashMap<String, Durations>,
    market: Market,
}

struct Wait {
    job_id: String,
    call: Arc<Notify>,
    called: bool,
    due: Option<Instant>,
    arrived: Option<Arrival>,
}

/// What a webhook told of a job that is waited for.
#[derive(Debug, Clone)]
pub(crate) enum Arrival {
    /// The result's bytes.
    Result(Bytes),
    /// The job failed.
    Failure(Box<Problem>),
}

/// What ended a wait for one's turn.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The question may be asked.
    Ask,
    /// There is nothing left to ask.
    Arrived(Arrival),
}

impl State {
    /// Takes a wait out of the queue, and the lead from it.
    fn leave(&mut self, ticket: u64) {
        if let Some(due) = self.waits.get_mut(&ticket).and_then(|wait| wait.due.take()) {
            self.due.remove(&(due, ticket));
        }
        if self.leader == Some(ticket) {
            self.hand_over();
        }
    }

    /// Lets another wait lead, where there is one.
    fn hand_over(&mut self) {
        self.leader = self.due.first().map(|(_, ticket)| *ticket);
        if let Some(wait) = self.leader.and_then(|ticket| self.waits.get(&ticket)) {
            wait.call.notify_one();
        }
    }
}

/// A place among the waits; to drop it ends the wait.
pub(crate) struct Place<'a> {
    poller: &'a Poller,
    ticket: u64,
    call: Arc<Notify>,
}

impl Poller {
    /// Takes a place for a job.
    pub(crate) fn join(&self, job_id: &str) -> Place<'_> {
        let call = Arc::new(Notify::new());
        let ticket = self.with(|state| {
            state.tickets += 1;
            let wait = Wait {
                job_id: job_id.to_owned(),
                call: Arc::clone(&call),
                called: false,
                due: None,
                arrived: None,
            };
            state.waits.insert(state.tickets, wait);
            state.tickets
        });
        Place {
            poller: self,
            ticket,
            call,
        }
    }

    /// How many jobs are waited for.
    pub(crate) fn waits(&self) -> usize {
        self.with(|state| state.waits.len())
    }

    /// Ends the waits for a job with what a webhook told; gives how many there were.
    pub(crate) fn deliver(&self, job_id: &str, arrival: &Arrival) -> usize {
        self.with(|state| {
            let waits = state
                .waits
                .values_mut()
                .filter(|wait| wait.job_id == job_id);
            let told = waits.map(|wait| {
                wait.arrived = Some(arrival.clone());
                wait.call.notify_one();
            });
            let told = told.count();
            // One of them may lead, and leaders listen elsewhere.
            self.earlier.notify_one();
            told
        })
    }

    /// Remembers how long a model took.
    pub(crate) fn learn(&self, model: &str, duration: Duration) {
        self.with(|state| {
            state
                .models
                .entry(model.to_owned())
                .or_default()
                .learn(duration);
        });
    }

    /// The age at which a job is due that was last asked for at age `asked`.
    pub(crate) fn due(
        &self,
        schedule: &Schedule,
        asked: Duration,
        model: Option<&str>,
    ) -> Duration {
        let (known, market) = self.with(|state| {
            (
                model.and_then(|model| state.models.get(model)).cloned(),
                state.market.clone(),
            )
        });
        // Outside the lock: with a thousand waits it would be the narrowest place of all.
        schedule.due(asked, known.as_ref(), &market)
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Place<'_> {
    /// Waits until a question that is due at a moment may be asked, or need not be.
    pub(crate) async fn turn(&self, due: Instant, pace: &Pace) -> Turn {
        let mut leads = self.poller.with(|state| {
            state.due.insert((due, self.ticket));
            if let Some(wait) = state.waits.get_mut(&self.ticket) {
                wait.due = Some(due);
            }
            let leads = *state.leader.get_or_insert(self.ticket) == self.ticket;
            let first = state
                .due
                .first()
                .is_some_and(|(_, ticket)| *ticket == self.ticket);
            if first && !leads {
                self.poller.earlier.notify_one();
            }
            leads
        });
        loop {
            let turn = if leads {
                self.lead(pace).await
            } else {
                self.told()
            };
            if let Some(turn) = turn {
                return turn;
            }
            self.call.notified().await;
            leads = self.poller.with(|state| state.leader == Some(self.ticket));
        }
    }

    /// Whether this wait was called, or its job has arrived; then it leaves the queue.
    pub(crate) fn told(&self) -> Option<Turn> {
        self.poller.with(|state| {
            let wait = state.waits.get_mut(&self.ticket)?;
            let called = std::mem::take(&mut wait.called).then_some(Turn::Ask);
            let arrived = wait.arrived.take().map(Turn::Arrived);
            let turn = arrived.or(called)?;
            state.leave(self.ticket);
            Some(turn)
        })
    }

    /// Calls whoever is due, one after another, until it is this one's own turn.
    async fn lead(&self, pace: &Pace) -> Option<Turn> {
        loop {
            if let Some(turn) = self.told() {
                return Some(turn);
            }
            let next = self.poller.with(|state| state.due.first().copied());
            // This one is in the set while it leads.
            let (due, _) = next?;
            if due > Instant::now() {
                let earlier = std::pin::pin!(self.poller.earlier.notified());
                select(std::pin::pin!(sleep_until(due)), earlier).await;
                continue;
            }
            let waits = self.poller.waits();
            pace.take(Purpose::Question { waits }).await;
            self.poller.with(|state| {
                let Some((due, ticket)) = state.due.pop_first() else {
                    return;
                };
                state.market.served(Instant::now().duration_since(due));
                if let Some(wait) = state.waits.get_mut(&ticket) {
                    wait.due = None;
                    wait.called = true;
                    wait.call.notify_one();
                }
            });
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.poller.with(|state| {
            state.leave(self.ticket);
            state.waits.remove(&self.ticket);
        });
    }
}
