"""Safe reading of torch.save's files: checks first, then torch's restricted reader."""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import pickle
import pickletools
import struct
import threading
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch

from vitviz.models.checkpoints.errors import MAX_HEADER_BYTES, MAX_TENSORS, refusal
from vitviz.models.checkpoints.pickle_work import Work

_log = logging.getLogger(__name__)

# Some 8,000 tensors; more would take too long after a click.
MAX_PICKLE_STEPS = 300_000
_OVERRIDE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
_environment_lock = threading.Lock()

# What a list of tensors may name; none of it runs code or takes memory at will.
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
_SAFE_NAMES |= {
    f"torch.{name}" for name, value in vars(torch).items() if type(value) is torch.dtype
}


# Functions by which torch.save writes tensors that are no plain arrays of known
# numbers.
_OTHER_TENSORS = {
    f"torch._utils._rebuild_{kind}"
    for kind in (
        "tensor_v3",
        "qtensor",
        "sparse_tensor",
        "sparse_csr_tensor",
        "nested_tensor",
    )
}


def check_zip(path: Path, data: bytes) -> None:
    """Raise CheckpointError for an archive that unpacks to more, or holds code."""
    file, size = io.BytesIO(data), len(data)
    # before they are listed, which takes a kilobyte each
    count = data.count(b"PK\x01\x02")
    if count > 2 * MAX_TENSORS:
        raise refusal(
            path,
            "lists {count:,} tensors; at most {limit:,} are read.",
            count=count,
            limit=MAX_TENSORS,
        )
    try:
        entries = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise refusal(path, "is cut off or damaged. Download it again.") from error
    names = [entry.filename for entry in entries]
    parts = {part for name in names for part in name.split("/")[:-1][:2]}
    if "code" in parts or any(name.endswith("/constants.pkl") for name in names):
        raise refusal(
            path,
            "is a TorchScript program, not weights. Take the state_dict of the model.",
        )
    if any(name.endswith("archive_format") for name in names):
        raise refusal(
            path, "is an exported program (.pt2), not weights. Save a state_dict."
        )
    pickles = [e for e in entries if e.filename.split("/")[1:] == ["data.pkl"]]
    if len(pickles) != 1:
        raise refusal(path, "is a zip archive that torch.save did not write.")
    if len(entries) > MAX_TENSORS + 100:
        raise refusal(
            path,
            "lists {count:,} tensors; at most {limit:,} are read.",
            count=len(entries),
            limit=MAX_TENSORS,
        )
    if any(e.compress_type != zipfile.ZIP_STORED or e.flag_bits & 1 for e in entries):
        raise refusal(
            path, "is compressed inside, which torch.save never does; it is not opened."
        )
    if sum(entry.file_size for entry in entries) > size:
        raise refusal(path, "claims to hold more than its {size:,} bytes.", size=size)
    if pickles[0].file_size > MAX_HEADER_BYTES:
        raise refusal(
            path,
            "has a list of tensors of {size:,} bytes; at most {limit:,} are read.",
            size=pickles[0].file_size,
            limit=MAX_HEADER_BYTES,
        )
    try:
        with zipfile.ZipFile(file) as archive:
            listing = archive.read(pickles[0])
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise refusal(path, "is damaged. Download it again.") from error
    _check_pickle(path, io.BytesIO(listing))


def check_legacy(path: Path, file: BinaryIO) -> None:
    """Check the five pickles that a legacy file starts with. Raises CheckpointError."""
    file.seek(0)
    window = io.BytesIO(file.read(MAX_HEADER_BYTES))
    for _ in range(5):
        _check_pickle(path, window)


def _check_pickle(path: Path, stream: BinaryIO) -> None:
    """Raise CheckpointError for a pickle of anything but tensors and containers.

    It is only read, never run; torch.load's own restriction comes after this one.
    """
    texts: list[str] = []
    work = Work()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd escapes in a damaged text
            for step, (opcode, argument, _) in enumerate(pickletools.genops(stream)):
                if step > MAX_PICKLE_STEPS:
                    raise refusal(
                        path, "has a list of tensors that is too long to read."
                    )
                work.add(opcode, argument)
                if opcode.name in ("GLOBAL", "INST"):
                    _require_safe(path, cast("str", argument).replace(" ", ".", 1))
                elif opcode.name == "STACK_GLOBAL":
                    _require_safe(path, ".".join(texts[-2:]))
                elif opcode.name in ("EXT1", "EXT2", "EXT4", "OBJ", "NEWOBJ_EX"):
                    _require_safe(path, opcode.name)
                elif isinstance(argument, str) and "UNICODE" in opcode.name:
                    texts = [*texts[-1:], argument]
    except (ValueError, LookupError, EOFError, OverflowError, MemoryError) as error:
        raise refusal(
            path, "has a damaged list of tensors. Download it again."
        ) from error


def _require_safe(path: Path, name: str) -> None:
    """Raise CheckpointError unless a pickle may name this."""
    if name in _OTHER_TENSORS:
        raise refusal(
            path,
            "holds quantised, sparse or 8 bit tensors ({name}), which are not read. "
            "Save the weights as numbers of 16 or 32 bit.",
            name=name,
        )
    is_storage = name.startswith("torch.") and name.endswith("Storage")
    if name not in _SAFE_NAMES and not (is_storage and name.count(".") <= 2):
        raise refusal(
            path,
            "asks for {name}, which is no part of a list of tensors: opening it could "
            "run a program. Save only the state_dict, or use safetensors.",
            name=name[:80],
        )


def torch_load(path: Path, stream: BinaryIO) -> Mapping[str, Any]:
    """Return the dictionary of a file in memory, read by torch's restricted reader.

    path : of the file, for the error.

    Raises CheckpointError.
    """
    try:
        with (
            _without_override(),
            warnings.catch_warnings(),
            torch.serialization.safe_globals([argparse.Namespace]),
        ):
            warnings.simplefilter("ignore")
            content = torch.load(stream, map_location="cpu", weights_only=True)
    except Exception as error:
        # a damaged file makes torch's readers raise nearly anything; all mean the same
        _log.warning("cannot read %s", path, exc_info=True)
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        if isinstance(error, pickle.UnpicklingError):
            # torch's own text tells the reader how to switch its protection off
            reason = "its list of tensors is not as torch.save writes it"
        raise refusal(
            path,
            "is damaged and cannot be read ({reason}). Download it again.",
            reason=reason[:120].rstrip("."),
        ) from error
    if not isinstance(content, Mapping):
        raise refusal(
            path,
            "holds one {kind}, not a list of named tensors.",
            kind=type(content).__name__,
        )
    return content


@contextlib.contextmanager
def _without_override() -> Iterator[None]:
    """Keep the variable by which torch would run pickles again unset in the block."""
    with _environment_lock:
        previous = os.environ.pop(_OVERRIDE, None)
        try:
            yield
        finally:
            if previous is not None:
                os.environ[_OVERRIDE] = previous
