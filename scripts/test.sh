#!/usr/bin/env bash
# All checks of the project, from a clean clone: what make test runs. It goes on after a failure, so that one run shows
# all of them, and ends with one line of totals; the exit code is 0 only if nothing failed.
#
# The seeds of the fuzz targets run with the tests, and the property tests draw from one seed; new inputs are tried by make
# fuzz, so that two runs of one state agree.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export CI="${CI:-true}"
export RAPID_SEED="${RAPID_SEED:-1}"
# One way of building for all but the race detector, which needs cgo: each way compiles SQLite anew, a minute or two.
export CGO_ENABLED=0
logs=$PWD/.cache/test
tools=$PWD/.cache/bin
rm -rf "$logs"
mkdir -p "$logs" "$tools" bin

scripts/setup.sh || exit 1
(cd tools && go build -o "$tools/" ./testsum honnef.co/go/tools/cmd/staticcheck) || exit 1

step() { "$tools/testsum" step "$logs/steps.json" "$@"; }
tests() { "$tools/testsum" run "$logs/tests.json" "$@"; }

gofmt_clean() {
  local unformatted
  unformatted=$(git ls-files -co --exclude-standard -- '*.go' | xargs -r gofmt -l) || return 1
  [ -z "$unformatted" ] || { printf 'run gofmt -w on:\n%s\n' "$unformatted"; return 1; }
}

# modernc.org/sqlite is tested with exactly one version of modernc.org/libc; another one breaks in silence.
libc_pinned() {
  local ours theirs
  ours=$(go list -m -f '{{.Version}}' modernc.org/libc) || return 1
  theirs=$(awk '$1 == "modernc.org/libc" {print $2}' "$(go list -m -f '{{.Dir}}' modernc.org/sqlite)/go.mod") || return 1
  [ "$ours" = "$theirs" ] || { echo "modernc.org/libc is $ours, but modernc.org/sqlite wants exactly $theirs"; return 1; }
}

# No service, account or address is needed to build: cgo is off, and the result runs by itself.
plain_build() {
  go build -o bin/soi ./cmd/soi && bin/soi version >/dev/null
}

nested_builds() {
  local dir
  for dir in tools bench; do
    [ ! -f "$dir/go.mod" ] || (cd "$dir" && go vet ./...) || return 1
  done
  (cd tools && go mod verify >/dev/null)
}
export -f gofmt_clean libc_pinned plain_build nested_builds

step gofmt bash -c gofmt_clean
go mod download || exit 1
step 'go mod verify' go mod verify
step 'libc pin' bash -c libc_pinned
step 'build without cgo' bash -c plain_build
step 'go vet' go vet ./...
step staticcheck "$tools/staticcheck" ./...
step 'nested modules' bash -c nested_builds

tests go test -C tools -json ./...
# Under the race detector run all packages but two: the browser's stories, whose time goes by in Chromium, and the house
# rules, which read files. Without it run these two, and the largest tests of the others at their full size: they kill,
# flood and starve processes for minutes, or rank whole archives, which the detector only makes ten times slower.
largest='^(TestKilledWhile.*|TestPoisonIsSetAside|TestACopyOf.*|TestAFlood.*|TestFsckNamesEvery.*|TestPowerLoss|TestMigrationKilled|TestFloors)$'
# SQLite and the passphrase hash are other people's code, translated or tuned: watching every byte they touch made the
# run four times as long and found nothing. Our code is watched, and so is what it hands to them.
unwatched=(-gcflags='modernc.org/...=-race=false' -gcflags='golang.org/x/crypto/...=-race=false')
mapfile -t raced < <(go list ./... | grep -vE '/(e2e|houserules)$')
CGO_ENABLED=1 tests go test -race "${unwatched[@]}" -timeout 40m -p 2 -json -skip "$largest" "${raced[@]}"
tests go test -timeout 40m -p 2 -json ./internal/e2e ./internal/houserules
tests go test -timeout 40m -p 2 -json -run "$largest" ./internal/app ./internal/store ./internal/match

"$tools/testsum" total "$logs"/*.json
