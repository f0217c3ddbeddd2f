"""The schema of the settings: kinds, defaults, ranges. A new setting is a new field."""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields

MAX_RECENT = 50
MAX_THREADS = 1024


class Language(enum.Enum):
    """Of the window."""

    SYSTEM = "system"
    ENGLISH = "en"
    JAPANESE = "ja"


class ThemeChoice(enum.Enum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high contrast"


class Precision(enum.Enum):
    """Numbers that models compute with, as `load_model` takes them."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


class LogLevel(enum.Enum):
    """How much the log tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default."""

    language: Language = Language.SYSTEM
    theme: ThemeChoice = ThemeChoice.SYSTEM
    hover_preview: bool = True
    """Whether the patch under the pointer is previewed."""

    keep_recent: bool = True
    """Whether files that were opened are remembered."""
    recent: tuple[str, ...] = ()
    """Absolute paths of files and folders, the newest first."""
    max_recent: int = 10
    written_to: tuple[str, ...] = ()
    """Absolute paths of folders that this run of the program writes files into. Left
    only by one that was killed; the next looks there for halves of files."""
    show_film_strip: bool = True
    """Whether a folder's pictures are shown beside the picture."""

    model: str = ""
    """Loaded at the start: name, file or folder; empty for the embedded one."""
    device: str = "auto"
    precision: Precision = Precision.FLOAT32
    threads: int = 0
    """Of the processor, for models; 0 lets torch choose."""

    window_place: tuple[int, int, int, int] | None = None
    """x, y, width, height of the window when it is not maximised, in logical px."""
    window_maximised: bool = False
    split_sizes: tuple[int, ...] = ()
    """Widths of film strip, picture and side panel, in logical px."""
    panel_sizes: tuple[int, ...] = ()
    """Heights in the side panel, in logical px."""

    learn_done: tuple[str, ...] = ()
    """Names of the chapters that were finished."""
    learn_chapter: str = ""
    """The chapter to go on with."""
    dismissed_hints: tuple[str, ...] = ()
    present_halo: bool = True
    """Whether the pointer has a halo in Present."""
    present_keys: bool = True
    """Whether pressed keys are shown in Present."""

    log_level: LogLevel = LogLevel.WARNING

    def __post_init__(self) -> None:
        for name, low, high in (
            ("max_recent", 1, MAX_RECENT),
            ("threads", 0, MAX_THREADS),
        ):
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} is not within {low} and {high}")
        numbers = (*self.split_sizes, *self.panel_sizes, *(self.window_place or ()))
        if any(abs(number) > 2**20 for number in numbers):
            raise ValueError("a window cannot be so large")
        if len(self.recent) > MAX_RECENT:
            raise ValueError("too many recent files")


KNOWN = frozenset(one.name for one in fields(Settings))
