#!/usr/bin/env bash
# Figures of speed: matching beside bleve (a module of its own, so that the program does not depend on it), then tips
# accepted and pages served a second by the whole program, over HTTP. Printed, and kept in bench/results/latest.txt.
# Evaluation data is read from SOI_DATA (../shared/data); a set that is not there is left out, and the table says so.
#
#   BENCH_SETS=14k,120k  the sets of claims to match against beside bleve: 14k, 86k, 120k, which is all of them
#   BENCH_SIZES=100000,1000000   archives of real and recombined claims, soi alone
#   BENCH_TIME=3s        how long each of the measurements over HTTP takes
#   BENCH_ONLY=wrk,year  these parts alone: matching, sizes, served, wrk, chats, bursts, press, pictures, year, archive
# wrk and nginx are Debian packages; they are only used here and only installed here (scripts/setup.sh bench).
set -euo pipefail
cd "$(dirname "$0")/.."
export SOI_DATA="${SOI_DATA:-$PWD/../shared/data}"
mkdir -p bin bench/results
(cd bench && go build -o ../bin/bench .)
go build -o bin/evalcmd ./internal/match/evalcmd

served() {
  printf '\n%-28s %12s %8s %8s\n' 'over HTTP, eight at a time' 'a second' 'p50 ms' 'p99 ms'
  go test -run '^$' -bench '^Benchmark(Tips|Pages)' -benchtime "${BENCH_TIME:-3s}" ./internal/app >.cache/served.txt 2>&1 || {
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

# Archives filled with recombined real claims; hard messages against the last of them.
sizes() {
  echo
  bin/evalcmd -bench "${BENCH_SIZES:-100000,1000000}"
}

# 200 feeds of which 40 are tarpits, headers without end, redirects without end or bodies of 5 GiB, with the patience of
# the product; takes about two minutes.
press() {
  go test -run '^$' -bench '^BenchmarkFeeds$' -benchtime 1x ./internal/intake/feed >.cache/press.txt 2>&1 || {
    cat .cache/press.txt >&2
    echo 'the benchmark of internal/intake/feed failed' >&2
    return 1
  }
  awk '/^BenchmarkFeeds/ {
    for (i = 2; i < NF; i++) { v[$(i + 1)] = $i }
    printf "\nfeeds, 40 of 200 bad: %.1f good feeds a second, the 160 good ones in %.0f s, all tried in %.0f s, at most %.0f MiB held\n", v["feeds/s"], v["good-s"], v["all-s"], v["held-MiB"]
  }' .cache/press.txt
}

# Bursts among 30,000 tips, each in words of its own.
bursts() {
  go test -run '^$' -bench '^BenchmarkBursts30000$' -benchtime 3x ./internal/match >.cache/bursts.txt 2>&1 || {
    cat .cache/bursts.txt >&2
    echo 'the benchmark of bursts failed' >&2
    return 1
  }
  awk '/^BenchmarkBursts/ { printf "\nbursts among 30,000 tips, each in words of its own: %.0f ms\n", $3 / 1e6 }' .cache/bursts.txt
}

# A million picture hashes, by tables and by the plain loop; and hashing one photograph.
pictures() {
  go test -run '^$' -bench '^Benchmark(Near|Hash)$' -benchtime 1s ./internal/media >.cache/pictures.txt 2>&1 || {
    cat .cache/pictures.txt >&2
    echo 'the benchmarks of internal/media failed' >&2
    return 1
  }
  awk '/^Benchmark(Near|Hash)/ {
    name = $1; sub(/^Benchmark/, "", name); sub(/-[0-9]+$/, "", name)
    for (i = 2; i < NF; i++) { v[$(i + 1)] = $i }
    t[name] = v["ns/op"] / 1e6; if (v["megapixels"]) { mp = v["megapixels"] }
  }
  END {
    printf "\npictures: nearest of 1,000,000 hashes in %.2f ms, by the plain loop %.2f ms", t["Near/tables"], t["Near/loop"]
    if (t["Hash"]) { printf "; %.0f hashes a second of a photograph of %.1f megapixels", 1000 / t["Hash"], mp }
    printf "\n"
  }' .cache/pictures.txt
}

# Messages from the chat platforms, taken in and acknowledged by the whole program.
chats() {
  go test -run '^$' -bench '^BenchmarkChats$' -benchtime 3x ./internal/app >.cache/chats.txt 2>&1 || {
    cat .cache/chats.txt >&2
    echo 'the benchmark of the chats failed' >&2
    return 1
  }
  printf '\n%-28s %12s\n' 'from the chat platforms' 'tips/s'
  awk '/^BenchmarkChats/ {
    name = $1; sub(/^BenchmarkChats\//, "", name); sub(/-[0-9]+$/, "", name)
    for (i = 2; i < NF; i++) { if ($(i + 1) == "tips/s") printf "%-28s %12.0f\n", name, $i }
  }' .cache/chats.txt
}

# A kept check page with wrk on loopback, beside the same bytes from Go's file server and nginx.
drummed() {
  scripts/setup.sh bench || echo 'without wrk or nginx the table is shorter' >&2
  go test -run '^$' -bench '^BenchmarkWrk$' -benchtime 1x ./internal/app >.cache/wrk.txt 2>&1 || {
    cat .cache/wrk.txt >&2
    echo 'the benchmark with wrk failed' >&2
    return 1
  }
  awk '/^BenchmarkWrk/ {
    for (i = 3; i < NF; i += 2) { v[$(i + 1)] = $i }
    printf "\n%-28s %12s %8s %8s %8s\n", "a check page, wrk -c64", "pages/s", "p50 ms", "p99 ms", "soi is"
    n = split("soi soi-304 fileserver nginx", names, " ")
    for (i = 1; i <= n; i++) {
      k = names[i]; if (!v[k "/s"]) continue
      printf "%-28s %12.0f %8.2f %8.2f %7.2fx\n", k, v[k "/s"], v[k "-p50-ms"], v[k "-p99-ms"], v["soi/s"] / v[k "/s"]
    }
  }' .cache/wrk.txt
}

# The figures of a year with a million tips, as reports compute them.
year() {
  go test -run '^$' -bench '^BenchmarkYear$' -benchtime 1x -timeout 30m ./internal/store >.cache/year.txt 2>&1 || {
    cat .cache/year.txt >&2
    echo 'the benchmark of a year failed' >&2
    return 1
  }
  printf '\n%-40s %8s\n' 'figures of a year with 1,000,000 tips' 's'
  awk '/^BenchmarkYear/ { name = $1; sub(/^BenchmarkYear\//, "", name); sub(/-[0-9]+$/, "", name); gsub(/_/, " ", name)
    for (i = 2; i < NF; i++) { if ($(i + 1) == "s/report") printf "%-40s %8.2f\n", name, $i } }' .cache/year.txt
}

# An archive of 100,000 checks: the search page, and the open data in all its forms.
archive() {
  go test -run '^$' -bench '^BenchmarkArchive$' -benchtime 1x -timeout 30m ./internal/app >.cache/archive.txt 2>&1 || {
    cat .cache/archive.txt >&2
    echo 'the benchmark of an archive failed' >&2
    return 1
  }
  awk '/^BenchmarkArchive/ {
    for (i = 2; i < NF; i++) { v[$(i + 1)] = $i }
  }
  END {
    printf "\n100,000 checks: a search p50 %.1f ms, p99 %.1f ms (the first one %.1f s)\n", v["p50-ms"], v["p99-ms"], v["first-s"]
    printf "100,000 checks: open data written in %.1f s, %.0f MiB, at most %.0f MiB of heap\n", v["s/dump"], v["MiB-written"], v["heap-MiB"]
  }' .cache/archive.txt
}

wanted() { [ -z "${BENCH_ONLY:-}" ] || case ",$BENCH_ONLY," in *",$1,"*) ;; *) return 1 ;; esac; }

all() {
  date -u +'%Y-%m-%d %H:%M UTC'
  cut -d' ' -f1 /proc/loadavg 2>/dev/null | sed 's/^/load before: /'
  if wanted matching; then bin/bench -sets "${BENCH_SETS:-14k,120k}"; fi
  local part
  for part in sizes served wrk chats bursts press pictures year archive; do
    if wanted "$part"; then if [ "$part" = wrk ]; then drummed; else "$part"; fi; fi
  done
}

mkdir -p .cache
all | tee bench/results/latest.txt
