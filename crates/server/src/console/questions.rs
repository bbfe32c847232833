//! Leads' questions for engineering: answered here, the answer reaches the lead.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use uuid::Uuid;

use super::access::is_htmx;
use super::announce::announce;
use super::format::{self, Times};
use super::icons::{Icon, icon};
use super::layout::{self, Section};
use super::{Console, Problem, Viewer, components, funnel};
use crate::store::console::accounts::Role;
use crate::store::console::questions::{
    AnswerQuestion, Answered, CountOpen, FindQuestion, ListQuestions, Question, Which,
};
use crate::store::control::Decision;
use crate::store::queue::Lane;

/// How many questions a page shows.
const LINES: i64 = 30;
/// The longest answer, in characters: WhatsApp takes 4096.
const LONGEST: usize = 4_000;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    quais: String,
    apos: String,
}

impl Asked {
    fn which(&self) -> Which {
        if self.quais == "respondidas" { Which::Answered } else { Which::Open }
    }

    fn mark(&self) -> Option<(i64, Uuid)> {
        let (at, id) = self.apos.split_once('_')?;
        Some((at.parse().ok()?, Uuid::parse_str(id).ok()?))
    }
}

/// The page; for htmx the questions after those that are shown.
pub(super) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let which = asked.which();
    let store = &console.app.store;
    let list = ListQuestions { which, after: asked.mark(), limit: LINES + 1 };
    let (questions, open) = tokio::try_join!(store.read(list), store.read(CountOpen))?;
    if is_htmx(&headers) && asked.mark().is_some() {
        return Ok(cards(&console, &viewer, which, questions).into_response());
    }
    let tab = |this: Which, address: &str, label: Markup| {
        html! { a href=(address) aria-current=[(this == which).then_some("page")] { (label) } }
    };
    let body = html! {
        (components::heading("Perguntas técnicas", "O que os leads perguntaram e o catálogo não responde. A sua resposta vai direto para o WhatsApp do lead.", html! {
            nav.switch aria-label="Quais perguntas" {
                (tab(Which::Open, "/perguntas", html! { "Abertas " (format::count(open)) }))
                (tab(Which::Answered, "/perguntas?quais=respondidas", html! { "Respondidas" }))
            }
        }))
        @if questions.is_empty() {
            (nothing(which))
        } @else {
            ol.questions { (cards(&console, &viewer, which, questions)) }
        }
    };
    Ok(layout::page(&viewer, Section::Questions, "Perguntas técnicas", body).into_response())
}

fn nothing(which: Which) -> Markup {
    match which {
        Which::Open => components::empty(
            Icon::Wrench,
            "Nenhuma pergunta em aberto",
            "Quando um lead pergunta algo que o catálogo não responde, como voltagem ou dimensões, o agente anota aqui e avisa o lead que a engenharia vai responder.",
            html! {},
        ),
        Which::Answered => components::empty(
            Icon::Wrench,
            "Nenhuma resposta ainda",
            "As perguntas que você responder ficam aqui, com o texto que foi enviado.",
            html! {},
        ),
    }
}

fn cards(console: &Console, viewer: &Viewer, which: Which, mut questions: Vec<Question>) -> Markup {
    let page = usize::try_from(LINES).unwrap_or(usize::MAX);
    let has_more = questions.len() > page;
    questions.truncate(page);
    let mark = questions.last().filter(|_| has_more).map(|last| {
        let at = last.answer.as_ref().map_or(last.asked_at, |answer| answer.at);
        format!("{at}_{}", last.id)
    });
    let quais = if which == Which::Answered { "respondidas" } else { "" };
    html! {
        @for question in &questions { (card(console, viewer, question)) }
        @if let Some(mark) = mark {
            @let address = format!("/perguntas?quais={quais}&apos={mark}");
            li.more-line { a.button.quiet href=(address) hx-get=(address) hx-target="closest li" hx-swap="outerHTML" { "Mostrar mais" } }
        }
    }
}

fn card(console: &Console, viewer: &Viewer, question: &Question) -> Markup {
    let times = console.times();
    let who = question.name.clone().unwrap_or_else(|| format::phone(&question.phone));
    let product =
        question.product.as_deref().map(|it| funnel::product(&console.app.playbook(), it));
    html! {
        li.card.question id=(format!("pergunta-{}", question.id)) {
            p.question-words { "“" (question.question) "”" }
            p.question-foot {
                @if let Some(conversation) = question.conversation {
                    a href=(format!("/conversas/{conversation}")) { (who) }
                } @else { span { (who) } }
                @if let Some(company) = &question.company { span { (company) } }
                @if let Some(product) = &product { (components::badge(components::Tone::Plain, product)) }
                time datetime=(times.machine(question.asked_at)) title=(times.full(question.asked_at)) { (times.short(question.asked_at)) }
            }
            @match &question.answer {
                Some(answer) => (answered(&times, answer.text.as_deref(), &answer.by, answer.at)),
                None if viewer.may(Role::Sdr) => (form(viewer, question, &who)),
                None => {}
            }
        }
    }
}

fn answered(times: &Times, text: Option<&str>, by: &str, at: i64) -> Markup {
    let by = by.split_once(':').map_or(by, |(_, name)| name);
    html! {
        @if let Some(text) = text {
            blockquote.message-body { (text) }
            p.hint { "Respondida por " (by) " em " (times.full(at)) "." }
        } @else {
            p.hint { "Deixada de lado por " (by) " em " (times.full(at)) ", sem mensagem ao lead." }
        }
    }
}

fn form(viewer: &Viewer, question: &Question, who: &str) -> Markup {
    let Some(_) = question.conversation else {
        return html! { p.hint { "A conversa deste lead foi apagada: não há para onde responder." } };
    };
    let (address, field) =
        (format!("/perguntas/{}", question.id), format!("resposta-{}", question.id));
    html! {
        form.answer-form method="post" action=(address) hx-post=(address) hx-target="closest li" hx-swap="outerHTML" {
            (components::csrf(viewer))
            label.visually-hidden for=(field) { "Resposta para " (who) }
            textarea #(field) name="resposta" rows="2" maxlength=(LONGEST) placeholder=(format!("Escreva a resposta para {who}…")) {}
            div.row {
                span.hint.grow { "Vai pelo WhatsApp agora; o agente continua cuidando da conversa." }
                button.button.quiet type="submit" name="acao" value="deixar" formnovalidate { "Deixar de lado" }
                button.button.primary type="submit" name="acao" value="responder" { (icon(Icon::Send)) "Responder" }
            }
        }
    }
}

/// What engineering wrote.
#[derive(Debug, Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    resposta: String,
    acao: String,
}

/// Sends the answer, or sets the question aside.
pub(super) async fn answer(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    Form(written): Form<Written>,
) -> Result<Response, Problem> {
    let store = &console.app.store;
    let question = store.read(FindQuestion(id)).await?.ok_or(Problem::NotFound)?;
    let conversation = question.conversation.ok_or(Problem::NotFound)?;
    let text = match written.acao.as_str() {
        "deixar" => None,
        _ => Some(checked(&written.resposta)?),
    };
    let now = console.app.clock.now();
    let decision = Decision { conversation, actor: viewer.actor(), now };
    let is_sent = text.is_some();
    match store.write(AnswerQuestion { decision, question: id, text }).await? {
        Answered::Sent => {}
        Answered::Already => {
            return Err(Problem::Invalid(
                "Alguém já respondeu a esta pergunta. Recarregue a página para ver.".to_owned(),
            ));
        }
        Answered::Unknown => return Err(Problem::NotFound),
        Answered::OptedOut => {
            return Err(Problem::Invalid(
                "O lead pediu para não receber mensagens: a resposta não foi enviada. Use “Deixar de lado”."
                    .to_owned(),
            ));
        }
    }
    console.app.bells.ring(Lane::Whatsapp, now);
    console.app.bells.ring_mirrors(now);
    if !is_htmx(&headers) {
        return Ok(Redirect::to("/perguntas").into_response());
    }
    let question = store.read(FindQuestion(id)).await?.ok_or(Problem::NotFound)?;
    let said =
        if is_sent { "Resposta a caminho do WhatsApp." } else { "Pergunta deixada de lado." };
    Ok((announce(said), card(&console, &viewer, &question)).into_response())
}

fn checked(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::Invalid("Escreva a resposta antes de enviar.".to_owned()));
    }
    if text.chars().count() > LONGEST {
        return Err(Problem::TooLarge);
    }
    Ok(text.to_owned())
}
