"""Interventions carried out: what happens inside the attention calls of a changed run.

A temperature T divides scores and bias: it becomes the kernel's scale. Cut edges
become its mask. Only the rows that a cut concerns are computed again, with a mask of
their own, so that no mask has N×N values, and all other rows stay as they were. A
softmax over another axis is no kernel's business: its product with V is made by tiles.

A dropped patch is no key in any layer, and leaves the sequence after the last block,
so that whatever pools the tokens never counts it: the same as if its token had never
entered, but every layer still has N tokens.

What shows where patches are hidden, and pictures with patches hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.attention import compute
from vitviz.attention.capture import Capture, Edges, WholeBias
from vitviz.domain.geometry import PatchGrid
from vitviz.domain.geometry import prefix_names as default_names
from vitviz.domain.interventions import (
    Axis,
    Fill,
    HeadsOff,
    Hidden,
    Interventions,
    Off,
    Token,
    cut_layers,
    require_head,
    require_special,
)
from vitviz.errors import SelectionError, UnsupportedModelError


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One attention call, batched: q, k, v (B, H, N, D), mask as the kernel has it."""

    q: Tensor
    k: Tensor
    v: Tensor
    mask: Tensor | None
    scale: float

    def capture(self, index: int) -> Capture:
        """The factors of one picture of the batch, not detached."""
        bias = as_bias(self.mask)
        if bias is not None and bias.dim() == 4:
            bias = bias[index if bias.shape[0] > 1 else 0]
        kept = None if bias is None else WholeBias(bias)
        return Capture(self.q[index], self.k[index], self.v[index], kept, self.scale)


@dataclass(frozen=True, slots=True, eq=False)
class LayerInterventions:
    """What is changed of one layer's attention."""

    temperature: float
    is_scaled: bool
    axis: Axis
    edges: tuple[Edges, ...]
    heads_off: tuple[HeadsOff, ...]
    dropped: tuple[int, ...]
    """Tokens that count in no mean."""

    @property
    def is_any(self) -> bool:
        """Whether this layer is changed at all."""
        is_usual = self.temperature == 1 and self.is_scaled and self.axis is Axis.KEYS
        return not is_usual or bool(self.edges or self.heads_off)

    def rescaled(self, call: Call) -> Call:
        """The call with the scale and bias that temperature and scaling make."""
        scale = (call.scale if self.is_scaled else 1.0) / self.temperature
        mask = call.mask
        if mask is not None and mask.dtype != torch.bool and self.temperature != 1:
            mask = mask / self.temperature
        return replace(call, scale=scale, mask=mask)

    def attend(self, kernel: Callable[..., Tensor], call: Call) -> Tensor:
        """(B, H, N, D) of a rescaled call, before heads are switched off.

        Over another axis by tiles of the record itself, which
        `attention.independent_check` checks. Raises SelectionError where a query would
        be left without any key.
        """
        if self.axis is not Axis.KEYS:
            parts = [
                compute.product(self.changed(call.capture(i)))
                for i in range(len(call.q))
            ]
            return torch.stack(parts).to(call.v.dtype)
        mask, count = call.mask, call.k.shape[-2]
        allowed = torch.ones(count, dtype=torch.bool, device=call.k.device)
        for edges in self.edges:
            if edges.queries is None:
                allowed[edges.keys] = False
        if not bool(allowed.all()):
            mask = _masked(mask, allowed[None, None, None])
        output = kernel(call.q, call.k, call.v, attn_mask=mask, scale=call.scale)
        return self._with_cut_rows(kernel, call, output, allowed)

    def changed(self, capture: Capture) -> Capture:
        """The record of a rescaled call, as it was changed; V is still the model's."""
        made = replace(capture, edges=self.edges, axis=self.axis)
        if self.axis is Axis.QUERIES:
            made = replace(made, key_normalisers=compute.key_normalisers(made))
        return made

    def switched_off(self, output: Tensor) -> Tensor:
        """(B, H, N, D) with the stand-ins of heads that are off."""
        result = output
        for off in self.heads_off:
            result = output_without(result, off.heads, off.off, self.dropped)
        return result

    def sent(self, capture: Capture, output: Tensor) -> Capture:
        """`capture` with what heads that are off hand over in place of their V.

        output : (H, N, D), before they were switched off.
        """
        if not self.heads_off:
            return capture
        standing_in = self.switched_off(output[None])[0]
        values = capture.v.clone()
        for off in self.heads_off:
            for head in off.heads:
                values[head] = standing_in[head, 0]  # the same for every token
        return replace(capture, v=values)

    def _with_cut_rows(
        self,
        kernel: Callable[..., Tensor],
        call: Call,
        output: Tensor,
        allowed_keys: Tensor,
    ) -> Tensor:
        """The output with the rows of cut queries computed again, tile by tile.

        allowed_keys : (N,) bool, what no query is kept from.
        """
        cuts = [e.queries for e in self.edges if e.queries is not None]
        if not cuts:
            return output
        step = max(1, compute.MAX_TILE_BYTES // (4 * len(allowed_keys)))
        for rows in torch.split(torch.cat(cuts).unique(), step):
            allowed = allowed_keys.expand(len(rows), -1).clone()  # (b, N)
            for edges in self.edges:
                if edges.queries is not None:
                    concerned = torch.isin(rows, edges.queries).nonzero()
                    allowed[concerned, edges.keys] = False
            if not bool(allowed.any(dim=1).all()):
                raise SelectionError(
                    "A query must keep at least one key; all of its edges are cut."
                )
            mask = call.mask
            if mask is not None and mask.shape[-2] > 1:
                mask = mask[..., rows, :]
            part = kernel(
                call.q[..., rows, :],
                call.k,
                call.v,
                attn_mask=_masked(mask, allowed[None, None]),
                scale=call.scale,
            )
            output = output.index_copy(-2, rows, part)
        return output


class AppliedInterventions:
    """Interventions in the terms of one run: its tokens, layers and heads.

    prefix_names : special tokens; empty where the model does not declare them.

    Raises SelectionError for layers and patches that there are not.
    """

    def __init__(
        self,
        interventions: Interventions,
        grid: PatchGrid,
        prefix_names: tuple[str, ...],
        num_layers: int,
    ) -> None:
        interventions.check(grid=(grid.rows, grid.cols), num_layers=num_layers)
        if len(interventions.dropped) == grid.num_patches:
            raise SelectionError("At least one patch must stay: all are dropped.")
        self.interventions = interventions
        self._grid = grid
        self._names = prefix_names
        self._num_layers = num_layers

    def of_layer(self, layer: int, call: Call) -> LayerInterventions | None:
        """What happens in one layer's call; None if nothing does.

        Raises SelectionError for a head or token that there is not.
        """
        wanted = self.interventions
        num_heads, num_tokens = call.q.shape[1], call.k.shape[-2]
        heads_off = tuple(off for off in wanted.heads_off if off.layer == layer)
        for off in heads_off:
            for head in off.heads:
                require_head(head, num_heads)
        edges = self._edges(layer, num_tokens, call.q.device)
        made = LayerInterventions(
            wanted.temperature,
            wanted.is_scaled,
            wanted.axis,
            edges,
            heads_off,
            tuple(self.dropped(num_tokens)),
        )
        return made if made.is_any else None

    def dropped(self, num_tokens: int) -> list[int]:
        """Token indices of the patches that leave the sequence, in order."""
        cells = self.interventions.dropped
        return sorted(self._index(cell, num_tokens) for cell in cells)

    def drop_from(self, states: Tensor) -> Tensor:
        """(B, n, D) of what leaves the last block, (B, N, D).

        Raises UnsupportedModelError where that is no sequence of tokens.
        """
        if not self.interventions.dropped:
            return states
        if states.dim() != 3 or states.shape[1] < self._grid.num_patches:
            raise UnsupportedModelError(
                "This model keeps its patches as a grid, from which none can be "
                "dropped. Hide them in the picture: blurred, or as the mean colour."
            )
        dropped = self.dropped(states.shape[1])
        is_kept = torch.ones(states.shape[1], dtype=torch.bool)
        is_kept[dropped] = False
        return states[:, is_kept.to(states.device)]

    def hook(self) -> Callable[[nn.Module, object, object], object] | None:
        """For the last block: dropped patches leave its output. None if none is."""
        if not self.interventions.dropped:
            return None

        def leave(_module: nn.Module, _args: object, output: object) -> object:
            if isinstance(output, tuple):
                return (self.drop_from(output[0]), *output[1:])
            assert isinstance(output, Tensor)
            return self.drop_from(output)

        return leave

    def _edges(
        self, layer: int, num_tokens: int, device: torch.device
    ) -> tuple[Edges, ...]:
        def tokens(of: list[int]) -> Tensor:
            return torch.tensor(of, dtype=torch.long, device=device)

        found = []
        for cut in self.interventions.cuts:
            if layer not in cut_layers(cut, self._num_layers):
                continue
            queries, keys = (
                tokens(sorted({self._index(token, num_tokens) for token in side}))
                for side in (cut.queries, cut.keys)
            )
            if len(queries) and len(keys):
                found.append(Edges(queries, keys))
        dropped = self.dropped(num_tokens)
        if dropped:
            found.append(Edges(None, tokens(dropped)))
            if self.interventions.axis is Axis.QUERIES:  # nor do they count as queries
                found.append(Edges(tokens(dropped), None))
        return tuple(found)

    def _index(self, token: Token, num_tokens: int) -> int:
        """Token index of a patch, a special token's name, or an index."""
        num_prefix = num_tokens - self._grid.num_patches
        if isinstance(token, tuple):
            return num_prefix + token[0] * self._grid.cols + token[1]
        if isinstance(token, str):
            names = self._names
            if len(names) != num_prefix:
                names = default_names(num_prefix)
            require_special(token, names)
            return names.index(token)
        if not 0 <= token < num_tokens:
            raise SelectionError(
                "There is no token {token}: tokens go from 0 to {last}.",
                token=token,
                last=num_tokens - 1,
            )
        return token


def output_without(
    output: Tensor, heads: tuple[int, ...], off: Off, dropped: tuple[int, ...] = ()
) -> Tensor:
    """(B, H, N, D), a copy, with stand-ins that pass no gradient on.

    dropped : tokens that the mean leaves out.
    """
    changed = output.clone()
    if off is Off.ZERO:
        changed[:, list(heads)] = 0.0
        return changed
    counts = torch.ones(output.shape[2], dtype=torch.bool, device=output.device)
    counts[list(dropped)] = False
    for head in heads:
        kept = output[:, head].detach()[:, counts]
        changed[:, head] = kept.mean(dim=1, keepdim=True)
    return changed


def as_bias(mask: Tensor | None) -> Tensor | None:
    """The mask as an additive bias: 0 where a boolean one allows, −∞ elsewhere."""
    if mask is None or mask.dtype != torch.bool:
        return mask
    bias = torch.zeros_like(mask, dtype=torch.float32)
    return bias.masked_fill(~mask, float("-inf"))


def _masked(mask: Tensor | None, allowed: Tensor) -> Tensor:
    """`mask` with what is not allowed cut; they broadcast."""
    if mask is None:
        return allowed
    if mask.dtype == torch.bool:
        return mask & allowed
    return mask.masked_fill(~allowed, float("-inf"))


NOISE_SEED = 0


def filled(
    pixels: Tensor, patch_size: Sequence[int], fill: Fill, *, seed: int = NOISE_SEED
) -> Tensor:
    """(1, 3, H, W): what shows where a patch is hidden.

    Blur: a Gaussian whose deviation is half a patch. Mean: the picture's mean colour.
    Noise: that mean and the picture's own deviation, by channel, seeded.
    """
    mean = pixels.mean(dim=(2, 3), keepdim=True)
    if fill is Fill.MEAN:
        return mean.expand_as(pixels).contiguous()
    if fill is Fill.NOISE:
        generator = torch.Generator().manual_seed(seed)
        noise = torch.randn(pixels.shape, generator=generator).to(pixels)
        return mean + noise * pixels.std(dim=(2, 3), keepdim=True)
    result = pixels.float()
    for axis, size in ((3, patch_size[0]), (2, patch_size[1])):
        result = _blurred(result, axis, size / 2)
    return result.to(pixels.dtype)


def with_hidden(
    pixels: Tensor, patch_size: tuple[int, int], hidden: Sequence[Hidden]
) -> Tensor:
    """(1, 3, H, W) with the patches filled; the same tensor if none is.

    patch_size : (width, height) in model pixels.
    Every fill is made of the picture as it was; of two on a patch the last shows.
    """
    result = pixels
    width, height = patch_size
    for one in hidden:
        if one.how.fill is None or not one.patches:
            continue
        other = filled(pixels, patch_size, one.how.fill, seed=one.seed)
        result = result.clone() if result is pixels else result
        for row, col in one.patches:
            rows = slice(row * height, (row + 1) * height)
            cols = slice(col * width, (col + 1) * width)
            result[..., rows, cols] = other[..., rows, cols]
    return result


def _blurred(pixels: Tensor, axis: int, deviation: float) -> Tensor:
    """A Gaussian along one axis, edges repeated."""
    reach = max(1, round(3 * deviation))
    places = torch.arange(-reach, reach + 1, device=pixels.device).float()
    kernel = torch.exp(-0.5 * (places / max(deviation, 1e-6)) ** 2)
    kernel = kernel / kernel.sum()
    is_row = axis == 3
    padding = (reach, reach, 0, 0) if is_row else (0, 0, reach, reach)
    padded = F.pad(pixels, padding, mode="replicate")
    shape = (3, 1, 1, -1) if is_row else (3, 1, -1, 1)
    weight = kernel.view(1, 1, *shape[2:]).expand(3, -1, -1, -1)
    return F.conv2d(padded, weight.contiguous(), groups=3)
