"""What a network's own code raises becomes one sentence, at each of three doors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
import timm
import torch
from timm.models.vision_transformer import VisionTransformer

import vitviz
from tests.models.test_timm_files import config, made, write
from vitviz.errors import CheckpointError, UnsupportedModelError, VitvizError
from vitviz.models.checkpoints.checks import MODEL_ERRORS

KINDS = (
    ZeroDivisionError("it divides by zero"),
    AssertionError("it asserts"),
    AttributeError("it has no such attribute"),
    KeyError("it has no such key"),
    IndexError("it has no such index"),
    RuntimeError("it cannot run"),
    NotImplementedError("it is not implemented"),
    TypeError("it takes no such type"),
    ValueError("it takes no such value"),
)
Doors = Callable[[Exception, Path, pytest.MonkeyPatch], None]


def raising(error: Exception) -> Callable[..., NoReturn]:
    def call(*_args: object, **_options: object) -> NoReturn:
        raise error

    return call


def by_run(error: Exception, folder: Path, patch: pytest.MonkeyPatch) -> None:
    module = made("vit_tiny_patch16_224", depth=1, img_size=32)
    module.get_submodule("norm").register_forward_hook(raising(error))
    vitviz.trace(vitviz.wrap(module), torch.zeros(1, 3, 32, 32))


def by_file(error: Exception, folder: Path, patch: pytest.MonkeyPatch) -> None:
    write(made("vit_tiny_patch16_224", depth=1, img_size=32), folder / "a.safetensors")
    patch.setattr(VisionTransformer, "__init__", raising(error))
    vitviz.load_model(folder / "a.safetensors")


def by_folder(error: Exception, folder: Path, patch: pytest.MonkeyPatch) -> None:
    module = made("vit_tiny_patch16_224", num_classes=3, img_size=32, depth=2)
    write(module, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config()))
    patch.setattr(timm, "create_model", raising(error))
    vitviz.load_model(folder)


DOORS = (
    pytest.param(by_run, UnsupportedModelError, id="run"),
    pytest.param(by_file, CheckpointError, id="file"),
    pytest.param(by_folder, CheckpointError, id="folder"),
)


@pytest.mark.parametrize(("door", "wanted"), DOORS)
@pytest.mark.parametrize("error", KINDS, ids=lambda error: type(error).__name__)
def test_it_is_one_sentence(
    door: Doors,
    wanted: type[VitvizError],
    error: Exception,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(wanted) as caught:
        door(error, tmp_path, monkeypatch)
    assert str(error.args[0]) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("door", [by_file, by_folder])
def test_a_lack_of_memory_is_none_of_them(
    door: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("DefaultCPUAllocator: can't allocate memory")
    with pytest.raises(RuntimeError, match="DefaultCPUAllocator") as caught:
        door(error, tmp_path, monkeypatch)
    assert not isinstance(caught.value, VitvizError)


def test_every_kind_is_tried() -> None:
    assert all(any(isinstance(e, kind) for e in KINDS) for kind in MODEL_ERRORS)
