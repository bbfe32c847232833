//! The systems that we keep in step: what each needs, and what is missing of it.

use secrecy::SecretString;
use seleto_rules::notes::DealFact;
use seleto_rules::qualification::Temperature;

use super::Reader;

/// The customer's tables in the cloud, by Supabase's REST address.
#[derive(Clone, Debug)]
pub struct Supabase {
    /// Base address of the project.
    pub url: String,
    /// The service's key: the legacy `service_role` or an `sb_secret_…`.
    pub key: SecretString,
}

/// Where people watch and take over.
#[derive(Clone, Debug)]
pub struct Chatwoot {
    /// Base address of the server.
    pub url: String,
    /// A person's access token; a bot's may not touch contacts.
    pub token: SecretString,
    /// The account's number.
    pub account: u64,
    /// The number of the inbox that shows our conversations; absent means the account's only API
    /// inbox.
    pub inbox: Option<u64>,
    /// With what Chatwoot signs its webhooks, when it does.
    pub webhook_secret: Option<SecretString>,
}

/// The CRM.
#[derive(Clone, Debug)]
pub struct PipeRun {
    /// Base address, with its version.
    pub url: String,
    /// The token of the user in whose name we write.
    pub token: SecretString,
    /// The pipeline of new deals.
    pub pipeline: u64,
    /// The stage of new deals.
    pub stage: u64,
    /// The origin of new deals, when it is to be told.
    pub origin: Option<u64>,
    /// The user that new deals belong to; absent means the token's own.
    pub owner: Option<u64>,
    /// From which temperature on a lead gets a deal.
    pub from: Temperature,
    /// The account's own fields of a deal, and what each is to hold.
    pub custom_fields: Vec<(DealFact, u64)>,
    /// The tags of new deals.
    pub tags: Vec<u64>,
}

/// The Supabase project whose database this address leads to, if it is one.
///
/// The host names it, or with a pooler the user.
pub(super) fn supabase_project(database_url: &str) -> Option<String> {
    let url = reqwest::Url::parse(database_url).ok()?;
    let host = url.host_str()?;
    if let Some(project) = host.strip_suffix(".supabase.co") {
        return Some(project.trim_start_matches("db.").to_owned());
    }
    host.ends_with(".pooler.supabase.com").then(|| {
        let user = url.username();
        user.rsplit_once('.').map_or_else(String::new, |(_, project)| project.to_owned())
    })
}

impl Supabase {
    /// The project's name, when it is hosted by Supabase.
    pub(super) fn project(&self) -> Option<String> {
        let url = reqwest::Url::parse(&self.url).ok()?;
        url.host_str()?.strip_suffix(".supabase.co").map(str::to_owned)
    }
}

impl Reader<'_> {
    pub(super) fn supabase(&mut self) -> Option<Supabase> {
        let url = self.url("SUPABASE_URL");
        let key = self.secret("SUPABASE_SERVICE_ROLE_KEY");
        match (url, key) {
            (Some(url), Some(key)) => Some(Supabase { url, key }),
            (None, None) => None,
            (url, _) => {
                let absent =
                    if url.is_none() { "SUPABASE_URL" } else { "SUPABASE_SERVICE_ROLE_KEY" };
                self.lacks(
                    absent,
                    format!(
                        "Supabase desligado: falta {absent} (painel do Supabase > Project \
                             Settings > API)"
                    ),
                );
                None
            }
        }
    }

    pub(super) fn chatwoot(&mut self) -> Option<Chatwoot> {
        let url = self.url("CHATWOOT_API_URL");
        let token = self.secret("CHATWOOT_API_TOKEN");
        let account = self.number("CHATWOOT_ACCOUNT_ID");
        let inbox = self.number("CHATWOOT_INBOX_ID");
        let webhook_secret = self.secret("CHATWOOT_WEBHOOK_SECRET");
        let absent = [
            ("CHATWOOT_API_URL", url.is_none()),
            ("CHATWOOT_API_TOKEN", token.is_none()),
            ("CHATWOOT_ACCOUNT_ID", account.is_none()),
        ];
        match (url, token, account) {
            (Some(url), Some(token), Some(account)) => {
                Some(Chatwoot { url, token, account, inbox, webhook_secret })
            }
            (None, None, None) => None,
            _ => {
                for (variable, _) in absent.into_iter().filter(|(_, absent)| *absent) {
                    self.lacks(variable, format!("Chatwoot desligado: falta {variable}"));
                }
                None
            }
        }
    }

    pub(super) fn piperun(&mut self) -> Option<PipeRun> {
        let url = self.url("PIPERUN_API_URL");
        let token = self.secret("PIPERUN_API_TOKEN");
        let pipeline = self.number("PIPERUN_PIPELINE_ID");
        let stage = self.number("PIPERUN_STAGE_ID");
        let origin = self.number("PIPERUN_ORIGIN_ID");
        let owner = self.number("PIPERUN_OWNER_ID");
        let from = self.deals_from();
        let custom_fields = self.custom_fields();
        let tags = self.tags();
        let token = token?;
        let absent =
            [("PIPERUN_PIPELINE_ID", pipeline.is_none()), ("PIPERUN_STAGE_ID", stage.is_none())];
        for (variable, _) in absent.into_iter().filter(|(_, absent)| *absent) {
            self.lacks(
                variable,
                format!("PipeRun desligado: falta {variable} (o número do funil ou da etapa)"),
            );
        }
        Some(PipeRun {
            url: url.unwrap_or_else(|| "https://api.pipe.run/v1".to_owned()),
            token,
            pipeline: pipeline?,
            stage: stage?,
            origin,
            owner,
            from,
            custom_fields,
            tags,
        })
    }

    fn deals_from(&mut self) -> Temperature {
        match self.text("PIPERUN_FROM").as_deref() {
            None | Some("quente") => Temperature::Quente,
            Some("morno") => Temperature::Morno,
            Some(_) => {
                self.refuse("PIPERUN_FROM", "use quente (padrão) ou morno");
                Temperature::Quente
            }
        }
    }

    fn custom_fields(&mut self) -> Vec<(DealFact, u64)> {
        let text = self.text("PIPERUN_CUSTOM_FIELDS").unwrap_or_default();
        let mut fields = Vec::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (key, id) = pair.split_once('=').unwrap_or((pair, ""));
            let fact = DealFact::ALL.iter().find(|fact| fact.key() == key.trim());
            match (fact, id.trim().parse()) {
                (Some(fact), Ok(id)) => fields.push((*fact, id)),
                _ => {
                    let keys: Vec<_> = DealFact::ALL.iter().map(|fact| fact.key()).collect();
                    self.refuse(
                        "PIPERUN_CUSTOM_FIELDS",
                        format!(
                            "não entendi {pair:?}: use dado=número do campo, como \
                             produto=123,volume=124; os dados são {}",
                            keys.join(", ")
                        ),
                    );
                }
            }
        }
        fields
    }

    fn tags(&mut self) -> Vec<u64> {
        let text = self.text("PIPERUN_TAGS").unwrap_or_default();
        let tags: Result<Vec<u64>, _> =
            text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::parse).collect();
        tags.unwrap_or_else(|_| {
            self.refuse("PIPERUN_TAGS", "use os números das tags, separados por vírgula");
            Vec::new()
        })
    }

    fn number(&mut self, name: &'static str) -> Option<u64> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(number) => Some(number),
            Err(_) => {
                self.refuse(name, "deve ser um número, como aparece no endereço do painel");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::supabase_project;

    #[test]
    fn a_database_of_supabase_is_known_by_its_address() {
        let check = |url: &str, project: Option<&str>| {
            assert_eq!(supabase_project(url).as_deref(), project, "{url}");
        };
        check("postgres://postgres:x@db.abc.supabase.co:5432/postgres", Some("abc"));
        let pooler = "aws-0-sa-east-1.pooler.supabase.com:5432/postgres";
        check(&format!("postgres://postgres.abc:x@{pooler}"), Some("abc"));
        check(&format!("postgres://postgres:x@{pooler}"), Some(""));
        check("postgres://seleto:x@127.0.0.1/seleto", None);
        check("sqlite://data/seleto.db", None);
    }
}
