"""Text of chapters: terms in the colour of what they mean, readable on any theme.

Source text marks terms with one letter: <q>query</q>, <k>key</k>, <v>value</v>,
<s>CLS</s>, <w>caution</w>. What is drawn is Qt's rich text.
"""

from __future__ import annotations

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from vitviz.ui import theme
from vitviz.views.colour import Meaning

TAGS = {
    "q": Meaning.QUERY,
    "k": Meaning.KEY,
    "v": Meaning.VALUE,
    "s": Meaning.SPECIAL,
    "w": Meaning.WARNING,
}
CONTRAST = 4.5
"""Of text against its ground, as WCAG 2 asks for (success criterion 1.4.3)."""
_SHAPE = re.compile(r"\((?:[\w·<>/{}]+, ){2,}[\w·<>/{}]+\)")
"""A shape such as (B, H, N, d<sub>k</sub>), which stays on one line."""
_TAG = re.compile(rf"<(/?)([{''.join(TAGS)}])>")


def readable(meaning: Meaning) -> QColor:
    """The colour of a meaning, moved towards the text's until it can be read."""
    tone = theme.colours()
    ground, text = QColor(tone.panel), QColor(tone.text)
    colour = QColor(meaning.value)
    for step in range(21):
        mixed = _mixed(colour, text, step / 20)
        if contrast(mixed, ground) >= CONTRAST:
            return mixed
    return text


def marked(text: str) -> str:
    """Qt's rich text of a source text."""

    def span(match: re.Match[str]) -> str:
        if match[1]:
            return "</b></span>"
        return f'<span style="color:{readable(TAGS[match[2]]).name()}"><b>'

    whole = _SHAPE.sub(lambda match: match[0].replace(" ", "&nbsp;"), text)
    return _TAG.sub(span, whole)


def contrast(one: QColor, other: QColor) -> float:
    """Contrast of two colours, from 1 to 21 (WCAG 2)."""
    lights = sorted((_luminance(one), _luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


class Prose(QLabel):
    """A paragraph that wraps, can be selected, and follows theme and font."""

    def __init__(
        self, source: str = "", kind: str = "body", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._kind = kind
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFont(theme.font(kind))
        self._show()

    def say(self, source: str) -> None:
        """Show another text."""
        if source == self._source:
            return
        self._source = source
        self._show()
        if self.parent() is not None:  # else it would become a window
            self.setHidden(not source)

    def source(self) -> str:
        """The text with its marks."""
        return self._source

    def minimumSizeHint(self) -> QSize:
        """None: the height follows from the width the panel has."""
        return QSize(0, 0)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's theme and font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
        elif event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(theme.font(self._kind))

    def _show(self) -> None:
        self.setText(marked(self._source))


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    parts = (
        round(a + share * (b - a))
        for a, b in zip(_channels(one), _channels(other), strict=True)
    )
    return QColor(*parts)


def _channels(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def _luminance(colour: QColor) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c / 255) for c in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    """A table in source text; the first column to the left, the others to the right."""

    def cells(texts: tuple[str, ...], kind: str) -> str:
        made = []
        for index, text in enumerate(texts):
            side = "left" if index == 0 else "right"
            pad = "" if index == 0 else "padding-left:12px;"
            style = f"{pad}font-weight:normal"
            made.append(f'<{kind} align="{side}" style="{style}">{text}</{kind}>')
        return f"<tr>{''.join(made)}</tr>"

    head = cells(header, "th") if header else ""
    return f"<table>{head}{''.join(cells(one, 'td') for one in rows)}</table>"
