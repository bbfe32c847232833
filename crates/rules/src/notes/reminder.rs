//! The reminder to the sellers of a lead that nobody took.

use jiff::civil::DateTime;

use super::Dossier;
use super::wording::{self, or_unknown};
use crate::handoff::Why;
use crate::hours::hour_in_words;

/// What the sellers read when a lead waits for them since then; the last time in plainer words.
pub fn handoff_reminder(
    dossier: &Dossier<'_>,
    why: Why,
    since: DateTime,
    now: DateTime,
    last: bool,
) -> String {
    let title =
        if last { "Último lembrete: o lead ainda espera" } else { "Lembrete: lead à espera" };
    let name = or_unknown(wording::name(dossier));
    let company = or_unknown(wording::told(dossier.lead.company.as_deref()));
    let mut lines = vec![
        format!("*{title}*"),
        String::new(),
        format!("*Nome:* {name}"),
        format!("*Empresa:* {company}"),
        format!("*Motivo:* {}", why.in_words()),
        format!("*Sem atendimento desde:* {}", moment(since, now)),
    ];
    if let Some(phone) = dossier.phone {
        let link = format!("https://wa.me/{}", phone.as_str());
        lines.push(format!("*WhatsApp:* {} {link}", wording::phone(phone)));
    }
    lines.push(String::new());
    lines.push(
        "Quem assumir, escreva ao lead pelo celular da empresa, pelo Chatwoot ou pelo painel: os \
         lembretes param sozinhos."
            .to_owned(),
    );
    lines.join("\n")
}

/// "hoje, 10h15", "24/11, 17h50".
fn moment(at: DateTime, now: DateTime) -> String {
    let hour = hour_in_words(at.time());
    match at.date() == now.date() {
        true => format!("hoje, {hour}"),
        false => format!("{:02}/{:02}, {hour}", at.day(), at.month()),
    }
}
