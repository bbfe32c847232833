//! Times the offline understanding: `cargo run --release -p seleto-rules --example understand_bench`.

use std::time::{Duration, Instant};

use seleto_rules::conversation::{Author, Line};
use seleto_rules::lead::Lead;
use seleto_rules::understand::catalogue::Catalogue;
use seleto_rules::understand::{Context, understand};

/// How often each message is read.
const ROUNDS: usize = 200;

fn main() {
    let cold = time("oi, sou o Marcos de Bauru e faço 300 hambúrgueres por dia");
    println!("first message, with all lists: {cold:?}");
    let messages = [
        ("short", "quanto custa a fb300?".to_owned()),
        ("usual", "Boa tarde! Sou a Lia, da Brasa Sul Burgers em Londrina, fazemos uns 800 hambúrgueres por dia e queremos a FB700".to_owned()),
        ("voice", "então é o seguinte eu tenho uma casa de carnes aqui em ribeirao preto e a gente faz linguiça na mão uns cento e vinte quilo por semana ".repeat(4)),
        ("longest", "quero saber o preço da máquina de hambúrguer em Santa Maria 300 por dia ".repeat(90)),
        ("hostile", "nao ".repeat(1_500)),
        ("numbers", "cento e vinte e dois mil e ".repeat(200)),
    ];
    for (name, message) in messages {
        let mut times: Vec<Duration> = (0..ROUNDS).map(|_| time(&message)).collect();
        times.sort();
        println!(
            "{name:8} {:>5} chars  p50 {:>9.1?}  p99 {:>9.1?}",
            message.len(),
            times[ROUNDS / 2],
            times[ROUNDS * 99 / 100]
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn time(message: &str) -> Duration {
    let lead = Lead::default();
    let history = [Line::text(Author::Agent, "Quantos hambúrgueres você produz por dia?")];
    let burst = [Line::text(Author::Lead, message)];
    let start = Instant::now();
    let understood = understand(&Context {
        catalogue: Catalogue::seleto(),
        agent: "João",
        lead: &lead,
        history: &history,
        burst: &burst,
    });
    let took = start.elapsed();
    std::hint::black_box(understood);
    took
}
