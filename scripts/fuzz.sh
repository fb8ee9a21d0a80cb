#!/usr/bin/env bash
# Tries new inputs on every fuzz target, one after another: go test fuzzes one at a time. What it finds is written to the
# package's testdata/fuzz; mend the code and commit the input.
#
#   FUZZTIME=15s   how long each target runs
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export CGO_ENABLED=0
failed=0
while IFS=: read -r file target; do
  echo "fuzz  $target in $(dirname "$file")"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-15s}" -timeout 30m "./$(dirname "$file")" || failed=$((failed + 1))
done < <(git ls-files -co --exclude-standard -- 'internal/*_test.go' 'cmd/*_test.go' |
  xargs -r grep -HoE '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/')
echo "$failed targets failed"
[ "$failed" = 0 ]
