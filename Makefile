# Everything runs in .venv, from the locked dependencies. Its Python is the one that made it; with
# VENV=.venv-3.13 PYTHON=python3.13 it is another one beside it.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV ?= .venv
RUN := $(VENV)/bin/python
SIDE_BY_SIDE := --numprocesses 3 --dist loadscope --no-loadscope-reorder
# The tools for the console's modules, where there is npm.
TOOLS := $(if $(shell command -v npm 2>/dev/null),node_modules/installed)
CLIENT := clients/python/pyproject.toml $(wildcard clients/python/src/frontdesk_client/*)
FAST := $(addprefix tests/,unit contracts states migrations architecture http operations clients)
COVERAGE := --cov --cov-report=

.PHONY: help install serve demo test fast reliability bench check audit format lock swagger-ui pictures console-types console-lock settings-docs clean
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' | expand -t 15

install: $(VENV)/installed ## make .venv with what the service needs

serve: $(VENV)/installed ## create or upgrade the database and serve it (PORT=8000, HOST=127.0.0.1)
	@$(RUN) -m entrypoints serve --host $(HOST) --port $(PORT)

demo: $(VENV)/installed ## serve a month of invented life, in demo-data/, and open the console (PORT=8000)
	@$(RUN) -m entrypoints demo --host $(HOST) --port $(PORT)

test: $(VENV)/installed-dev ## run every test, side by side where they may
	$(RUN) -m pytest $(SIDE_BY_SIDE) -m "not alone"
	$(RUN) -m pytest -m alone

fast: $(VENV)/installed-dev ## run all tests but startup, browser and reliability
	$(RUN) -m pytest $(SIDE_BY_SIDE) -m "not alone" $(FAST)

reliability: $(VENV)/installed-dev ## the tests of all promises in docs/reliability.md: kill it, fill its disk, … (SOAK=30: use it for as many minutes, too)
	$(RUN) -m tests.promises --kills $(KILLS) $(if $(SOAK),--soak $(SOAK))
KILLS := 50

bench: $(VENV)/installed-dev ## us, the limits and the peers side by side, into docs/performance.md (hours; PARTS="day growth" measures those)
	$(RUN) -m benchmarks $(PARTS)

check: $(VENV)/installed-dev $(TOOLS) ## format, lint, types, import contracts, all tests, coverage
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest $(SIDE_BY_SIDE) -m "not alone" $(COVERAGE)
	$(RUN) -m tests.coverage
	$(RUN) -m pytest -m alone

audit: $(VENV)/installed-dev ## look the locked dependencies up among known vulnerabilities
	@$(RUN) -m tests.audit

format: $(VENV)/installed-dev $(TOOLS) ## format the code and mend what lint can mend
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .
	$(if $(TOOLS),node_modules/.bin/biome check --write)

lock: $(VENV)/installed-dev ## resolve the dependencies anew
	$(RUN) -m uv pip compile $(LOCK) -o requirements.lock pyproject.toml
	$(RUN) -m uv pip compile $(LOCK) -o requirements-dev.lock pyproject.toml --group dev
LOCK := --quiet --upgrade --extra postgresql --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-strip-extras

swagger-ui: $(VENV)/installed-dev ## take the newest Swagger UI from npm (docs/dependencies.md)
	$(RUN) -m tests.renew_swagger_ui

pictures: $(VENV)/installed-dev ## take the pictures of README and docs anew, of the demo
	$(RUN) -m tests.pictures

settings-docs: $(VENV)/installed-dev ## write .env.example and docs/settings.md anew
	$(RUN) -m tests.renew_settings

console-types: $(VENV)/installed-dev node_modules/installed ## draw the API's types anew, for the console
	$(RUN) -m tests.renew_console_types

console-lock: ## take the newest tools for the console from npm (docs/dependencies.md)
	rm -rf node_modules package-lock.json
	npm install --package-lock-only --save-dev @biomejs/biome@latest openapi-typescript@7 typescript@5
	node -e '$(WITHOUT_FUNDING)'
WITHOUT_FUNDING := const { readFileSync, writeFileSync } = require("fs"); const file = "package-lock.json"; \
	const lock = JSON.parse(readFileSync(file)); for (const each of Object.values(lock.packages)) delete each.funding; \
	writeFileSync(file, JSON.stringify(lock, null, 2) + "\n")

clean: ## remove .venv and caches; your data stays
	rm -rf clients/python/build clients/python/src/*.egg-info
	rm -rf node_modules .venv .venv-* .bench .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Frontdesk needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock $(CLIENT) | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@rm -rf clients/python/build  # else what was there once is packed again
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps ./clients/python
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(CLIENT) | $(VENV)/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@rm -rf clients/python/build  # else what was there once is packed again
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps ./clients/python
	@touch $@ $(VENV)/installed

node_modules/installed: package.json package-lock.json .npmrc
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
