//! Compares all our leads with the CRM's deals, tells the differences, and mends them.

use std::sync::Arc;

use super::{Crm, id, incoming};
use crate::app::App;
use crate::lanes;
use crate::mirrors::{MirrorLane, Stopped};
use crate::piperun::{Client, Deal, Failure, Status};
use crate::store::Error;
use crate::store::crm::{CrmLead, CrmLeads, DealSeen, WriteAnew};
use crate::store::remotes::{Remote, RemoteState};
use seleto_rules::qualification::Temperature;

/// In what a lead and its deal differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The lead should have a deal, and has none.
    NoDeal,
    /// The lead's deal was deleted over there.
    Gone(i64),
    /// The lead has several open deals.
    Several(Vec<i64>),
    /// The deal is tied to another person.
    Stale(i64),
    /// Nobody noted how a call ended, or the CRM refused something.
    Undecided,
    /// Stage, status or temperature changed over there, and we did not know.
    News(i64),
}

/// What became of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// It is gone.
    Mended,
    /// Somebody has to decide, or the CRM refuses.
    Left,
    /// Nothing was to be changed.
    NotTried,
}

/// One lead that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// The lead's name, or how the tables name it.
    pub lead: String,
    /// In what.
    pub difference: Difference,
    /// What became of it.
    pub repair: Repair,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    /// PipeRun is not configured.
    #[error(
        "PipeRun não configurado: defina PIPERUN_API_TOKEN, PIPERUN_PIPELINE_ID e PIPERUN_STAGE_ID"
    )]
    NotConfigured,
    /// The CRM cannot be asked.
    #[error("{0}. {remedy}", remedy = .0.remedy())]
    Vendor(#[from] Failure),
    /// Our database refuses.
    #[error("banco de dados: {0}")]
    Store(#[from] Error),
    /// The lane stopped.
    #[error("{0}")]
    Stopped(#[from] Stopped),
}

/// Compares, and mends unless it is only asked to look.
///
/// # Errors
/// When the CRM cannot be asked or our database refuses.
pub async fn reconcile(app: &Arc<App>, only_look: bool) -> Result<Vec<Reconciled>, NotCompared> {
    let crm = Crm::new(Arc::clone(app)).ok_or(NotCompared::NotConfigured)?;
    let settings = crm.settings().ok_or(NotCompared::NotConfigured)?;
    let pipeline = id(settings.pipeline);
    let temperatures: &[&str] = match settings.from {
        Temperature::Quente => &["quente"],
        Temperature::Morno | Temperature::Frio => &["quente", "morno"],
    };
    let leads = app.store.read(CrmLeads { temperatures }).await?;
    let deals = crm.client.deals_of(pipeline).await?;
    let stages = crm.client.stages(pipeline).await.unwrap_or_default();
    let mut found = Vec::new();
    for lead in &leads {
        for difference in differences(&crm.client, lead, &deals).await? {
            found.push((lead, difference));
        }
        if let Some(deal) = its_deal(lead, &deals) {
            let seen = incoming::seen(deal, &stages, app.clock.now());
            if app.store.write(DealSeen { only_look, ..seen }).await? {
                found.push((lead, Difference::News(deal.id)));
            }
        }
    }
    if !only_look {
        for (lead, difference) in &found {
            mend(app, lead, difference).await?;
        }
        lanes::run_due(&MirrorLane::new(Arc::clone(app), crm.clone())).await?;
    }
    let after = app.store.read(CrmLeads { temperatures }).await?;
    let told = found.into_iter().map(|(lead, difference)| Reconciled {
        repair: if only_look { Repair::NotTried } else { repair(lead, &difference, &after) },
        lead: lead.name.clone().unwrap_or_else(|| lead.lead_phone.clone()),
        difference,
    });
    Ok(told.collect())
}

async fn differences(
    client: &Client,
    lead: &CrmLead,
    deals: &[Deal],
) -> Result<Vec<Difference>, Failure> {
    let mut found = Vec::new();
    let open: Vec<i64> = open_deals(lead, deals).map(|deal| deal.id).collect();
    if open.len() > 1 {
        found.push(Difference::Several(open));
    }
    match remote_id(lead.deal.as_ref()) {
        None => found.push(Difference::NoDeal),
        Some(deal) => {
            let listed = its_deal(lead, deals).cloned();
            let there = match listed {
                Some(deal) => Some(deal),
                // It may have been moved to another funnel, or lie in the bin.
                None => client.deal(deal).await?.filter(|deal| !deal.deleted),
            };
            match there {
                None => found.push(Difference::Gone(deal)),
                Some(deal) if is_stale(lead, &deal) => found.push(Difference::Stale(deal.id)),
                Some(_) => {}
            }
        }
    }
    let undecided = |remote: &Option<Remote>| {
        remote.as_ref().is_some_and(|remote| remote.state == RemoteState::Sending)
    };
    if lead.refused || undecided(&lead.deal) || undecided(&lead.person) {
        found.push(Difference::Undecided);
    }
    Ok(found)
}

fn remote_id(remote: Option<&Remote>) -> Option<i64> {
    remote?.remote_id.as_deref()?.parse().ok()
}

fn its_deal<'a>(lead: &CrmLead, deals: &'a [Deal]) -> Option<&'a Deal> {
    let id = remote_id(lead.deal.as_ref())?;
    deals.iter().find(|deal| deal.id == id && !deal.deleted)
}

fn open_deals<'a>(lead: &'a CrmLead, deals: &'a [Deal]) -> impl Iterator<Item = &'a Deal> {
    let person = remote_id(lead.person.as_ref());
    let reference = lead.lead.to_string();
    deals.iter().filter(move |deal| {
        deal.status == Status::Open
            && !deal.deleted
            && ((person.is_some() && deal.person == person)
                || deal.reference.as_deref() == Some(&reference))
    })
}

/// Title, stage, owner and temperature belong to the sellers; whose deal it is does not.
fn is_stale(lead: &CrmLead, deal: &Deal) -> bool {
    let person = remote_id(lead.person.as_ref());
    person.is_some() && deal.person != person
}

async fn mend(app: &App, lead: &CrmLead, difference: &Difference) -> Result<(), Error> {
    let deal_is_gone = match difference {
        Difference::Several(_) | Difference::News(_) => return Ok(()),
        Difference::Gone(_) => true,
        Difference::NoDeal | Difference::Stale(_) | Difference::Undecided => false,
    };
    let (conversation, now) = (lead.conversation, app.clock.now());
    app.store.write(WriteAnew { conversation, deal_is_gone, now }).await
}

fn repair(lead: &CrmLead, difference: &Difference, after: &[CrmLead]) -> Repair {
    let now = after.iter().find(|it| it.lead == lead.lead);
    let is_done = now
        .and_then(|lead| lead.deal.as_ref())
        .is_some_and(|deal| deal.state == RemoteState::Done && deal.remote_id.is_some());
    // A lead that cooled down needs no new deal for the one that is gone.
    let needs_none = now.is_none();
    match difference {
        Difference::Several(_) => Repair::Left,
        Difference::News(_) => Repair::Mended,
        Difference::Undecided if now.is_some_and(|lead| lead.refused) => Repair::Left,
        _ if is_done || needs_none => Repair::Mended,
        _ => Repair::Left,
    }
}
