# make demo     set everything up, run the walk-through notebook, write its page
# make test     set everything up, run every test and every notebook in its quick form
# The rest is in README.md. Set-up stays in .venv, bin and .cache.
SHELL := /bin/bash
.DEFAULT_GOAL := demo
.PHONY: setup demo test vet unit quick lab html data doctor parity bench docker-check rename clean

root := $(CURDIR)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
export GOWORK := off
export TLKIT_HOME := $(root)/.cache/tlkit
export PJRT_PLUGIN_LIBRARY_PATH := $(root)/.cache/tlkit/xla
export GOMLX_NO_AUTO_INSTALL := 1

notebooks := $(sort $(wildcard notebooks/*.ipynb))

# Building a program that has not changed takes half a second; each step of set-up knows whether it is done.
setup:
	@command -v go >/dev/null || { echo "Go is missing: install it from https://go.dev/dl"; exit 2; }
	@[ -x bin/kernel ] || echo "building bin/kernel (the first time this takes a minute or two)"
	@go build -o bin/kernel ./kernel
	@bin/kernel install

demo: setup
	bin/kernel run --output .cache/executed notebooks/01_first_transfer.ipynb
	bin/kernel html --to notebooks/html .cache/executed/01_first_transfer.ipynb
	@echo "open notebooks/html/01_first_transfer.html in a browser"

# The quick notebooks come first: a test exports them and looks at the pages.
test: vet quick unit

vet: setup
	go vet ./...

# Tests that need a browser skip themselves without one and say so; TLKIT_REQUIRE=all makes that a failure.
unit: setup
	go test -timeout 20m $(GOTESTFLAGS) ./...

quick: setup
	bin/kernel run --quick --output .cache/quick $(notebooks)

lab: setup
	bin/kernel lab

html: setup
	bin/kernel run --output .cache/executed $(notebooks)
	bin/kernel html --to notebooks/html $(notebooks:notebooks/%=.cache/executed/%)

data: setup
	bin/kernel data
	@[ -z "$$(ls -d .cache/tlkit/samples/stamps-* 2>/dev/null)" ] || go test -count=1 -tags data ./tlkit/samples/stamps

doctor:
	@go build -o bin/kernel ./kernel
	@bin/kernel doctor

# The reference systems make the expected numbers again, in an environment of their own.
parity:
	@for script in $$(find tlkit plots notebooks -name parity.sh | sort); do echo "== $$script"; sh "$$script" || exit 1; done
	go run ./notebooks/data/choose -check

bench: setup
	go run ./tlkit/bench features
	go run ./tlkit/bench cells
	go run ./tlkit/bench tables
	go run ./tlkit/bench prepare
	go run ./tlkit/bench networks
	go run ./tlkit/bench weights

docker-check:
	docker/check.sh

# make rename MODULE=example.org/you/transferlab gives the module its public path.
rename:
	@[ -n "$(MODULE)" ] || { echo "usage: make rename MODULE=example.org/you/transferlab"; exit 2; }
	go run ./kernel rename "$(MODULE)"

clean:
	rm -rf bin .venv .venv-parity .venv-bench .cache notebooks/html
