"""What tokens carry: their states between blocks, and what can be read from them.

x^0 is what enters the first block, x^l what leaves block l − 1; all before the final
norm, after which artefact tokens no longer stand out.

    norms      ‖x^l_i‖ (Darcet et al. 2023, arXiv 2309.16588, figure 3)
    colours    first three principal components of the patches of one layer as R, G, B
               (Oquab et al. 2023, arXiv 2304.07193, figure 1)
    similarity cosine of x, q, k or v of one token to all others
    lens       softmax(head(norm(x^l_i))) (nostalgebraist 2020; for ViTs Vilas et al.
               2023, arXiv 2310.18969)
    positions  what is added for a place alone: x^0 with the patch embedding's output
               set to zero, cosine between places (Dosovitskiy et al. 2021, figure 7)
    filters    principal components of the patch embedding's kernels (the same figure)
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import reapply_interventions
from vitviz.attention.trace import Trace, as_array
from vitviz.errors import Cancelled, UnsupportedModelError
from vitviz.explain.gradients import prepared_pixels
from vitviz.explain.model_parts import read_out, states_among
from vitviz.models.adapters.flexivit import PatchEmbedding
from vitviz.models.model import Adapter, Model

Array = npt.NDArray[np.float32]
NUM_FILTERS = 28
ARTEFACT_RATIO = 3.0
"""A patch whose norm is so many times its layer's median is flagged."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What one forward pass carried between its blocks.

    values : (L + 1, N, D) float32, on the model's device.
    """

    values: Tensor
    output: Tensor
    """(C,) logits or feature of the same pass."""
    num_prefix_tokens: int


def states(
    model: Model,
    trace: Trace,
    *,
    pixels: Tensor | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> States:
    """The states of the picture `trace` was made of, by a forward pass of their own.

    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.

    Raises InputError without a picture, Cancelled.
    """
    model = as_run(model, trace)
    pixels = prepared_pixels(trace, pixels)
    found: list[Tensor] = []

    def enter(_module: nn.Module, args: tuple[Any, ...]) -> None:
        found.append(states_among(args).detach())

    def leave(_module: nn.Module, _args: object, output: object) -> None:
        if is_cancelled():
            raise Cancelled
        found.append(states_among(output).detach())

    adapter = model.adapter
    hooks = [adapter.blocks[0].register_forward_pre_hook(enter)]
    hooks += [block.register_forward_hook(leave) for block in adapter.blocks]
    try:
        with (
            torch.inference_mode(),
            adapter.ready(trace.setup.placement.model_size),
            reapply_interventions(model, trace.setup),
        ):
            output = adapter.forward(pixels.to(model.device, model.dtype))
    finally:
        for hook in hooks:
            hook.remove()
    # (L + 1, N, W), also of blocks that keep rows and columns apart, as SAM's do
    values = torch.cat(found).float().flatten(1, -2)
    return States(values, output[0].reshape(-1).float(), trace.num_prefix_tokens)


def norms(of: States) -> Array:
    """(L + 1, N) lengths of all states."""
    return as_array(of.values.norm(dim=-1))


def artefacts(lengths: Array, num_prefix_tokens: int) -> npt.NDArray[np.bool_]:
    """(N,): which patches' norms stand out in one layer's (N,) lengths."""
    patches = lengths[num_prefix_tokens:]
    stands_out = lengths > ARTEFACT_RATIO * float(np.median(patches))
    stands_out[:num_prefix_tokens] = False
    return np.asarray(stands_out)


def colours(of: States, layer: int, num_prefix_tokens: int) -> Array:
    """(R·C, 3) in [0, 1]: principal components of the patches of x^layer.

    Each component runs from its 2nd to its 98th percentile; its sign makes the patch
    that is farthest from the mean positive.
    """
    patches = of.values[layer, num_prefix_tokens:]
    centred = patches - patches.mean(dim=0)
    components = min(3, *centred.shape)
    _, _, basis = torch.linalg.svd(centred, full_matrices=False)
    scores = centred @ basis[:components].T  # (R·C, 3)
    farthest = scores.abs().argmax(dim=0)
    scores = scores * scores[farthest, torch.arange(components)].sign()
    low, high = (torch.quantile(scores, q, dim=0) for q in (0.02, 0.98))
    scaled = ((scores - low) / (high - low).clamp_min(1e-12)).clamp(0, 1)
    missing = torch.zeros(len(scaled), 3 - components, device=scaled.device)
    return as_array(torch.cat([scaled, missing], dim=1))


def similarity(vectors: Tensor, token: int) -> Array:
    """(N,) cosines of (N, D) vectors to one of them, in [−1, 1]."""
    unit = torch.nn.functional.normalize(vectors.float(), dim=-1)
    return as_array(unit @ unit[token])


def vectors(of: States, trace: Trace, layer: int, source: str) -> Tensor:
    """(N, D): x^layer ("x"), or block `layer`'s q, k or v, heads side by side."""
    if source == "x":
        return of.values[layer]
    capture = trace.capture(min(layer, trace.num_layers - 1))
    heads: Tensor = {"q": capture.q, "k": capture.k, "v": capture.v}[source]
    return heads.transpose(0, 1).flatten(1)


def lens(
    model: Model, of: States, layer: int, target: int
) -> tuple[Array, npt.NDArray[np.int64]]:
    """(probability of `target`, likeliest class) of every token, (N,) each.

    Raises UnsupportedModelError where a token's class cannot be read out alone; that
    the right parts were found is checked against the model's own logits.
    """
    if not model.info.has_head:
        raise UnsupportedModelError(
            "{name} has no classifier to read tokens with.", name=model.info.name
        )
    num_prefix = of.num_prefix_tokens
    reader = read_out(model, of.values[-1], of.output, num_prefix)
    if reader.is_mean:
        raise UnsupportedModelError(
            "{name} reads its class from the mean of all patches, so single tokens "
            "cannot be read that way.",
            name=model.info.name,
        )
    with torch.inference_mode():
        logits = reader.of_each(of.values[layer].to(model.dtype)).float()
    shares = logits.softmax(dim=-1)
    return as_array(shares[:, target]), shares.argmax(dim=-1).cpu().numpy()


def positions(model: Model, trace: Trace) -> Tensor:
    """(N, D): what enters the first block for each place when no patch is seen.

    Raises UnsupportedModelError without a patch embedding to switch off, or where
    places differ in nothing (positions that enter by rotation).
    """
    found: list[Tensor] = []

    class Enough(Exception):
        """The first block has been reached."""

    def enter(_module: nn.Module, args: tuple[Any, ...]) -> None:
        found.append(states_among(args)[0].detach().float())
        raise Enough

    model = as_run(model, trace)
    adapter = model.adapter
    width, height = trace.setup.placement.model_size
    pixels = torch.zeros(1, 3, height, width, device=model.device, dtype=model.dtype)
    hook = adapter.blocks[0].register_forward_pre_hook(enter)
    try:
        with (
            torch.inference_mode(),
            adapter.ready((width, height)),
            _without_patches(adapter),
        ):
            adapter.forward(pixels)
    except Enough:
        pass
    finally:
        hook.remove()
    table = found[0]
    patches = table[trace.num_prefix_tokens :]
    if float((patches - patches[0]).abs().max()) <= 1e-6:
        raise UnsupportedModelError(
            "{name} adds nothing to its patches for their place: positions enter each "
            "attention by rotation.",
            name=model.info.name,
        )
    return table


def filters(model: Model) -> Array:
    """(28, H, W, 3) in [0, 1]: principal components of the patch kernels.

    Each is scaled by its own largest weight; 0.5 is zero. Raises UnsupportedModelError.
    """
    part = patch_embedding(model.adapter)
    kernel = part.kernel if isinstance(part, PatchEmbedding) else part.weight
    kernel = cast("Tensor", kernel).detach().float()  # (D, 3, H, W)
    flat = kernel.flatten(1)
    _, _, basis = torch.linalg.svd(flat - flat.mean(dim=0), full_matrices=False)
    shown = basis[:NUM_FILTERS].unflatten(1, kernel.shape[1:])  # (28, 3, H, W)
    shown = shown / shown.abs().amax(dim=(1, 2, 3), keepdim=True)
    return as_array((0.5 + 0.5 * shown).permute(0, 2, 3, 1))


def patch_embedding(adapter: Adapter) -> Any:  # noqa: ANN401  (Conv2d or our own)
    """The part that turns patches into tokens. Raises UnsupportedModelError."""
    width, height = adapter.patch_size
    for part in adapter.module.modules():
        if isinstance(part, PatchEmbedding):
            return part
        if isinstance(part, nn.Conv2d) and tuple(part.stride) == tuple(
            part.kernel_size
        ) == (height, width):
            return part
    raise UnsupportedModelError("No patch embedding was found in this model.")


@contextlib.contextmanager
def _without_patches(adapter: Adapter) -> Iterator[None]:
    """The patch embedding's output is zero for the duration."""

    def blank(_module: nn.Module, _args: object, output: Tensor) -> Tensor:
        return torch.zeros_like(output)

    hook = patch_embedding(adapter).register_forward_hook(blank)
    try:
        yield
    finally:
        hook.remove()
