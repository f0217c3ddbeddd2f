"""Every figure marks values beyond its colour bar, and says what was done to a map.

The mark is looked for in the file: a dark triangle above the bar, where an unclipped
figure is blank.
"""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from xml.dom import minidom

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageSequence
import pytest

from tests.cli.test_export import export

# of 49 patches, a tenth
NUM_CLIPPED = 5


def figure(
    photo: Path, model: Path, folder: Path, suffix: str, percent: int, *options: str
) -> Path:
    output = folder / f"clip-{percent}{suffix}"
    clip = ("--clip", str(percent), "--query", "2,5", "--caption")
    assert export(photo, model, output, *clip, *options) == 0
    return output


def dark_above_the_bar(frame: PIL.Image.Image) -> npt.NDArray[np.int_]:
    """The number of dark pixels in each row of the upper margin."""
    # 20 units at two pixels each; the number at the bar's upper end reaches into it
    right = 2 * (20 + 640 + 30)
    margin = np.asarray(frame.convert("L"))[:38, :right]
    return np.asarray((margin < 100).sum(axis=1))


@pytest.mark.parametrize("suffix", [".png", ".gif"])
def test_pixels_show_a_triangle(
    photo: Path, model_folder: Path, tmp_path: Path, suffix: str
) -> None:
    shown = {}
    layers = ("--layer", "all") if suffix == ".gif" else ()
    for percent in (0, 10):
        path = figure(photo, model_folder, tmp_path, suffix, percent, *layers)
        with PIL.Image.open(path) as made:
            frames = [f.copy() for f in PIL.ImageSequence.Iterator(made)]
        assert len(frames) == (4 if suffix == ".gif" else 1)
        shown[percent] = [dark_above_the_bar(frame) for frame in frames]
    assert not np.any(shown[0])
    for rows in shown[10]:
        widths = rows[rows > 0]
        assert len(widths) >= 10, "a triangle of seven units, two pixels each"
        assert widths[0] < widths[-1]
        assert np.all(np.diff(widths) >= 0), "its tip is above"


def words_of(path: Path) -> str:
    """All text of an SVG."""
    return " ".join(
        child.data
        for node in minidom.parse(str(path)).getElementsByTagName("text")
        for child in node.childNodes
        if isinstance(child, minidom.Text)
    )


def test_svg_shows_a_triangle_and_the_count(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    for percent in (0, 10):
        path = figure(photo, model_folder, tmp_path, ".svg", percent)
        scene = minidom.parse(str(path))
        triangles = [
            node
            for node in scene.getElementsByTagName("polygon")
            if len(node.getAttribute("points").split()) == 3
        ]
        words = words_of(path)
        assert len(triangles) == (1 if percent else 0)
        said = f"{NUM_CLIPPED} patches beyond the scale" in words
        assert said == bool(percent)


def test_pdf_shows_a_triangle(photo: Path, model_folder: Path, tmp_path: Path) -> None:
    corner = rb"[\d.]+ [\d.]+ "
    filled = re.compile(
        corner + rb"m\n" + corner + rb"l\n" + corner + rb"l\n" + corner + rb"l\nh\nf"
    )
    for percent in (0, 10):
        data = figure(photo, model_folder, tmp_path, ".pdf", percent).read_bytes()
        found = 0
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
            try:
                drawing = zlib.decompress(stream)
            except zlib.error:
                continue
            found += len(filled.findall(drawing))
        assert found == (1 if percent else 0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--smooth",), "smoothed between patches"),
        (("--renormalise",), "patches only, rescaled to sum 1"),
        (("--log",), "(log, own"),
        (("--direction", "looked-at-by"), "key (2, 5)"),
        (("--query", "4,4"), "beside it (4, 4)"),
    ],
    ids=["smooth", "renormalise", "log", "direction", "beside"],
)
def test_a_caption_says_what_was_done(
    photo: Path, model_folder: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    plain = figure(photo, model_folder, tmp_path, ".svg", 0)
    assert said not in words_of(plain)
    changed = figure(photo, model_folder, tmp_path, ".svg", 10, *options)
    assert said in words_of(changed)
