//! The company's data: tone, catalogue, rules, phrases, hours; read from a folder's files.

mod capacity;
mod catalogue;
mod check;
mod company;
mod phrases;
mod rules;
mod source;

pub use capacity::{Capacity, Made, Per, Size, per_day};
pub use catalogue::{
    Article, Catalogue, Category, Mention, NotSold, Product, Topic, Unavailable, Upsell,
};
pub use company::{Agent, Company};
pub use phrases::{Phrases, Say, fill};
pub use rules::{
    Asking, Digest, FollowUp, Guarding, Question, Rules, Seller, Technical, VolumeRules,
};

use source::Source;

use crate::guardrails::Knowledge;
use crate::understand;

/// Everything the agent knows of the company it speaks for.
#[derive(Clone, Debug)]
pub struct Playbook {
    /// Time zone of the company, an IANA name.
    pub time_zone: String,
    /// The company and its agent.
    pub company: Company,
    /// What it makes.
    pub catalogue: Catalogue,
    /// How leads are served.
    pub rules: Rules,
    /// What the agent says without a model.
    pub phrases: Phrases,
    /// What the guardrails know of it.
    pub(crate) knowledge: Knowledge,
    /// What the offline understanding listens for.
    pub(crate) machines: understand::catalogue::Catalogue,
}

/// What is wrong with a playbook, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct Problem {
    /// File name inside the playbook's folder.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong and what to do, in pt-BR.
    pub reason: String,
}

impl Playbook {
    /// The names of a playbook's files, all of them needed.
    pub const FILES: &[&str] = &["company.toml", "catalogue.toml", "rules.toml", "phrases.toml"];

    /// Reads a playbook from its files, given as (name, text).
    ///
    /// # Errors
    /// Every problem found, in the order of the files.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<Problem>> {
        let mut problems = unknown_files(files);
        let [company, catalogue, rules, phrases] =
            ["company.toml", "catalogue.toml", "rules.toml", "phrases.toml"]
                .map(|name| Source::find(files, name, &mut problems));
        let read = (
            company.decode::<Company>(&mut problems),
            catalogue.decode::<Catalogue>(&mut problems),
            rules.decode::<Rules>(&mut problems),
            Phrases::decode(&phrases, &mut problems),
        );
        let (Some(company_data), Some(catalogue_data), Some(rules_data), Some(phrases_data)) = read
        else {
            return Err(problems);
        };
        let mut catalogue_data = catalogue_data;
        catalogue_data.prepare();
        let knowledge = Knowledge::of(&company_data, &catalogue_data, &rules_data);
        let playbook = Self {
            time_zone: company_data.time_zone.clone(),
            knowledge,
            machines: understand::catalogue::Catalogue::of(&catalogue_data),
            company: company_data,
            catalogue: catalogue_data,
            rules: rules_data,
            phrases: phrases_data,
        };
        check::company(&playbook, &company, &mut problems);
        check::catalogue(&playbook, &catalogue, &mut problems);
        check::rules(&playbook, &rules, &mut problems);
        if problems.is_empty() {
            // Judging texts needs a sound catalogue: it says which numbers are facts.
            check::texts(&playbook, [&company, &catalogue, &rules, &phrases], &mut problems);
        }
        if problems.is_empty() { Ok(playbook) } else { Err(problems) }
    }

    /// The playbook of Seleto Industrial, used when no folder is given.
    ///
    /// # Panics
    /// Never in a build whose tests passed: one of them reads these very files.
    pub fn seleto() -> Self {
        match Self::parse(&Self::seleto_files()) {
            Ok(playbook) => playbook,
            Err(problems) => panic!("built-in playbook: {problems:?}"),
        }
    }

    /// The files of [`Playbook::seleto`], to write out as a start for another company's.
    pub fn seleto_files() -> Vec<(String, String)> {
        [
            ("company.toml", include_str!("../../../../playbooks/seleto/company.toml")),
            ("catalogue.toml", include_str!("../../../../playbooks/seleto/catalogue.toml")),
            ("rules.toml", include_str!("../../../../playbooks/seleto/rules.toml")),
            ("phrases.toml", include_str!("../../../../playbooks/seleto/phrases.toml")),
        ]
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .into()
    }
}

fn unknown_files(files: &[(String, String)]) -> Vec<Problem> {
    files
        .iter()
        .filter(|(name, _)| !Playbook::FILES.contains(&name.as_str()))
        .map(|(name, _)| Problem {
            file: name.clone(),
            line: 0,
            reason: format!(
                "este arquivo não faz parte do playbook; os arquivos são {}",
                Playbook::FILES.join(", ")
            ),
        })
        .collect()
}

#[cfg(test)]
mod tests;
