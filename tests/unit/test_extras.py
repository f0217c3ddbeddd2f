"""What is said where an optional library is missing, with pip and in a bundle."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import vitviz
from vitviz.errors import MissingExtraError
from vitviz.images import load_image


def _transformers_folder(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "vit"}))
    (folder / "model.safetensors").write_bytes(b"\x02" + b"\0" * 7 + b"{}")
    vitviz.load_model(folder)


def _model_of_timm(_folder: Path) -> None:
    vitviz.load_model("timm:vit_tiny_patch16_224")


def _heif(_folder: Path) -> None:
    load_image(b"\0\0\0\x18ftypheic" + b"\0" * 40)


@pytest.mark.parametrize(
    ("use", "library", "extra", "instead"),
    [
        (_transformers_folder, "transformers", "hf", "Choose a model from the list"),
        (_model_of_timm, "timm", "timm", "Choose a model from the list"),
        (_heif, "pillow_heif", "formats", "Save it as JPEG"),
    ],
)
def test_what_can_be_done_is_said(
    use: Callable[[Path], None],
    library: str,
    extra: str,
    instead: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtraError) as installable:
        use(tmp_path)
    assert f"pip install 'vitviz[{extra}]'" in str(installable.value)
    # nobody can install into a bundle
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(MissingExtraError) as bundled:
        use(tmp_path)
    said = str(bundled.value)
    assert "this build of vitviz does not contain" in said
    assert instead in said
    assert "pip install" not in said
