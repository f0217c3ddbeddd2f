"""Dialogs for files and folders, and opening of what was dropped or pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QWidget

from vitviz.jobs.pictures import read_picture
from vitviz.jobs.queue import Context, JobKind, bound
from vitviz.ui.base.threads import Workers
from vitviz.ui.files.folder import Files
from vitviz.views.session import SUFFIX

if TYPE_CHECKING:
    from vitviz.pictures.source import SourceImage

# Qt's quality for little compression: the picture is decoded again at once.
FAST_PNG = 85


class OpenDialogs(QObject):
    """Dialogs for files of one window, and what is dropped or pasted there."""

    # Why there was nothing to open, in a sentence.
    refused = Signal(str)

    def __init__(self, window: QWidget, files: Files, workers: Workers) -> None:
        super().__init__(window)
        self._window, self._files, self._workers = window, files, workers

    def open_dialog(self) -> None:
        """Ask for pictures or a session, and open them."""
        paths, _ = QFileDialog.getOpenFileNames(
            self._window,
            self.tr("Open pictures or a session"),
            str(self._files.folder()),
            self.tr("Pictures and sessions")
            + " (*.jpg *.jpeg *.png *.webp *.bmp *.gif *.tif *.tiff *.avif *.ppm"
            + f" *.heic *.heif *{SUFFIX});;"
            + self.tr("All files")
            + " (*)",
        )
        self._files.open(paths)

    def folder_dialog(self) -> None:
        """Ask for a folder of pictures, and open it."""
        title = self.tr("Open a folder of pictures")
        begin = str(self._files.folder())
        path = QFileDialog.getExistingDirectory(self._window, title, begin)
        if path:
            self._files.open([path])

    def open_mime(self, mime: QMimeData, name: str) -> None:
        """Open the files, or else the picture, that were dropped or pasted."""
        files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if files:
            self._files.open(files)
        elif mime.hasImage():
            found: object = mime.imageData()
            # A picture that this program has copied is a pixmap.
            image = found.toImage() if isinstance(found, QPixmap) else found
            job = bound(_read, cast("QImage", image), name)
            self._workers.submit(JobKind.PICTURE, job)
        elif mime.hasUrls():
            self.refused.emit(
                self.tr(
                    "That is an address on the network, and vitviz fetches nothing by "
                    "itself. Save the picture as a file and open that."
                )
            )
        else:
            self.refused.emit(
                self.tr("There is no picture on the clipboard. Copy one, or its file.")
            )


def _read(context: Context, image: QImage, name: str) -> SourceImage:
    """Return the SourceImage of a picture that is no file.

    Encoded and read as a file, it becomes upright, on white and sRGB like any other.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", FAST_PNG)  # type: ignore[call-overload]
    return read_picture(context, bytes(buffer.data().data()), name)
