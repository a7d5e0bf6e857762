# Every target makes .venv itself, with plain python3 and pip.
PYTHON3 ?= python3
JOBS ?= 2
VENV := .venv
PYTHON := $(VENV)/bin/python
CORE := $(VENV)/.core
READY := $(VENV)/.ready
PIP := $(PYTHON) -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help venv demo test coverage bench lint format docs picture wheel wheel-test soak constraints train-names clean

help:  ## what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 14

$(CORE): pyproject.toml constraints.txt
	@$(PYTHON3) -m venv $(VENV) || { \
	  echo "make: '$(PYTHON3) -m venv' does not work here; on Debian install the package python3-venv, or name another Python by PYTHON3=" >&2; exit 1; }
	$(PIP) install -c constraints.txt hatchling
	$(PIP) install -c constraints.txt --no-build-isolation -e .
	@touch $(CORE)

$(READY): $(CORE)
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[all,test,dev]'
	@touch $(READY)

venv: $(READY)  ## the development environment in .venv

demo: $(CORE)  ## the demo bank in ./pii-audit-demo, built and audited from end to end
	$(PYTHON) -m pii_audit demo

test: $(READY)  ## the whole test suite
	$(PYTHON) -m pytest -n $(JOBS) -m 'not soak'

coverage: $(READY)  ## the same, and what of the code it runs; takes twice as long
	$(PYTHON) -m pytest -n $(JOBS) -m 'not soak' --cov --cov-report=term

$(VENV)/.bench: $(READY)
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[all,bench]'
	@touch $@

bench: $(VENV)/.bench  ## speed, precision and recall beside peers; writes docs/benchmarks.md (ripgrep is used where installed)
	$(PYTHON) -m benchmarks --out docs/benchmarks.md

lint: $(READY)  ## style, format, types, layers
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(VENV)/bin/lint-imports

format: $(READY)  ## put code into the form that lint asks for
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

docs: $(READY)  ## the pages of docs/ that are made from YAML: rules, standards, inputs of custom rules
	$(PYTHON) -m pii_audit.render.pages docs

picture: $(CORE)  ## docs/report.png: the head of the demo's report, as Chromium shows it
	.ci/picture $(VENV)/bin/pii-audit docs/report.png

wheel: $(READY)  ## dist/: source archive, and the wheel built from it
	rm -rf dist
	$(PYTHON) -m build --no-isolation

wheel-test: wheel  ## the test suite against the built wheel, away from the checkout
	.ci/wheel-test dist/*.whl

soak: $(READY)  ## long fuzzing and load
	HYPOTHESIS_PROFILE=soak $(PYTHON) -m pytest -n $(JOBS)

constraints: $(READY)  ## renew constraints.txt from what pyproject.toml allows today
	$(PIP) install --upgrade --upgrade-strategy eager --no-build-isolation -e '.[all,bench,test,dev]'
	.ci/constraints $(PYTHON) > constraints.new
	mv constraints.new constraints.txt
	@touch $(READY)

TRAINING := build/names

train-names:  ## the model of names and addresses in Chinese text, from public sources; under an hour on four cores
	$(PYTHON3) -m venv $(TRAINING)/venv
	$(TRAINING)/venv/bin/python -m pip --disable-pip-version-check --quiet install -c constraints.txt -r training/names/requirements.txt -e .
	$(TRAINING)/venv/bin/python -m training.names.train --cache $(TRAINING)

clean:  ## removes what was built, .venv included
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
	find pii_audit tests -name __pycache__ -type d -prune -exec rm -rf {} +
