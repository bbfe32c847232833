//! `seleto seed`: fills the database with invented conversations, to measure and to show.

mod dice;
mod people;
mod story;
mod talk;

use std::process::ExitCode;

use tokio::time::Instant;

use super::{Configured, Failed, open};
use crate::clock::Clock;
use crate::store::seed::{EndFilling, Fill, Leads};
use story::{Plan, tell};

/// How many leads are written together.
const TOGETHER: i64 = 250;
/// How many groups are made and written side by side; PostgreSQL takes several writers.
const SIDE_BY_SIDE: usize = 4;

/// How much to invent.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Options {
    /// Quantos leads inventar
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(i64).range(1..))]
    leads: i64,
    /// Quantas mensagens, ao todo e aproximadamente
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(i64).range(1..))]
    messages: i64,
    /// Em quantos dias até hoje elas se distribuem
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(i64).range(1..=3_650))]
    days: i64,
    /// O mesmo número inventa as mesmas pessoas e conversas
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Acrescenta mesmo que o banco já tenha conversas
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(options: Options, (config, _): Configured) -> Result<ExitCode, Failed> {
    let clock = Clock::system();
    let (store, _alone) = open::store(&config, &clock).await?;
    let before = store.read(Leads).await?;
    if before > 0 && !options.force {
        return Err(Failed::because(format!(
            "este banco já tem {before} leads, que podem ser reais. Use outro banco \
             (DATABASE_URL) ou, se tiver certeza, --force para acrescentar os inventados"
        )));
    }
    let begun = Instant::now();
    let plan = Plan {
        seed: options.seed,
        now: clock.now(),
        days: options.days,
        messages_each: (options.messages / options.leads).max(1),
        instance: config.zapi.as_ref().map_or("demo", |zapi| zapi.instance.as_str()).to_owned(),
    };
    let (mut messages, mut leads) = (0, 0);
    let mut first = before;
    while first < before + options.leads {
        let groups = (0..SIDE_BY_SIDE as i64).map(|group| first + group * TOGETHER);
        let groups = groups.map(|from| (from, (from + TOGETHER).min(before + options.leads)));
        let fills: Vec<Fill> =
            groups.filter(|(from, to)| from < to).map(|(from, to)| tell(&plan, from..to)).collect();
        messages += fills.iter().map(Fill::messages).sum::<usize>();
        futures_util::future::try_join_all(fills.into_iter().map(|fill| store.write(fill))).await?;
        first += SIDE_BY_SIDE as i64 * TOGETHER;
        leads = (first - before).min(options.leads);
        eprint!("\r{leads} leads, {messages} mensagens ({} s) ", begun.elapsed().as_secs());
    }
    eprintln!();
    store.write(EndFilling).await?;
    println!("{leads} leads e {messages} mensagens inventados em {} s", begun.elapsed().as_secs());
    Ok(ExitCode::SUCCESS)
}
