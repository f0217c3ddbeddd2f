"""`vitviz export` on an accelerator that has not enough memory."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from vitviz.cli.main import main
from vitviz.models import load


@pytest.fixture
def small_accelerator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are labelled as an accelerator's, whose third block lacks the memory."""
    load_model = load.load_model

    def loaded(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        model = load_model(*arguments, **options)
        block = model.adapter.blocks[2]

        def fail(part: nn.Module, *_arguments: object) -> None:
            if part is block:
                raise torch.OutOfMemoryError("CUDA out of memory")

        block.register_forward_pre_hook(fail)
        return replace(model, info=replace(model.info, device="cuda"))

    monkeypatch.setattr(load, "load_model", loaded)


def export(photo: Path, model: Path, output: Path, *options: str) -> int:
    return main(
        ["export", str(photo), "-o", str(output), "--model", str(model), *options]
    )


@pytest.mark.usefixtures("small_accelerator")
@pytest.mark.parametrize("method", ["raw", "relevance"])
def test_the_cpu_makes_it_and_it_is_said(
    method: str,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    options = ("--method", method)
    assert export(photo, model_folder, tmp_path / "a.npz", *options) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "cuda" in line]
    assert len(said) == 1
    assert "cuda did not have enough memory for 112×112 px (50 tokens" in said[0]
    request.getfixturevalue("monkeypatch").undo()
    assert export(photo, model_folder, tmp_path / "b.npz", *options) == 0
    with np.load(tmp_path / "a.npz") as made, np.load(tmp_path / "b.npz") as plain:
        name = "attention" if method == "raw" else "relevance"
        assert np.array_equal(made[name], plain[name])
        meta, other = (json.loads(str(one["meta"])) for one in (made, plain))
    assert meta["model"]["device"] == "cpu"
    assert "this run was made on the CPU" in meta["model"]["fallback"]
    assert other["model"]["fallback"] is None
