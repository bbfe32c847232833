//! PipeRun, the sales CRM: persons, companies, deals and their notes.

mod client;
mod failure;
mod wire;

pub use client::{Client, InvalidSettings, Settings};
pub use failure::{Doubt, Failure};
pub use wire::{
    City, Company, CompanyFields, CustomField, Deal, DealFields, Named, Note, Person, PersonFields,
    Stage, Status, Tag, posted_deal,
};
