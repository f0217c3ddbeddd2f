"""Mutated checkpoints end in a model or in one kind of error; none runs anything."""

from __future__ import annotations

import logging
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch

import vitviz
from tests.faults.test_checkpoints import Payload, saved, small_state
from vitviz.errors import VitvizError
from vitviz.models.checkpoints.open import examine
from vitviz.models.checkpoints.read import read_state

SEED = 20_260
CI_MUTANTS = {"safetensors": 120, "zip": 120, "legacy": 120, "config": 6}
LONG_MUTANTS = {
    "safetensors": 36_000,
    "zip": 36_000,
    "legacy": 27_000,
    "config": 1_000,
}
WORST_SECONDS = 2.0


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    """A traceback a mutant would be kept in memory until the end."""
    caplog.set_level(logging.CRITICAL, "vitviz")


Edit = Callable[[bytearray, random.Random], bytearray]


def flip(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.randint(1, 8)):
        data[_place(data, rng)] ^= 1 << rng.randrange(8)
    return data


def write(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.randint(1, 4)):
        data[_place(data, rng)] = rng.choice(
            (0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256))
        )
    return data


def cut(data: bytearray, rng: random.Random) -> bytearray:
    return data[: rng.randrange(len(data))]


def remove(data: bytearray, rng: random.Random) -> bytearray:
    start = _place(data, rng)
    del data[start : start + rng.randint(1, 64)]
    return data


def repeat(data: bytearray, rng: random.Random) -> bytearray:
    start, target = _place(data, rng), _place(data, rng)
    data[target:target] = data[start : start + rng.randint(1, 64)]
    return data


def digit(data: bytearray, rng: random.Random) -> bytearray:
    """Another digit: what changes shapes, offsets and counts in text."""
    places = [i for i, value in enumerate(data[:20_000]) if 48 <= value <= 57]
    if places:
        data[rng.choice(places)] = rng.choice(b"0123456789-.e")
    return data


def word(data: bytearray, rng: random.Random) -> bytearray:
    """Length fields of one, two, four and eight bytes, made extreme."""
    start, size = _place(data, rng), rng.choice((1, 2, 4, 8))
    data[start : start + size] = rng.choice((b"\xff", b"\x00", b"\x7f")) * size
    return data


EDITS: tuple[Edit, ...] = (flip, write, cut, remove, repeat, digit, word)


def _place(data: bytearray, rng: random.Random) -> int:
    """Headers lie at both ends; the numbers between them matter less."""
    size = len(data)
    if size < 4_000 or rng.random() < 0.1:
        return rng.randrange(size)
    return rng.choice((rng.randrange(4_000), size - 1 - rng.randrange(4_000)))


def _mutant(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        if changed:
            changed = rng.choice(EDITS)(changed, rng)
    return bytes(changed)


def _fuzz(counts: dict[str, int], folder: Path, tmp_path: Path) -> Counter[str]:
    canary = tmp_path / "canary"
    state = small_state()
    seeds = {
        "safetensors": [safetensors.torch.save(state)],
        "zip": [saved({"model": state}), saved({"hook": Payload(canary)})],
        "legacy": [
            saved(state, legacy=True),
            saved({"hook": Payload(canary)}, legacy=True),
        ],
    }
    rng = random.Random(SEED)
    outcomes: Counter[str] = Counter()
    path = tmp_path / "mutant"
    worst = 0.0
    for kind, count in counts.items():
        if kind == "config":
            continue
        for number in range(count):
            path.write_bytes(_mutant(rng.choice(seeds[kind]), rng))
            started = time.perf_counter()
            try:
                examine(path)
                outcomes["loaded"] += 1
            except VitvizError as error:
                outcomes["refused" if str(error) else "mute"] += 1
            worst = max(worst, time.perf_counter() - started)
            assert not canary.exists(), f"{kind} {number}"
    copy = tmp_path / "folder"
    shutil.copytree(folder, copy)
    config = (copy / "config.json").read_bytes()
    for _ in range(counts["config"]):
        (copy / "config.json").write_bytes(_mutant(config, rng))
        try:
            vitviz.load_model(copy)
            outcomes["loaded"] += 1
        except VitvizError as error:
            outcomes["refused" if str(error) else "mute"] += 1
    assert worst < WORST_SECONDS * (4 if os.environ.get("CI") else 1)
    outcomes["worst_ms"] = round(worst * 1000)
    return outcomes


def test_some_mutants(model_folder: Path, tmp_path: Path) -> None:
    outcomes = _fuzz(CI_MUTANTS, model_folder, tmp_path)
    assert outcomes["loaded"] + outcomes["refused"] == sum(CI_MUTANTS.values())
    assert outcomes["refused"] > 100
    assert outcomes["loaded"] > 0, "every mutant refused: do the seeds load at all?"


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_mutants(model_folder: Path, tmp_path: Path) -> None:
    outcomes = _fuzz(LONG_MUTANTS, model_folder, tmp_path)
    logging.getLogger(__name__).info("%s", dict(outcomes))
    assert outcomes["loaded"] + outcomes["refused"] == sum(LONG_MUTANTS.values())


def test_unmutated_seeds_load(tmp_path: Path) -> None:
    for data in (
        safetensors.torch.save(small_state()),
        saved({"model": small_state()}),
        saved(small_state(), legacy=True),
    ):
        (tmp_path / "a").write_bytes(data)
        assert read_state(tmp_path / "a").content
        assert examine(tmp_path / "a")[0].layout.depth == 1
