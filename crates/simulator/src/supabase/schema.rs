//! The six tables: columns, defaults, and what must be unique or exist.

/// What a column is when nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Default {
    Null,
    False,
    Id,
    Now,
}

/// One of the tables.
pub(super) struct Schema {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Default)],
    pub(super) required: &'static [&'static str],
    /// Beside the primary key, `id`.
    pub(super) unique: &'static [&'static [&'static str]],
    /// A column, the table whose `id` it must be, and whether rows go with that one.
    pub(super) reference: Option<(&'static str, &'static str)>,
}

use self::Default::{False, Id, Now, Null};

pub(super) const SCHEMA: &[Schema] = &[
    Schema {
        name: "leads",
        columns: &[
            ("id", Id),
            ("phone", Null),
            ("name", Null),
            ("email", Null),
            ("company", Null),
            ("city", Null),
            ("uf", Null),
            ("product", Null),
            ("volume", Null),
            ("urgency", Null),
            ("knows_seleto", Null),
            ("temperature", Null),
            ("temperature_reason", Null),
            ("opted_out", False),
            ("created_at", Now),
            ("updated_at", Now),
        ],
        required: &["id", "opted_out", "created_at", "updated_at"],
        unique: &[&["phone"]],
        reference: None,
    },
    Schema {
        name: "orcamentos",
        columns: &[
            ("id", Id),
            ("lead_id", Null),
            ("resumo", Null),
            ("produto", Null),
            ("segmento", Null),
            ("urgencia_compra", Null),
            ("volume_diario", Null),
            ("oportunidade_pipe_id", Null),
            ("created_at", Now),
            ("updated_at", Now),
        ],
        required: &["id", "lead_id", "created_at", "updated_at"],
        unique: &[],
        reference: Some(("lead_id", "leads")),
    },
    Schema {
        name: "empresa",
        columns: &[
            ("id", Id),
            ("nome", Null),
            ("cidade", Null),
            ("uf", Null),
            ("cnpj", Null),
            ("site", Null),
            ("email", Null),
            ("telefone", Null),
            ("contato", Null),
            ("created_at", Now),
            ("updated_at", Now),
        ],
        required: &["id", "created_at", "updated_at"],
        unique: &[&["cnpj"]],
        reference: None,
    },
    Schema {
        name: "conversations",
        columns: &[
            ("id", Id),
            ("lead_phone", Null),
            ("role", Null),
            ("content", Null),
            ("timestamp", Now),
        ],
        required: &["id", "lead_phone", "role", "content", "timestamp"],
        unique: &[],
        reference: None,
    },
    Schema {
        name: "conversation_context",
        columns: &[
            ("id", Id),
            ("lead_phone", Null),
            ("key", Null),
            ("value", Null),
            ("created_at", Now),
        ],
        required: &["id", "lead_phone", "key", "created_at"],
        unique: &[&["lead_phone", "key"]],
        reference: None,
    },
    Schema {
        name: "technical_questions",
        columns: &[
            ("id", Id),
            ("phone", Null),
            ("question", Null),
            ("timestamp", Now),
            ("context", Null),
        ],
        required: &["id", "phone", "question", "timestamp"],
        unique: &[],
        reference: None,
    },
];
