"""Dialog for what a file of weights does not tell: its network, or parts of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from vitviz.models.catalogue.entries import TIMM_PREFIX, entries
from vitviz.models.file_choices import ACTIVATIONS, GRID, MAX_HEADS, FileChoices
from vitviz.ui.base.text import representable, show_plainly

_NAME = rf"({TIMM_PREFIX})?[\w.]+"
_WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What can be chosen of a file or folder, and what was chosen before.

    places : of the networks in the file.
    towers : of the model in the folder, if there are several.
    """

    before: FileChoices = FileChoices()
    places: tuple[str, ...] = ()
    towers: tuple[str, ...] = ()
    is_file: bool = True
    has_head: bool = True


class NetworkDialog(QDialog):
    """Fields for what a file or folder of weights does not tell of its network."""

    def __init__(
        self, parent: QWidget, file: str, likely: Sequence[str], question: Question
    ) -> None:
        """Show what was chosen before; see `ask_choices`."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Choose architecture"))
        self._before = question.before
        text = QLabel(
            self.tr(
                "What {file} does not tell for certain is assumed. Say what you know; "
                "the rest stays as it is."
            ).format(file=representable(file))
        )
        text.setWordWrap(True)
        show_plainly(text)
        usual = self.tr("as assumed")
        self._network = self._networks([*likely, *_published()])
        self._network.setCurrentText(likely[0] if likely else "")
        self._heads = QSpinBox()
        self._heads.setRange(0, MAX_HEADS)
        self._heads.setSpecialValueText(usual)
        self._heads.setValue(question.before.heads or 0)
        self._grid = QLineEdit(question.before.grid or "")
        self._grid.setPlaceholderText(usual)
        self._grid.setToolTip(
            self.tr("Rows and columns of the patches it was made for, such as 16x12")
        )
        self._activation = _combo(usual, {one: one for one in ACTIVATIONS})
        pools = {
            "cls": self.tr("the CLS token"),
            "mean": self.tr("mean of the patches"),
        }
        self._pool = _combo(usual, pools)
        self._weights = _combo(usual, {one: one for one in question.places})
        self._weights.setEditable(True)
        self._weights.setToolTip(
            self.tr("A word of their place in the file, such as model_ema")
        )
        problems = {
            "single_label": self.tr("one class of many (softmax)"),
            "multi_label": self.tr("each class by itself (sigmoid)"),
            "regression": self.tr("a number (regression)"),
        }
        self._problem = _combo(usual, problems)
        self._problem.setEnabled(question.has_head)
        self._tower = _combo(
            usual, {one: representable(one) for one in question.towers}
        )
        for box, value in (
            (self._tower, question.before.tower),
            (self._activation, question.before.activation),
            (self._pool, question.before.pool),
            (self._problem, question.before.problem),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        if question.before.weights is not None:
            self._weights.setCurrentText(question.before.weights)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open
            | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        fields = QFormLayout()
        fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: list[tuple[str, QWidget]] = [(self.tr("Last layer"), self._problem)]
        if question.is_file:
            rows = [
                (self.tr("Network"), self._network),
                (self.tr("Heads of a layer"), self._heads),
                (self.tr("Grid of patches"), self._grid),
                (self.tr("Activation"), self._activation),
                (self.tr("Pooling"), self._pool),
                (self.tr("Weights"), self._weights),
                *rows,
            ]
        elif question.towers:
            rows = [(self.tr("Tower for pictures"), self._tower), *rows]
        for name, field in rows:
            fields.addRow(name, field)
            field.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addLayout(fields)
        layout.addWidget(self._buttons)
        boxes = self._tower, self._activation, self._pool, self._weights, self._problem
        for box in boxes:
            box.currentTextChanged.connect(self._on_changed)
        self._network.currentTextChanged.connect(self._on_changed)
        self._heads.valueChanged.connect(self._on_changed)
        self._grid.textChanged.connect(self._on_changed)
        rows[0][1].setFocus()
        self._on_changed()

    def choices(self) -> FileChoices:
        """Return what is chosen; None for what stays as assumed."""
        network = self._network.currentText().removeprefix(TIMM_PREFIX)
        weights = self._weights.currentText().strip()
        is_plain = not network
        return FileChoices(
            network=network or None,
            heads=(self._heads.value() or None) if is_plain else None,
            weights=weights if self._weights.findText(weights) != 0 else None,
            activation=self._activation.currentData() if is_plain else None,
            pool=self._pool.currentData() if is_plain else None,
            problem=self._problem.currentData(),
            tower=self._tower.currentData(),
            grid=self._grid.text().strip() or None,
            base=self._before.base,
        )

    def _networks(self, names: Sequence[str]) -> QComboBox:
        """Return the field for one of timm's names."""
        box, field = QComboBox(), QLineEdit()
        box.setLineEdit(field)
        box.addItems(list(dict.fromkeys(names)))
        box.setToolTip(self.tr("As timm calls it, such as vit_base_patch16_clip_224"))
        box.setMinimumContentsLength(36)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field.setPlaceholderText(self.tr("as assumed"))
        pattern = QRegularExpression(_NAME)
        field.setValidator(QRegularExpressionValidator(pattern, field))
        completer = QCompleter(box.model(), box)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        box.setCompleter(completer)
        return box

    def _on_changed(self) -> None:
        """Enable what can be chosen: a named network brings its own shape."""
        text = self._network.currentText()
        for part in (self._heads, self._activation, self._pool):
            part.setEnabled(not text)
        field = self._network.lineEdit()
        is_word = self._weights.currentIndex() == 0 or _WORD.fullmatch(
            self._weights.currentText().strip()
        )
        grid = self._grid.text().strip()
        button = self._buttons.button(QDialogButtonBox.StandardButton.Open)
        button.setToolTip(self.tr("Load it with what is chosen here"))
        button.setEnabled(
            (not text or (field is not None and field.hasAcceptableInput()))
            and bool(is_word)
            and (not grid or GRID.fullmatch(grid) is not None)
            and self.choices() != self._before
        )


def ask_choices(
    parent: QWidget, file: str, likely: Sequence[str], question: Question
) -> FileChoices | None:
    """Ask for what a file or folder does not tell; None if nothing was changed.

    file : its name, as it is shown.
    likely : names of timm's networks to begin with, the assumed one first.
    """
    dialog = NetworkDialog(parent, file, likely, question)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    chosen = dialog.choices()
    dialog.deleteLater()
    return chosen if accepted else None


def _combo(usual: str, choices: Mapping[str, str]) -> QComboBox:
    """Return a field whose first entry leaves things as they are."""
    box = QComboBox()
    box.addItem(usual, None)
    for value, text in choices.items():
        box.addItem(text, value)
    return box


def _published() -> list[str]:
    """Return the names of timm's networks in the catalogue."""
    of_timm = (entry for entry in entries() if entry.library == "timm")
    return sorted({entry.architecture.partition(".")[0] for entry in of_timm})
