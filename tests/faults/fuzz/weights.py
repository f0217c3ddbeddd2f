"""Files of weights: headers, pickles and archives, and the network they describe."""

from __future__ import annotations

import io
from typing import Any

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
    ]


SEEDS = _seeds()


def one(data: bytes) -> None:
    try:
        examine(written(data, "a.pth"))
    except VitvizError as error:
        require_sentence(error)
    assert not _CANARY.exists()
