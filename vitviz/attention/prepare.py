"""How a picture comes to a model: what is known of a run before its first layer."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import torch
from torch import Tensor

from vitviz.attention.intervene import AppliedInterventions, with_hidden
from vitviz.attention.tap import tap
from vitviz.attention.trace import Setup
from vitviz.domain.geometry import Fit, PatchGrid, Placement
from vitviz.domain.interventions import UNTOUCHED, Interventions
from vitviz.errors import BudgetError, InputError, UnsupportedModelError
from vitviz.models.checkpoints.checks import MODEL_ERRORS
from vitviz.models.model import Model
from vitviz.pictures.placement import Preprocessing, placement_for, prepare
from vitviz.pictures.source import SourceImage, load_image
from vitviz.system.memory import is_out_of_memory

_log = logging.getLogger(__name__)

ImageInput = str | Path | PIL.Image.Image | npt.NDArray[np.uint8] | SourceImage | Tensor


def set_up(
    model: Model,
    image: ImageInput,
    *,
    size: int | tuple[int, int] | None = None,
    fit: str | Fit = Fit.CROP,
    interventions: Interventions = UNTOUCHED,
) -> tuple[Setup, Tensor]:
    """(setup, (1, 3, H, W) input on the model's device) of one picture.

    Patches that are to be hidden in the picture are.
    """
    setup, pixels = _untouched(model, image, size=size, fit=fit)
    setup = replace(setup, interventions=interventions)
    grid = (setup.grid.rows, setup.grid.cols)
    interventions.check(grid=grid, num_layers=setup.model.num_layers)
    return setup, hide_patches(setup, pixels)


def hide_patches(setup: Setup, pixels: Tensor) -> Tensor:
    """(1, 3, H, W) with the patches hidden that this run hides in its picture."""
    interventions = setup.interventions
    return with_hidden(pixels, setup.model.patch_size, interventions.hidden)


def hidden_rgba(setup: Setup) -> npt.NDArray[np.uint8] | None:
    """(h, w, 4): what this run put into its picture, clear elsewhere; None if nothing.

    In the model's input, as pixels again.
    """
    hidden = [one for one in setup.interventions.hidden if one.how.fill is not None]
    if setup.image is None or not any(one.patches for one in hidden):
        return None
    prepared = prepare(setup.image, setup.placement, setup.preprocessing)
    pixels = hide_patches(setup, torch.from_numpy(prepared)[None])[0].numpy()
    width, height = setup.model.patch_size
    out = np.zeros((*pixels.shape[1:], 4), np.uint8)
    out[..., :3] = _colours(pixels, setup.preprocessing)
    for one in hidden:
        for row, col in one.patches:
            down, right = row * height, col * width
            out[down : down + height, right : right + width, 3] = 255
    return out


def _colours(
    pixels: npt.NDArray[np.float32], preprocessing: Preprocessing
) -> npt.NDArray[np.uint8]:
    """(h, w, 3) of a normalised input (3, h, w); what is no number is black."""
    mean, std = (
        np.asarray(values, np.float32)[:, None, None]
        for values in (preprocessing.mean, preprocessing.std)
    )
    shown = np.nan_to_num(np.rint(255 * (pixels * std + mean)))
    colours: npt.NDArray[np.uint8] = np.clip(shown, 0, 255).astype(np.uint8)
    return colours.transpose(1, 2, 0)


def applied_interventions(setup: Setup) -> AppliedInterventions | None:
    """What to change in the attention of such a run; None for the untouched model."""
    interventions = setup.interventions
    if not interventions:
        return None
    num_layers = setup.model.num_layers
    return AppliedInterventions(
        interventions, setup.grid, setup.prefix_names, num_layers
    )


@contextlib.contextmanager
def explain_model_errors(setup: Setup) -> Iterator[None]:
    """What a network raises on an input it cannot take becomes one sentence.

    A lack of memory passes as it is.
    """
    try:
        yield
    except MODEL_ERRORS as error:
        if is_out_of_memory(error):
            raise
        raise _explained(setup, error) from error


def not_enough_memory(setup: Setup) -> BudgetError:
    """What to say of a run that ran out of it."""
    width, height = setup.placement.model_size
    device = setup.model.device
    return BudgetError(
        "There was not enough memory on {device} for {width}×{height} px ({tokens:,} "
        "tokens). Choose a smaller size, or larger patches.",
        device=device,
        width=width,
        height=height,
        tokens=setup.grid.num_tokens,
    )


def _explained(setup: Setup, error: Exception) -> UnsupportedModelError:
    if "device-side assert" in str(error):  # nothing works on it any more
        return UnsupportedModelError(
            "{device} reported an error and cannot be used again before vitviz is "
            "restarted.",
            device=setup.model.device,
        )
    _log.warning("%s could not run", setup.model.name, exc_info=error)
    width, height = setup.placement.model_size
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return UnsupportedModelError(
        "{model} cannot run an input of {width}×{height} px: {reason}. Try the "
        "size it was made for, or wrap a module that takes (1, 3, height, width).",
        model=setup.model.name,
        width=width,
        height=height,
        reason=lines[0][:200].rstrip("."),
    )


@contextlib.contextmanager
def reapply_interventions(model: Model, setup: Setup) -> Iterator[None]:
    """Forward passes of `model` are changed as this run was; nothing is captured.

    For passes without a tap of their own. Pictures are to be hidden by `hidden_in`.
    """
    changes = applied_interventions(setup)
    if changes is None:
        yield
        return
    with tap(model.adapter.blocks, on_output=lambda *_: None, changes=changes):
        yield


def _untouched(
    model: Model,
    image: ImageInput,
    *,
    size: int | tuple[int, int] | None,
    fit: str | Fit,
) -> tuple[Setup, Tensor]:
    if isinstance(image, Tensor):
        return _set_up_tensor(model, image)
    source = image if isinstance(image, SourceImage) else load_image(image)
    placement = placement_for(
        source.size,
        model.preprocessing,
        model.adapter.patch_size,
        size=size,
        fit=Fit(fit),
    )
    model.adapter.check_size(placement.model_size)
    prepared = prepare(source, placement, model.preprocessing)
    pixels = torch.from_numpy(prepared)[None].to(model.device, model.dtype)
    return _setup(model, placement, source), pixels


def _setup(
    model: Model,
    placement: Placement,
    picture: SourceImage,
    *,
    is_prepared: bool = False,
) -> Setup:
    patch_width, patch_height = model.adapter.patch_size
    names = model.adapter.prefix_names or ()
    width, height = placement.model_size
    return Setup(
        model=model.info,
        grid=PatchGrid(height // patch_height, width // patch_width, len(names)),
        prefix_names=names,
        placement=placement,
        preprocessing=model.preprocessing,
        picture=picture,
        is_prepared=is_prepared,
        windowed=model.adapter.windowed,
        has_pool=model.adapter.has_pool,
    )


def _set_up_tensor(model: Model, image: Tensor) -> tuple[Setup, Tensor]:
    if image.dim() != 4 or image.shape[0] != 1 or image.shape[1] != 3:
        raise InputError(
            "A prepared input has the shape (1, 3, height, width), not {shape}.",
            shape=tuple(image.shape),
        )
    height, width = image.shape[-2:]
    size = (int(width), int(height))
    model.adapter.check_size(size)
    placement = Placement(size, size, (0, 0), size, Fit.CROP)
    values = image[0].detach().to("cpu", torch.float32).numpy()
    picture = load_image(_colours(values, model.preprocessing), name="prepared tensor")
    setup = _setup(model, placement, picture, is_prepared=True)
    return setup, image.to(model.device, model.dtype)
