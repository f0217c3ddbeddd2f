"""Reading weights from a file that may be anything: names to tensors, nothing run.

What a file is, its content says, not its name. Everything that a look at the header can
refuse is refused before torch sees the file; pickles are read with
`weights_only=True`, also where the environment asks for something else.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from vitviz.errors import CheckpointError

MAX_HEADER_BYTES = 8 * 2**20
MAX_TENSORS = 20_000
MAX_DEPTH = 8
"""Of dictionaries in one another."""
_UNSAFE_SWITCH = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2,
    "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip
_STRANGERS = (
    (b"GGUF", "a GGUF file, which holds quantised weights"),
    (b"\x89HDF", "an HDF5 file, as Keras writes it"),
    (b"version https://git-lfs", "a pointer to a large file that was not fetched"),
    (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x08\x07\x12", "an ONNX network"),
    (b"\x08\x08\x12", "an ONNX network"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What a file holds."""

    tensors: dict[str, Tensor]
    kind: str
    """"safetensors", "torch" or "torch, old"."""
    wrappers: tuple[str, ...] = ()
    """Keys that the tensors lay below, such as "state_dict"."""


def read_weights(path: Path) -> Weights:
    """Names and tensors of a checkpoint, on the CPU. Raises CheckpointError."""
    size = _regular_size(path)
    try:
        with path.open("rb") as file:
            head = file.read(16)
            kind = _kind(path, head, size)
            if kind == "safetensors":
                _check_safetensors(path, file, size)
            elif kind == "torch":
                _check_zip(path, file, size)
    except OSError as error:
        raise _refused(path, (error.strerror or "it cannot be read").lower()) from error
    if kind == "safetensors":
        return Weights(_read_safetensors(path), kind)
    content = _read_torch(path)
    tensors, wrappers = _unwrapped(path, content)
    return Weights(tensors, kind, wrappers)


def _regular_size(path: Path) -> int:
    """Bytes of an ordinary file: opening a pipe would wait for ever."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "there is no such file"
        raise _refused(path, str(reason).lower()) from error
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "it is not an ordinary file")
    if not found.st_size:
        raise _refused(path, "it is empty")
    return found.st_size


def _kind(path: Path, head: bytes, size: int) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "torch"
    for start, name in _STRANGERS:
        if head.lower().startswith(start.lower()):
            raise _refused(path, f"it is {name}")
    length = int.from_bytes(head[:8], "little")
    if head[8:9] == b"{":
        if length > MAX_HEADER_BYTES:
            raise _refused(path, "its header is larger than 8 MB")
        if length + 8 > size:
            raise _refused(path, "it is cut off")
        return "safetensors"
    if head[:1] == b"\x80":
        return "torch, old"
    raise _refused(path, "it is neither safetensors nor a torch file")


def _check_safetensors(path: Path, file: BinaryIO, size: int) -> None:
    """Every tensor lies where its shape says, none over another."""
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    text = file.read(length)
    if text.count(b'"data_offsets"') > MAX_TENSORS:  # before parsing: that takes long
        raise _refused(path, f"it names more than {MAX_TENSORS:,} tensors")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise ValueError("a name stands twice")
        return dict(pairs)

    try:
        header = json.loads(text, object_pairs_hook=once)
        entries = {k: v for k, v in header.items() if k != "__metadata__"}
        spans = []
        for name, entry in entries.items():
            start, end = entry["data_offsets"]
            shape, dtype = entry["shape"], entry["dtype"]
            if any(not isinstance(n, int) or n < 0 for n in (*shape, start, end)):
                raise ValueError("a shape or place is not a whole number")
            if end - start != math.prod(shape) * _BYTES[dtype]:
                raise ValueError(f"{name} does not fit its place")
            spans.append((start, end))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _refused(path, "its header is damaged") from error
    position = 0
    for start, end in sorted(spans):
        if start != position:
            raise _refused(path, "its tensors overlap or leave gaps")
        position = end
    if 8 + length + position != size:
        raise _refused(path, "it is cut off, or longer than its header says")


def _check_zip(path: Path, file: BinaryIO, size: int) -> None:
    """What torch writes: entries stored as they are, no code."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refused(path, "it is cut off or damaged") from error
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_TENSORS + 100:
        raise _refused(path, f"it holds more than {MAX_TENSORS:,} tensors")
    if any(
        "/code/" in name or name.endswith((".py", "constants.pkl")) for name in names
    ):
        raise _refused(path, "it is a program (TorchScript), not weights")
    if not any(name.endswith("data.pkl") for name in names):
        raise _refused(path, "it is a zip archive without torch's weights in it")
    packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    if packed or sum(entry.file_size for entry in entries) > size:
        raise _refused(path, "its entries are compressed, which torch never does")


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, Tensor] = load_file(path)
    except (SafetensorError, OSError, ValueError, RuntimeError, KeyError) as error:
        raise _refused(path, "its tensors cannot be read") from error
    return tensors


def _read_torch(path: Path) -> object:
    """What `torch.load` makes of it with weights only, whatever is asked elsewhere."""
    with _without_unsafe_switch():
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            # torch raises many kinds for a file that is damaged or holds objects
            text = str(error)
            if "weights_only" in text or "Unsupported" in text or "GLOBAL" in text:
                reason = "it holds objects other than weights, and none are made"
            else:
                reason = "it is cut off or damaged"
            raise _refused(path, reason) from error


@contextlib.contextmanager
def _without_unsafe_switch() -> Iterator[None]:
    """The environment may not ask torch to execute what a file holds."""
    former = os.environ.pop(_UNSAFE_SWITCH, None)
    try:
        yield
    finally:
        if former is not None:
            os.environ[_UNSAFE_SWITCH] = former


WRAPPERS = (
    "state_dict", "model", "model_state_dict", "model_state", "teacher", "student",
    "model_ema", "ema", "net", "network", "module", "encoder", "weights",
)  # fmt: skip
"""Where training scripts put weights; the first that holds tensors is taken."""


def _unwrapped(
    path: Path, content: object
) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """The tensors, and the keys that they lay below."""
    wrappers: list[str] = []
    for _ in range(MAX_DEPTH):
        if not isinstance(content, dict):
            break
        tensors = {
            str(name): value
            for name, value in content.items()
            if isinstance(value, Tensor)
        }
        inner = next((k for k in WRAPPERS if isinstance(content.get(k), dict)), None)
        if len(tensors) > 4 or (tensors and inner is None):
            _check_tensors(path, tensors)
            return tensors, tuple(wrappers)
        if inner is None:
            break
        wrappers.append(inner)
        content = content[inner]
    raise _refused(path, "no weights were found in it")


def _check_tensors(path: Path, tensors: dict[str, Tensor]) -> None:
    """Refuse what claims to be more than the file can hold."""
    if len(tensors) > MAX_TENSORS:
        raise _refused(path, f"it names more than {MAX_TENSORS:,} tensors")
    for name, tensor in tensors.items():
        if tensor.layout is not torch.strided or tensor.is_quantized:
            raise _refused(path, f"{name} is sparse or quantised")
        held = tensor.untyped_storage().nbytes()
        if tensor.numel() * tensor.element_size() > held:
            raise _refused(path, f"{name} claims more values than the file holds")


def _refused(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        "The weights in {name} cannot be read: {reason}. Give a .safetensors file, or "
        "a .pth that holds nothing but weights.",
        name=path.name,
        reason=reason,
    )
