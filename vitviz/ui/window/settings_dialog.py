"""Settings dialog, in which each setting takes effect the moment it is changed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSignalBlocker
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from vitviz.models.catalogue.embedded import EMBEDDED_NAMES
from vitviz.system import settings
from vitviz.system.dataclass_json import encoded
from vitviz.system.settings import (
    MAX_RECENT,
    MAX_THREADS,
    Language,
    LogLevel,
    Precision,
    ThemeChoice,
)
from vitviz.ui.base import theme
from vitviz.ui.base.language import LANGUAGES
from vitviz.ui.widgets.inputs import SpinBox

if TYPE_CHECKING:
    from vitviz.ui.base.preferences import Preferences


class SettingsDialog(QDialog):
    """A dialog that stays open beside the window and follows changes elsewhere."""

    def __init__(
        self, parent: QWidget, preferences: Preferences, model: Callable[[], str]
    ) -> None:
        """Create the dialog; `model` returns the name to offer for the start."""
        super().__init__(parent)
        self._preferences, self._model_name = preferences, model
        self.setObjectName("settings")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._body = QWidget()
        self._build()
        preferences.changed.connect(self._show)

    def changeEvent(self, event: QEvent) -> None:
        """React to another language: make all texts anew."""
        if event.type() == QEvent.Type.LanguageChange:
            self._build()
        super().changeEvent(event)

    def _build(self) -> None:
        self.setWindowTitle(self.tr("Settings"))
        self._body.deleteLater()
        self._body = QWidget()
        self._boxes: dict[str, QComboBox] = {}
        self._checks: dict[str, QCheckBox] = {}
        self._numbers: dict[str, QSpinBox] = {}
        form = QFormLayout(self._body)
        form.setContentsMargins(24, 16, 24, 16)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._add_look(form)
        self._add_files(form)
        self._add_models(form)
        self._add_log(form)
        form.addRow(QLabel())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setIcon(QIcon())
        close.setToolTip(self.tr("Close this window (Esc)"))
        buttons.rejected.connect(self.reject)
        defaults = QPushButton(self.tr("Restore defaults"))
        defaults.setObjectName("reset")
        defaults.setAutoDefault(False)
        defaults.setToolTip(self.tr("All settings as at the first start"))
        defaults.clicked.connect(self._preferences.reset)
        buttons.addButton(defaults, QDialogButtonBox.ButtonRole.ResetRole)
        form.addRow(buttons)
        self._column.addWidget(self._body)
        self._show()

    def _add_look(self, form: QFormLayout) -> None:
        self._heading(form, self.tr("Look"))
        languages = [(Language.SYSTEM.value, self.tr("System"))]
        languages += LANGUAGES.items()
        self._choice(form, "language", self.tr("Language"), languages)
        themes = (
            (ThemeChoice.SYSTEM, self.tr("System")),
            (ThemeChoice.LIGHT, self.tr("Light")),
            (ThemeChoice.DARK, self.tr("Dark")),
            (ThemeChoice.HIGH_CONTRAST, self.tr("High contrast")),
        )
        self._choice(form, "theme", self.tr("Theme"), themes)
        self._check(
            form,
            "hover_preview",
            self.tr("Preview the patch under the pointer"),
            self.tr("The map follows the pointer; a click pins it (H)"),
        )
        self._check(
            form,
            "reduce_motion",
            self.tr("Reduce motion"),
            self.tr("What changes place on screen does so at once"),
        )
        self._check(
            form,
            "present_halo",
            self.tr("Present: a halo round the pointer"),
            self.tr("The room sees where you point (F5 presents)"),
        )
        self._check(
            form,
            "present_keys",
            self.tr("Present: show the keys that are pressed"),
            self.tr("The room can do it after you (F5 presents)"),
        )

    def _add_files(self, form: QFormLayout) -> None:
        self._heading(form, self.tr("Files"))
        self._check(
            form,
            "show_film_strip",
            self.tr("Show a folder's pictures beside the picture"),
            self.tr("The film strip (T)"),
        )
        self._check(
            form,
            "keep_recent",
            self.tr("Remember files that were opened"),
            self.tr("They are offered in the Open menu and on the start page"),
        )
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        number = self._number("max_recent", 1, MAX_RECENT)
        number.setToolTip(self.tr("How many files are remembered"))
        line.addWidget(number)
        clear = QPushButton(self.tr("Clear recent files"))
        clear.setObjectName("clear_recent")
        clear.setAutoDefault(False)
        clear.setToolTip(self.tr("Empty the list of recent files"))
        clear.clicked.connect(self._on_clear)
        line.addWidget(clear)
        self._row(form, self.tr("Recent files, at most"), row, "max_recent")

    def _add_models(self, form: QFormLayout) -> None:
        self._heading(form, self.tr("Models"))
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        self._model = QComboBox()
        self._model.setObjectName("model")
        self._model.setAccessibleName(self.tr("At the start"))
        self._model.setToolTip(self.tr("The model that is loaded with the window"))
        self._model.setMinimumContentsLength(24)
        self._model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._model.activated.connect(self._on_model)
        line.addWidget(self._model)
        self._row(form, self.tr("At the start"), row, "model")
        kinds = ("mps",) if sys.platform == "darwin" else ("cuda", "xpu")
        devices = [("auto", self.tr("Automatic (fastest)")), ("cpu", "CPU")]
        devices += [(kind, kind.upper()) for kind in kinds]
        self._choice(form, "device", self.tr("Device"), devices)
        precisions = (
            (Precision.FLOAT32, self.tr("32 bits: exact to 1e-5")),
            (Precision.FLOAT16, self.tr("16 bits (float16): half the memory")),
            (Precision.BFLOAT16, self.tr("16 bits (bfloat16): coarser, no overflow")),
        )
        self._choice(form, "precision", self.tr("Precision"), precisions)
        threads = self._number("threads", 0, MAX_THREADS)
        threads.setSpecialValueText(self.tr("Automatic"))
        self._row(form, self.tr("Threads"), threads, "threads")
        threads.setToolTip(self.tr("How many processor cores a model may use"))

    def _add_log(self, form: QFormLayout) -> None:
        self._heading(form, self.tr("Log"))
        levels = (
            (LogLevel.ERROR, self.tr("Errors only")),
            (LogLevel.WARNING, self.tr("Errors and warnings")),
            (LogLevel.INFO, self.tr("What happens")),
            (LogLevel.DEBUG, self.tr("Everything")),
        )
        self._choice(form, "log_level", self.tr("Log level"), levels)

    # -- the kinds of rows ---------------------------------------------------------

    def _heading(self, form: QFormLayout, text: str) -> None:
        label = QLabel(text)
        label.setFont(theme.font("title"))
        if form.rowCount():
            label.setContentsMargins(0, 12, 0, 0)
        form.addRow(label)

    def _row(self, form: QFormLayout, text: str, field: QWidget, name: str) -> None:
        label = QLabel(text)
        inner = field.findChild(QWidget, name) or field
        label.setBuddy(inner)
        if not inner.accessibleName():
            inner.setAccessibleName(text)
        form.addRow(label, field)

    def _choice(
        self,
        form: QFormLayout,
        name: str,
        text: str,
        options: object,
    ) -> None:
        box = QComboBox()
        box.setObjectName(name)
        assert isinstance(options, tuple | list)
        for value, shown in options:
            box.addItem(shown, encoded(value))
        box.setToolTip(text)
        box.activated.connect(self._on_choice)
        self._boxes[name] = box
        self._row(form, text, box, name)

    def _check(self, form: QFormLayout, name: str, text: str, tip: str) -> None:
        box = QCheckBox(text)
        box.setObjectName(name)
        box.setToolTip(tip)
        box.setAccessibleName(text)
        box.toggled.connect(self._on_toggled)
        self._checks[name] = box
        form.addRow("", box)

    def _number(self, name: str, low: int, high: int) -> QSpinBox:
        box = SpinBox()
        box.setObjectName(name)
        box.setRange(low, high)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._on_number)
        self._numbers[name] = box
        return box

    # -- reading and writing the settings ------------------------------------------

    def _show(self) -> None:
        """Show the settings as they are."""
        now = settings.get()
        for name, box in self._boxes.items():
            value = encoded(getattr(now, name))
            index = box.findData(value)
            if index < 0:  # a device that this machine's list does not offer
                box.addItem(str(value), value)
                index = box.count() - 1
            box.setCurrentIndex(index)
        for name, check in self._checks.items():
            with QSignalBlocker(check):
                check.setChecked(getattr(now, name))
        for name, number in self._numbers.items():
            with QSignalBlocker(number):
                number.setValue(getattr(now, name))
        self._model.clear()
        self._model.addItem(self.tr("Embedded, what suits this computer"), "")
        for name in (*EMBEDDED_NAMES, now.model, self._model_name()):
            if name and self._model.findData(name) < 0:
                self._model.addItem(name, name)
        self._model.setCurrentIndex(max(0, self._model.findData(now.model)))

    def _on_choice(self) -> None:
        box = self.sender()
        assert isinstance(box, QComboBox)
        name = box.objectName()
        kind = type(getattr(settings.get(), name))
        self._preferences.set(**{name: kind(box.currentData())})

    def _on_toggled(self, on: bool) -> None:
        self._preferences.set(**{self.sender().objectName(): on})

    def _on_number(self, value: int) -> None:
        self._preferences.set(**{self.sender().objectName(): value})

    def _on_model(self) -> None:
        self._preferences.set(model=self._model.currentData())

    def _on_clear(self) -> None:
        self._preferences.set(recent=())
