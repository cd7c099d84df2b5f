# Everything is built on first use, below .cache: see tools/env.py (environments) and tools/check.py (checks).
# ONLY chooses steps of a stage by their title, ARGS adds arguments: make unit ONLY=core-2.21 ARGS="-k password"
PYTHON ?= python3
PORT ?= 4090

in_main = $(PYTHON) tools/env.py run main
in_tools = $(PYTHON) tools/env.py run tools
check = $(PYTHON) tools/check.py --only='$(ONLY)' --args='$(ARGS)'

.DEFAULT_GOAL := help
.PHONY: help demo docs test lint unit sanity ecosystem integration molecule faults format generate probe bench stand-in release pins clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## show the collection at work, against stand-ins on this machine; see the folder demo afterwards
	@$(in_main) python tools/demo.py

docs: ## build the documentation site, dist/docs (ARGS=--external checks the links to other sites as well)
	@$(PYTHON) tools/env.py run docs python tools/build_docs.py $(ARGS)

test: ## run all checks, as CI does
	@$(check) lint demo sanity ecosystem molecule unit integration faults

lint: ## style, types, imports, documentation, changelog, licences, generated files
unit: ## unit tests, with each supported ansible-core and with a node's oldest Python
sanity: ## ansible-test sanity, with ansible-core 2.19 and 2.21
ecosystem: ## what Galaxy does with a release, the sessions of antsibull-nox, and a rehearsed release
faults: ## every fault at every request of every operation, for each backend
integration: ## real playbook runs against the stand-in, with the newest ansible-core, most of them with the oldest
molecule: ## apply the role by molecule, twice with each backend
lint unit sanity ecosystem integration molecule faults:
	@$(check) $@

format: ## format the Python code and fix what ruff can fix
	@$(in_tools) ruff check --fix-only --quiet .
	@$(in_tools) ruff format .

generate: ## regenerate schemas, argument specs and field tables from the records table
	@$(in_main) python tools/generate.py

probe: ## build the probe as one file for machines without Ansible, dist/fincon-probe.pyz
	@$(PYTHON) tools/build_probe.py

bench: ## measure the collection against common alternatives, see docs/performance.md (BENCH=--help for options)
	@$(in_main) python tools/run_benchmark.py $(BENCH)

stand-in: ## start the fake Fincon server of the tests (PORT=4090)
	@$(in_main) python tests/standin --port $(PORT)

release: test ## prepare the release that galaxy.yml names: all checks, changelog, artifact in dist; nothing is published
	@$(in_tools) python tools/release.py

pins: ## regenerate the pinned requirements of all environments
	@$(PYTHON) tools/env.py pin

clean: ## remove environments, caches, copies, demo and dist
	rm -rf .cache demo dist
