"""Takes the README's pictures by driving the program on a (virtual) screen.

usage: make pictures ARGS="--theme dark --size 1280x720 --scale 2 --out FOLDER"

Also the way to look at one's work: any theme, language, size, scale, model and picture.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow

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
    "trial",
    "models",
    "learn",
    "lab-hide",
    "present-chapter-4",
)
CHAPTERS = tuple(f"chapter-{number}" for number in range(1, 10))
TOOLS = tuple(f"lab-{name}" for name in ("softmax", "heads", "cut", "hide"))
PRESENT = ("present", "present-chapter-4", "present-chapter-8", "present-lab")
MORE = (*CHAPTERS, *TOOLS, *PRESENT, "settings", "about", "keys", "hints")
"""Not in the README: to look at."""
TIMEOUT_S = 120


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--theme", choices=("light", "dark"), default=None)
    parser.add_argument("--lang", default="en")
    parser.add_argument("--size", default="1280x720")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--model", default=None)
    parser.add_argument("--picture", default=None)
    parser.add_argument("--scene", choices=(*SCENES, *MORE, "all"), default=None)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    return parser.parse_args()


def main() -> None:
    """Take one scene, or all of the README's."""
    chosen = arguments()
    os.environ["QT_SCALE_FACTOR"] = chosen.scale
    chosen.out.mkdir(parents=True, exist_ok=True)
    from vitviz.ui import theme
    from vitviz.ui.app import application

    app = application(["vitviz"], chosen.lang)
    everything = tuple(dict.fromkeys((*SCENES, *MORE)))
    scenes = everything if chosen.scene == "all" else (chosen.scene,)
    for scene in scenes if chosen.scene else SCENES:
        is_light = scene in {"start", "head"}
        tone = chosen.theme or ("light" if is_light else "dark")
        theme.apply(app, theme.ThemeChoice(tone))
        width, height = map(int, chosen.size.split("x"))
        path = chosen.out / f"{scene}.png"
        take(scene, path, (width, height), chosen.model, chosen.picture)
        sys.stdout.write(f"{path}\n")


def take(
    scene: str,
    path: Path,
    size: tuple[int, int],
    model: str | None,
    picture: str | None,
) -> None:
    """Open the window, bring it into the scene, save what it shows."""
    from PySide6.QtWidgets import QApplication

    from vitviz.ui.app import open_window
    from vitviz.ui.start_page import sample_paths

    samples = {p.stem: str(p) for p in sample_paths()}
    chosen = {"spotlight": "coffee", "column": "rocket", "head": "coffee"}
    paths = [picture or samples[chosen.get(scene, "cat")]]
    window = open_window([] if scene == "start" else paths, model=model)
    window.resize(*size)
    control = window.controller

    def is_done() -> bool:
        trace = control.scene.trace
        if scene == "start":
            return control.model is not None and not control.has_jobs
        return trace is not None and trace.is_complete and not control.has_jobs

    wait(is_done)
    prepare(scene, window)
    wait(is_done)
    settle = time.monotonic() + 0.5
    wait(lambda: time.monotonic() > settle)
    from PySide6.QtWidgets import QDialog

    dialogs = [one for one in window.findChildren(QDialog) if one.isVisible()]
    shown = dialogs[0] if dialogs else window
    shown.grab().save(str(path))
    window.close()
    QApplication.processEvents()


def prepare(scene: str, window: object) -> None:
    """Do what a user would do to see this."""
    from vitviz.models.catalogue import Trait
    from vitviz.selection import HeadChoice
    from vitviz.ui.main_window import MainWindow
    from vitviz.ui.model_dialog import ModelDialog
    from vitviz.views.heads import HeadsView, Statistic
    from vitviz.views.learn import Chapter
    from vitviz.views.state import Direction, Mode, Style
    from vitviz.views.tokens import Reading, Source, TokensView

    assert isinstance(window, MainWindow)
    control = window.controller
    trace = control.scene.trace
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
        control.pin(at(0.45, 0.5))
        control.change(heads=HeadChoice((2,)), style=Style.MAP, opacity=0.7)
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
        control.pin(at(0.45, 0.3))
        control.keep()
        control.choose_model("vitviz-flexi", patch_size=8)
    elif scene == "models":
        window.opening.all_models()
        dialog = window.findChild(ModelDialog)
        assert isinstance(dialog, ModelDialog)
        dialog.chip(Trait.SEGMENTS).click()
        dialog.chip(Trait.SMALL).click()
        dialog.searchField().clearFocus()
    elif scene == "learn":
        control.pin(at(0.36, 0.3))
        window.panes.learn.chapterChosen.emit(Chapter.QUERY_KEY)
        control.change(mode=Mode.LEARN)
    elif scene == "trial":
        control.change(tab="trial")
        window.panes.trial.startButton().click()
    elif scene in MORE:
        prepare_more(scene, window, at)


def prepare_more(scene: str, window: MainWindow, at: Callable[..., int]) -> None:
    """Chapters, tools of the Lab, Present, and what lies over the window."""
    from vitviz.interventions import Hidden, Hide, Interventions
    from vitviz.ui.lab.panel import Tool
    from vitviz.views.changes import Change
    from vitviz.views.learn import Chapter
    from vitviz.views.state import Mode

    control = window.controller
    control.pin(at(0.36, 0.3))
    if scene.startswith("present"):
        window.actions_by_name["present"].trigger()
    if "chapter-" in scene:
        chapter = tuple(Chapter)[int(scene[-1]) - 1]
        window.panes.learn.chapterChosen.emit(chapter)
        control.change(mode=Mode.LEARN)
    elif "lab" in scene:
        tools = {tool.name.lower(): tool for tool in Tool}
        tool = tools.get(scene.partition("-")[2], Tool.SOFTMAX)
        patches = ((4, 4), (4, 5), (5, 4), (5, 5))
        changes = (
            Change(Interventions(temperature=2.0)),
            Change(Interventions(hidden=(Hidden(patches, Hide.MEAN),))),
        )
        control.change(mode=Mode.LAB, changes=changes)
        window.panes.lab.toolButton(tool).click()
    elif scene == "keys":
        window.keys.toggle()
    elif scene == "hints":
        window.hints.show_again()
    elif scene in {"settings", "about"}:
        window.actions_by_name[scene].trigger()


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
