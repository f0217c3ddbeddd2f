"""OpenMMLab's files: timm's names for their tensors, and what `meta` says of them.

    mmpretrain, mmcls    backbone.layers.0.ln1 …, head.layers.head
    mmsegmentation       the same, with mmcv's attn.attn.in_proj_weight
    mmcls before 0.15    backbone.encoder.layers.0.attentions.0 …, coder_norm

`meta` holds the classes and the training's configuration as Python text. The text is
parsed and never run: of it only plain values are taken.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from torch import Tensor

from vitviz.domain.placement import MAX_SIDE_PX, Fit
from vitviz.domain.problem_type import ProblemType
from vitviz.models.checkpoints.layout import Tensors, renamed
from vitviz.models.file_choices import MAX_HEADS
from vitviz.pictures.preprocessing import Interpolation, Preprocessing

TITLE = "OpenMMLab"
STEM = "patch_embed.projection.weight"
# The one layer of a head, or the two of a distilled network, beside a backbone.
HEAD = r"head\.(layers\.(head|head_dist)|fc)\.(weight|bias)$"
_NAMES = {
    r"^patch_embed\.projection\.": "patch_embed.proj.",
    # mmcls before 0.15
    r"^encoder\.coder_norm\.": "norm.",
    r"^encoder\.layers\.": "layers.",
    r"\.attentions\.0\.": ".attn.",
    r"\.ffns\.0\.": ".ffn.",
    r"\.norms\.0\.": ".norm1.",
    r"\.norms\.1\.": ".norm2.",
    # all
    r"^layers\.(\d+)\.": r"blocks.\1.",
    r"\.ln([12])\.": r".norm\1.",
    r"^ln1\.|^last_norm\.": "norm.",
    r"^ln2\.": "fc_norm.",
    r"^pre_norm\.|^ln_pre\.|^pre_ln\.": "norm_pre.",
    r"\.attn\.attn\.in_proj_": ".attn.qkv.",
    r"\.attn\.attn\.out_proj\.": ".attn.proj.",
    r"\.attn\.gamma1\.weight$": ".ls1.gamma",
    r"\.ffn\.gamma2\.weight$": ".ls2.gamma",
    r"\.ffn\.layers\.0\.0\.": ".mlp.fc1.",
    r"\.ffn\.layers\.1\.": ".mlp.fc2.",
    r"\.ffn\.(w12|w3)\.": r".mlp.\1.",
}
# Tables that a network computes, and what hides patches in a training.
_COMPUTED = re.compile(
    r"(^|\.)(relative_position_index|rope\.freqs_(cos|sin))$|^mask_token$"
)
# Heads of mmpretrain's named networks where the width does not tell them.
_HEADS = {"s": 8, "small": 8, "mocov3-s": 12, "mocov3-small": 12}
_ACTIVATIONS = {
    "GELU": "gelu",
    "QuickGELU": "quick_gelu",
    "ReLU": "relu",
    "SiLU": "silu",
}
_MULTI_LABEL = {"MultiLabelClsHead", "MultiLabelLinearClsHead", "CSRAClsHead"}
_MAX_TEXT = 262_144
_MAX_WORD = 200
_MAX_DEPTH = 40


def is_openmmlab(names: Mapping[str, Any]) -> bool:
    """Return whether tensors of a backbone have OpenMMLab's names."""
    return STEM in names


def head_of(names: Sequence[str], outer: str) -> dict[str, str]:
    """Return timm's names for the layers of a head beside a backbone, by the file's.

    outer : the prefix above the backbone's. Empty for a head of more layers.
    """
    found = {}
    for name in names:
        match = re.match(re.escape(outer) + HEAD, name)
        if match is not None:
            found[name] = f"{match[2] or 'head'}.{match[3]}"
    return found if len(set(found.values())) == len(found) <= 4 else {}


def with_names_of_timm(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a backbone's tensors by timm's names. Raises ShapeError."""
    kept = {name: t for name, t in tensors.items() if not _COMPUTED.search(name)}
    return renamed(kept, _NAMES)


# --- what meta says ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Training:
    """What a file's `meta` says of the training; None where it says nothing.

    eps : of the norms. said : phrases on what is not followed.
    """

    classes: tuple[str, ...] | None = None
    problem: ProblemType | None = None
    heads: int | None = None
    activation: str | None = None
    eps: float | None = None
    preprocessing: Preprocessing | None = None
    said: tuple[str, ...] = ()


def training_of(content: Mapping[str, Any], tensors: Tensors) -> Training:
    """Return what is said in the `meta` of a file; nothing for others.

    tensors : of the network, by the file's names.
    """
    meta = content.get("meta")
    if not isinstance(meta, Mapping) or not is_openmmlab(tensors):
        return Training()
    config: Mapping[str, Any] = {}
    for key in ("cfg", "config"):
        if isinstance(meta.get(key), str):
            config = _config(meta[key])
    model = _mapping(config.get("model"))
    backbone = _mapping(model.get("backbone"))
    classes = _mapping(meta.get("dataset_meta")).get("classes", meta.get("CLASSES"))
    head = _mapping(model.get("head")).get("type")
    prepared, said = _preprocessing(config, model)
    return Training(
        classes=_labels(classes),
        problem=ProblemType.MULTI_LABEL if head in _MULTI_LABEL else None,
        heads=_heads(backbone),
        activation=_activation(backbone),
        eps=_eps(backbone),
        preprocessing=prepared,
        said=said,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(value: object) -> str:
    """Return a short text; empty for all else.

    The text of a list whose parts repeat each other would take all memory there is.
    """
    return value if isinstance(value, str) and len(value) <= _MAX_WORD else ""


def _labels(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= 100_000:
        return None
    if not all(isinstance(one, str) and 0 < len(one) <= 1_000 for one in value):
        return None
    return tuple(value)


def _heads(backbone: Mapping[str, Any]) -> int | None:
    arch = backbone.get("arch")
    value = _mapping(arch).get("num_heads", backbone.get("num_heads"))
    if isinstance(arch, str) and _is_vit(backbone):
        value = _HEADS.get(arch.lower())
    return value if type(value) is int and 0 < value <= MAX_HEADS else None


def _is_vit(backbone: Mapping[str, Any]) -> bool:
    kind = _word(backbone.get("type")).rpartition(".")[2]
    return kind in ("VisionTransformer", "MoCoV3ViT", "MAEViT", "SimMIMViT")


def _activation(backbone: Mapping[str, Any]) -> str | None:
    act = _mapping(_mapping(backbone.get("layer_cfgs")).get("act_cfg"))
    kind = (act or _mapping(backbone.get("act_cfg"))).get("type")
    return _ACTIVATIONS.get(_word(kind).rpartition(".")[2])


def _eps(backbone: Mapping[str, Any]) -> float | None:
    value = _mapping(backbone.get("norm_cfg")).get("eps")
    return value if isinstance(value, float) and 0 < value < 1e-2 else None


# --- preprocessing -----------------------------------------------------------------

# Steps of a pipeline that do not change what the network is fed.
_NEUTRAL = {"LoadImageFromFile", "LoadImage", "Collect", "ImageToTensor", "ToTensor",
            "PackInputs", "PackClsInputs", "PackMultiTaskInputs", "LoadAnnotations",
            "Normalize"}  # fmt: skip
_FILTERS = {
    "nearest": Interpolation.NEAREST,
    "bilinear": Interpolation.BILINEAR,
    "bicubic": Interpolation.BICUBIC,
    "lanczos": Interpolation.LANCZOS,
    "box": Interpolation.BOX,
    "hamming": Interpolation.HAMMING,
}


def _preprocessing(
    config: Mapping[str, Any], model: Mapping[str, Any]
) -> tuple[Preprocessing | None, tuple[str, ...]]:
    """Return what the test's pipeline makes of a picture, and what is not followed."""
    numbers = _mapping(
        config.get("data_preprocessor")
        or model.get("data_preprocessor")
        or config.get("img_norm_cfg")
    )
    mean, std = _three(numbers.get("mean")), _three(numbers.get("std"))
    if mean is None or std is None or min(std) <= 0:
        return None, ()
    to_rgb = numbers.get("to_rgb", numbers.get("bgr_to_rgb", False))
    own: dict[str, Any] = {
        "mean": tuple(one / 255 for one in mean),
        "std": tuple(one / 255 for one in std),
        "is_bgr": to_rgb is not True,
    }
    try:
        placed = _placed(_pipeline(config))
        made = None if placed is None else Preprocessing(**own, **placed[0])
    except (ValueError, TypeError):
        return None, ()
    if placed is None or made is None:
        return None, ("the test pipeline in meta is not followed",)
    return made, placed[1]


def _three(value: object) -> tuple[float, ...] | None:
    if not isinstance(value, list | tuple) or len(value) != 3:
        return None
    # a whole number in a text may be too long for a float
    if not all(type(one) in (int, float) and abs(one) < 1e6 for one in value):
        return None
    return tuple(map(float, value))


def _pipeline(config: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    inner = _mapping(_mapping(config.get("test_dataloader")).get("dataset"))
    old = _mapping(_mapping(config.get("data")).get("test"))
    for found in (
        inner.get("pipeline"),
        old.get("pipeline"),
        config.get("test_pipeline"),
    ):
        if isinstance(found, list | tuple):
            return [_mapping(one) for one in found]
    return []


def _placed(
    steps: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Any], tuple[str, ...]] | None:
    """Return options of `Preprocessing`, and what is said; None for unknown steps."""
    edge: int | None = None
    squeezed: tuple[int, int] | None = None
    crop: tuple[int, int] | None = None
    resized: Mapping[str, Any] = {}
    for step in steps:
        kind = _word(step.get("type")).rpartition(".")[2]
        size = step.get("scale", step.get("size"))
        if kind in _NEUTRAL:
            continue
        if kind == "CenterCrop" and crop is None:
            crop = _sides(step.get("crop_size"))
            if crop is None or step.get("efficientnet_style"):
                return None
        elif kind in ("Resize", "ResizeEdge") and not resized and crop is None:
            resized = step
            is_edge = kind == "ResizeEdge" and step.get("edge", "short") == "short"
            if isinstance(size, list | tuple) and len(size) == 2 and size[1] == -1:
                size, is_edge = size[0], True
            if is_edge and _is_side(size):
                edge = size
            elif kind == "Resize" and not step.get("keep_ratio"):
                squeezed = _sides(size)
            if edge is None and squeezed is None:
                return None
        else:
            return None
    if not resized or (edge is not None and crop is None):
        return None
    said = (
        () if resized.get("backend") == "pillow" else ("resized by Pillow, not OpenCV",)
    )
    method = _FILTERS.get(_word(resized.get("interpolation", "bilinear")))
    if method is None:
        return None
    options: dict[str, Any] = {"interpolation": method}
    if squeezed is not None:
        is_same = crop in (None, squeezed)
        options |= {
            "fit": Fit.SQUEEZE,
            "size": squeezed if is_same else crop,
            "resize": None if is_same else squeezed,
        }
    else:
        options |= {"size": crop, "resize": None if edge == min(crop or ()) else edge}
    return options, said


def _sides(value: object) -> tuple[int, int] | None:
    """Return (width, height) of one side or of (height, width)."""
    if _is_side(value):
        return value, value
    if isinstance(value, list | tuple) and len(value) == 2:
        height, width = value
        if _is_side(height) and _is_side(width):
            return width, height
    return None


def _is_side(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 < value <= MAX_SIDE_PX


# --- the configuration's text --------------------------------------------------------


def _config(text: str) -> dict[str, Any]:
    """Return the plain values that a configuration assigns; it is not run."""
    if len(text) > _MAX_TEXT:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd numbers and escapes
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, Any] = {}
    for line in body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            found[line.targets[0].id] = _value(line.value, found, 0)
    return found


def _value(node: ast.expr, known: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401
    """Return a plain value; None for what would have to be computed."""
    if depth > _MAX_DEPTH:
        return None

    def inner(one: ast.expr) -> Any:  # noqa: ANN401
        return _value(one, known, depth + 1)

    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return known.get(name)
        case ast.UnaryOp(
            op=ast.USub(), operand=ast.Constant(value=int() | float() as n)
        ):
            return -n
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return [inner(one) for one in parts]
        case ast.Dict(keys=keys, values=values):
            return {
                key.value: inner(value)
                for key, value in zip(keys, values, strict=True)
                if isinstance(key, ast.Constant)
            }
        case ast.Call(func=ast.Name(id="dict"), keywords=words):
            return {word.arg: inner(word.value) for word in words if word.arg}
    return None
