"""Step 5: measure exported weights on what training never saw, and print the table.

Photographs: every colour photograph that ships inside scikit-image and scikit-learn,
shorter side to 224 px, centre crop; then those of the held-out side of the split, which
are nearer to the training pictures, some of them other views of the same place.
Composed pictures: 500 of the held-out side, objects and backgrounds both, one object
each, from a seed of their own.

Attention is the mean of the heads, renormalised over the patches. The reference is the
teacher's last layer in float32, resampled to the student's grid. "Inside" weighs each
patch by the share of it that the object covers.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from compose import SIDE_PX, sources, test_picture
from PIL import Image
from scipy.stats import spearmanr
from targets import normalised
from torch import Tensor

from vitviz.models.adapters.flexivit import FlexiViT, load_flexi
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES as PATCH_SIZES

EVERYDAY = ("astronaut", "chelsea", "coffee", "rocket", "china", "flower")
"""The photographs of ordinary scenes, on which the first trial was measured."""

OTHERS = (
    "motorcycle_left",
    "motorcycle_right",
    "hubble_deep_field",
    "retina",
    "ihc",
)
"""The remaining colour photographs: a stereo pair, the sky, an eye's ground, tissue."""

TEST_SEED = 77
TEACHER_COUNT = 100
"""Composed pictures on which the teacher is measured too."""

ON_OBJECT = 0.25
"""A patch lies on the object if at least this share of it is covered."""

Floats = npt.NDArray[np.float64]


def photographs() -> dict[str, npt.NDArray[np.uint8]]:
    """(224, 224, 3) of each photograph, everyday ones first."""
    import skimage
    import sklearn

    folders = (
        Path(skimage.__file__).parent / "data",
        Path(sklearn.__file__).parent / "datasets" / "images",
    )
    files = {path.stem: path for folder in folders for path in folder.iterdir()}
    return {name: squared(files[name]) for name in EVERYDAY + OTHERS}


def squared(path: Path) -> npt.NDArray[np.uint8]:
    """The centre of a picture at 224×224."""
    with Image.open(path) as file:
        picture = file.convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    size = (SIDE_PX, SIDE_PX)
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC, box))


@contextmanager
def recorded() -> Iterator[list[tuple[Tensor, Tensor]]]:
    """Collects q and k of every attention call; the call itself is unchanged."""
    original = F.scaled_dot_product_attention
    calls: list[tuple[Tensor, Tensor]] = []

    def recorder(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        calls.append((q, k))
        return original(q, k, v)

    F.scaled_dot_product_attention = recorder
    try:
        yield calls
    finally:
        F.scaled_dot_product_attention = original


@torch.inference_mode()
def looks(model: FlexiViT, pictures: npt.NDArray[np.uint8], patch: int) -> Floats:
    """Last layer's CLS attention, mean of heads, (n, R, R)."""
    model.set_patch_size(patch)
    maps = []
    for start in range(0, len(pictures), 25):
        with recorded() as calls:
            model(normalised(pictures[start : start + 25]))
        q, k = calls[-1]
        weights = (q[:, :, :1] @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        row = weights[:, :, 0].mean(1)[:, 1:]
        maps.append(row / row.sum(-1, keepdim=True))
    side = SIDE_PX // patch
    return torch.cat(maps).double().reshape(-1, side, side).numpy()


@torch.inference_mode()
def teacher_looks(folder: Path, pictures: npt.NDArray[np.uint8]) -> Floats:
    """The teacher's last layer's CLS attention, mean of heads, (n, 16, 16)."""
    from transformers import Dinov2Model

    model = Dinov2Model.from_pretrained(folder, attn_implementation="eager").eval()
    maps = []
    for picture in pictures:
        out = model(normalised(picture[None]), output_attentions=True)
        row = out.attentions[-1][0].mean(0)[0, 1:]
        maps.append(row / row.sum())
    return torch.stack(maps).double().reshape(-1, 16, 16).numpy()


def resampled(maps: Floats, side: int) -> Floats:
    """Maps (n, R, R) at another grid, (n, side, side)."""
    size = (side, side)
    tensor = torch.from_numpy(maps)[:, None]
    if side != maps.shape[-1]:
        tensor = F.interpolate(tensor, size, mode="bilinear", antialias=True)
    return tensor[:, 0].numpy()


def pooled(maps: Floats, side: int) -> Floats:
    """Maps (n, R, R) averaged over the cells of a coarser grid, by area."""
    old = maps.shape[-1]
    edges = np.arange(side + 1) * old / side
    cells = np.arange(old)
    low, high = edges[:-1, None], edges[1:, None]
    overlap = np.clip(np.minimum(high, cells + 1) - np.maximum(low, cells), 0, None)
    overlap /= overlap.sum(1, keepdims=True)  # (side, old)
    averaged: Floats = np.einsum("ri,nij,cj->nrc", overlap, maps, overlap)
    return averaged


def rank_correlation(student: Floats, teacher: Floats) -> list[float]:
    """Spearman's, for each picture, on the student's grid."""
    reference = resampled(teacher, student.shape[-1])
    pairs = zip(student, reference, strict=True)
    return [float(spearmanr(a.ravel(), b.ravel()).statistic) for a, b in pairs]


@dataclass(frozen=True, slots=True)
class Inside:
    """Where the attention of one query lies, over many pictures."""

    share: Floats
    """(n,) part of the attention on the object"""
    area: Floats
    """(n,) part of the picture that is the object"""

    @property
    def of_means(self) -> float:
        """Mean share ÷ mean area: large objects count more."""
        return float(self.share.mean() / self.area.mean())

    @property
    def mean_of(self) -> float:
        """Mean of share ÷ area: small objects count more."""
        return float((self.share / self.area).mean())


def inside(maps: Floats, masks: npt.NDArray[np.bool_]) -> Inside:
    """Weigh maps (n, R, R) with masks (n, 224, 224)."""
    covered = pooled(masks.astype(np.float64), maps.shape[-1])
    return Inside((maps * covered).sum((1, 2)), masks.mean((1, 2)))


@torch.inference_mode()
def clicks(
    model: FlexiViT,
    pictures: npt.NDArray[np.uint8],
    masks: npt.NDArray[np.bool_],
) -> list[Inside]:
    """For each layer: attention of a patch on the object, patch 16, mean of heads."""
    model.set_patch_size(16)
    covered = pooled(masks.astype(np.float64), SIDE_PX // 16).reshape(len(masks), -1)
    rng = np.random.default_rng(TEST_SEED)
    chosen = []
    for cover in covered:  # any patch nearly as full of object as the fullest
        good = np.flatnonzero(cover >= 0.9 * cover.max())
        chosen.append(int(rng.choice(good)))
    shares: list[list[Tensor]] = [[] for _ in model.blocks]
    for start in range(0, len(pictures), 25):
        span = slice(start, start + 25)
        with recorded() as calls:
            model(normalised(pictures[span]))
        queries = torch.tensor(chosen[span]) + 1
        weight = torch.from_numpy(covered[span])
        for layer, (q, k) in enumerate(calls):
            index = torch.arange(len(q))
            logits = q[index, :, queries, None] @ k.transpose(-1, -2)
            row = (logits[:, :, 0] * q.shape[-1] ** -0.5).softmax(-1).mean(1)[:, 1:]
            row = row / row.sum(-1, keepdim=True)
            shares[layer].append((row.double() * weight).sum(-1))
    area = masks.mean((1, 2))
    return [Inside(torch.cat(share).numpy(), area) for share in shares]


def held_out(data: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (n, 224, 224, 3) and masks (n, 224, 224) nothing was trained on."""
    of = sources(data, held_out=True)
    pictures, masks = [], []
    index = 0
    while len(pictures) < count:
        picture, mask = test_picture(TEST_SEED, index, of)
        index += 1
        if mask.mean() >= 0.02:  # a sliver in a corner is no object
            pictures.append(picture)
            masks.append(mask)
    return np.stack(pictures), np.stack(masks)


def timed(action: Callable[[], object], times: int) -> float:
    """Median seconds of an action."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def verdict(reached: bool) -> str:
    """The last column of the table."""
    return "yes" if reached else "**no**"


def table(weights: Path, data: Path, teacher: Path, count: int) -> list[str]:
    """The lines of the table, in Markdown."""
    model = load_flexi(weights)
    size_mb = weights.stat().st_size / 1e6
    load_s = timed(lambda: load_flexi(weights), 5)
    one = torch.zeros(1, 3, SIDE_PX, SIDE_PX)
    with torch.inference_mode():
        forward_s = timed(lambda: model(one), 20)
    lines = ["| measured | reach | reached | |", "| --- | --- | --- | --- |"]

    def add(what: str, reach: str, got: str, good: bool | None) -> None:
        mark = "" if good is None else verdict(good)
        lines.append(f"| {what} | {reach} | {got} | {mark} |")

    good = size_mb <= 16 and load_s <= 0.3 and forward_s <= 0.06
    got = f"{size_mb:.1f} MB; {load_s:.3f} s; {forward_s * 1000:.0f} ms"
    add(
        "file; load; forward, 196 tokens",
        "≤ 16 MB; ≤ 0.3 s; ≤ 60 ms",
        got,
        good,
    )
    photos = photographs()
    stack = np.stack(list(photos.values()))
    reference = teacher_looks(teacher, stack)
    goals = {16: (0.62, 0.70), 14: (0.52, None), 32: (0.65, None), 8: (0.58, None)}
    maps = {patch: looks(model, stack, patch) for patch in PATCH_SIZES}
    ranks = {p: rank_correlation(maps[p], reference) for p in PATCH_SIZES}
    for label, number in (("everyday", len(EVERYDAY)), ("all", len(photos))):
        for patch, (mean_goal, median_goal) in goals.items():
            values = ranks[patch][:number]
            mean, median = statistics.mean(values), statistics.median(values)
            good = mean >= mean_goal and median >= (median_goal or -1)
            reach = f"≥ {mean_goal}" + (f" / {median_goal}" if median_goal else "")
            what = f"rank correlation, {label} {number} photographs, patch {patch}"
            add(f"{what}: mean / median", reach, f"{mean:.2f} / {median:.2f}", good)
    kept_out = np.stack([squared(path) for path in sources(data, held_out=True).photos])
    own_reference = teacher_looks(teacher, kept_out)
    for patch in goals:
        values = rank_correlation(looks(model, kept_out, patch), own_reference)
        mean, median = statistics.mean(values), statistics.median(values)
        what = f"rank correlation, {len(values)} held-out pictures, patch {patch}"
        add(f"{what}: mean / median", "none set", f"{mean:.2f} / {median:.2f}", None)
    pictures, masks = held_out(data, count)
    at_16 = looks(model, pictures, 16)
    object_16 = inside(at_16, masks)
    got = f"{object_16.of_means:.2f} (mean of ratios {object_16.mean_of:.2f})"
    what = f"{count} held-out composed: attention inside ÷ area"
    add(what, "≥ 3.6", got, object_16.of_means >= 3.6)
    exceeds = float((object_16.share > object_16.area).mean())
    add("… pictures where it exceeds", "≥ 98 %", f"{exceeds:.1%}", exceeds >= 0.98)
    covered = pooled(masks.astype(np.float64), at_16.shape[-1]).reshape(count, -1)
    peak = covered[np.arange(count), at_16.reshape(count, -1).argmax(1)]
    hit = float((peak >= ON_OBJECT).mean())
    add("… strongest patch on the object", "≥ 85 %", f"{hit:.1%}", hit >= 0.85)
    both = np.concatenate([stack, pictures[:60]])
    sizes = sorted(PATCH_SIZES)
    wide = {patch: looks(model, both, patch) for patch in sizes}
    agree = []
    for fine, coarse in combinations(sizes, 2):
        small = pooled(wide[fine], SIDE_PX // coarse)
        pairs = zip(small, wide[coarse], strict=True)
        values = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs]
        agree.append(float(np.mean(values)))
    mean = statistics.mean(agree)
    got = f"{mean:.3f} (pairs {min(agree):.2f} to {max(agree):.2f})"
    add("same map across patch sizes, all pairs", "≥ .90", got, mean >= 0.9)
    by_layer = clicks(model, pictures, masks)
    ratios = [layer.of_means for layer in by_layer]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    got = f"{max(ratios):.2f} (layers 0 to {len(ratios) - 1}: {each})"
    what = "clicked patch: attention inside its object ÷ area, best layer"
    add(what, "≥ 2.5", got, max(ratios) >= 2.5)
    add("label head", "only if honest", "none", None)
    lines += ["", "| photograph | " + " | ".join(f"patch {p}" for p in sizes) + " |"]
    lines.append("| --- |" + " --- |" * len(sizes))
    for index, name in enumerate(photos):
        cells = " | ".join(f"{ranks[patch][index]:.2f}" for patch in sizes)
        lines.append(f"| {name} | {cells} |")
    some = slice(0, TEACHER_COUNT)
    own = inside(teacher_looks(teacher, pictures[some]), masks[some])
    same = Inside(object_16.share[some], object_16.area[some])
    lines += [
        "",
        f"Mean area of the objects: {object_16.area.mean():.3f}. On the first "
        f"{len(own.area)} of these pictures the teacher itself reaches "
        f"{own.of_means:.2f} (mean of ratios {own.mean_of:.2f}), this model "
        f"{same.of_means:.2f} ({same.mean_of:.2f}).",
    ]
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("--count", type=int, default=500)
    args = parser.parse_args()
    torch.set_num_threads(min(2, os.cpu_count() or 1))
    lines = table(args.weights, args.data, args.teacher, args.count)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
