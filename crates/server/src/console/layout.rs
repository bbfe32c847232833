//! The frame of every page: navigation, the way to the content, what is announced.

use maud::{DOCTYPE, Markup, html};

use super::icons::{Icon, icon};
use super::viewer::{Theme, Viewer};
use super::{agent, assets, components, format};
use crate::store::console::accounts::Role;

/// A part of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Conversations with leads.
    Conversations,
    /// Leads by temperature and stage.
    Funnel,
    /// Figures.
    Figures,
    /// The systems in step.
    Integrations,
    /// The playbook.
    Agent,
    /// Questions for engineering.
    Questions,
    /// What the law asks for.
    Privacy,
    /// Who may open the console.
    Users,
    /// What has no room in the bar of a phone.
    More,
}

impl Section {
    /// In the order of the navigation.
    pub const ALL: [Self; 8] = [
        Self::Conversations,
        Self::Funnel,
        Self::Figures,
        Self::Integrations,
        Self::Agent,
        Self::Questions,
        Self::Privacy,
        Self::Users,
    ];

    /// How many of them a phone's bar shows.
    const IN_BAR: usize = 4;

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Conversations => "Conversas",
            Self::Funnel => "Funil",
            Self::Figures => "Números",
            Self::Integrations => "Integrações",
            Self::Agent => "Agente",
            Self::Questions => "Perguntas técnicas",
            Self::Privacy => "Privacidade",
            Self::Users => "Usuários",
            Self::More => "Mais",
        }
    }

    /// Where it is.
    pub fn path(self) -> &'static str {
        match self {
            Self::Conversations => "/conversas",
            Self::Funnel => "/funil",
            Self::Figures => "/numeros",
            Self::Integrations => "/integracoes",
            Self::Agent => "/agente",
            Self::Questions => "/perguntas",
            Self::Privacy => "/privacidade",
            Self::Users => "/usuarios",
            Self::More => "/mais",
        }
    }

    /// Its drawing.
    pub fn icon(self) -> Icon {
        match self {
            Self::Conversations => Icon::Chat,
            Self::Funnel => Icon::Funnel,
            Self::Figures => Icon::Chart,
            Self::Integrations => Icon::Plug,
            Self::Agent => Icon::Robot,
            Self::Questions => Icon::Wrench,
            Self::Privacy => Icon::Shield,
            Self::Users => Icon::People,
            Self::More => Icon::Dots,
        }
    }

    /// Who finds it in the navigation.
    pub fn role(self) -> Role {
        match self {
            Self::Agent | Self::Privacy | Self::Users => Role::Admin,
            _ => Role::Reader,
        }
    }
}

/// A page with a title and room around what it shows.
pub fn page(viewer: &Viewer, section: Section, title: &str, body: Markup) -> Markup {
    frame(
        viewer,
        section,
        title,
        html! {
            div.page {
                (body)
            }
        },
    )
}

/// A page that fills the screen, as the conversations do.
pub fn frame(viewer: &Viewer, section: Section, title: &str, body: Markup) -> Markup {
    let headers = format!(r#"{{"X-CSRF-Token":"{}"}}"#, viewer.csrf);
    html! {
        (DOCTYPE)
        html lang="pt-BR" data-theme=(viewer.theme.name()) {
            (head(title))
            body.app hx-headers=(headers) data-section=(section.path()) {
                a.skip href="#conteudo" { "Pular para o conteúdo" }
                (navigation(viewer, section))
                main.main #conteudo tabindex="-1" {
                    @if viewer.is_guest { (guest_ribbon()) }
                    (mode_ribbon(viewer))
                    (body)
                }
                div.toasts #avisos role="status" aria-live="polite" {}
                (shortcuts())
                (components::confirm_dialog())
            }
        }
    }
}

/// A page without navigation: the login, the first access, a problem.
pub fn bare(theme: Theme, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="pt-BR" data-theme=(theme.name()) {
            (head(title))
            body.bare {
                main.bare-main #conteudo {
                    (brand())
                    (body)
                }
            }
        }
    }
}

/// A page that says why there is no other.
pub fn notice(title: &str, text: &str) -> Markup {
    bare(
        Theme::System,
        title,
        html! {
            section.card.bare-card {
                h1 { (title) }
                p.problem { (text) }
                p { a.button href="/conversas" { "Voltar ao painel" } }
            }
        },
    )
}

/// The name of the product.
pub fn brand() -> Markup {
    html! {
        div.brand {
            svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" {
                rect width="32" height="32" rx="8" {}
                path d="M21.500 11.200c-1.300-1.300-3.300-2-5.500-2-3.200 0-5.300 1.500-5.300 3.700 0 4.700 10.800 2.300 10.800 6.800 0 2.100-2.300 3.500-5.500 3.500-2.400 0-4.500-.8-5.800-2.200" {}
            }
            span { "Seleto " b { "SDR" } }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
            meta name="color-scheme" content="light dark";
            meta name="htmx-config" content=r#"{"allowEval":false,"includeIndicatorStyles":false,"selfRequestsOnly":true,"historyCacheSize":0,"defaultSettleDelay":0,"scrollIntoViewOnBoost":false}"#;
            title { (title) " · Seleto SDR" }
            link rel="icon" href=(assets::url("icon.svg"));
            link rel="stylesheet" href=(assets::url("console.css"));
            @for script in assets::SCRIPTS {
                script src=(assets::url(script)) defer {}
            }
        }
    }
}

fn navigation(viewer: &Viewer, current: Section) -> Markup {
    let visible = Section::ALL.into_iter().filter(|section| viewer.may(section.role()));
    html! {
        nav.nav aria-label="Principal" {
            a.nav-brand href="/conversas" { (brand()) }
            ul.nav-list {
                @for (index, section) in visible.enumerate() {
                    li.nav-beyond[index >= Section::IN_BAR] { (nav_link(section, current)) }
                }
                li.nav-more { (nav_link(Section::More, current)) }
            }
            div.nav-foot { (me(viewer)) }
        }
    }
}

/// A line of the navigation.
pub(super) fn nav_link(section: Section, current: Section) -> Markup {
    let is_current = (section == current).then_some("page");
    html! {
        a.nav-link href=(section.path()) aria-current=[is_current] {
            (icon(section.icon()))
            span { (section.label()) }
        }
    }
}

/// Who is logged in, with what is theirs to choose.
pub(super) fn me(viewer: &Viewer) -> Markup {
    html! {
        div.me {
            span.face aria-hidden="true" { (format::initials(&viewer.name)) }
            span.me-name {
                b { (viewer.name) }
                small { @if viewer.is_guest { "Demonstração" } @else { (viewer.role.label()) } }
            }
            button.icon-button type="button" data-theme-switch aria-label="Mudar entre claro e escuro" title="Claro ou escuro" {
                (icon(Icon::Moon))
            }
            @if !viewer.is_guest {
                form method="post" action="/sair" {
                    (components::csrf(viewer))
                    button.icon-button type="submit" aria-label="Sair" title="Sair" { (icon(Icon::Door)) }
                }
            }
        }
    }
}

/// What everybody must know who waits for the agent to answer.
fn mode_ribbon(viewer: &Viewer) -> Markup {
    let Some((title, text)) = agent::mode::notice(viewer.agent.mode) else { return html! {} };
    html! {
        div.ribbon.is-held role="note" {
            span { b { (title) } span.ribbon-more { ": " (text) } }
            @if viewer.may(Section::Agent.role()) { a href="/agente" { "Mudar o modo" } }
        }
    }
}

fn guest_ribbon() -> Markup {
    html! {
        div.ribbon role="note" {
            span { b { "Demonstração" } span.ribbon-more { ": WhatsApp simulado, aberto sem senha só nesta máquina." } }
            a href="/demo" target="_blank" rel="noopener" { "Conversar como lead" (icon(Icon::Link)) }
        }
    }
}

const SHORTCUTS: [(&str, &str); 9] = [
    ("j / k", "Próxima ou anterior na lista"),
    ("Enter", "Abrir a conversa"),
    ("/", "Buscar"),
    ("r", "Escrever ao lead"),
    ("n", "Escrever uma nota interna, ou voltar a escrever ao lead"),
    ("a", "Assumir ou devolver ao agente"),
    ("e", "Encerrar a conversa"),
    ("Esc", "Voltar à lista, fechar"),
    ("?", "Mostrar estes atalhos"),
];

fn shortcuts() -> Markup {
    html! {
        dialog.dialog #atalhos aria-labelledby="atalhos-titulo" {
            form method="dialog" {
                h2 #atalhos-titulo { "Atalhos do teclado" }
                dl.keys {
                    @for (key, meaning) in SHORTCUTS {
                        dt { kbd { (key) } }
                        dd { (meaning) }
                    }
                }
                div.dialog-actions { button.button { "Fechar" } }
            }
        }
    }
}
