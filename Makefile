# smmctl: `make demo` publishes this repository's own workspace; `make test` runs every test there is.
GO      ?= go
BIN     := bin/smmctl
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse HEAD 2>/dev/null)
DATE    := $(shell git log -1 --format=%cI 2>/dev/null)
PKG     := github.com/smmctl/smmctl/cmd/internal/cli
LDFLAGS := -s -w -X $(PKG).version=$(VERSION) -X $(PKG).commit=$(COMMIT) -X $(PKG).date=$(DATE)
CACHE   ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/smmctl-tests

.PHONY: build demo test test-quick vet lint unit race html soak bench fuzz reliability docs clean

build:
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/smmctl

demo: build
	./$(BIN) validate
	./$(BIN) apply --auto-approve
	@echo
	@echo "Published. Open $(CURDIR)/public/site/index.html in a browser; 'make demo' again publishes nothing twice."

test: vet lint unit race html

# Everything but the linter, the race detector and the external HTML validator.
test-quick: vet unit
	@echo "left out by test-quick: golangci-lint, the race detector, the HTML validator"

vet:
	$(GO) vet ./...
	@test -z "$$(gofmt -l cmd engine schemas scripts)" || { gofmt -l cmd engine schemas scripts; echo "gofmt: the files above need it"; exit 1; }

lint: $(CACHE)/golangci-lint
	$(CACHE)/golangci-lint run ./...

$(CACHE)/golangci-lint: tools/go.mod tools/go.sum
	mkdir -p $(CACHE)
	cd tools && $(GO) build -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

unit:
	$(GO) test ./...

race:
	SMMCTL_SCHEDULES=2000 $(GO) test -race -short ./...

html: build
	CACHE=$(CACHE) scripts/validate-html

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

docs: build
	$(GO) test -count=1 ./... -run 'TestDocs' -args -write

clean:
	rm -rf bin public dist coverage.out .smmctl
