"""config.json and preprocessor_config.json: what reaches the libraries.

The first byte says whose configuration it is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import transformers

from tests.faults.fuzz.places import folder, require_sentence
from vitviz.errors import VitvizError
from vitviz.models.checkpoints import timm_build
from vitviz.models.checkpoints.config import read_config
from vitviz.models.folders import transformers_folder
from vitviz.models.folders.processor import read_processor

MODULES = ("vitviz.models.checkpoints",)
IS_JSON = True

_TIMM = {
    "architecture": "vit_tiny_patch16_224",
    "num_classes": 3,
    "label_names": ["cat", "dog", "cow"],
    "model_args": {"img_size": 32, "depth": 2, "act_layer": "gelu", "mlp_ratio": 4.0},
    "pretrained_cfg": {
        "input_size": [3, 32, 32],
        "crop_pct": 0.9,
        "interpolation": "bicubic",
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
        "file": "a.pth",
        "num_classes": 3,
    },
}
_HF = {
    "model_type": "vit",
    "architectures": ["ViTForImageClassification"],
    "hidden_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "hidden_act": "gelu",
    "image_size": 32,
    "patch_size": 16,
    "id2label": {"0": "cat", "1": "dog"},
    "auto_map": {"AutoModel": "evil.Evil"},
    "layer_norm_eps": 1e-12,
}
_CLIP = {
    "model_type": "clip",
    "projection_dim": 16,
    "text_config": {"hidden_size": 16, "vocab_size": 100},
    "vision_config": {"hidden_size": 16, "image_size": [32, 48], "patch_size": 16},
}
_LLAVA = {
    "model_type": "llava",
    "architectures": ["LlavaForConditionalGeneration"],
    "text_config": {"model_type": "llama", "hidden_size": 16},
    "vision_config": {"model_type": "clip_vision_model", "image_size": 32},
}
_PICTURES = {
    "size": {"height": 32, "width": 48},
    "crop_size": {"shortest_edge": 32},
    "do_center_crop": False,
    "resample": 3,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
SEEDS = [
    json.dumps(_TIMM).encode(),
    json.dumps(_HF).encode(),
    json.dumps(_CLIP).encode(),
    json.dumps(_LLAVA).encode(),
    json.dumps({**_HF, "model_type": "dinov2", "window_size": 0}).encode(),
    json.dumps({**_HF, "model_type": "beit", "pool_scales": [1, 2]}).encode(),
    json.dumps(_PICTURES).encode(),
]


def one(data: bytes) -> None:
    place = folder() / "model"
    place.mkdir(exist_ok=True)
    for name in ("config.json", "preprocessor_config.json", "processor_config.json"):
        (place / name).write_bytes(data)
    config = timm_build.hub_config(place)
    if config is not None:
        try:
            _require_plain(timm_build.from_config(config, place).options)
        except VitvizError as error:
            require_sentence(error)
    try:
        values = read_config(place / "config.json", place)
        for part in transformers_folder._parts(transformers, values, place, None):
            made = transformers_folder._config(transformers, part, place)
            transformers_folder._kinds(transformers, part, made, place)
    except VitvizError as error:
        require_sentence(error)
    try:
        found = read_processor(place, "vit", (32, 32)).preprocessing
        assert all(math.isfinite(one) for one in (*found.mean, *found.std))
        assert all(type(side) is int for side in found.size)
    except VitvizError as error:
        require_sentence(error)


def _require_plain(options: Mapping[str, Any]) -> None:
    """Only numbers, switches, words and names of classes reach the library."""
    for key, value in options.items():
        if key == "label_names":
            assert all(isinstance(one, str) for one in value)
        elif isinstance(value, Mapping):
            _require_plain(value)
        elif isinstance(value, tuple):
            assert all(type(one) in (int, float) for one in value), key
        elif isinstance(value, str):
            assert value.isascii()
            assert value.replace("_", "").isalnum() or not value, value
        else:
            assert type(value) in (int, float, bool), key
            assert math.isfinite(value), key
