"""vitviz-small against timm's network of the same name, with its own eight-bit weights.

timm gets the numbers of the file as numpy reads them, and the positions as transformers
resamples them. The photograph is one that makes the attention sharp.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
import pytest
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn

import vitviz
from vitviz.errors import SelectionError
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES, embedded_path
from vitviz.system.paths import resource

if TYPE_CHECKING:
    from timm.models.vision_transformer import VisionTransformer

NAME = "vitviz-small"
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    """The file's tensors in single precision, under the file's names."""
    stored = load_file(embedded_path(NAME))
    found = {}
    for name, values in stored.items():
        if values.dtype == np.int8:
            scales = stored[f"{name}.scale"].astype(np.float32) / 4096
            units = np.repeat(scales, 64, axis=1)
            found[name] = torch.from_numpy(values.astype(np.float32) * units)
        elif not name.endswith(".scale"):
            found[name] = torch.from_numpy(values.astype(np.float32))
    return found


def timm_network(weights: dict[str, Tensor], grid: int) -> VisionTransformer:
    """timm's ViT-S/14 of DINOv2 with these weights, for a square of so many patches."""
    import timm
    from transformers import Dinov2Config
    from transformers.models.dinov2.modeling_dinov2 import Dinov2Embeddings

    table = Dinov2Embeddings(Dinov2Config(hidden_size=384, image_size=518))
    positions = weights["positions"].flatten(2).transpose(1, 2)  # (1, 37², 384)
    with torch.no_grad():
        # that of CLS is part of the file's CLS token
        table.position_embeddings.copy_(
            torch.cat((torch.zeros(1, 1, 384), positions), dim=1)
        )
        size = 14 * grid
        resampled = table.interpolate_pos_encoding(
            torch.zeros(1, 1 + grid**2, 384), size, size
        )
    network: VisionTransformer = timm.create_model(
        "vit_small_patch14_dinov2",
        pretrained=False,
        img_size=14 * grid,
    )
    state = {n: w for n, w in weights.items() if n != "positions"}
    for kind in ("weight", "bias"):
        state[f"patch_embed.proj.{kind}"] = state.pop(f"patch_embed.{kind}")
    for layer in range(12):  # LayerScale is part of the file's matrices
        for which in ("ls1", "ls2"):
            state[f"blocks.{layer}.{which}.gamma"] = torch.ones(384)
    network.load_state_dict({**state, "pos_embed": resampled}, strict=True)
    return network.eval()


def photo(size: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The cat at size × size, normalised, (3, size, size)."""
    with PIL.Image.open(resource("samples", "cat.jpg")) as picture:
        square = picture.convert("RGB").resize((size, size))
    pixels = np.asarray(square, np.float32) / np.float32(255)
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)


def rows_of(network: VisionTransformer, pixels: Tensor) -> list[Tensor]:
    """(H, N, N) of each layer, from timm's own q and k, softmax written out."""
    found: list[Tensor] = []

    def attend(module: nn.Module, args: tuple[Tensor], _output: Tensor) -> None:
        found.append(dense_of(module, args[0]))

    hooks = [b.attn.register_forward_hook(attend) for b in network.blocks]
    with torch.inference_mode():
        network.forward_features(pixels)
    for hook in hooks:
        hook.remove()
    return found


def dense_of(module: nn.Module, tokens: Tensor) -> Tensor:
    """softmax(q·kᵀ / √64), in double precision."""
    qkv = module.get_submodule("qkv")(tokens).double()
    q, k, _ = qkv.unflatten(2, (3, 6, 64)).permute(2, 0, 3, 1, 4)[:, 0]
    weights: Tensor = (q @ k.mT / 8).softmax(-1)
    return weights


def test_patch_14_is_the_network_itself_bit_for_bit(
    weights: dict[str, Tensor],
) -> None:
    pixels = torch.from_numpy(photo(224))[None]
    model = vitviz.load_model(NAME, device="cpu")
    network = timm_network(weights, 16)
    module: Any = model.adapter.module
    with torch.inference_mode():
        own = module.forward_features(pixels)
        expected = network.forward_features(pixels)
    assert torch.equal(own, expected)
    trace = vitviz.trace(model, pixels)
    sharpest = 0.0
    for layer, dense in enumerate(rows_of(network, pixels)):
        got = torch.stack([torch.from_numpy(trace.row(layer, q)) for q in range(257)])
        assert (got.transpose(0, 1) - dense).abs().max() <= 1e-5, layer
        sharpest = max(sharpest, float(dense.max()))
    assert sharpest > 0.9, "trained attention is sharp"


@pytest.mark.parametrize("patch", sorted({*EMBEDDED_PATCH_SIZES} - {14}))
def test_another_patch_size_is_the_network_on_resampled_patches(
    weights: dict[str, Tensor], patch: int
) -> None:
    """Each patch resampled to 14×14 by Pillow, and the picture put together again."""
    grid = 224 // patch
    pixels = photo(224)
    again = np.empty((3, 14 * grid, 14 * grid), np.float32)
    for channel in range(3):
        for row in range(grid):
            for col in range(grid):
                part = pixels[channel, row * patch :, col * patch :][:patch, :patch]
                # single-channel floats: Pillow's bilinear filter widens as it shrinks
                small = PIL.Image.fromarray(np.ascontiguousarray(part)).resize(
                    (14, 14), PIL.Image.Resampling.BILINEAR
                )
                place = np.s_[row * 14 : row * 14 + 14, col * 14 : col * 14 + 14]
                again[channel][place] = np.asarray(small)
    network = timm_network(weights, grid)
    # the kernels differ by rounding, which sharp rows of many tokens magnify
    limit = 2e-5 if patch == 8 else 1e-5
    trace = vitviz.trace(
        vitviz.load_model(NAME, device="cpu", patch_size=patch),
        torch.from_numpy(pixels)[None],
    )
    assert trace.grid == (grid, grid)
    queries = sorted({0, *range(1, trace.num_tokens, 37)})
    for layer, dense in enumerate(rows_of(network, torch.from_numpy(again)[None])):
        for query in queries:
            error = np.abs(trace.row(layer, query) - dense[:, query].numpy()).max()
            assert error <= limit, (layer, query)


@pytest.mark.parametrize(
    ("patch", "name"), [(8, "cat"), (16, "wall"), (28, "night"), (32, "night")]
)
def test_every_layer_of_a_sample_is_shown(patch: int, name: str) -> None:
    """The kernel's own rounding of layer 3's scores, of up to 430, hides no layer."""
    model = vitviz.load_model(NAME, device="cpu", patch_size=patch)
    trace = vitviz.trace(model, resource("samples", f"{name}.jpg"))
    captures = [one for one in trace.captures if one is not None]
    assert len(captures) == 12
    assert all(one.is_exact for one in captures)
    assert any(one.largest_score > 300 for one in captures)
    wrong = replace(captures[3], error=1e-3)
    assert not wrong.is_exact, "what is no rounding is refused"


def test_what_the_model_says_of_itself() -> None:
    model = vitviz.load_model(NAME, device="cpu")
    info = model.info
    assert (info.num_layers, info.num_heads, info.width) == (12, 6, 384)
    assert info.patch_size == (14, 14)
    assert not info.has_head
    assert embedded_path(NAME).stat().st_size <= 24e6
    with pytest.raises(SelectionError, match="has no patches of 12 px"):
        vitviz.load_model(NAME, patch_size=12)
    trace = vitviz.trace(
        vitviz.load_model(NAME, device="cpu", patch_size=32),
        resource("samples", "coffee.jpg"),
        fit="whole",
    )
    assert trace.grid[0] != trace.grid[1], "any grid will do"
    assert trace.max_error <= 1e-5
