"""`vitviz export --query pool`: the row of a pooling head, as figure and numbers."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import torch

from tests.models.test_pool import sharpened, siglip
from vitviz.cli.main import main
from vitviz.models.load import load_model
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.pictures.source import load_image

Row = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SigLIP vision tower with sharp random weights, as transformers saves it."""
    module = siglip()
    sharpened(module, module.get_submodule("head"))
    path = tmp_path_factory.mktemp("models") / "siglip"
    cast("Any", module).save_pretrained(path)
    return path


@pytest.fixture(scope="module")
def expected(folder: Path, photo: Path) -> Row:
    """(H, N): what torch's own attention returns for the probe, unfused."""
    import transformers

    model, image = load_model(folder), load_image(photo)
    pixels = prepare(
        image,
        placement_for(image.size, model.preprocessing, model.info.patch_size),
        model.preprocessing,
    )
    module = transformers.SiglipVisionModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        states = module(torch.from_numpy(pixels)[None]).last_hidden_state
        head = cast("Any", module).head
        _, weights = head.attention(
            head.probe, states, states, need_weights=True, average_attn_weights=False
        )
    found: Row = weights[0, :, 0].numpy()
    assert found.max() > 10 / found.shape[1]
    return found


def export(photo: Path, folder: Path, output: Path, *options: str) -> int:
    arguments = ["export", str(photo), "-o", str(output), "--model", str(folder)]
    return main([*arguments, "--query", "pool", *options])


def test_numbers(folder: Path, photo: Path, tmp_path: Path, expected: Row) -> None:
    assert export(photo, folder, tmp_path / "a.npz", "--head", "all") == 0
    with np.load(tmp_path / "a.npz", allow_pickle=False) as data:
        np.testing.assert_allclose(data["attention"][0, :, 0], expected, atol=1e-5)
        assert data["queries"].tolist() == [-1]
        assert data["layers"].tolist() == [2]
        meta = json.loads(str(data["meta"]))
    assert meta["options"]["query"] == "pool"
    assert meta["model"]["num_pool_heads"] == 3
    assert export(photo, folder, tmp_path / "a.csv", "--head", "max") == 0
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["query"] for row in rows} == {"pool"}
    values = [float(row["value"]) for row in rows]
    np.testing.assert_allclose(values, expected.max(0), atol=1e-5)


def test_figures_say_pool(folder: Path, photo: Path, tmp_path: Path) -> None:
    for name in ("a.svg", "a.png", "a.gif"):
        assert export(photo, folder, tmp_path / name, "--caption") == 0
    drawn = (tmp_path / "a.svg").read_text("utf-8")
    assert "query: pool" in drawn
    assert "query pool" in drawn
    options = ("--head", "all", "--scale", "shared", "--caption")
    assert export(photo, folder, tmp_path / "wall.png", *options) == 0
    with PIL.Image.open(tmp_path / "wall.png") as made:
        assert min(made.size) > 100


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        pytest.param(
            ("--layer", "0"), "reads the tokens of the last layer", id="layer"
        ),
        pytest.param(("--layer", "all"), "ask for layer 2", id="all layers"),
        pytest.param(("--head", "3"), "There is no head 3", id="head"),
        pytest.param(
            ("--method", "rollout"),
            "cannot begin at the query of a pooling",
            id="rollout",
        ),
    ],
)
def test_what_it_cannot_show_is_one_sentence(
    options: tuple[str, ...],
    reason: str,
    folder: Path,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert export(photo, folder, tmp_path / "a.png", *options) == 2
    assert reason in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "a.png").exists()


def test_a_model_without_one_says_so(
    photo: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(photo, model_folder, tmp_path / "a.png") == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "has no pooling head, so there is no query “pool”" in said
    assert "one of: cls" in said
