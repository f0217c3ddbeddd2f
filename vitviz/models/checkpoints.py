"""From a file of weights to a `Model`: read, recognised, compared, filled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from vitviz.errors import CheckpointError
from vitviz.images import IMAGENET_MEAN, IMAGENET_STD, Interpolation, Preprocessing
from vitviz.models.adapter import Adapter, Model, ready_model
from vitviz.models.checkpoint_files import Weights, read_weights
from vitviz.models.namings import Recognised, differences, recognised
from vitviz.models.timm_vit import TimmAdapter, is_timm
from vitviz.models.torchvision_vit import TorchvisionAdapter

MOST_DIFFERENCES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What a file turned out to be, its network filled."""

    weights: Weights
    found: Recognised

    @property
    def module(self) -> nn.Module:
        """The network with the file's weights, in evaluation mode."""
        return self.found.module


def open_checkpoint(path: Path) -> Checkpoint:
    """A file's network, every name and shape matched.

    Raises CheckpointError with the first ten differences, MissingExtraError.
    """
    weights = read_weights(path)
    found = recognised(weights.tensors, path.name)
    wrong = differences(found.module, found.state)
    if wrong:
        rest = len(wrong) - MOST_DIFFERENCES
        raise CheckpointError(
            "{name} looks like {naming}, but {count} names or shapes differ: {first}"
            "{more}.",
            name=path.name,
            naming=found.naming,
            count=len(wrong),
            first="; ".join(wrong[:MOST_DIFFERENCES]),
            more=f"; and {rest} more" if rest > 0 else "",
        )
    _require_finite(path, found.state)
    found.module.load_state_dict(found.state, strict=True)
    found.module.eval()
    return Checkpoint(weights, found)


def load_checkpoint(path: Path, *, device: torch.device, dtype: torch.dtype) -> Model:
    """A model from a file. Raises CheckpointError, MissingExtraError."""
    module = open_checkpoint(path).module.to(device=device, dtype=dtype)
    adapter = cast(
        "Adapter",
        TimmAdapter(module) if is_timm(module) else TorchvisionAdapter(module),  # type: ignore[arg-type]
    )
    size = cast("tuple[int, int]", adapter.own_size)  # type: ignore[attr-defined]
    preprocessing = Preprocessing(
        mean=IMAGENET_MEAN,  # weights do not say it; `models check` says so
        std=IMAGENET_STD,
        size=size,
        resize=None,
        interpolation=Interpolation.BICUBIC,
    )
    return ready_model(
        path.stem,
        str(path),
        adapter,
        preprocessing,
        device=device,
        dtype=dtype,
        weights_path=path,
    )


def _require_finite(path: Path, state: dict[str, Tensor]) -> None:
    """Refuse weights of which one would make every output meaningless."""
    for name, tensor in state.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            count = int((~tensor.isfinite()).sum())
            raise CheckpointError(
                "{file} holds {count} values that are not finite, in {tensor}: the "
                "training broke, or the file did.",
                file=path.name,
                count=count,
                tensor=name,
            )
