"""Hostile and broken checkpoints: one sentence each, in time, nothing executed."""

from __future__ import annotations

import collections
import importlib
import io
import json
import os
import pickle
import socket
import struct
import sys
import tarfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

import vitviz
from vitviz.errors import CheckpointError, ModelError, VitvizError
from vitviz.models.checkpoints.read import read_state

SECONDS = 0.2


class Payload:
    """Writes a file when it is unpickled by a reader that runs what it reads."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.canary,)


def small_state() -> dict[str, Tensor]:
    from timm.models.vision_transformer import VisionTransformer

    torch.manual_seed(1)
    module = VisionTransformer(
        img_size=32, patch_size=16, embed_dim=64, depth=1, num_heads=1, num_classes=3
    )
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


def saved(content: object, *, legacy: bool = False, **options: Any) -> bytes:  # noqa: ANN401
    stream = io.BytesIO()
    torch.save(content, stream, _use_new_zipfile_serialization=not legacy, **options)
    return stream.getvalue()


def rezipped(
    data: bytes,
    change: Callable[[str, bytes], bytes | None] = lambda _, body: body,
    *,
    method: int = zipfile.ZIP_STORED,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """The archive with entries changed (None: left out) or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", method) as target,
    ):
        for name in source.namelist():
            body = change(name, source.read(name))
            if body is not None:
                target.writestr(name, body)
        for name, body in (extra or {}).items():
            target.writestr(name, body)
    return stream.getvalue()


def with_pickle(body: bytes) -> bytes:
    """A .pth whose list of tensors is `body`."""
    return rezipped(
        saved({"a": torch.ones(2)}),
        lambda name, old: body if name.endswith("data.pkl") else old,
    )


def tensors_file(header: object, body: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def entry(shape: list[Any], begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"))
    return stream.getvalue()


def script() -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch would rather export
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), stream)
    return stream.getvalue()


def doubled(times: int) -> bytes:
    """A pickle's steps that make the value on top a tuple of two of it, so often."""
    steps = (b"q" + bytes([n]) + b"h" + bytes([n]) + b"\x86" for n in range(times))
    return b"".join(steps)


def multiples(count: int) -> bytes:
    """Whole numbers that have one hash in Python: multiples of the modulus of 2⁶¹-1."""
    made = ((number * (2**61 - 1)).to_bytes(10, "little") for number in range(count))
    return b"".join(b"\x8a\x0a" + one for one in made)


def same_hash(count: int) -> bytes:
    steps = multiples(count)
    pairs = (steps[start : start + 12] + b"N" for start in range(0, len(steps), 12))
    return b"\x80\x02}(" + b"".join(pairs) + b"u."


def expanded() -> dict[str, Tensor]:
    state = small_state()
    weight = torch.ones(1, 1).expand(192, 64)
    return state | {"blocks.0.attn.qkv.weight": weight}


Maker = Callable[[Path], bytes]
FILES: dict[str, tuple[Maker, str]] = {
    "payload": (lambda c: saved({"a": Payload(c)}), "run a program"),
    "payload in legacy": (
        lambda c: saved({"a": Payload(c)}, legacy=True),
        "run a program",
    ),
    "payload beside weights": (
        lambda c: saved({"model": small_state(), "hook": Payload(c)}),
        "run a program",
    ),
    "payload, protocol 4": (
        lambda c: with_pickle(pickle.dumps({"a": Payload(c)}, 4)),
        "run a program",
    ),
    "bare pickle": (lambda c: pickle.dumps(Payload(c)), "pickle"),
    "eval": (
        lambda c: with_pickle(
            b"cbuiltins\neval\n(X\x10\x00\x00\x00open('x','w') #1tR."
        ),
        "builtins.eval",
    ),
    "os.system": (
        lambda c: with_pickle(f"cos\nsystem\n(S'touch {c}'\ntR.".encode()),
        "os.system",
    ),
    "memory by bytearray": (
        lambda c: with_pickle(b"\x80\x02cbuiltins\nbytearray\nJ\x00\x00\x00\x7f\x85R."),
        "bytearray",
    ),
    "pickled module": (lambda c: saved(torch.nn.Linear(2, 2)), "torch.nn"),
    "TorchScript": (lambda c: script(), "TorchScript"),
    "exported program": (
        lambda c: rezipped(saved({}), extra={"archive/archive_format": b"pt2"}),
        ".pt2",
    ),
    "deflated bomb": (
        lambda c: rezipped(
            saved({"a": torch.zeros(2_000_000)}), method=zipfile.ZIP_DEFLATED
        ),
        "compressed",
    ),
    "two lists": (
        lambda c: rezipped(saved({}), extra={"other/data.pkl": b"}."}),
        "torch.save did not write",
    ),
    "zip of texts": (
        lambda c: rezipped(saved({}), lambda n, b: b if "version" in n else None),
        "torch.save did not write",
    ),
    "nested deeply": (lambda c: with_pickle(b"]" * 30_000 + b"a" * 29_999 + b"."), ""),
    "endless list": (lambda c: with_pickle(b"N0" * 600_000 + b"N."), "too long"),
    "key that doubles 40 times": (
        lambda c: with_pickle(b"\x80\x02}(X\x01\0\0\0a" + doubled(40) + b"K\x01u."),
        "damaged",
    ),
    "argument that doubles": (
        lambda c: with_pickle(
            b"\x80\x02ctorch\nSize\nX\x01\0\0\0a" + doubled(40) + b"R."
        ),
        "damaged",
    ),
    "keys of one hash": (lambda c: with_pickle(same_hash(60_000)), "damaged"),
    "set of one hash": (
        lambda c: with_pickle(
            b"\x80\x02cbuiltins\nset\n](" + multiples(60_000) + b"e\x85R."
        ),
        "damaged",
    ),
    "list in a tuple that grows": (
        lambda c: with_pickle(
            b"\x80\x02cbuiltins\nset\n]q\0\x85q\1h\0(" + multiples(60_000) + b"e0h\1R."
        ),
        "damaged",
    ),
    "cut pickle": (
        lambda c: with_pickle(b"\x80\x02}q\x00(X\xff\xff\xff\x7f"),
        "damaged",
    ),
    "odd escape": (lambda c: with_pickle(b"S'\\R'\n."), "not as torch"),
    "a tensor": (lambda c: saved(torch.ones(3)), "holds one Tensor"),
    "a list": (lambda c: saved([1, 2]), "holds one list"),
    "no tensors": (lambda c: saved({"epoch": 3}), "no named tensors"),
    "stride 0": (lambda c: saved(expanded()), "more numbers than"),
    "sparse": (
        lambda c: saved(
            small_state() | {"pos_embed": torch.ones(1, 5, 64).to_sparse()}
        ),
        "",
    ),
    "huge claim": (
        lambda c: saved({"a.b": torch.ones(1).expand(2**40)}),
        "no Vision Transformer",
    ),
    "truncated zip": (lambda c: saved(small_state())[:-300], "cut off"),
    "truncated legacy": (
        lambda c: saved(small_state(), legacy=True)[:-3000],
        "damaged",
    ),
    "empty": (lambda c: b"", "is empty"),
    "html": (lambda c: b"\n<!DOCTYPE html><html>404</html>", "web page"),
    "lfs": (lambda c: b"version https://git-lfs.github.com/spec/v1\n", "git lfs"),
    "onnx": (lambda c: b"\x08\x08\x12\x07pytorch:\x80" * 9, "ONNX"),
    "gguf": (lambda c: b"GGUF\x03\x00\x00\x00" * 9, "GGUF"),
    "hdf5": (lambda c: b"\x89HDF\r\n\x1a\n" * 9, "HDF5"),
    "npy": (lambda c: b"\x93NUMPY\x01\x00" * 9, "NumPy"),
    "gzip": (lambda c: b"\x1f\x8b\x08" * 9, "gzip"),
    "png": (lambda c: b"\x89PNG\r\n\x1a\n" * 9, "picture"),
    "tar": (lambda c: tar(), "tar"),
    "json": (lambda c: b'{"model_type": "vit"}', "JSON"),
    "zeros": (lambda c: bytes(4096), "no file of weights"),
    "header of 1 TB": (
        lambda c: tensors_file(b"{}", length=2**40),
        "claims a header",
    ),
    "header cut": (lambda c: tensors_file(b"{}", length=900), "cut off"),
    "header no JSON": (lambda c: tensors_file(b'{"a": '), "damaged"),
    "header deep": (lambda c: tensors_file(b'{"a":' * 90_000), "damaged"),
    "header of lists": (lambda c: tensors_file({"a": [1]}), "damaged"),
    "no latin": (lambda c: tensors_file(b'{"\xff": 1}'), "damaged"),
    "twin names": (
        lambda c: tensors_file(
            b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},'
            b'"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
            bytes(8),
        ),
        "twice",
    ),
    "overlap": (
        lambda c: tensors_file(
            {"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, bytes(12)
        ),
        "overlap",
    ),
    "offsets outside": (
        lambda c: tensors_file({"a": entry([2**20], 0, 2**22)}, bytes(8)),
        "cut off",
    ),
    "shape and bytes": (
        lambda c: tensors_file({"a": entry([3], 0, 8)}, bytes(8)),
        "do not fit",
    ),
    "product overflow": (
        lambda c: tensors_file({"a": entry([2**47, 2**47], 0, 0)}, b""),
        "do not fit",
    ),
    "sides beside one of nothing": (
        lambda c: tensors_file({"a": entry([0, 2**47, 2**47], 0, 0)}, b""),
        "impossible",
    ),
    "negative": (
        lambda c: tensors_file({"a": entry([-1, -2], 0, 8)}, bytes(8)),
        "impossible",
    ),
    "odd type": (
        lambda c: tensors_file({"a": entry([2], 0, 8, "Q4_0")}, bytes(8)),
        "unknown type",
    ),
    "too many": (
        lambda c: tensors_file({f"t{i}": entry([0], 0, 0) for i in range(20_001)}),
        "20,001 tensors",
    ),
}


# Three hundred thousand steps are gone through before they are too many.
OF_MANY_STEPS = {
    *("endless list", "nested deeply", "keys of one hash", "set of one hash"),
    "list in a tuple that grows",
}


@pytest.fixture(scope="module", autouse=True)
def imported() -> None:
    """Imports are not what is timed."""
    for name in ("timm.models.vision_transformer", "torchvision.models"):
        importlib.import_module(name)
    safetensors.torch.save({"a": torch.ones(1)})


@pytest.mark.alone
@pytest.mark.parametrize("is_weakened", [False, True], ids=["", "weakened"])
@pytest.mark.parametrize("name", FILES)
def test_refused_in_time(
    name: str, is_weakened: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    make, said = FILES[name]
    path = tmp_path / "weights.bin"
    path.write_bytes(make(canary))
    if is_weakened:
        monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    started = time.process_time()
    with pytest.raises(CheckpointError) as caught:
        vitviz.load_model(path)
    seconds = time.process_time() - started
    assert not canary.exists()
    assert path.name in str(caught.value)
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    limit = 1.5 if name in OF_MANY_STEPS else SECONDS
    assert seconds < limit * (4 if os.environ.get("CI") else 1)
    if is_weakened:
        assert os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] == "1"


def test_the_payload_would_have_run(tmp_path: Path) -> None:
    """Without this, an untouched canary would prove nothing."""
    torch.load(
        io.BytesIO(saved({"a": Payload(tmp_path / "canary")})),
        weights_only=False,
    )
    assert (tmp_path / "canary").exists()


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX paths")
@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "loop", "no access"])
def test_what_is_no_file(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    listener = None
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        listener = socket.socket(socket.AF_UNIX)
        path = Path(os.path.relpath(path))
        listener.bind(str(path))
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path = Path("/proc/1/root/a.pth") if os.geteuid() else tmp_path / "no" / "a.pth"
    started = time.perf_counter()
    with pytest.raises(ModelError):
        vitviz.load_model(path)
    assert time.perf_counter() - started < SECONDS
    if listener is not None:
        listener.close()


def test_containers_of_training_programs_are_read(tmp_path: Path) -> None:
    content = {
        "model": collections.OrderedDict(small_state()),
        "seen": {1, 2},
        "betas": (0.9, 0.999),
        "dtype": torch.float16,
        "size": torch.Size([3]),
        "optimiser": {"state": dict.fromkeys(range(3000), (1, (2, 3)))},
    }
    (tmp_path / "a.pth").write_bytes(saved(content))
    assert vitviz.load_model(tmp_path / "a.pth").info.num_layers == 1
    assert set(read_state(tmp_path / "a.pth").content) == set(content)


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth", "a.jpg", "a"])
@pytest.mark.parametrize("is_torch", [False, True])
def test_the_name_of_a_file_says_nothing(
    name: str, is_torch: bool, tmp_path: Path
) -> None:
    state = small_state()
    path = tmp_path / name
    path.write_bytes(saved(state) if is_torch else safetensors.torch.save(state))
    assert vitviz.load_model(path).info.num_layers == 1


def test_a_refused_file_leaves_the_next_one_loading(tmp_path: Path) -> None:
    (tmp_path / "bad.pth").write_bytes(saved({"a": Payload(tmp_path / "canary")}))
    (tmp_path / "good.pth").write_bytes(saved(small_state()))
    with pytest.raises(VitvizError):
        vitviz.load_model(tmp_path / "bad.pth")
    assert vitviz.load_model(tmp_path / "good.pth").info.has_head
