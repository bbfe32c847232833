//! Whether the configured funnel, stage and origin exist, and what they are called.

use std::fmt;

use super::id;
use crate::app::App;
use crate::config::PipeRun;
use crate::piperun::{Client, Failure};

/// What the configured numbers stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The funnel's name.
    pub pipeline: String,
    /// The stage's name.
    pub stage: String,
    /// The origin's name, when one is configured.
    pub origin: Option<String>,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "funil {}, etapa {}", self.pipeline, self.stage)?;
        match &self.origin {
            Some(origin) => write!(f, ", origem {origin}"),
            None => Ok(()),
        }
    }
}

/// Why no deal could be made with this configuration; each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The CRM cannot be asked.
    #[error("{0}. {remedy}", remedy = .0.remedy())]
    Call(#[from] Failure),
    /// There is no such number, or it does not fit.
    #[error("{0}")]
    Ids(String),
}

/// Asks the CRM for the names behind the configured numbers.
///
/// # Errors
/// When it cannot be asked, or a number is wrong; those that exist are listed.
pub async fn check(client: &Client, settings: &PipeRun) -> Result<Checked, Unusable> {
    let pipelines = client.pipelines().await?;
    let wanted = id(settings.pipeline);
    let Some(pipeline) = pipelines.iter().find(|it| it.id == wanted) else {
        return Err(missing(
            "PIPERUN_PIPELINE_ID",
            wanted,
            "funis",
            &listed(&pipelines, |it| (it.id, &it.name)),
        ));
    };
    let wanted = id(settings.stage);
    let stages: Vec<_> = client.stages(pipeline.id).await?;
    // A server that does not know the filter answers with the stages of all funnels.
    let stages: Vec<_> =
        stages.into_iter().filter(|it| it.pipeline.is_none_or(|it| it == pipeline.id)).collect();
    let open: Vec<_> = stages.iter().filter(|it| it.takes_new_deals).cloned().collect();
    let choice = listed(&open, |it| (it.id, &it.name));
    let Some(stage) = stages.iter().find(|it| it.id == wanted) else {
        let which = format!("etapas do funil {}", pipeline.name);
        return Err(missing("PIPERUN_STAGE_ID", wanted, &which, &choice));
    };
    if !stage.takes_new_deals {
        return Err(Unusable::Ids(format!(
            "PIPERUN_STAGE_ID: a etapa {} não permite criar oportunidades; as que permitem são {choice}",
            stage.name
        )));
    }
    let origin = match settings.origin.map(id) {
        None => None,
        Some(wanted) => {
            let origins = client.origins().await?;
            match origins.iter().find(|it| it.id == wanted) {
                Some(origin) => Some(origin.name.clone()),
                None => {
                    let choice = listed(&origins, |it| (it.id, &it.name));
                    return Err(missing("PIPERUN_ORIGIN_ID", wanted, "origens", &choice));
                }
            }
        }
    };
    Ok(Checked { pipeline: pipeline.name.clone(), stage: stage.name.clone(), origin })
}

/// Says at start whether deals can be made; the agent serves leads all the same.
pub async fn check_and_log(app: &App) {
    let (Some(client), Some(settings)) = (&app.piperun, &app.config.piperun) else { return };
    match check(client, settings).await {
        Ok(checked) => tracing::info!(%checked, "the CRM takes deals"),
        Err(Unusable::Call(failure)) => {
            tracing::warn!(%failure, remedy = failure.remedy(), "the CRM cannot be asked now");
        }
        Err(wrong @ Unusable::Ids(_)) => tracing::error!(%wrong, "the CRM will refuse all deals"),
    }
}

fn missing(variable: &str, wanted: i64, which: &str, choice: &str) -> Unusable {
    Unusable::Ids(format!(
        "{variable}: {wanted} não existe, ou o usuário do token não o vê; {which} disponíveis: {choice}"
    ))
}

/// "12 (Vendas), 14 (Pós-venda)".
fn listed<T>(items: &[T], of: impl Fn(&T) -> (i64, &String)) -> String {
    let told = items.iter().take(MOST).map(|item| {
        let (id, name) = of(item);
        format!("{id} ({name})")
    });
    let told: Vec<String> = told.collect();
    match items.len() {
        0 => "nenhuma".to_owned(),
        length if length > MOST => format!("{}, …", told.join(", ")),
        _ => told.join(", "),
    }
}

const MOST: usize = 20;
