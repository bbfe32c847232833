//! What a human writes into a field of the lead's record: read strictly, refused in plain words.

use crate::conversation::{Author, Line};
use crate::lead::{Field, Lead, Urgency, Value};
use crate::plain_text::{plain, visible};
use crate::playbook::Playbook;
use crate::prompt::SEGMENTS;
use crate::understand::contact::{self, Special};
use crate::understand::gazetteer::{self, City};
use crate::understand::{self, Context};

/// Longest value of a field.
const LONGEST: usize = 120;

/// Why a value is not taken, in pt-BR.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

/// Reads a new value for a field; the first of the answers is the field's own, others go with it
/// (a city's state). An empty text takes the value away: no answer.
///
/// # Errors
/// When the text is no value of the field; the refusal says what would be one.
pub fn read(
    playbook: &Playbook,
    lead: &Lead,
    field: Field,
    text: &str,
) -> Result<Vec<Value>, Refusal> {
    let text = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return Ok(Vec::new());
    }
    if text.chars().count() > LONGEST {
        return refuse(format!("Texto longo demais: use até {LONGEST} caracteres."));
    }
    let value = match field {
        Field::Name => name(&text)?,
        Field::Company => Value::Company(with_letters(&text, "da empresa")?),
        Field::City => return city(lead, &text),
        Field::Uf => uf(lead, &text)?,
        Field::Email => email(&text)?,
        Field::Cnpj => cnpj(&text)?,
        Field::Product => product(playbook, &text)?,
        Field::ProductCategory => category(playbook, &text)?,
        Field::Volume => as_answer(playbook, field, &text).ok_or_else(|| {
            refusal(
                "Não entendi o volume: escreva quantidade, unidade e período, como \
                 \"500 hambúrgueres por dia\" ou \"120 kg por semana\".",
            )
        })?,
        Field::Urgency => urgency(playbook, &text)?,
        Field::KnowsSeleto => yes_or_no(&text)?,
        Field::Segment => segment(&text)?,
    };
    Ok(vec![value])
}

fn name(text: &str) -> Result<Value, Refusal> {
    if text.chars().any(char::is_numeric) {
        return refuse("O nome da pessoa não tem números.");
    }
    with_letters(text, "da pessoa").map(Value::Name)
}

fn with_letters(text: &str, whose: &str) -> Result<String, Refusal> {
    if text.chars().any(char::is_alphabetic) {
        return Ok(text.to_owned());
    }
    refuse(format!("Escreva o nome {whose}."))
}

/// "Londrina", "Londrina/PR", "Londrina - PR".
fn city(lead: &Lead, text: &str) -> Result<Vec<Value>, Refusal> {
    let (name, uf) = match gazetteer::typed(text) {
        [] => city_and_state(text),
        _ => (text, None),
    };
    let found: Vec<City> = gazetteer::typed(name)
        .iter()
        .filter(|city| uf.is_none_or(|uf| city.uf == uf))
        .copied()
        .collect();
    let Some(first) = found.first() else {
        let hint = gazetteer::nearly(&plain(name))
            .map(|city| format!(" Seria {} ({})?", city.name, city.uf))
            .unwrap_or_default();
        return refuse(format!(
            "Não encontrei essa cidade na lista de municípios do IBGE.{hint} Escreva como \
             \"Londrina\" ou \"Londrina/PR\"."
        ));
    };
    let same_state = found.iter().find(|city| lead.uf.as_deref() == Some(city.uf));
    let only = same_state.copied().or_else(|| gazetteer::without_more(&found));
    let state = only.map(|city| Value::Uf(city.uf.to_owned()));
    Ok(std::iter::once(Value::City(first.name.to_owned())).chain(state).collect())
}

fn city_and_state(text: &str) -> (&str, Option<&'static str>) {
    let trimmed = text.trim_end_matches(')');
    let at = trimmed.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
    match trimmed.get(at..).and_then(gazetteer::state_code) {
        Some(uf) => {
            let name = trimmed.get(..at).unwrap_or_default();
            (name.trim_end_matches(|c: char| !c.is_alphanumeric()), Some(uf))
        }
        None => (text, None),
    }
}

fn uf(lead: &Lead, text: &str) -> Result<Value, Refusal> {
    let state = gazetteer::state_code(text).or_else(|| gazetteer::state_name(&plain(text)));
    let Some(uf) = state else {
        return refuse("Use a sigla do estado com duas letras, como PR ou SP.");
    };
    if let Some(city) = &lead.city {
        let cities = gazetteer::typed(city);
        if !cities.is_empty() && cities.iter().all(|known| known.uf != uf) {
            return refuse(format!("{city} não fica em {uf}: corrija a cidade."));
        }
    }
    Ok(Value::Uf(uf.to_owned()))
}

fn email(text: &str) -> Result<Value, Refusal> {
    match contact::specials(text).as_slice() {
        [(0, end, Special::Email(address))] if *end == text.len() => {
            Ok(Value::Email(address.clone()))
        }
        _ => refuse("E-mail inválido: escreva só o endereço, como nome@empresa.com.br."),
    }
}

fn cnpj(text: &str) -> Result<Value, Refusal> {
    contact::cnpj(text).map(Value::Cnpj).ok_or_else(|| {
        refusal("CNPJ inválido: são 14 caracteres e os dois últimos dígitos precisam conferir.")
    })
}

fn product(playbook: &Playbook, text: &str) -> Result<Value, Refusal> {
    let catalogue = &playbook.catalogue;
    let by_code = catalogue.products.iter().find(|it| it.code.eq_ignore_ascii_case(text));
    let named = catalogue.named_in(&plain(text));
    let only = if let [only] = named.as_slice() { Some(*only) } else { None };
    by_code.or(only).map(|product| Value::Product(product.code.clone())).ok_or_else(|| {
        let codes: Vec<&str> = catalogue.products.iter().map(|it| it.code.as_str()).collect();
        refusal(&format!("Use um produto do catálogo: {}.", codes.join(", ")))
    })
}

fn category(playbook: &Playbook, text: &str) -> Result<Value, Refusal> {
    let id = plain(text).replace(' ', "_");
    let catalogue = &playbook.catalogue;
    let known = catalogue.category(&id).or_else(|| catalogue.category_named_in(&plain(text)));
    known.map(|it| Value::ProductCategory(it.id.clone())).ok_or_else(|| {
        let ids: Vec<&str> = catalogue.categories.iter().map(|it| it.id.as_str()).collect();
        refusal(&format!("Use um tipo de produto do catálogo: {}.", ids.join(", ")))
    })
}

fn urgency(playbook: &Playbook, text: &str) -> Result<Value, Refusal> {
    match plain(text).as_str() {
        "alta" => Ok(Value::Urgency(Urgency::Alta)),
        "media" => Ok(Value::Urgency(Urgency::Media)),
        "baixa" => Ok(Value::Urgency(Urgency::Baixa)),
        _ => as_answer(playbook, Field::Urgency, text).ok_or_else(|| {
            refusal(
                "Use alta (até 30 dias), média (um a três meses) ou baixa (mais tarde ou só \
                 pesquisando).",
            )
        }),
    }
}

fn yes_or_no(text: &str) -> Result<Value, Refusal> {
    match plain(text).as_str() {
        "sim" | "s" | "true" | "1" => Ok(Value::KnowsSeleto(true)),
        "nao" | "n" | "false" | "0" => Ok(Value::KnowsSeleto(false)),
        _ => refuse("Responda sim ou não."),
    }
}

fn segment(text: &str) -> Result<Value, Refusal> {
    let id = plain(text).replace(' ', "_");
    if SEGMENTS.contains(&id.as_str()) {
        return Ok(Value::Segment(id));
    }
    refuse(format!("Use um destes segmentos: {}.", SEGMENTS.join(", ")))
}

/// What the offline reader makes of a text that answers the playbook's question for the field.
fn as_answer(playbook: &Playbook, field: Field, text: &str) -> Option<Value> {
    let question = playbook.rules.question_for(field).unwrap_or_default();
    let lead = Lead::default();
    let history = [Line::text(Author::Agent, question)];
    let burst = [Line::text(Author::Lead, text)];
    let catalogue = &playbook.machines;
    let agent = playbook.company.agent.name.as_str();
    let context = Context { catalogue, agent, lead: &lead, history: &history, burst: &burst };
    let facts = understand::understand(&context).facts;
    facts.into_iter().map(|fact| fact.value).find(|value| value.field() == field)
}

fn refusal(words: &str) -> Refusal {
    Refusal(words.to_owned())
}

fn refuse<T>(words: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(words.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(field: Field, text: &str, expected: &[&str]) {
        let values = read(&Playbook::seleto(), &Lead::default(), field, text);
        let values: Vec<String> = values.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(values, expected, "{text}");
    }

    #[track_caller]
    fn refuses(field: Field, text: &str, words: &str) {
        let lead = Lead { city: Some("Londrina".into()), ..Lead::default() };
        let refusal = read(&Playbook::seleto(), &lead, field, text).unwrap_err().to_string();
        assert!(refusal.contains(words), "{text}: {refusal}");
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        reads(Field::Name, "  Ana   Souza ", &["Ana Souza"]);
        reads(Field::Company, "3 Irmãos", &["3 Irmãos"]);
        reads(Field::City, "londrina", &["Londrina", "PR"]);
        reads(Field::City, "sao paulo - sp", &["São Paulo", "SP"]);
        reads(Field::City, "Bom Jesus (RS)", &["Bom Jesus", "RS"]);
        reads(Field::City, "Bom Jesus", &["Bom Jesus"]);
        reads(Field::Uf, "pr", &["PR"]);
        reads(Field::Uf, "Paraná", &["PR"]);
        reads(Field::Email, "Ana@Burger.com.br", &["ana@burger.com.br"]);
        reads(Field::Cnpj, "11.222.333/0001-81", &["11222333000181"]);
        reads(Field::Cnpj, "12.abc.345/01de-35", &["12ABC34501DE35"]);
        reads(Field::Product, "fb 300", &["FB300"]);
        reads(Field::Volume, "500 hambúrgueres por dia", &["500 hambúrgueres por dia"]);
        reads(Field::Volume, "1.200 kg por semana", &["1.200 kg por semana"]);
        reads(Field::Urgency, "Média", &["media"]);
        reads(Field::Urgency, "urgente", &["alta"]);
        reads(Field::KnowsSeleto, "Não", &["não"]);
        reads(Field::Segment, "Casa de carnes", &["casa_de_carnes"]);
        reads(Field::Segment, " ", &[]);
    }

    #[test]
    fn what_is_no_value_is_refused_with_what_would_be_one() {
        refuses(Field::Name, "Ana 2", "números");
        refuses(Field::Company, "?!", "nome da empresa");
        refuses(Field::City, "Londrinna", "Londrina (PR)?");
        refuses(Field::City, "Londrina/SP", "IBGE");
        refuses(Field::Uf, "XX", "sigla");
        refuses(Field::Uf, "SP", "Londrina não fica em SP");
        refuses(Field::Email, "ana@", "nome@empresa");
        refuses(Field::Email, "ana@b.co e bia@b.co", "só o endereço");
        refuses(Field::Cnpj, "11.222.333/0001-82", "CNPJ inválido");
        refuses(Field::Product, "geladeira", "FB300");
        refuses(Field::ProductCategory, "geladeira", "catálogo");
        refuses(Field::Volume, "bastante", "500 hambúrgueres por dia");
        refuses(Field::Urgency, "talvez", "30 dias");
        refuses(Field::KnowsSeleto, "talvez", "sim ou não");
        refuses(Field::Segment, "padaria", "hamburgueria");
        refuses(Field::Name, &"a".repeat(121), "longo");
    }

    #[test]
    fn of_cities_with_one_name_the_one_in_the_leads_state() {
        let lead = Lead { uf: Some("GO".into()), ..Lead::default() };
        let values = read(&Playbook::seleto(), &lead, Field::City, "Bom Jesus").unwrap();
        assert_eq!(values.len(), 1, "there is no Bom Jesus in Goiás: {values:?}");
        let lead = Lead { uf: Some("RS".into()), ..Lead::default() };
        let values = read(&Playbook::seleto(), &lead, Field::City, "Bom Jesus").unwrap();
        assert_eq!(values[1], Value::Uf("RS".into()));
    }
}
