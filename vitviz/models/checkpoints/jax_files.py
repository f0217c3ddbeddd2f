"""Weights that programs in JAX save, by the names and shapes of PyTorch.

    .npz       an archive of NumPy arrays: the original Vision Transformers
    .msgpack   what Flax writes: names, and arrays as their bytes

Two namings are known. An Image is Worth 16x16 Words: Transformers for Image Recognition
at Scale. Dosovitskiy et al., 2020, arXiv 2010.11929, has one of its own, which
`big_vision` has changed a little; the others have PyTorch's names with `kernel` and
`scale` in place of `weight`, and matrices the other way round.

Nothing in a file is executed: arrays of Python objects are left where they are.
"""

from __future__ import annotations

import io
import math
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vitviz.models.checkpoints.checks import require_file_memory
from vitviz.models.checkpoints.errors import MAX_TENSORS, refusal
from vitviz.models.checkpoints.heads import unrecognised
from vitviz.models.checkpoints.layout import MAX_BLOCKS, ShapeError

GOOGLE = "Google's ViT (JAX)"
# By how much an archive may unpack to more than its own size: numbers hardly shrink.
_MOST_UNPACKED = 20
_MAX_DIMS = 8
_MAX_NESTED = 32
# Values in a msgpack file: a tensor takes about twelve, with its name and its shape.
_MAX_VALUES = 15 * MAX_TENSORS
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What a training program keeps beside the weights, as large as they are.
_OF_TRAINING = re.compile(r"(opt|optimizer|opt_state|optimizer_state)/(?!target/)")
_DTYPES = {
    "float16": np.dtype("<f2"),
    "float32": np.dtype("<f4"),
    "float64": np.dtype("<f8"),
    # torch's own, which NumPy does not have
    "bfloat16": np.dtype("<V2"),
}


def read_npz(path: Path, data: bytes) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Return (arrays of an archive by name, names of what is no plain numbers).

    data : of the whole file.

    Raises CheckpointError, BudgetError for one that unpacks to more than there is room.
    """
    # before they are listed, which takes a kilobyte each
    if data.count(b"PK\x01\x02") > 2 * MAX_TENSORS:
        raise _too_many(path, data.count(b"PK\x01\x02"))
    found: dict[str, Tensor] = {}
    left: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_TENSORS:
                raise _too_many(path, len(entries))
            total = sum(entry.file_size for entry in entries)
            if total > _MOST_UNPACKED * len(data):
                raise refusal(
                    path,
                    "claims to unpack to {total:,} bytes, which is more than numbers "
                    "can shrink. Download it again.",
                    total=total,
                )
            require_file_memory(path.name, 2 * total)
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                if name in found:
                    raise refusal(
                        path, "holds {name} twice. Download it again.", name=name[:120]
                    )
                if entry.compress_type not in _COMPRESSIONS:
                    raise NotImplementedError
                array = _array_of(archive.read(entry))
                if array is None:
                    left.append(name)
                else:
                    found[name] = array
    except (
        zipfile.BadZipFile,
        NotImplementedError,  # another compression than NumPy's
        RuntimeError,  # a password
        EOFError,
        ValueError,
        struct.error,
        zlib.error,
    ) as error:
        raise refusal(path, "is cut off or damaged. Download it again.") from error
    return found, tuple(left)


def _too_many(path: Path, count: int) -> Exception:
    return refusal(
        path,
        "lists {count:,} tensors; at most {limit:,} are read.",
        count=count,
        limit=MAX_TENSORS,
    )


def _array_of(data: bytes) -> Tensor | None:
    """Return the array of a .npy file; None if it holds no plain numbers.

    Raises ValueError for a damaged one.
    """
    file = io.BytesIO(data)
    shape, is_fortran, dtype = _header(file)
    # numbers that torch has: no dates, no texts, no long double
    if dtype.hasobject or dtype.names or dtype.subdtype or dtype.kind not in "fiubV":
        return None
    if dtype.kind == "f" and dtype.itemsize > 8:
        return None
    if len(shape) > _MAX_DIMS:
        raise ValueError("too many dimensions")
    numbers = _numbers(data[file.tell() :], shape[::-1] if is_fortran else shape, dtype)
    return numbers.permute(*reversed(range(len(shape)))) if is_fortran else numbers


def _header(file: io.BytesIO) -> tuple[tuple[int, ...], bool, Any]:
    """Return what NumPy's header says: shape, whether it is Fortran's order, dtype.

    Raises ValueError for one that is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that Python 2 wrote
            version = np.lib.format.read_magic(file)  # type: ignore[no-untyped-call]
            if version == (1, 0):
                header = np.lib.format.read_array_header_1_0(file)  # type: ignore[no-untyped-call]
            else:
                header = np.lib.format.read_array_header_2_0(file)  # type: ignore[no-untyped-call]
    except Exception as error:
        # it is a Python literal, and NumPy's reader raises nearly anything for one
        # that is odd: errors of the tokenizer, of types, of the parser's memory
        raise ValueError("no header") from error
    shape, is_fortran, dtype = header
    if not all(type(side) is int for side in shape):
        raise ValueError("no shape")
    return shape, is_fortran, dtype


def _numbers(data: bytes | memoryview, shape: tuple[int, ...], dtype: Any) -> Tensor:  # noqa: ANN401
    """Return a tensor with memory of its own. Raises ValueError if bytes are lacking.

    dtype : NumPy's; two bytes without a kind are a bfloat16, as JAX saves it.
    """
    if len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError("the bytes do not fit the shape")
    if dtype.kind == "V" and dtype.itemsize != 2:
        raise ValueError("numbers of an unknown kind")
    wide = np.dtype("<i2") if dtype.kind == "V" else dtype.newbyteorder("=")
    read = np.frombuffer(data, np.dtype("<i2") if dtype.kind == "V" else dtype)
    found = torch.from_numpy(read.astype(wide).reshape(shape))
    return found.view(torch.bfloat16) if dtype.kind == "V" else found


# --- msgpack ---------------------------------------------------------------------


def is_msgpack(start: bytes) -> bool:
    """Return whether a file begins as names with values do in msgpack."""
    count = {0xDE: 3, 0xDF: 5}.get(start[0], 1 if 0x81 <= start[0] <= 0x8F else 0)
    name = start[count : count + 1] if count else b""
    return bool(name) and (0xA1 <= name[0] <= 0xBF or name[0] in (0xD9, 0xDA))


def read_msgpack(path: Path, data: bytes) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Return (arrays by their names, joined with "/"; names of what is none).

    Raises CheckpointError.
    """
    found: dict[str, Tensor] = {}
    left: list[str] = []
    try:
        reader = _Reader(memoryview(data))
        content = reader.value(0)
        if reader.place != len(data) or not isinstance(content, dict):
            raise ValueError("it is not one list of names")
        _flatten(content, "", found, left)
    except _TooManyValuesError as error:
        raise refusal(
            path, "has a list of tensors that is too long to read."
        ) from error
    except (ValueError, IndexError, struct.error, TypeError) as error:
        raise refusal(path, "is cut off or damaged. Download it again.") from error
    if len(found) > MAX_TENSORS:
        raise _too_many(path, len(found))
    return found, tuple(left)


def _flatten(
    content: dict[str, Any], place: str, found: dict[str, Tensor], left: list[str]
) -> None:
    if "__msgpack_chunked_array__" in content:  # which Flax does above one gigabyte
        found[place] = _of_chunks(content.get("shape"), content.get("chunks"))
        return
    for name, value in content.items():
        inner = f"{place}/{name}" if place else name
        if isinstance(value, dict):
            _flatten(value, inner, found, left)
        elif isinstance(value, Tensor):
            if inner in found:  # a name may hold the "/" that joins others
                raise ValueError("a name stands there twice")
            found[inner] = value
        else:
            left.append(inner)


def _of_chunks(shape: object, chunks: object) -> Tensor:
    """Return an array that was written in parts. Raises ValueError."""
    if not isinstance(shape, dict) or not isinstance(chunks, dict):
        raise ValueError("no chunks")
    sides = [shape.get(str(i)) for i in range(len(shape))]
    parts = [chunks.get(str(i)) for i in range(len(chunks))]
    tensors = [one.reshape(-1) for one in parts if isinstance(one, Tensor)]
    if len(tensors) != len(parts) or len({one.dtype for one in tensors}) != 1:
        raise ValueError("a chunk is no array")
    whole = [side for side in sides if type(side) is int and side >= 0]
    is_whole = len(whole) == len(sides) <= _MAX_DIMS
    if not is_whole or math.prod(whole) != sum(one.numel() for one in tensors):
        raise ValueError("the chunks do not fit the shape")
    try:
        return torch.cat(tensors).reshape(whole)
    except RuntimeError as error:  # sides that overflow, beside one of nothing
        raise ValueError("no shape") from error


class _TooManyValuesError(ValueError):
    """A file of more values than weights can have."""


class _Reader:
    """Values of msgpack one after another, as far as Flax writes them.

    https://github.com/msgpack/msgpack/blob/master/spec.md

    left : how many values may still be read, here and in arrays within; one number.
    """

    def __init__(self, data: memoryview, left: list[int] | None = None) -> None:
        self.data = data
        self.place = 0
        self.left = [_MAX_VALUES] if left is None else left

    def _take(self, count: int) -> memoryview:
        part = self.data[self.place : self.place + count]
        if len(part) != count:
            raise ValueError("cut off")
        self.place += count
        return part

    def _number(self, form: str) -> Any:  # noqa: ANN401
        return struct.unpack(">" + form, self._take(struct.calcsize(form)))[0]

    def value(self, depth: int) -> Any:  # noqa: ANN401
        """Return the next value. Raises ValueError, struct.error."""
        if depth > _MAX_NESTED:
            raise ValueError("too deep")
        self.left[0] -= 1
        if self.left[0] < 0:
            raise _TooManyValuesError
        kind = self._number("B")
        if kind <= 0x7F:
            return kind
        if kind <= 0x8F:
            return self._names(kind & 0x0F, depth)
        if kind <= 0x9F:
            return [self.value(depth + 1) for _ in range(kind & 0x0F)]
        if kind <= 0xBF:
            return self._text(kind & 0x1F)
        if kind >= 0xE0:
            return kind - 0x100
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        if kind in _NUMBERS:
            return self._number(_NUMBERS[kind])
        if 0xD4 <= kind <= 0xD8:
            return self._array(1 << (kind - 0xD4), depth)
        if kind not in _SIZES:
            raise ValueError("an unknown kind of value")
        count = self._number(_SIZES[kind])
        if kind <= 0xC6:
            return bytes(self._take(count))
        if kind <= 0xC9:
            return self._array(count, depth)
        if kind <= 0xDB:
            return self._text(count)
        if count > len(self.data):
            raise ValueError("cut off")
        if kind <= 0xDD:
            return [self.value(depth + 1) for _ in range(count)]
        return self._names(count, depth)

    def _text(self, count: int) -> str:
        return bytes(self._take(count)).decode("utf-8")

    def _names(self, count: int, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(count):
            name = self.value(depth + 1)
            if not isinstance(name, str) or name in found:
                raise ValueError("a name that is none, or stands there twice")
            found[name] = self.value(depth + 1)
        return found

    def _array(self, count: int, depth: int) -> Tensor | None:
        """Return the array in a value of Flax's own kinds; None for others of them."""
        kind, data = self._number("b"), self._take(count)
        if kind not in (1, 3):  # an array, and one number
            return None
        shape, name, numbers = _Reader(data, self.left).value(depth + 1)
        if not all(type(side) is int and side >= 0 for side in shape):
            raise ValueError("no shape")
        if len(shape) > _MAX_DIMS:
            raise ValueError("too many dimensions")
        dtype = _DTYPES.get(name)
        if dtype is None:
            dtype = np.dtype(name if re.fullmatch(r"u?int\d{1,2}|bool", name) else "")
        return _numbers(numbers, tuple(shape), dtype)


_SIMPLE = {0xC0: None, 0xC2: False, 0xC3: True}
# Letters of `struct` by kind: of numbers, and of the sizes of what follows.
_NUMBERS = {
    **{0xCA: "f", 0xCB: "d", 0xCC: "B", 0xCD: "H", 0xCE: "I", 0xCF: "Q"},
    **{0xD0: "b", 0xD1: "h", 0xD2: "i", 0xD3: "q"},
}
_SIZES = {
    **{0xC4: "B", 0xC5: "H", 0xC6: "I", 0xC7: "B", 0xC8: "H", 0xC9: "I"},
    **{0xD9: "B", 0xDA: "H", 0xDB: "I", 0xDC: "H", 0xDD: "I", 0xDE: "H", 0xDF: "I"},
}

# --- names -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoogleVit:
    """The tensors of a network in Google's naming, by timm's names.

    prefix : that was taken off.
    heads : of each layer, which the shapes tell.
    set_aside : names that are none of the network's.
    assumed : what is said of it, a phrase each.
    """

    tensors: dict[str, Tensor]
    prefix: str
    heads: int
    set_aside: tuple[str, ...]
    assumed: tuple[str, ...]


def with_torch_names(arrays: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return Flax's arrays by PyTorch's names, in PyTorch's order of the axes."""
    found = {}
    for name, array in arrays.items():
        words = name.split("/")
        if words[-1] == "kernel":
            if array.dim() == 4:
                array = array.permute(3, 2, 0, 1)
            elif array.dim() == 2:
                array = array.T
        if words[-1] in ("kernel", "scale", "embedding"):
            words[-1] = "weight"
        found[".".join(words)] = array.contiguous()
    return found


def without_training(names: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the arrays without those of an optimiser."""
    return {name: one for name, one in names.items() if not _OF_TRAINING.match(name)}


_BLOCK = re.compile(r"Transformer/encoderblock(?:_(?P<number>\d{1,4}))?/(?P<rest>.+)")
_ATTENTION = re.compile(
    r"MultiHeadDotProductAttention_\d/(query|key|value|out)/(kernel|bias)"
)
# Other names to timm's.
_PLAIN = {
    r"embedding/": "patch_embed.proj.",
    r"cls": "cls_token",
    r"(?:Transformer/posembed_input/)?pos_embedding": "pos_embed",
    r"Transformer/encoder_norm/": "norm.",
    r"head/": "head.",
    r"conv_root/": "patch_embed.backbone.stem.conv.",
    r"gn_root/": "patch_embed.backbone.stem.norm.",
    r"MAPHead_0/probe": "attn_pool.latent",
    r"MAPHead_0/LayerNorm_0/": "attn_pool.norm.",
    r"MAPHead_0/MlpBlock_0/Dense_0/": "attn_pool.mlp.fc1.",
    r"MAPHead_0/MlpBlock_0/Dense_1/": "attn_pool.mlp.fc2.",
}
_OF_BLOCK = {
    r"LayerNorm_0/": "norm1.",
    r"LayerNorm_[12]/": "norm2.",
    r"MlpBlock_\d/Dense_0/": "mlp.fc1.",
    r"MlpBlock_\d/Dense_1/": "mlp.fc2.",
}
_LASTS = {"kernel": "weight", "scale": "weight", "bias": "bias", None: ""}
_UNIT = re.compile(
    r"block(\d{1,2})/unit(\d{1,3})/(conv|gn)(\d|_proj)/(kernel|scale|bias)"
)


def google_vit(arrays: Mapping[str, Tensor]) -> GoogleVit | None:
    """Return the network of arrays in Google's naming; None for another naming.

    A head behind another layer (`pre_logits`) is set aside, as timm has none such.

    Raises ShapeError.
    """
    prefix = next(
        (
            one
            for one in ("opt/target/", "params/img/", "params/", "img/", "")
            if f"{one}embedding/kernel" in arrays
            and any(name.startswith(f"{one}Transformer/enc") for name in arrays)
        ),
        None,
    )
    if prefix is None:
        return None
    own = {n[len(prefix) :]: t for n, t in arrays.items() if n.startswith(prefix)}
    head = [n for n in own if n.startswith(("pre_logits/", "head/"))]
    behind = head if any(n.startswith("pre_logits/") for n in head) else []
    found: dict[str, Tensor] = {}
    attention: dict[tuple[str, str], dict[str, Tensor]] = {}
    aside = [name for name in arrays if not name.startswith(prefix)]
    for name, array in own.items():
        if name in behind:
            aside.append(prefix + name)
            continue
        for place, rest, one in _blocks(name, array):
            match = _ATTENTION.fullmatch(rest)
            if match is not None:
                attention.setdefault((place, match[2]), {})[match[1]] = one
                continue
            new = _renamed(rest, _OF_BLOCK if place.startswith("blocks") else _PLAIN)
            if new is None:
                aside.append(prefix + name)
            else:
                found[place + new] = _turned(one)
    if not any(name.startswith("patch_embed.backbone.stages.") for name in found):
        found = {
            n.replace(".backbone.stem.", ".backbone."): t for n, t in found.items()
        }
    for (place, kind), parts in attention.items():
        found |= _joined(place, kind, parts)
    heads = {int(one["query"].shape[-2]) for one in attention.values()}
    if len(heads) != 1:
        raise ShapeError("its layers have other numbers of heads")
    said = (unrecognised([prefix + name for name in behind]),) if behind else ()
    return GoogleVit(found, prefix, heads.pop(), tuple(aside), said)


def _blocks(name: str, array: Tensor) -> list[tuple[str, str, Tensor]]:
    """Return (place, rest of the name, array): of all blocks, if they are stacked."""
    match = _BLOCK.fullmatch(name)
    if match is None and name.startswith("MAPHead_0/MultiHead"):
        return [("attn_pool.", name.removeprefix("MAPHead_0/"), array)]
    if match is None:
        return [("", name, array)]
    if match["number"] is not None:
        return [(f"blocks.{int(match['number'])}.", match["rest"], array)]
    if not array.dim() or array.shape[0] > MAX_BLOCKS:
        raise ShapeError(
            "{name} has the shape {shape}", name=name, shape=tuple(array.shape)
        )
    return [(f"blocks.{i}.", match["rest"], one) for i, one in enumerate(array)]


def _renamed(name: str, rules: Mapping[str, str]) -> str | None:
    """Return timm's name; None for a name of another part."""
    unit = _UNIT.fullmatch(name)
    if unit is not None:
        stage, block, kind, number, last = unit.groups()
        part = {"conv": "conv", "gn": "norm"}[kind] + number
        if number == "_proj":
            part = "downsample." + part.removesuffix("_proj")
        end = "bias" if last == "bias" else "weight"
        return (
            f"patch_embed.backbone.stages.{int(stage) - 1}.blocks.{int(block) - 1}."
            f"{part}.{end}"
        )
    for pattern, replacement in rules.items():
        match = re.fullmatch(pattern + "(kernel|scale|bias)?", name)
        if match is not None:
            return replacement + _LASTS[match[1]]
    return None


def _turned(array: Tensor) -> Tensor:
    """Return an array in PyTorch's order of the axes."""
    if array.dim() == 4 and array.shape[:3] == (1, 1, 1):
        return array.flatten()  # of a group norm
    if array.dim() == 4:
        array = array.permute(3, 2, 0, 1)
    elif array.dim() == 2:
        array = array.T
    return array.contiguous()


def _joined(place: str, kind: str, parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return one layer's projections by timm's names.

    kind : "kernel", (width, heads, channels) each, or "bias", (heads, channels).
    """
    wanted, dims = {"query", "key", "value", "out"}, 3 if kind == "kernel" else 2
    shapes = {tuple(one.shape) for name, one in parts.items() if name != "out"}
    is_shaped = all(len(shape) == dims for shape in shapes) and len(shapes) == 1
    out = parts.get("out")
    if parts.keys() != wanted or not is_shaped or out is None:
        raise ShapeError("the attention of {name} is not complete", name=place)
    if out.dim() != (3 if kind == "kernel" else 1):
        raise ShapeError(
            "{name} has the shape {shape}", name=f"{place}out", shape=tuple(out.shape)
        )
    end = "weight" if kind == "kernel" else "bias"
    flat = {
        name: one.flatten(1).T if kind == "kernel" else one.flatten()
        for name, one in parts.items()
        if name != "out"
    }
    turned = out.permute(2, 0, 1).flatten(1) if kind == "kernel" else out
    if place == "attn_pool.":
        return {
            f"{place}q.{end}": flat["query"].contiguous(),
            f"{place}kv.{end}": torch.cat([flat["key"], flat["value"]]),
            f"{place}proj.{end}": turned.contiguous(),
        }
    joined = torch.cat([flat[name] for name in ("query", "key", "value")])
    return {
        f"{place}attn.qkv.{end}": joined,
        f"{place}attn.proj.{end}": turned.contiguous(),
    }
