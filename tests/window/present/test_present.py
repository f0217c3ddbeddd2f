"""Present as who speaks uses it: one key, a clicker, and everything back at the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QCursor, QImage, QRegion
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.painted import painted
from vitviz.domain.interventions import Interventions, ListedIntervention
from vitviz.ui.present.overlay import PresentOverlay
from vitviz.ui.present.present import SMALLEST_PX
from vitviz.ui.window.hints import Hint
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import LearnView, Mode, Style, ViewState

KEY = Qt.Key


def begin(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window, KEY.Key_F5)
    qtbot.waitUntil(lambda: window.present.is_on)
    wait_idle(qtbot, window)


def end(qtbot: QtBot, window: MainWindow, key: Qt.Key = KEY.Key_Escape) -> None:
    qtbot.keyClick(window, key)
    qtbot.waitUntil(lambda: not window.present.is_on)
    wait_idle(qtbot, window)


def text_sizes(widget: QWidget) -> dict[str, float]:
    """Every text that is painted in a window, and the px it is painted in."""
    found: dict[str, float] = {}
    for one in painted(widget):
        found[one.text] = min(one.px, found.get(one.text, one.px))
    return found


def test_the_measure_of_texts_is_right(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """On a desk the window has texts of about 11 px."""
    window = open_vitviz(photo)
    sizes = text_sizes(window)
    assert 8 < min(sizes.values()) < 14
    assert any("uniform" in text for text in sizes)


FLAT = ListedIntervention(Interventions(temperature=2.0))
SCENES = {
    "inspect": ViewState(),
    "all heads": ViewState(tab="heads"),
    "classes": ViewState(tab="classes"),
    "tokens": ViewState(tab="tokens"),
    "lab": ViewState(mode=Mode.LAB, changes=(FLAT,)),
    **{
        f"chapter {one.number}": ViewState(mode=Mode.LEARN, learn=LearnView(one))
        for one in Chapter
    },
}


@pytest.mark.parametrize("scene", SCENES)
def test_no_text_is_smaller_than_the_last_row_can_read(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, scene: str
) -> None:
    window = open_vitviz(photo)
    window.resize(1280, 720)
    window.controller.go_to_state(SCENES[scene])
    wait_idle(qtbot, window)
    window.present.begin(full_screen=False)
    wait_idle(qtbot, window)
    qtbot.waitUntil(window.line.isVisible)
    assert window.size().width() == 1280
    assert window.size().height() == 720, "nothing may force the window to grow"
    sizes = text_sizes(window)
    assert len(sizes) > 5
    small = {text: size for text, size in sizes.items() if size < SMALLEST_PX - 0.5}
    assert not small
    end(qtbot, window)


def test_one_key_begins_and_everything_returns(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.controller.pin(9)
    before = window.controller.state
    place, sizes = window.geometry(), window.splitter().sizes()
    font = window.font()
    assert before.style is Style.TINT
    begin(qtbot, window)
    qtbot.waitUntil(window.isFullScreen)
    assert window.controller.state.style is Style.TINT, "a shadow is not read there"
    assert window.font().pointSizeF() > 1.6 * font.pointSizeF()
    for part in (window.top, window.panes.controls, window.panes.status):
        assert not part.isVisible()
    for shown in (window.panes.picture, window.panes.rail, window.panes.side):
        qtbot.waitUntil(shown.isVisible)
    words = "layer 3 · head mean · (1,\N{NO-BREAK SPACE}1)"
    qtbot.waitUntil(lambda: window.line.text() == words)
    end(qtbot, window)
    qtbot.waitUntil(lambda: not window.isFullScreen())
    qtbot.waitUntil(lambda: window.geometry() == place)
    assert window.controller.state == before
    qtbot.waitUntil(lambda: window.splitter().sizes() == sizes)
    assert window.font() == font
    assert window.top.isVisible()
    assert not window.line.isVisible()
    begin(qtbot, window)
    end(qtbot, window, KEY.Key_F5)


def num_hints(window: MainWindow) -> int:
    return sum(hint.isVisible() for hint in window.findChildren(Hint))


def test_hints_are_not_for_the_audience(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    window.hints.show_again()
    qtbot.waitUntil(lambda: num_hints(window) > 0)
    begin(qtbot, window)
    assert num_hints(window) == 0
    end(qtbot, window)
    qtbot.waitUntil(lambda: num_hints(window) > 0)


def test_a_clicker_steps_through_layers_views_and_chapters(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    control = window.controller
    control.change(layer=0)
    begin(qtbot, window)
    for key, layer in (
        (KEY.Key_PageDown, 1),
        (KEY.Key_Right, 2),
        (KEY.Key_Left, 1),
        (KEY.Key_PageUp, 0),
    ):
        window.panes.picture.setFocus()
        token = control.state.token
        qtbot.keyClick(window.panes.picture, key)
        assert control.state.layer == layer
        assert control.state.token == token, "the arrows are the clicker's here"
    end(qtbot, window)
    control.pin(3)
    window.save_view()
    control.pin(8)
    window.save_view()
    begin(qtbot, window)
    qtbot.keyClick(window, KEY.Key_PageUp)
    assert control.state.token == 3
    qtbot.keyClick(window, KEY.Key_Right)
    assert control.state.token == 8
    qtbot.keyClick(window, KEY.Key_F3)
    wait_idle(qtbot, window)
    learn, seen = window.panes.learn, [place_in(window)]
    num_answers = 0
    while learn.chapter() is not Chapter.COST:
        page = learn.page()
        assert page is not None
        guess = page.open_guess()
        qtbot.keyClick(window, KEY.Key_PageDown)
        wait_idle(qtbot, window)
        if guess is None:
            seen.append(place_in(window))
        else:  # the answer, before the step is left
            num_answers += 1
            assert guess.isRevealed()
            assert place_in(window) == seen[-1]
    assert num_answers > 1
    assert [chapter for chapter, _ in seen[:2]] == [Chapter.SEQUENCE] * 2
    assert len(set(seen)) == len(seen) > 3, "a chapter has several steps"
    for before in seen[-2::-1]:
        qtbot.keyClick(window, KEY.Key_Left)
        wait_idle(qtbot, window)
        assert place_in(window) == before
    end(qtbot, window)
    assert learn is not window.panes.learn
    token = control.state.token
    window.panes.picture.setFocus()
    qtbot.keyClick(window.panes.picture, KEY.Key_Right)
    assert control.state.token == token + 1, "afterwards they move the query again"


def place_in(window: MainWindow) -> tuple[Chapter, int]:
    """Chapter and step on screen."""
    page = window.panes.learn.page()
    assert page is not None
    return window.panes.learn.chapter(), page.step_index


def num_shades(window: MainWindow) -> int:
    """Of grey, in what is on screen."""
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return len({image.pixel(x, y) for x in range(0, 400, 7) for y in range(0, 400, 7)})


def test_the_screen_is_blanked_and_comes_back(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    heads = window.controller.state.heads
    begin(qtbot, window)
    for key in (KEY.Key_Period, KEY.Key_B):
        qtbot.keyClick(window, key)
        assert num_shades(window) == 1
        qtbot.keyClick(window, key)
        assert num_shades(window) > 50
    qtbot.keyClick(window, KEY.Key_B)
    qtbot.keyClick(window, KEY.Key_PageUp)
    assert window.present.stage is not None
    assert not window.present.stage.isBlank(), "a step shows the picture again"
    assert window.controller.state.heads == heads, "the point is no key for heads here"
    end(qtbot, window)


def test_pointer_and_pressed_keys_are_shown(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    begin(qtbot, window)
    stage = window.present.stage
    assert stage is not None
    place = window.panes.picture.mapToGlobal(QPoint(150, 150))
    QCursor.setPos(place)
    qtbot.waitUntil(
        lambda: stage.haloRect().contains(stage.mapFromGlobal(QCursor.pos()))
    )
    qtbot.keyClick(window, KEY.Key_G)
    assert stage.shownKey() == "G"
    assert not window.controller.state.show_grid, "the key does what it does"
    qtbot.waitUntil(lambda: stage.shownKey() == "", timeout=4000)
    assert QColor(255, 220, 60) in colours_round(stage)
    window.preferences.set(present_halo=False, present_keys=False)
    qtbot.keyClick(window, KEY.Key_G)
    assert stage.shownKey() == ""
    assert QColor(255, 220, 60) not in colours_round(stage)
    end(qtbot, window)


def colours_round(stage: PresentOverlay) -> list[QColor]:
    """What the stage paints from the pointer to the right."""
    image = QImage(stage.size(), QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    stage.render(image, QPoint(), QRegion(), QWidget.RenderFlag(0))
    middle, edge = stage.haloRect().center(), stage.haloRect().right()
    row = range(middle.x(), min(edge, image.width() - 1))
    return [image.pixelColor(x, middle.y()) for x in row]


TWO_SCREENS = """
import sys
import time
from PySide6.QtGui import QGuiApplication
from vitviz.ui.base import theme
from vitviz.ui.window.app import application, open_window
from vitviz.views.view_state import Chapter, LearnView
from vitviz.views.view_state import Mode

app = application(["vitviz"], lang="en")
theme.apply(app, theme.ThemeChoice.DARK)
first, second = QGuiApplication.screens()


def wait(seconds, is_done):
    end = time.monotonic() + seconds
    while not is_done():  # Qt's own wait would keep the engine's thread waiting too
        assert time.monotonic() < end
        app.processEvents()
        time.sleep(0.01)


window = open_window([sys.argv[1]], model=sys.argv[2])
control = window.controller
wait(60, lambda: control.document.trace and control.document.trace.is_complete)
here = window.screen()
there = second if here is first else first
control.change(mode=Mode.LEARN, learn=LearnView(Chapter.COST))
window.present.begin()
wait(20, lambda: window.present.speaker.texts()[0].startswith("4 "))
speaker = window.present.speaker
# a window manager moves windows when it gets to it
wait(20, lambda: there.geometry().contains(window.geometry()))
wait(20, lambda: here.geometry().contains(speaker.geometry().center()))
notes = speaker.texts()[1]
assert len(notes) > 40, notes
seen = [speaker.texts()]
while not speaker.texts()[0].startswith("5 "):
    former = speaker.texts()
    speaker.nextRequested.emit()
    wait(20, lambda: speaker.texts() != former)
    seen.append(speaker.texts())
following = [one[2] for one in seen[:-1]]
assert following.count("Next: the answer") == 1, seen
following.remove("Next: the answer")  # which does not leave the step
assert following == [
    *(f"Next: step {n} of this chapter" for n in range(2, len(following) + 1)),
    "Next: Query, key, value",
], seen
wait(20, window.isFullScreen)
assert ":" in speaker.clock()
window.present.end()
app.processEvents()
assert window.present.speaker is None
wait(20, lambda: window.screen() is here)
window.close()
print("two screens")
"""


def run_on_two_screens(
    command: list[str], folder: Path, arguments: list[str], **environment: str
) -> str:
    """What the script says, and what went wrong."""
    script = folder / "two.py"
    script.write_text(TWO_SCREENS)
    root = str(Path(vitviz.__file__).parents[1])
    done = subprocess.run(
        [*command, sys.executable, str(script), *arguments],
        env={**os.environ, "PYTHONPATH": root, **environment},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return done.stdout + done.stderr[-2000:]


def test_with_two_screens_the_notes_stay_on_the_first(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    """On a platform of Qt's that has no display, but two screens."""
    screens = tmp_path / "screens.json"
    listed = [
        {
            "name": name,
            "x": x,
            "y": 0,
            "width": 1280,
            "height": 720,
            "logicalDpi": 96,
            "logicalBaseDpi": 96,
            "dpr": 1,
        }
        for name, x in (("desk", 0), ("projector", 1280))
    ]
    screens.write_text(json.dumps({"screens": listed}))
    said = run_on_two_screens(
        [],
        tmp_path,
        [str(photo), str(model_folder)],
        QT_QPA_PLATFORM=f"offscreen:configfile={screens}",
    )
    assert "two screens" in said, said


@pytest.mark.skipif(sys.platform != "linux", reason="X11 is Linux's")
@pytest.mark.skipif(find_library("Xrandr") is None, reason="splits by libXrandr")
def test_with_two_monitors_the_window_fills_the_second(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    """With a window manager, on a virtual screen that RandR splits into two."""
    said = run_on_two_screens(
        [
            "packaging/with-screen.sh",
            "sh",
            "-c",
            f'"{sys.executable}" tests/window/present/monitors.py && exec "$@"',
            "sh",
        ],
        tmp_path,
        [str(photo), str(model_folder)],
        SCREEN="2560x720x24",
        QT_QPA_PLATFORM="xcb",
    )
    assert "two screens" in said, said
