#!/usr/bin/env bash
# Figures of speed: matching beside bleve (a module of its own, so that the program does not depend on it), then tips
# accepted and pages served a second by the whole program. Evaluation data is read from SOI_DATA (../shared/data).
#
#   BENCH_SETS=14k,86k   the sets of claims to match against; 120k is all of them
set -euo pipefail
cd "$(dirname "$0")/.."
export SOI_DATA="${SOI_DATA:-$PWD/../shared/data}"
mkdir -p bin
(cd bench && go build -o ../bin/bench .)
bin/bench -sets "${BENCH_SETS:-14k,86k}"
echo
go test -run '^$' -bench '^Benchmark(Tips|Page)' -benchtime 3s ./internal/app | grep -E '^(Benchmark|cpu|FAIL|---|\s)|panic' || { echo 'the benchmarks of internal/app failed' >&2; exit 1; }
