//! What machines make, reckoned against what a lead makes.

use serde::Deserialize;

use crate::lead::{Period, Unit, Volume};

use super::VolumeRules;

/// What a machine makes in a time.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// How many; the lower bound of a range.
    pub amount: f64,
    /// The upper bound of a range.
    #[serde(default)]
    pub up_to: Option<f64>,
    /// Of what.
    pub unit: Made,
    /// In what time.
    pub per: Per,
}

/// What machines make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// Hamburgers.
    Hamburguer,
    /// Skewers.
    Espeto,
    /// Kilograms.
    Kg,
}

/// The time of a capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// An hour.
    Hora,
    /// A day.
    Dia,
}

/// A size of a machine, by what one batch holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// What it is called, after the machine's name.
    pub name: String,
    /// What a batch holds.
    pub amount: f64,
    /// Of what.
    pub unit: Made,
}

impl Capacity {
    /// What comes out of a working day.
    pub fn daily(&self, rules: &VolumeRules) -> f64 {
        let most = self.up_to.unwrap_or(self.amount);
        match self.per {
            Per::Hora => most * rules.hours_per_day,
            Per::Dia => most,
        }
    }
}

impl Made {
    /// Whether a lead's unit is this one; pieces of something not said may be any piece.
    pub fn counts(self, unit: Unit) -> bool {
        match self {
            Self::Hamburguer => matches!(unit, Unit::Hamburguer | Unit::Unidade),
            Self::Espeto => matches!(unit, Unit::Espeto | Unit::Unidade),
            Self::Kg => unit == Unit::Kg,
        }
    }
}

/// A lead's volume, reckoned by the working day.
pub fn per_day(volume: &Volume, rules: &VolumeRules) -> f64 {
    /// Working weeks in a month.
    const WEEKS_PER_MONTH: f64 = 4.33;
    match volume.period {
        Period::Hora => volume.amount * rules.hours_per_day,
        Period::Dia => volume.amount,
        Period::Semana => volume.amount / rules.days_per_week,
        Period::Mes => volume.amount / (rules.days_per_week * WEEKS_PER_MONTH),
    }
}
