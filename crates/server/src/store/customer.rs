//! The customer's six tables: their columns and keys, here and in the customer's Supabase alike.

/// One of the six, in an order in which rows may be written: no row refers to a later table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Who writes to us.
    Leads,
    /// The firms they write for.
    Empresa,
    /// What they want a quote for.
    Orcamentos,
    /// The message history.
    Conversations,
    /// What the conversation brought up beside the lead's own columns.
    ConversationContext,
    /// Questions for engineering.
    TechnicalQuestions,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `uuid`
    Uuid,
    /// `text`
    Text,
    /// `boolean`
    Bool,
    /// `timestamptz`
    Time,
}

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A text; an id is one too.
    Text(String),
    /// Yes or no.
    Bool(bool),
    /// An instant, in milliseconds.
    Time(i64),
}

/// A row, or a part of one.
pub type Cells = Vec<(&'static str, Cell)>;

impl Table {
    /// All of them, each after those that it refers to.
    pub const ALL: [Self; 6] = [
        Self::Leads,
        Self::Empresa,
        Self::Orcamentos,
        Self::Conversations,
        Self::ConversationContext,
        Self::TechnicalQuestions,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Leads => "leads",
            Self::Empresa => "empresa",
            Self::Orcamentos => "orcamentos",
            Self::Conversations => "conversations",
            Self::ConversationContext => "conversation_context",
            Self::TechnicalQuestions => "technical_questions",
        }
    }

    /// The table of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// Its columns; the first is the primary key.
    pub fn columns(self) -> &'static [(&'static str, Kind)] {
        use Kind::{Bool, Text, Time, Uuid};
        match self {
            Self::Leads => &[
                ("id", Uuid),
                ("phone", Text),
                ("name", Text),
                ("email", Text),
                ("company", Text),
                ("city", Text),
                ("uf", Text),
                ("product", Text),
                ("volume", Text),
                ("urgency", Text),
                ("knows_seleto", Bool),
                ("temperature", Text),
                ("temperature_reason", Text),
                ("opted_out", Bool),
                ("created_at", Time),
                ("updated_at", Time),
            ],
            Self::Empresa => &[
                ("id", Uuid),
                ("nome", Text),
                ("cidade", Text),
                ("uf", Text),
                ("cnpj", Text),
                ("site", Text),
                ("email", Text),
                ("telefone", Text),
                ("contato", Text),
                ("created_at", Time),
                ("updated_at", Time),
            ],
            Self::Orcamentos => &[
                ("id", Uuid),
                ("lead_id", Uuid),
                ("resumo", Text),
                ("produto", Text),
                ("segmento", Text),
                ("urgencia_compra", Text),
                ("volume_diario", Text),
                ("oportunidade_pipe_id", Text),
                ("created_at", Time),
                ("updated_at", Time),
            ],
            Self::Conversations => &[
                ("id", Uuid),
                ("lead_phone", Text),
                ("role", Text),
                ("content", Text),
                ("timestamp", Time),
            ],
            Self::ConversationContext => &[
                ("id", Uuid),
                ("lead_phone", Text),
                ("key", Text),
                ("value", Text),
                ("created_at", Time),
            ],
            Self::TechnicalQuestions => &[
                ("id", Uuid),
                ("phone", Text),
                ("question", Text),
                ("timestamp", Time),
                ("context", Text),
            ],
        }
    }

    /// The columns that tell its rows apart, beside the primary key.
    pub fn natural_key(self) -> &'static [&'static str] {
        match self {
            Self::Leads => &["phone"],
            Self::Empresa => &["cnpj"],
            Self::ConversationContext => &["lead_phone", "key"],
            Self::Orcamentos | Self::Conversations | Self::TechnicalQuestions => &[],
        }
    }
}

impl Kind {
    /// What PostgreSQL calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text => "text",
            Self::Bool => "boolean",
            Self::Time => "timestamp with time zone",
        }
    }
}
