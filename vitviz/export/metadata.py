"""Metadata of exported files: everything needed to make them again, as JSON."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import os
import platform
import sys
import time
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from vitviz._version import META_KEY, __version__
from vitviz.domain.interventions import Interventions, changed_fields
from vitviz.export.figure_settings import (
    FigureChoice,
    FigureKind,
    FigureSettings,
)
from vitviz.system.dataclass_json import encoded, parsed
from vitviz.system.untrusted_files import open_untrusted
from vitviz.views.view_state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.heads import HeadChoice
    from vitviz.pictures.preprocessing import Preprocessing
    from vitviz.pictures.source import SourceImage

# Of what a file says of itself, and of how far into a file that is looked for.
MAX_META_BYTES = 4 * 2**20
# The tag ImageDescription of a TIFF.
_DESCRIPTION = 270
# Pillow joins the parts of a comment in a time that grows with its square.
MAX_GIF_BYTES = 2**20
# On the clock, for looking whether a file is complete.
WHOLE_SECONDS = 30.0
# Of a frame: `animation.MAX_FRAME_PIXELS`, with a margin for rounded sides. A larger
# one takes seconds.
MAX_GIF_PIXELS = 4_100_000
_CHUNK_BYTES = 2**22


def metadata(
    trace: Trace,
    *,
    method: str,
    heads: tuple[HeadChoice, ...],
    options: dict[str, object],
    direction: Direction = Direction.LOOKS_AT,
    is_renormalised: bool = False,
    view: dict[str, object] | None = None,
) -> dict[str, object]:
    """Return what is needed to make a file again, in plain values for JSON.

    Model, picture, preprocessing, interventions and versions are those of the trace.

    heads : single heads and fusions, in the order of the file.
    options : what shaped the file, as the command line has it.
    view : how it was drawn, as `view_values` returns it.
    """
    setup = trace.setup
    info, placement, own = setup.model, setup.placement, setup.preprocessing
    image = setup.image
    fusions = [c.fusion.value if c.single is None else None for c in heads]
    return {
        "program": "vitviz",
        "model": {
            "name": info.name,
            "source": info.source,
            "weights_sha256": info.weights_sha256,
            "num_layers": info.num_layers,
            "num_heads": trace.num_heads,
            "num_pool_heads": 0 if trace.pool is None else trace.pool.num_heads,
            "patch_size": list(info.patch_size),
            "special_tokens": list(setup.prefix_names),
            "dtype": info.dtype,
            "device": info.device,
            "problem": info.problem.value if info.has_head else None,
            "assumed": list(info.assumed),
            "set_aside": len(info.set_aside),
            "fallback": None if setup.fallback is None else str(setup.fallback),
        },
        "image": None
        if image is None
        else {
            "name": image.name,
            "sha256": image.sha256,
            "size": list(image.size),
            "notes": [str(note) for note in image.notes],
            "reading": encoded(image.reading),
        },
        "preprocessing": {
            "resize": list(placement.resized_size),
            "crop_offset": list(placement.offset),
            "input_size": list(placement.model_size),
            "fit": placement.fit.value,
            "interpolation": own.interpolation.name.lower(),
            "mean": list(own.band_mean or own.mean),
            "std": list(own.band_std or own.std),
            "padding": None if own.padding is None else list(own.padding),
            "channels": _channels(own, image),
        },
        "method": method,
        "direction": direction.value,
        "renormalised": is_renormalised,
        "view": view or {},
        "options": options,
        "fusion": fusions,
        "interventions": listed_changes(setup.interventions),
        "max_error": trace.max_error,
        "versions": dict(versions()),
    }


def _channels(own: Preprocessing, image: SourceImage | None) -> str | list[int]:
    """Return what enters the model: the order of colours, or the file's bands.

    Bands count from 1; empty for a prepared tensor of many channels.
    """
    if not own.band_mean:
        return "BGR" if own.is_bgr else "RGB"
    if image is None:
        return []
    return list(image.bands_of_channels(len(own.band_mean)))


def view_values(state: ViewState) -> dict[str, object]:
    """Return how a view was drawn, in plain values: scale, colours, smoothing."""
    return {
        "style": state.style.value,
        "colormap": state.look.colormap,
        "opacity": state.look.opacity,
        "smooth": state.smooth,
        "grid": state.show_grid,
        "scale": state.scale.value,
        "fixed_range": list(state.fixed_range),
        "log": state.log,
        "clip_percent": state.clip_percent,
        "beside": list(state.others),
    }


def figure_values(choice: FigureChoice, settings: FigureSettings) -> dict[str, object]:
    """Return what a figure shows and how it was laid out, in plain values."""
    found: dict[str, object] = {
        "kind": choice.kind.value,
        "width_mm": settings.width_mm,
        "dpi": settings.dpi,
        "theme": settings.theme.value,
        "type_pt": settings.type_pt,
        "has_caption": settings.has_caption,
    }
    match choice.kind:
        case FigureKind.STATISTICS:
            found["statistic"] = choice.statistic.value
        case FigureKind.TOKENS:
            found["tokens"] = choice.tokens.shows.value
            found["vectors"] = choice.tokens.source.value
        case FigureKind.COMPARISON:
            found["is_difference"] = choice.is_difference
            found["is_same_scale"] = choice.is_same_scale
    return found


def listed_changes(interventions: Interventions) -> list[dict[str, Any]]:
    """Return the changes of the model, a dictionary each, in plain values for JSON."""
    return [changed_fields(part) for part in interventions.parts()]


@functools.cache
def versions() -> Mapping[str, str]:
    """Return the versions of the libraries that the numbers depend on, by name.

    Read once: each is a search through all that is installed.
    """
    found = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "vitviz": __version__,
    }
    for name in ("torch", "torchvision", "timm", "transformers", "pillow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return MappingProxyType(found)


# The last bytes of a file that was written to its end.
_ENDS = {
    ".png": b"\0\0\0\0IEND\xaeB`\x82",
    ".gif": b"\0;",
    ".svg": b"</svg>\n",
}


def is_whole(path: Path) -> bool:
    """Return whether a file that `read_metadata` has read is complete to its end."""
    import PIL.Image

    from vitviz.pictures.pixels import check_size

    kind = path.suffix.lower()
    # what unpacks to a thousand times its size counts as no whole, and is made anew
    latest = time.monotonic() + WHOLE_SECONDS
    try:
        with open_untrusted(path) as file:
            if kind == ".npz":
                with _archive(file) as archive:
                    for member in archive.namelist():
                        with archive.open(member) as packed:
                            # the last piece's reading compares the checksum
                            while packed.read(_CHUNK_BYTES):
                                if time.monotonic() > latest:
                                    return False
                return True
            # Pillow opens a picture that lacks its last chunk or its last frames
            end = _ENDS.get(kind, b"")
            file.seek(-len(end), os.SEEK_END)
            if file.read() != end:
                return False
            if kind != ".svg":
                name = "TIFF" if kind.startswith(".tif") else kind[1:].upper()
                with PIL.Image.open(file, formats=[name]) as made:
                    most = MAX_GIF_PIXELS if kind == ".gif" else sys.maxsize
                    with contextlib.suppress(EOFError):  # after the last frame
                        for frame in itertools.count():
                            made.seek(frame)
                            # a frame may be larger than the file's head says
                            check_size(made.size, path.name, allow_large=True)
                            is_ours = made.width * made.height <= most
                            if not is_ours or time.monotonic() > latest:
                                return False
                            made.load()
            return True
    except Exception:
        # whatever a library makes of a half, it is no whole
        return False


def is_cut_archive(path: Path) -> bool:
    """Return whether a file begins as an .npz of ours and is no whole archive.

    What it says of itself stands behind its numbers, so a half does not hold it.
    """
    names = ("attention.npy", "relevance.npy", "tokens.npy")
    begins = tuple(name.encode() for name in names)
    with open_untrusted(path) as file:
        start = file.read(64)
        # a local header: 4 bytes that mark it, 22 more, two lengths, the name
        is_ours = start[:4] == b"PK\3\4" and start[30:].startswith(begins)
        return is_ours and not zipfile.is_zipfile(file)


def read_metadata(path: Path) -> dict[str, Any]:
    """Return the metadata of a .png, .gif, .svg or .npz that vitviz wrote.

    Raises KeyError, TypeError, ValueError or OSError for any other file, FileError for
    one that is not read at all.
    """
    import html

    suffix = path.suffix.lower()
    with open_untrusted(path) as file:
        if suffix == ".npz":
            text = _meta_of_numbers(file)
        else:
            # what it says of itself comes first, before drawing or pixels
            start = file.read(MAX_GIF_BYTES if suffix == ".gif" else MAX_META_BYTES)
            if suffix == ".svg":
                # a pattern would begin anew at each of many openings
                _, _, rest = start.decode("utf-8", "ignore").partition("<desc>")
                inside, end, _ = rest.partition("</desc>")
                text = html.unescape(inside) if end else ""
            elif suffix == ".gif":
                text = _info_of(start, "GIF")["comment"].decode()
            elif suffix in {".tif", ".tiff"}:
                text = _description(start)
            else:
                text = _info_of(start, "PNG")[META_KEY]
    meta: dict[str, Any] = parsed(text)
    return meta


def _description(start: bytes) -> str:
    """Return what a TIFF of ours says of itself; its directory comes first."""
    import PIL.TiffImagePlugin

    try:
        with PIL.Image.open(io.BytesIO(start), formats=["TIFF"]) as made:
            assert isinstance(made, PIL.TiffImagePlugin.TiffImageFile)
            return str(made.tag_v2[_DESCRIPTION])
    except PIL.Image.DecompressionBombError as error:
        raise ValueError("too large to be ours") from error


def _info_of(start: bytes, kind: str) -> dict[Any, Any]:
    """Return what a picture's header says of it. Raises OSError, ValueError."""
    import PIL.Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes: no pixel is decoded
            with PIL.Image.open(io.BytesIO(start), formats=[kind]) as made:
                return made.info
    except PIL.Image.DecompressionBombError as error:
        raise ValueError("too large to be ours") from error


@contextlib.contextmanager
def _archive(file: io.BufferedReader) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose list of members is short. Raises as `zipfile` does."""
    short = _ShortReads(file.raw)
    try:
        with zipfile.ZipFile(short) as archive:
            yield archive
    finally:
        # the file stays its owner's, who closes it
        short.detach()


class _ShortReads(io.BufferedReader):
    """A file of which no more than a few megabytes are read at a time.

    The list of an archive's members is read at once, and may be as long as the file.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        """Read so many bytes. Raises ValueError for too many."""
        if size is None or size < 0:
            place = self.tell()
            size = self.seek(0, os.SEEK_END) - place
            self.seek(place)
        if size > _CHUNK_BYTES:
            raise ValueError("too much at a time")
        return super().read(size)


def _meta_of_numbers(file: io.BufferedReader) -> str:
    """Return the text `meta` of an .npz; its size is known before it is unpacked.

    Raises ValueError, KeyError, OSError for another file.
    """
    try:
        with _archive(file) as archive:
            member = archive.getinfo("meta.npy")
            if member.file_size > MAX_META_BYTES:
                raise ValueError("its description is too long")
            with archive.open(member) as packed:
                data = packed.read(MAX_META_BYTES + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ValueError("not an archive of ours") from error
    stream = io.BytesIO(data)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    shape, _, dtype = read_header[np.lib.format.read_magic(stream)](stream)
    # a header can promise more than the file holds
    if shape != () or dtype.kind != "U" or dtype.itemsize != len(data) - stream.tell():
        raise ValueError("no text")
    return str(np.frombuffer(data[stream.tell() :], dtype)[0])
