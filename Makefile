# Every target makes what it needs first, the virtual environment included.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help html live serve new test lint check-all clean browser FORCE

VENV ?= .venv
PORT ?= 8000
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

# PY=… names a Python that has everything already; then no environment is made.
ifndef PY
PY := $(VENV)/bin/python
FOR_SITE := $(VENV)/site.done
FOR_TEST := $(VENV)/test.done
FOR_LINT := $(VENV)/lint.done
endif

SPHINX = $(PY) -m sphinx -c .
# Warnings are errors, and nothing that an earlier build left behind is used.
STRICT = $(SPHINX) --fresh-env --write-all --fail-on-warning --keep-going -d _build/strict.doctrees

# Where programs are that pip installed.
SCRIPTS = -c 'import sysconfig; print(sysconfig.get_path("scripts"))'

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "  PYTHON=… chooses the interpreter (3.11 or later), VENV=… the environment's folder."

html: $(FOR_SITE) ## build the site into _build/html
	@$(PY) tools/site.py fresh
	$(SPHINX) -d _build/doctrees $(SPHINXOPTS) source _build/html

live: $(FOR_SITE) ## build, serve, and reload pages as you write (PAGE=storage/raid, PORT=8000)
	@$(PY) tools/site.py live --port $(PORT) --page "$(PAGE)"

serve: html ## serve the built site (PORT=8000)
	@$(PY) tools/site.py serve --port $(PORT)

new: $(FOR_SITE) ## start an article from the catalogue: SLUG=…; any other: SLUG=… TITLE=… TOPIC=…
	@PYTHONPATH=ext $(PY) -m editorial.new "$$SLUG" "$$TITLE" "$$TOPIC"

test: $(FOR_TEST) browser ## run all tests (PYTESTOPTS=…)
	$(PY) -m pytest -n auto --dist loadfile $(PYTESTOPTS)

lint: $(FOR_LINT) ## check style, types and spelling, build the site with warnings as errors, check its links
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	PYTHONPATH=ext $(PY) -m editorial.spelling
	rm -rf _build/strict
	$(STRICT) source _build/strict
	"$$($(PY) $(SCRIPTS))/lychee" --root-dir "$$PWD/_build/strict" _build/strict

# Tests that take a sample of the articles otherwise take all of them.
check-all: export CHECK_ALL = 1
check-all: test lint ## everything that must hold before a merge: test, lint, and a parallel build gives the same bytes
	rm -rf _build/parallel
	$(STRICT) -j 2 source _build/parallel
	diff -r _build/strict _build/parallel

clean: ## remove what was built; the environment stays
	rm -rf _build

# Chromium for the tests: the system's, else one that is fetched here.
browser: $(FOR_TEST)
	@$(PY) tests/browser/chromium.py

# -- The virtual environment ------------------------------------------------------------
# PYTHON chooses the interpreter. Without it an environment that works is kept; the newest
# python3.x that really starts makes a new one (a version manager's shim may refuse to).
NEWEST = $(foreach minor,20 19 18 17 16 15 14 13 12 11,python3.$(minor)) python3 python
STARTS = -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) or v.releaselevel != "final")'
FIND_PYTHON = for python in $(or $(PYTHON),$(VENV)/bin/python $(NEWEST)); do \
	"$$python" $(STARTS) >/dev/null 2>&1 && echo "$$python" && break; done
# An environment belongs to one interpreter and one place.
IDENTITY = -c 'import sys; print(sys.base_prefix, *sys.version_info[:3], "$(abspath $(VENV))")'
# What pip says, as a dot for each package; where it fails, the end of it.
INSTALL = { $(PY) -m pip install --no-input --constraint constraints.txt $(1) 2>&1 || echo FAILED; } | \
	tee $(VENV)/pip.log | while read -r word rest; do case "$$word" in \
		Collecting) printf .;; \
		FAILED) echo; tail -n 25 $(VENV)/pip.log; exit 1;; \
	esac; done && echo

NO_PYTHON = $(or $(PYTHON:%=% does not start or is too old),no Python found): install Python 3.11 or later, \
	for instance with "apt-get install python3 python3-venv"
NO_VENV = $(python) lacks the venv module: install it, for instance with "apt-get install python3-venv"
NOT_OURS = $(VENV) is not a virtual environment: remove it, or name another folder with VENV=…

# Kept while interpreter and place are the same; its date then stays, and nothing follows from it.
$(VENV)/made.txt: FORCE
	$(eval python := $(shell $(FIND_PYTHON)))
	$(if $(python),,$(error $(NO_PYTHON)))
	$(eval identity := $(shell $(python) $(IDENTITY)))
	@if [ "$(identity)" != "$$(cat $@ 2>/dev/null)" ] || ! $(PY) -c '' 2>/dev/null; then \
		[ ! -e $(VENV) ] || [ -e $(VENV)/pyvenv.cfg ] || { echo '$(NOT_OURS)' >&2; exit 1; }; \
		$(python) -c 'import ensurepip, venv' 2>/dev/null || { echo '$(NO_VENV)' >&2; exit 1; }; \
		echo "Making $(VENV) with $$($(python) --version)"; \
		$(python) -m venv --clear $(VENV) && echo "$(identity)" >$@; \
	fi

$(VENV)/site.done: $(VENV)/made.txt pyproject.toml constraints.txt
	@printf 'Installing pip '; $(call INSTALL,pip)
	@printf 'Installing Sphinx and what the site needs '; \
	$(call INSTALL,--build-constraint constraints.txt --editable '.[site]')
	@touch $@

$(VENV)/test.done: $(VENV)/site.done
	@printf 'Installing what the tests need '; $(call INSTALL,--group test)
	@touch $@

$(VENV)/lint.done: $(VENV)/site.done
	@printf 'Installing the linters '; $(call INSTALL,--group lint)
	@touch $@
