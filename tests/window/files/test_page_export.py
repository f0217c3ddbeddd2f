"""Export › Web page: what the dialog says and offers, and the page that is written."""

from __future__ import annotations

import base64
import json
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle, wait_written
from tests.window.files.test_exports_match import by_command
from vitviz.domain.heads import HeadChoice
from vitviz.ui.files import page_dialog
from vitviz.ui.files.page_dialog import PageDialog
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import Direction, Scale, Style, ViewState

VIEW = ViewState(
    layer=1,
    token=17,
    others=(3,),
    heads=HeadChoice((1,)),
    direction=Direction.LOOKED_AT_BY,
    style=Style.MAP,
    scale=Scale.SHARED,
    log=True,
    tab="matrix",
)


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    opened = open_vitviz(photo)
    opened.controller.go_to_state(VIEW)
    wait_idle(qtbot, opened)
    return opened


def data_of(page: Path) -> dict[str, Any]:
    """What a page says of its first picture."""
    data: dict[str, Any] = all_data_of(page)["pictures"][0]
    return data


def all_blocks_of(page: Path) -> dict[str, str]:
    """The numbers of a page by their names."""
    pattern = r'<script type="text/plain" id="([^"]+)">([^<]*)</script>'
    return dict(re.findall(pattern, page.read_text("utf-8")))


def all_data_of(page: Path) -> dict[str, Any]:
    """What a page says of its pictures."""
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>',
        page.read_text("utf-8"),
        re.DOTALL,
    )
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def in_dialog(act: Callable[[PageDialog], None]) -> list[str]:
    """Do something in the dialog once it is open; what went wrong, for the test."""
    wrong: list[str] = []

    def go() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, PageDialog):
            wrong.append(f"no dialog: {dialog}")
            return
        try:
            act(dialog)
        except AssertionError as error:
            wrong.append(str(error))
            dialog.reject()

    QTimer.singleShot(300, go)
    return wrong


def button(dialog: PageDialog, name: str) -> QToolButton:
    found = dialog.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def price(dialog: PageDialog) -> str:
    label = dialog.findChild(QLabel, "price")
    assert isinstance(label, QLabel)
    return label.text()


def save(dialog: PageDialog) -> None:
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    box.button(QDialogButtonBox.StandardButton.Save).click()


def test_the_page_holds_what_is_chosen_and_opens_on_the_view(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "window.html"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(target), "(*.html)")
    )

    def choose(dialog: PageDialog) -> None:
        whole = price(dialog)
        assert re.search(r"about \d+ kB", whole), whole
        button(dialog, "this_layer").click()
        assert button(dialog, "layer1").isChecked()
        assert not button(dialog, "layer0").isChecked()
        button(dialog, "layer3").click()
        button(dialog, "head0").click()
        assert price(dialog) != whole
        single = dialog.findChild(QCheckBox, "single")
        assert isinstance(single, QCheckBox)
        single.click()
        save(dialog)

    wrong = in_dialog(choose)
    window.actions_by_name["export_page"].trigger()
    assert wrong == []
    wait_written(qtbot, window)
    data = data_of(target)
    layers = data["layers"]
    assert [i for i, one in enumerate(layers) if one["block"]] == [1, 3]
    assert layers[1]["heads"] == [1, 2]
    assert layers[1]["arrays"]["q"][0] == "f4"
    view = data["view"]
    assert (view["layer"], view["token"], view["others"]) == (1, 17, [3])
    assert (view["heads"]["heads"], view["direction"]) == ([1], "looked at by")
    assert (view["style"], view["scale"], view["log"]) == ("map", "shared", True)
    assert data["name"] == "coffee.png"
    # the command line that the window copies writes the same file
    command = by_command(window, target)
    assert command.read_bytes() == target.read_bytes()


def test_nothing_chosen_cannot_be_saved_and_a_large_page_is_asked_for(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_dialog, "ASK_BYTES", 100)

    def look(dialog: PageDialog) -> None:
        box = dialog.findChild(QDialogButtonBox)
        assert isinstance(box, QDialogButtonBox)
        save_button = box.button(QDialogButtonBox.StandardButton.Save)
        assert save_button.text() == "Save it anyway…"
        assert "much for a browser" in price(dialog)
        for head in range(3):
            button(dialog, f"head{head}").click()
        assert not save_button.isEnabled()
        dialog.reject()

    wrong = in_dialog(look)
    window.actions_by_name["export_page"].trigger()
    assert wrong == []


def test_a_method_on_screen_is_in_the_page(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.controller.change(method="rollout")
    wait_idle(qtbot, window)
    target = tmp_path / "rollout.html"
    window.controller.export_dialog.write(str(target))
    wait_written(qtbot, window)
    data = data_of(target)
    (found,) = data["methods"]
    assert found["id"] == data["view"]["method"] == "rollout"
    assert found["token"] == 17
    assert "key (2, 2)" not in found["caption"]["en"]
    assert any("rollout" in statement for statement in found["caption"]["en"])
    assert len(data["tokenColours"]["maps"]) == 5


def test_every_map_that_was_computed_is_in_the_page_once(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    """Methods that were looked at, on several queries; none twice."""
    control = window.controller
    for method, token in (("rollout", 17), ("value-weighted", 17), ("rollout", 4)):
        control.change(method=method, token=token)
        wait_idle(qtbot, window)
    control.change(method="rollout", token=17)
    wait_idle(qtbot, window)
    assert control.heat is not None
    kept = control.heat.patches.copy()
    control.change(method="raw")
    wait_idle(qtbot, window)
    target = tmp_path / "methods.html"
    control.export_dialog.write(str(target))
    wait_written(qtbot, window)
    data = data_of(target)
    found = [(one["caption"]["en"], one["token"]) for one in data["methods"]]
    assert sorted(token for _, token in found) == [4, 17, 17]
    assert sum("rollout" in caption for caption, _ in found) == 2
    assert len({one["id"] for one in data["methods"]}) == 3
    assert data["view"]["method"] == "raw"
    (text,) = [
        one["text"]
        for one in data["methods"]
        if one["token"] == 17 and "rollout" in one["caption"]["en"]
    ]
    values = np.frombuffer(base64.b64decode(text), np.float32)
    np.testing.assert_array_equal(values[1:], kept.ravel())


def test_a_folder_becomes_one_page_with_a_film_strip(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "lesson"
    folder.mkdir()
    for name, source in (("b.png", photo), ("c.png", other_photo), ("a.png", photo)):
        shutil.copy(source, folder / name)
    (folder / "d.png").write_bytes(b"\x89PNG nothing")
    window = open_vitviz(folder / "b.png")
    control = window.controller
    control.change(layer=1, token=9, heads=HeadChoice((2,)))
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: len(window.files.listing.paths) == 4)
    target = tmp_path / "lesson.html"
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(target), "(*.html)")
    )

    def choose(dialog: PageDialog) -> None:
        one = price(dialog)
        box = dialog.findChild(QCheckBox, "folder")
        assert isinstance(box, QCheckBox)
        assert box.isVisible()
        assert not box.isChecked()
        assert "4 pictures" in box.text()
        box.click()
        assert price(dialog) != one
        save(dialog)

    wrong = in_dialog(choose)
    window.actions_by_name["export_page"].trigger()
    assert wrong == []
    qtbot.waitUntil(lambda: not control.write_queue.is_busy(), timeout=60_000)
    data = all_data_of(target)
    assert [one["name"] for one in data["pictures"]] == ["a.png", "b.png", "c.png"]
    assert data["first"] == 1
    for one in data["pictures"]:
        assert (one["view"]["layer"], one["view"]["token"]) == (1, 9)
        assert one["view"]["heads"]["heads"] == [2]
        assert one["tokenColours"]["source"] == "states"
    first, second, other = data["pictures"]
    # the same picture gives the same numbers, another one others
    blocks = all_blocks_of(target)
    assert blocks[first["layers"][1]["block"]] == blocks[second["layers"][1]["block"]]
    assert blocks[first["layers"][1]["block"]] != blocks[other["layers"][1]["block"]]
    said = window.panes.errors.text()
    assert "1 of 4 pictures are not in lesson.html" in said
    assert "d.png" in said


def test_a_picture_that_is_alone_is_offered_no_film_strip(window: MainWindow) -> None:
    def look(dialog: PageDialog) -> None:
        box = dialog.findChild(QCheckBox, "folder")
        assert isinstance(box, QCheckBox)
        assert not box.isVisible()
        dialog.reject()

    wrong = in_dialog(look)
    window.controller.export_dialog.ask_page(window, [Path("elsewhere.png")] * 2)
    assert wrong == []


def test_while_a_run_goes_on_only_layers_that_are_there_can_be_chosen(
    qtbot: QtBot, window: MainWindow, other_photo: Path
) -> None:
    control = window.controller
    control.go_to_state(ViewState())  # needs no columns, which would wait as well
    assert control.model is not None
    gate = threading.Event()
    control.model.adapter.blocks[2].register_forward_pre_hook(
        lambda *_: gate.wait(60) and None
    )
    window.open_path(str(other_photo))
    try:
        qtbot.waitUntil(
            lambda: (
                control.document.trace is not None
                and not control.document.trace.is_complete
                and control.document.trace.captures[1] is not None
                and control.display is not None
                and control.display.heat is not None
            ),
            timeout=60_000,
        )

        looked: list[PageDialog] = []

        def look(dialog: PageDialog) -> None:
            looked.append(dialog)
            usable = [button(dialog, f"layer{n}") for n in range(4)]
            assert [one.isEnabled() for one in usable] == [True, True, False, False]
            assert [one.isChecked() for one in usable] == [True, True, False, False]
            assert re.search(r"about \d+ kB", price(dialog))
            dialog.reject()

        wrong = in_dialog(look)
        with qtbot.captureExceptions() as raised:
            window.actions_by_name["export_page"].trigger()
        assert looked
        assert wrong == []
        assert raised == []
    finally:
        gate.set()
    wait_idle(qtbot, window)
