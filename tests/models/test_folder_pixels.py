"""The input of a folder's model is what transformers' own processor makes of a picture.

Every class of processors that the installed transformers has is saved, with its values
as they are and changed in every way that a configuration has, and read back. Pixels are
compared with the library's. torchvision's resampler of 8 bits and Pillow's differ by at
most one step of 255, and at fewer than 5 of 10,000 numbers by two.
"""

# ruff: noqa: ANN401  (the libraries have no types)
from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest
import skimage.data
import torch

from vitviz.errors import CheckpointError
from vitviz.models.folders.processor import PROCESSORS, read_processor
from vitviz.pictures.preprocessing import Preprocessing, placement_for, prepare
from vitviz.pictures.source import load_image

PATCH = (16, 16)
# A square, a wide and a tall picture; odd sides, so that margins are odd, too.
SHAPES = ((160, 160), (301, 150), (119, 262))

Pixels = npt.NDArray[np.uint8]


def photo(size: tuple[int, int]) -> PIL.Image.Image:
    picture = PIL.Image.fromarray(skimage.data.chelsea())
    return picture.resize(size, PIL.Image.Resampling.LANCZOS)


def processor_classes() -> dict[str, type[Any]]:
    """Every class of image processors in the library, by name without its ending."""
    import transformers
    from transformers.models.auto import image_processing_auto as auto

    names = {
        one
        for found in auto.IMAGE_PROCESSOR_MAPPING_NAMES.values()
        for one in (found.values() if isinstance(found, dict) else found)
        if one is not None and not one.endswith("Pil")
    }
    return {
        name.removesuffix("Fast").removesuffix("ImageProcessor"): getattr(
            transformers, name
        )
        for name in sorted(names)
    }


def made_here(own: Preprocessing, picture: PIL.Image.Image) -> torch.Tensor:
    source = load_image(np.asarray(picture))
    placement = placement_for(source.size, own, PATCH)
    return torch.from_numpy(prepare(source, placement, own))


def require_equal(
    own: Preprocessing, processor: Any, sizes: tuple[tuple[int, int], ...] = SHAPES
) -> float:
    """Hold our pixels against the library's; return the largest step of 255."""
    worst = 0.0
    for size in sizes:
        picture = photo(size)
        theirs = processor(picture, return_tensors="pt")["pixel_values"][0]
        ours = made_here(own, picture)
        # what fills no patch, the network leaves out
        height, width = (side // 16 * 16 for side in theirs.shape[-2:])
        assert ours.shape == (3, height, width), size
        scale = 255 * torch.tensor(own.std)[:, None, None]
        steps = (ours - theirs[:, :height, :width]).abs() * scale
        found = float(steps.max())
        assert found <= 2.02, f"{size}: {found:.2f} steps of 255"
        assert float((steps > 1.02).float().mean()) <= 5e-4, size
        worst = max(worst, found)
    return worst


# Values that change what a processor does, in every spelling that a file may have.
CHANGES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "not normalised": {"do_normalize": False},
    "not rescaled": {"do_rescale": False, "image_mean": [120.0, 110.0, 100.0]},
    "another factor": {"rescale_factor": 1 / 127.5},
    "other statistics": {"image_mean": [0.1, 0.2, 0.3], "image_std": [0.9, 0.8, 0.7]},
    "nearest": {"resample": 0},
    "bilinear": {"resample": 2},
    "bicubic": {"resample": 3},
    "box": {"resample": 4},
    "hamming": {"resample": 5},
    "lanczos": {"resample": 1},
}
SIZES: dict[str, dict[str, Any]] = {
    "a number": {"size": 64},
    "height and width": {"size": {"height": 64, "width": 96}},
    "a list": {"size": [64, 96]},
    "no square patches": {"size": {"height": 70, "width": 90}},
    "cropped": {
        "size": {"shortest_edge": 73},
        "do_center_crop": True,
        "crop_size": {"height": 64, "width": 64},
    },
    "cropped to a number": {"size": 73, "do_center_crop": True, "crop_size": 64},
    "squeezed, then cropped": {
        "size": {"height": 81, "width": 77},
        "do_center_crop": True,
        "crop_size": {"height": 64, "width": 64},
    },
    "cropped beyond": {
        "size": {"shortest_edge": 64},
        "do_center_crop": True,
        "crop_size": {"height": 96, "width": 96},
    },
    "not cropped": {"size": {"shortest_edge": 64}, "do_center_crop": False},
    "within": {"size": {"max_height": 64, "max_width": 80}, "do_center_crop": False},
    "both edges": {
        "size": {"shortest_edge": 64, "longest_edge": 100},
        "do_center_crop": False,
    },
    "not resized": {"do_resize": False, "do_center_crop": False},
    "not resized, cropped": {
        "do_resize": False,
        "do_center_crop": True,
        "crop_size": {"height": 96, "width": 96},
    },
    "padded": {
        "size": {"height": 64, "width": 64},
        "do_center_crop": False,
        "do_pad": True,
        "pad_size": {"height": 96, "width": 80},
    },
}
# Classes whose steps are their own: they take their own sizes alone.
OWN_SIZES = {
    "ConvNext": {"size": {"shortest_edge": 64}},
    "Janus": {"size": {"height": 64, "width": 64}},
    "Levit": {"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}},
    "Llava": {"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}},
    "PoolFormer": {
        "size": {"shortest_edge": 64},
        "crop_size": {"height": 64, "width": 64},
    },
    "Sam": {"size": {"longest_edge": 64}, "pad_size": {"height": 64, "width": 64}},
    "Yolos": {"size": {"shortest_edge": 64, "longest_edge": 96}},
}


def saved(folder: Path, processor: Any, *, is_nested: bool) -> None:
    """Write the processor as the library does, alone or within a processor of two."""
    processor.save_pretrained(folder)
    if is_nested:
        file = folder / "preprocessor_config.json"
        values = json.loads(file.read_text())
        file.unlink()
        outer = {"processor_class": "Any", "image_processor": values}
        (folder / "processor_config.json").write_text(json.dumps(outer))


@pytest.mark.parametrize("name", sorted(PROCESSORS))
def test_defaults_are_those_of_the_library(name: str) -> None:
    """What a file does not say is what the library's class takes."""
    kind = processor_classes()[name]
    processor = kind()
    for key, value in PROCESSORS[name].items():
        theirs: Any = getattr(processor, key, None)
        if key in ("size", "crop_size", "pad_size"):
            theirs = {k: v for k, v in dict(theirs).items() if v is not None}
        elif isinstance(value, tuple):
            theirs = tuple(theirs)
        if value is False:
            assert not theirs, key
        else:
            assert theirs == value, key


def cases(name: str) -> dict[str, dict[str, Any]]:
    small = OWN_SIZES.get(name, {"size": {"height": 64, "width": 64}})
    found = {what: {**small, **change} for what, change in CHANGES.items()}
    if name not in OWN_SIZES and name != "DPT":
        found |= SIZES
    return found


def hold(name: str, folder: Path, *, is_nested: bool) -> Counter[str]:
    """Compare each case of a class; return how many ended how."""
    kind = processor_classes()[name]
    count: Counter[str] = Counter()
    for what, change in cases(name).items():
        inside = folder / what.replace(" ", "_")
        processor = kind(**change)
        try:
            require_runs(processor)
        except (ValueError, TypeError, RuntimeError, KeyError, AttributeError):
            count["not the library's"] += 1
            continue
        saved(inside, processor, is_nested=is_nested)
        try:
            found = read_processor(inside, "vit", (64, 64))
        except CheckpointError:
            count["refused"] += 1
            continue
        if found.assumed:  # what is not followed is said
            count["said"] += 1
            continue
        require_equal(found.preprocessing, processor)
        count["equal"] += 1
    return count


def require_runs(processor: Any) -> None:
    """Raise what the library raises for values that it cannot use."""
    processor(photo(SHAPES[1]), return_tensors="pt")


QUICK = ("CLIP", "DeiT", "ViT", "Sam", "Janus", "ConvNext")


@pytest.mark.parametrize("name", QUICK)
def test_pixels_are_those_of_the_library(name: str, tmp_path: Path) -> None:
    count = hold(name, tmp_path, is_nested=name == "CLIP")
    assert count["equal"] >= 8
    assert not count["said"]
    assert not count["refused"]


@pytest.mark.parametrize("keep_aspect_ratio", [False, True])
@pytest.mark.parametrize("ensure_multiple_of", [1, 14, 16, 32])
def test_a_picture_near_a_size(
    keep_aspect_ratio: bool, ensure_multiple_of: int, tmp_path: Path
) -> None:
    """DPT's, and Depth Anything's: larger, smaller and in between, in steps."""
    processor = processor_classes()["DPT"](
        size={"height": 64, "width": 96},
        keep_aspect_ratio=keep_aspect_ratio,
        ensure_multiple_of=ensure_multiple_of,
    )
    saved(tmp_path, processor, is_nested=False)
    found = read_processor(tmp_path, "dpt", (64, 64))
    assert not found.assumed
    require_equal(found.preprocessing, processor, (*SHAPES, (40, 50), (70, 60)))


@pytest.mark.long
@pytest.mark.parametrize("is_nested", [False, True])
@pytest.mark.parametrize("name", sorted(PROCESSORS))
def test_pixels_of_every_class(name: str, is_nested: bool, tmp_path: Path) -> None:
    count = hold(name, tmp_path, is_nested=is_nested)
    assert count["equal"] >= 8
    assert count["said"] <= (name == "DINOv3ViT")
    assert count["refused"] <= 1


@pytest.mark.long
def test_every_other_class_is_said(tmp_path: Path) -> None:
    """A class that does more is read as a plain one, and that is said."""
    others = {n: c for n, c in processor_classes().items() if n not in PROCESSORS}
    assert len(others) > 50
    for name, kind in others.items():
        inside = tmp_path / name
        inside.mkdir()
        values = {"image_processor_type": kind.__name__, "size": 64}
        (inside / "preprocessor_config.json").write_text(json.dumps(values))
        found = read_processor(inside, "vit", (64, 64))
        assert any(kind.__name__[:40] in one for one in found.assumed), name
