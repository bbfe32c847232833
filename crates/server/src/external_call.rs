//! The log line and the metrics of every call to a vendor.

use std::fmt;

use metrics::{counter, describe_counter, describe_histogram, histogram};
use tokio::time::Instant;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::registry::LookupSpan;

/// Target of the log lines, for filters.
pub const TARGET: &str = "external_call";

const CALLS: &str = "seleto_external_calls_total";
const SECONDS: &str = "seleto_external_call_seconds";

/// One call under way; it logs and counts itself when it ends, also when it is dropped unfinished.
#[derive(Debug)]
pub struct Call {
    service: Service,
    action: &'static str,
    phone: Option<String>,
    started: Instant,
    outcome: Outcome,
}

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// WhatsApp through Z-API.
    ZApi,
    /// The model server.
    OpenAi,
    /// Where a lead's files lie.
    Media,
    /// The sales CRM.
    PipeRun,
    /// Where the team reads along.
    Chatwoot,
    /// The customer's database in the cloud.
    Supabase,
}

/// How a call ended, as far as logs and metrics tell calls apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what was asked.
    Success,
    /// It did not; the word says why and comes from a closed set.
    Failure(&'static str),
}

/// Whether phones are logged in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phones {
    /// Only the last four digits.
    #[default]
    Masked,
    /// As they are; the operator asked for it.
    Full,
}

impl Call {
    /// Starts the clock.
    pub fn start(service: Service, action: &'static str) -> Self {
        let outcome = Outcome::Failure("cancelled");
        Self { service, action, phone: None, started: Instant::now(), outcome }
    }

    /// Names the person on whose behalf the call is made.
    pub fn about(mut self, phone: Option<&str>, phones: Phones) -> Self {
        self.phone = phone.map(|phone| phones.show(phone));
        self
    }

    /// Ends the call: one log line, one count, one duration.
    pub fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        let (service, action) = (self.service.name(), self.action);
        let phone = self.phone.as_deref();
        let response_time_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let outcome = match self.outcome {
            Outcome::Success => {
                tracing::info!(
                    target: TARGET,
                    service, action, phone, success = true, response_time_ms
                );
                "success"
            }
            Outcome::Failure(reason) => {
                tracing::warn!(
                    target: TARGET,
                    service, action, phone, success = false, response_time_ms, reason
                );
                reason
            }
        };
        counter!(CALLS, "service" => service, "action" => action, "outcome" => outcome)
            .increment(1);
        histogram!(SECONDS, "service" => service, "action" => action).record(took);
    }
}

impl Service {
    /// The name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZApi => "zapi",
            Self::OpenAi => "openai",
            Self::Media => "media",
            Self::PipeRun => "piperun",
            Self::Chatwoot => "chatwoot",
            Self::Supabase => "supabase",
        }
    }
}

impl Phones {
    /// The phone as logs may show it.
    pub fn show(self, phone: &str) -> String {
        match self {
            Self::Full => phone.to_owned(),
            Self::Masked => Masked(phone).to_string(),
        }
    }
}

/// Shows the last four digits of an address and hides the rest.
#[derive(Clone, Copy)]
pub struct Masked<'a>(pub &'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, suffix) = match self.0.split_once('@') {
            Some((number, suffix)) => (number, format!("@{suffix}")),
            None => (self.0, String::new()),
        };
        let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
        let shown: String = match digits.len() {
            ..8 => String::new(),
            length => digits[length - 4..].iter().collect(),
        };
        write!(f, "****{shown}{suffix}")
    }
}

/// Describes the metrics for `/metrics`; call it once a recorder is installed.
pub fn describe_metrics() {
    describe_counter!(CALLS, "Calls to vendors, by service, action and outcome");
    describe_histogram!(SECONDS, "How long calls to vendors took, in seconds");
}

/// Prints events as JSON, one a line, with `timestamp`, `level` and the event's own fields side by
/// side at the top.
pub fn json_lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + 'static + Send + Sync,
{
    tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::OnceLock;

    use metrics_exporter_prometheus::PrometheusBuilder;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    thread_local! {
        static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    struct Lines;

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What this thread logs meanwhile. One log serves the process: tracing forgets lines when
    /// threads change theirs while others log.
    fn logged(act: impl FnOnce()) -> Vec<serde_json::Value> {
        static LOG: OnceLock<()> = OnceLock::new();
        LOG.get_or_init(|| {
            let log = tracing_subscriber::registry().with(json_lines(|| Lines));
            tracing::subscriber::set_global_default(log).unwrap();
        });
        LINES.take();
        act();
        let text = String::from_utf8(LINES.take()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn the_line_has_the_agreed_fields_at_the_top() {
        let lines = logged(|| {
            Call::start(Service::ZApi, "send_text")
                .about(Some("5511987654321"), Phones::Masked)
                .end(Outcome::Success);
        });
        let [line] = lines.as_slice() else { panic!("one line, not {lines:?}") };
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["service"], "zapi");
        assert_eq!(line["action"], "send_text");
        assert_eq!(line["phone"], "****4321");
        assert_eq!(line["success"], true);
        assert!(line["response_time_ms"].is_u64());
    }

    #[test]
    fn a_failed_or_abandoned_call_leaves_a_line_too() {
        let lines = logged(|| {
            Call::start(Service::OpenAi, "chat").end(Outcome::Failure("busy"));
            drop(Call::start(Service::OpenAi, "chat"));
        });
        let told: Vec<_> =
            lines.iter().map(|line| (&line["level"], &line["success"], &line["reason"])).collect();
        assert_eq!(
            format!("{told:?}"),
            r#"[(String("WARN"), Bool(false), String("busy")), (String("WARN"), Bool(false), String("cancelled"))]"#
        );
    }

    #[test]
    fn calls_are_counted_by_service_action_and_outcome() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let page = recorder.handle();
        logged(|| {
            metrics::with_local_recorder(&recorder, || {
                Call::start(Service::ZApi, "queue").end(Outcome::Success);
                Call::start(Service::ZApi, "queue").end(Outcome::Failure("busy"));
            });
        });
        let page = page.render();
        assert!(page.contains(
            r#"seleto_external_calls_total{service="zapi",action="queue",outcome="busy"} 1"#
        ));
        assert!(
            page.contains(r#"seleto_external_call_seconds_count{service="zapi",action="queue"} 2"#)
        );
    }

    #[test]
    fn masked_phones_keep_four_digits() {
        let check = |phone, shown: &str| assert_eq!(Phones::Masked.show(phone), shown);
        check("5511987654321", "****4321");
        check("65998849469@lid", "****9469@lid");
        check("12345", "****");
        check("", "****");
        assert_eq!(Phones::Full.show("5511987654321"), "5511987654321");
    }
}
