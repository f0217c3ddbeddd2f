"""What is said where an optional library is missing, with pip and in a bundle."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import vitviz
from vitviz.errors import CheckpointError, MissingExtraError, Phrase
from vitviz.pictures.source import load_image
from vitviz.ui.base.text import sentence


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
        (_heif, "pi_heif", "formats", "Save it as JPEG"),
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
    if library == "pi_heif":  # another library can take its place
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
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


def test_a_heif_picture() -> None:
    writer = pytest.importorskip("pillow_heif")
    ramp = np.linspace(0, 255, 96).astype(np.uint8)
    pixels = np.stack([np.tile(ramp, (64, 1)), np.tile(ramp[:64, None], (1, 96))], -1)
    pixels = np.concatenate([pixels, np.full((64, 96, 1), 90, np.uint8)], -1)
    stream = io.BytesIO()
    writer.from_pillow(PIL.Image.fromarray(pixels)).save(stream, quality=95)
    read = load_image(stream.getvalue(), name="a.heic")
    assert read.size == (96, 64)
    assert np.abs(np.asarray(read.pixels, np.int16) - pixels).mean() < 3


def test_no_name_in_a_file_steers_what_shows_the_sentence() -> None:
    """A tensor may be called like the code that clears a terminal."""
    name = "blocks\n\r\x1b[2J\u202e\ud800\x00"
    part = Phrase("its {tensor}", {"tensor": name})
    error = CheckpointError("{part} of {names}.", part=part, names=[name])
    for text in (str(error), str(part), sentence(error)):
        assert text.isprintable()
        assert "blocks��" in text
    kept = "猫　の\u00a0絵"
    assert str(CheckpointError("{name}.", name=kept)) == f"{kept}."


@pytest.mark.parametrize("length", [300, 5_000, 100_000])
@pytest.mark.parametrize(
    "name", ["{}", "{}.pth", "{}.safetensors", "timm:{}", "timm:vit_tiny={}", "./{}"]
)
def test_a_name_without_end_is_said_by_its_ends(
    name: str, length: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A session may name a model of any length; its end tells the kind of file."""
    monkeypatch.chdir(tmp_path)
    wanted = name.format("x" * length)
    with pytest.raises(vitviz.VitvizError) as refused:
        vitviz.load_model(wanted)
    for text in (str(refused.value), sentence(refused.value)):
        assert len(text) < 1_300
        assert wanted[-10:] in text
        assert ("…" in text) == (length > 1_000)
