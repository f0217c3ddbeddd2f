"""Folders of adapters (PEFT): added to a base at hand, else said how.

The reference is the library's own network with W + s·B·A written out in numpy, of which
s is α / r, or with peft's own merge where peft is installed.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

import vitviz
from tests.models.sharpen import sharpen
from vitviz.errors import CheckpointError, SelectionError

SIDE, WIDTH, RANK, ALPHA = 64, 64, 4, 6.0
ROOT = "base_model.model."


def network(*, classes: int | None = 3, kind: str = "ViT") -> Any:  # noqa: ANN401
    import transformers

    torch.manual_seed(7)
    config = getattr(transformers, f"{kind}Config")(
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        mlp_ratio=2,
        image_size=SIDE,
        patch_size=16,
        **({} if classes is None else {"num_labels": classes}),
    )
    task = "Model" if classes is None else "ForImageClassification"
    module: Any = getattr(transformers, f"{kind}{task}")(config)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    sharpen(module, 2.0)
    return module.eval()


def linear_places(module: nn.Module, ends: tuple[str, ...]) -> list[str]:
    return [
        name
        for name, part in module.named_modules()
        if isinstance(part, nn.Linear) and name.rpartition(".")[2] in ends
    ]


def write_adapter(
    folder: Path,
    module: nn.Module,
    *,
    ends: tuple[str, ...] = ("q_proj", "v_proj", "query", "value", "qkv"),
    ranks: dict[str, int] | None = None,
    has_norms: bool = False,
    saved: dict[str, Tensor] | None = None,
    **config: object,
) -> None:
    """Write an adapter as peft does, and add it to the module in numpy's 64 bits."""
    folder.mkdir(exist_ok=True)
    generator = torch.Generator().manual_seed(2)
    tensors = {f"{ROOT}{name}": tensor for name, tensor in (saved or {}).items()}
    parts = dict(module.named_modules())
    for place in linear_places(module, ends):
        weight = parts[place].weight
        assert isinstance(weight, Tensor)
        rank = next((r for k, r in (ranks or {}).items() if place.endswith(k)), RANK)
        a = torch.randn(rank, weight.shape[1], generator=generator) * 0.2
        b = torch.randn(weight.shape[0], rank, generator=generator) * 0.2
        tensors[f"{ROOT}{place}.lora_A.weight"] = a
        tensors[f"{ROOT}{place}.lora_B.weight"] = b
        scale = ALPHA / (rank**0.5 if config.get("use_rslora") else rank)
        total = weight.detach().numpy().astype(np.float64)
        total = total + scale * (b.numpy().astype(float) @ a.numpy().astype(float))
        if has_norms:
            norms = torch.rand(len(total), generator=generator) + 0.5
            tensors[f"{ROOT}{place}.lora_magnitude_vector"] = norms
            length = np.sqrt((total**2).sum(1, keepdims=True))
            total = norms.numpy()[:, None] * total / length
        with torch.no_grad():
            weight.copy_(torch.from_numpy(total))
    values = {
        "peft_type": "LORA",
        "r": RANK,
        "lora_alpha": ALPHA,
        "base_model_name_or_path": "someone/tiny-vit",
        "target_modules": ["query"],
        **config,
    }
    (folder / "adapter_config.json").write_text(json.dumps(values))
    safetensors.torch.save_file(tensors, folder / "adapter_model.safetensors")


def require_equal(model: vitviz.Model, module: Any) -> None:  # noqa: ANN401
    """Hold a model's rows and logits against the library's eager path."""
    x = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1))
    trace = vitviz.trace(model, x)
    module.config._attn_implementation = "eager"
    module.set_attn_implementation("eager")
    with torch.no_grad():
        output = module(pixel_values=x, output_attentions=True)
    for layer, weights in enumerate(output.attentions):
        for head in range(2):
            ours = torch.as_tensor(trace.matrix(layer, head))
            assert float((ours - weights[0, head]).abs().max()) < 1e-5
    if model.info.has_head:
        logits = torch.as_tensor(trace.logits)
        torch.testing.assert_close(logits, output.logits[0], rtol=1e-4, atol=1e-4)


def saved_base(folder: Path, module: Any) -> Path:  # noqa: ANN401
    module.save_pretrained(folder)
    return folder


@pytest.mark.parametrize("place", ["beside", "inside", "itself", "named", "above"])
def test_an_adapter_is_added_to_its_base(place: str, tmp_path: Path) -> None:
    module = network()
    adapter = tmp_path / "run" / "adapter"
    (tmp_path / "run").mkdir()
    base = {
        "beside": tmp_path / "run" / "tiny-vit",
        "inside": adapter / "tiny-vit",
        "itself": adapter,
        "named": tmp_path / "elsewhere",
        "above": tmp_path / "tiny-vit",
    }[place]
    saved_base(base, module)
    write_adapter(adapter, module)
    name = f"base={base}:{adapter}" if place == "named" else str(adapter)
    model = vitviz.load_model(name, device="cpu")
    require_equal(model, module)
    assert any("adapter_model.safetensors added" in one for one in model.info.assumed)
    assert model.info.source == name
    file = adapter / "adapter_model.safetensors"
    again = vitviz.load_model(name.replace(str(adapter), str(file)), device="cpu")
    require_equal(again, module)


KINDS: dict[str, dict[str, Any]] = {
    "rank-stabilised": {"use_rslora": True},
    "DoRA": {"use_dora": True, "has_norms": True},
    "a pattern of ranks": {
        "ranks": {"layers.1.attention.q_proj": 2, "layers.1.attention.query": 2},
        "rank_pattern": {"layers.1.attention.q_proj": 2, "layers.1.attention.query": 2},
    },
    "everywhere": {"ends": ("q_proj", "k_proj", "v_proj", "o_proj", "fc1", "fc2")},
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_adapters(kind: str, tmp_path: Path) -> None:
    module = network()
    saved_base(tmp_path / "tiny-vit", module)
    write_adapter(tmp_path / "adapter", module, **KINDS[kind])
    require_equal(vitviz.load_model(tmp_path / "adapter"), module)


@pytest.mark.parametrize("kind", ["ViT", "Dinov2"])
def test_a_head_trained_with_the_adapter(kind: str, tmp_path: Path) -> None:
    """As tutorials do: a base without classes, five of one's own beside the adapter."""
    base = network(classes=None, kind=kind)
    saved_base(tmp_path / "tiny-vit", base)
    module = network(classes=5, kind=kind)
    inner = getattr(module, module.base_model_prefix)
    inner.load_state_dict(base.state_dict(), strict=False)
    head = {f"classifier.{n}": t for n, t in module.classifier.state_dict().items()}
    write_adapter(tmp_path / "adapter", module, saved=head)
    (tmp_path / "adapter" / "labels.txt").write_text("a\nb\nc\nd\ne\n")
    model = vitviz.load_model(tmp_path / "adapter")
    assert model.info.labels == ("a", "b", "c", "d", "e")
    require_equal(model, module)


def test_a_head_replaces_the_bases_own(tmp_path: Path) -> None:
    base = network(classes=3)
    saved_base(tmp_path / "tiny-vit", base)
    module = network(classes=2)
    module.vit.load_state_dict(base.vit.state_dict())
    head = {f"classifier.{n}": t for n, t in module.classifier.state_dict().items()}
    write_adapter(tmp_path / "adapter", module, saved=head)
    model = vitviz.load_model(tmp_path / "adapter")
    assert model.info.labels is not None
    assert len(model.info.labels) == 2
    require_equal(model, module)


@pytest.mark.parametrize("has_file", [True, False])
def test_an_adapter_of_timms_network(has_file: bool, tmp_path: Path) -> None:
    import timm

    torch.manual_seed(1)
    name = "vit_tiny_patch16_224"
    module = timm.create_model(name, num_classes=3, img_size=64, depth=2).eval()
    sharpen(module, 3.0)
    config = {
        "architecture": name,
        "num_classes": 3,
        "model_args": {"img_size": 64, "depth": 2},
        "pretrained_cfg": {"input_size": [3, 64, 64]},
    }
    state = {n: t.clone() for n, t in module.state_dict().items()}
    base = tmp_path / "mine"
    if has_file:
        base = tmp_path / "mine.safetensors"
        safetensors.torch.save_file(state, base)
    else:
        base.mkdir()
        (base / "config.json").write_text(json.dumps(config))
        safetensors.torch.save_file(state, base / "model.safetensors")
    head = {"head.weight": torch.randn(5, 192), "head.bias": torch.randn(5)}
    write_adapter(
        tmp_path / "adapter", module, saved=head, base_model_name_or_path=None
    )
    model = vitviz.load_model(f"base={base}:{tmp_path / 'adapter'}", device="cpu")
    x = torch.randn(1, 3, 64, 64)
    trace = vitviz.trace(model, x)
    found: list[Tensor] = []
    for block in module.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_pre_hook(
            lambda _m, args: found.append(args[0][0])
        )
    with torch.no_grad():
        feature = module.forward_head(module.forward_features(x), pre_logits=True)[0]
    for layer, weights in enumerate(found):
        for number in range(3):
            ours = torch.as_tensor(trace.matrix(layer, number))
            assert float((ours - weights[number]).abs().max()) < 1e-5
    wanted = head["head.weight"] @ feature + head["head.bias"]
    torch.testing.assert_close(
        torch.as_tensor(trace.logits), wanted, rtol=1e-4, atol=1e-4
    )


def test_only_the_image_tower_of_a_two_tower_model_is_changed(tmp_path: Path) -> None:
    """Both towers have layers of the same names, and adapters in both."""
    import transformers

    torch.manual_seed(4)
    tiny = {
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 96,
    }
    config = transformers.CLIPConfig(
        vision_config={**tiny, "image_size": SIDE, "patch_size": 16},
        text_config={**tiny, "vocab_size": 50},
        projection_dim=32,
    )
    module: Any = transformers.CLIPModel(config).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    saved_base(tmp_path / "tiny-vit", module)
    write_adapter(tmp_path / "adapter", module)
    model = vitviz.load_model(tmp_path / "adapter", device="cpu")
    require_equal(model, module.vision_model)


# --- refused, and the advice followed ------------------------------------------------


def test_without_a_base_it_is_said_how_and_that_works(tmp_path: Path) -> None:
    module = network()
    adapter, base = tmp_path / "one" / "adapter", tmp_path / "two" / "kept"
    adapter.parent.mkdir()
    saved_base(base, module)
    write_adapter(adapter, module)
    for path in (adapter, adapter / "adapter_model.safetensors"):
        with pytest.raises(CheckpointError, match=r"tiny-vit.*beside it.*base=FOLDER"):
            vitviz.load_model(path)
    require_equal(vitviz.load_model(f"base={base}:{adapter}"), module)
    shutil.copytree(base, adapter.parent / "tiny-vit")
    require_equal(vitviz.load_model(adapter), module)


def test_an_adapter_that_names_no_base_is_copied_into_it(tmp_path: Path) -> None:
    module = network()
    base, adapter = tmp_path / "mine", tmp_path / "adapter"
    saved_base(base, module)
    write_adapter(adapter, module, base_model_name_or_path=None)
    with pytest.raises(CheckpointError, match="Copy it into the folder of its base"):
        vitviz.load_model(adapter)
    for path in adapter.iterdir():
        shutil.copy(path, base)
    require_equal(vitviz.load_model(base), module)


def test_an_adapter_of_another_network_is_refused(tmp_path: Path) -> None:
    module = network()
    saved_base(tmp_path / "tiny-vit", network(kind="Dinov2"))
    write_adapter(tmp_path / "adapter", module, ends=("intermediate", "fc1", "dense"))
    path = tmp_path / "adapter" / "adapter_model.safetensors"
    tensors = safetensors.torch.load_file(path)
    odd = {name.replace("layers.1", "layers.7"): one for name, one in tensors.items()}
    safetensors.torch.save_file(odd, path)
    with pytest.raises(CheckpointError, match="merge_and_unload"):
        vitviz.load_model(tmp_path / "adapter")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"peft_type": "LOHA"}, "asks for LOHA"),
        ({"use_dora": True}, "asks for use_dora"),
        ({"r": 8}, "another rank"),
        ({"rank_pattern": {"(a+)+$": 2}}, "asks for rank_pattern"),
        ({"lora_alpha": None}, "no rank and no lora_alpha"),
        ({"lora_alpha": 1e99}, "lora_alpha"),
        ({"rank_pattern": {"layers": -1}}, ""),
    ],
)
def test_what_is_not_followed_is_refused(
    changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    module = network()
    saved_base(tmp_path / "tiny-vit", module)
    write_adapter(tmp_path / "adapter", module)
    path = tmp_path / "adapter" / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    if not said:  # of no layer
        vitviz.load_model(tmp_path / "adapter")
        return
    with pytest.raises(CheckpointError, match=said):
        vitviz.load_model(tmp_path / "adapter")


@pytest.mark.parametrize(
    "name",
    ["/etc", "../../tiny-vit/..", "..", ".", "", "https://a.b/c", "a\0b", 5, None],
)
def test_the_name_of_a_base_is_no_path(name: object, tmp_path: Path) -> None:
    module = network()
    saved_base(tmp_path / "tiny-vit", module)
    write_adapter(tmp_path / "adapter", module, base_model_name_or_path=name)
    with pytest.raises(CheckpointError, match=r"does not say to what|without its base"):
        vitviz.load_model(tmp_path / "adapter")


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    module = network()
    write_adapter(tmp_path / "adapter", module)
    with pytest.raises(SelectionError, match="There is no folder nothing"):
        vitviz.load_model(f"base=nothing:{tmp_path / 'adapter'}")
    saved_base(tmp_path / "tiny-vit", module)
    with pytest.raises(SelectionError, match="stands alone before the folder of an"):
        vitviz.load_model(f"base=nothing:{tmp_path / 'tiny-vit'}")


# peft asks transformers for a name that goes
@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")
@pytest.mark.parametrize("kind", ["plain", "rslora", "dora", "pattern", "head"])
def test_equal_to_pefts_own_merge(kind: str, tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    module = network()
    saved_base(tmp_path / "tiny-vit", module)
    names = linear_places(module, ("q_proj", "query"))
    ends = sorted({name.rpartition(".")[2] for name in names})
    config = peft.LoraConfig(
        r=4,
        lora_alpha=6,
        target_modules=[*ends, "fc1", "v_proj", "value"],
        init_lora_weights=False,
        use_rslora=kind == "rslora",
        use_dora=kind == "dora",
        rank_pattern={names[1]: 2} if kind == "pattern" else {},
        alpha_pattern={f"^{names[0]}": 3} if kind == "pattern" else {},
        modules_to_save=["classifier"] if kind == "head" else None,
    )
    tuned = peft.get_peft_model(module, config)
    with torch.no_grad():
        for parameter in tuned.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.rand_like(parameter) * 0.1)
    tuned.save_pretrained(tmp_path / "adapter")
    model = vitviz.load_model(
        f"base={tmp_path / 'tiny-vit'}:{tmp_path / 'adapter'}", device="cpu"
    )
    require_equal(model, tuned.merge_and_unload())
