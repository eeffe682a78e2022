# The one readable command file; CI calls the same targets.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
PYTEST := $(BIN)/python -m pytest -n 6 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help setup demo run test dice days test-shared check format bench chaos lock pictures screenshots chromium clean

help:            ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## */: /' | sort

setup: $(READY)  ## .venv with everything, from the lock
$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Kentongan needs Python 3.11 or later; set PYTHON=…") if sys.version_info < (3, 11) else None'
	@echo "setting up .venv (about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup      ## the whole thing on this machine: a portal, two residents and a newsroom, no token needed
	@$(BIN)/kentongan demo

run: setup       ## the program itself, with the settings of .env
	@$(BIN)/kentongan run

test: setup chromium  ## every test of the project
	@$(PYTEST) -m "not shared and not long"

dice: setup      ## the outbox in 20,000 worlds of dice (SEEDS=417:418 plays others), about an hour on two processors
	@$(BIN)/python -m tests.dice $(or $(SEEDS),0:20000)

days: setup      ## whole days on WhatsApp against the strict simulator, 5,000 readers, on virtual time: minutes
	@$(BIN)/python -m tests.days $(or $(SEEDS),0:3)

test-shared: setup  ## tests on the shared folder of real data beside the project
	@$(PYTEST) -m shared

check: setup     ## style, types, import direction
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: setup    ## let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup     ## CPU and time, each beside its baseline in the same run
	@$(BIN)/python -m bench

chaos: setup     ## real processes killed, starved and lied to: some twenty minutes, best on an idle machine
	@$(BIN)/python -m tests.chaos

screenshots: setup chromium  ## the pictures of the README, taken anew
	@$(BIN)/python -m tests.browser.shoot

pictures: setup chromium  ## every screen on a phone, both languages, Telegram and WhatsApp (TO=folder): four minutes
	@$(BIN)/python -m tests.pictures $(or $(TO),var/pictures)

lock:            ## the newest versions that fit pyproject.toml, with hashes, without addresses
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --python-version 3.11 --upgrade -o requirements.lock pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --python-version 3.11 --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	@echo hatchling | $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --python-version 3.11 -c requirements-dev.lock -o requirements-build.lock -

# The browser tests drive a real Chromium: the system's own, found on the path or named by CHROMIUM.
chromium:
	@if [ -z "$$CHROMIUM" ] && ! command -v chromium >/dev/null; then \
		command -v apt-get >/dev/null || { echo "install Chromium, or name it: CHROMIUM=/path/to/chrome make test" >&2; exit 1; }; \
		echo "installing Chromium from the system's packages …"; \
		SUDO=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$SUDO apt-get update -qq && \
		$$SUDO env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-dejavu-core fonts-noto-color-emoji >/dev/null; \
	fi

clean:           ## remove what was made here (never var/)
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
