"""Icons, the log, what the program is made of, and errors with details to copy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt, qWarning
from PySide6.QtGui import QColor, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from vitviz._version import __version__
from vitviz.system import logs, settings
from vitviz.system.settings import LogLevel, ThemeChoice
from vitviz.ui.base import icons, theme
from vitviz.ui.window.app import _show_exception
from vitviz.ui.window.log_window import log_qt_messages
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.state import Style

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    yield
    theme.apply(qapp, ThemeChoice.DARK)
    logs.stop()


SIDE = QSize(icons.SIZE, icons.SIZE)


def ink(icon: QIcon) -> tuple[str, float]:
    """(its fullest colour, share of the area that is drawn on)."""
    image = icon.pixmap(SIDE, 1.0).toImage()
    rows, cols = range(image.height()), range(image.width())
    pixels = [image.pixelColor(x, y) for x in cols for y in rows]
    strongest = max(pixels, key=lambda colour: colour.alpha())
    return strongest.name(), sum(c.alpha() > 60 for c in pixels) / len(pixels)


@pytest.mark.parametrize("name", icons.names())
def test_an_icon_is_a_line_in_the_colour_of_the_text(
    qapp: QApplication, name: str
) -> None:
    for choice, tone in (
        (ThemeChoice.LIGHT, theme.LIGHT),
        (ThemeChoice.DARK, theme.DARK),
        (ThemeChoice.HIGH_CONTRAST, theme.HIGH_CONTRAST),
    ):
        theme.apply(qapp, choice)
        colour, share = ink(icons.icon(name))
        wanted, found = QColor(tone.text), QColor(colour)
        assert abs(wanted.lightness() - found.lightness()) < 12
        assert 0.03 < share < 0.6, "lines, neither nothing nor a block"


def test_icons_are_sharp_on_fine_screens(qapp: QApplication) -> None:
    for ratio in (1.0, 1.25, 1.5, 2.0, 3.0):
        pixmap = icons.icon("open").pixmap(SIDE, ratio)
        assert pixmap.width() == round(18 * ratio)


def test_the_icons_on_screen_follow_the_theme(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    buttons = [b for b in window.top.findChildren(QToolButton) if not b.icon().isNull()]
    assert len(buttons) >= 8
    for choice, tone in (
        (ThemeChoice.LIGHT, theme.LIGHT),
        (ThemeChoice.HIGH_CONTRAST, theme.HIGH_CONTRAST),
        (ThemeChoice.DARK, theme.DARK),
    ):
        window.preferences.set(theme=choice)
        for button in buttons:
            found = QColor(ink(button.icon())[0])
            assert abs(QColor(tone.text).lightness() - found.lightness()) < 12


def test_a_pressed_button_keeps_its_icon_in_sight(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    buttons = [b for b in window.top.findChildren(QToolButton) if not b.icon().isNull()]
    for choice in (ThemeChoice.LIGHT, ThemeChoice.HIGH_CONTRAST, ThemeChoice.DARK):
        window.preferences.set(theme=choice)
        for button in buttons:
            button.setDown(True)  # as it stays while its menu is open
            image = button.grab().toImage()
            button.setDown(False)
            middle = range(8, image.height() - 8)
            shades = [
                image.pixelColor(x, y).lightness()
                for x in range(8, min(image.width() - 8, 30))
                for y in middle
            ]
            assert max(shades) - min(shades) > 100, (choice, button.accessibleName())


def test_a_spotlights_bar_is_as_dark_as_its_shadow(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.show()
    window.controller.change(style=Style.SPOTLIGHT)
    bar = window.panes.bar
    place = bar.barRect().toRect()
    found = {}
    for percent in (100, 40):
        window.controller.change(opacity=percent / 100)
        qtbot.waitUntil(lambda: not window.controller.has_jobs)
        image = bar.grab().toImage()
        middle = place.center().x()
        ends = place.top() + 2, place.bottom() - 2
        found[percent] = [image.pixelColor(middle, y).lightness() for y in ends]
    # black of that opacity over white
    assert found[100] == pytest.approx([255, 0], abs=4)
    assert found[40] == pytest.approx([255, 255 * 0.6], abs=4)


@pytest.mark.parametrize("make", [QComboBox, QSpinBox, QCheckBox, QLineEdit, QSlider])
def test_controls_have_outlines_in_high_contrast(
    qtbot: QtBot, qapp: QApplication, make: type[QWidget]
) -> None:
    theme.apply(qapp, ThemeChoice.HIGH_CONTRAST)
    control = make()
    qtbot.addWidget(control)
    if isinstance(control, QSlider):
        control.setOrientation(Qt.Orientation.Horizontal)
    control.resize(120, 30)
    control.show()
    qtbot.waitExposed(control)
    image = control.grab().toImage()
    brightness = [
        [image.pixelColor(x, y).lightness() for x in range(image.width())]
        for y in range(image.height())
    ]
    strong = sum(value > 200 for row in brightness for value in row)
    faint = sum(0 < value < 100 for row in brightness for value in row)
    # a box of 14 px is outlined with 56; rounded corners are smoothed
    assert strong >= 40
    assert faint < strong


def test_the_log_is_a_file_and_a_window(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    logs.start("warning")
    window = open_vitviz(photo)
    logging.getLogger("vitviz.test").info("too quiet to be kept")
    logging.getLogger("vitviz.test").warning("a warning with \udcff in it")
    window.show_log()
    dialog = dialog_of(window, "log")
    text = dialog.findChild(QPlainTextEdit)
    assert isinstance(text, QPlainTextEdit)
    assert "a warning with" in text.toPlainText()
    assert "too quiet" not in text.toPlainText()
    window.preferences.set(log_level=LogLevel.DEBUG)
    logging.getLogger("vitviz.test").debug("everything is kept now")
    qtbot.waitUntil(lambda: "everything is kept now" in text.toPlainText())
    path = logs.log_path()
    assert path is not None
    written = path.read_text("utf-8")
    assert "a warning with \\udcff in it" in written
    assert "everything is kept now" in written
    copy = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy all")
    qtbot.mouseClick(copy, LEFT)
    assert "everything is kept now" in QGuiApplication.clipboard().text()
    window.show_log()
    assert (
        len([d for d in window.findChildren(QDialog) if d.objectName() == "log"]) == 1
    )


def test_the_log_does_not_grow_without_end() -> None:
    logs.start("warning")
    logger = logging.getLogger("vitviz.test")
    for number in range(4000):
        logger.warning("%d %s", number, "x" * 1000)
    path = logs.log_path()
    assert path is not None
    files = sorted(path.parent.iterdir())
    assert [f.name for f in files] == [
        "vitviz.log",
        *(f"vitviz.log.{n}" for n in (1, 2, 3)),
    ]
    assert sum(f.stat().st_size for f in files) <= 4 * logs.MAX_BYTES
    assert "3999" in files[0].read_text("utf-8")[-1100:]
    assert len(logs.LAST_LINES.since(0)[1]) == logs.KEPT_LINES


def test_without_a_place_for_its_file_the_log_is_in_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    logs.start("warning")
    before = logs.LAST_LINES.since(0)[0]
    logging.getLogger("vitviz.test").warning("kept in memory")
    assert "kept in memory" in logs.LAST_LINES.since(before)[1][0]


def test_what_qt_says_is_written_down(qtlog: object) -> None:
    logs.start("warning")
    before = logs.LAST_LINES.since(0)[0]
    with qtlog.disabled():  # type: ignore[attr-defined]
        end = log_qt_messages()
        qWarning("a warning of Qt")
        end()
    lines = logs.LAST_LINES.since(before)[1]
    assert [line.split("  ")[-1] for line in lines] == ["a warning of Qt"]


def dialog_of(window: MainWindow, name: str) -> QDialog:
    found = window.findChild(QDialog, name)
    assert isinstance(found, QDialog)
    return found


def test_about_names_versions_device_and_licences(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    import PIL
    import torch

    window = open_vitviz(photo)
    window.actions_by_name["about"].trigger()
    dialog = dialog_of(window, "about")
    tabs = dialog.findChild(QTabWidget)
    assert isinstance(tabs, QTabWidget)
    views = [tabs.widget(i) for i in range(tabs.count())]
    texts = [v.toPlainText() for v in views if isinstance(v, QPlainTextEdit)]
    torch_version = torch.__version__.split("+")[0]
    for word in (
        f"vitviz {__version__}",
        f"torch {torch_version}",
        f"pillow {PIL.__version__}",
        "device: cpu",
        str(settings.settings_path()),
    ):
        assert word in texts[0]
    for word in ("GNU Lesser General", "PyTorch", "viridis", "CC0", "DINOv2"):
        assert word in texts[1]
    button = next(b for b in dialog.findChildren(QPushButton) if "Copy" in b.text())
    qtbot.mouseClick(button, LEFT)
    assert QGuiApplication.clipboard().text() == texts[0]


def test_an_error_has_details_to_copy_and_outlives_the_model(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    model_folder: Path,
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"<html>")
    window = open_vitviz(photo)
    window.open_path(str(bad))
    bar = window.panes.errors
    qtbot.waitUntil(bar.isVisible)
    former = window.controller.model
    window.choose_model(str(model_folder), None)
    qtbot.waitUntil(lambda: window.controller.model is not former, timeout=20_000)
    assert bar.isVisible(), "a model has arrived; the picture is as bad as before"
    details, copy = (
        next(b for b in bar.findChildren(QToolButton) if b.text() == text)
        for text in ("Details", "Copy")
    )
    qtbot.mouseClick(details, LEFT)
    qtbot.mouseClick(copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert "bad.png is not a picture" in text
    assert "ImageError" in text


def test_an_error_nobody_foresaw_says_where_it_was(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    try:
        raise LookupError("<b>nothing")
    except LookupError as error:
        _show_exception(window)(type(error), error, error.__traceback__)
    bar = window.panes.errors
    assert "LookupError: <b>nothing" in bar.text()
    copy = next(b for b in bar.findChildren(QToolButton) if b.text() == "Copy")
    qtbot.mouseClick(copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert "Traceback" in text
    assert "test_an_error_nobody_foresaw_says_where_it_was" in text
    bar.clear()
