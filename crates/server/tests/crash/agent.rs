//! The agent as a process of its own: started, killed, stopped, with its log in a file.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use uuid::Uuid;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);
/// How long a process that is asked to stop may take.
const STOP: Duration = Duration::from_secs(20);
/// How much of a log a failure shows.
const TAIL_LINES: usize = 30;
/// And how much of each line.
const TAIL_COLUMNS: usize = 300;

/// A folder for one test, removed when the test succeeds.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes an empty one.
    pub fn new() -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(Uuid::now_v7().to_string());
        fs::create_dir_all(&path).expect("the test's folder can be made");
        // The search for `.env` ends here: a developer's own must not reach the tests.
        fs::write(path.join(".env"), "").expect("the test's folder can be written");
        Self(path)
    }

    /// A path inside.
    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The address of a SQLite database inside.
    pub fn sqlite(&self) -> String {
        format!("sqlite://{}", self.join("seleto.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("logs and databases are kept in {}", self.0.display());
        } else if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} could not be removed: {error}", self.0.display());
        }
    }
}

/// The binary with nothing in its environment but these variables.
pub fn seleto(folder: &Folder, variables: &[(&str, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seleto"));
    command.env_clear().envs(variables.iter().cloned()).current_dir(&folder.0);
    command.stdin(Stdio::null());
    command
}

/// A running `seleto serve`; it ends with its owner.
pub struct Agent {
    process: Child,
    log: PathBuf,
    listens: Option<oneshot::Receiver<()>>,
    ended: oneshot::Receiver<()>,
}

impl Agent {
    /// Starts one and waits until it listens. Its log is added to the file `name`.log.
    pub async fn start(folder: &Folder, name: &str, variables: &[(&str, String)]) -> Self {
        Self::spawn(folder, name, variables).listening().await
    }

    /// Starts one, and does not wait until it listens.
    pub fn spawn(folder: &Folder, name: &str, variables: &[(&str, String)]) -> Self {
        let mut process = seleto(folder, variables)
            .arg("serve")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let log = folder.join(&format!("{name}.log"));
        let (says_listening, listens) = oneshot::channel();
        let (says_ended, ended) = oneshot::channel();
        let stderr = process.stderr.take().expect("its errors are piped");
        let file = File::options().create(true).append(true).open(&log).expect("a log file");
        thread::spawn(move || keep_log(stderr, file, says_listening, says_ended));
        Self { process, log, listens: Some(listens), ended }
    }

    /// The same, once it listens.
    ///
    /// # Panics
    /// When it ends instead, or takes too long.
    pub async fn listening(mut self) -> Self {
        let Some(listens) = self.listens.take() else { return self };
        match tokio::time::timeout(START, listens).await {
            Ok(Ok(())) => self,
            Ok(Err(_)) => panic!("the agent ended while starting:\n{}", self.tail()),
            Err(_) => panic!("the agent does not listen:\n{}", self.tail()),
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.process.kill().expect("a running process can be killed");
        self.process.wait().expect("a killed process ends");
    }

    /// SIGTERM, and what became of it.
    ///
    /// # Panics
    /// When the process does not stop in the time it has.
    pub async fn stop(mut self) -> ExitStatus {
        self.ask_to_stop();
        let ended = &mut self.ended;
        let stopped = tokio::time::timeout(STOP, ended).await.is_ok();
        assert!(stopped, "still running {STOP:?} after SIGTERM:\n{}", self.tail());
        self.process.wait().expect("a process that ended can be waited for")
    }

    fn ask_to_stop(&self) {
        let signal = format!("kill -TERM {}", self.process.id());
        let sent = Command::new("sh").args(["-c", &signal]).status().expect("sh runs");
        assert!(sent.success(), "the process was already gone:\n{}", self.tail());
    }

    /// The last lines of its log.
    pub fn tail(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended already, and then there is nothing to kill.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Copies the log into its file; tells when the agent listens, and when its end of the pipe closes.
fn keep_log(
    stderr: ChildStderr,
    mut file: File,
    listens: oneshot::Sender<()>,
    ended: oneshot::Sender<()>,
) {
    let mut listens = Some(listens);
    for line in BufReader::new(stderr).lines() {
        // A killed process may leave half a character behind.
        let line = line.unwrap_or_else(|error| format!("(unreadable: {error})"));
        writeln!(file, "{line}").expect("a log file takes a line");
        if line.contains("listening")
            && let Some(listens) = listens.take()
        {
            // The test may have given up waiting.
            listens.send(()).ok();
        }
    }
    ended.send(()).ok();
}

/// The last lines of a file.
pub fn tail(path: &Path) -> String {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let text = text.unwrap_or_else(|error| error.to_string());
    let lines: Vec<&str> = text.lines().collect();
    let tail = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    let short = |line: &&str| line.chars().take(TAIL_COLUMNS).collect::<String>();
    tail.iter().map(short).collect::<Vec<_>>().join("\n")
}

/// A port that is free now, below the range that systems give to outgoing connections: nothing
/// else takes it while the agent is down.
pub fn free_port() -> u16 {
    loop {
        let port = rand::random_range(10_000..20_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
