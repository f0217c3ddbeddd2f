"""Files of weights: headers, pickles, archives, arrays, and the network in them."""

from __future__ import annotations

import io
from typing import Any

import msgpack
import numpy as np
import safetensors.torch
import torch

from tests.faults.fuzz.places import folder, require_sentence, written
from tests.faults.test_checkpoints import Payload, small_state
from vitviz.errors import VitvizError
from vitviz.models.checkpoints.open import examine

MODULES = ("vitviz.models.checkpoints",)
IS_JSON = False
_CANARY = folder() / "canary"


def _saved(content: object, *, legacy: bool = False) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


def _of_numpy(arrays: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


_FLAX = msgpack.ExtType(1, msgpack.packb(([1], "float32", bytes(4))))


def _seeds() -> list[bytes]:
    little: dict[str, Any] = {
        "cls_token": torch.zeros(1, 1, 8),
        "patch_embed.proj.weight": torch.zeros(8, 3, 2, 2),
        "half": torch.zeros(3, dtype=torch.float16),
    }
    small = small_state()
    return [
        safetensors.torch.save(little, {"format": "pt"}),
        safetensors.torch.save(small),
        _saved(little),
        _saved(little, legacy=True),
        _saved({"epoch": 3, "model": little, "args": [1, "a", None]}),
        _saved({"hook": Payload(_CANARY)}),
        _saved({"hook": Payload(_CANARY)}, legacy=True),
        _of_numpy({name: one.numpy() for name, one in little.items()}),
        _of_numpy({"a": np.zeros(2), "b": np.array([None])}),
        msgpack.packb({"params": {"a": _FLAX, "step": 3}}),
        msgpack.packb(
            {
                "x": {
                    "__msgpack_chunked_array__": True,
                    "shape": {"0": 2},
                    "chunks": {"0": _FLAX, "1": _FLAX},
                }
            }
        ),
    ]


SEEDS = _seeds()


def one(data: bytes) -> None:
    try:
        examine(written(data, "a.pth"))
    except VitvizError as error:
        require_sentence(error)
    assert not _CANARY.exists()
