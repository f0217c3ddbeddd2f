"""CPU fall-back of a run that an accelerator has not enough memory for.

    accelerator out of memory → copy of the model in main memory → the same run there,
    with a note in the trace (`Setup.fallback`) and a warning in the log

The model that was given stays where it is: a later run, at a smaller size, is tried on
the accelerator again.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from vitviz.attention.price import run_bytes
from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, Phrase
from vitviz.system.memory import free_bytes

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.models.model import Adapter, Model

_log = logging.getLogger(__name__)
# Copies on the CPU by the module they were made of; they go when that module does.
_copies: WeakKeyDictionary[nn.Module, Adapter] = WeakKeyDictionary()
CPU = torch.device("cpu")


def as_run(model: Model, trace: Trace) -> Model:
    """Return the model that made a trace: `model` itself, or its copy on the CPU.

    Code that continues from a trace with its model must get the model from here.
    """
    return model if trace.setup.fallback is None else on_cpu(model)


def on_cpu(model: Model) -> Model:
    """Return `model` on the CPU: itself if it is there, or a copy that is made once."""
    if model.info.device == "cpu":
        return model
    module = model.adapter.module
    if module not in _copies:
        _copies[module] = _copied(model.adapter)
    info = replace(model.info, device="cpu")
    return replace(model, info=info, adapter=_copies[module], device=CPU)


def set_up_on_cpu(model: Model, setup: Setup) -> tuple[Model, Setup]:
    """Return (model, setup) for repeating a run on the CPU, with a note in the setup.

    setup : of the run that `setup.model.device` has not enough memory for.

    Raises BudgetError where main memory does not suffice either.
    """
    device = setup.model.device
    width, height = setup.placement.model_size
    size = {"width": width, "height": height, "tokens": setup.grid.num_tokens}
    _, peak = run_bytes(setup.model, setup.grid.num_tokens)
    free = free_bytes("cpu")
    # a copy that exists already has taken its memory
    weights = 0 if model.adapter.module in _copies else num_bytes(model.adapter.module)
    if free is not None and peak + weights > free:
        raise BudgetError(
            "There was not enough memory on {device} for {width}×{height} px "
            "({tokens:,} tokens), nor is there on the CPU: about {needed} are "
            "needed, {free} free. Choose a smaller size.",
            device=device,
            **size,
            needed=bytes_text(peak + weights),
            free=bytes_text(free),
        )
    note = Phrase(
        "{device} did not have enough memory for {width}×{height} px ({tokens:,} "
        "tokens, about {needed}{left}): this run was made on the CPU.",
        {
            "device": device,
            **size,
            "needed": bytes_text(peak),
            "left": _left(device),
        },
    )
    _log.warning("%s", note)  # a notebook or script shows it on standard error
    twin = on_cpu(model)
    return twin, replace(setup, model=twin.info, fallback=note)


def num_bytes(module: nn.Module) -> int:
    """Return the bytes that the parameters and buffers of a module take."""
    return sum(t.nbytes for t in (*module.parameters(), *module.buffers()))


def _left(device: str) -> Phrase | str:
    """Return the end of a sentence with what is free on a device; "" if unknown."""
    free = free_bytes(device)
    if free is None:
        return ""
    return Phrase("; {free} are free", {"free": bytes_text(free)})


def _copied(adapter: Adapter) -> Adapter:
    """Return a deep copy of an adapter with all its tensors on the CPU.

    Each tensor is copied straight to the CPU: `deepcopy` alone would first double the
    model on the accelerator, which is out of memory.
    """
    # `deepcopy` takes what stands in its memo, by id, in place of a copy of its own
    memo: dict[int, object] = {}
    for part in adapter.module.modules():
        for values in (part._parameters, part._buffers, vars(part)):
            for value in values.values():
                if isinstance(value, Tensor):
                    memo[id(value)] = _moved(value)
    return copy.deepcopy(adapter, memo)


def _moved(tensor: Tensor) -> Tensor:
    """Return a tensor on the CPU, a parameter as a parameter."""
    moved = tensor.detach().to(CPU)
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(moved, requires_grad=tensor.requires_grad)
    return moved
