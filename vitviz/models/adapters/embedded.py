"""The embedded model `vitviz-flexi`, which ships with the program: adapter and loading.

It has any patch size and needs no download. Its network is in `adapters.flexivit`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from vitviz.errors import CheckpointError, SelectionError
from vitviz.models.adapters.flexivit import MEAN, STD, FlexiViT, load_flexi
from vitviz.models.catalogue.embedded import (
    EMBEDDED_NAME,
    EMBEDDED_PATCH_SIZES,
    embedded_path,
)
from vitviz.models.model import Model, evaluating, ready_model, require_divisible
from vitviz.pictures.preprocessing import Interpolation, Preprocessing

INPUT_SIZE = (224, 224)


class FlexiAdapter:
    """Adapter of the embedded model: one CLS token, no head, a grid of any size."""

    prefix_names: tuple[str, ...] | None = ("cls",)
    windowed: frozenset[int] = frozenset()
    has_pool = False
    has_head = False

    def __init__(self, module: FlexiViT) -> None:
        self.flexi = module
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
        feature: Tensor = self.flexi(pixels)
        return feature


def has_embedded() -> bool:
    """Return whether the weights are here: a source tree may lack them."""
    return embedded_path().is_file()


def load_embedded(
    *, patch_size: int | None, device: torch.device, dtype: torch.dtype
) -> Model:
    """Return the embedded model at one patch size in pixels; None for 16.

    Raises SelectionError for a size it was not trained with, CheckpointError.
    """
    if patch_size is not None and patch_size not in EMBEDDED_PATCH_SIZES:
        raise SelectionError(
            "The embedded model has no patches of {size} px; it was trained with "
            "{sizes}.",
            size=patch_size,
            sizes=", ".join(map(str, EMBEDDED_PATCH_SIZES)),
        )
    path = embedded_path()
    if not path.is_file():
        raise CheckpointError(
            "The embedded model is missing from this installation ({path}). Install "
            "vitviz again, or choose another model.",
            path=path.name,
        )
    try:
        stored = path.read_bytes()
        module = load_flexi(stored, patch_size=patch_size or 16)
    except (ValueError, OSError) as error:
        raise CheckpointError(
            "The embedded model cannot be read: {reason}. Install vitviz again.",
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
        EMBEDDED_NAME,
        "embedded",
        FlexiAdapter(module),
        preprocessing,
        device=device,
        dtype=dtype,
        weights_path=path,
        weights_sha256=hashlib.sha256(stored).hexdigest(),
    )
