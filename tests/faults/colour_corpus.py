"""Colours of public test pictures through our loader, against ImageMagick's.

    python -m tests.faults.colour_corpus FOLDER...   [--list] [--only TEXT]

FOLDER holds unpacked source packages with pictures in them. Those that are counted in
docs/measurements.md come from PyPI (`pip download --no-deps --no-binary :all: pillow
imagecodecs`) and from Debian (`apt-get source libpng1.6 vips libheif kimageformats
golang-golang-x-image libwebp tiff imagemagick gdal netpbm-free graphicsmagick`).

Every file that both programs open is compared pixel by pixel. ImageMagick is told what
vitviz does: relative colorimetric with black-point compensation to lcms2's sRGB, on
white, upright, the first frame. 16 bits are read by their type's range, as it does.
Where they differ by more than decoders may, the reason is looked for by a third way,
another decoder. What is left without a reason is a fault.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps

from vitviz.errors import VitvizError
from vitviz.pictures.decoding_cost import kind_of
from vitviz.pictures.pixels import Decoded, decode
from vitviz.pictures.reading import Reading, Stretch, StretchKind

Pixels = npt.NDArray[np.uint8]

FULL = Reading(Stretch(StretchKind.FULL))
# Two decoders of one JPEG, or two roundings of one profile, differ by so much.
MOST_ROUNDING = 2
# JPEGs whose colours have fewer samples are enlarged in different ways.
MOST_MEAN_OF_LOSSY = 2.5
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Compared:
    """One file: what was found, and how far the two are apart."""

    name: str
    # Why they differ; empty where they do not.
    reason: str
    largest: int = 0
    mean: float = 0.0
    notes: str = ""


def files_in(folders: list[Path]) -> list[Path]:
    """Files that begin as a picture does, in the order of their names."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.stat().st_size < 2**23:
                with path.open("rb") as file:
                    head = file.read(2**16)
                if kind_of(head) is not None and len(head) > 24:
                    found.append(path)
    return found


@functools.cache
def program() -> list[str]:
    """The command of ImageMagick, 7 or 6."""
    for name in ("magick", "convert-im6.q16", "convert"):
        if shutil.which(name):
            return [name]
    raise SystemExit("ImageMagick is needed: apt-get install imagemagick")


@functools.cache
def srgb() -> str:
    """A file with lcms2's own sRGB."""
    profile = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB"))
    path = Path(tempfile.mkdtemp()) / "srgb.icc"
    path.write_bytes(profile.tobytes())
    return str(path)


def theirs(path: Path) -> Pixels | None:
    """What ImageMagick makes of a file; None if it does not open it."""
    command = [
        *program(), f"{path}[0]", "-auto-orient", "-intent", "relative",
        "-black-point-compensation", "-profile", srgb(), "-colorspace", "sRGB",
        "-background", "white", "-alpha", "remove", "-alpha", "off", "-type",
        "TrueColor", "-depth", "8", "ppm:-",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
        end = 0
        for _ in range(3):
            end = done.stdout.index(b"\n", end) + 1
        _, size, _ = done.stdout[:end].decode().splitlines()
        width, height = map(int, size.split())
        pixels = np.frombuffer(done.stdout, np.uint8, width * height * 3, end)
    except (subprocess.SubprocessError, ValueError):
        return None
    return pixels.reshape(height, width, 3)


def plain(path: Path) -> Pixels | None:
    """What Pillow makes of a file's colours as they are stored, on white."""
    try:
        with PIL.Image.open(path) as picture:
            if picture.mode.startswith(("I", "F")) or picture.mode == "LAB":
                return None
            whole = PIL.ImageOps.exif_transpose(picture).convert("RGBA")
        white = PIL.Image.new("RGBA", whole.size, "white")
        return np.asarray(PIL.Image.alpha_composite(white, whole).convert("RGB"))
    except Exception:  # whatever a decoder raises
        return None


def compare(path: Path) -> Compared | None:
    """Compare one file; None where one of the two does not open it."""
    try:
        # in this process: another one for each of many files takes much longer
        ours = decode(path.read_bytes(), path.name, allow_large=False, reading=FULL)
    except VitvizError:
        return None
    other = theirs(path)
    if other is None or ours is None:
        return None
    notes = " ".join(map(str, ours.notes))
    name = path.name
    if other.shape != ours.pixels.shape:
        return Compared(name, f"another size: {other.shape[1]}×{other.shape[0]}", 255)
    apart = np.abs(ours.pixels.astype(np.int16) - other)
    largest, mean = int(apart.max()), float(apart.mean())
    reason = ""
    if largest > MOST_ROUNDING:
        reason = reason_of(path, ours, other, mean)
    return Compared(name, reason, largest, mean, notes)


def reason_of(path: Path, ours: Decoded, other: Pixels, mean: float) -> str:
    """Why two decoders differ, proven by a third way; "" is no reason."""
    notes = " ".join(map(str, ours.notes))
    with path.open("rb") as file:
        kind = kind_of(file.read(2**16))
    kind_name = "" if kind is None else kind.value
    stored = plain(path)
    mode = ""
    try:
        with PIL.Image.open(path) as picture:
            mode, info = picture.mode, dict(picture.info)
    except Exception:  # whatever a decoder raises
        info = {}

    def is_near(one: Pixels, most: float) -> bool:
        apart = np.abs(one.astype(np.int16) - other)
        return one.shape == other.shape and float(apart.mean()) <= most

    if "all there are" in notes or "percentiles" in notes:
        return "numbers without a range of their type: stretched here"
    if "without data" in notes:
        return "no-data on white here, shown as a colour there"
    if "Gamma of" in notes or "Primaries and" in notes:
        if stored is not None and is_near(stored, MOST_MEAN_OF_LOSSY):
            return "gAMA or cHRM applied here, left out there"
        return "gAMA or cHRM applied here by its formula, otherwise there"
    if "left out" in notes:
        return "profile that does not fit, or is damaged: left out here"
    if "converted to sRGB" in notes or "converted" in notes:
        if stored is not None and is_near(stored, MOST_MEAN_OF_LOSSY):
            return "profile or coded colours applied here, left out there"
        if mean <= MOST_MEAN_OF_LOSSY:
            return "profile: roundings of two conversions"
    if mode == "CMYK":
        return "CMYK without a profile: two formulas"
    if mode == "LAB":
        return "CIELab: white D50 here, D65 there"
    if kind_name in {"JPEG", "WEBP", "AVIF", "HEIF"} or mode == "YCbCr":
        if mean <= MOST_MEAN_OF_LOSSY:
            return "lossy: colours enlarged in two ways"
    if "Transparent" in notes and mean <= MOST_MEAN_OF_LOSSY:
        return "transparency: roundings"
    if "frames" in notes:
        return "animation: its first frame is drawn otherwise there"
    if "transparency" in info or "Transparent" in notes:
        return "transparency: read otherwise there"
    if stored is not None:
        apart = np.abs(stored.astype(np.int16) - ours.pixels)
        if int(apart.max()) <= MOST_ROUNDING:
            return "as stored here (Pillow agrees), changed there"
    return ""


def report(found: list[Compared], num_files: int) -> str:
    """The table of docs/measurements.md."""
    groups: dict[str, list[Compared]] = defaultdict(list)
    for one in found:
        reason = one.reason or ("NO REASON" if one.largest > MOST_ROUNDING else "equal")
        groups[reason].append(one)
    lines = [
        f"{num_files} files, {len(found)} opened by both",
        "",
        "| difference | files | largest | largest mean | for example |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for reason, those in sorted(groups.items(), key=lambda g: -len(g[1])):
        worst = max(those, key=lambda one: one.mean)
        lines.append(
            f"| {reason} | {len(those)} | {max(one.largest for one in those)} | "
            f"{worst.mean:.2f} | `{worst.name}` |"
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Compare them all; 1 where a difference has no reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--list", action="store_true", help="name every difference")
    parser.add_argument("--only", default="", help="files whose path has this text")
    args = parser.parse_args(arguments)
    files = [path for path in files_in(args.folders) if args.only in str(path)]
    # each file once: packages have taken them from each other
    seen = {hashlib.sha256(path.read_bytes()).digest(): path for path in files}
    files = sorted(seen.values())
    found = []
    for path in files:
        made = compare(path)
        if made is not None:
            found.append(made)
            if args.list and made.largest > MOST_ROUNDING:
                print(  # noqa: T201
                    f"{made.largest:4} {made.mean:7.2f} {path}: "
                    f"{made.reason or 'NO REASON'} [{made.notes}]",
                    flush=True,
                )
    print(report(found, len(files)))  # noqa: T201
    is_left = any(one.largest > MOST_ROUNDING and not one.reason for one in found)
    return 1 if is_left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
