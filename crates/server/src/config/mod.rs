//! The only reader of the environment: every variable, its default, and what is wrong with it.

mod budget;
mod vendors;

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use seleto_rules::agent_mode::{AgentMode, Level};
use seleto_rules::phone::Phone;
use seleto_rules::quiet_time::QuietTime;

use crate::external_call::Phones;
use crate::media::{AllowedHosts, InvalidHost};
use crate::store::queue::Lane;
pub use budget::Budget;
pub use vendors::{Chatwoot, PipeRun, Supabase};

/// `DATABASE_URL` when it is not set.
pub const DEFAULT_DATABASE: &str = "sqlite://data/seleto.db";

/// `RUST_LOG`: the logger starts before anything else is read.
pub fn log_filter() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
    std::env::var("RUST_LOG").ok()
}

/// All that can be configured.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub host: std::net::IpAddr,
    /// Port to listen on; 0 takes a free one.
    pub port: u16,
    /// `sqlite://path` or `postgres://…`.
    pub database_url: SecretString,
    /// Where webhooks wait on this machine while PostgreSQL is away.
    pub spool: PathBuf,
    /// What `?token=` of a webhook must equal; made at first start when absent.
    pub webhook_secret: Option<SecretString>,
    /// Address under which the vendors reach us, for the webhook addresses.
    pub public_url: Option<String>,
    /// How long a burst may go on.
    pub quiet_time: QuietTime,
    /// How long "typing…" shows before a message.
    pub typing: Typing,
    /// Folder of the playbook; absent means the built-in one.
    pub playbook: Option<PathBuf>,
    /// Phones in logs.
    pub log_phones: Phones,
    /// WhatsApp.
    pub zapi: Option<ZApi>,
    /// The model.
    pub openai: Option<OpenAi>,
    /// What may be spent on the model, and how fast a conversation may turn.
    pub budget: Budget,
    /// Hosts from which media may be fetched even when they are private or without https.
    pub media_allowed_hosts: AllowedHosts,
    /// The customer's tables in the cloud.
    pub supabase: Option<Supabase>,
    /// Where people watch and take over.
    pub chatwoot: Option<Chatwoot>,
    /// The CRM.
    pub piperun: Option<PipeRun>,
    /// How far the agent is let loose at its first start; people change it later.
    pub agent_mode: Option<AgentMode>,
    /// Simulated vendors: webhooks are open to this machine.
    pub demo: bool,
    /// Instructions for the model in place of the playbook's; only an evaluation sets it.
    pub system_prompt: Option<String>,
}

/// How long "typing…" shows before a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// By the length of the text.
    Auto,
    /// Always this many seconds; 0 means none.
    Seconds(u8),
}

/// WhatsApp, through Z-API.
#[derive(Clone, Debug)]
pub struct ZApi {
    /// Base address.
    pub url: String,
    /// The instance; messages of others are refused.
    pub instance: String,
    /// The instance's token.
    pub token: SecretString,
    /// The account's security token.
    pub client_token: Option<SecretString>,
}

/// The model, at OpenAI or at any compatible server.
#[derive(Clone, Debug)]
pub struct OpenAi {
    /// Base address, with its version.
    pub url: String,
    /// The key; a server of one's own often needs none.
    pub key: Option<SecretString>,
    /// The model that answers.
    pub model: String,
    /// The model that transcribes.
    pub transcription_model: String,
}

/// What the operator should know or must change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong and what to do, in pt-BR.
    pub advice: String,
}

/// A configuration and what is missing in it, or what makes it unusable.
pub type Read = Result<(Config, Vec<Notice>), Vec<Notice>>;

impl Config {
    /// The address under which others reach us.
    pub fn base_url(&self) -> String {
        let local = || format!("http://{}", std::net::SocketAddr::new(self.host, self.port));
        self.public_url.clone().unwrap_or_else(local)
    }

    /// Reads the process's environment, and `.env` for what is not set there.
    ///
    /// # Errors
    /// Every variable that contradicts itself or others.
    pub fn from_env() -> Read {
        // Without a `.env` the environment alone counts; a broken one must not pass in silence.
        if let Err(error) = dotenvy::dotenv()
            && !error.not_found()
        {
            return Err(vec![Notice {
                variable: ".env",
                advice: format!("não consegui ler o arquivo .env: {error}"),
            }]);
        }
        #[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever they are; an empty value counts as absent.
    ///
    /// # Errors
    /// Every variable that contradicts itself or others.
    pub fn from_vars(get: impl Fn(&str) -> Option<String>) -> Read {
        let mut reader = Reader { get: &get, missing: Vec::new(), wrong: Vec::new() };
        let config = Config {
            host: reader.parse("HOST", "127.0.0.1", "use um endereço IP, como 127.0.0.1"),
            port: reader.parse("PORT", "8000", "use um número de porta, como 8000"),
            database_url: reader.database(),
            spool: reader.text("SPOOL_PATH").unwrap_or_else(|| "data/spool.db".to_owned()).into(),
            webhook_secret: reader.webhook_secret(),
            public_url: reader.url("PUBLIC_URL"),
            quiet_time: reader.quiet_time(),
            typing: reader.typing(),
            playbook: reader.text("PLAYBOOK_DIR").map(PathBuf::from),
            log_phones: reader.log_phones(),
            zapi: reader.zapi(),
            openai: reader.openai(),
            budget: reader.budget(),
            media_allowed_hosts: reader.media_allowed_hosts(),
            supabase: reader.supabase(),
            chatwoot: reader.chatwoot(),
            piperun: reader.piperun(),
            agent_mode: reader.agent_mode(),
            demo: false,
            system_prompt: None,
        };
        if reader.wrong.is_empty() { Ok((config, reader.missing)) } else { Err(reader.wrong) }
    }

    /// The lanes of the vendors that keep a copy of our record.
    pub fn mirrors(&self) -> Vec<Lane> {
        let in_the_cloud = self.supabase.is_some() && !self.is_supabase_our_database();
        let configured = [
            (Lane::Chatwoot, self.chatwoot.is_some()),
            (Lane::Supabase, in_the_cloud),
            (Lane::Piperun, self.piperun.is_some()),
        ];
        configured.into_iter().filter(|(_, set)| *set).map(|(lane, _)| lane).collect()
    }

    /// Whether our own database is one of Supabase's.
    pub fn is_database_on_supabase(&self) -> bool {
        vendors::supabase_project(self.database_url.expose_secret()).is_some()
    }

    /// Whether our own database is that of the configured project: then nothing is to be mirrored.
    pub fn is_supabase_our_database(&self) -> bool {
        let ours = vendors::supabase_project(self.database_url.expose_secret());
        let theirs = self.supabase.as_ref().and_then(vendors::Supabase::project);
        ours.is_some() && ours == theirs
    }

    /// Whether only this machine can reach us.
    pub fn is_local(&self) -> bool {
        self.host.is_loopback()
    }
}

struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    missing: Vec<Notice>,
    wrong: Vec<Notice>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> Option<String> {
        (self.get)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    fn agent_mode(&mut self) -> Option<AgentMode> {
        let listed = self.text("AGENT_PHONES").unwrap_or_default();
        let phones: Vec<_> =
            listed.split(',').map(str::trim).filter(|phone| !phone.is_empty()).collect();
        if phones.iter().any(|phone| phone.parse::<Phone>().is_err()) {
            self.refuse("AGENT_PHONES", "use telefones com 55 e DDD, separados por vírgula");
        }
        let name = self.text("AGENT_MODE")?;
        let Some(mode) = Level::parse(&name) else {
            self.refuse("AGENT_MODE", "use off, shadow, allow_list ou on");
            return None;
        };
        Some(AgentMode { mode, phones: phones.into_iter().map(str::to_owned).collect() })
    }

    fn lacks(&mut self, variable: &'static str, advice: impl Into<String>) {
        self.missing.push(Notice { variable, advice: advice.into() });
    }

    fn refuse(&mut self, variable: &'static str, advice: impl Into<String>) {
        self.wrong.push(Notice { variable, advice: advice.into() });
    }

    fn parse<T: std::str::FromStr>(&mut self, name: &'static str, default: &str, advice: &str) -> T
    where
        T::Err: std::fmt::Debug,
    {
        let given = self.text(name);
        let parsed = given.as_deref().unwrap_or(default).parse();
        parsed.unwrap_or_else(|_| {
            self.refuse(name, format!("valor inválido: {advice}"));
            default.parse().expect("defaults are valid")
        })
    }

    fn database(&mut self) -> SecretString {
        let url = self.text("DATABASE_URL").unwrap_or_else(|| DEFAULT_DATABASE.to_owned());
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|start| url.starts_with(start)) {
            self.refuse(
                "DATABASE_URL",
                "endereço inválido: use sqlite://caminho/arquivo.db ou \
                 postgres://usuario:senha@servidor:5432/banco",
            );
        }
        SecretString::from(url)
    }

    fn webhook_secret(&mut self) -> Option<SecretString> {
        let secret = self.text("WEBHOOK_SECRET")?;
        if secret.len() < 8 {
            self.lacks("WEBHOOK_SECRET", "curto demais: use pelo menos 8 caracteres aleatórios");
        }
        Some(SecretString::from(secret))
    }

    fn url(&mut self, name: &'static str) -> Option<String> {
        let url = self.text(name)?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.refuse(name, "deve começar com http:// ou https://");
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    fn quiet_time(&mut self) -> QuietTime {
        match self.text("REPLY_QUIET_TIME_MS").map(|ms| ms.parse::<i64>()) {
            None => QuietTime::Adaptive,
            Some(Ok(ms)) if (0..=60_000).contains(&ms) => QuietTime::Fixed(ms),
            Some(_) => {
                self.refuse("REPLY_QUIET_TIME_MS", "use milissegundos entre 0 e 60000");
                QuietTime::Adaptive
            }
        }
    }

    fn typing(&mut self) -> Typing {
        match self.text("TYPING_DELAY_SECONDS").as_deref() {
            None | Some("auto") => Typing::Auto,
            Some(text) => match text.parse() {
                Ok(seconds @ 0..=15) => Typing::Seconds(seconds),
                _ => {
                    self.refuse("TYPING_DELAY_SECONDS", "use auto ou segundos entre 0 e 15");
                    Typing::Auto
                }
            },
        }
    }

    fn log_phones(&mut self) -> Phones {
        match self.text("LOG_PHONES").as_deref() {
            None | Some("masked") => Phones::Masked,
            Some("full") => Phones::Full,
            Some(_) => {
                self.refuse("LOG_PHONES", "use masked (padrão) ou full");
                Phones::Masked
            }
        }
    }

    fn media_allowed_hosts(&mut self) -> AllowedHosts {
        let list = self.text("MEDIA_ALLOWED_HOSTS").unwrap_or_default();
        list.parse().unwrap_or_else(|error: InvalidHost| {
            self.refuse("MEDIA_ALLOWED_HOSTS", error.to_string());
            AllowedHosts::default()
        })
    }

    fn zapi(&mut self) -> Option<ZApi> {
        let url = self.url("ZAPI_API_URL").unwrap_or_else(|| "https://api.z-api.io".to_owned());
        let instance = self.text("ZAPI_INSTANCE_ID");
        let token = self.secret("ZAPI_INSTANCE_TOKEN");
        let client_token = self.secret("ZAPI_CLIENT_TOKEN");
        match (instance, token) {
            (Some(instance), Some(token)) => {
                if client_token.is_none() {
                    self.lacks(
                        "ZAPI_CLIENT_TOKEN",
                        "sem ele as chamadas falham se o token de segurança da conta Z-API \
                         estiver ativado (painel da Z-API > Segurança)",
                    );
                }
                Some(ZApi { url, instance, token, client_token })
            }
            (None, None) => {
                self.lacks(
                    "ZAPI_INSTANCE_ID",
                    "WhatsApp desligado: defina ZAPI_INSTANCE_ID, ZAPI_INSTANCE_TOKEN e \
                     ZAPI_CLIENT_TOKEN (painel da Z-API > Instâncias)",
                );
                None
            }
            (instance, _) => {
                let absent =
                    if instance.is_none() { "ZAPI_INSTANCE_ID" } else { "ZAPI_INSTANCE_TOKEN" };
                self.lacks(absent, format!("WhatsApp desligado: falta {absent}"));
                None
            }
        }
    }

    fn openai(&mut self) -> Option<OpenAi> {
        let base = self.url("OPENAI_BASE_URL");
        let key = self.secret("OPENAI_API_KEY");
        let model = self.text("OPENAI_MODEL").unwrap_or_else(|| "gpt-4o".to_owned());
        let transcription_model =
            self.text("OPENAI_TRANSCRIPTION_MODEL").unwrap_or_else(|| "whisper-1".to_owned());
        // A server of one's own often wants no key; OpenAI always does.
        if key.is_none() && base.is_none() {
            self.lacks(
                "OPENAI_API_KEY",
                "sem ela quem responde é o cérebro offline, pelas regras do playbook",
            );
            return None;
        }
        let url = base.unwrap_or_else(|| "https://api.openai.com/v1".to_owned());
        Some(OpenAi { url, key, model, transcription_model })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Read {
        Config::from_vars(|name| {
            vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn nothing_set_starts_and_says_what_is_missing() {
        let (config, missing) = read(&[]).unwrap();
        assert_eq!((config.port, config.is_local()), (8000, true));
        assert!(config.zapi.is_none() && config.openai.is_none());
        let missing: Vec<_> = missing.iter().map(|notice| notice.variable).collect();
        assert_eq!(missing, ["ZAPI_INSTANCE_ID", "OPENAI_API_KEY"]);
    }

    #[test]
    fn every_contradiction_is_named_at_once() {
        let wrong = read(&[
            ("PORT", "oito mil"),
            ("DATABASE_URL", "mysql://x"),
            ("REPLY_QUIET_TIME_MS", "-1"),
            ("TYPING_DELAY_SECONDS", "99"),
            ("OPENAI_BASE_URL", "localhost:11434"),
            ("DAILY_BUDGET_USD", "dez"),
            ("LEAD_DAILY_TOKENS", "-1"),
            ("LOOP_BRAKE", "talvez"),
            ("OPENAI_MODEL_PRICE", "caro"),
            ("MEDIA_ALLOWED_HOSTS", "https://minio.interno"),
        ])
        .unwrap_err();
        let wrong: Vec<_> = wrong.iter().map(|notice| notice.variable).collect();
        assert_eq!(
            wrong,
            [
                "PORT",
                "DATABASE_URL",
                "REPLY_QUIET_TIME_MS",
                "TYPING_DELAY_SECONDS",
                "OPENAI_BASE_URL",
                "DAILY_BUDGET_USD",
                "LEAD_DAILY_TOKENS",
                "LOOP_BRAKE",
                "OPENAI_MODEL_PRICE",
                "MEDIA_ALLOWED_HOSTS"
            ]
        );
    }

    #[test]
    fn half_a_zapi_is_none_and_says_which_half() {
        let (config, missing) = read(&[("ZAPI_INSTANCE_ID", "3C1")]).unwrap();
        assert!(config.zapi.is_none());
        assert_eq!(missing[0].variable, "ZAPI_INSTANCE_TOKEN");
    }

    #[test]
    fn a_model_server_of_ones_own_needs_no_key() {
        let (config, missing) = read(&[("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")]).unwrap();
        assert!(config.openai.is_some_and(|openai| openai.key.is_none()));
        assert!(missing.iter().all(|notice| notice.variable != "OPENAI_API_KEY"));
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let (config, _) = read(&[
            ("ZAPI_INSTANCE_ID", "3C1"),
            ("ZAPI_INSTANCE_TOKEN", "topsecret1"),
            ("OPENAI_API_KEY", "topsecret2"),
            ("WEBHOOK_SECRET", "topsecret3"),
            ("DATABASE_URL", "postgres://u:topsecret4@h/d"),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("topsecret"));
    }

    #[test]
    fn a_budget_in_dollars_is_kept_in_millionths_and_zero_is_no_limit() {
        let (config, _) =
            read(&[("DAILY_BUDGET_USD", "2.50"), ("LEAD_DAILY_TOKENS", "0")]).unwrap();
        assert_eq!(config.budget.day_micro_usd, Some(2_500_000));
        assert_eq!(config.budget.lead_tokens_a_day, None);
        let (config, _) = read(&[]).unwrap();
        assert_eq!(config.budget.day_micro_usd, None);
        assert_eq!(config.budget.lead_turns_an_hour, Some(40));
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let (config, _) = read(&[("OPENAI_API_KEY", " "), ("PORT", "")]).unwrap();
        assert!(config.openai.is_none());
        assert_eq!(config.port, 8000);
    }
}
