"""Hostile and broken checkpoints: one sentence each, quickly, and nothing is run."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_safetensors
from torch import Tensor, nn

from vitviz.errors import CheckpointError
from vitviz.models.checkpoint_files import read_weights
from vitviz.models.loading import load_model

LIMIT_S = 0.2
NUM_MUTANTS = 300
NUM_MUTANTS_LONG = 100_000
UNSAFE = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"


def state() -> dict[str, Tensor]:
    torch.manual_seed(0)
    names = [f"blocks.{i}.norm1.weight" for i in range(6)]
    return {name: torch.randn(8) for name in names}


def torch_bytes(content: object, *, old: bool = False) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=not old)
    return buffer.getvalue()


class Payload:
    """Writes a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.command = f"touch {canary}"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def header(entries: dict[str, object], data: bytes = b"") -> bytes:
    """A safetensors file with this header."""
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(start: int, end: int, *shape: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


def rezipped(content: bytes, method: int, *, without: str = "") -> bytes:
    """A torch file with its entries packed otherwise, or one of them left out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", method) as target,
    ):
        for info in source.infolist():
            if not without or not info.filename.endswith(without):
                target.writestr(info.filename, source.read(info.filename))
    return out.getvalue()


def scripted() -> bytes:
    """The layout of TorchScript, which carries its program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in ("data.pkl", "constants.pkl", "code/__torch__.py", "version"):
            target.writestr(f"archive/{name}", b"x")
    return out.getvalue()


def strided() -> bytes:
    """A tensor that claims a terabyte from four bytes."""
    return torch_bytes({"a": torch.zeros(1).expand(2**38), "b": torch.zeros(2)})


def bomb() -> bytes:
    content = torch_bytes({f"w{i}": torch.zeros(200_000) for i in range(6)})
    return rezipped(content, zipfile.ZIP_DEFLATED)


def twice() -> bytes:
    text = b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},' * 1
    text += b'"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    return len(text).to_bytes(8, "little") + text + bytes(4)


def nested() -> bytes:
    content: object = state()
    for _ in range(40):
        content = {"model": content}
    return torch_bytes(content)


FILES: dict[str, Callable[[Path], bytes]] = {
    "payload": lambda canary: torch_bytes({"a": Payload(canary)}),
    "payload beside weights": lambda c: torch_bytes({**state(), "x": Payload(c)}),
    "payload, old": lambda c: torch_bytes({"a": Payload(c)}, old=True),
    "plain pickle": lambda canary: pickle.dumps(Payload(canary)),
    "pickled list": lambda canary: pickle.dumps([Payload(canary)], protocol=0),
    "whole module": lambda _: torch_bytes(nn.Linear(3, 3)),
    "numpy object": lambda _: torch_bytes({"a": np.zeros(3, object)}),
    "TorchScript": lambda _: scripted(),
    "bomb": lambda _: bomb(),
    "deflated": lambda _: rezipped(torch_bytes(state()), zipfile.ZIP_DEFLATED),
    "stride 0": lambda _: strided(),
    "no data.pkl": lambda _: rezipped(
        torch_bytes(state()), zipfile.ZIP_STORED, without="data.pkl"
    ),
    "cut zip": lambda _: torch_bytes(state())[:-200],
    "cut old": lambda _: torch_bytes(state(), old=True)[:-40],
    "cut safetensors": lambda _: save_safetensors(state())[:-4],
    "long safetensors": lambda _: save_safetensors(state()) + b"tail",
    "huge header": lambda _: (2**40).to_bytes(8, "little") + b"{" + bytes(64),
    "9 MB header": lambda _: header({"x" * 9_000_000: entry(0, 0, 0)}),
    "header is a list": lambda _: (2).to_bytes(8, "little") + b"{]",
    "deep header": lambda _: (300_000).to_bytes(8, "little") + b'{"a":' * 60_000,
    "overlap": lambda _: header({"a": entry(0, 8, 2), "b": entry(4, 12, 2)}, bytes(12)),
    "gap": lambda _: header({"a": entry(4, 8, 1)}, bytes(8)),
    "wrong shape": lambda _: header({"a": entry(0, 8, 3)}, bytes(8)),
    "negative": lambda _: header({"a": entry(0, 8, -1, -2)}, bytes(8)),
    "unknown dtype": lambda _: header({"a": entry(0, 8, 2, dtype="F12")}, bytes(8)),
    "one name twice": lambda _: twice(),
    "too many": lambda _: header({f"t{i}": entry(0, 0, 0) for i in range(20_001)}),
    "empty": lambda _: b"",
    "web page": lambda _: b"<!DOCTYPE html><title>404</title>",
    "pointer": lambda _: b"version https://git-lfs.github.com/spec/v1\noid sha256:0",
    "GGUF": lambda _: b"GGUF" + bytes(60),
    "HDF5": lambda _: b"\x89HDF\r\n\x1a\n" + bytes(60),
    "picture": lambda _: b"\x89PNG\r\n\x1a\n" + bytes(60),
    "noise": lambda _: random.Random(0).randbytes(4000),
    "nothing but numbers": lambda _: torch_bytes({"lr": 0.1, "epoch": 3}),
    "a bare tensor": lambda _: torch_bytes(torch.zeros(3)),
    "wrapped forty times": lambda _: nested(),
    "sparse": lambda _: torch_bytes(
        {"a": torch.eye(9).to_sparse(), "b": torch.ones(1)}
    ),
}


@pytest.mark.parametrize("unsafe", [False, True], ids=["", "unsafe asked for"])
@pytest.mark.parametrize("name", FILES)
def test_hostile_and_broken_files_end_in_a_sentence(
    name: str, unsafe: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if unsafe:
        monkeypatch.setenv(UNSAFE, "1")
    canary = tmp_path / "canary"
    for ending in (".pth", ".safetensors"):  # the content decides, not the name
        path = tmp_path / f"weights{ending}"
        path.write_bytes(FILES[name](canary))
        start = time.perf_counter()
        with pytest.raises(CheckpointError) as caught:
            load_model(path)
        assert time.perf_counter() - start <= LIMIT_S
        message = str(caught.value)
        assert path.name in message
        assert "\n" not in message
        assert not canary.exists()
    assert os.environ.get(UNSAFE) == ("1" if unsafe else None)


def test_the_payload_would_work(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    pickle.loads(pickle.dumps(Payload(canary)))
    assert canary.exists()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(_fifo, "ordinary file", id="fifo"),
        pytest.param(_loop, "symbolic links", id="loop"),
        pytest.param(lambda p: p.symlink_to("/dev/zero"), "ordinary file", id="device"),
        pytest.param(lambda _: None, "no such file", id="missing"),
    ],
)
def test_what_is_no_file_is_never_opened(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "weights.pth"
    make(path)
    with pytest.raises(CheckpointError, match=words):
        load_model(path)


def mutant(content: bytes, randomness: random.Random) -> bytes:
    """Some bytes changed, cut out, put in, or repeated."""
    data = bytearray(content)
    for _ in range(randomness.randint(1, 6)):
        at = randomness.randrange(len(data))
        what = randomness.randrange(4)
        if what == 0:
            data[at] = randomness.randrange(256)
        elif what == 1:
            del data[at : at + randomness.randint(1, 40)]
        elif what == 2:
            data[at:at] = randomness.randbytes(randomness.randint(1, 12))
        else:
            data[at:at] = data[at : at + randomness.randint(1, 60)]
        if not data:
            break
    return bytes(data)


def fuzz(tmp_path: Path, count: int) -> None:
    """Every mutant is read or refused with our one error; nothing else comes out."""
    randomness = random.Random(11)
    seeds = [
        torch_bytes(state()),
        torch_bytes({"model": state()}, old=True),
        save_safetensors(state()),
    ]
    path = tmp_path / "mutant"
    worst = 0.0
    read = 0
    for index in range(count):
        path.write_bytes(mutant(seeds[index % len(seeds)], randomness))
        start = time.perf_counter()
        with contextlib.suppress(CheckpointError):
            read_weights(path)
            read += 1
        worst = max(worst, time.perf_counter() - start)
    assert worst <= 2
    assert 0 < read < count


def test_mutants_are_read_or_refused(tmp_path: Path) -> None:
    fuzz(tmp_path, NUM_MUTANTS)


@pytest.mark.long
def test_a_hundred_thousand_mutants(tmp_path: Path) -> None:
    fuzz(tmp_path, NUM_MUTANTS_LONG)
