//! The lead as a person in the CRM: found by our reference or its number, else made.

use seleto_rules::phone::Phone;
use seleto_rules::plain_text::plain;

use super::visit::Visit;
use super::written::{Plan, Written};
use super::{stopped, stopped_creating};
use crate::mirrors::Stopped;
use crate::piperun::{Failure, Person, PersonFields};

impl Visit<'_> {
    /// The person's id in the CRM; `None` when the CRM refuses it.
    pub(super) async fn person(&mut self, company: Option<i64>) -> Result<Option<i64>, Stopped> {
        let written = self.person_written(company);
        match written.plan(self.remote("person")) {
            Plan::Leave(id) => Ok(id),
            Plan::Update(id, changed) => {
                let fields = self.changed_person(company, &changed).await;
                let result = self.client.update_person(id, &fields).await;
                let hash = self.finished(written).to_text();
                if self.updated("person", id, hash, result).await? {
                    return Ok(Some(id));
                }
                self.find_or_make_person(company).await
            }
            Plan::LookAndCreate => self.find_or_make_person(company).await,
        }
    }

    fn person_written(&self, company: Option<i64>) -> Written {
        let lead = &self.record.lead;
        let city = lead.city.as_deref().zip(lead.uf.as_deref());
        Written::default()
            .with("name", Some(&self.person_name()))
            .with("company", company.map(|id| id.to_string()).as_deref())
            .with("city", city.map(|(city, uf)| format!("{city}/{uf}")).as_deref())
            .with("phone", self.phone.as_ref().map(Phone::as_str))
            .with("email", lead.email.as_deref())
    }

    fn person_name(&self) -> String {
        let known = [
            self.record.lead.name.as_deref(),
            self.record.sender_name.as_deref(),
            self.phone.as_ref().map(Phone::as_str),
        ];
        let name = known.into_iter().flatten().map(str::trim).find(|name| !name.is_empty());
        name.unwrap_or("Lead do WhatsApp").to_owned()
    }

    /// What marks a person as made by us: it is not shown in lists, and sellers may read it.
    fn mark(&self) -> String {
        format!("Seleto SDR {}", self.reference())
    }

    async fn changed_person(&mut self, company: Option<i64>, changed: &[&str]) -> PersonFields {
        let has = |part: &str| changed.contains(&part);
        // A city that could not be looked up the last time is looked up now.
        let city = if has("city") || changed.is_empty() { self.city().await } else { None };
        let phone = self.phone.as_ref().filter(|_| has("phone"));
        PersonFields {
            name: has("name").then(|| self.person_name()),
            company: company.filter(|_| has("company")),
            city,
            observation: None,
            phones: phone.map(|phone| phone.as_str().to_owned()).into_iter().collect(),
            emails: self.record.lead.email.clone().filter(|_| has("email")).into_iter().collect(),
        }
    }

    async fn find_or_make_person(&mut self, company: Option<i64>) -> Result<Option<i64>, Stopped> {
        let (id, written) = (self.reference(), self.person_written(company));
        match self.find_person().await {
            Ok(Some(found)) => return self.adopt_person(found, company, written).await.map(Some),
            Ok(None) => {}
            Err(Looked::Refused(failure)) if self.is_in_doubt("person") => {
                self.refuse("person", id, written.to_text(), &failure).await?;
                return Ok(None);
            }
            // Nothing was begun, and nothing says that there is such a person.
            Err(Looked::Refused(_)) => {}
            Err(Looked::Stopped(stopped)) => return Err(stopped),
        }
        let all = ["name", "company", "city", "phone", "email"];
        let mut fields = self.changed_person(company, &all).await;
        fields.observation = Some(self.mark());
        self.begin("person", id.clone()).await?;
        let mut made = self.client.create_person(&fields).await;
        if matches!(made, Err(Failure::Rejected { .. })) {
            // Whatever it is that it does not like: the deal needs a person.
            let bare = PersonFields {
                name: fields.name,
                observation: fields.observation,
                phones: fields.phones,
                ..PersonFields::default()
            };
            made = self.client.create_person(&bare).await;
        }
        match made {
            Ok(made) => {
                let hash = self.finished(written).to_text();
                self.keep("person", id, Some(made), hash).await?;
                Ok(Some(made))
            }
            Err(failure @ Failure::Rejected { .. }) => {
                self.refuse("person", id, written.to_text(), &failure).await?;
                Ok(None)
            }
            Err(failure) => Err(stopped_creating(failure)),
        }
    }

    /// Takes over a person that is there; its numbers stay.
    async fn adopt_person(
        &mut self,
        found: i64,
        company: Option<i64>,
        written: Written,
    ) -> Result<i64, Stopped> {
        let number = self.phone.as_ref().map(Phone::as_str);
        let numbers = Written::default().with("phone", number).to_text();
        // Noted first: what follows may fail, and the person is found for good.
        self.keep("person", self.reference(), Some(found), numbers).await?;
        let fields = self.changed_person(company, &["name", "company", "city", "email"]).await;
        let result = self.client.update_person(found, &fields).await;
        let hash = self.finished(written).to_text();
        if !self.updated("person", found, hash, result).await? {
            // It was there a moment ago; the next look tells.
            return Err(Stopped::Passing("the person vanished while it was taken over".to_owned()));
        }
        Ok(found)
    }

    async fn find_person(&self) -> Result<Option<i64>, Looked> {
        let found = self.client.persons_named(&self.person_name()).await?;
        let mut likely = Vec::new();
        for person in found {
            let is_taken = self.is_another_leads("person", person.id).await;
            if self.is_this_lead(&person) && !is_taken.map_err(Looked::Stopped)? {
                likely.push(person.id);
            }
        }
        Ok(likely.into_iter().min())
    }

    /// Our reference or the same number; where a call's outcome is unknown also the name alone, if
    /// nothing speaks against it.
    fn is_this_lead(&self, person: &Person) -> bool {
        if person.observation.contains(&self.mark()) {
            return true;
        }
        let number = self.phone.as_ref().map(Phone::canonical);
        let theirs = || person.phones.iter().filter_map(|phone| brazilian(phone));
        if number.is_some_and(|number| theirs().any(|phone| phone == number)) {
            return true;
        }
        self.is_in_doubt("person")
            && person.phones.is_empty()
            && person.observation.is_empty()
            && plain(&person.name) == plain(&self.person_name())
    }
}

/// Why a look brought nothing.
enum Looked {
    /// The question itself is refused.
    Refused(Failure),
    /// It is to be asked again.
    Stopped(Stopped),
}

impl From<Failure> for Looked {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Missing | Failure::Rejected { status: 400..=499, .. } => {
                Self::Refused(failure)
            }
            other => Self::Stopped(stopped(other)),
        }
    }
}

/// A number as sellers write it, often without the country code, in the form that is compared.
fn brazilian(number: &str) -> Option<String> {
    let local = (10..=11).contains(&number.len());
    let number = if local { format!("55{number}") } else { number.to_owned() };
    number.parse().ok().map(|phone: Phone| phone.canonical())
}

#[cfg(test)]
mod tests {
    use super::brazilian;

    #[test]
    fn numbers_of_sellers_are_compared_with_the_country_code() {
        assert_eq!(brazilian("41988887777"), brazilian("554188887777"));
        assert_eq!(brazilian("5541988887777"), brazilian("4188887777"));
        assert_eq!(brazilian("12"), None);
    }
}
