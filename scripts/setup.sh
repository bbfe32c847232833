# Finds or installs what ./run and ./test need. Sourced, never run by itself.
#
# Each `need_…` function does nothing when the thing is there already, so both scripts can be
# run again at any time. Written for bash 3.2, the one that macOS ships.
# shellcheck shell=bash

# Our own words go to standard error: what the programs print may be read by another one.
say() { printf '\n==> %s\n' "$*" >&2; }
die() { printf '\nerror: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as the administrator.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo; then
    echo "    (needs administrator rights; sudo may ask for your password)"
    sudo "$@"
  else
    die "this needs administrator rights and there is no sudo. As root, run: $*"
  fi
}

# Which package manager we know how to use here: apt, brew, or none.
package_manager() {
  if has apt-get; then echo apt
  elif [ "$(uname -s)" = Darwin ]; then echo brew
  else echo none; fi
}

# apt_install PACKAGE…
apt_install() {
  local options="-y -qq --no-install-recommends -o DPkg::Lock::Timeout=300" log
  log=$(mktemp)
  if [ -z "${apt_lists_are_new:-}" ]; then
    # shellcheck disable=SC2086
    as_root apt-get $options update || die "apt-get update failed. Is the network up?"
    apt_lists_are_new=1
  fi
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get $options install "$@" >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "could not install: $*. The end of apt's output is above.
       Is the network up? After an interrupted installation, 'apt-get --fix-broken install' helps."
  }
  rm -f "$log"
}

# brew_install FORMULA…
brew_install() {
  has brew || die "Homebrew is needed to install $*. Get it from https://brew.sh, then run this again."
  brew install "$@" || die "Homebrew could not install: $*. Is the network up?"
}

# Says what to install by hand where we know no package manager. unsupported THING
unsupported() {
  die "$1 is missing, and this system is neither Debian/Ubuntu nor macOS, so this script cannot install it.
       Install it the way your system does and run this again."
}

need_c_compiler() {
  if [ "$(uname -s)" = Darwin ]; then
    xcode-select -p >/dev/null 2>&1 && return
    say "Asking macOS to install its command line tools (C compiler)"
    xcode-select --install || true
    die "finish the installation in the window that macOS opened, then run this again."
  fi
  has cc && return
  [ "$(package_manager)" = apt ] || unsupported "A C compiler (cc)"
  say "Installing a C compiler"
  apt_install gcc libc6-dev
}

# The oldest Rust that builds us, as Cargo.toml has it.
wanted_rust() { sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml | head -n 1; }

# Whether the cargo on PATH runs and is new enough.
rust_is_new_enough() {
  local version major minor wanted
  version=$(cargo --version 2>/dev/null | sed -n 's/^cargo \([0-9]*\.[0-9]*\).*/\1/p')
  rustc --version >/dev/null 2>&1 && [ -n "$version" ] || return 1
  major=${version%%.*} minor=${version#*.} wanted=$(wanted_rust)
  [ "$major" -gt "${wanted%%.*}" ] ||
    { [ "$major" = "${wanted%%.*}" ] && [ "$minor" -ge "$(echo "$wanted" | cut -d. -f2)" ]; }
}

need_rust() {
  local cargo_bin="${CARGO_HOME:-$HOME/.cargo}/bin"
  case ":$PATH:" in *":$cargo_bin:"*) ;; *) PATH="$cargo_bin:$PATH" ;; esac
  export PATH
  rust_is_new_enough && return
  if has rustup; then
    say "Installing the current stable Rust beside the one you have (ours needs $(wanted_rust) or newer)"
    rustup toolchain install stable --profile minimal || die "rustup could not install Rust. Is the network up?"
    export RUSTUP_TOOLCHAIN=stable
  else
    install_rustup
  fi
  hash -r
  rust_is_new_enough || die "Rust $(wanted_rust) or newer is needed, and $(cargo --version 2>&1 | head -n 1) is what there is."
}

# The official installer; it touches only ~/.rustup and ~/.cargo, and no shell profile.
install_rustup() {
  local installer
  say "Installing Rust with rustup, into your home directory"
  installer=$(mktemp)
  has curl || die "curl is missing: install it and run this again."
  if [ "$(package_manager)" = apt ] && [ ! -e /etc/ssl/certs/ca-certificates.crt ]; then
    apt_install ca-certificates
  fi
  curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs -o "$installer" ||
    die "could not fetch https://sh.rustup.rs. Is the network up? Behind a proxy, set HTTPS_PROXY."
  sh "$installer" -y --quiet --no-modify-path --profile minimal --default-toolchain stable ||
    die "rustup's installer failed; its output is above."
  rm -f "$installer"
  echo "    To use cargo yourself later: . \"${CARGO_HOME:-\$HOME/.cargo}/env\""
}

# rustfmt and clippy.
need_rust_checkers() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
  has rustup || unsupported "rustfmt or clippy (parts of Rust)"
  say "Installing rustfmt and clippy"
  rustup component add rustfmt clippy || die "rustup could not add rustfmt and clippy. Is the network up?"
}

# PostgreSQL's server programs. Sets SELETO_PG_BIN.
need_postgres() {
  SELETO_PG_BIN=$(scripts/postgres --find 2>/dev/null || true)
  if [ -z "$SELETO_PG_BIN" ]; then
    say "Installing PostgreSQL (its programs only: no server is left running)"
    case $(package_manager) in
      apt) install_postgres_without_a_server ;;
      brew) brew_install postgresql@17 ;;
      none) unsupported "PostgreSQL (initdb, postgres, pg_ctl)" ;;
    esac
    SELETO_PG_BIN=$(scripts/postgres --find) || die "PostgreSQL was installed, but its initdb cannot be found."
  fi
  export SELETO_PG_BIN
}

# Debian's package makes and starts a server on port 5432 unless told not to.
install_postgres_without_a_server() {
  local config=/etc/postgresql-common/createcluster.d/seleto-test.conf
  as_root sh -c "mkdir -p ${config%/*} && echo 'create_main_cluster = false' > $config"
  apt_install postgresql
  as_root rm -f "$config"
}

need_node() {
  if ! has node || ! has npm; then
    say "Installing Node.js (for the browser tests)"
    case $(package_manager) in
      apt) apt_install nodejs npm ;;
      brew) brew_install node ;;
      none) unsupported "Node.js" ;;
    esac
  fi
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] ||
    die "Node.js 18 or newer is needed, and $(node --version) is what there is."
}

# A Chromium or Chrome that starts. Sets CHROMIUM.
need_chromium() {
  find_chromium && return
  say "Installing Chromium (for the browser tests)"
  case $(package_manager) in
    apt) apt_install chromium ;;
    brew) has brew || brew_install chromium; brew install --cask google-chrome ;;
    none) unsupported "Chromium" ;;
  esac
  find_chromium || die "Chromium was installed, but does not start. Install Google Chrome or Chromium
       yourself and give its path: CHROMIUM=/path/to/chrome ./test"
}

find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    /Applications/Chromium.app/Contents/MacOS/Chromium; do
    if [ -n "$name" ] && has "$name" && "$name" --version >/dev/null 2>&1; then
      CHROMIUM=$(command -v "$name")
      export CHROMIUM
      return 0
    fi
  done
  return 1
}

# Where cargo puts what it builds, whichever way that was configured.
target_dir() {
  cargo metadata --format-version 1 --no-deps --locked | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}
