//! All lanes of this process, in one list: for the agent, and for tests that do what is due.

use std::sync::Arc;

use super::{Work, run_due};
use crate::app::App;
use crate::chatwoot::ChatwootMirror;
use crate::crm::{self, Crm};
use crate::deliveries::{self, Deliveries};
use crate::follow_ups::{self, FollowUps};
use crate::mirrors::{self, MirrorLane};
use crate::store::Error;
use crate::supabase::SupabaseMirror;
use crate::turns::{self, Turns};

/// What is done with each lane.
pub trait Visitor {
    /// Takes a lane, with how many conversations it may work on at once.
    fn visit<W: Work>(
        &mut self,
        work: W,
        side_by_side: usize,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Visits every lane that is configured, in the order in which a message passes them.
///
/// # Errors
/// The visitor's.
pub async fn visit(app: &Arc<App>, visitor: &mut impl Visitor) -> Result<(), Error> {
    visitor.visit(Turns::new(Arc::clone(app)), turns::SIDE_BY_SIDE).await?;
    if let Some(deliveries) = Deliveries::new(Arc::clone(app)) {
        visitor.visit(deliveries, deliveries::SIDE_BY_SIDE).await?;
    }
    if let Some(crm) = Crm::new(Arc::clone(app)) {
        visitor.visit(MirrorLane::new(Arc::clone(app), crm), crm::SIDE_BY_SIDE).await?;
    }
    if let Some(chatwoot) = ChatwootMirror::new(Arc::clone(app)) {
        let lane = MirrorLane::new(Arc::clone(app), chatwoot);
        visitor.visit(lane, mirrors::SIDE_BY_SIDE).await?;
    }
    if let Some(mirror) = SupabaseMirror::new(Arc::clone(app)) {
        let lane = MirrorLane::new(Arc::clone(app), mirror);
        visitor.visit(lane, mirrors::SIDE_BY_SIDE).await?;
    }
    if let Some(deliveries) = Deliveries::to_sellers(Arc::clone(app)) {
        visitor.visit(deliveries, deliveries::SIDE_BY_SIDE).await?;
    }
    visitor.visit(FollowUps::new(Arc::clone(app)), follow_ups::SIDE_BY_SIDE).await?;
    Ok(())
}

/// Does all that is due now in every lane; answers how much that was.
///
/// # Errors
/// When the database refuses a claim.
pub async fn run_all_due(app: &Arc<App>) -> Result<usize, Error> {
    struct Run(usize);
    impl Visitor for Run {
        async fn visit<W: Work>(&mut self, work: W, _: usize) -> Result<(), Error> {
            self.0 += run_due(&work).await?;
            Ok(())
        }
    }
    let mut run = Run(0);
    visit(app, &mut run).await?;
    Ok(run.0)
}
