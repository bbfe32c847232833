//! The project's own scenarios hold without a model, and the evaluation tells when they do not.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use seleto::config::Config;
use seleto::evaluation::{Brain, suite, tally};
use seleto_rules::playbook::Playbook;
use serde_json::{Value, json};

fn offline() -> Config {
    Brain::Offline.choose(Config::from_vars(|_| None).unwrap().0).unwrap()
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../evaluation").join(name)
}

/// A suite that only this test has.
struct Written(PathBuf);

impl Written {
    fn new(text: &str) -> Self {
        let name = format!("seleto-suite-{}.toml", uuid::Uuid::new_v4());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

/// Runs the binary without a key, as nobody configured it.
fn seleto(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_seleto"))
        .args(arguments)
        .env_clear()
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn rows(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_the_suite_holds_offline() {
    let scenarios = suite::read(&folder("suite")).unwrap();
    assert!(scenarios.len() >= 40, "only {} scenarios", scenarios.len());
    let tally = tally::run(&offline(), &Arc::new(Playbook::seleto()), &scenarios, 1).await.unwrap();
    assert!(tally.is_clean(), "\n{tally}");
}

#[test]
fn scenarios_that_do_not_hold_yet_can_be_read() {
    suite::read(&folder("open")).unwrap();
}

#[test]
fn a_broken_expectation_fails_the_evaluation_and_shows_the_dialogue() {
    let suite = Written::new(
        r#"
        [[scenario]]
        id = "holds"
        about = "A greeting is answered"
        turns = ["oi"]

        [[scenario]]
        id = "breaks"
        about = "Nobody named a machine"
        turns = ["oi"]
        lead = { product = "FB300" }
        "#,
    );
    let output = seleto(&["eval", suite.0.to_str().unwrap(), "--k", "2"], "");
    let report = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{report}");
    assert!(report.contains("FALHOU breaks (2 de 2): Nobody named a machine"), "{report}");
    assert!(report.contains("! product: nada em vez de FB300"), "{report}");
    assert!(report.contains("lead> oi"), "{report}");
    assert!(report.contains("1 de 2 cenários passaram sempre"), "{report}");
    assert!(report.contains("pass^1  50,0 %\n  pass^2  50,0 %"), "{report}");
}

#[test]
fn messages_are_read_line_by_line_and_a_bad_one_is_named() {
    let input = concat!(
        r#"{"id": "a", "history": [{"role": "assistant", "content": "Em qual cidade?"}], "message": "Londrina"}"#,
        "\n{\"id\": \"b\"}\n",
        r#"{"id": "c", "message": "oi\nquero a FB700"}"#,
        "\n",
    );
    let output = seleto(&["extract"], input);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("linha 2: "), "{}", errors(&output));
    let londrina = json!({"id": "a", "lead": {"city": "Londrina", "uf": "PR"}, "intents": []});
    let wish = json!({"id": "c", "lead": {"product": "FB700"},
                      "intents": ["greeting", "product_question"]});
    assert_eq!(rows(&output), [londrina, wish]);
}

#[test]
fn dialogues_are_played_to_their_end() {
    let input = json!({"id": "a", "sender_name": "Ana", "turns":
        [["oi", "quero a FB700"], "não quero mais receber mensagens", "ok"]});
    let output = seleto(&["play"], &format!("{input}\nnada\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("linha 2: "), "{}", errors(&output));
    let rows = rows(&output);
    let [played] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(played["lead"]["product"], "FB700");
    assert_eq!(played["temperature"], "frio");
    assert_eq!(played["registers"], json!(["opt_out"]));
    assert_eq!(played["answers"], json!([1, 1, 0]));
    assert_eq!(played["replies"][2], json!([]));
}

#[test]
fn a_model_is_not_taken_for_granted() {
    for command in ["extract", "play"] {
        let output = seleto(&[command, "--brain", "openai"], "");
        assert_eq!(output.status.code(), Some(1));
        assert!(errors(&output).contains("OPENAI_API_KEY"), "{}", errors(&output));
    }
}

mod model {
    //! With a model behind a local server.

    use super::*;
    use seleto_simulator::openai::{Openai, OpenaiConfig};

    const SUITE: &str = r#"
        [[scenario]]
        id = "greeted"
        about = "The first prompt greets"
        turns = ["tenho uma hamburgueria e queria conhecer as máquinas"]

        [[scenario.reply]]
        turn = 1
        mentions = ["primeira"]
    "#;

    async fn model() -> (Openai, Config) {
        let model = Openai::start(OpenaiConfig::default()).await.unwrap();
        let environment = model.environment();
        let get = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone())
        };
        let (config, _) = Config::from_vars(get).unwrap();
        (model, Brain::Openai.choose(config).unwrap())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_second_prompt_reaches_the_model_and_is_compared() {
        let (model, config) = model().await;
        model.answer_json(|request| {
            let system = request["messages"][0]["content"].as_str().unwrap_or_default();
            let word = if system == "Outro prompt." { "segunda" } else { "primeira" };
            json!({"reply": format!("Olá, esta é a {word} resposta."), "facts": [], "intents": [],
                   "records": {}, "asks": []})
        });
        let written = Written::new(SUITE);
        let scenarios = suite::read(&written.0).unwrap();
        let playbook = Arc::new(Playbook::seleto());
        let first = tally::run(&config, &playbook, &scenarios, 1).await.unwrap();
        assert!(first.is_clean(), "{first}");
        let second = Config { system_prompt: Some("Outro prompt.".to_owned()), ..config };
        let second = tally::run(&second, &playbook, &scenarios, 1).await.unwrap();
        assert_eq!(second.changes_since(&first), ["- greeted: 1 → 0 de 1"]);
        assert!(second.to_string().contains("respostas do modelo"), "{second}");
        model.stop().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_model_reads_is_taken_only_with_the_leads_words() {
        use seleto::evaluation::extraction::{Message, Reader};
        let (model, config) = model().await;
        model.answer_json(|_| {
            json!({"reply": "Oi!", "intents": ["price"], "records": {}, "asks": [], "facts": [
                {"field": "urgency", "value": "alta", "quote": "para ontem"},
                {"field": "company", "value": "Inventada", "quote": "da Inventada"},
            ]})
        });
        let playbook = Playbook::seleto();
        let now = "2026-11-24T10:00:00".parse().unwrap();
        let reader = Reader::new(&config, &playbook, now).unwrap();
        let message: Message =
            serde_json::from_value(json!({"id": "a", "message": "quero a FB700, para ontem"}))
                .unwrap();
        let read = serde_json::to_value(reader.read(&message).await.unwrap()).unwrap();
        assert_eq!(read["lead"], json!({"product": "FB700", "urgency": "alta"}));
        assert_eq!(read["intents"], json!(["product_question", "price"]));
        model.stop().await;
    }
}
