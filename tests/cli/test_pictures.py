"""`vitviz export`: pictures of other trades, folders of classes, maps alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

from vitviz.cli.main import main
from vitviz.export.metadata import read_metadata


def export(source: Path, model: Path, output: Path, *options: str) -> int:
    return main(
        ["export", str(source), "-o", str(output), "--model", str(model), *options]
    )


def expected_map(
    patches: npt.NDArray[np.float32], size: tuple[int, int], fit: str
) -> npt.NDArray[np.float32]:
    """The patch at the middle of each pixel, as the documentation says: crop, whole."""
    width, height = size
    rows, cols = patches.shape
    made = np.full((height, width), np.nan, np.float32)
    side = min(size)
    left, top = (width - side) / 2, (height - side) / 2
    if fit == "whole":
        left, top = 0, 0
    for y in range(height):
        for x in range(width):
            if fit == "whole":
                at = (x + 0.5) / width * cols, (y + 0.5) / height * rows
            else:
                at = (x + 0.5 - left) / side * cols, (y + 0.5 - top) / side * rows
            if 0 <= at[0] < cols and 0 <= at[1] < rows:
                made[y, x] = patches[int(at[1]), int(at[0])]
    return made


@pytest.mark.parametrize("ending", [".tif", ".png"])
def test_a_map_alone_has_the_pictures_own_size(
    model_folder: Path, photo: Path, tmp_path: Path, ending: str
) -> None:
    picture = tmp_path / "é.png"
    with PIL.Image.open(photo) as whole:
        whole.convert("RGB").resize((180, 112)).save(picture)
    target, numbers = tmp_path / f"map{ending}", tmp_path / "map.npz"
    options = ("--layer", "2", "--head", "1", "--query", "3,4")
    assert export(picture, model_folder, numbers, *options) == 0
    with np.load(numbers) as data:
        row = data["attention"][0, 0, 0]
    patches = row[-49:].reshape(7, 7)
    wanted = expected_map(patches, (180, 112), "crop")
    more = ("--bare", "--style", "map", "--colormap", "viridis", "--scale", "own")
    assert export(picture, model_folder, target, *options, *more) == 0
    with PIL.Image.open(target) as made:
        assert made.size == (180, 112)
        pixels = np.asarray(made)
    seen = np.isfinite(wanted)
    assert seen.sum() == 112 * 112
    if ending == ".tif":
        assert pixels.dtype == np.float32
        np.testing.assert_array_equal(pixels, wanted)
    else:
        np.testing.assert_array_equal(pixels[..., 3], np.where(seen, 255, 0))
        # one colour for one value, as many as there are
        flat = pixels[seen]
        values = wanted[seen]
        for value in np.unique(values):
            assert len(np.unique(flat[values == value], axis=0)) == 1
    assert read_metadata(target)["image"]["name"] == "é.png"
    assert read_metadata(target)["options"]["bare"] is True


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("a.tif", [], "Add --bare"),
        ("a.svg", ["--bare"], "A map alone is written as .png, .tif or .tiff"),
        ("a.png", ["--bare", "--layer", "all"], "--bare writes one map"),
        ("a.tif", ["--bare", "--head", "all"], "--bare writes one map"),
        ("a.png", ["--stretch", "98-2"], "--stretch takes"),
        ("a.png", ["--bands", "1,2"], "--bands takes one band, three"),
        ("a.png", ["--bands", "1,2,3,1"], "4 are chosen, and"),
        ("a.png", ["--bands", "1,x"], "--bands takes numbers"),
        ("a.png", ["--frame=-1"], "--frame takes"),
        ("a.png", ["--plane", "upper"], "There is no --plane upper"),
        ("a.png", ["--bands", "9"], "has 3 bands and no band 9"),
    ],
)
def test_what_cannot_be_is_said(
    model_folder: Path,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    target: str,
    options: list[str],
    said: str,
) -> None:
    assert export(photo, model_folder, tmp_path / target, *options) == 2
    error = capsys.readouterr().err
    assert said in error
    assert not (tmp_path / target).exists()


def test_a_folder_of_classes_in_one_run(
    model_folder: Path, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = photo.read_bytes()
    for place in ("cat/1.png", "cat/2.png", "dog/1.png", "dog/old/3.png", ".no/1.png"):
        path = tmp_path / "photos" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "photos" / "notes.txt").write_text("none")
    out = tmp_path / "maps"
    options = ("--format", "tif", "--bare")
    assert export(tmp_path / "photos", model_folder, out, *options) == 0
    made = sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())
    # a class that has pictures of its own shows these
    assert made == ["cat/1.tif", "cat/2.tif", "dog/1.tif"]
    times = {p: p.stat().st_mtime_ns for p in out.rglob("*.tif")}
    (out / "cat" / "2.tif").unlink()
    capsys.readouterr()
    assert export(tmp_path / "photos", model_folder, out, *options) == 0
    assert "2 of 3 were there already" in capsys.readouterr().err
    assert (out / "cat" / "2.tif").exists()
    assert (out / "dog" / "1.tif").stat().st_mtime_ns == times[out / "dog" / "1.tif"]
    assert export(tmp_path / "photos" / "dog", model_folder, tmp_path / "dogs") == 0
    assert [p.name for p in (tmp_path / "dogs").iterdir()] == ["1.png"]


def test_bands_of_a_scene(
    model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tifffile = pytest.importorskip("tifffile")
    rng = np.random.default_rng(0)
    bands = rng.integers(0, 4000, (120, 130, 6)).astype(np.uint16)
    scene = tmp_path / "scene.tif"
    tifffile.imwrite(scene, bands, photometric="minisblack", planarconfig="contig")
    first, again = tmp_path / "a.npz", tmp_path / "b.npz"
    options = ("--bands", "4,3,2", "--stretch", "0,4000", "--layer", "all")
    assert export(scene, model_folder, first, *options) == 0
    said = capsys.readouterr().err
    assert "Bands 4, 3, 2 of 6 as red, green and blue." in said
    assert "Values from 0, 0, 0 to 4000, 4000, 4000 shown as 0–255." in said
    # the same colours in an ordinary file give the same attention
    plain = tmp_path / "plain.png"
    colours = np.rint(bands[..., [3, 2, 1]] * (255 / 4000)).astype(np.uint8)
    PIL.Image.fromarray(colours).save(plain)
    assert export(plain, model_folder, again, "--layer", "all") == 0
    with np.load(first) as one, np.load(again) as other:
        np.testing.assert_array_equal(one["attention"], other["attention"])
        meta = json.loads(str(one["meta"]))
    assert meta["image"]["reading"]["bands"] == [4, 3, 2]
    assert meta["image"]["reading"]["stretch"]["kind"] == "values"
    assert meta["options"]["reading"] == meta["image"]["reading"]
