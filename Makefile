# Every word does its own set-up: git, make and a Python 3.11 to 3.13 with its venv module are all it needs.
PYTHON ?= $(firstword $(foreach p,python3.12 python3.13 python3.11 python3,$(if $(shell command -v $(p) 2>/dev/null && $(p) -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' 2>/dev/null && echo ok),$(p))))
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find sdlc rules -type f -not -name '*.pyc' 2>/dev/null) pyproject.toml README.md docs/reason-codes.md
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: help dev lint format test test-slow test-browser browser fuzz demo demo-blocked bench bench-sast bench-packages bench-fuzz bench-page rules-report docs interop lock clean

help:
	@echo "make demo          release the example product: check, approve, sign, bundle, verify"
	@echo "make demo-blocked  the same product with four seeded defects, refused"
	@echo "make test          the tests, on the built wheel;  make test-slow  the long ones;  make test-browser  the page's"
	@echo "make lint          ruff, mypy, import contracts;   make docs  the pages made from the code"
	@echo "make fuzz          our own parsers, for SECONDS=120"
	@echo "make bench-sast    bandit, ruff and our rules on the labelled corpus;  make rules-report  each rule on it"
	@echo "make bench-fuzz    documented bugs found by plain atheris and by us;  QUICK=--quick: one seed, 30 s"
	@echo "make bench         ratios against the bare tools;  make interop  other people's clients;  make bench-page  the page"

# 1. an environment of our own (a system Python may refuse installs, PEP 668); 2. uv into it; 3. the hashed lock.
$(BIN)/.locked: requirements/uv.txt requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 to 3.13 was found; name one: make PYTHON=/path/to/python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# The toolkit is installed as the wheel that users get, never from the checkout.
$(BIN)/.wheel: $(BIN)/.locked $(SOURCES)
	@rm -rf dist
	$(BIN)/python -m build --quiet --wheel --no-isolation --outdir dist .
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --offline --reinstall-package secure-sdlc dist/*.whl
	@touch $@

dev: $(BIN)/.wheel

lint: $(BIN)/.locked
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(BIN)/.locked
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: dev
	$(BIN)/pytest -m "not slow and not interop" -n 2 --dist loadfile

# A Chromium where the machine has none, and axe-core: pinned, without root. `make test` runs the tests of the page where
# they are there and says loudly where not; `make test-browser` fails then.
browser: $(BIN)/.locked
	@$(BIN)/python tests/browser/install.py

test-browser: dev browser
	SDLC_BROWSER=required $(BIN)/pytest -m "browser and not slow" tests/release

test-slow: dev
	$(BIN)/pytest -m "slow" -n 2 --dist loadfile

SECONDS ?= 120
fuzz: dev
	$(BIN)/python fuzz/run.py --seconds $(SECONDS)

demo: dev
	@$(BIN)/python examples/demo.py

demo-blocked: dev
	@$(BIN)/python examples/demo.py --blocked

bench: dev
	$(BIN)/python bench/ratios.py
	$(BIN)/python bench/sbom/embedded.py $(if $(FEED),--feed $(FEED))

bench-sast: dev
	$(BIN)/python bench/sast/compare.py

bench-page: dev
	$(BIN)/python bench/page.py

bench-packages: dev
	$(BIN)/python bench/packages/measure.py

# make bench-fuzz QUICK=--quick: one seed of 30 s for each recipe
bench-fuzz: dev
	$(BIN)/python bench/fuzz/compare.py $(QUICK)

rules-report: dev
	$(BIN)/python bench/sast/rules_report.py --write
	$(BIN)/python rules/compile.py

docs: dev
	$(BIN)/python docs/generate.py

interop: dev
	$(BIN)/python tests/interop/install.py
	$(BIN)/pytest -m interop tests/interop

lock:
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --upgrade requirements/uv.in -o requirements/uv.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra gates -o requirements/gates.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra keyless -o requirements/keyless.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --extra export -o requirements/export.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 pyproject.toml requirements/build.in --extra gates --extra keyless -c requirements/dev.txt -o requirements/action.txt

clean:
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
