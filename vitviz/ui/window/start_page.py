"""Start page of an empty window, sample pictures, and recently opened files."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.system import settings
from vitviz.system.paths import resource
from vitviz.system.printable import printable
from vitviz.ui.base import theme
from vitviz.ui.base.text import tip

ON_START_PAGE = 5
NAME_CHARS = 48


def label(place: str) -> str:
    """Return a path as shown in a menu: its name, and the folder that contains it."""
    path = Path(place)
    name = printable(path.name or place)
    if len(name) > NAME_CHARS:
        half = NAME_CHARS // 2
        name = f"{name[: half - 1]}…{name[-half:]}"
    folder = printable(path.parent.name)
    return f"{name}   –   {folder}" if folder else name


class RecentActions(QObject):
    """Recently opened files at the end of a menu, as actions whose data are the paths.

    They are listed anew each time the menu opens.
    """

    cleared = Signal()

    def __init__(self, menu: QMenu) -> None:
        super().__init__(menu)
        self._menu = menu
        self._added: list[QAction] = []
        menu.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        for action in self._added:
            self._menu.removeAction(action)
            action.deleteLater()
        self._added.clear()
        settings.refresh("recent")
        now = settings.get()
        if not now.keep_recent or not now.recent:
            return
        self._added.append(self._menu.addSection(self.tr("Recent")))
        for place in now.recent[: now.max_recent]:
            action = self._menu.addAction(label(place).replace("&", "&&"))
            action.setToolTip(tip(printable(place)))
            action.setData(place)
            self._added.append(action)
        clear = self._menu.addAction(self.tr("Clear recent files"))
        clear.setToolTip(self.tr("Empty this list; settings can turn it off"))
        clear.triggered.connect(self.cleared)
        self._added.append(clear)


class RecentList(QWidget):
    """Buttons for the newest of the recent files; hidden when there are none."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        heading = QLabel(self.tr("Recent"))
        heading.setFont(theme.font("small"))
        self._column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons: list[QToolButton] = []
        self.hide()

    def refresh(self) -> None:
        """Show the current list of the settings."""
        for button in self._buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        now = settings.get()
        places = now.recent[:ON_START_PAGE] if now.keep_recent else ()
        self._buttons = [self._button(place) for place in places]
        for button in self._buttons:
            self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        # a shown widget without a parent would be a window
        if self.parent() is not None:
            self.setVisible(bool(places))

    def _button(self, place: str) -> QToolButton:
        button = QToolButton()
        button.setText(label(place).replace("&", "&&"))
        button.setToolTip(tip(printable(place)))
        button.setAccessibleName(label(place))
        button.setProperty("path", place)
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().property("path"))


THUMBNAIL = QSize(180, 135)
SAMPLE_GAP_PX = 16
# More samples than these stand in several rows.
MOST_COLUMNS = 4


def sample_paths() -> list[Path]:
    """Return the paths of the sample photographs, in the order of their names."""
    return sorted(resource("samples").glob("*.jpg"))


def sample_name(path: Path) -> str:
    """Return what a sample shows, in the program's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("samples", text)

    names = {
        "cat": tr("Cat"),
        "coffee": tr("Coffee"),
        "fish": tr("Clownfish"),
        "night": tr("City at night"),
        "rocket": tr("Rocket"),
        "wall": tr("Brick wall"),
    }
    return names.get(path.stem, path.stem.replace("_", " ").capitalize())


class SampleGrid(QWidget):
    """Sample pictures in rows of equal length, as many in a row as there is room."""

    def __init__(self, buttons: list[QToolButton]) -> None:
        super().__init__()
        self._buttons = buttons
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SAMPLE_GAP_PX)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
        self._arrange(1)

    def minimumSizeHint(self) -> QSize:
        """Return the width of one picture and the height of all rows."""
        widest = max((one.sizeHint().width() for one in self._buttons), default=0)
        return QSize(widest, self._grid.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the pictures anew for another width."""
        super().resizeEvent(event)
        side = max((one.sizeHint().width() for one in self._buttons), default=1)
        count = len(self._buttons)
        fitting = (self.width() + SAMPLE_GAP_PX) // (side + SAMPLE_GAP_PX)
        fitting = min(max(1, fitting), MOST_COLUMNS, max(count, 1))
        rows = math.ceil(count / fitting)
        self._arrange(math.ceil(count / max(rows, 1)))

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for one in self._buttons:
            self._grid.removeWidget(one)
        for index, one in enumerate(self._buttons):
            self._grid.addWidget(one, *divmod(index, columns))
        self.updateGeometry()


class StartPage(QWidget):
    """Samples to click, a button to open a picture, and recently opened files."""

    pathChosen = Signal(str)
    openRequested = Signal()
    # The first chapter is asked for, beside the picture of this path.
    lessonRequested = Signal(str)

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
        lesson = QPushButton(self.tr("What is this? 90 seconds"))
        lesson.setToolTip(
            self.tr("How a Vision Transformer works: the first chapter of Learn")
        )
        lesson.setObjectName("lesson")
        lesson.clicked.connect(self._on_lesson)
        self.samples = SampleGrid([self._thumbnail(path) for path in sample_paths()])
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(lesson)
        buttons.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setSpacing(16)
        column.addStretch(1)
        for widget in (title, hint):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            widget.setWordWrap(True)
            column.addWidget(widget)
        column.addWidget(self.samples)
        column.addLayout(buttons)
        column.addWidget(self.recent)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)

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

    def _on_lesson(self) -> None:
        self.lessonRequested.emit(str(sample_paths()[0]))

    def _on_sample(self) -> None:
        self.pathChosen.emit(self.sender().property("path"))
