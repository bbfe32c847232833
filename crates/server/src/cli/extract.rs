//! `seleto extract`: what a brain reads in labelled messages, as JSON Lines.

use std::io::{Read, Write};
use std::process::ExitCode;

use futures_util::{StreamExt, stream};

use super::{Configured, Failed, evaluated};
use crate::app::load_playbook;
use crate::clock::Clock;
use crate::evaluation::extraction::{Message, Reader, SIDE_BY_SIDE};
use crate::evaluation::{Brain, lines};

pub(super) async fn run(brain: Brain, configured: Configured) -> Result<ExitCode, Failed> {
    let config = evaluated(brain, configured)?;
    let playbook = load_playbook(config.playbook.as_deref())?;
    let now = Clock::system().local(&playbook.time_zone);
    let reader = Reader::new(&config, &playbook, now)?;
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let reader = &reader;
    let mut read = stream::iter(lines::read::<Message>(&input))
        .map(|message| async move {
            let message = message.map_err(|bad| bad.to_string())?;
            let extraction = reader.read(&message).await;
            extraction.map_err(|error| format!("{}: {error}", message.id))
        })
        .buffered(SIDE_BY_SIDE);
    let mut code = ExitCode::SUCCESS;
    while let Some(extraction) = read.next().await {
        match extraction {
            Ok(extraction) => {
                writeln!(std::io::stdout(), "{}", serde_json::to_string(&extraction)?)?;
            }
            Err(wrong) => {
                eprintln!("seleto: {wrong}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
