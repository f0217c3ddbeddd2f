"""Export: the sheet that asks what is written and how, and the jobs that write it.

    ask → sheet ── what, layout ──► a preview job ──► sheet
            └── file ──► write → `jobs.figures` or `jobs.exports` → `WriteQueue`

The window stays usable. Preview and file are drawn by the same function, of what was on
screen when the sheet was opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from vitviz.errors import InputError, VitvizError
from vitviz.export.command_line import RunView, command_line
from vitviz.export.figure_settings import (
    MM_PER_INCH,
    UNITS_PER_INCH,
    USUAL_FIGURE,
    FigureChoice,
    FigureKind,
)
from vitviz.export.page.page_options import PageOptions
from vitviz.jobs.exports import animation, numbers, page_price, web_page
from vitviz.jobs.figures import (
    Drawing,
    FigureSource,
    FigureView,
    Preview,
    in_range_of,
    preview,
    write_figure,
)
from vitviz.jobs.queue import JobKind, bound
from vitviz.system.printable import printable
from vitviz.ui.base.text import percent, sentence
from vitviz.ui.files.export_sheet import OF_MAPS, Export, ExportSheet, OtherFile
from vitviz.ui.files.page_dialog import PageDialog
from vitviz.ui.files.start_folder import start_folder

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.export.save import Figure
    from vitviz.models.model import Model
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.compare import Comparison
    from vitviz.ui.files.write_queue import WriteQueue
    from vitviz.views.display import Display, Heat
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
    @property
    def comparison(self) -> Comparison: ...
    @property
    def workers(self) -> Workers: ...
    def method_heats(self, trace: Trace) -> list[Heat]: ...


@dataclass(frozen=True, slots=True, eq=False)
class OnScreen:
    """What was on screen when the sheet was opened, and how it was made."""

    view: FigureView
    choice: ModelChoice
    options: RunOptions
    # Of the compared view, if there is one.
    against: RunView | None


class ExportDialog(QObject):
    """The sheet that asks what is written, and the jobs that write it."""

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
        # What the last web page holds, and how the last figure was made.
        self._page = PageOptions()
        self._choice, self._settings = FigureChoice(), USUAL_FIGURE
        # The open sheet, what it shows, and what of it is computed, by what was asked.
        self._sheet: ExportSheet | None = None
        self._shown: OnScreen | None = None
        self._drawing: tuple[object, Drawing] | None = None
        self._asked_for: object = None
        self._figure: Figure | None = None
        self._session: Path | None = None
        control.workers.on_result(JobKind.PREVIEW, self._on_preview)
        control.workers.on_part(JobKind.PREVIEW, self._on_share)
        control.workers.on_failure(JobKind.PREVIEW, self._on_no_preview)

    def sheet(self) -> ExportSheet | None:
        """Return the open sheet; None where there is none."""
        return self._sheet

    def ask(
        self, window: QWidget, what: Export | None = None, session: Path | None = None
    ) -> None:
        """Open the sheet on what is on screen.

        what : what is chosen there; None for the picture, or the comparison.
        session : a file that holds the changes of the Lab, if there is one.
        """
        shown = self._on_screen()
        if shown is None:
            return
        if self._sheet is not None:
            self._sheet.raise_()
            return
        if what is None:
            is_alone = shown.against is None
            what = FigureKind.PICTURE if is_alone else FigureKind.COMPARISON
        state, comparison = shown.view.state, self._control.comparison
        choice = FigureChoice(
            statistic=state.heads_view.shows or self._choice.statistic,
            tokens=state.tokens_view,
            is_difference=comparison.shows_difference,
            is_same_scale=comparison.same_scale,
        )
        self._shown, self._session = shown, session
        self._drawing = self._asked_for = self._figure = None
        self._sheet = sheet = ExportSheet(
            window,
            what=what,
            choice=choice,
            settings=self._settings,
            shows_grid=state.show_grid,
            missing=self._missing(shown),
        )
        sheet.previewWanted.connect(self._draw_preview)
        sheet.saveRequested.connect(self._save)
        sheet.captionRequested.connect(self._copy_caption)
        sheet.commandRequested.connect(self._copy_command)
        sheet.folderRequested.connect(self._show_folder)
        sheet.finished.connect(self._on_closed)
        sheet.open()

    def _on_screen(self) -> OnScreen | None:
        """Return what is on screen; None before there is a map."""
        control = self._control
        trace, shown = control.document.trace, control.display
        if trace is None or shown is None or shown.heat is None:
            return None
        kept, against, other = control.comparison.kept, None, None
        if kept is not None:
            state = in_range_of(kept.trace, kept.state)
            other = FigureView(kept.trace, state, kept.model)
            against = RunView(state, kept.trace.setup, kept.choice, kept.options)
        view = FigureView(trace, shown.state, control.model, shown=shown, kept=other)
        return OnScreen(view, control.choice, control.options, against)

    def _missing(self, shown: OnScreen) -> dict[Export, str]:
        """Return what the view on screen cannot export, with the reason."""
        missing: dict[Export, str] = {}
        view = shown.view
        if view.kept is None:
            text = self.tr("Nothing is compared. Keep a view first (K).")
            missing[FigureKind.COMPARISON] = text
        if view.model is None or view.model.info != view.trace.setup.model:
            text = self.tr("This needs the model, not its trace alone.")
            missing |= dict.fromkeys((FigureKind.TOKENS, FigureKind.CURVES), text)
        if not view.trace.is_complete:
            text = self.tr("Wait until the run is complete.")
            missing |= dict.fromkeys((*FigureKind, *OtherFile), text)
            del missing[FigureKind.PICTURE]
        return missing

    def _source(self, sheet: ExportSheet) -> tuple[object, FigureSource]:
        """Return what is asked for, as a key, and the drawing or what it is made of."""
        assert self._shown is not None
        choice = sheet.choice()
        has_grid = sheet.showsGrid() if choice.kind in OF_MAPS else None
        key: object = (choice, has_grid)
        if self._drawing is not None and self._drawing[0] == key:
            return key, self._drawing[1]
        view = self._shown.view
        state = replace(view.state, show_grid=sheet.showsGrid())
        return key, (replace(view, state=state), choice)

    def _draw_preview(self) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._asked_for, source = self._source(sheet)
        room = sheet.previewRoom()
        job = bound(preview, source, sheet.settings(), room)
        sheet.setWaiting(self.tr("Computing …"))
        self._control.workers.submit(JobKind.PREVIEW, job)

    def _on_share(self, share: float) -> None:
        if self._sheet is not None:
            text = self.tr("Computing … {percent}").format(percent=percent(share))
            self._sheet.setWaiting(text)

    def _on_preview(self, made: Preview) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        self._drawing = self._asked_for, made.drawing
        self._figure = figure = made.figure
        scale = sheet.settings().pixels_per_unit
        mm = MM_PER_INCH / UNITS_PER_INCH
        text = self.tr("{width} × {height} mm")
        note = text.format(
            width=f"{figure.width * mm:.0f}", height=f"{figure.height * mm:.0f}"
        )
        if sheet.ending() == ".png":
            text = self.tr("{width} × {height} px")
            width, height = round(figure.width * scale), round(figure.height * scale)
            note += " · " + text.format(width=f"{width:,}", height=f"{height:,}")
        sheet.setPreview(made.image, note)

    def _on_no_preview(self, error: VitvizError) -> None:
        if self._sheet is not None:
            self._figure = None
            self._sheet.setProblem(sentence(error))

    def _on_closed(self) -> None:
        sheet = self._sheet
        self._control.workers.drop(JobKind.PREVIEW)
        if sheet is not None:
            self._choice, self._settings = sheet.choice(), sheet.settings()
            sheet.deleteLater()
        self._sheet = self._shown = self._drawing = self._figure = None

    def _copy_caption(self) -> None:
        if self._figure is not None:
            QGuiApplication.clipboard().setText(self._figure.caption)

    def _copy_command(self) -> None:
        """Put the command line that makes the same file on the clipboard."""
        sheet, shown = self._sheet, self._shown
        if sheet is None or shown is None:
            return
        view = shown.view
        stem = Path(view.trace.setup.picture.name).stem
        target = f"{stem}-{_word(sheet.what())}{sheet.ending()}"
        try:
            text = command_line(
                replace(view.state, show_grid=sheet.showsGrid()),
                view.trace.setup,
                choice=shown.choice,
                options=shown.options,
                target=target,
                session=None if self._session is None else str(self._session),
                figure=sheet.choice(),
                settings=sheet.settings(),
                against=shown.against,
            )
        except InputError as error:
            sheet.setSaved(sentence(error))
            return
        QGuiApplication.clipboard().setText(text)
        sheet.setSaved(self.tr("Copied: {text}").format(text=text))

    def _show_folder(self) -> None:
        if self._folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _save(self) -> None:
        """Ask for a file and write what the sheet shows into it."""
        sheet = self._sheet
        if sheet is None or self._shown is None:
            return
        what = sheet.what()
        kinds = [
            self.tr("Figure") + " (*.png *.svg *.pdf)",
            self.tr("Animation through the layers") + " (*.gif)",
            self.tr("Numbers, this query") + " (*.npz *.csv)",
        ]
        others = {OtherFile.ANIMATION: 1, OtherFile.NUMBERS: 2}
        first = others[what] if isinstance(what, OtherFile) else 0
        kinds = [kinds[first], *(one for one in kinds if one is not kinds[first])]
        if isinstance(what, FigureKind) and what is not FigureKind.PICTURE:
            kinds = kinds[:1]
        target = self._asked_file(sheet, kinds, sheet.ending(), _word(what))
        if target is not None:
            self.write(str(target), of_sheet=sheet)

    def ask_page(self, window: QWidget, pictures: Sequence[Path] = ()) -> None:
        """Ask what a web page is to hold, and for its file, and write it.

        pictures : of the folder that the one on screen lies in.
        """
        options = self._asked_options(window, pictures)
        if options is None:
            return
        kinds = [self.tr("Web page") + " (*.html)"]
        target = self._asked_file(window, kinds, ".html", "attention")
        if target is not None:
            self.write(str(target), page=options)

    def _asked_options(
        self, window: QWidget, pictures: Sequence[Path]
    ) -> PageOptions | None:
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
            pictures=self._beside(pictures),
        )
        is_accepted = dialog.exec() == QDialog.DialogCode.Accepted
        options = dialog.options()
        dialog.deleteLater()
        return options if is_accepted else None

    def _beside(self, pictures: Sequence[Path]) -> Sequence[Path]:
        """Return the pictures of a folder, if the one on screen is among them."""
        trace = self._control.document.trace
        image = None if trace is None else trace.setup.image
        path = None if image is None else image.path
        is_among = path is not None and path.absolute() in pictures
        return pictures if is_among and self._control.model is not None else ()

    def _asked_file(
        self, window: QWidget, kinds: list[str], suffix: str, word: str
    ) -> Path | None:
        """Ask for a file; return it, or None.

        kinds : as the dialog shows them, the one that is offered first.
        word : what the file holds, for the name that is offered.
        """
        trace = self._control.document.trace
        image = None if trace is None else trace.setup.image
        of = "" if image is None or image.path is None else f"{image.path.stem[:80]}-"
        is_changed = trace is not None and bool(trace.interventions)
        ending = "-changed" if is_changed else ""
        folder = self._folder or start_folder(image)
        path, kind = QFileDialog.getSaveFileName(
            window,
            self.tr("Export"),
            str(folder / f"{of}{word}{ending}{suffix}"),
            ";;".join(kinds),
        )
        if not path:
            return None
        target = named(Path(path), kind)
        # The dialog asked whether to replace `path`, not `target`.
        if target != Path(path) and target.exists():
            error = InputError(
                "{name} is there already. Choose it by its whole name to replace it.",
                name=printable(target.name),
            )
            if self._sheet is not None:
                self._sheet.setSaved(sentence(error))
            self.refused.emit(error)
            return None
        return target

    def write(
        self,
        path: str,
        *,
        page: PageOptions | None = None,
        of_sheet: ExportSheet | None = None,
    ) -> None:
        """Write what is on screen now; the ending of `path` decides in which form.

        page : what a web page is to hold; None for everything.
        of_sheet : a sheet, of which what it shows is written.
        """
        control = self._control
        shown = self._on_screen() if of_sheet is None else self._shown
        display = None if shown is None else shown.view.shown
        if shown is None or display is None:
            return
        view, target = shown.view, Path(path)
        trace, model, state = view.trace, view.model, view.state
        self._changed.discard(target)
        if trace.interventions:
            self._changed.add(target)
        kind = JobKind.EXPORT
        if of_sheet is not None:
            state = replace(state, show_grid=of_sheet.showsGrid())
        if path.lower().endswith((".npz", ".csv")):
            job = bound(numbers, trace, state, model, target)
        elif path.lower().endswith(".gif"):
            job = bound(animation, trace, state, model, target)
        elif path.lower().endswith(".html"):
            self._page = page or PageOptions()
            job = bound(
                web_page,
                trace,
                display,
                model,
                self._page,
                target,
                run=control.options,
                heats=control.method_heats(trace),
            )
        else:
            source: FigureSource = (view, FigureChoice())
            self._choice, self._settings = FigureChoice(), USUAL_FIGURE
            if of_sheet is not None:
                _, source = self._source(of_sheet)
                self._choice, self._settings = of_sheet.choice(), of_sheet.settings()
            # what is only drawn needs no turn among what is computed
            is_drawn = not isinstance(source, tuple) or of_sheet is None
            kind = JobKind.WRITE if is_drawn else JobKind.EXPORT
            job = bound(write_figure, source, self._settings, target)
        control.write_queue.write(kind, target, job, self._on_written)

    def command_line(self, session: Path | None) -> str:
        """Return the command line that writes what is on screen.

        It writes the last file written here; before one, a figure.

        session : a file that holds the changes of the Lab, if there is one.

        Raises InputError where the view cannot be made again from files.
        """
        shown = self._on_screen()
        if shown is None:
            raise InputError("There is no map on screen yet.")
        view = shown.view
        stem = Path(view.trace.setup.picture.name).stem
        target = self._last_target or f"{stem}-attention.png"
        is_gone = self._choice.kind is FigureKind.COMPARISON and shown.against is None
        return command_line(
            view.state,
            view.trace.setup,
            choice=shown.choice,
            options=shown.options,
            target=target,
            page=self._page,
            session=None if session is None else str(session),
            figure=FigureChoice() if is_gone else self._choice,
            settings=self._settings,
            against=shown.against,
        )

    def _on_written(self, path: Path) -> None:
        self._folder, self._last_target = path.parent, str(path)
        text = self.tr("Saved {name}")
        if path in self._changed:
            text = self.tr("Saved {name}: of the model as the Lab has changed it")
        text = text.format(name=printable(path.name))
        if self._sheet is not None:
            self._sheet.setSaved(text)
        self.said.emit(text)


def _word(what: Export) -> str:
    """Return what a file holds, for its name."""
    is_map = what in (FigureKind.PICTURE, OtherFile.ANIMATION, OtherFile.NUMBERS)
    return "attention" if is_map else what.value
