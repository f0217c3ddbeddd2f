"""Biases that are kept in parts say what the network's own whole array says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vitviz
from vitviz.attention import capture
from vitviz.attention.capture import AxesBias, OffsetBias, WholeBias, keep_bias
from vitviz.errors import BudgetError

GRID = (9, 14)


def by_offset(num_prefix: int, heads: int = 12) -> Tensor:
    """(H, N, N) written out pair by pair from a random table."""
    rows, cols = GRID
    generator = torch.Generator().manual_seed(3)
    table = torch.randn(heads, 2 * rows - 1, 2 * cols - 1, generator=generator)
    count = num_prefix + rows * cols
    whole = torch.randn(heads, count, count, generator=generator)
    for i in range(rows * cols):
        for j in range(rows * cols):
            down = i // cols - j // cols + rows - 1
            across = i % cols - j % cols + cols - 1
            whole[:, num_prefix + i, num_prefix + j] = table[:, down, across]
    return whole


def by_axes() -> Tensor:
    """(H, N, N) as SAM's: a value for the key's row plus one for its column."""
    rows, cols = GRID
    generator = torch.Generator().manual_seed(4)
    down = torch.randn(12, rows * cols, rows, 1, generator=generator)
    across = torch.randn(12, rows * cols, 1, cols, generator=generator)
    return (down + across).flatten(2)


@pytest.mark.parametrize(
    ("whole", "kind"),
    [
        (by_offset(0), OffsetBias),
        (by_offset(1), OffsetBias),
        (by_offset(5), OffsetBias),
        (by_axes(), AxesBias),
        (torch.randn(12, 126, 126), WholeBias),
    ],
    ids=["offsets", "offsets, cls", "offsets, registers", "axes", "anything"],
)
def test_parts_say_what_the_whole_says(
    whole: Tensor, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "MIN_BYTES", 0)
    bias = keep_bias(whole, GRID)
    assert type(bias) is kind
    count = whole.shape[-1]
    assert_same(bias.rows(slice(None)), whole)
    assert_same(bias.rows(slice(3, 17)), whole[:, 3:17])
    some = torch.tensor([0, count - 1, 7, 7, 40])
    assert_same(bias.rows(some), whole[:, some])
    for key in (0, 1, 6, count // 2, count - 1):
        assert_same(bias.column(key), whole[:, :, key])
    index: list[Any] = [slice(4, 5), [2, 7, 3]]
    for heads in index:
        assert_same(bias.of_heads(heads).rows(some), whole[heads][:, some])
        assert_same(bias.of_heads(heads).column(9), whole[heads][:, :, 9])
    if kind is not WholeBias:
        assert sum(part.nbytes for part in bias.parts()) < whole.nbytes / 3


def assert_same(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_one_wrong_value_and_it_is_kept_whole() -> None:
    whole = by_offset(1, heads=64)
    sampled = range(0, whole.shape[-1], max(1, whole.shape[-1] // 16))
    whole[5, sampled[3], 60] += 0.1
    assert type(keep_bias(whole, GRID)) is WholeBias


@pytest.mark.parametrize("shape", [(1, 1, 127), (127, 127), (1, 127, 127)])
def test_what_broadcasts_stays_as_it_is(shape: tuple[int, ...]) -> None:
    mask = torch.randn(shape)
    bias = keep_bias(mask, GRID)
    expected = mask.expand(3, 127, 127)
    assert_same(bias.rows(torch.tensor([5])).expand(3, 1, 127), expected[:, [5]])
    assert_same(bias.column(9).expand(3, 127), expected[:, :, 9])


class Own(nn.Module):
    """A network that adds any bias at all, too large to be kept."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 8, 8)
        self.blocks = nn.ModuleList(Block() for _ in range(2))

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.patch(pixels).flatten(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        pooled: Tensor = x.mean(1)
        return pooled


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(2, (3, 2, 4)).permute(2, 0, 3, 1, 4)
        noise = torch.randn(1, 2, x.shape[1], x.shape[1])
        out = nn.functional.scaled_dot_product_attention(q, k, v, noise)
        added: Tensor = x + out.transpose(1, 2).flatten(2)
        return added


def test_a_bias_without_structure_is_refused_with_the_number() -> None:
    model = vitviz.wrap(Own())
    assert vitviz.trace(model, torch.randn(1, 3, 128, 128)).max_error < 1e-5
    with pytest.raises(BudgetError, match="256 MiB"):
        vitviz.trace(model, torch.randn(1, 3, 560, 560))


@pytest.mark.long
def test_sam_at_its_own_size() -> None:
    """4,096 tokens: one layer's bias, whole, would take 805 MB."""
    import timm

    module = timm.create_model("samvit_base_patch16", depth=2, global_attn_indexes=(1,))
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if "rel_pos" in name:
                parameter.normal_(0, 0.5)
    trace = vitviz.trace(vitviz.wrap(module), torch.randn(1, 3, 1024, 1024))
    assert trace.max_error < 1e-5
    assert trace.num_bytes < 100e6
