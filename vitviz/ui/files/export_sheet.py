"""Export sheet: what a figure shows and how it is laid out, with a live preview.

The preview is the figure itself, drawn by what writes the file. A widget alone: it
emits what the user chose, and `ui.files.export` computes, draws and writes.
"""

from __future__ import annotations

import enum
from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.methods import Source
from vitviz.export.figure_settings import (
    DPI_RANGE,
    TYPE_RANGE_PT,
    WIDTH_RANGE_MM,
    FigureChoice,
    FigureKind,
    FigureSettings,
    FigureTheme,
)
from vitviz.export.plot_captions import reading_text, statistic_meaning, statistic_name
from vitviz.ui.base import theme
from vitviz.ui.base.text import show_plainly
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.ui.widgets.inputs import DoubleSpinBox
from vitviz.views.view_state import Reading, Statistic, TokensView

START_SIZE = QSize(1040, 660)
LEAST_SIZE = QSize(560, 380)
FORM_WIDTH_PX = 300
MARGIN_PX = 12
ROW_GAP_PX = 4
# A spin box that is turned quickly asks once.
REST_MS = 120


class OtherFile(enum.Enum):
    """What is exported and is no figure."""

    ANIMATION = "animation"
    NUMBERS = "numbers"


# What is chosen in the list of the sheet.
Export = FigureKind | OtherFile

FIGURE_ENDINGS = (".png", ".svg", ".pdf")
ENDINGS: dict[Export, tuple[str, ...]] = {
    **dict.fromkeys(FigureKind, FIGURE_ENDINGS),
    OtherFile.ANIMATION: (".gif",),
    OtherFile.NUMBERS: (".npz", ".csv"),
}
# Figures of maps, over which the grid of patches can be drawn.
OF_MAPS = {
    FigureKind.PICTURE,
    FigureKind.HEADS,
    FigureKind.WALL,
    FigureKind.COMPARISON,
}


class ExportSheet(QDialog):
    """What is exported, and how; setters emit nothing."""

    # Another figure, or the same in another layout or size, is to be previewed.
    previewWanted = Signal()
    saveRequested = Signal()
    captionRequested = Signal()
    commandRequested = Signal()
    folderRequested = Signal()

    def __init__(
        self,
        parent: QWidget,
        *,
        what: Export,
        choice: FigureChoice,
        settings: FigureSettings,
        shows_grid: bool,
        missing: dict[Export, str],
    ) -> None:
        """Create a sheet.

        missing : what this view cannot export, with the reason.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumSize(LEAST_SIZE)
        self.resize(START_SIZE.boundedTo(parent.size() - QSize(24, 24)))
        self._choice, self._caption = choice, ""
        self._image: QImage | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self.previewWanted)
        self._list = self._make_list(missing)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(ROW_GAP_PX)
        self._rows: dict[QWidget, Collection[Export]] = {}
        self._fill_form(choice, settings, shows_grid=shows_grid)
        self._preview = QLabel()
        self._preview.setObjectName("preview")
        self._preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._preview.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored
        )
        self._preview.setWordWrap(True)
        self._preview.setAccessibleName(self.tr("Preview of the figure"))
        show_plainly(self._preview)
        tone = theme.colours()
        self._preview.setStyleSheet(f"background: {tone.surround};")
        self._note = ElidedLabel()
        self._note.setObjectName("note")
        self._note.setFont(theme.font("small"))
        self._save = QPushButton(self.tr("Save…"))
        self._place()
        self._list.setCurrentRow(self._row_of(what))
        self._list.currentRowChanged.connect(self._on_what)
        self._fit()

    # -- what is chosen ------------------------------------------------------------

    def what(self) -> Export:
        """Return what is exported."""
        found: Export = self._list.currentItem().data(Qt.ItemDataRole.UserRole)
        return found

    def choice(self) -> FigureChoice:
        """Return what the figure shows; of an animation a frame, of numbers its map."""
        what = self.what()
        return FigureChoice(
            what if isinstance(what, FigureKind) else FigureKind.PICTURE,
            self._statistic.currentData(),
            TokensView(self._reading.currentData(), self._source.currentData()),
            is_difference=self._difference.isChecked(),
            is_same_scale=self._same_scale.isChecked(),
        )

    def settings(self) -> FigureSettings:
        """Return how the figure is laid out."""
        width = self._width.value()
        chosen = self._theme.currentData()
        return FigureSettings(
            width_mm=None if width <= self._width.minimum() else width,
            dpi=self._dpi.value(),
            theme=chosen,
            has_caption=self._has_caption.isChecked(),
            type_pt=self._type.value(),
        )

    def showsGrid(self) -> bool:
        """Return whether lines are drawn between the patches."""
        return self._grid.isChecked()

    def ending(self) -> str:
        """Return the ending of the chosen format, such as ".png"."""
        found: str = self._format.currentData()
        return found

    def previewRoom(self) -> tuple[int, int]:
        """Return the (width, height) for a preview, in device pixels."""
        ratio = self.devicePixelRatioF()
        margin = 2 * MARGIN_PX
        size = self._preview.size() - QSize(margin, margin)
        return max(1, round(size.width() * ratio)), max(1, round(size.height() * ratio))

    # -- setters -------------------------------------------------------------------

    def setPreview(self, image: QImage, note: str) -> None:
        """Show the figure, and in a line below its size."""
        image.setDevicePixelRatio(self.devicePixelRatioF())
        self._image = image
        self._preview.setPixmap(QPixmap.fromImage(image))
        self._note.setText(note)
        self._set_ready(True)

    def setWaiting(self, text: str) -> None:
        """Show that a figure is being computed; the one before stays."""
        self._note.setText(text)
        self._set_ready(False)

    def setProblem(self, text: str) -> None:
        """Show why there is no figure."""
        self._image = None
        self._preview.setText(text)
        self._note.setText("")
        self._set_ready(False)

    def setSaved(self, text: str) -> None:
        """Show that a file was written."""
        self._note.setText(text)
        self._folder.setEnabled(True)

    def previewImage(self) -> QImage | None:
        """Return the figure in the preview; None where there is none."""
        return self._image

    def note(self) -> str:
        """Return the line below the preview."""
        return self._note.words()

    def saveButton(self) -> QPushButton:
        """Return the button that asks for a file."""
        return self._save

    def choose(self, what: Export) -> None:
        """Choose what is exported, as a click in the list does."""
        self._list.setCurrentRow(self._row_of(what))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the preview to the new size, roughly at once, and ask for a sharp one."""
        super().resizeEvent(event)
        if self._image is not None:
            pixmap = QPixmap.fromImage(self._image)
            fitted = pixmap.scaled(
                QSize(*self.previewRoom()),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            fitted.setDevicePixelRatio(self.devicePixelRatioF())
            self._preview.setPixmap(fitted)
        self._rest.start()

    # -- parts ---------------------------------------------------------------------

    def _make_list(self, missing: dict[Export, str]) -> QListWidget:
        names: dict[Export, str] = {
            FigureKind.PICTURE: self.tr("Picture"),
            FigureKind.HEADS: self.tr("Heads of this layer"),
            FigureKind.WALL: self.tr("All heads"),
            FigureKind.MATRIX: self.tr("Matrix"),
            FigureKind.STATISTICS: self.tr("Statistic of the heads"),
            FigureKind.TOKENS: self.tr("Tokens"),
            FigureKind.CURVES: self.tr("Curves of the test"),
            FigureKind.COMPARISON: self.tr("Comparison"),
            OtherFile.ANIMATION: self.tr("Animation through the layers"),
            OtherFile.NUMBERS: self.tr("Numbers of this query"),
        }
        assert names.keys() == ENDINGS.keys()
        made = QListWidget()
        made.setStyleSheet("QListWidget::item { padding: 2px 4px; }")
        made.setAccessibleName(self.tr("What is exported"))
        for what, name in names.items():
            item = QListWidgetItem(name)
            item.setData(Qt.ItemDataRole.UserRole, what)
            if what in missing:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                item.setToolTip(missing[what])
            made.addItem(item)
        height = made.sizeHintForRow(0) * made.count() + 2 * made.frameWidth()
        made.setFixedHeight(height)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return made

    def _row_of(self, what: Export) -> int:
        rows = (self._list.item(i) for i in range(self._list.count()))
        found = [item.data(Qt.ItemDataRole.UserRole) for item in rows]
        return found.index(what)

    def _fill_form(
        self, choice: FigureChoice, settings: FigureSettings, *, shows_grid: bool
    ) -> None:
        figures = tuple(FigureKind)
        self._statistic = self._box(
            [(one, statistic_name(one), statistic_meaning(one)) for one in Statistic],
            choice.statistic,
        )
        self._add(self.tr("Statistic"), self._statistic, {FigureKind.STATISTICS})
        names = {
            Reading.NORMS: self.tr("Norms"),
            Reading.COLOURS: self.tr("Colours"),
            Reading.SIMILARITY: self.tr("Similarity"),
            Reading.LENS: self.tr("Lens"),
            Reading.POSITIONS: self.tr("Positions"),
            Reading.FILTERS: self.tr("Filters"),
        }
        self._reading = self._box(
            [(one, names[one], reading_text(one, Source.STATE)) for one in Reading],
            choice.tokens.shows,
        )
        self._add(self.tr("Reading"), self._reading, {FigureKind.TOKENS})
        self._source = self._box(
            [(one, one.value, reading_text(Reading.SIMILARITY, one)) for one in Source],
            choice.tokens.source,
        )
        self._add(self.tr("Vectors"), self._source, {FigureKind.TOKENS})
        self._difference = self._check(self.tr("Difference"), choice.is_difference)
        self._add("", self._difference, {FigureKind.COMPARISON})
        self._same_scale = self._check(self.tr("Same scale"), choice.is_same_scale)
        self._add("", self._same_scale, {FigureKind.COMPARISON})
        self._width = self._number(WIDTH_RANGE_MM, " mm", 1)
        self._width.setMinimum(WIDTH_RANGE_MM[0] - 1)
        self._width.setSpecialValueText(self.tr("as the picture"))
        self._width.setValue(settings.width_mm or self._width.minimum())
        self._width.setToolTip(
            self.tr("On paper; a column of a journal is about 85 mm, a page 178 mm")
        )
        self._add(self.tr("Width"), self._width, figures)
        self._type = self._number(TYPE_RANGE_PT, " pt", 1)
        self._type.setValue(settings.type_pt)
        self._type.setToolTip(self.tr("Size of the letters on paper"))
        self._add(self.tr("Type"), self._type, figures)
        self._dpi = self._number(DPI_RANGE, " dpi", 0)
        self._dpi.setValue(settings.dpi)
        self._dpi.setToolTip(self.tr("Pixels for each inch; SVG and PDF need none"))
        self._add(self.tr("Resolution"), self._dpi, figures)
        self._theme = self._box(
            [
                (FigureTheme.LIGHT, self.tr("Light"), self.tr("For paper")),
                (FigureTheme.DARK, self.tr("Dark"), self.tr("For dark slides")),
            ],
            settings.theme,
        )
        self._add(self.tr("Theme"), self._theme, figures)
        self._has_caption = self._check(self.tr("Caption"), settings.has_caption)
        self._add("", self._has_caption, figures)
        self._grid = self._check(self.tr("Patch grid"), shows_grid)
        self._add("", self._grid, OF_MAPS)
        self._format = QComboBox()
        self._format.setAccessibleName(self.tr("File format"))
        self._format.currentIndexChanged.connect(self._on_format)
        self._add(self.tr("Format"), self._format, tuple(ENDINGS))

    def _place(self) -> None:
        """Put list and form at the right of the preview, and the buttons below."""
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(MARGIN_PX)
        column.addWidget(self._list)
        column.addLayout(self._form)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(side)
        area.setFixedWidth(FORM_WIDTH_PX)
        left = QVBoxLayout()
        left.setSpacing(4)
        left.addWidget(self._preview, 1)
        left.addWidget(self._note)
        middle = QHBoxLayout()
        middle.setSpacing(MARGIN_PX)
        middle.addLayout(left, 1)
        middle.addWidget(area)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*(MARGIN_PX,) * 4)
        whole.setSpacing(MARGIN_PX)
        whole.addLayout(middle, 1)
        whole.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._copy_caption = self._button(
            self.tr("Copy caption"),
            self.tr("The caption as text, also where the figure has none"),
            self.captionRequested,
        )
        self._copy_command = self._button(
            self.tr("Copy command line"),
            self.tr("The vitviz export line that makes the same file"),
            self.commandRequested,
        )
        self._folder = self._button(
            self.tr("Show in folder"),
            self.tr("Open the folder of the file that was written last"),
            self.folderRequested,
        )
        self._folder.setEnabled(False)
        for button in (self._copy_caption, self._copy_command, self._folder):
            row.addWidget(button)
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        self._save.setDefault(True)
        self._save.clicked.connect(self.saveRequested)
        row.addWidget(close)
        row.addWidget(self._save)
        return row

    def _button(self, text: str, tip: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(signal)
        return button

    def _box(self, options: list[tuple[object, str, str]], value: object) -> QComboBox:
        box = QComboBox()
        for index, (data, text, tip) in enumerate(options):
            box.addItem(text, data)
            box.setItemData(index, tip, Qt.ItemDataRole.ToolTipRole)
        box.setCurrentIndex([data for data, _, _ in options].index(value))
        box.currentIndexChanged.connect(self._on_changed)
        return box

    def _check(self, text: str, is_on: bool) -> QCheckBox:
        box = QCheckBox(text)
        box.setChecked(is_on)
        box.toggled.connect(self._on_changed)
        return box

    def _number(
        self, ends: tuple[float, float], unit: str, decimals: int
    ) -> DoubleSpinBox:
        box = DoubleSpinBox()
        box.setDecimals(decimals)
        box.setRange(*ends)
        box.setSuffix(unit)
        box.valueChanged.connect(self._on_changed)
        return box

    def _add(self, label: str, field: QWidget, of: Collection[Export]) -> None:
        """Add a row to the form, which is shown for some exports only."""
        if label:
            field.setAccessibleName(label)
        self._form.addRow(label, field)
        self._rows[field] = of

    # -- reactions -----------------------------------------------------------------

    def _fit(self) -> None:
        """Show the rows of what is exported, and its formats."""
        what = self.what()
        for field, of in self._rows.items():
            self._form.setRowVisible(field, what in of)
        self._format.blockSignals(True)
        self._format.clear()
        for ending in ENDINGS[what]:
            self._format.addItem(ending[1:].upper(), ending)
        self._format.blockSignals(False)
        self._on_format()

    def _on_what(self, _row: int) -> None:
        self._fit()
        self._on_changed()

    def _on_format(self) -> None:
        self._dpi.setEnabled(self.ending() == ".png")

    def _on_changed(self) -> None:
        self._rest.start()

    def _set_ready(self, is_ready: bool) -> None:
        for button in (self._save, self._copy_caption, self._copy_command):
            button.setEnabled(is_ready)
