"""What fuzzing has found is read again; at length, every reader is fuzzed anew.

VITVIZ_FUZZ_SECONDS=600 make test-long ARGS="-k fuzzed"
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.fuzz import NAMES
from tests.faults.fuzz.run import CORPUS

MAX_CORPUS_BYTES = 300_000


@pytest.mark.parametrize("name", NAMES)
def test_what_was_found_is_read_again(name: str) -> None:
    reader = importlib.import_module(f"tests.faults.fuzz.{name}")
    found = sorted((CORPUS / name).iterdir())
    assert len(found) >= 5
    for data in (*reader.SEEDS, b"", *(path.read_bytes() for path in found)):
        reader.one(data)


def test_the_corpus_is_small() -> None:
    sizes = [path.stat().st_size for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(sizes) <= MAX_CORPUS_BYTES


def test_each_module_is_a_reader() -> None:
    others = {"__init__", "places", "json_edits", "run"}
    modules = {path.stem for path in CORPUS.parent.glob("*.py")} - others
    assert modules == set(NAMES)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", NAMES)
def test_each_reader_is_fuzzed(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    seconds = os.environ.get("VITVIZ_FUZZ_SECONDS", "60")
    command = [sys.executable, "-m", "tests.faults.fuzz.run", name]
    done = subprocess.run(
        [*command, "--seconds", seconds, "--keep", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    executed = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    assert executed is not None
    assert int(executed[1]) > len(list((CORPUS / name).iterdir()))
