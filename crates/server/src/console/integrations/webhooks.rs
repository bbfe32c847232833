//! The addresses that other systems call, to be copied.

use maud::{Markup, html};
use secrecy::ExposeSecret;

use crate::console::Console;
use crate::web::ZAPI_WEBHOOKS;

pub(super) fn render(console: &Console) -> Markup {
    let app = &console.app;
    let (base, secret) = (app.config.base_url(), app.webhook_secret.expose_secret());
    let zapi = ZAPI_WEBHOOKS.map(|(path, purpose)| ("Z-API", purpose, path));
    let others = [("PipeRun", "Mudanças em oportunidades", "/webhook/piperun")];
    html! {
        section.card.webhooks aria-labelledby="enderecos" {
            h2 #enderecos { "Endereços de webhook" }
            p.soft { "Cole cada um no painel do sistema. Eles contêm a senha dos webhooks: não os publique." }
            @if app.config.public_url.is_none() {
                p.banner.tone-warn { "PUBLIC_URL não está definida: troque " code { (base) } " pelo endereço https público do servidor." }
            }
            ul {
                @for (index, (system, purpose, path)) in zapi.iter().chain(&others).enumerate() {
                    @let id = format!("webhook-{index}");
                    li {
                        label for=(id) { b { (system) } " · " (purpose) }
                        div.copy {
                            input.mono #(id) type="text" readonly value=(format!("{base}{path}?token={secret}"));
                            button.button type="button" data-copy=(format!("#{id}")) { "Copiar" span.visually-hidden { ": " (purpose) } }
                        }
                    }
                }
            }
        }
    }
}
