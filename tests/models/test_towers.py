"""The network for pictures inside larger models of transformers, found by `wrap`.

Rows against the library's eager attention; a choice of several towers is said.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

import vitviz
from vitviz.errors import UnsupportedModelError

VISION: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "image_size": 32,
    "patch_size": 8,
}
TEXT: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "vocab_size": 99,
    "max_position_embeddings": 64,
}


def _trocr(t: Any) -> nn.Module:  # noqa: ANN401
    decoder = t.TrOCRConfig(
        d_model=32,
        decoder_layers=1,
        decoder_attention_heads=2,
        decoder_ffn_dim=32,
        vocab_size=99,
    )
    module: nn.Module = t.VisionEncoderDecoderModel(
        encoder=t.ViTModel(t.ViTConfig(**VISION)), decoder=t.TrOCRForCausalLM(decoder)
    )
    return module


def _depth(t: Any) -> nn.Module:  # noqa: ANN401
    options = {k: v for k, v in VISION.items() if k != "intermediate_size"}
    backbone = t.Dinov2Config(
        **options, out_features=["stage1", "stage2"], reshape_hidden_states=False
    )
    config = t.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=32,
        reassemble_factors=[1, 0.5],
        neck_hidden_sizes=[16, 16],
        fusion_hidden_size=16,
        head_hidden_size=8,
        patch_size=8,
    )
    module: nn.Module = t.DepthAnythingForDepthEstimation(config)
    return module


def _llava(t: Any) -> nn.Module:  # noqa: ANN401
    text = t.LlamaConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        vocab_size=99,
    )
    config = t.LlavaConfig(vision_config=t.CLIPVisionConfig(**VISION), text_config=text)
    module: nn.Module = t.LlavaForConditionalGeneration(config)
    return module


MODELS: dict[str, tuple[Callable[[Any], nn.Module], str]] = {
    "CLIP": (
        lambda t: t.CLIPModel(t.CLIPConfig(vision_config=VISION, text_config=TEXT)),
        "vision_model",
    ),
    "BLIP": (
        lambda t: t.BlipForConditionalGeneration(
            t.BlipConfig(vision_config=VISION, text_config=TEXT)
        ),
        "vision_model",
    ),
    "TrOCR": (_trocr, "encoder"),
    "Depth Anything": (_depth, "backbone"),
    "LLaVA": (_llava, "model.vision_tower"),
    "OWL-ViT": (
        lambda t: t.OwlViTForObjectDetection(
            t.OwlViTConfig(vision_config=VISION, text_config=TEXT)
        ),
        "owlvit.vision_model",
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_tower_of_a_larger_model(name: str) -> None:
    import transformers

    make, place = MODELS[name]
    torch.manual_seed(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = make(transformers).eval()
    model = vitviz.wrap(module)
    tower = model.adapter.module
    assert tower is module.get_submodule(place)
    pixels = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        for parameter in tower.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.3)
    trace = vitviz.trace(model, pixels)
    for part in tower.modules():
        if hasattr(part, "config"):
            config: Any = part.config
            config._attn_implementation_internal = "eager"
    with torch.no_grad():
        eager: Any = tower(pixel_values=pixels, output_attentions=True)
    assert len(eager.attentions) == trace.num_layers == 2
    for layer, expected in enumerate(eager.attentions):
        assert float(expected.max()) > 3 / trace.num_tokens
        for head in range(2):
            found = torch.from_numpy(trace.matrix(layer, head))
            torch.testing.assert_close(found, expected[0, head], rtol=0, atol=1e-5)


def test_several_towers_are_offered_by_name() -> None:
    import transformers

    class Two(transformers.PreTrainedModel):  # type: ignore[misc]
        config_class = transformers.ViTConfig

        def __init__(self, config: Any) -> None:  # noqa: ANN401
            super().__init__(config)
            self.left = transformers.ViTModel(config)
            self.right = transformers.ViTModel(config)
            self.post_init()

        def forward(self, first: torch.Tensor, second: torch.Tensor) -> None:
            """Take a picture for each tower."""

    module = Two(transformers.ViTConfig(**VISION))
    model = vitviz.wrap(module)
    assert model.adapter.module is module.left
    assert model.info.assumed == ("tower left, others: right",)
    assert vitviz.wrap(module, tower="right").adapter.module is module.right
    with pytest.raises(UnsupportedModelError, match="one of these: left, right"):
        vitviz.wrap(module, tower="middle")


def test_a_network_of_timm_in_one_of_transformers() -> None:
    import transformers

    config = transformers.TimmWrapperConfig(
        architecture="vit_tiny_patch16_224", model_args={"depth": 2, "img_size": 32}
    )
    module = transformers.TimmWrapperModel(config)
    model = vitviz.wrap(module)
    assert model.adapter.module is module.timm_model
    assert vitviz.trace(model, torch.randn(1, 3, 32, 32)).num_tokens == 5


@pytest.mark.parametrize("kind", ["YolosForObjectDetection", "SegformerForX"])
def test_networks_for_tasks_have_the_reason_of_their_family(kind: str) -> None:
    module = type(kind, (nn.Module,), {})()
    with pytest.raises(UnsupportedModelError, match=f"{kind} cannot be shown: it"):
        vitviz.wrap(module)
