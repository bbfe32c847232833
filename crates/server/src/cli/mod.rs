//! The command line: one command a file, each ending with an exit code.

mod bench;
mod chat;
mod check;
mod crm;
mod deliveries;
mod demo;
mod doctor;
mod eval;
mod extract;
mod open;
mod play;
mod seed;
mod serve;
mod setup;
mod table;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Notice, log_filter};
use crate::evaluation::Brain;
use crate::telemetry;

/// Something is wrong that the operator can mend: configuration, playbook, database, port.
const WRONG: u8 = 1;
/// The configuration contradicts itself.
const CONTRADICTION: u8 = 2;

/// Seleto SDR: o agente de vendas que atende os leads da empresa no WhatsApp.
#[derive(Debug, Parser)]
#[command(
    name = "seleto",
    version,
    disable_help_subcommand = true,
    help_template = "{about}\n\nUso: seleto [COMANDO]\n\nComandos:\n{subcommands}\n\nOpções:\n{options}\n{after-help}",
    after_help = "As configurações vêm de variáveis de ambiente ou do arquivo .env; \
                  as principais:\n  HOST, PORT            endereço de escuta (127.0.0.1:8000)\n  \
                  DATABASE_URL          sqlite://data/seleto.db (padrão) ou postgres://…\n  \
                  ZAPI_INSTANCE_ID, ZAPI_INSTANCE_TOKEN, ZAPI_CLIENT_TOKEN   WhatsApp\n  \
                  OPENAI_API_KEY, OPENAI_MODEL                               IA\n  \
                  WEBHOOK_SECRET        senha dos webhooks (criada na primeira vez)\n  \
                  RUST_LOG              detalhe dos logs (info, debug, seleto=debug)\n\n\
                  Sem nenhuma chave, `seleto demo` já conversa. `seleto doctor` diz o que falta."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Atende: recebe os webhooks, responde e envia (padrão)
    Serve,
    /// Demonstração completa sem chaves: fornecedores simulados e conversa no navegador
    Demo,
    /// Conversa com o agente neste terminal, sem chaves
    Chat,
    /// Confere cada serviço com uma chamada real e diz como resolver o que falta
    Doctor,
    /// Confere a configuração e o playbook
    Check {
        /// Pasta do playbook (padrão: PLAYBOOK_DIR, ou o embutido)
        playbook: Option<PathBuf>,
    },
    /// Cria ou atualiza as tabelas do banco
    Migrate,
    /// Trabalha com o CRM (PipeRun)
    Crm {
        #[command(subcommand)]
        action: crm::Action,
    },
    /// Mostra o que não foi entregue, e tenta de novo ou desiste
    Deliveries {
        #[command(subcommand)]
        action: deliveries::Action,
    },
    /// Mostra o SQL que cria as tabelas no Supabase, com acesso só para o servidor
    SupabaseSchema,
    /// Cria, lista e troca a senha de quem abre o painel
    User {
        #[command(subcommand)]
        command: user::Command,
    },
    /// Mostra os endereços de webhook para colar no painel da Z-API
    WebhookUrls,
    /// Registra os webhooks nos serviços configurados e confere se ficaram
    Setup,
    /// Mede o desempenho com fornecedores simulados nesta máquina
    Bench(bench::Options),
    /// Enche um banco vazio com conversas inventadas, para medir e para mostrar
    Seed(seed::Options),
    /// Joga um conjunto de cenários e diz quais se cumprem, com que constância e a que custo
    Eval(eval::Options),
    /// Joga diálogos (JSON Lines na entrada) pelo agente inteiro e escreve o que resultou
    Play {
        /// Quem responde
        #[arg(long, value_enum, default_value_t)]
        brain: Brain,
    },
    /// Lê mensagens (JSON Lines na entrada) e escreve o que se entende de cada uma
    Extract {
        /// Quem lê
        #[arg(long, value_enum, default_value_t)]
        brain: Brain,
    },
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failed {
    code: u8,
    why: String,
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { code: WRONG, why: error.to_string() }
    }
}

impl Failed {
    fn because(why: impl Into<String>) -> Self {
        Self { code: WRONG, why: why.into() }
    }
}

/// Parses the arguments and runs the command.
pub fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("seleto: não consegui iniciar: {error}");
            return ExitCode::from(WRONG);
        }
    };
    let result = runtime.block_on(run(command));
    // Blocking readers may still sit in a query; nothing of theirs needs to finish.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match result {
        Ok(code) => code,
        Err(failed) => {
            eprintln!("seleto: {}", failed.why);
            ExitCode::from(failed.code)
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, Failed> {
    match command {
        Command::Serve => serve::run(config()?).await,
        Command::Demo => demo::run(config()?).await,
        Command::Chat => chat::run(config()?).await,
        Command::Doctor => doctor::run(config()?).await,
        Command::Check { playbook } => check::run(playbook),
        Command::Migrate => open::migrate(config()?).await,
        Command::Crm { action } => crm::run(action, config()?).await,
        Command::Deliveries { action } => deliveries::run(action, config()?).await,
        Command::SupabaseSchema => {
            print!("{}", crate::store::supabase_schema::SCHEMA);
            Ok(ExitCode::SUCCESS)
        }
        Command::User { command } => user::run(command, config()?).await,
        Command::WebhookUrls => open::webhook_urls(config()?).await,
        Command::Setup => setup::run(config()?).await,
        Command::Bench(options) => bench::run(options).await,
        Command::Seed(options) => seed::run(options, config()?).await,
        Command::Eval(options) => eval::run(options, config()?).await,
        Command::Play { brain } => play::run(brain, config()?).await,
        Command::Extract { brain } => extract::run(brain, config()?).await,
    }
}

/// The configuration for an evaluation by this brain; the log says errors alone.
fn evaluated(brain: Brain, (config, _): Configured) -> Result<Config, Failed> {
    telemetry::log(log_filter().as_deref().or(Some("error")));
    Ok(brain.choose(config)?)
}

/// The configuration with what is missing in it.
type Configured = (Config, Vec<Notice>);

fn config() -> Result<Configured, Failed> {
    Config::from_env().map_err(|wrong| {
        let lines: Vec<_> = wrong
            .iter()
            .map(|notice| format!("  {}: {}", notice.variable, notice.advice))
            .collect();
        Failed {
            code: CONTRADICTION,
            why: format!("configuração inválida; corrija e tente de novo:\n{}", lines.join("\n")),
        }
    })
}
