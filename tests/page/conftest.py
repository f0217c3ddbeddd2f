"""A real browser for the tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import NoReturn

import pytest

from tests.faults.loopback import allow_loopback
from tests.page.browser import Browser


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of the same elsewhere: a browser's driver listens on this machine."""
    allow_loopback(monkeypatch)


def missing_browser(name: str, *packages: str) -> NoReturn:
    """Skip the test; fail it where `packaging/setup.sh tests` installs browsers."""
    words = f"there is no {name}: apt-get install {' '.join(packages)}"
    if os.environ.get("NEEDS_BROWSERS"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a profile of its own; started once for all tests here."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        missing_browser("Chromium", "chromium", "chromium-driver")
    patch = pytest.MonkeyPatch()
    allow_loopback(patch)
    with Browser.opened(tmp_path_factory.mktemp("chromium") / "profile") as opened:
        yield opened
    patch.undo()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """Chromium on an empty page; what it complains of fails the test."""
    yield chromium
    chromium.check()
    chromium.forget()
