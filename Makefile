# smmctl: `make demo` publishes this repository's own workspace; `make test` runs every test there is.
GO      ?= go
BIN     := bin/smmctl
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
DATE    := $(shell git log -1 --format=%cI 2>/dev/null)
PKG     := github.com/smmctl/smmctl/cmd/internal/cli
LDFLAGS := -s -w -X $(PKG).version=$(VERSION) -X $(PKG).commit=$(COMMIT) -X $(PKG).date=$(DATE)
CACHE   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/smmctl-tests

SLOW    := ./engine/reliability ./cmd/internal/crash ./cmd/internal/crosspost ./cmd/internal/delivery
QUICK    = $(shell $(GO) list ./... | grep -v -e /engine/reliability$$ -e /internal/crash$$ -e /internal/crosspost$$ -e /internal/delivery$$)

.PHONY: build demo test test-quick setup gitea vet lint unit reliably referees soak bench fuzz reliability docs release-check clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/smmctl

demo: build
	./$(BIN) validate
	./$(BIN) apply --auto-approve
	@echo
	@echo "Published. Open $(CURDIR)/public/site/index.html in a browser; 'make demo' again publishes nothing twice."

test: setup gitea vet lint unit reliably referees

# Programs that the real counterparts need: Node.js for Bluesky's server and the referees, a C compiler for it and for Gitea, a web
# server's worth for WordPress; and shellcheck, mandoc, zsh and fish.
setup:
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "node and npm are needed: install Node.js 20 or newer"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is needed: install gcc"; exit 1; }
	./scripts/setup
	./scripts/wordpress-setup

# A real Gitea, built once (minutes) and kept outside the tree: the tests that need it are not to wait for it.
gitea:
	$(GO) test -timeout 40m -run TestNothingIsLeft ./engine/forge/giteatest

# The quick ones only.
test-quick: vet
	$(GO) test -short $(QUICK)
	@echo "test-quick left out: golangci-lint, the race detector, the reliability and crash suites, the real WordPress, Bluesky and Gitea"
	@echo "servers, delivery on Gitea, one post on seven platforms, and the referees from npm (html-validate, twitter-text, discord-api-spec,"
	@echo "GitHub's OpenAPI document)"

vet:
	$(GO) vet ./...
	@test -z "$$(gofmt -l cmd docs engine schemas scripts)" || { gofmt -l cmd docs engine schemas scripts; echo "gofmt: the files above need it"; exit 1; }

lint: $(CACHE)/golangci-lint
	$(CACHE)/golangci-lint run ./...

$(CACHE)/golangci-lint: tools/go.mod tools/go.sum
	mkdir -p $(CACHE)
	cd tools && $(GO) build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# The command line's scripts start the program some hundred times, which takes ten times as long under the race detector.
unit:
	$(GO) test -race -timeout 25m $(filter-out %/cmd/smmctl,$(QUICK))
	$(GO) test -timeout 25m ./cmd/smmctl

# 100,000 seeded schedules, and the real command line killed at every boundary.
reliably:
	$(GO) test -timeout 40m $(SLOW)

# Second opinions, which npm installs into folders of the tests' own: pages and feeds against html-validate, lengths against twitter-text.
referees:
	$(GO) test -tags integration -run Valid ./engine/provider/site
	$(GO) test -tags integration -run Reference ./engine/measure

# A million seeded schedules of the publish-once protocol; a failure prints its seed.
soak:
	SMMCTL_SCHEDULES=1000000 $(GO) test -count=1 -timeout 6h -run TestRandomSchedules ./engine/reliability

reliability:
	$(GO) test -count=1 -run TestReliabilityTable ./engine/reliability -args -write

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./engine/...

fuzz:
	for f in $$(grep -rlE '^func Fuzz' --include=*_test.go engine); do \
	  d=$$(dirname $$f); for n in $$(grep -ohE '^func Fuzz[A-Za-z0-9]+' $$f | cut -c6-); do \
	    $(GO) test -run '^$$' -fuzz "^$$n$$" -fuzztime $${FUZZTIME:-30s} ./$$d || exit 1; done; done

# Pages that are made from the program: rules, providers, the reliability table, the picture of a plan.
docs: build reliability
	$(GO) test -count=1 -run TestDocs ./cmd/internal/view -args -write
	$(GO) test -count=1 -run TestDocs ./cmd/internal/cli -args -write
	$(GO) test -count=1 ./cmd/internal/crosspost -args -write
	$(GO) run ./scripts/planpicture

# What a release is made of, made here; needs a clone with a remote. Building goreleaser takes minutes the first time.
release-check: $(CACHE)/goreleaser
	$(CACHE)/goreleaser check
	$(CACHE)/goreleaser release --snapshot --clean --skip=publish,docker,sbom

$(CACHE)/goreleaser: tools/goreleaser/go.mod tools/goreleaser/go.sum
	mkdir -p $(CACHE)
	cd tools/goreleaser && $(GO) build -o $@ github.com/goreleaser/goreleaser/v2

clean:
	rm -rf bin public dist coverage.out .smmctl
