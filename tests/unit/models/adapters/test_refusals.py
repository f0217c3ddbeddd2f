"""What has no attention between all patches is refused, with why and a way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vitviz
from vitviz.errors import CheckpointError, SelectionError, UnsupportedModelError
from vitviz.explain import token_states
from vitviz.models.adapters.refusals import reason_against

TIMM = {
    "swin_tiny_patch4_window7_224": "windows",
    "swinv2_tiny_window8_256": "windows",
    "maxvit_tiny_rw_224": "windows",
    "davit_tiny": "windows",
    "nest_tiny": "windows",
    "twins_svt_small": "windows",
    "xcit_nano_12_p16_224": "channels",
    "cait_xxs24_224": "before and after the softmax",
    "convit_tiny": "gate for positions",
    "mvitv2_tiny": "merged from stage to stage",
    "hiera_tiny_224": "merged from stage to stage",
    "sam2_hiera_tiny": "merged from stage to stage",
    "pit_ti_224": "merged from stage to stage",
    "pvt_v2_b0": "merged from stage to stage",
    "levit_128s": "merged from stage to stage",
    "tnt_s_patch16_224": "two sequences",
    "crossvit_9_240": "two sequences",
    "volo_d1_224": "outlook attention",
    "naflexvit_base_patch16_gap": "NaFlex",
    "mixer_s32_224": "no attention",
    "resnet18": "no attention",
    "efficientvit_m0": "not a plain Vision Transformer",
}


@pytest.mark.parametrize("name", TIMM)
def test_timm(name: str) -> None:
    import timm

    with torch.device("meta"):
        module = timm.create_model(name, pretrained=False)
    with pytest.raises(UnsupportedModelError) as caught:
        vitviz.wrap(module)
    said = str(caught.value)
    assert TIMM[name] in said
    assert type(module).__name__ in said
    assert "Take " in said or "A plain ViT" in said or "timm:" in said


TORCHVISION = {
    "swin_t": "windows",
    "swin_v2_t": "windows",
    "maxvit_t": "windows",
    "mvit_v2_s": "merged from stage to stage",
}


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision(name: str) -> None:
    import torchvision.models as tv

    with torch.device("meta"):
        module = tv.get_model(name, weights=None)
    with pytest.raises(UnsupportedModelError, match=TORCHVISION[name]):
        vitviz.wrap(module)


@pytest.mark.parametrize("name", [*TIMM, *TORCHVISION])
def test_files_of_them_are_refused_with_the_same_reason(
    name: str, tmp_path: Path
) -> None:
    import timm
    import torchvision.models as tv

    with torch.device("meta"):
        if name in TIMM:
            module = timm.create_model(name, pretrained=False)
        else:
            module = tv.get_model(name, weights=None)
    state = {key: torch.ones(1) for key in module.state_dict()}
    torch.save({"state_dict": state}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError) as caught:
        vitviz.load_model(tmp_path / "a.pth")
    said = {**TIMM, **TORCHVISION}[name]
    untold = ("hiera_tiny_224", "efficientvit_m0")  # their names are a plain ViT's
    assert name in untold or said in str(caught.value)


def test_names_of_plain_ones_are_not_refused() -> None:
    from tests.models.test_checkpoints import MODULES

    for make in MODULES.values():
        assert reason_against(make().state_dict()) is None
    names = ["blocks.0.5.attn.qkv.weight", "blocks.3.attn.relative_position_bias_table"]
    assert reason_against(names) is None


@pytest.mark.parametrize("task", ["ViTForMaskedImageModeling", "ViTMAEForPreTraining"])
def test_the_encoder_of_what_paints_patches_in(task: str) -> None:
    import transformers

    kind = getattr(transformers, task)
    config = kind.config_class(**SMALL)
    module = kind(config).eval()
    pixels = torch.randn(1, 3, 64, 64)
    trace = vitviz.trace(vitviz.wrap(module), pixels)
    assert (trace.num_tokens, trace.logits) == (17, None)
    weights = module.base_model
    weights.set_attn_implementation("eager")
    options = {"noise": torch.arange(16)[None]} if "MAE" in task else {}
    config.mask_ratio = 0.0
    with torch.inference_mode():
        expected = weights(pixels, output_attentions=True, **options).attentions
    for layer in (0, 1):
        found = torch.from_numpy(trace.row(layer, (2, 3)))
        torch.testing.assert_close(found, expected[layer][0, :, 12], rtol=0, atol=1e-5)


def test_any_fault_of_a_module_is_one_sentence() -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = sam()

        def forward(self, pixels: Tensor) -> Tensor:
            found: Tensor = self.nothing(pixels)  # type: ignore[operator]
            return found

    with pytest.raises(UnsupportedModelError, match=r"no attribute 'nothing'"):
        vitviz.trace(vitviz.wrap(Broken()), torch.randn(1, 3, 96, 96))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vit_small_patch16_18x2_224", "more than once"),
        ("vit_dpwee_patch16_reg1_gap_256", "more than once"),
    ],
)
def test_two_attentions_in_a_block(name: str, said: str) -> None:
    import timm

    module = timm.create_model(name, pretrained=False, depth=3)
    with pytest.raises(UnsupportedModelError, match=said):
        vitviz.trace(vitviz.wrap(module), torch.randn(1, 3, 64, 64))


SMALL: dict[str, Any] = {
    "hidden_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 64,
    "image_size": 64,
    "patch_size": 16,
}


def transformers_model(kind: str, **options: Any) -> nn.Module:  # noqa: ANN401
    import transformers

    config = getattr(transformers, f"{kind}Config")(**options)
    with torch.device("meta"):
        module: nn.Module = getattr(transformers, f"{kind}Model")(config)
    return module


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("Swin", {"depths": [1], "num_heads": [1], "embed_dim": 24}, "windows"),
        ("Segformer", {}, "merged from stage to stage"),
        ("Siglip2Vision", SMALL, "NaFlex"),
        ("Yolos", {**SMALL, "image_size": [64, 64]}, "detected objects"),
        ("Vivit", SMALL, "video"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_transformers(kind: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsupportedModelError, match=said):
        vitviz.wrap(transformers_model(kind, **options))


def test_softmax_written_by_hand_is_followed() -> None:
    from transformers import FlavaImageConfig, FlavaImageModel

    torch.manual_seed(0)
    module = FlavaImageModel(FlavaImageConfig(**SMALL)).eval()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    pixels = torch.randn(1, 3, 64, 64)
    trace = vitviz.trace(vitviz.wrap(module), pixels)
    with torch.no_grad():
        own = module(pixels, output_attentions=True).attentions
    for layer, weights in enumerate(own):
        assert weights.max() > 5 / 17, "sharp enough to tell heads apart"
        for query in range(17):
            row = torch.as_tensor(trace.row(layer, query))
            torch.testing.assert_close(row, weights[0, :, query], atol=1e-5, rtol=0)


# -- SAM: some layers stay in windows, others look at the whole picture --------------


def sam() -> nn.Module:
    import timm

    torch.manual_seed(2)
    module: nn.Module = timm.create_model(
        "samvit_base_patch16_224",
        pretrained=False,
        depth=3,
        embed_dim=96,
        num_heads=3,
        window_size=3,
        global_attn_indexes=(1,),
        img_size=96,
    )
    return module.eval()


def test_windowed_layers_are_marked_and_global_ones_shown() -> None:
    trace = vitviz.trace(vitviz.wrap(sam()), torch.randn(1, 3, 96, 96))
    assert trace.is_complete
    assert trace.setup.windowed == {0, 2}
    assert trace.row(1, (2, 3)).shape == (3, 36)
    with pytest.raises(SelectionError, match=r"within small windows.*picture: 1\."):
        trace.row(2, 0)


def test_methods_across_layers_say_why_they_cannot() -> None:
    trace = vitviz.trace(vitviz.wrap(sam()), torch.randn(1, 3, 96, 96))
    with pytest.raises(SelectionError, match="Layer 0 attends within small windows"):
        vitviz.explain.run("rollout", trace, query=0)


def test_states_of_blocks_that_keep_rows_and_columns_apart() -> None:
    model, pixels = vitviz.wrap(sam()), torch.randn(1, 3, 96, 96)
    found = token_states.states(model, vitviz.trace(model, pixels), pixels=pixels)
    assert found.values.shape == (4, 36, 96)
    kept: list[Tensor] = []
    hook = model.adapter.blocks[1].register_forward_hook(
        lambda _m, _a, out: kept.append(out)
    )
    with torch.inference_mode(), model.adapter.ready((96, 96)):
        model.adapter.forward(pixels)
    hook.remove()
    torch.testing.assert_close(
        torch.as_tensor(found.values[2]).reshape(6, 6, 96), kept[0][0]
    )


def test_what_the_network_itself_refuses_is_one_sentence() -> None:
    class Picky(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = sam()

        def forward(self, pixels: Tensor) -> Tensor:
            assert pixels.shape[-1] == 96, "only 96 pixels"
            return torch.zeros(1, 3)

    model = vitviz.wrap(Picky())
    with pytest.raises(UnsupportedModelError, match="64×64 px: only 96 pixels"):
        vitviz.trace(model, torch.randn(1, 3, 64, 64))
