//! Closes the listening sockets for a while, so that connections are refused.

use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;

/// What a listener is told: until when it is to be closed. It drops this when it is.
#[derive(Clone)]
pub(crate) struct Closing {
    pub(crate) until: Instant,
    _closed: mpsc::Sender<()>,
}

pub(crate) struct Gate(broadcast::Sender<Closing>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(4))
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Closing> {
        self.0.subscribe()
    }

    /// Closes every listener for so long; nothing listens when this returns.
    pub(crate) async fn close(&self, time: Duration) {
        let (closed, mut all_closed) = mpsc::channel(1);
        let _ = self.0.send(Closing {
            until: Instant::now() + time,
            _closed: closed,
        });
        // Nothing is ever sent: it ends when the last listener has dropped its end.
        let _ = all_closed.recv().await;
    }
}
