"""Shares as each language writes them: "93 %", and "93%" in Japanese."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 with its sign, `digits` after the point."""
    return percent_of(f"{100 * share:.{digits}f}")


def percent_of(number: str) -> str:
    """A number, or several, with the sign behind."""
    return QCoreApplication.translate("Percent", "{n} %").format(n=number)
