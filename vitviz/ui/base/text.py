"""Names of files and models as they are: Qt would take some of them for HTML.

Shares as each language writes them: "93 %", and "93%" in Japanese.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel

from vitviz.domain.geometry import POOL, PatchGrid
from vitviz.errors import Phrase, VitvizError


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


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 with its sign, `digits` after the point."""
    return percent_of(f"{100 * share:.{digits}f}")


def percent_of(number: str) -> str:
    """A number, or several, with the sign behind."""
    return QCoreApplication.translate("Percent", "{n} %").format(n=number)


def sentence(said: VitvizError | Phrase) -> str:
    """What an error or a note says, in the program's language; its values as well."""
    values = {name: _in_words(value) for name, value in said.values.items()}
    return _translated(said.template).format(**values)


def format_seconds(seconds: float) -> str:
    """`12 ms` or `3.4 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"


def token_name(token: int, grid: PatchGrid, names: tuple[str, ...]) -> str:
    """`CLS`, `reg 0` or `(7, 3)`: a token, or POOL, as it is called on screen."""
    if token == POOL:
        return pool_name()
    if token < grid.num_prefix_tokens:
        name = names[token] if token < len(names) else f"special {token}"
        return special_name(name)
    row, col = divmod(token - grid.num_prefix_tokens, grid.cols)
    return f"({row}, {col})"


def pool_name() -> str:
    """The query of a pooling head, as on its button."""
    return QCoreApplication.translate("StatusLine", "pool")


def special_name(name: str) -> str:
    """A special token's name as on its button: `CLS`, `dist`, `reg 0`."""
    if name == "cls":
        return "CLS"
    return f"reg {name[3:]}" if name.startswith("reg") else name


def _in_words(value: object) -> object:
    if isinstance(value, VitvizError | Phrase):
        return sentence(value)
    if not isinstance(value, str):
        return value
    known = _translated(value)
    if known == value and value:  # a method's title stands in the registry's texts
        known = QCoreApplication.translate("methods", value)
    return known


def _translated(text: str) -> str:
    known = representable(text)
    return QCoreApplication.translate("errors", known) if known else known
