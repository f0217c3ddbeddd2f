"""Random actions on the window: no exception, no warning of Qt, and it still works."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import language, theme
from vitviz.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NEVER = {"quit", "open", "open_folder", "save_session", "export"}
"""They ask the desktop for a file, or end the program."""
KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_Tab, Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_Return),
)
CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
)
MAX_SIDE = 448


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[None]:
    """What would wait for a person, or leave the program, does nothing."""
    for name in ("getOpenFileName", "getSaveFileName", "getOpenFileNames"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    monkeypatch.setattr(QDialog, "exec", lambda *_: 0)
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda *_, **__: True)
    yield
    theme.apply(qapp, ThemeChoice.DARK)
    language.install(qapp, "en")


class Monkey:
    """Does one random thing after another; the same ones for a seed."""

    def __init__(self, window: MainWindow, pictures: list[Path], seed: int) -> None:
        self.window = window
        self.pictures = pictures
        self.chance = random.Random(seed)
        self.done: list[str] = []
        """What was done last, for the message of a failure."""

    def act(self) -> None:
        deeds = (
            (self.trigger, 30),
            (self.click_control, 30),
            (self.choose_from_menu, 10),
            (self.touch_picture, 20),
            (self.press_key, 12),
            (self.open_something, 4),
            (self.resize, 2),
            (self.close_dialogs, 3),
        )
        weights = [weight for _, weight in deeds]
        deed = self.chance.choices([one for one, _ in deeds], weights)[0]
        self.done = [*self.done[-20:], deed.__name__]
        deed()

    def note(self, text: str) -> None:
        self.done[-1] += f" {text}"

    def trigger(self) -> None:
        name = self.chance.choice(sorted(self.window.actions_by_name.keys() - NEVER))
        self.note(name)
        self.window.actions_by_name[name].trigger()

    def click_control(self) -> None:
        roots = [self.window, *self.window.findChildren(QDialog)]
        root = self.chance.choice([r for r in roots if r.isVisible()] or roots[:1])
        found = [
            one
            for one in root.findChildren(QWidget)
            if isinstance(one, CONTROLS) and one.isVisible() and one.isEnabled()
        ]
        if found:
            self.use(self.chance.choice(found))

    def use(self, control: QWidget) -> None:
        self.note(f"{type(control).__name__} {control.accessibleName()}")
        if isinstance(control, QToolButton) and control.menu() is not None:
            self.choose(control.menu())
        elif isinstance(control, QLineEdit | QAbstractSpinBox):
            QTest.keyClicks(control, self.chance.choice(("7", "cat", "0.5", "-", "")))
            if shiboken6.isValid(control):
                QTest.keyClick(control, Qt.Key.Key_Return)
        elif isinstance(control, QComboBox | QAbstractSlider):
            QTest.keyClick(control, self.chance.choice(KEYS[:4]))
        elif isinstance(control, QAbstractItemView):
            spot = self.spot(control.viewport())
            QTest.mouseClick(control.viewport(), LEFT, pos=spot)
        else:
            QTest.mouseClick(control, LEFT)

    def choose_from_menu(self) -> None:
        buttons = self.window.findChildren(QToolButton)
        menus = [b.menu() for b in buttons if b.menu() is not None and b.isEnabled()]
        self.choose(self.chance.choice(menus))

    def choose(self, menu: QMenu) -> None:
        menu.aboutToShow.emit()
        found = [a for a in menu.actions() if self.is_harmless(a)]
        if found:
            action = self.chance.choice(found)
            self.note(action.text())
            if action.menu() is not None:
                self.choose(action.menu())  # type: ignore[arg-type]
            else:
                action.trigger()
        menu.aboutToHide.emit()

    def is_harmless(self, action: QAction) -> bool:
        text = action.text()
        large = any(f"{n} px" in text for n in range(MAX_SIDE + 1, 4096))
        is_offered = action.isEnabled() and not action.isSeparator()
        return is_offered and action.objectName() not in NEVER and not large

    def touch_picture(self) -> None:
        viewport = self.window.panes.picture.viewport()
        spot = self.spot(viewport)
        QTest.mouseMove(viewport, spot)
        keys = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if self.chance.random() < 0.6:
            QTest.mouseClick(viewport, LEFT, self.chance.choice(keys), spot)

    def spot(self, widget: QWidget) -> QPoint:
        x = self.chance.randrange(max(1, widget.width()))
        return QPoint(x, self.chance.randrange(max(1, widget.height())))

    def press_key(self) -> None:
        key = self.chance.choice(KEYS)
        target = QApplication.focusWidget() or self.window.panes.picture
        has_menu = isinstance(target, QToolButton) and target.menu() is not None
        if has_menu or isinstance(target, QComboBox):
            key = Qt.Key.Key_Tab  # a menu that opens would wait for a person
        self.note(f"{key.name} on {type(target).__name__}")
        QTest.keyClick(target, key)

    def open_something(self) -> None:
        if self.chance.random() < 0.2:
            self.window.paste()
        else:
            path = self.chance.choice(self.pictures)
            self.note(path.name)
            self.window.open_path(str(path))

    def resize(self) -> None:
        width = self.chance.randint(900, 1500)
        self.window.resize(width, self.chance.randint(650, 1000))

    def close_dialogs(self) -> None:
        for dialog in self.window.findChildren(QDialog):
            dialog.close()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize(
    ("actions", "seed"),
    [
        pytest.param(250, 11, id="short"),
        *(
            pytest.param(
                10_000,
                seed,
                id=f"seed-{seed}",
                marks=[pytest.mark.long, pytest.mark.timeout(3000)],
            )
            for seed in (1, 2, 3)
        ),
    ],
)
def test_ten_thousand_random_actions(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    tmp_path: Path,
    classifier_folder: Path,
    actions: int,
    seed: int,
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture")
    QGuiApplication.clipboard().setText("no picture either")
    window = open_vitviz(photo, model=classifier_folder)
    monkey = Monkey(window, [photo, other_photo, photo.parent, bad], seed)
    for number in range(actions):
        try:
            monkey.act()
            QApplication.processEvents()
        except BaseException:
            print(f"action {number}:", *monkey.done, sep="\n  ")  # noqa: T201
            raise
    monkey.close_dialogs()
    control = window.controller
    control.cancel()
    qtbot.waitUntil(lambda: not control.has_jobs, timeout=120_000)
    # and it still does what it is for
    window.choose_model(str(classifier_folder), None)
    qtbot.waitUntil(lambda: not control.has_jobs, timeout=60_000)
    window.open_path(str(photo))
    qtbot.waitUntil(
        lambda: (
            control.document.image is not None
            and control.document.image.name == photo.name
            and control.document.trace is not None
            and control.document.trace.is_complete
            and not control.has_jobs
        ),
        timeout=60_000,
    )
