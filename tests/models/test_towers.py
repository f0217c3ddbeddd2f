"""The network for pictures in larger models of transformers: wrapped, or in a folder.

Rows against the library's eager attention; a choice of several towers is said. Of a
folder nothing but the tower is built and kept.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

import vitviz
from vitviz.errors import CheckpointError, SelectionError, UnsupportedModelError

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
    _sharpen(module.get_submodule(place))
    model = vitviz.wrap(module)
    if name == "OWL-ViT" and not module._supports_sdpa:  # as in transformers 5.0
        with pytest.raises(UnsupportedModelError, match="cannot be shown exactly"):
            vitviz.trace(model, torch.randn(1, 3, 32, 32))
        return
    assert model.adapter.module is module.get_submodule(place)
    _require_eager_rows(model, module.get_submodule(place))


def _sharpen(tower: nn.Module) -> None:
    with torch.no_grad():
        for parameter in tower.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 0.3)


def _require_eager_rows(model: vitviz.Model, tower: nn.Module) -> None:
    """Hold the rows of a model against the library's eager attention of a tower."""
    pixels = torch.randn(1, 3, 32, 32)
    trace = vitviz.trace(model, pixels)
    for part in tower.modules():
        if hasattr(part, "config"):
            config: Any = part.config
            config._attn_implementation_internal = "eager"
    weights: list[Tensor] = []

    def note(_module: nn.Module, _inputs: object, output: object) -> None:
        # by hand: in transformers 5.0 the towers themselves hand no attentions out
        if isinstance(output, tuple) and len(output) > 1 and output[1] is not None:
            weights.append(output[1])

    hooks = [
        part.register_forward_hook(note)
        for part in tower.modules()
        if type(part).__name__.endswith("Attention")
    ]
    with torch.no_grad():
        tower(pixel_values=pixels)
    for hook in hooks:
        hook.remove()
    assert len(weights) == trace.num_layers == 2
    for layer, expected in enumerate(weights):
        assert float(expected.max()) > 3 / trace.num_tokens
        for head in range(2):
            found = torch.from_numpy(trace.matrix(layer, head))
            torch.testing.assert_close(found, expected[0, head], rtol=0, atol=1e-5)


# --- in folders --------------------------------------------------------------------


@pytest.fixture(params=sorted(MODELS.keys() - {"BLIP"}))
def saved(
    request: pytest.FixtureRequest, tmp_path: Path
) -> tuple[str, nn.Module, Path]:
    """A larger model as the library saves it: (its name, its tower, the folder)."""
    import transformers

    make, place = MODELS[request.param]
    torch.manual_seed(2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: Any = make(transformers).eval()
    _sharpen(module.get_submodule(place))
    module.save_pretrained(tmp_path)
    return request.param, module.get_submodule(place), tmp_path


def test_the_tower_of_a_folder(saved: tuple[str, nn.Module, Path]) -> None:
    _, tower, folder = saved
    model = vitviz.load_model(folder)
    said = model.info.assumed[0]
    assert said.startswith("the tower ")
    assert said.endswith(" alone")
    _require_eager_rows(model, tower)
    # only what the tower has is kept; the rest is listed
    file = folder / "model.safetensors"
    with safetensors.safe_open(file, framework="pt") as opened:
        names = set(opened.keys())
    name = said.split()[2]
    assert model.info.set_aside
    left = set(model.info.set_aside)
    assert left < names
    assert all(one.startswith(f"{name}.") for one in names - left)
    there = sum(tensor.numel() for tensor in tower.parameters())
    assert model.info.num_parameters <= there
    assert model.info.weights_sha256 == sha256(file.read_bytes()).hexdigest()
    # and by its name
    text = f"tower={name}:{folder}"
    again = vitviz.load_model(text)
    assert again.info.source == text
    assert again.info.set_aside == model.info.set_aside
    with pytest.raises(SelectionError, match=f"one of these: {name}"):
        vitviz.load_model(f"tower=language_model:{folder}")


def two_towers(folder: Path) -> dict[str, nn.Module]:
    """Save a model with the networks `left` and `right`, each in a file of its own."""
    import transformers

    folder.mkdir(exist_ok=True)
    config = transformers.ViTConfig(**VISION)
    towers: dict[str, nn.Module] = {}
    for number, name in enumerate(("left", "right")):
        torch.manual_seed(number)
        made: Any = transformers.ViTModel(config, add_pooling_layer=False)
        towers[name] = made.eval()
        _sharpen(towers[name])
        state = {f"{name}.{key}": t for key, t in towers[name].state_dict().items()}
        state[f"{name}_projection.weight"] = torch.zeros(3, 3)
        safetensors.torch.save_file(state, folder / f"{name}.safetensors")
    places = {
        f"{name}.{key}": f"{name}.safetensors"
        for name in towers
        for key in (*towers[name].state_dict(),)
    }
    index = {"weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    whole = {"model_type": "llava", "vision_config": config.to_dict()}
    (folder / "config.json").write_text(json.dumps(whole))
    return towers


def test_two_towers_of_a_folder(tmp_path: Path) -> None:
    """Both are offered; the one that is asked for is read, of parts only its own."""
    towers = two_towers(tmp_path)
    first = vitviz.load_model(tmp_path)
    assert "tower left, others: right" in first.info.assumed
    _require_eager_rows(first, towers["left"])
    # of the other part not a byte is read
    (tmp_path / "left.safetensors").write_bytes(b"damaged")
    second = vitviz.load_model(f"tower=right:{tmp_path}")
    _require_eager_rows(second, towers["right"])
    assert any(name.startswith("left.") for name in second.info.set_aside)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"num_hidden_layers": 10**9}, "beyond all measure"),
        ({"num_hidden_layers": 1}, "None of the"),
        ({"num_hidden_layers": 3}, "None of the"),
        ({"hidden_size": 64}, "do not fit"),
        ({"model_type": "../evil"}, "a kind that is not opened"),
        ({"model_type": ["vit"]}, "a kind that is not opened"),
    ],
)
def test_a_nested_configuration_is_data(
    values: dict[str, Any], why: str, tmp_path: Path
) -> None:
    import transformers

    config = transformers.ViTConfig(**VISION)
    module = transformers.ViTModel(config, add_pooling_layer=False)
    state = {f"vision_tower.{key}": t for key, t in module.state_dict().items()}
    safetensors.torch.save_file(state, tmp_path / "model.safetensors")
    nested = {**config.to_dict(), **values, "auto_map": {"AutoModel": "evil.Evil"}}
    whole = {"model_type": "llava", "vision_config": nested}
    (tmp_path / "config.json").write_text(json.dumps(whole))
    with pytest.raises(CheckpointError, match=why):
        vitviz.load_model(tmp_path)


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
