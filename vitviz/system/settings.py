"""The settings that the program remembers from one start to the next, and their file.

    settings.get().theme                  the value now; any thread
    settings.set(theme=ThemeChoice.DARK)  changes and saves; main thread
    settings.take_problems()              problems with the file, each told once

    Settings    kinds, defaults and ranges; a new setting is a new field
    Store       the settings of a process, and the file they are saved in
    read        a file's content, whatever it is

The file is `settings.json` in the platform's folder for configuration, or what the
environment variable VITVIZ_SETTINGS names.

No file can stop the program: a value that cannot be used is replaced by its default and
named in a problem, and the old file is copied beside the new one. Keys of another
version stay in the file. Where nothing can be written, settings last as long as the
program. Two programs that save at once both keep what they changed: each reads the file
again under a lock and changes its own values in it; of a list, its own entries.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from vitviz.errors import FileError, InputError, OutputError, VitvizError
from vitviz.system.atomic_files import output_error, replacing
from vitviz.system.dataclass_json import decoded, encoded, json_text, parsed
from vitviz.system.file_lock import FileLock
from vitviz.system.paths import FolderKind, own_folder
from vitviz.system.printable import printable
from vitviz.system.untrusted_files import read_untrusted

NAME = "settings.json"
VARIABLE = "VITVIZ_SETTINGS"


def settings_path() -> Path | None:
    """Return where the file is or would be; None for an account without a home."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    folder = own_folder(FolderKind.SETTINGS)
    return folder / NAME if folder.is_absolute() else None


def load() -> Settings:
    """Read the file again and return its settings."""
    global _store
    with _lock:
        _store = Store(settings_path())
        return _store.settings


def get() -> Settings:
    """Return the settings of this process, from the file at first. Any thread."""
    return _current().settings


def set(**changes: Any) -> None:  # noqa: ANN401
    """Change settings and save them; `take_problems` has what fails. Main thread.

    Raises TypeError for an unknown name, ValueError for a value out of range.
    """
    _current().set(**changes)


def reset() -> Path | None:
    """Set everything to its default; return the path of the old file's copy.

    None if there was no file, or no copy could be made.
    """
    return _current().reset()


def refresh(*names: str) -> None:
    """Read these settings again; another window may have changed the file."""
    _current().refresh(*names)


def wait() -> None:
    """Wait until every change is in the file, or has failed to get there."""
    _current().wait()


def take_problems() -> tuple[VitvizError, ...]:
    """Return the problems with the file since the last call."""
    return _current().take_problems()


@contextlib.contextmanager
def saving_behind(on_problem: Callable[[], None]) -> Iterator[None]:
    """Keep `set` from waiting for the disk while the block runs; write all at its end.

    on_problem : called when `take_problems` has something new, in any thread.
    """
    store = _current()
    store.saves_behind, store.on_problem = True, on_problem
    try:
        yield
    finally:
        store.wait()
        store.saves_behind, store.on_problem = False, None


_log = logging.getLogger(__name__)
_lock = threading.Lock()
_store: Store | None = None


def _current() -> Store:
    """Return the store of the file that the environment names now."""
    global _store
    with _lock:
        path = settings_path()
        if _store is None or _store.path != path:
            _store = Store(path)
        return _store


MAX_RECENT = 50
MAX_THREADS = 1024


class Language(enum.Enum):
    """Languages of the window."""

    SYSTEM = "system"
    ENGLISH = "en"
    JAPANESE = "ja"


class ThemeChoice(enum.Enum):
    """Colour themes of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high contrast"


class Precision(enum.Enum):
    """Number kinds that models compute with, as `load_model` takes them."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


class LogLevel(enum.Enum):
    """Lowest level of what is logged."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default, valid by construction.

    Raises ValueError for a value out of range.
    """

    language: Language = Language.SYSTEM
    theme: ThemeChoice = ThemeChoice.SYSTEM
    # Whether the patch under the pointer is previewed.
    hover_preview: bool = True

    # Whether the files that were opened are listed at the next start.
    keep_recent: bool = True
    # Absolute paths of files and folders, the newest first.
    recent: tuple[str, ...] = ()
    max_recent: int = 10
    # Absolute paths of the folders that this run of the program writes files into.
    # Empty after a normal end; after a kill the next start sweeps these folders.
    written_to: tuple[str, ...] = ()
    # Whether a folder's pictures are shown beside the picture.
    show_film_strip: bool = True

    # Loaded at the start: name, file or folder; empty for the embedded model
    # that suits this machine.
    model: str = ""
    device: str = "auto"
    precision: Precision = Precision.FLOAT32
    # Processor threads for models; 0 lets torch choose.
    threads: int = 0

    # x, y, width, height of the window when it is not maximised, in logical px.
    window_place: tuple[int, int, int, int] | None = None
    window_maximised: bool = False
    # Widths of film strip, picture and side panel, in logical px.
    split_sizes: tuple[int, ...] = ()

    # Names of the chapters that are finished.
    learn_done: tuple[str, ...] = ()
    # Name of the chapter that was open last.
    learn_chapter: str = ""
    # Name of the course that leads through the chapters.
    learn_course: str = ""
    # Whether things change place on screen at once, without a move.
    reduce_motion: bool = False
    dismissed_hints: tuple[str, ...] = ()
    # Whether the pointer has a halo in Present.
    present_halo: bool = True
    # Whether pressed keys are shown in Present.
    present_keys: bool = True

    log_level: LogLevel = LogLevel.WARNING

    def __post_init__(self) -> None:
        for name, low, high in (
            ("max_recent", 1, MAX_RECENT),
            ("threads", 0, MAX_THREADS),
        ):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is not within {low} and {high}")
        numbers = (*self.split_sizes, *(self.window_place or ()))
        if any(abs(number) > 2**20 for number in numbers):
            raise ValueError("a window cannot be so large")
        if len(self.recent) > MAX_RECENT:
            raise ValueError("too many recent files")


KNOWN = frozenset(one.name for one in fields(Settings))
# Lists of texts, of which two programs each add and remove entries.
LISTS = frozenset(one.name for one in fields(Settings) if one.type == "tuple[str, ...]")

MAX_BYTES = 2**20
MAX_COPIES = 9
# How long another program may hold the lock; a save takes some milliseconds.
LOCK_PATIENCE_S = 2.0
_POLL_S = 0.005


@dataclass(frozen=True, slots=True)
class Found:
    """The content of a file of settings, as far as it can be used."""

    settings: Settings = Settings()
    # Names of settings whose values cannot be used.
    bad: tuple[str, ...] = ()
    # Keys of another version of the program, which stay in the file.
    unknown: dict[str, Any] = field(default_factory=dict)
    # Why nothing in the file can be used; empty if it can be, or if there is no file.
    reason: str = ""
    # The file as it was read.
    data: bytes = b""


def read(path: Path) -> Found:
    """Read the file at `path`; never raises."""
    try:
        data = read_untrusted(path, MAX_BYTES)
    except FileError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return Found()
        return Found(reason=_reason(error))
    if not data:
        return Found()
    try:
        content = parsed(data)
    except ValueError:
        return Found(reason="it is not JSON", data=data)
    if not isinstance(content, dict):
        return Found(reason="it is not a list of names and values", data=data)
    settings, bad = decoded(Settings, content, Settings())
    unknown = {name: content[name] for name in content if name not in KNOWN}
    return Found(settings, tuple(bad), unknown, data=data)


class BackgroundSaver:
    """A thread that does one thing, and once more if it is asked meanwhile."""

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._is_asked = False
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Have it done once more, beginning after this call."""
        with self._lock:
            self._is_asked = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="settings")
                self._thread.start()

    def wait(self) -> None:
        """Wait until nothing that was asked for is left to do."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        """Do it until nobody has asked since; runs in the thread."""
        while True:
            with self._lock:
                if not self._is_asked:
                    self._thread = None
                    return
                self._is_asked = False
            self._do()


class Store:
    """The settings of this process and the file they are saved in.

    They are changed in one thread; while `saves_behind`, another writes the file.
    """

    def __init__(self, path: Path | None) -> None:
        """Read the file at `path`, and replace it if parts of it cannot be used."""
        self.path = path
        # Whether `set` returns before the file is written, since a disk may take long.
        self.saves_behind = False
        # Called when there is a new problem, in the thread that met it.
        self.on_problem: Callable[[], None] | None = None
        # Not told yet; `take_problems` empties it.
        self.problems: list[VitvizError] = []
        self._behind = BackgroundSaver(self._save)
        self._lock = threading.Lock()
        self._unsaved: dict[str, Any] = {}
        # Of each list that is not saved yet, what it was before.
        self._before: dict[str, tuple[str, ...]] = {}
        self._has_failed = False
        found = Found() if path is None else read(path)
        if path is not None and (found.reason or found.bad):
            with _alone(path):
                found = read(path)  # another program may have mended it meanwhile
                if found.reason or found.bad:
                    self._replace_broken(path, found)
        self.settings = found.settings

    def set(self, **changes: Any) -> None:  # noqa: ANN401
        """Change settings and save them. Raises TypeError, ValueError."""
        changed = replace(self.settings, **changes)
        new = {n: v for n, v in changes.items() if v != getattr(self.settings, n)}
        with self._lock:
            for name in LISTS & new.keys():
                self._before.setdefault(name, getattr(self.settings, name))
            self._unsaved |= new
        self.settings = changed
        with self._lock:
            if not self._unsaved:
                return
        if self.saves_behind:
            self._behind.ask()
        else:
            self._save()

    def wait(self) -> None:
        """Wait until every change is in the file, or has failed to get there."""
        self._behind.wait()

    def take_problems(self) -> tuple[VitvizError, ...]:
        """Return the problems since the last call. Any thread."""
        with self._lock:
            taken, self.problems = tuple(self.problems), []
        return taken

    def reset(self) -> Path | None:
        """Set everything to its default; return the path of the old file's copy.

        None if there was no file, or no copy could be made.
        """
        self.wait()
        self.settings = Settings()
        self._unsaved, self._before = {}, {}
        if self.path is None:
            return None
        with _alone(self.path):
            kept = _keep(self.path, read(self.path).data)
            self._write(self.settings, {})
        return kept

    def refresh(self, *names: str) -> None:
        """Read these settings again; another window may have changed the file.

        Nothing is read while a change of one of them waits to be saved.
        """
        with self._lock:
            is_ours = not self._unsaved.keys().isdisjoint(names)
        if self.path is not None and not is_ours:
            found = read(self.path).settings
            fresh = {name: getattr(found, name) for name in names}
            self.settings = replace(self.settings, **fresh)

    def _replace_broken(self, path: Path, found: Found) -> None:
        """Copy a broken file, report it, and write what could be used of it."""
        kept = _keep(path, found.data)
        shown = printable(str(path))
        names = ", ".join(map(printable, found.bad))
        if found.reason and kept is None:
            problem = InputError(
                "The settings in {path} cannot be read: {reason}. vitviz starts with "
                "its defaults.",
                path=shown,
                reason=found.reason,
            )
        elif found.reason:
            problem = InputError(
                "The settings in {path} cannot be read: {reason}. vitviz starts with "
                "its defaults and keeps the old file as {copy}.",
                path=shown,
                reason=found.reason,
                copy=printable(kept.name) if kept else "",
            )
        elif kept is None:
            problem = InputError(
                "Some settings in {path} cannot be used and have their defaults: "
                "{names}.",
                path=shown,
                names=names,
            )
        else:
            problem = InputError(
                "Some settings in {path} cannot be used and have their defaults: "
                "{names}. The old file is kept as {copy}.",
                path=shown,
                names=names,
                copy=printable(kept.name),
            )
        self._say(problem)
        if kept is not None:
            self._write(found.settings, found.unknown)

    def _save(self) -> None:
        """Write this process's changes into the file as it is now.

        Another window of the program may have written it since it was read.
        """
        if self.path is None:
            return
        with _alone(self.path):
            self._merge(self.path)

    def _merge(self, path: Path) -> None:
        """Read the file, and write it with what has changed here."""
        with self._lock:
            unsaved, before = dict(self._unsaved), dict(self._before)
        found = read(path)
        is_broken = bool(found.reason or found.bad)
        if is_broken and _keep(path, found.data) is None:
            return  # nothing may be lost, and `_replace_broken` has said so
        values = unsaved | {
            name: merged_list(unsaved[name], was, getattr(found.settings, name))
            for name, was in before.items()
        }
        if "recent" in values:
            most = values.get("max_recent", found.settings.max_recent)
            most = max(most, len(unsaved["recent"]))
            values["recent"] = values["recent"][:most]
        changed = replace(found.settings, **values)
        if self._write(changed, found.unknown):
            with self._lock:  # a newer value may have come meanwhile
                for name, value in unsaved.items():
                    if self._unsaved.get(name) is value:
                        del self._unsaved[name]
                        self._before.pop(name, None)
                    elif name in self._before:
                        self._before[name] = value

    def _write(self, settings: Settings, unknown: dict[str, Any]) -> bool:
        """Write the file and return whether that worked; report the first failure."""
        if self.path is None:
            return False
        try:
            _make_folder(self.path)
            with replacing(self.path) as file:
                file.write(written(settings, unknown))
        except OutputError as error:
            if not self._has_failed:
                self._has_failed = True
                self._say(
                    OutputError(
                        "Settings last only until vitviz is closed: {path} could not "
                        "be written, {reason}.",
                        path=error.values["path"],
                        reason=error.values["reason"],
                    )
                )
            return False
        return True

    def _say(self, problem: VitvizError) -> None:
        """Add a problem and report that there is one. Any thread."""
        with self._lock:
            self.problems.append(problem)
        if self.on_problem is not None:
            self.on_problem()


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock that programs which change the file at `path` take; never raises.

    Where no lock can be had, the block runs without one: the file is replaced as a
    whole in any case, and what fails then is reported by its writing.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    end = time.monotonic() + LOCK_PATIENCE_S
    try:
        _make_folder(path)
        while not lock.acquire():
            if time.monotonic() > end:
                _log.warning("%s is locked by another program", path)
                break
            time.sleep(_POLL_S)
    except (OSError, OutputError, ValueError):
        pass
    with lock:
        yield


def merged_list(
    ours: tuple[str, ...], before: tuple[str, ...], theirs: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the list of two programs that both changed what was `before`.

    An entry that one of them added is there, one that either removed is not. The order
    is ours; what they added stands behind our first entry, the newest of a list.
    """
    here, old, there = {*ours}, {*before}, {*theirs}
    kept = [one for one in ours if one in there or one not in old]
    added = [one for one in theirs if one not in here and one not in old]
    return (*kept[:1], *added, *kept[1:])


def written(settings: Settings, unknown: dict[str, Any]) -> bytes:
    """Return a file's content, UTF-8, one setting a line in the order of `Settings`."""
    content = {**encoded(settings), **unknown}
    return (json_text(content, indent=1) + "\n").encode()


def _keep(path: Path, data: bytes) -> Path | None:
    """Copy a file that is about to be replaced; None if it is empty or not copied.

    A content that has a copy already gets no second one; beyond nine copies, the last
    is replaced.
    """
    if not data:
        return None
    copy = path
    for number in range(1, MAX_COPIES + 1):
        copy = path.with_name(f"{path.stem}-old-{number}{path.suffix}")
        try:
            if read_untrusted(copy, MAX_BYTES) == data:
                return copy
        except FileError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                break
    try:
        with replacing(copy) as file:
            file.write(data)
    except OutputError:
        return None
    return copy


def _make_folder(path: Path) -> None:
    """Make the folder of a file that is to be written. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(path, error) from error


def _reason(error: FileError) -> str:
    """Return why the file cannot be read, as a part of a sentence."""
    if "kind" in error.values:
        return "it is not an ordinary file"
    if "limit" in error.values:
        return "it is too large"
    return str(error.values.get("reason", "")) or "it may not be read"
