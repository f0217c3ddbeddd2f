"""Files and folders of timm's networks beyond the plain one, opened from this disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

import vitviz
from vitviz.cli.main import main
from vitviz.errors import VitvizError

LONG = pytest.mark.long
NETWORKS = (
    "eva02_tiny_patch14_224",
    "vit_small_patch16_dinov3",
    "vit_small_patch16_rope_ape_224",
    pytest.param("vit_base_patch16_xp_224", marks=LONG),
    pytest.param("vit_pe_core_tiny_patch16_384", marks=LONG),
    pytest.param("vit_small_patch16_rope_224", marks=LONG),
    pytest.param("vit_relpos_small_patch16_224", marks=LONG),
    pytest.param("vit_base_patch16_siglip_224", marks=LONG),
    pytest.param("beit_base_patch16_224", marks=LONG),
    pytest.param("samvit_base_patch16_224", marks=LONG),
    pytest.param("vit_small_patch16_rope_mixed_224", marks=LONG),
    pytest.param("vit_small_patch16_rope_mixed_ape_224", marks=LONG),
    pytest.param("vit_base_patch16_sapiens2", marks=LONG),
    pytest.param("vit_so150m_patch16_reg4_map_256", marks=LONG),
    pytest.param("vit_tiny_r_s16_p8_224", marks=LONG),
    pytest.param("vit_base_mci_224", marks=LONG),
    pytest.param("vit_base_patch16_rpn_224", marks=LONG),
    pytest.param("vit_base_patch32_siglip_gap_256", marks=LONG),
    pytest.param("vit_intern300m_patch14_448", marks=LONG),
    pytest.param("vit_large_patch16_dinov3", marks=LONG),
    pytest.param("beit_large_patch16_384", marks=LONG),
    pytest.param("vit_pe_core_large_patch14_336", marks=LONG),
    pytest.param("vit_pe_lang_large_patch14_448", marks=LONG),
    pytest.param("aimv2_large_patch14_224", marks=LONG),
)


def made(name: str, **options: Any) -> nn.Module:  # noqa: ANN401
    import timm

    torch.manual_seed(3)
    module: nn.Module = timm.create_model(name, pretrained=False, **options).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.02)
    return module


def write(
    module: nn.Module, path: Path, metadata: dict[str, str] | None = None
) -> None:
    """In 16 bits, and the module's weights are rounded to what the file holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {name: t.bfloat16().contiguous() for name, t in module.state_dict().items()}
    safetensors.torch.save_file(state, path, metadata)
    module.load_state_dict(state)


def require_same(model: vitviz.Model, module: nn.Module, *size: int) -> None:
    """Equal output bit by bit, for an input of (width, height)."""
    width, height = size
    pixels = torch.randn(1, 3, height, width)
    with torch.inference_mode(), model.adapter.ready((width, height)):
        assert torch.equal(model.adapter.forward(pixels), module(pixels))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_is_told_by_names_and_shapes(name: str, tmp_path: Path) -> None:
    module = made(name, num_classes=3)
    write(module, tmp_path / "mine.safetensors")
    model = vitviz.load_model(tmp_path / "mine.safetensors")
    require_same(model, module, *model.preprocessing.size)
    assert model.info.assumed[0].split(" | ")[0] == f"timm:{name}"
    assert model.info.labels == ("0", "1", "2")


def test_networks_that_names_and_shapes_do_not_tell_apart(tmp_path: Path) -> None:
    """LingBot's are DINOv3's with biases: both are named, and the path decides."""
    module = made("vit_small_patch16_lingbot", num_classes=0)
    write(module, tmp_path / "mine.safetensors")
    assumed = vitviz.load_model(tmp_path / "mine.safetensors").info.assumed
    assert (
        assumed[0] == "timm:vit_small_patch16_dinov3_qkvb | vit_small_patch16_lingbot"
    )
    write(module, tmp_path / "vit_small_patch16_lingbot.safetensors")
    model = vitviz.load_model(tmp_path / "vit_small_patch16_lingbot.safetensors")
    assert model.info.assumed[0] == "timm:vit_small_patch16_lingbot"
    require_same(model, module, *model.preprocessing.size)


def test_another_size_and_the_name_of_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "eva02_tiny_patch14_336.mim_in22k_ft_in1k"
    module = made("eva02_tiny_patch14_224", num_classes=0, img_size=84)
    path = tmp_path / f"models--timm--{name}" / "snapshots" / "x" / "model.safetensors"
    write(module, path)
    model = vitviz.load_model(path)
    require_same(model, module, 84, 84)
    assert model.info.assumed[0] == f"timm:{name}"
    assert model.preprocessing.mean[0] == pytest.approx(0.4815, abs=1e-4)
    assert main(["models", "check", str(path)]) == 0
    assert "6×6" in capsys.readouterr().out


def config(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "architecture": "vit_tiny_patch16_224",
        "num_classes": 3,
        "label_names": ["cat", "dog", "cow"],
        "model_args": {"img_size": 32, "depth": 2},
        "pretrained_cfg": {
            "input_size": [3, 32, 32],
            "crop_pct": 0.8,
            "interpolation": "bicubic",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "first_conv": "patch_embed.proj",
            "classifier": "head",
        },
        **changes,
    }


def test_a_folder_of_the_hub_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = made("vit_tiny_patch16_224", num_classes=3, img_size=32, depth=2)
    folder = tmp_path / "models--me--pets" / "snapshots" / "0123456789"
    write(module, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config()))
    for place in (folder, folder / "model.safetensors"):
        model = vitviz.load_model(place)
        require_same(model, module, 32, 32)
        assert model.info.name == "pets"
        assert model.info.labels == ("cat", "dog", "cow")
        assert model.preprocessing.resize == 40
        assert model.preprocessing.mean == (0.5, 0.5, 0.5)
        assert main(["models", "check", str(place)]) == 0
        said = capsys.readouterr().out
        assert "cat, dog, cow" in said
        assert "2 layers, 3 heads, width 192" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"architecture": "vit_tony_patch16_224"}, "vit_tiny_patch16_224"),
        ({"architecture": "../vit"}, "names no network"),
        ({"architecture": "swin_tiny_patch4_window7_224"}, "does not hold"),
        ({"model_args": {"img_size": 32, "depth": 3}}, "does not hold"),
        ({"model_args": {"img_size": 32, "depth": 10**7}}, "beyond all measure"),
        ({"model_args": {"embed_dim": 10**9}}, "beyond all measure"),
        ({"model_args": {"nonsense": 1}}, "nonsense"),
        ({"model_args": [1]}, "names no network"),
        ({"num_classes": 4}, "head.weight"),
        ({"pretrained_cfg": {"mean": [0.5]}}, "not three numbers"),
    ],
)
def test_a_folder_that_does_not_fit(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    module = made("vit_tiny_patch16_224", num_classes=3, img_size=32, depth=2)
    write(module, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config(**changes)))
    with pytest.raises(VitvizError) as caught:
        vitviz.load_model(tmp_path)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_with_numbers_that_are_not_finite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = made("vit_tiny_patch16_224", num_classes=3, img_size=32, depth=2)
    with torch.no_grad():
        module.get_parameter("blocks.1.norm1.weight")[:2] = float("nan")
    write(module, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps(config()))
    with pytest.raises(VitvizError, match=r"2 in blocks\.1\.norm1\.weight"):
        vitviz.load_model(tmp_path)
    assert main(["models", "check", str(tmp_path)]) == 2
    assert "2 in blocks.1.norm1.weight" in capsys.readouterr().out
