"""`vitviz export` as a user runs it; numbers against the model's own attention."""

from __future__ import annotations

import csv
import io
import json
import locale
import os
import subprocess
import sys
from pathlib import Path
from xml.dom import minidom

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import torch

from tests.cli.conftest import NUM_TOKENS
from vitviz.cli.main import main

TOLERANCE = 1e-5
"""Fused and unfused kernels round differently; four sharp layers made 2.3e-6 of it."""


def export(photo: Path, model: Path, output: Path, *options: str) -> int:
    return main(
        ["export", str(photo), "-o", str(output), "--model", str(model), *options]
    )


def test_npz_holds_the_models_own_attention(
    photo: Path, model_folder: Path, tmp_path: Path, reference: npt.NDArray[np.float32]
) -> None:
    output = tmp_path / "all.npz"
    options = ("--layer", "all", "--head", "all", "--query", "all")
    assert export(photo, model_folder, output, *options) == 0
    with np.load(output, allow_pickle=False) as data:
        assert data["attention"].dtype == np.float32
        np.testing.assert_allclose(data["attention"], reference, atol=TOLERANCE)
        assert data["layers"].tolist() == [0, 1, 2, 3]
        assert data["heads"].tolist() == [0, 1, 2]
        assert data["queries"].tolist() == list(range(50))
        assert data["grid"].tolist() == [7, 7]
        assert int(data["num_prefix_tokens"]) == 1
        meta = json.loads(str(data["meta"]))
    assert meta["model"]["name"] == model_folder.name
    assert len(meta["model"]["weights_sha256"]) == 64
    assert meta["image"]["name"] == photo.name
    assert meta["preprocessing"]["input_size"] == [112, 112]
    assert meta["method"] == "raw"
    assert set(meta["versions"]) >= {"torch", "transformers", "numpy"}


@pytest.mark.parametrize("fusion", ["mean", "max", "min"])
@pytest.mark.parametrize("query", ["cls", "all", "2,5", "token:49"])
def test_fused_heads(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    reference: npt.NDArray[np.float32],
    fusion: str,
    query: str,
) -> None:
    output = tmp_path / "fused.npz"
    options = ("--layer", "2", "--head", fusion, "--query", query)
    assert export(photo, model_folder, output, *options) == 0
    rows = {"cls": [0], "all": range(50), "2,5": [1 + 2 * 7 + 5], "token:49": [49]}
    expected = getattr(np, fusion)(reference[2], axis=0)[list(rows[query])]
    with np.load(output) as data:
        assert data["heads"].tolist() == [-1]
        np.testing.assert_allclose(
            data["attention"], expected[None, None], atol=TOLERANCE
        )
        assert json.loads(str(data["meta"]))["fusion"] == [fusion]


def test_equal_input_gives_equal_bytes(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    for name in ("a.npz", "b.npz"):
        assert export(photo, model_folder, tmp_path / name) == 0
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_tiles_are_written_in_order(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    reference: npt.NDArray[np.float32],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same array when a tile holds seven rows of one head."""
    monkeypatch.setattr("vitviz.attention.compute.MAX_TILE_BYTES", 2 * 4 * 50 * 7)
    output = tmp_path / "tiled.npz"
    options = ("--layer", "all", "--head", "all", "--query", "all")
    assert export(photo, model_folder, output, *options) == 0
    with np.load(output) as data:
        np.testing.assert_allclose(data["attention"], reference, atol=TOLERANCE)


def test_csv_is_the_same_in_every_locale(
    photo: Path, model_folder: Path, tmp_path: Path, reference: npt.NDArray[np.float32]
) -> None:
    before = locale.setlocale(locale.LC_ALL)
    with_comma = [name for name in ("de_DE.UTF-8", "fr_FR.UTF-8") if _has_locale(name)]
    try:
        if with_comma:
            locale.setlocale(locale.LC_ALL, with_comma[0])
        assert export(photo, model_folder, tmp_path / "a.csv", "--layer", "1") == 0
    finally:
        locale.setlocale(locale.LC_ALL, before)
    text = (tmp_path / "a.csv").read_text(encoding="ascii")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert list(lines[0]) == ["layer", "head", "query", "key", "row", "col", "value"]
    assert len(lines) == NUM_TOKENS
    assert (lines[0]["key"], lines[0]["row"], lines[0]["col"]) == ("0", "", "")
    assert (lines[9]["key"], lines[9]["row"], lines[9]["col"]) == ("9", "1", "1")
    assert {line["head"] for line in lines} == {"mean"}
    values = [float(line["value"]) for line in lines]
    np.testing.assert_allclose(values, reference[1].mean(axis=0)[0], atol=TOLERANCE)


def _has_locale(name: str) -> bool:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)
    return True


def test_png_shows_the_largest_cell_brightest(
    photo: Path, model_folder: Path, tmp_path: Path, reference: npt.NDArray[np.float32]
) -> None:
    """As a map with gray colours, brightness follows the model's own attention."""
    output = tmp_path / "a.png"
    options = ("--layer", "3", "--head", "1", "--style", "map", "--colormap", "gray")
    assert export(photo, model_folder, output, *options) == 0
    patches = reference[3, 1, 0, 1:].reshape(7, 7)
    expected = np.rint(255 * np.minimum(patches / np.percentile(patches, 99), 1))
    with PIL.Image.open(output) as made:
        pixels = np.asarray(made.convert("RGB")).astype(int)
    # 240×180 becomes 640×480, two pixels a unit, its middle 480×480 seen; margins are
    # 20 units, and 30 more above for the label of the query
    left, top, cell = 2 * (20 + 80), 2 * (20 + 30), 2 * 480 / 7
    for row in range(7):
        for col in range(7):
            x, y = round(left + (col + 0.5) * cell), round(top + (row + 0.5) * cell)
            assert abs(pixels[y, x] - expected[row, col]).max() <= 1


def test_svg_says_what_it_shows(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    output = tmp_path / "a.svg"
    options = ("--caption", "--query", "2,5", "--head", "1", "--scale", "0,0.25")
    assert export(photo, model_folder, output, *options) == 0
    scene = minidom.parse(str(output))
    text = " ".join(
        child.data
        for node in scene.getElementsByTagName("text")
        for child in node.childNodes
        if isinstance(child, minidom.Text)
    )
    for part in ("tiny-vit", "layer 3", "head 1", "query (2, 5)", "raw attention"):
        assert part in text
    assert "scale 0 to 0.25 (fixed)" in text


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.parametrize("scale", ["own", "shared"])
def test_all_layers_and_heads_in_one_figure(
    photo: Path, model_folder: Path, tmp_path: Path, suffix: str, scale: str
) -> None:
    output = tmp_path / f"wall{suffix}"
    options = ("--layer", "all", "--head", "all", "--scale", scale, "--caption")
    assert export(photo, model_folder, output, *options) == 0
    if suffix == ".svg":
        text = output.read_text(encoding="utf-8")
        for label in ("layer 0", "layer 3", "head 0", "head 2"):
            assert f">{label}<" in text
        assert ("a scale of its own, 0–99 %" in text) == (scale == "own")
        assert ("one scale for all" in text) == (scale == "shared")
        assert ("1/N" in text) == (scale == "shared")


@pytest.mark.parametrize("clip", ["", "0", "5"])
def test_the_scale_ends_at_a_percentile_and_says_so(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    reference: npt.NDArray[np.float32],
    clip: str,
) -> None:
    """At the 99th where nothing else is asked for; `--clip 0` is the full range."""
    output = tmp_path / "a.svg"
    options = ("--clip", clip) if clip else ()
    chosen = ("--layer", "3", "--head", "1", "--caption")
    assert export(photo, model_folder, output, *chosen, *options) == 0
    text = " ".join(output.read_text(encoding="utf-8").split())
    patches = reference[3, 1, 0, 1:]
    percent = 100 - float(clip or 1)
    high = np.percentile(patches, percent)
    count = int((patches > high * 1.00001).sum())
    assert (f"0–{percent:g} %" in text) == (clip != "0")
    assert ("beyond the scale" in text) == (count > 0)
    if count:
        assert f"{count} patch" in text


def test_rounded_sizes_are_said(
    photo: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--size", "150x100")
    assert export(photo, model_folder, tmp_path / "a.npz", *options) == 0
    assert "150×100 rounded to 144×96" in capsys.readouterr().err
    with np.load(tmp_path / "a.npz") as data:
        assert data["grid"].tolist() == [6, 9]


def test_standard_input(
    photo: Path, model_folder: Path, tmp_path: Path, reference: npt.NDArray[np.float32]
) -> None:
    output = tmp_path / "a.npz"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "vitviz", "export", "-"),
            *("-o", str(output), "--model", str(model_folder)),
        ],
        input=photo.read_bytes(),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    with np.load(output) as data:
        expected = reference[3].mean(axis=0)[:1]
        np.testing.assert_allclose(data["attention"][0, 0], expected, atol=TOLERANCE)


def test_a_folder_goes_on_where_it_stopped(
    photo: Path,
    other_photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pictures, output = tmp_path / "in", tmp_path / "out"
    pictures.mkdir()
    for source in (photo, other_photo):
        (pictures / source.name).write_bytes(source.read_bytes())
    (pictures / "notes.txt").write_text("not a picture")
    assert export(pictures, model_folder, output) == 0
    names = sorted(p.name for p in output.iterdir())
    assert names == sorted(f"{p.stem}.png" for p in (photo, other_photo))
    first = {p: p.stat().st_mtime_ns for p in output.iterdir()}
    (output / f".vitviz-{2**22 - 3}-00000000.tmp").write_bytes(b"left by a killed run")
    capsys.readouterr()

    (output / f"{photo.stem}.png").unlink()
    assert export(pictures, model_folder, output) == 0
    assert "1 of 2 were there already" in capsys.readouterr().err
    kept = output / f"{other_photo.stem}.png"
    assert kept.stat().st_mtime_ns == first[kept]
    assert sorted(p.name for p in output.iterdir()) == names

    assert export(pictures, model_folder, output, "--style", "map") == 0
    assert "already" not in capsys.readouterr().err
    assert kept.stat().st_mtime_ns != first[kept]


def test_one_bad_picture_does_not_stop_the_others(
    photo: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_text("<html>")
    output = tmp_path / "out"
    arguments = ["export", str(bad), str(photo), "-o", str(output)]
    assert main([*arguments, "--model", str(model_folder)]) == 2
    assert (output / f"{photo.stem}.png").exists()
    lines = capsys.readouterr().err.strip().splitlines()
    assert "bad.jpg" in lines[0]
    assert lines[-1].startswith("vitviz: 1 of 2 pictures could not be exported")


def test_a_model_without_cls_shows_its_middle_patch(
    photo: Path, tmp_path: Path
) -> None:
    output = tmp_path / "a.npz"
    arguments = ["export", str(photo), "-o", str(output)]
    model = _timm_without_cls(tmp_path)
    assert main([*arguments, "--model", model]) == 0
    with np.load(output) as data:
        rows, cols = data["grid"]
        assert data["queries"].tolist() == [(rows // 2) * cols + cols // 2]
        assert int(data["num_prefix_tokens"]) == 0


def _timm_without_cls(folder: Path) -> str:
    """A SigLIP folder: its encoder has patches only."""
    from transformers import SiglipVisionConfig, SiglipVisionModel

    torch.manual_seed(3)
    config = SiglipVisionConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=64,
        patch_size=16,
    )
    path = folder / "siglip"
    SiglipVisionModel(config).save_pretrained(path)
    return str(path)


def test_large_output_is_refused_without_yes(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vitviz.export.numbers.ASK_BYTES", 100_000)
    options = ("--layer", "all", "--head", "all", "--query", "all")
    assert export(photo, model_folder, tmp_path / "a.npz", *options) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "would take 120 kB. Add --yes" in line
    assert not (tmp_path / "a.npz").exists()
    assert export(photo, model_folder, tmp_path / "a.npz", *options, "--yes") == 0
    # 4 layers · 3 heads · 50 · 50 values of 4 bytes
    assert 120_000 < (tmp_path / "a.npz").stat().st_size < 130_000


def test_writing_all_rows_takes_the_memory_of_a_tile(
    model_folder: Path, photo: Path, tmp_path: Path
) -> None:
    """2,305 tokens: the array has 255 MB, the process must not grow by that."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the kernel does not tell")
    code = f"""
import sys
from pathlib import Path
from vitviz.export.numbers import Selection, write_npz
from vitviz.models.load import load_model
from vitviz.domain.heads import HeadChoice
from vitviz.attention.run import trace
def field(name):
    for line in open("/proc/self/status"):
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
made = trace(load_model({str(model_folder)!r}), {str(photo)!r}, size=768)
heads = tuple(HeadChoice((h,)) for h in range(3))
one = Selection((0,), heads, (0,))
write_npz(Path({str(tmp_path / "warm.npz")!r}), made, one)
before = field("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
write_npz(Path({str(tmp_path / "a.npz")!r}), made, Selection((0, 1, 2, 3), heads, None))
print(field("VmHWM") - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "2"},
    )
    assert done.returncode == 0, done.stderr
    size = (tmp_path / "a.npz").stat().st_size
    assert size > 250e6
    # scores, softmax and copies of a tile of 8 MiB, and the file's buffer
    assert int(done.stdout) < 80e6


def test_a_folder_is_taken_as_the_window_takes_it(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for name in ("p10.png", "p2.png", ".hidden.png"):
        (album / name).write_bytes(photo.read_bytes())
    (album / "folder.png").mkdir()
    (album / "gone.png").symlink_to("nowhere")
    assert export(album, model_folder, tmp_path / "out") == 0
    said = capsys.readouterr().err
    assert said.index("[1/2] p2.png") < said.index("[2/2] p10.png")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"p2.png", "p10.png"}
