"""Token states between blocks: norms, colours, similarity, lens, positions, filters.

x^0 is what enters the first block, x^l what leaves block l − 1; all are taken before
the final norm, after which artefact tokens no longer stand out.

    norms      ‖x^l_i‖ (Darcet et al. 2023, arXiv 2309.16588, figure 3)
    colours    first three principal components of the patches of one layer as R, G, B
               (Oquab et al. 2023, arXiv 2304.07193, figure 1)
    similarity cosine of x, q, k or v of one token to all others
    lens       softmax(head(norm(x^l_i))) (nostalgebraist 2020; for ViTs Vilas et al.
               2023, arXiv 2310.18969)
    positions  position embedding alone: x^0 with the patch embedding's output set to
               zero, cosine between places (Dosovitskiy et al. 2021, figure 7)
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
from vitviz.domain.problem_type import ProblemType
from vitviz.errors import Cancelled, UnsupportedModelError
from vitviz.explain.class_scores import class_scores
from vitviz.explain.gradients import prepared_pixels
from vitviz.explain.model_parts import (
    read_out,
    require_states,
    states_among,
)
from vitviz.models.adapters.flexivit import PatchEmbedding
from vitviz.models.model import Adapter, Model

Array = npt.NDArray[np.float32]
# Principal components of the patch embedding's kernels that are shown.
NUM_FILTERS = 28
# A patch is an artefact token if its norm exceeds so many times its layer's median.
ARTEFACT_RATIO = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """The token states between the blocks of one forward pass.

    values : (L + 1, N, D) float32, on the model's device.
    output : (C,) float32, logits or feature of the same pass.
    num_prefix_tokens : P.
    """

    values: Tensor
    output: Tensor
    num_prefix_tokens: int


def states(
    model: Model,
    trace: Trace,
    *,
    pixels: Tensor | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> States:
    """Return the states of the picture that a trace was made of, by a forward pass.

    The pass has the trace's interventions. May be called from any thread.

    pixels : (1, 3, H, W), needed only if the trace was made of a prepared tensor.
    is_cancelled : polled after every block.

    Raises InputError if the trace was made of a prepared tensor that is not given, or
    if the model's blocks do not pass tensors, UnsupportedModelError if they are not
    known, and Cancelled.
    """
    model = as_run(model, trace)
    require_states(model)
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
    """Return the lengths of all states, (L + 1, N) float32, ≥ 0."""
    return as_array(of.values.norm(dim=-1))


def artefacts(lengths: Array, num_prefix_tokens: int) -> npt.NDArray[np.bool_]:
    """Return which patches are artefact tokens, by one layer's lengths: (N,) bool.

    A special token never is.
    """
    patches = lengths[num_prefix_tokens:]
    stands_out = lengths > ARTEFACT_RATIO * float(np.median(patches))
    stands_out[:num_prefix_tokens] = False
    return np.asarray(stands_out)


def colours(of: States, layer: int, num_prefix_tokens: int) -> Array:
    """Return colours of the patches of x^layer, (R·C, 3) float32 in [0, 1]."""
    return principal_colours(of.values[layer, num_prefix_tokens:])


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Colours for vectors: their first three principal components as R, G, B.

    mean : (D,).
    basis : (D, ≤ 3), the components, each with the sign that makes its farthest
        vector positive.
    low, high : of each component, what becomes 0 and 1.
    """

    mean: Tensor
    basis: Tensor
    low: Tensor
    high: Tensor

    def colours(self, vectors: Tensor) -> Array:
        """Return the colours of (M, D) vectors, (M, 3) float32 in [0, 1]."""
        scores = (vectors - self.mean) @ self.basis  # (M, ≤ 3)
        scaled = (scores - self.low) / (self.high - self.low).clamp_min(1e-12)
        missing = torch.zeros(len(scaled), 3 - scaled.shape[1], device=scaled.device)
        return as_array(torch.cat([scaled.clamp(0, 1), missing], dim=1))


def palette(vectors: Tensor) -> Palette:
    """Return the palette of (M, D) vectors, from the 2nd to the 98th percentile."""
    mean = vectors.mean(dim=0)
    centred = vectors - mean
    components = min(3, *centred.shape)
    _, _, rows = torch.linalg.svd(centred, full_matrices=False)
    basis = rows[:components].T  # (D, ≤ 3)
    scores = centred @ basis
    # the sign of a component is arbitrary: the patch farthest from the mean is positive
    farthest = scores.abs().argmax(dim=0)
    signs = scores[farthest, torch.arange(components)].sign()
    low, high = (torch.quantile(scores * signs, q, dim=0) for q in (0.02, 0.98))
    return Palette(mean, basis * signs, low, high)


def principal_colours(patches: Tensor) -> Array:
    """Return colours of (R·C, D) vectors by their own palette, (R·C, 3) in [0, 1]."""
    return palette(patches).colours(patches)


def similarity(vectors: Tensor, token: int) -> Array:
    """Return the cosines of (N, D) vectors to one of them, (N,) float32 in [−1, 1]."""
    unit = torch.nn.functional.normalize(vectors.float(), dim=-1)  # (N, D)
    return as_array(unit @ unit[token])  # (N, D) @ (D,)


def vectors(of: States, trace: Trace, layer: int, source: str) -> Tensor:
    """Return the vectors of all tokens, (N, D).

    layer : in [0, L]; q, k and v of L are those of the last block.
    source : "x" for x^layer, or "q", "k", "v" of block `layer`, heads side by side.

    Raises SelectionError for a layer that stays in windows, ExactnessError if its check
    failed.
    """
    if source == "x":
        return of.values[layer]
    capture = trace.capture(min(layer, trace.num_layers - 1))
    heads: Tensor = {"q": capture.q, "k": capture.k, "v": capture.v}[source]
    return heads.transpose(0, 1).flatten(1)  # (H, N, D) → (N, H·D)


def lens(
    model: Model, of: States, layer: int, target: int
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Return (probability of `target`, likeliest class) of every token, (N,) each.

    softmax(head(norm(x^l_i))), or sigmoid where classes do not exclude each other:
    probabilities are float32 in [0, 1], classes int64. That norm and head are the right
    ones is checked against the model's own logits.

    Raises UnsupportedModelError for a model without a head, with one of a regression,
    or whose head reads the mean of all patches.
    """
    if not model.info.has_head:
        raise UnsupportedModelError(
            "{name} has no classifier to read tokens with.", name=model.info.name
        )
    if model.info.problem is ProblemType.REGRESSION:
        raise UnsupportedModelError(
            "{name} answers with a number and not with classes, so tokens cannot be "
            "read as one.",
            name=model.info.name,
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
    shares = class_scores(logits, model.info.problem)
    return as_array(shares[:, target]), shares.argmax(dim=-1).cpu().numpy()


def positions(model: Model, trace: Trace) -> Tensor:
    """Return what enters the first block if every patch is zero, (N, D) float32.

    On the model's device. The model runs only as far as its first block.

    Raises UnsupportedModelError if no patch embedding is found, or if all places have
    the same vector: such a model rotates q and k by their place instead (RoPE).
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
    shape = 1, model.info.channels, height, width
    pixels = torch.zeros(shape, device=model.device, dtype=model.dtype)
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
    """Return principal components of the patch kernels, (28, H, W, 3) float32.

    Values in [0, 1], 0.5 is zero; each component is divided by its largest weight.

    Raises UnsupportedModelError if no patch embedding is found.
    """
    part = patch_embedding(model.adapter)
    kernel = part.kernel if isinstance(part, PatchEmbedding) else part.weight
    kernel = cast("Tensor", kernel).detach().float()  # (D, 3, H, W)
    if kernel.shape[1] != 3:
        raise UnsupportedModelError(
            "{name} takes {channels} channels, and its filters are no colours.",
            name=model.info.name,
            channels=kernel.shape[1],
        )
    flat = kernel.flatten(1)  # (D, 3·H·W)
    _, _, basis = torch.linalg.svd(flat - flat.mean(dim=0), full_matrices=False)
    shown = basis[:NUM_FILTERS].unflatten(1, kernel.shape[1:])  # (28, 3, H, W)
    shown = shown / shown.abs().amax(dim=(1, 2, 3), keepdim=True)
    return as_array((0.5 + 0.5 * shown).permute(0, 2, 3, 1))  # (28, H, W, 3)


def patch_embedding(adapter: Adapter) -> Any:  # noqa: ANN401  (Conv2d or our own)
    """Return the module that turns patches into tokens, a strided convolution.

    Raises UnsupportedModelError if none is found.
    """
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
    """Keep the patch embedding's output at zero."""

    def blank(_module: nn.Module, _args: object, output: Tensor) -> Tensor:
        return torch.zeros_like(output)

    hook = patch_embedding(adapter).register_forward_hook(blank)
    try:
        yield
    finally:
        hook.remove()
