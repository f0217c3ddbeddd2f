"""Safe reading of torch.save's files: checks first, then torch's restricted reader.

Trainings save more beside the weights: numbers of NumPy's, paths, configurations,
histories of a loss. Such objects are read as empty ones of a class of our own
(`Unread`): what they name is neither imported nor called. A name that could run a
program is refused, as nobody saves it with weights.
"""

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
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch

from vitviz.errors import CheckpointError
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


# Modules whose names are refused, in and below them: they run programs, load code or
# reach other machines. Of torch only what a training keeps is passed over.
_PROGRAMS = frozenset(
    "os posix nt sys subprocess importlib imp runpy pickle _pickle cloudpickle dill "
    "joblib marshal shelve ctypes _ctypes socket shutil webbrowser code codeop pty "
    "platform commands multiprocessing threading asyncio concurrent http urllib "
    "requests ftplib smtplib tempfile signal atexit gc inspect types operator "
    "functools timeit pdb bdb profile cProfile trace builtins __builtin__ io _io "
    "pip setuptools pkgutil zipimport site sitecustomize vitviz".split()
)
_PLAIN = frozenset(
    f"{place}.{name}"
    for place in ("builtins", "__builtin__")
    for name in "object list dict tuple int float str bool bytes complex frozenset "
    "slice range".split()
) | {"types.SimpleNamespace", "functools.partial"}
_OF_TRAINING = ("torch.optim.", "torch.utils.data.", "torch.amp.")
_MAX_UNREAD = 200


class Unread:
    """Object of a class that is not looked up.

    values : what it was given, by name, for what looks for numbers there.
    """

    def __init__(self, *_args: object, **_options: object) -> None:
        self.values: Mapping[Any, Any] = {}

    def __new__(cls, *_args: object, **_options: object) -> Unread:
        made = super().__new__(cls)
        made.values = {}
        return made

    def __setstate__(self, state: object) -> None:
        if isinstance(state, Mapping):
            inner = state.get("_content")  # omegaconf's
            self.values = inner if isinstance(inner, Mapping) else state


class _UnreadDict:
    """Stands for a class of dictionaries, of which a plain one is made."""

    def __new__(cls, *_args: object, **_options: object) -> Any:  # noqa: ANN401
        return OrderedDict()


class _UnreadList:
    """Stands for a class of lists, of which a plain one is made."""

    def __new__(cls, *_args: object, **_options: object) -> Any:  # noqa: ANN401
        return []


_KINDS: dict[str, type] = {"": Unread, "dict": _UnreadDict, "list": _UnreadList}


def check_zip(path: Path, data: bytes) -> dict[str, str]:
    """Return the names of classes that are not looked up, and what is made of them.

    Raises CheckpointError for an archive that unpacks to more, or holds code.
    """
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
    return _check_pickle(path, io.BytesIO(listing))


def check_legacy(path: Path, file: BinaryIO) -> dict[str, str]:
    """Check the five pickles that a legacy file starts with, as `check_zip` does.

    Raises CheckpointError.
    """
    file.seek(0)
    window = io.BytesIO(file.read(MAX_HEADER_BYTES))
    unread: dict[str, str] = {}
    for _ in range(5):
        unread |= _check_pickle(path, window)
    return unread


def _check_pickle(path: Path, stream: BinaryIO) -> dict[str, str]:
    """Return the names of classes that are not looked up, and what is made of them.

    Raises CheckpointError for what could run a program.

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
                name = ""
                if opcode.name in ("GLOBAL", "INST"):
                    name = cast("str", argument).replace(" ", ".", 1)
                elif opcode.name == "STACK_GLOBAL":
                    name = ".".join(texts[-2:])
                is_read = not name or _require_safe(path, name)
                work.add(opcode, argument, "" if is_read else name)
                if opcode.name == "INST":
                    _require_safe(path, name, is_called=True)
                if len(work.unread) > _MAX_UNREAD:
                    raise refusal(
                        path, "has a list of tensors that is too long to read."
                    )
                if opcode.name in ("EXT1", "EXT2", "EXT4", "OBJ", "NEWOBJ_EX"):
                    _require_safe(path, opcode.name)
                elif isinstance(argument, str) and "UNICODE" in opcode.name:
                    texts = [*texts[-1:], argument]
    except (ValueError, LookupError, EOFError, OverflowError, MemoryError) as error:
        raise refusal(
            path, "has a damaged list of tensors. Download it again."
        ) from error
    return work.unread


def _require_safe(path: Path, name: str, *, is_called: bool = False) -> bool:
    """Return whether a name is read; an object of others is passed over.

    is_called : with options that nothing stands for.

    Raises CheckpointError unless a pickle may name this.
    """
    if name in _OTHER_TENSORS:
        raise refusal(
            path,
            "holds quantised, sparse or 8 bit tensors ({name}), which are not read. "
            "Save the weights as numbers of 16 or 32 bit.",
            name=name,
        )
    is_storage = name.startswith("torch.") and name.endswith("Storage")
    if name in _SAFE_NAMES or (is_storage and name.count(".") <= 2):
        return True
    if is_called or not _may_pass_over(name):
        raise _program(path, name)
    return False


def _may_pass_over(name: str) -> bool:
    """Return whether objects of a class of that name are read as empty ones."""
    place, _, last = name.rpartition(".")
    if name in _PLAIN:
        return True
    parts = place.split(".")
    if not place or not all(part.isidentifier() for part in (*parts, last)):
        return False
    if parts[0] == "torch":
        return name.startswith(_OF_TRAINING)
    # functions of a class, such as Path.touch, are called with an object of it
    is_inside = any(part[:1].isupper() for part in parts[1:])
    return parts[0] not in _PROGRAMS and not is_inside


def _program(path: Path, name: str) -> CheckpointError:
    return refusal(
        path,
        "asks for {name}, which is no part of a list of tensors: opening it could "
        "run a program. Save only the state_dict, or use safetensors.",
        name=name[:80],
    )


def torch_load(
    path: Path, stream: BinaryIO, unread: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """Return the dictionary of a file in memory, read by torch's restricted reader.

    path : of the file, for the error. unread : as `check_zip` returns it.

    Raises CheckpointError.
    """
    try:
        with (
            _without_override(),
            warnings.catch_warnings(),
            torch.serialization.safe_globals(
                [argparse.Namespace, *_stand_ins(unread or {})]
            ),
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
    if unread and not (isinstance(content, Mapping) and _has_tensors(content)):
        raise _program(path, next(iter(unread)))
    if not isinstance(content, Mapping):
        raise refusal(
            path,
            "holds one {kind}, not a list of named tensors.",
            kind=type(content).__name__,
        )
    return content


def _stand_ins(unread: Mapping[str, str]) -> Iterator[tuple[type, str]]:
    """Return what torch's reader makes of names that are not looked up."""
    for name, kind in unread.items():
        yield _KINDS[kind], name
        place, _, last = name.rpartition(".")
        # it looks up what Python 3 calls it, as pickle does
        both = NAME_MAPPING.get((place, last), (IMPORT_MAPPING.get(place, place), last))
        yield _KINDS[kind], ".".join(both)


def _has_tensors(content: Mapping[Any, Any], depth: int = 0) -> bool:
    """Return whether there is a tensor in a dictionary or those in it."""
    return any(
        isinstance(one, torch.Tensor)
        or (isinstance(one, Mapping) and depth < 5 and _has_tensors(one, depth + 1))
        for one in content.values()
    )


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
