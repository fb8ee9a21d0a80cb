#!/usr/bin/env bash
# Installs what the tests need beside Go: Debian packages that are missing, and readers of formats and a replayer by npm. Quiet and
# quick when all is there. As root or where sudo asks for no password it installs; else it says what to type.
set -euo pipefail
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }
say() { printf 'setup: %s\n' "$*"; }

# The accessibility check, and the second readers of archive files, Parquet, sitemaps and oEmbed; npm is only needed where one is missing or of
# another version.
npm_wanted() { sed -n "s|.*\"$1\": \"\([0-9.]*\)\".*|\1|p" package.json; }
npm_there() { sed -n 's/.*"version": "\(.*\)".*/\1/p' "node_modules/$1/package.json" 2>/dev/null | head -n 1; }
npm_modules="axe-core warcio hyparquet sitemap @extractus/oembed-extractor"
npm_ready() { for m in $npm_modules; do [ "$(npm_there "$m")" = "$(npm_wanted "$m")" ] || return 1; done; }

# ReplayWeb.page opens an archive file as a reader would. Only two files of its package are used, and none of what the
# package depends on; so it is fetched alone and compared with the hash below.
replayer=.cache/replaywebpage-2.4.6
replayer_sum=6faef5c261e94b6e83cd6ee975bd0378fd4bc948bb14d36d45c709ffecb261b8
replayer_ready() { [ -f "$replayer/ui.js" ] && [ -f "$replayer/sw.js" ] && [ -f "$replayer/LICENSE" ]; }
replayer_fetch() {
  local dir
  dir=$(mktemp -d)
  npm pack --silent --pack-destination "$dir" "replaywebpage@${replayer##*-}" >/dev/null </dev/null || return 1
  echo "$replayer_sum  $dir/replaywebpage-${replayer##*-}.tgz" | sha256sum --check --quiet || return 1
  rm -rf .cache/replaywebpage-*
  mkdir -p "$replayer"
  tar -xzf "$dir/replaywebpage-${replayer##*-}.tgz" -C "$replayer" --strip-components=1 package/ui.js package/sw.js package/LICENSE
  rm -rf "$dir"
}

missing=()
have chromium || [ -n "${SOI_CHROMIUM:-}" ] || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb || [ -n "${SOI_POSTGRES_BIN:-}" ] || missing+=(postgresql)
have gcc || missing+=(gcc libc6-dev) # the race detector
have git || missing+=(git)
have tesseract || missing+=(tesseract-ocr)
compgen -G '/usr/share/tesseract-ocr/*/tessdata/vie.traineddata' >/dev/null || missing+=(tesseract-ocr-vie)
have pdftoppm || missing+=(poppler-utils)
have strace || missing+=(strace)
have python3 || missing+=(python3)
have xmllint || missing+=(libxml2-utils)
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing+=(fonts-dejavu-core) # Vietnamese marks on screenshots and on pictures that tests paint
have node || missing+=(nodejs)
if ! npm_ready || ! replayer_ready; then
  have npm || missing+=(npm)
fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }

install_packages() {
  if ! have apt-get; then
    say "missing: $*. This is not Debian: install them in your system's way, then run make setup again." >&2
    return 1
  fi
  if ! may_install; then
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

# Nor shall Debian's dovecot run by itself: the mail tests start one on loopback. While it is installed nothing may be
# started, and where systemd would start it with the machine it is told not to.
mail_server() {
  local policy=/usr/sbin/policy-rc.d
  if have apt-get && may_install && ! [ -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  install_packages dovecot-imapd
  if [ -d /run/systemd/system ]; then as_root systemctl -q disable --now dovecot.service dovecot.socket 2>/dev/null || true; fi
}

# Only for make bench: wrk, and nginx to compare with, neither of which is started.
if [ "${1:-}" = bench ]; then
  benched=()
  have wrk || benched+=(wrk)
  have nginx || [ -x /usr/sbin/nginx ] || benched+=(nginx-light)
  [ "${#benched[@]}" = 0 ] && exit 0
  policy=/usr/sbin/policy-rc.d
  if have apt-get && may_install && ! [ -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  install_packages "${benched[@]}"
  exit 0
fi

have dovecot || [ -x /usr/sbin/dovecot ] || mail_server
case " ${missing[*]:-} " in *" postgresql "*) no_default_cluster ;; esac
[ "${#missing[@]}" = 0 ] || install_packages "${missing[@]}"

if ! npm_ready; then
  say "installing $npm_modules"
  npm ci --no-progress --loglevel=error >/dev/null </dev/null || { say "npm could not install them; see above." >&2; exit 1; }
fi
if ! replayer_ready; then
  say "fetching the replayer ReplayWeb.page ${replayer##*-}"
  replayer_fetch || { say "the replayer could not be fetched by npm, or is another one than expected; see above." >&2; exit 1; }
fi
