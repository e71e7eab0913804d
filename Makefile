# Each target runs bootstrap.py, which first brings .venv up to date; that takes 0.1 s if nothing changed.
PYTHON ?= python3
RUN := @$(PYTHON) bootstrap.py
ARGS ?=
LOCK := uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-header \
	--output-file constraints.txt pyproject.toml

# Hundreds of Python processes run in the tests: none of them should compile the same files again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install demo test fast soak kills races tampering attacks coverage check style layers types structure format lock bench clean foreign

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z ]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv from constraints.txt (every other target does this too)
	$(RUN)

demo: ## take a real model through its whole lifecycle (ARGS="--help" for options)
	$(RUN) modelward demo $(ARGS)

# Whole files go to three processes. tests/structure is a part of `make check`.
SHARED_OUT := --numprocesses 3 --dist loadfile --no-loadscope-reorder
test: ## the tests and the required coverage of gates, monitoring and data (ARGS="-k drift": only these, no coverage)
ifeq ($(strip $(ARGS)),)
	$(RUN) pytest --cov --cov-report= $(SHARED_OUT) --ignore=tests/structure
	$(RUN) coverage report --include='gates/*,monitoring/*' --fail-under=100 --precision=2
	$(RUN) coverage report --include='data/*' --fail-under=95 --precision=2
else
	$(RUN) pytest $(ARGS)
endif

# Folders in which every test needs a server, a browser or long: their files are not even imported.
FOLDERS_NOT_FAST := browser data/queries docs flows foreign modelward/commands modelward/demo modelward/supervisor modelward/web soak tasks
fast: ## the tests that need neither a server nor a browser nor long, without coverage
	$(RUN) pytest --quiet --numprocesses 2 --dist loadfile $(FOLDERS_NOT_FAST:%=--ignore=tests/%) \
		-m "not server and not browser and not slow and not long and not soak" $(ARGS)

foreign: ## checkpoints and proofs, verified by programs of others: Go's sumdb and a Python package
	$(RUN) pytest -rs tests/foreign

soak: ## the tests that take too long for `make test`; then random kills for ten minutes (SOAK_SECONDS=60, SOAK_SEED=7)
	$(RUN) pytest -m long $(SHARED_OUT) --ignore=tests/soak
	$(RUN) pytest -rP -m soak tests/soak

coverage: ## the branch coverage of every module by all tests but the random kills (about 40 minutes)
	$(RUN) pytest --cov --cov-everywhere --cov-report= -m "not soak" $(SHARED_OUT)
	$(RUN) coverage report

kills races tampering: ## go on with a long run of attacks, where benchmarks/attack_runs.csv ends (ARGS="--minutes 30")
	$(RUN) python -m tests.soak $@ $(ARGS)

attacks: ## write the table of attacks in docs/security.md from tests/attacks
	$(RUN) python -m tests.attack_table

check: style layers types structure ## every static check: style, import contracts, types, tests/structure

style:
	$(RUN) ruff check .
	$(RUN) ruff format --check .

layers:
	$(RUN) lint-imports --no-logo

types:
	$(RUN) mypy

structure:
	$(RUN) pytest --quiet tests/structure

format: ## fix and format the code with ruff
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

lock: ## make constraints.txt from pyproject.toml again (ARGS=--upgrade for newer versions)
	$(RUN) $(LOCK) $(ARGS)

bench: ## run the benchmarks: profiling, nightly monitoring, first model, start-up (about 20 minutes)
	$(RUN) python benchmarks/profile_scan.py $(ARGS)
	$(RUN) python benchmarks/watch_night.py
	$(RUN) python benchmarks/work_through_page.py
	$(RUN) python benchmarks/start_up.py

clean: ## remove .venv, build files and caches; var/ stays
	rm -rf .venv build dist .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find modelward views flows tasks gates monitoring data tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
