"""Takes the README's pictures by driving the program on a (virtual) screen.

usage: make pictures ARGS="--theme dark --size 1280x720 --scale 2 --out FOLDER"

Also the way to look at one's work: any theme, language, size, scale, model and picture.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.views.chapters import Chapter

if TYPE_CHECKING:
    from vitviz.ui.window.main_window import MainWindow

SCENES = (
    "start",
    "patch",
    "spotlight",
    "head",
    "column",
    "relevance",
    "heads",
    "tokens",
    "compare",
    "map_test",
    "models",
    "learn",
    "lab-hide",
    "sheet",
    "present-chapter-5",
)
# Of a chapter in the README, counted from 0: the one that shows products and sum.
README_STEP = 1
# All steps of each chapter are taken, numbered.
CHAPTERS = tuple(f"chapter-{one.number}" for one in Chapter)
TOOLS = tuple(f"lab-{name}" for name in ("softmax", "heads", "cut", "hide"))
PRESENT = (
    "present",
    *(
        f"present-{name}"
        for name in ("heads", "classes", "tokens", "map_test", "views")
    ),
    *(f"present-{name}" for name in ("compare", "keys", *CHAPTERS, *TOOLS)),
    "present-lab-changes",
)
DIALOGS = (
    "settings",
    "about",
    "log",
    "size",
    "preprocessing",
    "range",
    "network",
    "web-page",
)
MENUS = tuple(
    f"menu-{name}"
    for name in (
        *("open", "model", "size", "export", "program"),
        *("method", "scale", "colours"),
    )
)
"""In the order of their buttons on screen."""
MODAL = ("size", "preprocessing", "range", "network", "web-page")
"""Dialogs that hold everything up."""
OVER = ("keys", "hints", "classes", "views", "error")
MORE = (*CHAPTERS, *TOOLS, *PRESENT, *DIALOGS, *MENUS, *OVER)
"""Not in the README: to look at."""
TIMEOUT_S = 120
SETTLE_S = 0.5
_KINDS = ("CONFIG", "DATA", "STATE", "CACHE")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", choices=("light", "dark"), default=None)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--scale", default="1")
    # else a busy machine would open with the quick one of the two
    parser.add_argument("--model", default="vitviz-small")
    parser.add_argument("--picture", default=None)
    parser.add_argument("--scene", default=None, help="names with commas, or all")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    return parser.parse_args()


def main() -> None:
    """Take some scenes, or all of the README's."""
    chosen = arguments()
    os.environ["QT_SCALE_FACTOR"] = chosen.scale
    with tempfile.TemporaryDirectory() as home:
        # as after a first start: neither one's own settings nor one's own progress
        os.environ.update({f"XDG_{kind}_HOME": home for kind in _KINDS})
        take_all(chosen)


def take_all(chosen: argparse.Namespace) -> None:
    """Open the window for each scene."""
    chosen.out.mkdir(parents=True, exist_ok=True)
    from vitviz.system.settings import ThemeChoice
    from vitviz.ui.base import theme
    from vitviz.ui.window.app import application

    app = application(["vitviz"], chosen.lang)
    everything = tuple(dict.fromkeys((*SCENES, *MORE)))
    scenes = SCENES if chosen.scene is None else tuple(chosen.scene.split(","))
    if scenes == ("all",):
        scenes = everything
    if unknown := [name for name in scenes if name not in everything]:
        raise SystemExit(f"no such scene: {', '.join(unknown)}; {everything}")
    for scene in scenes:
        is_light = scene in {"start", "head"}
        tone = chosen.theme or ("light" if is_light else "dark")
        theme.apply(app, ThemeChoice(tone))
        width, height = map(int, chosen.size.split("x"))
        path = chosen.out / f"{scene}.png"
        # of the README's only what it shows
        takes_all = chosen.scene is not None
        size = width, height
        take(scene, path, size, chosen.model, chosen.picture, takes_all=takes_all)
        sys.stdout.write(f"{path}\n")


def take(
    scene: str,
    path: Path,
    size: tuple[int, int],
    model: str | None,
    picture: str | None,
    *,
    takes_all: bool,
) -> None:
    """Open the window, bring it into the scene, save what it shows.

    takes_all : of a chapter all steps, numbered.
    """
    from PySide6.QtWidgets import QApplication, QDialog, QMenu

    from vitviz.ui.window.app import open_window
    from vitviz.ui.window.start_page import sample_paths

    # a test takes hundreds of passes, and a column is clearest in few layers
    if scene in {"map_test", "column"}:
        model = "vitviz-flexi"
    samples = {p.stem: str(p) for p in sample_paths()}
    chosen = {"spotlight": "coffee", "column": "rocket", "sheet": "kingfisher"}
    paths = [picture or samples[chosen.get(scene, "cat")]]
    window = open_window([] if scene == "start" else paths, model=model)
    window.resize(*size)
    control = window.controller

    def is_done() -> bool:
        trace = control.document.trace
        if scene == "start":
            return control.model is not None and not control.has_jobs
        return trace is not None and trace.is_complete and not control.has_jobs

    def settle() -> None:
        wait(is_done)
        end = time.monotonic() + SETTLE_S
        wait(lambda: time.monotonic() > end)

    wait(is_done)
    if scene in MODAL:
        photograph_modal(path)
    prepare(scene, window)
    settle()
    page = window.panes.learn.page() if "chapter-" in scene else None
    if scene == "learn" or (page is not None and not takes_all):
        chapter = window.panes.learn.page()
        assert chapter is not None
        chapter.show_step(README_STEP)
        click_the_other_eye(window)
        settle()
    if scene in MODAL:
        pass
    elif page is not None and takes_all:
        for index in range(len(page.all_steps())):
            page.show_step(index)
            settle()
            window.grab().save(str(path.with_stem(f"{path.stem}-{index + 1}")))
    elif scene == "present-keys":
        for index in range(window.keys.numPages()):
            window.grab().save(str(path.with_stem(f"{path.stem}-{index + 1}")))
            window.keys.turn(1)
            QApplication.processEvents()
    else:
        floating = [
            one
            for one in QApplication.topLevelWidgets()
            if isinstance(one, QDialog | QMenu) and one.isVisible()
        ]
        shown = floating[0] if floating else window
        shown.grab().save(str(path))
        for one in floating:
            one.close()
    window.close()
    QApplication.processEvents()


def click_the_other_eye(window: MainWindow) -> None:
    """Choose a key that is not the query."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    trace, picture = window.controller.document.trace, window.panes.picture
    assert trace is not None
    rows, cols = trace.grid
    token = trace.setup.grid.token(int(0.42 * rows), int(0.82 * cols))
    point = picture.scenePointOf(token)
    assert point is not None
    spot = picture.viewport().mapFrom(picture, point.toPoint())
    QTest.mouseClick(picture.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def photograph_modal(path: Path) -> None:
    """Take a dialog that will hold everything up until it is answered; dismiss it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QDialog

    def take_it() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        dialog.grab().save(str(path))
        dialog.reject()

    QTimer.singleShot(round(1000 * SETTLE_S), take_it)


def prepare(scene: str, window: object) -> None:
    """Do what a user would do to see this."""
    from vitviz.domain.heads import HeadChoice
    from vitviz.domain.methods import Source
    from vitviz.models.catalogue.entries import Trait
    from vitviz.ui.models.dialog import ModelDialog
    from vitviz.ui.window.main_window import MainWindow
    from vitviz.views.view_state import (
        Direction,
        HeadsView,
        Mode,
        Reading,
        Statistic,
        Style,
        TokensView,
    )

    assert isinstance(window, MainWindow)
    control = window.controller
    trace = control.document.trace
    if trace is None:
        return
    rows, cols = trace.grid

    def at(row: float, col: float) -> int:
        return trace.setup.grid.token(int(row * rows), int(col * cols))

    if scene == "patch":
        control.pin(at(0.36, 0.3))
    elif scene == "spotlight":
        control.change(style=Style.SPOTLIGHT, opacity=0.9)
        control.pin(at(0.45, 0.5))
    elif scene == "head":
        control.pin(at(0.36, 0.3))
        control.change(layer=8, heads=HeadChoice((4,)), style=Style.MAP)
    elif scene == "column":
        control.pin(at(0.5, 0.5))
        control.change(direction=Direction.LOOKED_AT_BY)
    elif scene == "relevance":
        control.change(method="relevance", clip_percent=2.0)
    elif scene == "heads":
        control.pin(at(0.45, 0.3))
        control.change(tab="heads", heads_view=HeadsView(order=Statistic.DISTANCE))
    elif scene == "tokens":
        control.pin(at(0.45, 0.3))
        view = TokensView(Reading.SIMILARITY, Source.STATE)
        control.change(tab="tokens", tokens_view=view)
    elif scene == "compare":
        control.pin(at(0.36, 0.3))
        control.keep()
        control.choose_model("vitviz-small", patch_size=8)
    elif scene == "sheet":
        control.pin(at(0.3, 0.5))
        window.export()
    elif scene == "models":
        window.model_dialogs.all_models()
        dialog = window.findChild(ModelDialog)
        assert isinstance(dialog, ModelDialog)
        dialog.chip(Trait.SEGMENTS).click()
        dialog.chip(Trait.SMALL).click()
        dialog.searchField().clearFocus()
    elif scene == "learn":
        control.pin(at(0.36, 0.3))
        window.panes.learn.chapterChosen.emit(Chapter.QUERY_KEY)
        control.change(mode=Mode.LEARN)
    elif scene == "map_test":
        control.change(tab="map_test")
        window.panes.map_test.startButton().click()
    elif scene in MORE:
        prepare_more(scene, window, at)


def prepare_more(scene: str, window: MainWindow, at: Callable[..., int]) -> None:
    """Chapters, tools of the Lab, Present, and what lies over the window."""
    from vitviz.domain.interventions import (
        Hidden,
        Hide,
        Interventions,
        ListedIntervention,
    )
    from vitviz.ui.lab.panel import Tool
    from vitviz.views.view_state import Mode

    control = window.controller
    control.pin(at(0.36, 0.3))
    in_room, _, name = scene.rpartition("present-")
    if in_room or scene.startswith("present"):
        window.actions_by_name["present"].trigger()
        # it begins once the key has been dealt with
        wait(lambda: window.present.is_on)
    if name.startswith("chapter-"):
        number = int(name.split("-")[1])
        chapter = next(one for one in Chapter if one.number == number)
        window.panes.learn.chapterChosen.emit(chapter)
        control.change(mode=Mode.LEARN)
    elif name.startswith("lab"):
        tools = {tool.name.lower(): tool for tool in Tool}
        tool = tools.get(name.partition("-")[2], Tool.SOFTMAX)
        patches = ((4, 4), (4, 5), (5, 4), (5, 5))
        changes = (
            ListedIntervention(Interventions(temperature=2.0)),
            ListedIntervention(Interventions(hidden=(Hidden(patches, Hide.MEAN),))),
        )
        control.change(mode=Mode.LAB, changes=changes)
        window.panes.lab.toolButton(tool).click()
    elif name in {"heads", "classes", "tokens", "map_test", "views"}:
        control.change(tab=name)
        window.save_view()
        if name == "map_test":
            window.panes.map_test.startButton().click()
    elif name == "compare":
        control.keep()
        control.choose_model("vitviz-flexi", patch_size=8)
    elif name == "keys":
        window.keys.toggle()
    elif scene == "hints":
        window.hints.show_again()
    elif scene == "error":
        window.open_path(str(Path(__file__)))
    elif scene in MODAL:
        ask = {
            "size": window.input_options.ask_size,
            "preprocessing": window.input_options.ask_preprocessing,
            "values": window.input_options.ask_values,
            "range": window.view_handlers.on_fixed_range,
            "network": window.model_dialogs.another_network,
            "web-page": window.actions_by_name["export_page"].trigger,
        }
        ask[scene]()
    elif scene in DIALOGS:
        actions = {"log": "log_window"}
        window.actions_by_name[actions.get(scene, scene)].trigger()
    elif scene in MENUS:
        open_menu(window, scene)


def open_menu(window: MainWindow, scene: str) -> None:
    """Drop a menu down, as a click on its button does."""
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QToolButton

    buttons = [
        button
        for part in (window.top, window.panes.controls)
        for button in part.findChildren(QToolButton)
        if button.menu() is not None and button.isVisible()
    ]
    button = buttons[MENUS.index(scene)]
    button.menu().popup(button.mapToGlobal(QPoint(0, button.height())))


def wait(is_done: Callable[[], bool]) -> None:
    """Run the event loop until it is so."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    end = time.monotonic() + TIMEOUT_S
    was_done = False

    def look() -> None:
        nonlocal was_done
        was_done = is_done()  # asked once: it may be otherwise when asked again
        if was_done or time.monotonic() > end:
            loop.quit()

    poll = QTimer(interval=20)
    poll.timeout.connect(look)
    poll.start()
    loop.exec()
    poll.stop()
    if not was_done:
        raise TimeoutError("the window was not done in time")


if __name__ == "__main__":
    main()
