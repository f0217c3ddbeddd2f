"""`wrap` on networks as tutorials and small packages write them: exact, or refused.

Attention in every spelling (`@`, `bmm`, `einsum`, `nn.MultiheadAttention`), blocks in
every container, one to many channels. The reference is the network's own weights,
which each way of attention keeps when it runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from vitviz.domain.interventions import HeadsOff, Interventions
from vitviz.errors import InputError, UnsupportedModelError
from vitviz.explain.token_states import states

WIDTH, HEADS, PATCH, SIDE = 32, 4, 4, 32
HEAD = WIDTH // HEADS
COUNT = (SIDE // PATCH) ** 2
Attend = Callable[["Attention", Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


class Attention(nn.Module):
    """One projection for q, k, v; `attend` returns output and weights, both kept."""

    def __init__(self, attend: Attend) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        with torch.no_grad():
            self.qkv.weight[: 2 * WIDTH] *= 4
        self.attend = attend
        self.drop = nn.Dropout(0.4)
        self.temperature = nn.Parameter(torch.tensor(math.log(HEAD**-0.5)))
        self.bias = nn.Parameter(torch.randn(HEADS, COUNT + 1, COUNT + 1))
        self.kept: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, HEADS, HEAD)).unbind(2)  # (B, N, H, D)
        out, weights = self.attend(self, q, k, v)
        self.kept.append(weights.detach().reshape(-1, *weights.shape[-2:]))
        return out.reshape(x.shape)


def _heads_first(*tensors: Tensor) -> list[Tensor]:
    return [tensor.transpose(1, 2) for tensor in tensors]


def by_matmul(own: Attention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    q, k, v = _heads_first(q, k, v)
    weights = own.drop(torch.softmax(q @ k.transpose(-2, -1) / HEAD**0.5, dim=-1))
    return (weights @ v).transpose(1, 2), weights


def by_scaled_queries(
    own: Attention, q: Tensor, k: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    q, k, v = _heads_first(q, k, v)
    weights = ((q * HEAD**-0.5) @ k.mT).softmax(dim=3)
    return torch.matmul(weights, v).transpose(1, 2), weights


def by_einsum(own: Attention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    scores = torch.einsum("nqhd,nkhd->nhqk", [q, k])
    weights = torch.softmax(scores / WIDTH**0.5, dim=3)
    return torch.einsum("nhql,nlhd->nqhd", [weights, v]), weights


def by_einsum_in_heads(
    own: Attention, q: Tensor, k: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    q, k, v = _heads_first(q, k, v)
    dots = torch.einsum("b h i d, b h j d -> b h i j", q, k) * HEAD**-0.5
    weights = dots.softmax(dim=-1)
    return torch.einsum("bhij,bhjd->bhid", weights, v).transpose(1, 2), weights


def by_bmm(own: Attention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    q, k, v = (t.transpose(1, 2).flatten(0, 1) for t in (q, k, v))  # (B·H, N, D)
    scores = torch.bmm(q, k.transpose(1, 2))
    scores *= HEAD**-0.5
    weights = F.softmax(scores, dim=-1)
    return torch.bmm(weights, v).unflatten(0, (-1, HEADS)).transpose(1, 2), weights


def with_bias(own: Attention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    q, k, v = _heads_first(q, k, v)
    scores = torch.matmul(q, k.mT).div(HEAD**0.5) + own.bias[None]
    weights = F.dropout(F.softmax(scores, -1), 0.3, own.training)
    return (weights @ v).transpose(1, 2), weights


def with_mask(own: Attention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """A learned temperature, and no token sees itself (ViTs for small data sets)."""
    q, k, v = _heads_first(q, k, v)
    scores = torch.matmul(q, k.transpose(-1, -2)) * own.temperature.exp()
    mask = torch.eye(scores.shape[-1], dtype=torch.bool)
    scores = scores.masked_fill(mask, -torch.finfo(scores.dtype).max)
    weights = scores.softmax(-1)
    return torch.matmul(weights, v).transpose(1, 2), weights


def fused(own: Attention, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    q, k, v = _heads_first(q, k, v)
    out = F.scaled_dot_product_attention(q, k, v)
    return out.transpose(1, 2), torch.softmax(q @ k.mT * HEAD**-0.5, dim=-1)


def mixed_heads(
    own: Attention, q: Tensor, k: Tensor, v: Tensor
) -> tuple[Tensor, Tensor]:
    """Heads are mixed behind the softmax: no head has weights of its own."""
    q, k, v = _heads_first(q, k, v)
    weights = torch.softmax(q @ k.mT * HEAD**-0.5, dim=-1)
    return ((weights + weights.flip(1)) @ v).transpose(1, 2), weights


WAYS: dict[str, Attend] = {
    "matmul": by_matmul,
    "scaled queries": by_scaled_queries,
    "einsum": by_einsum,
    "einsum in heads": by_einsum_in_heads,
    "bmm": by_bmm,
    "bias": with_bias,
    "mask": with_mask,
    "fused": fused,
}


class Multihead(nn.Module):
    """torch's own, as tutorials call it: need_weights=True is its default."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.attn = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True, dropout=0.2)
        with torch.no_grad():
            self.attn.in_proj_weight[: 2 * WIDTH] *= 4
        self.options = options
        self.kept: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        out, weights = self.attn(x, x, x, **self.options)
        if not self.options:
            assert weights.shape == (1, x.shape[1], x.shape[1])
        q, k = (x @ self.attn.in_proj_weight[: 2 * WIDTH].T)[0].chunk(2, -1)
        q, k = (t.unflatten(-1, (HEADS, HEAD)).transpose(0, 1) for t in (q, k))
        each = torch.softmax(q.detach() @ k.detach().mT * HEAD**-0.5, dim=-1)
        self.kept.append(each)
        return cast("Tensor", out)


class Block(nn.Module):
    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.norm, self.attention = nn.LayerNorm(WIDTH), attention
        self.mlp = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU())

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm(x))
        return x + cast("Tensor", self.mlp(x))


class Residual(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return x + cast("Tensor", self.inner(x))


class Network(nn.Module):
    """Made for 32×32 px: patches of 4 px, a learned position for each."""

    def __init__(self, make: Callable[[], nn.Module], channels: int = 3) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.cut = nn.Conv2d(channels, WIDTH, PATCH, PATCH)
        self.cls = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.positions = nn.Parameter(torch.randn(1, COUNT + 1, WIDTH))
        self.fill(make)

    def fill(self, make: Callable[[], nn.Module]) -> None:
        self.blocks = nn.ModuleList(Block(make()) for _ in range(3))

    def body(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.cut(pixels).flatten(2).mT
        return self.body(torch.cat([self.cls, x], 1) + self.positions)[:, 0]


class Pairs(Network):
    """Attention and MLP side by side in a list that is never called (vit-pytorch)."""

    def fill(self, make: Callable[[], nn.Module]) -> None:
        self.blocks = nn.ModuleList(
            nn.ModuleList([make(), nn.Linear(WIDTH, WIDTH)]) for _ in range(3)
        )

    def body(self, x: Tensor) -> Tensor:
        for attention, mlp in cast("Any", self.blocks):
            x = x + attention(x)
            x = x + mlp(x)
        return x


class Flat(Network):
    """Residual parts in one sequence: attention, MLP, attention, MLP …"""

    def fill(self, make: Callable[[], nn.Module]) -> None:
        parts = [
            Residual(part)
            for _ in range(3)
            for part in (make(), nn.Linear(WIDTH, WIDTH))
        ]
        self.blocks = nn.Sequential(*parts)  # type: ignore[assignment]

    def body(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.blocks(x))


class Named(Network):
    """No container: block1, block2, block3."""

    def fill(self, make: Callable[[], nn.Module]) -> None:
        self.block1, self.block2, self.block3 = (Block(make()) for _ in range(3))

    def body(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.block3(self.block2(self.block1(x))))


class Keyed(Network):
    def fill(self, make: Callable[[], nn.Module]) -> None:
        self.layers = nn.ModuleDict({f"layer {i}": Block(make()) for i in range(3)})

    def body(self, x: Tensor) -> Tensor:
        for block in self.layers.values():
            x = block(x)
        return x


class Beside(Network):
    """A longer list of other parts beside the blocks."""

    def fill(self, make: Callable[[], nn.Module]) -> None:
        super().fill(make)
        self.decoder = nn.ModuleList(
            nn.Sequential(nn.Linear(WIDTH, WIDTH)) for _ in range(7)
        )


def ran(module: nn.Module) -> list[Any]:
    return [part for part in module.modules() if getattr(part, "kept", None)]


def require_exact(module: nn.Module, pixels: Tensor) -> vitviz.Trace:
    expected = module.eval()(pixels)[0]
    for part in ran(module):
        part.kept.clear()
    model = vitviz.wrap(module)
    trace = vitviz.trace(model, pixels)
    parts = ran(module)
    assert len(parts) == trace.num_layers == 3
    for layer, part in enumerate(parts):
        for head, weights in enumerate(part.kept[-1]):
            found = torch.from_numpy(trace.matrix(layer, head))
            torch.testing.assert_close(found, weights, rtol=0, atol=1e-5)
    assert float(torch.stack([p.kept[-1].max() for p in parts]).max()) > 5 / COUNT
    output = torch.as_tensor(trace.output)
    torch.testing.assert_close(output, expected, rtol=1e-4, atol=1e-5)
    return trace


def noise(channels: int = 3) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(1, channels, SIDE, SIDE, generator=generator)


@pytest.mark.parametrize("way", WAYS)
def test_attention_that_is_written_out(way: str) -> None:
    require_exact(Network(lambda: Attention(WAYS[way])), noise())


@pytest.mark.parametrize("options", [{}, {"need_weights": False}])
def test_attention_of_torch(options: dict[str, Any]) -> None:
    require_exact(Network(lambda: Multihead(**options)), noise())


@pytest.mark.parametrize("kind", [Pairs, Flat, Named, Keyed, Beside])
@pytest.mark.parametrize("way", ["matmul", "fused", "torch"])
def test_blocks_in_any_container(kind: type[Network], way: str) -> None:
    make = Multihead if way == "torch" else lambda: Attention(WAYS[way])
    trace = require_exact(kind(make), noise())
    assert trace.setup.prefix_names == ("cls",)


def test_attention_that_is_none_is_refused() -> None:
    module = Network(lambda: Attention(mixed_heads)).eval()
    with pytest.raises(UnsupportedModelError, match="3 of 3 blocks"):
        vitviz.trace(vitviz.wrap(module), noise())


def test_interventions_reach_attention_that_is_written_out() -> None:
    """A head that is switched off in the network's own code gives the same output."""
    module = Network(lambda: Attention(by_matmul)).eval()
    model = vitviz.wrap(module)
    off = Interventions(heads_off=(HeadsOff(1, (2,)),))
    found = vitviz.trace(model, noise(), interventions=off).output
    attention = cast("Any", module.blocks[1]).attention

    def without(own: Attention, *qkv: Tensor) -> tuple[Tensor, Tensor]:
        out, weights = by_matmul(own, *qkv)
        out = out.clone()
        out[:, :, 2] = 0
        return out, weights

    attention.attend = without
    expected = module(noise())[0]
    torch.testing.assert_close(torch.as_tensor(found), expected, rtol=1e-4, atol=1e-5)


def test_states_need_whole_blocks() -> None:
    make = lambda: Attention(by_matmul)  # noqa: E731
    model = vitviz.wrap(Pairs(make))
    trace = vitviz.trace(model, noise())
    with pytest.raises(UnsupportedModelError, match="Put both into one module"):
        states(model, trace, pixels=noise())
    model = vitviz.wrap(Network(make))
    assert len(states(model, vitviz.trace(model, noise()), pixels=noise()).values) == 4


@pytest.mark.parametrize("channels", [1, 2, 4, 12])
def test_other_channels_as_a_prepared_tensor(channels: int) -> None:
    module = Network(lambda: Attention(by_matmul), channels)
    trace = require_exact(module, noise(channels))
    assert trace.setup.picture.pixels.shape == (SIDE, SIDE, 3)
    model = vitviz.wrap(module)
    with pytest.raises(InputError, match=rf"\(1, {channels}, height, width\)"):
        vitviz.trace(model, noise(3))


def test_a_picture_for_one_channel_is_its_luminance() -> None:
    import numpy as np

    module = Network(Multihead, channels=1)
    picture = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    model = vitviz.wrap(module, mean=0.1307, std=0.3081)
    assert model.preprocessing.size == (SIDE, SIDE), "as its positions say"
    found = vitviz.trace(model, picture)
    grey = torch.from_numpy(picture / 255 @ [0.299, 0.587, 0.114]).float()
    prepared = vitviz.trace(model, (grey[None, None] - 0.1307) / 0.3081)
    torch.testing.assert_close(
        torch.as_tensor(found.output), torch.as_tensor(prepared.output)
    )


def test_a_picture_for_many_channels_is_refused() -> None:
    import numpy as np

    model = vitviz.wrap(Network(Multihead, channels=12))
    with pytest.raises(InputError, match="takes 12 channels, and picture has 3"):
        vitviz.trace(model, np.zeros((SIDE, SIDE, 3), np.uint8))


@pytest.mark.parametrize("is_eager", [False, True])
@pytest.mark.parametrize("library", ["timm", "transformers"])
def test_a_network_of_a_library_inside(library: str, is_eager: bool) -> None:
    """In a module of one's own, eager as well: its rows are those of the fused one."""
    torch.manual_seed(1)
    inner: Any
    if library == "timm":
        import timm

        inner = timm.create_model("vit_tiny_patch16_224", depth=2, img_size=64)
        for block in inner.blocks:
            block.attn.fused_attn = not is_eager
    else:
        import transformers

        config = transformers.ViTConfig(
            hidden_size=64, num_hidden_layers=2, num_attention_heads=2, image_size=64
        )
        config._attn_implementation = "eager" if is_eager else "sdpa"
        inner = transformers.ViTModel(config)

    class Mine(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = inner
            self.head = nn.LazyLinear(3)

        def forward(self, pixels: Tensor) -> Tensor:
            out = self.encoder(pixels)
            return cast("Tensor", self.head(getattr(out, "pooler_output", out)))

    module = Mine().eval()
    pixels = torch.randn(1, 3, 64, 64)
    module(pixels)
    trace = vitviz.trace(vitviz.wrap(module), pixels)
    assert (trace.num_layers, trace.num_tokens) == (2, 17)
    alone = vitviz.trace(vitviz.wrap(inner), pixels)
    for layer in range(2):
        found, expected = trace.matrix(layer, 1), alone.matrix(layer, 1)
        torch.testing.assert_close(
            torch.from_numpy(found), torch.from_numpy(expected), rtol=0, atol=1e-6
        )


@pytest.mark.parametrize(
    ("kind", "mean"),
    [
        ("ViT", (0.5, 0.5, 0.5)),
        ("Dinov2", (0.485, 0.456, 0.406)),
        ("ViTMSN", (0.485, 0.456, 0.406)),
        ("CLIPVision", (0.48145466, 0.4578275, 0.40821073)),
        ("SiglipVision", (0.5, 0.5, 0.5)),
    ],
)
def test_statistics_are_those_a_kind_was_published_with(
    kind: str, mean: tuple[float, ...]
) -> None:
    import transformers

    config = getattr(transformers, f"{kind}Config")(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=48,
        image_size=48,
        patch_size=16,
    )
    module = getattr(transformers, f"{kind}Model")(config)
    own = vitviz.wrap(module).preprocessing
    assert own.mean == pytest.approx(mean)
    assert own.size == (48, 48)
    given = vitviz.wrap(module, mean=0.25, std=0.5).preprocessing
    assert (given.mean, given.std) == ((0.25,) * 3, (0.5,) * 3)
