"""Decoding of picture files to upright sRGB pixels, in this process or in another.

    bytes ── structure, header, size limit ──┬─ sure to be quick ─▶ in this thread
                                             └─ all else ─▶ a process that can be ended

A C decoder cannot be interrupted in a thread, and the structure of a file can send a
decoder round in circles; `decoding_cost` tells what is sure to be quick. The other
process reads the file from its standard input and writes a line of JSON and the raw
pixels to its standard output. It is ended after so much time of the processor, or when
the picture is no longer wanted.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
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
from vitviz.pictures import plain_pnm
from vitviz.pictures.decoding_cost import (
    MAX_QUICK_MEGAPIXELS,
    Kind,
    is_quick,
    jpeg_frame,
    kind_of,
    pnm_header,
    size_in_header,
)
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
# A JPEG's pixels are gone over so often; programs write about ten passes.
MAX_SCANS = 500
# Of the processor, which a busy machine does not shorten.
HELPER_SECONDS = 10
THUMBNAIL_SECONDS = 5
# By how much more time may pass on the clock, on a machine that does much else.
WALL_FACTOR = 6
# Values with a fraction are computed for so many pixels at a time.
_BAND_PIXELS = 2**20
# The variable that holds the other process's options.
_OPTIONS = "VITVIZ_DECODE"
# The tag in EXIF.
_ORIENTATION = 0x0112
# Alike, but the second can also write, through a library under the GPL; so the extra
# and the bundle contain the first.
_HEIF_READERS = ("pi_heif", "pillow_heif")

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


def never() -> bool:
    """Return False: a picture that is wanted until it is there."""
    return False


def decode_safely(
    data: bytes,
    name: str,
    *,
    allow_large: bool,
    is_cancelled: Callable[[], bool] = never,
) -> Decoded:
    """Return the picture in `data`, decoded in another process if that is safer.

    allow_large : accept up to 178 megapixels instead of 100.
    is_cancelled : asked while another process decodes.

    Any thread. Raises ImageError, MissingExtraError, Cancelled.
    """
    kind = _require_known(data, name, allow_large=allow_large)
    if is_quick(data, kind):
        with _opened(data, name) as picture:
            check_size(picture.size, name, allow_large=allow_large)
            if _megapixels(picture) <= MAX_QUICK_MEGAPIXELS:
                return upright_rgb(picture, name)
    options = {"allow_large": allow_large}
    return _decode_apart(data, name, options, HELPER_SECONDS, is_cancelled)


def decode_small(
    data: bytes, name: str, side_px: int, is_cancelled: Callable[[], bool] = never
) -> Bytes:
    """Return a picture's pixels, (H, W, 3) uint8, no side longer than `side_px`.

    is_cancelled : asked while another process decodes.

    Any thread. Raises ImageError, MissingExtraError, Cancelled.
    """
    kind = _require_known(data, name, allow_large=False)
    if is_quick(data, kind):
        with _opened(data, name) as picture:
            check_size(picture.size, name, allow_large=False)
            if _megapixels(picture) <= MAX_QUICK_MEGAPIXELS:
                return _small(picture, name, side_px).pixels
    options = {"side_px": side_px}
    made = _decode_apart(data, name, options, THUMBNAIL_SECONDS, is_cancelled)
    return made.pixels


def _small(picture: PIL.Image.Image, name: str, side_px: int) -> Decoded:
    """Return an open picture reduced; a JPEG is decoded no larger than is needed."""
    if picture.format in {"JPEG", "MPO"}:
        picture.draft("RGB", (side_px, side_px))
    decoded = upright_rgb(picture, name)
    small = PIL.Image.fromarray(decoded.pixels)
    small.thumbnail((side_px, side_px), PIL.Image.Resampling.BILINEAR)
    return Decoded(np.ascontiguousarray(small, np.uint8), decoded.notes)


def _require_known(data: bytes, name: str, *, allow_large: bool) -> Kind:
    """Return what a file begins as.

    Raises ImageError for no picture, for one whose header names a size beyond the
    limits and for a JPEG in too many passes; MissingExtraError for one that another
    library reads.
    """
    kind = kind_of(data)
    if kind is None:
        raise _not_a_picture(name, data)
    if kind is Kind.HEIF and not _heif_reader():
        raise missing_extra(name, "pi-heif", "formats", OTHER_FORMAT)
    size = size_in_header(data, kind)
    if size is not None:
        check_size(size, name, allow_large=allow_large)
    if kind is Kind.JPEG and (frame := jpeg_frame(data)) is not None:
        if frame.num_scans > MAX_SCANS:
            raise ImageError(
                "{name} is built up in {count:,} passes; the limit is {limit}. Save "
                "it again as an ordinary JPEG or PNG.",
                name=name,
                count=frame.num_scans,
                limit=MAX_SCANS,
            )
    return kind


def _megapixels(picture: PIL.Image.Image) -> float:
    return picture.width * picture.height / 1e6


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
    width, height = picture.size
    # a band at a time: numbers with a fraction take eight bytes each
    rows = max(1, _BAND_PIXELS // width)
    bands = [(0, top, width, min(top + rows, height)) for top in range(0, height, rows)]
    low, high = np.inf, -np.inf
    for band in bands:
        values = np.asarray(picture.crop(band))
        if values.dtype.kind == "f":
            values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    if low > high:
        low = high = 0.0
    values_said = {"low": f"{low:g}", "high": f"{high:g}"}
    notes.append(Phrase("Values from {low} to {high} scaled to 0–255.", values_said))
    span = high - low if high > low else 1.0
    grey = np.empty((height, width), np.uint8)
    for band in bands:
        values = np.asarray(picture.crop(band), np.float64)
        scaled = np.nan_to_num((values - low) / span, nan=0.0, posinf=1.0, neginf=0.0)
        grey[band[1] : band[3]] = np.rint(np.clip(scaled, 0, 1) * 255)
    return PIL.Image.fromarray(grey).convert("RGB")


@contextlib.contextmanager
def _opened(data: bytes, name: str) -> Iterator[PIL.Image.Image]:
    """Open a picture and read its header; its pixels are decoded later."""
    formats = list(FORMATS)
    if kind_of(data) is Kind.HEIF and (reader := _heif_reader()):
        importlib.import_module(reader).register_heif_opener()
        formats.append("HEIF")
    with _as_image_error(name, data):
        picture: PIL.Image.Image
        header = pnm_header(data)
        if header is None or header.is_native:
            picture = PIL.Image.open(io.BytesIO(data), formats=formats)
        else:
            check_size((header.width, header.height), name, allow_large=True)
            picture = plain_pnm.read(data, header)
    with picture:
        yield picture


def _heif_reader() -> str | None:
    """Return the name of an installed library that reads HEIF."""
    return next(filter(importlib.util.find_spec, _HEIF_READERS), None)


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
            "{name} is damaged and cannot be shown ({reason}). Download it or save it "
            "again.",
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


def _decode_apart(
    data: bytes,
    name: str,
    options: Mapping[str, object],
    seconds: float,
    is_cancelled: Callable[[], bool],
) -> Decoded:
    """Decode in another process, which is ended after `seconds` of the processor."""
    try:
        done = subprocesses.run(
            "decode",
            seconds=seconds * WALL_FACTOR,
            processor_seconds=seconds,
            data=data,
            environment={_OPTIONS: json.dumps(options), "OPENBLAS_NUM_THREADS": "1"},
            is_cancelled=is_cancelled,
        )
    except subprocess.TimeoutExpired as error:
        raise ImageError(
            "{name} takes longer than {seconds} s to decode. Save it as an ordinary "
            "PNG or JPEG and open that.",
            name=name,
            seconds=round(error.timeout),
        ) from None
    end = done.stdout.find(b"\n")
    try:
        answer = json.loads(done.stdout[: max(end, 0)])
    except ValueError:
        answer = {"reason": f"its decoder ended with code {done.returncode}"}
    if "template" in answer:
        raise ImageError(answer["template"], **{**answer["values"], "name": name})
    if "reason" not in answer:
        width, height = answer["size"]
        if len(done.stdout) - end - 1 == width * height * 3:
            # a view: the bytes are as many as the pixels
            pixels = np.frombuffer(done.stdout, np.uint8, offset=end + 1)
            pixels = pixels.reshape(height, width, 3)
            return Decoded(pixels, tuple(Phrase(*note) for note in answer["notes"]))
    raise ImageError(
        "{name} is damaged and cannot be shown ({reason}). Download it or save it "
        "again.",
        name=name,
        reason=answer.get("reason", "its decoder stopped early"),
    )


def serve() -> None:
    """Decode standard input to standard output; the job of the other process."""
    options = json.loads(os.environ.pop(_OPTIONS, "{}"))
    data = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        with _opened(data, "picture") as picture:
            is_large_fine = options.get("allow_large", "side_px" not in options)
            check_size(picture.size, "picture", allow_large=is_large_fine)
            if "side_px" in options:
                decoded = _small(picture, "picture", options["side_px"])
            else:
                decoded = upright_rgb(picture, "picture")
    except ImageError as error:
        values = {
            key: value if isinstance(value, int) else str(value)
            for key, value in error.values.items()
        }
        told = {"template": error.template, "values": values}
        out.write(json.dumps(told).encode() + b"\n")
        return
    height, width = decoded.pixels.shape[:2]
    notes = [(note.template, dict(note.values)) for note in decoded.notes]
    head = {"size": [width, height], "notes": notes}
    out.write(json.dumps(head).encode() + b"\n")
    out.write(np.ascontiguousarray(decoded.pixels).data)
