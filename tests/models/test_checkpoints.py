"""Checkpoint files load to the very numbers of the module they came from."""

from __future__ import annotations

import argparse
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from vitviz.cli.main import main
from vitviz.errors import CheckpointError, MissingExtraError
from vitviz.models.checkpoints.open import load_checkpoint

CPU = torch.device("cpu")
SMALL: dict[str, Any] = {
    "img_size": 32,
    "patch_size": 8,
    "embed_dim": 128,
    "depth": 2,
    "num_heads": 2,
}
HF: dict[str, Any] = {
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": 32,
    "patch_size": 8,
}


def _torchvision(**options: Any) -> nn.Module:  # noqa: ANN401
    from torchvision.models import VisionTransformer

    return cast(
        "nn.Module",
        VisionTransformer(
            image_size=32,
            patch_size=8,
            num_layers=2,
            num_heads=2,
            hidden_dim=128,
            mlp_dim=256,
            **options,
        ),
    )


def _timm(**options: Any) -> nn.Module:  # noqa: ANN401
    from timm.models.vision_transformer import VisionTransformer

    return cast("nn.Module", VisionTransformer(**SMALL, **options))


def _distilled(**options: Any) -> nn.Module:  # noqa: ANN401
    from timm.models.deit import VisionTransformerDistilled

    return cast("nn.Module", VisionTransformerDistilled(**SMALL, **options))


def _swiglu() -> nn.Module:
    from timm.layers import SwiGLUPacked

    return _timm(
        mlp_layer=SwiGLUPacked,
        act_layer=nn.SiLU,
        mlp_ratio=2.66667 * 2,
        init_values=1e-5,
        num_classes=0,
    )


def _clip() -> nn.Module:
    return _timm(pre_norm=True, norm_layer=nn.LayerNorm, num_classes=7)


def _hf(kind: str, task: str, **options: Any) -> nn.Module:  # noqa: ANN401
    import transformers

    widths = {} if kind.startswith("Dinov2") else {"intermediate_size": 256}
    pool = {"add_pooling_layer": False} if options.pop("bare", False) else {}
    config = getattr(transformers, f"{kind}Config")(**HF, **widths, **options)
    return cast("nn.Module", getattr(transformers, f"{kind}{task}")(config, **pool))


MODULES: dict[str, Callable[[], nn.Module]] = {
    "torchvision": lambda: _torchvision(num_classes=5),
    "torchvision-pre-logits": lambda: _torchvision(
        num_classes=5, representation_size=64
    ),
    "timm": lambda: _timm(num_classes=5),
    "timm-no-head": lambda: _timm(num_classes=0),
    "timm-no-cls": lambda: _timm(
        class_token=False, global_pool="avg", fc_norm=False, num_classes=4
    ),
    "timm-fc-norm": lambda: _timm(global_pool="avg", num_classes=6),
    "timm-registers": lambda: _timm(
        reg_tokens=4, no_embed_class=True, init_values=1e-5, num_classes=0
    ),
    "timm-registers-embedded": lambda: _timm(reg_tokens=3, num_classes=0),
    "timm-deit3": lambda: _timm(no_embed_class=True, init_values=1e-6, num_classes=3),
    "timm-qk-norm": lambda: _timm(qk_norm=True, qkv_bias=False, num_classes=3),
    "timm-swiglu": _swiglu,
    "timm-clip": _clip,
    "deit-distilled": lambda: _distilled(num_classes=5),
    "hf-vit": lambda: _hf("ViT", "ForImageClassification", num_labels=5),
    "hf-vit-model": lambda: _hf("ViT", "Model"),
    "hf-vit-bare": lambda: _hf("ViT", "Model", bare=True),
    "hf-deit": lambda: _hf("DeiT", "ForImageClassification", num_labels=4),
    "hf-deit-teacher": lambda: _hf(
        "DeiT", "ForImageClassificationWithTeacher", num_labels=4
    ),
    "hf-dinov2": lambda: _hf("Dinov2", "Model"),
    "hf-dinov2-swiglu": lambda: _hf("Dinov2", "Model", use_swiglu_ffn=True),
    "hf-dinov2-labels": lambda: _hf("Dinov2", "ForImageClassification", num_labels=3),
    "hf-registers": lambda: _hf("Dinov2WithRegisters", "Model", num_register_tokens=4),
}


def made(name: str) -> nn.Module:
    """The module with every parameter random: zeros and ones would hide a swap."""
    torch.manual_seed(11)
    module = MODULES[name]().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(0, 0.2)
    return module


def pixels(seed: int = 5) -> Tensor:
    return torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def answer(module: nn.Module) -> Tensor:
    with torch.inference_mode():
        output = module(pixels())
    for name in ("logits", "pooler_output"):
        value = getattr(output, name, None)
        if isinstance(value, Tensor):
            return value
    if hasattr(output, "last_hidden_state"):
        return cast("Tensor", output.last_hidden_state[:, 0])
    return cast("Tensor", output)


def loaded_answer(path: Path) -> Tensor:
    model = vitviz.load_model(path)
    assert model.info.weights_path == path
    with torch.inference_mode(), model.adapter.ready((32, 32)):
        return model.adapter.forward(pixels())


def clones(module: nn.Module) -> dict[str, Tensor]:
    return {name: t.clone().contiguous() for name, t in module.state_dict().items()}


@pytest.mark.parametrize("name", MODULES)
def test_bare_in_both_formats(name: str, tmp_path: Path) -> None:
    module = made(name)
    expected = answer(module)
    safetensors.torch.save_file(clones(module), tmp_path / "a.safetensors")
    torch.save(module.state_dict(), tmp_path / "a.pth")
    torch.save(
        module.state_dict(), tmp_path / "old", _use_new_zipfile_serialization=False
    )
    for file in ("a.safetensors", "a.pth", "old"):
        assert torch.equal(loaded_answer(tmp_path / file), expected), file


WRAPPED: dict[str, Callable[[dict[str, Tensor]], object]] = {
    "state_dict": lambda s: {"state_dict": s, "epoch": 3, "args": argparse.Namespace()},
    "model, optimizer": lambda s: {
        "model": s,
        "optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": []},
    },
    "model_state_dict": lambda s: {"model_state_dict": s, "loss": 0.5},
    "model_ema": lambda s: {"model_ema": s},
    "a name of one's own": lambda s: {"params": s, "epoch": 3, "optimizer": {"lr": 1}},
    "checkpoint, model": lambda s: {"checkpoint": {"model": s}, "best": 0.5},
    "a loss beside": lambda s: (
        {f"net.{k}": v for k, v in s.items()} | {"criterion.weight": torch.ones(5)}
    ),
    "teacher": lambda s: {
        "student": {f"module.backbone.{k}": v * 0 for k, v in s.items()},
        "teacher": {f"backbone.{k}": v for k, v in s.items()}
        | {"head.mlp.0.weight": torch.ones(4, 128), "head.last_layer.weight_g": s[N]},
    },
    "net, module.": lambda s: {"net": {f"module.{k}": v for k, v in s.items()}},
    "_orig_mod.module.": lambda s: {f"_orig_mod.module.{k}": v for k, v in s.items()},
    "lightning": lambda s: {
        "state_dict": {f"model.{k}": v for k, v in s.items()},
        "pytorch-lightning_version": "2",
    },
    "encoder.": lambda s: {"encoder": {f"module.{k}": v for k, v in s.items()}},
    "visual.trunk.": lambda s: (
        {f"visual.trunk.{k}": v for k, v in s.items()}
        | {"logit_scale": torch.ones(()), "transformer.resblocks.0.bias": torch.ones(3)}
    ),
}
N = "norm.weight"


@pytest.mark.parametrize(
    ("name", "wrapper"),
    [("timm-no-head", wrapper) for wrapper in WRAPPED]
    + [("hf-vit-bare", wrapper) for wrapper in WRAPPED if wrapper != "teacher"],
)
def test_wrappers(name: str, wrapper: str, tmp_path: Path) -> None:
    module = made(name)
    path = tmp_path / "wrapped.pth"
    torch.save(WRAPPED[wrapper](clones(module)), path)
    assert torch.equal(loaded_answer(path), answer(module))


@pytest.mark.parametrize(
    "name", ["hf-vit", "hf-deit", "hf-dinov2", "hf-dinov2-swiglu", "hf-registers"]
)
def test_names_as_save_pretrained_writes_them(name: str, tmp_path: Path) -> None:
    module = cast("Any", made(name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module.save_pretrained(tmp_path)
    path = (tmp_path / "model.safetensors").rename(tmp_path / "bare.safetensors")
    assert torch.equal(loaded_answer(path), answer(module))


def test_names_of_mae_before_fine_tuning(tmp_path: Path) -> None:
    module = made("timm-no-head")
    state = clones(module) | {
        "mask_token": torch.ones(1, 1, 64),
        "decoder_pos_embed": torch.ones(1, 17, 64),
        "decoder_blocks.0.norm1.weight": torch.ones(64),
    }
    torch.save({"model": state}, tmp_path / "mae.pth")
    assert torch.equal(loaded_answer(tmp_path / "mae.pth"), answer(module))


def plain_dinov2(state: dict[str, Tensor], heads: int, registers: int) -> Tensor:
    """DINOv2's forward pass (arXiv 2304.07193, 2309.16588) from its own names."""
    s, eps = state, 1e-6
    x = F.conv2d(
        pixels(), s["patch_embed.proj.weight"], s["patch_embed.proj.bias"], stride=8
    )
    x = torch.cat([s["cls_token"], x.flatten(2).transpose(1, 2)], 1) + s["pos_embed"]
    if registers:
        x = torch.cat([x[:, :1], s["register_tokens"], x[:, 1:]], 1)
    width = x.shape[-1]
    for i in range(2):
        p = f"blocks.{i}."

        def norm(x: Tensor, n: int, p: str = p) -> Tensor:
            return F.layer_norm(
                x, (width,), s[f"{p}norm{n}.weight"], s[f"{p}norm{n}.bias"], eps
            )

        qkv = F.linear(norm(x, 1), s[p + "attn.qkv.weight"], s[p + "attn.qkv.bias"])
        q, k, v = qkv.reshape(1, -1, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        y = torch.softmax(q @ k.mT * (width // heads) ** -0.5, -1) @ v
        y = y.transpose(1, 2).reshape(1, -1, width)
        y = F.linear(y, s[p + "attn.proj.weight"], s[p + "attn.proj.bias"])
        x = x + y * s[p + "ls1.gamma"]
        y = F.linear(norm(x, 2), s[p + "mlp.w12.weight"], s[p + "mlp.w12.bias"])
        a, b = y.chunk(2, -1)
        y = F.linear(F.silu(a) * b, s[p + "mlp.w3.weight"], s[p + "mlp.w3.bias"])
        x = x + y * s[p + "ls2.gamma"]
    return F.layer_norm(x, (width,), s["norm.weight"], s["norm.bias"], eps)[:, 0]


@pytest.mark.parametrize("registers", [0, 4])
@pytest.mark.parametrize("is_grouped", [False, True])
def test_names_of_dinov2(registers: int, is_grouped: bool, tmp_path: Path) -> None:
    state = {
        re.sub("fc1", "w12", re.sub("fc2", "w3", name)): tensor
        for name, tensor in clones(made("timm-swiglu")).items()
    } | {"mask_token": torch.ones(1, 128)}
    if registers:
        state["register_tokens"] = torch.randn(1, registers, 128)
    expected = plain_dinov2(state, 2, registers)
    if is_grouped:
        state = {re.sub(r"^blocks\.", "blocks.0.", k): v for k, v in state.items()}
    torch.save(state, tmp_path / "dinov2.pth")
    found = loaded_answer(tmp_path / "dinov2.pth")
    torch.testing.assert_close(found, expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_widened(dtype: torch.dtype, tmp_path: Path) -> None:
    module = made("timm").to(dtype)
    torch.save(module.state_dict(), tmp_path / "a.pth")
    assert torch.equal(loaded_answer(tmp_path / "a.pth"), answer(module.float()))


State = dict[str, Tensor]


def _drop(name: str) -> Callable[[State], State]:
    return lambda s: {k: v for k, v in s.items() if k != name}


def _set(name: str, value: Tensor) -> Callable[[State], State]:
    return lambda s: s | {name: value}


def _nan(name: str) -> Callable[[State], State]:
    def edit(s: State) -> State:
        broken = s[name].clone()
        broken.view(-1)[:3] = torch.tensor([float("nan"), float("inf"), 1.0])
        return s | {name: broken}

    return edit


QKV = "blocks.1.attn.qkv.weight"
WRONG: dict[str, tuple[str, Callable[[State], State], str]] = {
    "missing bias": ("timm", _drop("blocks.1.mlp.fc1.bias"), "blocks.1.mlp.fc1.bias"),
    "missing norm": ("timm", _drop("norm.weight"), "1 missing: norm.weight"),
    "missing positions": ("timm", _drop("pos_embed"), "pos_embed is missing"),
    "missing cls": ("timm", _drop("cls_token"), "17 patches make no square"),
    "extra": ("timm", _set("blocks.0.gate", torch.ones(2)), "unexpected: blocks.0.g"),
    "extra block": ("timm", _set("blocks.7.norm1.bias", torch.ones(128)), "[2, 3, 4"),
    "many blocks": ("timm", _set("blocks.999.norm1.bias", torch.ones(2)), "1000 bl"),
    "qkv shape": ("timm", _set(QKV, torch.ones(384, 127)), "(384, 127) instead"),
    "one head bias": ("timm", _set("head.bias", torch.ones(6)), "head.bias (6,)"),
    "mlp": ("timm", _set("blocks.1.mlp.fc1.weight", torch.ones(8, 128)), "(8, 128)"),
    "bands": ("timm", _set("patch_embed.proj.weight", torch.ones(128, 99, 8, 8)), "99"),
    "oblong": ("timm", _set("patch_embed.proj.weight", torch.ones(128, 3, 8, 4)), "8×"),
    "width": ("timm", _set("patch_embed.proj.weight", torch.ones(99, 3, 8, 8)), "99"),
    "grid": ("timm", _set("pos_embed", torch.ones(1, 20, 128)), "no square"),
    "integers": ("timm", _set(QKV, torch.ones(384, 128).to(torch.int8)), "int8"),
    "nan": ("timm", _nan(QKV), f"2 in {QKV}"),
    "swin": (
        "timm",
        lambda s: {"layers.0.blocks.0.attn.relative_position_bias_table": s[N]},
        "windows",
    ),
    "resnet": ("timm", lambda s: {"layer1.0.conv1.weight": s[N]}, "no attention"),
    "torchvision block": (
        "torchvision",
        _drop("encoder.layers.encoder_layer_1.ln_1.bias"),
        "encoder_layer_1.ln_1.bias",
    ),
    "torchvision stem": (
        "torchvision",
        _set("encoder.pos_embedding", torch.ones(1, 30, 128)),
        "29 patches",
    ),
    "hf pooler": ("hf-vit", _set("vit.pooler.dense.bias", torch.ones(128)), "pooler"),
    "hf key": ("hf-dinov2", _drop("layernorm.bias"), "layernorm.bias"),
    "hf mask": ("hf-dinov2", _drop("embeddings.mask_token"), "mask_token"),
    "hf labels": ("hf-vit", _set("classifier.bias", torch.ones(9)), "(9,) instead"),
    "timm for deit": ("deit-distilled", _drop("dist_token"), "no square"),
    "half a distilled head": ("deit-distilled", _drop("head_dist.bias"), "head_dist"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_differs_is_named(name: str, tmp_path: Path) -> None:
    source, edit, said = WRONG[name]
    path = tmp_path / "edited.pth"
    torch.save(edit(clones(made(source))), path)
    with pytest.raises(CheckpointError) as caught:
        vitviz.load_model(path)
    assert said in str(caught.value)
    assert "edited.pth" in str(caught.value)


def test_a_missing_library_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(clones(made("timm")), tmp_path / "a.pth")
    for name in ("timm.layers", "timm.models.deit"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(MissingExtraError, match=r"vitviz\[timm\]"):
        load_checkpoint(tmp_path / "a.pth", device=CPU, dtype=torch.float32)


def test_attention_of_a_file_is_exact(tmp_path: Path) -> None:
    torch.save(clones(made("timm-registers")), tmp_path / "a.pth")
    model = vitviz.load_model(tmp_path / "a.pth")
    trace = vitviz.trace(model, pixels())
    assert (trace.num_tokens, trace.num_prefix_tokens) == (21, 5)
    assert trace.max_error < 1e-5
    assert any("2 heads" in phrase for phrase in model.info.assumed)


def check(path: Path) -> int:
    return main(["models", "check", str(path)])


def test_check_says_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model_folder: Path
) -> None:
    import hashlib

    path = tmp_path / "a.pth"
    torch.save({"model": clones(made("deit-distilled")), "epoch": 1}, path)
    assert check(path) == 0
    said = capsys.readouterr().out
    for text in (
        "PyTorch (zip)",
        hashlib.sha256(path.read_bytes()).hexdigest(),
        "model",
        "timm",
        "18 tokens",
        "cls, dist",
        "2 heads",
        "classes         5",
        "epoch",
    ):
        assert text in said
    assert len(said.splitlines()) <= 24
    assert check(model_folder) == 0
    said = capsys.readouterr().out
    for text in (
        "cls",
        "48",
        "50 tokens",
        "preprocessing   shorter side to 112 px",
        "labels ",
    ):
        assert text in said
    assert "parameters      115,296" in said
    assert len(said.splitlines()) <= 24


def test_check_reports_numbers_that_are_not_finite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(_nan(QKV)(clones(made("timm"))), tmp_path / "a.pth")
    assert check(tmp_path / "a.pth") == 2
    said = capsys.readouterr()
    assert f"2 in {QKV}" in said.out
    assert "not finite" in said.err


@pytest.mark.parametrize("kind", ["CLIPVision", "SiglipVision", "Beit", "DINOv3ViT"])
def test_a_file_of_transformers_without_its_config(kind: str, tmp_path: Path) -> None:
    """Its names do not tell the network: its folder does."""
    import transformers

    config = getattr(transformers, f"{kind}Config")(
        hidden_size=128,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=32,
        patch_size=16,
        use_relative_position_bias=True,
    )
    module = getattr(transformers, f"{kind}Model")(config)
    path = tmp_path / "model.safetensors"
    safetensors.torch.save_file(clones(module), path)
    with pytest.raises(CheckpointError, match=r"Open its folder, with config\.json"):
        vitviz.load_model(path)
    module.save_pretrained(tmp_path)
    assert vitviz.load_model(path).info.num_layers == 2


def test_tensors_of_8_bits_are_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "small.pth"
    torch.save({"a.weight": torch.zeros(2, 2).to(torch.float8_e4m3fn)}, path)
    with pytest.raises(CheckpointError, match=r"8 bit tensors.*not read"):
        vitviz.load_model(path)
