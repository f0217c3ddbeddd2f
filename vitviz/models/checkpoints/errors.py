"""What a file of weights may ask for, and the sentence that refuses one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vitviz.errors import CheckpointError

MAX_HEADER_BYTES = 8_000_000
"""Of a safetensors header, and of the pickle that lists a .pth file's tensors."""
MAX_TENSORS = 20_000


def refusal(path: Path, sentence: str, /, **values: object) -> CheckpointError:
    """“FILE sentence”, its values filled in where it is shown."""
    return CheckpointError("{path} " + sentence, path=path.name, **values)


def unreadable(path: Path, error: OSError) -> CheckpointError:
    """What the system said when the file was read."""
    reason = error.strerror or type(error).__name__
    return refusal(path, "cannot be read: {reason}.", reason=reason)


def listed(names: Sequence[str], shown: int = 10) -> str:
    """The first of so many names, each cut to a length a sentence can bear."""
    text = ", ".join(name[:120] for name in names[:shown])
    return f"{text}, …" if len(names) > shown else text
