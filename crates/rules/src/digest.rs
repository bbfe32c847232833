//! The manager's daily digest: what came in, what became of it, what it cost.

use jiff::civil::Date;

use crate::internal::Internal;

/// The figures of some days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// People who wrote for the first time.
    pub new_leads: u64,
    /// Conversations in which a lead wrote.
    pub conversations: u64,
    /// Leads that became hot.
    pub hot: u64,
    /// Leads that asked for a person.
    pub human_requests: u64,
    /// Complaints.
    pub complaints: u64,
    /// How many of these three somebody took.
    pub picked_up: u64,
    /// How long that took, in the middle of all, in minutes of the clock.
    pub pick_up_minutes: Option<u64>,
    /// Reminders to leads that fell silent.
    pub follow_ups: u64,
    /// Messages that did not reach WhatsApp, or of which nobody knows.
    pub failed_messages: u64,
    /// What an operator still has to look at.
    pub open_alerts: u64,
    /// What the model cost, in millionths of a US dollar.
    pub cost_micro_usd: u64,
}

/// The digest of the days from `first` to `last`.
pub fn digest(figures: &Figures, first: Date, last: Date) -> Internal {
    let handoffs = figures.hot + figures.human_requests + figures.complaints;
    let mut lines = vec![
        format!("*Resumo do atendimento, {}*", days(first, last)),
        String::new(),
        format!("*Leads novos:* {}", figures.new_leads),
        format!("*Conversas com mensagens:* {}", figures.conversations),
        format!("*Leads quentes:* {}", figures.hot),
        format!("*Pediram uma pessoa:* {}", figures.human_requests),
        format!("*Reclamações:* {}", figures.complaints),
    ];
    if handoffs > 0 {
        lines.push(format!("*Assumidos pela equipe:* {} de {handoffs}", figures.picked_up));
    }
    if let Some(minutes) = figures.pick_up_minutes {
        lines.push(format!("*Tempo até assumir (mediana):* {}", duration(minutes)));
    }
    lines.push(format!("*Lembretes a quem parou de responder:* {}", figures.follow_ups));
    lines.push(format!("*Mensagens com falha de envio:* {}", figures.failed_messages));
    if figures.open_alerts > 0 {
        lines.push(format!("*Alertas abertos:* {}", figures.open_alerts));
    }
    lines.push(format!("*Custo da IA:* US$ {}", dollars(figures.cost_micro_usd)));
    Internal::new(lines.join("\n"))
}

/// "24/11", "de 20/11 a 22/11".
fn days(first: Date, last: Date) -> String {
    let short = |date: Date| format!("{:02}/{:02}", date.day(), date.month());
    if first == last {
        return short(first);
    }
    format!("de {} a {}", short(first), short(last))
}

fn duration(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}

/// "1,23": cents, rounded up, so that something is never told as nothing.
fn dollars(micro: u64) -> String {
    let cents = micro.div_ceil(10_000);
    format!("{},{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_full_day_in_one_message() {
        let figures = Figures {
            new_leads: 12,
            conversations: 19,
            hot: 3,
            human_requests: 2,
            complaints: 1,
            picked_up: 5,
            pick_up_minutes: Some(72),
            follow_ups: 4,
            failed_messages: 1,
            open_alerts: 2,
            cost_micro_usd: 57_300,
        };
        let text = digest(&figures, date(2026, 11, 24), date(2026, 11, 24));
        insta::assert_snapshot!(text.as_str(), @r"
        *Resumo do atendimento, 24/11*

        *Leads novos:* 12
        *Conversas com mensagens:* 19
        *Leads quentes:* 3
        *Pediram uma pessoa:* 2
        *Reclamações:* 1
        *Assumidos pela equipe:* 5 de 6
        *Tempo até assumir (mediana):* 1 h 12 min
        *Lembretes a quem parou de responder:* 4
        *Mensagens com falha de envio:* 1
        *Alertas abertos:* 2
        *Custo da IA:* US$ 0,06
        ");
    }

    #[test]
    fn a_weekend_without_leads() {
        let text = digest(&Figures::default(), date(2026, 11, 27), date(2026, 11, 29));
        insta::assert_snapshot!(text.as_str(), @r"
        *Resumo do atendimento, de 27/11 a 29/11*

        *Leads novos:* 0
        *Conversas com mensagens:* 0
        *Leads quentes:* 0
        *Pediram uma pessoa:* 0
        *Reclamações:* 0
        *Lembretes a quem parou de responder:* 0
        *Mensagens com falha de envio:* 0
        *Custo da IA:* US$ 0,00
        ");
    }
}
