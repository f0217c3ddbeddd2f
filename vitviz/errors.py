"""Every error that a caller of vitviz can meet.

VitvizError
├── InputError               unusable input or arguments; exit code 2
│   ├── FileError            no regular file, too large, or not readable
│   ├── ImageError           not an image, damaged, too large, unreadable path
│   ├── ModelError
│   │   ├── UnknownModelError       no such name, file or folder
│   │   ├── CheckpointError         weights missing, damaged or of another shape
│   │   │   ├── WeightsNotDownloadedError   published weights not fetched yet
│   │   │   └── AmbiguousCheckpointError    weights whose network is not recognised
│   │   └── UnsupportedModelError   attention is not the call vitviz taps
│   ├── SelectionError       layer, head, query or size out of range
│   ├── MissingExtraError    an optional library is needed
│   └── EnvironmentFault     no display, or a library release known to be broken
├── OutputError              a file could not be written; exit code 2
├── DownloadError            weights could not be fetched; exit code 2
├── BudgetError              the result would not fit the memory budget; exit code 2
├── ExactnessError           recomputed attention differs from the model's own
└── Cancelled                the user asked to stop

The exit code is that of the command line; it is 1 where none is given. A message is a
template and its values, stored apart so that a window can translate the template; a
value can be a `Phrase` or an error, which is translated too. Each message is one or
two sentences: what happened, why, what to do. A file chooses names of its own, of
tensors and of keys: what would steer a terminal or hide other text is never in one, and
a name of thousands of characters is shown by its ends.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field


def one_line(text: str) -> str:
    """Return `text` on one line, with � for each character that is not seen as itself.

    Wide and hard spaces are.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or unicodedata.category(char) == "Zs" else "�"
        for char in text
    )


# Characters of a value that are shown; no sentence of ours lists as many.
_MOST_SHOWN = 1000


def by_its_ends(text: str) -> str:
    """Return `text`, without its middle where it is longer than 1,000 characters."""
    if len(text) <= _MOST_SHOWN:
        return text
    return f"{text[: _MOST_SHOWN // 4]} … {text[-_MOST_SHOWN // 4 :]}"


def _filled_in(template: str, values: Mapping[str, object]) -> str:
    """Return a template with its values, on one line."""
    shown = {
        name: by_its_ends(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
    return one_line(template.format(**shown))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A translatable text that is no error: a note, or a part of another text.

    template : text for `str.format`, in English.
    values : what `template` names in braces.

    `str(phrase)` is the English text.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return _filled_in(self.template, self.values)


class VitvizError(Exception):
    """Root of the error tree; `str(error)` is the English sentence for the user.

    exit_code : what the command line ends with.
    template : text for `str.format`, in English.
    values : what `template` names in braces, such as the path, the model or the shape.
    """

    exit_code = 1

    def __init__(self, template: str, /, **values: object) -> None:
        """Store `template` (a `str.format` text) and its `values`."""
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return _filled_in(self.template, self.values)


class InputError(VitvizError):
    """Input or arguments that cannot be used; exit code 2."""

    exit_code = 2


class FileError(InputError):
    """A file that is named and not read: missing, of a kind that has no end, too large.

    The message names the file, the reason, the limit and the remedy.
    """


class ImageError(InputError):
    """A picture that cannot be read, or that exceeds a limit.

    Raised while a file is read and decoded; the message names the file, the reason and
    the remedy.
    """


class ModelError(InputError):
    """A model that cannot be used."""


class UnknownModelError(ModelError):
    """A name under which there is no model, file or folder."""


class CheckpointError(ModelError):
    """Weights that are missing, damaged or of another shape than their network."""


class WeightsNotDownloadedError(CheckpointError):
    """Published weights that have not been fetched; `values["name"]` is the model."""


class AmbiguousCheckpointError(CheckpointError):
    """Weights whose network vitviz does not recognise; the user may know it.

    `values["file"]` is the path of the weights.
    """


class UnsupportedModelError(ModelError):
    """A model whose attention is not the call that vitviz taps."""


class SelectionError(InputError):
    """A layer, head, query, token or size that is out of range."""


class MissingExtraError(InputError):
    """An optional library that is missing; the message names the extra to install."""


class EnvironmentFault(InputError):
    """A missing display, or a library release that is known to be broken."""


class OutputError(VitvizError):
    """A file that could not be written; exit code 2."""

    exit_code = 2


class DownloadError(VitvizError):
    """Weights that could not be fetched; exit code 2.

    What has arrived stays on the disk where a later attempt can continue it.
    """

    exit_code = 2


class BudgetError(VitvizError):
    """A result that would not fit the memory budget; exit code 2."""

    exit_code = 2


class ExactnessError(VitvizError):
    """Attention recomputed from q, k, v that differs from what the model computed."""


class Cancelled(VitvizError):
    """The end of work that the user asked to stop."""

    def __init__(self) -> None:
        """Take no values: the message is always the same."""
        super().__init__("Cancelled.")
