"""Right-click menus: what is there is copied as a picture, as numbers, or exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.export.figure_settings import FigureKind
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.view_state import HeadsView, Mode, Reading, Statistic, TokensView

Reason = QContextMenuEvent.Reason


@pytest.fixture
def window(qtbot: QtBot, open_vitviz: OpenWindow, photo: Path) -> MainWindow:
    opened = open_vitviz(photo)
    opened.controller.change(token=17, layer=2)
    wait_idle(qtbot, opened)
    return opened


def shown_menu(widget: QWidget, reason: Reason = Reason.Mouse) -> QMenu | None:
    """The menu that the right button, or the menu key, opens on a widget."""
    middle = widget.rect().center()
    event = QContextMenuEvent(reason, middle, widget.mapToGlobal(middle))
    QApplication.sendEvent(widget, event)
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def do(menu: QMenu | None, name: str) -> None:
    assert menu is not None
    action = next(one for one in menu.actions() if one.objectName() == name)
    menu.close()
    action.trigger()


def copied() -> list[list[str]]:
    """The fields of the table on the clipboard, a list for each line."""
    return [line.split("\t") for line in QGuiApplication.clipboard().text().split("\n")]


def numbers(lines: list[list[str]]) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([[float(one) for one in line] for line in lines if line != [""]])


Place = Callable[[MainWindow], QWidget]
PLACES: dict[str, tuple[str, Place]] = {
    "picture": ("strip", lambda w: w.panes.picture.viewport()),
    "strip": ("strip", lambda w: w.panes.strip),
    "rail": ("strip", lambda w: w.panes.rail),
    "matrix": ("matrix", lambda w: w.panes.matrix.viewport()),
    "heads": ("heads", lambda w: w.panes.heads.grid),
}


@pytest.mark.parametrize(
    ("shows", "per_map"), [(Reading.NORMS, 1), (Reading.COLOURS, 3)]
)
def test_maps_of_tokens_are_copied_and_exported_where_they_are(
    qtbot: QtBot, window: MainWindow, shows: Reading, per_map: int
) -> None:
    view = TokensView(shows)
    window.controller.change(tab="tokens", tokens_view=view, merge=True)
    wait_idle(qtbot, window)
    grid = window.panes.tokens.grid
    do(shown_menu(grid), "copy_numbers")
    head, *lines = copied()
    cells = window.panes.tokens.cells()
    assert len(head) == 2 + per_map * len(cells)
    found = numbers(lines)
    rows, cols = cells[0].values.shape[:2]
    assert found.shape == (rows * cols, len(head))
    wanted = cells[2].values.reshape(rows * cols, -1)
    first = 2 + 2 * per_map
    np.testing.assert_allclose(found[:, first : first + per_map], wanted, rtol=1e-6)
    do(shown_menu(grid), "export_this")
    sheet = window.controller.export_dialog.sheet()
    assert sheet is not None
    assert sheet.what() is FigureKind.TOKENS
    sheet.reject()
    wait_idle(qtbot, window)


@pytest.mark.parametrize("reason", [Reason.Mouse, Reason.Keyboard])
@pytest.mark.parametrize("name", PLACES)
def test_what_is_copied_is_what_is_there(
    qtbot: QtBot, window: MainWindow, name: str, reason: Reason
) -> None:
    tab, place = PLACES[name]
    window.controller.change(tab=tab, merge=True)
    wait_idle(qtbot, window)
    widget = place(window)
    do(shown_menu(widget, reason), "copy_picture")
    image = QGuiApplication.clipboard().image()
    assert image.width() >= widget.width()
    do(shown_menu(widget, reason), "copy_numbers")
    trace = window.controller.document.trace
    assert trace is not None
    lines = copied()
    rows = [trace.row(layer, 17) for layer in range(trace.num_layers)]  # (H, N) each
    if name == "picture":
        wanted = trace.patch_map(rows[2].mean(0))
        np.testing.assert_allclose(numbers(lines), wanted, rtol=1e-6)
    elif name == "strip":
        assert lines[0][:4] == ["row", "col", "head mean", "head max"]
        found = numbers(lines[1:])
        assert found[8, :2].tolist() == [1, 1]
        patches = trace.patch_map(rows[2]).reshape(trace.num_heads, -1)
        np.testing.assert_allclose(found[:, 5:].T, patches, rtol=1e-6)
    elif name == "rail":
        assert lines[0] == ["layer", "reach", "entropy", "special"]
        found = numbers(lines[1:])
        special = [row.mean(0)[0] for row in rows]
        np.testing.assert_allclose(found[:, 3], special, rtol=1e-5)
    elif name == "matrix":
        every = np.stack([trace.row(2, query) for query in range(trace.num_tokens)])
        np.testing.assert_allclose(numbers(lines), every.mean(1), rtol=1e-4, atol=1e-7)
    else:
        found = numbers(lines[1:])
        assert lines[0][2:5] == [f"layer.head 0.{head}" for head in range(3)]
        last = trace.patch_map(rows[-1][-1]).ravel()
        np.testing.assert_allclose(found[:, -1], last, rtol=1e-6)


def test_a_statistic_is_copied_as_layers_and_heads(
    qtbot: QtBot, window: MainWindow
) -> None:
    view = HeadsView(shows=Statistic.SPECIAL)
    window.controller.change(tab="heads", heads_view=view)
    wait_idle(qtbot, window)
    do(shown_menu(window.panes.heads.grid), "copy_numbers")
    lines = copied()
    trace = window.controller.document.trace
    assert trace is not None
    assert lines[0] == ["layer", *(f"head {head}" for head in range(trace.num_heads))]
    found = numbers(lines[1:])[:, 1:]
    for layer in range(trace.num_layers):
        every = np.stack([trace.row(layer, q) for q in range(trace.num_tokens)])
        wanted = every[:, :, 0].mean(0)  # (H,): attention to CLS over all queries
        np.testing.assert_allclose(found[layer], wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("picture", FigureKind.PICTURE),
        ("strip", FigureKind.HEADS),
        ("rail", FigureKind.WALL),
        ("matrix", FigureKind.MATRIX),
        ("heads", FigureKind.WALL),
    ],
)
def test_export_opens_the_sheet_on_what_is_there(
    qtbot: QtBot, window: MainWindow, name: str, kind: FigureKind
) -> None:
    tab, place = PLACES[name]
    window.controller.change(tab=tab, merge=True)
    wait_idle(qtbot, window)
    do(shown_menu(place(window)), "export_this")
    sheet = window.controller.export_dialog.sheet()
    assert sheet is not None
    assert sheet.what() is kind
    sheet.reject()
    wait_idle(qtbot, window)


def test_no_menu_where_the_right_button_erases_or_nothing_is_shown(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.controller.change(mode=Mode.LAB)
    wait_idle(qtbot, window)
    assert shown_menu(window.panes.picture.viewport()) is None


def test_an_empty_window_has_no_menu(open_vitviz: OpenWindow) -> None:
    window = open_vitviz(wait=False, model=None)
    assert shown_menu(window.panes.rail) is None
