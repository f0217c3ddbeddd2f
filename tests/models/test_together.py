"""Traces made in one pass: each equals the library's own attention of its picture."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.families import TOLERANCE, Case, sizes
from tests.models.sharpen import require_sharp
from tests.models.table import CASES
from vitviz.attention import run, together
from vitviz.attention.prepare import set_up
from vitviz.attention.trace import Setup
from vitviz.cli.main import main
from vitviz.models.catalogue.embedded import FLEXI_NAME

SIZE = "not square"
COUNT = 3


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case.library}-{case.name}",
            marks=() if case.is_quick else pytest.mark.long,
        )
        for case in CASES
    ],
)
def test_each_picture_gets_the_networks_own_attention(case: Case) -> None:
    network = case.build()
    model = vitviz.wrap(network)
    size = sizes(model)[SIZE]
    generator = torch.Generator().manual_seed(4)
    shape = (1, 3, size[1], size[0])
    images = [torch.randn(shape, generator=generator) for _ in range(COUNT)]
    made = together.trace_together(model, [set_up(model, one) for one in images])
    if made is None:  # timm's SAM has pictures and heads in one axis: one by one
        assert case.name.startswith("samvit")
        return
    assert len(made) == COUNT
    for image, one in zip(images, made, strict=True):
        seen: list[int] = []

        def watch(
            layer: int,
            weights: Tensor,
            one: vitviz.Trace = one,
            seen: list[int] = seen,
        ) -> None:
            seen.append(layer)
            if layer in case.windowed:
                return
            require_sharp(weights)
            for query in (0, one.num_tokens // 2, one.num_tokens - 1):
                row = torch.from_numpy(one.row(layer, query))
                assert float((row - weights[:, query]).abs().max()) <= TOLERANCE

        case.watch(copy.deepcopy(network), image, watch)
        assert seen == list(range(one.num_layers))
        assert one.setup.prefix_names == case.prefix
        assert len(one.extras) == case.num_extras
        assert one.output is not None
        with torch.inference_mode():
            with model.adapter.ready(size):
                own = model.adapter.forward(image)[0].reshape(-1)
        np.testing.assert_allclose(one.output, own.numpy(), atol=1e-4)
        assert one.max_error <= TOLERANCE


def folder(place: Path, photo: Path) -> Path:
    """Five pictures, two of which come to another size, and one that is none."""
    place.mkdir()
    with PIL.Image.open(photo) as picture:
        for index in range(5):
            turned = picture.convert("RGB").rotate(30 * index)
            if index in (1, 4):
                turned = turned.resize((320, 160))
            turned.save(place / f"{index}.png")
    (place / "2b.png").write_bytes(b"no picture")
    return place


def rows_of(place: Path) -> dict[str, np.ndarray]:
    """The rows of every file of an export."""
    found = {}
    for path in sorted(place.glob("*.npz")):
        with np.load(path) as file:
            found[path.stem] = file["attention"]
    return found


def test_a_folder_goes_through_together_and_its_files_are_the_same(
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pictures = folder(tmp_path / "pictures", photo)
    passes: list[int] = []
    traced = together.trace_together

    def counted(
        model: vitviz.Model, inputs: Sequence[tuple[Setup, Tensor]]
    ) -> list[vitviz.Trace] | None:
        passes.append(len(inputs))
        return traced(model, inputs)

    monkeypatch.setattr(together, "trace_together", counted)
    arguments = ["export", str(pictures), "--fit", "whole", "--model", FLEXI_NAME]
    arguments += ["--format", "npz", "-o"]
    assert main([*arguments, str(tmp_path / "a")]) != 0
    said = capsys.readouterr().err
    # of the four that wait first one is none, and one has a size of its own
    assert passes == [2]
    assert "2b.png" in said
    told = [line.split("]")[0] for line in said.splitlines() if line[0] == "["]
    assert sorted(told) == told  # in their order, whatever went together
    monkeypatch.setattr(together, "MOST", 1)
    assert main([*arguments, str(tmp_path / "b")]) != 0
    assert passes == [2]
    assert said.replace("/a/", "/b/").replace("/a;", "/b;") == capsys.readouterr().err
    first, second = rows_of(tmp_path / "a"), rows_of(tmp_path / "b")
    assert first.keys() == second.keys() == {"0", "1", "2", "3", "4"}
    for name, rows in first.items():
        np.testing.assert_array_equal(rows, second[name])


class OneOnly(nn.Module):
    """A network that takes no batch."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        assert len(pixels) == 1, "one picture at a time"
        found: Tensor = self.network(pixels)
        return found


def test_what_fails_together_is_left_to_single_runs() -> None:
    network = next(c for c in CASES if c.name == "vit_tiny_patch16_224").build()
    model = vitviz.wrap(OneOnly(network))
    images = [torch.randn(1, 3, 224, 224) for _ in range(2)]
    inputs = [set_up(model, one) for one in images]
    assert together.trace_together(model, inputs) is None
    assert run.trace(model, images[0]).num_layers == 3
    other = torch.randn(1, 3, 160, 160)
    model = vitviz.wrap(network)
    inputs = [set_up(model, one) for one in (images[0], other)]
    assert together.trace_together(model, inputs) is None


def test_no_more_go_together_than_memory_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = vitviz.load_model(FLEXI_NAME).info
    assert together.num_together(info, 197) == together.MOST
    assert together.num_together(info, 1370) == 1
    monkeypatch.setattr(together, "free_bytes", lambda _: 5 * 10**6)
    assert together.num_together(info, 197) == 1
