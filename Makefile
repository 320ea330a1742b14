# make alone prints what there is.
.DEFAULT_GOAL := help
.PHONY: help check test race lint fuzz sim bench cover run ci

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

check: ## what a change must pass before it is committed: gofmt, vet, lint, tests
	.ci/run format vet lint test

test: ## all tests
	go test ./...

race: ## all tests with the race detector
	go test -race ./...

lint: ## golangci-lint (the first run builds it, two minutes)
	go tool -modfile=tools/go.mod golangci-lint run ./...

fuzz: ## every fuzz target for 30 s
	.ci/fuzz 30s

sim: ## simulated crashes, power losses and broken links, more of them than in make test
	.ci/sim

bench: ## benchmarks of the hot paths; compare two runs with benchstat
	go test -run '^$$' -bench . -benchmem -count 5 ./...

cover: ## tests with coverage, as a page in coverage.html
	go test -coverpkg ./... -coverprofile coverage.out ./...
	go tool cover -html coverage.out -o coverage.html

run: ## trade on the built-in simulator
	go run ./cmd/engine run

ci: ## everything that the merge gate runs
	.ci/run
