"""Every test: a home of its own, no network, nothing left running."""

from __future__ import annotations

import gc
import json
import os
import socket
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

from vitviz.errors import EnvironmentFault
from vitviz.system.environment import check_display

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

CLASSES = ("tabby cat", "tiger cat", "rocket", "coffee mug", "cat", "lynx")
"""Of the small classifier."""

PATIENCE_MS = 30_000

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"
os.environ.setdefault("OMP_NUM_THREADS", "2")
# Qt says so when a platform theme of the desktop is missing; tests use none
os.environ.setdefault("QT_QPA_PLATFORMTHEME", "")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """A worker's report as it can be sent: a log may hold half of a surrogate pair."""
    report = yield
    return json.loads(json.dumps(report, ensure_ascii=False).encode("utf-8", "replace"))


@pytest.fixture(scope="session", autouse=True)
def one_application() -> Iterator[object]:
    """The program's QApplication, before any test makes a lesser one for figures.

    Qt allows one application object in a process. Without a display, tests of the
    window fail and figures make their own.
    """
    try:
        check_display()
    except EnvironmentFault:
        yield None
        return
    from vitviz.ui.window.app import application

    yield application(["vitviz"], lang="en")


@pytest.fixture(scope="session")
def qapp() -> QApplication:
    """The program's own application object, for tests of widgets and windows."""
    from vitviz.system.settings import ThemeChoice
    from vitviz.ui.base import theme
    from vitviz.ui.window.app import application

    app = application(["vitviz"], lang="en")
    theme.apply(app, ThemeChoice.DARK)
    return app


class PatientBot(QtBot):
    """Waits for half a minute by default: on a busy machine things come late."""

    def waitUntil(
        self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS
    ) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True)
def own_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings, caches and logs go into a folder of the test."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    # on Windows and macOS the folders above do not follow the environment
    monkeypatch.setenv("VITVIZ_SETTINGS", str(home / "config" / "settings.json"))


@pytest.fixture
def homeless(own_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An account without a home, as services and containers have; the current folder.

    The environment names none, and the list of accounts does not know the user.
    """
    pwd = pytest.importorskip("pwd")

    def unknown(_number: int) -> None:
        raise KeyError

    for name in [n for n in os.environ if n == "HOME" or n.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("VITVIZ_SETTINGS")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick_collection() -> Iterator[None]:
    """What was there before the test is not looked through by its collections."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only sockets of this machine can be connected."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """A test that leaves a Python thread running has failed."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and not t.daemon]
    for thread in left:
        thread.join(timeout=2)
    assert not [t for t in left if t.is_alive()]


def write_processor(folder: Path, side: int) -> None:
    """Write the configuration of a processor that crops the middle of a picture."""
    values = {
        "image_processor_type": "CLIPImageProcessor",
        "size": {"shortest_edge": side},
        "crop_size": {"height": side, "width": side},
        "do_center_crop": True,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "resample": 2,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(values))


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformers folder with a small ViT whose attention is sharp."""
    import torch
    from transformers import ViTConfig, ViTModel

    torch.manual_seed(7)
    config = ViTConfig(
        hidden_size=48,
        num_hidden_layers=4,
        num_attention_heads=3,
        intermediate_size=96,
        image_size=112,
        patch_size=16,
    )
    model = ViTModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "q_proj.weight" in name or "k_proj.weight" in name:
                parameter.normal_(0, 0.45)
            elif "position" in name:
                parameter.normal_(0, 0.5)
    folder = tmp_path_factory.mktemp("models") / "tiny-vit"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
    write_processor(folder, 112)
    gc.collect()
    return folder


@pytest.fixture(scope="session")
def classifier_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformers folder with a small classifier of six named classes."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    torch.manual_seed(3)
    config = ViTConfig(
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=3,
        intermediate_size=96,
        image_size=80,
        patch_size=16,
        id2label=dict(enumerate(CLASSES)),
        label2id={name: index for index, name in enumerate(CLASSES)},
    )
    model = ViTForImageClassification(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "q_proj.weight" in name or "k_proj.weight" in name:
                parameter.normal_(0, 0.45)
            elif "position" in name or "classifier.weight" in name:
                parameter.normal_(0, 0.5)
    folder = tmp_path_factory.mktemp("models") / "tiny-classifier"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save_pretrained(folder)
    write_processor(folder, 80)
    return folder


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph of 240×180 pixels, in a folder of its own."""
    import PIL.Image

    from vitviz.system.paths import resource

    path = tmp_path_factory.mktemp("pictures") / "coffee.png"
    with PIL.Image.open(resource("samples", "coffee.jpg")) as picture:
        picture.convert("RGB").resize((240, 180)).save(path)
    return path


@pytest.fixture(scope="session")
def other_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one, upright: 150×200 pixels."""
    import PIL.Image

    from vitviz.system.paths import resource

    path = tmp_path_factory.mktemp("pictures") / "cat.png"
    with PIL.Image.open(resource("samples", "cat.jpg")) as picture:
        picture.convert("RGB").resize((150, 200)).save(path)
    return path
