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
import contextlib
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


def stored(path: Path) -> tuple[str, Pixels] | None:
    """Colours as they are stored, on white, by a third decoder: libvips, or Pillow."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "a.png"
        source, by = path, "Pillow"
        # of a BMP, libvips asks ImageMagick
        if shutil.which("vips") and path.suffix.lower() != ".bmp":
            command = ["vips", "copy", str(path), str(target)]
            done = subprocess.run(command, capture_output=True, check=False)
            if done.returncode == 0:
                source, by = target, "libvips"
        try:
            with PIL.Image.open(source) as picture:
                if picture.mode in {"I", "F", "LAB"}:
                    return None
                upright = PIL.ImageOps.exif_transpose(picture)
                if upright.mode.startswith("I;16"):
                    bytes_of = np.rint(np.asarray(upright) / 257).astype(np.uint8)
                    upright = PIL.Image.fromarray(bytes_of)
                whole = upright.convert("RGBA")
        except Exception:  # whatever a decoder raises
            return None
    white = PIL.Image.new("RGBA", whole.size, "white")
    return by, np.asarray(PIL.Image.alpha_composite(white, whole).convert("RGB"))


def turns(pixels: Pixels) -> list[Pixels]:
    """A picture in the seven other ways in which EXIF can have it turned."""
    ways = [np.rot90(pixels, n) for n in range(4)]
    return [*ways[1:], *(way[:, ::-1] for way in ways)]


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
    largest, mean = distance(ours.pixels, other)
    reason = ""
    if largest > MOST_ROUNDING:
        reason = reason_of(path, ours, other, mean)
    return Compared(name, reason, largest, mean, notes)


def distance(one: Pixels, other: Pixels) -> tuple[int, float]:
    """The largest and the mean difference; 255 of two sizes."""
    if one.shape != other.shape:
        return 255, 255.0
    apart = np.abs(one.astype(np.int16) - other)
    return int(apart.max()), float(apart.mean())


def reason_of(path: Path, ours: Decoded, other: Pixels, mean: float) -> str:
    """Why two decoders differ, proven by a third way; "" is no reason."""
    notes = " ".join(map(str, ours.notes))
    with path.open("rb") as file:
        kind = kind_of(file.read(2**16))
    kind_name = "" if kind is None else kind.value
    mode = ""
    with contextlib.suppress(Exception), PIL.Image.open(path) as picture:
        mode = picture.mode
    third = stored(path)

    def is_stored(pixels: Pixels) -> bool:
        return third is not None and distance(third[1], pixels)[1] <= MOST_MEAN_OF_LOSSY

    if "all there are" in notes or "percentiles" in notes:
        return "numbers whose type has no white: stretched here"
    if "without data" in notes:
        return "no data: white here, a colour there"
    if "Bands" in notes:
        return "several bands: three as colours here, the first as grey there"
    if "Turned" in notes:
        for way in turns(other):
            if distance(ours.pixels, way)[1] <= MOST_MEAN_OF_LOSSY:
                return "orientation in XMP or in a PNG's eXIf: followed here alone"
    is_coloured = any(word in notes for word in ("Gamma of", "Primaries and"))
    if is_coloured and is_stored(other):
        return "gAMA or cHRM: applied here, left out there"
    if "converted" in notes and is_stored(other):
        return "profile: applied here, left out there"
    if "left out" in notes and is_stored(ours.pixels):
        return "profile that does not fit or is damaged: left out here"
    if "converted" in notes and mean <= MOST_MEAN_OF_LOSSY:
        sixteen = "all of their type" in notes
        return f"rounding of a conversion, {'16 bits' if sixteen else '8 bits'}"
    if mode == "CMYK":
        return "CMYK without a profile: two formulas"
    if mode == "LAB":
        return "CIELab: white D50 here, D65 there"
    if kind_name in {"JPEG", "WEBP", "AVIF", "HEIF"} and mean <= MOST_MEAN_OF_LOSSY:
        return "lossy: colours enlarged in two ways"
    if third is not None and is_stored(ours.pixels):
        return f"as {third[0]} reads it here, otherwise there"
    if kind_name == "GIF" and other.shape != ours.pixels.shape:
        return "GIF: the whole canvas here, the first frame alone there"
    if "Transparent" in notes or kind_name == "PNG":
        return "transparency: read otherwise there" if "Transparent" in notes else ""
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
