"""Interventions on a running model: attention calls changed, patches hidden.

    temperature   divides scores and bias: part of the kernel's scale and of the bias
    scaling off   the kernel's scale without the factor 1/√D
    cuts          a mask for the rows of the cut queries alone, which are computed a
                  second time; other rows stay as they were, and no mask has N×N values
    axis          a softmax over queries or heads: no fused kernel has one, so A V is
                  computed tile by tile (`attention.compute`)
    heads off     the head's output replaced by zero or by its mean over tokens
    hidden        patches blurred, averaged or noised in the model's input
    dropped       no key in any layer, and taken out of the sequence after the last
                  block, so that no pooling counts the patch: the same result as if its
                  token had never entered, but every layer still has N tokens

The tap calls `AppliedInterventions.of_layer` for each attention call. What is asked for
is plain data, `domain.interventions`.
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
from vitviz.domain.heads import require_head
from vitviz.domain.interventions import (
    Axis,
    Fill,
    HeadsOff,
    Hidden,
    Interventions,
    Off,
    Token,
    cut_layers,
    require_special,
)
from vitviz.errors import SelectionError, UnsupportedModelError


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """The arguments of one attention call.

    q, k, v : (B, H, N, D), in the model's dtype and on its device.
    mask : boolean or additive, broadcastable to (B, H, N, N); None without.
    scale : factor of Q Kᵀ.
    """

    q: Tensor
    k: Tensor
    v: Tensor
    mask: Tensor | None
    scale: float

    def capture(self, index: int) -> Capture:
        """Return one picture of the batch as a capture; tensors are not detached."""
        bias = as_bias(self.mask)
        if bias is not None and bias.dim() == 4:
            bias = bias[index if bias.shape[0] > 1 else 0]
        kept = None if bias is None else WholeBias(bias)
        return Capture(self.q[index], self.k[index], self.v[index], kept, self.scale)


@dataclass(frozen=True, slots=True, eq=False)
class LayerInterventions:
    """The interventions on one layer's attention call.

    temperature : divides the scores; 1 changes nothing.
    is_scaled : whether scores keep the factor 1/√D.
    axis : axis along which the softmax sums to 1.
    edges : cut pairs of tokens, dropped tokens included.
    heads_off : heads of this layer that are switched off.
    dropped : token indices that are left out of means over tokens.
    """

    temperature: float
    is_scaled: bool
    axis: Axis
    edges: tuple[Edges, ...]
    heads_off: tuple[HeadsOff, ...]
    dropped: tuple[int, ...]

    @property
    def is_any(self) -> bool:
        """Whether this layer is changed at all."""
        is_usual = self.temperature == 1 and self.is_scaled and self.axis is Axis.KEYS
        return not is_usual or bool(self.edges or self.heads_off)

    def rescaled(self, call: Call) -> Call:
        """Return the call with temperature and scaling in its scale and bias."""
        scale = (call.scale if self.is_scaled else 1.0) / self.temperature
        mask = call.mask
        if mask is not None and mask.dtype != torch.bool and self.temperature != 1:
            mask = mask / self.temperature
        return replace(call, scale=scale, mask=mask)

    def attend(self, kernel: Callable[..., Tensor], call: Call) -> Tensor:
        """Return the output of a rescaled call, before heads are switched off.

        (B, H, N, D), in the dtype of v.

        kernel : the fused attention function. A softmax over another axis does not
            use it: the output is then computed by `compute.product`, which
            `attention.independent_check` verifies.

        Raises SelectionError if a query would be left without any key.
        """
        if self.axis is not Axis.KEYS:
            parts = [
                compute.product(self.changed(call.capture(i)))
                for i in range(len(call.q))
            ]
            return torch.stack(parts).to(call.v.dtype)
        mask, count = call.mask, call.k.shape[-2]
        # keys cut for all queries: one mask row for the whole call, (N,)
        allowed = torch.ones(count, dtype=torch.bool, device=call.k.device)
        for edges in self.edges:
            if edges.queries is None:
                allowed[edges.keys] = False
        if not bool(allowed.all()):
            mask = _masked(mask, allowed[None, None, None])
        output = kernel(call.q, call.k, call.v, attn_mask=mask, scale=call.scale)
        return self._with_cut_rows(kernel, call, output, allowed)

    def changed(self, capture: Capture) -> Capture:
        """Return the capture of a rescaled call with edges and axis; V is unchanged."""
        made = replace(capture, edges=self.edges, axis=self.axis)
        if self.axis is Axis.QUERIES:
            made = replace(made, key_normalisers=compute.key_normalisers(made))
        return made

    def switched_off(self, output: Tensor) -> Tensor:
        """Return the output, (B, H, N, D), with heads that are off replaced."""
        result = output
        for off in self.heads_off:
            result = output_without(result, off.heads, off.off, self.dropped)
        return result

    def sent(self, capture: Capture, output: Tensor) -> Capture:
        """Return `capture` with the V of heads that are off replaced by their output.

        Rows of A times this V then give what the head hands over: a head that is off
        gives the same vector for every query.

        output : (H, N, D), before heads were switched off.
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
        """Return the output with the rows of cut queries computed again, by tiles.

        allowed_keys : (N,) bool, keys that are not cut for all queries.
        """
        cuts = [e.queries for e in self.edges if e.queries is not None]
        if not cuts:
            return output
        # rows are split so that no mask is larger than a tile
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
            if mask is not None and mask.shape[-2] > 1:  # not the same for all queries
                mask = mask[..., rows, :]
            part = kernel(
                call.q[..., rows, :],
                call.k,
                call.v,
                attn_mask=_masked(mask, allowed[None, None]),
                scale=call.scale,
            )
            output = output.index_copy(-2, rows, part)  # (B, H, N, D)
        return output


class AppliedInterventions:
    """Interventions resolved for one run: patches and names as its token indices.

    grid : of the run.
    prefix_names : special tokens in order; empty where the model does not declare them.
    num_layers : L.

    Raises SelectionError for a layer or patch out of range, or if every patch is
    dropped.
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
        """Return the interventions on one layer's call; None if there are none.

        Raises SelectionError for a head or token out of range.
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
        """Return the token indices of dropped patches, in ascending order."""
        cells = self.interventions.dropped
        return sorted(self._index(cell, num_tokens) for cell in cells)

    def drop_from(self, states: Tensor) -> Tensor:
        """Return the last block's output without dropped tokens: (B, N, D) → (B, n, D).

        Raises UnsupportedModelError if the block does not return a token sequence.
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
        """Return a forward hook for the last block that takes dropped tokens out.

        None if no patch is dropped.
        """
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
        """Return the edges that cuts and dropped patches remove in one layer."""

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
        """Return the token index of a patch, a special token's name, or an index.

        Raises SelectionError for one out of range.
        """
        # counted from the call, since a model may not declare its special tokens
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
    """Return a copy of attention output, (B, H, N, D), with heads switched off.

    Their output is zero or, for `Off.MEAN`, their mean over tokens, detached: no
    gradient passes through it.

    dropped : token indices that the mean leaves out.
    """
    changed = output.clone()
    if off is Off.ZERO:
        changed[:, list(heads)] = 0.0
        return changed
    counts = torch.ones(output.shape[2], dtype=torch.bool, device=output.device)
    counts[list(dropped)] = False
    for head in heads:
        kept = output[:, head].detach()[:, counts]  # (B, n, D)
        changed[:, head] = kept.mean(dim=1, keepdim=True)
    return changed


def as_bias(mask: Tensor | None) -> Tensor | None:
    """Return a mask as an additive bias: 0 where a boolean one allows, −∞ elsewhere."""
    if mask is None or mask.dtype != torch.bool:
        return mask
    bias = torch.zeros_like(mask, dtype=torch.float32)
    return bias.masked_fill(~mask, float("-inf"))


def _masked(mask: Tensor | None, allowed: Tensor) -> Tensor:
    """Return `mask` with everything that is not `allowed` cut; shapes broadcast."""
    if mask is None:
        return allowed
    if mask.dtype == torch.bool:
        return mask & allowed
    return mask.masked_fill(~allowed, float("-inf"))


NOISE_SEED = 0


def filled(
    pixels: Tensor, patch_size: Sequence[int], fill: Fill, *, seed: int = NOISE_SEED
) -> Tensor:
    """Return a whole input of what hidden patches show, (1, 3, H, W).

    In the dtype, value range and on the device of `pixels`.

    patch_size : (width, height) in model pixels.
    fill : blur, a Gaussian with a deviation of half a patch; mean, the input's mean
        colour; noise, normal with the input's mean and deviation for each channel.
    seed : of the noise, which is made on the CPU and so is the same on every device.
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
    """Return the model's input with patches hidden, (1, 3, H, W).

    The same tensor if none is hidden, otherwise a copy. Every fill is made from the
    unchanged input; where two fall on one patch, the last counts.

    patch_size : (width, height) in model pixels.
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
    """Return (1, 3, H, W) blurred along one axis by a Gaussian, edges repeated.

    axis : 3 for rows, 2 for columns.
    deviation : in pixels.
    """
    reach = max(1, round(3 * deviation))
    places = torch.arange(-reach, reach + 1, device=pixels.device).float()
    kernel = torch.exp(-0.5 * (places / max(deviation, 1e-6)) ** 2)
    kernel = kernel / kernel.sum()
    is_row = axis == 3
    padding = (reach, reach, 0, 0) if is_row else (0, 0, reach, reach)
    padded = F.pad(pixels, padding, mode="replicate")
    count = pixels.shape[1]
    shape = (1, 1, 1, -1) if is_row else (1, 1, -1, 1)
    weight = kernel.view(shape).expand(count, -1, -1, -1)  # (C, 1, h, w)
    return F.conv2d(padded, weight.contiguous(), groups=count)  # (1, C, H, W)
