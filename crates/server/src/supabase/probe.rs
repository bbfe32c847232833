//! Whether Supabase answers, takes our key, and lets us use the six tables.

use super::client::{Client, Select};
use super::failure::Failure;
use crate::app::App;
use crate::doctor::{Finding, Works};
use crate::health::State;
use crate::store::customer::Table;

/// One table, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which table.
    pub table: &'static str,
    /// What is wrong with it, and what to do.
    pub problem: Option<String>,
}

/// Measures the project by one small question.
pub async fn probe(client: &Client) -> Result<(), Failure> {
    let select = Select { columns: &["id"], limit: 1, ..Select::default() };
    client.select(Table::Leads, &select, None).await.map(|_| ())
}

/// What a call's outcome says of the service.
pub fn state_of<T>(outcome: &Result<T, Failure>) -> State {
    match outcome {
        Ok(_) => State::Connected,
        Err(
            Failure::Unauthorized { .. }
            | Failure::Denied { .. }
            | Failure::NoTable { .. }
            | Failure::NoColumn { .. },
        ) => State::Unauthorized,
        // It answers, whatever it thinks of the question.
        Err(Failure::Duplicate { .. } | Failure::NoParent { .. } | Failure::Busy { .. }) => {
            State::Connected
        }
        Err(_) => State::Unreachable,
    }
}

/// Looks at each table: whether it is there, with its columns, to be read and to be written.
///
/// # Errors
/// When the project does not answer or refuses the key: then there is nothing to say of its tables.
pub async fn tables(client: &Client) -> Result<Vec<Check>, Failure> {
    let mut checks = Vec::new();
    for table in Table::ALL {
        let columns: Vec<&str> = table.columns().iter().map(|(column, _)| *column).collect();
        let select = Select { columns: &columns, limit: 1, ..Select::default() };
        let read = client.select(table, &select, None).await.map(|_| ());
        let found = match read {
            Ok(()) => client.may_write(table).await,
            refused => refused,
        };
        let problem = match found {
            Ok(()) => None,
            Err(
                failure @ (Failure::Denied { .. }
                | Failure::NoTable { .. }
                | Failure::NoColumn { .. }
                | Failure::Rejected { .. }),
            ) => Some(format!("{failure}. {}", failure.remedy())),
            Err(failure) => return Err(failure),
        };
        checks.push(Check { table: table.name(), problem });
    }
    Ok(checks)
}

/// What `doctor` says of Supabase.
pub async fn examine(app: &App) -> Finding {
    let finding =
        |configured, works, detail: String| Finding::new("Supabase", configured, works, detail);
    let Some(client) = &app.supabase else {
        if app.config.is_database_on_supabase() {
            return finding("DATABASE_URL", Works::Yes, "é o próprio banco de dados".to_owned());
        }
        return finding("não", Works::Unused, "opcional: os dados ficam no banco local".to_owned());
    };
    match tables(client).await {
        Ok(checks) => {
            let problems: Vec<String> =
                checks.into_iter().filter_map(|check| check.problem).collect();
            match problems.is_empty() {
                true => finding("sim", Works::Yes, "seis tabelas, lidas e gravadas".to_owned()),
                false => finding("sim", Works::No, problems.join(" ")),
            }
        }
        Err(failure) => finding("sim", Works::No, format!("{failure}. {}", failure.remedy())),
    }
}
