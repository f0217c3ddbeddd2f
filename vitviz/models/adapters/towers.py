"""Networks for pictures inside larger models of transformers.

Two-tower and vision-language models, detectors, segmenters and depth estimators hold a
Vision Transformer that takes the pixels alone; its attention depends on nothing else of
them. Decoders and language layers are not shown.

    towers_of    each such network by its name in the model, the outermost first
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from torch import nn

from vitviz.models.model import block_list

# Task heads whose own forward pass asks for more, or returns no feature.
OTHER_TASKS = re.compile(r"For(?!ImageClassification)[A-Z]")
# Arguments without which a network cannot run, and that a picture does not give.
_OF_TEXT = {"input_ids", "decoder_input_ids", "input_points", "inputs_embeds",
            "input_features", "query_pixel_values"}  # fmt: skip


def towers_of(module: nn.Module) -> dict[str, nn.Module]:
    """Return the networks for pictures in a model, by name; the model itself by "".

    Networks inside one that was found are left out.
    """
    found: dict[str, nn.Module] = {}
    for name, part in module.named_modules():
        inside = any(name.startswith(f"{one}." if one else "") for one in found)
        if not inside and _is_tower(part):
            found[name] = part
    return found


def _is_tower(part: nn.Module) -> bool:
    """Return whether a module takes pixels alone and has patches and blocks."""
    config: Any = getattr(part, "config", None)
    if config is None or OTHER_TASKS.search(type(part).__name__):
        return False
    parameters = inspect.signature(type(part).forward).parameters
    if "pixel_values" not in parameters or _OF_TEXT & parameters.keys():
        return False
    own = getattr(config, "vision_config", config)
    return getattr(own, "patch_size", None) is not None and bool(block_list(part))
