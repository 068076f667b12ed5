# Everything starts here: each target does its own set-up, and the second call is fast.

SEEDBED := .venv/bin/seedbed
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest

.DEFAULT_GOAL := help
.PHONY: help setup demo test fast integration lint format

help:
	@echo "make setup    everything that Seedbed needs, in .venv (about two minutes the first time)"
	@echo "make demo     the embedded model solves web tasks and plays a game before your eyes"
	@echo "make test     static checks, fast tests, integration tests"
	@echo "make fast     the tests that need no server"
	@echo "make lint     the static checks alone"
	@echo "make format   bring the code into its form"

setup:
	@for python in python3.11 python3 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
	    exec $$python scripts/setup.py; \
	  fi; \
	done; \
	echo "Seedbed needs Python 3.11, and there is none on the PATH: install it (Debian 12: apt-get install python3)" >&2; \
	exit 2

demo: setup
	@$(SEEDBED) demo

test: lint fast integration

fast: setup
	$(PYTEST) tests --ignore=tests/integration --durations=10

integration: setup
	$(PYTEST) tests/integration --durations=10

lint: setup
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

format: setup
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
