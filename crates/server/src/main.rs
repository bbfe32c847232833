//! The binary `seleto`.

use std::process::ExitCode;

fn main() -> ExitCode {
    seleto::cli::main()
}
