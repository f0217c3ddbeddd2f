"""Asking for files, and taking what is dropped or pasted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import shiboken6
from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog

from vitviz.errors import VitvizError, WeightsNotDownloadedError
from vitviz.jobs.pictures import read_picture
from vitviz.jobs.queue import Context, Job, JobKind
from vitviz.models.catalogue.entries import TIMM_PREFIX, network_at, split_network
from vitviz.ui.models.dialog import ModelDialog
from vitviz.ui.models.download import Downloads
from vitviz.ui.models.network_dialog import ask_network
from vitviz.views.session import SUFFIX

if TYPE_CHECKING:
    from vitviz.ui.window.main_window import MainWindow

FAST_PNG = 85
"""Qt's quality for little compression: it is read again at once."""


class OpenDialogs(QObject):
    """Dialogs and mime data of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._downloads = Downloads(window.controller.workers, self)
        self._dialog: ModelDialog | None = None
        window.controller.workers.failed.connect(self._on_failed)

    def open_dialog(self) -> None:
        """Ask for pictures or a session."""
        paths, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Open pictures or a session"),
            str(self._window.files.folder()),
            self.tr("Pictures and sessions")
            + " (*.jpg *.jpeg *.png *.webp *.bmp *.gif *.tif *.tiff *.avif *.ppm"
            + f" *.heic *.heif *{SUFFIX});;"
            + self.tr("All files")
            + " (*)",
        )
        self._window.files.open(paths)

    def folder_dialog(self) -> None:
        """Ask for a folder of pictures."""
        title = self.tr("Open a folder of pictures")
        begin = str(self._window.files.folder())
        path = QFileDialog.getExistingDirectory(self._window, title, begin)
        if path:
            self._window.files.open([path])

    def open_mime(self, mime: QMimeData, name: str) -> None:
        """Open the files, or else the picture, that were dropped or pasted."""
        files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if files:
            self._window.files.open(files)
        elif mime.hasImage():
            found: object = mime.imageData()
            # what this program itself has copied is a pixmap
            image = found.toImage() if isinstance(found, QPixmap) else found
            job = _read(cast("QImage", image), name)
            self._window.controller.workers.submit(JobKind.PICTURE, job)
        elif mime.hasUrls():
            self._window.panes.errors.showMessage(
                self.tr(
                    "That is an address on the network, and vitviz fetches nothing by "
                    "itself. Save the picture as a file and open that."
                )
            )
        else:
            self._window.panes.errors.showMessage(
                self.tr("There is no picture on the clipboard. Copy one, or its file.")
            )

    def all_models(self) -> None:
        """Open the dialog of models, or bring it to the front."""
        model = self._window.controller.model
        self._show_models("" if model is None else model.info.name)

    def _show_models(self, name: str) -> None:
        if self._dialog is None:
            self._dialog = ModelDialog(self._downloads, name, self._window)
            self._dialog.modelChosen.connect(self._on_model)
            self._dialog.fileRequested.connect(self.model_file)
            self._dialog.folderRequested.connect(self.model_folder)
            self._dialog.finished.connect(self._on_closed)
            self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _on_failed(self, kind: JobKind, error: VitvizError) -> None:
        """Offer to fetch weights that are not here; nothing is fetched unasked."""
        if kind is JobKind.MODEL and isinstance(error, WeightsNotDownloadedError):
            self._show_models(str(error.values["name"]))

    def rebuild(self) -> None:
        """Make an open dialog anew, in another language; its download goes on."""
        former = self._dialog
        if former is None:
            return
        self._dialog = None
        self.all_models()
        assert self._dialog is not None
        self._dialog.takeOver(former)
        shiboken6.delete(former)  # closing it would end the download

    def _leave_dialog(self) -> None:
        """A model was chosen: close the dialog, unless a download goes on in it."""
        if self._dialog is not None and self._downloads.entry is None:
            self._dialog.close()

    def _on_model(self, name: str) -> None:
        self._window.choose_model(name, None)
        self._leave_dialog()

    def _on_closed(self, _result: int) -> None:
        self._dialog = None

    def model_folder(self) -> None:
        title = self.tr("Choose a model folder")
        path = QFileDialog.getExistingDirectory(self._window, title)
        if path:
            self._window.choose_model(path, None)
            self._leave_dialog()

    def model_file(self) -> None:
        kinds = self.tr("Weights") + " (*.safetensors *.pth *.pt *.bin *.ckpt);;"
        path, _ = QFileDialog.getOpenFileName(
            self._window,
            self.tr("Choose a model file"),
            "",
            kinds + self.tr("All files") + " (*)",
        )
        if path:
            self._window.choose_model(path, None)
            self._leave_dialog()

    def which_network(self) -> None:
        """Ask for the network of a file that was refused since it does not tell."""
        error = self._window.panes.errors.error()
        if error is not None and "file" in error.values:
            self._ask_network(Path(str(error.values["file"])), [])

    def another_network(self) -> None:
        """Ask what the file at hand holds in place of what was assumed."""
        model = self._window.controller.model
        if model is None or model.info.weights_path is None:
            return
        said, _ = split_network(model.info.source)
        assumed = next((text for text in model.info.assumed if TIMM_PREFIX in text), "")
        likely = assumed.removeprefix(TIMM_PREFIX).split(" | ") if assumed else []
        self._ask_network(model.info.weights_path, [said] if said else likely)

    def _ask_network(self, path: Path, likely: list[str]) -> None:
        name = ask_network(self._window, path.name, likely)
        if name is not None:
            self._window.panes.errors.dismiss()
            self._window.choose_model(network_at(name, path), None)


def _read(image: QImage, name: str) -> Job:
    """A job that returns the SourceImage of a picture that is no file.

    As a file it is upright, on white and sRGB like any other.
    """

    def job(context: Context) -> object:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG", FAST_PNG)  # type: ignore[call-overload]
        return read_picture(bytes(buffer.data().data()), name)(context)

    return job
