//! The figures of a run, for people and for programs.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::ledger::Ledger;
use super::load::Shape;
use super::process::{Usage, spent};
use crate::cli::table;

/// What a run was asked to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) engine: &'static str,
    pub(super) shape: Shape,
    pub(super) conversations: u32,
    pub(super) seconds: u32,
    /// Nothing when the offline brain answers.
    pub(super) model_latency_ms: Option<u32>,
    pub(super) quiet_ms: u32,
    pub(super) callbacks: bool,
}

/// What a run brought.
pub(super) struct Measured<'a> {
    pub(super) setting: Setting,
    pub(super) ledger: &'a Ledger,
    /// When the first message was posted.
    pub(super) begun: Instant,
    pub(super) model_calls: u64,
    pub(super) cold_start: Duration,
    /// The agent before the load.
    pub(super) idle: Option<Usage>,
    /// The agent after it.
    pub(super) end: Option<Usage>,
    /// Processor time of the load and the simulated vendors.
    pub(super) own: Option<Duration>,
}

/// The figures; `null` is what this system does not tell.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    engine: &'static str,
    rate: Option<u32>,
    in_flight: Option<u32>,
    conversations: u32,
    seconds: u32,
    model_latency_ms: Option<u32>,
    quiet_ms: u32,
    callbacks: bool,
    acknowledgement_ms: Quantiles,
    end_to_end_ms: Quantiles,
    overhead_ms: Quantiles,
    replies_per_second: f64,
    accepted: usize,
    refused: usize,
    answered: usize,
    joined: usize,
    lost: usize,
    duplicated: usize,
    model_calls_per_message: f64,
    cpu_ms_per_message: Option<f64>,
    load_cpu_ms_per_message: Option<f64>,
    idle_memory_mib: Option<f64>,
    peak_memory_mib: Option<f64>,
    cold_start_ms: f64,
}

/// Where half, 95 and 99 of a hundred lie, and the worst, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Quantiles {
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

impl Report {
    pub(super) fn new(measured: Measured<'_>) -> Self {
        let Measured { setting, ledger, .. } = measured;
        let totals = ledger.totals();
        #[expect(clippy::cast_precision_loss, reason = "runs have far fewer messages than 2^52")]
        let per_message = |amount: f64| amount / (totals.accepted.max(1) as f64);
        let cpu = |time: Option<Duration>| Some(hundredths(per_message(ms(time?))));
        let memory = |kib: Option<u64>| kib.map(|kib| hundredths(per_1024(kib)));
        let waits = setting.model_latency_ms.unwrap_or(0) + setting.quiet_ms;
        let waits = Duration::from_millis(waits.into());
        let overhead: Vec<_> =
            ledger.answers().iter().map(|took| took.saturating_sub(waits)).collect();
        let (rate, in_flight) = match setting.shape {
            Shape::Open { rate } => (Some(rate), None),
            Shape::Closed { workers } => (None, Some(workers)),
        };
        #[expect(clippy::cast_precision_loss, reason = "the same")]
        let model_calls = measured.model_calls as f64;
        Self {
            engine: setting.engine,
            rate,
            in_flight,
            conversations: setting.conversations,
            seconds: setting.seconds,
            model_latency_ms: setting.model_latency_ms,
            quiet_ms: setting.quiet_ms,
            callbacks: setting.callbacks,
            acknowledgement_ms: Quantiles::of(ledger.acknowledgements()),
            end_to_end_ms: Quantiles::of(ledger.answers()),
            overhead_ms: Quantiles::of(&overhead),
            replies_per_second: hundredths(replies_per_second(ledger, measured.begun)),
            accepted: totals.accepted,
            refused: totals.refused,
            answered: totals.answered,
            joined: totals.joined,
            lost: totals.lost,
            duplicated: totals.duplicated,
            model_calls_per_message: hundredths(per_message(model_calls)),
            cpu_ms_per_message: cpu(spent(measured.idle, measured.end)),
            load_cpu_ms_per_message: cpu(measured.own),
            idle_memory_mib: memory(measured.idle.map(|usage| usage.resident_kib)),
            peak_memory_mib: memory(measured.end.map(|usage| usage.peak_kib)),
            cold_start_ms: hundredths(ms(measured.cold_start)),
        }
    }

    /// Whether every message was taken and answered exactly once.
    pub(super) fn is_sound(&self) -> bool {
        self.accepted > 0 && self.refused + self.lost + self.duplicated == 0
    }

    fn headline(&self) -> String {
        let load = match (self.rate, self.in_flight) {
            (Some(rate), _) => format!("{rate} mensagens/s"),
            (None, Some(workers)) => format!("{workers} mensagens em andamento"),
            (None, None) => String::new(),
        };
        let brain = match self.model_latency_ms {
            Some(latency) => format!("modelo de {latency} ms"),
            None => "cérebro offline".to_owned(),
        };
        let callbacks = if self.callbacks { "" } else { ", sem avisos de envio" };
        format!(
            "{}: {load} por {} s em {} conversas, {brain}, espera de {} ms{callbacks}",
            self.engine, self.seconds, self.conversations, self.quiet_ms
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |name: &str, times: Quantiles| {
            let times = [times.p50, times.p95, times.p99, times.max];
            std::iter::once(name.to_owned()).chain(times.map(|ms| format!("{ms:>8.1}"))).collect()
        };
        let heading = ["tempos em ms", "     p50", "     p95", "     p99", "   pior"];
        let times: [Vec<String>; 4] = [
            heading.map(str::to_owned).to_vec(),
            row("confirmação (200)", self.acknowledgement_ms),
            row("ponta a ponta", self.end_to_end_ms),
            row("tempo próprio", self.overhead_ms),
        ];
        let or_unknown = |figure: Option<f64>, unit: &str| {
            figure.map_or_else(|| "não medido".to_owned(), |figure| format!("{figure:.2} {unit}"))
        };
        let figures = [
            ("respostas por segundo", format!("{:.1}", self.replies_per_second)),
            ("aceitas", self.accepted.to_string()),
            ("recusadas", self.refused.to_string()),
            ("respondidas junto com outra", self.joined.to_string()),
            ("perdidas", self.lost.to_string()),
            ("duplicadas", self.duplicated.to_string()),
            ("chamadas ao modelo por mensagem", format!("{:.2}", self.model_calls_per_message)),
            ("CPU do agente por mensagem", or_unknown(self.cpu_ms_per_message, "ms")),
            ("CPU da carga por mensagem", or_unknown(self.load_cpu_ms_per_message, "ms")),
            ("memória parado", or_unknown(self.idle_memory_mib, "MiB")),
            ("memória no pico", or_unknown(self.peak_memory_mib, "MiB")),
            ("início a frio", format!("{:.0} ms", self.cold_start_ms)),
        ];
        let figures: Vec<_> =
            figures.into_iter().map(|(name, figure)| vec![name.to_owned(), figure]).collect();
        let (times, figures) = (table::lay_out(&times), table::lay_out(&figures));
        write!(f, "{}\n\n{times}\n\n{figures}", self.headline())
    }
}

impl Quantiles {
    fn of(times: &[Duration]) -> Self {
        let mut sorted = times.to_vec();
        sorted.sort_unstable();
        // The nearest rank: the least time that at least so many of a hundred keep within.
        let rank = |percent: usize| (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        let at = |percent| hundredths(sorted.get(rank(percent)).copied().map_or(0.0, ms));
        Self { p50: at(50), p95: at(95), p99: at(99), max: at(100) }
    }
}

fn replies_per_second(ledger: &Ledger, begun: Instant) -> f64 {
    let Some(last) = ledger.last_answer() else { return 0.0 };
    #[expect(clippy::cast_precision_loss, reason = "runs have far fewer replies than 2^52")]
    let replies = ledger.answers().len() as f64;
    replies / (last - begun).as_secs_f64().max(0.001)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn per_1024(kib: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no memory is that large")]
    let kib = kib as f64;
    kib / 1024.0
}

fn hundredths(figure: f64) -> f64 {
    (figure * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_time_that_was_measured() {
        let times: Vec<_> = (1..=200).rev().map(Duration::from_millis).collect();
        let quantiles = Quantiles { p50: 100.0, p95: 190.0, p99: 198.0, max: 200.0 };
        assert_eq!(Quantiles::of(&times), quantiles);
        let one = [Duration::from_micros(1500)];
        assert_eq!(Quantiles::of(&one), Quantiles { p50: 1.5, p95: 1.5, p99: 1.5, max: 1.5 });
        assert_eq!(Quantiles::of(&[]), Quantiles { p50: 0.0, p95: 0.0, p99: 0.0, max: 0.0 });
    }

    fn report(play: impl FnOnce(&mut Ledger, Instant)) -> Report {
        let begun = Instant::now();
        let mut ledger = Ledger::new(4);
        play(&mut ledger, begun);
        let usage = |cpu, kib| {
            Some(Usage { cpu: Duration::from_millis(cpu), resident_kib: kib, peak_kib: 2 * kib })
        };
        Report::new(Measured {
            setting: Setting {
                engine: "sqlite",
                shape: Shape::Open { rate: 20 },
                conversations: 4,
                seconds: 1,
                model_latency_ms: Some(200),
                quiet_ms: 0,
                callbacks: true,
            },
            ledger: &ledger,
            begun,
            model_calls: 2,
            cold_start: Duration::from_millis(90),
            idle: usage(100, 10_240),
            end: usage(106, 20_480),
            own: None,
        })
    }

    #[test]
    fn a_run_is_told_in_words() {
        let report = report(|ledger, begun| {
            for conversation in 0..2 {
                drop(ledger.post(conversation, begun));
                ledger.accept(Duration::from_micros(2500));
                ledger.show(conversation, "oi", begun + Duration::from_millis(250));
            }
        });
        assert!(report.is_sound());
        insta::assert_snapshot!(report.to_string());
    }

    #[test]
    fn a_loss_makes_a_run_unsound() {
        let report = report(|ledger, begun| {
            drop(ledger.post(0, begun));
            ledger.accept(Duration::from_millis(1));
        });
        assert!(!report.is_sound());
    }
}
