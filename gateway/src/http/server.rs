//! The thread of the control plane: bind at once, so that a busy port is known before the daemon starts; serve; stop.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::connections::Bounded;
use super::operators::Operators;
use super::routes::{Desk, router};
use super::sources::Sources;

/// How long open requests may take after a stop.
const STOP_MAX: Duration = Duration::from_secs(2);

/// Where to listen, and for whom.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address; loopback unless the operator decided otherwise.
    pub listen: SocketAddr,
    /// Host names besides the loopback ones that a request may be addressed to.
    pub allowed_hosts: Vec<String>,
}

/// The control plane cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The address is taken, or not ours.
    #[error("HTTP cannot listen on {listen}: {source}; choose another [http] listen, or stop what holds it")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No thread or runtime.
    #[error("HTTP thread cannot start: {0}")]
    Thread(io::Error),
}

/// The running control plane; stops when told to, or when dropped.
#[derive(Debug)]
pub struct Running {
    listen: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Binds, and serves on a thread of its own.
///
/// # Errors
/// [`Failure`].
pub fn start(settings: Settings, operators: impl Into<Operators>, sources: Sources) -> Result<Running, Failure> {
    let refused = |source| Failure::Listen { listen: settings.listen, source };
    let listener = TcpListener::bind(settings.listen).map_err(refused)?;
    listener.set_nonblocking(true).map_err(refused)?;
    let listen = listener.local_addr().map_err(refused)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(4)
        .build()
        .map_err(Failure::Thread)?;
    let desk = Desk::new(sources, operators.into(), settings.allowed_hosts);
    let (stop, stopped) = oneshot::channel::<()>();
    let serve = move || {
        runtime.block_on(serve(listener, desk, stopped));
        // A statement that still runs must not hold the shutdown up.
        runtime.shutdown_timeout(STOP_MAX);
    };
    let thread = thread::Builder::new().name("http".to_owned()).spawn(serve).map_err(Failure::Thread)?;
    tracing::info!(%listen, "HTTP listens");
    Ok(Running { listen, stop: Some(stop), thread: Some(thread) })
}

impl Running {
    /// The address, with the port that the system chose where 0 was asked for.
    pub fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Takes no more requests, lets open ones end for a moment, and joins the thread.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("HTTP thread had panicked");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

async fn serve(listener: TcpListener, desk: std::sync::Arc<Desk>, stopped: oneshot::Receiver<()>) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(failed) => {
            tracing::error!(error = %failed, "HTTP cannot serve");
            return;
        }
    };
    let (begin_stop, stop_begun) = oneshot::channel::<()>();
    let serving = axum::serve(Bounded::new(listener), router(desk)).with_graceful_shutdown(async move {
        // Resolves when the daemon says so, and when it is gone.
        drop(stopped.await);
        drop(begin_stop);
    });
    let patience = async {
        drop(stop_begun.await);
        tokio::time::sleep(STOP_MAX).await;
    };
    tokio::select! {
        ended = serving => if let Err(failed) = ended {
            tracing::error!(error = %failed, "HTTP ended");
        },
        () = patience => tracing::warn!("HTTP stops with requests still open"),
    }
}
