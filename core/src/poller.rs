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

use futures_util::future::select;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::pace::Pace;
use crate::poll::{Durations, Market, Schedule};

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
    call: Arc<Notify>,
    called: bool,
    due: Option<Instant>,
}

impl State {
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
    /// Takes a place.
    pub(crate) fn join(&self) -> Place<'_> {
        let call = Arc::new(Notify::new());
        let ticket = self.with(|state| {
            state.tickets += 1;
            let wait = Wait {
                call: Arc::clone(&call),
                called: false,
                due: None,
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
    /// Waits until a question that is due at a moment may be asked.
    pub(crate) async fn turn(&self, due: Instant, pace: &Pace) {
        let leads = self.poller.with(|state| {
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
        if leads && self.lead(pace).await {
            return;
        }
        loop {
            self.call.notified().await;
            let (called, leads) = self.poller.with(|state| {
                let called = state
                    .waits
                    .get_mut(&self.ticket)
                    .is_some_and(|wait| std::mem::take(&mut wait.called));
                (called, state.leader == Some(self.ticket))
            });
            if called || (leads && self.lead(pace).await) {
                return;
            }
        }
    }

    /// Calls whoever is due, one after another, until it is this one's own turn.
    async fn lead(&self, pace: &Pace) -> bool {
        loop {
            let next = self.poller.with(|state| state.due.first().copied());
            // This one is in the set while it leads.
            let Some((due, _)) = next else { return false };
            if due > Instant::now() {
                let earlier = std::pin::pin!(self.poller.earlier.notified());
                select(std::pin::pin!(sleep_until(due)), earlier).await;
                continue;
            }
            pace.take().await;
            let own = self.poller.with(|state| {
                let Some((due, ticket)) = state.due.pop_first() else {
                    return true;
                };
                state.market.served(Instant::now().duration_since(due));
                if ticket == self.ticket {
                    state.hand_over();
                } else if let Some(wait) = state.waits.get_mut(&ticket) {
                    wait.called = true;
                    wait.call.notify_one();
                }
                ticket == self.ticket
            });
            if own {
                return true;
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.poller.with(|state| {
            let due = state.waits.remove(&self.ticket).and_then(|wait| wait.due);
            due.map(|due| state.due.remove(&(due, self.ticket)));
            if state.leader == Some(self.ticket) {
                state.hand_over();
            }
        });
    }
}
