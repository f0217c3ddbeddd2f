"""Settings in the window: each takes effect at once and is there at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton, QSpinBox
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.system import settings
from vitviz.system.settings import Language, Precision, ThemeChoice
from vitviz.ui.base import language, theme
from vitviz.ui.window import window_state
from vitviz.ui.window.layout import Panes
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.settings_dialog import SettingsDialog
from vitviz.views.session import RunOptions

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def same_theme_after(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, ThemeChoice.DARK)


def opened(qtbot: QtBot, window: MainWindow) -> SettingsDialog:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    qtbot.waitUntil(dialog.isVisible)
    return dialog


def is_another(window: MainWindow, former: Panes) -> bool:
    return window.panes is not former


def choose(dialog: SettingsDialog, name: str, value: str) -> None:
    """As a user does with the keyboard: Down or Up until it stands there."""
    box = dialog.findChild(QComboBox, name)
    assert isinstance(box, QComboBox)
    target = box.findData(value)
    assert target >= 0
    while box.currentIndex() != target:
        key = Qt.Key.Key_Down if box.currentIndex() < target else Qt.Key.Key_Up
        QTest.keyClick(box, key)


def test_a_theme_takes_effect_at_once_and_is_remembered(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, qapp: QApplication
) -> None:
    dialog = opened(qtbot, open_vitviz(photo))
    seen = []
    for name in ("light", "high contrast", "dark"):
        choose(dialog, "theme", name)
        seen.append(qapp.palette().color(QPalette.ColorRole.Window).name())
        assert settings.load().theme is ThemeChoice(name)
    assert seen == ["#fbfbfb", "#000000", "#333333"]


def test_a_language_takes_effect_at_once_and_the_dialog_stays(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, qapp: QApplication
) -> None:
    window = open_vitviz(photo)
    dialog = opened(qtbot, window)
    assert dialog.windowTitle() == "Settings"
    codes = []
    for code in ("ja", "en"):
        former = window.panes
        choose(dialog, "language", code)
        qtbot.waitUntil(partial(is_another, window, former))
        assert dialog.isVisible()
        codes.append(language.current())
        assert settings.load().language is Language(code)
        box = dialog.findChild(QComboBox, "language")
        assert isinstance(box, QComboBox)
        assert box.currentData() == code
    assert codes == ["ja", "en"]


def test_checks_and_numbers_take_effect_at_once(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    dialog = opened(qtbot, window)
    check = dialog.findChild(QCheckBox, "hover_preview")
    assert isinstance(check, QCheckBox)
    assert window.controller.screen.previews_on_hover
    check.click()
    assert not window.controller.screen.previews_on_hover
    assert settings.load().hover_preview is False
    window.view_handlers.toggle_hover()
    assert check.isChecked(), "what is changed by key is shown in the dialog"
    number = dialog.findChild(QSpinBox, "max_recent")
    assert isinstance(number, QSpinBox)
    number.setFocus()
    QTest.keyClick(number, Qt.Key.Key_Up)
    assert settings.load().max_recent == 11


def test_files_that_are_not_to_be_remembered_are_forgotten(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    dialog = opened(qtbot, open_vitviz(photo))
    assert settings.load().recent
    check = dialog.findChild(QCheckBox, "keep_recent")
    assert isinstance(check, QCheckBox)
    check.click()
    assert settings.load().keep_recent is False
    assert settings.load().recent == ()
    check.click()


def test_precision_and_threads_reload_the_model(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    import torch

    window = open_vitviz(photo)
    dialog = opened(qtbot, window)
    used: list[int] = []

    def note(*_: object) -> None:
        used.append(torch.get_num_threads())

    exact = window.controller.document.trace
    assert exact is not None
    choose(dialog, "precision", "bfloat16")
    wait_idle(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.setup.model.dtype == "bfloat16"
    assert exact.max_error < trace.max_error <= 3e-2
    for number in (1, 3, 0):  # it is a setting of the engine's thread alone
        window.preferences.set(threads=number, precision=Precision.FLOAT32)
        wait_idle(qtbot, window)
        assert window.controller.model is not None
        block = window.controller.model.adapter.blocks[0]
        hook = block.register_forward_pre_hook(note)
        window.controller.choose_options(RunOptions(size=112 + 16 * number))
        wait_idle(qtbot, window)
        hook.remove()
    assert used == [1, 3, torch.get_num_threads()]


def test_everything_can_be_set_back(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, qapp: QApplication
) -> None:
    settings.set(theme=ThemeChoice.LIGHT, hover_preview=False, max_recent=3)
    window = open_vitviz(photo)
    assert not window.controller.screen.previews_on_hover
    dialog = opened(qtbot, window)
    button = dialog.findChild(QPushButton, "reset")
    assert isinstance(button, QPushButton)
    qtbot.mouseClick(button, LEFT)
    assert settings.load() == settings.Settings()
    assert window.controller.screen.previews_on_hover
    number = dialog.findChild(QSpinBox, "max_recent")
    assert isinstance(number, QSpinBox)
    assert number.value() == 10


def test_the_window_comes_back_where_it_was(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    screen = window.screen().availableGeometry()
    assert window.width() == round(0.8 * screen.width())
    assert window.height() == round(0.8 * screen.height()) - window_state.TITLE_PX
    window.setGeometry(90, 80, 1300, 760)
    window.splitter().setSizes([800, 500])
    qtbot.waitUntil(lambda: window.geometry() == QRect(90, 80, 1300, 760))
    sizes = window.splitter().sizes()
    assert sizes[1] > 480
    window.close()
    again = open_vitviz(photo)
    qtbot.waitUntil(lambda: again.geometry() == QRect(90, 80, 1300, 760))
    qtbot.waitUntil(lambda: again.splitter().sizes() == sizes)


SCREEN, RIGHT = QRect(0, 30, 1920, 1050), QRect(1920, 0, 1280, 1024)


@pytest.mark.parametrize(
    ("place", "screens", "expected"),
    [
        pytest.param((90, 80, 800, 600), [SCREEN], (90, 80, 800, 600), id="as it was"),
        pytest.param(
            (2000, 80, 800, 600), [SCREEN, RIGHT], (2000, 80, 800, 600), id="second"
        ),
        pytest.param(
            (2000, 80, 800, 600), [SCREEN], (1120, 80, 800, 600), id="unplugged"
        ),
        pytest.param(
            (-5000, -5000, 800, 600), [SCREEN], (0, 62, 800, 600), id="far off"
        ),
        pytest.param((100, 2000, 800, 600), [SCREEN], (100, 480, 800, 600), id="below"),
        pytest.param(
            (100, -300, 800, 600), [SCREEN], (100, 62, 800, 600), id="title above"
        ),
        pytest.param(
            (100, 30, 800, 600), [SCREEN], (100, 62, 800, 600), id="title just above"
        ),
        pytest.param(
            (100, 52, 800, 600), [SCREEN], (100, 52, 800, 600), id="low title bar"
        ),
        pytest.param(
            (1900, 80, 800, 600), [SCREEN], (1120, 80, 800, 600), id="a sliver"
        ),
        pytest.param(
            (0, 60, 4000, 3000), [SCREEN], (0, 62, 1920, 1018), id="too large"
        ),
        pytest.param(
            (-300, 80, 800, 600), [SCREEN], (-300, 80, 800, 600), id="half out"
        ),
    ],
)
def test_a_window_is_never_off_the_screens(
    place: tuple[int, int, int, int],
    screens: list[QRect],
    expected: tuple[int, int, int, int],
) -> None:
    found = window_state.fitted(QRect(*place), screens)
    assert (found.x(), found.y(), found.width(), found.height()) == expected


@pytest.mark.parametrize(
    ("screen", "expected"),
    [
        pytest.param((2560, 1440), (2048, 1120), id="four fifths"),
        pytest.param((3840, 2160), (3072, 1696), id="of a large one too"),
        pytest.param((900, 700), (800, 560), id="never below the least size"),
        pytest.param((640, 480), (640, 448), id="nor larger than the screen"),
    ],
)
def test_the_first_start_takes_most_of_the_screen(
    screen: tuple[int, int], expected: tuple[int, int]
) -> None:
    found = window_state.first_size(QRect(0, 0, *screen))
    assert (found.width(), found.height()) == expected


def test_a_window_that_was_never_open_takes_most_of_this_screen(
    open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    screen = window.screen().availableGeometry()
    assert window.width() == pytest.approx(0.8 * screen.width(), abs=2)
    assert window.height() == pytest.approx(0.8 * screen.height(), abs=40)


def test_a_place_off_the_screen_is_mended_at_the_start(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    settings.set(window_place=(9000, -9000, 1300, 700), split_sizes=(1, 2, 3, 4))
    window = open_vitviz(photo)
    screen = window.screen().availableGeometry()
    assert screen.contains(window.geometry().topLeft() + QPoint(10, 10))
    assert window.width() == 1300
