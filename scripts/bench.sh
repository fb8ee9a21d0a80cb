#!/usr/bin/env bash
# Figures of speed: matching beside bleve (a module of its own, so that the program does not depend on it), then tips
# accepted and pages served a second by the whole program, over HTTP. Printed, and kept in bench/results/latest.txt.
# Evaluation data is read from SOI_DATA (../shared/data); a set that is not there is left out, and the table says so.
#
#   BENCH_SETS=14k,86k   the sets of claims to match against; 120k is all of them
#   BENCH_TIME=3s        how long each of the measurements over HTTP takes
set -euo pipefail
cd "$(dirname "$0")/.."
export SOI_DATA="${SOI_DATA:-$PWD/../shared/data}"
mkdir -p bin bench/results
(cd bench && go build -o ../bin/bench .)

served() {
  printf '\n%-28s %12s %8s %8s\n' 'over HTTP, eight at a time' 'a second' 'p50 ms' 'p99 ms'
  # The settings of a desk are its own: SOI_DATA here is the folder of evaluation data.
  env -u SOI_DATA go test -run '^$' -bench '^Benchmark(Tips|Pages)' -benchtime "${BENCH_TIME:-3s}" ./internal/app >.cache/served.txt 2>&1 || {
    cat .cache/served.txt >&2
    echo 'the benchmarks of internal/app failed' >&2
    return 1
  }
  awk '/^Benchmark(Tips|Pages)/ {
    name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name); sub(/\//, ", ", name)
    for (i = 2; i < NF; i++) { v[$(i + 1)] = $i }
    printf "%-28s %12.0f %8.2f %8.2f\n", name, v["tips/s"] + v["pages/s"], v["p50-ms"], v["p99-ms"]
    delete v
  }' .cache/served.txt
}

mkdir -p .cache
{ date -u +'%Y-%m-%d %H:%M UTC'; bin/bench -sets "${BENCH_SETS:-14k,86k}"; served; } | tee bench/results/latest.txt
