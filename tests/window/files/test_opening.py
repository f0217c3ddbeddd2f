"""Folders, the film strip, stepping, what was opened before: through the window."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFileOpenEvent,
    QGuiApplication,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QListView,
    QMenu,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, save_sheet, wait_idle
from vitviz.jobs.queue import JobKind
from vitviz.system import settings
from vitviz.system.paths import resource
from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.ui.window.app import OpenEvents
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.top_bar import TopBar

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """p1, p2, p10: red, green, blue; p3 is no picture; and a text."""
    folder = tmp_path / "album"
    folder.mkdir()
    for name, colour in (("p1", "red"), ("p2", "green"), ("p10", "blue")):
        PIL.Image.new("RGB", (64, 48), colour).save(folder / f"{name}.png")
    (folder / "p3.png").write_bytes(b"not a picture")
    (folder / "notes.txt").write_text("text")
    return folder


def shown(window: MainWindow) -> str:
    image = window.controller.document.image
    return "" if image is None else image.name


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, key, CTRL)


def strip_of(window: MainWindow) -> QListView:
    found = window.film.findChild(QListView)
    assert isinstance(found, QListView)
    return found


def test_a_folder_is_stepped_through_in_natural_order(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path
) -> None:
    window = open_vitviz(album)
    assert shown(window) == "p1.png"
    assert window.film.isVisible()
    press(qtbot, window, Qt.Key.Key_Left)
    assert shown(window) == "p1.png", "it is the first"
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shown(window) == "p2.png")
    wait_idle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "p3.png is not a picture" in window.panes.errors.text()
    assert shown(window) == "p2.png", "what was there stays"
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shown(window) == "p10.png")
    wait_idle(qtbot, window)
    assert strip_of(window).currentIndex().row() == 3


def test_the_film_strip_shows_thumbnails_and_opens_what_is_chosen(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path
) -> None:
    window = open_vitviz(album)
    strip = strip_of(window)
    model = strip.model()
    kind = Qt.ItemDataRole.DecorationRole

    def colours() -> list[str | None]:
        pixmaps = [model.index(row, 0).data(kind) for row in range(4)]
        return [
            None if p is None else p.toImage().pixelColor(5, 5).name() for p in pixmaps
        ]

    expected = ["#ff0000", "#008000", None, "#0000ff"]
    qtbot.waitUntil(lambda: colours() == expected)
    names = [model.index(row, 0).data() for row in range(4)]
    assert names == ["p1.png", "p2.png", "p3.png", "p10.png"]
    spot = strip.visualRect(model.index(3, 0)).center()
    qtbot.mouseClick(strip.viewport(), LEFT, pos=spot)
    qtbot.waitUntil(lambda: shown(window) == "p10.png")
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: shown(window) == "p1.png")
    wait_idle(qtbot, window)
    assert strip.hasFocus(), "one can go on with the arrow keys"


def test_the_strip_folds_and_stays_so(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path
) -> None:
    window = open_vitviz(album)
    width = window.panes.picture.width()
    toggle = window.actions_by_name["film_strip"]
    toggle.trigger()
    assert not window.film.isVisible()
    qtbot.waitUntil(lambda: window.panes.picture.width() > width + 80)
    assert settings.load().show_film_strip is False
    toggle.trigger()
    assert window.film.isVisible()
    single = open_vitviz(album / "p2.png")
    assert not single.film.isVisible(), "a single file needs no strip"
    press(qtbot, single, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: shown(single) == "p1.png")
    wait_idle(qtbot, single)
    single.actions_by_name["film_strip"].trigger()
    assert single.film.isVisible()


def test_the_neighbours_are_read_ahead(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path
) -> None:
    window = open_vitviz(album)
    picture_cache = window.controller.runs.picture_cache
    qtbot.waitUntil(lambda: picture_cache.get(album / "p2.png") is not None)
    assert picture_cache.get(album / "p10.png") is None
    image = picture_cache.get(album / "p2.png")
    window.files.step(1)
    qtbot.waitUntil(lambda: window.controller.document.image is image)
    wait_idle(qtbot, window)
    qtbot.waitUntil(lambda: picture_cache.get(album / "p1.png") is not None)


def test_several_files_and_a_folder_without_pictures(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    window = open_vitviz(album / "p10.png", photo, album / "p1.png")
    assert shown(window) == "p10.png"
    assert [p.name for p in window.files.listing.paths] == [
        "p10.png",
        photo.name,
        "p1.png",
    ]
    assert window.film.isVisible()
    (album / "empty").mkdir()
    window.open_path(str(album / "empty"))
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert "No pictures in folder “empty”" in window.panes.errors.text()
    assert len(window.files.listing.paths) == 3
    window.panes.errors.dismiss()
    other = open_vitviz(album / "empty", wait=False)
    qtbot.waitUntil(lambda: other.controller.model is not None, timeout=60_000)
    qtbot.waitUntil(
        lambda: "No pictures in folder “empty”" in other.panes.errors.text()
    )


def test_dialogs_begin_beside_the_picture(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    album: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[str] = []

    def ask(_parent: object, _title: str, place: str, *_: object) -> tuple[str, str]:
        begun.append(place)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", ask)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    window = open_vitviz(album / "p1.png")
    window.open_dialogs.open_dialog()
    window.export()
    save_sheet(qtbot, window)
    window.sessions.save()
    window.open_path(str(resource("samples", "cat.jpg")))
    qtbot.waitUntil(lambda: shown(window) == "cat.jpg")
    wait_idle(qtbot, window)
    window.open_dialogs.open_dialog()  # nobody keeps pictures among the samples
    assert begun == [
        str(album),
        str(album / "p1-attention.png"),
        str(album / "session.vitviz"),
        str(album),
    ]


def test_what_was_changed_in_a_picture_stands_beside_its_name(
    qtbot: QtBot, open_vitviz: OpenWindow, tmp_path: Path
) -> None:
    deep = tmp_path / f"{'deep' * 12}.png"
    values = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 10
    PIL.Image.fromarray(values).save(deep)
    window = open_vitviz(deep)
    title = window.top.findChild(ElidedLabel)
    assert title is not None
    said = (
        f"{deep.name}   64×64   Values from 0 to 65535, "
        "all of their type, shown as 0–255."
    )
    assert title.toolTip() == said
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: title.text() != said)
    assert said.startswith(title.text()[:-1])


def test_a_drop_of_files_and_of_an_address(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    window = open_vitviz(photo)

    def drop(*urls: QUrl) -> None:
        mime = QMimeData()
        mime.setUrls(list(urls))
        what = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(QPoint(50, 50), *what)
        QApplication.sendEvent(window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), *what))

    drop(*(QUrl.fromLocalFile(str(album / n)) for n in ("p2.png", "p1.png")))
    qtbot.waitUntil(lambda: shown(window) == "p2.png")
    wait_idle(qtbot, window)
    assert len(window.files.listing.paths) == 2
    drop(QUrl("https://example.org/cat.jpg"))
    assert "fetches nothing" in window.panes.errors.text()
    assert shown(window) == "p2.png"
    window.panes.errors.dismiss()


def test_what_can_be_dropped_is_welcomed_by_a_frame(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    window = open_vitviz(photo)
    frame = window.contents().drop
    what = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier

    def enter(mime: QMimeData) -> bool:
        event = QDragEnterEvent(QPoint(50, 50), what[0], mime, LEFT, what[1])
        QApplication.sendEvent(window, event)
        return frame.isVisible()

    words, files = QMimeData(), QMimeData()
    words.setText("not a picture")
    files.setUrls([QUrl.fromLocalFile(str(album / "p1.png"))])
    assert not enter(words)
    before = window.grab().toImage()
    assert enter(files)
    assert frame.size() == window.contents().size()
    assert window.grab().toImage() != before
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not frame.isVisible()
    assert window.grab().toImage() == before
    assert enter(files)
    drop = QDropEvent(QPointF(50, 50), what[0], files, LEFT, what[1])
    QApplication.sendEvent(window, drop)
    assert not frame.isVisible()
    qtbot.waitUntil(lambda: shown(window) == "p1.png")
    wait_idle(qtbot, window)


def recent_menu(window: MainWindow) -> list[str]:
    menu = open_menu(window.top)
    menu.aboutToShow.emit()
    return [a.text() for a in menu.actions() if a.data() and "–" in a.text()]


def open_menu(top: TopBar) -> QMenu:
    button = next(b for b in top.findChildren(QToolButton) if "Open" in b.text())
    return button.menu()


def test_what_was_opened_comes_back_in_the_menu_and_on_the_start_page(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    window = open_vitviz(photo)
    for path in (album / "p2.png", album, resource("samples", "cat.jpg"), photo):
        window.open_path(str(path))
        name = "p1.png" if path == album else path.name
        qtbot.waitUntil(lambda name=name: shown(window) == name)  # type: ignore[misc]
        wait_idle(qtbot, window)
    expected = [str(photo), str(album), str(album / "p2.png")]
    assert list(settings.load().recent) == expected, "no samples, each once"
    assert [t.split("   ")[0] for t in recent_menu(window)] == [
        photo.name,
        "album",
        "p2.png",
    ]
    window.close()
    again = open_vitviz(wait=False)
    buttons = again.start.recent.findChildren(QToolButton)
    assert [b.property("path") for b in buttons] == expected
    assert all(b.isVisible() for b in buttons)
    qtbot.mouseClick(buttons[2], LEFT)
    qtbot.waitUntil(lambda: shown(again) == "p2.png")
    wait_idle(qtbot, again)
    menu = open_menu(again.top)
    menu.aboutToShow.emit()
    next(a for a in menu.actions() if a.text() == "Clear recent files").trigger()
    assert settings.load().recent == ()
    assert recent_menu(again) == []


def test_nothing_is_remembered_when_that_is_off(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path
) -> None:
    settings.set(keep_recent=False)
    window = open_vitviz(album / "p1.png")
    assert settings.load().recent == ()
    assert recent_menu(window) == []


def test_a_failing_file_is_not_remembered_and_leaves_the_start_page(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path
) -> None:
    window = open_vitviz(album / "p3.png", wait=False)
    qtbot.waitUntil(window.panes.errors.isVisible)
    assert window.start.isVisible()
    assert settings.load().recent == ()
    qtbot.waitUntil(lambda: not window.controller.workers.is_awaited(JobKind.FOLDER))
    window.files.step(1)
    qtbot.waitUntil(lambda: shown(window) == "p10.png")
    wait_idle(qtbot, window)


def test_a_failing_file_leaves_the_list_of_the_picture_on_screen(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, tmp_path: Path
) -> None:
    window = open_vitviz(album)
    wait_idle(qtbot, window)
    assert window.film.isVisible()
    window.open_path(str(tmp_path / "elsewhere" / "none.png"))
    qtbot.waitUntil(window.panes.errors.isVisible)
    qtbot.waitUntil(lambda: not window.controller.has_jobs)
    assert window.film.isVisible()
    window.panes.errors.dismiss()
    qtbot.keyClick(window, Qt.Key.Key_Right, CTRL)
    qtbot.waitUntil(lambda: shown(window) == "p2.png")


def test_a_double_click_in_the_desktop_opens_in_the_running_window(
    qtbot: QtBot, qapp: QApplication, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    events = OpenEvents(qapp)
    try:
        event = QFileOpenEvent(QUrl.fromLocalFile(str(album / "p1.png")))
        QApplication.sendEvent(qapp, event)
        window = open_vitviz(photo)
        events.hand_to(window)
        qtbot.waitUntil(lambda: shown(window) == "p1.png")
        wait_idle(qtbot, window)
        event = QFileOpenEvent(QUrl.fromLocalFile(str(album / "p10.png")))
        QApplication.sendEvent(qapp, event)
        qtbot.waitUntil(lambda: shown(window) == "p10.png")
        wait_idle(qtbot, window)
        for path in (album / "p2.png", photo):  # dropped on the program's icon
            event = QFileOpenEvent(QUrl.fromLocalFile(str(path)))
            QApplication.sendEvent(qapp, event)
        qtbot.waitUntil(lambda: shown(window) == "p2.png")
        assert window.files.listing.paths == (album / "p2.png", photo)
        wait_idle(qtbot, window)
    finally:
        qapp.removeEventFilter(events)
        events.deleteLater()


def test_paste_of_a_folder_on_the_clipboard(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    window = open_vitviz(photo)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(album))])
    QGuiApplication.clipboard().setMimeData(mime)
    window.paste()
    qtbot.waitUntil(lambda: shown(window) == "p1.png")
    wait_idle(qtbot, window)


def test_the_view_that_was_copied_can_be_pasted(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.copy()
    window.paste()
    qtbot.waitUntil(lambda: shown(window) == "pasted")
    wait_idle(qtbot, window)
    assert settings.load().recent == (str(photo),)


def test_a_picture_replaced_since_it_was_read_ahead_is_read_again(
    qtbot: QtBot, open_vitviz: OpenWindow, album: Path, photo: Path
) -> None:
    window = open_vitviz(album)
    picture_cache = window.controller.runs.picture_cache
    qtbot.waitUntil(lambda: picture_cache.get(album / "p2.png") is not None)
    shutil.copy(photo, album / "p2.png")
    window.files.step(1)
    qtbot.waitUntil(lambda: shown(window) == "p2.png")
    wait_idle(qtbot, window)
    image = window.controller.document.image
    assert image is not None
    assert image.size == (240, 180)


def test_the_film_strip_follows_the_theme_and_is_not_presented(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    tmp_path: Path,
) -> None:
    """Its whole surface has the colours of the theme; an audience does not see it."""
    folder = tmp_path / "several"
    folder.mkdir()
    for number, path in enumerate((photo, other_photo)):
        shutil.copy(path, folder / f"{number}.png")
    window = open_vitviz(folder)
    qtbot.waitUntil(window.film.isVisible)
    for choice in (ThemeChoice.LIGHT, ThemeChoice.DARK, ThemeChoice.HIGH_CONTRAST):
        window.preferences.show_theme(choice)
        image = window.film.grab().toImage()
        below = image.pixelColor(image.width() // 2, image.height() - 60)
        assert below.name().upper() == theme.colours().surround
    window.present.begin(full_screen=False)
    assert window.film.isHidden()
    for _ in range(2):
        window.files.toggle_strip()
        assert window.film.isHidden()
    window.present.end()
    assert not window.film.isHidden()
