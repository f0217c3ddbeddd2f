"""What a pass costs, counted and predicted: which part grows with N, which with N².

For one layer of width W = H·d with an MLP of width M (multiply-adds count as two):

    projections and MLP    2·N·(4·W² + 2·W·M)     grows with N
    attention              4·N²·W                 grows with N²

Memory of attention: the matrix written out takes H·N² numbers a layer; q, k and v take
3·N·W, and the fused kernel needs nothing larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Timing:
    """One measured pass, in seconds."""

    rows: int
    cols: int
    num_tokens: int
    attention_s: float
    """Inside the attention calls of all layers."""
    whole_s: float

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, cols) of patches."""
        return self.rows, self.cols

    @property
    def rest_s(self) -> float:
        """Projections, MLPs and everything else."""
        return self.whole_s - self.attention_s


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long, in the middle round, and in the two outermost."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Two passes compared: what was predicted and what was measured."""

    tokens: tuple[int, int]
    predicted_attention: float
    """(N′/N)²."""
    measured_attention: Ratio
    predicted_rest: float
    """N′/N."""
    measured_rest: Ratio
    predicted_whole: float
    """Each part of the first pass grown by its own law."""
    measured_whole: Ratio


def growth(rounds: Sequence[tuple[Timing, Timing]]) -> Growth:
    """How the second pass compares with the first, taken together round by round.

    What disturbs the machine for a while falls on both passes of a round; of the
    rounds' ratios the middle one counts.
    """
    first, second = (middle([one[i] for one in rounds]) for i in (0, 1))
    ratio = second.num_tokens / first.num_tokens
    whole = predicted(first, second.num_tokens)
    return Growth(
        (first.num_tokens, second.num_tokens),
        ratio**2,
        _ratio([b.attention_s / a.attention_s for a, b in rounds]),
        ratio,
        _ratio([b.rest_s / a.rest_s for a, b in rounds]),
        sum(whole) / first.whole_s,
        _ratio([b.whole_s / a.whole_s for a, b in rounds]),
    )


def middle(timings: Sequence[Timing]) -> Timing:
    """The middle of several passes over one grid, attention and the rest apart."""
    attention = median(one.attention_s for one in timings)
    rest = median(one.rest_s for one in timings)
    return replace(timings[0], attention_s=attention, whole_s=attention + rest)


def _ratio(found: Sequence[float]) -> Ratio:
    return Ratio(median(found), min(found), max(found))


def predicted(base: Timing, num_tokens: int) -> tuple[float, float]:
    """(attention, rest) in seconds for N tokens, grown from one measured pass."""
    ratio = num_tokens / base.num_tokens
    return base.attention_s * ratio**2, base.rest_s * ratio


def written_out_bytes(num_layers: int, num_heads: int, num_tokens: int) -> int:
    """All attention matrices of a pass in float32, if they were written out."""
    return num_layers * num_heads * num_tokens**2 * FLOAT_BYTES
