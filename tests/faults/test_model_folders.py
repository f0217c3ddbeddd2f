"""Model folders made by a generator, hostile in every key that the libraries read.

Each ends in one sentence, or in a model of the folder's own weights. Nothing that a
folder names is executed, looked up or opened: an audit hook sees every file and socket.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import itertools
import json
import os
import resource
import shutil
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pytest
import safetensors.torch
import torch

import vitviz
from tests.faults.test_blocking_paths import PATHS
from tests.faults.test_checkpoints import Payload
from vitviz.cli.main import main
from vitviz.errors import BudgetError, CheckpointError, VitvizError
from vitviz.models.checkpoints.offline import offline
from vitviz.models.checkpoints.read import read_state

# --- what is opened -----------------------------------------------------------------

WORST_SECONDS, WORST_MB = 5.0, 1000.0
_SOCKETS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname")
_PROGRAMS = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen")
_active: list[tuple[str, str]] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _active is None:
        return
    if event in _SOCKETS or event in _PROGRAMS:
        _active.append((event, repr(arguments)[:200]))
    elif event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        _active.append((event, os.fsdecode(arguments[0])))


@contextlib.contextmanager
def watched() -> Iterator[list[tuple[str, str]]]:
    """Yield a list of (event, path or arguments) that grows while the block runs."""
    global _active
    if not getattr(watched, "is_hooked", False):
        sys.addaudithook(_hook)
        setattr(watched, "is_hooked", True)  # noqa: B010
    _active = []
    try:
        yield _active
    finally:
        _active = None


_OWN = tuple(
    os.path.realpath(str(place))
    for place in (
        *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")),
        sys.prefix,
        sys.base_prefix,
        Path(vitviz.__file__).parent,
        Path(__file__).parents[2] / "resources",
        *(
            Path(cast("Any", importlib.util.find_spec(name)).origin).parent
            for name in ("timm", "transformers", "huggingface_hub", "torch")
        ),
        "/proc",
        "/sys",
        "/dev",
        "/etc",
        "/usr",
    )
)


def foreign(events: list[tuple[str, str]], folder: Path) -> list[tuple[str, str]]:
    """Return what was no file of the folder, of the libraries or of the system."""
    allowed = (*_OWN, os.path.realpath(folder))
    return [
        (event, what)
        for event, what in events
        if event != "open" or not os.path.realpath(what).startswith(allowed)
    ]


# --- the generator ------------------------------------------------------------------

_TIMM_ARGUMENTS = (
    # which name other files, other code or another way to load
    "checkpoint_path cache_dir pretrained pretrained_cfg pretrained_cfg_overlay "
    "pretrained_strict pretrained_filter_fn pretrained_model_args features_only "
    "feature_cls feature_cfg pruned use_naflex kwargs_filter model_cfg variant "
    "model_cls embed_layer block_fn mlp_layer act_layer norm_layer attn_layer "
    # which shape the network
    "weight_init device dtype scriptable img_size patch_size depth embed_dim num_heads "
    "num_classes mlp_ratio reg_tokens in_chans global_pool init_values pos_embed"
).split()
_TIMM_PRETRAINED = (
    "file url hf_hub_id hf_hub_filename source state_dict custom_load first_conv "
    "classifier label_offset architecture tag input_size fixed_input_size mean std "
    "crop_pct interpolation label_names label_descriptions num_classes pool_size"
).split()
_TIMM_TOP = (
    "architecture num_classes label_names global_pool pretrained_cfg model_args"
).split()
_HF_TOP = (
    # which name other files, other code or another way to load
    "auto_map backbone backbone_config backbone_kwargs use_timm_backbone "
    "use_pretrained_backbone quantization_config transformers_weights extra_files "
    "fusion_config custom_pipelines _name_or_path architectures model_type torch_dtype "
    "attn_implementation _attn_implementation adapter_kwargs gguf_file "
    "distributed_config base_model_name_or_path text_config vision_config "
    # which shape the network
    "hidden_size num_hidden_layers num_attention_heads intermediate_size image_size "
    "patch_size num_channels hidden_act pooler_act layer_norm_eps qkv_bias num_labels "
    "id2label label2id encoder_stride pooler_output_size"
).split()
_HF_KINDS = (
    "timm_wrapper timm_backbone dpt vit_hybrid detr mask2former upernet vitpose "
    "clip siglip beit dinov2 vit_mae"
).split()
_FILES = (
    "model.safetensors.index.json",
    "adapter_config.json",
    "generation_config.json",
    "preprocessor_config.json",
    "pytorch_model.bin",
    "adapter_model.bin",
    "modeling_evil.py",
)
PAYLOADS = (
    "pickle",
    "other weights",
    "up",
    "url",
    "hub",
    "code",
    "huge",
    "negative",
    "infinite",
    "nested",
    "list",
    "true",
    "text",
)
_OF_PLACES = PAYLOADS[:6]


@dataclass(frozen=True)
class Hostile:
    """A folder: whose it is, where in it the payload stands, and which one."""

    library: str
    place: str
    key: str
    payload: str

    def __str__(self) -> str:
        return f"{self.library}-{self.place}-{self.key}-{self.payload}"


def _all() -> list[Hostile]:
    places = (
        ("timm", "model_args", _TIMM_ARGUMENTS),
        ("timm", "pretrained_cfg", _TIMM_PRETRAINED),
        ("timm", "top", _TIMM_TOP),
        ("hf", "top", _HF_TOP),
        ("hf", "kind", _HF_KINDS),
        ("hf", "file", _FILES),
        ("timm", "file", _FILES),
    )
    return [
        Hostile(library, place, key, payload)
        for library, place, keys in places
        for key, payload in itertools.product(keys, PAYLOADS)
    ]


def _some() -> list[Hostile]:
    """Return each key with two payloads, one of which names something."""
    found = []
    by_key: dict[tuple[str, str, str], list[Hostile]] = {}
    for case in _all():
        by_key.setdefault((case.library, case.place, case.key), []).append(case)
    for number, cases in enumerate(by_key.values()):
        named = [c for c in cases if c.payload in _OF_PLACES]
        others = [c for c in cases if c.payload not in _OF_PLACES]
        found += [named[number % len(named)], others[number % len(others)]]
    return found


def _value(payload: str, outside: Path) -> object:
    return {
        "pickle": str(outside / "evil.pth"),
        "other weights": str(outside / "model.safetensors"),
        "up": "../outside/evil.pth",
        "url": "http://127.0.0.1:9/model.safetensors",
        "hub": "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k",
        "code": {"AutoModel": "modeling_evil.Evil", "AutoConfig": "evil--x.Y"},
        "huge": 10**9,
        "negative": -1,
        "infinite": float("inf"),
        "nested": {"a": {"checkpoint_path": str(outside / "evil.pth"), "b": [[[1]]]}},
        "list": [str(outside / "evil.pth"), 3, None],
        "true": True,
        "text": "vit\n\n\x1b[31m‮" + "x" * 500,
    }[payload]


@dataclass(frozen=True)
class Seeds:
    """Sound folders of each library, and what lies outside of them."""

    folders: dict[str, Path]
    outside: Path
    canary: Path


@pytest.fixture(scope="module")
def seeds(
    tmp_path_factory: pytest.TempPathFactory, classifier_folder: Path
) -> Iterator[Seeds]:
    root = tmp_path_factory.mktemp("seeds")
    outside, canary = root / "outside", root / "canary"
    outside.mkdir()
    torch.save({"state_dict": Payload(canary)}, outside / "evil.pth")
    (outside / "modeling_evil.py").write_text(f"open({str(canary)!r}, 'w')")
    import timm

    torch.manual_seed(5)
    module = timm.create_model("vit_tiny_patch16_224", num_classes=3, **SMALL)
    folder = root / "timm"
    folder.mkdir()
    safetensors.torch.save_file(module.state_dict(), folder / "model.safetensors")
    zeros = {name: torch.zeros_like(t) for name, t in module.state_dict().items()}
    safetensors.torch.save_file(zeros, outside / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(timm_config()))
    shutil.copytree(classifier_folder, root / "hf")
    yield Seeds({"timm": folder, "hf": root / "hf"}, outside, canary)
    assert not canary.exists()


SMALL: dict[str, Any] = {"img_size": 32, "depth": 2, "embed_dim": 48, "num_heads": 3}


def timm_config() -> dict[str, Any]:
    """Return what timm writes beside weights, in the parts that are read."""
    return {
        "architecture": "vit_tiny_patch16_224",
        "num_classes": 3,
        "label_names": ["cat", "dog", "cow"],
        "model_args": dict(SMALL),
        "pretrained_cfg": {
            "tag": "augreg_in21k",
            "custom_load": False,
            "input_size": [3, 32, 32],
            "fixed_input_size": True,
            "crop_pct": 0.9,
            "interpolation": "bicubic",
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "first_conv": "patch_embed.proj",
            "classifier": "head",
        },
    }


def write(case: Hostile, seeds: Seeds, folder: Path) -> Path:
    """Write the folder of a case, and return it."""
    shutil.copytree(seeds.folders[case.library], folder)
    value = _value(case.payload, seeds.outside)
    path = folder / "config.json"
    config: dict[str, Any] = json.loads(path.read_text())
    if case.place == "kind":
        config |= {"model_type": case.key, "architectures": None}
        for key in ("backbone", "architecture", "backbone_config", "vision_config"):
            config[key] = value
        config |= {"use_timm_backbone": True, "use_pretrained_backbone": True}
    elif case.place == "top":
        config[case.key] = value
    elif case.place in config:
        config[case.place][case.key] = value
    path.write_text(json.dumps(config))
    if case.place == "file":
        _write_file(case, value, seeds, folder)
    return folder


def _write_file(case: Hostile, value: object, seeds: Seeds, folder: Path) -> None:
    beside = folder / case.key
    if beside.suffix == ".json":
        names = ("base_model_name_or_path", "peft_type", "auto_map", "size", "resample")
        index = {"weight_map": dict.fromkeys(("a", "b"), value)}
        beside.write_text(json.dumps({**dict.fromkeys(names, value), **index}))
    else:
        source = "modeling_evil.py" if beside.suffix == ".py" else "evil.pth"
        shutil.copy(seeds.outside / source, beside)
    if "index" in case.key and case.payload in ("up", "other weights"):
        (folder / "model.safetensors").unlink()


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but our own code keeps the libraries off the network."""
    import huggingface_hub.constants

    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)


def first_weights(model: vitviz.Model) -> torch.Tensor:
    """Return the kernel that cuts a picture into patches."""
    kernel = next(p for p in model.adapter.module.parameters() if p.dim() == 4)
    return kernel.detach()


def require_refused_or_own(case: Hostile, seeds: Seeds, folder: Path) -> str:
    """Load a hostile folder, and hold what happens against what may happen."""
    write(case, seeds, folder)
    weights = folder / "model.safetensors"
    outcome = "opened"
    with watched() as events:
        try:
            model = vitviz.load_model(folder)
        except VitvizError as error:
            outcome = "refused"
            said = str(error)
            assert len(said.splitlines()) <= 2, case
            assert 20 < len(said) < 700, case
            assert "\x1b" not in said, case
        else:
            whole = hashlib.sha256(weights.read_bytes()).hexdigest()
            own = safetensors.torch.load_file(weights)
            kernel = next(t for t in own.values() if t.dim() == 4)
            assert model.info.weights_sha256 == whole, case
            assert torch.equal(first_weights(model), kernel), case
    assert not foreign(events, folder), case
    assert not seeds.canary.exists(), case
    return outcome


def _run(cases: list[Hostile], seeds: Seeds, tmp_path: Path) -> Counter[str]:
    for (
        folder
    ) in seeds.folders.values():  # imports open files, and are not what is told
        vitviz.load_model(folder)
    outcomes: Counter[str] = Counter()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    worst = 0.0
    for number, case in enumerate(cases):
        folder = tmp_path / f"model-{number}"
        began = time.process_time()
        outcomes[require_refused_or_own(case, seeds, folder)] += 1
        worst = max(worst, time.process_time() - began)
        shutil.rmtree(folder)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    versions = {name: version(name) for name in ("timm", "transformers", "torch")}
    sys.__stdout__.write(  # type: ignore[union-attr]
        f"\n{versions}: {dict(outcomes)}, at most {worst:.2f} s of the processor, "
        f"{grown_mb:.0f} MB\n"
    )
    assert worst < WORST_SECONDS
    assert grown_mb < WORST_MB
    return outcomes


def test_two_hundred_folders(seeds: Seeds, tmp_path: Path) -> None:
    cases = _some()
    assert len(cases) >= 200
    outcomes = _run(cases, seeds, tmp_path)
    assert outcomes["opened"] + outcomes["refused"] == len(cases)
    assert outcomes["opened"] > 40, "is every folder refused?"
    assert outcomes["refused"] > 100


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_every_key_with_every_payload(seeds: Seeds, tmp_path: Path) -> None:
    cases = _all()
    outcomes = _run(cases, seeds, tmp_path)
    assert outcomes["opened"] + outcomes["refused"] == len(cases) > 1500


def test_the_hook_sees_what_the_libraries_would_do(seeds: Seeds) -> None:
    """A watch that sees nothing would prove nothing."""
    import socket

    with watched() as events, contextlib.suppress(OSError, AssertionError):
        (seeds.outside / "evil.pth").read_bytes()
        socket.getaddrinfo("127.0.0.1", 9)
    kinds = {event for event, _ in foreign(events, seeds.folders["timm"])}
    assert {"open", "socket.getaddrinfo"} <= kinds


@pytest.mark.skipif(version("timm") != "1.0.20", reason="later ones refuse pickles")
def test_the_oldest_timm_would_run_the_pickle(seeds: Seeds) -> None:
    """Without this, a canary that never sings would prove nothing."""
    import timm

    evil = str(seeds.outside / "evil.pth")
    for options in (
        {"checkpoint_path": evil},
        {"pretrained": True, "pretrained_cfg": {"file": evil}},
    ):
        with contextlib.suppress(Exception):  # it holds no weights
            timm.create_model("vit_tiny_patch16_224", **SMALL, **options)
        assert seeds.canary.exists()
        seeds.canary.unlink()


@pytest.mark.parametrize(
    ("place", "key", "payload"),
    [
        ("model_args", "checkpoint_path", "pickle"),
        ("pretrained_cfg", "file", "pickle"),
        ("pretrained_cfg", "mean", "text"),
        ("top", "architecture", "up"),
    ],
)
def test_from_the_command_line(
    place: str,
    key: str,
    payload: str,
    seeds: Seeds,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    case = Hostile("timm", place, key, payload)
    folder = write(case, seeds, tmp_path / "model")
    with watched() as events:
        code = main(["models", "check", str(folder)])
    assert not foreign(events, folder)
    said = capsys.readouterr()
    if key == "file":
        assert code == 0
        assert "file in config.json is not followed" in said.out
    else:
        assert code == 2
        assert 0 < len(said.err.strip().splitlines()) <= 2
    assert not seeds.canary.exists()


def changed(seeds: Seeds, library: str, folder: Path, **values: object) -> Path:
    """Return a copy of a sound folder with other values in its config.json."""
    shutil.copytree(seeds.folders[library], folder)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    inner = config["model_args"] if library == "timm" else config
    inner |= values
    path.write_text(json.dumps(config))
    return folder


def test_the_network_that_is_asked_for_is_priced(
    seeds: Seeds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file holds 0.1 million numbers; the configuration asks for 40 thousand."""
    checks = "vitviz.models.checkpoints.checks.free_bytes"
    monkeypatch.setattr(checks, lambda _name: 16 * 10**9)
    wide: dict[str, object] = {"embed_dim": 4096, "depth": 200, "num_heads": 64}
    folder = changed(seeds, "timm", tmp_path / "a", **wide)
    with pytest.raises(BudgetError, match=r"40,\d{3} million parameters of a take 16"):
        vitviz.load_model(folder)
    wide = {"hidden_size": 4096, "num_hidden_layers": 200, "intermediate_size": 16384}
    folder = changed(seeds, "hf", tmp_path / "b", num_attention_heads=32, **wide)
    with pytest.raises(BudgetError, match=r"40,\d{3} million parameters of b take 16"):
        vitviz.load_model(folder)


# Networks that would fit into the memory, and not into a file of 0.1 million numbers.
@pytest.mark.parametrize(
    ("library", "values"),
    [
        ("timm", {"embed_dim": 4096, "depth": 200, "num_heads": 64}),
        ("timm", {"num_classes": 65_536, "embed_dim": 8192, "num_heads": 64}),
        ("timm", {"img_size": 4096, "patch_size": 8, "embed_dim": 768}),
        ("hf", {"hidden_size": 8192, "num_attention_heads": 64}),
        ("hf", {"num_hidden_layers": 200, "intermediate_size": 65_536}),
        ("hf", {"image_size": 8192, "hidden_size": 96}),
    ],
    ids=str,
)
def test_a_network_far_larger_than_its_file_is_never_built(
    library: str,
    values: dict[str, object],
    seeds: Seeds,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "vitviz.models.checkpoints.checks.free_bytes", lambda _name: 10**15
    )
    folder = changed(seeds, library, tmp_path / "model", **values)
    before = resource.getrusage(resource.RUSAGE_SELF)
    with pytest.raises(CheckpointError, match=r"holds 0\.1 million numbers, and the"):
        vitviz.load_model(folder)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 5
    assert after.ru_maxrss - before.ru_maxrss < 500_000  # kB


def test_an_architecture_is_one_of_its_kind(seeds: Seeds, tmp_path: Path) -> None:
    """Names are looked up beside the configuration, not in the whole library."""
    for number, name in enumerate(("pipeline", "BertModel", "__loader__", "ViTLayer")):
        folder = changed(
            seeds, "hf", tmp_path / str(number), architectures=[name], id2label=None
        )
        with watched() as events, pytest.raises(CheckpointError, match="do not fit"):
            vitviz.load_model(folder)
        assert not any("bert" in what for _, what in events)


def test_a_key_that_stands_there_twice(seeds: Seeds, tmp_path: Path) -> None:
    for library in ("timm", "hf"):
        folder = changed(seeds, library, tmp_path / library)
        text = (folder / "config.json").read_text()
        (folder / "config.json").write_text(
            '{"model_args": {}, ' + text[1:-1] + ', "a": 1, "a": 2}'
        )
        with pytest.raises(CheckpointError, match="a name stands in it twice"):
            vitviz.load_model(folder)


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
@pytest.mark.parametrize("kind", ["fifo", "link to /dev/zero", "loop of one link"])
def test_a_configuration_that_is_no_file(
    name: str, kind: str, seeds: Seeds, tmp_path: Path
) -> None:
    folder = changed(seeds, "hf", tmp_path / "model")
    (folder / name).unlink(missing_ok=True)
    PATHS[kind](folder / name)
    if name == "config.json":
        with pytest.raises(CheckpointError):
            vitviz.load_model(folder)
    else:  # as if it were not there
        vitviz.load_model(folder)


@pytest.mark.parametrize(
    ("library", "values", "said"),
    [
        ("timm", {"depth": 257}, "depth is 257, and at most 256"),
        ("timm", {"img_size": 16384, "patch_size": 1}, "patches is 268435456"),
        ("timm", {"mlp_ratio": 1e9}, "mlp_ratio is 1000000000.0, and at most 64"),
        ("timm", {"depth": -1}, "depth is -1 instead of a whole number from 1 to 256"),
        ("timm", {"qkv_bias": "yes"}, "qkv_bias is yes instead of true or false"),
        ("timm", {"embed_layer": "x"}, "sets embed_layer, which is not handed on"),
        ("hf", {"id2label": None, "num_labels": 10**9}, "num_labels is 1000000000"),
        ("hf", {"num_hidden_layers": 257}, "num_hidden_layers is 257, and at most 256"),
        ("hf", {"image_size": [1, 2, 3]}, "image_size is [1, 2, 3] instead of one or"),
        ("hf", {"hidden_act": "../x"}, "hidden_act is ../x instead of the name of a"),
        ("timm", {"act_layer": "a\n\x1b[31m"}, "act_layer is a??[31m instead of the"),
        ("hf", {"model_type": "nope"}, "not opened as a folder: 'nope'"),
    ],
    ids=str,
)
def test_a_sentence_with_value_and_limit(
    library: str, values: dict[str, object], said: str, seeds: Seeds, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError) as caught:
        vitviz.load_model(changed(seeds, library, tmp_path / "model", **values))
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_not_followed_is_said(seeds: Seeds, tmp_path: Path) -> None:
    auto_map = {"AutoModel": "modeling_evil.Evil"}
    folder = changed(seeds, "hf", tmp_path / "model", auto_map=auto_map)
    said = "auto_map in config.json is not followed"
    assert said in vitviz.load_model(folder).info.assumed


def test_a_configuration_without_end(seeds: Seeds, tmp_path: Path) -> None:
    folder = changed(seeds, "hf", tmp_path / "model", notes="x" * 8_000_000)
    with pytest.raises(CheckpointError, match="longer than 8,000,000 bytes"):
        vitviz.load_model(folder)
    (folder / "config.json").write_text("[" * 200_000)
    with pytest.raises(CheckpointError, match=r"config\.json is damaged"):
        vitviz.load_model(folder)


def test_the_switches_are_set_and_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "0")
    with offline():
        assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
        assert constants.is_offline_mode()
    assert "HF_HUB_OFFLINE" not in os.environ
    assert os.environ["TRANSFORMERS_OFFLINE"] == "0"
    assert not constants.is_offline_mode()


# --- what was loaded is what is said -------------------------------------------------


def _overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size // 2)
        file.write(b"\x00" * (size - size // 2))


def _truncated(path: Path) -> None:
    os.truncate(path, 100)


CHANGES: dict[str, Callable[[Path], object]] = {
    "overwritten": _overwritten,
    "truncated": _truncated,
    "gone": os.unlink,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("what", ["timm", "hf", "safetensors", "pth"])
def test_a_file_that_changes_after_it_was_loaded(
    what: str, change: str, seeds: Seeds, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(seeds.folders["hf" if what == "hf" else "timm"], folder)
    path, place = folder / "model.safetensors", folder
    if what in ("safetensors", "pth"):
        state = safetensors.torch.load_file(path)
        path = place = tmp_path / f"plain.{what}"
        if what == "pth":
            torch.save(state, path)
        else:
            safetensors.torch.save_file(state, path)
    if place == path:  # a width of 48 does not tell the heads
        place = cast("Path", f"timm:vit_tiny_patch16_224={path}")
        state = _of_published_width()
        if what == "pth":
            torch.save(state, path)
        else:
            safetensors.torch.save_file(state, path)
    model = vitviz.load_model(place)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    width, height = model.preprocessing.size
    pixels = torch.randn(
        1, 3, height, width, generator=torch.Generator().manual_seed(1)
    )
    before = vitviz.trace(model, pixels)
    CHANGES[change](path)
    after = vitviz.trace(model, pixels)
    for layer in range(model.info.num_layers):
        assert (before.row(layer, 1) == after.row(layer, 1)).all()
    assert model.info.weights_sha256 == digest


def _of_published_width() -> dict[str, torch.Tensor]:
    import timm

    torch.manual_seed(6)
    options: dict[str, Any] = {"img_size": 32, "depth": 2, "num_classes": 3}
    module = timm.create_model("vit_tiny_patch16_224", **options)
    state: dict[str, torch.Tensor] = module.state_dict()
    return state


def test_a_file_that_is_cut_off_while_it_is_read(seeds: Seeds, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    shutil.copy(seeds.folders["timm"] / path.name, path)
    with pytest.raises(CheckpointError, match="was cut off while it was read"):
        read_state(path, price=lambda _count: _truncated(path))


def test_the_digest_of_the_embedded_model_is_of_what_was_read() -> None:
    info = vitviz.load_model().info
    assert info.weights_path is not None
    whole = hashlib.sha256(info.weights_path.read_bytes()).hexdigest()
    assert info.weights_sha256 == whole


def test_a_replaced_file_is_not_compared_with(seeds: Seeds, tmp_path: Path) -> None:
    from vitviz.explain.precision import float32_twin

    folder = tmp_path / "model"
    shutil.copytree(seeds.folders["timm"], folder)
    model = vitviz.load_model(folder)
    shutil.copy(seeds.outside / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(CheckpointError, match="was replaced after it was loaded"):
        float32_twin(model)
