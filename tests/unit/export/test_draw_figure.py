"""Figures: pixels against colours by hand, text as text, parts in their places."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.dom import minidom

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from vitviz._version import META_KEY
from vitviz.domain.geometry import PatchGrid
from vitviz.domain.heads import HeadChoice
from vitviz.domain.placement import Fit, Placement, place
from vitviz.errors import BudgetError
from vitviz.export import draw_figure, draw_marks, save, table
from vitviz.export.draw_picture import HiddenPatches, shown_rect
from vitviz.pictures.source import SourceImage, load_image
from vitviz.views.colour import Levels, lookup_table
from vitviz.views.colour_bar import bar_text, tick_labels
from vitviz.views.display import Heat
from vitviz.views.view_state import Direction, Look, Style

Pixels = npt.NDArray[np.uint8]


def heat_of(patches: npt.NDArray[np.float32], *, token: int = 0) -> Heat:
    return Heat(
        layer=3,
        heads=HeadChoice(),
        token=token,
        direction=Direction.LOOKS_AT,
        patches=patches,
        special=np.zeros(1, np.float32),
        levels=Levels(0.0, 1.0),
        uniform=0.25,
        peak=(0, 0),
    )


def grid_of(heat: Heat) -> PatchGrid:
    rows, cols = heat.patches.shape
    return PatchGrid(rows, cols, 1)


def picture(width: int, height: int) -> SourceImage:
    pixels = np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)
    return load_image(pixels, name="noise")


def drawn(
    heat: Heat,
    image: SourceImage,
    placement: Placement,
    options: draw_figure.FigureOptions,
    scale: float = 1.0,
) -> tuple[Pixels, draw_figure.Frame]:
    grid = grid_of(heat)
    save.ensure_application()
    parts = draw_figure.frame(heat, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        draw_figure.paint(painter, heat, image, placement, grid, options, rect)

    data = save.png_bytes(save.Figure(parts.width, parts.height, paint), scale=scale)
    with PIL.Image.open(io.BytesIO(data)) as made:
        return np.asarray(made.convert("RGB")), parts


PLAIN = draw_figure.FigureOptions(
    look=Look(Style.MAP, "viridis", 1.0, show_grid=False), show_query=False
)


@pytest.mark.parametrize("scale", [1.0, 2.0, 1.7])
@pytest.mark.parametrize(
    ("size", "fit"),
    [
        pytest.param((600, 600), Fit.CROP, id="whole-square"),
        pytest.param((640, 500), Fit.CROP, id="cropped-sides"),
        pytest.param((500, 640), Fit.CROP, id="cropped-top"),
        pytest.param((640, 420), Fit.LETTERBOX, id="letterbox"),
        pytest.param((640, 420), Fit.WHOLE, id="whole"),
        pytest.param((1999, 1333), Fit.WHOLE, id="reduced"),
        pytest.param((61, 40), Fit.CROP, id="enlarged"),
    ],
)
def test_every_cell_covers_exactly_its_pixels(
    size: tuple[int, int], fit: Fit, scale: float
) -> None:
    """Each pixel of the drawn picture has the colour of the cell the geometry says.

    The reference is `Placement.cell_at` at the middle of the pixel, tested on its
    own against torchvision's transforms.
    """
    placement = place(size, patch_size=(16, 16), size=(112, 112), fit=fit)
    rows, cols = placement.model_size[1] // 16, placement.model_size[0] // 16
    values = np.random.default_rng(1).integers(0, 256, (rows, cols))
    heat = heat_of((values / 255).astype(np.float32))
    pixels, parts = drawn(heat, picture(*size), placement, PLAIN, scale)
    shown = shown_rect(placement)
    colours = lookup_table("viridis")[values]
    box = parts.picture
    grid = PatchGrid(rows, cols, 1)
    checked = 0
    generator = np.random.default_rng(2)
    for _ in range(4000):
        x = int(
            generator.integers(int(box.left() * scale) + 1, int(box.right() * scale))
        )
        y = int(
            generator.integers(int(box.top() * scale) + 1, int(box.bottom() * scale))
        )
        source_x = (
            shown.x + ((x + 0.5) / scale - box.left()) * shown.width / box.width()
        )
        source_y = (
            shown.y + ((y + 0.5) / scale - box.top()) * shown.height / box.height()
        )
        cell = placement.cell_at(source_x, source_y, grid)
        if cell is None or _near_edge(placement, source_x, source_y, shown.width / 300):
            continue
        assert pixels[y, x].tolist() == colours[cell].tolist(), (x, y, cell)
        checked += 1
    assert checked > 1000


def _near_edge(placement: Placement, x: float, y: float, margin: float) -> bool:
    """Where the line around the seen part, or the padding's antialiased edge, lies."""
    seen = placement.seen_rect()
    return (
        min(x - seen.x, seen.x + seen.width - x) < margin
        or min(y - seen.y, seen.y + seen.height - y) < margin
    )


def test_unseen_margins_are_darker_than_the_photograph() -> None:
    placement = place((640, 480), patch_size=(16, 16), size=(112, 112), fit=Fit.CROP)
    white = load_image(np.full((480, 640, 3), 255, np.uint8), name="white")
    heat = heat_of(np.zeros((7, 7), np.float32))
    options = replace(PLAIN, look=Look(opacity=0.85, show_grid=False))
    pixels, parts = drawn(heat, white, placement, options)
    middle = int(parts.picture.center().y())
    margin = pixels[middle, int(parts.picture.left()) + 5 :][:60]
    # 0.3 of the light, between the lines of the hatching
    assert abs(np.median(margin) - 0.3 * 255) <= 1
    assert margin.max() > np.median(margin) + 8
    assert pixels[middle, int(parts.picture.center().x())].tolist() == [255] * 3


def test_the_query_is_ringed_in_its_colour() -> None:
    placement = place((560, 560), patch_size=(16, 16), size=(112, 112))
    heat = heat_of(np.ones((7, 7), np.float32), token=1 + 2 * 7 + 4)
    options = replace(PLAIN, show_query=True)
    pixels, parts = drawn(heat, picture(560, 560), placement, options)
    # cell (2, 4) begins at 4·80, 2·80 of the picture; the ring lies 2 units outside
    left, top = parts.picture.left() + 320, parts.picture.top() + 160
    assert pixels[round(top + 40), round(left - 2.5)].tolist() == [0xE6, 0x9F, 0x00]
    assert pixels[round(top + 40), round(left + 40)].tolist() == list(
        lookup_table("viridis")[255]
    )


def test_a_special_query_has_a_label_above_the_picture() -> None:
    placement = place((560, 560), patch_size=(16, 16), size=(112, 112))
    heat = heat_of(np.ones((7, 7), np.float32))
    with_query = replace(PLAIN, show_query=True, prefix_names=("cls",))
    text = svg_text(heat, placement, with_query)
    assert "query: CLS" in text
    assert "query: CLS" not in svg_text(heat, placement, PLAIN)


def svg_text(
    heat: Heat, placement: Placement, options: draw_figure.FigureOptions
) -> str:
    nodes = svg_of(heat, placement, options).getElementsByTagName("text")
    return "\n".join(
        child.data
        for node in nodes
        for child in node.childNodes
        if isinstance(child, minidom.Text)
    )


def svg_of(
    heat: Heat, placement: Placement, options: draw_figure.FigureOptions
) -> minidom.Document:
    save.ensure_application()
    grid = grid_of(heat)
    parts = draw_figure.frame(heat, placement, grid, options)

    def paint(painter: QPainter, rect: QRectF) -> None:
        image = picture(*placement.source_size)
        draw_figure.paint(painter, heat, image, placement, grid, options, rect)

    figure = save.Figure(parts.width, parts.height, paint, "a < b & c", '{"x": "<&>"}')
    return minidom.parseString(save.svg_bytes(figure))


def test_svg_has_text_as_text_and_the_photograph_inside() -> None:
    placement = place((560, 560), patch_size=(16, 16), size=(112, 112))
    heat = heat_of(np.ones((7, 7), np.float32))
    options = replace(PLAIN, caption=("vit", "layer 3", "query cls"))
    scene = svg_of(heat, placement, options)
    text = svg_text(heat, placement, options)
    for expected in ("1/N", "0.5", "vit · layer 3 · query cls"):
        assert expected in text
    images = scene.getElementsByTagName("image")
    assert len(images) >= 2
    for image in images:
        assert image.getAttribute("xlink:href").startswith("data:image/")
    description = scene.getElementsByTagName("desc")[0].firstChild
    assert isinstance(description, minidom.Text)
    assert description.data == '{"x": "<&>"}'


def test_pdf_is_one_page_of_the_figures_size() -> None:
    figure = save.Figure(
        400.0, 200.0, lambda painter, rect: painter.drawLine(0, 0, 9, 9)
    )
    data = save.pdf_bytes(figure)
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 300" in data


def test_png_keeps_its_description_and_density(tmp_path: Path) -> None:
    figure = save.Figure(
        40.0, 30.0, lambda painter, rect: None, description='{"query": "(7, 3)"}'
    )
    save.save(tmp_path / "a.png", figure, scale=2)
    with PIL.Image.open(tmp_path / "a.png") as made:
        assert made.size == (80, 60)
        assert made.info[META_KEY] == '{"query": "(7, 3)"}'
        assert made.info["dpi"] == pytest.approx((192, 192), abs=0.1)


def test_a_figure_too_large_is_refused() -> None:
    figure = save.Figure(20_000.0, 20_000.0, lambda painter, rect: None)
    with pytest.raises(BudgetError, match="40000×40000 pixels"):
        save.png_bytes(figure)


@pytest.mark.parametrize(
    ("high", "uniform"), [(0.02, 0.004), (1.0, 0.005), (0.3, 0.29), (1e-6, 5e-7)]
)
@pytest.mark.parametrize("height", [120.0, 640.0])
def test_nothing_on_the_bar_overlaps(
    high: float, uniform: float, height: float
) -> None:
    text = bar_text(Levels(0.0, high), uniform, height, line=15)
    middles = [y for y, label in text.ticks if label]
    assert 1 <= len(middles) <= 5
    if text.uniform is not None:
        middles.append(text.uniform)
    gaps = np.diff(sorted(middles))
    assert (gaps >= draw_marks.SMALL_PX).all()
    assert all(-0.01 <= y <= height + 0.01 for y in middles)


def test_no_mark_where_uniform_is_off_the_bar() -> None:
    assert bar_text(Levels(0.0, 0.1), 0.2, 300, line=15).uniform is None


def test_tick_labels_have_equal_decimals() -> None:
    assert tick_labels((0.0, 0.005, 0.01)) == ("0", "0.005", "0.010")
    assert tick_labels((0.0, 2e-6)) == ("0", "2.0e-6")
    assert tick_labels((-0.5, 0.0, 0.5)) == ("−0.5", "0", "0.5")


@pytest.mark.parametrize("width", [80.0, 200.0, 500.0])
def test_captions_are_never_wider_than_the_figure(width: float) -> None:
    save.ensure_application()
    parts = ["a-very-long-model-name-without-any-space-in-it", "layer 3", "query cls"]
    lines = draw_marks.wrapped(parts, draw_marks.SMALL_PX, width)
    assert all(
        draw_marks.text_width(line, draw_marks.SMALL_PX) <= width for line in lines
    )
    letters = "".join(lines).replace(" ", "").replace("·", "")
    assert letters == "".join(parts).replace(" ", "")


@pytest.mark.parametrize(("rows", "cols"), [(12, 6), (1, 6), (12, 1), (24, 16)])
def test_panels_keep_apart_and_inside(rows: int, cols: int) -> None:
    placement = place((640, 420), patch_size=(16, 16), size=(112, 112), fit=Fit.WHOLE)
    save.ensure_application()
    grid = PatchGrid(7, placement.model_size[0] // 16, 1)
    heat = heat_of(np.ones((grid.rows, grid.cols), np.float32))
    panel = table.Panel(
        heats=((heat,) * cols,) * rows,
        row_labels=tuple(f"layer {i}" for i in range(rows)),
        col_labels=tuple(f"head {i}" for i in range(cols)),
        shared=True,
    )
    parts = table.panel_frame(panel, placement, grid, draw_figure.FigureOptions())
    boxes = [box for box, _ in parts.cells]
    assert len(boxes) == rows * cols
    for index, box in enumerate(boxes):
        assert box.left() >= draw_figure.MARGIN
        assert box.right() <= parts.width - draw_figure.MARGIN
        assert box.bottom() <= parts.height - draw_figure.MARGIN + 1
        assert not any(box.intersects(other) for other in boxes[index + 1 :])
        assert not any(box.intersects(area) for area, _, _ in parts.texts)


@pytest.mark.parametrize("has_pixels", [True, False])
def test_hidden_patches_show_what_the_model_got(has_pixels: bool) -> None:
    """The stand-in on its patch alone, hatched; a dropped one keeps its photograph."""
    image = picture(480, 480)
    placement = place((480, 480), patch_size=(16, 16), size=(64, 64))
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[16:32, 32:48] = (10, 200, 30, 255)
    hidden = HiddenPatches(((1, 2),), pixels if has_pixels else None)
    options = draw_figure.FigureOptions(
        look=Look(opacity=0.0), show_query=False, show_bar=False
    )
    heat = heat_of(np.zeros((4, 4), np.float32))
    before, parts = drawn(heat, image, placement, options)
    after, _ = drawn(heat, image, placement, replace(options, hidden=hidden))
    left, top = round(parts.picture.left()) + 240, round(parts.picture.top()) + 120
    cell = (slice(top, top + 120), slice(left, left + 120))
    expected = (10, 200, 30) if has_pixels else before[cell]
    is_hatched = (after[cell] != expected).any(axis=-1)
    assert 0.1 < is_hatched.mean() < 0.6
    around = np.ones(after.shape[:2], bool)
    around[top - 3 : top + 123, left - 3 : left + 123] = False
    np.testing.assert_array_equal(after[around], before[around])
