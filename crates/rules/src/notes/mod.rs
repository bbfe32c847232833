//! What the team reads about a lead: the card of a handoff and the note in the CRM.

mod card;
mod crm;
mod deal;
mod reminder;
mod wording;

pub use card::handoff_card;
pub use crm::{CrmNote, crm_note, quote_summary};
pub use deal::{DealFact, deal_title, substance};
pub use reminder::handoff_reminder;

use crate::conversation::{Line, Memory};
use crate::lead::Lead;
use crate::phone::Phone;
use crate::playbook::Playbook;
use crate::qualification::Qualification;

/// What is known of a lead when somebody of the company is told about it.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// The company's data: names of machines, and of the company itself.
    pub playbook: &'a Playbook,
    /// What the lead told.
    pub lead: &'a Lead,
    /// The WhatsApp profile name, shown as such while the lead has not told its own.
    pub sender_name: Option<&'a str>,
    /// The number to call; `None` while WhatsApp hides it.
    pub phone: Option<&'a Phone>,
    /// Temperature, score and reasons.
    pub qualification: &'a Qualification,
    /// What the dialogue policy remembers.
    pub memory: &'a Memory,
    /// The conversation so far, oldest first; only the end of it is shown.
    pub lines: &'a [Line],
}

#[cfg(test)]
mod tests;
