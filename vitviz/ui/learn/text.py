"""Text of chapters: paragraphs, tables and terms in the colour of what they mean.

Source text marks terms with one letter: <q>query</q>, <k>key</k>, <v>value</v>,
<s>CLS</s>, <w>caution</w>. It is drawn as Qt's rich text, readable on any theme.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, QSizeF, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent, QTextDocument
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.views.colour import Meaning

TAGS = {
    "q": Meaning.QUERY,
    "k": Meaning.KEY,
    "v": Meaning.VALUE,
    "s": Meaning.SPECIAL,
    "w": Meaning.WARNING,
}
# Height of a figure where space is short, as a share of its usual height.
TIGHT = 0.8
FONT_EVENTS = (
    QEvent.Type.ApplicationFontChange,
    QEvent.Type.FontChange,
    QEvent.Type.StyleChange,  # the only one that arrives where there is a style sheet
)
# A shape such as (B, H, N, d<sub>k</sub>), or a cell: each stays on one line.
_SHAPE = re.compile(r"\((?:[\w·<>/{}]+, ){2,}[\w·<>/{}]+\)|\(\d+, \d+\)")
# Spaces in a sum, between a number and its unit, and before a tick or cross.
_UNPARTED = re.compile(
    r" (?=[×÷+−=] (?:<\w+>)*[\d(N√])"
    r"|(?<=[×÷+−=]) (?=(?:<\w+>)*[\dN√])"
    r"|(?<=\d) (?=(?:[kMG]?B|ms|s|px)\b|%)"
    r"| (?=<[vw]>[✓✗])"
)
# The last letters of a Japanese sentence, which must not be a line of their own.
_ENDING = re.compile(r"[぀-ヿ一-鿿]{2,4}。(?=$|<)")
_TAG = re.compile(rf"<(/?)([{''.join(TAGS)}])>")


def marked(text: str) -> str:
    """Return a source text as Qt's rich text."""

    def span(match: re.Match[str]) -> str:
        if match[1]:
            return "</b></span>"
        return f'<span style="color:{readable(TAGS[match[2]]).name()}"><b>'

    whole = _SHAPE.sub(lambda match: match[0].replace(" ", "&nbsp;"), text)
    whole = _UNPARTED.sub("&nbsp;", whole)
    # U+2060, the word joiner, allows no line break
    whole = _ENDING.sub(lambda match: "\u2060".join(match[0]), whole)
    # Qt draws <sub> and <sup> at two thirds of the size it is given
    if theme.presents():
        size = 1.5 * theme.smallest()
        for tag in ("sub", "sup"):
            style = f'style="font-size:{size:.1f}pt"'
            whole = whole.replace(f"<{tag}>", f"<{tag} {style}>")
        small = f'<span style="font-size:{theme.smallest():.1f}pt">'
        whole = whole.replace("<small>", small).replace("</small>", "</span>")
    return _TAG.sub(span, whole)


def follow_font(widget: QWidget, kind: str) -> None:
    """Set the application's current font on a widget, if it has another."""
    wanted, own = theme.font(kind), widget.font()
    if (wanted.pointSizeF(), wanted.families()) != (own.pointSizeF(), own.families()):
        widget.setFont(wanted)


class Drawn(QWidget):
    """Base of figures that draw text themselves, sized in lines of the current font."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_tight = False

    def setTight(self, is_tight: bool) -> None:
        """Set whether the figure is less high, for a chapter in a low window."""
        if is_tight != self._is_tight:
            self._is_tight = is_tight
            self.updateGeometry()
            self.update()

    def lines(self, count: float) -> float:
        """Return the height of `count` lines of small text in px, less where tight."""
        return (TIGHT if self._is_tight else 1.0) * count * theme.line_px("small")

    def changeEvent(self, event: QEvent) -> None:
        """Adopt the size that goes with another font."""
        super().changeEvent(event)
        if event.type() in FONT_EVENTS:
            self.updateGeometry()
            self.update()


@dataclass(frozen=True, slots=True)
class Table:
    """A table of source texts; the first column is left-aligned, all others right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_columns(self) -> str:
        """Return the source text of a table."""
        parts = [_cells(self.header, "th"), *(_cells(row, "td") for row in self.rows)]
        return f"<table>{''.join(parts)}</table>"

    def as_wrapped(self) -> str:
        """Return the source text of a table whose names may go on below."""
        parts = [_cells(self.header, "th")]
        parts += [_cells(row, "td", wraps=True) for row in self.rows]
        return f"<table>{''.join(parts)}</table>"

    def as_stacked(self) -> str:
        """Return source text with names above numbers, where columns do not fit."""
        parts = [_cells(self.header[1:], "th")]
        for name, *cells in self.rows:
            style = f'style="{_table_size()}" colspan="{len(cells)}"'
            parts.append(f"<tr><td {style}>{name}</td></tr>")
            parts.append(_cells(tuple(cells), "td"))
        return f'<table width="100%">{"".join(parts)}</table>'


class Prose(QLabel):
    """A paragraph that wraps, can be selected, and follows theme and font.

    With a table, names stand beside the numbers; where that is too wide, they wrap or
    stand above the numbers, whichever is less high.
    """

    def __init__(
        self,
        source: str = "",
        kind: str = "body",
        parent: QWidget | None = None,
        *,
        is_line: bool = False,
        is_aside: bool = False,
    ) -> None:
        """Create a paragraph.

        is_line : it does not wrap, and asks for its width.
        is_aside : it is not shown in Present, where words have to be few.
        """
        super().__init__(parent)
        self._is_aside = is_aside
        self._source = source
        self._table: Table | None = None
        self._after = ""
        self._as_table: Callable[[Table], str] = Table.as_columns
        self._kind = kind
        self.setWordWrap(not is_line)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        wide = QSizePolicy.Policy.Preferred if is_line else QSizePolicy.Policy.Ignored
        policy = QSizePolicy(wide, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(not is_line)
        self.setSizePolicy(policy)
        self.setFont(theme.font(kind))
        self._show()

    def say(self, source: str, table: Table | None = None, after: str = "") -> None:
        """Show another text, a table below it, and a text below that."""
        if (source, table, after) == (self._source, self._table, self._after):
            return
        self._source, self._table, self._after = source, table, after
        self._show()
        # a shown widget without a parent would be a window
        if self.parent() is not None:
            self.setHidden(not self.has_words())

    def source(self) -> str:
        """Return the whole source text, a table in columns."""
        return self._composed(Table.as_columns)

    def has_words(self) -> bool:
        """Return whether there is something to show here."""
        return bool(self.source()) and not (self._is_aside and theme.presents())

    def words(self) -> str:
        """Return the source text without its table."""
        return f"{self._source} {self._after}".strip()

    def kind(self) -> str:
        """Return the kind of font, as `theme.font` takes it."""
        return self._kind

    def minimumSizeHint(self) -> QSize:
        """Return an empty size: the height follows from the width of the panel."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay a table out for the new width."""
        super().resizeEvent(event)
        self._fit_table()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay a table out: while the paragraph is hidden, its width is not known."""
        super().showEvent(event)
        self._fit_table()

    def _fit_table(self) -> None:
        if self._as_table is not self._fitting():
            self._show()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the application's theme and font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()
        elif event.type() in FONT_EVENTS:
            follow_font(self, self._kind)

    def _show(self) -> None:
        self._as_table = self._fitting()
        self.setText(self._lined(marked(self._composed(self._as_table))))

    def _lined(self, text: str, spread: float = 1.0) -> str:
        """Return `text`, in Present with lines of one height, subscripts or not."""
        if not theme.presents():
            return text
        height = spread * theme.line_px(self._kind)
        style = f"line-height:{height:.1f}px; -qt-line-height-type:fixed"
        return f'<div style="{style}">{text}</div>'

    def _composed(self, as_table: Callable[[Table], str]) -> str:
        if self._table is None:
            return self._source + self._after
        is_below = as_table is Table.as_stacked
        start = f"{self._source}<br>" if self._source and is_below else self._source
        end = f"<br>{self._after}" if self._after and is_below else self._after
        return start + as_table(self._table) + end

    def _fitting(self) -> Callable[[Table], str]:
        """Return how the table is laid out in the width of the paragraph."""
        if self._table is None or self.width() <= 0 or not self.isVisible():
            return Table.as_columns
        width = float(self.width())
        if self._size_of(Table.as_columns, None).width() <= width:
            return Table.as_columns
        wrapped = self._size_of(Table.as_wrapped, width)
        stacked = self._size_of(Table.as_stacked, width)
        is_wrapped = wrapped.width() <= width and wrapped.height() < stacked.height()
        return Table.as_wrapped if is_wrapped else Table.as_stacked

    def _size_of(self, as_table: Callable[[Table], str], width: float | None) -> QSizeF:
        """Return the size of the table in a width, in px; None: as wide as it asks."""
        assert self._table is not None
        document = QTextDocument()
        document.setDefaultFont(theme.font(self._kind))
        document.setDocumentMargin(0)
        document.setHtml(self._lined(marked(as_table(self._table))))
        if width is None:
            return QSizeF(document.idealWidth(), 0)
        document.setTextWidth(width)
        return document.size()


def _cells(texts: tuple[str, ...], kind: str, *, wraps: bool = False) -> str:
    made = []
    for index, text in enumerate(texts):
        side, pad = ("right", "padding-left:10px;") if index else ("left", "")
        # do not break a number and its unit, nor a name without need
        words = text if wraps and not index else text.replace(" ", "&nbsp;")
        style = f"{pad}font-weight:normal{_table_size()}"
        made.append(f'<{kind} align="{side}" style="{style}">{words}</{kind}>')
    return f"<tr>{''.join(made)}</tr>"


def _table_size() -> str:
    """Return the style of table text: the smallest in Present, as tables are wide."""
    return f";font-size:{theme.smallest():.1f}pt" if theme.presents() else ""
