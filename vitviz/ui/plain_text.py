"""Names of files and models as they are: Qt would take some of them for HTML."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def show_plainly(*labels: QLabel) -> None:
    """Have labels show every character, also those of “<h1>.jpg”."""
    for label in labels:
        label.setTextFormat(Qt.TextFormat.PlainText)


def tip(text: str) -> str:
    """`text` for a tooltip, which cannot be told that it is no HTML."""
    return f"<span>{html.escape(text, quote=False)}</span>" if "<" in text else text


def representable(text: str) -> str:
    """`text` as Qt takes it: bytes of a name that are no UTF-8 become �."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
