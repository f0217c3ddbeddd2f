"""Reading of safetensors and PyTorch files without running anything they hold.

A file's format is recognised by its content, never by its name. Its header is measured
against the file before any of it is believed.
"""

from __future__ import annotations

import json
import math
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO

from vitviz.errors import CheckpointError
from vitviz.models.checkpoints.errors import (
    MAX_HEADER_BYTES,
    MAX_TENSORS,
    refusal,
    unreadable,
)
from vitviz.models.checkpoints.torch_pickle import check_legacy, check_zip, torch_load

_LEGACY_MAGIC = bytes.fromhex("8a0a6cfc9c46f9206aa850192e")

_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
}


class FileKind(Enum):
    """Formats that can be read."""

    SAFETENSORS = "safetensors"
    TORCH_ZIP = "PyTorch (zip)"
    TORCH_LEGACY = "PyTorch (before 1.6)"


@dataclass(frozen=True, slots=True)
class State:
    """The content of a file of weights.

    content : names to tensors (CPU, possibly views of the mapped file), and in PyTorch
        files also to whatever else was saved, nested.
    """

    path: Path
    kind: FileKind
    size_bytes: int
    content: Mapping[str, Any]
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_state(path: Path) -> State:
    """Read a file of weights; nothing in it is executed.

    Raises CheckpointError for everything but a plain list of tensors in one of the
    three formats.
    """
    try:
        size = _regular_size(path)
        with path.open("rb") as file:
            start = file.read(512)
            kind = _kind(start, path, size)
            if kind is FileKind.SAFETENSORS:
                content, metadata = _read_safetensors(path, file, size)
                return State(path, kind, size, content, metadata)
            if kind is FileKind.TORCH_ZIP:
                check_zip(path, file, size)
            else:
                check_legacy(path, file)
        return State(
            path, kind, size, torch_load(path, is_zip=kind is FileKind.TORCH_ZIP)
        )
    except OSError as error:
        raise unreadable(path, error) from error


def _regular_size(path: Path) -> int:
    """Return a regular file's size in bytes. Raises CheckpointError for others."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise CheckpointError("There is no file {path}.", path=path.name) from None
    except ValueError as error:  # a null character in the name
        raise CheckpointError("{path} is no path.", path=repr(str(path))) from error
    if not stat.S_ISREG(status.st_mode):
        kinds = {
            stat.S_IFIFO: "a pipe",
            stat.S_IFDIR: "a folder",
            stat.S_IFSOCK: "a socket",
        }
        kind = kinds.get(stat.S_IFMT(status.st_mode), "a device")
        raise refusal(path, "is {kind}, not a file of weights.", kind=kind)
    return status.st_size


# First bytes of files that are no weights, and the error.
_STARTS = (
    (b"version https://git-lfs", "{path} is a pointer to a file that was not fetched: "
     "run “git lfs pull” in its folder."),
    (b"GGUF", "{path} is a GGUF file, quantised for other programs. Take the "
     "safetensors file of the same model."),
    (b"\x89HDF\r\n\x1a\n", "{path} is an HDF5 file (Keras). Take the PyTorch or "
     "safetensors weights of the same model."),
    (b"\x93NUMPY", "{path} is a NumPy array, not a list of named tensors."),
    (b"\x1f\x8b", "{path} is compressed with gzip. Unpack it first."),
    (b"\x89PNG", "{path} is a picture, not weights."),
    (b"\xff\xd8\xff", "{path} is a picture, not weights."),
    (b"GIF8", "{path} is a picture, not weights."),
    (b"II*\x00", "{path} is a picture, not weights."),
    (b"MM\x00*", "{path} is a picture, not weights."),
    (b"%PDF", "{path} is a PDF document, not weights."),
)  # fmt: skip


def _kind(start: bytes, path: Path, size: int) -> FileKind:
    """Return the format by the first bytes.

    Raises CheckpointError, which names what else the file may be.
    """
    if not size:
        raise refusal(path, "is empty. Download it again.")
    for magic, reason in _STARTS:
        if start.startswith(magic):
            raise CheckpointError(reason, path=path.name)
    if start.startswith(b"PK\x03\x04"):
        return FileKind.TORCH_ZIP
    if start[:1] == b"\x80" and _LEGACY_MAGIC in start[:16]:
        return FileKind.TORCH_LEGACY
    length = struct.unpack("<Q", start[:8])[0] if len(start) >= 9 else 0
    if start[8:9] == b"{" and length:
        return FileKind.SAFETENSORS
    text = start.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<?xml")):
        reason = "{path} is a web page, not weights: the download went wrong."
    elif text.startswith((b"{", b"[")):
        reason = (
            "{path} is a text file (JSON). Give the folder it lies in, or the weights."
        )
    elif start[:4] == b"RIFF" or start[4:12] in (b"ftypavif", b"ftypheic"):
        reason = "{path} is a picture, not weights."
    elif start[257:262] == b"ustar":
        reason = (
            "{path} is a tar archive. Unpack it, or save a very old PyTorch file "
            "again with a newer torch."
        )
    elif start[4:8] == b"TFL3":
        reason = (
            "{path} is a TensorFlow Lite file. Take the PyTorch or safetensors weights."
        )
    elif start[:1] == b"\x08" and len(start) > 2 and start[2] in b"\x12\x1a\x22\x3a":
        reason = "{path} is an ONNX graph. Take the PyTorch or safetensors weights."
    elif start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        reason = (
            "{path} is a pickle that torch.save did not write; it could run any "
            "program and is not opened."
        )
    else:
        reason = "{path} is neither safetensors nor a PyTorch file."
    raise CheckpointError(reason, path=path.name)


# --- safetensors -----------------------------------------------------------------


def _read_safetensors(
    path: Path, file: BinaryIO, size: int
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return (tensors by name, metadata); the header is measured against the file."""
    file.seek(0)
    (length,) = struct.unpack("<Q", file.read(8))
    if length > MAX_HEADER_BYTES:
        raise refusal(
            path,
            "claims a header of {length:,} bytes; at most {limit:,} are read.",
            length=length,
            limit=MAX_HEADER_BYTES,
        )
    if 8 + length > size:
        raise refusal(path, "is cut off within its header. Download it again.")
    text = file.read(length)
    count = text.count(b'"data_offsets"')
    try:
        if count > MAX_TENSORS:  # before the time to parse them is spent
            raise refusal(
                path,
                "lists {count:,} tensors; at most {limit:,} are read.",
                count=count,
                limit=MAX_TENSORS,
            )
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates)
        metadata = header.pop("__metadata__", {})
        end = max((_checked_entry(n, e)[1] for n, e in header.items()), default=0)
        if 8 + length + end > size:
            raise refusal(
                path,
                "is cut off: {size:,} bytes of {whole:,}. Download it again.",
                size=size,
                whole=8 + length + end,
            )
        _require_disjoint(header)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise refusal(
            path,
            "has a damaged safetensors header: {reason}.",
            reason=str(error)[:120].rstrip(".") or type(error).__name__,
        ) from error
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as opened:
            tensors = {name: opened.get_tensor(name) for name in header}
    except (SafetensorError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise refusal(
            path,
            "cannot be read as safetensors: {reason}.",
            reason=str(error)[:120].rstrip("."),
        ) from error
    texts = metadata if isinstance(metadata, dict) else {}
    return tensors, {str(k): str(v) for k, v in texts.items()}


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as a dict. Raises ValueError for a name that is there twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def _checked_entry(name: str, entry: Mapping[str, Any]) -> tuple[int, int]:
    """Return (begin, end) of a tensor's bytes. Raises ValueError if it is damaged."""
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    numbers = [*shape, begin, end]
    if not all(type(n) is int and 0 <= n < 2**48 for n in numbers) or len(shape) > 8:
        raise ValueError(f"{name[:80]} has an impossible shape or place")
    bits = _BITS.get(entry["dtype"])
    if bits is None:
        raise ValueError(f"{name[:80]} has the unknown type {entry['dtype']!r:.20}")
    if end - begin != math.prod(shape) * bits // 8:
        raise ValueError(f"the bytes of {name[:80]} do not fit its shape")
    return begin, end


def _require_disjoint(header: Mapping[str, Any]) -> None:
    """Raise ValueError if tensors' bytes overlap or leave a gap."""
    places = sorted((e["data_offsets"], name) for name, e in header.items())
    before = 0
    for (begin, end), name in places:
        if begin != before:
            raise ValueError(f"the bytes of {name[:80]} overlap or leave a gap")
        before = end
