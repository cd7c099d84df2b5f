# Everything is built on first use, below .cache: see tools/env.py (environments) and tools/check.py (checks).
PYTHON ?= python3
PORT ?= 4090

in_main = $(PYTHON) tools/env.py run main
check = $(PYTHON) tools/check.py

.DEFAULT_GOAL := help
.PHONY: help demo test test-next lint unit sanity integration molecule format generate bench stand-in pins clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## show the collection at work, against stand-ins on this machine
	@$(in_main) python tools/demo.py

test: ## run all checks, as CI does
	@$(check) lint sanity molecule unit integration

test-next: ## run the tests with the pre-release of the next ansible-core
	@$(check) next

lint: ## style, types, documentation, changelog, licences, generated files
	@$(check) lint

unit: ## unit tests, with each supported ansible-core and with a node's oldest Python
	@$(check) unit

sanity: ## ansible-test sanity, with each supported ansible-core
	@$(check) sanity

integration: ## real playbook runs against the stand-in, with each supported ansible-core
	@$(check) integration

molecule: ## apply the role by molecule, twice
	@$(check) molecule

format: ## format the Python code and fix what ruff can fix
	@$(PYTHON) tools/env.py run tools ruff check --fix-only --quiet .
	@$(PYTHON) tools/env.py run tools ruff format .

generate: ## write schemas, argument specs and field tables anew from the records table
	@$(in_main) python tools/generate.py

bench: ## measure the collection beside what it replaces, see docs/performance.md (BENCH=--help for options)
	@$(in_main) python tools/run_benchmark.py $(BENCH)

stand-in: ## start the stand-in, a stand-in for a Fincon REST server (PORT=4090)
	@$(in_main) python tests/standin --port $(PORT)

pins: ## write the pinned requirements of all environments anew
	@$(PYTHON) tools/env.py pin

clean: ## remove environments, caches and copies
	rm -rf .cache
