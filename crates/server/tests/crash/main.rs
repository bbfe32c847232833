//! The real binary is killed, stopped and started wrongly; nothing accepted may be lost.
//!
//! The vendors run in this process and survive the agent, so that what the leads' phones show can
//! be compared with what the agent accepted. `SELETO_CRASH_KILLS` sets how often each test kills,
//! and `SELETO_CRASH_SEED` repeats the times of a run that failed.

mod agent;
mod database;
mod kills;
mod load;
mod oracle;
#[path = "../support/postgres.rs"]
mod postgres;
mod restarts;
mod scene;
mod starting;
