//! `seleto check`: whether the configuration and the playbook are sound.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Failed, config};
use crate::app::load_playbook;

pub(super) fn run(playbook: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let (config, missing) = config()?;
    let folder = playbook.or(config.playbook);
    load_playbook(folder.as_deref())?;
    match folder {
        Some(folder) => println!("playbook {}: em ordem", folder.display()),
        None => println!("playbook embutido: em ordem"),
    }
    println!("configuração: em ordem");
    for notice in missing {
        println!("  aviso: {}: {}", notice.variable, notice.advice);
    }
    Ok(ExitCode::SUCCESS)
}
