"""Reading of files of weights without running anything they hold.

A file's format is recognised by its content, never by its name. Its header is measured
against the file before any of it is believed.

A file is read once, from its first byte to its last, into memory that is ours, and the
digest is of the bytes that went there. What happens to the file afterwards changes
neither the weights nor what is said of them; a mapped file that is cut off would end
the process.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import struct
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import torch
from torch import Tensor

from vitviz.errors import CheckpointError, FileError
from vitviz.models.checkpoints.checks import require_file_memory
from vitviz.models.checkpoints.config import without_duplicates
from vitviz.models.checkpoints.errors import (
    MAX_HEADER_BYTES,
    MAX_TENSORS,
    refusal,
    unreadable,
)
from vitviz.models.checkpoints.jax_files import is_msgpack, read_msgpack, read_npz
from vitviz.models.checkpoints.torch_pickle import check_legacy, check_zip, torch_load
from vitviz.system.untrusted_files import open_untrusted

_LEGACY_MAGIC = bytes.fromhex("8a0a6cfc9c46f9206aa850192e")

if TYPE_CHECKING:
    from hashlib import _Hash

_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "F8_E8M0": torch.float8_e8m0fnu,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U64": torch.uint64,
    "U32": torch.uint32,
    "U16": torch.uint16,
    "U8": torch.uint8,
    "C64": torch.complex64,
    "BOOL": torch.bool,
}
# Bytes that are read and hashed at a time.
_CHUNK = 8 << 20

# Is told how many numbers a file says that it holds, before they are read; raises
# BudgetError if they are too many.
Price = Callable[[int], None]
# Is told the names of all tensors of a file, and returns those that are to be kept.
Keep = Callable[[Collection[str]], Collection[str]]


class FileKind(Enum):
    """Formats that can be read."""

    SAFETENSORS = "safetensors"
    TORCH_ZIP = "PyTorch (zip)"
    TORCH_LEGACY = "PyTorch (before 1.6)"
    NUMPY = "NumPy (npz)"
    FLAX = "Flax (msgpack)"


@dataclass(frozen=True, slots=True)
class State:
    """The content of a file of weights.

    content : names to tensors (CPU, in memory of their own), and in PyTorch files also
        to whatever else was saved, nested.
    sha256 : digest of the bytes that were read, in hexadecimal.
    left : names of tensors that were not to be kept.
    """

    path: Path
    kind: FileKind
    size_bytes: int
    sha256: str
    content: Mapping[str, Any]
    metadata: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()


# Returns a network's weights with those of another file added.
Added = Callable[[State], State]


def read_state(
    path: Path, *, price: Price | None = None, keep: Keep | None = None
) -> State:
    """Read a file of weights; nothing in it is executed.

    price : called before the numbers of a safetensors file are read.
    keep : which tensors of a safetensors file are wanted. All bytes are read for the
        digest; memory is taken and the price asked for those alone.

    Raises CheckpointError for everything but a plain list of tensors in one of the
    formats, BudgetError for a file that does not fit into memory.
    """
    _require_whole(path)
    try:
        with _opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            kind = _kind(file.read(512), path, size)
            file.seek(0)
            if kind is FileKind.SAFETENSORS:
                return _read_safetensors(path, file, size, price, keep)
            data, digest = _read_whole(path, file, size)
    except OSError as error:
        raise unreadable(path, error) from error
    if kind in (FileKind.NUMPY, FileKind.FLAX):
        read = read_npz if kind is FileKind.NUMPY else read_msgpack
        content, left = read(path, data)
        return State(path, kind, size, digest, content, left=left)
    if kind is FileKind.TORCH_ZIP:
        unread = check_zip(path, data)
    else:
        unread = check_legacy(path, io.BytesIO(data))
    saved = torch_load(path, io.BytesIO(data), unread)
    return State(path, kind, size, digest, saved)


def _require_whole(path: Path) -> None:
    """Raise CheckpointError for a file that is known to be a part of a checkpoint."""
    if path.suffix == ".distcp" or path.name == ".metadata":
        raise refusal(
            path,
            "is a part of a checkpoint of several processes. Join them: python -m "
            "torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth",
        )
    if re.fullmatch(r"(bf16_)?zero_pp_rank_\d+_.*optim_states\.pt", path.name):
        raise refusal(
            path,
            "is a part of a checkpoint of DeepSpeed. Join its parts first: python "
            "zero_to_fp32.py FOLDER OUTPUT, with the programme that lies beside them.",
        )


def _read_whole(path: Path, file: BinaryIO, size: int) -> tuple[bytes, str]:
    """Return (all bytes, their digest) of a PyTorch file."""
    # torch's reader copies each tensor out of the bytes
    require_file_memory(path.name, 2 * size)
    data = file.read(size)
    if len(data) != size:
        raise refusal(path, "was cut off while it was read. Download it again.")
    return data, hashlib.sha256(data).hexdigest()


def _fill(path: Path, file: BinaryIO, place: memoryview, digest: _Hash) -> None:
    """Read as many bytes as `place` takes, and add them to the digest."""
    for start in range(0, len(place), _CHUNK):
        part = place[start : start + _CHUNK]
        if file.readinto(part) != len(part):  # type: ignore[attr-defined]
            raise refusal(path, "was cut off while it was read. Download it again.")
        digest.update(part)


def _opened(path: Path) -> BinaryIO:
    """Open a regular file. Raises CheckpointError for all else."""
    try:
        return open_untrusted(path)
    except FileError as error:
        if "kind" in error.values:
            raise refusal(
                path, "is {kind}, not a file of weights.", kind=error.values["kind"]
            ) from error
        raise CheckpointError(error.template, **error.values) from error


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
        return FileKind.NUMPY if _is_npz(start) else FileKind.TORCH_ZIP
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
    elif is_msgpack(start):
        return FileKind.FLAX
    elif start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        reason = (
            "{path} is a pickle that torch.save did not write; it could run any "
            "program and is not opened."
        )
    else:
        reason = (
            "{path} is no file of weights that is known: safetensors, PyTorch's, "
            "NumPy's .npz or Flax's .msgpack."
        )
    raise CheckpointError(reason, path=path.name)


def _is_npz(start: bytes) -> bool:
    """Return whether the first member of an archive is an array of NumPy's."""
    (length,) = struct.unpack("<H", start[26:28].ljust(2, b"\0"))
    return start[30 : 30 + length].endswith(b".npy")


# --- safetensors -----------------------------------------------------------------


def _read_safetensors(
    path: Path,
    file: BinaryIO,
    size: int,
    price: Price | None,
    keep: Keep | None = None,
) -> State:
    """Return the file's tensors; the header is measured against the file."""
    start = file.read(8)
    (length,) = struct.unpack("<Q", start)
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
        header = json.loads(text.decode("utf-8"), object_pairs_hook=without_duplicates)
        metadata = header.pop("__metadata__", {})
        end = max((_checked_entry(n, e)[1] for n, e in header.items()), default=0)
        if 8 + length + end > size:
            raise refusal(
                path,
                "is cut off: {size:,} bytes of {whole:,}. Download it again.",
                size=size,
                whole=8 + length + end,
            )
        places = _in_order(header)
        if 8 + length + end < size:
            raise ValueError("the file goes on behind its last tensor")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise refusal(
            path,
            "has a damaged safetensors header: {reason}.",
            reason=str(error)[:120].rstrip(".") or type(error).__name__,
        ) from error
    kept = {*(header if keep is None else keep([*header]))}
    wanted = [entry for name, entry in header.items() if name in kept]
    if price is not None:
        price(sum(math.prod(entry["shape"]) for entry in wanted))
    starts_ends = [entry["data_offsets"] for entry in wanted]
    require_file_memory(path.name, sum(end - begin for begin, end in starts_ends))
    digest = hashlib.sha256(start + text)
    found = {}
    for name in places:
        if name in kept:
            found[name] = _read_tensor(path, file, header[name], digest)
        else:
            _pass_over(path, file, header[name], digest)
    texts = metadata if isinstance(metadata, dict) else {}
    return State(
        path,
        FileKind.SAFETENSORS,
        size,
        digest.hexdigest(),
        {name: found[name] for name in header if name in kept},
        {str(k): str(v) for k, v in texts.items()},
        tuple(name for name in header if name not in kept),
    )


def _read_tensor(
    path: Path, file: BinaryIO, entry: Mapping[str, Any], digest: _Hash
) -> Tensor:
    """Return the next tensor of a file, in memory of its own."""
    tensor = torch.empty(entry["shape"], dtype=_DTYPES[entry["dtype"]])
    if tensor.numel():
        shared: Any = tensor.reshape(-1).view(torch.uint8).numpy()  # no copy
        _fill(path, file, memoryview(shared), digest)
    return tensor


def _pass_over(
    path: Path, file: BinaryIO, entry: Mapping[str, Any], digest: _Hash
) -> None:
    """Read the next tensor of a file for the digest alone."""
    begin, end = entry["data_offsets"]
    place = memoryview(bytearray(min(_CHUNK, end - begin)))
    for start in range(begin, end, _CHUNK):
        _fill(path, file, place[: min(_CHUNK, end - start)], digest)


def _checked_entry(name: str, entry: Mapping[str, Any]) -> tuple[int, int]:
    """Return (begin, end) of a tensor's bytes. Raises ValueError if it is damaged."""
    shape, (begin, end) = entry["shape"], entry["data_offsets"]
    numbers = [*shape, begin, end]
    if not all(type(n) is int and 0 <= n < 2**48 for n in numbers) or len(shape) > 8:
        raise ValueError(f"{name[:80]} has an impossible shape or place")
    dtype = _DTYPES.get(entry["dtype"])
    if dtype is None:
        raise ValueError(f"{name[:80]} has the unknown type {entry['dtype']!r:.20}")
    if end - begin != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"the bytes of {name[:80]} do not fit its shape")
    # torch multiplies even the sides that stand beside one of nothing
    if math.prod(side or 1 for side in shape) >= 2**48:
        raise ValueError(f"{name[:80]} has an impossible shape or place")
    return begin, end


def _in_order(header: Mapping[str, Any]) -> list[str]:
    """Return the names in the order of their bytes.

    Raises ValueError if tensors' bytes overlap or leave a gap.
    """
    places = sorted((e["data_offsets"], name) for name, e in header.items())
    before = 0
    for (begin, end), name in places:
        if begin != before:
            raise ValueError(f"the bytes of {name[:80]} overlap or leave a gap")
        before = end
    return [name for _, name in places]
