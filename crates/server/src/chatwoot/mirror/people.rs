//! The contact and the conversation of a lead: found where they are, else made, and once each.

use seleto_rules::phone::Phone;

use super::{Item, Run, stopped};
use crate::chatwoot::{Access, Contact, ContactFields, Failure};
use crate::mirrors::Stopped;
use crate::store::chatwoot::Picture;

/// So many last digits are the same with and without the ninth digit.
const COMMON_DIGITS: usize = 8;

impl Run<'_> {
    /// The conversation there, made if need be; answers its number.
    pub(super) async fn open(&self, picture: &Picture) -> Result<String, Stopped> {
        let known = picture.contact.as_ref().and_then(|it| it.remote_id.clone());
        let (contact, new) = match known {
            Some(contact) => (contact, false),
            None => self.contact(picture).await?,
        };
        if !new && let Some(found) = self.existing(&contact).await? {
            self.keep(self.conversation(), Some(&found), None).await?;
            return Ok(found);
        }
        let item = self.conversation();
        let source_id = item.1.clone();
        self.begin(item.clone()).await?;
        match self.client().create_conversation(&contact, &source_id).await {
            Ok(made) => {
                self.keep(item, Some(&made.id), None).await?;
                Ok(made.id)
            }
            // The contact was deleted there; or the inbox is not there, and then no new contact
            // helps.
            Err(Failure::Missing) if !new => {
                self.forget(contact_item(picture)).await?;
                Err(stopped(Failure::Missing))
            }
            Err(Failure::Missing) => Err(stopped(Failure::Unauthorized(Access::Inbox))),
            Err(failure) => Err(stopped(failure)),
        }
    }

    /// The latest conversation of the contact in our inbox, whoever opened it: our own whose
    /// answer was lost, or one that the team has had for years.
    async fn existing(&self, contact: &str) -> Result<Option<String>, Stopped> {
        let ours = self.claim.conversation.to_string();
        let inbox = self.client().inbox_id().await.map_err(stopped)?;
        let found = match self.client().conversations_of(contact).await {
            Ok(found) => found,
            // A server without this call has no way to tell.
            Err(Failure::Missing | Failure::Rejected { .. }) => return Ok(None),
            Err(failure) => return Err(stopped(failure)),
        };
        let by_address = found.iter().find(|it| it.source_id.as_deref() == Some(&ours));
        let in_inbox = || found.iter().find(|it| it.inbox.as_ref().is_none_or(|it| *it == inbox));
        Ok(by_address.or_else(in_inbox).map(|it| it.id.clone()))
    }

    /// The lead's contact, and whether it was made just now.
    async fn contact(&self, picture: &Picture) -> Result<(String, bool), Stopped> {
        let item = contact_item(picture);
        if let Some(found) = self.look_up(picture).await? {
            self.keep(item, Some(&found.id), None).await?;
            return Ok((found.id, false));
        }
        self.begin(item.clone()).await?;
        let source_id = self.claim.conversation.to_string();
        let fields = fields(picture);
        let failure = match self.client().create_contact(&fields, &source_id).await {
            Ok(made) => {
                self.keep(item, Some(&made.id), None).await?;
                self.keep_facts(picture).await?;
                return Ok((made.id, true));
            }
            Err(failure @ Failure::Rejected { .. }) => failure,
            Err(Failure::Missing) => return Err(stopped(Failure::Unauthorized(Access::Account))),
            Err(failure) => return Err(stopped(failure)),
        };
        // Somebody else made it meanwhile, or the search did not see it.
        if let Some(found) = self.look_up_exactly(picture).await? {
            self.keep(item, Some(&found.id), None).await?;
            return Ok((found.id, false));
        }
        // A number that the server does not take is kept beside the contact.
        let named = ContactFields { identifier: Some(key(picture)), phone: None, ..fields };
        match self.client().create_contact(&named, &source_id).await {
            Ok(made) => {
                self.keep(item, Some(&made.id), None).await?;
                Ok((made.id, true))
            }
            Err(Failure::Rejected { .. }) => {
                self.refuse(item, &failure).await?;
                Err(Stopped::Busy { retry_after: Some(std::time::Duration::from_secs(600)) })
            }
            Err(failure) => Err(stopped(failure)),
        }
    }

    /// By what the number with and without the ninth digit have in common: one search for both.
    async fn look_up(&self, picture: &Picture) -> Result<Option<Contact>, Stopped> {
        let key = key(picture);
        let from = key.len().saturating_sub(COMMON_DIGITS);
        let part = if is_number(&key) { &key[from..] } else { key.as_str() };
        if let Some(found) = self.search(part, &key).await? {
            return Ok(Some(found));
        }
        // An earlier call may have made it: then a server that searches by whole words must be
        // asked in its own way too.
        if picture.contact.is_some() { self.look_up_exactly(picture).await } else { Ok(None) }
    }

    async fn look_up_exactly(&self, picture: &Picture) -> Result<Option<Contact>, Stopped> {
        let key = key(picture);
        match self.search(&key, &key).await? {
            None if is_number(&key) => self.search(&format!("+{key}"), &key).await,
            found => Ok(found),
        }
    }

    async fn search(&self, text: &str, key: &str) -> Result<Option<Contact>, Stopped> {
        match self.client().search_contacts(text).await {
            Ok(found) => Ok(best(found, key)),
            // A server without a search: creating tells whether the contact is there.
            Err(Failure::Missing | Failure::Rejected { .. }) => Ok(None),
            Err(failure) => Err(stopped(failure)),
        }
    }
}

/// The contact as an item: a lead has one, however many conversations.
pub(super) fn contact_item(picture: &Picture) -> Item {
    ("contact", picture.lead.to_string())
}

/// What is said of the contact.
pub(super) fn fields(picture: &Picture) -> ContactFields {
    let key = key(picture);
    let number = is_number(&key);
    let name = picture.name.clone().or_else(|| picture.profile_name.clone());
    ContactFields {
        name: Some(name.unwrap_or_else(|| key.clone())),
        phone: number.then(|| format!("+{key}")),
        identifier: (!number).then_some(key),
        attributes: super::facts::attributes(picture),
    }
}

/// What tells the person from all others: the number, or the linked id where that is all we have.
fn key(picture: &Picture) -> String {
    picture.phone.clone().unwrap_or_else(|| picture.address.clone())
}

fn is_number(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// The contact that is this person: the very number before its variant.
fn best(found: Vec<Contact>, key: &str) -> Option<Contact> {
    let wanted: Option<Phone> = key.parse().ok();
    let rank = |contact: &Contact| {
        let names = [contact.phone.as_deref(), contact.identifier.as_deref()];
        let names = names.into_iter().flatten();
        let ranks = names.filter_map(|name| {
            if name.trim_start_matches('+') == key {
                return Some(0);
            }
            let other: Phone = name.parse().ok()?;
            let same = wanted.as_ref()?.canonical() == other.canonical();
            same.then_some(1)
        });
        ranks.min()
    };
    let ranked = found.into_iter().filter_map(|contact| Some((rank(&contact)?, contact)));
    // Of contacts that are alike the oldest is the one that others use.
    ranked
        .min_by_key(|(rank, contact)| (*rank, contact.id.parse().unwrap_or(u64::MAX)))
        .map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: &str, phone: Option<&str>, identifier: Option<&str>) -> Contact {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Contact { id: id.to_owned(), phone: owned(phone), identifier: owned(identifier) }
    }

    fn check(found: &[(&str, Option<&str>, Option<&str>)], key: &str, expected: Option<&str>) {
        let found = found.iter().map(|(id, phone, name)| contact(id, *phone, *name)).collect();
        assert_eq!(best(found, key).map(|it| it.id), expected.map(str::to_owned));
    }

    #[test]
    fn a_person_is_one_contact_with_and_without_the_ninth_digit() {
        let old = ("1", Some("+551188887777"), None);
        let new = ("2", Some("+5511988887777"), None);
        check(&[old], "5511988887777", Some("1"));
        check(&[old, new], "5511988887777", Some("2"));
        check(&[new], "551188887777", Some("2"));
    }

    #[test]
    fn somebody_else_is_not_taken_for_the_lead() {
        check(&[("1", Some("+5521988887777"), None)], "5511988887777", None);
        check(&[("1", Some("+5511988887778"), Some("8887777"))], "5511988887777", None);
        check(&[("1", None, None)], "5511988887777", None);
    }

    #[test]
    fn a_linked_id_is_found_by_its_name() {
        check(&[("9", None, Some("65998849469@lid"))], "65998849469@lid", Some("9"));
        check(&[("9", Some("+5565998849469"), None)], "65998849469@lid", None);
    }

    #[test]
    fn of_contacts_alike_the_oldest_is_taken() {
        let one = ("12", Some("+5511988887777"), None);
        check(&[one, ("3", Some("+5511988887777"), None)], "5511988887777", Some("3"));
    }
}
