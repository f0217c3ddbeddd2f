"""Safe decoding of picture files: in this process, or in another that can be ended.

    bytes ── structure, header, size limit ──┬─ sure to be quick ─▶ in this thread
                                             └─ all else ─▶ a process that can be ended

A C decoder cannot be interrupted in a thread, and the structure of a file can send a
decoder round in circles; `decoding_cost` tells what is sure to be quick. The other
process reads the file from its standard input and writes a line of JSON, the raw pixels
and, for networks of many channels, all bands to its standard output. It is ended after
so much time of the processor, or when the picture is no longer wanted. What it does
with the bytes is in `pictures.pixels`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from vitviz.errors import ImageError, MissingExtraError, Phrase
from vitviz.pictures import pixels
from vitviz.pictures.decoding_cost import (
    MAX_QUICK_MEGAPIXELS,
    Kind,
    is_quick,
    jpeg_frame,
    kind_of,
    size_in_header,
)
from vitviz.pictures.pixels import Decoded, check_size
from vitviz.pictures.reading import AS_IT_IS, Reading
from vitviz.pictures.samples import FileValues
from vitviz.system import subprocesses
from vitviz.system.dataclass_json import decoded, encoded
from vitviz.system.environment import OTHER_FORMAT, missing_extra

# A JPEG's pixels are gone over so often; programs write about ten passes.
MAX_SCANS = 500
# Of the processor, which a busy machine does not shorten.
HELPER_SECONDS = 10
THUMBNAIL_SECONDS = 5
# By how much more time may pass on the clock, on a machine that does much else.
WALL_FACTOR = 6
# The variable that holds the other process's options.
_OPTIONS = "VITVIZ_DECODE"
# Libraries that would start a thread for each core.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "TIFFFILE_NUM_THREADS": "1"}

Bytes = npt.NDArray[np.uint8]


def never() -> bool:
    """Return False: a picture that is wanted until it is there."""
    return False


def decode_safely(
    data: bytes,
    name: str,
    *,
    allow_large: bool,
    reading: Reading = AS_IT_IS,
    is_cancelled: Callable[[], bool] = never,
) -> Decoded:
    """Return the picture in `data`, decoded in another process if that is safer.

    allow_large : accept up to 178 megapixels instead of 100.
    reading : what is shown of a file that holds more than a picture of 8 bits.
    is_cancelled : asked while another process decodes.

    Any thread. Raises ImageError, MissingExtraError, Cancelled.
    """
    kind = _require_known(data, name, allow_large=allow_large)
    # a frame is reached through all before it
    if is_quick(data, kind) and not reading.frame:
        made = pixels.decode(
            data,
            name,
            allow_large=allow_large,
            reading=reading,
            most_megapixels=MAX_QUICK_MEGAPIXELS,
        )
        if made is not None:
            return made
    options = {"allow_large": allow_large, "reading": encoded(reading)}
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
        made = pixels.decode(
            data,
            name,
            allow_large=False,
            side_px=side_px,
            most_megapixels=MAX_QUICK_MEGAPIXELS,
        )
        if made is not None:
            return made.pixels
    options = {"allow_large": False, "side_px": side_px}
    made = _decode_apart(data, name, options, THUMBNAIL_SECONDS, is_cancelled)
    return made.pixels


def _require_known(data: bytes, name: str, *, allow_large: bool) -> Kind:
    """Return what a file begins as.

    Raises ImageError for no picture, for one whose header names a size beyond the
    limits and for a JPEG in too many passes; MissingExtraError for one that another
    library reads.
    """
    kind = kind_of(data)
    if kind is None:
        raise pixels.not_a_picture(name, data)
    if kind is Kind.HEIF and not pixels.heif_reader():
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
            environment={_OPTIONS: json.dumps(options), **_ONE_THREAD},
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
    if "library" in answer:
        raise missing_extra(name, answer["library"], answer["extra"], OTHER_FORMAT)
    if "template" in answer:
        raise ImageError(answer["template"], **{**answer["values"], "name": name})
    if "reason" not in answer:
        width, height = answer["size"]
        count = answer["bands"]
        if len(done.stdout) - end - 1 == width * height * (3 + count):
            # views: the bytes are as many as the pixels
            made = np.frombuffer(done.stdout, np.uint8, offset=end + 1)
            colours, bands = np.split(made, [width * height * 3])
            return Decoded(
                colours.reshape(height, width, 3),
                tuple(_phrase(note) for note in answer["notes"]),
                FileValues(**answer["values"]),
                bands.reshape(height, width, count) if count else None,
            )
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
    reading, _ = decoded(Reading, options.get("reading", {}), AS_IT_IS)
    try:
        made = pixels.decode(
            data,
            "picture",
            allow_large=options.get("allow_large", True),
            reading=reading,
            side_px=options.get("side_px"),
        )
    except MissingExtraError as error:
        missing = {name: error.values.get(name, "") for name in ("library", "extra")}
        out.write(json.dumps(missing).encode() + b"\n")
        return
    except ImageError as error:
        values = {
            key: value if isinstance(value, int) else str(value)
            for key, value in error.values.items()
        }
        told = {"template": error.template, "values": values}
        out.write(json.dumps(told).encode() + b"\n")
        return
    assert made is not None
    height, width = made.pixels.shape[:2]
    head = {
        "size": [width, height],
        "notes": [_told(note) for note in made.notes],
        "values": asdict(made.values),
        "bands": 0 if made.bands is None else made.bands.shape[2],
    }
    out.write(json.dumps(head).encode() + b"\n")
    out.write(np.ascontiguousarray(made.pixels).data)
    if made.bands is not None:
        out.write(np.ascontiguousarray(made.bands).data)


def _told(note: Phrase) -> list[object]:
    """Return a note in plain values for JSON."""
    values = {
        key: _told(value) if isinstance(value, Phrase) else value
        for key, value in note.values.items()
    }
    return [note.template, values]


def _phrase(told: list[Any]) -> Phrase:
    """Return the note that `_told` has told."""
    template, values = told
    found = {k: _phrase(v) if isinstance(v, list) else v for k, v in values.items()}
    return Phrase(template, found)
