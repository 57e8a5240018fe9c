# `make run` serves the site, `make test` proves it, `make` alone lists the rest.
# Needs only make and Python 3.11 or newer; what it makes lies in .venv and var.

HOST ?= 127.0.0.1
PORT ?= 8000
LEADS ?= 100000
export LEADS

PYTHON := .venv/bin/python
STATIC := var/static/.collected

.PHONY: help run test lint bench lock clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

help:
	@echo 'make run     serve the site at http://$(HOST):$(PORT)/ (HOST=, PORT=)'
	@echo 'make test    lint everything, test it on SQLite and on PostgreSQL'
	@echo 'make lint    style, templates, migrations and production settings only'
	@echo 'make bench   measure against a bare Django view (LEADS=$(LEADS))'
	@echo 'make lock    pin requirements*.txt into the lock files'
	@echo 'make clean   remove what can be made again; data and .env stay'


# --- Serving ---

# The site's own address follows HOST and PORT, unless the environment or .env says another.
ifeq ($(shell grep -s '^PUBLIC_URL=' .env),)
PUBLIC_URL ?= http://$(if $(filter 0.0.0.0 ::,$(HOST)),127.0.0.1,$(HOST)):$(PORT)
export PUBLIC_URL
endif

run: .env $(STATIC)
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py load_content
	@$(PYTHON) manage.py create_staff --first-login
	@echo 'Serving http://$(HOST):$(PORT)/ and its worker. Ctrl-C stops both.'
	@$(PYTHON) -m rehab_site.serve $(HOST) $(PORT)

.env: | .venv/.runtime.ok
	@umask 077 && $(PYTHON) -m rehab_site.env > $@
	@echo 'Wrote .env with fresh secrets for this machine.'

$(STATIC): .venv/.runtime.ok $(shell find static -type f) | .env
	@echo 'Collecting static files.'
	@mkdir -p -m 700 var
	@$(PYTHON) manage.py collectstatic --noinput --verbosity 0
	@touch $@


# --- Proving ---

# What production would set, with secrets of its own.
PRODUCTION = env $$($(PYTHON) -m rehab_site.env | grep -v '^\#') DEBUG=False \
	PUBLIC_URL=https://center.example ADMISSIONS_EMAILS=desk@center.example \
	DATABASE_URL=sqlite://:memory:

test: lint
	@echo && echo '== Tests on SQLite =='
	@TEST_DB=sqlite $(PYTHON) -m pytest -n 2
	@echo && echo '== Tests on PostgreSQL =='
	@TEST_DB=pg $(PYTHON) -m pytest -n 2 -m 'not once'

lint: .venv/.dev.ok
	@echo '== Style =='
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m djlint --lint --quiet templates
	@echo && echo '== Migrations and production settings =='
	@$(PRODUCTION) $(PYTHON) manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(PYTHON) manage.py check --deploy --fail-level WARNING

bench: .venv/.dev.ok $(STATIC)
	@$(PYTHON) -m tests.benchmarks


# --- Installing ---

# The first Python that is new enough; a name alone proves nothing.
SYSTEM_PYTHON = $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)

# uv is quicker where there is one; it knows nothing of pip's own mirrors, hence the second try.
INSTALL = uv pip install --quiet --python $(PYTHON) --require-hashes -r $< 2>/dev/null \
	|| $(PYTHON) -m pip install -qq --disable-pip-version-check --require-hashes -r $<

.venv/.runtime.ok: requirements.lock
	@test -n '$(SYSTEM_PYTHON)' \
		|| { echo 'No Python 3.11 or newer found: install one, then try again.' >&2; exit 1; }
	@$(SYSTEM_PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'This Python cannot make a .venv: apt-get install python3-venv' >&2; exit 1; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(SYSTEM_PYTHON) -m venv --clear .venv
	@echo 'Installing what the site needs into .venv; the first time takes half a minute.'
	@$(INSTALL)
	@touch $@

.venv/.dev.ok: requirements-dev.lock .venv/.runtime.ok
	@echo 'Installing what the tests need into .venv.'
	@$(INSTALL)
	@touch $@

# The runtime set is compiled within the development set, so that the two agree.
LOCK = $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock: .venv/.dev.ok
	@$(LOCK) requirements-dev.txt --output-file requirements-dev.lock
	@$(LOCK) requirements.txt --constraints requirements-dev.lock --output-file requirements.lock

clean:
	rm -rf .venv var/static .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
