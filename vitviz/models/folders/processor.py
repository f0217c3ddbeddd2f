"""Preprocessing of a transformers folder: what its image processor does to a picture.

    read_processor     the processor's configuration, or the family's own without one
      ├─ _Kind         what a class of processors does and takes where nothing is said
      └─ Preprocessing

A configuration is data: no class of the library is looked up by a name in it. Factors
and offsets of pixels go into mean and deviation. Checked against every processor of
transformers 5.23 (tests/models/test_folder_kinds.py).
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitviz.domain.placement import Fit, PlacementDetails
from vitviz.errors import CheckpointError
from vitviz.models.checkpoints.config import MAX_PATCH, MAX_SIDE, read_config, short
from vitviz.pictures.preprocessing import (
    CLIP_MEAN,
    CLIP_STD,
    HALF,
    IMAGENET_MEAN,
    IMAGENET_STD,
    Interpolation,
    Preprocessing,
)
from vitviz.pictures.reading import MOST_BANDS

_IMAGENET = {"image_mean": IMAGENET_MEAN, "image_std": IMAGENET_STD}
_CLIP = {"image_mean": CLIP_MEAN, "image_std": CLIP_STD}
_HALF = {"image_mean": HALF, "image_std": HALF}
BILINEAR, BICUBIC = {"resample": 2}, {"resample": 3}
_BLACK = (0.0, 0.0, 0.0)


def _square(side: int) -> dict[str, int]:
    return {"height": side, "width": side}


def _shortest(side: int) -> dict[str, int]:
    return {"shortest_edge": side}


def _defaults(side: int, **others: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the values of a processor that squeezes to a square."""
    steps = {"do_resize": True, "do_rescale": True, "do_normalize": True}
    return {"size": _square(side), "do_center_crop": False, **steps, **others}


def _cropped(side: int, crop: int, **others: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the values of a processor that crops the middle."""
    values = {"do_center_crop": True, "default_to_square": False, **others}
    return _defaults(side, size=_shortest(side), crop_size=_square(crop), **values)


# What a class of processors takes where its configuration says nothing (or null), by
# name without an ending (ImageProcessor, ImageProcessorFast, FeatureExtractor). Those
# that are not here do more than resize, crop, rescale and normalise one picture.
PROCESSORS: Mapping[str, Mapping[str, Any]] = {
    "Beit": _defaults(224, **BICUBIC, **_HALF, crop_size=_square(224)),
    "Bit": _cropped(224, 224, **BICUBIC, **_CLIP),
    "Blip": _defaults(384, **BICUBIC, **_CLIP),
    "CLIP": _cropped(224, 224, **BICUBIC, **_CLIP),
    "ChineseCLIP": _cropped(224, 224, **BICUBIC, **_CLIP),
    "ConvNext": _defaults(
        384,
        size=_shortest(384),
        default_to_square=False,
        crop_pct=224 / 256,
        **BICUBIC,
        **_HALF,
    ),
    "DINOv3ViT": _defaults(224, **BILINEAR, **_IMAGENET),
    "DPT": _defaults(384, **BICUBIC, **_HALF),
    "DeiT": _defaults(
        256, do_center_crop=True, crop_size=_square(224), **BICUBIC, **_HALF
    ),
    "EfficientNet": _defaults(
        346,
        crop_size=_square(289),
        rescale_offset=False,
        include_top=True,
        **BICUBIC,
        **_HALF,
    ),
    "Gemma3": _defaults(224, **BILINEAR, **_HALF),
    "GotOcr2": _defaults(384, **BICUBIC, **_CLIP),
    "Janus": _defaults(384, do_pad=True, **BICUBIC, **_CLIP),
    "Levit": _cropped(224, 224, **BICUBIC, **_IMAGENET),
    "Llava": _cropped(224, 224, do_pad=False, **BICUBIC, **_CLIP),
    "MobileNetV1": _cropped(256, 224, **BILINEAR, **_HALF),
    "MobileNetV2": _cropped(256, 224, **BILINEAR, **_HALF),
    "MobileViT": _cropped(
        224,
        256,
        do_flip_channel_order=True,
        **{**BICUBIC, **_HALF, "do_normalize": False},
    ),
    "OwlViT": _defaults(768, **BICUBIC, **_CLIP, crop_size=_square(768)),
    "PoolFormer": _cropped(224, 224, crop_pct=0.9, **BICUBIC, **_IMAGENET),
    "Pvt": _defaults(224, **BICUBIC, **_IMAGENET),
    "Sam": _defaults(
        1024,
        size={"longest_edge": 1024},
        pad_size=_square(1024),
        do_pad=True,
        **BILINEAR,
        **_IMAGENET,
    ),
    "Sam2": _defaults(1024, **BILINEAR, **_IMAGENET),
    "Segformer": _defaults(512, **BILINEAR, **_IMAGENET),
    "Siglip": _defaults(224, default_to_square=False, **BICUBIC, **_HALF),
    "Tipsv2": _defaults(448, **{**BILINEAR, "do_normalize": False}),
    "ViT": _defaults(224, **BILINEAR, **_HALF),
    "Yolos": _defaults(
        800,
        size={"shortest_edge": 800, "longest_edge": 1333},
        default_to_square=False,
        **BILINEAR,
        **_IMAGENET,
    ),
}


@dataclass(frozen=True, slots=True)
class _Family:
    """How the published weights of a kind of network take pictures.

    side : of the input, whatever the position table is made for; None for its own.
    """

    processor: str
    values: Mapping[str, Any]
    side: int | None = None


# By `model_type`: the processors that lie beside the weights that were published.
FAMILIES: Mapping[str, _Family] = {
    **dict.fromkeys(("vit", "vit_hybrid"), _Family("ViT", {})),
    **dict.fromkeys(("beit", "data2vec-vision"), _Family("Beit", BILINEAR)),
    "deit": _Family("DeiT", _IMAGENET),
    **dict.fromkeys(
        ("dinov2", "dinov2_with_registers"), _Family("Bit", _IMAGENET, 224)
    ),
    "dinov3_vit": _Family("DINOv3ViT", {}),
    **dict.fromkeys(("vit_mae", "vit_msn", "ijepa"), _Family("ViT", _IMAGENET)),
    **dict.fromkeys(
        (
            "aimv2 aimv2_vision_model altclip altclip_vision_model chinese_clip "
            "chinese_clip_vision_model clip clip_vision_model git git_vision_model "
            "metaclip_2 metaclip_2_vision_model"
        ).split(),
        _Family("CLIP", {}),
    ),
    **dict.fromkeys(("blip", "blip_vision_model"), _Family("Blip", {})),
    **dict.fromkeys(("siglip", "siglip_vision_model"), _Family("Siglip", {})),
    **dict.fromkeys(("internvl", "internvl_vision"), _Family("GotOcr2", _IMAGENET)),
    **dict.fromkeys(("janus", "janus_vision_model"), _Family("Janus", _HALF)),
    **dict.fromkeys(
        ("sam", "sam_hq", "sam_hq_vision_model", "sam_vision_model"), _Family("Sam", {})
    ),
    "vitdet": _Family("ViT", _IMAGENET),
}
# Margin of a crop without a configuration: DeiT's and DINOv2's 256 px for 224.
_MARGINS = {"DeiT": 256 / 224, "Bit": 256 / 224}

# Keys that are followed, or that do not touch one picture in RGB.
_STEPS = (
    "crop_pct crop_size default_to_square do_center_crop do_convert_rgb "
    "do_flip_channel_order do_normalize do_pad do_rescale do_resize "
    "ensure_multiple_of image_mean image_std include_top keep_aspect_ratio pad_size "
    "resample rescale_factor rescale_offset size"
).split()
_BESIDE = (
    "_processor_class _valid_processor_keys _valid_kwargs_names auto_map "
    "background_color data_format device disable_grouping do_convert_annotations "
    "do_reduce_labels "
    "feature_extractor_type format "
    "image_num_channels image_processor_type image_seq_length input_data_format "
    "mask_pad_size mask_size max_patches min_patches min_size model_input_names "
    "num_labels processor_class reduce_labels return_segmentation_masks return_tensors "
    "rgb_background transformers_version"
).split()
# Keys of one class alone; elsewhere nothing follows them.
_OF_ONE = {
    "crop_pct": ("ConvNext", "PoolFormer"),
    "do_flip_channel_order": ("MobileViT",),
    "ensure_multiple_of": ("DPT",),
    "keep_aspect_ratio": ("DPT",),
    "include_top": ("EfficientNet",),
    "rescale_offset": ("EfficientNet",),
}
# Classes that do not crop, and that do not pad, whatever their configuration says.
_NEVER_CROP = {"Gemma3", "GotOcr2", "Segformer", "Yolos"}
_NEVER_PAD = {
    *_NEVER_CROP,
    *"Beit ConvNext DINOv3ViT DPT EfficientNet MobileNetV2 MobileViT".split(),
}
_ENDING = re.compile(r"(ImageProcessor(Fast|Pil)?|FeatureExtractor)$")
_FILES = ("processor_config.json", "preprocessor_config.json")


@dataclass(frozen=True, slots=True)
class Processor:
    """What a folder says of its preprocessing.

    assumed : what it does not say, or says and is not followed, a phrase each.
    """

    preprocessing: Preprocessing
    assumed: tuple[str, ...]


def read_processor(folder: Path, kind: str, own_size: tuple[int, int]) -> Processor:
    """Return the preprocessing of a folder, or its family's where it says nothing.

    kind : the config's `model_type`.
    own_size : (width, height) that the position table was made for.

    Raises CheckpointError for a configuration that cannot be used, with its file.
    """
    found = _configuration(folder)
    if found is None:
        return assumed_processor(kind, own_size)
    file, values = found
    family = FAMILIES.get(kind)
    named = values.get("image_processor_type") or values.get("feature_extractor_type")
    name = _ENDING.sub("", named) if isinstance(named, str) else ""
    said: list[str] = []
    is_known = name in PROCESSORS
    if not is_known:
        if name or family is None:
            what = short(named) if name else "a processor without a name"
            said.append(f"{what} in {file} is read as one that resizes and crops")
        name = family.processor if family is not None else "ViT"
    said += [
        f"{short(key)} in {file} is not understood"
        for key, value in values.items()
        if value not in (None, False)
        and key not in _BESIDE
        and (key not in _STEPS or name not in _OF_ONE.get(key, (name,)))
    ]
    if name == "DINOv3ViT" and values.get("resample") == 1:
        said.append("resampled in steps of 8 bits, and not in floats")
    given = {key: values[key] for key in _STEPS if values.get(key) is not None}
    try:
        return Processor(_preprocessing(name, {**PROCESSORS[name], **given}), (*said,))
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
    ) as error:
        if not is_known and named:  # as of one that cuts a picture into tiles
            made = assumed_processor(kind, own_size)
            what = f"{short(named)} in {file} is not followed"
            return Processor(made.preprocessing, (what, *made.assumed[1:]))
        raise CheckpointError(
            "{file} in {folder} cannot be used: {reason}.",
            file=file,
            folder=folder.name,
            reason=short(str(error) or type(error).__name__, 200),
        ) from error


def _configuration(folder: Path) -> tuple[str, dict[str, Any]] | None:
    """Return (name of its file, the image processor's values), as the library looks.

    Raises CheckpointError for a file that cannot be read.
    """
    for file in _FILES:
        path = folder / file
        if not os.path.isfile(path):
            continue
        values = read_config(path, folder)
        inner = values.get("image_processor")
        if isinstance(inner, dict):
            return file, inner
        if file != _FILES[0]:
            return file, values
    return None


def assumed_processor(kind: str, own_size: tuple[int, int]) -> Processor:
    """Return the preprocessing of a family's published weights, said to be assumed."""
    family = FAMILIES.get(kind)
    name = "ViT" if family is None else family.processor
    values = {**PROCESSORS[name], **({} if family is None else family.values)}
    width, height = own_size
    if family is not None and family.side is not None:
        width = height = family.side
    box = {"height": height, "width": width}
    if values["do_center_crop"]:
        margin = int(min(width, height) * _MARGINS.get(name, 1))
        is_square = name == "DeiT"
        size = _square(margin) if is_square else _shortest(margin)
        values |= {"size": size, "crop_size": box}
    elif "longest_edge" in values["size"]:
        values |= {"size": {"longest_edge": max(width, height)}, "pad_size": box}
    else:
        values |= {"size": box}
    made = _preprocessing(name, values)
    known = {IMAGENET_MEAN: "ImageNet", CLIP_MEAN: "CLIP", HALF: "0.5 as"}
    statistics = f"{known[made.mean]} mean and deviation"
    whose = "a plain ViT's preprocessing" if family is None else f"{kind}'s own"
    width, height = made.size
    return Processor(
        made,
        (
            f"no preprocessor_config.json: {whose}",
            f"{width}×{height} px",
            statistics,
        ),
    )


# --- what a processor does ---------------------------------------------------------


def _preprocessing(name: str, values: Mapping[str, Any]) -> Preprocessing:
    """Return what a processor of that class does.

    Raises ValueError, TypeError, KeyError for values that are none.
    """
    values, band_mean, band_std = _of_bands(values)
    mean, std = _statistics(name, values)
    resample = values["resample"]
    # PIL.Image.Resampling, as a configuration stores it
    if type(resample) is not int or not 0 <= resample <= 5:
        raise ValueError(f"resample is {short(resample)} instead of a number to 5")
    fit, size, resize, details, padding = _geometry(name, values)
    return Preprocessing(
        mean=mean,
        std=std,
        size=size,
        resize=resize,
        interpolation=Interpolation(resample),
        fit=fit,
        details=details,
        padding=padding,
        is_bgr=name == "MobileViT" and _flag(values, "do_flip_channel_order"),
        band_mean=band_mean,
        band_std=band_std,
    )


_Geometry = tuple[
    Fit,
    tuple[int, int],
    int | tuple[int, int] | None,
    PlacementDetails,
    tuple[float, float, float] | None,
]
_DOWN = PlacementDetails(rounds_down=True)


def _geometry(name: str, values: Mapping[str, Any]) -> _Geometry:
    """Return fit, size, size before the crop, details and padding."""
    sizes = _size(values["size"], _flag(values, "default_to_square", default=True))
    crop = None
    if _flag(values, "do_center_crop") and name not in _NEVER_CROP:
        crop = _crop(values.get("crop_size"))
    if name == "Llava" and _flag(values, "do_pad"):
        raise ValueError("a picture padded before it is resized cannot be made")
    if not _flag(values, "do_resize"):
        details = PlacementDetails(is_resized=False, rounds_down=True)
        if crop is not None:
            return Fit.CROP, crop, None, details, _BLACK
        return Fit.WHOLE, _any_size(sizes), None, details, None
    if name in ("Sam", "Janus"):
        return _letterbox(name, sizes, values)
    is_padded = _flag(values, "do_pad") and name not in _NEVER_PAD
    pad = values.get("pad_size") if is_padded else None
    if pad is not None and {"height", "width"} <= sizes.keys():
        details = PlacementDetails(pads_end=True)
        return Fit.SQUEEZE, _crop(pad), _box(sizes), details, None
    shortest = sizes.get("shortest_edge")
    if name == "ConvNext":
        if shortest is None:
            raise KeyError("size without shortest_edge")
        if shortest >= 384:
            return Fit.SQUEEZE, (shortest, shortest), None, _DOWN, None
        crop = (shortest, shortest)
        shortest = int(shortest / _number(values, "crop_pct"))
    elif name == "PoolFormer":
        least = shortest or min(_box(sizes))
        shortest = int(least / _number(values, "crop_pct"))
    elif name == "Levit" and shortest is not None:
        shortest = int((256 / 224) * shortest)
    is_rounded = values.get("ensure_multiple_of", 1) != 1
    if name == "DPT" and (_flag(values, "keep_aspect_ratio") or is_rounded):
        return _dpt(_box(sizes), crop, values)
    longest = sizes.get("longest_edge")
    if shortest is not None and crop is not None:
        return Fit.CROP, crop, shortest, _DOWN, _BLACK
    if shortest is not None:
        whole = PlacementDetails(longest=longest, multiple=16 if name == "Yolos" else 1)
        return Fit.WHOLE, (shortest, shortest), None, whole, None
    if "max_height" in sizes:
        most = sizes["max_width"], sizes["max_height"]
        return Fit.WHOLE, most, most, PlacementDetails(), None
    box = _box(sizes)
    if crop is None or crop == box:
        return Fit.SQUEEZE, box, None, _DOWN, None
    return Fit.SQUEEZE, crop, box, _DOWN, _BLACK


def _dpt(
    box: tuple[int, int], crop: tuple[int, int] | None, values: Mapping[str, Any]
) -> _Geometry:
    """Return the geometry of DPT's processor, which Depth Anything has as well."""
    multiple = values.get("ensure_multiple_of", 1)
    if type(multiple) is not int or not 1 <= multiple <= MAX_PATCH:
        raise ValueError(f"ensure_multiple_of is {short(multiple)}")
    if crop is not None:
        raise ValueError("a crop of a picture of its own aspect is not made")
    is_whole = _flag(values, "keep_aspect_ratio")
    details = PlacementDetails(multiple=multiple, scales_least=is_whole)
    return Fit.WHOLE if is_whole else Fit.SQUEEZE, box, None, details, None


def _letterbox(
    name: str, sizes: Mapping[str, int], values: Mapping[str, Any]
) -> _Geometry:
    """Return the geometry of a processor that pads: SAM's or Janus'."""
    is_padded = _flag(values, "do_pad")
    if name == "Sam":
        longest = sizes["longest_edge"]
        size = _crop(values["pad_size"]) if is_padded else (longest, longest)
        return Fit.LETTERBOX, size, longest, PlacementDetails(pads_end=True), None
    if not is_padded:
        raise ValueError("Janus without padding has no one size")
    red, green, blue = (int(255 * m) / 255 for m in _triple(values["image_mean"], -100))
    box = _box(sizes)
    return Fit.LETTERBOX, box, None, PlacementDetails(), (red, green, blue)


_Numbers = tuple[float, ...]


def _of_bands(
    values: Mapping[str, Any],
) -> tuple[Mapping[str, Any], _Numbers, _Numbers]:
    """Return mean and deviation of each channel of a network of many, and the rest.

    Empty for a list of other than two, or four to `MOST_BANDS`, numbers.
    """
    means = values.get("image_mean")
    if not isinstance(means, list) or len(means) in (0, 1, 3):
        return values, (), ()
    deviations = values.get("image_std")
    if not isinstance(deviations, list) or len(deviations) != len(means):
        return values, (), ()
    if len(means) > MOST_BANDS:
        return values, (), ()
    each = [
        _statistics("", {**values, "image_mean": mean, "image_std": deviation})
        for mean, deviation in zip(means, deviations, strict=True)
    ]
    rest = {**values, "image_mean": HALF, "image_std": HALF}
    return rest, tuple(m[0] for m, _ in each), tuple(s[0] for _, s in each)


def _statistics(
    name: str, values: Mapping[str, Any]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Return mean and deviation of colours in [0, 1], factor and offset included."""
    factor = _number(values, "rescale_factor", 1 / 255)
    factor = factor if _flag(values, "do_rescale") else 1.0
    scale = 255 * factor
    if not math.isfinite(scale) or scale <= 0:
        raise ValueError(f"rescale_factor is {short(factor)}")
    scale = 1.0 if math.isclose(scale, 1, rel_tol=1e-9) else scale
    offset = float(_flag(values, "rescale_offset"))
    mean, std = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    own_std = _triple(values.get("image_std", 1), 1e-6)
    if _flag(values, "do_normalize"):
        mean, std = _triple(values["image_mean"], -1e5), own_std
    # (colour · scale - offset - mean) / std
    mean_of = [(m + offset) / scale for m in mean]
    std_of = [s / scale for s in std]
    if name == "EfficientNet" and _flag(values, "include_top"):
        std_of = [s * t for s, t in zip(std_of, own_std, strict=True)]
    return (mean_of[0], mean_of[1], mean_of[2]), (std_of[0], std_of[1], std_of[2])


def _size(value: Any, is_square: bool) -> dict[str, int]:  # noqa: ANN401  (JSON)
    """Return a size by the library's names of its sides, whatever way it is written."""
    if type(value) in (int, float):
        return _square(_side(value)) if is_square else _shortest(_side(value))
    if isinstance(value, list) and len(value) == 2:
        return {"height": _side(value[0]), "width": _side(value[1])}
    if isinstance(value, list) and len(value) == 1:
        return _size(value[0], is_square)
    if not isinstance(value, dict):
        raise ValueError(f"size is {short(value)}")
    return {str(key): _side(side) for key, side in value.items() if side is not None}


def _crop(value: Any) -> tuple[int, int]:  # noqa: ANN401  (JSON)
    """Return a crop's or a padding's (width, height)."""
    return _any_size(_size(value, is_square=True))


def _box(sizes: Mapping[str, int]) -> tuple[int, int]:
    if not {"height", "width"} <= sizes.keys():
        raise KeyError(f"size {short(dict(sizes))} has no height and width")
    return sizes["width"], sizes["height"]


def _any_size(sizes: Mapping[str, int]) -> tuple[int, int]:
    if {"height", "width"} <= sizes.keys():
        return sizes["width"], sizes["height"]
    side = sizes.get("shortest_edge") or sizes["longest_edge"]
    return side, side


def _side(value: Any) -> int:  # noqa: ANN401  (JSON)
    side = int(value) if type(value) in (int, float) else 0
    if not 1 <= side <= MAX_SIDE:
        raise ValueError(f"a side of {str(value)[:20]} px is not from 1 to {MAX_SIDE}")
    return side


def _flag(values: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    value = values.get(key, default)
    if type(value) is not bool:
        raise ValueError(f"{key} is {short(value)} instead of true or false")
    return value


def _number(values: Mapping[str, Any], key: str, default: float = 0) -> float:
    value = values.get(key, default)
    if type(value) not in (int, float) or not 0 < value < 1e9:
        raise ValueError(f"{key} is {short(value)} instead of a number above 0")
    return float(value)


def _triple(values: Any, least: float) -> tuple[float, float, float]:  # noqa: ANN401
    """Return three numbers; one number stands for all three."""
    if type(values) in (int, float):
        values = [values] * 3
    found = list(values) if isinstance(values, list | tuple) else []
    if len(found) == 1:
        found *= 3
    is_right = len(found) == 3 and all(
        type(n) in (int, float) and least <= n <= 1e5 for n in found
    )
    if not is_right:
        raise ValueError(f"{str(values)[:40]} is not three numbers above {least:g}")
    return float(found[0]), float(found[1]), float(found[2])
