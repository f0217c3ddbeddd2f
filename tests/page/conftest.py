"""A real browser for the tests of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
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


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """Chromium with a profile of its own; what it complains of fails the test."""
    if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
        missing_browser("Chromium", "chromium", "chromium-driver")
    with Browser.opened(tmp_path / "profile") as opened:
        yield opened
        opened.check()
