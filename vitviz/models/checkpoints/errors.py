"""Limits of a file of weights, and the errors that refuse one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vitviz.errors import CheckpointError

# Of a safetensors header, and of the pickle that lists a .pth file's tensors.
MAX_HEADER_BYTES = 8_000_000
MAX_TENSORS = 20_000


def refusal(path: Path, sentence: str, /, **values: object) -> CheckpointError:
    """Return the error “FILE sentence”; `values` are filled in where it is shown."""
    return CheckpointError("{path} " + sentence, path=path.name, **values)


def unreadable(path: Path, error: OSError) -> CheckpointError:
    """Return the error for a file that the system could not read."""
    reason = error.strerror or type(error).__name__
    return refusal(path, "cannot be read: {reason}.", reason=reason)


def listed(names: Sequence[str], shown: int = 10) -> str:
    """Return the first names as one text, each cut to 120 characters."""
    text = ", ".join(name[:120] for name in names[:shown])
    return f"{text}, …" if len(names) > shown else text
