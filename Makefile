# codeact-web: `make` prints this help.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# Tests mostly wait: for time limits to pass, for browsers to start.
JOBS ?= 3
VENV := .venv
BIN := $(VENV)/bin
SITE := build/site
SITE_SOURCES := $(shell find web server/codeact_server/bundle server/codeact_server/policy.py pyodide_runtime -type f -not -path '*/vendor/*' -not -path '*/__pycache__/*' 2>/dev/null)
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help examples setup setup-browser setup-engines site wheel npm-package demo test check fix bench bench-proxy preflight clean

help: ## print this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: site ## install everything, build the site and serve it on http://127.0.0.1:8000
	@$(BIN)/codeact-web serve --host $(HOST) --port $(PORT)

examples: site ## serve docs/examples on http://127.0.0.1:8001; MODEL=FILE.gguf for the one with a local model
	@$(BIN)/python docs/examples/serve.py $(MODEL)

test: site $(VENV)/.test setup-engines ## run all tests (installs what they need, browsers included)
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: $(VENV)/.test node_modules/.setup ## ruff, mypy --strict, tsc --strict, biome
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	node_modules/.bin/tsc -p web/tsconfig.json
	node_modules/.bin/tsc -p web/sandbox/tsconfig.json
	node_modules/.bin/tsc -p web/service_worker/tsconfig.json
	node_modules/.bin/biome check --error-on-warnings

fix: $(VENV)/.test node_modules/.setup ## mend what the checkers can mend themselves
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	node_modules/.bin/biome check --write

bench: site $(VENV)/.test setup-browser ## measure; writes build/bench.json
	@$(BIN)/python tests/bench

bench-proxy: site $(VENV)/.test setup-engines ## measure the relay beside LiteLLM and nginx; writes build/bench-proxy.json
	@$(BIN)/python tests/bench_proxy

setup: $(VENV)/.setup node_modules/.setup ## install the Python and npm packages

setup-browser: $(VENV)/.setup ## find a Chromium, or install one
	@$(BIN)/python -m codeact_agent.hosts.script.setup_browser

setup-engines: setup-browser ## find or install the other browsers, and nginx, that the tests use
	@$(BIN)/python tests/support/setup_engines.py

site: $(SITE)/.built ## build the static site into build/site

$(SITE)/.built: $(SITE_SOURCES) package-lock.json constraints.txt | $(VENV)/.setup node_modules/.setup
	@echo "Building the site…"
	@$(BIN)/python -m codeact_server.bundle $(SITE)
	@touch $@

$(VENV)/.setup: pyproject.toml constraints.txt | preflight
	@echo "Installing Python packages into $(VENV)…"
	@$(PYTHON) -m venv $(VENV) || { echo "codeact-web: Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.setup
	@echo "Installing development tools…"
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --group check --group test
	@touch $@

node_modules/.setup: package.json package-lock.json | preflight
	@echo "Installing npm packages…"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

preflight:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "codeact-web needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || { echo "codeact-web needs Node.js 20 or newer to build the site: install it from your system's package manager or nodejs.org, then run make again." >&2; exit 1; }
	@command -v npm >/dev/null || { echo "codeact-web needs npm, which comes with Node.js. On Debian: apt-get install npm" >&2; exit 1; }

wheel: site ## build the distribution, site included, into build/dist
	@$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir build/dist .

npm-package: setup ## build the npm package of <codeact-agent> into build/npm
	@$(BIN)/python -m codeact_server.bundle.npm_package build/npm

clean: ## remove what was built and installed
	rm -rf build node_modules $(VENV)
