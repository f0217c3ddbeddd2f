"""Checkpoint files of every known naming, and what is wrong with others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from vitviz.cli import main
from vitviz.errors import CheckpointError
from vitviz.models.loading import load_model

State = dict[str, Tensor]


def shaken(module: nn.Module) -> nn.Module:
    """No parameter left at 0 or 1: one that is lost must show."""
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in module.parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.add_(0.02 * noise)
    return module.eval()


def torchvision_vit(**options: Any) -> nn.Module:  # noqa: ANN401
    from torchvision.models import VisionTransformer

    sizes: dict[str, Any] = {
        "image_size": 64, "patch_size": 16, "num_layers": 2, "num_heads": 3,
        "hidden_dim": 192, "mlp_dim": 384, "num_classes": 5,
    }  # fmt: skip
    return shaken(VisionTransformer(**{**sizes, **options}))


def timm_vit(**options: Any) -> nn.Module:  # noqa: ANN401
    from timm.models.vision_transformer import VisionTransformer

    sizes: dict[str, Any] = {
        "img_size": 64, "patch_size": 16, "embed_dim": 192, "depth": 2, "num_heads": 3,
        "num_classes": 5,
    }  # fmt: skip
    return shaken(VisionTransformer(**{**sizes, **options}))


def distilled() -> nn.Module:
    from timm.models.deit import VisionTransformerDistilled

    module = VisionTransformerDistilled(
        img_size=64, patch_size=16, embed_dim=192, depth=2, num_heads=3, num_classes=5
    )
    return shaken(module)


def dinov2_registers() -> tuple[nn.Module, State]:
    """Timm's network, and its weights as the original repository names them."""
    module = timm_vit(
        num_classes=0, init_values=1e-5, reg_tokens=4, no_embed_class=True
    )
    state = dict(module.state_dict())
    state["register_tokens"] = state.pop("reg_token")
    added = 0.02 * torch.randn(1, 1, 192)
    state["cls_token"] = state["cls_token"] - added
    state["pos_embed"] = torch.cat([added, state["pos_embed"]], dim=1)
    state["mask_token"] = torch.zeros(1, 192)
    return module, state


def plain(make: Callable[[], nn.Module]) -> Callable[[], tuple[nn.Module, State]]:
    def made() -> tuple[nn.Module, State]:
        module = make()
        return module, dict(module.state_dict())

    return made


def dino() -> tuple[nn.Module, State]:
    module = timm_vit(num_classes=0)
    state = {f"backbone.{n}": t for n, t in module.state_dict().items()}
    state["head.mlp.0.weight"] = torch.zeros(8, 192)
    state["head.last_layer.weight_v"] = torch.zeros(8, 8)
    return module, state


def mae() -> tuple[nn.Module, State]:
    module = timm_vit(num_classes=0)
    state = dict(module.state_dict())
    state["mask_token"] = torch.zeros(1, 1, 8)
    state["decoder_pos_embed"] = torch.zeros(1, 17, 8)
    state["decoder_blocks.0.attn.qkv.weight"] = torch.zeros(24, 8)
    return module, state


def old_torchvision() -> tuple[nn.Module, State]:
    module = torchvision_vit()
    names = {".mlp.0.": ".mlp.linear_1.", ".mlp.3.": ".mlp.linear_2."}
    state = {}
    for name, tensor in module.state_dict().items():
        for new, old in names.items():
            name = name.replace(new, old)
        state[name] = tensor
    return module, state


NAMINGS: dict[str, Callable[[], tuple[nn.Module, State]]] = {
    "torchvision": plain(torchvision_vit),
    "torchvision, old names": old_torchvision,
    "timm": plain(timm_vit),
    "timm, no head": plain(lambda: timm_vit(num_classes=0)),
    "timm, layer scale": plain(lambda: timm_vit(init_values=0.1)),
    "timm, registers": plain(lambda: timm_vit(reg_tokens=4)),
    "timm, no CLS": plain(lambda: timm_vit(class_token=False, global_pool="avg")),
    "timm, mean and CLS": plain(lambda: timm_vit(global_pool="avg")),
    "timm, q and k norm": plain(lambda: timm_vit(qk_norm=True)),
    "timm, no qkv bias": plain(lambda: timm_vit(qkv_bias=False)),
    "timm, patch 8, wide MLP": plain(lambda: timm_vit(patch_size=8, mlp_ratio=6)),
    "DeiT, distilled": plain(distilled),
    "DINO": dino,
    "DINOv2 with registers": dinov2_registers,
    "MAE": mae,
}
WRAPPED: dict[str, Callable[[State], object]] = {
    "bare": lambda state: state,
    "state_dict and module.": lambda state: {
        "epoch": 3,
        "state_dict": {f"module.{n}": t for n, t in state.items()},
        "optimizer": {"state": {0: {"step": torch.zeros(1)}}},
    },
    "teacher": lambda state: {"student": {}, "teacher": state, "args": {"lr": 0.1}},
    "model in model": lambda state: {"model": {"model": state}},
}


@pytest.mark.parametrize("naming", NAMINGS)
def test_every_naming_loads_to_identical_outputs(naming: str, tmp_path: Path) -> None:
    module, state = NAMINGS[naming]()
    size = 64
    pixels = torch.randn(1, 3, size, size)
    with torch.no_grad():
        expected = module(pixels)
    contents = {
        "plain.safetensors": None,
        **{f"{i}.pth": wrap for i, wrap in enumerate(WRAPPED.values())},
    }
    for name, wrap in contents.items():
        path = tmp_path / name
        if wrap is None:
            save_file({n: t.contiguous().clone() for n, t in state.items()}, path)
        else:
            torch.save(wrap(state), path)
        model = load_model(path)
        with torch.inference_mode():
            found = model.adapter.forward(pixels)
        if naming == "DINOv2 with registers":  # CLS and its position are added here
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)
        else:
            assert torch.equal(found, expected), name


def test_an_old_pickle_is_read_too(tmp_path: Path) -> None:
    module = timm_vit()
    path = tmp_path / "old.pth"
    torch.save(module.state_dict(), path, _use_new_zipfile_serialization=False)
    pixels = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(load_model(path).adapter.forward(pixels), module(pixels))


def _drop(name: str) -> Callable[[State], State]:
    return lambda state: {n: t for n, t in state.items() if n != name}


def _set(name: str, *shape: int) -> Callable[[State], State]:
    return lambda state: {**state, name: torch.zeros(*shape)}


WRONG: dict[str, tuple[Callable[[], nn.Module], Callable[[State], State], str]] = {
    "no norm": (timm_vit, _drop("norm.weight"), "missing norm.weight"),
    "no bias": (timm_vit, _drop("blocks.1.mlp.fc1.bias"), "missing blocks.1.mlp.fc1"),
    "no CLS": (timm_vit, _drop("cls_token"), "square grid"),
    "no positions": (timm_vit, _drop("pos_embed"), "pos_embed is missing"),
    "no block 0 MLP": (timm_vit, _drop("blocks.0.mlp.fc1.weight"), "is missing"),
    "extra": (timm_vit, _set("blocks.0.gate.weight", 3), "unexpected blocks.0.gate"),
    "another block": (timm_vit, _set("blocks.2.norm1.weight", 192), "missing blocks.2"),
    "wide norm": (timm_vit, _set("norm.weight", 384), "(384,), not (192,)"),
    "short qkv": (timm_vit, _set("blocks.0.attn.qkv.weight", 384, 192), "(384, 192)"),
    "odd grid": (timm_vit, _set("pos_embed", 1, 18, 192), "square grid"),
    "narrow positions": (timm_vit, _set("pos_embed", 1, 17, 96), "(1, 17, 96)"),
    "odd head": (timm_vit, _set("head.bias", 9), "head.bias is (9,)"),
    "flat patch": (
        timm_vit,
        _set("patch_embed.proj.weight", 192, 768),
        "is (192, 768)",
    ),
    "oblong": (timm_vit, _set("patch_embed.proj.weight", 192, 3, 16, 8), "oblong"),
    "CLIP": (timm_vit, _set("norm_pre.weight", 192), "CLIP"),
    "tv no class": (torchvision_vit, _drop("class_token"), "no naming"),
    "tv no ln": (torchvision_vit, _drop("encoder.ln.weight"), "missing encoder.ln"),
    "tv head": (torchvision_vit, _set("heads.head.bias", 4), "heads.head.bias is (4,)"),
    "tv extra": (torchvision_vit, _set("decoder2.weight", 4), "unexpected decoder2"),
    "tv positions": (
        torchvision_vit,
        _set("encoder.pos_embedding", 1, 16, 192),
        "square grid",
    ),
    "unknown width": (
        lambda: timm_vit(embed_dim=208, num_heads=4),
        lambda state: state,
        "208 wide",
    ),
    "another network": (
        lambda: nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)),
        lambda state: state,
        "no naming",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_pairings_are_refused_with_what_differs(
    wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, edit, words = WRONG[wrong]
    path = tmp_path / "wrong.pth"
    torch.save(edit(dict(make().state_dict())), path)
    with pytest.raises(CheckpointError) as caught:
        load_model(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert main(["models", "check", str(path)]) == 2
    assert words in capsys.readouterr().err


def test_ten_differences_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    state = {
        n: t
        for n, t in timm_vit().state_dict().items()
        if not n.startswith("blocks.1.")
    }
    state["blocks.1.norm1.weight"] = torch.zeros(192)
    path = tmp_path / "a.pth"
    torch.save(state, path)
    with pytest.raises(CheckpointError, match="11 names") as caught:
        load_model(path)
    assert str(caught.value).count("missing") == 10
    assert "and 1 more" in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_named(tmp_path: Path, value: float) -> None:
    state = dict(timm_vit().state_dict())
    state["blocks.1.norm1.weight"] = state["blocks.1.norm1.weight"].clone()
    state["blocks.1.norm1.weight"][:3] = value
    path = tmp_path / "a.safetensors"
    save_file({n: t.contiguous() for n, t in state.items()}, path)
    with pytest.raises(CheckpointError, match=r"3 values .* blocks\.1\.norm1\.weight"):
        load_model(path)


def test_check_says_it_all_on_one_screen(
    tmp_path: Path, model_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, state = dinov2_registers()
    path = tmp_path / "a.pth"
    torch.save({"teacher": state}, path)
    assert main(["models", "check", str(path)]) == 0
    said = capsys.readouterr().out
    for words in (
        "DINOv2 with registers below teacher",
        "3 heads",
        "mask_token",
        "21: 4×4 patches and cls, reg0, reg1, reg2, reg3",
        "ImageNet",
        "none",
    ):
        assert words in said
    assert len(said.splitlines()) < 20
    assert main(["models", "check", str(model_folder)]) == 0
    assert "transformers folder" in capsys.readouterr().out
    assert main(["models", "check", str(model_folder / "model.safetensors")]) == 0
    assert "transformers folder" in capsys.readouterr().out


def test_the_trace_of_a_file_is_verified(tmp_path: Path, photo: Path) -> None:
    import vitviz

    path = tmp_path / "a.pth"
    torch.save(timm_vit().state_dict(), path)
    trace = vitviz.trace(load_model(path), photo)
    assert trace.max_error <= 1e-5
    assert trace.setup.model.weights_sha256() is not None
