"""Dialog that asks which network a file of weights holds, where it does not tell."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QRegularExpression, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from vitviz.models.catalogue.entries import TIMM_PREFIX, entries
from vitviz.ui.base.text import representable, show_plainly

_NAME = rf"({TIMM_PREFIX})?[\w.]+"


def ask_network(parent: QWidget, file: str, likely: Sequence[str]) -> str | None:
    """Ask for a network of timm's; return its name without "timm:", or None.

    file : name of the file, as it is shown.
    likely : names to begin with, the assumed one first.
    """

    def tr(text: str) -> str:
        return QCoreApplication.translate("NetworkDialog", text)

    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Choose architecture"))
    text = QLabel(
        tr(
            "The names and shapes in {file} do not tell for certain which network it "
            "holds. Which of timm's is it?"
        ).format(file=representable(file))
    )
    text.setWordWrap(True)
    show_plainly(text)
    names = QComboBox()
    field = QLineEdit()
    names.setLineEdit(field)
    names.addItems(list(dict.fromkeys([*likely, *_published()])))
    names.setCurrentIndex(0 if likely else -1)
    names.setAccessibleName(tr("Name of the network"))
    names.setToolTip(tr("As timm calls it, such as vit_base_patch16_clip_224"))
    names.setMinimumContentsLength(44)
    names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    completer = QCompleter(names.model(), names)
    field.setPlaceholderText("vit_base_patch16_clip_224")
    field.setValidator(QRegularExpressionValidator(QRegularExpression(_NAME), field))
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    names.setCompleter(completer)
    buttons = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
    )
    open_button = buttons.button(QDialogButtonBox.StandardButton.Open)
    open_button.setToolTip(tr("Load the file as this network"))
    open_button.setEnabled(field.hasAcceptableInput())
    field.textChanged.connect(
        lambda: open_button.setEnabled(field.hasAcceptableInput())
    )
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    for widget in (text, names, buttons):
        layout.addWidget(widget)
    names.setFocus()
    field.selectAll()
    accepted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return field.text().removeprefix(TIMM_PREFIX) if accepted else None


def _published() -> list[str]:
    """Return the names of timm's networks in the catalogue."""
    of_timm = (entry for entry in entries() if entry.library == "timm")
    return sorted({entry.architecture.partition(".")[0] for entry in of_timm})
