#!/usr/bin/env bash
# Installs what the tests need beside Go: Debian packages that are missing, and axe-core by npm. Quiet and quick when
# all is there. As root or where sudo asks for no password it installs; else it says what to type.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf 'setup: %s\n' "$*"; }

# The accessibility check is one file; npm is only needed where it is missing or of another version.
axe_wanted() { sed -n 's/.*"axe-core": "\(.*\)".*/\1/p' package.json; }
axe_there() { sed -n 's/.*"version": "\(.*\)".*/\1/p' node_modules/axe-core/package.json 2>/dev/null | head -n 1; }

missing=()
have chromium || [ -n "${SOI_CHROMIUM:-}" ] || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb || [ -n "${SOI_POSTGRES_BIN:-}" ] || missing+=(postgresql)
have gcc || missing+=(gcc libc6-dev) # the race detector
have git || missing+=(git)
have tesseract || missing+=(tesseract-ocr)
compgen -G '/usr/share/tesseract-ocr/*/tessdata/vie.traineddata' >/dev/null || missing+=(tesseract-ocr-vie)
have strace || missing+=(strace)
have python3 || missing+=(python3)
compgen -G '/usr/share/fonts/*/*' >/dev/null || missing+=(fonts-dejavu-core) # Vietnamese marks on the screenshots
if [ "$(axe_there)" != "$(axe_wanted)" ]; then
  have node || missing+=(nodejs)
  have npm || missing+=(npm)
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

install_packages() {
  if ! have apt-get; then
    say "missing: $*. This is not Debian: install them in your system's way, then run make setup again." >&2
    return 1
  fi
  if [ "$(id -u)" != 0 ] && ! { have sudo && sudo -n true 2>/dev/null; }; then
    say "missing: $*. Please run: sudo apt-get install --no-install-recommends $*" >&2
    return 1
  fi
  say "installing $*"
  local options=(-y -q -o Dpkg::Use-Pty=0 --no-install-recommends)
  local log
  log=$(mktemp)
  # The lists of packages are fetched only where there are none, or the ones there are too old to find the packages.
  if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt_get install "${options[@]}" "$@" >"$log"; then
    rm -f "$log"
  elif apt_get update -q >"$log" && apt_get install "${options[@]}" "$@" >"$log"; then
    rm -f "$log"
  else
    tail -n 5 "$log" >&2
    rm -f "$log"
    say "apt-get could not install: $*. Its last words are above." >&2
    return 1
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" 2>&1 </dev/null
}

# Debian's postgresql package would start a server of its own; the tests start theirs in a temporary folder.
no_default_cluster() {
  install_packages postgresql-common
  as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
}

case " ${missing[*]:-} " in *" postgresql "*) no_default_cluster ;; esac
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"

if [ "$(axe_there)" != "$(axe_wanted)" ]; then
  say "installing axe-core $(axe_wanted)"
  npm ci --no-progress --loglevel=error >/dev/null </dev/null || { say "npm could not install axe-core; see above." >&2; exit 1; }
fi
