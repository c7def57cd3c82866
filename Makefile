# Everything a developer or an operator runs by hand. `make` alone lists it.
PY := .venv/bin/python
RUNTIME := .venv/.installed-runtime
TOOLS := .venv/.installed-tools

.DEFAULT_GOAL := help
.PHONY: help run setup test check format bench i18n migrate pictures clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: setup ## environment, database, demonstration data, server (PORT=8000)
	@$(PY) scripts/serve.py

setup: $(RUNTIME) ## the same without the server
	@$(PY) scripts/prepare.py

test: $(TOOLS) ## all tests that this machine allows
	@$(PY) scripts/test.py

check: $(TOOLS) ## lint, types, imports, translations
	@$(PY) scripts/check.py

format: $(TOOLS) ## put all code into one format
	@$(PY) -m ruff check --fix-only --quiet . ; $(PY) -m ruff format .

bench: $(TOOLS) ## speed, as ratios against a yardstick in the same run
	@$(PY) -m bench

i18n: $(TOOLS) ## bring the translation files to what the sources say, and list what lacks
	@$(PY) -m scripts.i18n update && $(PY) -m scripts.i18n check

migrate: $(TOOLS) ## write a migration from the models: make migrate NAME=add_something
	@$(PY) scripts/migration.py "$(NAME)"

pictures: $(TOOLS) ## take the pictures of docs/handbook again, from a fresh demonstration
	@$(PY) scripts/pictures.py

clean: ## remove what can be made again; keeps the database in instance/
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements.txt
	@sh scripts/environment.sh requirements.txt
	@touch $@

$(TOOLS): requirements.txt requirements-dev.txt
	@sh scripts/environment.sh requirements-dev.txt
	@touch $(RUNTIME) $@
