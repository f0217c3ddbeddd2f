"""Dialogs that choose a model: from the list of all models, a file or a folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from vitviz.errors import VitvizError, WeightsNotDownloadedError
from vitviz.jobs.queue import JobKind
from vitviz.models.catalogue.entries import TIMM_PREFIX, network_at, split_network
from vitviz.models.file_choices import choices_of, several_towers
from vitviz.ui.base.threads import Workers
from vitviz.ui.models.dialog import ModelDialog
from vitviz.ui.models.download import Downloads
from vitviz.ui.models.network_dialog import Question, ask_choices

if TYPE_CHECKING:
    from vitviz.models.model import Model

# Of `ModelInfo.assumed`: the place that was taken, and the others.
OTHER_WEIGHTS = r"weights of (.+), others in it: (.+)"


class ModelDialogs(QObject):
    """Dialogs of one window in which a model is chosen."""

    # A str: a name of the catalogue, a folder, or a file, perhaps with its network. An
    # object for Qt, since a file's name need not be text that Qt can hold.
    modelChosen = Signal(object)
    # The user has named the network of a file, so the message that asked can go.
    networkNamed = Signal()

    def __init__(
        self, window: QWidget, workers: Workers, model: Callable[[], Model | None]
    ) -> None:
        """Create no dialog yet; `model` returns the model that pictures run through."""
        super().__init__(window)
        self._window, self._model = window, model
        self._downloads = Downloads(workers, self)
        self._dialog: ModelDialog | None = None
        workers.failed.connect(self._on_failed)

    def all_models(self) -> None:
        """Open the dialog of models, or bring it to the front."""
        model = self._model()
        self._show_models("" if model is None else model.info.name)

    def rebuild(self) -> None:
        """Replace an open dialog by one in another language; its download goes on."""
        previous = self._dialog
        if previous is None:
            return
        self._dialog = None
        self.all_models()
        assert self._dialog is not None
        self._dialog.takeOver(previous)
        shiboken6.delete(previous)  # closing the dialog would cancel the download

    def model_folder(self) -> None:
        """Ask for a folder that transformers has written."""
        title = self.tr("Choose a model folder")
        path = QFileDialog.getExistingDirectory(self._window, title)
        if path:
            self._choose(path)

    def model_file(self) -> None:
        """Ask for a file of weights."""
        endings = "*.safetensors *.pth *.pt *.bin *.ckpt *.npz *.msgpack"
        kinds = f"{self.tr('Weights')} ({endings});;"
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Choose a model file"),
            "",
            kinds + self.tr("All files") + " (*)",
        )
        if path:
            self._choose(path)

    def which_network(self, error: VitvizError | None) -> None:
        """Ask for the network of a file that was refused as ambiguous."""
        if error is not None and "file" in error.values:
            self._ask(Path(str(error.values["file"])), [], Question())

    def another_network(self) -> None:
        """Ask for what was assumed of the current file or folder."""
        model = self._model()
        place = None if model is None else model.info.place
        if model is None or place is None:
            return
        info = model.info
        before = choices_of(split_network(info.source)[0])
        assumed = next((text for text in info.assumed if TIMM_PREFIX in text), "")
        likely = assumed.removeprefix(TIMM_PREFIX).split(" | ") if assumed else []
        found = [re.fullmatch(OTHER_WEIGHTS, text) for text in info.assumed]
        places = [
            name
            for one in found
            if one is not None
            for name in (one[1], *one[2].split(", "))
        ]
        question = Question(
            before,
            tuple(places),
            several_towers(info.assumed),
            is_file=info.is_of_file,
            has_head=info.has_head,
        )
        self._ask(place, [before.network] if before.network else likely, question)

    def _ask(self, path: Path, likely: list[str], question: Question) -> None:
        choices = ask_choices(self._window, path.name, likely, question)
        if choices is None:
            return
        self.networkNamed.emit()
        said = choices.text
        self.modelChosen.emit(str(path) if said is None else network_at(said, path))

    def _show_models(self, name: str) -> None:
        if self._dialog is None:
            self._dialog = ModelDialog(self._downloads, name, self._window)
            self._dialog.modelChosen.connect(self._choose)
            self._dialog.fileRequested.connect(self.model_file)
            self._dialog.folderRequested.connect(self.model_folder)
            self._dialog.finished.connect(self._on_closed)
            self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _choose(self, name: str) -> None:
        self.modelChosen.emit(name)
        # A dialog with a download stays open: closing it would cancel the download.
        if self._dialog is not None and self._downloads.entry is None:
            self._dialog.close()

    def _on_failed(self, kind: JobKind, error: VitvizError) -> None:
        """Offer to download missing weights; nothing is downloaded unasked."""
        if kind is JobKind.MODEL and isinstance(error, WeightsNotDownloadedError):
            self._show_models(str(error.values["name"]))

    def _on_closed(self, _result: int) -> None:
        self._dialog = None
