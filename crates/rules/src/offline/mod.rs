//! The offline brain: understands pt-BR and answers from the playbook, without a model.

use crate::conversation::{Draft, Turn};

/// Reads the burst and proposes a reply.
pub fn think(turn: &Turn<'_>) -> Draft {
    Draft {
        reply: Some("Olá! Seja bem-vindo à Seleto Industrial. Como posso ajudar?".to_owned()),
        memory: turn.memory.clone(),
        ..Draft::default()
    }
}
