//! Accepts connections and serves each in a task of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::connection::{Connection, Socket};
use crate::exchange;
use crate::world::World;

/// Serves for ever. Connections end with the task that runs this.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    world: Arc<World>,
    ids: Arc<AtomicU64>,
) {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely; some may be free again soon.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        let id = ids.fetch_add(1, Ordering::Relaxed);
        let connection = Connection::new(id, scheme);
        connections.spawn(accept(stream, tls.clone(), Arc::clone(&world), connection));
        while connections.try_join_next().is_some() {}
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
