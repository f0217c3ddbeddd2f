"""Folders of transformers whose config.json lies: one sentence, and soon."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

import vitviz
from vitviz.errors import CheckpointError, InputError

SECONDS = 2.0


def lying(model_folder: Path, folder: Path, **changes: object) -> Path:
    """A copy of a small model whose config.json says something else."""
    copy = folder / "copy"
    shutil.copytree(model_folder, copy)
    path = copy / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return copy


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden_size": 96}, "(1, 1, 48) instead of (1, 1, 96)"),
        ({"patch_size": 8}, "(48, 3, 16, 16) instead of (48, 3, 8, 8)"),
        ({"hidden_size": 10**7, "num_attention_heads": 1}, "beyond all measure"),
        ({"num_hidden_layers": 10**7}, "beyond all measure"),
        ({"num_hidden_layers": 5}, "names or shapes differ"),
        ({"patch_size": 0}, "cannot be read"),
        ({"patch_size": "x"}, "cannot be read"),
        ({"hidden_act": "exec"}, "cannot be read"),
        ({"model_type": "nope"}, "of a kind that is not opened as a folder: 'nope'"),
    ],
    ids=str,
)
def test_a_config_that_does_not_fit(
    changes: dict[str, Any], said: str, model_folder: Path, tmp_path: Path
) -> None:
    vitviz.load_model(model_folder)  # imports are not what is timed
    folder = lying(model_folder, tmp_path, **changes)
    start = time.perf_counter()
    with pytest.raises(CheckpointError) as caught:
        vitviz.load_model(folder)
    assert time.perf_counter() - start < SECONDS
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_labels_with_a_gap_are_numbers_there(
    classifier_folder: Path, tmp_path: Path
) -> None:
    path = lying(classifier_folder, tmp_path) / "config.json"
    config = json.loads(path.read_text())
    config["id2label"]["99"] = config["id2label"].pop("0")
    path.write_text(json.dumps(config))
    labels = vitviz.load_model(path.parent).info.labels
    assert labels is not None
    assert labels[0] == "0"


@pytest.mark.parametrize("thing", [None, 3, object()])
def test_what_cannot_be_viewed(thing: object) -> None:
    from vitviz.ui.window.app import view_object

    with pytest.raises(InputError, match=r"not (NoneType|int|object)"):
        view_object(thing)
