//! Ending a call from outside without losing sight of its document.
//!
//! To drop a call's future ends it too, but tells nobody what became of an upload. A switch ends
//! it like a deadline: the error carries the job, or says that the outcome is unknown.

use std::future::pending;

use tokio_util::sync::CancellationToken;

use crate::call::{Call, Reply};
use crate::client::Client;
use crate::error::Error;

tokio::task_local! {
    static CURRENT: CancellationToken;
}

/// A switch that ends calls. Clones are the same switch.
#[derive(Debug, Clone, Default)]
pub struct Cancel(CancellationToken);

impl Cancel {
    /// A switch that ends nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A switch of its own that this one ends too.
    pub fn child(&self) -> Self {
        Self(self.0.child_token())
    }

    /// Ends every call that was or will be started with this switch. Mindee goes on with what it
    /// has taken.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Client {
    /// Performs a call, and ends it with `cancelled` or `outcome.unknown` when the switch says so.
    pub async fn perform_until(&self, call: Call, cancel: &Cancel) -> Result<Reply, Error> {
        CURRENT.scope(cancel.0.clone(), self.perform(call)).await
    }
}

/// Ends when the current call is told to; never, where it has no switch.
pub(crate) async fn cancelled() {
    match CURRENT.try_with(Clone::clone) {
        Ok(token) => token.cancelled_owned().await,
        Err(_) => pending().await,
    }
}
