"""Where a model runs."""

from __future__ import annotations

import torch

from vitviz.errors import SelectionError

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}
_OWN_THREADS = torch.get_num_threads()


def available_devices() -> list[str]:
    """Devices of this machine, best first; "cpu" is always the last."""
    found = []
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    if torch.xpu.is_available():
        found.append("xpu")
    return [*found, "cpu"]


def choose_device(name: str = "auto") -> torch.device:
    """The device of that name, or the best there is for "auto".

    Raises SelectionError when this machine has none of that kind.
    """
    devices = available_devices()
    if name == "auto":
        return torch.device(devices[0])
    if name.partition(":")[0] not in devices:
        raise SelectionError(
            "There is no device {name} on this machine; it has {devices}.",
            name=name,
            devices=", ".join(devices),
        )
    return torch.device(name)


def use_threads(count: int) -> None:
    """Compute with so many threads of the processor; 0 is torch's own choice."""
    torch.set_num_threads(count or _OWN_THREADS)


def choose_dtype(name: str) -> torch.dtype:
    """The dtype of that name. Raises SelectionError for an unknown one."""
    try:
        return _DTYPES[name]
    except KeyError:
        raise SelectionError(
            "There is no precision {name}; choose one of {names}.",
            name=name,
            names=", ".join(_DTYPES),
        ) from None
