"""Dialogs that choose a model: from the list of all models, a file or a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from vitviz.errors import VitvizError, WeightsNotDownloadedError
from vitviz.jobs.queue import JobKind
from vitviz.models.catalogue.entries import TIMM_PREFIX, network_at, split_network
from vitviz.ui.base.threads import Workers
from vitviz.ui.models.dialog import ModelDialog
from vitviz.ui.models.download import Downloads
from vitviz.ui.models.network_dialog import ask_network

if TYPE_CHECKING:
    from vitviz.models.model import Model


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
        kinds = self.tr("Weights") + " (*.safetensors *.pth *.pt *.bin *.ckpt);;"
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
            self._ask_network(Path(str(error.values["file"])), [])

    def another_network(self) -> None:
        """Ask for the network of the current file, in place of the assumed one."""
        model = self._model()
        if model is None or model.info.weights_path is None:
            return
        named, _ = split_network(model.info.source)
        assumed = next((text for text in model.info.assumed if TIMM_PREFIX in text), "")
        likely = assumed.removeprefix(TIMM_PREFIX).split(" | ") if assumed else []
        self._ask_network(model.info.weights_path, [named] if named else likely)

    def _ask_network(self, path: Path, likely: list[str]) -> None:
        name = ask_network(self._window, path.name, likely)
        if name is not None:
            self.networkNamed.emit()
            self.modelChosen.emit(network_at(name, path))

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
