"""A button that does something at once, outlined beside those that choose."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton


def action_button(text: str, tip: str) -> QToolButton:
    """One with a text and a tooltip."""
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setStyleSheet("QToolButton { border: 1px solid palette(mid); }")
    return button
