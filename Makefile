# make run: open the dashboard (PORT=8501).  make test: lint, types and the tests.  make test-long: those that take long.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
# Tests that do not mind many others beside them; those in a browser wait more than they work, so two run at once.
APART := tests/architecture tests/engine tests/dashboard tests/property tests/browser
# Each file goes to one of the two; the longest first, so that both end together.
LONGEST := $(addprefix tests/pages/,lecture/ test_training_live.py test_worksheet.py test_learn.py)
PAGES := $(LONGEST) $(filter-out $(LONGEST) %/__pycache__/,$(wildcard tests/pages/*/ tests/pages/test_*.py))
# Most of what is installed is never imported; what is gets compiled then.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-compile

.PHONY: run test test-long test-wheel test-hosting test-notebook install install-test screenshots fixtures benchmark clean

run: install
	@$(BIN)/latent-explorer run --port $(PORT)

test: install-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m "not long" -n auto --maxprocesses 4 --dist loadfile $(APART)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile --no-loadscope-reorder $(PAGES)

# Killed again and again; every page and mode in every size and theme.
test-long: install-test
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -m long -n 2 --dist loadfile $(APART) tests/pages

# Minutes, and packages from an index: sdist, wheel, an empty environment, and what works there.
test-wheel: install-test
	$(BIN)/python -m pytest -s tests/installed/wheel.py

# Likewise: behind proxies, nginx where it is installed, and jupyter-server-proxy.
test-hosting: install-test
	$(BIN)/python -m pytest -s tests/installed/hosting.py tests/installed/killed.py

# Likewise: the widgets in JupyterLab, and the example notebooks.
test-notebook: install-test
	$(INSTALL) -c constraints.txt -e ".[notebook]" jupyterlab ipykernel keras
	$(BIN)/python -m pytest -s tests/installed/notebook.py

install: .venv/installed
install-test: .venv/installed-test

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt constraints.txt pyproject.toml
	$(INSTALL) -c constraints.txt -r requirements.txt
	$(INSTALL) --no-deps -e .
	@touch $@

.venv/installed-test: .venv/installed requirements-test.txt package.json package-lock.json
	$(INSTALL) -c constraints.txt -r requirements-test.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-audit --no-fund --silent
	$(BIN)/python tests/support/chromium.py
	@touch $@

screenshots: install-test
	cd tests && ../$(BIN)/python -m support.screenshots

# What Python and Node both replay, worked out anew from the kept bundle.
fixtures: install-test
	cd tests && ../$(BIN)/python -m support.fixtures
	PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python tests/browser/support/training.py tests/fixtures/training
	PYTHONPATH=. OMP_NUM_THREADS=1 $(BIN)/python tests/browser/support/toys.py tests/fixtures/training/toys.json

# Minutes on a quiet machine; writes README's table of speed.
benchmark: install-test
	cd tests && PATH="$(CURDIR)/$(BIN):$$PATH" ../$(BIN)/python -m benchmarks.exact_inference
	cd tests && ../$(BIN)/python -m benchmarks.exact_learning
	cd tests && ../$(BIN)/python -m benchmarks.live_recipe
	cd tests && ../$(BIN)/python -m benchmarks.explorer
	cd tests && ../$(BIN)/python -m benchmarks.training_speed
	cd tests && ../$(BIN)/python -m benchmarks.training_page
	cd tests && ../$(BIN)/python -m benchmarks.class_load
	cd tests && ../$(BIN)/python -m benchmarks.site
	cd tests && ../$(BIN)/python -m benchmarks.toys
	npm install --silent --no-audit --no-fund --prefix tests/benchmarks/tfjs
	cd tests && ../$(BIN)/python -m benchmarks.browser_training

clean:
	rm -rf .venv node_modules
