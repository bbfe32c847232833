//! What the company makes: categories, machines, capacities, ready answers.

use jiff::civil::Date;
use serde::Deserialize;

use crate::lead::{Unit, Volume};
use crate::plain_text::{find_words, has_words, plain};

use super::VolumeRules;
use super::capacity::{Capacity, Size, per_day};

/// All that is made, and what is not.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// Kinds of machine.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// Machines.
    #[serde(rename = "product")]
    pub products: Vec<Product>,
    /// Ready answers that hold for every machine.
    #[serde(default, rename = "topic")]
    pub topics: Vec<Topic>,
    /// What to offer beside a machine.
    #[serde(default, rename = "upsell")]
    pub upsells: Vec<Upsell>,
    /// What people ask for and nobody here makes.
    #[serde(default)]
    pub not_sold: Vec<NotSold>,
}

/// A machine's name in a text.
#[derive(Clone, Copy, Debug)]
pub struct Mention<'a> {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// The machine.
    pub product: &'a Product,
}

/// A kind of machine.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Key in the lead's record.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How leads name it, plain.
    pub aliases: Vec<String>,
    /// What its machines make, as leads name it, plain.
    #[serde(default)]
    pub makes: Vec<String>,
    /// A sentence that presents it.
    pub say: String,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Key in the lead's record and in the CRM.
    pub code: String,
    /// What it is called in conversation.
    pub name: String,
    /// "a" or "o".
    pub article: Article,
    /// The id of its category.
    pub category: String,
    /// How leads name it, plain.
    pub aliases: Vec<String>,
    /// What it is, in a few words.
    pub what: String,
    /// What to say of it, after its name.
    pub pitch: String,
    /// What it makes in a time.
    #[serde(default)]
    pub capacity: Vec<Capacity>,
    /// Sizes it comes in, smallest first.
    #[serde(default)]
    pub sizes: Vec<Size>,
    /// Ready answers.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// Why it is not on sale, when it is not.
    #[serde(default)]
    pub unavailable: Option<Unavailable>,
    /// The plain names it goes by: code, name and aliases.
    #[serde(skip)]
    names: Vec<String>,
}

/// The gender of a machine's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Article {
    /// Feminine.
    #[serde(rename = "a")]
    A,
    /// Masculine.
    #[serde(rename = "o")]
    O,
}

/// A ready answer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Words of the question, plain.
    pub about: Vec<String>,
    /// The answer, a whole sentence.
    pub say: String,
}

/// A machine that is not on sale.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unavailable {
    /// Why, in half a sentence.
    pub why: String,
    /// When it is expected; told only while it lies in the future.
    #[serde(default)]
    pub forecast: Option<Date>,
    /// The code of a machine to offer meanwhile.
    #[serde(default)]
    pub offer: Option<String>,
    /// How to offer it.
    #[serde(default)]
    pub offer_say: Option<String>,
}

/// A machine to offer to whoever wants another.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upsell {
    /// The code of the machine wanted.
    pub from: String,
    /// The code of the machine to offer.
    pub to: String,
    /// How to offer it.
    pub say: String,
}

/// Something nobody here makes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotSold {
    /// How leads name it, plain.
    pub words: Vec<String>,
    /// What we call it.
    pub say: String,
}

impl Catalogue {
    /// Reckons what lookups need, once.
    pub(super) fn prepare(&mut self) {
        for product in &mut self.products {
            product.names = [plain(&product.code), plain(&product.name)]
                .into_iter()
                .chain(product.aliases.iter().cloned())
                .collect();
        }
    }

    /// The machine with that code.
    pub fn product(&self, code: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.code == code)
    }

    /// The category with that id.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The machines named in a plain text, in the order of the text.
    pub fn named_in(&self, text: &str) -> Vec<&Product> {
        let mut named: Vec<&Product> = Vec::new();
        for mention in self.mentions(text) {
            if !named.iter().any(|known| known.code == mention.product.code) {
                named.push(mention.product);
            }
        }
        named
    }

    /// Where machines are named in a plain text.
    ///
    /// Of names that overlap the longest counts: "fb700 com linha" is not the FB700.
    pub fn mentions(&self, text: &str) -> Vec<Mention<'_>> {
        let mut found: Vec<Mention<'_>> = Vec::new();
        for product in &self.products {
            for name in product.names() {
                let mut from = 0;
                while let Some(start) = find_words(text, name, from) {
                    from = start + name.len();
                    found.push(Mention { start, end: from, product });
                }
            }
        }
        found.sort_by_key(|mention| (mention.start, std::cmp::Reverse(mention.end)));
        let mut covered = 0;
        found.retain(|mention| {
            let free = mention.start >= covered;
            covered = if free { mention.end } else { covered };
            free
        });
        found
    }

    /// The category named in a plain text.
    pub fn category_named_in(&self, text: &str) -> Option<&Category> {
        self.categories
            .iter()
            .find(|category| category.aliases.iter().any(|alias| has_words(text, alias)))
    }

    /// The machine of a category that has one machine alone.
    pub fn only_one_of(&self, category: &str) -> Option<&Product> {
        let mut members = self.products.iter().filter(|product| product.category == category);
        members.next().filter(|_| members.next().is_none())
    }

    /// The category whose machines make what a plain text names.
    pub fn category_making(&self, text: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.makes.iter().any(|it| has_words(text, it)))
    }

    /// What is named in a plain text and not made here.
    pub fn not_sold_in(&self, text: &str) -> Vec<&NotSold> {
        let named = |thing: &&NotSold| thing.words.iter().any(|word| has_words(text, word));
        self.not_sold.iter().filter(named).collect()
    }

    /// The smallest machine of a category that makes the volume, by its capacity.
    pub fn smallest_for(
        &self,
        category: &str,
        volume: &Volume,
        rules: &VolumeRules,
    ) -> Option<&Product> {
        self.smallest_where(category, volume, rules, |_| true)
    }

    /// The same among the machines that fit.
    pub fn smallest_where(
        &self,
        category: &str,
        volume: &Volume,
        rules: &VolumeRules,
        fits: impl Fn(&Product) -> bool,
    ) -> Option<&Product> {
        let wanted = per_day(volume, rules);
        self.products
            .iter()
            .filter(|product| product.category == category && product.unavailable.is_none())
            .filter(|product| fits(product))
            .filter_map(|product| Some((product.daily(volume.unit, rules)?, product)))
            .filter(|(daily, _)| *daily >= wanted)
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, product)| product)
    }
}

impl Product {
    /// The plain names it goes by: code, name and aliases.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// "a FB300", "o misturador".
    pub fn with_article(&self) -> String {
        match self.article {
            Article::A => format!("a {}", self.name),
            Article::O => format!("o {}", self.name),
        }
    }

    /// "da FB300", "do misturador".
    pub fn with_of(&self) -> String {
        format!("d{}", self.with_article())
    }

    /// "na FB300", "no misturador".
    pub fn with_in(&self) -> String {
        format!("n{}", self.with_article())
    }

    /// What it makes in a working day, in that unit.
    pub fn daily(&self, unit: Unit, rules: &VolumeRules) -> Option<f64> {
        self.capacity
            .iter()
            .filter(|capacity| capacity.unit.counts(unit))
            .map(|c| c.daily(rules))
            .reduce(f64::max)
    }

    /// The smallest size that makes the volume in a comfortable number of batches.
    pub fn size_for(&self, volume: &Volume, rules: &VolumeRules) -> Option<&Size> {
        let wanted = per_day(volume, rules);
        self.sizes.iter().find(|size| {
            size.unit.counts(volume.unit) && size.amount * rules.batches_per_day >= wanted
        })
    }
}

impl Unavailable {
    /// The forecast, while it lies in the future.
    pub fn forecast_after(&self, today: Date) -> Option<Date> {
        self.forecast.filter(|forecast| *forecast > today)
    }
}
