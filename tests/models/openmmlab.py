"""OpenMMLab's networks, written out with the names that its libraries give tensors.

    mmpretrain 1, mmcls 0.15 on    backbone.layers.0.ln1, attn.qkv, ffn.layers.0.0
    mmsegmentation                 the same, with attn.attn.in_proj_weight
    mmcls before 0.15              encoder.layers.0.attentions.0.attn, ffns.0, norms.0

Attention is written as softmax(Q Kᵀ / √D), and each network keeps its matrices: they
are the reference that vitviz is held against.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

WIDTH, DEPTH, SIDE, PATCH, CLASSES = 128, 2, 32, 8, 5


class Scale(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


class Joint(nn.Module):
    """torch's names for queries, keys and values, below `attn` as mmcv has them."""

    def __init__(self) -> None:
        super().__init__()
        inner = nn.Module()
        inner.in_proj_weight = nn.Parameter(torch.empty(3 * WIDTH, WIDTH))
        inner.in_proj_bias = nn.Parameter(torch.empty(3 * WIDTH))
        inner.out_proj = nn.Linear(WIDTH, WIDTH)
        self.attn: Any = inner

    def parts(self, x: Tensor) -> Tensor:
        return cast("Tensor", x @ self.attn.in_proj_weight.T + self.attn.in_proj_bias)

    def out(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.attn.out_proj(x))


class Plain(nn.Module):
    """mmpretrain's attention: one layer for queries, keys and values."""

    def __init__(self, *, has_scale: bool) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)
        self.gamma1 = Scale() if has_scale else nn.Identity()

    def parts(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.qkv(x))

    def out(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.gamma1(self.proj(x)))


class Ffn(nn.Module):
    def __init__(self, act: Callable[[Tensor], Tensor], *, has_scale: bool) -> None:
        super().__init__()
        first = nn.Sequential(nn.Linear(WIDTH, 256), nn.Identity(), nn.Identity())
        self.layers = nn.Sequential(first, nn.Linear(256, WIDTH), nn.Identity())
        self.gamma2 = Scale() if has_scale else nn.Identity()
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.gamma2(self.layers[1](self.act(self.layers[0](x)))))


class Gated(nn.Module):
    """SwiGLU as mmpretrain's DINOv2 giant has it."""

    def __init__(self) -> None:
        super().__init__()
        self.w12, self.w3 = nn.Linear(WIDTH, 336), nn.Linear(168, WIDTH)
        self.gamma2 = Scale()

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.w12(x).chunk(2, -1)
        return cast("Tensor", self.gamma2(self.w3(gate * gate.sigmoid() * value)))


class Layer(nn.Module):
    def __init__(
        self,
        attn: nn.Module,
        ffn: nn.Module,
        heads: int,
        eps: float,
        seen: list[Tensor],
    ) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(WIDTH, eps), nn.LayerNorm(WIDTH, eps)
        self.attn, self.ffn = attn, ffn
        self.heads, self.seen = heads, seen

    def forward(self, x: Tensor) -> Tensor:
        x = x + attended(cast("Any", self.attn), self.ln1(x), self.heads, self.seen)
        return x + cast("Tensor", self.ffn(self.ln2(x)))


def attended(attn: Any, x: Tensor, heads: int, seen: list[Tensor]) -> Tensor:  # noqa: ANN401
    """Return what attention adds, and keep its matrices (H, N, N)."""
    count, channels = x.shape[1], WIDTH // heads
    q, k, v = attn.parts(x)[0].reshape(count, 3, heads, channels).permute(1, 2, 0, 3)
    matrix = torch.softmax(q @ k.transpose(1, 2) / channels**0.5, -1)
    seen.append(matrix.detach())
    return cast("Tensor", attn.out((matrix @ v).transpose(0, 1).reshape(1, count, -1)))


class Old(nn.Module):
    """A layer of mmcls before 0.15."""

    def __init__(self, heads: int, eps: float, seen: list[Tensor]) -> None:
        super().__init__()
        self.attentions = nn.ModuleList([Joint()])
        self.ffns = nn.ModuleList([Ffn(nn.functional.gelu, has_scale=False)])
        self.norms = nn.ModuleList([nn.LayerNorm(WIDTH, eps) for _ in range(2)])
        self.heads, self.seen = heads, seen

    def forward(self, x: Tensor) -> Tensor:
        x = x + attended(self.attentions[0], self.norms[0](x), self.heads, self.seen)
        return x + cast("Tensor", self.ffns[0](self.norms[1](x)))


class Backbone(nn.Module):
    """The network below `backbone.`

    style : "plain", "joint" or "old". pooled : by the mean of the patches. ends : the
    norms behind the last layer, of "ln1" (all tokens) and "ln2" (the mean).
    """

    def __init__(
        self,
        *,
        style: str = "plain",
        heads: int = 2,
        eps: float = 1e-6,
        has_scale: bool = False,
        is_gated: bool = False,
        is_clip: bool = False,
        has_dist: bool = False,
        pooled: bool = False,
        ends: tuple[str, ...] = ("ln1",),
        grid: tuple[int, int] = (SIDE // PATCH, SIDE // PATCH),
    ) -> None:
        super().__init__()
        self.seen: list[Tensor] = []
        self.has_dist, self.pooled, self.style = has_dist, pooled, style
        self.special = 2 if has_dist else 1
        self.grid = grid
        stem = nn.Module()
        stem.projection = nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=not is_clip)
        self.patch_embed: Any = stem
        self.cls_token = nn.Parameter(torch.empty(1, 1, WIDTH))
        if has_dist:
            self.dist_token = nn.Parameter(torch.empty(1, 1, WIDTH))
        count = grid[0] * grid[1] + self.special
        self.pos_embed = nn.Parameter(torch.empty(1, count, WIDTH))
        self.pre_norm = nn.LayerNorm(WIDTH, eps) if is_clip else nn.Identity()

        def quick(x: Tensor) -> Tensor:
            return x * torch.sigmoid(1.702 * x)

        def layer() -> nn.Module:
            if style == "old":
                return Old(heads, eps, self.seen)
            act = quick if is_clip else nn.functional.gelu
            attn = Joint() if style == "joint" else Plain(has_scale=has_scale)
            ffn = Gated() if is_gated else Ffn(act, has_scale=has_scale)
            return Layer(attn, ffn, heads, eps, self.seen)

        layers = nn.ModuleList([layer() for _ in range(DEPTH)])
        if style == "old":
            self.encoder: Any = nn.Module()
            self.encoder.layers = layers
            self.encoder.coder_norm = nn.LayerNorm(WIDTH, eps)
        else:
            self.layers = layers
            for name in ends:
                self.add_module(name, nn.LayerNorm(WIDTH, eps))
        self.ends = ends

    def forward(self, x: Tensor) -> Tensor:
        """Return the feature: (1, C), or (1, 2, C) with a distillation token."""
        self.seen.clear()
        x = self.patch_embed.projection(x).flatten(2).transpose(1, 2)
        special = [self.cls_token, *([self.dist_token] if self.has_dist else [])]
        x = self.pre_norm(torch.cat([*special, x], 1) + self.pos_embed)
        for layer in self.encoder.layers if self.style == "old" else self.layers:
            x = layer(x)
        if self.style == "old":
            x = self.encoder.coder_norm(x)
        elif "ln1" in self.ends:
            x = cast("Any", self).ln1(x)
        if self.pooled:
            x = x[:, self.special :].mean(1)
            return cast("Any", self).ln2(x) if "ln2" in self.ends else x  # type: ignore[no-any-return]
        return x[:, :2] if self.has_dist else x[:, 0]


class Classifier(nn.Module):
    """mmpretrain's ImageClassifier: a backbone, and a head of one layer."""

    def __init__(self, place: str = "layers.head", **options: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.backbone = Backbone(**options)
        head: Any = nn.Module()
        if place == "layers.head":
            head.layers = nn.Module()
            head.layers.head = nn.Linear(WIDTH, CLASSES)
            if options.get("has_dist"):
                head.layers.head_dist = nn.Linear(WIDTH, CLASSES)
        else:
            head.fc = nn.Linear(WIDTH, CLASSES)
        self.head, self.place = head, place

    def forward(self, x: Tensor) -> Tensor:
        feature = self.backbone(x)
        if self.backbone.has_dist:
            ends = self.head.layers.head, self.head.layers.head_dist
            return cast("Tensor", (ends[0](feature[:, 0]) + ends[1](feature[:, 1])) / 2)
        last = self.head.fc if self.place == "fc" else self.head.layers.head
        return cast("Tensor", last(feature))
