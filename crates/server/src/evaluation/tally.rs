//! Plays a suite several times over and adds up: pass^k, cost, and what went wrong.

use std::fmt;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use seleto_rules::playbook::Playbook;

use super::WorldError;
use super::dialogue::{self, Message, Played};
use super::judge::judge;
use super::suite::Scenario;
use crate::config::Config;

/// How many dialogues are played at once.
pub const SIDE_BY_SIDE: usize = 4;

/// A suite that was played.
pub struct Tally {
    tried: Vec<Tried>,
    rounds: usize,
}

/// One scenario, with every time it was played.
struct Tried {
    scenario: Scenario,
    runs: Vec<Run>,
}

struct Run {
    played: Played,
    wrong: Vec<String>,
}

/// Plays every scenario `rounds` times.
///
/// # Errors
/// When a dialogue cannot be played at all.
pub async fn run(
    config: &Config,
    playbook: &Arc<Playbook>,
    scenarios: &[Scenario],
    rounds: usize,
) -> Result<Tally, WorldError> {
    let tried = stream::iter(scenarios.to_vec())
        .map(|scenario| async move {
            let mut runs = Vec::new();
            for _ in 0..rounds {
                let played = dialogue::play(config, playbook, &scenario.dialogue).await?;
                let wrong = judge(playbook, &scenario.expect, &played);
                runs.push(Run { played, wrong });
            }
            Ok::<_, WorldError>(Tried { scenario, runs })
        })
        .buffered(SIDE_BY_SIDE)
        .try_collect()
        .await?;
    Ok(Tally { tried, rounds })
}

impl Tried {
    fn passed(&self) -> usize {
        self.runs.iter().filter(|run| run.wrong.is_empty()).count()
    }
}

impl Tally {
    /// Whether every scenario passed every time.
    pub fn is_clean(&self) -> bool {
        self.tried.iter().all(|tried| tried.passed() == tried.runs.len())
    }

    /// How many scenarios there are.
    pub fn scenarios(&self) -> usize {
        self.tried.len()
    }

    /// pass^1 to pass^k: the chance that `k` plays of a scenario all pass, on average.
    pub fn pass_hat(&self) -> Vec<f64> {
        let passed: Vec<usize> = self.tried.iter().map(Tried::passed).collect();
        (1..=self.rounds).map(|k| pass_hat(&passed, self.rounds, k)).collect()
    }

    /// The scenarios that do better or worse than before, one a line.
    pub fn changes_since(&self, before: &Self) -> Vec<String> {
        let pairs = before.tried.iter().zip(&self.tried);
        pairs
            .filter(|(old, new)| old.passed() != new.passed())
            .map(|(old, new)| {
                let mark = if new.passed() > old.passed() { '+' } else { '-' };
                let id = &new.scenario.dialogue.id;
                format!("{mark} {id}: {} → {} de {}", old.passed(), new.passed(), self.rounds)
            })
            .collect()
    }

    /// What the model cost: calls, millionths of a dollar, and calls whose price nobody knows.
    fn cost(&self) -> (usize, i64, usize) {
        let spent = self.tried.iter().flat_map(|it| &it.runs).flat_map(|run| &run.played.spent);
        spent.filter(|turn| turn.model.is_some()).fold((0, 0, 0), |(turns, cost, unknown), turn| {
            let unpriced = usize::from(turn.cost_micro_usd.is_none());
            (turns + 1, cost + turn.cost_micro_usd.unwrap_or(0), unknown + unpriced)
        })
    }
}

/// The share of ways to draw `k` of `rounds` plays that draw passes only, averaged over scenarios.
fn pass_hat(passed: &[usize], rounds: usize, k: usize) -> f64 {
    let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let all_pass = |passed: usize| -> f64 {
        (0..k).map(|i| count(passed.saturating_sub(i)) / count(rounds - i)).product()
    };
    passed.iter().map(|&passed| all_pass(passed)).sum::<f64>() / count(passed.len().max(1))
}

/// The report, in pt-BR.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tried in self.tried.iter().filter(|it| it.passed() < it.runs.len()) {
            write_failure(f, tried)?;
        }
        let clean = self.tried.iter().filter(|it| it.passed() == it.runs.len()).count();
        let times = if self.rounds == 1 { "vez" } else { "vezes" };
        writeln!(
            f,
            "{clean} de {} cenários passaram sempre ({} {times} cada um)",
            self.tried.len(),
            self.rounds
        )?;
        for (k, share) in (1..).zip(self.pass_hat()) {
            writeln!(f, "  pass^{k}  {}", decimal(&format!("{:.1} %", share * 100.0)))?;
        }
        match self.cost() {
            (0, _, _) => write!(f, "Custo: nenhum (sem chamadas ao modelo)"),
            (turns, micro_usd, unknown) => {
                #[expect(clippy::cast_precision_loss, reason = "only shown, to four places")]
                let dollars = micro_usd as f64 / 1e6;
                let dollars = decimal(&format!("{dollars:.4}"));
                write!(f, "Custo: US$ {dollars} em {turns} respostas do modelo")?;
                if unknown > 0 {
                    write!(f, " ({unknown} sem preço conhecido)")?;
                }
                Ok(())
            }
        }
    }
}

/// The first play that failed, with its transcript.
fn write_failure(f: &mut fmt::Formatter<'_>, tried: &Tried) -> fmt::Result {
    let dialogue = &tried.scenario.dialogue;
    let Some(run) = tried.runs.iter().find(|run| !run.wrong.is_empty()) else { return Ok(()) };
    let (failed, all) = (tried.runs.len() - tried.passed(), tried.runs.len());
    writeln!(f, "FALHOU {} ({failed} de {all}): {}", dialogue.id, tried.scenario.about)?;
    for wrong in &run.wrong {
        writeln!(f, "  ! {wrong}")?;
    }
    for (burst, replies) in dialogue.turns.iter().zip(&run.played.replies) {
        for message in burst.messages() {
            writeln!(f, "    lead> {}", shown(message))?;
        }
        for bubble in replies {
            writeln!(f, "    nós>  {}", bubble.replace('\n', "\n          "))?;
        }
    }
    writeln!(f)
}

fn shown(message: &Message) -> String {
    match message {
        Message::Text(text) => text.clone(),
        Message::Quote { text, quotes } => format!("{text}  (citando \"{quotes}\")"),
        Message::Audio { audio } => format!("(áudio de {audio} s)"),
        Message::Image { image } => format!("(imagem) {image}"),
        Message::Sticker { sticker } => format!("(figurinha: {sticker})"),
        Message::Reaction { reaction } => format!("(reage com {reaction})"),
    }
}

/// With the comma of Brazil.
fn decimal(number: &str) -> String {
    number.replace('.', ",")
}

#[cfg(test)]
mod tests {
    use super::pass_hat;

    #[test]
    fn pass_hat_counts_draws_without_putting_back() {
        // Of 4 plays 2 passed: one draw passes in 2 of 4, two in 1 of 6, three never.
        let hat = |k| pass_hat(&[2], 4, k);
        assert!((hat(1) - 0.5).abs() < 1e-9);
        assert!((hat(2) - 1.0 / 6.0).abs() < 1e-9);
        assert!(hat(3).abs() < 1e-9);
        assert!((pass_hat(&[4, 2], 4, 1) - 0.75).abs() < 1e-9);
    }
}
