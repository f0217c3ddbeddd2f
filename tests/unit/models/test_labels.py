"""Files with the names of classes: every kind that is read, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

import vitviz
from tests.models.sharpen import sharpen
from vitviz.errors import CheckpointError
from vitviz.models.labels import labelled, read_labels


def network() -> nn.Module:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(8)
    module: nn.Module = VisionTransformer(
        img_size=64, patch_size=16, embed_dim=96, depth=3, num_heads=3, num_classes=4
    )
    sharpen(module, 5)
    return module.eval()


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
        (b"cat\ndog\nowl\n" + b"x" * 5_000, "a label of 5,000 characters"),
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
