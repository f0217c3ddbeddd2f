"""Draw the pictures of the card of vitviz-small.

usage: small_figures.py PHOTOGRAPHS OUT

PHOTOGRAPHS is a folder of square pictures, which `CLICKED` names. All maps are means of
the heads, nearest-neighbour cells; white is a map's 99th percentile.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import vitviz
from vitviz.explain import token_states
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES

CELL_PX = 72
GAP_PX = 4
LABEL_PX = 16
SMALL, FLEXI = "vitviz-small", "vitviz-flexi"
LAYERS = {SMALL: tuple(range(12)), FLEXI: tuple(range(6))}
# Photograph: (x, y) of three clicked patches, in parts of the side: two of the object and
# one of its ground.
CLICKED = {
    "turtle": ((0.62, 0.28), (0.25, 0.8), (0.6, 0.75)),
    "stingray": ((0.5, 0.45), (0.12, 0.3), (0.5, 0.85)),
    "starfish": ((0.5, 0.55), (0.25, 0.5), (0.85, 0.85)),
    "lionfish": ((0.5, 0.45), (0.2, 0.3), (0.7, 0.9)),
    "school": ((0.3, 0.35), (0.5, 0.5), (0.6, 0.92)),
    "grouper": ((0.55, 0.4), (0.25, 0.6), (0.75, 0.8)),
    "plant": ((0.55, 0.5), (0.3, 0.15), (0.2, 0.6)),
    "rock": ((0.5, 0.5), (0.2, 0.3), (0.8, 0.8)),
    "pagoda": ((0.42, 0.45), (0.3, 0.75), (0.8, 0.3)),
    "flower": ((0.5, 0.5), (0.3, 0.4), (0.1, 0.2)),
}
ANCHORS = np.array(  # dark to bright, evenly rising in lightness
    [[13, 8, 40], [84, 16, 110], [160, 42, 100], [225, 90, 50], [250, 160, 30],
     [250, 250, 170]],
    float,
)  # fmt: skip


def square(picture: Image.Image, mark: tuple[float, float] | None) -> Image.Image:
    """The photograph as a cell, with a ring around the clicked place."""
    cell = picture.resize((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
    if mark is not None:
        x, y = (CELL_PX * part for part in mark)
        draw = ImageDraw.Draw(cell)
        for radius, colour in ((7, "black"), (6, "white"), (5, "black")):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour)
    return cell


def heat(picture: Image.Image, values: np.ndarray) -> Image.Image:
    """A map over the darkened grey photograph."""
    level = np.clip(values / max(np.quantile(values, 0.99), 1e-9), 0, 1)
    steps = np.linspace(0, 1, len(ANCHORS))
    rgb = np.stack([np.interp(level, steps, one) for one in ANCHORS.T], -1)
    cells = Image.fromarray(rgb.astype(np.uint8))
    cells = cells.resize((CELL_PX, CELL_PX), Image.Resampling.NEAREST)
    grey = picture.convert("L").convert("RGB").resize((CELL_PX, CELL_PX))
    return Image.blend(grey, cells, 0.75)


def sheet(columns: list[str], rows: list[list[Image.Image]], path: Path) -> None:
    """Write a table of cells with a line of captions above."""
    step = CELL_PX + GAP_PX
    size = (len(columns) * step + GAP_PX, LABEL_PX + len(rows) * step)
    made = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(made)
    for i, text in enumerate(columns):
        draw.text((GAP_PX + i * step, 2), text, fill="black")
        for j, row in enumerate(rows):
            if i < len(row):
                made.paste(row[i], (GAP_PX + i * step, LABEL_PX + j * step))
    made.save(path, quality=65, optimize=True)


class Looked:
    """One photograph seen by one model at one patch size."""

    def __init__(self, model: vitviz.Model, picture: Image.Image) -> None:
        self.picture = picture
        self.trace = vitviz.trace(model, picture, size=224)
        self.model = model
        self._states: token_states.States | None = None

    def map(
        self, layer: int, query: int | str = "cls", head: int | None = None
    ) -> Image.Image:
        """What a query looks at in a layer: the mean of the heads, or one."""
        row = self.trace.row(layer, query)
        values = row.mean(0) if head is None else row[head]
        return heat(self.picture, values[1:].reshape(self.trace.grid))

    def token(self, mark: tuple[float, float]) -> int:
        """The token of the patch at a place."""
        rows, cols = self.trace.grid
        return 1 + int(mark[1] * rows) * cols + int(mark[0] * cols)

    def colours(self, layer: int) -> Image.Image:
        """The states after a layer as colours: their first three components."""
        if self._states is None:
            self._states = token_states.states(self.model, self.trace)
        rgb = token_states.colours(self._states, layer + 1, 1)
        cells = np.asarray(rgb).reshape(*self.trace.grid, 3)
        made = Image.fromarray((255 * np.clip(cells, 0, 1)).astype(np.uint8))
        return made.resize((CELL_PX, CELL_PX), Image.Resampling.NEAREST)


def main() -> None:
    """Draw all pictures."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    photographs = {
        path.stem.partition("_")[2]: Image.open(path).convert("RGB")
        for path in sorted(folder.glob("*.png"))
    }
    models = {
        (name, patch): vitviz.load_model(name, patch_size=patch, device="cpu")
        for name in (SMALL, FLEXI)
        for patch in EMBEDDED_PATCH_SIZES
        if name == SMALL or patch == 14
    }
    seen = {
        (name, key): Looked(model, picture)
        for name, picture in photographs.items()
        for key, model in models.items()
    }
    both = [
        (which, layer) for which in (SMALL, FLEXI) for layer in LAYERS[which]
    ]
    heads = [f"{which[7:]} {layer}" for which, layer in both]
    maps, rows, pca, sizes, sizes_pca = [], [], [], [], []
    for name, picture in photographs.items():
        plain = square(picture, None)
        at = {which: seen[name, (which, 14)] for which in (SMALL, FLEXI)}
        maps.append([plain, *(at[w].map(layer) for w, layer in both)])
        for mark in CLICKED[name]:
            token = at[SMALL].token(mark)
            ringed = square(picture, mark)
            rows.append([ringed, *(at[w].map(layer, token) for w, layer in both)])
        pca.append([plain, *(at[w].colours(layer) for w, layer in both)])
        every = [seen[name, (SMALL, patch)] for patch in EMBEDDED_PATCH_SIZES]
        sizes.append([plain, *(one.map(11) for one in every)])
        sizes_pca.append([*(one.colours(11) for one in every)])
    sheet(["", *heads], maps, out / "small_cls.jpg")
    sheet(["", *heads], rows, out / "small_rows.jpg")
    sheet(["", *heads], pca, out / "small_pca.jpg")
    captions = [f"{patch} px" for patch in EMBEDDED_PATCH_SIZES]
    together = [left + right for left, right in zip(sizes, sizes_pca, strict=True)]
    sheet(["", *captions, *captions], together, out / "small_sizes.jpg")
    one = seen["pagoda", (SMALL, 14)]
    token = one.token(CLICKED["pagoda"][0])
    grid = [
        [one.map(layer, query, head) for query in ("cls", token) for head in range(6)]
        for layer in range(12)
    ]
    texts = [f"CLS, head {h}" for h in range(6)] + [f"patch, head {h}" for h in range(6)]
    sheet(texts, grid, out / "small_heads.jpg")


if __name__ == "__main__":
    main()
