//! `seleto play`: plays dialogues through the whole agent, as JSON Lines.

use std::io::{Read, Write};
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::{Configured, Failed, evaluated};
use crate::app::load_playbook;
use crate::evaluation::dialogue::{self, Dialogue};
use crate::evaluation::tally::SIDE_BY_SIDE;
use crate::evaluation::{Brain, lines};

pub(super) async fn run(brain: Brain, configured: Configured) -> Result<ExitCode, Failed> {
    let config = evaluated(brain, configured)?;
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let playbook = Arc::new(load_playbook(config.playbook.as_deref())?);
    let (config, playbook) = (&config, &playbook);
    let mut played = stream::iter(lines::read::<Dialogue>(&input))
        .map(|dialogue| async move {
            let dialogue = dialogue.map_err(|bad| bad.to_string())?;
            let played = dialogue::play(config, playbook, &dialogue).await;
            played.map_err(|error| format!("{}: {error}", dialogue.id))
        })
        .buffered(SIDE_BY_SIDE);
    let mut code = ExitCode::SUCCESS;
    while let Some(played) = played.next().await {
        match played {
            Ok(played) => writeln!(std::io::stdout(), "{}", serde_json::to_string(&played)?)?,
            Err(wrong) => {
                eprintln!("seleto: {wrong}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
