"""From a file's bytes to upright sRGB pixels, in this process.

    bytes ──┬─ numbers (TIFF, DICOM, NIfTI, 16-bit PNG, PNM) ── bands, stretch ─┐
            └─ Pillow ── frame ─────────────────────────────────────────────────┤
                                  EXIF orientation ── profile to sRGB on white ◄┘

Called through `pictures.decode`, which decides in which process.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import PIL.AvifImagePlugin
import PIL.Image
import PIL.ImageFile
import PIL.TiffImagePlugin
import PIL.WebPImagePlugin

from vitviz.errors import ImageError, MissingExtraError, Phrase
from vitviz.pictures import medical, plain_pnm, tiff
from vitviz.pictures.colour import to_srgb
from vitviz.pictures.colour_tags import FileColours, colours_of
from vitviz.pictures.decoding_cost import Kind, kind_of, pnm_header
from vitviz.pictures.reading import AS_IT_IS, Reading, StretchKind
from vitviz.pictures.samples import (
    FilePicture,
    FileValues,
    MissingLibrary,
    Samples,
    frame_in,
    show,
)
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
# The tag in EXIF.
_ORIENTATION = 0x0112
_TURNS = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}
# Alike, but the second can also write, through a library under the GPL; so the extra
# and the bundle contain the first.
_HEIF_READERS = ("pi_heif", "pillow_heif")
# How Pillow is told to unpack a PNG of 16 bits: it keeps one byte of two, the first or
# the second. Grey with transparency has as many bytes as four colours.
_DEEP_PNG = {
    "RGB;16B": ("RGB;16B", "RGB;16L"),
    "RGBA;16B": ("RGBA;16B", "RGBA;16L"),
    "LA;16B": ("RGBA",),
}

Bytes = npt.NDArray[np.uint8]

# Libraries log what they also raise; without a handler it would reach the console.
for _name in ("PIL", "tifffile", "pydicom", "nibabel"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A decoded picture.

    pixels : (H, W, 3) uint8, sRGB.
    notes : what was changed while decoding, a sentence each.
    values : what its file holds that could be chosen.
    bands : (H, W, n) uint8, upright; None where there are one or three.
    """

    pixels: Bytes
    notes: tuple[Phrase, ...]
    values: FileValues = FileValues()
    bands: Bytes | None = None


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


def decode(
    data: bytes,
    name: str,
    *,
    allow_large: bool,
    reading: Reading = AS_IT_IS,
    side_px: int | None = None,
    most_megapixels: float = MAX_MEGAPIXELS,
) -> Decoded | None:
    """Return the picture in `data`; None if it has more than `most_megapixels`.

    allow_large : accept up to 178 megapixels instead of 100.
    side_px : make it no larger than that; a JPEG is decoded no larger than is needed.

    Raises ImageError, MissingExtraError.
    """
    kind = kind_of(data)
    notes: list[Phrase] = []

    def check(size: tuple[int, int]) -> None:
        check_size(size, name, allow_large=allow_large)

    with _as_image_error(name, data):
        found: FilePicture | None = None
        if kind is Kind.TIFF and tiff.needs_numbers(data):
            try:
                found = tiff.read(data, name, reading, check, notes)
            except MissingLibrary:
                if not tiff.is_read_by_pillow(data):
                    raise
        elif kind is Kind.DICOM:
            found = medical.read_dicom(data, name, reading, check, notes)
        elif kind is Kind.NIFTI:
            found = medical.read_nifti(data, name, reading, check, notes)
        elif kind is Kind.PPM and (header := pnm_header(data)):
            if not header.is_native:
                check((header.width, header.height))
                found = FilePicture(plain_pnm.read(data, header))
        if found is not None and found.samples is not None:
            made = _of_samples(found.samples, found, name, reading, notes)
            return _small(made, side_px)
        with _opened(found.jpeg if found else data, name, kind) as picture:
            check(picture.size)
            if picture.width * picture.height / 1e6 > most_megapixels:
                return None
            if side_px is not None and picture.format in {"JPEG", "MPO"}:
                picture.draft("RGB", (side_px, side_px))
            made = _of_image(picture, data, kind, name, reading, notes, found)
            return _small(made, side_px)


def upright_rgb(
    picture: PIL.Image.Image, name: str, reading: Reading = AS_IT_IS
) -> Decoded:
    """Return a PIL image's frame, upright, sRGB, on white. Raises ImageError."""
    with _as_image_error(name):
        return _of_image(picture, b"", None, name, reading, [], None)


def _of_image(
    picture: PIL.Image.Image,
    data: bytes,
    kind: Kind | None,
    name: str,
    reading: Reading,
    notes: list[Phrase],
    outer: FilePicture | None,
) -> Decoded:
    """Return a picture that Pillow has opened.

    outer : the file that the picture is a preview in.
    """
    frames = getattr(picture, "n_frames", 1)
    frame = frame_in(reading, frames, name)
    if frames > 1:
        said = {"frames": frames, "frame": frame}
        if frame:
            notes.append(Phrase("Frame {frame} of {frames}, counted from 0.", said))
        else:
            notes.append(Phrase("First of {frames} frames.", {"frames": frames}))
        picture.seek(frame)
    deep = _deep_png(data) if kind is Kind.PNG and _is_deep(picture) else None
    picture.load()
    _scale_clear_grey(picture, data, kind)
    orientation = picture.getexif().get(_ORIENTATION, 1)
    if outer is not None:
        orientation = outer.orientation if orientation == 1 else orientation
    colours = colours_of(picture.info, data, None if outer else kind)
    own = _numbers(picture, data, kind) if deep is None else deep
    if own is not None:
        about = FilePicture(own, colours, orientation, frames)
        return _of_samples(own, about, name, reading, notes)
    made = to_srgb(_turned(picture, orientation, notes), colours, notes)
    is_asked = reading.stretch.kind not in {StretchKind.AUTO, StretchKind.FULL}
    values, bands = FileValues(num_frames=frames), None
    if is_asked or reading.bands:
        samples = Samples(np.asarray(made), 255.0, is_colour=True)
        shown = show(samples, reading, name, notes)
        made, bands = shown.picture.convert("RGB"), shown.bands
        values = replace(shown.values, num_frames=frames)
    return Decoded(np.asarray(made), tuple(notes), values, bands)


def _of_samples(
    samples: Samples,
    about: FilePicture,
    name: str,
    reading: Reading,
    notes: list[Phrase],
) -> Decoded:
    """Return the picture of numbers."""
    shown = show(samples, reading, name, notes)
    if about.num_frames > 1 and not about.has_planes and reading.frame is None:
        notes.append(Phrase("First of {frames} frames.", {"frames": about.num_frames}))
    colours = about.colours
    if not shown.is_plain and colours != FileColours():
        notes.append(Phrase("Stretched values: its colour profile was left out."))
        colours = FileColours()
    upright = _turned(shown.picture, about.orientation, notes)
    made = to_srgb(upright, colours, notes)
    values = replace(
        shown.values, num_frames=about.num_frames, has_planes=about.has_planes
    )
    bands, turn = shown.bands, _TURNS.get(about.orientation)
    if bands is not None and turn is not None:
        each = [PIL.Image.fromarray(bands[..., i]) for i in range(bands.shape[2])]
        bands = np.stack([np.asarray(one.transpose(turn)) for one in each], axis=-1)
    return Decoded(np.asarray(made), tuple(notes), values, bands)


def _turned(
    picture: PIL.Image.Image, orientation: int, notes: list[Phrase]
) -> PIL.Image.Image:
    """Return the picture turned as EXIF's number says; others than 2 to 8 say none."""
    turn = _TURNS.get(orientation)
    if turn is None:
        return picture
    notes.append(Phrase("Turned as its EXIF orientation says."))
    return picture.transpose(turn)


def _numbers(
    picture: PIL.Image.Image, data: bytes, kind: Kind | None
) -> Samples | None:
    """Return the numbers of an image of more than 8 bits; None for all others."""
    mode = picture.mode
    if not mode.startswith("I") and mode != "F":
        return None
    values = np.asarray(picture)[..., None]
    if mode.startswith("I;16"):
        values = values.astype(np.uint16)
    is_sixteen = mode.startswith("I;16") or kind in {Kind.PNG, Kind.PPM}
    highest = 1.0 if mode == "F" else 65535.0 if is_sixteen else 0.0
    no_data = tiff.no_data_of(data) if kind is Kind.TIFF else None
    clear = picture.info.get("transparency")
    alpha = None
    if isinstance(clear, int):
        alpha = np.where(values[..., 0] == clear, 0, 255).astype(np.uint8)
    return Samples(values, highest, alpha=alpha, no_data=no_data)


def _scale_clear_grey(picture: PIL.Image.Image, data: bytes, kind: Kind | None) -> None:
    """Scale the transparent grey of a PNG of 2 or 4 bits as its pixels are.

    Pillow 13 spreads pixels over 0 to 255 and leaves the grey as it is in the file.
    """
    clear = picture.info.get("transparency")
    is_few = kind is Kind.PNG and data[24:26] in {b"\x02\0", b"\x04\0"}
    if is_few and isinstance(clear, int):
        picture.info["transparency"] = clear * 255 // (2 ** data[24] - 1)


def _is_deep(picture: PIL.Image.Image) -> bool:
    """Return whether Pillow would hand out half of a PNG's bits."""
    return any(str(tile.args) in _DEEP_PNG for tile in getattr(picture, "tile", ()))


def _deep_png(data: bytes) -> Samples:
    """Return all 16 bits of a PNG's colours, which Pillow hands out by halves."""
    halves = []
    with _png(data) as first:
        (ways,) = {_DEEP_PNG[str(tile.args)] for tile in first.tile}
    for way in ways:
        with _png(data) as picture:
            picture.tile = [tile._replace(args=way) for tile in picture.tile]
            picture.load()
            clear = picture.info.get("transparency")
            halves.append(np.asarray(picture).astype(np.uint16))
    if len(halves) == 1:
        values = halves[0][..., 0::2] * 256 + halves[0][..., 1::2]
    else:
        values = halves[0] * 256 + halves[1]
    alpha = None
    if values.shape[2] in (2, 4):
        values, transparency = values[..., :-1], values[..., -1]
        alpha = np.rint(transparency / 257).astype(np.uint8)
    elif isinstance(clear, tuple):
        is_clear = (values == np.array(clear, np.uint16)).all(axis=2)
        alpha = np.where(is_clear, 0, 255).astype(np.uint8)
    is_colour = values.shape[2] == 3
    return Samples(
        np.ascontiguousarray(values), 65535.0, is_colour=is_colour, alpha=alpha
    )


def _png(data: bytes) -> PIL.ImageFile.ImageFile:
    return PIL.Image.open(io.BytesIO(data), formats=["PNG"])


def _small(decoded: Decoded, side_px: int | None) -> Decoded:
    """Return the picture reduced, if it is to be."""
    if side_px is None:
        return decoded
    small = PIL.Image.fromarray(decoded.pixels)
    small.thumbnail((side_px, side_px), PIL.Image.Resampling.BILINEAR)
    pixels = np.ascontiguousarray(small, np.uint8)
    return replace(decoded, pixels=pixels, bands=None)


@contextlib.contextmanager
def _opened(data: bytes, name: str, kind: Kind | None) -> Iterator[PIL.Image.Image]:
    """Open a picture and read its header; its pixels are decoded later."""
    formats = list(FORMATS)
    if kind is Kind.HEIF and (reader := heif_reader()):
        importlib.import_module(reader).register_heif_opener()
        formats.append("HEIF")
    with PIL.Image.open(io.BytesIO(data), formats=formats) as picture:
        yield picture


def heif_reader() -> str | None:
    """Return the name of an installed library that reads HEIF."""
    return next(filter(importlib.util.find_spec, _HEIF_READERS), None)


@contextlib.contextmanager
def _as_image_error(name: str, data: bytes = b"") -> Iterator[None]:
    """Turn whatever a library raises for these bytes into one error of ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limits speak instead
            yield
    except (ImageError, MissingExtraError):
        raise
    except MissingLibrary as error:
        library, extra = error.args
        raise missing_extra(name, library, extra, OTHER_FORMAT) from None
    except PIL.UnidentifiedImageError:
        raise not_a_picture(name, data) from None
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


def not_a_picture(name: str, data: bytes) -> ImageError:
    """Return the error for bytes of no known format, with what they may be."""
    start = data[:512].lstrip().lower()
    hint = (
        "Its content is none of the formats vitviz reads (JPEG, PNG, WebP, BMP, GIF, "
        "TIFF, DNG, AVIF, PPM, DICOM, NIfTI)"
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
