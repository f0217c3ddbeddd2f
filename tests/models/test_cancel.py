"""Two hundred runs are cancelled at random moments; the next run is right."""

from __future__ import annotations

import logging
import random
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import vitviz
from vitviz.errors import Cancelled

SIDES_PX = (112, 224, 448, 592)
"""The last has 1,370 tokens."""
PATIENCE_S = 0.15


@pytest.mark.alone
@pytest.mark.parametrize(
    "count",
    [
        pytest.param(8, id="short"),
        pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(1800)]),
    ],
)
def test_cancelling_takes_a_block_at_most(
    model_folder: Path, photo: Path, count: int
) -> None:
    chance = random.Random(5)
    model = vitviz.load_model(str(model_folder))
    whole: dict[int, vitviz.Trace] = {}
    seconds: dict[int, float] = {}
    blocks: dict[int, float] = {}
    for side in SIDES_PX:
        times = [time.perf_counter()]
        whole[side] = vitviz.trace(
            model,
            str(photo),
            size=side,
            on_layer=lambda *_, times=times: times.append(time.perf_counter()),
        )
        seconds[side] = time.perf_counter() - times[0]
        blocks[side] = float(np.diff([*times, time.perf_counter()]).max())
    waited, allowed, num_cancelled = [], [], 0
    for number in range(count):
        side = SIDES_PX[number % len(SIDES_PX)]
        asked = threading.Event()
        moment: list[float] = []

        def cancel(asked: threading.Event, moment: list[float]) -> None:
            moment.append(time.perf_counter())
            asked.set()

        delay_s = chance.uniform(0, seconds[side])
        timer = threading.Timer(delay_s, cancel, (asked, moment))
        timer.start()
        try:
            vitviz.trace(model, str(photo), size=side, is_cancelled=asked.is_set)
        except Cancelled:
            num_cancelled += 1
            waited.append(time.perf_counter() - moment[0])
            allowed.append(max(PATIENCE_S, 2 * blocks[side]))
        finally:
            timer.cancel()
            timer.join()
        if number % 20 == 0:
            again = vitviz.trace(model, str(photo), size=side)
            assert np.array_equal(again.row(3, 0), whole[side].row(3, 0))
    logging.getLogger(__name__).warning(
        "%d of %d cancelled, p95 %.0f ms, longest %.0f ms",
        num_cancelled,
        count,
        1000 * np.percentile(waited, 95),
        1000 * max(waited),
    )
    assert num_cancelled >= count // 4
    shares = np.array(waited) / np.array(allowed)
    assert np.percentile(shares, 95) <= 1
