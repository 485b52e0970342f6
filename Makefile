# One command each: `make run` starts Sialoscope, `make test` tests it, `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo install test test-system test-postgresql lint fix bench chaos fuzz lock sbom docs release help

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: .venv/run.stamp ## install and start everything on this machine
	@$(BIN)/sialoscope up

# In a folder of its own, so that the jobs of this machine stay as they are.
demo: export SIALOSCOPE_DATA ?= demo-data
demo: .venv/client.stamp ## start everything with a gallery of jobs to look at, in demo-data
	@$(BIN)/sialoscope demo --start

# All that a server needs; see docs/operations.md.
install: .venv/run.stamp ## install what a server needs
# In the order of the folders: the few long tests of the browser come first, and the pages of a
# folder share one Chromium and one server. By the number of tests a long file would come last.
PYTEST = $(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

# The quick tests, which need no PostgreSQL; tests/tiers.py lists the slow ones.
test: .venv/test.stamp lint ## the quick tests
	@tests/need chromium chromium fonts-dejavu-core
	@tests/need systemd-analyze systemd
	$(PYTEST) -m "not system"

# What needs minutes: several machines, the production kit, chaos, backups, fuzz, most pages, and PostgreSQL.
test-system: .venv/test.stamp .venv/peer.stamp ## the slow tests: machines, production kit, chaos, backups, fuzz, PostgreSQL
	@tests/need chromium chromium fonts-dejavu-core
	@tests/need nginx nginx-light
	@tests/need ip iproute2
	@tests/need systemd-analyze systemd
	$(PYTEST) -m system
	$(MAKE) test-postgresql

# What has a server runs on the other database too; of the pages those that are lists and searches.
test-postgresql: .venv/test.stamp ## the tests with a server on PostgreSQL
	@tests/need chromium chromium fonts-dejavu-core
	$(PYTEST) --database=postgresql \
		tests/browser/test_accounts.py tests/browser/test_job_list.py tests/browser/test_live_page.py \
		tests/browser/test_many_jobs.py tests/browser/test_result_page.py tests/integration

lint: .venv/test.stamp ## format, style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --num-workers=2
	$(BIN)/lint-imports

fix: .venv/test.stamp ## format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/test.stamp .venv/peer.stamp ## measure, beside a peer or a bound
	$(BIN)/python -m tests.perf

chaos: .venv/test.stamp ## a thousand jobs on each database while processes are killed
	$(BIN)/python -m tests.chaos

# Malformed tables, for example: make fuzz FUZZ="--number 500 --seed 7"
fuzz: .venv/test.stamp ## malformed tables
	$(BIN)/python -m tests.fuzz $(FUZZ)

# Pins every dependency again after a change of pyproject.toml; what is pinned already stays as it is.
# All of them in their newest versions: make lock LOCK=--upgrade
lock: .venv/bin/uv ## pin every dependency again
	$(COMPILE) --group build --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --extra otel --constraint requirements/build.txt \
		--output-file requirements/run.txt
	$(COMPILE) pyproject.toml --extra otel --extra client --group test \
		--constraint requirements/build.txt --constraint requirements/run.txt \
		--output-file requirements/test.txt
	$(COMPILE) pyproject.toml --extra otel --extra client --constraint requirements/test.txt \
		--output-file requirements/client.txt
	$(COMPILE) --group peer --output-file requirements/peer.txt
	$(COMPILE) --group docs --constraint requirements/build.txt --output-file requirements/docs.txt

# The documentation as a site, with its links checked: dist/docs/index.html
docs: .venv/docs.stamp .venv/run.stamp ## the documentation as a site: dist/docs/index.html
	$(BIN)/python -m tests.figures docs/figures
	.venv/docs/bin/sphinx-build --quiet --fail-on-warning --keep-going docs dist/docs

# What the product consists of, for those who look for known holes: dist/sialoscope.cdx.json
sbom: .venv/test.stamp ## a bill of materials: dist/sialoscope.cdx.json
	$(BIN)/python -m tests.supply_chain.sbom

# Needs a dated section for the version in CHANGELOG.md; see CONTRIBUTING.md.
release: .venv/test.stamp ## build sdist and wheel into dist/, and run the example from the wheel
	rm -f dist/*.whl dist/*.tar.gz
	$(BIN)/uv build --quiet --no-build-isolation --no-create-gitignore --out-dir dist
	$(BIN)/pytest --quiet -m "not system" tests/supply_chain/test_release.py
	tests/try_wheel dist/*.whl

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(LOCK)
# Wheels alone: a source distribution fetches tools to build it that no lock pins. An Intel Mac, for
# which some packages have no wheel, installs with: make run WHEELS=
WHEELS = --only-binary :all:
INSTALL = $(BIN)/uv pip install --quiet --compile-bytecode --python .venv
PINNED = $(INSTALL) $(WHEELS) --require-hashes
SELF = $(INSTALL) --no-deps --no-build-isolation --editable .

.venv/bin/uv: requirements/build.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(WHEELS) \
		--require-hashes --requirement requirements/build.txt
	@touch $@

.venv/run.stamp: pyproject.toml requirements/run.txt .venv/bin/uv
	$(PINNED) --requirement requirements/run.txt
	$(SELF)
	@touch $@

.venv/client.stamp: pyproject.toml requirements/client.txt .venv/bin/uv
	$(PINNED) --requirement requirements/client.txt
	$(SELF)
	@touch $@ .venv/run.stamp

.venv/test.stamp: pyproject.toml requirements/test.txt .venv/bin/uv
	$(PINNED) --requirement requirements/test.txt
	$(SELF)
	@touch $@ .venv/run.stamp

# An environment of its own, so that its packages never meet those of the product.
.venv/docs.stamp: requirements/docs.txt .venv/bin/uv
	$(BIN)/uv venv --quiet --clear .venv/docs
	$(BIN)/uv pip install --quiet --python .venv/docs $(WHEELS) --require-hashes \
		--requirement requirements/docs.txt
	@touch $@

# The job service that the bench measures beside this one. It has its own packages, and after them
# those of the product, because both run the same analysis.
.venv/peer.stamp: requirements/peer.txt .venv/run.stamp
	$(BIN)/uv venv --quiet --clear .venv/peer
	$(BIN)/uv pip install --quiet --compile-bytecode --python .venv/peer $(WHEELS) \
		--require-hashes --requirement requirements/peer.txt
	$(BIN)/python -c $(PACKAGES) > "$$(.venv/peer/bin/python -c $(PACKAGES))/product.pth"
	@touch $@
PACKAGES = 'import sysconfig; print(sysconfig.get_path("platlib"))'
