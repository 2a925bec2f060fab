# For developers. Those who run a site use the command "across": docs/operations.md.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: help run test trial bench vendor lock migration chromium

help: ## print this
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name does; do printf '  make %-10s %s\n' "$$name" "$$does"; done

run: .venv/runtime ## start the sample site; ACROSS_PORT chooses another port than 8000
	@$(BIN)/across sample

test: .venv/development chromium ## check everything: style, types, all tests, on both databases
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadgroup

trial: .venv/development chromium ## the long proofs in full, at most 30 minutes
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m trial

bench: .venv/development ## measure, and print the table kept in docs/performance.md
	$(BIN)/python -m bench

vendor: ## fetch the scripts in static/vendor anew
	static/vendor/refresh.sh

lock: ## choose the newest versions of what we need; wants uv
	uv pip compile -q --upgrade $(LOCKING) --extra postgresql --extra build -o requirements.lock pyproject.toml
	uv pip compile -q --upgrade $(LOCKING) --all-extras -c requirements.lock -o requirements-dev.lock pyproject.toml

LOCKING := --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate

migration: .venv/development ## write a revision from what changed in the models: make migration name="add away note"
	@test -n "$(name)" || { echo 'Name the change: make migration name="add away note"'; exit 1; }
	$(BIN)/across db revision "$(name)"
	$(BIN)/ruff check --quiet --fix migrations
	$(BIN)/ruff format --quiet migrations

# What is installed, each with a file that says when. The lock is installed as it is, then we ourselves.

.venv/bin/pip:
	@command -v $(PYTHON) > /dev/null || { echo 'Across needs Python. This installs it: apt install python3-venv'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Across needs Python 3.11 or later; name it like this: make run PYTHON=python3.12'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo 'Python lacks its venv module. This installs it: apt install python3-venv'; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/runtime: requirements.lock pyproject.toml | .venv/bin/pip
	@echo 'Installing what Across needs into .venv'
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	@echo 'Installing what the tests need into .venv'
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

chromium:
	@for name in chromium chromium-browser google-chrome; do command -v $$name > /dev/null && exit; done; \
	test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq chromium || \
	{ echo 'The browser tests need Chromium. This installs it: sudo apt install chromium'; exit 1; }
