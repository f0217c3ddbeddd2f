"""The dialog of all models, as its user meets it: keys, clicks, a hub that is slow."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from tests.faults.loopback import Site, allow_loopback, serving
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.models.catalogue import store
from vitviz.models.catalogue.entries import Trait, entries, find
from vitviz.ui.models.dialog import ModelDialog
from vitviz.ui.models.list import IS_HERE
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
TINY = "timm:vit_tiny_patch16_224.augreg_in21k_ft_in1k"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of a network of timm's, random."""
    import timm
    import torch
    from safetensors.torch import save

    torch.manual_seed(4)
    return bytes(save(timm.create_model(TINY.removeprefix("timm:")).state_dict()))


@pytest.fixture
def hub(
    weights: bytes, monkeypatch: pytest.MonkeyPatch, no_network: None
) -> Iterator[Site]:
    """Stands for the hub; entries are read anew, so that they point to it."""
    allow_loopback(monkeypatch)
    with serving(Site(weights)) as site:
        monkeypatch.setenv("HF_ENDPOINT", site.url)
        entries.cache_clear()
        yield site
    entries.cache_clear()


@pytest.fixture
def closed_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one is connected, and no name is looked up."""

    def never(*args: object, **options: object) -> None:
        raise AssertionError("reached for the network")

    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, never)
    monkeypatch.setattr(socket.socket, "connect", never)


def open_dialog(qtbot: QtBot, window: MainWindow) -> ModelDialog:
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(ModelDialog)
    assert isinstance(dialog, ModelDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def type_words(qtbot: QtBot, dialog: ModelDialog, words: str) -> None:
    dialog.searchField().clear()
    qtbot.keyClicks(dialog.searchField(), words)


def press(qtbot: QtBot, button: QAbstractButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


def begin_download(qtbot: QtBot, dialog: ModelDialog) -> QPushButton:
    """Choose the tiny model, and ask for it."""
    type_words(qtbot, dialog, "augreg ti/16")
    button = dialog.details().mainButton()
    press(qtbot, button)
    return button


def wait_for_bytes(qtbot: QtBot, dialog: ModelDialog) -> None:
    """Wait until some have come."""

    def have_come() -> bool:
        text = dialog.line().text()
        return " of 22.9 MB" in text and ": 0 kB" not in text

    qtbot.waitUntil(have_come)


def is_connected() -> bool:
    return any(thread.name == "transfer" for thread in threading.enumerate())


def test_browsing_asks_nobody(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, closed_sockets: None
) -> None:
    window = open_vitviz(photo, model=None, wait=False)
    qtbot.waitUntil(lambda: window.controller.document.image is not None)
    dialog = open_dialog(qtbot, window)
    assert dialog.names() == tuple(entry.name for entry in entries())
    index = dialog.list().model().index(0, 0)
    assert index.data(IS_HERE)
    assert "on this computer" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert dialog.details().mainButton().text() == "Use this model"
    type_words(qtbot, dialog, "segments objects small")
    assert len(dialog.names()) == 6
    assert all("dino" in name for name in dialog.names())
    press(qtbot, dialog.chip(Trait.FINE))
    assert dialog.names() == ("timm:vit_small_patch8_224.dino",)
    assert dialog.details().mainButton().text() == "Download 86.7 MB"
    dialog.searchField().clear()
    press(qtbot, dialog.chip(None))
    assert dialog.names() == ("vitviz-small", "vitviz-flexi")
    type_words(qtbot, dialog, "flexi")
    press(qtbot, dialog.details().mainButton())
    wait_idle(qtbot, window)
    assert window.controller.model is not None
    assert window.controller.model.info.name == "vitviz-flexi"
    assert not is_connected()


def test_fetch_and_use(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, hub: Site
) -> None:
    window = open_vitviz(photo)
    dialog = open_dialog(qtbot, window)
    hub.pause_s = 0.005
    button = begin_download(qtbot, dialog)
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: "ViT-Ti/16: " in dialog.line().text())
    wait_for_bytes(qtbot, dialog)
    window.controller.pin(3)  # the window goes on meanwhile
    assert window.controller.heat is not None
    assert window.controller.heat.token == 3
    qtbot.waitUntil(lambda: "now." in dialog.line().text(), timeout=30_000)
    assert len(hub.requests) == 1
    assert button.text() == "Use this model"
    press(qtbot, button)
    qtbot.waitUntil(lambda: window.findChild(ModelDialog) is None)
    wait_idle(qtbot, window)
    model = window.controller.model
    assert model is not None
    assert model.info.name == TINY
    assert model.info.labels is not None
    dialog = open_dialog(qtbot, window)  # and it is chosen when one comes back
    entry = dialog.details().entry()
    assert entry is not None
    assert entry.name == TINY
    press(qtbot, dialog.details().removeButton())
    assert entry.remote is not None
    assert store.locate(entry.remote) is None
    assert dialog.details().mainButton().text() == "Download 22.9 MB"


@pytest.mark.alone
def test_cancel_and_go_on(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, hub: Site
) -> None:
    dialog = open_dialog(qtbot, open_vitviz(photo))
    hub.pause_s = 0.02
    button = begin_download(qtbot, dialog)
    wait_for_bytes(qtbot, dialog)
    start = time.monotonic()
    press(qtbot, dialog.line().cancelButton())
    qtbot.waitUntil(lambda: "Cancelled" in dialog.line().text(), timeout=1_000)
    assert time.monotonic() - start < 0.4
    assert button.text().startswith("Go on, ")
    hub.pause_s = 0.0
    press(qtbot, button)
    qtbot.waitUntil(lambda: "now." in dialog.line().text(), timeout=30_000)
    assert hub.requests[1]["range"].startswith("bytes=")


def test_an_error_is_a_quiet_line(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, hub: Site
) -> None:
    window = open_vitviz(photo)
    dialog = open_dialog(qtbot, window)
    hub.fault = "status_404"
    button = begin_download(qtbot, dialog)
    qtbot.waitUntil(lambda: "(answer 404)" in dialog.line().text())
    assert not window.panes.errors.isVisible()
    assert button.isEnabled()
    type_words(qtbot, dialog, "clip")
    assert "404" not in dialog.line().text()


@pytest.mark.alone
@pytest.mark.parametrize("whole_window", [False, True])
def test_closing_ends_a_download(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    hub: Site,
    whole_window: bool,
) -> None:
    window = open_vitviz(photo)
    dialog = open_dialog(qtbot, window)
    hub.pause_s = 0.02
    begin_download(qtbot, dialog)
    wait_for_bytes(qtbot, dialog)
    start = time.monotonic()
    if whole_window:
        window.close()
    else:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: window.findChild(ModelDialog) is None)
    assert time.monotonic() - start < 1
    qtbot.waitUntil(lambda: not is_connected(), timeout=1_000)
    entry = find(TINY)
    assert entry is not None
    assert entry.remote is not None
    assert 0 < store.kept_bytes(entry.remote) < len(hub.content)
    if not whole_window:
        dialog = open_dialog(qtbot, window)
        type_words(qtbot, dialog, "augreg ti/16")
        assert dialog.details().mainButton().text().startswith("Go on, ")


def test_any_other_name_of_timm(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, closed_sockets: None
) -> None:
    dialog = open_dialog(qtbot, open_vitviz(photo))
    type_words(qtbot, dialog, "vit_large_patch14_clip_336.openai")
    assert dialog.names() == ()
    assert dialog.details().mainButton().text() == "Look it up"
    qtbot.keyClick(dialog.searchField(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(dialog.names()) == 1, timeout=30_000)
    assert dialog.details().mainButton().text() == "Download 1.22 GB"
    type_words(qtbot, dialog, "timm:vit_large_patch61_224")
    qtbot.keyClick(dialog.searchField(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Did you mean" in dialog.line().text(), timeout=30_000)
    type_words(qtbot, dialog, "no such thing")
    assert not dialog.details().mainButton().isVisible()


def test_keys_are_enough(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, closed_sockets: None
) -> None:
    window = open_vitviz(photo)
    dialog = open_dialog(qtbot, window)
    field = dialog.searchField()
    qtbot.keyClick(field, Qt.Key.Key_Down)
    entry = dialog.details().entry()
    assert entry is not None
    assert entry.name == entries()[1].name
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: window.findChild(ModelDialog) is None)
    assert window.controller.choice.name == "vitviz-small"


@pytest.mark.parametrize("name", [TINY, "timm:vit_tiny_patch16_224.augreg_in21k"])
def test_weights_that_are_not_here_are_offered(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, closed_sockets: None, name: str
) -> None:
    """As for a session from another computer: what is shown stays, nobody is asked."""
    window = open_vitviz(photo)
    before = window.controller.model
    window.choose_model(name, None)
    qtbot.waitUntil(lambda: window.findChild(ModelDialog) is not None, timeout=30_000)
    assert "not on this machine" in window.panes.errors.text()
    assert window.controller.model is before
    dialog = window.findChild(ModelDialog)
    assert isinstance(dialog, ModelDialog)
    is_known = find(name) is not None
    text = dialog.details().mainButton().text()
    assert text == ("Download 22.9 MB" if is_known else "Look it up")
    entry = dialog.details().entry()
    assert (entry is not None and entry.name == name) == is_known


@pytest.mark.parametrize("where", ["search", "list"])
def test_a_download_takes_a_second_enter(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, hub: Site, where: str
) -> None:
    dialog = open_dialog(qtbot, open_vitviz(photo))
    type_words(qtbot, dialog, "augreg ti/16")
    widget = dialog.searchField() if where == "search" else dialog.list()
    widget.setFocus()
    qtbot.keyClick(widget, Qt.Key.Key_Return)
    button = dialog.details().mainButton()
    qtbot.waitUntil(button.hasFocus)
    qtbot.wait(50)
    assert not hub.requests
    assert button.isEnabled()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "now." in dialog.line().text(), timeout=30_000)
    assert len(hub.requests) == 1


def test_another_language(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, hub: Site
) -> None:
    """What was typed and chosen stays, and a download goes on."""
    window = open_vitviz(photo)
    former = open_dialog(qtbot, window)
    press(qtbot, former.chip(Trait.SMALL))
    hub.pause_s = 0.005
    begin_download(qtbot, former)
    QApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
    qtbot.waitUntil(lambda: window.findChild(ModelDialog) is not former)
    dialog = open_dialog(qtbot, window)
    assert dialog.searchField().text() == "augreg ti/16"
    assert dialog.chip(Trait.SMALL).isChecked()
    assert dialog.names()[0] == TINY
    qtbot.waitUntil(lambda: "now." in dialog.line().text(), timeout=30_000)
    assert dialog.details().mainButton().text() == "Use this model"
    assert len(hub.requests) == 1


def test_every_control_says_what_it_is(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    dialog = open_dialog(qtbot, open_vitviz(photo))
    buttons = [
        one
        for one in dialog.findChildren(QAbstractButton)
        if one.isVisible() and one.text() and one.parent() is not dialog.searchField()
    ]
    assert len(buttons) >= 13
    for button in buttons:
        assert button.accessibleName(), button.text()
        assert button.toolTip(), button.text()
    for widget in (dialog.searchField(), dialog.list()):
        assert widget.accessibleName()
