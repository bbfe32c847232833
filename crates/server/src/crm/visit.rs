//! One lead's turn in the CRM: company, person, deal, note, in this order.

use std::time::Duration;

use seleto_rules::notes::Dossier;
use seleto_rules::phone::Phone;
use seleto_rules::plain_text::plain;
use seleto_rules::playbook::Playbook;
use seleto_rules::qualification::{Circumstances, Qualification, Temperature, qualify};

use super::stopped;
use crate::app::App;
use crate::config::PipeRun;
use crate::mirrors::Stopped;
use crate::piperun::{Client, Failure};
use crate::store::crm::{CrmRecord, DealStatus, LinkDeal};
use crate::store::queue::{Claim, Lane};
use crate::store::remotes::{
    BeginRemote, FindRemote, ForgetRemote, KeepRemote, RefuseRemote, Remote, RemoteState,
};

/// When to look again for what was left out.
const LATER: Duration = Duration::from_secs(5 * 60);

/// One lead's turn in the CRM.
pub(super) struct Visit<'a> {
    pub(super) app: &'a App,
    pub(super) client: Client,
    pub(super) settings: &'a PipeRun,
    pub(super) playbook: &'a Playbook,
    pub(super) claim: Claim,
    pub(super) record: &'a CrmRecord,
    pub(super) qualification: Qualification,
    pub(super) phone: Option<Phone>,
    city: Option<City>,
}

/// The lead's city, as far as the CRM knows it.
#[derive(Clone, Copy)]
enum City {
    Known(i64),
    Unknown,
    NotNow,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        app: &'a App,
        client: Client,
        settings: &'a PipeRun,
        playbook: &'a Playbook,
        claim: Claim,
        record: &'a CrmRecord,
    ) -> Self {
        let phone = record.phone.as_deref().and_then(|phone| phone.parse().ok());
        let qualification = judged(playbook, record);
        Self { app, client, settings, playbook, claim, record, qualification, phone, city: None }
    }

    pub(super) async fn bring_into_step(mut self) -> Result<Option<i64>, Stopped> {
        if self.read_news().await? {
            // What follows depends on it, so it begins anew.
            return Ok(Some(self.app.clock.now()));
        }
        if !self.wants_deal() {
            return Ok(None);
        }
        let company = self.company().await?;
        let Some(person) = self.person(company).await? else { return Ok(self.look_again()) };
        let Some(deal) = self.deal(person, company).await? else { return Ok(self.look_again()) };
        if self.record.quote_without_deal {
            let (lead, now) = (self.record.lead_id, self.app.clock.now());
            let conversation = self.claim.conversation;
            self.app.store.write(LinkDeal { deal, lead, conversation, now }).await?;
        }
        self.note(deal).await?;
        Ok(self.look_again())
    }

    /// A lead that is hot enough gets a deal; one that has a deal keeps it, whatever becomes of it.
    fn wants_deal(&self) -> bool {
        if self.record.status == Some(DealStatus::Deleted) {
            // A seller threw it away: that is the seller's say, until `seleto crm reconcile`.
            return false;
        }
        let hot_enough = self.record.temperature.is_some()
            && self.qualification.temperature >= self.settings.from;
        hot_enough || self.remote("deal").is_some()
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.record.status, Some(DealStatus::Won | DealStatus::Lost))
    }

    pub(super) fn dossier(&self) -> Dossier<'_> {
        Dossier {
            playbook: self.playbook,
            lead: &self.record.lead,
            sender_name: self.record.sender_name.as_deref(),
            phone: self.phone.as_ref(),
            qualification: &self.qualification,
            memory: &self.record.memory,
            lines: &[],
        }
    }

    /// Our id of the lead, which is in everything that we make in the CRM.
    pub(super) fn reference(&self) -> String {
        self.record.lead_id.to_string()
    }

    pub(super) fn remote(&self, kind: &str) -> Option<&'a Remote> {
        self.record.remotes.iter().find(|remote| remote.kind == kind)
    }

    /// Something may have been made whose id nobody learned.
    pub(super) fn is_in_doubt(&self, kind: &str) -> bool {
        self.remote(kind).is_some_and(|remote| {
            remote.remote_id.is_none() && remote.state == RemoteState::Sending
        })
    }

    fn look_again(&self) -> Option<i64> {
        let later = i64::try_from(LATER.as_millis()).unwrap_or(i64::MAX);
        self.is_unfinished().then(|| self.app.clock.now() + later)
    }

    /// Something that may be left out was left out.
    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self.city, Some(City::NotNow))
    }

    /// The lead's city in the CRM. Nothing waits for it: without one the rest is written.
    pub(super) async fn city(&mut self) -> Option<i64> {
        if self.city.is_none() {
            self.city = Some(self.find_city().await);
        }
        match self.city {
            Some(City::Known(id)) => Some(id),
            _ => None,
        }
    }

    async fn find_city(&self) -> City {
        let lead = &self.record.lead;
        let (Some(name), Some(uf)) = (&lead.city, &lead.uf) else { return City::Unknown };
        match self.client.cities(name, uf).await {
            Ok(cities) => {
                // The vendor's search is not said to be exact.
                let same = |city: &&crate::piperun::City| {
                    plain(&city.name) == plain(name) && city.uf.eq_ignore_ascii_case(uf)
                };
                cities.iter().find(same).map_or(City::Unknown, |city| City::Known(city.id))
            }
            Err(Failure::Missing | Failure::Rejected { .. }) => City::Unknown,
            Err(_) => City::NotNow,
        }
    }

    /// Whether the CRM's record is noted as another lead's.
    pub(super) async fn is_another_leads(
        &self,
        kind: &'static str,
        remote_id: i64,
    ) -> Result<bool, Stopped> {
        let remote_id = remote_id.to_string();
        let noted =
            self.app.store.read(FindRemote { lane: Lane::Piperun, kind, remote_id }).await?;
        Ok(noted.is_some_and(|remote| remote.id != self.reference()))
    }

    /// Notes that something is about to be made.
    pub(super) async fn begin(&self, kind: &'static str, id: String) -> Result<(), Stopped> {
        let (claim, now) = (self.claim, self.app.clock.now());
        Ok(self.app.store.write(BeginRemote { claim, item: (kind, id), now }).await?)
    }

    /// Notes what is there now.
    pub(super) async fn keep(
        &self,
        kind: &'static str,
        id: String,
        remote_id: Option<i64>,
        hash: String,
    ) -> Result<(), Stopped> {
        Ok(self.app.store.write(self.kept(kind, id, remote_id, hash)).await?)
    }

    pub(super) fn kept(
        &self,
        kind: &'static str,
        id: String,
        remote_id: Option<i64>,
        hash: String,
    ) -> KeepRemote {
        KeepRemote {
            lane: Lane::Piperun,
            conversation: self.claim.conversation,
            item: (kind, id),
            remote_id: remote_id.map(|id| id.to_string()),
            hash: Some(hash),
            now: self.app.clock.now(),
        }
    }

    /// Notes that it is refused as it is now; another content will be tried again.
    pub(super) async fn refuse(
        &self,
        kind: &'static str,
        id: String,
        hash: String,
        failure: &Failure,
    ) -> Result<(), Stopped> {
        tracing::warn!(kind, %failure, "the CRM refuses it");
        self.keep(kind, id.clone(), None, hash).await?;
        let refuse = RefuseRemote {
            lane: Lane::Piperun,
            conversation: self.claim.conversation,
            item: (kind, id),
            detail: format!("{failure}. {}", failure.remedy()),
            now: self.app.clock.now(),
        };
        Ok(self.app.store.write(refuse).await?)
    }

    pub(super) async fn forget(&self, kind: &'static str) -> Result<(), Stopped> {
        let item = (kind, self.reference());
        Ok(self.app.store.write(ForgetRemote { lane: Lane::Piperun, item }).await?)
    }

    /// A change of something that is there: what is gone is told by `false`.
    pub(super) async fn updated(
        &self,
        kind: &'static str,
        id: i64,
        hash: String,
        result: Result<(), Failure>,
    ) -> Result<bool, Stopped> {
        match result {
            Ok(()) => self.keep(kind, self.reference(), Some(id), hash).await?,
            Err(Failure::Missing) => {
                self.forget(kind).await?;
                return Ok(false);
            }
            Err(failure @ Failure::Rejected { .. }) => {
                self.refuse(kind, self.reference(), hash, &failure).await?;
            }
            Err(failure) => return Err(stopped(failure)),
        }
        Ok(true)
    }
}

/// The lead's temperature as it is on record, with the score it has now.
fn judged(playbook: &Playbook, record: &CrmRecord) -> Qualification {
    let messages = u32::try_from(record.messages).unwrap_or(u32::MAX);
    let around = Circumstances::of(&record.memory, messages);
    let now = qualify(playbook, &record.lead, &around);
    let temperature = match record.temperature.as_deref() {
        Some("quente") => Temperature::Quente,
        Some("morno") => Temperature::Morno,
        Some(_) => Temperature::Frio,
        None => return now,
    };
    Qualification { temperature, reasons: record.reasons.clone(), ..now }
}
