"""The embedded model: its arithmetic, its loading, and the weights that ship."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from vitviz.models.adapters.flexivit import (
    MEAN,
    STD,
    Block,
    FlexiViT,
    load_flexi,
    pi_resize_matrix,
)
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES

RESOURCES = Path(__file__).parents[4] / "resources"
WEIGHTS = RESOURCES / "embedded" / "vitviz-flexi.safetensors"
Floats = NDArray[np.float64]


def random_model(seed: int = 0, *, depth: int = 2) -> FlexiViT:
    torch.manual_seed(seed)
    model = FlexiViT(depth=depth)
    for parameter in model.parameters():  # so that no bias or norm is trivial
        parameter.data += 0.05 * torch.randn_like(parameter)
    return model.requires_grad_(False).eval()


def resized(patch: Tensor, side: int) -> Tensor:
    size = (side, side)
    image = patch[None, None]
    return F.interpolate(image, size, mode="bilinear", antialias=True)[0, 0]


@pytest.mark.parametrize("side", [16, 17, 28, 32])
def test_grown_kernel_answers_a_grown_patch_as_the_old_one_the_old(side: int) -> None:
    generator = torch.Generator().manual_seed(side)
    patch, kernel = torch.randn(2, 16, 16, generator=generator)
    grown = pi_resize_matrix(16, side) @ kernel.flatten()
    answer = resized(patch, side).flatten() @ grown
    torch.testing.assert_close(answer, (patch * kernel).sum(), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("side", [8, 14])
def test_shrunk_kernel_is_the_least_squares_solution(side: int) -> None:
    kernel = torch.randn(256, generator=torch.Generator().manual_seed(side))
    units = torch.eye(256).reshape(256, 16, 16)
    columns = torch.stack([resized(unit, side).flatten() for unit in units])  # Bᵀ
    expected = np.linalg.lstsq(columns.double().numpy(), kernel.double().numpy())[0]
    got = pi_resize_matrix(16, side) @ kernel
    np.testing.assert_allclose(got.numpy(), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("patch", EMBEDDED_PATCH_SIZES)
def test_patches_are_read_one_by_one_with_the_shown_kernel(patch: int) -> None:
    model = random_model()
    model.set_patch_size(patch)
    pixels = torch.randn(1, 3, 2 * patch, 3 * patch)
    got = model.patch_embed(pixels)
    kernel = model.patch_embed.kernel
    assert kernel.shape == (model.width, 3, patch, patch)
    for row in range(2):
        for col in range(3):
            top, left = row * patch, col * patch
            window = pixels[0, :, top : top + patch, left : left + patch]
            expected = (kernel * window).sum((1, 2, 3)) + model.patch_embed.bias
            torch.testing.assert_close(
                got[0, :, row, col], expected, rtol=1e-4, atol=1e-4
            )


def written_out(model: FlexiViT, pixels: Tensor) -> Floats:
    """The whole network in numpy and float64, from its tensors' names."""
    state = {k: v.double().numpy() for k, v in model.state_dict().items()}

    def linear(x: Floats, name: str) -> Floats:
        y: Floats = x @ state[f"{name}.weight"].T + state[f"{name}.bias"]
        return y

    def norm(x: Floats, name: str) -> Floats:
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6)
        y: Floats = x * state[f"{name}.weight"] + state[f"{name}.bias"]
        return y

    kernel = state["patch_embed.weight"]
    side = kernel.shape[-1]
    image = pixels[0].double().numpy()
    rows, cols = image.shape[1] // side, image.shape[2] // side
    cut = image.reshape(3, rows, side, cols, side)
    patches = np.einsum("cyixj,wcij->yxw", cut, kernel) + state["patch_embed.bias"]
    patches = patches + state["positions"][0].transpose(1, 2, 0)
    tokens = np.concatenate((state["cls_token"][0], patches.reshape(rows * cols, -1)))
    for index in range(model.depth):
        at = f"blocks.{index}"
        joined = linear(norm(tokens, f"{at}.norm1"), f"{at}.attn.qkv")
        q, k, v = np.split(joined, 3, axis=1)
        heads = []
        for head in np.split(np.arange(model.width), model.num_heads):
            logits = q[:, head] @ k[:, head].T / np.sqrt(len(head))
            weights = np.exp(logits - logits.max(1, keepdims=True))
            heads.append(weights / weights.sum(1, keepdims=True) @ v[:, head])
        tokens = tokens + linear(np.concatenate(heads, 1), f"{at}.attn.proj")
        hidden = linear(norm(tokens, f"{at}.norm2"), f"{at}.mlp.fc1")
        hidden = hidden * (1 + np.vectorize(math.erf)(hidden / np.sqrt(2))) / 2
        tokens = tokens + linear(hidden, f"{at}.mlp.fc2")
    return norm(tokens, "norm")


def test_network_is_the_one_written_out_in_numpy() -> None:
    model = random_model()
    pixels = torch.randn(1, 3, 256, 256)  # the stored kernel and table, unresampled
    got = model.forward_features(pixels)[0]
    np.testing.assert_allclose(
        got.numpy(), written_out(model, pixels), rtol=1e-3, atol=1e-3
    )
    torch.testing.assert_close(model(pixels)[0], got[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("patch", EMBEDDED_PATCH_SIZES)
def test_attention_goes_through_the_tapped_function(
    patch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model()
    model.set_patch_size(patch)
    original = F.scaled_dot_product_attention
    shapes = []

    def recorder(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        shapes.extend([q.shape, k.shape, v.shape])
        return original(q, k, v)

    monkeypatch.setattr(F, "scaled_dot_product_attention", recorder)
    features = model(torch.zeros(1, 3, 224, 224))
    tokens = model.num_prefix_tokens + (224 // patch) ** 2
    assert shapes == [(1, 6, tokens, 32)] * 3 * model.depth
    assert features.shape == (1, model.width)


def test_any_size_the_patch_divides_is_taken() -> None:
    model = random_model()
    model.set_patch_size(28)
    assert model.forward_features(torch.zeros(2, 3, 56, 140)).shape == (2, 11, 192)


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param((1, 3, 224, 230), id="width not divided"),
        pytest.param((1, 3, 8, 16), id="smaller than a patch"),
        pytest.param((1, 1, 224, 224), id="grey"),
        pytest.param((3, 224, 224), id="no batch"),
    ],
)
def test_pixels_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="pixels"):
        random_model()(torch.zeros(shape))


@pytest.mark.parametrize("patch", [0, -8, True, 16.0, "16"])
def test_patch_size_must_be_a_positive_whole_number(patch: object) -> None:
    with pytest.raises(ValueError, match="patch size"):
        FlexiViT(patch_size=patch)  # type: ignore[arg-type]


def test_kept_kernel_follows_new_weights() -> None:
    model, other = random_model(0), random_model(1)
    for patch in (8, 32):
        model.set_patch_size(patch)
        before = model.patch_embed.kernel
        assert model.patch_embed.kernel is before, "computed once"
        model.load_state_dict(random_model(1).state_dict())
        other.set_patch_size(patch)
        torch.testing.assert_close(model.patch_embed.kernel, other.patch_embed.kernel)
        model.load_state_dict(random_model(0).state_dict())


def test_training_reaches_the_stored_kernel_through_a_resized_one() -> None:
    model = FlexiViT(patch_size=32, depth=1).train()
    model(torch.randn(1, 3, 64, 64))[:, :5].sum().backward()  # all of it sums to 0
    gradient = model.patch_embed.weight.grad
    assert gradient is not None
    assert bool(gradient.abs().sum() > 0)


def test_kernel_kept_by_a_run_without_gradients_serves_one_with_them() -> None:
    model = random_model()
    model.set_patch_size(32)
    with torch.inference_mode():
        model(torch.zeros(1, 3, 64, 64))
    pixels = torch.zeros(1, 3, 64, 64, requires_grad=True)
    model(pixels).sum().backward()
    assert pixels.grad is not None


def half(model: FlexiViT) -> dict[str, Tensor]:
    return {k: v.half().contiguous() for k, v in model.state_dict().items()}


def test_loading_gives_back_what_was_saved(tmp_path: Path) -> None:
    saved = half(random_model(depth=6))
    save_file(saved, tmp_path / "model.safetensors")
    model = load_flexi(tmp_path / "model.safetensors", patch_size=8)
    assert model.patch_size == 8
    assert not model.training
    for name, tensor in model.state_dict().items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(tensor, saved[name].float(), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"norm.bias": None}, "lacks .*norm.bias", id="missing"),
        pytest.param({"head.bias": torch.zeros(1)}, "unknown .*head.bias", id="more"),
        pytest.param({"norm.bias": torch.zeros(5)}, "norm.bias has shape", id="shape"),
        pytest.param(
            {"norm.bias": torch.full((192,), float("nan"))}, "finite", id="not finite"
        ),
        pytest.param(
            {"norm.bias": torch.zeros(192, dtype=torch.int32)}, "finite", id="whole"
        ),
    ],
)
def test_other_weights_are_refused(
    tmp_path: Path, change: dict[str, Tensor | None], message: str
) -> None:
    tensors = {**half(FlexiViT()), **change}
    kept = {name: value for name, value in tensors.items() if value is not None}
    save_file(kept, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=message):
        load_flexi(tmp_path / "model.safetensors")


def test_damaged_and_missing_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with pytest.raises(ValueError, match="cannot be read"):
        load_flexi(path)
    save_file(half(FlexiViT()), path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match="cannot be read"):
        load_flexi(path)


def cls_map(model: FlexiViT, picture: Image.Image, patch: int) -> Floats:
    """Last layer's CLS attention, mean of heads, (R, R), computed from its weights."""
    pixels = np.asarray(picture.convert("RGB").resize((224, 224)), np.float32) / 255
    pixels = (pixels - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    model.set_patch_size(patch)
    tokens = model.embed(torch.from_numpy(pixels).permute(2, 0, 1)[None])
    for block in model.blocks[:-1]:
        tokens = block(tokens)
    last = model.blocks[-1]
    assert isinstance(last, Block)
    joined = last.attn.qkv(last.norm1(tokens))[0].double().numpy()
    q, k, _ = np.split(joined, 3, axis=1)
    total = np.zeros(len(k))
    for head in np.split(np.arange(model.width), model.num_heads):
        logits = k[:, head] @ q[0, head] / np.sqrt(len(head))
        weights = np.exp(logits - logits.max())
        total += weights / weights.sum()
    side = 224 // patch
    return total[1:].reshape(side, side)


def test_shipped_weights_are_small_half_precision_and_whole() -> None:
    assert WEIGHTS.stat().st_size <= 16 * 10**6
    assert sum(p.numel() for p in load_flexi(WEIGHTS).parameters()) == 2_866_560


def test_shipped_model_draws_one_map_at_every_patch_size() -> None:
    model = load_flexi(WEIGHTS)
    picture = Image.open(RESOURCES / "samples" / "rocket.jpg")
    coarse = []
    for patch in (8, 16, 32):
        grid = torch.from_numpy(cls_map(model, picture, patch))[None, None]
        coarse.append(F.adaptive_avg_pool2d(grid, 7).flatten().numpy())
    for other in coarse[1:]:
        assert np.corrcoef(coarse[0], other)[0, 1] > 0.8
