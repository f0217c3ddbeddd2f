"""Decoding of picture files to upright sRGB pixels, in this process or in another.

    bytes ── header, size limit ──┬─ small and simple ─▶ Pillow, in this thread
                                  └─ large, TIFF, AVIF ─▶ a process that can be ended

A C decoder cannot be interrupted in a thread, and the structure of a TIFF can send a
decoder round in circles. The other process reads the file from its standard input and
writes a line of JSON and the raw pixels to its standard output.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import PIL.AvifImagePlugin
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import PIL.TiffImagePlugin
import PIL.WebPImagePlugin

from vitviz.errors import ImageError, Phrase
from vitviz.system import subprocesses
from vitviz.system.environment import OTHER_FORMAT, missing_extra

# Recognised by content, whatever the file's name; Pillow opens cameras' MPO as JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "PPM")
# Pillow registers these formats only when their modules are imported.
_PLUGINS = (
    PIL.AvifImagePlugin,
    PIL.TiffImagePlugin,
    PIL.WebPImagePlugin,
)
MAX_SIDE_PX = 32_768
ASK_MEGAPIXELS = 100
MAX_MEGAPIXELS = 178
HELPER_ABOVE_MEGAPIXELS = 25
HELPER_FORMATS = {"TIFF", "AVIF"}
HELPER_SECONDS = 10
# The tag in EXIF.
_ORIENTATION = 0x0112
# Alike, but the second can also write, through a library under the GPL; so the extra
# and the bundle contain the first.
_HEIF_READERS = ("pi_heif", "pillow_heif")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")

Bytes = npt.NDArray[np.uint8]

# Pillow logs what it also raises; without a handler it would reach the console
logging.getLogger("PIL").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A decoded picture.

    pixels : (H, W, 3) uint8, sRGB.
    notes : what was changed while decoding, a sentence each.
    """

    pixels: Bytes
    notes: tuple[Phrase, ...]


def decode_safely(data: bytes, name: str, *, allow_large: bool) -> Decoded:
    """Return the picture in `data`, decoded in another process if that is safer.

    allow_large : accept up to 178 megapixels instead of 100.

    Any thread. Raises ImageError, MissingExtraError.
    """
    with _opened(data, name) as picture:
        check_size(picture.size, name, allow_large=allow_large)
        megapixels = picture.width * picture.height / 1e6
        is_risky = picture.format in HELPER_FORMATS
        needs_helper = is_risky or megapixels > HELPER_ABOVE_MEGAPIXELS
        if not needs_helper:
            return upright_rgb(picture, name)
    return _decode_apart(data, name)


def decode_small_jpeg(data: bytes, name: str, side_px: int) -> Bytes:
    """Return a JPEG's pixels, (H, W, 3) uint8, decoded no larger than is needed.

    side_px : least length of both sides, if the picture itself has that.

    Any thread. Raises ImageError, MissingExtraError.
    """
    with _opened(data, name) as picture:
        check_size(picture.size, name, allow_large=False)
        picture.draft("RGB", (side_px, side_px))
        return upright_rgb(picture, name).pixels


def check_size(size: tuple[int, int], name: str, *, allow_large: bool) -> None:
    """Raise ImageError for a picture beyond the limits; called before it is decoded.

    size : (width, height) in pixels.
    """
    width, height = size
    megapixels = width * height / 1e6
    limit = MAX_MEGAPIXELS if allow_large else ASK_MEGAPIXELS
    if max(size) > MAX_SIDE_PX:
        raise ImageError(
            "{name} is {width}×{height} pixels; a side may have {limit}. Save it "
            "smaller and open that.",
            name=name,
            width=width,
            height=height,
            limit=MAX_SIDE_PX,
        )
    if megapixels > limit:
        raise ImageError(
            "{name} has {megapixels} megapixels; the limit is {limit}. Save it "
            "smaller and open that.",
            name=name,
            megapixels=round(megapixels),
            limit=limit,
        )


def upright_rgb(picture: PIL.Image.Image, name: str) -> Decoded:
    """Return a PIL image's first frame, upright, sRGB, on white. Raises ImageError."""
    notes: list[Phrase] = []
    with _as_image_error(name):
        frames = getattr(picture, "n_frames", 1)
        if frames > 1:
            notes.append(Phrase("First of {frames} frames.", {"frames": frames}))
            picture.seek(0)
        picture.load()
        turned = picture
        if picture.getexif().get(_ORIENTATION, 1) != 1:
            turned = PIL.ImageOps.exif_transpose(picture)
            notes.append(Phrase("Turned as its EXIF orientation says."))
        profile = picture.info.get("icc_profile")
        pixels = np.asarray(_to_rgb(turned, profile, notes))
    return Decoded(pixels, tuple(notes))


def _to_rgb(
    picture: PIL.Image.Image, profile: bytes | None, notes: list[Phrase]
) -> PIL.Image.Image:
    """Convert any mode of Pillow's to sRGB on white; add a note for what is changed."""
    mode = picture.mode
    if mode.startswith("I") or mode == "F":
        return _scaled_by_range(picture, notes)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema() != (255, 255):
            notes.append(Phrase("Transparent parts shown on white."))
            white = PIL.Image.new("RGBA", picture.size, "white")
            picture = PIL.Image.alpha_composite(white, picture)
        picture = picture.convert("RGB")
    if mode == "LAB":
        lab = PIL.ImageCms.createProfile("LAB")
        return _converted(picture, PIL.ImageCms.ImageCmsProfile(lab))
    if profile and picture.mode in {"RGB", "L", "CMYK"}:
        try:
            source = PIL.ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "sRGB" not in PIL.ImageCms.getProfileDescription(source):
                converted = _converted(picture, source)
                notes.append(Phrase("Colour profile converted to sRGB."))
                return converted
        except (PIL.ImageCms.PyCMSError, OSError, ValueError):
            notes.append(Phrase("Its colour profile is damaged and was left out."))
    return picture.convert("RGB")


def _converted(
    picture: PIL.Image.Image, source: PIL.ImageCms.ImageCmsProfile
) -> PIL.Image.Image:
    """Convert a picture from the profile `source` to sRGB."""
    target = PIL.ImageCms.createProfile("sRGB")
    converted = PIL.ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    assert converted is not None
    return converted


def _scaled_by_range(picture: PIL.Image.Image, notes: list[Phrase]) -> PIL.Image.Image:
    """Map 16-bit, 32-bit and float values from their own range to [0, 255]."""
    values = np.asarray(picture, np.float64)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    values_said = {"low": f"{low:g}", "high": f"{high:g}"}
    notes.append(Phrase("Values from {low} to {high} scaled to 0–255.", values_said))
    span = high - low if high > low else 1.0
    scaled = np.nan_to_num((values - low) / span, nan=0.0, posinf=1.0, neginf=0.0)
    grey = np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return PIL.Image.fromarray(grey).convert("RGB")


@contextlib.contextmanager
def _opened(data: bytes, name: str) -> Iterator[PIL.Image.Image]:
    """Open a picture and read its header; its pixels are decoded later."""
    formats = list(FORMATS)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        found = filter(importlib.util.find_spec, _HEIF_READERS)
        reader = next(found, None)
        if reader is None:
            raise missing_extra(name, "pi-heif", "formats", OTHER_FORMAT)
        importlib.import_module(reader).register_heif_opener()
        formats.append("HEIF")
    with _as_image_error(name, data):
        picture = PIL.Image.open(io.BytesIO(data), formats=formats)
    with picture:
        yield picture


@contextlib.contextmanager
def _as_image_error(name: str, data: bytes = b"") -> Iterator[None]:
    """Turn whatever Pillow raises for these bytes into one ImageError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limits speak instead
            yield
    except ImageError:
        raise
    except PIL.UnidentifiedImageError:
        raise _not_a_picture(name, data) from None
    except PIL.Image.DecompressionBombError as error:
        raise ImageError(
            "{name} has more than {limit} megapixels. Save it smaller and open that.",
            name=name,
            limit=MAX_MEGAPIXELS,
        ) from error
    except MemoryError as error:
        raise ImageError(
            "There is not enough memory to open {name}. Save it smaller.", name=name
        ) from error
    except Exception as error:
        # decoders raise many kinds for damaged bytes: OSError, SyntaxError,
        # struct.error, zlib.error, IndexError; all mean the same here
        raise ImageError(
            "{name} is damaged and cannot be shown ({reason}). Get or save it again.",
            name=name,
            reason=_reason(error),
        ) from error


def _not_a_picture(name: str, data: bytes) -> ImageError:
    """Return the error for bytes that Pillow does not know, with what they may be."""
    start = data[:512].lstrip().lower()
    hint = (
        "Its content is none of the formats vitviz reads (JPEG, PNG, WebP, BMP, GIF, "
        "TIFF, AVIF, PPM)"
    )
    if start.startswith((b"<!doctype html", b"<html")):
        hint = "It is a web page; download the picture itself"
    elif start.startswith(b"version https://git-lfs"):
        hint = "It is a Git LFS pointer; fetch the real file with git lfs pull"
    elif start.startswith(b"<svg") or b"<svg" in start:
        hint = "It is an SVG drawing; save it as PNG"
    elif start.startswith(b"%pdf"):
        hint = "It is a PDF; save the page as PNG"
    elif name.lower().endswith((".safetensors", ".pth", ".pt", ".ckpt")):
        hint = "A model is opened under Model, or with --model"
    return ImageError("{name} is not a picture. {hint}.", name=name, hint=hint)


def _reason(error: Exception) -> str:
    """Return an error's first line, printable, with at most 120 characters."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(c if c.isprintable() else " " for c in lines[0])[:120]


def _decode_apart(data: bytes, name: str) -> Decoded:
    """Decode in another process, which is ended after `HELPER_SECONDS`."""
    try:
        done = subprocesses.run("decode", seconds=HELPER_SECONDS, data=data)
    except subprocess.TimeoutExpired:
        raise ImageError(
            "{name} takes longer than {seconds} s to decode. Save it as PNG or JPEG "
            "and open that.",
            name=name,
            seconds=HELPER_SECONDS,
        ) from None
    end = done.stdout.find(b"\n")
    try:
        answer = json.loads(done.stdout[: max(end, 0)])
    except ValueError:
        answer = {"error": f"its decoder ended with code {done.returncode}"}
    if "error" in answer:
        raise ImageError(
            "{name} is damaged and cannot be shown ({reason}). Get or save it again.",
            name=name,
            reason=answer["error"],
        )
    width, height = answer["size"]
    if len(done.stdout) - end - 1 != width * height * 3:
        raise ImageError(
            "{name} is damaged and cannot be shown ({reason}). Get or save it again.",
            name=name,
            reason="its decoder stopped early",
        )
    # a view: the bytes are as many as the pixels
    pixels = np.frombuffer(done.stdout, np.uint8, offset=end + 1)
    pixels = pixels.reshape(height, width, 3)
    return Decoded(pixels, tuple(Phrase(*note) for note in answer["notes"]))


def serve() -> None:
    """Decode standard input to standard output; the job of the other process."""
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        with _opened(data, "picture") as picture:
            check_size(picture.size, "picture", allow_large=True)
            decoded = upright_rgb(picture, "picture")
    except ImageError as error:
        reason = error.values.get("reason", str(error))
        out.write(json.dumps({"error": str(reason)}).encode() + b"\n")
        return
    height, width = decoded.pixels.shape[:2]
    notes = [(note.template, dict(note.values)) for note in decoded.notes]
    head = {"size": [width, height], "notes": notes}
    out.write(json.dumps(head).encode() + b"\n")
    out.write(np.ascontiguousarray(decoded.pixels).data)
