"""Step 6: the pictures of the model card, from photographs that training never saw.

maps.jpg    each photograph, the teacher's map, the student's at five patch sizes
heads.jpg   the six heads of the last layer
layers.jpg  CLS and one clicked patch through the six layers
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from evaluate import (
    Floats,
    looks,
    photographs,
    recorded,
    teacher_looks,
)
from PIL import Image, ImageDraw, ImageFont
from targets import normalised

from vitviz.models.catalogue.entries import EMBEDDED_PATCH_SIZES as PATCH_SIZES
from vitviz.models.adapters.flexivit import FlexiViT, load_flexi

CELL_PX = 160
GAP_PX = 6
LABEL_PX = 22
COLOURS = np.array(  # dark to bright, evenly rising in lightness
    [[13, 8, 40], [84, 16, 110], [160, 42, 100], [225, 90, 50], [250, 160, 30],
     [250, 250, 170]],
    float,
)  # fmt: skip
SHOWN = ("chelsea", "coffee", "rocket", "china", "flower")
"""Photographs of the first picture; others are measured but not shown."""

CLICKED = {"chelsea": (5, 4), "coffee": (4, 7), "flower": (7, 7)}
"""Photograph: (row, col) of the clicked patch at patch 16."""

Pixels = npt.NDArray[np.uint8]


def heat(picture: Pixels, look: Floats) -> Image.Image:
    """A map over a darkened grey picture; white is the map's 99th percentile."""
    level = np.clip(look / np.quantile(look, 0.99), 0, 1)
    anchors = np.linspace(0, 1, len(COLOURS))
    rgb = np.stack([np.interp(level, anchors, c) for c in COLOURS.T], -1)
    size = (CELL_PX, CELL_PX)
    small = Image.fromarray(rgb.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    grey = Image.fromarray(picture).convert("L").convert("RGB").resize(size)
    return Image.blend(grey, small, 0.72)


def sheet(columns: list[str], rows: list[list[Image.Image]], path: Path) -> None:
    """A table of pictures with a line of captions above."""
    step = CELL_PX + GAP_PX
    size = (len(columns) * step + GAP_PX, LABEL_PX + len(rows) * step)
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(13)
    for col, text in enumerate(columns):
        draw.text((GAP_PX + col * step, 4), text, "black", font)
        for row, cells in enumerate(rows):
            canvas.paste(cells[col], (GAP_PX + col * step, LABEL_PX + row * step))
    canvas.save(path, quality=88)


def plain(picture: Pixels, dot: tuple[int, int] | None = None) -> Image.Image:
    """The photograph; `dot` rings a patch (row, col) at patch 16."""
    image = Image.fromarray(picture).resize((CELL_PX, CELL_PX))
    if dot is not None:
        side = CELL_PX / 14
        top, left = dot[0] * side, dot[1] * side
        box = (left, top, left + side, top + side)
        ImageDraw.Draw(image).rectangle(box, outline="red", width=2)
    return image


@torch.inference_mode()
def every_row(model: FlexiViT, picture: Pixels, token: int) -> Floats:
    """Attention of one token in each layer and head at patch 16, (L, H, 14, 14)."""
    model.set_patch_size(16)
    with recorded() as calls:
        model(normalised(picture[None]))
    rows = []
    for q, k in calls:
        logits = q[0, :, token, None] @ k[0].transpose(-1, -2) * q.shape[-1] ** -0.5
        rows.append(logits[:, 0].softmax(-1)[:, 1:].unflatten(1, (14, 14)))
    return torch.stack(rows).double().numpy()


def main() -> None:
    """Draw the three pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model = load_flexi(args.weights)
    every = photographs()
    photos = {name: every[name] for name in SHOWN}
    stack = np.stack(list(photos.values()))
    by_patch = [looks(model, stack, patch) for patch in PATCH_SIZES]
    teacher = teacher_looks(args.teacher, stack)
    rows = []
    for index, picture in enumerate(stack):
        cells = [plain(picture), heat(picture, teacher[index])]
        rows.append([*cells, *(heat(picture, maps[index]) for maps in by_patch)])
    names = ["never trained on", "teacher, patch 14"]
    names += [f"patch {patch}" for patch in PATCH_SIZES]
    sheet(names, rows, args.out / "maps.jpg")
    rows, deep = [], []
    for name, clicked in CLICKED.items():
        picture = photos[name]
        cls = every_row(model, picture, 0)
        rows.append([plain(picture), *(heat(picture, head) for head in cls[-1])])
        token = 1 + clicked[0] * 14 + clicked[1]
        query = every_row(model, picture, token).mean(1)
        mean = cls.mean(1)
        deep.append([plain(picture), *(heat(picture, look) for look in mean)])
        deep.append([plain(picture, clicked), *(heat(picture, look) for look in query)])
    sheet(["", *(f"layer 5, head {h}" for h in range(6))], rows, args.out / "heads.jpg")
    sheet(["", *(f"layer {i}" for i in range(6))], deep, args.out / "layers.jpg")


if __name__ == "__main__":
    main()
