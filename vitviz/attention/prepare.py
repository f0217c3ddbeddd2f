"""Preparation of a run: a picture becomes the model's input.

    picture → placement → resize, crop, normalise → hide patches → (Setup, pixels)

Passes after a trace use this too: `applied_interventions` and `reapply_interventions`
change the model again as it was changed in the traced run.
"""

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
from vitviz.domain.geometry import PatchGrid
from vitviz.domain.interventions import UNTOUCHED, Interventions
from vitviz.domain.placement import Fit, Placement
from vitviz.errors import (
    BudgetError,
    InputError,
    SelectionError,
    UnsupportedModelError,
)
from vitviz.models.checkpoints.checks import MODEL_ERRORS
from vitviz.models.model import Model, ModelInfo
from vitviz.pictures.preprocessing import (
    Preprocessing,
    for_channels,
    placement_for,
    prepare,
    prepare_bands,
)
from vitviz.pictures.source import SourceImage, load_image
from vitviz.system.memory import is_out_of_memory

_log = logging.getLogger(__name__)

ImageInput = str | Path | PIL.Image.Image | npt.NDArray[np.uint8] | SourceImage | Tensor


def set_up(
    model: Model,
    image: ImageInput,
    *,
    size: int | tuple[int, int] | None = None,
    fit: str | Fit | None = None,
    interventions: Interventions = UNTOUCHED,
) -> tuple[Setup, Tensor]:
    """Return the setup of a run and the model's input, (1, 3, H, W), patches hidden.

    The input has the model's dtype and device. Parameters are those of `run.trace`.

    Raises ImageError for a picture that cannot be read, InputError for a tensor of
    another shape than (1, 3, H, W), SelectionError for a size that the model cannot
    take or interventions that do not fit it.
    """
    setup, pixels = _untouched(model, image, size=size, fit=fit)
    setup = replace(setup, interventions=interventions)
    grid = (setup.grid.rows, setup.grid.cols)
    interventions.check(grid=grid, num_layers=setup.model.num_layers)
    return setup, hide_patches(setup, pixels)


def hide_patches(setup: Setup, pixels: Tensor) -> Tensor:
    """Return an input, (1, 3, H, W), with the patches hidden that this run hides.

    `pixels` itself if it hides none, otherwise a copy.
    """
    interventions = setup.interventions
    return with_hidden(pixels, setup.model.patch_size, interventions.hidden)


def hidden_rgba(setup: Setup) -> npt.NDArray[np.uint8] | None:
    """Return what hidden patches show, as an image of the model's input.

    (height, width, 4) uint8 in [0, 255], model pixels, transparent outside of hidden
    patches; None if nothing is hidden or the input was a prepared tensor.
    """
    hidden = [one for one in setup.interventions.hidden if one.how.fill is not None]
    if setup.image is None or not any(one.patches for one in hidden):
        return None
    prepared = model_input(
        setup.image, setup.placement, setup.preprocessing, setup.model
    )
    pixels = hide_patches(setup, torch.from_numpy(prepared)[None])[0].numpy()
    width, height = setup.model.patch_size
    out = np.zeros((*pixels.shape[1:], 4), np.uint8)
    out[..., :3] = _colours(pixels, setup.preprocessing)
    for one in hidden:
        for row, col in one.patches:
            down, right = row * height, col * width
            out[down : down + height, right : right + width, 3] = 255
    return out


# Of red, green and blue in a grey picture: ITU-R BT.601, as Pillow has it.
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)[:, None, None]


def model_input(
    image: SourceImage,
    placement: Placement,
    preprocessing: Preprocessing,
    info: ModelInfo,
) -> npt.NDArray[np.float32]:
    """Return a picture's input, (C, h, w), in as many channels as the model takes.

    One channel is the luminance; others than one or three are the file's bands.

    Raises InputError for a picture of fewer bands, SelectionError where more or fewer
    bands were chosen than the model has channels.
    """
    chosen = len(image.reading.bands)
    if chosen not in (0, 1, 3, info.channels):
        raise SelectionError(
            "--bands takes one band, three, or as many as the network has channels; "
            "{count} are chosen, and {model} has {channels}. Choose others there, or "
            "under Size.",
            count=chosen,
            model=info.name,
            channels=info.channels,
        )
    if info.channels not in (1, 3):
        count = 3 if image.bands is None else image.bands.shape[2]
        if image.bands is None or count < info.channels:
            raise InputError(
                "{model} takes {channels} channels, and {name} has {count}. Open a "
                "TIFF of at least {channels} bands, or give it a prepared tensor of "
                "the shape (1, {channels}, height, width).",
                model=info.name,
                channels=info.channels,
                name=image.name,
                count=count,
            )
        return prepare_bands(image, placement, preprocessing)
    prepared = prepare(image, placement, preprocessing)
    if info.channels == 3:
        return prepared
    grey: npt.NDArray[np.float32] = (prepared * _LUMINANCE).sum(0, keepdims=True)
    return grey


def _colours(
    pixels: npt.NDArray[np.float32], preprocessing: Preprocessing
) -> npt.NDArray[np.uint8]:
    """Return a normalised input, (C, h, w), as colours, (h, w, 3); NaN is black.

    Of more than three channels the first three; one channel is grey.
    """
    shown_channels = [min(i, len(pixels) - 1) for i in range(3)]
    pixels = pixels[shown_channels]
    means: tuple[float, ...] = preprocessing.mean
    deviations: tuple[float, ...] = preprocessing.std
    if preprocessing.band_mean:
        means = tuple(preprocessing.band_mean[i] for i in shown_channels)
        deviations = tuple(preprocessing.band_std[i] for i in shown_channels)
    mean, std = (
        np.asarray(values, np.float32)[:, None, None] for values in (means, deviations)
    )
    shown = pixels * std
    shown += mean
    shown *= 255
    np.nan_to_num(np.rint(shown, out=shown), copy=False)
    colours: npt.NDArray[np.uint8] = np.clip(shown, 0, 255, out=shown).astype(np.uint8)
    return colours.transpose(1, 2, 0)  # (h, w, 3)


def applied_interventions(setup: Setup) -> AppliedInterventions | None:
    """Return the interventions of a run, resolved for its tokens; None without any.

    Raises SelectionError where they do not fit the run.
    """
    interventions = setup.interventions
    if not interventions:
        return None
    num_layers = setup.model.num_layers
    return AppliedInterventions(
        interventions, setup.grid, setup.prefix_names, num_layers
    )


@contextlib.contextmanager
def explain_model_errors(setup: Setup) -> Iterator[None]:
    """Turn errors of the model's own code into UnsupportedModelError.

    A lack of memory passes unchanged.
    """
    try:
        yield
    except MODEL_ERRORS as error:
        if is_out_of_memory(error):
            raise
        raise _explained(setup, error) from error


def not_enough_memory(setup: Setup) -> BudgetError:
    """Return the BudgetError for a run that ran out of memory."""
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
    """Return the error for the user; the original goes to the log."""
    # after one, every later call to the device fails too, until the process ends
    if "device-side assert" in str(error):
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
    """Keep a run's interventions on attention applied to passes of `model`.

    For passes without a tap of their own; nothing is captured. Patches are not hidden
    in the input: see `hide_patches`.

    Raises SelectionError where the interventions do not fit.
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
    fit: str | Fit | None,
) -> tuple[Setup, Tensor]:
    """Return the setup and input of a run without interventions."""
    if isinstance(image, Tensor):
        return _set_up_tensor(model, image)
    source = image if isinstance(image, SourceImage) else load_image(image)
    # it may be one that was chosen for another model
    own = for_channels(model.preprocessing, model.info.channels)
    model = replace(model, preprocessing=own)
    placement = placement_for(
        source.size,
        model.preprocessing,
        model.adapter.patch_size,
        size=size,
        fit=None if fit is None else Fit(fit),
    )
    model.adapter.check_size(placement.model_size)
    prepared = model_input(source, placement, model.preprocessing, model.info)
    pixels = torch.from_numpy(prepared)[None].to(model.device, model.dtype)
    return _setup(model, placement, source), pixels


def _setup(
    model: Model,
    placement: Placement,
    picture: SourceImage,
    *,
    is_prepared: bool = False,
) -> Setup:
    """Return the setup that follows from a model and a placement."""
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
    """Return the setup and input of a prepared tensor, (1, 3, H, W).

    Raises InputError for another shape, SelectionError for a size the model cannot
    take.
    """
    channels = model.info.channels
    if image.dim() != 4 or tuple(image.shape[:2]) != (1, channels):
        raise InputError(
            "A prepared input has the shape (1, {channels}, height, width), not "
            "{shape}.",
            channels=channels,
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
