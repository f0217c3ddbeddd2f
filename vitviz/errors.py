"""Every error a caller can meet.

VitvizError
├── InputError               unusable input or arguments; exit code 2
│   ├── ImageError           not an image, damaged, too large, unreadable path
│   ├── ModelError
│   │   ├── UnknownModelError       no such name, file or folder
│   │   ├── CheckpointError         weights missing, damaged or of another shape
│   │   │   ├── NotHereError        published weights that have not been fetched
│   │   │   └── UntoldError         weights that do not tell their network
│   │   └── UnsupportedModelError   attention is not the call vitviz taps
│   ├── SelectionError       layer, head, query or size out of range
│   ├── MissingExtraError    an optional library is needed
│   └── EnvironmentFault     no display, or a library release known to be broken
├── OutputError              a file could not be written; exit code 2
├── DownloadError            weights could not be fetched; exit code 2
├── BudgetError              the result would not fit the memory budget; exit code 2
├── ExactnessError           recomputed attention differs from the model's own
└── Cancelled                the user asked to stop

A message is a template and its values, kept apart so that a window can translate
the template; a value can be a `Phrase` or an error, which is translated too. Each is
one sentence or two: what, why, what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Phrase:
    """A template and its values that are no error: a note, or a part of another text.

    `str(phrase)` is in English.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


class VitvizError(Exception):
    """Root of the tree; `str(error)` is the English sentence for the user."""

    exit_code = 1

    def __init__(self, template: str, /, **values: object) -> None:
        """Keep `template` (a `str.format` text) and its `values`."""
        super().__init__(template, values)
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.template.format(**self.values)


class InputError(VitvizError):
    """Unusable input or arguments."""

    exit_code = 2


class ImageError(InputError):
    """A picture that cannot be read, or that exceeds a limit."""


class ModelError(InputError):
    """A model that cannot be used."""


class UnknownModelError(ModelError):
    """No model of that name, file or folder."""


class CheckpointError(ModelError):
    """Weights that are missing, damaged or of another shape."""


class WeightsNotDownloadedError(CheckpointError):
    """Published weights that have not been fetched; `values["name"]` is the model."""


class AmbiguousCheckpointError(CheckpointError):
    """Weights that do not tell which network they are of; the user may know it.

    `values["file"]` is where they lie.
    """


class UnsupportedModelError(ModelError):
    """A model whose attention is not the call vitviz taps."""


class SelectionError(InputError):
    """A layer, head, query or size out of range."""


class MissingExtraError(InputError):
    """An optional library is needed; the message names the extra."""


class EnvironmentFault(InputError):
    """No display, or a library release that is known to be broken."""


class OutputError(VitvizError):
    """A file could not be written."""

    exit_code = 2


class DownloadError(VitvizError):
    """Weights that could not be fetched; what has arrived is kept where it can be."""

    exit_code = 2


class BudgetError(VitvizError):
    """A result that would not fit the memory budget."""

    exit_code = 2


class ExactnessError(VitvizError):
    """Attention recomputed from q, k, v differs from what the model computed."""


class Cancelled(VitvizError):
    """The user asked to stop."""

    def __init__(self) -> None:
        """Take no values: the message is always the same."""
        super().__init__("Cancelled.")
