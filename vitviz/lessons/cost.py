"""Cost of a forward pass, predicted and measured: what grows with N, what with N².

For one layer of width W = H·d with an MLP of width M, in operations (a multiply-add
counts as two):

    projections and MLP    2·N·(4·W² + 2·W·M)     grows with N
    attention              4·N²·W                 grows with N²

Memory of attention, in numbers a layer: the matrix written out takes H·N²; q, k and v
take 3·N·W, and the fused kernel needs nothing larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

# Bytes of a number in float32.
FLOAT_BYTES = 4


@dataclass(frozen=True, slots=True)
class Timing:
    """The measured seconds of one forward pass.

    rows, cols : of the grid of patches.
    attention_s : inside the attention calls of all layers.
    whole_s : of the whole pass.
    """

    rows: int
    cols: int
    num_tokens: int
    attention_s: float
    whole_s: float

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, cols) of patches."""
        return self.rows, self.cols

    @property
    def rest_s(self) -> float:
        """Seconds of everything but attention: projections, MLPs and the rest."""
        return self.whole_s - self.attention_s


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ratio of two times: median over the rounds, smallest and largest."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Growth:
    """The time of a pass with N′ tokens ÷ that with N, predicted and measured.

    tokens : (N, N′).
    predicted_attention : (N′/N)².
    predicted_rest : N′/N.
    predicted_whole : both parts of the first pass, each times its own ratio, ÷ it.
    """

    tokens: tuple[int, int]
    predicted_attention: float
    measured_attention: Ratio
    predicted_rest: float
    measured_rest: Ratio
    predicted_whole: float
    measured_whole: Ratio


def growth(rounds: Sequence[tuple[Timing, Timing]]) -> Growth:
    """Return the ratios of the second pass to the first, over all rounds.

    rounds : (first, second) passes that were timed one after the other. What slows the
        machine for a while slows both passes of a round, so that ratios are taken
        within rounds; their median counts.
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
    """Return the median of passes over one grid, of attention and of the rest."""
    attention = median(one.attention_s for one in timings)
    rest = median(one.rest_s for one in timings)
    return replace(timings[0], attention_s=attention, whole_s=attention + rest)


def _ratio(found: Sequence[float]) -> Ratio:
    """Return median, smallest and largest of the rounds' ratios."""
    return Ratio(median(found), min(found), max(found))


def predicted(base: Timing, num_tokens: int) -> tuple[float, float]:
    """Return (attention, rest) in seconds for N tokens, from one measured pass."""
    ratio = num_tokens / base.num_tokens
    return base.attention_s * ratio**2, base.rest_s * ratio


def written_out_bytes(num_layers: int, num_heads: int, num_tokens: int) -> int:
    """Return the bytes of all attention matrices of a pass, stored in float32."""
    return num_layers * num_heads * num_tokens**2 * FLOAT_BYTES
