//! Accepts connections and serves each in a task of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::connection::{Connection, Socket};
use crate::exchange;
use crate::gate::Closing;
use crate::world::World;

/// Pause before something that failed is tried again.
const SOON: Duration = Duration::from_millis(50);

/// Serves for ever. Connections end with the task that runs this.
pub(crate) fn serve(
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    world: Arc<World>,
    ids: Arc<AtomicU64>,
) -> impl Future<Output = ()> + Send {
    // From now on, not from the first turn of the task: who closes the gate is heard.
    let gate = world.gate.subscribe();
    serve_behind(gate, listener, address, tls, world, ids)
}

async fn serve_behind(
    mut gate: broadcast::Receiver<Closing>,
    mut listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    world: Arc<World>,
    ids: Arc<AtomicU64>,
) {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Ok(closing) = gate.recv() => {
                drop(listener);
                let until = closing.until;
                drop(closing);
                tokio::time::sleep_until(until).await;
                listener = listen_again(address).await;
                continue;
            }
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely; some may be free again soon.
            tokio::time::sleep(SOON).await;
            continue;
        };
        if world.rules().refuse() {
            let _ = stream.set_zero_linger();
            continue;
        }
        let id = ids.fetch_add(1, Ordering::Relaxed);
        let connection = Connection::new(id, scheme);
        connections.spawn(accept(stream, tls.clone(), Arc::clone(&world), connection));
        while connections.try_join_next().is_some() {}
    }
}

/// Takes the port back. Nobody else wants it, as a rule; if somebody does, we wait.
async fn listen_again(address: SocketAddr) -> TcpListener {
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(_) => tokio::time::sleep(SOON).await,
        }
    }
}

async fn accept(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    world: Arc<World>,
    connection: Arc<Connection>,
) {
    let _ = stream.set_nodelay(true);
    let socket = Socket::new(stream, Arc::clone(&connection));
    match tls {
        None => speak(socket, world, connection).await,
        Some(tls) => {
            if let Ok(socket) = tls.accept(socket).await {
                speak(socket, world, connection).await;
            }
        }
    }
}

async fn speak<S>(socket: S, world: Arc<World>, connection: Arc<Connection>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service =
        service_fn(|request| exchange::serve(Arc::clone(&world), Arc::clone(&connection), request));
    // An error here is a client that went away, or a reset that a rule asked for.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(socket), service)
        .await;
}
