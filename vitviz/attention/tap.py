"""The tap: torch's fused attention function replaced by a recorder of q, k and v.

Vision Transformers of timm, torchvision and transformers call
`torch.nn.functional.scaled_dot_product_attention` with their queries and keys already
normalised and rotated. While a `tap` is open, that function is a recorder: it calls the
original, keeps references to the arguments, and returns the original's result. Nothing
else of the model is touched, so its logits are those of the untapped model, unless the
call itself is to be changed (`attention.intervene`).

    forward pass → block pre-hook names the layer → recorder calls the fused kernel,
    keeps q, k, v, bias, scale and the output's rows of nine queries

Those rows are recomputed as a check: right away where a layer is reported as soon as it
has run, otherwise for all layers after the pass.

The replacement is global to the process, so a lock lets one tapped forward pass run at
a time; calls from other threads go through unrecorded.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from vitviz.attention import independent_check
from vitviz.attention.capture import Bias, Capture, keep_bias
from vitviz.attention.independent_check import output_rows, verify_rows
from vitviz.attention.intervene import AppliedInterventions, Call, as_bias
from vitviz.domain.interventions import Axis
from vitviz.errors import BudgetError, Cancelled, Phrase, UnsupportedModelError
from vitviz.models.adapters.eager import not_followed

# Of the biases that one trace keeps, all layers together.
MAX_BIAS_BYTES = 256 * 2**20

# Torch's own function, also for those who call it while a tap is open.
_original = F.scaled_dot_product_attention
fused_attention = _original
# Held while a tap is open: the replaced function is global to the process.
_lock = threading.Lock()


@dataclass(slots=True)
class Recording:
    """The attention calls that an open tap has recorded so far.

    captures : one for each block, None until its attention has run.
    extras : calls outside the blocks, such as that of SigLIP's pooling head.
    """

    captures: list[Capture | None]
    extras: list[Capture] = field(default_factory=list)


# A list of captures, and the place of one in it.
_Place = tuple[list[Capture] | list[Capture | None], int]


class _Recorder:
    """The function that replaces `scaled_dot_product_attention` in an open tap."""

    def __init__(
        self,
        blocks: Sequence[nn.Module],
        on_capture: Callable[[int, Capture], None] | None,
        on_output: Callable[[int, Tensor], Tensor | None] | None,
        changes: AppliedInterventions | None,
        windowed: Collection[int],
        grid: tuple[int, int] | None,
        count: int,
    ) -> None:
        self.changes = changes
        self.blocks = blocks
        self.windowed = windowed
        self.on_capture = on_capture
        self.on_output = on_output
        self.recordings = tuple(Recording([None] * len(blocks)) for _ in range(count))
        self.layer: int | None = None
        self.thread_id = threading.get_ident()
        # where a capture stands that is compared at the end, and the kernel's rows
        self.unchecked: list[tuple[_Place, Tensor]] = []
        self.bias_bytes: dict[int, int] = {}
        self.grid = grid

    def __call__(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        scale: float | None = None,
        enable_gqa: bool = False,
    ) -> Tensor:
        """Return what torch's own function returns, and record the call."""
        with not_followed():  # the checks compute attention, too
            return self._recorded(
                query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
            )

    def _recorded(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None,
        dropout_p: float,
        is_causal: bool,
        scale: float | None,
        enable_gqa: bool = False,
    ) -> Tensor:
        is_ours = threading.get_ident() == self.thread_id
        is_ours = is_ours and self.layer not in self.windowed
        if is_ours and query.dim() == 3:  # heads without a batch, as in timm's SAM
            bias = attn_mask if attn_mask is None else attn_mask[None]
            query, key, value = query[None], key[None], value[None]
            options = dropout_p, is_causal, scale
            return self._recorded(query, key, value, bias, *options)[0]
        if is_ours:
            self._refuse(query, dropout_p, is_causal)
            if self.changes is not None and self.layer is not None:
                if enable_gqa:
                    key, value = _repeated(key, query), _repeated(value, query)
                scale = query.shape[-1] ** -0.5 if scale is None else scale
                call = Call(query, key, value, attn_mask, scale)
                changed = self._changed(self.changes, self.layer, call)
                if changed is not None:
                    return changed
        output: Tensor = _original(
            query,
            key,
            value,
            attn_mask,
            dropout_p,
            is_causal,
            scale=scale,
            enable_gqa=enable_gqa and key.shape[-3] != query.shape[-3],
        )
        if not is_ours:
            return output
        if self.on_output is not None:
            return self._handed_on(output)
        if enable_gqa:  # fewer keys than queries: repeat them, as the kernel does
            key, value = _repeated(key, query), _repeated(value, query)
        if scale is None:
            scale = query.shape[-1] ** -0.5
        parts = zip(*_owned(query, key, value), strict=True)
        captures = [
            # (H, N, D) each
            Capture(q, k, v, self._bias(attn_mask, picture), scale)
            for picture, (q, k, v) in enumerate(parts)
        ]
        rows = [output_rows(output[picture].detach()) for picture in range(len(output))]
        if self.on_capture is not None:
            self._keep(list(map(verify_rows, captures, rows)))
            return output
        for kept, expected in zip(self._keep(captures), rows, strict=True):
            self.unchecked.append((kept, expected))
        return output

    def check(self) -> None:
        """Compare with the kernel's output what has not been compared yet."""
        with not_followed():
            for (captures, place), expected in self.unchecked:
                capture = captures[place]
                assert capture is not None
                captures[place] = verify_rows(capture, expected)
        self.unchecked.clear()

    def _changed(
        self, changes: AppliedInterventions, layer: int, call: Call
    ) -> Tensor | None:
        """Return a call's output under the interventions; None if they do not apply.

        Records the changed call.
        """
        change = changes.of_layer(layer, call)
        if change is None:
            return None
        made, call = call, change.rescaled(call)
        output = change.attend(_original, call)
        if self.on_output is not None:
            return change.switched_off(self._handed_on(output))
        q, k, v = (part[0] for part in _owned(call.q, call.k, call.v))
        capture = Capture(q, k, v, self._bias(call.mask, 0), call.scale)
        capture = change.changed(capture)
        own = output[0].detach()
        capture = verify_rows(capture, output_rows(own))
        if change.axis is not Axis.KEYS:  # `own` is no kernel's
            capture = independent_check.verify_other_axis(capture, made, change)
        self._keep([change.sent(capture, own)])
        return change.switched_off(output)

    def _handed_on(self, output: Tensor) -> Tensor:
        """Return the output, or what `on_output` returns in its place."""
        changed = None
        if self.layer is not None and self.on_output is not None:
            changed = self.on_output(self.layer, output)
        return output if changed is None else changed

    def _keep(self, captures: Sequence[Capture]) -> list[_Place]:
        """Record each picture's call for the block that runs, or outside of all.

        Returns where each stands.
        """
        places: list[_Place] = []
        for recording, capture in zip(self.recordings, captures, strict=True):
            if self.layer is None:
                recording.extras.append(capture)
                places.append((recording.extras, len(recording.extras) - 1))
                continue
            if recording.captures[self.layer] is not None:
                raise UnsupportedModelError(
                    "Block {layer} ({kind}) calls attention more than once, so its "
                    "maps would be ambiguous. vitviz shows models with one attention "
                    "a block.",
                    layer=self.layer,
                    kind=type(self.blocks[self.layer]).__name__,
                )
            recording.captures[self.layer] = capture
            places.append((recording.captures, self.layer))
        if self.layer is not None and self.on_capture is not None:
            self.on_capture(self.layer, captures[0])
        return places

    def _refuse(self, query: Tensor, dropout_p: float, is_causal: bool) -> None:
        """Raise UnsupportedModelError if a call is not the pictures' full attention."""
        where = Phrase("outside the blocks")
        if self.layer is not None:
            where = Phrase("in block {n}", {"n": self.layer})
        is_batch = self.on_output is None and len(query) != len(self.recordings)
        if query.dim() != 4 or is_batch:
            raise UnsupportedModelError(
                "The attention {where} is computed in {shape} pieces (windows), not "
                "over the whole picture. vitviz shows global attention.",
                where=where,
                shape="×".join(str(n) for n in query.shape[:-2]),
            )
        if dropout_p > 0 or is_causal:
            raise UnsupportedModelError(
                "The attention {where} uses {what}, which a Vision Transformer in "
                "evaluation does not. Call model.eval() and pass an image model.",
                where=where,
                what="dropout" if dropout_p > 0 else "a causal mask",
            )

    def _bias(self, mask: Tensor | None, picture: int) -> Bias | None:
        """Return a mask as an additive bias, compressed where its structure is known.

        picture : index in the batch, of which all pictures may share one mask.

        Raises BudgetError if the biases of all layers exceed `MAX_BIAS_BYTES`.
        """
        if mask is None:
            return None
        values = as_bias(mask)
        assert values is not None
        if values.dim() == 4:
            values = values[picture if len(values) > 1 else 0]
        bias = keep_bias(values, self.grid)
        for part in bias.parts():
            storage = part.untyped_storage()  # several layers may share one
            self.bias_bytes[storage.data_ptr()] = storage.nbytes()
        if sum(self.bias_bytes.values()) > MAX_BIAS_BYTES:
            raise BudgetError(
                "This model adds a dense bias to every pair of tokens; at this size "
                "keeping them takes more than {limit} MiB. Choose a smaller size.",
                limit=MAX_BIAS_BYTES // 2**20,
            )
        return bias


@contextlib.contextmanager
def tap(
    blocks: Sequence[nn.Module],
    *,
    on_capture: Callable[[int, Capture], None] | None = None,
    on_output: Callable[[int, Tensor], Tensor | None] | None = None,
    changes: AppliedInterventions | None = None,
    is_cancelled: Callable[[], bool] | None = None,
    windowed: Collection[int] = (),
    grid: tuple[int, int] | None = None,
    count: int = 1,
) -> Iterator[tuple[Recording, ...]]:
    """Record the attention calls made in this thread while the context is open.

    Yields a recording for each picture of the pass.

    On leaving, however that happens, the function, the native fast path and the hooks
    are as before. Waits while another thread has a tap open; a second tap in the same
    thread would deadlock.

    blocks : the model's blocks in order; a call belongs to the block that runs.
    on_capture : called in this thread with (layer, capture of the first picture) right
        after each block's attention; what it raises ends the forward pass. Without it
        the captures are compared with the kernel's output on leaving, all in a row,
        which takes half the time; until then their error is NaN.
    on_output : called in this thread with (layer, the kernel's output, (B, H, N, D));
        a Tensor that it returns replaces the output. Nothing is captured then: for
        passes after a trace, which has the captures already.
    changes : interventions on the calls of the blocks, for a pass of one picture; None
        changes nothing.
    is_cancelled : polled before every block.
    windowed : blocks whose attention stays in windows; they are not captured.
    grid : (rows, cols) of the patches; with it, large biases are compressed.
    count : pictures of the pass.

    Raises Cancelled if `is_cancelled` returned True, UnsupportedModelError for a call
    that is not its pictures' full attention, BudgetError for biases that are too large,
    SelectionError for interventions that do not fit the run.
    """
    recorder = _Recorder(blocks, on_capture, on_output, changes, windowed, grid, count)

    def enter(layer: int) -> None:
        if is_cancelled is not None and is_cancelled():
            raise Cancelled
        recorder.layer = layer

    def leave() -> None:
        recorder.layer = None

    with contextlib.ExitStack() as stack:
        stack.enter_context(_lock)
        stack.enter_context(_native_fast_path_off())
        for layer, block in enumerate(blocks):
            for handle in (
                block.register_forward_pre_hook(
                    lambda _module, _args, layer=layer: enter(layer)
                ),
                block.register_forward_hook(lambda _module, _args, _out: leave()),
            ):
                stack.callback(handle.remove)
        # registered last: it runs after the hook that ends the block's layer
        dropping = None if changes is None else changes.hook()
        if dropping is not None:
            stack.callback(blocks[-1].register_forward_hook(dropping).remove)
        stack.callback(setattr, F, "scaled_dot_product_attention", _original)
        F.scaled_dot_product_attention = recorder
        yield recorder.recordings
        recorder.check()


@contextlib.contextmanager
def standing_in(function: Callable[..., Tensor]) -> Iterator[None]:
    """Keep `function` in place of torch's fused attention; nothing is recorded.

    function : called with the arguments of `scaled_dot_product_attention`.

    On leaving, everything is as before. Waits while a tap is open.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_lock)
        stack.enter_context(_native_fast_path_off())
        stack.callback(setattr, F, "scaled_dot_product_attention", _original)
        F.scaled_dot_product_attention = function
        yield


def require_complete(
    recording: Recording, blocks: Sequence[nn.Module], windowed: Collection[int] = ()
) -> None:
    """Raise UnsupportedModelError if a block's attention was not captured.

    windowed : blocks whose attention stays in windows, which never is.
    """
    captures = enumerate(recording.captures)
    missing = [i for i, c in captures if c is None and i not in windowed]
    if missing:
        raise UnsupportedModelError(
            "{count} of {total} blocks ({kind}) compute attention without calling "
            "scaled_dot_product_attention, so it cannot be shown exactly. Build the "
            "network with its fused (“sdpa”) attention.",
            count=len(missing),
            total=len(blocks),
            kind=type(blocks[missing[0]]).__name__,
        )


@contextlib.contextmanager
def _native_fast_path_off() -> Iterator[None]:
    """Keep `nn.MultiheadAttention` on its Python path, whose attention call is tapped.

    In eval mode it otherwise runs a native kernel (torch 1.12 and later).
    """
    was_enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_enabled)


def _repeated(keys: Tensor, query: Tensor) -> Tensor:
    """Return keys or values of grouped heads repeated for each head of the query.

    (B, G, N, D) → (B, H, N, D), as the kernel does with `enable_gqa`.
    """
    return keys.repeat_interleave(query.shape[-3] // keys.shape[-3], dim=-3)


def _owned(q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return q, k, v, detached, as views unless that would hold unused memory.

    Usually the three are views of one projection and stay views. Where q and k were
    normalised or rotated into tensors of their own, v would keep the whole projection
    in memory, three times its size: it is copied then.
    """
    users: dict[int, int] = {}
    for tensor in (q, k, v):
        pointer = tensor.untyped_storage().data_ptr()
        users[pointer] = users.get(pointer, 0) + tensor.nbytes

    def owned(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.nbytes() > users[storage.data_ptr()]:
            return tensor.detach().clone(memory_format=torch.contiguous_format)
        return tensor.detach()

    return owned(q), owned(k), owned(v)
