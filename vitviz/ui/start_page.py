"""What an empty window shows: three sample pictures and how to open one's own."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.system.paths import resource
from vitviz.ui import theme
from vitviz.ui.recent import RecentList

THUMBNAIL = QSize(180, 135)


def sample_paths() -> list[Path]:
    """The sample photographs, in the order of their names."""
    return sorted(resource("samples").glob("*.jpg"))


def sample_name(path: Path) -> str:
    """What a sample shows, in the program's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("samples", text)

    names = {"cat": tr("Cat"), "coffee": tr("Coffee"), "rocket": tr("Rocket")}
    return names.get(path.stem, path.stem.replace("_", " ").capitalize())


class StartPage(QWidget):
    """Samples to click, a button to open a picture, a line about dropping one."""

    pathChosen = Signal(str)
    openRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("See where a Vision Transformer looks"))
        title.setFont(theme.font("title"))
        hint = QLabel(
            self.tr("Open a picture, drop one here, or begin with one of these.")
        )
        open_button = QPushButton(self.tr("Open picture"))
        open_button.setToolTip(self.tr("Open a picture from a file (Ctrl+O)"))
        open_button.clicked.connect(self.openRequested)
        self.recent = RecentList()
        self.recent.chosen.connect(self.pathChosen)
        samples = QHBoxLayout()
        samples.setSpacing(16)
        for path in sample_paths():
            samples.addWidget(self._thumbnail(path))
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch(1)
        for widget in (title, hint):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(samples)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(open_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.recent)
        column.addStretch(1)

    def _thumbnail(self, path: Path) -> QToolButton:
        name = sample_name(path)
        button = QToolButton()
        button.setObjectName(path.stem)
        button.setText(name)
        button.setToolTip(self.tr("Open the sample picture “{name}”").format(name=name))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        pixmap = QPixmap(str(path))
        ratio = self.devicePixelRatioF()
        pixmap = pixmap.scaled(
            THUMBNAIL * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        button.setIcon(QIcon(pixmap))
        button.setIconSize(THUMBNAIL)
        button.setProperty("path", str(path))
        button.clicked.connect(self._on_sample)
        return button

    def _on_sample(self) -> None:
        self.pathChosen.emit(self.sender().property("path"))
