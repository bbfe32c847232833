//! Logs as JSON lines and figures for Prometheus.

use std::collections::BTreeMap;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::store::Store;
use crate::store::alert::{self, OpenAlerts};
use crate::store::queue::{Depth, Lane};

/// Bounds of the histograms in seconds: from a local database to a model that is too slow.
const BUCKETS: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0, 30.0];

/// Installs the logger: JSON lines on standard error.
///
/// `filter` is `RUST_LOG`'s syntax; an unreadable one falls back to the default, with a warning.
pub fn log(filter: Option<&str>) {
    let default = "info,tokio_postgres=warn,hyper=warn,reqwest=warn,rustls=warn";
    let wanted = filter.map(|filter| filter.parse::<EnvFilter>());
    let broken = matches!(wanted, Some(Err(_)));
    let filter = wanted.and_then(Result::ok).unwrap_or_else(|| EnvFilter::new(default));
    let lines = crate::external_call::json_lines(std::io::stderr);
    // A second call (tests in one process) keeps the first logger.
    if tracing_subscriber::registry().with(filter).with(lines).try_init().is_ok() && broken {
        tracing::warn!("RUST_LOG is not readable; using {default}");
    }
}

/// The figures of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: Option<PrometheusHandle>,
}

impl Metrics {
    /// Installs the process-wide recorder.
    pub fn install() -> Self {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(seconds, &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .ok();
        crate::external_call::describe_metrics();
        metrics::describe_counter!(
            "seleto_webhooks_total",
            "Webhooks stored, by event and decision"
        );
        metrics::describe_counter!("seleto_turns_total", "Turns ended, by brain and outcome");
        metrics::describe_histogram!(
            "seleto_turn_overhead_seconds",
            "Time of a turn outside the model, in seconds"
        );
        metrics::describe_counter!("seleto_deliveries_total", "Attempts to send, by outcome");
        metrics::describe_counter!(
            "seleto_model_tokens_total",
            "Tokens of the model, by kind (prompt, cached, completion)"
        );
        metrics::describe_counter!(
            "seleto_model_cost_micro_usd_total",
            "Cost of the model in millionths of a US dollar"
        );
        metrics::describe_gauge!("seleto_alerts_open", "Alerts that nobody resolved, by kind");
        metrics::describe_gauge!("seleto_queue_depth", "Conversations with work, by lane");
        Self { handle }
    }

    /// No recorder, for tests that share a process.
    pub fn none() -> Self {
        Self { handle: None }
    }

    /// The page that Prometheus reads.
    pub async fn page(&self, store: &Store) -> String {
        if let Ok(depths) = store.read(Depth).await {
            let depths = depths.into_iter().collect();
            set_all("seleto_queue_depth", "lane", Lane::ALL.map(Lane::name), &depths);
        }
        if let Ok(alerts) = store.read(OpenAlerts).await {
            let mut open = BTreeMap::new();
            for alert in alerts {
                *open.entry(alert.kind).or_insert(0) += 1;
            }
            set_all("seleto_alerts_open", "kind", alert::KINDS, &open);
        }
        self.handle.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }

    /// Drops samples that are too old to matter; call it every few seconds.
    pub fn upkeep(&self) {
        if let Some(handle) = &self.handle {
            handle.run_upkeep();
        }
    }
}

/// Sets a gauge for each of its labels, also to zero: what is over must not linger.
fn set_all<const N: usize>(
    gauge: &'static str,
    label: &'static str,
    values: [&'static str; N],
    counts: &BTreeMap<String, i64>,
) {
    for value in values {
        let count = counts.get(value).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        metrics::gauge!(gauge, label => value).set(count as f64);
    }
}
