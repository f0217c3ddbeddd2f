"""Downloads over TLS and through a proxy, as they are outside of tests."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.faults.loopback import Site, allow_loopback, serving
from vitviz.errors import Cancelled, DownloadError
from vitviz.models.catalogue import store
from vitviz.models.catalogue.download import download
from vitviz.models.catalogue.entries import Remote, find

CONTENT = np.random.default_rng(8).bytes(2_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def loopback(no_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    allow_loopback(monkeypatch)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate of 127.0.0.1, in one file, signed by itself."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs the program openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, made, both = (folder / name for name in ("key.pem", "cert.pem", "both.pem"))
    subprocess.run(
        [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(key), "-out", str(made)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


@pytest.fixture
def site(certificate: Path) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(Site(CONTENT), context) as served:
        yield served


def remote(site: Site) -> Remote:
    return Remote(f"{site.url}/model.pth", "model.pth", DIGEST)


def test_a_certificate_nobody_signed(site: Site) -> None:
    with pytest.raises(DownloadError, match=r"trusted \(its certificate: self"):
        download(remote(site), patience_s=3)
    assert not site.requests


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.parametrize("fault", ["", "elsewhere"])
def test_trusted(site: Site, trusted: None, fault: str) -> None:
    site.fault = fault
    assert site.url.startswith("https:")
    assert download(remote(site)).read_bytes() == CONTENT


def test_never_from_protected_to_unprotected(site: Site, trusted: None) -> None:
    with serving(Site(CONTENT)) as plain:
        site.fault, site.elsewhere = "elsewhere", f"{plain.url}/elsewhere"
        with pytest.raises(DownloadError, match="not protected"):
            download(remote(site))
        assert not plain.requests


@pytest.mark.alone
@pytest.mark.parametrize("fault", ["silence", "stall", "trickle"])
def test_cancel_within_300_ms(site: Site, trusted: None, fault: str) -> None:
    site.fault = fault
    start = time.monotonic()

    def check() -> None:
        if time.monotonic() > start + 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        download(remote(site), check=check)
    assert time.monotonic() - start < 0.8
    deadline = time.monotonic() + 1
    while any(thread.name == "transfer" for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the connection is still open"
        time.sleep(0.01)


def test_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Site(CONTENT)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        path = download(Remote("http://models.invalid/model.pth", "model.pth", DIGEST))
        assert path.read_bytes() == CONTENT
        assert proxy.paths == ["http://models.invalid/model.pth"]


# --- the libraries' caches -------------------------------------------------------


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({}, id="as they are"),
        pytest.param({"TORCH_HOME": "{home}/t", "HF_HOME": "{home}/h"}, id="homes"),
        pytest.param({"HF_HUB_CACHE": "~/hub", "TORCH_HOME": "~/t"}, id="tilde"),
        pytest.param({"XDG_CACHE_HOME": "{home}/elsewhere"}, id="XDG"),
    ],
)
def test_the_libraries_caches_are_where_they_say(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of torch and huggingface_hub themselves, in a process of their own."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=Path.home()))
    ask = (
        "import torch, huggingface_hub.constants as hub;"
        "print(torch.hub.get_dir()); print(hub.HF_HUB_CACHE)"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask], check=True, capture_output=True, text=True
    )
    torch_hub, hub_cache = map(Path, done.stdout.splitlines())
    entry, other = find("vit_b_16"), find("timm:vit_small_patch16_224.dino")
    assert entry is not None
    assert other is not None
    assert entry.remote is not None
    assert other.remote is not None
    assert store.locate(entry.remote) is None
    file = torch_hub / "checkpoints" / entry.remote.file
    revision = "f" * 40
    folder = hub_cache / "models--timm--vit_small_patch16_224.dino"
    snapshot = folder / "snapshots" / revision / "model.safetensors"
    for path in (file, snapshot, folder / "refs" / "main"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(revision)
    assert store.locate(entry.remote) == file
    assert store.locate(other.remote) == snapshot
    assert not store.is_own(file)
