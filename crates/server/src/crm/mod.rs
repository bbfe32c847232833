//! The lane that keeps the CRM in step: a hot lead's company, person, deal and note in PipeRun.
//!
//! PipeRun knows no key that would make a repeated call harmless. Exactly one open deal for each
//! lead rests on three things: one holder of the lane at a time, a note in `remotes` before each
//! call that makes something, and a look at the CRM wherever that note was left without an outcome.

mod check;
mod company;
mod deal;
mod incoming;
mod note;
mod person;
mod poll;
mod reconcile;
mod visit;
mod written;

use std::sync::Arc;

use seleto_rules::qualification::Temperature;

pub use check::{Checked, Unusable, check, check_and_log};
pub use poll::{poll, run};
pub use reconcile::{Difference, Reconciled, Repair, reconcile};

use crate::app::App;
use crate::config::PipeRun;
use crate::health::State;
use crate::mirrors::{Mirror, Stopped};
use crate::piperun::{Client, Doubt, Failure};
use crate::store::crm::LoadCrm;
use crate::store::queue::{Claim, Lane};
use visit::Visit;

/// How many leads are written at once; the vendor is said to allow a hundred calls a minute.
pub const SIDE_BY_SIDE: usize = 4;

/// The CRM as a mirror of our record.
#[derive(Clone)]
pub struct Crm {
    app: Arc<App>,
    client: Client,
}

impl Crm {
    /// The CRM's mirror, when it is configured.
    pub fn new(app: Arc<App>) -> Option<Self> {
        let client = app.piperun.clone()?;
        app.config.piperun.as_ref()?;
        Some(Self { app, client })
    }

    fn settings(&self) -> Option<&PipeRun> {
        self.app.config.piperun.as_ref()
    }
}

impl Mirror for Crm {
    fn lane(&self) -> Lane {
        Lane::Piperun
    }

    async fn converge(&self, claim: Claim) -> Result<Option<i64>, Stopped> {
        let load = LoadCrm { conversation: claim.conversation };
        let (Some(record), Some(settings)) = (self.app.store.read(load).await?, self.settings())
        else {
            return Ok(None);
        };
        let client = self.client.on_behalf_of(Some(&record.lead_phone));
        let playbook = self.app.playbook();
        Visit::new(&self.app, client, settings, &playbook, claim, &record).bring_into_step().await
    }
}

/// What a call says about the service.
pub fn state_of<T>(answer: &Result<T, Failure>) -> State {
    match answer {
        Err(Failure::Unauthorized(_)) => State::Unauthorized,
        Err(Failure::NotSent(_) | Failure::Unconfirmed(_)) => State::Unreachable,
        Ok(_) | Err(Failure::Busy { .. } | Failure::Missing | Failure::Rejected { .. }) => {
            State::Configured
        }
    }
}

/// The number by which PipeRun knows a temperature.
fn degree(temperature: Temperature) -> u8 {
    match temperature {
        Temperature::Quente => 2,
        Temperature::Morno => 3,
        Temperature::Frio => 4,
    }
}

/// PipeRun's temperatures in words.
fn degree_in_words(degree: i64) -> Option<&'static str> {
    Some(match degree {
        1 => "muito quente",
        2 => "quente",
        3 => "morno",
        4 => "frio",
        _ => return None,
    })
}

/// An id as PipeRun's JSON has it.
fn id(configured: u64) -> i64 {
    i64::try_from(configured).unwrap_or(i64::MAX)
}

/// What a failed call means for the lane.
fn stopped(failure: Failure) -> Stopped {
    match failure {
        Failure::Busy { retry_after } => Stopped::Busy { retry_after },
        Failure::Unauthorized(_)
        | Failure::Missing
        | Failure::Rejected { status: 300..=399, .. } => {
            Stopped::Refused(format!("{failure}. {}", failure.remedy()))
        }
        Failure::NotSent(_) | Failure::Unconfirmed(_) | Failure::Rejected { .. } => {
            Stopped::Passing(failure.to_string())
        }
    }
}

/// The same for a call that makes something.
fn stopped_creating(failure: Failure) -> Stopped {
    match failure {
        // The server may still be at it: whoever looked now would find nothing, and make another.
        Failure::Unconfirmed(Doubt::TimedOut) => Stopped::Busy { retry_after: Some(STILL_AT_IT) },
        other => stopped(other),
    }
}

const STILL_AT_IT: std::time::Duration = std::time::Duration::from_secs(30);
