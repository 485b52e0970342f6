# One command each: `make run` starts Sialoscope, `make test` proves it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run install test lint fix bench chaos fuzz

run: .venv/run.stamp
	@$(BIN)/sialoscope up

# All that a server needs; see docs/operations.md.
install: .venv/run.stamp

test: .venv/test.stamp lint
	@tests/need chromium chromium fonts-dejavu-core
	@tests/need nginx nginx-light
	@tests/need ip iproute2
	@tests/need systemd-analyze systemd
	$(BIN)/pytest --numprocesses=2 --dist=loadfile

lint: .venv/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/test.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/test.stamp
	$(BIN)/python -m tests.perf

chaos: .venv/test.stamp
	$(BIN)/python -m tests.chaos

# Malformed tables, for example: make fuzz FUZZ="--number 500 --seed 7"
fuzz: .venv/test.stamp
	$(BIN)/python -m tests.fuzz $(FUZZ)

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9,<1"

.venv/run.stamp: pyproject.toml | .venv/bin/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv --editable .
	@touch $@

.venv/test.stamp: pyproject.toml | .venv/bin/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv --editable . --group test
	@touch $@ .venv/run.stamp
