"""Typeset formulas: fractions, roots, superscripts and subscripts.

    Row(Sym("softmax"), Paren(Frac(Row(…), Root(…))), …) → Formula(widget)

Laid out from font metrics and drawn as text and lines, so they are sharp at any scale.
Terms with a name can be clicked, or reached with Left and Right and chosen with Enter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.ui.base import theme
from vitviz.ui.base.contrast import readable
from vitviz.ui.learn.text import Drawn
from vitviz.views.colour import Meaning

FAMILIES = [
    "STIX Two Text",
    "Latin Modern Roman",
    "Cambria",
    "Times",
    "Liberation Serif",
]
SCRIPT_FACTOR = 0.72
FORMULA_FACTOR = 1.3
MARGIN_PX = 4.0


@dataclass(frozen=True)
class Node:
    """A part of a formula."""


@dataclass(frozen=True)
class Sym(Node):
    """A letter, a word or an operator."""

    text: str
    italic: bool = False
    meaning: Meaning | None = None
    # Name for clicks; empty for what cannot be clicked.
    term: str = ""


@dataclass(frozen=True)
class Row(Node):
    """Parts side by side."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Script(Node):
    """A base with a superscript, a subscript or both."""

    base: Node
    above: Node | None = None
    below: Node | None = None


@dataclass(frozen=True)
class Frac(Node):
    """A fraction."""

    top: Node
    bottom: Node


@dataclass(frozen=True)
class Root(Node):
    """A square root whose bar covers everything inside."""

    inside: Node


@dataclass(frozen=True)
class Paren(Node):
    """Parentheses as tall as what is inside."""

    inside: Node


def row(*parts: Node | str) -> Row:
    """Return parts side by side; plain strings become upright symbols."""
    return Row(tuple(Sym(p) if isinstance(p, str) else p for p in parts))


def letter(text: str, meaning: Meaning | None = None, term: str = "") -> Sym:
    """Return an italic letter, as variables are set."""
    return Sym(text, True, meaning, term)


@dataclass
class _Box:
    """A part that has been laid out, with its origin on its baseline."""

    width: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0
    texts: list[tuple[QPointF, str, QFont, Meaning | None]] = field(
        default_factory=list
    )
    strokes: list[tuple[QPainterPath, float]] = field(default_factory=list)
    terms: list[tuple[str, QRectF]] = field(default_factory=list)

    def put(self, other: _Box, x: float, y: float) -> None:
        """Add another box with its origin at (x, y), y downwards."""
        self.texts += [(p + QPointF(x, y), *rest) for p, *rest in other.texts]  # type: ignore[misc]
        self.strokes += [(path.translated(x, y), w) for path, w in other.strokes]
        self.terms += [(term, r.translated(x, y)) for term, r in other.terms]


class Formula(Drawn):
    """A widget that shows one formula; its accessible name is the formula as text."""

    termClicked = Signal(str)

    def __init__(self, node: Node, spoken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._node = node
        self._spoken = spoken
        self._current = -1
        self._hovered = -1
        self._chosen = ""
        self.setAccessibleName(spoken)
        self.setToolTip(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if self.terms():
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setMouseTracking(True)

    def setChosen(self, term: str) -> None:
        """Mark a term."""
        self._chosen = term
        self.update()

    def terms(self) -> list[str]:
        """Return the names of the terms that can be clicked, from left to right."""
        return [term for term, _ in self._laid_out()[0].terms]

    def termRect(self, term: str) -> QRectF:
        """Return the rectangle of a term; the first if there are several."""
        box, origin = self._laid_out()
        return next(r.translated(origin) for name, r in box.terms if name == term)

    def sizeHint(self) -> QSize:
        """Return the size of the formula."""
        box = self._natural()
        return QSize(
            round(box.width + 2 * MARGIN_PX),
            round(box.ascent + box.descent + 2 * MARGIN_PX),
        )

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size: the formula is then drawn smaller, not cut off."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw texts, lines and the marks of terms."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = theme.colours()
        box, origin = self._laid_out()
        for index, (term, rect) in enumerate(box.terms):
            place = rect.translated(origin).adjusted(-2, -1, 2, 1)
            if term == self._chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                fill = QColor(tone.text)
                fill.setAlphaF(0.14)
                painter.setBrush(fill)
                painter.drawRoundedRect(place, 3, 3)
            is_current = self.hasFocus() and index == self._current
            if index == self._hovered or is_current:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(tone.text), 1))
                painter.drawRoundedRect(place, 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for point, text, font, meaning in box.texts:
            painter.setFont(font)
            colour = QColor(tone.text) if meaning is None else readable(meaning)
            painter.setPen(colour)
            painter.drawText(point + origin, text)
        for path, width in box.strokes:
            pen = QPen(QColor(tone.text), width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawPath(path.translated(origin))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Outline the term under the pointer."""
        index = self._index_at(event.position())
        if index != self._hovered:
            self._hovered = index
            hand = Qt.CursorShape.PointingHandCursor
            self.setCursor(hand if index >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, _event: QEvent) -> None:
        """Remove the outline."""
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the term under the pointer."""
        index = self._index_at(event.position())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._current = index
            self.termClicked.emit(self.terms()[index])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move among the terms, choose one, or copy the formula as text."""
        terms = self.terms()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._spoken)
        elif terms and key in steps:
            self._current = (self._current + steps[key]) % len(terms)
            self.update()
        elif terms and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.termClicked.emit(terms[max(self._current, 0)])
        else:
            super().keyPressEvent(event)

    def _laid_out(self) -> tuple[_Box, QPointF]:
        box = self._natural()
        room = self.width() - 2 * MARGIN_PX
        if self.isVisible() and 0 < room < box.width - 0.5:
            size = theme.font().pointSizeF() * FORMULA_FACTOR
            box = _lay(self._node, size * room / box.width)
        return box, QPointF(MARGIN_PX, MARGIN_PX + box.ascent)

    def _natural(self) -> _Box:
        return _lay(self._node, theme.font().pointSizeF() * FORMULA_FACTOR)

    def _index_at(self, point: QPointF) -> int:
        box, origin = self._laid_out()
        for index, (_, rect) in enumerate(box.terms):
            if rect.translated(origin).adjusted(-3, -3, 3, 3).contains(point):
                return index
        return -1


def _font(size: float, *, italic: bool) -> QFont:
    font = QFont(FAMILIES)
    font.setStyleHint(QFont.StyleHint.Serif)
    font.setPointSizeF(max(size, theme.smallest()))
    font.setItalic(italic)
    return font


def _lay(node: Node, size: float) -> _Box:
    """Return a part laid out with letters of `size` points."""
    match node:
        case Sym():
            return _lay_sym(node, size)
        case Row(parts):
            return _lay_row([_lay(part, size) for part in parts])
        case Script():
            return _lay_script(node, size)
        case Frac(top, bottom):
            return _lay_frac(_lay(top, size), _lay(bottom, size), size)
        case Root(inside):
            return _lay_root(_lay(inside, size), size)
        case Paren(inside):
            return _lay_paren(_lay(inside, size), size)
    raise TypeError(type(node).__name__)


def _lay_sym(node: Sym, size: float) -> _Box:
    font = _font(size, italic=node.italic)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(node.text)
    ascent, descent = metrics.ascent() * 0.86, metrics.descent()
    box = _Box(width, ascent, descent)
    box.texts.append((QPointF(0, 0), node.text, font, node.meaning))
    if node.term:
        box.terms.append((node.term, QRectF(0, -ascent, width, ascent + descent)))
    return box


def _lay_row(parts: list[_Box]) -> _Box:
    box = _Box()
    for part in parts:
        box.put(part, box.width, 0)
        box.width += part.width
        box.ascent = max(box.ascent, part.ascent)
        box.descent = max(box.descent, part.descent)
    return box


def _lay_script(node: Script, size: float) -> _Box:
    base = _lay(node.base, size)
    box = _Box(base.width, base.ascent, base.descent)
    box.put(base, 0, 0)
    x = base.width + 0.06 * size
    for part, shift in ((node.above, -0.45), (node.below, 0.28)):
        if part is None:
            continue
        small = _lay(part, max(size * SCRIPT_FACTOR, 0.75 * theme.font().pointSizeF()))
        y = shift * QFontMetricsF(_font(size, italic=False)).ascent()
        box.put(small, x, y)
        box.width = max(box.width, x + small.width + 0.06 * size)
        box.ascent = max(box.ascent, small.ascent - y)
        box.descent = max(box.descent, small.descent + y)
    return box


def _lay_frac(top: _Box, bottom: _Box, size: float) -> _Box:
    metrics = QFontMetricsF(_font(size, italic=False))
    axis, gap = 0.32 * metrics.ascent(), 0.1 * size
    width = max(top.width, bottom.width) + 0.6 * size
    box = _Box(width + 0.2 * size)
    left = 0.1 * size
    top_y = -axis - gap - top.descent
    bottom_y = -axis + gap + bottom.ascent
    box.put(top, left + (width - top.width) / 2, top_y)
    box.put(bottom, left + (width - bottom.width) / 2, bottom_y)
    line = QPainterPath(QPointF(left, -axis))
    line.lineTo(left + width, -axis)
    box.strokes.append((line, max(1.0, 0.07 * size)))
    box.ascent = top.ascent - top_y
    box.descent = bottom.descent + bottom_y
    return box


def _lay_root(inside: _Box, size: float) -> _Box:
    hook, gap = 0.75 * size, 0.14 * size
    height, depth = inside.ascent + gap, inside.descent
    box = _Box(hook + inside.width + 0.15 * size, height + gap, depth)
    box.put(inside, hook, 0)
    path = QPainterPath(QPointF(0.08 * size, -0.32 * height))
    path.lineTo(0.24 * size, -0.4 * height)
    path.lineTo(0.46 * size, 0.5 * depth)
    path.lineTo(hook - 0.04 * size, -height)
    path.lineTo(hook + inside.width + 0.1 * size, -height)
    box.strokes.append((path, max(1.0, 0.07 * size)))
    return box


def _lay_paren(inside: _Box, size: float) -> _Box:
    bow = 0.32 * size
    margin = 0.12 * size
    top, bottom = -inside.ascent, inside.descent
    box = _Box(inside.width + 2 * (bow + margin), inside.ascent + 1, inside.descent + 1)
    box.put(inside, bow + margin, 0)
    for x, out in ((bow, -1), (bow + 2 * margin + inside.width, 1)):
        path = QPainterPath(QPointF(x, top))
        middle = QPointF(x + out * 1.7 * bow, (top + bottom) / 2)
        path.quadTo(middle, QPointF(x, bottom))
        box.strokes.append((path, max(1.0, 0.075 * size)))
    return box


def walk(node: Node) -> Iterator[Node]:
    """Yield a part and everything inside it."""
    yield node
    children: tuple[Node | None, ...] = ()
    match node:
        case Row(parts):
            children = parts
        case Script(base, above, below):
            children = (base, above, below)
        case Frac(top, bottom):
            children = (top, bottom)
        case Root(inside) | Paren(inside):
            children = (inside,)
    for child in children:
        if child is not None:
            yield from walk(child)
