"""What a pass costs, counted and predicted: which part grows with N, which with N².

For one layer of width W = H·d with an MLP of width M (multiply-adds count as two):

    projections and MLP    2·N·(4·W² + 2·W·M)     grows with N
    attention              4·N²·W                 grows with N²

Memory of attention: the matrix written out takes H·N² numbers a layer; q, k and v take
3·N·W, and the fused kernel needs nothing larger.
"""

from __future__ import annotations

from dataclasses import dataclass

FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Timing:
    """One measured pass: the best of several, in seconds."""

    rows: int
    cols: int
    num_tokens: int
    attention_s: float
    """Inside the attention calls of all layers."""
    whole_s: float

    @property
    def rest_s(self) -> float:
        """Projections, MLPs and everything else."""
        return self.whole_s - self.attention_s


@dataclass(frozen=True, slots=True)
class Growth:
    """Two passes compared: what was predicted and what was measured."""

    tokens: tuple[int, int]
    predicted_attention: float
    """(N′/N)²."""
    measured_attention: float
    predicted_rest: float
    """N′/N."""
    measured_rest: float
    predicted_whole: float
    """Each part of the first pass grown by its own law."""
    measured_whole: float


def growth(first: Timing, second: Timing) -> Growth:
    """How `second` compares with `first`."""
    ratio = second.num_tokens / first.num_tokens
    whole = predicted(first, second.num_tokens)
    return Growth(
        (first.num_tokens, second.num_tokens),
        ratio**2,
        second.attention_s / first.attention_s,
        ratio,
        second.rest_s / first.rest_s,
        sum(whole) / first.whole_s,
        second.whole_s / first.whole_s,
    )


def predicted(base: Timing, num_tokens: int) -> tuple[float, float]:
    """(attention, rest) in seconds for N tokens, grown from one measured pass."""
    ratio = num_tokens / base.num_tokens
    return base.attention_s * ratio**2, base.rest_s * ratio


def written_out_bytes(num_layers: int, num_heads: int, num_tokens: int) -> int:
    """All attention matrices of a pass in float32, if they were written out."""
    return num_layers * num_heads * num_tokens**2 * FLOAT_BYTES


def factor_bytes(num_layers: int, width: int, num_tokens: int) -> int:
    """q, k and v of all layers in float32."""
    return num_layers * 3 * num_tokens * width * FLOAT_BYTES
