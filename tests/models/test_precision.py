"""Lower precisions, other preprocessing, labels: what is said of them is so."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import vitviz
from tests.models.sharpen import sharpen
from vitviz.cli.main import main
from vitviz.errors import CheckpointError
from vitviz.explain.precision import precision_error
from vitviz.models.labels import labelled, read_labels
from vitviz.pictures.placement import Interpolation, Preprocessing


def network() -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(8)
    module: nn.Module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=96, depth=3, num_heads=3, num_classes=4
    )
    sharpen(module, 5)
    return module.eval()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_error_is_that_of_another_run_in_float32(
    dtype: torch.dtype, photo: Path
) -> None:
    half = network().to(dtype)
    model = vitviz.wrap(half)
    trace = vitviz.trace(model, photo)
    assert all(c is not None and c.is_exact for c in trace.captures)
    assert model.info.dtype == str(dtype).removeprefix("torch.")
    found = precision_error(model, trace)
    exact = vitviz.trace(vitviz.wrap(copy.deepcopy(half).float()), photo)
    differences = [
        np.abs(trace.row(layer, i) - exact.row(layer, i)).max()
        for layer in range(3)
        for i in range(trace.num_tokens)
    ]
    assert found.largest == pytest.approx(max(differences), rel=1e-3)
    assert 1e-5 < found.largest < 0.2
    assert 0 < found.moved < 0.5
    assert next(half.parameters()).dtype is dtype, "the model itself is left alone"


def test_rows_sum_to_one_in_half_precision(photo: Path) -> None:
    trace = vitviz.trace(vitviz.wrap(network().to(torch.float16)), photo)
    for layer in range(3):
        assert trace.row(layer, 2).dtype == np.float32
        np.testing.assert_allclose(trace.row(layer, 2).sum(-1), 1, atol=1e-5)


def test_the_command_line_says_it(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["export", str(photo), "-o", str(tmp_path / "a.npz")]
    assert main([*arguments, "--dtype", "bfloat16"]) == 0
    assert "bfloat16 against float32: weights differ by at most" in (
        capsys.readouterr().err
    )


# -- preprocessing -----------------------------------------------------------------


def test_preprocessing_is_what_was_asked_for_and_is_exported(
    photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.npz"
    options = ["--mean", "0.5,0.4,0.3", "--std", "0.2,0.3,0.4", "--resize", "260"]
    options += ["--interpolation", "nearest", "--layer", "0"]
    assert main(["export", str(photo), "-o", str(out), *options]) == 0
    with np.load(out) as file:
        meta, rows = json.loads(str(file["meta"])), file["attention"]
    used = meta["preprocessing"]
    assert used["mean"] == [0.5, 0.4, 0.3]
    assert used["std"] == [0.2, 0.3, 0.4]
    assert used["interpolation"] == "nearest"
    assert min(used["resize"]) == 260
    model = vitviz.load_model()
    model = replace(
        model,
        preprocessing=Preprocessing(
            (0.5, 0.4, 0.3), (0.2, 0.3, 0.4), (224, 224), 260, Interpolation.NEAREST
        ),
    )
    expected = vitviz.trace(model, photo).row(0, "cls").mean(0)
    np.testing.assert_array_equal(rows[0, 0, 0], expected)
    plain = vitviz.trace(vitviz.load_model(), photo).row(0, "cls").mean(0)
    assert np.abs(plain - expected).max() > 1e-4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--std", "0.2,0,0.2"], "each above 0"),
        (["--mean", "0.2,0.3"], "three numbers"),
        (["--mean", "nan,0,0"], "three numbers"),
        (["--resize", "-3"], "whole number"),
        (["--interpolation", "cubic"], "bicubic"),
        (["--threads", "0"], "from 1 to"),
        (["--labels", "/nowhere/labels.txt"], "labels.txt cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str],
    said: str,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["export", str(photo), "-o", str(tmp_path / "a.npz"), *options]
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_the_price_and_nothing_else(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.npz"
    assert main(["export", str(photo), "-o", str(out), "--price", "--size", "448"]) == 0
    said = capsys.readouterr().err
    for part in ("448×448 px", "28×28 patches, 785 tokens", "MB for q, k and v", "s\n"):
        assert part in said
    assert not out.exists()


# -- labels ------------------------------------------------------------------------

FILES = {
    "lines.txt": "\ufeffcat\ndog\n\nowl\ntoad\n",
    "list.json": '["cat", "dog", "owl", "toad"]',
    "index.json": json.dumps(
        {
            str(i): [f"n{i}", name]
            for i, name in enumerate(("cat", "dog", "owl", "toad"))
        }
    ),
    "config.json": '{"id2label": {"1": "dog", "0": "cat", "2": "owl", "3": "toad"}}',
}


@pytest.mark.parametrize("name", FILES)
def test_labels_of_every_kind(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(FILES[name], "utf-8")
    assert read_labels(path) == ("cat", "dog", "owl", "toad")
    model = labelled(vitviz.wrap(network()), path)
    assert model.info.labels == ("cat", "dog", "owl", "toad")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"cat\ndog\n", "4 classes, and labels.txt names 2"),
        (b"", "0 labels"),
        (b"\xff\xfe\x00", "no text"),
        (b'{"0": "a", "2": "b"}', "number its labels"),
        (b'[{"a": 1}]', "no list of labels"),
        (b"[" * 100_000, "no list of labels"),
        (b'{"a": ', "no list of labels"),
    ],
)
def test_labels_that_do_not_fit(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=said):
        labelled(vitviz.wrap(network()), path)


def test_labels_need_classes() -> None:
    with pytest.raises(CheckpointError, match="returns a feature"):
        vitviz.load_model("vitviz-flexi", labels=["a"])
