# Each target is one command a person can also type. `make run` and `make test` need only
# Python 3.11 or newer and a package index.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: acceptance run ui test test-fast lint bench lock clean

run: .venv/run  ## the sample agency's records through all four hops, on a server of their own
	$(BIN)/carehops run

ui: .venv/run  ## Dagster, with schedules and sensors on, until Ctrl-C
	exec $(BIN)/carehops ui

test: lint  ## everything: lint, then all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-fast: .venv/dev  ## all tests but the slow ones
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_like_sql/models dbt_like_sql/edits dbt_like_sql/changes dbt_like_sql/reports

bench: .venv/dev  ## speeds, each beside its limit in the same run; takes half an hour
	$(BIN)/python -m tests.bench

acceptance: .venv/dev  ## run the tests that prove what must be so, and write docs/acceptance.md
	$(BIN)/python -m tests.acceptance

lock:  ## pin every package anew (needs uv)
	uv pip compile pyproject.toml --extra build --universal --generate-hashes \
		--no-strip-extras --python-version 3.11 --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev --universal --generate-hashes \
		--no-strip-extras --python-version 3.11 --no-header -c requirements.lock -o requirements-dev.lock

clean:  ## forget the environment; records stay
	rm -rf .venv

.venv/bin/python:
	@echo "making the environment in .venv"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv

.venv/run: requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing pinned packages (a minute or two)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	@echo "installing pinned test packages"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
