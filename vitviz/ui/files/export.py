"""Export dialog: writes the view on screen into a file that the user names.

ask → write → a job of `jobs.exports` → `WriteQueue`; the window stays usable
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from vitviz.errors import InputError
from vitviz.export.command_line import command_line
from vitviz.export.page.page_options import PageOptions
from vitviz.jobs.exports import animation, figure, numbers, page_price, web_page
from vitviz.jobs.queue import JobKind, bound
from vitviz.system.printable import printable
from vitviz.ui.files.page_dialog import PageDialog
from vitviz.ui.files.start_folder import start_folder

if TYPE_CHECKING:
    from vitviz.models.model import Model
    from vitviz.ui.base.document import Document
    from vitviz.ui.files.write_queue import WriteQueue
    from vitviz.views.display import Display
    from vitviz.views.session import ModelChoice, RunOptions
    from vitviz.views.view_state import ViewState


ENDINGS = {".png", ".svg", ".pdf", ".gif", ".npz", ".csv", ".html"}


def named(path: Path, kind: str) -> Path:
    """Return `path` with an ending: one of the chosen kind, where the user typed none.

    kind : as the dialog shows it, "Numbers (*.npz *.csv)"; empty if it names none.
    """
    of_kind = re.findall(r"\*(\.\w+)", kind) or [".png"]
    ending = path.suffix.lower()
    # The dialog begins with figures, so that kind may not have been chosen on purpose.
    if ending in of_kind or (ending in ENDINGS and of_kind[0] == ".png"):
        return path
    if ending in ENDINGS:
        return path.with_suffix(of_kind[0])
    return path.with_name(path.name + of_kind[0])


class ExportHost(Protocol):
    """What is on screen, and what writes it."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def display(self) -> Display | None: ...
    @property
    def choice(self) -> ModelChoice: ...
    @property
    def options(self) -> RunOptions: ...
    @property
    def write_queue(self) -> WriteQueue: ...


class ExportDialog(QObject):
    """The dialog that asks for a file, and the jobs that write what is on screen."""

    # What was written, as a sentence.
    said = Signal(str)
    # The VitvizError for which nothing is written.
    refused = Signal(object)

    def __init__(self, control: ExportHost) -> None:
        super().__init__(control.write_queue)
        self._control = control
        self._last_target: str | None = None
        # Folder of the last file that was written; the dialog begins there.
        self._folder: Path | None = None
        # Files being written whose model the Lab has changed.
        self._changed: set[Path] = set()
        # What the last web page holds.
        self._page = PageOptions()

    def ask(self, window: QWidget) -> None:
        """Ask for a file and write it; its ending decides what is written."""
        self._ask(window, None)

    def ask_page(self, window: QWidget) -> None:
        """Ask what a web page is to hold, and for its file, and write it."""
        options = self._asked_options(window)
        if options is not None:
            self._ask(window, options)

    def _asked_options(self, window: QWidget) -> PageOptions | None:
        """Return what a web page is to hold; None where the dialog was cancelled."""
        trace, shown = self._control.document.trace, self._control.display
        if trace is None or shown is None or shown.heat is None:
            return None
        usable = [
            layer
            for layer in range(trace.num_layers)
            if PageOptions().has(trace, layer)
        ]
        dialog = PageDialog(
            window,
            lambda options: page_price(trace, options),
            layers=usable,
            num_layers=trace.num_layers,
            num_heads=trace.num_heads,
            layer=shown.layer,
        )
        is_accepted = dialog.exec() == QDialog.DialogCode.Accepted
        options = dialog.options()
        dialog.deleteLater()
        return options if is_accepted else None

    def _ask(self, window: QWidget, page: PageOptions | None) -> None:
        """Ask for a file and write it.

        page : what a web page is to hold; None for the other kinds of files.
        """
        control = self._control
        shown = control.display
        if control.document.trace is None or shown is None or shown.heat is None:
            return
        image = control.document.image
        of = "" if image is None or image.path is None else f"{image.path.stem[:80]}-"
        ending = "-changed" if control.document.trace.interventions else ""
        folder = self._folder or start_folder(image)
        kinds = [
            self.tr("Figure") + " (*.png *.svg *.pdf)",
            self.tr("Animation through the layers") + " (*.gif)",
            self.tr("Numbers, this query") + " (*.npz *.csv)",
            self.tr("Web page") + " (*.html)",
        ]
        if page is not None:
            kinds = kinds[-1:]
        suffix = ".png" if page is None else ".html"
        path, kind = QFileDialog.getSaveFileName(
            window,
            self.tr("Export"),
            str(folder / f"{of}attention{ending}{suffix}"),
            ";;".join(kinds),
        )
        if not path:
            return
        target = named(Path(path), kind)
        # The dialog asked whether to replace `path`, not `target`.
        if target != Path(path) and target.exists():
            error = InputError(
                "{name} is there already. Choose it by its whole name to replace it.",
                name=printable(target.name),
            )
            self.refused.emit(error)
            return
        if target.suffix.lower() == ".html" and page is None:
            page = self._asked_options(window)
            if page is None:
                return
        self.write(str(target), page=page)

    def write(self, path: str, *, page: PageOptions | None = None) -> None:
        """Write what is on screen now; the ending of `path` decides in which form.

        page : what a web page is to hold; None for everything.
        """
        control = self._control
        trace, shown = control.document.trace, control.display
        if trace is None or shown is None or shown.heat is None:
            return
        state, model, target = control.state, control.model, Path(path)
        self._changed.discard(target)
        if trace.interventions:
            self._changed.add(target)
        kind = JobKind.EXPORT
        if path.lower().endswith((".npz", ".csv")):
            job = bound(numbers, trace, state, model, target)
        elif path.lower().endswith(".gif"):
            job = bound(animation, trace, state, model, target)
        elif path.lower().endswith(".html"):
            self._page = page or PageOptions()
            job = bound(web_page, trace, shown, model, self._page, target)
        else:
            kind, job = JobKind.WRITE, bound(figure, shown, trace, target)
        control.write_queue.write(kind, target, job, self._on_written)

    def command_line(self, session: Path | None) -> str:
        """Return the command line that writes what is on screen.

        It writes the last file written here; before one, a figure.

        session : a file that holds the changes of the Lab, if there is one.

        Raises InputError where the view cannot be made again from files.
        """
        control = self._control
        trace, shown = control.document.trace, control.display
        if trace is None or shown is None:
            raise InputError("There is no map on screen yet.")
        stem = Path(shown.setup.picture.name).stem
        target = self._last_target or f"{stem}-attention.png"
        return command_line(
            shown.state,
            shown.setup,
            choice=control.choice,
            options=control.options,
            target=target,
            page=self._page,
            session=None if session is None else str(session),
        )

    def _on_written(self, path: Path) -> None:
        self._folder, self._last_target = path.parent, str(path)
        text = self.tr("Saved {name}")
        if path in self._changed:
            text = self.tr("Saved {name}: of the model as the Lab has changed it")
        self.said.emit(text.format(name=printable(path.name)))
