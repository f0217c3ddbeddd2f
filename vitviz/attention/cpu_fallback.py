"""From an accelerator that has run out of memory to the CPU, and said so.

A run that an accelerator cannot hold is repeated with a copy of the model in the
computer's own memory. The model that was given stays where it is: a later run, at a
smaller size, is tried on the accelerator again.
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
_copies: WeakKeyDictionary[nn.Module, Adapter] = WeakKeyDictionary()
CPU = torch.device("cpu")


def as_run(model: Model, trace: Trace) -> Model:
    """The model as it made the trace: `model`, or its copy on the CPU.

    Whatever goes on from a trace with its model asks for it here.
    """
    return model if trace.setup.fallback is None else on_cpu(model)


def on_cpu(model: Model) -> Model:
    """`model` in the computer's own memory: itself, or a copy that is made once."""
    if model.info.device == "cpu":
        return model
    module = model.adapter.module
    if module not in _copies:
        _copies[module] = _copied(model.adapter)
    info = replace(model.info, device="cpu")
    return replace(model, info=info, adapter=_copies[module], device=CPU)


def set_up_on_cpu(model: Model, setup: Setup) -> tuple[Model, Setup]:
    """(model, setup) with which a run that `setup.model.device` cannot hold goes on.

    Raises BudgetError where the computer's own memory does not suffice either.
    """
    device = setup.model.device
    width, height = setup.placement.model_size
    size = {"width": width, "height": height, "tokens": setup.grid.num_tokens}
    _, peak = run_bytes(setup.model, setup.grid.num_tokens)
    free = free_bytes("cpu")
    weights = 0 if model.adapter.module in _copies else num_bytes(model.adapter.module)
    if free is not None and peak + weights > free:
        raise BudgetError(
            "There was not enough memory on {device} for {width}×{height} px "
            "({tokens:,} tokens), nor is there on the CPU: about {needed} are "
            "needed, {free} are free. Choose a smaller size, or larger patches.",
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
    """What its parameters and buffers take."""
    return sum(t.nbytes for t in (*module.parameters(), *module.buffers()))


def _left(device: str) -> Phrase | str:
    """The part of a sentence that says what is free; nothing where it is not known."""
    free = free_bytes(device)
    if free is None:
        return ""
    return Phrase("; {free} are free", {"free": bytes_text(free)})


def _copied(adapter: Adapter) -> Adapter:
    """A deep copy whose parameters and buffers never double on the accelerator."""
    memo: dict[int, object] = {}
    for part in adapter.module.modules():
        for values in (part._parameters, part._buffers, vars(part)):
            for value in values.values():
                if isinstance(value, Tensor):
                    memo[id(value)] = _moved(value)
    return copy.deepcopy(adapter, memo)


def _moved(tensor: Tensor) -> Tensor:
    moved = tensor.detach().to(CPU)
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(moved, requires_grad=tensor.requires_grad)
    return moved
