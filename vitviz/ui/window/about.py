"""About dialog: versions, device, licences and notices."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import QSize, Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from vitviz._version import __version__
from vitviz.models.catalogue.embedded import EMBEDDED_NAMES
from vitviz.system import settings
from vitviz.system.logs import log_path
from vitviz.system.paths import resource
from vitviz.system.printable import printable
from vitviz.ui.base import theme

ICON = QSize(64, 64)
LIBRARIES = (
    "torch",
    "torchvision",
    "numpy",
    "pillow",
    "pyqtgraph",
    "safetensors",
    "timm",
    "transformers",
    "pi-heif",
    "pillow-heif",
)


def versions(device: str) -> str:
    """Return what a bug report should contain, a line each."""
    lines = [
        f"vitviz {__version__}",
        f"Python {platform.python_version()}, {platform.platform()}",
        f"Qt {qVersion()}, PySide6 {_version('PySide6-Essentials')}",
    ]
    found = [(name, _version(name)) for name in LIBRARIES]
    lines += [f"{name} {number}" for name, number in found if number]
    lines.append(f"device: {device}")
    screen = QGuiApplication.primaryScreen()
    if screen is not None:
        size = screen.geometry().size()
        ratio = screen.devicePixelRatio()
        lines.append(
            f"screen: {size.width()}×{size.height()} at {ratio:g}, "
            f"{QGuiApplication.platformName()}"
        )
    for what, place in (("settings", settings.settings_path()), ("log", log_path())):
        lines.append(f"{what}: {printable(str(place)) if place else '–'}")
    lines.append(f"program: {printable(sys.executable)}")
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


class AboutDialog(QDialog):
    """The About dialog; all its text can be selected and copied."""

    def __init__(self, parent: QWidget, device: str) -> None:
        """`device`: what the model at hand is on."""
        super().__init__(parent)
        self.setObjectName("about")
        self.setWindowTitle(self.tr("About vitviz"))
        self.resize(640, 480)
        picture = QLabel()
        icon = QIcon(str(resource("icons", "vitviz.svg")))
        picture.setPixmap(icon.pixmap(ICON, self.devicePixelRatioF()))
        title = QLabel(f"vitviz {__version__}")
        title.setFont(theme.font("title"))
        line = QLabel(
            self.tr(
                "See where a Vision Transformer looks: in every head of every layer, "
                "exactly. It works without a network and reports nothing to anyone."
            )
        )
        line.setWordWrap(True)
        words = QVBoxLayout()
        words.addWidget(title)
        words.addWidget(line)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(words, 1)
        self._versions = versions(device)
        self._tabs = QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.setAccessibleName(self.tr("About vitviz"))
        self._add(self.tr("Versions"), self._versions)
        notices = _text("NOTICES.md"), _text("embedded", "APACHE-2.0.txt")
        self._add(self.tr("Licences"), "\n\n".join(notices))
        cards = (_text("embedded", f"{name}.md") for name in EMBEDDED_NAMES)
        self._add(self.tr("Embedded models"), "\n\n".join(cards))
        copy = self._button(self.tr("Copy versions"))
        copy.setToolTip(self.tr("Copy them, to send them with a question"))
        copy.clicked.connect(self._copy)
        lgpl = self._button(self.tr("The licence of Qt"))
        lgpl.setToolTip("https://www.gnu.org/licenses/lgpl-3.0.html")
        lgpl.clicked.connect(self._open_lgpl)
        close = self._button(self.tr("Close"))
        close.setToolTip(self.tr("Close this window (Esc)"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addWidget(lgpl)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(self._tabs, 1)
        layout.addLayout(row)

    def _add(self, name: str, text: str) -> None:
        view = QPlainTextEdit(text)
        view.setReadOnly(True)
        view.setAccessibleName(name)
        view.setToolTip(name)
        self._tabs.addTab(view, name)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        return button

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._versions)

    def _open_lgpl(self) -> None:
        QDesktopServices.openUrl(QUrl("https://www.gnu.org/licenses/lgpl-3.0.html"))


def _text(*parts: str) -> str:
    return resource(*parts).read_text("utf-8")
