//! What the CRM is told of a lead, and what it tells back.

use seleto_rules::conversation::Memory;
use seleto_rules::lead::Lead;
use uuid::Uuid;

use super::engine::{Operation, Statement, Tx, Value};
use super::ingest::{Envelope, Stored};
use super::queue::{Claim, Lane, wake};
use super::remotes::{KeepRemote, LoadRemotes, Remote, find};
use super::{Error, activity, mirroring, quote};
use crate::params;

/// The kinds of remotes that a lead has in the CRM. News are not in the CRM: they say that a deal
/// changed there and was not read since.
pub const KINDS: &[&str] = &["company", "person", "deal", "deal_fields", "note", NEWS];

/// The kind of remote that says that a deal has to be read again.
pub const NEWS: &str = "deal_news";

/// All that the CRM is told of a lead.
#[derive(Clone, Debug)]
pub struct CrmRecord {
    /// The lead.
    pub lead_id: Uuid,
    /// What is known of the lead.
    pub lead: Lead,
    /// The profile name.
    pub sender_name: Option<String>,
    /// The number, digits with country code, while it is known.
    pub phone: Option<String>,
    /// How the customer's tables name the lead.
    pub lead_phone: String,
    /// What the dialogue policy remembers.
    pub memory: Memory,
    /// `frio`, `morno`, `quente`; absent before the first turn.
    pub temperature: Option<String>,
    /// Why, most weighty first.
    pub reasons: Vec<String>,
    /// How often the lead wrote.
    pub messages: i64,
    /// How the deal stands over there, as far as it was told.
    pub status: Option<DealStatus>,
    /// The lead's quote does not name its deal.
    pub quote_without_deal: bool,
    /// What of the lead is in the CRM.
    pub remotes: Vec<Remote>,
}

/// How a deal stands, in the words of `conversation_context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealStatus {
    /// Nobody has decided yet.
    Open,
    /// Sold: nobody follows up.
    Won,
    /// Not sold: nobody follows up.
    Lost,
    /// A seller threw it away.
    Deleted,
}

impl DealStatus {
    /// Its name in `conversation_context`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "aberto",
            Self::Won => "ganho",
            Self::Lost => "perdido",
            Self::Deleted => "excluido",
        }
    }

    fn read(name: &str) -> Option<Self> {
        [Self::Open, Self::Won, Self::Lost, Self::Deleted]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// Loads what the CRM is told; `None` when the conversation or its lead is gone.
pub struct LoadCrm {
    /// Which conversation.
    pub conversation: Uuid,
}

impl Operation for LoadCrm {
    type Output = Option<CrmRecord>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<CrmRecord>, Error> {
        let row = tx
            .row(
                "SELECT c.lead_id, p.profile, p.sender_name, l.phone, c.lead_phone, c.memory,
                        l.temperature, l.temperature_reason,
                        (SELECT COUNT(*) FROM messages m
                         WHERE m.conversation_id = c.id AND m.author = 'lead'),
                        (SELECT x.value FROM conversation_context x
                         WHERE x.lead_phone = c.lead_phone AND x.key = 'crm_status')
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN lead_profiles p ON p.lead_id = c.lead_id
                 WHERE c.id = $1",
                &params![self.conversation],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let load =
            LoadRemotes { lane: Lane::Piperun, conversation: self.conversation, kinds: KINDS };
        let reasons = row.maybe_text(7)?.unwrap_or_default();
        let lead_id = row.uuid(0)?;
        let sql = "SELECT 1 FROM orcamentos WHERE id = $1 AND oportunidade_pipe_id IS NULL";
        let quote = tx.row(sql, &params![quote::quote_id(lead_id)]).await?;
        Ok(Some(CrmRecord {
            lead_id,
            quote_without_deal: quote.is_some(),
            lead: serde_json::from_str(&row.maybe_text(1)?.unwrap_or_default()).unwrap_or_default(),
            sender_name: row.maybe_text(2)?,
            phone: row.maybe_text(3)?,
            lead_phone: row.text(4)?,
            memory: serde_json::from_str(&row.text(5)?).unwrap_or_default(),
            temperature: row.maybe_text(6)?,
            reasons: reasons.split("; ").filter(|it| !it.is_empty()).map(str::to_owned).collect(),
            messages: row.int(8)?,
            status: row.maybe_text(9)?.as_deref().and_then(DealStatus::read),
            remotes: load.run(tx).await?,
        }))
    }
}

/// Notes which deal a lead has, also in the customer's table of quotes.
pub struct KeepDeal {
    /// The deal as a remote.
    pub remote: KeepRemote,
    /// Its id in the CRM.
    pub deal: i64,
    /// Whose it is.
    pub lead: Uuid,
}

impl Operation for KeepDeal {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let KeepRemote { conversation, now, .. } = self.remote;
        let link = quote::link_deal(self.lead, &self.deal.to_string(), now);
        // The quote names the deal now: whoever has a copy of it looks.
        let wake = mirroring::wake_after_change(conversation, now);
        tx.batch(&[wake, self.remote.statement(), link]).await
    }
}

/// Names the deal in a quote that was written after it.
pub struct LinkDeal {
    /// Its id in the CRM.
    pub deal: i64,
    /// Whose it is.
    pub lead: Uuid,
    /// The lead's conversation.
    pub conversation: Uuid,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for LinkDeal {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.batch(&[
            mirroring::wake_after_change(self.conversation, self.now),
            quote::link_deal(self.lead, &self.deal.to_string(), self.now),
        ])
        .await
    }
}

/// How a deal of ours stands in the CRM.
pub struct DealSeen {
    /// The deal's id there.
    pub deal: i64,
    /// The name of its stage, when it is known.
    pub stage: Option<String>,
    /// How it stands.
    pub status: DealStatus,
    /// How hot the sellers find it, in our words.
    pub temperature: Option<&'static str>,
    /// When it changed, in the vendor's notation, which sorts.
    pub updated_at: String,
    /// Only answers whether it is news.
    pub only_look: bool,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for DealSeen {
    /// Whether it was news.
    type Output = bool;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        let deal = self.deal.to_string();
        let Some(remote) = find(tx, Lane::Piperun, "deal", &deal).await? else { return Ok(false) };
        let conversation = remote.conversation;
        let known = tx
            .rows(
                "SELECT c.lead_phone, x.key, x.value FROM conversation_states c
                 LEFT JOIN conversation_context x
                   ON x.lead_phone = c.lead_phone AND x.key LIKE 'crm_%'
                 WHERE c.id = $1",
                &params![conversation],
            )
            .await?;
        let Some(phone) = known.first().map(|row| row.text(0)).transpose()? else {
            return Ok(false);
        };
        let mut before = Vec::new();
        for row in &known {
            before.push((row.maybe_text(1)?, row.maybe_text(2)?));
        }
        let told = |key: &str| {
            let row = before.iter().find(|(known, _)| known.as_deref() == Some(key));
            row.and_then(|(_, value)| value.as_deref())
        };
        // An answer that was on its way for long must not undo a later one.
        let is_old = |seen: &str| !self.updated_at.is_empty() && seen > self.updated_at.as_str();
        if told("crm_updated_at").is_some_and(is_old) {
            return Ok(false);
        }
        let changed: Vec<(&str, &str)> = [
            ("crm_stage", self.stage.as_deref()),
            ("crm_status", Some(self.status.name())),
            ("crm_temperature", self.temperature),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .filter(|(key, value)| told(key) != Some(value))
        .collect();
        if changed.is_empty() || self.only_look {
            return Ok(!changed.is_empty());
        }
        let mut statements = vec![
            mirroring::wake_after_change(conversation, self.now),
            activity::touched(conversation, self.now),
            context(&phone, "crm_updated_at", &self.updated_at, self.now),
        ];
        statements.extend(changed.iter().map(|(key, value)| context(&phone, key, value, self.now)));
        tx.batch(&statements).await?;
        Ok(true)
    }
}

fn context(phone: &str, key: &str, value: &str, now: i64) -> Statement<'static> {
    (
        "INSERT INTO conversation_context (id, lead_phone, key, value, created_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (lead_phone, key) DO UPDATE SET value = excluded.value",
        vec![Uuid::now_v7().into(), phone.into(), key.into(), value.into(), Value::Time(now)],
    )
}

/// The CRM says that a deal changed: it will be read there, as what was said may be old or forged.
pub struct DealNews {
    /// The webhook.
    pub envelope: Envelope,
    /// The deal's id there.
    pub deal: i64,
}

impl Operation for DealNews {
    type Output = Stored;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Stored, Error> {
        let now = self.envelope.now;
        let deal = self.deal.to_string();
        let Some(remote) = find(tx, Lane::Piperun, "deal", &deal).await? else {
            let reason = Some("not a deal of ours".to_owned());
            let envelope = Envelope { decision: "ignored", reason, ..self.envelope.clone() };
            envelope.insert(tx, None).await?;
            return Ok(Stored::New { conversation: None, wake_at: None });
        };
        tx.batch(&[wake(remote.conversation, Lane::Piperun, now)]).await?;
        self.envelope.insert(tx, Some(remote.conversation)).await?;
        tx.execute(
            "INSERT INTO remotes (lane, kind, id, conversation_id, remote_id, state, attempts,
                                  updated_at)
             VALUES ($1, $2, $3, $4, $5, 'sending', 1, $6)
             ON CONFLICT (lane, kind, id) DO UPDATE SET
               remote_id = excluded.remote_id, state = 'sending',
               attempts = remotes.attempts + 1, updated_at = excluded.updated_at",
            &params![Lane::Piperun.name(), NEWS, remote.id, remote.conversation, deal, now],
        )
        .await?;
        Ok(Stored::New { conversation: Some(remote.conversation), wake_at: Some(now) })
    }
}

/// The deal was read; news that came after that stay.
pub struct NewsRead {
    /// The lease under which it was read.
    pub claim: Claim,
    /// What was told when it was read.
    pub news: Remote,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for NewsRead {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute(
            "UPDATE remotes SET state = 'done', updated_at = $5
             WHERE lane = $1 AND kind = $2 AND id = $3 AND attempts = $4",
            &params![self.claim.lane.name(), NEWS, &self.news.id, self.news.attempts, self.now],
        )
        .await?;
        Ok(())
    }
}

/// Up to when the CRM was asked for changes, in milliseconds.
pub struct PolledUntil;

const POLLED_UNTIL: &str = "piperun_polled_until";

impl Operation for PolledUntil {
    type Output = Option<i64>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
        let sql = "SELECT value FROM settings WHERE key = $1";
        let row = tx.row(sql, &params![POLLED_UNTIL]).await?;
        Ok(row.map(|row| row.text(0)).transpose()?.and_then(|text| text.parse().ok()))
    }
}

/// Notes that the CRM was asked for changes up to this time, in milliseconds.
pub struct KeepPolledUntil(pub i64);

impl Operation for KeepPolledUntil {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        tx.execute(
            "INSERT INTO settings (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &params![POLLED_UNTIL, self.0.to_string()],
        )
        .await?;
        Ok(())
    }
}

/// A lead that has, or should have, a deal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmLead {
    /// Its conversation.
    pub conversation: Uuid,
    /// The lead.
    pub lead: Uuid,
    /// Its name, when it is known.
    pub name: Option<String>,
    /// How the customer's tables name it.
    pub lead_phone: String,
    /// Frio, morno, quente.
    pub temperature: Option<String>,
    /// What is noted of its deal.
    pub deal: Option<Remote>,
    /// What is noted of its person.
    pub person: Option<Remote>,
    /// Whether something of it was refused and waits for an operator.
    pub refused: bool,
}

/// All leads of at least these temperatures, and all that have a deal.
pub struct CrmLeads {
    /// `quente`, or also `morno`.
    pub temperatures: &'static [&'static str],
}

impl Operation for CrmLeads {
    type Output = Vec<CrmLead>;

    async fn run(&self, tx: &mut Tx<'_>) -> Result<Vec<CrmLead>, Error> {
        let rows = tx
            .rows(
                "SELECT c.id, c.lead_id, l.name, c.lead_phone, l.temperature
                 FROM conversation_states c JOIN leads l ON l.id = c.lead_id
                 WHERE l.temperature IN ('quente', 'morno')
                    OR EXISTS (SELECT 1 FROM remotes r WHERE r.lane = $1
                               AND r.conversation_id = c.id)
                 ORDER BY c.created_at",
                &params![Lane::Piperun.name()],
            )
            .await?;
        let mut leads = Vec::new();
        for row in rows {
            let conversation = row.uuid(0)?;
            let kinds = &["deal", "person", "company", "deal_fields", "note"];
            let load = LoadRemotes { lane: Lane::Piperun, conversation, kinds };
            let remotes = load.run(tx).await?;
            let of = |kind: &str| remotes.iter().find(|remote| remote.kind == kind).cloned();
            let lead = CrmLead {
                conversation,
                lead: row.uuid(1)?,
                name: row.maybe_text(2)?,
                lead_phone: row.text(3)?,
                temperature: row.maybe_text(4)?,
                deal: of("deal"),
                person: of("person"),
                refused: remotes
                    .iter()
                    .any(|remote| remote.state == super::remotes::RemoteState::Refused),
            };
            let wanted = lead.temperature.as_deref();
            if lead.deal.is_some() || wanted.is_some_and(|it| self.temperatures.contains(&it)) {
                leads.push(lead);
            }
        }
        Ok(leads)
    }
}

/// Makes the CRM's lane write a lead anew: what was refused is tried again, and a deal that is
/// gone there is forgotten with its notes.
pub struct WriteAnew {
    /// Which conversation.
    pub conversation: Uuid,
    /// The deal is gone, so it and its notes are made again.
    pub deal_is_gone: bool,
    /// Now, in milliseconds.
    pub now: i64,
}

impl Operation for WriteAnew {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let lane = Lane::Piperun.name();
        let mut statements = vec![wake(self.conversation, Lane::Piperun, self.now)];
        if self.deal_is_gone {
            statements.push((
                "DELETE FROM remotes WHERE lane = $1 AND conversation_id = $2
                   AND kind IN ('deal', 'deal_fields', 'deal_news', 'note')",
                params![lane, self.conversation].to_vec(),
            ));
            statements.push((
                "DELETE FROM conversation_context WHERE key LIKE 'crm_%' AND lead_phone IN
                   (SELECT lead_phone FROM conversation_states WHERE id = $1)",
                params![self.conversation].to_vec(),
            ));
        }
        statements.push((
            "UPDATE remotes SET state = 'sending', hash = NULL, updated_at = $3
             WHERE lane = $1 AND conversation_id = $2
               AND (state = 'refused' OR kind IN ('deal', 'person', 'company'))
               AND state <> 'dropped' AND kind <> 'deal_news'",
            params![lane, self.conversation, self.now].to_vec(),
        ));
        tx.batch(&statements).await
    }
}
