//! What comes back from the CRM: how our deals stand there.

use super::visit::Visit;
use super::{degree_in_words, stopped};
use crate::mirrors::Stopped;
use crate::piperun::{Deal, Stage, Status};
use crate::store::crm::{DealSeen, DealStatus, NEWS, NewsRead};
use crate::store::remotes::RemoteState;

impl Visit<'_> {
    /// Reads the deal if a webhook said that it changed; answers whether that was news.
    pub(super) async fn read_news(&self) -> Result<bool, Stopped> {
        let news = self.remote(NEWS).filter(|news| news.state == RemoteState::Sending);
        let Some(news) = news.cloned() else { return Ok(false) };
        let deal: Option<i64> = news.remote_id.as_deref().and_then(|id| id.parse().ok());
        let now = self.app.clock.now();
        let mut is_news = false;
        if let Some(id) = deal {
            let seen = match self.client.deal(id).await.map_err(stopped)? {
                Some(deal) => {
                    let stages = match deal.pipeline {
                        Some(pipeline) => self.client.stages(pipeline).await.unwrap_or_default(),
                        None => Vec::new(),
                    };
                    seen(&deal, &stages, now)
                }
                None => gone(id, now),
            };
            is_news = self.app.store.write(seen).await?;
        }
        self.app.store.write(NewsRead { claim: self.claim, news, now }).await?;
        Ok(is_news)
    }
}

/// A deal as it was read.
pub(super) fn seen(deal: &Deal, stages: &[Stage], now: i64) -> DealSeen {
    let stage = stages.iter().find(|stage| Some(stage.id) == deal.stage);
    DealSeen {
        deal: deal.id,
        // The number of a stage says nothing to anybody; the next look may know its name.
        stage: stage.map(|stage| stage.name.clone()).filter(|name| !name.is_empty()),
        status: match deal.status {
            _ if deal.deleted => DealStatus::Deleted,
            Status::Open => DealStatus::Open,
            Status::Won => DealStatus::Won,
            Status::Lost => DealStatus::Lost,
        },
        temperature: deal.temperature.and_then(degree_in_words),
        updated_at: deal.updated_at.clone(),
        only_look: false,
        now,
    }
}

/// A deal that is not there any more.
pub(super) fn gone(deal: i64, now: i64) -> DealSeen {
    DealSeen {
        deal,
        stage: None,
        status: DealStatus::Deleted,
        temperature: None,
        updated_at: String::new(),
        only_look: false,
        now,
    }
}
