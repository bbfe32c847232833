//! `seleto bench`: to come with the load generator.

use std::process::ExitCode;

use super::Failed;

#[derive(Debug, clap::Args)]
pub(super) struct Options {}

pub(super) async fn run(_: Options) -> Result<ExitCode, Failed> {
    Err(Failed::because("ainda não"))
}
