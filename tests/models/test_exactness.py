"""What vitviz shows is what the model computes: against each library's unfused path."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.sharpen import require_sharp, sharpen
from tests.models.timm_cases import timm_network, timm_watch
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion

TOLERANCE = 1e-5


def check_against(dense: list[Tensor], trace: vitviz.Trace) -> None:
    """Every way of reading a trace against dense matrices, (1, H, N, N) a layer."""
    assert len(dense) == trace.num_layers
    num_tokens = trace.num_tokens
    for layer, whole in enumerate(dense):
        expected = whole[0]
        assert expected.shape == (trace.num_heads, num_tokens, num_tokens)
        require_sharp(expected)
        for query in (0, 1, num_tokens // 2, num_tokens - 1):
            row = torch.from_numpy(trace.row(layer, query))
            torch.testing.assert_close(row, expected[:, query], rtol=0, atol=TOLERANCE)
            torch.testing.assert_close(row.sum(-1), torch.ones(len(row)))
            column = torch.from_numpy(trace.column(layer, query))
            torch.testing.assert_close(
                column, expected[:, :, query], rtol=0, atol=TOLERANCE
            )
        tiles = [torch.from_numpy(part) for _, part in trace.tiles(layer, rows=50)]
        torch.testing.assert_close(
            torch.cat(tiles, dim=1), expected, rtol=0, atol=TOLERANCE
        )
        last = trace.num_heads - 1
        matrix = torch.from_numpy(trace.matrix(layer, last))
        torch.testing.assert_close(matrix, expected[last], rtol=0, atol=TOLERANCE)
    assert trace.max_error <= TOLERANCE


# -- torchvision ---------------------------------------------------------------------


def torchvision_model(image_size: int = 64, depth: int = 3) -> nn.Module:
    from torchvision.models import VisionTransformer

    torch.manual_seed(3)
    model: nn.Module = VisionTransformer(
        image_size=image_size,
        patch_size=16,
        num_layers=depth,
        num_heads=12,
        hidden_dim=768,
        mlp_dim=256,
        num_classes=10,
    ).eval()
    nn.init.normal_(model.get_parameter("heads.head.weight"))
    sharpen(model, 1.7)
    return model


def torchvision_dense(model: nn.Module, pixels: Tensor) -> tuple[list[Tensor], Tensor]:
    """Weights as `need_weights=True` returns them, and the untouched logits."""
    unfused = copy.deepcopy(model)
    weights: list[Tensor] = []
    for layer in unfused.encoder.layers:  # type: ignore[union-attr]
        attend = layer.self_attention.forward  # type: ignore[union-attr]

        def with_weights(
            q: Tensor,
            k: Tensor,
            v: Tensor,
            attend: Callable[..., tuple[Tensor, Tensor]] = attend,  # type: ignore[assignment]
            **_options: object,
        ) -> tuple[Tensor, Tensor]:
            out = attend(q, k, v, need_weights=True, average_attn_weights=False)
            weights.append(out[1])
            return out

        layer.self_attention.forward = with_weights  # type: ignore[union-attr]
    with torch.inference_mode():
        unfused(pixels)
        native = model(pixels)
        # the model's own Python path; its native one is another kernel that differs
        # from it by about 1e-6 of the largest logit, with or without vitviz
        torch.backends.mha.set_fastpath_enabled(False)
        logits = model(pixels)
        torch.backends.mha.set_fastpath_enabled(True)
    torch.testing.assert_close(logits, native, rtol=1e-5, atol=1e-4)
    return weights, logits


def test_torchvision_equals_need_weights_and_logits_are_untouched() -> None:
    model = torchvision_model()
    pixels = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    dense, logits = torchvision_dense(model, pixels)
    trace = vitviz.trace(vitviz.wrap(model), pixels)
    check_against(dense, trace)
    assert trace.logits is not None
    assert torch.equal(torch.from_numpy(trace.logits), logits[0])


@pytest.mark.parametrize("size", [(96, 96), (96, 48)], ids=["larger", "non-square"])
def test_torchvision_at_other_sizes(size: tuple[int, int]) -> None:
    """A larger square equals torchvision's own interpolation of the positions."""
    model = torchvision_model()
    pixels = torch.randn(1, 3, size[1], size[0])
    trace = vitviz.trace(vitviz.wrap(model), pixels)
    assert trace.grid == (size[1] // 16, size[0] // 16)
    assert trace.max_error <= TOLERANCE
    if size[0] == size[1]:
        from torchvision.models.vision_transformer import interpolate_embeddings

        state = interpolate_embeddings(size[0], 16, model.state_dict())  # type: ignore[arg-type]
        larger = torchvision_model(image_size=size[0])
        larger.load_state_dict(state)
        dense, logits = torchvision_dense(larger, pixels)
        check_against(dense, trace)
        assert trace.logits is not None
        torch.testing.assert_close(
            torch.from_numpy(trace.logits), logits[0], rtol=1e-5, atol=1e-4
        )


# -- timm: see test_families.py --------------------------------------------------------


def timm_dense(model: nn.Module, pixels: Tensor) -> list[Tensor]:
    """What goes into each block's dropout after softmax on the unfused path."""
    weights: list[Tensor] = []
    timm_watch(copy.deepcopy(model), pixels, lambda _layer, one: weights.append(one))
    return weights


@pytest.fixture(scope="module")
def distilled() -> nn.Module:
    """A network with two special tokens."""
    return timm_network("deit_tiny_distilled_patch16_224", {})


# -- transformers --------------------------------------------------------------------


def transformers_models() -> dict[str, tuple[Callable[[], nn.Module], int]]:
    """Constructors by name, and how many special tokens each has."""
    import transformers as hf

    small: dict[str, Any] = {
        "hidden_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "intermediate_size": 96,
        "image_size": 64,
        "patch_size": 16,
    }
    return {
        "ViT": (lambda: hf.ViTForImageClassification(hf.ViTConfig(**small)), 1),
        "DeiT": (lambda: hf.DeiTModel(hf.DeiTConfig(**small)), 2),
        "Dinov2": (lambda: hf.Dinov2Model(hf.Dinov2Config(**small)), 1),
        "Dinov2WithRegisters": (
            lambda: hf.Dinov2WithRegistersModel(
                hf.Dinov2WithRegistersConfig(num_register_tokens=4, **small)
            ),
            5,
        ),
        "CLIP": (lambda: hf.CLIPVisionModel(hf.CLIPVisionConfig(**small)), 1),
        "Siglip": (lambda: hf.SiglipVisionModel(hf.SiglipVisionConfig(**small)), 0),
    }


@pytest.mark.parametrize("name", list(transformers_models()))
@pytest.mark.parametrize("chosen", ["sdpa", "eager"])
@pytest.mark.parametrize("size", [(64, 64), (96, 48)], ids=["own size", "non-square"])
def test_transformers_equals_eager(
    name: str, chosen: str, size: tuple[int, int]
) -> None:
    torch.manual_seed(5)
    make, num_prefix = transformers_models()[name]
    model = make().eval()
    sharpen(model, {"CLIP": 3.2, "Siglip": 1.7}.get(name, 7.5))
    pixels = torch.randn(1, 3, size[1], size[0])
    eager = copy.deepcopy(model)
    eager.set_attn_implementation("eager")  # type: ignore[operator]
    options: dict[str, Any] = {"output_attentions": True}
    if size != (64, 64) and not name.startswith("Dinov2"):
        options["interpolate_pos_encoding"] = True
    with torch.inference_mode():
        dense = list(eager(pixels, **options).attentions)
    model.set_attn_implementation(chosen)  # type: ignore[operator]
    trace = vitviz.trace(vitviz.wrap(model), pixels)
    assert trace.num_prefix_tokens == num_prefix
    check_against(dense, trace)
    assert model.config._attn_implementation == chosen  # type: ignore[union-attr]


# -- pooling and fusion --------------------------------------------------------------


@pytest.mark.parametrize("block", [1, 3, 5, 16])
@pytest.mark.parametrize("fusion", [*Fusion, 2])
def test_pooled_matrix_is_the_mean_of_blocks(
    block: int, fusion: Fusion | int, distilled: nn.Module
) -> None:
    pixels = torch.randn(1, 3, 224, 224)
    (heads, *_) = timm_dense(distilled, pixels)
    trace = vitviz.trace(vitviz.wrap(distilled), pixels)
    dense = {
        Fusion.MEAN: lambda: heads.mean(0),
        Fusion.MAX: lambda: heads.amax(0),
        Fusion.MIN: lambda: heads.amin(0),
        2: lambda: heads[2],
    }[fusion]()
    bins = Bins(trace.num_tokens, trace.num_prefix_tokens, block)
    expected = torch.stack(
        [
            torch.stack(
                [
                    dense[list(bins.tokens(i))][:, list(bins.tokens(j))].mean()
                    for j in range(bins.num_bins)
                ]
            )
            for i in range(bins.num_bins)
        ]
    )
    bands = [torch.from_numpy(band) for _, band in trace.pooled(0, fusion, bins)]
    torch.testing.assert_close(torch.cat(bands), expected, rtol=1e-4, atol=1e-7)
    some = range(1, min(4, bins.num_bins))
    part = [
        torch.from_numpy(band) for _, band in trace.pooled(0, fusion, bins, rows=some)
    ]
    torch.testing.assert_close(torch.cat(part), expected[1:4], rtol=1e-4, atol=1e-7)
    preview = torch.from_numpy(trace.pooled_preview(0, fusion, bins))
    middles = [bins.tokens(i)[len(bins.tokens(i)) // 2] for i in range(bins.num_bins)]
    sampled = torch.stack(
        [dense[middles][:, list(bins.tokens(j))].mean(1) for j in range(bins.num_bins)],
        dim=1,
    )
    torch.testing.assert_close(preview, sampled, rtol=1e-4, atol=1e-7)
