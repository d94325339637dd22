# One word a habit; `make help` lists them. Needs Python 3.13 and GNU make, installs the rest itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV := .venv
STACK_VENV := .venv-stack
CLIENTS_VENV := .venv-clients
# Programs that the tests on the local stack let send: unpacked here, not installed.
SENDERS := .local/senders
DEBIAN_SENDERS := prometheus prometheus-alertmanager zabbix-proxy-sqlite3 zabbix-server-pgsql
# Amazon's emulator, under Amazon's licence: fetched on request into this folder.
DYNAMODB_LOCAL := .local/dynamodb-local
DYNAMODB_LOCAL_VERSION := 2.9.30
DYNAMODB_LOCAL_SHA256 := 3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9
PYTHON ?= python3.13
PORT ?= 8080
ENV ?= default
HISTORIES ?= 50000
ALERTS ?= 1000
SEVERITY ?= critical
PEOPLE ?= 3
# Processors that the layer brings compiled wheels for; both serve either Architecture parameter.
ARCH ?= arm64 x86_64

SOURCES := $(wildcard functions layers/common/tocsin cli local ops bench tests)
QUICK_TESTS := $(wildcard tests/unit tests/template)
# Most of their time they wait, for an outage or the next step: on a stack beside the others'.
WAITING_TESTS := $(addprefix tests/stack/test_,backup.py golden_outage.py golden_paging.py golden_silences.py golden_storm.py golden_two_teams.py team_file.py upgrade.py restart.py bench.py)
OTHER_TESTS := tests/functions tests/faults
# In the time that the tests on the stack leave.
LAST_TESTS := $(wildcard tests/contract tests/scenarios tests/build tests/cli)

# `sam build` and the layer's Makefile look for python3.13 on the PATH.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export ARCH

team_of_env = --env "$(ENV)" --team "$(TEAM)" --parameters "$(PARAMETERS)"
say = @printf '\n\033[1m%s\033[0m\n' "$(1)"

##@ Every day

.PHONY: run
run: $(VENV)/.installed $(STACK_VENV)/.installed  ## Start Tocsin on this machine: http://127.0.0.1:$(PORT) (PORT=, FRESH=1, TEAM=a team's file)
	@python -m local.run --port $(PORT) $(if $(TEAM),--team "$(TEAM)")

.PHONY: console
console: $(VENV)/.installed  ## Beside `make run`: the console from its own modules, as they are now (PORT=8100, KEY=admin or a key, STACK=)
	@python -m local.console

.PHONY: logs
logs: $(VENV)/.installed  ## Show what the functions on this machine log (FOLLOW=1, FUNCTION=ingest, LINES=200)
	@python -m local.logs $(if $(FOLLOW),--follow) $(if $(LINES),--lines $(LINES)) $(FUNCTION)

.PHONY: start-api
start-api: $(VENV)/.installed  ## Beside `make run`, with Docker: the API in Amazon's own images, on port 3000
	@python -m local.sam_local start-api

.PHONY: check
check: lint types imports template scripts unit-test  ## Everything that is quick: run it before each commit

.PHONY: test
test: $(VENV)/.installed  ## Everything: check, then the tests on the local stack, and all others beside them
	@$(MAKE) --jobs=2 --output-sync=line check build advisories stack-test-ready
	$(call say,All other tests: those on the local stack show here, the rest beside them and at the end)
	@mkdir -p .local; \
	{ others=0; python -m pytest $(OTHER_TESTS) || others=$$?; \
	$(MAKE_COMMAND) openapi-test || others=$$?; \
	exit $$others; } >.local/tests.log 2>&1 & beside=$$!; \
	{ apart=0; python -m pytest $(WAITING_TESTS) || apart=$$?; python -m pytest tests/browser || apart=$$?; \
	exit $$apart; } >.local/waiting-tests.log 2>&1 & waiting=$$!; \
	on_stack=0; python -m pytest tests/stack $(addprefix --ignore=,$(WAITING_TESTS)) || on_stack=$$?; \
	python -m pytest $(LAST_TESTS) || on_stack=$$?; \
	apart=0; wait $$waiting || apart=$$?; cat .local/waiting-tests.log; \
	others=0; wait $$beside || others=$$?; cat .local/tests.log; \
	[ $$on_stack = 0 ] || echo "The tests on the local stack, or those after them, failed: see above." >&2; \
	[ $$apart = 0 ] || echo "Tests that ran beside failed: see .local/waiting-tests.log." >&2; \
	[ $$others = 0 ] || echo "Other tests failed: see .local/tests.log." >&2; \
	[ $$on_stack = 0 ] && [ $$apart = 0 ] && [ $$others = 0 ]

.PHONY: format
format: $(VENV)/.installed  ## Lay out the code, mend what can be mended by rule
	ruff check --fix-only --quiet .
	ruff format .

##@ One by one

.PHONY: lint
lint: $(VENV)/.installed  ## Layout and ruff's rules
	$(call say,Layout and rules)
	ruff format --check .
	ruff check .

.PHONY: types
types: $(VENV)/.installed  ## mypy, strict
	$(call say,Types)
	mypy $(SOURCES)

.PHONY: imports
imports: $(VENV)/.installed  ## The import contracts of pyproject.toml
	$(call say,Imports)
	lint-imports

.PHONY: template
template: $(VENV)/.installed  ## cfn-lint with the serverless rules, and sam validate
	$(call say,Template)
	cfn-lint
	sam validate --lint

# Two native programs of npm's packages, by hash (local/script_tools.py): once they are here, no network.
.PHONY: scripts
scripts: $(VENV)/.installed  ## Types and rules of the console's modules (fetches TypeScript's checker and Biome once)
	$(call say,The console's modules)
	@python -m local.script_tools

.PHONY: unit-test
unit-test: $(VENV)/.installed  ## Rules and the template: the tests that need a second
	$(call say,Unit tests)
	python -m pytest $(QUICK_TESTS)

.PHONY: advisories
advisories: $(VENV)/.installed  ## Whether a known weakness is in what the locks name (asks PyPI)
	$(call say,Advisories)
	@python -m local.advisories

.PHONY: openapi-test
openapi-test: $(VENV)/.installed  ## Each operation of /openapi.json, by requests that Schemathesis makes of it
	$(call say,Tests of the OpenAPI document)
	python -m pytest -p schemathesis tests/openapi

.PHONY: dynamodb-local
dynamodb-local: $(VENV)/.installed $(DYNAMODB_LOCAL)/.installed  ## Contract tests and scenarios on Amazon's DynamoDB Local (needs npm and Java 17)
	$(call say,Tests on DynamoDB Local)
	python -m local.dynamodb_local $(DYNAMODB_LOCAL)/package/emulator tests/contract tests/scenarios

.PHONY: stack-test-ready
stack-test-ready: $(VENV)/.installed $(STACK_VENV)/.installed $(SENDERS)/.installed $(CLIENTS_VENV)/.installed browser

.PHONY: stack-test
stack-test: stack-test-ready  ## The golden scenarios on a local stack of their own
	$(call say,Tests on the local stack)
	python -m pytest tests/stack

.PHONY: browser-test
browser-test: $(VENV)/.installed $(STACK_VENV)/.installed browser  ## The console in a real browser, on a local stack of its own (BROWSER=, STACK_JSON=.local/stack.json for a running one)
	$(call say,Tests in a browser)
	python -m pytest tests/browser

.PHONY: browser
browser: $(VENV)/.installed  ## A Chromium for tests and pictures: BROWSER=, one on the PATH, or Debian's into .local/browser
	@python -m local.browser

.PHONY: bench
bench: build $(STACK_VENV)/.installed browser  ## Figures of docs/performance.md, measured here and now (BROWSER=)
	@python -m bench

.PHONY: storm
storm: $(VENV)/.installed $(STACK_VENV)/.installed  ## Many alerts at once for the same people, measured (ALERTS=, SEVERITY=, PEOPLE=; KEEP=1 writes docs/performance.md)
	@python -m bench.storm --alerts $(ALERTS) --severity $(SEVERITY) --people $(PEOPLE) $(if $(KEEP),--keep)

.PHONY: proof
proof: $(VENV)/.installed  ## Run many histories with faults, and write the table of docs/reliability.md (HISTORIES=)
	@python -m tests.faults.proof --histories $(HISTORIES)

.PHONY: screenshots
screenshots: $(VENV)/.installed $(STACK_VENV)/.installed browser  ## What people see, the console's pages among it, in .local/screenshots (BROWSER=; KEEP=1 renews docs/images)
	@python -m local.screenshots $(if $(KEEP),--keep)

##@ AWS

.PHONY: build
build: $(VENV)/.installed space  ## What is deployed, into .aws-sam/build (ARCH=arm64, x86_64 or both)
	$(call say,Build)
	sam build
# As in layers/common/Makefile: sam leaves the functions without byte code.
	@for built in .aws-sam/build/*Function; do \
		python -m compileall -q --invalidation-mode unchecked-hash -s "$$built" -p /var/task "$$built"; \
	done

.PHONY: deploy
deploy: team build  ## Into your AWS account, by samconfig.toml and teams/$(ENV).yaml (ENV=its section, TEAM=another file, PARAMETERS="Name=value", OPTIONS=)
	@template=$$(python -m ops.team_template join $(team_of_env)); \
	parameters=(); \
	if [ -n "$(PARAMETERS)" ]; then \
		overrides=$$(python -m ops.samconfig --env "$(ENV)" --parameters "$(PARAMETERS)"); \
		mapfile -t parameters <<<"$$overrides"; parameters=(--parameter-overrides "$${parameters[@]}"); \
	fi; \
	sam deploy --config-env "$(ENV)" $${template:+--template-file "$$template"} "$${parameters[@]}" $(OPTIONS)

.PHONY: team
team: $(VENV)/.installed  ## Whether the team's file is as it should be: all that is wrong, with lines (ENV=, TEAM=)
	@python -m ops.team_template check $(team_of_env)

.PHONY: package
package: team build  ## What other tools deploy, with the code in a bucket: .aws-sam/packaged.yaml (BUCKET=, ENV=, TEAM=)
	@template=$$(python -m ops.team_template join $(team_of_env)); \
	sam package --template-file "$${template:-.aws-sam/build/template.yaml}" --s3-bucket "$(BUCKET)" --output-template-file .aws-sam/packaged.yaml $(OPTIONS)

.PHONY: preflight
preflight: $(VENV)/.installed  ## Read what an account has, and say what will not work there (ENV=, PARAMETERS=)
	@python -m ops.preflight --env "$(ENV)" --parameters "$(PARAMETERS)"

.PHONY: redrive
redrive: $(VENV)/.installed  ## Show what was given up, and with APPLY=1 bring it back (ENV=, STACK=)
	@python -m ops.redrive --env $(ENV) --stack "$(STACK)" --apply "$(APPLY)"

.PHONY: backup
backup: $(VENV)/.installed  ## A stack's table as a file (ENV=, STACK=, FILE=)
	@python -m ops.backup backup --env "$(ENV)" --stack "$(STACK)" --file "$(FILE)"

.PHONY: restore
restore: $(VENV)/.installed  ## Such a file into an empty stack (ENV=, STACK=, FILE=)
	@python -m ops.backup restore --env "$(ENV)" --stack "$(STACK)" --file "$(FILE)"

##@ Upkeep

.PHONY: install
install: $(VENV)/.installed $(STACK_VENV)/.installed  ## Both virtual environments, from the locks

.PHONY: lock
lock: $(VENV)/.installed  ## Renew requirements/*.txt from requirements/*.in (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv, which is not on the PATH: pip install uv." >&2; exit 1; }
	@for name in runtime dev calendar first_key notifier session stack clients node uv; do \
		echo "requirements/$$name.txt"; \
		uv pip compile --quiet --upgrade --universal --python-version 3.13 --generate-hashes \
			--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
			--output-file requirements/$$name.txt requirements/$$name.in; \
	done

.PHONY: parameters
parameters: $(VENV)/.installed  ## Renew the table of docs/deploy.md
	@python -m local.parameters_table

.PHONY: schema
schema: $(VENV)/.installed  ## Renew the schema of a team's file, and the tables of docs/team-file.md
	@python -m local.team_file_docs

.PHONY: senders
senders: $(VENV)/.installed  ## Renew the tables of docs/senders.md and of its pages
	@python -m local.senders_table
	@python -m tests.sender_states
	@python -m tests.integration_types

.PHONY: icons
icons: $(VENV)/.installed  ## Draw the console's icons from its favicon anew (needs a Chromium: BROWSER=)
	@python -m local.console_icons

.PHONY: clients
clients: $(SENDERS)/.installed $(CLIENTS_VENV)/.installed  ## Real senders for the tests on the local stack, of Debian's and PyPI's packages

.PHONY: clean
clean:  ## Remove what was built and installed; keeps the local stack's state
	rm -rf $(VENV) $(STACK_VENV) $(CLIENTS_VENV) $(SENDERS) .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Installing -------------------------------------------------------------------------------------

.PHONY: python
python:
	@found=$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true); \
	if [ "$$found" != 3.13 ]; then \
		echo "Tocsin needs Python 3.13, the version its functions run on, and $(PYTHON) is $${found:-not to be found}: install it (pyenv install 3.13, uv python install 3.13, apt install python3.13-venv) or name it: make PYTHON=/path/to/python3.13." >&2; exit 1; fi; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: install its venv module (apt install python3.13-venv)." >&2; exit 1; }

.PHONY: space
space:
	@free=$$(df -Pk . | awk 'NR == 2 {print int($$4 / 1024)}'); \
	[ "$$free" -ge 1500 ] || { echo "Only $$free MB are free on this disk, and Tocsin's tools and build take 1500 MB: make room." >&2; exit 1; }

$(VENV)/.installed: requirements/dev.txt | python
	@$(MAKE) space
	$(call say,Installing tools and tests into $(VENV): a minute or two)
	@$(call install,$(VENV),requirements/dev.txt)
	@$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable layers/common --editable . --editable cli
	@touch $@

$(STACK_VENV)/.installed: requirements/stack.txt | python
	@$(MAKE) space
	$(call say,Installing the local stack into $(STACK_VENV): half a minute)
	@$(call install,$(STACK_VENV),requirements/stack.txt)
	@touch $@

$(CLIENTS_VENV)/.installed: requirements/clients.txt | python
	@$(MAKE) space
	$(call say,Installing other products' clients into $(CLIENTS_VENV))
	@$(call install,$(CLIENTS_VENV),requirements/clients.txt)
	@touch $@

# apt-get only downloads, without root, and installs nothing. Where there is no Debian, the programs
# have to be on the PATH, and the tests say so.
$(SENDERS)/.installed: Makefile
	@rm -rf $(SENDERS); mkdir -p $(SENDERS)
	@if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then \
		echo "Fetching $(DEBIAN_SENDERS) into $(SENDERS)"; \
		cd $(SENDERS); \
		apt-get download -qq $(DEBIAN_SENDERS) 2>/dev/null \
			|| { apt-get update -qq && apt-get download -qq $(DEBIAN_SENDERS); }; \
		for package in *.deb; do dpkg-deb --extract "$$package" unpacked; rm "$$package"; done; \
	fi
	@touch $@

$(DYNAMODB_LOCAL)/.installed: Makefile
	@command -v npm >/dev/null || { echo "make dynamodb-local fetches from npm, which is not on the PATH: apt install npm." >&2; exit 1; }
	@rm -rf $(DYNAMODB_LOCAL); mkdir -p $(DYNAMODB_LOCAL)
	@echo "Fetching DynamoDB Local into $(DYNAMODB_LOCAL): 57 MB"; \
	cd $(DYNAMODB_LOCAL); \
	npm pack --silent amplify-dynamodb-simulator@$(DYNAMODB_LOCAL_VERSION) >/dev/null; \
	mv amplify-dynamodb-simulator-$(DYNAMODB_LOCAL_VERSION).tgz fetched.tgz; \
	echo "$(DYNAMODB_LOCAL_SHA256)  fetched.tgz" | sha256sum --check --quiet; \
	tar -xzf fetched.tgz package/emulator; rm fetched.tgz
	@touch $@

count_packages = /^(Collecting|Processing) / {printf "  %d of %d  %s\n", ++fetched, all, $$2} \
	/^Installing / {print "  unpacking, which takes longest"} {fflush()}

# Made anew: an environment that was moved, or made by another Python, fails in odd places.
# uv takes a tenth of pip's time; where it cannot be had, or does not find the index, pip does it.
define install
rm -rf $(1); $(PYTHON) -m venv $(1); uv=$$(command -v uv || echo $(1)/bin/uv); \
[ -x "$$uv" ] || $(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/uv.txt || true; \
{ [ -x "$$uv" ] && "$$uv" pip install --python $(1)/bin/python --require-hashes --requirement $(2); } || \
$(1)/bin/python -m pip install --disable-pip-version-check --progress-bar=off --require-hashes --requirement $(2) \
	| awk -v all=$$(grep -c == $(2)) '$(count_packages)'
endef
