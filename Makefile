# Every command of the workshop. A machine needs Python 3.11 or newer, pip and make; nothing else.

.DEFAULT_GOAL := help
.PHONY: help health check test proof static format lint mypy pyright walls lock clean

RUN := .venv/run.stamp
DEV := .venv/dev.stamp
NODE := node_modules/.stamp
PIP := .venv/bin/python -m pip --disable-pip-version-check install --quiet

# Old makes cannot hold the output of parallel checks together.
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

# Node comes from PyPI and stands beside our Python, before any other.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Or every process that the tests start compiles our code anew.
export PYTHONDONTWRITEBYTECODE :=
# Or pyright asks its registry at each run whether a newer one exists.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

health: $(RUN) ## set up what is missing, then check the health of the sample workspace
	@PLAYBOOKS_WORKSPACE=embedded .venv/bin/python -m server --health-check --fail-on critical

check: static ## the fast half, a minute and a half: every static check, and the tests in Python
	@.venv/bin/python -m pytest -q -n 2 --dist loadfile -m "not foreign and not long and not proof"

test: $(NODE) static ## everything but the repetitions of make proof
	@.venv/bin/python -m pytest -n 2 --dist loadfile -m "not proof"

proof: $(DEV) ## the longest tests again with more seeds, deaths and steps
	@.venv/bin/python -m pytest -n 2 --dist loadfile -m proof

static: $(DEV)
	@$(MAKE) --no-print-directory --keep-going -j2 $(TOGETHER) pyright mypy lint format walls

format:
	@.venv/bin/ruff format --check --quiet

lint:
	@.venv/bin/ruff check --quiet

mypy:
	@.venv/bin/mypy --no-error-summary

pyright:
	@.venv/bin/pyright

walls:
	@.venv/bin/lint-imports --no-logo

lock: $(DEV) ## write requirements/ anew from pyproject.toml (newest versions: make lock UPGRADE=--upgrade)
	@for group in run:build dev:dev; do \
	  .venv/bin/uv pip compile pyproject.toml --extra charts --group $${group#*:} --universal \
	    --python-version 3.11 --generate-hashes --no-header --quiet \
	    $(UPGRADE) --output-file requirements/$${group%:*}.txt || exit 1; \
	done

clean: ## remove everything that these commands made
	rm -rf .venv node_modules dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up: each stamp is newer than what it was made from.

.venv/made.stamp:
	@if .venv/bin/python -m pip --version >/dev/null 2>&1; then touch $@; exit; fi; \
	for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making .venv with $$($$python --version) …"; \
	    $$python -m venv --clear .venv && touch $@; exit; \
	  fi; \
	done; \
	echo "There is no Python 3.11 or newer: install one, or name it: make PYTHON=/path/to/it" >&2; \
	exit 1

$(RUN): requirements/run.txt pyproject.toml | .venv/made.stamp
	@echo "Installing the packages that the server needs …"
	@$(PIP) --require-hashes --requirement requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q server tools resources playbooks
	@touch $@

$(DEV): requirements/dev.txt pyproject.toml | .venv/made.stamp
	@echo "Installing the packages that the checks need …"
	@$(PIP) --require-hashes --requirement requirements/dev.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@.venv/bin/python -m compileall -q server tools resources playbooks
	@touch $(RUN) $@

$(NODE): package.json package-lock.json $(DEV)
	@echo "Installing the clients in Node that the tests drive …"
	@.venv/bin/npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@
