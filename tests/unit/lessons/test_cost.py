"""What doubling the tokens costs, by arithmetic."""

from __future__ import annotations

from pathlib import Path

import pytest

import vitviz
from vitviz.attention.trace import Trace
from vitviz.lessons import cost
from vitviz.lessons.cost import Timing


@pytest.fixture(scope="module")
def trace(model_folder: Path, photo: Path) -> Trace:
    made: Trace = vitviz.trace(vitviz.load_model(str(model_folder)), str(photo))
    return made


def test_doubling_the_tokens() -> None:
    def pair(second_attention: float, slower: float = 1.0) -> tuple[Timing, Timing]:
        return (
            Timing(14, 14, 196, slower * 0.010, slower * 0.050),
            Timing(14, 28, 392, slower * second_attention, slower * 0.125),
        )

    # in the last round all is slower, which leaves ratios as they are
    found = cost.growth([pair(0.041), pair(0.090), pair(0.035, slower=3.0)])
    assert found.tokens == (196, 392)
    assert found.predicted_attention == 4.0
    assert found.predicted_rest == 2.0
    attention = found.measured_attention
    assert attention.middle == pytest.approx(4.1)
    assert (attention.low, attention.high) == pytest.approx((3.5, 9.0))
    assert found.measured_rest.middle == pytest.approx(0.084 / 0.040)
    assert found.predicted_whole == pytest.approx((4 * 0.010 + 2 * 0.040) / 0.050)
    assert found.measured_whole.middle == pytest.approx(2.5)
    middle = cost.middle([pair(0.041)[1], pair(0.090)[1], pair(0.035)[1]])
    assert middle.attention_s == 0.041
    assert middle.rest_s == pytest.approx(0.084)


def test_memory(trace: Trace) -> None:
    layers, heads, n = trace.num_layers, trace.num_heads, trace.num_tokens
    assert cost.written_out_bytes(layers, heads, n) == sum(
        trace.matrix(layer, head).nbytes
        for layer in range(layers)
        for head in range(heads)
    )
