# Everything runs in .venv, from the locked dependencies. Its Python is the one that made it; after
# `make clean`, PYTHON=python3.13 makes it with another.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
RUN := .venv/bin/python

.PHONY: help install serve test reliability bench check format lock swagger-ui clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 12

install: .venv/installed ## make .venv with what the service needs

serve: .venv/installed ## create or upgrade the database and serve it (PORT=8000, HOST=127.0.0.1)
	@$(RUN) -m entrypoints.serve --host $(HOST) --port $(PORT)

test: .venv/installed-dev ## run every test
	$(RUN) -m pytest

reliability: .venv/installed-dev ## kill it, fill its disk, hold its lock; prints what it tried and counted
	$(RUN) -m pytest tests/reliability

bench: .venv/installed-dev ## us, the limits and the peers side by side, into docs/performance.md (most of an hour)
	$(RUN) -m tests.benchmarks

check: .venv/installed-dev ## format, lint, types, import contracts, all tests
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	.venv/bin/lint-imports
	$(RUN) -m pytest

format: .venv/installed-dev ## format the code and mend what lint can mend
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

lock: .venv/installed-dev ## resolve the dependencies anew
	$(RUN) -m uv pip compile $(LOCK) -o requirements.lock pyproject.toml
	$(RUN) -m uv pip compile $(LOCK) -o requirements-dev.lock pyproject.toml --group dev
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header

swagger-ui: .venv/installed-dev ## take the newest Swagger UI from npm (docs/dependencies.md)
	$(RUN) -m tests.renew_swagger_ui

clean: ## remove .venv and caches; your data stays
	rm -rf .venv .bench .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Frontdesk needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv

.venv/installed: requirements.lock | .venv/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock | .venv/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/installed
