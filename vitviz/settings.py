"""What the program remembers from one start to the next: one typed schema, one file.

    settings.get().theme                  the value now; any thread
    settings.set(theme=ThemeChoice.DARK)  changes and saves; main thread
    settings.take_problems()              what has to be said about the file, once

The schema is in `settings_schema`, reading and writing in `settings_store`. The file
is `settings.json` in the platform's folder for configuration, or what the environment
variable VITVIZ_SETTINGS names.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vitviz.errors import VitvizError
from vitviz.places import Place, own_folder
from vitviz.settings_schema import KNOWN as KNOWN
from vitviz.settings_schema import Language as Language
from vitviz.settings_schema import LogLevel as LogLevel
from vitviz.settings_schema import Precision as Precision
from vitviz.settings_schema import Settings as Settings
from vitviz.settings_schema import ThemeChoice as ThemeChoice
from vitviz.settings_store import MAX_BYTES as MAX_BYTES
from vitviz.settings_store import Store as Store

NAME = "settings.json"
VARIABLE = "VITVIZ_SETTINGS"


def settings_path() -> Path | None:
    """Where the file is, or would be; None where there is no home for it."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    folder = own_folder(Place.SETTINGS)
    return folder / NAME if folder.is_absolute() else None


def load() -> Settings:
    """The settings as the file has them now."""
    global _store
    with _lock:
        _store = Store(settings_path())
        return _store.settings


def get() -> Settings:
    """The settings of this process, read from the file when first asked for."""
    return _current().settings


def set(**changes: Any) -> None:  # noqa: ANN401
    """Change settings and save them; see `take_problems` for what fails."""
    _current().set(**changes)


def reset() -> Path | None:
    """Set everything back; returns where the old file is kept, if there was one."""
    return _current().reset()


def refresh(*names: str) -> None:
    """Take these settings as another window of the program has left them."""
    _current().refresh(*names)


def wait() -> None:
    """Return when everything that was changed is in the file, if that can be."""
    _current().wait()


def take_problems() -> tuple[VitvizError, ...]:
    """What has to be said about the file since this was last asked."""
    return _current().take_problems()


@contextlib.contextmanager
def saving_behind(on_problem: Callable[[], None]) -> Iterator[None]:
    """While it holds, `set` does not wait for the disk; at its end all is written.

    on_problem : called when `take_problems` has something to say, in any thread.
    """
    store = _current()
    store.saves_behind, store.on_problem = True, on_problem
    try:
        yield
    finally:
        store.wait()
        store.saves_behind, store.on_problem = False, None


_lock = threading.Lock()
_store: Store | None = None


def _current() -> Store:
    """The store of the file that the environment names now."""
    global _store
    with _lock:
        path = settings_path()
        if _store is None or _store.path != path:
            _store = Store(path)
        return _store
