# mindee-core: two commands do everything on a fresh machine, `make demo` and `make test`.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
CFLAGS_EXAMPLE := -std=c99 -Wall -Wextra -Wpedantic -Werror -Iinclude
CXXFLAGS_EXAMPLE := -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude
# Static, so that nothing must be found at run time.
LINK := target/debug/libmindee.a -lpthread -ldl -lm
RECEIVERS := node/examples/receivers/frameworks/node_modules
RELAY := node/examples/relay/node_modules

.PHONY: help demo test test-rust test-c test-python test-node test-conformance test-official test-browser \
	bench fuzz lint bless wheel clean rust c python node drivers tools tools-c tools-turbo

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{printf "  %-18s %s\n", $$1, $$2}'

demo: rust c python node ## set up, then read an invoice in five languages against the sandbox
	@cargo run -q -p mindee-conformance --bin demo

test: test-rust test-c test-python test-node test-conformance test-official test-browser ## set up, then every test in every language
	@echo
	@echo "test: all suites passed"

test-rust: tools tools-turbo ## the core and the sandbox
	cargo test -q -p mindee-core --features documents,ledger,runtime
	cargo test -q -p mindee-core --test without_features
	cargo test -q -p mindee-core --features documents-turbo --test document_image \
		--test document_image_hostile --test document_image_large
	cargo test -q -p mindee-sandbox

test-c: tools tools-c rust ## the C ABI: header, symbols, compilers, sanitizers, valgrind
	cargo check -q -p mindee-ffi --no-default-features
	cargo test -q -p mindee-ffi

test-python: python rust ## the Python wheel: tests, types, stubs
	@command -v qpdf >/dev/null || { echo "qpdf is missing: on Debian, apt-get install qpdf"; exit 1; }
	@command -v redis-server >/dev/null || { \
		echo "redis-server is missing: on Debian, apt-get install redis-server"; exit 1; }
	cd py && ../$(VENV)/bin/python -m pytest
	cd py && ../$(VENV)/bin/python -m mypy
	cd py && ../$(VENV)/bin/python -m mypy.stubtest mindee_core._native

test-node: node rust $(RECEIVERS)/.package-lock.json $(RELAY)/.package-lock.json ## the Node addon: tests and types
	cd node && npm test

test-conformance: drivers ## every scenario in every language, and what is written twice
	MINDEE_DRIVERS=c,cpp,python,node cargo test -p mindee-conformance -- --nocapture

test-official: $(VENV)/.ready rust tests/official/node/node_modules/.package-lock.json ## the official clients against the sandbox
	$(VENV)/bin/python -m pytest tests/official/python
	cd tests/official/node && npm test

test-browser: python node rust $(RELAY)/.package-lock.json tests/browser/node_modules/.package-lock.json ## the pages in Chromium
	@command -v chromium >/dev/null || [ -n "$${CHROMIUM:-}" ] || { \
		echo "Chromium is missing: on Debian, apt-get install chromium; or set CHROMIUM"; exit 1; }
	cd tests/browser && npm test

bench: tools tools-turbo python-release node-release $(VENV)/.bench-ready tests/bench/node/node_modules/.package-lock.json ## figures beside the official clients, in the same run
	cargo build -q --release -p mindee-sandbox -p mindee-ffi
	$(VENV)/bin/python tests/bench/bench.py

# Nightly's options, on the compiler that is there.
FUZZ_TARGETS ?= inspect pages repair shrink cut webhook token answers
FUZZ_SECONDS ?= 600

# Leaks are not looked for: a decoder's threads may end after it has, and hold something until then.
fuzz: tools ## every parser against input that nobody would send, ten minutes each
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is missing: cargo install cargo-fuzz"; exit 1; }
	@for target in $(FUZZ_TARGETS); do case $$target in \
		webhook | answers) seeds=../tests/data/responses ;; token) seeds= ;; *) seeds=../tests/data/documents ;; esac; \
		(cd core && mkdir -p fuzz/corpus/$$target && RUSTC_BOOTSTRAP=1 cargo fuzz run $$target fuzz/corpus/$$target $$seeds -- \
			-max_total_time=$(FUZZ_SECONDS) -timeout=25 -rss_limit_mb=1024 -max_len=200000 -detect_leaks=0) || exit 1; done

lint: tools tools-turbo ## formatting, clippy, types
	cargo fmt --all --check
	cargo lint

bless: tools ## rewrite the generated files: header, tables of the README
	BLESS=1 cargo test -q -p mindee-ffi --test header -- --test-threads=1
	BLESS=1 cargo test -q -p mindee-conformance --test drift --test thinness -- --test-threads=1

wheel: $(VENV)/.ready ## build a release wheel into target/wheels
	$(VENV)/bin/maturin build --release --manifest-path py/Cargo.toml --out target/wheels

clean: ## remove everything that was built or installed here
	rm -rf target $(VENV) node/node_modules node/dist $(RECEIVERS) node/examples/receivers/frameworks/next/.next $(RELAY) \
		tests/official/node/node_modules tests/browser/node_modules tests/bench/node/node_modules

# What the targets above are made of.

tools:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust 1.92 or later (rustup.rs)"; exit 1; }
	@command -v cc >/dev/null || { echo "a C compiler is missing: on Debian, apt-get install gcc g++"; exit 1; }

# For the feature `documents-turbo`.
tools-turbo:
	@for tool in cmake nasm; do command -v $$tool >/dev/null || { \
		echo "$$tool is missing: on Debian, apt-get install cmake nasm"; exit 1; }; done

tools-c:
	@for tool in g++ clang clang++ valgrind nm; do command -v $$tool >/dev/null || { \
		echo "$$tool is missing: on Debian, apt-get install g++ clang valgrind binutils"; exit 1; }; done
	@echo '#include <civetweb.h>' | $(CC) -E -x c - >/dev/null 2>&1 || { \
		echo "civetweb.h is missing: on Debian, apt-get install libcivetweb-dev"; exit 1; }

rust: tools
	cargo build -q -p mindee-core --examples -p mindee-sandbox -p mindee-conformance --bins

c: tools
	cargo build -q -p mindee-ffi
	@mkdir -p target/examples target/drivers
	$(CC) $(CFLAGS_EXAMPLE) ffi-c/examples/invoice.c -o target/examples/invoice-c $(LINK)
	$(CXX) $(CXXFLAGS_EXAMPLE) ffi-c/examples/invoice.cpp -o target/examples/invoice-cpp $(LINK)

drivers: rust c python node
	$(CC) $(CFLAGS_EXAMPLE) tests/drivers/c/driver.c -o target/drivers/driver-c $(LINK)
	$(CXX) $(CXXFLAGS_EXAMPLE) tests/drivers/cpp/driver.cpp -o target/drivers/driver-cpp $(LINK)

$(VENV)/.ready: py/requirements-dev.txt tests/official/python/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "Python 3.10 or later is needed; set PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python lacks venv: on Debian, apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q -r py/requirements-dev.txt -r tests/official/python/requirements.txt
	touch $@

$(VENV)/.bench-ready: tests/bench/requirements.txt $(VENV)/.ready
	$(VENV)/bin/pip install -q -r tests/bench/requirements.txt
	touch $@

python: tools $(VENV)/.ready
	$(VENV)/bin/maturin develop -q --manifest-path py/Cargo.toml

python-release: tools $(VENV)/.ready
	$(VENV)/bin/maturin develop -q --release --manifest-path py/Cargo.toml

node/node_modules/.package-lock.json: node/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 or later with npm is missing"; exit 1; }
	cd node && npm ci --no-fund --no-audit
	@touch $@

node: tools node/node_modules/.package-lock.json
	cd node && npm run -s build

node-release: tools node/node_modules/.package-lock.json
	cd node && npm run -s build:release

# Node's package is installed there from its folder, so it is built before.
$(RECEIVERS)/.package-lock.json: node/examples/receivers/frameworks/package-lock.json | node
	cd node/examples/receivers/frameworks && npm ci --no-fund --no-audit
	@touch $@

$(RELAY)/.package-lock.json: node/examples/relay/package-lock.json | node
	cd node/examples/relay && npm ci --no-fund --no-audit
	@touch $@

tests/official/node/node_modules/.package-lock.json: tests/official/node/package-lock.json
	cd tests/official/node && npm ci --omit=optional --no-fund --no-audit
	@touch $@

tests/bench/node/node_modules/.package-lock.json: tests/bench/node/package-lock.json
	cd tests/bench/node && npm ci --no-fund --no-audit
	@touch $@

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	cd tests/browser && npm ci --no-fund --no-audit
	@touch $@
