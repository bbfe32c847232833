//! How far the agent is let loose, as a control: off, in the shadow, for listed numbers, or on.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use seleto_rules::agent_mode::{AgentMode, Level};
use seleto_rules::phone::Phone;
use serde::Deserialize;

use crate::console::access::is_htmx;
use crate::console::components::{csrf, field};
use crate::console::conversations::person;
use crate::console::format::{self, Times};
use crate::console::icons::{Icon, icon};
use crate::console::{Console, Problem, Viewer};
use crate::store::agent_mode::{ModeChange, SetAgentMode};

/// The most numbers that a list for a trial has.
const LONGEST_LIST: usize = 200;

/// The question before a step is taken: title, text, the button's word.
type Question = (&'static str, &'static str, &'static str);

/// Its name.
fn label(level: Level) -> &'static str {
    match level {
        Level::Off => "Desligado",
        Level::Shadow => "Sombra",
        Level::AllowList => "Lista de teste",
        Level::On => "Ligado",
    }
}

fn meaning(level: Level) -> &'static str {
    match level {
        Level::Off => "Guarda as mensagens e não responde a ninguém. A equipe atende.",
        Level::Shadow => {
            "Escreve o que responderia como nota interna, para a equipe ler. Nada vai ao lead."
        }
        Level::AllowList => "Responde só aos números da lista. Para os demais, fica na sombra.",
        Level::On => "Responde a todos os leads que uma pessoa não tenha assumido.",
    }
}

fn question(level: Level) -> Question {
    match level {
        Level::Off => (
            "Desligar o agente?",
            "A partir da próxima mensagem, nenhum lead recebe resposta do agente: eles esperam \
             pela equipe.",
            "Desligar",
        ),
        Level::Shadow => (
            "Pôr o agente na sombra?",
            "Os leads deixam de receber respostas do agente. Ele só escreve rascunhos para a \
             equipe, e é ela que responde.",
            "Pôr na sombra",
        ),
        Level::AllowList => (
            "Responder só à lista de teste?",
            "Os números da lista passam a receber respostas do agente. Os demais leads esperam \
             pela equipe.",
            "Usar a lista",
        ),
        Level::On => (
            "Ligar o agente para todos?",
            "A partir da próxima mensagem, o agente responde a todos os leads no WhatsApp da \
             empresa.",
            "Ligar",
        ),
    }
}

/// What every page says while the agent does not answer everybody.
pub(in crate::console) fn notice(level: Level) -> Option<(&'static str, &'static str)> {
    match level {
        Level::On => None,
        Level::Off => Some(("Agente desligado", "ninguém recebe resposta, a equipe atende.")),
        Level::Shadow => {
            Some(("Agente na sombra", "ele só escreve rascunhos, nada vai aos leads."))
        }
        Level::AllowList => Some(("Agente em teste", "ele responde só aos números da lista.")),
    }
}

/// The control.
pub(super) fn control(viewer: &Viewer, times: &Times, last: Option<&ModeChange>) -> Markup {
    let now = &viewer.agent;
    let path = "/agente/modo";
    html! {
        section.card.mode aria-labelledby="modo" {
            header.section-head {
                h2 #modo { "Modo" }
                p.soft {
                    @if let Some(last) = last {
                        "Mudado por " (person(&last.actor)) " em " (times.full(last.at)) "."
                    } @else { "Vale para todos a partir da próxima mensagem de cada lead." }
                }
            }
            form.stack method="post" action=(path) hx-post=(path) hx-swap="none" data-confirm="Mudar o modo do agente?" {
                (csrf(viewer))
                fieldset.choices {
                    legend.visually-hidden { "O que o agente faz" }
                    @for level in Level::ALL { (choice(level, now.mode)) }
                }
                div.mode-list {
                    (field("Números da lista de teste", "telefones", "Um por linha, com DDD. Com ou sem o nono dígito, é a mesma pessoa.", html! {
                        textarea #telefones name="telefones" rows="4" aria-describedby="telefones-dica" autocomplete="off"
                            placeholder="+55 43 99999-0000" { (listed(now)) }
                    }))
                }
                div { button.button.primary type="submit" { (icon(Icon::Check)) "Aplicar" } }
            }
        }
    }
}

fn choice(level: Level, now: Level) -> Markup {
    let (title, text, action) = question(level);
    html! {
        label.choice {
            input type="radio" name="modo" value=(level.as_str()) required autocomplete="off" checked[level == now]
                data-asks=(title) data-asks-text=(text) data-asks-action=(action);
            span {
                b { (label(level)) @if level == now { " " span.badge.tone-accent { "agora" } } }
                small { (meaning(level)) }
            }
        }
    }
}

fn listed(mode: &AgentMode) -> String {
    let lines: Vec<_> = mode.phones.iter().map(|phone| format::phone(phone)).collect();
    lines.join("\n")
}

/// What somebody chose.
#[derive(Debug, Deserialize)]
pub(in crate::console) struct Chosen {
    modo: String,
    #[serde(default)]
    telefones: String,
}

impl Chosen {
    fn read(&self) -> Result<AgentMode, Problem> {
        let mode = Level::parse(&self.modo)
            .ok_or_else(|| Problem::Invalid("Escolha um dos quatro modos.".to_owned()))?;
        let written = self.telefones.split(['\n', ',', ';']).map(str::trim);
        let mut phones = Vec::new();
        for text in written.filter(|text| !text.is_empty()) {
            let phone = number(text).ok_or_else(|| {
                Problem::Invalid(format!("“{text}” não é um telefone com DDD: corrija e aplique."))
            })?;
            if !phones.contains(&phone) {
                phones.push(phone);
            }
        }
        if mode == Level::AllowList && phones.is_empty() {
            let why = "A lista de teste está vazia: escreva pelo menos um número.";
            return Err(Problem::Invalid(why.to_owned()));
        }
        if phones.len() > LONGEST_LIST {
            let why = "A lista de teste tem números demais: fique em 200, ou ligue para todos.";
            return Err(Problem::Invalid(why.to_owned()));
        }
        Ok(AgentMode { mode, phones })
    }
}

/// A number as people write it. Ten or eleven digits without a plus are a Brazilian number without
/// its country code.
fn number(text: &str) -> Option<String> {
    let phone: Phone = text.parse().ok()?;
    let digits = phone.as_str();
    match (text.starts_with('+'), digits.len()) {
        (_, ..10) => None,
        (false, 10 | 11) => Some(format!("55{digits}")),
        _ => Some(digits.to_owned()),
    }
}

/// Sets the mode, for all replicas.
pub(in crate::console) async fn choose(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    let AgentMode { mode, phones } = chosen.read()?;
    let (actor, now) = (viewer.actor(), console.app.clock.now());
    console.app.store.write(SetAgentMode { mode, phones, actor, now }).await?;
    if is_htmx(&headers) {
        // The whole page: its banner says the mode too.
        return Ok([("hx-redirect", "/agente")].into_response());
    }
    Ok(Redirect::to("/agente").into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_as_people_write_them() {
        let check = |text, expected: Option<&str>| assert_eq!(number(text).as_deref(), expected);
        check("(43) 99999-0000", Some("5543999990000"));
        check("43 9999-0000", Some("554399990000"));
        check("+55 43 99999-0000", Some("5543999990000"));
        check("5543999990000", Some("5543999990000"));
        check("+1 415 555 0100", Some("14155550100"));
        check("99999-0000", None);
        check("Maria", None);
    }

    #[test]
    fn a_list_is_read_line_by_line_and_says_what_it_cannot_read() {
        let chosen = |modo: &str, telefones: &str| {
            let (modo, telefones) = (modo.to_owned(), telefones.to_owned());
            Chosen { modo, telefones }.read()
        };
        let read = chosen("allow_list", "(43) 99999-0000\r\n43999990000; +55 11 98765-4321\n");
        assert_eq!(read.unwrap().phones, ["5543999990000", "5511987654321"]);
        let refused = chosen("on", "12").unwrap_err();
        assert!(refused.to_string().contains("“12”"), "{refused}");
        assert!(chosen("allow_list", " \n").is_err());
        assert!(chosen("whatever", "").is_err());
    }
}
