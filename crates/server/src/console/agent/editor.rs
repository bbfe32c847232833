//! The playbook in the browser: its files as a draft, checked and tried before it is published, and
//! the versions to go back to.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use seleto_rules::playbook::{self, Playbook};
use serde::Deserialize;
use uuid::Uuid;

use super::answer;
use crate::app::playbook_files;
use crate::console::access::is_htmx;
use crate::console::components::{Tone, badge, banner, csrf, field, heading};
use crate::console::conversations::person;
use crate::console::format::Times;
use crate::console::icons::{Icon, icon};
use crate::console::layout::{self, Section};
use crate::console::{Console, Problem, Viewer};
use crate::playbook_watch::follow_published;
use crate::store::playbook::{
    ActivateVersion, ActiveVersion, Files, ListVersions, LoadVersion, PublishVersion, Version,
};

/// The address of the editor.
const PATH: &str = "/agente/playbook";
/// The most letters that a version's note has.
const LONGEST_NOTE: usize = 200;

/// Which version is looked at.
#[derive(Debug, Deserialize)]
pub(in crate::console) struct Asked {
    versao: Option<Uuid>,
}

/// What a file is for, in the words of whoever edits it.
fn purpose(file: &str) -> &'static str {
    match file {
        "company.toml" => "A empresa e quem fala por ela",
        "catalogue.toml" => "Máquinas, preços e respostas prontas",
        "rules.toml" => "Horários, vendedores e regras do atendimento",
        "phrases.toml" => "O que o agente diz sem IA",
        _ => "",
    }
}

/// The page.
pub(in crate::console) async fn page(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    Query(asked): Query<Asked>,
) -> Result<Markup, Problem> {
    let app = &console.app;
    if let Some(folder) = &app.config.playbook {
        let files = playbook_files(folder).map_err(|error| Problem::Upstream(error.to_string()))?;
        return Ok(read_only(&viewer, &files));
    }
    let active = app.store.read(ActiveVersion).await?;
    let files = match asked.versao.or(active) {
        Some(id) => app.store.read(LoadVersion { id }).await?.ok_or(Problem::NotFound)?,
        None => Playbook::seleto_files(),
    };
    let versions = app.store.read(ListVersions).await?;
    let body = html! {
        (back())
        (heading("Playbook", "Mude os arquivos, confira, experimente e publique. Nada vale antes de publicar.", html! {}))
        @if asked.versao.is_some() && asked.versao != active {
            (banner(Tone::Warn, "Este rascunho começa de uma versão que não está em uso. Ela só vale se você publicar."))
        }
        form.stack #rascunho method="post" action=(PATH) hx-post=(PATH) hx-swap="none"
            data-confirm="Publicar este playbook?" data-confirm-action="Publicar"
            data-confirm-text="O agente passa a responder com ele em segundos. Dá para voltar à versão anterior." {
            (csrf(&viewer))
            input type="hidden" name="base" value=(active.map(|id| id.to_string()).unwrap_or_default());
            @for (name, text) in &files { (file(name, text, false)) }
        }
        div #conferencia aria-live="polite" hx-post=(format!("{PATH}/conferir")) hx-include="#rascunho textarea"
            hx-trigger="input delay:700ms from:#rascunho" { (examined(&Playbook::parse(&files))) }
        div.publish {
            (field("O que mudou", "nota", "", html! { input #nota name="nota" form="rascunho" required maxlength=(LONGEST_NOTE) autocomplete="off" placeholder="Preço da FB300 sob consulta"; }))
            button.button.primary type="submit" form="rascunho" { (icon(Icon::Check)) "Publicar" }
        }
        (trial())
        (versions_list(&viewer, &console.times(), &versions))
    };
    Ok(layout::page(&viewer, Section::Agent, "Playbook", body))
}

fn read_only(viewer: &Viewer, files: &Files) -> Markup {
    let body = html! {
        (back())
        (heading("Playbook", "Os arquivos que o agente segue.", html! {}))
        (banner(Tone::Accent, "O playbook vem da pasta definida em PLAYBOOK_DIR: edite os arquivos lá. Aqui eles só podem ser lidos."))
        div.stack { @for (name, text) in files { (file(name, text, true)) } }
    };
    layout::page(viewer, Section::Agent, "Playbook", body)
}

fn back() -> Markup {
    html! { a.crumb href="/agente" { (icon(Icon::Back)) "Agente" } }
}

fn file(name: &str, text: &str, is_read_only: bool) -> Markup {
    html! {
        details.card.playbook-file id=(file_id(name)) {
            summary { b { (purpose(name)) } " " code.soft { (name) } }
            textarea name=(name) aria-label=(format!("{}: {name}", purpose(name))) rows="24" spellcheck="false"
                wrap="off" autocomplete="off" readonly[is_read_only] { "\n" (text) }
        }
    }
}

fn file_id(name: &str) -> String {
    format!("arquivo-{}", name.replace('.', "-"))
}

/// What the check says.
fn examined(parsed: &Result<Playbook, Vec<playbook::Problem>>) -> Markup {
    html! {
        @match parsed {
            Ok(_) => p.banner.tone-good { "A conferência não achou problemas." },
            Err(problems) => {
                div.banner.tone-bad role="alert" {
                    p { b { (found(problems.len())) } " Enquanto houver, não dá para publicar." }
                    ul.playbook-problems { @for problem in problems { li { (place(problem)) } } }
                }
            }
        }
    }
}

fn found(count: usize) -> String {
    if count == 1 { "Um problema.".to_owned() } else { format!("{count} problemas.") }
}

fn place(problem: &playbook::Problem) -> Markup {
    html! {
        @if problem.line > 0 {
            a href=(format!("#{}", file_id(&problem.file))) data-to-line=(problem.line) { (problem.file) ", linha " (problem.line) }
        } @else { code { (problem.file) } }
        ": " (problem.reason)
    }
}

fn trial() -> Markup {
    html! {
        section.card aria-labelledby="teste" {
            h2 #teste { "Experimente o rascunho" }
            p.soft { "Escreva como um lead. Responde o cérebro offline com o que está nos arquivos acima; nada é enviado nem guardado." }
            form.trial hx-post=(format!("{PATH}/experimentar")) hx-include="#rascunho textarea" hx-target="#resposta-do-teste" {
                label.visually-hidden for="mensagem" { "Mensagem do lead" }
                div.copy {
                    input #mensagem name="mensagem" required maxlength="1000" autocomplete="off" placeholder="Oi, quanto custa a FB300?";
                    button.button type="submit" { (icon(Icon::Send)) "Testar" }
                }
            }
            div #resposta-do-teste aria-live="polite" {}
        }
    }
}

fn versions_list(viewer: &Viewer, times: &Times, versions: &[Version]) -> Markup {
    let own_is_active = !versions.iter().any(|version| version.is_active);
    html! {
        section aria-labelledby="versoes" {
            header.section-head { h2 #versoes { "Versões" } }
            div.table-wrap tabindex="0" role="group" aria-label="Versões" {
                table {
                    thead { tr { th scope="col" { "O que mudou" } th scope="col" { "Publicada" } th { span.visually-hidden { "Ações" } } } }
                    tbody {
                        @for version in versions {
                            tr {
                                th scope="row" { (version.note) }
                                td.soft { (times.full(version.created_at)) " por " (person(&version.actor)) }
                                td { div.row.end {
                                    a.button.small href=(format!("{PATH}?versao={}", version.id)) { "Abrir" }
                                    (use_it(viewer, &version.id.to_string(), version.is_active))
                                } }
                            }
                        }
                        tr {
                            th scope="row" { "Playbook que acompanha o programa" }
                            td.soft { "original" }
                            td { div.row.end { (use_it(viewer, "", own_is_active)) } }
                        }
                    }
                }
            }
        }
    }
}

fn use_it(viewer: &Viewer, id: &str, is_active: bool) -> Markup {
    html! {
        @if is_active { (badge(Tone::Good, "em uso")) }
        @else {
            form method="post" action=(format!("{PATH}/voltar")) data-confirm="Voltar a esta versão?" data-confirm-action="Voltar a ela"
                data-confirm-text="O agente passa a responder com ela em segundos. A de agora continua na lista." {
                (csrf(viewer))
                input type="hidden" name="versao" value=(id);
                button.button.small type="submit" { "Voltar a esta" }
            }
        }
    }
}

/// What the editor sends: the files under their names, and the rest.
type Fields = Vec<(String, String)>;

fn value<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// The draft. A browser sends the ends of lines in its own way.
fn draft(fields: &Fields) -> Files {
    let file = |name: &&str| ((*name).to_owned(), value(fields, name).replace("\r\n", "\n"));
    Playbook::FILES.iter().map(file).collect()
}

/// Checks a draft.
pub(in crate::console) async fn examine(Form(fields): Form<Fields>) -> Markup {
    examined(&Playbook::parse(&draft(&fields)))
}

/// What the agent would answer with the draft.
pub(in crate::console) async fn try_out(
    State(console): State<Arc<Console>>,
    Form(fields): Form<Fields>,
) -> Result<Markup, Problem> {
    match Playbook::parse(&draft(&fields)) {
        Ok(playbook) => answer(&console, &playbook, value(&fields, "mensagem")),
        broken @ Err(_) => Ok(examined(&broken)),
    }
}

/// Publishes a draft.
pub(in crate::console) async fn publish(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    may_change(&console)?;
    let files = draft(&fields);
    Playbook::parse(&files).map_err(|problems| refusal(&problems))?;
    let note: String = value(&fields, "nota").trim().chars().take(LONGEST_NOTE).collect();
    if note.is_empty() {
        return Err(Problem::Invalid("Diga em poucas palavras o que mudou.".to_owned()));
    }
    let base = value(&fields, "base").parse().ok();
    let (actor, now) = (viewer.actor(), console.app.clock.now());
    let publish = PublishVersion { id: Uuid::now_v7(), base, files, note, actor, now };
    if !console.app.store.write(publish).await? {
        let why = "Outra pessoa publicou enquanto você editava. Copie o que mudou, recarregue a \
                   página e publique de novo.";
        return Err(Problem::Invalid(why.to_owned()));
    }
    follow_published(&console.app).await?;
    Ok(to_editor(&headers))
}

fn refusal(problems: &[playbook::Problem]) -> Problem {
    let lines: Vec<_> = problems
        .iter()
        .take(3)
        .map(|problem| format!("{}, linha {}: {}", problem.file, problem.line, problem.reason))
        .collect();
    Problem::Invalid(format!("{} Nada foi publicado. {}", found(problems.len()), lines.join("; ")))
}

/// Which version somebody goes back to; empty is the program's own.
#[derive(Debug, Deserialize)]
pub(in crate::console) struct Earlier {
    versao: String,
}

/// Goes back to a version.
pub(in crate::console) async fn go_back(
    State(console): State<Arc<Console>>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(earlier): Form<Earlier>,
) -> Result<Response, Problem> {
    may_change(&console)?;
    let id = match earlier.versao.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Problem::NotFound)?),
    };
    let files = match id {
        Some(id) => console.app.store.read(LoadVersion { id }).await?.ok_or(Problem::NotFound)?,
        None => Playbook::seleto_files(),
    };
    // The check may have become stricter since it was published.
    Playbook::parse(&files).map_err(|problems| refusal(&problems))?;
    let (actor, now) = (viewer.actor(), console.app.clock.now());
    if !console.app.store.write(ActivateVersion { id, actor, now }).await? {
        return Err(Problem::NotFound);
    }
    follow_published(&console.app).await?;
    Ok(to_editor(&headers))
}

fn to_editor(headers: &HeaderMap) -> Response {
    if is_htmx(headers) {
        return [("hx-redirect", PATH)].into_response();
    }
    Redirect::to(PATH).into_response()
}

fn may_change(console: &Console) -> Result<(), Problem> {
    if console.app.config.playbook.is_none() {
        return Ok(());
    }
    let why = "O playbook vem da pasta definida em PLAYBOOK_DIR: edite os arquivos lá.";
    Err(Problem::Invalid(why.to_owned()))
}
