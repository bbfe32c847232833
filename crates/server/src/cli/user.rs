//! `seleto user`: who may open the console, from the terminal.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use clap::Subcommand;
use uuid::Uuid;

use super::{Configured, Failed, open};
use crate::clock::Clock;
use crate::console::{login, passwords};
use crate::store::console::accounts::{AddUser, FindAccount, ListUsers, Role, SetPassword};

/// Who opens the console from the terminal, in the audit.
const ACTOR: &str = "terminal";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Cria um usuário; a senha é pedida no terminal, ou lida da entrada padrão
    Add {
        /// Login: e-mail ou apelido, sem espaços
        login: String,
        /// Como a equipe vê a pessoa (padrão: o login)
        #[arg(long)]
        nome: Option<String>,
        /// admin, sdr ou leitura
        #[arg(long, default_value = "sdr", value_parser = role)]
        papel: Role,
    },
    /// Troca a senha e encerra as sessões abertas
    Passwd {
        /// Login
        login: String,
    },
    /// Lista os usuários
    List,
}

fn role(name: &str) -> Result<Role, String> {
    Role::read(name).ok_or_else(|| "use admin, sdr ou leitura".to_owned())
}

pub(super) async fn run(command: Command, (config, _): Configured) -> Result<ExitCode, Failed> {
    let clock = Clock::system();
    // Beside a running agent: no lock is taken.
    let store = open::migrated(&config, &clock).await?;
    match command {
        Command::Add { login, nome, papel } => {
            let login = login.trim().to_lowercase();
            let name = nome.unwrap_or_else(|| login.clone());
            if let Some(objection) = login::account_objection(&login, name.trim()) {
                return Err(Failed::because(objection));
            }
            let password = Some(passwords::hash(ask(&login)?).await?);
            let add = AddUser {
                id: Uuid::now_v7(),
                login: login.clone(),
                name: name.trim().to_owned(),
                role: papel,
                password,
                actor: ACTOR.to_owned(),
                now: clock.now(),
            };
            if !store.write(add).await? {
                return Err(Failed::because(format!(
                    "já existe um usuário com o login {login}: use `seleto user passwd {login}`"
                )));
            }
            println!("usuário {login} criado ({})", papel.label());
        }
        Command::Passwd { login } => {
            let login = login.trim().to_lowercase();
            let Some((user, _)) = store.read(FindAccount { login: login.clone() }).await? else {
                return Err(Failed::because(format!(
                    "não há usuário com o login {login}: veja `seleto user list`"
                )));
            };
            let password = passwords::hash(ask(&login)?).await?;
            let (actor, now) = (ACTOR.to_owned(), clock.now());
            store.write(SetPassword { user: user.id, password, actor, now }).await?;
            println!("senha de {login} trocada; as sessões abertas foram encerradas");
        }
        Command::List => {
            let users = store.read(ListUsers).await?;
            if users.is_empty() {
                println!("nenhum usuário ainda: crie um com `seleto user add LOGIN --papel admin`");
            }
            for user in users {
                let state = match (user.disabled_at, user.has_password) {
                    (Some(_), _) => "desativado",
                    (None, false) => "sem senha",
                    (None, true) => "ativo",
                };
                println!("{}\t{}\t{}\t{state}", user.login, user.name, user.role.label());
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The password, twice without echo from a terminal, once from anything else.
fn ask(login: &str) -> Result<String, Failed> {
    let (password, again) = if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Senha (pelo menos 10 caracteres): ")?;
        (first, rpassword::prompt_password("Senha de novo: ")?)
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        (line.clone(), line)
    };
    match passwords::objection(&password, &again, login) {
        Some(objection) => Err(Failed::because(objection)),
        None => Ok(password),
    }
}
