"""Published weights: used where they lie, verified, without the network."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch

import vitviz
from vitviz.cli.main import main
from vitviz.errors import CheckpointError, ModelError, UnknownModelError
from vitviz.models.catalogue import entries, store
from vitviz.models.catalogue.entries import Remote
from vitviz.models.catalogue.published import entry_of
from vitviz.pictures.preprocessing import Interpolation

TINY = "vit_tiny_patch16_224.augreg_in21k_ft_in1k"
REPOSITORY = f"models--timm--{TINY}"
PIXELS = torch.linspace(-1, 1, 3 * 224 * 224).reshape(1, 3, 224, 224)


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one is made, and no name is looked up."""

    def never(*args: object, **options: object) -> None:
        raise AssertionError("reached for the network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, never)


@pytest.fixture(scope="module")
def tiny_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights under timm's names."""
    import timm
    from safetensors.torch import save_file

    torch.manual_seed(1)
    module = timm.create_model(TINY)
    path = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file(module.state_dict(), path)
    return path


def home() -> Path:
    return Path.home()


def in_own_cache(file: Path) -> Path:
    remote = entry_of(f"timm:{TINY}").remote
    assert remote is not None
    path = store.cache_folder() / remote.file
    path.parent.mkdir(parents=True)
    shutil.copy(file, path)
    return path


def in_hub_cache(file: Path) -> Path:
    """As huggingface_hub lays it down: a link to a blob named by its digest."""
    folder = home() / "cache" / "huggingface" / "hub" / REPOSITORY
    revision = "0123456789abcdef0123456789abcdef01234567"
    blob = folder / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
    link = folder / "snapshots" / revision / "model.safetensors"
    for path in (blob, link, folder / "refs" / "main"):
        path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "refs" / "main").write_text(revision)
    shutil.copy(file, blob)
    link.symlink_to(blob)
    return link


@pytest.mark.parametrize("place", [in_own_cache, in_hub_cache])
def test_timm_from_a_cache(tiny_file: Path, place: Callable[[Path], Path]) -> None:
    import timm
    from safetensors.torch import load_file

    path = place(tiny_file)
    model = vitviz.load_model(f"timm:{TINY}")
    reference = timm.create_model(TINY).eval()
    reference.load_state_dict(load_file(tiny_file))
    with torch.no_grad():
        assert torch.equal(model.adapter.forward(PIXELS), reference(PIXELS))
    info = model.info
    assert (info.name, info.weights_path) == (f"timm:{TINY}", path)
    assert info.labels is not None
    assert len(info.labels) == 1000
    assert info.labels[281].startswith("tabby")
    assert model.preprocessing.mean == (0.5, 0.5, 0.5)
    assert "state_dict" not in cast("Any", model.adapter.module).pretrained_cfg


@pytest.mark.parametrize("place", [in_own_cache, in_hub_cache])
def test_a_poisoned_cache(tiny_file: Path, place: Callable[[Path], Path]) -> None:
    path = place(tiny_file)
    vitviz.load_model(f"timm:{TINY}")
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.resolve().write_bytes(data)
    with pytest.raises(CheckpointError, match="damaged or has been replaced"):
        vitviz.load_model(f"timm:{TINY}")


def test_what_is_not_here_is_not_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("vit_b_16", f"timm:{TINY}", "vit_l_16.swag_e2e"):
        with pytest.raises(CheckpointError, match=f"vitviz models get {name}”"):
            vitviz.load_model(name)
    assert main(["models", "get", "vitviz-flexi"]) == 0
    assert capsys.readouterr().out.endswith("vitviz-flexi.safetensors\n")


def test_torchvision_from_torchs_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision.models as tv

    torch.manual_seed(2)
    reference = tv.vit_b_32(weights=None).eval()
    torch.nn.init.normal_(reference.heads.head.weight)
    folder = home() / "cache" / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    path = folder / "vit_b_32-d86f8d99.pth"
    torch.save(reference.state_dict(), path)
    with pytest.raises(CheckpointError, match="not the file that was published"):
        vitviz.load_model("vit_b_32")
    entry = entries.find("vit_b_32")
    assert entry is not None
    assert entry.remote is not None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = replace(entry, remote=replace(entry.remote, sha256=digest[:8]))
    monkeypatch.setattr(entries, "entries", lambda: (known,))
    model = vitviz.load_model("vit_b_32")
    with torch.no_grad():
        assert torch.equal(model.adapter.forward(PIXELS), reference(PIXELS))
    assert model.info.weights_path == path
    assert model.info.labels is not None
    assert model.info.labels[281] == "tabby"
    assert model.preprocessing.resize == 256
    assert model.preprocessing.interpolation is Interpolation.BILINEAR
    names = model.adapter.module.state_dict()
    names["class_token_2"] = names.pop("class_token")
    torch.save(names, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    known = replace(entry, remote=replace(entry.remote, sha256=digest))
    store.forget(entry.remote)
    with pytest.raises(CheckpointError, match=r"Missing key.*class_token"):
        vitviz.load_model("vit_b_32")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("vit_b_61", "Did you mean vit_b_16", id="torchvision"),
        pytest.param("timm:vit_small_patch61_224", "vit_small_patch16_224", id="timm"),
        pytest.param("timm:vit_base_patch16_224.dyno", "patch16_224.dino", id="tag"),
        pytest.param(
            "timm:swin_tiny_patch4_window7_224", "stays in windows", id="Swin"
        ),
        pytest.param("timm:resnet50", "no attention at all", id="no ViT"),
    ],
)
def test_names_that_are_none(name: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        entry_of(name)


def test_unknown_weights() -> None:
    with pytest.raises(UnknownModelError, match="SWAG_E2E_V1, IMAGENET1K_SWAG_LINEAR"):
        vitviz.load_model("vit_b_16", weights="IMAGENET21K")


def test_any_other_name_of_timm() -> None:
    entry = entry_of("timm:vit_large_patch14_clip_336.openai")
    assert (entry.size_px, entry.patch_px, entry.num_tokens) == (336, 14, 577)
    assert (entry.num_layers, entry.num_heads, entry.num_classes) == (24, 16, 0)
    assert entry.family.licence == "Apache-2.0"
    assert isinstance(entry.remote, Remote)
    assert entry.remote.repository == "timm/vit_large_patch14_clip_336.openai"


def test_a_projection_is_no_head() -> None:
    model = vitviz.load_model("timm:vit_base_patch32_clip_224.openai", weights=None)
    assert (model.info.has_head, model.info.labels) == (False, None)


def test_show_and_list(capsys: pytest.CaptureFixture[str], tiny_file: Path) -> None:
    path = in_own_cache(tiny_file)
    assert main(["models", "show", f"timm:{TINY}", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["on_this_machine"] == str(path)
    assert facts["licence"] == "Apache-2.0"
    assert facts["traits"] == ["has labels", "small", "any use allowed"]
    assert main(["models", "list", "tiny", "augreg"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines[1:]] == ["here", "Apache-2.0"]


def in_cache_as(name: str, state: dict[str, torch.Tensor]) -> None:
    from safetensors.torch import save_file

    entry = entry_of(f"timm:{name}")
    assert entry.remote is not None
    path = store.cache_folder() / entry.remote.file
    path.parent.mkdir(parents=True)
    save_file(state, path)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(TINY, id="every name its own"),
        pytest.param("eva02_tiny_patch14_336.mim_in22k_ft_in1k", id="with tables"),
        pytest.param("deit_tiny_distilled_patch16_224.fb_in1k", id="distilled"),
    ],
)
def test_timm_built_with_or_without_memory(name: str) -> None:
    """Both ways to fill a network of timm's end in timm's own logits."""
    import timm

    torch.manual_seed(6)
    reference = timm.create_model(name).eval()
    for parameter in reference.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    in_cache_as(name, reference.state_dict())
    model = vitviz.load_model(f"timm:{name}")
    size = model.preprocessing.size[0]
    pixels = torch.randn(1, 3, size, size)
    with torch.no_grad():
        assert torch.equal(model.adapter.forward(pixels), reference(pixels))
    assert all(p.requires_grad for p in model.adapter.module.parameters())


def test_weights_that_do_not_fit_say_what_is_missing(tiny_file: Path) -> None:
    from safetensors.torch import load_file

    state = load_file(tiny_file)
    state["patch_embed.projection.weight"] = state.pop("patch_embed.proj.weight")
    in_cache_as(TINY, state)
    with pytest.raises(CheckpointError, match=r"Missing key.*patch_embed\.proj"):
        vitviz.load_model(f"timm:{TINY}")
