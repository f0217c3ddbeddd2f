"""Language of texts in exported files: the program's own, or another for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from functools import cache

from PySide6.QtCore import QCoreApplication, QTranslator

from vitviz.system.paths import resource


class Language:
    """A language, by its translator; the texts in the source code without one."""

    def __init__(self, translator: QTranslator | None) -> None:
        self._translator = translator

    def translate(self, context: str, text: str) -> str:
        """Return a text of a context in this language, or as it is."""
        if self._translator is None:
            return text
        return self._translator.translate(context, text) or text


_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def translator() -> Language | type[QCoreApplication]:
    """Return what translates texts now, in this thread; English without a window."""
    return _chosen.get() or QCoreApplication


@contextlib.contextmanager
def in_language(code: str) -> Iterator[Language]:
    """Translate captions and names into a language, "en" or "ja", in this thread."""
    language = _language(code)
    token = _chosen.set(language)
    try:
        yield language
    finally:
        _chosen.reset(token)


@cache
def _language(code: str) -> Language:
    if code == "en":
        return Language(None)
    found = QTranslator()
    if not found.load(f"vitviz_{code}", str(resource("translations"))):
        return Language(None)
    return Language(found)
