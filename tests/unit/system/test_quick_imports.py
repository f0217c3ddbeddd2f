"""Imports without a search for garbage, and without what nobody uses."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vitviz.system.quick_imports import collecting_later, without


@pytest.fixture
def collection() -> Iterator[None]:
    """Cycles are collected, which a window turns off for its whole process."""
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    if not was_enabled:
        gc.disable()


def test_collection_is_off_inside_and_as_before_after_it(collection: None) -> None:
    def fails() -> None:
        with collecting_later():
            assert not gc.isenabled()
            raise ImportError

    with pytest.raises(ImportError):
        fails()
    assert gc.isenabled()
    gc.disable()
    with collecting_later():
        pass
    assert not gc.isenabled()


def test_a_module_is_missing_inside_alone() -> None:
    name = "this"
    assert name not in sys.modules
    with without(name), pytest.raises(ModuleNotFoundError):
        __import__(name)
    assert name not in sys.modules
    with without("gc"):
        assert sys.modules["gc"] is gc
        assert __import__("gc") is gc


def test_the_window_loads_no_bindings_of_cuda(tmp_path: Path) -> None:
    """pyqtgraph would load them; a program that asks for them later gets them."""
    bindings = tmp_path / "cuda" / "bindings"
    bindings.mkdir(parents=True)
    (bindings.parent / "__init__.py").touch()
    (bindings / "__init__.py").write_text("print('loaded')")
    (bindings / "runtime.py").touch()
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    environment = os.environ | {"PYTHONPATH": path}
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for code in (
            "import pyqtgraph",
            "import vitviz.ui.window.app",
            "import vitviz.ui.window.app, cuda.bindings.runtime",
        )
    ]
    assert said == [["loaded"], [], ["loaded"]]
