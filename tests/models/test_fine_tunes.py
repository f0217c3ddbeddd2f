"""Fine-tunes open with the right backbone: equal rows, and classes where they are sure.

12 ways to wrap × 6 heads × 5 libraries' backbones; the whole is long.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

import vitviz
from tests.models.fine_tunes import (
    CLASSES,
    HEADS_OF,
    LIBRARIES,
    WRAPPERS,
    Network,
    pixels,
    reference,
)

# Libraries whose own networks have their head where it can be told to be theirs.
_WITH_CLASSES = {"torchvision", "timm", "transformers", "OpenMMLab"}
_ALL = list(itertools.product(WRAPPERS, HEADS_OF, LIBRARIES))
# A square of which each wrapper meets each library, each head some of both.
_QUICK = {
    (wrapper, [*HEADS_OF][(i + j) % 6], library)
    for i, wrapper in enumerate(WRAPPERS)
    for j, library in enumerate(LIBRARIES)
    if (i + j) % 2 == 0
}


def made(head: str, library: str) -> Network:
    torch.manual_seed(7)
    return LIBRARIES[library](HEADS_OF[head][0]())


@pytest.mark.parametrize(
    ("wrapper", "head", "library"),
    [
        pytest.param(*case, marks=() if case in _QUICK else pytest.mark.long)
        for case in _ALL
    ],
)
def test_a_fine_tune_opens(
    wrapper: str, head: str, library: str, tmp_path: Path
) -> None:
    network = made(head, library)
    state = {n: t.detach().clone() for n, t in network.whole.items()}
    path = tmp_path / "mine.ckpt"
    torch.save(WRAPPERS[wrapper](state, network, tmp_path), path)
    model = vitviz.load_model(path, device="cpu")
    trace = vitviz.trace(model, pixels())
    worst = 0.0
    for layer, expected in enumerate(reference(network)):
        for head_number, matrix in enumerate(expected):
            found = torch.as_tensor(trace.matrix(layer, head_number))
            worst = max(worst, float((found - matrix).abs().max()))
    assert worst < 1e-5
    is_sure = HEADS_OF[head][1] and library in _WITH_CLASSES
    if (head, library) == ("dropout, linear", "OpenMMLab"):
        is_sure = False  # none of its own heads has such names
    assert model.info.has_head == is_sure
    if is_sure:
        with torch.no_grad():
            expected = network.module(pixels())
        assert len(model.info.labels or ()) == CLASSES
        logits = torch.as_tensor(trace.logits)
        torch.testing.assert_close(logits, expected[0], rtol=1e-4, atol=1e-4)
    elif head != "none":
        said = " ".join([*model.info.assumed, *model.info.set_aside])
        assert "head" in said or "classifier" in said
