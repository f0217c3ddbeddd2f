"""What tells apart networks of timm's that have the same names and shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.test_timm_files import LONG, made, require_same, write
from tests.models.timm_cases import TIMM
from vitviz.cli.main import main
from vitviz.errors import AmbiguousCheckpointError, VitvizError
from vitviz.models.checkpoints.naming import recognise
from vitviz.models.checkpoints.open import preprocessing_of, recognised
from vitviz.models.checkpoints.read import FileKind, State
from vitviz.models.checkpoints.timm_build import timm_trained
from vitviz.models.checkpoints.timm_match import _MODULES, computed_by, may_be_another
from vitviz.models.checkpoints.unwrap import unwrap

UNTOLD = {"vit_base_patch16_clip_quickgelu_224", "vit_small_patch16_lingbot"}
"""Of the table of families: taken for others unless something says what they are."""
QUICK, SLOW = "vit_base_patch32_clip_quickgelu_224", "vit_base_patch32_clip_224"


def quick(num_classes: int = 3) -> nn.Module:
    """CLIP with QuickGELU, of one block: names and shapes of one with GELU."""
    return made(QUICK, num_classes=num_classes, depth=1, img_size=64)


def by_file(module: nn.Module, folder: Path) -> Path:
    write(module, folder / f"{QUICK}.openai.safetensors")
    return folder / f"{QUICK}.openai.safetensors"


def by_catalogue(module: nn.Module, folder: Path) -> Path:
    """In the hub's cache OpenAI's weights lie under the name of the one with GELU."""
    path = folder / f"models--timm--{SLOW}.openai" / "snapshots" / "1" / "a.safetensors"
    write(module, path)
    return path


def by_folder(module: nn.Module, folder: Path) -> Path:
    path = folder / f"models--timm--{QUICK}" / "snapshots" / "1" / "weights.safetensors"
    write(module, path)
    return path


def by_metadata(module: nn.Module, folder: Path) -> Path:
    write(module, folder / "mine.safetensors", {"architecture": QUICK})
    return folder / "mine.safetensors"


def by_training(module: nn.Module, folder: Path) -> Path:
    """As timm's own training program saves it."""
    content = {"epoch": 3, "arch": QUICK, "state_dict": module.state_dict()}
    torch.save(content, folder / "mine.pth.tar")
    return folder / "mine.pth.tar"


def by_config(module: nn.Module, folder: Path) -> Path:
    write(module, folder / "mine.safetensors")
    (folder / "config.json").write_text(json.dumps({"architecture": QUICK}))
    return folder / "mine.safetensors"


@pytest.mark.parametrize(
    "place",
    [by_file, by_folder, by_catalogue, by_metadata, by_training, by_config],
)
def test_what_is_said_about_a_file_counts(
    place: Callable[[nn.Module, Path], Path], tmp_path: Path
) -> None:
    module = quick()
    path = place(module, tmp_path)
    model = vitviz.load_model(path)
    require_same(model, module, 64, 64)
    assert model.info.assumed[0].startswith(f"timm:{QUICK}")
    (tmp_path / "else").mkdir()
    unnamed = path.rename(tmp_path / "else" / f"mine{path.suffix}")
    if place in (by_metadata, by_training):
        return  # it says so wherever it lies
    other = vitviz.load_model(unnamed)
    assert "GELU" in other.info.assumed
    with pytest.raises(AssertionError):
        require_same(other, module, 64, 64)


def test_a_name_that_does_not_fit_says_nothing(tmp_path: Path) -> None:
    module = made("vit_tiny_patch16_224", num_classes=0, depth=1, img_size=32)
    write(module, tmp_path / "beit_base_patch16_224.safetensors")
    model = vitviz.load_model(tmp_path / "beit_base_patch16_224.safetensors")
    require_same(model, module, 32, 32)
    assert not any("timm:" in phrase for phrase in model.info.assumed)


def test_the_user_says_which_network_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], photo: Path
) -> None:
    module = quick(num_classes=0)
    write(module, tmp_path / "mine.safetensors")
    name = f"timm:{QUICK}={tmp_path / 'mine.safetensors'}"
    model = vitviz.load_model(name)
    require_same(model, module, 64, 64)
    assert model.info.assumed == ()
    assert model.info.name == "mine"
    assert model.info.source == name
    assert main(["models", "check", name]) == 0
    assert "assumed         nothing" in capsys.readouterr().out
    out = tmp_path / "out.npz"
    # compared with the same network in float32, which is loaded by the same name
    wish = ["export", str(photo), "-o", str(out), "--model", name]
    assert main([*wish, "--dtype", "bfloat16"]) == 0
    assert "against float32" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vit_tony_patch16_224", "timm has no model vit_tony_patch16_224. Did you"),
        ("vit_small_patch16_224", "does not hold the weights of timm:vit_small"),
        (
            "vit_base_patch16_clip_224",
            "patch_embed.proj.weight has the shape",
        ),
        ("swin_tiny_patch4_window7_224", "does not hold the weights"),
    ],
)
def test_what_the_user_says_is_not_so(name: str, said: str, tmp_path: Path) -> None:
    write(quick(), tmp_path / "mine.safetensors")
    with pytest.raises(VitvizError) as caught:
        vitviz.load_model(f"timm:{name}={tmp_path / 'mine.safetensors'}")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_names_that_only_timm_can_translate(tmp_path: Path) -> None:
    """Perception Encoder: the names of CLIP, but it turns queries and keys."""
    name = "vit_pe_core_tiny_patch16_384"
    module = made(name, num_classes=5, img_size=64)
    state = openai_state(module)
    for end in ("weight", "bias"):
        parts = [state.pop(f"visual.attn_pool.{part}.{end}") for part in ("q", "kv")]
        state[f"visual.attn_pool.attn.in_proj_{end}"] = torch.cat(parts)
    torch.save(state, tmp_path / "mine.pth")
    with pytest.raises(
        AmbiguousCheckpointError, match=r"open it as timm:NAME=mine\.pth"
    ):
        vitviz.load_model(tmp_path / "mine.pth")
    model = vitviz.load_model(f"timm:{name}={tmp_path / 'mine.pth'}")
    require_same(model, module, 64, 64)
    state["visual.positional_embedding"] = torch.zeros(15, 192)
    torch.save(state, tmp_path / "other.pth")
    with pytest.raises(VitvizError, match="positional_embedding has the shape"):
        vitviz.load_model(f"timm:{name}={tmp_path / 'other.pth'}")


OPENAI = {key: torch.tensor(1) for key in
          ("input_resolution", "context_length", "vocab_size")}  # fmt: skip


def test_clip_as_openai_and_open_clip_write_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its text tower beside; timm's own translation makes the same of it."""
    name = "vit_xsmall_patch16_clip_224"
    module = made(name, num_classes=5, img_size=64)
    state = openai_state(module) | OPENAI
    torch.save(state, tmp_path / "mine.pth")
    model = vitviz.load_model(tmp_path / "mine.pth")
    assert model.info.num_heads == 4
    require_same(model, module, 64, 64)
    assert model.preprocessing.mean[0] == pytest.approx(0.4815, abs=1e-4)
    assert model.info.assumed[0] == f"timm:{name}"
    assert main(["models", "check", str(tmp_path / "mine.pth")]) == 0
    assert "CLIP (OpenAI, open_clip)" in capsys.readouterr().out
    theirs = timm_trained(
        name,
        dict(state),
        tmp_path / "mine.pth",
        torch.float32,
        num_classes=5,
        img_size=64,
        overlay={"num_classes": 5},
    )
    require_same(model, theirs.eval(), 64, 64)
    state["visual.class_embedding"] = torch.zeros(3, 2)
    torch.save(state, tmp_path / "bad.pth")
    with pytest.raises(AmbiguousCheckpointError, match="class_embedding has the shape"):
        vitviz.load_model(tmp_path / "bad.pth")


@LONG
@pytest.mark.parametrize("beside", [{}, OPENAI], ids=["open_clip", "OpenAI"])
def test_openai_s_clip_is_told_by_what_lies_beside(
    beside: dict[str, Tensor], tmp_path: Path
) -> None:
    name = QUICK if beside else SLOW
    module = made(name, num_classes=5, img_size=64)
    torch.save({**openai_state(module), **beside}, tmp_path / "mine.pth")
    model = vitviz.load_model(tmp_path / "mine.pth")
    require_same(model, module, 64, 64)
    other = SLOW if beside else QUICK
    assert model.info.assumed[0] == f"timm:{name} | {other}"


def meta_state(module: nn.Module) -> dict[str, Tensor]:
    """A DINOv3 of timm's as Meta writes it; a bias of keys is there and masked out."""
    state: dict[str, Tensor] = {}
    for key, value in module.state_dict().items():
        name = key.replace("reg_token", "storage_tokens")
        name = re.sub(r"gamma_([12])", r"ls\1.gamma", name)
        state[name] = value
    for key in [key for key in state if key.endswith("q_bias")]:
        stem = key.removesuffix("q_bias")
        query, value = state.pop(key), state.pop(f"{stem}v_bias")
        state[f"{stem}qkv.bias"] = torch.cat([query, torch.ones_like(query), value])
        mask = torch.ones(3, len(query))
        mask[1] = 0
        state[f"{stem}qkv.bias_mask"] = mask.flatten()
    state["mask_token"] = torch.zeros(1, 384)
    state["rope_embed.periods"] = (100 ** (torch.arange(16) / 16)).bfloat16()
    return state


def test_dinov3_as_meta_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "vit_small_patch16_dinov3_qkvb"
    module = made(name)
    state = meta_state(module)
    path = tmp_path / "mine.pth"
    torch.save(state, path)
    model = vitviz.load_model(path)
    require_same(model, module, 64, 64)
    assert model.info.assumed[0].startswith(f"timm:{name}")
    assert main(["models", "check", str(path)]) == 0
    assert "naming          DINOv3" in capsys.readouterr().out
    theirs = timm_trained(name, dict(state), path, torch.float32, num_classes=0)
    require_same(model, theirs.eval(), 64, 64)
    for key, value, said in (
        ("rope_embed.periods", 2 * state["rope_embed.periods"], "other values"),
        ("blocks.0.attn.qkv.bias_mask", torch.ones(1152), "a bias for keys"),
        ("blocks.0.attn.qkv.bias", torch.zeros(7), r"has the shape \(7,"),
    ):
        torch.save({**state, key: value}, path)
        with pytest.raises(AmbiguousCheckpointError, match=said):
            vitviz.load_model(path)


def openai_state(module: nn.Module) -> dict[str, Tensor]:
    """A CLIP of timm's as OpenAI names its tensors; its head has no bias then."""
    with torch.no_grad():
        module.get_parameter("head.bias").zero_()
    state = {theirs(key): value for key, value in module.state_dict().items()}
    state["visual.proj"] = state.pop("visual.head.weight").T.contiguous()
    del state["visual.head.bias"]
    for key in ("visual.class_embedding", "visual.positional_embedding"):
        state[key] = state[key].flatten(0, -2).squeeze(0)
    state["positional_embedding"] = torch.zeros(77, 8)
    state["text.position_ids"] = torch.arange(77)
    state["token_embedding.weight"] = torch.zeros(9, 8)
    state["transformer.resblocks.0.ln_1.weight"] = torch.zeros(8)
    state["ln_final.weight"] = torch.zeros(8)
    state["text_projection"] = torch.zeros(8, 5)
    state["logit_scale"] = torch.tensor(4.6)
    return state


def theirs(name: str) -> str:
    for ours, other in (
        ("attn_pool.latent", "attn_pool.probe"),
        ("attn_pool.proj", "attn_pool.attn.out_proj"),
        ("attn_pool.norm", "attn_pool.layernorm"),
        ("patch_embed.proj", "conv1"),
        ("pos_embed", "positional_embedding"),
        ("cls_token", "class_embedding"),
        ("blocks.", "transformer.resblocks."),
        ("norm_pre", "ln_pre"),
        ("attn.qkv.", "attn.in_proj_"),
        ("attn.proj", "attn.out_proj"),
        ("mlp.fc1", "mlp.c_fc"),
        ("mlp.fc2", "mlp.c_proj"),
        ("norm1", "ln_1"),
        ("norm2", "ln_2"),
    ):
        name = name.replace(ours, other)
    return "visual." + ("ln_post" + name[4:] if name.startswith("norm.") else name)


@LONG
@pytest.mark.parametrize(
    ("name", "said"),
    [
        (QUICK, f"timm:{SLOW} | {QUICK}"),
        (
            "vit_base_patch16_gap_224",
            "timm:vit_base_patch16_siglip_gap_224 | vit_base_patch16_gap_224",
        ),
        (
            "beitv2_base_patch16_224",
            "timm:beit_base_patch16_224 | beitv2_base_patch16_224",
        ),
    ],
)
def test_those_that_nothing_tells_apart_are_all_named(
    name: str, said: str, tmp_path: Path
) -> None:
    module = made(name, num_classes=3)
    write(module, tmp_path / "mine.safetensors")
    model = vitviz.load_model(tmp_path / "mine.safetensors")
    assert model.info.assumed[0] == said
    chosen = vitviz.load_model(f"timm:{name}={tmp_path / 'mine.safetensors'}")
    require_same(chosen, module, *chosen.preprocessing.size)


@LONG
def test_no_other_plain_network_of_timm_computes_otherwise() -> None:
    """The rule that spares every plain file the search holds for all of timm's."""
    import timm

    num_plain, others = 0, []
    for name in (n for one in _MODULES for n in timm.list_models(module=one)):
        if name.startswith("test_"):
            continue
        module = _empty(name)
        if module is None:
            continue
        tensors: dict[str, Tensor] = module.state_dict()
        if may_be_another(tensors):
            continue
        try:
            layout = recognise(tensors)
        except VitvizError:
            continue
        if layout is None:
            continue
        with torch.device("meta"):
            plain = layout.build()
        shapes = {key: t.shape for key, t in plain.state_dict().items()}
        if shapes != {key: t.shape for key, t in layout.tensors.items()}:
            continue
        num_plain += 1
        assert preprocessing_of(layout).size[0] > 0
        if computed_by(plain) != computed_by(module):
            others.append(name)
    assert num_plain > 50
    assert not others


def _empty(name: str) -> Any:  # noqa: ANN401
    import timm

    try:
        with torch.device("meta"):
            return timm.create_model(name, pretrained=False, num_classes=3, depth=2)
    except AssertionError:  # Sapiens 2, whose depth is part of its name
        return None


@LONG
@pytest.mark.parametrize("name", sorted({case.name for case in TIMM}))
def test_every_family_is_told_at_full_size(name: str) -> None:
    """Without memory, also those of billions of parameters: they compute the same.

    Where two have the same names and shapes, the other one is named.
    """
    import timm

    with torch.device("meta"):
        module = timm.create_model(name, pretrained=False, num_classes=3)
    # numbers that take no memory: positions are read to tell MoCo v3's networks
    tensors: dict[str, Tensor] = {
        key: torch.zeros(()).expand(tensor.shape)
        for key, tensor in module.state_dict().items()
    }
    path = Path("mine.safetensors")
    state = State(path, FileKind.SAFETENSORS, 1, "", tensors)
    layout, found = recognised(path, state, unwrap(state))
    assert {k: t.shape for k, t in found.state_dict().items()} == {
        k: t.shape for k, t in tensors.items()
    }
    if name in UNTOLD:
        assert name in layout.assumed[0].split(" | ")
    else:
        assert computed_by(found) == computed_by(module)


def test_those_that_are_untold_are_known() -> None:
    assert {case.name for case in TIMM} > UNTOLD
