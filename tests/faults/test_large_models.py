"""Weights that memory will not hold: refused by their header, with the numbers.

The file is sparse: it has the names and shapes of a ViT-g/14 of 1.1 billion parameters,
and no disk behind them.
"""

from __future__ import annotations

import json
import shutil
import struct
import time
from pathlib import Path
from typing import Any

import pytest
import timm
import torch

import vitviz
from vitviz.cli.main import main
from vitviz.errors import BudgetError
from vitviz.models.catalogue import published
from vitviz.models.catalogue.entries import find

Free = dict[str, int | None]
"""Bytes that are said to be free, by device."""
FREE = 4_000_000_000
"""Bytes that are said to be free: enough for 16 bits, not for 32."""
WITHIN_S = 8.0
"""Generous: a busy machine, and the import of timm; reading the file takes longer."""


@pytest.fixture(scope="module")
def giant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with torch.device("meta"):
        module = timm.create_model("vit_giant_patch14_dinov2", img_size=224)
    header: dict[str, Any] = {}
    end = 0
    for name, tensor in module.state_dict().items():
        start, end = end, end + 4 * tensor.numel()
        shape = list(tensor.shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    path = tmp_path_factory.mktemp("giant") / "giant.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)
    assert path.stat().st_size > FREE
    assert path.stat().st_blocks * 512 < 10**6
    return path


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> Free:
    free: Free = {"cpu": FREE, "cuda": FREE}
    monkeypatch.setattr(
        "vitviz.models.checkpoints.checks.free_bytes", lambda name: free[name]
    )
    return free


@pytest.mark.alone
def test_from_the_command_line(
    giant: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.perf_counter()
    arguments = ["export", str(photo), "-o", str(tmp_path / "a.png")]
    assert main([*arguments, "--model", str(giant)]) == 2
    assert time.perf_counter() - start < WITHIN_S
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "The 1,135 million parameters of giant.safetensors take 4.54 GB" in said[0]
    assert "4.00 GB of memory are free on cpu" in said[0]
    assert "a smaller model, or a precision of 16 bits, which takes half." in said[0]
    assert main(["models", "check", str(giant)]) == 2


def test_half_the_precision_takes_half(giant: Path) -> None:
    """What would fit is not refused: the sparse file is then read, all zeros."""
    with pytest.raises(BudgetError, match=r"4\.54 GB in float32"):
        vitviz.load_model(giant)
    from vitviz.models.checkpoints.checks import require_model_memory

    require_model_memory("giant", 1_135_000_000, dtype=torch.bfloat16)
    with pytest.raises(BudgetError) as caught:
        require_model_memory("giant", 6_700_000_000, dtype=torch.bfloat16)
    assert "16 bits" not in str(caught.value)


def test_an_accelerator_must_hold_them_too(
    little_memory: Free,
) -> None:
    from vitviz.models.checkpoints.checks import require_model_memory

    little_memory["cpu"] = None
    with pytest.raises(BudgetError, match=r"4\.00 GB of memory are free on cuda"):
        require_model_memory("giant", 1_135_000_000, device=torch.device("cuda"))
    little_memory["cuda"] = None  # not known: it is tried
    require_model_memory("giant", 1_135_000_000, device=torch.device("cuda"))


@pytest.mark.parametrize("name", ["vit_h_14", "timm:vit_large_patch14_dinov2.lvd142m"])
def test_by_name_before_a_file_is_looked_for(
    name: str, monkeypatch: pytest.MonkeyPatch, little_memory: Free
) -> None:
    entry = find(name)
    assert entry is not None
    little_memory["cpu"] = 4 * entry.num_parameters - 1
    monkeypatch.setattr(published, "weights_of", lambda _entry: pytest.fail("read"))
    with pytest.raises(BudgetError, match="million parameters of"):
        vitviz.load_model(name)


def test_a_folder(
    giant: Path,
    model_folder: Path,
    tmp_path: Path,
    little_memory: Free,
) -> None:
    folder = tmp_path / "large"
    shutil.copytree(model_folder, folder)
    little_memory["cpu"] = 1000
    with pytest.raises(BudgetError, match="million parameters of large take"):
        vitviz.load_model(folder)
