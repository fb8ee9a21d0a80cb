#!/usr/bin/env bash
# Tries new inputs on every fuzz target, one after another: go test fuzzes one at a time. What it finds is written to the
# package's testdata/fuzz; mend the code and commit the input. Then it draws new cases for the property tests; what they
# find is written to testdata/rapid.
#
#   FUZZTIME=15s      how long each target runs
#   RAPID_CHECKS=1000 how many cases each property gets
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export CGO_ENABLED=0
failed=0
while IFS=: read -r file target; do
  echo "fuzz  $target in $(dirname "$file")"
  go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-15s}" -timeout 30m "./$(dirname "$file")" || failed=$((failed + 1))
done < <(git ls-files -co --exclude-standard -- 'internal/*_test.go' 'cmd/*_test.go' |
  xargs -r grep -HoE '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/')
mapfile -t properties < <(git grep -l --untracked '"pgregory.net/rapid"' -- 'internal/*_test.go' | xargs -rn1 dirname | sort -u | sed 's|^|./|')
echo "properties in ${#properties[@]} packages"
RAPID_CHECKS="${RAPID_CHECKS:-1000}" go test -count=1 -timeout 60m "${properties[@]}" || failed=$((failed + 1))
echo "$failed targets failed"
[ "$failed" = 0 ]
