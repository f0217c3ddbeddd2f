"""The embedded models, which ship with the program: adapter, loading, which one when.

Both have five patch sizes and need no download. The networks are in `adapters.dinov2`
(vitviz-small) and `adapters.flexivit` (vitviz-flexi).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.errors import CheckpointError, SelectionError
from vitviz.models.adapters.dinov2 import Dinov2, load_dinov2
from vitviz.models.adapters.flexivit import MEAN, STD, FlexiViT, load_flexi
from vitviz.models.catalogue.embedded import (
    EMBEDDED_NAME,
    EMBEDDED_PATCH_SIZES,
    FLEXI_NAME,
    SMALL_NAME,
    embedded_path,
    own_patch_size,
)
from vitviz.models.model import Model, evaluating, ready_model, require_divisible
from vitviz.pictures.preprocessing import Interpolation, Preprocessing

INPUT_SIZE = (224, 224)
# A pass of vitviz-small that takes longer leaves the start to vitviz-flexi.
SLOW_S = 0.5
# Tokens of vitviz-small at its own size, (224 / 14)² and CLS.
_SMALL_TOKENS = 257
# A pass of vitviz-small ÷ the second product of one of its MLPs, which has a 40th of
# the arithmetic; the rest is what lies between products.
_PASS_RATIO = 45


class EmbeddedAdapter:
    """Adapter of the embedded models: one CLS token, no head, a grid of any size."""

    prefix_names: tuple[str, ...] | None = ("cls",)
    windowed: frozenset[int] = frozenset()
    has_pool = False
    has_head = False

    def __init__(self, module: FlexiViT | Dinov2) -> None:
        self.module: nn.Module = module
        self.blocks: Sequence[nn.Module] = list(module.blocks)
        self.patch_size = (module.patch_size, module.patch_size)

    def check_size(self, size: tuple[int, int]) -> None:
        """Raise SelectionError unless the patch divides both sides."""
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Keep the module in evaluation mode while the block runs."""
        with evaluating(self.module):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the final CLS feature, (1, C), of pixels, (1, 3, H, W)."""
        feature: Tensor = self.module(pixels)
        return feature


def has_embedded(name: str = EMBEDDED_NAME) -> bool:
    """Return whether the weights are here: a source tree may lack them."""
    return embedded_path(name).is_file()


def name_for_this_machine(device: torch.device) -> str:
    """Return the name of the embedded model to start with: one whose pass is quick."""
    if not has_embedded(SMALL_NAME):
        return FLEXI_NAME
    is_slow = device.type == "cpu" and estimated_pass_s() > SLOW_S
    return FLEXI_NAME if is_slow and has_embedded(FLEXI_NAME) else SMALL_NAME


def estimated_pass_s() -> float:
    """Return about how long a pass of vitviz-small takes on the CPU, in seconds.

    By the quickest run of one of its products within 30 ms, of three at least, in
    processor time: what other programs do at the moment is not this machine's speed.
    """
    # in steps of 16 ms on Windows, where it says nothing
    is_coarse = os.name == "nt"
    clock = time.perf_counter if is_coarse else time.process_time
    threads = 1 if is_coarse else torch.get_num_threads()

    tokens, matrix = torch.zeros(_SMALL_TOKENS, 1536), torch.zeros(384, 1536)
    times: list[float] = []
    with torch.inference_mode():
        while len(times) < 3 or sum(times) < 0.03:
            start = clock()
            F.linear(tokens, matrix)
            times.append((clock() - start) / threads)
    return _PASS_RATIO * min(times)


def load_embedded(
    name: str, *, patch_size: int | None, device: torch.device, dtype: torch.dtype
) -> Model:
    """Return an embedded model at one patch size in pixels; None for its own.

    Raises SelectionError for a size that it has not, CheckpointError.
    """
    if patch_size is not None and patch_size not in EMBEDDED_PATCH_SIZES:
        raise SelectionError(
            "{name} has no patches of {size} px; it has {sizes}.",
            name=name,
            size=patch_size,
            sizes=", ".join(map(str, EMBEDDED_PATCH_SIZES)),
        )
    path = embedded_path(name)
    if not path.is_file():
        raise CheckpointError(
            "The embedded model {name} is missing from this installation ({path}). "
            "Install vitviz again, or choose another model.",
            name=name,
            path=path.name,
        )
    patch = own_patch_size(name) if patch_size is None else patch_size
    try:
        stored = path.read_bytes()
        module: FlexiViT | Dinov2
        if name == FLEXI_NAME:
            module = load_flexi(stored, patch_size=patch)
        else:
            module = load_dinov2(stored, patch_size=patch)
    except (ValueError, OSError) as error:
        raise CheckpointError(
            "The embedded model {name} cannot be read: {reason}. Install vitviz again.",
            name=name,
            reason=str(error).rstrip("."),
        ) from error
    module = module.to(device=device, dtype=dtype)
    preprocessing = Preprocessing(
        mean=MEAN,
        std=STD,
        size=INPUT_SIZE,
        resize=None,
        interpolation=Interpolation.BICUBIC,
    )
    return ready_model(
        name,
        "embedded",
        EmbeddedAdapter(module),
        preprocessing,
        device=device,
        dtype=dtype,
        weights_path=path,
        weights_sha256=hashlib.sha256(stored).hexdigest(),
    )
