//! What creating and changing a record checks and does.

use serde_json::{Map, Value, json};

use super::State;
use super::envelope;
use super::records::Kind;
use crate::faults::Reply;
use crate::log::lock;

impl State {
    /// `YYYY-MM-DD HH:MM:SS` in Brasília, as the vendor writes times.
    pub(super) fn now(&self) -> String {
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-3));
        let now = jiff::Timestamp::from_millisecond(self.config.clock.now_ms());
        let now = now.unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone);
        now.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Answers `POST /{kind}`.
    pub(super) fn post(&self, kind: Kind, body: &Value) -> Reply {
        let problems = self.problems(kind, body, true);
        if !problems.is_empty() {
            return envelope::unprocessable(problems);
        }
        let record = self.add(kind, body.clone());
        let record = envelope::loosened(&record);
        // Companies alone come back in a list.
        let data = if kind == Kind::Company { json!([record]) } else { record };
        envelope::done(201, data)
    }

    /// Answers `PUT /{kind}/{id}`.
    pub(super) fn put(&self, kind: Kind, id: i64, body: &Value) -> Reply {
        let problems = self.problems(kind, body, false);
        if !problems.is_empty() {
            return envelope::unprocessable(problems);
        }
        match lock(&self.records).change(kind, id, &stored(kind, body.clone()), &self.now()) {
            Some(record) => envelope::done(200, envelope::loosened(&record)),
            None => envelope::not_found(),
        }
    }

    /// Creates without a call.
    pub(super) fn create(&self, kind: Kind, fields: Value) -> i64 {
        self.add(kind, fields)["id"].as_i64().unwrap_or_default()
    }

    /// Changes without a call.
    pub(super) fn update(&self, kind: Kind, id: i64, fields: Value) {
        lock(&self.records).change(kind, id, &fields, &self.now());
    }

    fn add(&self, kind: Kind, fields: Value) -> Value {
        let mut record = defaults(kind);
        for (key, value) in stored(kind, fields).as_object().into_iter().flatten() {
            record[key.as_str()] = value.clone();
        }
        lock(&self.records).add(kind, record, &self.now())
    }

    /// A deal as the automatic action posts it: at the root, with its neighbours nested.
    pub(super) fn whole_deal(&self, id: i64, action: &str) -> Value {
        let records = lock(&self.records);
        let mut deal = records.get(Kind::Deal, id).unwrap_or_else(|| json!({"id": id}));
        let person = deal["person_id"].as_i64().and_then(|id| records.get(Kind::Person, id));
        let stage = deal["stage_id"].as_i64().and_then(|id| self.config.catalogue.stage(id));
        deal["person"] = json!(person);
        deal["stage"] = json!(stage);
        deal["action"] = json!(action);
        deal
    }

    fn problems(&self, kind: Kind, body: &Value, is_new: bool) -> Map<String, Value> {
        let mut problems = Map::new();
        let mut wrong = |field: &str, what: &str| {
            problems.insert(field.to_owned(), json!(format!("O campo {field} {what}.")));
        };
        let required: &[&str] = match kind {
            Kind::Deal => &["title", "pipeline_id", "stage_id"],
            Kind::Person | Kind::Company => &["name"],
            Kind::Note => &["text"],
        };
        for field in required.iter().filter(|field| is_new || body.get(**field).is_some()) {
            let is_number = field.ends_with("_id");
            let given = body.get(*field);
            let text = given.and_then(Value::as_str).map(str::trim);
            match (given, is_number) {
                (None | Some(Value::Null), _) => wrong(field, "é obrigatório"),
                (Some(_), false) if text.is_none_or(str::is_empty) => {
                    wrong(field, "é obrigatório");
                }
                (Some(value), true) if !value.is_i64() => {
                    wrong(field, "deve ser um número inteiro");
                }
                _ => {}
            }
        }
        if kind == Kind::Deal {
            self.check_deal(body, is_new, &mut wrong);
        }
        problems
    }

    fn check_deal(&self, body: &Value, is_new: bool, wrong: &mut impl FnMut(&str, &str)) {
        let catalogue = &self.config.catalogue;
        if let Some(id) = body["stage_id"].as_i64() {
            match catalogue.stage(id) {
                None => wrong("stage_id", "não existe"),
                Some(stage) if is_new && stage["pipeline_id"] != body["pipeline_id"] => {
                    wrong("stage_id", "não pertence ao funil");
                }
                Some(stage) if is_new && stage["allow_create_deal"] == false => {
                    wrong("stage_id", "não permite criar oportunidades");
                }
                Some(_) => {}
            }
        }
        for (field, kind) in [("person_id", Kind::Person), ("company_id", Kind::Company)] {
            let id = body[field].as_i64();
            if id.is_some_and(|id| lock(&self.records).get(kind, id).is_none()) {
                wrong(field, "não existe");
            }
        }
        if body["temperature"].as_i64().is_some_and(|degree| !(1..=4).contains(&degree)) {
            wrong("temperature", "é inválido");
        }
    }
}

fn defaults(kind: Kind) -> Value {
    match kind {
        Kind::Deal => json!({"status": 0, "deleted": 0, "freezed": 0, "value": "0.00",
                             "closed_at": "", "reason_close": "", "lost_reason_id": null}),
        Kind::Person | Kind::Company => json!({"status": 1, "observation": ""}),
        Kind::Note => json!({"user_id": 4_101}),
    }
}

/// A body as it is kept: contacts become records of their own.
fn stored(kind: Kind, mut body: Value) -> Value {
    if !matches!(kind, Kind::Person | Kind::Company) {
        return body;
    }
    let Some(fields) = body.as_object_mut() else { return body };
    for (given, kept, key) in
        [("contactPhones", "contact_phones", "phone"), ("contactEmails", "contact_emails", "email")]
    {
        let Some(Value::Array(contacts)) = fields.remove(given) else { continue };
        let contacts = contacts.into_iter().map(|contact| match contact {
            Value::String(text) => json!({key: text, "is_main": 0}),
            object => object,
        });
        fields.insert(kept.to_owned(), contacts.collect());
    }
    body
}
