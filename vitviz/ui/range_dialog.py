"""Asks for the fixed ends of the colour bar."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QWidget,
)


def ask_range(parent: QWidget, now: tuple[float, float]) -> tuple[float, float] | None:
    """(low, high) with 0 ≤ low < high ≤ 1; None when cancelled."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("RangeDialog", text)

    dialog = QDialog(parent)
    dialog.setWindowTitle(tr("Fixed range"))
    form = QFormLayout(dialog)
    form.addRow(QLabel(tr("Attention values at the ends of the colour bar")))
    fields = []
    for name, value in zip((tr("From"), tr("To")), now, strict=True):
        field = QLineEdit(f"{value:.4g}")
        validator = QDoubleValidator(0.0, 1.0, 9, field)
        validator.setLocale(QLocale.c())
        field.setValidator(validator)
        form.addRow(name, field)
        fields.append(field)
    buttons = QDialogButtonBox(
        QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
    )
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    form.addRow(buttons)
    if dialog.exec() != QDialog.DialogCode.Accepted:
        return None
    try:
        low, high = (float(field.text()) for field in fields)
    except ValueError:
        return None
    return (low, high) if 0 <= low < high <= 1 else None
