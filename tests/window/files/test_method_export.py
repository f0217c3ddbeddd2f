"""`vitviz export --method` against eager attention, the API and the window."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import torch
from pytestqt.qtbot import QtBot
from transformers import ViTModel

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.cli.main import main
from vitviz.domain.methods import METHODS
from vitviz.explain.run_method import run
from vitviz.models.load import load_model
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.pictures.source import load_image

ACROSS = [name for name, method in METHODS.items() if not method.is_layerwise]
LAYERWISE = [name for name, method in METHODS.items() if method.is_layerwise]


def export(photo: Path, model: Path, output: Path, *options: str) -> int:
    return main(
        ["export", str(photo), "-o", str(output), "--model", str(model), *options]
    )


@pytest.fixture(scope="module")
def eager(
    model_folder: Path, photo: Path
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """(A, ∂s/∂A), (L, H, N, N) each, s the feature's product with itself."""
    model, image = load_model(model_folder), load_image(photo)
    pixels = prepare(
        image,
        placement_for(image.size, model.preprocessing, model.info.patch_size),
        model.preprocessing,
    )
    module = ViTModel.from_pretrained(
        model_folder, attn_implementation="eager", add_pooling_layer=False
    ).eval()
    output = module(torch.from_numpy(pixels)[None], output_attentions=True)
    for whole in output.attentions:
        whole.retain_grad()
    feature = output.last_hidden_state[0, 0]
    (feature @ feature.detach()).backward()
    return (
        torch.cat([whole.detach() for whole in output.attentions]).numpy(),
        torch.cat([whole.grad for whole in output.attentions]).numpy(),
    )


def test_relevance_equals_gradients_through_eager_attention(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    eager: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
) -> None:
    output = tmp_path / "relevance.npz"
    options = ("--method", "relevance", "--query", "all")
    assert export(photo, model_folder, output, *options) == 0
    expected = np.eye(50)
    for whole, slope in zip(*eager, strict=True):
        expected = expected + (whole * slope).clip(min=0).mean(axis=0) @ expected
    with np.load(output, allow_pickle=False) as data:
        assert sorted(data) == [
            "grid", "meta", "num_prefix_tokens", "queries", "relevance",
        ]  # fmt: skip
        assert data["relevance"].dtype == np.float32
        wanted = expected[:, 1:].reshape(50, 7, 7)
        error = np.abs(data["relevance"] - wanted).max() / np.abs(wanted).max()
        assert error <= 1e-4
        meta = json.loads(str(data["meta"]))
    assert meta["method"] == "relevance"
    assert meta["target"] is None, "the model has no head"


@pytest.mark.parametrize("name", list(METHODS))
def test_window_api_npz_and_csv_agree_bit_for_bit(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    name: str,
) -> None:
    files = tmp_path / "one.npz", tmp_path / "one.csv"
    for file in files:
        options = ("--method", name, "--query", "3,2")
        assert export(photo, model_folder, file, *options) == 0
    with np.load(files[0], allow_pickle=False) as data:
        if name in ACROSS:
            stored = data["relevance"][0]
        else:
            stored = data["attention"][0, 0, 0, 1:].reshape(7, 7)
    with files[1].open(newline="") as text:
        lines = [line for line in csv.DictReader(text) if line["row"]]
    read = np.array([np.float32(line["value"]) for line in lines]).reshape(7, 7)
    assert {line["layer"] for line in lines} == {"" if name in ACROSS else "3"}
    model = load_model(model_folder)
    trace = vitviz.trace(model, photo)
    called = run(name, trace, query=(3, 2), model=model)
    np.testing.assert_array_equal(read, stored)
    np.testing.assert_array_equal(called, stored)
    if name == "received":  # the window's direction
        return
    window = open_vitviz(photo)
    window.controller.pin(trace.token((3, 2)))
    window.view_handlers.on_method(name)
    wait_idle(qtbot, window)
    assert window.controller.heat is not None
    np.testing.assert_array_equal(window.controller.heat.patches, stored)


@pytest.mark.parametrize("name", ["rollout", "relevance", "value-weighted"])
def test_a_figure_of_a_method(
    photo: Path, model_folder: Path, tmp_path: Path, name: str
) -> None:
    raw, made = tmp_path / "raw.png", tmp_path / "made.png"
    assert export(photo, model_folder, raw) == 0
    assert export(photo, model_folder, made, "--method", name, "--caption") == 0
    with PIL.Image.open(made) as picture:
        assert name in str(picture.info) or METHODS[name].title in str(picture.info)
        other = np.asarray(picture.convert("RGB"))
    with PIL.Image.open(raw) as picture:
        first = np.asarray(picture.convert("RGB"))
    rows = min(len(first), len(other)) // 2
    cols = min(first.shape[1], other.shape[1]) // 2
    assert (first[:rows, :cols] != other[:rows, :cols]).any()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--method", "rollout", "--head", "2"), "leave --head out"),
        (("--method", "relevance", "--layer", "all"), "leave --layer out"),
        (("--method", "rollout", "--target", "3"), "leave --target out"),
        (("--method", "grad-cam", "--layer", "all"), "name it with --layer"),
        (("--method", "relevance", "--target", "cat"), "class by its number"),
        (("--method", "relevance", "--target", "3"), "has no head"),
        (("--method", "flow"), "There is no --method flow"),
    ],
)
def test_what_a_method_would_ignore_is_refused(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    says: str,
) -> None:
    output = tmp_path / "out.npz"
    assert export(photo, model_folder, output, *options) == 2
    assert says in capsys.readouterr().err
    assert not output.exists()
