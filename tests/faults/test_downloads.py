"""Downloads end in the right bytes or in one sentence, in time, and can be ended."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.faults.loopback import Site, allow_loopback, serving
from vitviz.errors import Cancelled, CheckpointError, DownloadError, OutputError
from vitviz.models.catalogue import download as downloads
from vitviz.models.catalogue import store
from vitviz.models.catalogue.download import download
from vitviz.models.catalogue.entries import Remote
from vitviz.models.catalogue.progress import DownloadProgress
from vitviz.system.file_lock import FileLock

CONTENT = np.random.default_rng(5).bytes(3_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
# enough for an answer on a machine that does much else
PATIENCE_S = 1.0


@pytest.fixture(autouse=True)
def folder(no_network: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    allow_loopback(monkeypatch)
    return store.cache_folder()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(Site(CONTENT)) as served:
        yield served


def remote(site: Site, sha256: str = DIGEST[:8]) -> Remote:
    return Remote(f"{site.url}/model.pth", "model.pth", sha256)


def fetch(site: Site, sha256: str = DIGEST[:8]) -> Path:
    return download(remote(site, sha256), patience_s=PATIENCE_S)


def stop_after(count: int) -> Callable[[DownloadProgress], None]:
    """Cancels once so many bytes have come."""

    def report(progress: DownloadProgress) -> None:
        if progress.done >= count:
            raise Cancelled

    return report


def leave_a_part(site: Site) -> int:
    """Begin a download, and cancel it half-way; bytes that were kept."""
    site.pause_s = 0.02
    with pytest.raises(Cancelled):
        download(remote(site), on_progress=stop_after(500_000))
    site.pause_s = 0.0
    part = store.cache_folder() / ".model.pth.part"
    assert CONTENT.startswith(part.read_bytes())
    return part.stat().st_size


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        pytest.param("", None, id="none"),
        pytest.param("silence", "does not answer", id="silence"),
        pytest.param("stall", "stopped sending", id="stall"),
        pytest.param("trickle", "stopped sending", id="trickle"),
        pytest.param("trickled_head", "does not answer", id="trickle in the head"),
        pytest.param("cut", "cut off", id="cut"),
        pytest.param("cut_at_once", "cut off", id="cut at once"),
        pytest.param("reset", "failed", id="reset"),
        pytest.param("too_long", "cut off", id="length too long"),
        pytest.param("too_short", "not the file", id="length too short"),
        pytest.param("status_403", "refuses to hand out", id="403"),
        pytest.param("status_404", "has no model.pth", id="404"),
        pytest.param("status_429", "again in 30 s", id="429"),
        pytest.param("status_500", "out of order", id="500"),
        pytest.param("circle", "in a circle", id="redirect loop"),
        pytest.param("elsewhere", None, id="redirect"),
        pytest.param("to_a_file", "in a circle|failed", id="redirect to a file"),
        pytest.param("page", "a web page", id="HTML"),
        pytest.param("other_bytes", "not the file", id="hash mismatch"),
        pytest.param("garbage", "no web server", id="no HTTP"),
    ],
)
def test_faults(site: Site, folder: Path, fault: str, sentence: str | None) -> None:
    site.fault = fault
    start = time.monotonic()
    if sentence is None:
        assert fetch(site).read_bytes() == CONTENT
    else:
        with pytest.raises(DownloadError, match=sentence) as caught:
            fetch(site)
        text = str(caught.value)
        assert "127.0.0.1" in text or "model.pth" in text
        assert "\n" not in text
        assert len(text) < 240
        assert not (folder / "model.pth").exists()
    assert time.monotonic() - start < 1.2 * PATIENCE_S + 1.0
    site.fault = ""
    assert fetch(site).read_bytes() == CONTENT  # and the next try brings it


@pytest.mark.parametrize("fault", ["cut", "reset", "status_500", "stall"])
def test_faults_in_the_second_half(site: Site, fault: str) -> None:
    kept = leave_a_part(site)
    site.fault, site.faults_left = fault, 1
    if fault == "cut":
        assert fetch(site).read_bytes() == CONTENT  # it goes on by itself
    else:
        with pytest.raises(DownloadError):
            fetch(site)
        assert fetch(site).read_bytes() == CONTENT
    assert site.requests[-1]["range"].startswith("bytes=")
    assert int(site.requests[-1]["range"][6:-1]) >= (kept if fault != "stall" else 1)


def test_a_cancelled_download_is_gone_on_with(site: Site, folder: Path) -> None:
    kept = leave_a_part(site)
    seen: list[DownloadProgress] = []
    path = download(remote(site), on_progress=seen.append)
    assert path.read_bytes() == CONTENT
    assert site.requests[1]["range"] == f"bytes={kept}-"
    assert site.requests[1]["if-range"] == '"first"'
    assert (seen[0].done, seen[0].total) == (kept, len(CONTENT))
    assert seen[-1].done == len(CONTENT)
    assert [p.name for p in folder.glob(".*.part*")] == []


@pytest.mark.parametrize("size", [len(CONTENT), 2_500_000])
@pytest.mark.parametrize(
    "fault", ["", "ignores_range", "ignores_condition", "wrong_range"]
)
def test_a_file_that_has_changed_begins_again(
    site: Site, fault: str, size: int
) -> None:
    leave_a_part(site)
    other = np.random.default_rng(6).bytes(size)
    site.content, site.etag, site.fault = other, '"second"', fault
    path = download(remote(site, hashlib.sha256(other).hexdigest()))
    assert path.read_bytes() == other


def test_a_range_that_is_ignored(site: Site) -> None:
    leave_a_part(site)
    site.fault = "ignores_range"
    assert fetch(site).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda part, note: note.unlink(), id="no note"),
        pytest.param(lambda part, note: note.write_bytes(b"{"), id="broken note"),
        pytest.param(lambda part, note: note.write_text("[1]"), id="another note"),
        pytest.param(lambda part, note: part.write_bytes(b""), id="empty part"),
        pytest.param(
            lambda part, note: part.write_bytes(CONTENT + b"more"), id="too long"
        ),
    ],
)
def test_parts_that_are_of_no_use(
    site: Site, folder: Path, damage: Callable[[Path, Path], None]
) -> None:
    leave_a_part(site)
    damage(folder / ".model.pth.part", folder / ".model.pth.part.json")
    assert fetch(site).read_bytes() == CONTENT


def test_a_part_with_other_bytes_is_found_out(site: Site, folder: Path) -> None:
    kept = leave_a_part(site)
    (folder / ".model.pth.part").write_bytes(bytes(kept))
    with pytest.raises(DownloadError, match="not the file"):
        fetch(site)
    assert fetch(site).read_bytes() == CONTENT


def test_a_complete_part_needs_no_request(site: Site, folder: Path) -> None:
    leave_a_part(site)
    (folder / ".model.pth.part").write_bytes(CONTENT)
    asked = len(site.requests)
    assert fetch(site).read_bytes() == CONTENT
    assert len(site.requests) == asked


def test_the_digest_a_hub_names_is_checked(site: Site) -> None:
    site.fault = "elsewhere"
    site.headers = {"X-Linked-ETag": f'"{DIGEST}"'}
    assert fetch(site, sha256="").read_bytes() == CONTENT
    store.forget(remote(site, ""))
    site.headers = {"X-Linked-ETag": f'"{"0" * 64}"'}
    with pytest.raises(DownloadError, match="not the file"):
        fetch(site, sha256="")


def test_without_a_digest_the_header_tells_the_length(site: Site) -> None:
    header = json.dumps({"a": {"dtype": "U8", "shape": [9], "data_offsets": [0, 9]}})
    whole = len(header).to_bytes(8, "little") + header.encode() + bytes(9)
    site.content, site.fault = whole[:-2], ""
    with pytest.raises(DownloadError, match="not the file"):
        fetch(site, sha256="")
    site.content, site.etag = whole, '"second"'
    assert fetch(site, sha256="").read_bytes() == whole


def test_no_server_and_no_name() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(DownloadError, match="refuses the connection"):
        download(Remote(f"http://127.0.0.1:{port}/x", "x"), patience_s=PATIENCE_S)
    with pytest.raises(DownloadError, match="cannot be found"):
        download(Remote("http://no-such-host.invalid/x", "x"), patience_s=5)


def test_the_disk_is_measured_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=2_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DownloadError, match=r"needs 70\.1 MB .* 2\.0 MB are free"):
        fetch(site)


def test_a_cache_that_cannot_be_written(site: Site, folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("a file, where the folder should be")
    with pytest.raises(OutputError, match="could not be written"):
        fetch(site)


def test_no_home(site: Site, homeless: Path) -> None:
    with pytest.raises(OutputError, match="no home folder"):
        fetch(site)
    assert not site.requests
    own = homeless / "model.pth"
    own.write_bytes(CONTENT)
    store.verify(remote(site), own)  # and cannot be remembered
    assert list(homeless.iterdir()) == [own]


@pytest.mark.alone
@pytest.mark.parametrize(
    "fault", ["silence", "stall", "trickle", "trickled_head", "slow", "lock"]
)
def test_cancel_within_300_ms(site: Site, folder: Path, fault: str) -> None:
    ended = threading.Event()
    times: list[float] = []

    def check() -> None:
        if ended.is_set():
            raise Cancelled

    def run() -> None:
        with pytest.raises(Cancelled):
            download(remote(site), check=check)
        times.append(time.monotonic())

    lock = FileLock(folder / ".model.pth.lock")
    if fault == "lock":
        folder.mkdir(parents=True)
        assert lock.acquire()
    elif fault == "slow":
        site.pause_s = 0.05
    else:
        site.fault = fault
    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    asked = time.monotonic()
    ended.set()
    thread.join()
    lock.release()
    assert times[0] - asked <= 0.3
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        if not any(t.name == "transfer" for t in threading.enumerate()):
            return
        time.sleep(0.01)
    raise AssertionError("the connection is still open")


# --- what lies in the cache ------------------------------------------------------


def test_a_poisoned_file_is_refused_and_fetched_again(site: Site) -> None:
    path = fetch(site)
    assert store.verify(remote(site), path) == DIGEST
    data = bytearray(CONTENT)
    data[1000] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointError, match="not the file that was published"):
        store.verify(remote(site), path)
    assert fetch(site).read_bytes() == CONTENT
    assert store.verify(remote(site), path) == DIGEST


def test_a_file_is_hashed_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fetch(site)

    def never(path: Path, check: object = None) -> str:
        raise AssertionError("hashed again")

    monkeypatch.setattr(store, "sha256_of", never)
    assert store.verify(remote(site), path) == DIGEST
    os.utime(path)
    with pytest.raises(AssertionError, match="hashed again"):
        store.verify(remote(site), path)


@pytest.mark.parametrize("record", [b"", b"null", b"{}", b'{"path": 3}', b"\xff"])
def test_a_broken_record_is_made_again(site: Site, folder: Path, record: bytes) -> None:
    path = fetch(site)
    (folder / "model.pth.json").write_bytes(record)
    assert store.verify(remote(site), path) == DIGEST
    assert json.loads((folder / "model.pth.json").read_bytes())["sha256"] == DIGEST


def test_what_is_there_is_not_asked_for(site: Site) -> None:
    fetch(site)
    fetch(site)
    assert len(site.requests) == 1


def test_old_parts_are_swept(folder: Path) -> None:
    folder.mkdir(parents=True)
    old, new = folder / ".a.pth.part", folder / ".b.pth.part"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    store.sweep_cache()
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.long
def test_the_real_patience_ends_within_12_s() -> None:
    """Three faults at once, with the time-outs that users meet."""
    ends: dict[str, float] = {}

    def run(fault: str) -> None:
        with serving(Site(CONTENT, fault)) as site:
            start = time.monotonic()
            one = Remote(f"{site.url}/x", f"{fault}.pth", DIGEST)
            with pytest.raises(DownloadError):
                download(one)
            ends[fault] = time.monotonic() - start

    names = ("silence", "stall", "trickle", "trickled_head")
    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert downloads.PATIENCE_S == 10
    assert all(9.9 <= ends[name] <= 12 for name in names), ends
