# Two commands matter: `make run` and `make test`. README explains the rest.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
export PORT ?= 8000
export DEMO ?= 1

.PHONY: run test check bench format lock
.DEFAULT_GOAL := run

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON=)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install python3-venv."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/run.stamp

run: $(VENV)/run.stamp
	@exec $(PY) deploy/run.py

test: $(VENV)/dev.stamp
	$(PY) -m pytest -n auto

# Everything that CI runs, on one database: format, lint, types, import order, templates, settings, migrations, tests.
check: $(VENV)/dev.stamp
	$(PY) deploy/check.py
	$(PY) -m pytest -n auto

bench: $(VENV)/dev.stamp
	$(PY) -m bench

format: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check --fix --exit-zero .
	$(VENV)/bin/ruff format .

# Pin again with hashes after changing pyproject.toml.
LOCK := $(VENV)/bin/uv pip compile --quiet --no-header --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links
lock: $(VENV)/dev.stamp
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
