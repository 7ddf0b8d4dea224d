# smmctl: `make demo` publishes this repository's own workspace; `make test` runs every test there is.
GO      ?= go
BIN     := bin/smmctl
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
DATE    := $(shell git log -1 --format=%cI 2>/dev/null)
PKG     := github.com/smmctl/smmctl/cmd/internal/cli
LDFLAGS := -s -w -X $(PKG).version=$(VERSION) -X $(PKG).commit=$(COMMIT) -X $(PKG).date=$(DATE)
CACHE   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/smmctl-tests

SLOW    := ./engine/reliability ./cmd/internal/crash
QUICK    = $(shell $(GO) list ./... | grep -v -e /engine/reliability$$ -e /internal/crash$$)

.PHONY: build demo test test-quick vet lint unit reliably html soak bench fuzz reliability docs clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/smmctl

demo: build
	./$(BIN) validate
	./$(BIN) apply --auto-approve
	@echo
	@echo "Published. Open $(CURDIR)/public/site/index.html in a browser; 'make demo' again publishes nothing twice."

test: vet lint unit reliably html

# The quick ones only.
test-quick: vet
	$(GO) test -short $(QUICK)
	@echo "test-quick left out: golangci-lint, the race detector, the reliability and crash suites, the HTML validator"

vet:
	$(GO) vet ./...
	@test -z "$$(gofmt -l cmd docs engine schemas scripts)" || { gofmt -l cmd docs engine schemas scripts; echo "gofmt: the files above need it"; exit 1; }

lint: $(CACHE)/golangci-lint
	$(CACHE)/golangci-lint run ./...

$(CACHE)/golangci-lint: tools/go.mod tools/go.sum
	mkdir -p $(CACHE)
	cd tools && $(GO) build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

unit:
	$(GO) test -race $(QUICK)

# 100,000 seeded schedules, and the real command line killed at every boundary.
reliably:
	$(GO) test -timeout 40m $(SLOW)

# Pages and feeds against html-validate, which npm installs into a folder of the test's own.
html:
	@command -v npm >/dev/null || { echo "npm is needed for the HTML validator: install Node.js 20 or newer"; exit 1; }
	$(GO) test -tags integration -run Valid ./engine/provider/site

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
	$(GO) run ./scripts/planpicture

clean:
	rm -rf bin public dist coverage.out .smmctl
