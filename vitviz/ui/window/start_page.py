"""Start page of an empty window, sample pictures, and recently opened files."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QEnterEvent,
    QFocusEvent,
    QIcon,
    QImage,
    QImageReader,
    QPainter,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
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

from vitviz.jobs.pictures import Thumbnail, make_thumbnails
from vitviz.jobs.queue import JobKind, bound
from vitviz.system import settings
from vitviz.system.paths import resource
from vitviz.system.printable import printable
from vitviz.ui.base import icons, theme
from vitviz.ui.base.text import tip
from vitviz.views.colour import Array, Bytes, Levels
from vitviz.views.overlay import overlay_rgba
from vitviz.views.session import SUFFIX
from vitviz.views.view_state import COLORMAP, Style

if TYPE_CHECKING:
    from vitviz.ui.base.threads import Workers

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
    """Tiles of the newest of the recent files; hidden when there are none."""

    chosen = Signal(str)
    # Paths that may be pictures, and the side of a thumbnail in device pixels.
    thumbnailsWanted = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        heading = QLabel(self.tr("Recent"))
        heading.setFont(theme.font("small"))
        column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        self._row = QHBoxLayout()
        self._row.setSpacing(SAMPLE_GAP_PX // 2)
        self._row.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(self._row)
        self._buttons: list[QToolButton] = []
        self._previous: QWidget | None = None
        # By path; None for a file that has no thumbnail.
        self._made: dict[str, QPixmap | None] = {}
        self.hide()

    def refresh(self) -> None:
        """Show the current list of the settings."""
        for button in self._buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        now = settings.get()
        places = now.recent[:ON_START_PAGE] if now.keep_recent else ()
        self._buttons = [self._button(place) for place in places]
        for button in self._buttons:
            self._row.addWidget(button)
        self._set_tab_order()
        # a shown widget without a parent would be a window
        if self.parent() is not None:
            self.setVisible(bool(places))

    def follow(self, previous: QWidget) -> None:
        """Come after a widget in the order of the Tab key, now and once filled anew."""
        self._previous = previous
        self._set_tab_order()

    def _set_tab_order(self) -> None:
        if self._previous is not None:
            for one, following in pairwise((self._previous, *self._buttons)):
                QWidget.setTabOrder(one, following)

    def missing(self) -> list[Path]:
        """Return the paths whose thumbnail has not been asked for."""
        places = (button.property("path") for button in self._buttons)
        found = [Path(place) for place in places if place not in self._made]
        return [path for path in found if path.suffix.lower() != SUFFIX]

    def setThumbnail(self, path: Path, pixels: Bytes | None) -> None:
        """Set the thumbnail of a file, (h, w, 3) uint8; None where there is none."""
        made = None
        if pixels is not None:
            made = _framed(_pixmap(pixels), _tile(), self.devicePixelRatioF())
        self._made[str(path)] = made
        for button in self._buttons:
            if button.property("path") == str(path) and made is not None:
                button.setIcon(QIcon(made))

    def thumbnailSide(self) -> int:
        """Return the longer side of a thumbnail, in device pixels."""
        return round(_tile().width() * self.devicePixelRatioF())

    def _button(self, place: str) -> QToolButton:
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(_tile())
        button.setFixedWidth(_tile().width() + 24)
        name = printable(Path(place).name or place)
        room = button.fontMetrics()
        middle = Qt.TextElideMode.ElideMiddle
        shown = room.elidedText(name, middle, _tile().width() + 8)
        button.setText(shown.replace("&", "&&"))
        button.setToolTip(tip(printable(place)))
        button.setAccessibleName(label(place))
        button.setProperty("path", place)
        made = self._made.get(place)
        if made is not None:
            button.setIcon(QIcon(made))
        else:
            # what has no ending is a folder, most likely; nothing is read to know
            suffix = Path(place).suffix.lower()
            kind = "settings" if suffix == SUFFIX else "picture" if suffix else "folder"
            button.setIcon(icons.icon(kind))
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        self.chosen.emit(self.sender().property("path"))


class RecentThumbnails(QObject):
    """Makes the thumbnails of recent files once nothing else is to be done.

    Files are read in helper processes, as those of the film strip are.
    """

    def __init__(self, recent: RecentList, workers: Workers) -> None:
        super().__init__(recent)
        self._recent, self._workers = recent, workers
        self._rest = QTimer(self, singleShot=True, interval=RECENT_AFTER_MS)
        self._rest.timeout.connect(self._ask)
        workers.on_part(JobKind.RECENT, self._on_made)
        self.begin()

    def begin(self) -> None:
        """Ask for what is missing, after a while."""
        self._rest.start()

    def _ask(self) -> None:
        recent = self._recent
        if self._workers.has_jobs():
            self._rest.start()
            return
        missing = recent.missing()
        if missing and recent.isVisible():
            job = bound(make_thumbnails, missing, recent.thumbnailSide())
            self._workers.submit(JobKind.RECENT, job)

    def _on_made(self, made: Thumbnail) -> None:
        self._recent.setThumbnail(made.path, made.pixels)


# Tiles of recent files, and how long the window has to be idle before they get theirs.
RECENT = QSize(96, 64)
RECENT_AFTER_MS = 700
# Widths of the page from which samples are shown in another size: (page, sample).
SIDES = ((0, 126), (900, 180), (1700, 270), (3000, 540))
# Size of samples on a page that is less high.
LOW_PAGE_PX, LOW_SIDE = 480, 96
ASPECT = 2 / 3
SAMPLE_GAP_PX = 16
# More samples than these stand in several rows.
MOST_COLUMNS = 4
# Strongest tint of a sample's map, as of a map on a picture.
TINT = 0.85


# One of each kind: an animal whole in its scene, several objects, a street, something
# fine, a texture, a night.
SHOWN_SAMPLES = ("kingfisher", "citrus", "street", "facade", "wall", "night")


def sample_paths() -> list[Path]:
    """Return the paths of all sample photographs, in the order of their names."""
    return sorted(resource("samples").glob("*.jpg"))


def shown_sample_paths() -> list[Path]:
    """Return the paths of the samples on the start page, in its order."""
    by_name = {path.stem: path for path in sample_paths()}
    return [by_name[name] for name in SHOWN_SAMPLES if name in by_name]


def sample_name(path: Path) -> str:
    """Return what a sample shows, in the program's language."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("samples", text)

    names = {
        "cat": tr("Cat"),
        "citrus": tr("Citrus fruits"),
        "coffee": tr("Coffee"),
        "facade": tr("Palace windows"),
        "kingfisher": tr("Kingfisher"),
        "night": tr("Bridge at night"),
        "rocket": tr("Rocket"),
        "street": tr("Street corner"),
        "wall": tr("Brick wall"),
    }
    return names.get(path.stem, path.stem.replace("_", " ").capitalize())


@dataclass(frozen=True, slots=True, eq=False)
class SampleMap:
    """The map of a sample, made beforehand: see `packaging/sample_maps.py`."""

    # Where it lies, in the sample's own pixels.
    rect: QRectF
    # (R, C) positions on the scale, in [0, 1].
    fraction: Array


@cache
def sample_maps() -> dict[str, SampleMap]:
    """Return the maps of the samples by the names of their files."""
    found = json.loads(resource("samples", "maps.json").read_text("utf-8"))
    maps = {}
    for name, one in found["maps"].items():
        values = np.frombuffer(base64.b64decode(one["values"]), np.uint8)
        fraction = values.reshape(one["grid"]).astype(np.float32) / np.float32(255)
        maps[name] = SampleMap(QRectF(*one["rect"]), np.asarray(fraction, np.float32))
    return maps


class SampleButton(QToolButton):
    """A sample picture, which shows its map while it is pointed at or has the focus."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._side = 0
        self._plain, self._mapped = QIcon(), QIcon()
        self._is_pointed_at = False
        name = sample_name(path)
        self.setObjectName(path.stem)
        self.setText(name)
        self.setToolTip(
            self.tr(
                "Open the sample picture “{name}”. The map, made beforehand, is where "
                "CLS looks in the last layer of vitviz-small."
            ).format(name=name)
        )
        self.setAccessibleName(name)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setProperty("path", str(path))

    def setSide(self, side: int) -> None:
        """Show the picture so wide, in px."""
        if side == self._side:
            return
        self._side = side
        self._plain = self._mapped = QIcon()
        size = QSize(side, round(side * ASPECT))
        self.setIconSize(size)
        if self.isVisible():
            self._refresh()
        else:
            # the layout asks for the size; a window that opens a picture never draws it
            self.setIcon(QIcon(QPixmap(size)))

    def showsMap(self) -> bool:
        """Return whether the map is shown."""
        return self._is_pointed_at or self.hasFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the picture."""
        super().showEvent(event)
        self._refresh()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the map."""
        super().enterEvent(event)
        self._is_pointed_at = True
        self._refresh()

    def leaveEvent(self, event: QEvent) -> None:
        """Show the picture alone."""
        super().leaveEvent(event)
        self._is_pointed_at = False
        self._refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the map."""
        super().focusInEvent(event)
        self._refresh()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the picture alone."""
        super().focusOutEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if not self._side:
            return
        size = QSize(self._side, round(self._side * ASPECT))
        if self.showsMap():
            if self._mapped.isNull():
                map_ = sample_maps().get(self._path.stem)
                self._mapped = QIcon(self._drawn(size, map_))
            self.setIcon(self._mapped)
        else:
            if self._plain.isNull():
                self._plain = QIcon(self._drawn(size, None))
            self.setIcon(self._plain)

    def _drawn(self, size: QSize, map_: SampleMap | None) -> QPixmap:
        """Return the middle of the picture, all samples of one shape, with a map."""
        ratio = self.devicePixelRatioF()
        reader = QImageReader(str(self._path))
        whole = reader.size()
        wanted = size * ratio
        scaled = whole.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        # a JPEG is decoded no larger than it is shown
        reader.setScaledSize(scaled)
        pixmap = QPixmap.fromImageReader(reader)
        if map_ is not None:
            unit = scaled.width() / max(whole.width(), 1)
            rgba = overlay_rgba(
                map_.fraction, Levels(0.0, 1.0), Style.TINT, COLORMAP[Style.TINT], TINT
            )
            rows, cols = map_.fraction.shape
            kind = QImage.Format.Format_RGBA8888
            image = QImage(rgba.data, cols, rows, 4 * cols, kind)
            rect = map_.rect
            place = QRectF(
                rect.x() * unit,
                rect.y() * unit,
                rect.width() * unit,
                rect.height() * unit,
            )
            painter = QPainter(pixmap)
            painter.drawImage(place, image)
            painter.end()
        frame = QRect(QPoint(0, 0), wanted)
        frame.moveCenter(pixmap.rect().center())
        pixmap = pixmap.copy(frame)
        pixmap.setDevicePixelRatio(ratio)
        return pixmap


class SampleGrid(QWidget):
    """Sample pictures in rows of equal length, as many in a row as there is room."""

    def __init__(self, buttons: list[SampleButton]) -> None:
        super().__init__()
        self._buttons = buttons
        self._columns = 0
        self._is_low = False
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SAMPLE_GAP_PX)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._grid.setSizeConstraint(QGridLayout.SizeConstraint.SetNoConstraint)
        self._arrange(1)

    def buttons(self) -> tuple[SampleButton, ...]:
        """Return the pictures, in their order."""
        return tuple(self._buttons)

    def minimumSizeHint(self) -> QSize:
        """Return the width of one picture and the height of all rows."""
        widest = max((one.sizeHint().width() for one in self._buttons), default=0)
        return QSize(widest, self._grid.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the pictures anew for another width, larger where there is room."""
        super().resizeEvent(event)
        self._fit()

    def setRoom(self, height: int) -> None:
        """Fit a page of this height, in px."""
        if (height < LOW_PAGE_PX) != self._is_low:
            self._is_low = height < LOW_PAGE_PX
            self._fit()

    def _fit(self) -> None:
        chosen = [side for least, side in SIDES if self.width() >= least]
        for one in self._buttons:
            one.setSide(LOW_SIDE if self._is_low else chosen[-1])
        side = max((one.sizeHint().width() for one in self._buttons), default=1)
        count = len(self._buttons)
        fitting = (self.width() + SAMPLE_GAP_PX) // (side + SAMPLE_GAP_PX)
        fitting = min(max(1, fitting), MOST_COLUMNS, max(count, 1))
        rows = math.ceil(count / fitting)
        self._arrange(math.ceil(count / max(rows, 1)))
        self.updateGeometry()

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for one in self._buttons:
            self._grid.removeWidget(one)
        for index, one in enumerate(self._buttons):
            self._grid.addWidget(one, *divmod(index, columns))
        self.updateGeometry()


def _tile() -> QSize:
    """Return the size of a recent file's thumbnail, in px: it grows with letters."""
    return RECENT * theme.enlarged()


def _framed(pixmap: QPixmap, size: QSize, ratio: float) -> QPixmap:
    """Return a pixmap in the middle of a transparent one, so that names are in line.

    size : of the whole, in px.
    """
    whole = QPixmap(size * ratio)
    whole.fill(Qt.GlobalColor.transparent)
    inside = pixmap.scaled(
        whole.size(),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    painter = QPainter(whole)
    left = (whole.width() - inside.width()) // 2
    painter.drawPixmap(left, (whole.height() - inside.height()) // 2, inside)
    painter.end()
    whole.setDevicePixelRatio(ratio)
    return whole


def _pixmap(pixels: Bytes) -> QPixmap:
    """Return (h, w, 3) uint8, C-contiguous, as a pixmap."""
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888
    image = QImage(pixels.data, width, height, 3 * width, kind)
    return QPixmap.fromImage(image)


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
        self.samples = SampleGrid([self._sample(path) for path in shown_sample_paths()])
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        buttons.addWidget(open_button)
        buttons.addWidget(lesson)
        buttons.addStretch(1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(12)
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
        stops = [*self.samples.buttons(), open_button, lesson]
        for one, following in pairwise(stops):
            QWidget.setTabOrder(one, following)
        self.recent.follow(lesson)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show smaller samples on a low page."""
        super().resizeEvent(event)
        self.samples.setRoom(self.height())

    def _sample(self, path: Path) -> SampleButton:
        button = SampleButton(path)
        button.clicked.connect(self._on_sample)
        return button

    def _on_lesson(self) -> None:
        self.lessonRequested.emit(str(sample_paths()[0]))

    def _on_sample(self) -> None:
        self.pathChosen.emit(self.sender().property("path"))
