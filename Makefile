# Two commands: `make run` and `make test`. Both do all the set-up that is missing.
PYTHON := .venv/bin/python
SAMPLE := $(firstword $(sort $(wildcard resources/samples/*.jpg)))
# as many threads on every machine that tests
test test-long: export OMP_NUM_THREADS ?= 2

.PHONY: run test test-long check pictures translations bench clean \
    set-up set-up-tools set-up-tests wheel bundle deb check-wheel check-bundle check-deb

run: set-up
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
	    $(PYTHON) -m vitviz $(or $(ARGS),$(SAMPLE)); \
	else \
	    $(PYTHON) -m vitviz export $(SAMPLE) -o vitviz-sample.png --caption && \
	    echo "There is no display, so the sample was exported to vitviz-sample.png." && \
	    echo "For the window, run this in a desktop session, or with ssh -X."; \
	fi

test: set-up-tests check
	packaging/run-tests.sh $(ARGS)

test-long: set-up-tests
	packaging/with-screen.sh $(PYTHON) -m pytest -m long --timeout 3000 $(ARGS)

check: set-up-tools
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo --no-cache
	.venv/bin/lint-imports --no-logo --no-cache packaging/torch-free.toml
	.venv/bin/typos

pictures: set-up-tools
	packaging/with-screen.sh $(PYTHON) -m tests.pictures $(ARGS)

translations: set-up
	$(PYTHON) packaging/translations.py

bench: set-up-tools
	packaging/with-screen.sh $(PYTHON) -m vitviz bench $(ARGS)

# what running needs
set-up:
	@packaging/setup.sh

# and the developers' tools
set-up-tools:
	@packaging/setup.sh tools

# and what only tests need
set-up-tests:
	@packaging/setup.sh tests

# Packages, into dist/; see packaging/README.md.
wheel:
	packaging/build-wheel.sh

bundle:
	packaging/bundle.sh

deb:
	packaging/build-deb.sh

check-wheel:
	packaging/check-wheel.sh

check-bundle:
	EXTRAS="timm formats" packaging/check-route.sh dist/vitviz/vitviz

check-deb:
	packaging/check-deb.sh

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache
