"""Texts for labels and tooltips: errors, names, percentages, times; never HTML."""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLabel

from vitviz.domain.number_text import format_value
from vitviz.domain.problem_type import ProblemType
from vitviz.errors import Phrase, VitvizError, by_its_ends, one_line


def show_plainly(*labels: QLabel) -> None:
    """Set labels to plain text, so that they show every character of “<h1>.jpg”."""
    for label in labels:
        label.setTextFormat(Qt.TextFormat.PlainText)


def tip(text: str) -> str:
    """Return `text` for a tooltip, escaped where Qt would take it for HTML."""
    return f"<span>{html.escape(text, quote=False)}</span>" if "<" in text else text


def representable(text: str) -> str:
    """Return `text` as Qt can hold it: bytes of a name that are not UTF-8 become �."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def percent(share: float, digits: int = 0) -> str:
    """Return a share of 1 as a percentage in the program's language.

    digits : digits after the decimal point.
    """
    return percent_of(f"{100 * share:.{digits}f}")


def percent_of(number: str) -> str:
    """Return numbers with a percent sign as the language writes it: “93 %”, “93%”."""
    return QCoreApplication.translate("Percent", "{n} %").format(n=number)


def score_text(score: float, problem: ProblemType) -> str:
    """Return the score of a class: a percentage, or the number of a regression."""
    if problem is ProblemType.REGRESSION:
        return format_value(score)
    return percent(score, 1)


def sentence(said: VitvizError | Phrase) -> str:
    """Return an error or a note in the program's language, values included."""
    values = {name: _in_words(value) for name, value in said.values.items()}
    return one_line(_translated(said.template).format(**values))


def format_seconds(seconds: float) -> str:
    """Return a duration as text, `12 ms` or `3.4 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s"


def _in_words(value: object) -> object:
    if isinstance(value, VitvizError | Phrase):
        return sentence(value)
    if not isinstance(value, str):
        return value
    value = by_its_ends(value)
    known = _translated(value)
    # methods' titles are translated in a context of their own
    if known == value and value:
        known = QCoreApplication.translate("methods", value)
    return known


def _translated(text: str) -> str:
    known = representable(text)
    return QCoreApplication.translate("errors", known) if known else known
