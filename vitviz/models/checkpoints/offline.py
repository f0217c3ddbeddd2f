"""Switches that keep libraries of models off the network while a block runs."""

from __future__ import annotations

import contextlib
import importlib
import os
import threading
from collections.abc import Iterator

_SWITCHES = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")
_lock = threading.RLock()


@contextlib.contextmanager
def offline() -> Iterator[None]:
    """Keep the offline switches of Hugging Face's libraries set while the block runs.

    A second line of defence: nothing that is called in such a block is told of a place
    to look in. Of the environment they are read once, when the library is imported, so
    the constant that it made of them is set as well. Any thread may call it.
    """
    with _lock, contextlib.ExitStack() as stack:
        # imported first: in the block it would read the switches and stay offline
        with contextlib.suppress(ImportError):
            constants = importlib.import_module("huggingface_hub.constants")
            before = getattr(constants, "HF_HUB_OFFLINE", False)
            stack.callback(setattr, constants, "HF_HUB_OFFLINE", before)
            setattr(constants, "HF_HUB_OFFLINE", True)  # noqa: B010  (has no types)
        for name in _SWITCHES:
            stack.callback(_restore, name, os.environ.get(name))
            os.environ[name] = "1"
        yield


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
