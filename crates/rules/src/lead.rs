//! The lead's record: what is known, field by field, and how facts change it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A field of the lead's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The person's own name.
    Name,
    /// The company's proper name.
    Company,
    /// City, in IBGE spelling.
    City,
    /// State, two capitals.
    Uf,
    /// E-mail, lower case.
    Email,
    /// CNPJ, 14 characters without punctuation, check digits verified.
    Cnpj,
    /// Code of a machine in the catalogue.
    Product,
    /// Kind of machine, when no model is clear; never together with a product.
    ProductCategory,
    /// What the lead makes: amount, unit and period.
    Volume,
    /// When the lead wants to buy.
    Urgency,
    /// Whether the lead knows Seleto.
    KnowsSeleto,
    /// Kind of business.
    Segment,
}

/// What a volume counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Hamburgers.
    Hamburguer,
    /// Kilograms.
    Kg,
    /// Skewers.
    Espeto,
    /// Sausages.
    Linguica,
    /// Pieces of something not said.
    Unidade,
}

/// The time in which a volume is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// An hour.
    Hora,
    /// A day.
    Dia,
    /// A week.
    Semana,
    /// A month.
    Mes,
}

/// What the lead makes in a period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Volume {
    /// How many units; the lower bound of a range.
    pub amount: f64,
    /// Of what.
    pub unit: Unit,
    /// In what time.
    pub period: Period,
}

/// When the lead wants to buy or start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// Within about 30 days.
    Alta,
    /// One to three months.
    Media,
    /// Later, no hurry, only researching.
    Baixa,
}

/// What is known of a lead. Absent means unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lead {
    /// The person's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The company's proper name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// City, in IBGE spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// State, two capitals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uf: Option<String>,
    /// E-mail, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// CNPJ, 14 characters, check digits verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnpj: Option<String>,
    /// Code of a machine in the catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Kind of machine, when no model is clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_category: Option<String>,
    /// What the lead makes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<Volume>,
    /// When the lead wants to buy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Whether the lead knows Seleto.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knows_seleto: Option<bool>,
    /// Kind of business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
}

/// A value for one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The person's own name.
    Name(String),
    /// The company's proper name.
    Company(String),
    /// City, in IBGE spelling.
    City(String),
    /// State, two capitals.
    Uf(String),
    /// E-mail, lower case.
    Email(String),
    /// CNPJ, 14 characters, check digits verified.
    Cnpj(String),
    /// Code of a machine in the catalogue.
    Product(String),
    /// Kind of machine.
    ProductCategory(String),
    /// What the lead makes.
    Volume(Volume),
    /// When the lead wants to buy.
    Urgency(Urgency),
    /// Whether the lead knows Seleto.
    KnowsSeleto(bool),
    /// Kind of business.
    Segment(String),
}

/// A value with the words it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The value.
    pub value: Value,
    /// The lead's words.
    pub quote: String,
    /// Which message of the burst holds them, from 0.
    pub line: usize,
    /// Who read it.
    pub reader: Reader,
}

/// Who read a fact out of the lead's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reader {
    /// The offline reader.
    Offline,
    /// A model; its quote and its value were checked.
    Model,
}

impl Urgency {
    /// The word for it in the customer's tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Urgency::Alta => "alta",
            Urgency::Media => "media",
            Urgency::Baixa => "baixa",
        }
    }
}

/// As a seller would write it: "500 hambúrgueres por dia".
impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Hamburguer => "hambúrgueres",
            Unit::Kg => "kg",
            Unit::Espeto => "espetos",
            Unit::Linguica => "linguiças",
            Unit::Unidade => "unidades",
        };
        let period = match self.period {
            Period::Hora => "hora",
            Period::Dia => "dia",
            Period::Semana => "semana",
            Period::Mes => "mês",
        };
        write!(f, "{} {unit} por {period}", self.amount)
    }
}

impl Lead {
    /// Takes a fact over; a later value replaces an earlier one.
    pub fn apply(&mut self, value: &Value) {
        match value {
            Value::Name(name) => self.name = Some(name.clone()),
            Value::Company(company) => self.company = Some(company.clone()),
            Value::City(city) => {
                // A new city with another state unknown must not keep the old state.
                if self.city.as_deref() != Some(city) {
                    self.uf = None;
                }
                self.city = Some(city.clone());
            }
            Value::Uf(uf) => self.uf = Some(uf.clone()),
            Value::Email(email) => self.email = Some(email.clone()),
            Value::Cnpj(cnpj) => self.cnpj = Some(cnpj.clone()),
            Value::Product(product) => {
                self.product = Some(product.clone());
                self.product_category = None;
            }
            Value::ProductCategory(category) => {
                self.product = None;
                self.product_category = Some(category.clone());
            }
            Value::Volume(volume) => self.volume = Some(*volume),
            Value::Urgency(urgency) => self.urgency = Some(*urgency),
            Value::KnowsSeleto(knows) => self.knows_seleto = Some(*knows),
            Value::Segment(segment) => self.segment = Some(segment.clone()),
        }
    }
}

impl Field {
    /// All fields, in the order of the record.
    pub const ALL: &[Self] = &[
        Self::Name,
        Self::Company,
        Self::City,
        Self::Uf,
        Self::Email,
        Self::Cnpj,
        Self::Product,
        Self::ProductCategory,
        Self::Volume,
        Self::Urgency,
        Self::KnowsSeleto,
        Self::Segment,
    ];

    /// Its key in records, playbooks and prompts.
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Company => "company",
            Self::City => "city",
            Self::Uf => "uf",
            Self::Email => "email",
            Self::Cnpj => "cnpj",
            Self::Product => "product",
            Self::ProductCategory => "product_category",
            Self::Volume => "volume",
            Self::Urgency => "urgency",
            Self::KnowsSeleto => "knows_seleto",
            Self::Segment => "segment",
        }
    }

    /// The field with a key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.key() == key)
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Nome",
            Self::Company => "Empresa",
            Self::City => "Cidade",
            Self::Uf => "UF",
            Self::Email => "E-mail",
            Self::Cnpj => "CNPJ",
            Self::Product => "Produto",
            Self::ProductCategory => "Tipo de produto",
            Self::Volume => "Volume",
            Self::Urgency => "Urgência",
            Self::KnowsSeleto => "Já conhece a empresa",
            Self::Segment => "Segmento",
        }
    }

    /// What a value of it has to pass before it is taken.
    pub fn validator(self) -> &'static str {
        match self {
            Self::Name | Self::Company => "words",
            Self::City | Self::Uf => "ibge",
            Self::Email => "email",
            Self::Cnpj => "check_digits",
            Self::Product | Self::ProductCategory => "catalogue",
            Self::Volume => "amount_unit_period",
            Self::Urgency | Self::KnowsSeleto | Self::Segment => "closed_list",
        }
    }
}

impl Value {
    /// The field it belongs to.
    pub fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::Company(_) => Field::Company,
            Self::City(_) => Field::City,
            Self::Uf(_) => Field::Uf,
            Self::Email(_) => Field::Email,
            Self::Cnpj(_) => Field::Cnpj,
            Self::Product(_) => Field::Product,
            Self::ProductCategory(_) => Field::ProductCategory,
            Self::Volume(_) => Field::Volume,
            Self::Urgency(_) => Field::Urgency,
            Self::KnowsSeleto(_) => Field::KnowsSeleto,
            Self::Segment(_) => Field::Segment,
        }
    }
}

/// As people read it: "500 hambúrgueres por dia", "sim".
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text)
            | Self::Company(text)
            | Self::City(text)
            | Self::Uf(text)
            | Self::Email(text)
            | Self::Cnpj(text)
            | Self::Product(text)
            | Self::ProductCategory(text)
            | Self::Segment(text) => f.write_str(text),
            Self::Volume(volume) => f.write_str(&volume.in_words()),
            Self::Urgency(urgency) => f.write_str(urgency.as_str()),
            Self::KnowsSeleto(knows) => f.write_str(if *knows { "sim" } else { "não" }),
        }
    }
}

impl Lead {
    /// Whether the field is known.
    pub fn knows(&self, field: Field) -> bool {
        self.value(field).is_some()
    }

    /// What is known of a field.
    pub fn value(&self, field: Field) -> Option<Value> {
        match field {
            Field::Name => self.name.clone().map(Value::Name),
            Field::Company => self.company.clone().map(Value::Company),
            Field::City => self.city.clone().map(Value::City),
            Field::Uf => self.uf.clone().map(Value::Uf),
            Field::Email => self.email.clone().map(Value::Email),
            Field::Cnpj => self.cnpj.clone().map(Value::Cnpj),
            Field::Product => self.product.clone().map(Value::Product),
            Field::ProductCategory => self.product_category.clone().map(Value::ProductCategory),
            Field::Volume => self.volume.map(Value::Volume),
            Field::Urgency => self.urgency.map(Value::Urgency),
            Field::KnowsSeleto => self.knows_seleto.map(Value::KnowsSeleto),
            Field::Segment => self.segment.clone().map(Value::Segment),
        }
    }

    /// Forgets a field.
    pub fn forget(&mut self, field: Field) {
        match field {
            Field::Name => self.name = None,
            Field::Company => self.company = None,
            Field::City => self.city = None,
            Field::Uf => self.uf = None,
            Field::Email => self.email = None,
            Field::Cnpj => self.cnpj = None,
            Field::Product => self.product = None,
            Field::ProductCategory => self.product_category = None,
            Field::Volume => self.volume = None,
            Field::Urgency => self.urgency = None,
            Field::KnowsSeleto => self.knows_seleto = None,
            Field::Segment => self.segment = None,
        }
    }
}

impl Volume {
    /// "1.200 hambúrgueres por dia".
    pub fn in_words(&self) -> String {
        let one = self.amount == 1.0;
        let unit = match self.unit {
            Unit::Hamburguer => {
                if one {
                    "hambúrguer"
                } else {
                    "hambúrgueres"
                }
            }
            Unit::Kg => "kg",
            Unit::Espeto => {
                if one {
                    "espeto"
                } else {
                    "espetos"
                }
            }
            Unit::Linguica => {
                if one {
                    "linguiça"
                } else {
                    "linguiças"
                }
            }
            Unit::Unidade => {
                if one {
                    "unidade"
                } else {
                    "unidades"
                }
            }
        };
        let period = match self.period {
            Period::Hora => "hora",
            Period::Dia => "dia",
            Period::Semana => "semana",
            Period::Mes => "mês",
        };
        format!("{} {unit} por {period}", number_in_digits(self.amount))
    }
}

/// "1.200", "2,5": digits as Brazilians write them.
fn number_in_digits(number: f64) -> String {
    let text = format!("{number}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { grouped } else { format!("{grouped},{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_read_as_brazilians_write_them() {
        let volume = |amount, unit, period| Volume { amount, unit, period }.in_words();
        assert_eq!(volume(1200.0, Unit::Hamburguer, Period::Dia), "1.200 hambúrgueres por dia");
        assert_eq!(volume(2.5, Unit::Kg, Period::Mes), "2,5 kg por mês");
        assert_eq!(
            volume(1_000_000.0, Unit::Espeto, Period::Semana),
            "1.000.000 espetos por semana"
        );
        assert_eq!(volume(1.0, Unit::Unidade, Period::Hora), "1 unidade por hora");
    }

    #[test]
    fn a_new_city_forgets_the_old_state() {
        let mut lead =
            Lead { city: Some("Campinas".into()), uf: Some("SP".into()), ..Lead::default() };
        lead.apply(&Value::City("Curitiba".into()));
        assert_eq!((lead.city.as_deref(), lead.uf), (Some("Curitiba"), None));
    }
}
