//! The head of a conversation, who has it in hand, and where people write.

use maud::{Markup, html};
use seleto_rules::agent_mode::Conduct;

use super::{list, messages};
use crate::console::components::{csrf, empty, temperature};
use crate::console::format::{self, Times};
use crate::console::icons::{Icon, icon};
use crate::console::viewer::Viewer;
use crate::store::console::accounts::Role;
use crate::store::console::thread::Head;

/// What stands in the place of a conversation while none is open.
pub(super) fn nothing_open(demo: bool) -> Markup {
    let action = html! {
        @if demo {
            a.button.primary href="/demo" target="_blank" rel="noopener" { (icon(Icon::Chat)) "Escrever como lead" }
        } @else {
            button.button type="button" data-shortcuts { "Ver os atalhos do teclado" }
        }
    };
    html! {
        div.talk.is-empty #painel {
            (empty(
                Icon::Chat,
                "Escolha uma conversa",
                "À esquerda estão os leads, do mais recente ao mais antigo. Use j e k para andar \
                 pela lista, Enter para abrir e / para buscar.",
                action,
            ))
        }
    }
}

/// Who the lead is, and what can be decided.
pub(super) fn head(times: &Times, viewer: &Viewer, head: &Head) -> Markup {
    let name = list::name(head.lead.name.as_deref(), head.sender_name.as_deref(), &head.phone);
    let may = viewer.may(Role::Sdr);
    html! {
        header.thread-head #cabecalho {
            a.icon-button.to-list href="/conversas" data-key="Escape" aria-label="Voltar à lista" { (icon(Icon::Back)) }
            div.thread-who {
                h2 { (name) }
                p.thread-sub {
                    (temperature(head.temperature.as_deref()))
                    span { (format::phone(&head.phone)) }
                    @if let Some(company) = &head.lead.company { span.thread-company { (company) } }
                }
            }
            @if may { (buttons(viewer, head)) }
            a.icon-button.to-side href="#lead" aria-label="Ver dados do lead" { (icon(Icon::Person)) }
            span hidden data-now=(times.machine(head.mode_at)) {}
        }
    }
}

fn buttons(viewer: &Viewer, head: &Head) -> Markup {
    let is_over = head.closed_at.is_some();
    html! {
        div.thread-actions {
            @if head.by_human {
                (decision(viewer, head, "devolver", "Devolver ao agente", Icon::Robot, "a"))
            } @else {
                (decision(viewer, head, "assumir", "Assumir", Icon::Person, "a"))
            }
            @if !is_over { (decision(viewer, head, "encerrar", "Encerrar", Icon::Check, "e")) }
            @if !head.opted_out {
                form method="post" action=(path(head, "nao-contatar")) hx-post=(path(head, "nao-contatar"))
                    hx-swap="none" data-confirm="Não contatar mais?"
                    data-confirm-text="O agente para de escrever a este lead, e o que ainda não saiu é cancelado. Se ele voltar a escrever, a equipe vê."
                    data-confirm-action="Não contatar" {
                    (csrf(viewer))
                    button.button.small.quiet type="submit" title="Não contatar mais" {
                        (icon(Icon::Ban)) span { "Não contatar" }
                    }
                }
            }
        }
    }
}

fn decision(
    viewer: &Viewer,
    head: &Head,
    action: &str,
    label: &str,
    image: Icon,
    key: &str,
) -> Markup {
    let path = path(head, action);
    let title = format!("{label} ({key})");
    html! {
        form method="post" action=(path) hx-post=(path) hx-swap="none" {
            (csrf(viewer))
            button.button.small type="submit" data-key=(key) title=(title) { (icon(image)) span { (label) } }
        }
    }
}

fn path(head: &Head, action: &str) -> String {
    format!("/conversas/{}/{action}", head.id)
}

/// Who has the conversation in hand, right above where people write.
pub(super) fn state(viewer: &Viewer, head: &Head) -> Markup {
    let (class, image, text) = if head.opted_out {
        (
            "is-out",
            Icon::Ban,
            "O lead pediu para não receber mensagens. Escreva só se ele escrever antes.".to_owned(),
        )
    } else if head.by_human {
        let who = head.mode_by.as_deref().map(messages::person);
        let who = who.as_deref().unwrap_or("A equipe");
        (
            "is-human",
            Icon::Person,
            format!(
                "{} está com a conversa. O agente fica em silêncio.",
                who.trim_end_matches(',')
            ),
        )
    } else if head.closed_at.is_some() {
        ("is-over", Icon::Check, "Conversa encerrada. Ela reabre se o lead escrever.".to_owned())
    } else {
        ("is-agent", Icon::Robot, conduct(viewer.agent.toward(&head.phone)).to_owned())
    };
    html! {
        p.thread-state.(class) #estado role="status" { (icon(image)) span { (text) } }
    }
}

/// What the agent does here while nobody has the conversation.
fn conduct(conduct: Conduct) -> &'static str {
    match conduct {
        Conduct::Answer => "O agente responde. Ao escrever, você assume a conversa.",
        Conduct::Draft => "O agente só escreve rascunhos aqui: o lead espera pela equipe.",
        Conduct::Silence => "O agente está desligado: o lead espera pela equipe.",
    }
}

/// Where people write to the lead, and to each other.
pub(super) fn composer(viewer: &Viewer, head: &Head) -> Markup {
    if !viewer.may(Role::Sdr) {
        return html! { p.composer-closed { "Seu perfil é de leitura: você acompanha, mas não escreve." } };
    }
    let path = path(head, "mensagens");
    html! {
        form.composer #compor method="post" action=(path) hx-post=(path) hx-swap="none" hx-disabled-elt="find button" data-compose {
            (csrf(viewer))
            label.note-switch title="Nota interna (n)" {
                input type="checkbox" name="nota" value="sim" data-note autocomplete="off";
                (icon(Icon::Note)) span { "Nota interna" }
                span.note-hint { "só a equipe lê, o lead não vê" }
            }
            label.visually-hidden for="texto" data-as-note="Nota interna" { "Mensagem para o lead" }
            textarea #texto name="texto" rows="1" maxlength="4096" required data-composer
                placeholder="Escreva ao lead…" data-as-note="Escreva à equipe…" aria-describedby="compor-dica" {}
            button.button.primary type="submit" aria-label="Enviar" title="Enviar (Enter)" { (icon(Icon::Send)) }
            p.visually-hidden #compor-dica { "Enter envia, Shift com Enter quebra a linha." }
        }
    }
}
