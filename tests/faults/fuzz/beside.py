"""What lies beside weights: configurations as hints, and those of adapters.

The first byte says which file it is. An adapter's base is looked for in a folder that
has one, and another that it must not reach.
"""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path

import safetensors.torch
import torch

from tests.faults.fuzz.places import folder, require_sentence
from vitviz.errors import VitvizError
from vitviz.models.checkpoints.hints import (
    declared_problem,
    num_heads_of,
    sizes_of,
    words_of,
)
from vitviz.models.checkpoints.peft import onto
from vitviz.models.checkpoints.read import FileKind, State
from vitviz.models.folders.adapter_folder import read_adapter

MODULES = (
    "vitviz.models.checkpoints.hints",
    "vitviz.models.checkpoints.peft",
    "vitviz.models.folders",
)
IS_JSON = False
_ADAPTER = {
    "peft_type": "LORA",
    "base_model_name_or_path": "google/base",
    "r": 1,
    "lora_alpha": 2.0,
    "rank_pattern": {"^layer.0.query": 1},
    "alpha_pattern": {"layer.0.query": 3, r"value\.one": 1},
    "use_rslora": True,
    "use_dora": False,
    "modules_to_save": ["classifier"],
}
_HINTS = {
    "num_heads": 3,
    "embed_dim": 48,
    "img_size": [3, 32, 48],
    "problem_type": "multi_label_classification",
    "model": {"name": "vit_tiny", "heads": [1, 2.5, None]},
}
_YAML = (
    "num_heads: 3\nimg_size: [32, 48]\nmodel: &a {name: vit_tiny, dim: 48}\nb: *a\n",
    "<<: {a: 1}\n? [a, b]\n: !!python/object:os.system 'x'\n--- !tag\n- >\n  text\n",
)
SEEDS = [
    b"\0" + json.dumps(_HINTS).encode(),
    *(b"\1" + text.encode() for text in _YAML),
    *(
        b"\2" + json.dumps({**_ADAPTER, "base_model_name_or_path": place}).encode()
        for place in (
            "google/base",
            "../../outside",
            r"\\server\share\base",
            "file:///etc",
            "base/..",
            "",
        )
    ),
]
_NAMES = ("config.json", "args.yaml", "adapter_config.json")


@functools.cache
def _places() -> tuple[Path, Path]:
    """Return the folder of an adapter, and where its base lies beside it."""
    around = folder() / "outer" / "around"
    ours, base = around / "adapter", around / "base"
    for place in (ours, base, folder() / "outer" / "outside"):
        place.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"base_model.model.layer.0.query.lora_{half}.weight": torch.ones(1, 1)
        for half in "AB"
    }
    safetensors.torch.save_file(tensors, ours / "adapter_model.safetensors")
    (base / "model.safetensors").touch()
    return ours, base


_STATE_TENSORS = {"pos_embed": torch.zeros(1, 5, 48)}
_BASE = {"layer.0.query.weight": torch.ones(1, 1)}


def one(data: bytes) -> None:
    if not data:
        return
    ours, base = _places()
    name = _NAMES[data[0] % len(_NAMES)]
    path = ours / name
    path.write_bytes(data[1:])
    if name == "adapter_config.json":
        try:
            found = read_adapter(ours)
            assert found.base in (ours, base)
            assert found.said.isprintable()
            made = onto(found.adapter, _BASE)
            assert bool(made["layer.0.query.weight"].isfinite().all())
        except VitvizError as error:
            require_sentence(error)
    else:
        weights = ours / "a.pth"
        state = State(weights, FileKind.TORCH_ZIP, 1, "", {})
        hint = num_heads_of(_STATE_TENSORS, 48, state)
        assert hint is None or 48 % int(hint.value) == 0
        assert all(0 < one <= 16_384 for pair in sizes_of(state) for one in pair)
        assert all(len(word) <= 200 for word in words_of(state))
        declared_problem(state)
    os.unlink(path)
