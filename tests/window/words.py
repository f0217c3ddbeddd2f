"""Every text that widgets hold, and what of it is left in English."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QSizePolicy,
    QTabBar,
    QTextEdit,
    QWidget,
)

from tests.window.painted import painted

SLACK_PX = 2.0
FRAME_PX = 4
"""Inside a field, at both sides of its text together."""
MOST_LETTERS = 3
"""Words of that length are left: px, ViT, and symbols in formulas."""
KEPT = frozenset(
    """
    vitviz flexi small Vision
    RoPE timm torch torchvision transformers Transformer PyTorch safetensors
    grad Grad CAM LeGrad CLS SVG PNG JPEG WebP AVIF TIFF HEIF PDF GIF NPZ CSV
    Ctrl Shift Enter Esc Page Down PgUp PgDown Backspace Space Home Alt
    Abnar Zuidema Bousselham Caron DINO Chefer Wolf Dosovitskiy Kobayashi Zeiler Fergus
    Darcet Oquab Vilas nostalgebraist
    arXiv softmax transpose attn weights dim exp mean code float bfloat
    DINOv DeiT Apache MIT BSD Clause Google Meta Microsoft OpenAI BAAI ImageNet
    English model head CUDA CLIP JSON TorchScript Python cubic
    """.split()
)
"""Names, keys and code, which are the same in Japanese."""


def texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """(where, text) of every widget and action under `root`, hidden ones as well."""
    widgets = [root, *root.findChildren(QWidget)]
    for widget in widgets:
        where = f"{type(widget).__name__} {widget.objectName()}".strip()
        yield f"{where} title", widget.windowTitle()
        yield f"{where} tip", widget.toolTip()
        yield f"{where} name", widget.accessibleName()
        yield f"{where} description", widget.accessibleDescription()
        for text in _own(widget):
            yield where, text
        for action in widget.actions():
            yield from _of_action(f"{where} action {action.objectName()}", action)


def _own(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QAbstractButton | QLabel):
        yield widget.text()
    elif isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    elif isinstance(widget, QComboBox):
        yield from map(widget.itemText, range(widget.count()))
    elif isinstance(widget, QTabBar):
        yield from map(widget.tabText, range(widget.count()))
        yield from map(widget.tabToolTip, range(widget.count()))
    elif isinstance(widget, QListWidget):
        yield from (widget.item(i).text() for i in range(widget.count()))
    elif isinstance(widget, QMenu):
        yield widget.title()
    elif isinstance(widget, QTextEdit):
        yield widget.toPlainText()


def _of_action(where: str, action: QAction) -> Iterator[tuple[str, str]]:
    yield where, action.text().partition("\t")[0]
    yield f"{where} tip", action.toolTip()


def english_in(text: str, kept: frozenset[str] = KEPT) -> list[str]:
    """Words of `text` that are English and not kept."""
    plain = html.unescape(re.sub(r"<(style|code).*?</\1>|<[^>]*>", " ", text))
    plain = re.sub(r"https?://\S+|\S*[/\\_.:]\S+|\S+\.\w{2,}", " ", plain)
    words = re.findall(r"[A-Za-z]+", plain)
    return [w for w in words if len(w) > MOST_LETTERS and w not in kept]


def cut_off(root: QWidget) -> list[str]:
    """Visible widgets that are too small for their text, whoever draws it."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or _is_scrolled_away(widget):
            continue
        if isinstance(widget, QLabel):
            problem = _label_problem(widget)
        elif isinstance(widget, QAbstractButton | QComboBox):
            short = widget.sizeHint().width() - widget.width()
            problem = f"{short} px too narrow" if short > 1 else ""
        elif isinstance(widget, QLineEdit):
            problem = _field_problem(widget)
        elif draws_text(widget):
            found += [f"{type(widget).__name__} {one}" for one in beyond(widget)]
            continue
        else:
            continue
        if problem:
            text = next(_own(widget), "")
            found.append(f"{type(widget).__name__} {text[:60]!r}: {problem}")
    return found


def draws_text(widget: QWidget) -> bool:
    """Whether it is a widget of ours, or of pyqtgraph, that paints by itself."""
    if isinstance(widget, pg.GraphicsView):
        return True
    kind = type(widget)
    return kind.__module__.startswith("vitviz.") and "paintEvent" in {
        name for base in kind.__mro__ if is_ours(base) for name in vars(base)
    }


def is_ours(kind: type) -> bool:
    """Whether a class is written here."""
    return kind.__module__.startswith("vitviz.")


def beyond(widget: QWidget) -> list[str]:
    """Texts that a widget paints beyond its edge, or has shortened to "…"."""
    found = []
    for one in painted(widget, with_children=False):
        room = widget.rect().toRectF().adjusted(-SLACK_PX, 0, SLACK_PX, 0)
        room.adjust(0, -one.px / 3, 0, one.px / 3)  # letters leave that much free
        if one.text.endswith("…") and len(one.text) > 1:
            found.append(f"{one.text!r}: shortened")
        elif not room.contains(one.place):
            found.append(f"{one.text!r}: at {one.place} in {widget.size()}")
    return found


def _field_problem(field: QLineEdit) -> str:
    text = field.text() or field.placeholderText()
    room = field.contentsRect().width() - FRAME_PX
    short = field.fontMetrics().horizontalAdvance(text) - room
    return f"{short} px too narrow" if short > 1 and not field.text() else ""


def _label_problem(label: QLabel) -> str:
    text = label.text()
    if not text or (label.pixmap() is not None and not label.pixmap().isNull()):
        return ""
    if label.wordWrap():
        short = label.heightForWidth(label.width()) - label.height()
        return f"{short} px too low" if short > 2 else ""
    is_rich = label.textFormat() != Qt.TextFormat.PlainText and "<" in text
    if label.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Ignored:
        if is_rich:
            return ""  # its size cannot be told
        wide = label.fontMetrics().horizontalAdvance(text)
    else:
        wide = label.sizeHint().width()
    short = wide - label.width()
    return f"{short} px too narrow" if short > 1 else ""


def _is_scrolled_away(widget: QWidget) -> bool:
    """Whether it lies where its scroll area can bring it into view."""
    return widget.visibleRegion().isEmpty()
