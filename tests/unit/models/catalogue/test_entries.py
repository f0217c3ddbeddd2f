"""The catalogue against what torchvision and timm themselves say of the weights."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from vitviz.models.catalogue.embedded import EMBEDDED_NAMES, embedded_path
from vitviz.models.catalogue.entries import (
    Entry,
    Trait,
    entries,
    find,
    find_weights,
    search,
    split_network,
)

TORCHVISION = [entry for entry in entries() if entry.library == "torchvision"]
TIMM = [entry for entry in entries() if entry.library == "timm"]
FIRST_OF_FAMILY = {entry.family.key: entry for entry in reversed(TIMM)}.values()


def test_the_families_that_are_promised() -> None:
    keys = {entry.family.key for entry in entries()}
    assert keys >= {"embedded", "torchvision", "swag", "dino", "dinov2", "dinov2_reg"}
    assert keys >= {"deit", "deit_distilled", "deit3", "augreg", "dinov3", "clip"}
    assert keys >= {"siglip", "mae", "eva02", "beitv2"}
    assert [one.name for one in entries()[:2]] == ["vitviz-small", "vitviz-flexi"]
    names = [entry.name for entry in entries()]
    assert len(set(names)) == len(names) >= 50


def test_every_set_of_torchvision_weights_is_there() -> None:
    import torchvision.models as tv

    wanted = {
        (name, weights.name)
        for name in tv.list_models()
        if name.startswith("vit_")
        for weights in tv.get_model_weights(name)
    }
    assert {(one.architecture, one.weights) for one in TORCHVISION} == wanted


@pytest.mark.parametrize("entry", TORCHVISION, ids=lambda e: e.name)
def test_torchvision(entry: Entry) -> None:
    import torchvision.models as tv

    weights = tv.get_model_weights(entry.architecture)[entry.weights]
    meta, transform = weights.meta, weights.transforms()
    assert entry.remote is not None
    assert entry.remote.url == weights.url
    assert entry.remote.sha256 == weights.url[-12:-4]
    assert entry.num_parameters == meta["num_params"]
    assert entry.size_px == transform.crop_size[0]
    assert entry.num_classes == len(meta["categories"])
    assert entry.size_bytes == pytest.approx(meta["_file_size"] * 2**20, rel=1e-3)
    licence = meta.get("license", "https://github.com/pytorch/vision/blob/main/LICENSE")
    assert entry.family.licence_url == licence
    with torch.device("meta"):
        module = tv.get_model(entry.architecture, image_size=entry.size_px)
    assert entry.patch_px == module.patch_size
    assert entry.num_layers == len(module.encoder.layers)
    assert entry.num_heads == module.encoder.layers[0].num_heads
    assert entry.num_tokens == module.seq_length
    assert find_weights(entry.architecture, entry.weights) == entry
    is_default = weights is tv.get_model_weights(entry.architecture).DEFAULT
    assert (find(entry.architecture) == entry) == is_default


@pytest.mark.parametrize("entry", TIMM, ids=lambda e: e.architecture)
def test_timm(entry: Entry) -> None:
    import timm

    config = timm.get_pretrained_cfg(entry.architecture, allow_unregistered=False)
    assert entry.remote is not None
    site = f"https://huggingface.co/{config.hf_hub_id}/resolve/main/model.safetensors"
    assert config.hf_hub_filename is None
    assert entry.remote.url == site
    assert entry.remote.repository == config.hf_hub_id
    assert entry.size_px == config.input_size[1]
    assert entry.num_classes == (
        config.num_classes if config.num_classes == 1000 else 0
    )
    licence = entry.family.licence.lower()
    assert licence.replace(" ", "-") == config.license


def check_built(entry: Entry) -> None:
    import timm

    with torch.device("meta"):
        module = timm.create_model(entry.architecture)
    assert entry.num_prefix_tokens == module.num_prefix_tokens
    assert entry.num_layers == len(module.blocks)
    assert entry.num_heads == module.blocks[0].attn.num_heads
    assert entry.patch_px == module.patch_embed.patch_size[0]
    count = sum(tensor.numel() for tensor in module.state_dict().values())
    assert entry.num_parameters == count


@pytest.mark.parametrize("entry", FIRST_OF_FAMILY, ids=lambda e: e.family.key)
def test_timm_built(entry: Entry) -> None:
    check_built(entry)


@pytest.mark.long
@pytest.mark.parametrize("entry", TIMM, ids=lambda e: e.architecture)
def test_every_timm_built(entry: Entry) -> None:
    check_built(entry)


@pytest.mark.parametrize("name", EMBEDDED_NAMES)
def test_embedded(name: str) -> None:
    from vitviz.models.load import load_model

    entry = next(one for one in entries() if one.name == name)
    info = load_model(name, device="cpu").info
    assert (entry.name, entry.remote) == (info.name, None)
    assert entry.num_layers == info.num_layers
    assert entry.num_parameters == info.num_parameters
    assert entry.size_bytes == embedded_path(name).stat().st_size
    assert entry.num_heads == info.num_heads
    assert entry.patch_px == info.patch_size[0]


def test_what_the_traits_mean() -> None:
    for entry in entries():
        traits = entry.traits
        assert (Trait.LABELS in traits) == (entry.num_classes > 0), entry.name
        assert (Trait.SMALL in traits) == (entry.num_parameters <= 30_000_000)
        assert (Trait.REGISTERS in traits) == (entry.num_prefix_tokens == 5)
        is_restricted = any(word in entry.family.licence for word in ("NC", "DINOv3"))
        assert (Trait.ANY_USE in traits) == (not is_restricted), entry.name


@pytest.mark.parametrize(
    ("text", "traits", "first", "count"),
    [
        pytest.param("", (), "vitviz-small", len(entries()), id="all"),
        pytest.param("segments objects", (), "timm:vit_small_patch16_224.dino", 14,
                     id="what it does"),
        pytest.param("small dinov2", (), "vitviz-small", 3,
                     id="family"),
        pytest.param("LABELS small", (Trait.FINE,), None, 0, id="none"),
        pytest.param("vit-b/32 labels", (), "vit_b_32", 1, id="title"),
        pytest.param("", (Trait.LABELS, Trait.SMALL),
                     "timm:deit_tiny_patch16_224.fb_in1k", 12, id="filters"),
        pytest.param("openai", (), "timm:vit_base_patch32_clip_quickgelu_224.openai", 4,
                     id="maker"),
        pytest.param("non-commercial 猫", (), None, 0, id="other letters"),
    ],
)  # fmt: skip
def test_search(
    text: str, traits: tuple[Trait, ...], first: str | None, count: int
) -> None:
    found = search(text, traits)
    assert len(found) == count, [entry.name for entry in found]
    assert (found[0].name if found else None) == first


def test_search_in_another_language() -> None:
    assert not search("ラベル")
    found = search("ラベル", words={Trait.LABELS: "ラベルあり"})
    assert found == search("", [Trait.LABELS])


def test_a_mirror_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    entries.cache_clear()
    try:
        entry = find("timm:vit_small_patch16_224.dino")
        assert entry is not None
        assert entry.remote is not None
        assert entry.remote.url.startswith("https://mirror.example/timm/vit_small")
        assert entry.remote.site == "mirror.example"
    finally:
        entries.cache_clear()


def test_the_catalogue_loads_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from vitviz.models.catalogue.entries import search; "
        "from vitviz.models.catalogue import download, store; search('small'); "
        "sys.exit(len({'torch', 'PySide6', 'numpy', 'timm'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    ("text", "options", "path"),
    [
        (r"base=C:\mine\base:D:\adapter", r"base=C:\mine\base", r"D:\adapter"),
        ("base=c:/mine/base:adapter", "base=c:/mine/base", "adapter"),
        ("base=C:/base,heads=3:D:/a.pth", "base=C:/base,heads=3", "D:/a.pth"),
        (r"heads=3,base=base:C:\adapter", "heads=3,base=base", r"C:\adapter"),
        # no drive but a folder of one letter
        ("base=a:/home/adapter", "base=a", "/home/adapter"),
        ("base=/mine/base:/mine/adapter", "base=/mine/base", "/mine/adapter"),
        (r"C:\adapter", None, r"C:\adapter"),
    ],
)
def test_a_drive_of_windows_is_no_end_of_options(
    text: str, options: str | None, path: str
) -> None:
    assert split_network(text) == (options, path)
