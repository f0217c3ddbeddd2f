"""Measure both embedded models, as shipped, on composed pictures that were held out.

usage: small_composed.py DATA [COUNT]

DATA is the folder of `gather.py`; drawn styles may be missing. What is measured is that
of `evaluate.py`: the last layer's CLS attention, mean of the heads, renormalised over the
patches, at 224 px, and how far the same map agrees across patch sizes.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path

import numpy as np
from compose import SIDE_PX, sources
from evaluate import ON_OBJECT, Floats, held_out, inside, pooled
from PIL import Image

import vitviz

PATCHES = (14, 16, 28, 32)


def maps_of(name: str, patch: int, pictures: np.ndarray) -> Floats:
    """(n, R, R) of the model at a patch size."""
    model = vitviz.load_model(name, patch_size=patch, device="cpu")
    maps = []
    for picture in pictures:
        trace = vitviz.trace(model, Image.fromarray(picture), size=SIDE_PX)
        row = trace.row(trace.num_layers - 1, "cls").mean(0)[1:].astype(np.float64)
        maps.append((row / row.sum()).reshape(trace.grid))
    return np.stack(maps)


def main() -> None:
    """Print a line for each model and patch size, and the agreement of sizes."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    data, count = Path(sys.argv[1]), int((*sys.argv, "200")[2])
    of = sources(data, held_out=True)
    cutouts = {style: len(paths) for style, paths in of.cutouts.items()}
    print(f"{count} pictures of {cutouts} cut-outs and {len(of.photos)} photographs")
    pictures, masks = held_out(data, count)
    print(f"mean area of the objects {masks.mean():.3f}")
    for name in ("vitviz-small", "vitviz-flexi"):
        maps = {patch: maps_of(name, patch, pictures) for patch in PATCHES}
        for patch, values in maps.items():
            at = inside(values, masks)
            side = values.shape[-1]
            covered = pooled(masks.astype(np.float64), side).reshape(count, -1)
            peak = covered[np.arange(count), values.reshape(count, -1).argmax(1)]
            print(
                f"{name} {patch}: inside ÷ area {at.of_means:.2f}, "
                f"exceeds in {(at.share > at.area).mean():.3f}, "
                f"strongest on object {(peak >= ON_OBJECT).mean():.3f}"
            )
        for fine, coarse in combinations(PATCHES, 2):
            small = pooled(maps[fine], SIDE_PX // coarse)
            pairs = zip(small, maps[coarse], strict=True)
            agree = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs]
            print(f"{name} {fine} against {coarse}: {np.mean(agree):.3f}")


if __name__ == "__main__":
    main()
