# Bare `make` lists what there is. Every target works on a bare Debian machine with Go and make.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The program is built without cgo; so is everything else here, to compile it once. Only the race detector needs cgo.
export CGO_ENABLED := 0
.PHONY: help demo build test check setup fuzz eval train bench golden screenshots soak release clean

# Release targets; no cgo, so one machine builds them all.
PLATFORMS := linux/amd64 linux/arm64 darwin/arm64 windows/amd64

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## a desk with a month of work in it, at http://127.0.0.1:8080 (data in data/demo)
	@bin/soi demo

build: ## build bin/soi, one file that needs nothing else
	@go build -o bin/soi ./cmd/soi

test: ## everything: house rules, both databases, Chromium; installs what it needs (about 45 minutes on 2 cores)
	@scripts/test.sh

check: ## the quick loop while writing: gofmt, vet and the tests that need neither PostgreSQL nor Chromium
	@test -z "$$(gofmt -l cmd internal tools)" || { echo 'run gofmt -w on:'; gofmt -l cmd internal tools; exit 1; }
	@go vet ./...
	@go test -short ./...

setup: ## install what the tests need beside Go (chromium, postgresql, axe-core …)
	@scripts/setup.sh

fuzz: ## new inputs for every fuzz target, 15 seconds each (FUZZTIME), and new cases for the property tests
	@scripts/fuzz.sh

eval: ## how well matching finds checked claims and decides: MAP@5, S@1, S@10 with the floors, decisions by kind, reliability, AUROC
	@go run ./internal/match/evalcmd
	@go run ./internal/intake/feed/evalcmd
	@go run ./internal/match/evalcmd -forwards
	@go run ./internal/match/evalcmd -decisions

train: ## learn the weights of matching anew from SOI_DATA and a package of npm, and measure them (5 minutes)
	@scripts/train.sh

bench: build ## how fast: matching beside bleve, tips and pages a second
	@scripts/bench.sh

golden: ## write the wanted outputs of golden tests anew; look at the difference before you commit it
	@go test -count=1 $$(grep -rl --include='*_test.go' 'flag.Bool("update"' internal cmd | xargs -n 1 dirname | sort -u | sed 's|^|./|') -update

screenshots: setup ## pictures of the main pages, phone and desktop, in screenshots/
	@rm -rf screenshots && SOI_SCREENSHOTS="$$PWD/screenshots" go test -count=1 -timeout 20m -run '^TestScreenshots$$' ./internal/...
	@ls screenshots/*.png

soak: setup ## the crash tests again and again, for a night (SOI_SOAK=1)
	@SOI_SOAK=1 go test -count=1 -timeout 24h -run 'Kill|Crash|Power|Flood|Soak' -v ./...

release: ## programs for all platforms and their checksums, in bin/release/
	@rm -rf bin/release && mkdir -p bin/release
	@for p in $(PLATFORMS); do \
	  out="bin/release/soi-$${p%/*}-$${p#*/}"; [ "$${p%/*}" != windows ] || out="$$out.exe"; \
	  echo "$$out"; GOOS="$${p%/*}" GOARCH="$${p#*/}" go build -trimpath -ldflags='-s -w' -o "$$out" ./cmd/soi; \
	done
	@cd bin/release && sha256sum soi-* > SHA256SUMS

clean: ## remove what was built; data/ stays
	@rm -rf bin .cache node_modules screenshots
