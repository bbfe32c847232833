//! `seleto serve`: the whole agent, until asked to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Configured, Failed, open};
use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, log_filter};
use crate::store::console::explanation::ForgetInputs;
use crate::store::mirroring::ConfigureMirrors;
use crate::store::queue::{BringBack, Heartbeat, Lane, Leave};
use crate::store::setting::Ping;
use crate::store::{self, Store};
use crate::telemetry::{self, Metrics};
use crate::{crm, health, intake, lanes, playbook_watch, web};

/// How often a replica reports that it lives.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// Silence after which a replica counts as dead, in milliseconds.
const DEAD_AFTER_MS: i64 = 10_000;

/// How often old explanations are thinned, in milliseconds.
const FORGET_MS: i64 = 60 * 60_000;

pub(super) async fn run((config, missing): Configured) -> Result<ExitCode, Failed> {
    telemetry::log(log_filter().as_deref());
    for notice in &missing {
        tracing::warn!(variable = notice.variable, advice = notice.advice, "not configured");
    }
    let clock = Clock::system();
    let (store, _alone) = open::store(&config, &clock).await?;
    let listener = listen(&config).await?;
    let app = App::new(config, store, clock, Metrics::install()).await?;
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    tracing::info!(address = %listener.local_addr()?, "listening");
    let base = app.config.base_url();
    if let Some(link) = open::first_access(&app, &base).await? {
        // Not in the log: whoever reads it would be the administrator.
        eprintln!("Painel: crie o administrador em {link} (vale uma vez, por 24 horas)");
    }
    agent(app, listener, None, stop).await?;
    Ok(ExitCode::SUCCESS)
}

/// Binds the address, or says in one line why it cannot.
pub(super) async fn listen(config: &Config) -> Result<TcpListener, Failed> {
    let address = std::net::SocketAddr::new(config.host, config.port);
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "a porta já está em uso: escolha outra com PORT=…",
            std::io::ErrorKind::PermissionDenied => {
                "sem permissão para esta porta: use uma acima de 1024"
            }
            _ => "confira HOST e PORT",
        };
        Failed::because(format!("não consigo escutar em {address}: {hint} ({error})"))
    })
}

/// Runs all parts. The first that ends stops the others; leases make that safe.
pub(super) async fn agent(
    app: Arc<App>,
    listener: TcpListener,
    demo: Option<Router>,
    stop: CancellationToken,
) -> Result<(), Failed> {
    app.store.write(heartbeat(&app)).await?;
    app.store.write(BringBack { now: app.clock.now() }).await?;
    app.store.write(ConfigureMirrors { lanes: app.config.mirrors() }).await?;
    // Before the first answer: a restart must not bring an earlier playbook back.
    playbook_watch::follow_published(&app).await?;
    let mut parts: JoinSet<Result<(), Failed>> = JoinSet::new();
    let (stopping, asked) = (app.stopping.clone(), stop.clone());
    parts.spawn(async move {
        asked.cancelled().await;
        stopping.cancel();
        Ok(())
    });
    let router = web::router(Arc::clone(&app), demo);
    let served = web::serve(listener, router, stop.clone());
    parts.spawn(async move { Ok(served.await?) });
    lanes::all::visit(&app, &mut SpawnLanes { parts: &mut parts, app: &app, stop: &stop }).await?;
    let (probed, probe_stop) = (Arc::clone(&app), stop.clone());
    parts.spawn(async move {
        health::run(&probed, probe_stop).await;
        Ok(())
    });
    let (kept, keep_stop) = (Arc::clone(&app), stop.clone());
    parts.spawn(async move {
        housekeeping(&kept, keep_stop).await;
        Ok(())
    });
    let (replayed, replay_stop) = (Arc::clone(&app), stop.clone());
    parts.spawn(async move {
        intake::replay::run(&replayed, replay_stop).await;
        Ok(())
    });
    let (asked, ask_stop) = (Arc::clone(&app), stop.clone());
    parts.spawn(async move {
        crm::check_and_log(&asked).await;
        crm::run(&asked, ask_stop.clone()).await;
        // Without a CRM there is nothing to ask, which is no reason to stop.
        ask_stop.cancelled().await;
        Ok(())
    });
    let mut result = Ok(());
    while let Some(ended) = parts.join_next().await {
        stop.cancel();
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(failed)) => result = Err(failed),
            Err(panic) => result = Err(Failed::because(format!("uma parte parou: {panic}"))),
        }
    }
    leave(&app.store, &app).await;
    result
}

struct SpawnLanes<'a> {
    parts: &'a mut JoinSet<Result<(), Failed>>,
    app: &'a App,
    stop: &'a CancellationToken,
}

impl lanes::all::Visitor for SpawnLanes<'_> {
    async fn visit<W: lanes::Work>(
        &mut self,
        work: W,
        side_by_side: usize,
    ) -> Result<(), store::Error> {
        let (clock, stop) = (self.app.clock.clone(), self.stop.clone());
        let bell = Arc::clone(self.app.bells.of(work.lane()));
        self.parts.spawn(async move {
            lanes::run(work, clock, bell, side_by_side, stop).await;
            Ok(())
        });
        Ok(())
    }
}

fn heartbeat(app: &App) -> Heartbeat {
    Heartbeat {
        replica: app.replica,
        now: app.clock.now(),
        dead_after_ms: DEAD_AFTER_MS,
        alone: app.store.dialect() == crate::store::engine::Dialect::Sqlite,
    }
}

/// Reports life, follows the database's clock, keeps figures small, and watches the playbook.
async fn housekeeping(app: &App, stop: CancellationToken) {
    let mut watch = playbook_watch::Watch::new(app);
    let mut forgotten_at = i64::MIN;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(HEARTBEAT) => {}
        }
        match app.store.read(Ping).await {
            Ok(reference) => app.clock.follow(reference),
            Err(error) => tracing::error!(%error, "the database does not answer"),
        }
        match app.store.write(heartbeat(app)).await {
            Ok(0) => {}
            Ok(freed) => {
                tracing::warn!(freed, "took over the work of a replica that stopped");
                Lane::ALL.iter().for_each(|lane| app.bells.ring(*lane, app.clock.now()));
            }
            Err(error) => tracing::error!(%error, "cannot report life"),
        }
        app.metrics.upkeep();
        watch.look(app);
        if let Err(error) = playbook_watch::follow_published(app).await {
            tracing::error!(%error, "cannot look for a newly published playbook");
        }
        let now = app.clock.now();
        if now - FORGET_MS >= forgotten_at {
            forgotten_at = now;
            if let Err(error) = app.store.write(ForgetInputs { now }).await {
                tracing::warn!(%error, "what old turns read could not be forgotten");
            }
        }
    }
}

/// Gives back what this process still holds, so that another takes it up at once.
async fn leave(store: &Store, app: &App) {
    let leave = store.write(Leave { replica: app.replica });
    match tokio::time::timeout(Duration::from_secs(2), leave).await {
        Ok(Ok(())) => tracing::info!("stopped"),
        Ok(Err(error)) => tracing::warn!(%error, "could not sign off; leases will run out"),
        Err(_) => tracing::warn!("could not sign off in time; leases will run out"),
    }
}

/// Cancels on Ctrl-C or SIGTERM.
pub(super) async fn stop_on_signal(stop: CancellationToken) {
    #[cfg(unix)]
    let terminate = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = terminate => {}
        // Without a handler for Ctrl-C only SIGTERM stops us.
        Ok(()) = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    stop.cancel();
}
