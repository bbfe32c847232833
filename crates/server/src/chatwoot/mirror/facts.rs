//! What is known of the lead, as the contact's name and attributes, and the temperature as a label.

use serde_json::{Map, Value, json};

use super::posts::passing;
use super::{Run, people};
use crate::chatwoot::{ContactFields, Failure};
use crate::hash;
use crate::mirrors::Stopped;
use crate::store::chatwoot::Picture;

/// Labels of ours begin so; all others are the team's and stay.
const LABEL: &str = "lead-";
/// The temperature that nobody should learn of late.
const HOT: &str = "quente";

impl Run<'_> {
    /// Tells what changed: a lead that turned hot at once, the rest once the conversation is
    /// calm. Answers when to look again.
    pub(super) async fn tell_facts(
        &self,
        place: &str,
        picture: &Picture,
    ) -> Result<Option<i64>, Stopped> {
        let label = self.label(place, picture).await?;
        let told = picture.facts.as_ref().and_then(|it| it.hash.as_deref());
        let contact = picture.contact.as_ref().and_then(|it| it.remote_id.as_deref());
        let Some(contact) = contact.filter(|_| told != Some(hash(picture).as_str())) else {
            return Ok(label);
        };
        if let Some(calm_at) = self.calm_at(picture) {
            return Ok(Some(calm_at));
        }
        let fields = ContactFields {
            // The team may have written a better name than the one in the profile.
            name: picture.name.clone(),
            ..people::fields(picture)
        };
        let mut updated = self.client().update_contact(contact, &fields).await;
        if fields.phone.is_some() && matches!(updated, Err(Failure::Rejected { .. })) {
            // The contact keeps the number under which it was found.
            let fields = ContactFields { phone: None, ..fields };
            updated = self.client().update_contact(contact, &fields).await;
        }
        match updated {
            Err(failure) if passing(&failure) => Ok(self.later(picture)),
            // A server that does not take it is not asked again until something changes.
            _ => self.keep_facts(picture).await.map(|()| label),
        }
    }

    /// Notes that the contact is as it should be.
    pub(super) async fn keep_facts(&self, picture: &Picture) -> Result<(), Stopped> {
        let item = ("facts", picture.lead.to_string());
        self.keep(item, None, Some(hash(picture))).await
    }

    async fn label(&self, place: &str, picture: &Picture) -> Result<Option<i64>, Stopped> {
        let Some(temperature) = &picture.temperature else { return Ok(None) };
        let wanted = format!("{LABEL}{temperature}");
        let told = picture.labels.as_ref().and_then(|it| it.hash.as_deref());
        if told == Some(&wanted) {
            return Ok(None);
        }
        if temperature != HOT
            && let Some(calm_at) = self.calm_at(picture)
        {
            return Ok(Some(calm_at));
        }
        // The call replaces all labels, so those of the team are read first.
        let changed = match self.client().conversation(place).await {
            Ok(there) => {
                let team = there.labels.into_iter().filter(|label| !label.starts_with(LABEL));
                let labels: Vec<String> = team.chain([wanted.clone()]).collect();
                self.client().set_labels(place, &labels).await
            }
            Err(failure) => Err(failure),
        };
        match changed {
            Err(failure) if passing(&failure) => Ok(self.later(picture)),
            _ => {
                let item = ("labels", self.claim.conversation.to_string());
                self.keep(item, None, Some(wanted)).await.map(|()| None)
            }
        }
    }
}

/// What is known of the lead, by the names that the team reads.
pub(super) fn attributes(picture: &Picture) -> Map<String, Value> {
    let city = picture.city.as_ref().map(|city| match &picture.uf {
        Some(uf) => format!("{city}/{uf}"),
        None => city.clone(),
    });
    let facts = [
        ("empresa", picture.company.clone()),
        ("cidade", city),
        ("produto", picture.product.clone()),
        ("volume", picture.volume.clone()),
        ("urgencia", picture.urgency.clone()),
        ("temperatura", picture.temperature.clone()),
    ];
    let known = facts.into_iter().filter_map(|(name, fact)| Some((name.to_owned(), fact?.into())));
    let mut known: Map<String, Value> = known.collect();
    if let Some(score) = picture.score.filter(|_| picture.temperature.is_some()) {
        known.insert(SCORE.to_owned(), score.into());
    }
    known
}

/// Moves with every message, so it is told along with the rest and never by itself.
const SCORE: &str = "pontuacao";

fn hash(picture: &Picture) -> String {
    let mut fields = people::fields(picture);
    fields.attributes.remove(SCORE);
    let told = json!([picture.name, fields.phone, fields.identifier, fields.attributes]);
    hash::short(&told.to_string())
}
