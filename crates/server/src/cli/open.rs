//! Opens what commands share: the store, locked and migrated, and the webhook addresses.

use std::fs::File;
use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::{Configured, Failed};
use crate::app;
use crate::chatwoot::setup;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::supabase_schema::Differences;
use crate::store::{Error, Store, migrate, sqlite_path};
use crate::web::{PIPERUN_WEBHOOK, ZAPI_WEBHOOKS};

/// Holds the embedded database for this process alone; given back when dropped.
pub(super) struct Alone(#[expect(dead_code, reason = "held, not read")] Option<File>);

/// Opens the store for a process that works on it, and brings its schema up to date.
pub(super) async fn store(config: &Config, clock: &Clock) -> Result<(Store, Alone), Failed> {
    let alone = lock(config)?;
    Ok((migrated(config, clock).await?, alone))
}

/// Opens the store and brings its schema up to date, beside a process that may work on it.
pub(super) async fn migrated(config: &Config, clock: &Clock) -> Result<Store, Failed> {
    let url = config.database_url.expose_secret();
    let explain = |error| match error {
        // It says what to do by itself.
        Error::SchemaTooNew { .. } => Failed::because(format!("banco de dados: {error}")),
        error => Failed::because(format!(
            "banco de dados: {error}; confira DATABASE_URL e se este usuário pode gravar ali"
        )),
    };
    let store = Store::open(url).map_err(explain)?;
    migrate::run(&store, clock.now()).await.map_err(explain)?;
    Ok(store)
}

/// Two processes on one SQLite file would each take the other for dead.
fn lock(config: &Config) -> Result<Alone, Failed> {
    let Some(path) = sqlite_path(config.database_url.expose_secret()) else {
        return Ok(Alone(None));
    };
    let path = path.with_extension("lock");
    let cannot = |error: std::io::Error| {
        Failed::because(format!(
            "não consigo gravar em {}: {error}; confira DATABASE_URL e as permissões da pasta",
            path.display()
        ))
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    let file = File::options().create(true).write(true).truncate(false).open(&path);
    let file = file.map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(Alone(Some(file))),
        Err(std::fs::TryLockError::WouldBlock) => Err(Failed::because(
            "outro processo do seleto já usa este banco SQLite: pare-o, ou use PostgreSQL \
             (DATABASE_URL=postgres://…) para ter vários",
        )),
        Err(std::fs::TryLockError::Error(error)) => Err(cannot(error)),
    }
}

pub(super) async fn migrate((config, _): Configured) -> Result<ExitCode, Failed> {
    let clock = Clock::system();
    let store = Store::open(config.database_url.expose_secret())?;
    match migrate::run_thoroughly(&store, clock.now()).await? {
        0 => println!("o banco já está na versão atual"),
        1 => println!("1 migração aplicada"),
        applied => println!("{applied} migrações aplicadas"),
    }
    let differences = store.read(Differences).await?;
    if !differences.is_empty() {
        println!("\nNada foi apagado nem convertido. Diferenças que pedem atenção:");
        differences.iter().for_each(|difference| println!("  {difference}"));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn webhook_urls((config, _): Configured) -> Result<ExitCode, Failed> {
    let store = migrated(&config, &Clock::system()).await?;
    let secret = app::webhook_secret(&config, &store).await?;
    let base = config.base_url();
    println!("Cole no painel da Z-API (Instâncias > sua instância > Webhooks):\n");
    for (path, purpose) in ZAPI_WEBHOOKS {
        println!("  {purpose}\n    {base}{path}?token={}\n", secret.expose_secret());
    }
    println!("Ative também \"Notificar mensagens enviadas por mim\".");
    if config.chatwoot.is_some() {
        println!("\nCadastre no Chatwoot (Configurações > Integrações > Webhooks):\n");
        let url = setup::address(&base, &secret);
        println!("  {}\n    {}", setup::EVENTS.join(", "), url.expose_secret());
    }
    if config.piperun.is_some() {
        println!("\nNo PipeRun, uma ação automática do funil pode avisar na hora (opcional):\n");
        println!("  {base}{PIPERUN_WEBHOOK}?token={}", secret.expose_secret());
    }
    if config.public_url.is_none() {
        println!(
            "\nPUBLIC_URL não está definida: troque {base} pelo endereço https público do servidor."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// The page of the first administrator, while there is none; for the terminal.
pub(super) async fn first_access(app: &app::App, base: &str) -> Result<Option<String>, Failed> {
    let path = crate::console::login::setup_link(app).await?;
    Ok(path.map(|path| format!("{base}{path}")))
}
