r"""Text for terminals and logs: no character that a reader would not see as itself.

A file may be called anything, and a tensor or a label as well: escape codes that set a
terminal's title, a carriage return that hides what came before, a right-to-left
override that makes “gnp.exe” of “exe.png”, half a surrogate.

    printable(text)       one line, � for each such character: for a person
    escaped(text)         one line, \x1b for each such character: for the log
    escaped_lines(text)   the same for each line: for a traceback
"""

from __future__ import annotations

import unicodedata

from vitviz.errors import one_line


def printable(text: str) -> str:
    """Return `text` on one line, with � for each character that cannot be printed."""
    return one_line(text)


def escaped(text: str) -> str:
    """Return `text` on one line, with the code of each that cannot be printed."""
    if text.isprintable():
        return text
    return "".join(
        c if _is_seen(c) else c.encode("unicode_escape").decode() for c in text
    )


def escaped_lines(text: str) -> str:
    """Return `text` with its line feeds, and the code of all else as above."""
    return "\n".join(escaped(line) for line in text.split("\n"))


def _is_seen(character: str) -> bool:
    """Return whether a character is shown as itself; wide and hard spaces are."""
    return character.isprintable() or unicodedata.category(character) == "Zs"
