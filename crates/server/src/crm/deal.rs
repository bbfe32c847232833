//! The lead's one open deal.

use seleto_rules::notes::deal_title;

use super::visit::Visit;
use super::written::{Plan, Written};
use super::{degree, id, stopped, stopped_creating};
use crate::mirrors::Stopped;
use crate::piperun::{CustomField, Deal, DealFields, Failure, Status, Tag};
use crate::store::crm::KeepDeal;

impl Visit<'_> {
    /// The deal's id in the CRM; `None` when the CRM refuses it.
    pub(super) async fn deal(
        &self,
        person: i64,
        company: Option<i64>,
    ) -> Result<Option<i64>, Stopped> {
        let wanted = self.deal_fields(person, company);
        let written = written(&wanted);
        let known = self.remote("deal");
        match written.plan(known) {
            Plan::Leave(id) => Ok(id),
            // What is won or lost is the sellers' alone.
            Plan::Update(id, _) if self.is_closed() => Ok(Some(id)),
            Plan::Update(id, changed) => {
                let fields = only(&wanted, &changed);
                let result = self.client.update_deal(id, &fields).await;
                if self.updated("deal", id, written.to_text(), result).await? {
                    return Ok(Some(id));
                }
                self.find_or_make_deal(&wanted).await
            }
            Plan::LookAndCreate => self.find_or_make_deal(&wanted).await,
        }
    }

    fn deal_fields(&self, person: i64, company: Option<i64>) -> DealFields {
        let dossier = self.dossier();
        let settings = self.settings;
        let custom_fields = settings.custom_fields.iter().filter_map(|(fact, field)| {
            Some(CustomField { id: id(*field), value: fact.of(&dossier)? })
        });
        DealFields {
            title: Some(deal_title(&dossier)),
            pipeline: Some(id(settings.pipeline)),
            stage: Some(id(settings.stage)),
            origin: settings.origin.map(id),
            owner: settings.owner.map(id),
            person: Some(person),
            company,
            temperature: Some(degree(self.qualification.temperature)),
            reference: Some(self.reference()),
            custom_fields: custom_fields.collect(),
            tags: settings.tags.iter().map(|tag| Tag { id: id(*tag) }).collect(),
        }
    }

    async fn find_or_make_deal(&self, wanted: &DealFields) -> Result<Option<i64>, Stopped> {
        match self.find_deal(wanted).await {
            Ok(Some(found)) => return self.adopt(found, wanted).await.map(Some),
            Ok(None) => {}
            Err(failure @ (Failure::Missing | Failure::Rejected { status: 400..=499, .. })) => {
                // Without a look nobody knows whether the first one is there: better none than two.
                if self.is_in_doubt("deal") {
                    self.refuse_deal(wanted, &failure).await?;
                    return Ok(None);
                }
            }
            Err(failure) => return Err(stopped(failure)),
        }
        self.begin("deal", self.reference()).await?;
        let mut made = self.client.create_deal(wanted).await;
        if let Err(failure @ Failure::Rejected { .. }) = &made {
            // A field that is not needed must not keep the sellers from the lead.
            let bare = bare(wanted);
            if bare == *wanted {
                self.refuse_deal(wanted, failure).await?;
                return Ok(None);
            }
            let hash = written(wanted).to_text();
            self.refuse("deal_fields", self.reference(), hash, failure).await?;
            made = self.client.create_deal(&bare).await;
        }
        match made {
            Ok(made) => {
                self.keep_deal(made, written(wanted).to_text()).await?;
                tracing::info!(deal = made, "deal made");
                metrics::counter!("seleto_crm_deals_total").increment(1);
                Ok(Some(made))
            }
            Err(failure @ Failure::Rejected { .. }) => {
                self.refuse_deal(wanted, &failure).await?;
                Ok(None)
            }
            Err(failure) => Err(stopped_creating(failure)),
        }
    }

    async fn refuse_deal(&self, wanted: &DealFields, failure: &Failure) -> Result<(), Stopped> {
        self.refuse("deal", self.reference(), written(wanted).to_text(), failure).await
    }

    /// The open deal that the lead has already: ours, whose answer was lost, or a seller's.
    async fn find_deal(&self, wanted: &DealFields) -> Result<Option<Deal>, Failure> {
        let (Some(person), Some(pipeline)) = (wanted.person, wanted.pipeline) else {
            return Ok(None);
        };
        let found = self.client.open_deals_of(person, pipeline).await?;
        let reference = self.reference();
        let is_ours = |deal: &Deal| deal.reference.as_deref() == Some(&reference);
        let open = found.into_iter().filter(|deal| {
            // A server that does not know a filter answers with all deals.
            deal.status == Status::Open
                && !deal.deleted
                && deal.pipeline.is_none_or(|it| it == pipeline)
                && (deal.person == Some(person) || is_ours(deal))
        });
        Ok(open.min_by_key(|deal| (!is_ours(deal), deal.id)))
    }

    /// Takes over a deal that is there: a seller's title, owner and stage stay.
    async fn adopt(&self, found: Deal, wanted: &DealFields) -> Result<i64, Stopped> {
        let is_ours = found.reference == wanted.reference;
        let fields = DealFields {
            title: wanted.title.clone().filter(|_| is_ours),
            reference: wanted.reference.clone(),
            ..only(wanted, &["person", "company", "temperature", "custom"])
        };
        // Noted first: what follows may fail, and the deal is found for good.
        let title = if is_ours { None } else { wanted.title.as_deref() };
        let noted = Written::default().with("title", title).to_text();
        self.keep_deal(found.id, noted).await?;
        let result = self.client.update_deal(found.id, &fields).await;
        let gone = !self.updated("deal", found.id, written(wanted).to_text(), result).await?;
        if gone {
            // It was there a moment ago; the next look tells.
            return Err(Stopped::Passing("the deal vanished while it was taken over".to_owned()));
        }
        Ok(found.id)
    }

    async fn keep_deal(&self, deal: i64, hash: String) -> Result<(), Stopped> {
        let remote = self.kept("deal", self.reference(), Some(deal), hash);
        Ok(self.app.store.write(KeepDeal { remote, deal, lead: self.record.lead_id }).await?)
    }
}

/// The parts of a deal that follow our record; stage, owner and tags are the sellers'.
fn written(fields: &DealFields) -> Written {
    let custom: Vec<String> =
        fields.custom_fields.iter().map(|field| format!("{}={}", field.id, field.value)).collect();
    let text = |number: Option<i64>| number.map(|number| number.to_string());
    Written::default()
        .with("title", fields.title.as_deref())
        .with("person", text(fields.person).as_deref())
        .with("company", text(fields.company).as_deref())
        .with("temperature", fields.temperature.map(|it| it.to_string()).as_deref())
        .with("custom", (!custom.is_empty()).then(|| custom.join("\n")).as_deref())
}

/// The fields behind these parts.
fn only(wanted: &DealFields, parts: &[&str]) -> DealFields {
    let has = |part: &str| parts.contains(&part);
    DealFields {
        title: wanted.title.clone().filter(|_| has("title")),
        person: wanted.person.filter(|_| has("person")),
        company: wanted.company.filter(|_| has("company")),
        temperature: wanted.temperature.filter(|_| has("temperature")),
        custom_fields: if has("custom") { wanted.custom_fields.clone() } else { Vec::new() },
        ..DealFields::default()
    }
}

/// What a deal cannot be without.
fn bare(wanted: &DealFields) -> DealFields {
    DealFields {
        title: wanted.title.clone(),
        pipeline: wanted.pipeline,
        stage: wanted.stage,
        person: wanted.person,
        reference: wanted.reference.clone(),
        ..DealFields::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> DealFields {
        DealFields {
            title: Some("Lead - Ana".into()),
            pipeline: Some(1),
            stage: Some(2),
            owner: Some(3),
            person: Some(7),
            temperature: Some(2),
            custom_fields: vec![CustomField { id: 123, value: "FB700".into() }],
            ..DealFields::default()
        }
    }

    #[test]
    fn a_change_of_product_touches_the_custom_fields_alone() {
        let before = written(&wanted()).to_text();
        let mut now = wanted();
        now.custom_fields[0].value = "SE3000".into();
        let changed = written(&now).changed(Some(&before));
        assert_eq!(changed, ["custom"]);
        let sent = only(&now, &changed);
        assert_eq!(sent.custom_fields, now.custom_fields);
        assert_eq!(
            (sent.title, sent.stage, sent.temperature, sent.owner),
            (None, None, None, None)
        );
    }

    #[test]
    fn the_sellers_stage_and_owner_are_never_written_again() {
        let moved = DealFields { stage: Some(99), owner: None, ..wanted() };
        assert_eq!(written(&moved), written(&wanted()));
    }
}
