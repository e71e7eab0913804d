# Thin aliases of bootstrap.py: every target first brings .venv up to date, which costs nothing when it is.
PYTHON ?= python3
RUN := @$(PYTHON) bootstrap.py
ARGS ?=
LOCK := uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-header \
	--output-file constraints.txt pyproject.toml

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install demo test fast soak check style layers types figures format lock bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv from constraints.txt; every other target does it too
	$(RUN)

demo: ## take a real model through its whole governed life (ARGS="--help" for options)
	$(RUN) modelward demo $(ARGS)

test: ## all tests, then the coverage that each layer owes (ARGS="-k drift" for some, without coverage)
ifeq ($(strip $(ARGS)),)
	$(RUN) pytest --cov --cov-report= --numprocesses 2 --dist loadfile --no-loadscope-reorder
	$(RUN) coverage report --include='gates/*,monitoring/*' --fail-under=100 --precision=2
	$(RUN) coverage report --include='data/*' --fail-under=95 --precision=2
else
	$(RUN) pytest $(ARGS)
endif

fast: ## the tests that need neither a server nor a browser, without coverage
	$(RUN) pytest --quiet --numprocesses 2 --dist loadfile -m "not server and not browser and not slow and not soak" $(ARGS)

soak: ## random kills and rival writers for ten minutes (SOAK_SECONDS=60 and SOAK_SEED=7 choose others)
	$(RUN) pytest -rP -m soak tests/soak

check: style layers types figures ## everything static: style, types, layers and the limits of tests/structure

style:
	$(RUN) ruff check .
	$(RUN) ruff format --check .

layers:
	$(RUN) lint-imports --no-logo

types:
	$(RUN) mypy

figures:
	$(RUN) pytest --quiet tests/structure

format: ## let ruff put the code into form
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

lock: ## write constraints.txt again from pyproject.toml (ARGS=--upgrade for newer versions)
	$(RUN) $(LOCK) $(ARGS)

bench: ## 10 million rows against the plain scan, 1,000 models a night, the first model's page: about 20 minutes
	$(RUN) python benchmarks/profile_scan.py $(ARGS)
	$(RUN) python benchmarks/watch_night.py
	$(RUN) python benchmarks/work_through_page.py
	$(RUN) python benchmarks/start_up.py

clean: ## remove .venv and everything that can be made again; var/ stays
	rm -rf .venv build dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find modelward flows tasks gates monitoring data tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
