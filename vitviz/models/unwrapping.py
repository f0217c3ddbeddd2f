"""Taking off what training programs put around the weights of a network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from vitviz.errors import CheckpointError
from vitviz.models.checkpoint_files import State
from vitviz.models.limits import MAX_TENSORS, listed

WRAPPERS = (
    "state_dict",
    "model",
    "model_state_dict",
    "model_ema",
    "state_dict_ema",
    "teacher",
    "student",
    "net",
    "network",
    "module",
    "backbone",
    "encoder",
    "visual",
)
"""Keys under which training programs keep the weights, the preferred one first."""
PREFIXES = (
    "module.",
    "_orig_mod.",
    "model.",
    "net.",
    "teacher.",
    "backbone.",
    "student.",
    "encoder.",
    "visual.trunk.",
    "visual.",
    "trunk.",
)
_BESIDE = re.compile(
    r"(module\.)?((dino_|ibot_)?head\.(mlp|last_layer)\b|dino_head\.|ibot_head\.)"
    r"|student\.|criterion\.|loss\.|text\.|transformer\.|token_embedding\.|ln_final\."
    r"|(positional_embedding|text_projection|logit_scale|logit_bias)$"
    r"|(input_resolution|context_length|vocab_size)$"
)
"""What may lie beside the backbone: projection heads, a student, a text tower."""


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """The tensors of a network by its own names for them.

    as_written : the same, and what lies beside them, before prefixes were taken off.
    wrapper : keys and prefixes that were taken off, outermost first.
    set_aside : names that are none of the network's.
    """

    tensors: dict[str, Tensor]
    as_written: dict[str, Tensor]
    wrapper: tuple[str, ...]
    set_aside: tuple[str, ...]


def unwrap(state: State) -> Unwrapped:
    """What is below the wrappers.

    Raises CheckpointError where there are no named tensors.
    """
    wrapper: list[str] = []
    aside: list[str] = []
    content: Mapping[Any, Any] = state.content
    for _ in range(4):
        if any(isinstance(v, Tensor) and "." in str(k) for k, v in content.items()):
            break
        inner = [k for k in WRAPPERS if isinstance(content.get(k), Mapping)]
        others = [key for key, value in content.items() if _is_wrapper(value)]
        if not inner and len(others) == 1:  # under a name of somebody's own
            inner = others
        if not inner:
            break
        aside += [str(key)[:80] for key in content if key != inner[0]]
        wrapper.append(inner[0])
        content = content[inner[0]]
    tensors = {
        name: value
        for name, value in content.items()
        if isinstance(name, str) and isinstance(value, Tensor)
    }
    if not tensors:
        raise CheckpointError(
            "{path} holds no named tensors. It has {names}.",
            path=state.path.name,
            names=listed([str(key)[:60] for key in content]) or "nothing",
        )
    aside += [str(key)[:80] for key in content if key not in tensors]
    if len(tensors) > MAX_TENSORS:
        raise CheckpointError(
            "{path} lists {count:,} tensors; at most {limit:,} are read.",
            path=state.path.name,
            count=len(tensors),
            limit=MAX_TENSORS,
        )
    as_written = tensors
    for _ in range(6):
        prefix = _prefix(tensors)
        if prefix is None:
            break
        wrapper.append(prefix)
        aside += [name for name in tensors if not name.startswith(prefix)]
        tensors = {
            name.removeprefix(prefix): tensor
            for name, tensor in tensors.items()
            if name.startswith(prefix)
        }
    return Unwrapped(tensors, as_written, tuple(wrapper), tuple(aside))


def _is_wrapper(value: object) -> bool:
    """Whether it holds named tensors, or a list of them under a common key."""
    if not isinstance(value, Mapping):
        return False
    return any(isinstance(one, Tensor) for one in value.values()) or any(
        isinstance(value.get(key), Mapping) for key in WRAPPERS
    )


def _prefix(tensors: Mapping[str, Tensor]) -> str | None:
    """The prefix before every name but those that may lie beside a backbone."""
    for prefix in PREFIXES:
        rest = [name for name in tensors if not name.startswith(prefix)]
        if len(rest) < len(tensors) and all(map(_BESIDE.match, rest)):
            return prefix
    return None
