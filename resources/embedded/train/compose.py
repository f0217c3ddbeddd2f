"""Step 2: pictures to learn from, composed from cut-outs, or cropped from photographs.

Every picture follows from (seed, index) alone, so that a set can be made again, in any
order and on any machine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter

SIDE_PX = 224
PHOTO_SHARE = 0.7
"""Share of plain photograph crops among the training pictures."""

CLOSE_UP_SHARE = 0.3
"""Share of the composed pictures in which one object fills the frame and more."""

Bytes = npt.NDArray[np.uint8]
Rng = np.random.Generator


@dataclass(frozen=True)
class Sources:
    """Cut-outs by style, and photographs, of one side of the split."""

    cutouts: dict[str, list[Path]]
    photos: list[Path]


def sources(data: Path, *, held_out: bool) -> Sources:
    """What `gather.py` collected, either to learn from or held out."""
    split = json.loads((data / "split.json").read_text())
    cutouts: dict[str, list[Path]] = {}
    for name, is_held in sorted(split["cutouts"].items()):
        if is_held == held_out:
            style = name.partition("/")[0]
            cutouts.setdefault(style, []).append(data / "cutouts" / f"{name}.png")
    photos = [
        data / "photos" / f"{name}.jpg"
        for name, is_held in sorted(split["photos"].items())
        if is_held == held_out
    ]
    return Sources(cutouts, photos)


def photo_crop(rng: Rng, photos: list[Path], least: float = 0.25) -> Image.Image:
    """A crop of a photograph, `least` to all of its shorter side, at 224 px.

    All scales are as likely, so that parts that fill the frame are not rare.
    """
    with Image.open(photos[rng.integers(len(photos))]) as file:
        picture = file.convert("RGB")
    width, height = picture.size
    side = min(width, height) * np.exp(rng.uniform(np.log(least), 0))
    aspect = np.exp(rng.uniform(-0.22, 0.22))
    box_w, box_h = min(width, side * aspect), min(height, side / aspect)
    left, top = rng.uniform(0, width - box_w), rng.uniform(0, height - box_h)
    box = (left, top, left + box_w, top + box_h)
    crop = picture.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC, box=box)
    if rng.random() < 0.5:
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return jittered(rng, crop)


def jittered(rng: Rng, picture: Image.Image) -> Image.Image:
    """Brightness, contrast and colour a little changed."""
    for kind in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        picture = kind(picture).enhance(rng.uniform(0.75, 1.25))
    return picture


def texture(rng: Rng) -> Image.Image:
    """A gradient with clouds of noise in a few random colours."""
    colours = rng.uniform(0, 255, (3, 3)).astype(np.float32)
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX].astype(np.float32) / SIDE_PX
    angle = rng.uniform(0, 2 * np.pi)
    ramp = (np.cos(angle) * x + np.sin(angle) * y)[..., None]
    base = colours[0] + (colours[1] - colours[0]) * ramp
    for cells in (4, 9, 30):
        noise = rng.uniform(-1, 1, (cells, cells)).astype(np.float32)
        cloud = Image.fromarray(noise, "F").resize(
            (SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC
        )
        strength = rng.uniform(0, 0.25)
        base += strength * np.asarray(cloud)[..., None] * colours[2]
    return Image.fromarray(np.clip(base, 0, 255).astype(np.uint8))


def background(rng: Rng, photos: list[Path]) -> Image.Image:
    """A photograph's crop, sharp or blurred, or a texture."""
    kind = rng.random()
    if kind < 0.3:
        return texture(rng)
    crop = photo_crop(rng, photos, least=0.2)
    if kind < 0.65:
        return crop.filter(ImageFilter.GaussianBlur(rng.uniform(1, 8)))
    return crop


def placed(
    rng: Rng, canvas: Image.Image, path: Path, scale: tuple[float, float]
) -> npt.NDArray[np.bool_]:
    """Paste a cut-out, `scale` its longer side ÷ the picture's; returns its mask."""
    with Image.open(path) as file:
        cutout = file.convert("RGBA")
    side = rng.uniform(*scale) * SIDE_PX
    factor = side / max(cutout.size)
    size = (max(8, round(cutout.width * factor)), max(8, round(cutout.height * factor)))
    cutout = cutout.resize(size, Image.Resampling.LANCZOS)
    if rng.random() < 0.5:
        cutout = cutout.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    turn = rng.normal(0, 10)
    cutout = cutout.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    alpha = cutout.getchannel("A")
    colour = jittered(rng, cutout.convert("RGB"))
    slack = 0.15  # a little of it may lie outside
    left, top = (
        rng.uniform(*sorted((-slack * side, SIDE_PX - (1 - slack) * side)))
        for side in cutout.size
    )
    spot = (round(left), round(top))
    if rng.random() < 0.5:
        shadow = alpha.filter(ImageFilter.GaussianBlur(4)).point(lambda a: a // 3)
        canvas.paste((0, 0, 0), (spot[0] + 3, spot[1] + 4), shadow)
    canvas.paste(colour, spot, alpha)
    mask = Image.new("L", canvas.size)
    mask.paste(alpha, spot)
    return np.asarray(mask) > 128


def pick(rng: Rng, cutouts: dict[str, list[Path]]) -> Path:
    """A cut-out: photographic ones as often as all drawn styles together."""
    drawn = [style for style in cutouts if style != "stamp"]
    is_stamp = rng.random() < 0.5 or not drawn
    style = "stamp" if is_stamp else drawn[rng.integers(len(drawn))]
    return cutouts[style][rng.integers(len(cutouts[style]))]


def training_picture(seed: int, index: int, of: Sources) -> Bytes:
    """(224, 224, 3): a photograph's crop, or one to three objects in a scene."""
    rng = np.random.default_rng([seed, index])
    if rng.random() < PHOTO_SHARE:
        return np.asarray(photo_crop(rng, of.photos))
    canvas = background(rng, of.photos)
    if rng.random() < CLOSE_UP_SHARE:
        placed(rng, canvas, pick(rng, of.cutouts), (0.9, 2.0))
        return np.asarray(canvas)
    for _ in range(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15])):
        placed(rng, canvas, pick(rng, of.cutouts), (0.25, 0.8))
    return np.asarray(canvas)


def test_picture(
    seed: int, index: int, of: Sources
) -> tuple[Bytes, npt.NDArray[np.bool_]]:
    """(224, 224, 3) with one object, and the object's mask, (224, 224)."""
    rng = np.random.default_rng([seed, index])
    canvas = background(rng, of.photos)
    mask = placed(rng, canvas, pick(rng, of.cutouts), (0.3, 0.65))
    return np.asarray(canvas), mask
