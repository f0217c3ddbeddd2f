"""Every architecture vitviz is to show, built offline and made sharp.

A `Case` builds a network of random weights at full width and depth 3, and knows how to
make it hand out its own attention weights: timm's unfused path, torchvision's
`need_weights=True`, transformers' eager attention. `compare` reads a trace in every way
there is and holds it against them, one layer at a time, so that no size is too large.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from tests.models.sharpen import require_sharp

TOLERANCE = 1e-5
DEPTH = 3
SPREAD = 2.5
"""Standard deviation of the scaled scores that networks are sharpened to."""
Watch = Callable[[int, Tensor], None]
"""Called with (layer, its weights (H, N, N)) in the order of the layers."""
Size = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """An architecture, what is known of it, and where its weights can be read."""

    name: str
    library: str
    family: str
    prefix: tuple[str, ...]
    build: Callable[[], nn.Module]
    watch: Callable[[nn.Module, Tensor, Watch], None]
    """(network, pixels (1, 3, H, W), watch): its own weights, layer by layer."""
    num_extras: int = 0
    is_quick: bool = False
    """Whether it is tried on every commit; the others by `make test-long`."""
    windowed: frozenset[int] = frozenset()
    """Layers whose attention stays in windows."""


@dataclass
class Found:
    """What a case showed at one size."""

    size: Size
    num_tokens: int
    num_prefix_tokens: int
    grid: tuple[int, int]
    worst: float = 0.0
    """Largest difference from the network's own weights."""
    error: float = 0.0
    """`Trace.max_error`."""


def sizes(model: vitviz.Model) -> dict[str, Size]:
    """(width, height) of its own, a larger square one, one that is not square."""
    width, height = model.preprocessing.size
    across, down = model.info.patch_size
    larger = max(width + 2 * across, height + 2 * down)
    return {
        "own": (width, height),
        "larger": (larger, larger),
        "not square": (8 * across, 5 * down),
    }


def compare(case: Case, module: nn.Module, size: Size) -> Found:
    """Hold a trace at `size` against the network's own weights, all of them."""
    generator = torch.Generator().manual_seed(size[0] * 31 + size[1])
    pixels = torch.randn(1, 3, size[1], size[0], generator=generator)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    made = vitviz.trace(vitviz.wrap(module), pixels)
    after = module.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert made.setup.prefix_names == case.prefix
    assert len(made.extras) == case.num_extras
    found = Found(size, made.num_tokens, made.num_prefix_tokens, made.grid)
    found.error = made.max_error
    assert found.error <= TOLERANCE
    seen: list[int] = []

    def watch(layer: int, weights: Tensor) -> None:
        seen.append(layer)
        if layer in case.windowed:
            return
        assert weights.shape == (made.num_heads, made.num_tokens, made.num_tokens)
        require_sharp(weights)
        found.worst = max(found.worst, _difference(made, layer, weights))

    case.watch(copy.deepcopy(module), pixels, watch)
    assert seen == list(range(made.num_layers))
    assert found.worst <= TOLERANCE
    return found


def _difference(made: vitviz.Trace, layer: int, weights: Tensor) -> float:
    worst = 0.0
    for start, part in made.tiles(layer):
        rows = torch.from_numpy(part)  # (H, b, N)
        own = weights[:, start : start + rows.shape[1]]
        worst = max(worst, float((rows - own).abs().max()))
    last = made.num_tokens - 1
    for token in (0, last // 2, last):
        row = torch.from_numpy(made.row(layer, token))
        torch.testing.assert_close(row.sum(-1), torch.ones(len(row)))
        column = torch.from_numpy(made.column(layer, token))
        for found, own in ((row, weights[:, token]), (column, weights[:, :, token])):
            worst = max(worst, float((found - own).abs().max()))
    return worst


# -- random weights that look somewhere -------------------------------------------


def sharpen_to(module: nn.Module, run: Callable[[nn.Module], object]) -> None:
    """Random tables and biases, and scores whose spread is `SPREAD` in every layer.

    run : a forward pass on an input of any size.
    """
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            is_table = any(
                part in name for part in ("pos_embed", "position", "token", "rel_pos")
            )
            if is_table and parameter.dim() > 1:
                parameter.normal_(0, 0.5)
            elif name.endswith("bias") and parameter.dim() == 1:
                parameter.normal_(0, 0.1)
        attentions = _attentions(module)
        spreads = _spreads(module, attentions, run)
        for attention, spread in zip(attentions, spreads, strict=True):
            _scale(attention, (SPREAD / spread) ** 0.5)


def _attentions(module: nn.Module) -> list[nn.Module]:
    """The parts that make queries and keys, in order."""
    found = []
    for part in module.modules():
        names = {name for name, _ in part.named_children()} | set(part._parameters)
        is_joint = bool(names & {"qkv", "in_proj_weight"})
        if is_joint or (names & {"q_proj", "query"} and names & {"k_proj", "key"}):
            found.append(part)
    return found


def _spreads(
    module: nn.Module, attentions: list[nn.Module], run: Callable[[nn.Module], object]
) -> list[float]:
    """Standard deviation of q·k·scale, a number for each attention."""
    found: dict[int, float] = {}
    current: list[int] = []
    plain = F.scaled_dot_product_attention

    def recorder(q: Tensor, k: Tensor, *args: Any, **options: Any) -> Tensor:  # noqa: ANN401
        scale = options.get("scale") or q.shape[-1] ** -0.5
        if current and k.shape[-3:-2] == q.shape[-3:-2]:
            found[current[-1]] = float((q @ k.mT * scale).std())
        return plain(q, k, *args, **options)

    with contextlib.ExitStack() as stack:
        torch.backends.mha.set_fastpath_enabled(False)
        stack.callback(torch.backends.mha.set_fastpath_enabled, True)
        for index, part in enumerate(attentions):
            for handle in (
                part.register_forward_pre_hook(
                    lambda _m, _a, index=index: current.append(index)
                ),
                part.register_forward_hook(lambda _m, _a, _o: current.clear()),
            ):
                stack.callback(handle.remove)
        stack.callback(setattr, F, "scaled_dot_product_attention", plain)
        F.scaled_dot_product_attention = recorder  # type: ignore[assignment]
        run(module)
    return [found.get(index, SPREAD) for index in range(len(attentions))]


def _scale(attention: nn.Module, factor: float) -> None:
    """Queries and keys, each `factor` times as long."""
    parameters = dict(attention.named_parameters())
    normed = [n for n in parameters if n in ("q_norm.weight", "k_norm.weight")]
    for name, parameter in parameters.items():
        is_weight = "q_norm" not in name and "k_norm" not in name
        if normed:
            if name in normed:
                parameter.mul_(factor)
        elif name in ("qkv.weight", "in_proj_weight", "qkv.bias", "in_proj_bias"):
            parameter[: 2 * parameter.shape[0] // 3] *= factor
        elif is_weight and name.startswith(("q_", "k_", "query.", "key.")):
            parameter.mul_(factor)
