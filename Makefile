# Everything a person types: run, test, test-long, check, bench. All of it works in ./.venv and installs what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := run
.DELETE_ON_ERROR:

BIN := .venv/bin
PY := $(BIN)/python
UI := server/anagnorisis/ui/index.html
CORE := .build/core
PWA_SOURCES := $(shell find pwa/src pwa/public -type f 2>/dev/null) $(wildcard pwa/*.ts pwa/*.json pwa/*.html pwa/*.js)
RUST_SOURCES := $(shell find core_rs/src -type f) core_rs/Cargo.toml core_rs/Cargo.lock

.PHONY: run test test-long test-train check check-arm format bench types locks wheel clean need

run: .build/run $(CORE) $(UI)  ## start the house; folders: make run ARGS="--library ~/Music"
	@$(PY) -m compileall -q server/anagnorisis  # starts in a third of the time
	@exec $(BIN)/anagnorisis serve $(ARGS)

need:
	@sh .ci/need

.build/need: .ci/need
	@sh .ci/need && mkdir -p .build && touch $@

.build/venv: | .build/need
	@test -x $(PY) || python3 -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r server/requirements/uv.txt
	@touch $@

.build/run: server/requirements/run.txt .build/venv
	@echo "Installing what the server needs ..."
	@test -e .build/dev || $(BIN)/uv pip sync --quiet --compile-bytecode --python $(PY) --require-hashes server/requirements/run.txt server/requirements/uv.txt
	@touch $@

.build/dev: server/requirements/dev.txt .build/venv
	@echo "Installing what tests and benchmarks need ..."
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(PY) --require-hashes server/requirements/dev.txt server/requirements/uv.txt
	@rm -f $(CORE); touch $@ .build/run

$(CORE): $(RUST_SOURCES) pyproject.toml | .build/run
	@echo "Building the core (a few minutes the first time) ..."
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/maturin develop --release --quiet --skip-install
	@$(PY) -c "import pathlib, site; pathlib.Path(site.getsitepackages()[0], 'anagnorisis.pth').write_text('$(CURDIR)/server\n')"
	@printf '#!%s\nimport sys\nfrom anagnorisis.__main__ import main\nsys.exit(main())\n' "$(CURDIR)/$(PY)" > $(BIN)/anagnorisis && chmod +x $(BIN)/anagnorisis
	@touch $@

pwa/node_modules/.package-lock.json: pwa/package.json pwa/package-lock.json | .build/need
	@echo "Installing what the app is built with ..."
	@cd pwa && npm ci --no-audit --no-fund --silent
	@touch $@

$(UI): pwa/node_modules/.package-lock.json $(PWA_SOURCES)
	@echo "Building the app ..."
	@cd pwa && npm run --silent build
	@touch $@

locks: .build/venv  ## pin every Python package by hash again
	@cd server/requirements && for set in "uv uv.in" "run run.in ../../pyproject.toml" "dev run.in ../../pyproject.toml --group ../../pyproject.toml:dev --group ../../pyproject.toml:bench" "train run.in ../../pyproject.toml --extra train --extra cpu --group ../../pyproject.toml:dev"; do \
		set -- $$set; out=$$1; shift; \
		../../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o $$out.txt "$$@"; done

types: .build/run $(CORE)  ## regenerate the app's types from the server's OpenAPI
	@cd pwa && npm run --silent types

test: .build/dev $(CORE) $(UI)  ## everything but the full counts; E2E=0 skips the browser
	@cd core_rs && cargo test --quiet
	@cd pwa && npm test --silent
	@$(PY) -W error -m pytest -q -n 2 --dist loadfile -m "not long" tests
	@echo "TRAIN SKIPPED (make test-train)"
	@if [ "$(E2E)" = 0 ]; then echo "E2E SKIPPED"; else sh .ci/chromium && cd pwa && npm run --silent e2e; fi

# torch is several GB, so it has an environment of its own; TRAIN_PY=/some/python takes one that is there
TRAIN_PY := .build/train/bin/python

.build/train/bin/python: server/requirements/train.txt | .build/venv
	@echo "Installing torch and what else a second opinion is learned with (several GB) ..."
	@python3 -m venv .build/train
	@$(BIN)/uv pip sync --quiet --python $@ --require-hashes server/requirements/train.txt
	@touch $@

test-train: $(TRAIN_PY) $(CORE)  ## what needs torch: learning, export and the course of a second opinion
	@PYTHONPATH=server OMP_NUM_THREADS=1 $(TRAIN_PY) -W error -m pytest -q tests/train

test-long: .build/dev $(CORE) $(UI)  ## full counts of kills and generated requests; its receipt is written to benchmarks/results
	@$(PY) benchmarks/long.py
	@$(PY) benchmarks/tables.py

check: .build/dev $(CORE) pwa/node_modules/.package-lock.json  ## format, lint, types, contracts, stub, clippy, house
	@$(BIN)/ruff format --check --quiet server tests benchmarks && $(BIN)/ruff check --quiet server tests benchmarks
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(PY) -m mypy.stubtest --mypy-config-file pyproject.toml anagnorisis._core
	@cd core_rs && cargo fmt --check && cargo clippy --quiet --all-targets -- -D warnings
	@cd pwa && npm run --silent check && sh tools/types.sh --check
	@$(PY) -m pytest -q tests/test_house.py

check-arm:  ## the core compiles for 64-bit ARM, its vector kernels too; nothing is run (rustup gets the target)
	@rustup target add --toolchain stable aarch64-unknown-linux-gnu
	@cd core_rs && CARGO_FEATURE_NO_NEON=1 PYO3_NO_PYTHON=1 cargo check --quiet --lib --target aarch64-unknown-linux-gnu

format:
	@$(BIN)/ruff format --quiet server tests benchmarks && $(BIN)/ruff check --fix --quiet server tests benchmarks && cd core_rs && cargo fmt

bench: .build/dev $(CORE) $(UI)  ## print every promised number; receipts go to benchmarks/results
	@$(PY) -m compileall -q server/anagnorisis
	@$(PY) benchmarks/run_all.py

wheel: .build/dev $(UI)  ## one abi3 wheel: package, core, stub and the built app
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/maturin build --release --quiet --out dist

clean:
	@rm -rf .build core_rs/target pwa/node_modules server/anagnorisis/ui server/anagnorisis/_core*.so dist
