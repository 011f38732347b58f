//! The rules of a sandbox, and which of them a request meets.

use std::collections::HashMap;
use std::sync::Arc;

use crate::chance::Chance;
use crate::delivery::DeliveryFault;
use crate::faults;
use crate::rule::{On, Rule};

/// A rule with what is left of it.
struct Scripted {
    rule: Arc<Rule>,
    /// Its place among the rules added since they were last cleared.
    number: u64,
    skip: u64,
    times: Option<u64>,
    /// The fitting requests that did not pass.
    met: u64,
}

impl Scripted {
    fn takes(&mut self, chance: Chance, route: u64, request: u64) -> bool {
        if self.times == Some(0) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        self.met += 1;
        if !self.met.is_multiple_of(self.rule.every.unwrap_or(1).max(1)) {
            return false;
        }
        let misses = |share| chance.fraction(&[self.number, route, request]) >= share;
        if self.rule.probability.is_some_and(misses) {
            return false;
        }
        self.times = self.times.map(|times| times - 1);
        true
    }
}

/// What a request meets.
pub(crate) struct Taken {
    pub(crate) rule: Arc<Rule>,
    /// The kind of fault, when it is one of the ready-made mixture.
    pub(crate) fault: Option<&'static str>,
}

/// The rules in the order they were added, and the ready-made mixture behind them.
pub(crate) struct Rules {
    chance: Chance,
    share: f64,
    scripted: Vec<Scripted>,
    added: u64,
    /// How many requests each route had.
    requests: HashMap<Option<On>, u64>,
    connections: u64,
}

/// Stands for connections where a route is asked for.
const CONNECTIONS: u64 = 100;

impl Rules {
    pub(crate) fn new(chance: Chance, share: f64) -> Self {
        Self {
            chance,
            share,
            scripted: Vec::new(),
            added: 0,
            requests: HashMap::new(),
            connections: 0,
        }
    }

    pub(crate) fn add(&mut self, rules: impl IntoIterator<Item = Rule>) {
        for rule in rules {
            self.added += 1;
            self.scripted.push(Scripted {
                number: self.added,
                skip: rule.skip,
                times: rule.times,
                met: 0,
                rule: Arc::new(rule),
            });
        }
    }

    /// Takes the rules away and numbers requests from the beginning again, so that the
    /// same rules do the same once more. The mixture stays.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.chance, self.share);
    }

    /// Sets the share of the requests that the ready-made mixture takes.
    pub(crate) fn set_share(&mut self, share: f64) {
        self.share = share;
    }

    /// The rule for this request; counts it.
    pub(crate) fn take(&mut self, on: Option<On>, method: &str) -> Option<Taken> {
        let request = count(self.requests.entry(on).or_default());
        let route = label(on);
        for scripted in &mut self.scripted {
            let fits = !scripted.rule.refuse && scripted.rule.fits(on, method);
            if fits && scripted.takes(self.chance, route, request) {
                return Some(Taken {
                    rule: Arc::clone(&scripted.rule),
                    fault: None,
                });
            }
        }
        let (fault, rule) = faults::draw(self.chance, self.share, on, [route, request])?;
        Some(Taken {
            rule: Arc::new(rule),
            fault: Some(fault),
        })
    }

    /// What happens to an attempt to deliver; counts it.
    pub(crate) fn take_delivery(&mut self) -> Option<DeliveryFault> {
        let on = Some(On::Webhook);
        let attempt = count(self.requests.entry(on).or_default());
        let chance = self.chance;
        self.scripted.iter_mut().find_map(|scripted| {
            let fits = scripted.rule.on == On::Webhook;
            let taken = fits && scripted.takes(chance, label(on), attempt);
            taken.then(|| scripted.rule.delivery.clone())?
        })
    }

    /// Whether a new connection is refused; counts it.
    pub(crate) fn refuse(&mut self) -> bool {
        let connection = count(&mut self.connections);
        self.scripted.iter_mut().any(|scripted| {
            scripted.rule.refuse && scripted.takes(self.chance, CONNECTIONS, connection)
        })
    }
}

fn count(counter: &mut u64) -> u64 {
    *counter += 1;
    *counter
}

fn label(on: Option<On>) -> u64 {
    match on {
        None | Some(On::Any) => 0,
        Some(On::Enqueue) => 1,
        Some(On::Job) => 2,
        Some(On::Result) => 3,
        Some(On::Models) => 4,
        Some(On::Rag) => 5,
        Some(On::Webhook) => 6,
    }
}
