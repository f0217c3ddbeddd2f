"""Numbers as text, the same in window, figures and command line; numbers of text."""

from __future__ import annotations

import math
import re

NEARLY_ZERO = 1e-8


def bytes_text(count: float) -> str:
    """Return a number of bytes in decimal units: "64 kB", "2.7 MB", "2.53 GB"."""
    if count < 999_500:
        return f"{count / 1e3:.0f} kB"
    if count < 99_950_000:
        return f"{count / 1e6:.1f} MB"
    if count < 999_500_000:
        return f"{count / 1e6:.0f} MB"
    return f"{count / 1e9:.2f} GB"


def whole_number(text: str, least: int, most: int) -> int | None:
    """Return a number written in the digits 0 to 9, from `least` to `most`; else None.

    Python's own reading also takes “²”, digits of other scripts, “1_000” and spaces.
    """
    if not re.fullmatch(r"[0-9]{1,18}", text):
        return None
    number = int(text)
    return number if least <= number <= most else None


def decimal_number(text: str) -> float:
    """Return a finite number written with a point, as “-0.5” or “1e-3”; else NaN."""
    form = r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})(e[+-]?[0-9]{1,3})?"
    if not re.fullmatch(form, text, re.IGNORECASE):
        return math.nan
    number = float(text)
    return number if math.isfinite(number) else math.nan


def format_value(value: float) -> str:
    """Return a value with three significant digits, plain from 0.001 to a million.

    The text is to be read, not parsed: its minus is the sign "−", not a hyphen.
    """
    if value == 0:
        return "0"
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + _digits(abs(value))


def cell_text(value: float, most: float) -> str:
    """Return a value for a small cell: ".78", "4.3", "12".

    Two decimals below 1, without the zero before the point; where all are below 0.1,
    two significant digits.

    most : the largest size of all values of the table, which have equal decimals.
    """
    if most < 0.1:
        return format_value(float(f"{value:.2g}"))
    places = 0 if most >= 10 else 1 if most >= 1.005 else 2
    text = f"{value:.{places}f}"
    if places == 2:
        text = text.replace("0.", ".", 1)
    return text.replace("-", "\N{MINUS SIGN}")


def written_out(value: float) -> str:
    """Return `format_value` without powers of ten, for readers who do not know them.

    Below 0.001 it has two significant digits; what is nearer to 0 than 1e-8 is "≈ 0".
    """
    size = abs(value)
    if 0 < size < NEARLY_ZERO:
        return "≈ 0"
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    if size == math.inf:  # the score of an edge that was cut
        return sign + "∞"
    if 0.001 <= size < 1e6 or not size > 0:
        return format_value(value)
    if size < 1:
        places = 1 - math.floor(math.log10(size))
        return sign + f"{size:.{places}f}".rstrip("0")
    return sign + f"{float(f'{size:.3g}'):,.0f}"


def _digits(value: float) -> str:
    if value < 0.001:
        return f"{value:.1e}".replace("e-0", "e-")
    if 1000 <= value < 1e6:
        return f"{float(f'{value:.3g}'):.0f}"
    return f"{value:.3g}"
