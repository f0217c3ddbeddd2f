"""Downloads end where they should, however much a server sends."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.faults.loopback import Site, allow_loopback, serving
from vitviz.errors import Cancelled, DownloadError
from vitviz.models.catalogue import download as downloads
from vitviz.models.catalogue import store
from vitviz.models.catalogue.download import download, most_bytes
from vitviz.models.catalogue.entries import Remote, entries
from vitviz.models.catalogue.progress import DownloadProgress

CONTENT = np.random.default_rng(5).bytes(3_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
MEGABYTE = 1_000_000
# What a socket and the queue of chunks may hold beside what is written.
UNDER_WAY = 24 * MEGABYTE


@pytest.fixture(autouse=True)
def folder(no_network: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    allow_loopback(monkeypatch)
    return store.cache_folder()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site(CONTENT)) as served:
        yield served


def remote(site: Site, size_bytes: int) -> Remote:
    return Remote(f"{site.url}/model.pth", "model.pth", DIGEST, size_bytes=size_bytes)


def left(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir() if not p.name.endswith(".lock"))


@pytest.mark.parametrize(
    ("fault", "size_bytes", "sentence"),
    [
        pytest.param("endless", len(CONTENT), "longer than the", id="without length"),
        pytest.param("endless", 0, r"longer than the 5\.0 MB", id="of unknown size"),
        pytest.param("endless_chunks", len(CONTENT), "it announced", id="in chunks"),
        pytest.param("endless_chunks", 0, "it announced", id="in chunks, unknown"),
        pytest.param("announces_much", len(CONTENT), "longer than", id="announced"),
        pytest.param("announces_much", 0, "longer than", id="announced, unknown"),
    ],
)
def test_no_more_is_written_than_a_file_can_have(
    site: Site,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    size_bytes: int,
    sentence: str,
) -> None:
    monkeypatch.setattr(downloads, "MAX_BYTES", 5 * MEGABYTE)
    monkeypatch.setattr(downloads, "_MARGIN", 2 * MEGABYTE)
    site.fault = fault
    most = 0

    def report(progress: DownloadProgress) -> None:
        nonlocal most
        most = max(most, progress.done)

    with pytest.raises(DownloadError, match=sentence) as caught:
        download(remote(site, size_bytes), on_progress=report, patience_s=3)
    assert "model.pth" in str(caught.value)
    assert len(str(caught.value)) < 240
    assert most <= 8 * MEGABYTE
    assert site.sent <= 8 * MEGABYTE + UNDER_WAY
    assert left(folder) == [], "nothing of it stays on the disk"
    site.fault = ""
    assert download(remote(site, size_bytes)).read_bytes() == CONTENT


def test_the_rest_of_a_file_is_bounded_too(site: Site, folder: Path) -> None:
    def stop(progress: DownloadProgress) -> None:
        if progress.done >= 500_000:
            raise Cancelled

    site.pause_s = 0.02
    with pytest.raises(Cancelled):
        download(remote(site, len(CONTENT)), on_progress=stop)
    site.pause_s, site.fault = 0.0, "endless_rest"
    with pytest.raises(DownloadError, match="it announced"):
        download(remote(site, len(CONTENT)))
    assert left(folder) == []


@pytest.mark.parametrize("etag", ['"first"', ""])
def test_the_disk_is_watched_while_a_file_arrives(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, etag: str
) -> None:
    usage = shutil.disk_usage("/")
    looks: list[int] = []

    def fuller(path: Path) -> object:
        looks.append(1)
        return usage._replace(free=(200 - 50 * len(looks)) * MEGABYTE)

    monkeypatch.setattr(downloads, "_SPACE_STEP", MEGABYTE)
    monkeypatch.setattr(shutil, "disk_usage", fuller)
    site.fault, site.etag = "endless", etag
    with pytest.raises(DownloadError, match=r"needs 67\.1 MB .* 50\.0 MB are free"):
        download(remote(site, 0))
    kept = [name for name in left(folder) if name.endswith(".part")]
    assert bool(kept) == bool(etag), "only what can be continued is kept"


def test_the_catalogue_says_how_long_each_file_can_be() -> None:
    remotes = [(e, e.remote) for e in entries() if e.remote is not None]
    assert len(remotes) > 40
    for entry, one in remotes:
        assert one.size_bytes == entry.size_bytes > 0, entry.name
        assert entry.size_bytes < most_bytes(one) < 2.6 * entry.size_bytes + 68e6
    unknown = replace(remotes[0][1], size_bytes=0)
    assert most_bytes(unknown) == downloads.MAX_BYTES
