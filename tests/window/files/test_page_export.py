"""Export › Web page: what the dialog says and offers, and the page that is written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
    """What a page says of its picture."""
    found = re.search(
        r'<script type="application/json" id="data">(.*?)</script>',
        page.read_text("utf-8"),
        re.DOTALL,
    )
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])["pictures"][0]
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
