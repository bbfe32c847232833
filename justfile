# Short names for the everyday commands; `just` alone lists them.

_default:
    @just --list

# The fast half of ./test: formatting, lints, and the pure rules
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo test -p seleto-rules --locked

# Everything, with PostgreSQL and the browser
test:
    ./test

# The demonstration, or any `seleto` command: just run chat
run *args:
    ./run {{args}}

# Load through the simulated vendors, in a release build
bench *args:
    cargo run --release --locked -p seleto -- bench {{args}}

# Go through the snapshots that changed, and accept or reject each (needs cargo-insta)
snapshots:
    cargo insta test --workspace --review --unreferenced=delete
