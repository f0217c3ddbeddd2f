"""Several programs that fetch the same weights, and some that are killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.faults.loopback import Site, allow_loopback, serving
from tests.faults.test_downloads import CONTENT
from vitviz.models.catalogue import store

TOOL = [sys.executable, "-m", "vitviz", "models", "get"]
NAME = "timm:vit_tiny_patch16_224.augreg_in21k_ft_in1k"
FILE = "timm--vit_tiny_patch16_224.augreg_in21k_ft_in1k.safetensors"


@pytest.fixture(autouse=True)
def folder(no_network: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    allow_loopback(monkeypatch)
    return store.cache_folder()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site(CONTENT)) as served:
        yield served


def hub_file() -> bytes:
    """Stands for a safetensors file of the hub."""
    size = len(CONTENT)
    entry = {"a": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}
    header = json.dumps(entry).encode()
    return len(header).to_bytes(8, "little") + header + CONTENT


def get(site: Site) -> subprocess.Popen[str]:
    """`vitviz models get`, from the site instead of the hub."""
    return subprocess.Popen(
        [*TOOL, NAME],
        env={**os.environ, "HF_ENDPOINT": site.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_programs_one_download(site: Site, folder: Path) -> None:
    site.content, site.pause_s = hub_file(), 0.02
    both = [get(site), get(site)]
    outputs = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], outputs
    assert [out.strip() for out, _ in outputs] == [str(folder / FILE)] * 2
    assert (folder / FILE).read_bytes() == site.content
    assert len(site.requests) == 1
    assert site.paths == [
        "/timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k/resolve/main/model.safetensors"
    ]
    assert "Apache-2.0" in outputs[0][1]


def test_a_killed_download_leaves_no_lock(site: Site, folder: Path) -> None:
    site.content, site.pause_s = hub_file(), 0.05
    one = get(site)
    part = folder / f".{FILE}.part"
    deadline = time.monotonic() + 30
    while not (part.is_file() and part.stat().st_size > 200_000):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    one.send_signal(signal.SIGKILL)
    one.communicate()
    assert (folder / f".{FILE}.lock").is_file()
    site.pause_s = 0.0
    two = get(site)
    _, error = two.communicate(timeout=60)
    assert two.returncode == 0, error
    assert (folder / FILE).read_bytes() == site.content
    assert re.fullmatch(r"bytes=\d{6,}-", site.requests[1]["range"])


@pytest.mark.long
def test_200_kills(site: Site, folder: Path) -> None:
    """Whenever it is killed, what lies there is whole or not there; the last ends."""
    site.content, site.pause_s = hub_file(), 0.004
    random = np.random.default_rng(7)
    finished = 0
    for _ in range(200):
        one = get(site)
        time.sleep(random.uniform(0.05, 0.6))
        one.send_signal(signal.SIGKILL)
        one.communicate()
        if (folder / FILE).exists():
            assert (folder / FILE).read_bytes() == site.content
            (folder / FILE).unlink()
            finished += 1
    last = get(site)
    assert last.communicate(timeout=60)[1]
    assert last.returncode == 0
    assert (folder / FILE).read_bytes() == site.content
    assert finished >= 1
    left = {path.name for path in folder.iterdir()}
    assert left == {FILE, f"{FILE}.json", f".{FILE}.lock"}
