//! What becomes of the facts that a brain read: news, nothing new, or kept out by a human's value.

use crate::lead::{Fact, Field, Lead};

/// A fact that is no repetition, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The fact.
    pub fact: Fact,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the record now. These fields lost their values to it, its own among them.
    Taken(Vec<Field>),
    /// A human set this field, and the human's value stands.
    Outranked(Field),
}

/// Takes facts over into a lead's record, except where a human holds the field.
pub fn settle(lead: &mut Lead, facts: &[Fact], held: &[Field]) -> Vec<Settled> {
    facts.iter().filter_map(|fact| one(lead, fact, held)).collect()
}

fn one(lead: &mut Lead, fact: &Fact, held: &[Field]) -> Option<Settled> {
    let field = fact.value.field();
    if lead.value(field).as_ref() == Some(&fact.value) {
        return None;
    }
    let settled = |fate| Some(Settled { fact: fact.clone(), fate });
    if let Some(holder) = rivals(field).iter().find(|rival| held.contains(rival)) {
        return settled(Fate::Outranked(*holder));
    }
    let before = lead.clone();
    lead.apply(&fact.value);
    // The state goes with the city, unless a human set it.
    if held.contains(&Field::Uf) {
        lead.uf = before.uf.clone();
    }
    settled(Fate::Taken(lost(&before, lead)))
}

/// The fields whose values are not what they were, though there was one.
pub fn lost(before: &Lead, after: &Lead) -> Vec<Field> {
    let changed =
        |field: &&Field| before.knows(**field) && before.value(**field) != after.value(**field);
    Field::ALL.iter().filter(changed).copied().collect()
}

/// The fields that a value of this one would change: a machine replaces a kind of machine.
fn rivals(field: Field) -> &'static [Field] {
    match field {
        Field::Product | Field::ProductCategory => &[Field::Product, Field::ProductCategory],
        Field::Name => &[Field::Name],
        Field::Company => &[Field::Company],
        Field::City => &[Field::City],
        Field::Uf => &[Field::Uf],
        Field::Email => &[Field::Email],
        Field::Cnpj => &[Field::Cnpj],
        Field::Volume => &[Field::Volume],
        Field::Urgency => &[Field::Urgency],
        Field::KnowsSeleto => &[Field::KnowsSeleto],
        Field::Segment => &[Field::Segment],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{Reader, Value};

    fn fact(value: Value) -> Fact {
        Fact { value, quote: String::new(), line: 0, reader: Reader::Offline }
    }

    fn known() -> Lead {
        Lead {
            city: Some("Londrina".into()),
            uf: Some("PR".into()),
            product_category: Some("formadora".into()),
            ..Lead::default()
        }
    }

    #[track_caller]
    fn check(value: Value, held: &[Field], fate: Option<Fate>, after: &Lead) {
        let mut lead = known();
        let settled = settle(&mut lead, &[fact(value)], held);
        assert_eq!(settled.first().map(|settled| settled.fate.clone()), fate);
        assert_eq!(&lead, after);
    }

    #[test]
    fn what_is_known_already_is_no_news() {
        check(Value::Uf("PR".into()), &[], None, &known());
    }

    #[test]
    fn a_correction_takes_the_place_of_all_that_it_contradicts() {
        let moved = Lead { city: Some("Santos".into()), uf: None, ..known() };
        let taken = Fate::Taken(vec![Field::City, Field::Uf]);
        check(Value::City("Santos".into()), &[], Some(taken), &moved);
        let chosen = Lead { product: Some("FB300".into()), product_category: None, ..known() };
        let taken = Fate::Taken(vec![Field::ProductCategory]);
        check(Value::Product("FB300".into()), &[], Some(taken), &chosen);
    }

    #[test]
    fn a_humans_value_stands() {
        let city = Value::City("Santos".into());
        check(city.clone(), &[Field::City], Some(Fate::Outranked(Field::City)), &known());
        let moved = Lead { city: Some("Santos".into()), ..known() };
        let taken = Fate::Taken(vec![Field::City]);
        check(city, &[Field::Uf], Some(taken), &moved);
        let product = Value::Product("FB300".into());
        let outranked = Fate::Outranked(Field::ProductCategory);
        check(product, &[Field::ProductCategory], Some(outranked), &known());
    }
}
