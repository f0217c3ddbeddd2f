"""Files of weights, read without running anything they hold.

What a file is is told by its content, never by its name. Its header is measured
against the file before any of it is believed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import math
import os
import pickletools
import stat
import struct
import threading
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch

from vitviz.errors import CheckpointError

_log = logging.getLogger(__name__)

MAX_HEADER_BYTES = 8_000_000
"""Of a safetensors header, and of the pickle that lists a .pth file's tensors."""
MAX_TENSORS = 20_000
MAX_PICKLE_STEPS = 1_000_000

_LEGACY_MAGIC = bytes.fromhex("8a0a6cfc9c46f9206aa850192e")
_OVERRIDE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
_environment_lock = threading.Lock()

_BITS = {
    **dict.fromkeys(("F64", "I64", "U64", "C64"), 64),
    **dict.fromkeys(("F32", "I32", "U32"), 32),
    **dict.fromkeys(("F16", "BF16", "I16", "U16"), 16),
    **dict.fromkeys(("I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 8),
}

_SAFE_NAMES = {
    "collections.OrderedDict",
    "collections.Counter",
    "collections.defaultdict",
    "argparse.Namespace",
    "torch.Size",
    "torch.Tensor",
    "torch.device",
    "torch.nn.parameter.Parameter",
    "torch.serialization._get_layout",
    "torch.storage.UntypedStorage",
    "torch.storage.TypedStorage",
    "torch._utils._rebuild_tensor",
    "torch._utils._rebuild_tensor_v2",
    "torch._utils._rebuild_parameter",
    "_codecs.encode",
    "builtins.set",
    "__builtin__.set",
}
"""What a list of tensors may name; none of it runs code or takes memory at will."""
_SAFE_NAMES |= {
    f"torch.{name}" for name, value in vars(torch).items() if type(value) is torch.dtype
}


class FileKind(Enum):
    """Formats that can be read."""

    SAFETENSORS = "safetensors"
    TORCH_ZIP = "PyTorch (zip)"
    TORCH_LEGACY = "PyTorch (before 1.6)"


@dataclass(frozen=True, slots=True)
class State:
    """What a file holds.

    content : names to tensors (CPU, possibly views of the mapped file), and in PyTorch
        files also to whatever else was saved, nested.
    """

    path: Path
    kind: FileKind
    size_bytes: int
    content: Mapping[str, Any]
    metadata: Mapping[str, str] = field(default_factory=dict)


def read_state(path: Path) -> State:
    """What the file holds; nothing in it is executed.

    Raises CheckpointError, one sentence, for everything else than a plain list of
    tensors in one of the three formats.
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
                _check_zip(path, file, size)
            else:
                _check_legacy(path, file)
        return State(path, kind, size, _torch_load(path, kind))
    except OSError as error:
        raise CheckpointError(
            "{path} cannot be read: {reason}.",
            path=path.name,
            reason=error.strerror or type(error).__name__,
        ) from error


def _refusal(path: Path, sentence: str, /, **values: object) -> CheckpointError:
    return CheckpointError("{path} " + sentence, path=path.name, **values)


def _regular_size(path: Path) -> int:
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
        raise _refusal(path, "is {kind}, not a file of weights.", kind=kind)
    return status.st_size


_STARTS = (
    (b"version https://git-lfs", "is a pointer to a file that was not fetched: run "
     "“git lfs pull” in its folder."),
    (b"GGUF", "is a GGUF file, quantised for other programs. Take the safetensors "
     "file of the same model."),
    (b"\x89HDF\r\n\x1a\n", "is an HDF5 file (Keras). Take the PyTorch or safetensors "
     "weights of the same model."),
    (b"\x93NUMPY", "is a NumPy array, not a list of named tensors."),
    (b"\x1f\x8b", "is compressed with gzip. Unpack it first."),
    (b"\x89PNG", "is a picture, not weights."),
    (b"\xff\xd8\xff", "is a picture, not weights."),
    (b"GIF8", "is a picture, not weights."),
    (b"II*\x00", "is a picture, not weights."),
    (b"MM\x00*", "is a picture, not weights."),
    (b"%PDF", "is a PDF document, not weights."),
)  # fmt: skip


def _kind(start: bytes, path: Path, size: int) -> FileKind:
    """The format by the first bytes; what else it may be is named."""
    if not size:
        raise _refusal(path, "is empty. Download it again.")
    for magic, reason in _STARTS:
        if start.startswith(magic):
            raise _refusal(path, reason)
    if start.startswith(b"PK\x03\x04"):
        return FileKind.TORCH_ZIP
    if start[:1] == b"\x80" and _LEGACY_MAGIC in start[:16]:
        return FileKind.TORCH_LEGACY
    length = struct.unpack("<Q", start[:8])[0] if len(start) >= 9 else 0
    if start[8:9] == b"{" and length:
        return FileKind.SAFETENSORS
    text = start.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<?xml")):
        reason = "is a web page, not weights: the download went wrong."
    elif text.startswith((b"{", b"[")):
        reason = "is a text file (JSON). Give the folder it lies in, or the weights."
    elif start[:4] == b"RIFF" or start[4:12] in (b"ftypavif", b"ftypheic"):
        reason = "is a picture, not weights."
    elif start[257:262] == b"ustar":
        reason = (
            "is a tar archive. Unpack it, or save a very old PyTorch file again with "
            "a newer torch."
        )
    elif start[4:8] == b"TFL3":
        reason = "is a TensorFlow Lite file. Take the PyTorch or safetensors weights."
    elif start[:1] == b"\x08" and len(start) > 2 and start[2] in b"\x12\x1a\x22\x3a":
        reason = "is an ONNX graph. Take the PyTorch or safetensors weights."
    elif start[:1] == b"\x80" and start[1:2] in b"\x02\x03\x04\x05":
        reason = (
            "is a pickle that torch.save did not write; it could run any program and "
            "is not opened."
        )
    else:
        reason = "is neither safetensors nor a PyTorch file."
    raise _refusal(path, reason)


# --- safetensors -----------------------------------------------------------------


def _read_safetensors(
    path: Path, file: BinaryIO, size: int
) -> tuple[dict[str, Any], dict[str, str]]:
    """(tensors by name, metadata) after the header was measured against the file."""
    file.seek(0)
    (length,) = struct.unpack("<Q", file.read(8))
    if length > MAX_HEADER_BYTES:
        raise _refusal(
            path,
            "claims a header of {length:,} bytes; at most {limit:,} are read.",
            length=length,
            limit=MAX_HEADER_BYTES,
        )
    if 8 + length > size:
        raise _refusal(path, "is cut off within its header. Download it again.")
    text = file.read(length)
    count = text.count(b'"data_offsets"')
    try:
        if count > MAX_TENSORS:  # before the time to parse them is spent
            raise _refusal(
                path,
                "lists {count:,} tensors; at most {limit:,} are read.",
                count=count,
                limit=MAX_TENSORS,
            )
        header = json.loads(text.decode("utf-8"), object_pairs_hook=_without_twins)
        metadata = header.pop("__metadata__", {})
        end = max((_checked_entry(n, e)[1] for n, e in header.items()), default=0)
        if 8 + length + end > size:
            raise _refusal(
                path,
                "is cut off: {size:,} bytes of {whole:,}. Download it again.",
                size=size,
                whole=8 + length + end,
            )
        _require_disjoint(header)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refusal(
            path,
            "has a damaged safetensors header: {reason}.",
            reason=str(error)[:120].rstrip(".") or type(error).__name__,
        ) from error
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as opened:
            tensors = {name: opened.get_tensor(name) for name in header}
    except (SafetensorError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise _refusal(
            path,
            "cannot be read as safetensors: {reason}.",
            reason=str(error)[:120].rstrip("."),
        ) from error
    texts = metadata if isinstance(metadata, dict) else {}
    return tensors, {str(k): str(v) for k, v in texts.items()}


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands in it twice")
    return found


def _checked_entry(name: str, entry: Mapping[str, Any]) -> tuple[int, int]:
    """(begin, end) of one tensor's bytes; ValueError where the entry is not sound."""
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
    places = sorted((e["data_offsets"], name) for name, e in header.items())
    before = 0
    for (begin, end), name in places:
        if begin != before:
            raise ValueError(f"the bytes of {name[:80]} overlap or leave a gap")
        before = end


# --- PyTorch ---------------------------------------------------------------------


def _check_zip(path: Path, file: BinaryIO, size: int) -> None:
    """Refuse archives that unpack to more than they are, and such that hold code."""
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise _refusal(path, "is cut off or damaged. Download it again.") from error
    names = [entry.filename for entry in entries]
    parts = {part for name in names for part in name.split("/")[:-1][:2]}
    if "code" in parts or any(name.endswith("/constants.pkl") for name in names):
        raise _refusal(
            path,
            "is a TorchScript program, not weights. Take the state_dict of the model.",
        )
    if any(name.endswith("archive_format") for name in names):
        raise _refusal(
            path, "is an exported program (.pt2), not weights. Save a state_dict."
        )
    pickles = [e for e in entries if e.filename.split("/")[1:] == ["data.pkl"]]
    if len(pickles) != 1:
        raise _refusal(path, "is a zip archive that torch.save did not write.")
    if len(entries) > MAX_TENSORS + 100:
        raise _refusal(
            path,
            "lists {count:,} tensors; at most {limit:,} are read.",
            count=len(entries),
            limit=MAX_TENSORS,
        )
    if any(e.compress_type != zipfile.ZIP_STORED or e.flag_bits & 1 for e in entries):
        raise _refusal(
            path, "is compressed inside, which torch.save never does; it is not opened."
        )
    if sum(entry.file_size for entry in entries) > size:
        raise _refusal(path, "claims to hold more than its {size:,} bytes.", size=size)
    if pickles[0].file_size > MAX_HEADER_BYTES:
        raise _refusal(
            path,
            "has a list of tensors of {size:,} bytes; at most {limit:,} are read.",
            size=pickles[0].file_size,
            limit=MAX_HEADER_BYTES,
        )
    try:
        with zipfile.ZipFile(file) as archive:
            listing = archive.read(pickles[0])
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise _refusal(path, "is damaged. Download it again.") from error
    _check_pickle(path, io.BytesIO(listing), MAX_PICKLE_STEPS)


def _check_legacy(path: Path, file: BinaryIO) -> None:
    """Look through the five pickles a legacy file starts with."""
    file.seek(0)
    window = io.BytesIO(file.read(MAX_HEADER_BYTES))
    for _ in range(5):
        _check_pickle(path, window, MAX_PICKLE_STEPS)


def _check_pickle(path: Path, stream: BinaryIO, limit: int) -> None:
    """Refuse a pickle that names anything but tensors and plain containers.

    It is only read, never run; torch.load's own restriction stands behind this one.
    """
    texts: list[str] = []
    try:
        for step, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
            if step > limit:
                raise _refusal(path, "has a list of tensors that is too long to read.")
            if opcode.name in ("GLOBAL", "INST"):
                _require_safe(path, cast("str", argument).replace(" ", ".", 1))
            elif opcode.name == "STACK_GLOBAL":
                _require_safe(path, ".".join(texts[-2:]))
            elif opcode.name in ("EXT1", "EXT2", "EXT4", "OBJ", "NEWOBJ_EX"):
                _require_safe(path, opcode.name)
            elif isinstance(argument, str) and "UNICODE" in opcode.name:
                texts = [*texts[-1:], argument]
    except (ValueError, IndexError, EOFError, OverflowError, MemoryError) as error:
        raise _refusal(
            path, "has a damaged list of tensors. Download it again."
        ) from error


def _require_safe(path: Path, name: str) -> None:
    is_storage = name.startswith("torch.") and name.endswith("Storage")
    if name not in _SAFE_NAMES and not (is_storage and name.count(".") <= 2):
        raise _refusal(
            path,
            "asks for {name}, which is no part of a list of tensors: opening it could "
            "run a program. Save only the state_dict, or use safetensors.",
            name=name[:80],
        )


def _torch_load(path: Path, kind: FileKind) -> Mapping[str, Any]:
    """The file's dictionary, by torch's restricted reader."""
    try:
        with (
            _without_override(),
            warnings.catch_warnings(),
            torch.serialization.safe_globals([argparse.Namespace]),
        ):
            warnings.simplefilter("ignore")
            content = torch.load(
                path,
                map_location="cpu",
                weights_only=True,
                mmap=kind is FileKind.TORCH_ZIP,
            )
    except Exception as error:
        # a damaged file makes torch's readers raise nearly anything; all mean the same
        _log.warning("cannot read %s", path, exc_info=True)
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise _refusal(
            path,
            "is damaged and cannot be read ({reason}). Download it again.",
            reason=reason[:120].rstrip("."),
        ) from error
    if not isinstance(content, Mapping):
        raise _refusal(
            path,
            "holds one {kind}, not a list of named tensors.",
            kind=type(content).__name__,
        )
    return content


@contextlib.contextmanager
def _without_override() -> Iterator[None]:
    """The variable by which torch would run pickles again, out of the way."""
    with _environment_lock:
        former = os.environ.pop(_OVERRIDE, None)
        try:
            yield
        finally:
            if former is not None:
                os.environ[_OVERRIDE] = former
