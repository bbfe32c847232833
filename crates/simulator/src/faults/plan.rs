//! Which calls go wrong: the next ones, all of them, or a seeded share.

use std::collections::VecDeque;
use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::Fault;
use crate::log::lock;

/// The faults planned for one kind of call; changed at run time, from any thread.
pub struct FaultPlan(Mutex<Plan>);

struct Plan {
    next: VecDeque<Option<Fault>>,
    always: Option<Fault>,
    rates: Vec<(f64, Fault)>,
    dice: StdRng,
}

impl FaultPlan {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(Mutex::new(Plan {
            next: VecDeque::new(),
            always: None,
            rates: Vec::new(),
            dice: StdRng::seed_from_u64(seed),
        }))
    }

    /// The next call that has no fault planned yet gets this one.
    pub fn next(&self, fault: Fault) {
        lock(&self.0).next.push_back(Some(fault));
    }

    /// The next `times` calls get this fault.
    pub fn next_times(&self, times: usize, fault: Fault) {
        let planned = std::iter::repeat_n(Some(fault), times);
        lock(&self.0).next.extend(planned);
    }

    /// The next `calls` calls are healthy, whatever comes after them.
    pub fn spare(&self, calls: usize) {
        lock(&self.0).next.extend(std::iter::repeat_n(None, calls));
    }

    /// Every call gets this fault until [`FaultPlan::clear`].
    pub fn always(&self, fault: Fault) {
        lock(&self.0).always = Some(fault);
    }

    /// A share of the calls, from 0 to 1, gets this fault; several shares add up.
    pub fn at_rate(&self, share: f64, fault: Fault) {
        lock(&self.0).rates.push((share, fault));
    }

    /// Starts the dice of [`FaultPlan::at_rate`] anew: the same seed gives the same faults.
    pub fn seed(&self, seed: u64) {
        lock(&self.0).dice = StdRng::seed_from_u64(seed);
    }

    /// Heals everything; the dice stay where they are.
    pub fn clear(&self) {
        let mut plan = lock(&self.0);
        plan.next.clear();
        plan.rates.clear();
        plan.always = None;
    }

    pub(crate) fn draw(&self) -> Option<Fault> {
        let mut plan = lock(&self.0);
        if let Some(planned) = plan.next.pop_front() {
            return planned;
        }
        if plan.always.is_some() {
            return plan.always.clone();
        }
        if plan.rates.is_empty() {
            return None;
        }
        let mut thrown: f64 = plan.dice.random();
        plan.rates
            .iter()
            .find(|(share, _)| {
                thrown -= share;
                thrown < 0.0
            })
            .map(|(_, fault)| fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planned_calls_come_before_the_standing_fault() {
        let plan = FaultPlan::seeded(1);
        plan.always(Fault::unauthorized());
        plan.spare(1);
        plan.next(Fault::empty());
        assert_eq!(plan.draw(), None);
        assert_eq!(plan.draw(), Some(Fault::empty()));
        assert_eq!(plan.draw(), Some(Fault::unauthorized()));
        plan.clear();
        assert_eq!(plan.draw(), None);
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let draws = |seed| {
            let plan = FaultPlan::seeded(seed);
            plan.at_rate(0.3, Fault::empty());
            plan.at_rate(0.2, Fault::garbage());
            (0..1000).map(|_| plan.draw()).collect::<Vec<_>>()
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
        let empty = draws(7).iter().filter(|fault| **fault == Some(Fault::empty())).count();
        let garbage = draws(7).iter().filter(|fault| **fault == Some(Fault::garbage())).count();
        assert!((250..350).contains(&empty), "{empty} of 1000 at a rate of 0.3");
        assert!((150..250).contains(&garbage), "{garbage} of 1000 at a rate of 0.2");
    }
}
