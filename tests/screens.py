"""Takes every state of the window at several sizes, to be looked at one by one.

usage: python -m tests.screens --picture P [--model M] [--lang ja] [--theme dark]
           [--scale 2] [--sizes 800x560,1280x720,…] [--scene start,map,…] [--out FOLDER]

One window goes through all states; each is resized and taken, and all sizes of a state
come into one sheet. The screen has to be as large: SCREEN=2600x1500x24.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.pictures import wait

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from vitviz.ui.window.main_window import MainWindow

SIZES = "800x560,1280x720,1920x1080,2560x1440"
SETTLE_S = 0.35
_KINDS = ("CONFIG", "DATA", "STATE", "CACHE")
# A map test takes hundreds of passes; what it has by then is taken.
PATIENCE_S = 60.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--model", default="vitviz-small")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--scale", default="1")
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--scene", default=None, help="names with commas; default: all")
    parser.add_argument("--out", type=Path, default=Path("screens"))
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    os.environ["QT_SCALE_FACTOR"] = chosen.scale
    with tempfile.TemporaryDirectory() as home:
        os.environ.update({f"XDG_{kind}_HOME": home for kind in _KINDS})
        Screens(chosen, Path(home)).take_all()
    return 0


class Screens:
    """One window, brought from state to state."""

    def __init__(self, chosen: argparse.Namespace, home: Path) -> None:
        from vitviz.system import settings
        from vitviz.system.settings import ThemeChoice
        from vitviz.ui.base import theme
        from vitviz.ui.window.app import application, open_window

        self.out: Path = chosen.out
        self.out.mkdir(parents=True, exist_ok=True)
        self.tag = f"{chosen.lang}-{chosen.theme}-{chosen.scale}"
        self.sizes = [
            tuple(map(int, size.split("x"))) for size in chosen.sizes.split(",")
        ]
        self.only = None if chosen.scene is None else chosen.scene.split(",")
        # a folder of its own, for the film strip
        self.album = home / "album"
        self.album.mkdir()
        beside = sorted(chosen.picture.parent.glob(f"*{chosen.picture.suffix}"))[:5]
        for path in {chosen.picture, *beside}:
            shutil.copy(path, self.album)
        self.picture = self.album / chosen.picture.name
        app = application(["vitviz"], chosen.lang)
        theme.apply(app, ThemeChoice(chosen.theme))
        settings.set(recent=tuple(map(str, sorted(self.album.iterdir())[:4])))
        self.window: MainWindow = open_window([], model=chosen.model)

    @property
    def is_idle(self) -> bool:
        return not self.window.controller.has_jobs

    def take_all(self) -> None:
        """Go through all states."""
        states: dict[str, Callable[[], None]] = {
            "start": self.start,
            "loading": self.loading,
            "map": self.map,
            "heads": lambda: self.tab("heads"),
            "statistics": self.statistics,
            "matrix": lambda: self.tab("matrix"),
            "tokens": lambda: self.tab("tokens"),
            "classes": lambda: self.tab("classes"),
            "test": self.test,
            "compare": self.compare,
            "film": self.film,
            "learn": self.learn,
            "lab": self.lab,
            "sheet": self.sheet,
            "present": self.present,
        }
        for name, prepare in states.items():
            if self.only is None or name in (*self.only, "loading", "map"):
                prepare()
                self.take(name)
        self.window.close()

    def take(self, name: str) -> None:
        """Save the state at all sizes, and as one sheet of them."""
        from PySide6.QtGui import QColor, QImage, QPainter

        images = []
        for size in self.sizes:
            self.window.resize(*size)
            self.settle(is_quick=name == "loading")
            shown: QWidget = self.window
            sheet = self.window.controller.export_dialog.sheet()
            if sheet is not None:
                sheet.resize(min(1040, size[0] - 24), min(660, size[1] - 24))
                self.settle()
                shown = sheet
            images.append(shown.grab().toImage())
            path = self.out / f"{name}-{size[0]}x{size[1]}-{self.tag}.png"
            images[-1].save(str(path))
        width = max(one.width() for one in images)
        whole = QImage(
            width,
            sum(one.height() + 8 for one in images),
            QImage.Format.Format_RGB32,
        )
        whole.fill(QColor("#7F7F7F"))
        painter, top = QPainter(whole), 0
        for one in images:
            one.setDevicePixelRatio(1)
            painter.drawImage(0, top, one)
            top += one.height() + 8
        painter.end()
        whole.save(str(self.out / f"{name}-{self.tag}-all.jpg"), quality=88)
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()

    def settle(self, *, is_quick: bool = False) -> None:
        """Wait until nothing is left to do, and a little longer."""
        if not is_quick:
            latest = time.monotonic() + PATIENCE_S
            wait(lambda: self.is_idle or time.monotonic() > latest)
        end = time.monotonic() + (0.1 if is_quick else SETTLE_S)
        wait(lambda: time.monotonic() > end)

    # -- states --------------------------------------------------------------------

    def start(self) -> None:
        from vitviz.ui.window.start_page import SampleButton

        end = time.monotonic() + 2
        wait(lambda: time.monotonic() > end)
        button = self.window.start.findChild(SampleButton, "kingfisher")
        assert button is not None
        button.setFocus()

    def loading(self) -> None:
        self.window.open_path(str(self.picture))
        self.window.choose_model("vitviz-small")
        end = time.monotonic() + 0.5
        wait(lambda: time.monotonic() > end)

    def map(self) -> None:
        control = self.window.controller
        wait(lambda: control.document.trace is not None and self.is_idle)
        trace = control.document.trace
        assert trace is not None
        rows, cols = trace.grid
        control.pin(trace.setup.grid.token(rows // 2, cols // 2))

    def tab(self, name: str) -> None:
        self.window.controller.change(tab=name)

    def statistics(self) -> None:
        from vitviz.views.view_state import HeadsView, Statistic

        view = HeadsView(shows=Statistic.ENTROPY)
        self.window.controller.change(tab="heads", heads_view=view)

    def test(self) -> None:
        self.tab("map_test")
        self.settle()
        self.window.panes.map_test.startButton().click()

    def compare(self) -> None:
        control = self.window.controller
        control.change(tab="strip")
        self.settle()
        control.keep()
        control.change(layer=3)

    def film(self) -> None:
        self.window.toggle_compare()
        self.window.files.open([self.album])

    def learn(self) -> None:
        from vitviz.views.view_state import Mode

        self.window.files.toggle_strip()
        self.window.controller.change(mode=Mode.LEARN)

    def lab(self) -> None:
        from vitviz.views.view_state import Mode

        self.window.controller.change(mode=Mode.LAB)

    def sheet(self) -> None:
        from vitviz.views.view_state import Mode

        self.window.controller.change(mode=Mode.INSPECT)
        self.settle()
        self.window.export()

    def present(self) -> None:
        sheet = self.window.controller.export_dialog.sheet()
        if sheet is not None:
            sheet.reject()
        self.window.actions_by_name["present"].trigger()
        wait(lambda: self.window.present.is_on)


if __name__ == "__main__":
    sys.exit(main())
