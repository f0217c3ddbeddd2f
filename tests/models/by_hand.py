"""Small models run by hand: their unfused code, with attention changed in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from tests.models.dense import timm_model, torchvision_model
from vitviz.models.model import Model


@dataclass
class Hand:
    """What is done by hand to one layer's scores, and what became of them."""

    change: Callable[[int, Tensor], Tensor]
    """(layer, scaled scores (H, N, N)) → weights."""
    weights: list[Tensor] = field(default_factory=list)

    def softmax(self, scores: Tensor, *_args: object, **_options: object) -> Tensor:
        """In the place of the model's own."""
        made = self.change(len(self.weights), scores.reshape(-1, *scores.shape[-2:]))
        self.weights.append(made)
        return made.reshape(scores.shape)

    def attention(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        """In the place of the fused call, for code that has no other."""
        return self.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5) @ v


@dataclass(frozen=True)
class Network:
    """A small model, its grid 4×6, and the way to run it by hand."""

    model: Model
    blocks: list[nn.Module]
    prefix: int

    @property
    def module(self) -> nn.Module:
        return self.model.adapter.module

    @property
    def pixels(self) -> Tensor:
        generator = torch.Generator().manual_seed(5)
        return torch.randn(1, 3, *self.size, generator=generator)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return (64, 96)

    @contextmanager
    def unfused(self, hand: Hand) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            kind = type(self.module).__module__
            if kind.startswith("timm"):
                for part in self.module.modules():
                    if hasattr(part, "fused_attn"):
                        patch.setattr(part, "fused_attn", False)
                patch.setattr(Tensor, "softmax", lambda s, dim: hand.softmax(s))
            elif kind.startswith("torchvision"):
                patch.setattr(F, "softmax", hand.softmax)
                for block in self.blocks:
                    attend: Any = block.self_attention
                    patch.setattr(attend, "forward", _written_out(attend.forward))
            else:
                patch.setattr(F, "scaled_dot_product_attention", hand.attention)
            yield

    def by_hand(
        self, hand: Hand, pixels: Tensor, *, kept: list[int] | None = None
    ) -> Tensor:
        """(C,) logits of the unfused, changed model; `kept` tokens enter."""

        def enter(_module: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
            return (args[0] if kept is None else args[0][:, kept], *args[1:])

        hook = self.blocks[0].register_forward_pre_hook(enter)
        try:
            with torch.no_grad(), self.unfused(hand):
                found: Tensor = self.module(pixels)[0]
                return found
        finally:
            hook.remove()


def timm(prefix: str) -> Network:
    module: Any = timm_model(prefix=prefix)
    prefixes = {"registers": 5, "none": 0}
    return Network(vitviz.wrap(module), list(module.blocks), prefixes[prefix])


def embedded() -> Network:
    model = vitviz.load_model("vitviz-flexi", device="cpu", patch_size=16)
    return Network(model, list(model.adapter.blocks), 1)


class SquareNetwork(Network):
    """torchvision takes squares only."""

    @property
    def size(self) -> tuple[int, int]:
        return (80, 80)


def torchvision() -> Network:
    module: Any = torchvision_model()
    return SquareNetwork(vitviz.wrap(module), list(module.encoder.layers), 1)


MAKERS: dict[str, Callable[[], Network]] = {
    "torchvision": torchvision,
    "registers": lambda: timm("registers"),
    "no CLS, mean of patches": lambda: timm("none"),
    "embedded": embedded,
}


def _written_out(attend: Callable[..., object]) -> Callable[..., object]:
    """torchvision's attention as it runs when its weights are asked for."""

    def forward(q: Tensor, k: Tensor, v: Tensor, **_options: object) -> object:
        return attend(q, k, v, need_weights=True)

    return forward
