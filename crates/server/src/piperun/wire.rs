//! The JSON of PipeRun's calls and answers, read by what it means rather than by its exact type.

use serde::Serialize;
use serde_json::Value;

/// A person to make or to change; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PersonFields {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the person works.
    #[serde(rename = "company_id", skip_serializing_if = "Option::is_none")]
    pub company: Option<i64>,
    /// City.
    #[serde(rename = "city_id", skip_serializing_if = "Option::is_none")]
    pub city: Option<i64>,
    /// Free text; holds our reference, as persons have no field of their own for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observation: Option<String>,
    /// Phones, digits with country code.
    #[serde(rename = "contactPhones", skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// E-mail addresses.
    #[serde(rename = "contactEmails", skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
}

/// A company to make or to change; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CompanyFields {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// CNPJ, without punctuation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnpj: Option<String>,
    /// City.
    #[serde(rename = "city_id", skip_serializing_if = "Option::is_none")]
    pub city: Option<i64>,
    /// Our reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_code: Option<String>,
}

/// A deal to make or to change; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DealFields {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Funnel.
    #[serde(rename = "pipeline_id", skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<i64>,
    /// Stage of the funnel.
    #[serde(rename = "stage_id", skip_serializing_if = "Option::is_none")]
    pub stage: Option<i64>,
    /// Where the lead came from.
    #[serde(rename = "origin_id", skip_serializing_if = "Option::is_none")]
    pub origin: Option<i64>,
    /// The user it belongs to.
    #[serde(rename = "owner_id", skip_serializing_if = "Option::is_none")]
    pub owner: Option<i64>,
    /// The lead.
    #[serde(rename = "person_id", skip_serializing_if = "Option::is_none")]
    pub person: Option<i64>,
    /// The lead's company.
    #[serde(rename = "company_id", skip_serializing_if = "Option::is_none")]
    pub company: Option<i64>,
    /// 1 very hot, 2 hot, 3 warm, 4 cold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<u8>,
    /// Our id for it. No list can be filtered by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Values of the account's own fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomField>,
    /// Tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
}

/// A value of one of the account's own fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomField {
    /// The field.
    pub id: i64,
    /// Its value, always text.
    pub value: String,
}

/// A tag, by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// The tag.
    pub id: i64,
}

#[derive(Serialize)]
pub(super) struct NewNote<'a> {
    #[serde(rename = "deal_id")]
    pub deal: i64,
    pub text: &'a str,
}

/// A person in the CRM.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Its id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// Where it works.
    pub company: Option<i64>,
    /// Free text.
    pub observation: String,
    /// Phones, digits alone.
    pub phones: Vec<String>,
}

/// A company in the CRM.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// Its id.
    pub id: i64,
    /// Name.
    pub name: String,
    /// CNPJ, without punctuation.
    pub cnpj: Option<String>,
    /// City.
    pub city: Option<i64>,
}

/// How a deal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has decided yet.
    Open,
    /// Sold.
    Won,
    /// Not sold.
    Lost,
}

/// A deal in the CRM.
#[derive(Clone, Debug, PartialEq)]
pub struct Deal {
    /// Its id.
    pub id: i64,
    /// Title.
    pub title: String,
    /// Funnel.
    pub pipeline: Option<i64>,
    /// Stage.
    pub stage: Option<i64>,
    /// The lead.
    pub person: Option<i64>,
    /// The lead's company.
    pub company: Option<i64>,
    /// How it stands.
    pub status: Status,
    /// 1 very hot, 2 hot, 3 warm, 4 cold.
    pub temperature: Option<i64>,
    /// Our id for it, if it is ours.
    pub reference: Option<String>,
    /// It was thrown away.
    pub deleted: bool,
    /// When it last changed, in the vendor's own notation.
    pub updated_at: String,
}

/// A note of a deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: i64,
    /// Its HTML.
    pub text: String,
}

/// Something with an id and a name: a funnel, an origin, a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
}

/// A stage of a funnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The funnel it belongs to.
    pub pipeline: Option<i64>,
    /// Whether new deals may be made in it.
    pub takes_new_deals: bool,
}

/// A city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct City {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// State, two capitals.
    pub uf: String,
}

/// The records in an answer: `data` as a list or alone, or a list without an envelope.
pub(super) fn records(answer: &Value) -> Option<Vec<&Value>> {
    let data = answer.get("data").filter(|data| !data.is_null()).unwrap_or(answer);
    match data {
        Value::Array(rows) => Some(rows.iter().collect()),
        Value::Object(_) => id(data).map(|_| vec![data]),
        _ => None,
    }
}

/// Where the next page begins; `None` after the last.
pub(super) fn next_page(answer: &Value) -> Option<&str> {
    answer.pointer("/meta/cursor/next").and_then(Value::as_str).filter(|next| !next.is_empty())
}

/// A refusal that came with a success's status.
pub(super) fn is_refusal(answer: &Value) -> bool {
    answer.get("success").is_some_and(|success| *success == Value::Bool(false))
        || answer.get("error").is_some_and(|error| !error.is_null() && *error != false)
}

/// The vendor's words for a refusal: the field messages, or the general one.
pub(super) fn explanation(answer: &Value) -> Option<String> {
    let fields = answer.get("data").or_else(|| answer.get("errors")).and_then(Value::as_object);
    let messages: Vec<String> = fields
        .into_iter()
        .flatten()
        .filter_map(|(field, message)| Some(format!("{field}: {}", first_text(message)?)))
        .collect();
    if !messages.is_empty() {
        return Some(messages.join("; "));
    }
    ["message", "error"].iter().find_map(|key| text(answer, key))
}

fn first_text(message: &Value) -> Option<&str> {
    message.as_str().or_else(|| message.as_array()?.first()?.as_str())
}

pub(super) fn id(record: &Value) -> Option<i64> {
    number(record, "id")
}

pub(super) fn person(record: &Value) -> Option<Person> {
    Some(Person {
        id: id(record)?,
        name: text(record, "name").unwrap_or_default(),
        company: number(record, "company_id"),
        observation: text(record, "observation").unwrap_or_default(),
        phones: contacts(record, "contact_phones", &["phone", "number"]),
    })
}

pub(super) fn company(record: &Value) -> Option<Company> {
    Some(Company {
        id: id(record)?,
        name: text(record, "name").unwrap_or_default(),
        cnpj: text(record, "cnpj")
            .map(|cnpj| cnpj.chars().filter(char::is_ascii_alphanumeric).collect()),
        city: number(record, "city_id"),
    })
}

pub(super) fn deal(record: &Value) -> Option<Deal> {
    Some(Deal {
        id: id(record)?,
        title: text(record, "title").unwrap_or_default(),
        pipeline: number(record, "pipeline_id").or_else(|| nested_id(record, "pipeline")),
        stage: number(record, "stage_id").or_else(|| nested_id(record, "stage")),
        person: number(record, "person_id").or_else(|| nested_id(record, "person")),
        company: number(record, "company_id").or_else(|| nested_id(record, "company")),
        status: match number(record, "status") {
            Some(1) => Status::Won,
            Some(2 | 3) => Status::Lost,
            _ => Status::Open,
        },
        temperature: number(record, "temperature"),
        reference: text(record, "reference"),
        deleted: flag(record, "deleted"),
        updated_at: text(record, "updated_at").unwrap_or_default(),
    })
}

pub(super) fn note(record: &Value) -> Option<Note> {
    Some(Note { id: id(record)?, text: text(record, "text").unwrap_or_default() })
}

pub(super) fn named(record: &Value) -> Option<Named> {
    Some(Named { id: id(record)?, name: text(record, "name").unwrap_or_default() })
}

pub(super) fn stage(record: &Value) -> Option<Stage> {
    Some(Stage {
        id: id(record)?,
        name: text(record, "name").unwrap_or_default(),
        pipeline: number(record, "pipeline_id"),
        // Accounts that do not tell it let every stage take deals.
        takes_new_deals: record.get("allow_create_deal").is_none_or(Value::is_null)
            || flag(record, "allow_create_deal"),
    })
}

pub(super) fn city(record: &Value) -> Option<City> {
    Some(City {
        id: id(record)?,
        name: text(record, "name")?,
        uf: text(record, "uf").unwrap_or_default(),
    })
}

/// The deal that an automatic action posts: at the root, or nested, whatever else is there.
pub fn posted_deal(event: &Value) -> Option<i64> {
    let nested = ["deal", "data", "oportunidade"].iter().filter_map(|key| event.get(key));
    let wrapped = nested.filter_map(|value| match value {
        Value::Array(rows) => rows.first(),
        other => Some(other),
    });
    number(event, "deal_id").or_else(|| wrapped.filter_map(id).next()).or_else(|| id(event))
}

fn nested_id(record: &Value, key: &str) -> Option<i64> {
    record.get(key).and_then(id)
}

/// Phones or addresses: a list of objects, one object, or a list of texts.
fn contacts(record: &Value, key: &str, names: &[&str]) -> Vec<String> {
    let read = |contact: &Value| {
        let named = names.iter().find_map(|name| text(contact, name));
        named.or_else(|| contact.as_str().map(str::to_owned))
    };
    let found: Vec<String> = match record.get(key) {
        Some(Value::Array(contacts)) => contacts.iter().filter_map(read).collect(),
        Some(contact) => read(contact).into_iter().collect(),
        None => Vec::new(),
    };
    found.iter().map(|text| text.chars().filter(char::is_ascii_digit).collect()).collect()
}

/// A text that says something, without NUL; numbers as digits.
fn text(record: &Value, key: &str) -> Option<String> {
    match record.get(key)? {
        Value::String(text) => Some(text.replace('\0', "")).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number, also as text; 0 too.
fn number(record: &Value, key: &str) -> Option<i64> {
    match record.get(key)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(flag) => Some(i64::from(*flag)),
        _ => None,
    }
}

fn flag(record: &Value, key: &str) -> bool {
    number(record, key).is_some_and(|number| number != 0)
        || text(record, key).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_may_be_text_and_neighbours_nested() {
        let record = json!({"id": "748", "title": "Lead", "status": "0", "deleted": "0",
            "temperature": "2", "person": {"id": 7}, "stage_id": "12", "pipeline_id": 1,
            "reference": "", "company_id": null});
        let deal = deal(&record).unwrap();
        assert_eq!((deal.id, deal.status, deal.temperature), (748, Status::Open, Some(2)));
        assert_eq!((deal.person, deal.stage, deal.company), (Some(7), Some(12), None));
        assert_eq!((deal.reference, deal.deleted), (None, false));
    }

    #[test]
    fn lost_has_two_numbers() {
        for (number, status) in
            [(0, Status::Open), (1, Status::Won), (2, Status::Lost), (3, Status::Lost)]
        {
            assert_eq!(deal(&json!({"id": 1, "status": number})).unwrap().status, status);
        }
    }

    #[test]
    fn phones_come_in_three_shapes() {
        for phones in [
            json!([{"phone": "+55 (41) 98888-7777"}]),
            json!({"number": "5541988887777"}),
            json!(["5541988887777"]),
        ] {
            let record = json!({"id": 1, "name": "Ana", "contact_phones": phones});
            assert_eq!(person(&record).unwrap().phones, ["5541988887777"]);
        }
    }

    #[test]
    fn a_record_may_come_alone_in_a_list_or_bare() {
        for answer in [json!({"data": {"id": 3}}), json!({"data": [{"id": 3}]}), json!({"id": "3"})]
        {
            let found: Vec<i64> = records(&answer).unwrap().into_iter().filter_map(id).collect();
            assert_eq!(found, [3], "{answer}");
        }
        assert_eq!(records(&json!({"success": true})), None);
        assert_eq!(records(&json!({"data": []})), Some(vec![]));
    }

    #[test]
    fn a_posted_deal_is_found_at_the_root_and_nested() {
        for event in [
            json!({"id": "748", "title": "x", "person": {"id": 7}}),
            json!({"data": {"id": 748}}),
            json!({"deal": [{"id": 748}], "id": 1}),
            json!({"deal_id": 748, "id": 5}),
        ] {
            assert_eq!(posted_deal(&event), Some(748), "{event}");
        }
        assert_eq!(posted_deal(&json!({"ping": true})), None);
    }

    #[test]
    fn a_refusal_names_its_fields() {
        let answer = json!({"success": false, "message": "Unprocessable Entity",
            "data": {"title": "O campo title é obrigatório."}});
        assert_eq!(explanation(&answer).unwrap(), "title: O campo title é obrigatório.");
        assert_eq!(explanation(&json!({"message": "Malformed JSON."})).unwrap(), "Malformed JSON.");
        assert!(is_refusal(&answer));
        assert!(!is_refusal(&json!({"success": true, "data": {"id": 1}})));
    }
}
