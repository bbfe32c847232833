//! The drawings beside the words.

use maud::{Markup, PreEscaped, html};

/// A drawing. Each stands beside a word, so that none is read aloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Conversations.
    Chat,
    /// The funnel.
    Funnel,
    /// Figures.
    Chart,
    /// Systems in step.
    Plug,
    /// The agent.
    Robot,
    /// Technical questions.
    Wrench,
    /// Privacy.
    Shield,
    /// People.
    People,
    /// One person.
    Person,
    /// More.
    Dots,
    /// Search.
    Search,
    /// Light and dark.
    Moon,
    /// Log out.
    Door,
    /// Send.
    Send,
    /// Back.
    Back,
    /// Not sent yet.
    Clock,
    /// Sent.
    Tick,
    /// Received.
    Ticks,
    /// Something failed.
    Alert,
    /// A note.
    Note,
    /// Ended.
    Check,
    /// Never again.
    Ban,
    /// Change it.
    Pencil,
    /// A voice note.
    Microphone,
    /// A file.
    Clip,
    /// Why.
    Question,
    /// Elsewhere.
    Link,
    /// Closes.
    Cross,
    /// Adds.
    Plus,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Chat => r#"<path d="M20 12a8 8 0 0 1-8 8H4.5l1.8-2.7A8 8 0 1 1 20 12Z"/>"#,
            Self::Funnel => r#"<path d="M4 5h16l-6.2 7.4v5.1L10.2 20v-7.6Z"/>"#,
            Self::Chart => r#"<path d="M4 20h16M7 16v-4m5 4V6m5 10V9"/>"#,
            Self::Plug => {
                r#"<path d="M9 4v4m6-4v4M6.500 8h11v3.500a5.500 5.500 0 0 1-11 0ZM12 17v3.500"/>"#
            }
            Self::Robot => {
                r#"<rect x="5" y="8" width="14" height="11" rx="3"/><path d="M12 8V4.500M9.500 13v1m5-1v1M2.800 12v3m18.400-3v3"/>"#
            }
            Self::Wrench => {
                r#"<path d="M14.500 6.500a4.200 4.200 0 0 1 5.600-1.900l-2.700 2.700.4 2 2 .4 2.700-2.700a4.200 4.200 0 0 1-5.700 5.200l-7.400 7.500a2 2 0 0 1-2.900-2.900l7.500-7.400a4.200 4.200 0 0 1 .5-2.900Z" transform="translate(-1.500)"/>"#
            }
            Self::Shield => {
                r#"<path d="M12 3.500 5 6v5.500c0 4.300 2.900 7.400 7 9 4.100-1.600 7-4.700 7-9V6Z"/><path d="m9.200 12 2 2 3.700-3.800"/>"#
            }
            Self::People => {
                r#"<circle cx="9" cy="9" r="3.200"/><path d="M3 19c.6-3.300 3-5 6-5s5.400 1.700 6 5M15.500 6.200a3 3 0 0 1 0 5.600M17.500 14.600c1.900.7 3.100 2.200 3.500 4.400"/>"#
            }
            Self::Person => {
                r#"<circle cx="12" cy="8.500" r="3.500"/><path d="M5 20c.7-3.700 3.500-5.500 7-5.500s6.300 1.800 7 5.500"/>"#
            }
            Self::Dots => r#"<path d="M5 12h.01M12 12h.01M19 12h.01" stroke-width="3"/>"#,
            Self::Search => r#"<circle cx="11" cy="11" r="6.500"/><path d="m16 16 4.500 4.500"/>"#,
            Self::Moon => {
                r#"<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16Z" fill="currentColor" stroke="none"/>"#
            }
            Self::Door => {
                r#"<path d="M14 4.500H6.500v15H14M11 12h9.500m-3.200-3.500L20.800 12l-3.500 3.500"/>"#
            }
            Self::Send => r#"<path d="M4 11.500 20 4.500l-5.500 15-3.200-6Zm7.300 2L20 4.500"/>"#,
            Self::Back => r#"<path d="M10.500 5.500 4 12l6.500 6.500M4.500 12H20"/>"#,
            Self::Clock => r#"<circle cx="12" cy="12" r="8"/><path d="M12 7.500V12l3 2"/>"#,
            Self::Tick => r#"<path d="m5.500 12.500 4.200 4.500 9-10"/>"#,
            Self::Ticks => {
                r#"<path d="m2.500 12.500 4.200 4.500 9-10M12.300 16.500l.4.500 9-10"/>"#
            }
            Self::Alert => r#"<path d="M12 4.200 2.800 19.800h18.400ZM12 10v4.500m0 2.500v.2"/>"#,
            Self::Note => {
                r#"<path d="M5 4.500h14v10L14.500 19.500H5ZM14.500 19.500v-5H19M8.500 8.500h7M8.500 12h4"/>"#
            }
            Self::Check => {
                r#"<circle cx="12" cy="12" r="8"/><path d="m8.500 12.200 2.500 2.500 4.600-5"/>"#
            }
            Self::Ban => r#"<circle cx="12" cy="12" r="8"/><path d="m6.500 6.500 11 11"/>"#,
            Self::Pencil => {
                r#"<path d="m5 19 .8-4L15.500 5.300a1.800 1.800 0 0 1 2.500 0l.7.7a1.800 1.800 0 0 1 0 2.500L9 18.200Z"/>"#
            }
            Self::Microphone => {
                r#"<rect x="9" y="3.500" width="6" height="11" rx="3"/><path d="M5.500 12a6.500 6.500 0 0 0 13 0M12 18.500v2.500"/>"#
            }
            Self::Clip => {
                r#"<path d="m19.500 11.500-7.800 7.800a4.600 4.600 0 0 1-6.500-6.500L13 5a3 3 0 0 1 4.300 4.300l-7.700 7.700a1.500 1.500 0 0 1-2.100-2.100l7-7"/>"#
            }
            Self::Question => {
                r#"<circle cx="12" cy="12" r="8"/><path d="M9.700 9.700a2.400 2.400 0 1 1 3.600 2.100c-.8.500-1.300 1-1.300 2m0 2.200v.2"/>"#
            }
            Self::Link => {
                r#"<path d="M13.500 4.500h6v6M19.500 4.500 11 13M17 13.500v6H4.500V7h6"/>"#
            }
            Self::Cross => r#"<path d="m6 6 12 12M18 6 6 18"/>"#,
            Self::Plus => r#"<path d="M12 5v14M5 12h14"/>"#,
        }
    }
}

/// Draws it.
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            (PreEscaped(icon.path()))
        }
    }
}
