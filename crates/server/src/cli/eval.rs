//! `seleto eval`: plays a suite of scenarios and says which hold, how reliably, at what cost.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::{Configured, Failed, evaluated};
use crate::app::load_playbook;
use crate::config::Config;
use crate::evaluation::{Brain, suite, tally};

/// What to play, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Conjunto de cenários: um arquivo .toml ou uma pasta deles
    suite: PathBuf,
    /// Quantas vezes cada cenário é jogado
    #[arg(long, default_value = "1")]
    k: NonZeroUsize,
    /// Quem responde
    #[arg(long, value_enum, default_value_t)]
    brain: Brain,
    /// Compara com outro texto de instruções para o modelo (só com --brain openai)
    #[arg(long)]
    prompt: Option<PathBuf>,
}

pub(super) async fn run(options: Options, configured: Configured) -> Result<ExitCode, Failed> {
    let config = evaluated(options.brain, configured)?;
    let second = second_prompt(&options)?;
    let playbook = Arc::new(load_playbook(config.playbook.as_deref())?);
    let scenarios = suite::read(&options.suite)?;
    let rounds = options.k.get();
    let first = tally::run(&config, &playbook, &scenarios, rounds).await?;
    println!("{first}");
    let mut clean = first.is_clean();
    if second.is_some() {
        let config = Config { system_prompt: second, ..config };
        let again = tally::run(&config, &playbook, &scenarios, rounds).await?;
        println!("\nCom o segundo prompt:\n{again}\n\nDiferenças:");
        let changes = again.changes_since(&first);
        changes.iter().for_each(|change| println!("  {change}"));
        if changes.is_empty() {
            println!("  nenhuma");
        }
        clean &= again.is_clean();
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn second_prompt(options: &Options) -> Result<Option<String>, Failed> {
    let Some(file) = &options.prompt else { return Ok(None) };
    if options.brain != Brain::Openai {
        return Err(Failed::because("--prompt só faz sentido com --brain openai"));
    }
    let cannot = |error| Failed::because(format!("{}: {error}", file.display()));
    std::fs::read_to_string(file).map(Some).map_err(cannot)
}
