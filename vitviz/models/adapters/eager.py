"""Attention that a network's own code writes out, handed to torch's fused function.

    softmax(q kᵀ · scale + bias) v     →     F.scaled_dot_product_attention(q, k, v, …)

Tutorials and small packages compute attention step by step, by `@`, `bmm` or `einsum`.
While `fused_calls` is open, these steps are followed from the product of queries and
keys to the product with the values, which then goes through the fused function, where
it can be recorded. The network's own product is computed as well, and the two have to
agree: where they do not, or where a step is not one of those below, nothing is
replaced.

    product of q and k       matmul, bmm, einsum, @
    scale, bias, mask        · number, / number, + tensor, masked_fill
    softmax over the keys    and dropout, which does nothing in evaluation
    product with v           matmul, bmm, einsum, @

`nn.MultiheadAttention` with its default need_weights=True computes attention outside of
the fused function; it is called once more without, and still returns its weights.

Attention Is All You Need. Vaswani et al., 2017, arXiv 1706.03762, equation 1.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

# As it was when this module was loaded, and no tap was open.
_fused: Callable[..., Tensor] = F.scaled_dot_product_attention
# Of the largest value: what the network's own product and the fused one may differ by.
_LIMITS = {torch.float32: 1e-4, torch.float64: 1e-6}
_LOW_PRECISION_LIMIT = 3e-2
# Steps that are followed at a time; each holds its tensor.
_MAX_STEPS = 8
# From here on a masked score is as good as cut.
_CUT = -1e4


@contextlib.contextmanager
def fused_calls() -> Iterator[None]:
    """Send attention that is written out through torch's fused function in the block.

    Only in this thread. A network whose attention is fused already is not touched.
    """
    with _Follower():
        yield


_here = threading.local()


@contextlib.contextmanager
def not_followed() -> Iterator[None]:
    """Keep calls in the block from being followed: they are no network's own.

    For whoever computes attention itself inside of a call that was sent on.
    """
    depth = getattr(_here, "depth", 0)
    _here.depth = depth + 1
    try:
        yield
    finally:
        _here.depth = depth


@contextlib.contextmanager
def watched_calls(on_attention: Callable[[Tensor, Tensor], None]) -> Iterator[None]:
    """Call `on_attention` with queries and keys, (…, N, D), of each attention call.

    Fused, written out or in an `nn.MultiheadAttention`; in this thread, in the block.
    """
    with _Follower(on_attention):
        yield


@dataclass(frozen=True, slots=True)
class _Scores:
    """Scores of queries and keys, (…, H, N, N), or what became of them.

    q, k : (…, H, N, D), so that scores = scale · q kᵀ + bias.
    """

    q: Tensor
    k: Tensor
    scale: float = 1.0
    bias: Tensor | None = None
    is_softmax: bool = False


class _Follower(TorchFunctionMode):
    """Mode that knows of a few tensors which step of attention they are."""

    def __init__(
        self, on_attention: Callable[[Tensor, Tensor], None] | None = None
    ) -> None:
        super().__init__()
        self._on_attention = on_attention
        # by identity, with the tensor itself, so that no other gets the same
        self._steps: dict[int, tuple[Tensor, _Scores]] = {}

    def __torch_function__(
        self,
        function: Any,  # noqa: ANN401
        types: Any,  # noqa: ANN401
        args: Any = (),  # noqa: ANN401
        kwargs: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Call the function; replace the last step of attention."""
        kwargs = dict(kwargs or {})
        if getattr(_here, "depth", 0):
            return function(*args, **kwargs)
        if function is F.multi_head_attention_forward:
            # queries and keys are (N, B, W) here
            self.tell(args[0].transpose(0, -2), args[1].transpose(0, -2))
            return _without_weights(function, args, kwargs)
        if function is _fused:
            self.tell(args[0], args[1] if len(args) > 1 else kwargs["key"])
            return function(*args, **kwargs)
        step = _STEPS.get(function)
        if step is None:
            return function(*args, **kwargs)
        made = function(*args, **kwargs)
        if isinstance(made, Tensor):
            with contextlib.suppress(_NotFollowed):
                return step(self, made, args, kwargs)
        return made

    def known(self, value: object) -> _Scores | None:
        """Return which step a tensor is; None for any other value."""
        found = self._steps.get(id(value))
        return found[1] if found is not None and found[0] is value else None

    def keep(self, made: Tensor, scores: _Scores) -> Tensor:
        """Remember a tensor as a step, and return it."""
        while len(self._steps) >= _MAX_STEPS:
            del self._steps[next(iter(self._steps))]
        self._steps[id(made)] = (made, scores)
        return made

    def tell(self, query: Tensor, key: Tensor) -> None:
        """Report a call of attention to whoever watches."""
        if self._on_attention is not None:
            self._on_attention(query, key)

    def forget(self) -> None:
        """Let go of all tensors: the attention that they led to has been computed."""
        self._steps.clear()


class _NotFollowed(Exception):
    """A call is no step of attention that is known."""


def _without_weights(
    function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:  # noqa: ANN401
    """Return what `nn.MultiheadAttention` does, its output by the fused function."""
    if not kwargs.get("need_weights", True):
        return function(*args, **kwargs)
    own, weights = function(*args, **kwargs)
    fused, _ = function(*args, **{**kwargs, "need_weights": False})
    return (fused if _agree(own, fused) else own), weights


# --- products --------------------------------------------------------------------


def _on_product(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow a @ b: scores of queries and keys, or weights times values."""
    operands = [*args, *kwargs.values()]
    if len(operands) < 2 or not all(isinstance(one, Tensor) for one in operands[:2]):
        raise _NotFollowed
    first, second = operands[:2]
    weights = follower.known(first)
    if weights is not None and weights.is_softmax:
        return _attended(follower, made, weights, second)
    if first.dim() == second.dim() and first.dim() in (3, 4):
        return follower.keep(made, _Scores(first, second.transpose(-2, -1)))
    raise _NotFollowed


def _on_einsum(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow an einsum of queries and keys, or of weights and values."""
    text, operands = args[0], args[1:]
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    match = re.fullmatch(r"(\w+),(\w+)->(\w+)", str(text).replace(" ", ""))
    if match is None or len(operands) != 2:
        raise _NotFollowed
    first, second, out = match.groups()
    a, b = operands
    weights = follower.known(a)
    if weights is not None and weights.is_softmax:
        key = first[-1]
        channel = [c for c in second if c not in first]
        if not channel or key in out or len(channel) != 1 or key not in second:
            raise _NotFollowed
        order = [*first[:-2], key, channel[0]]
        value = _permuted(b, second, order)
        wanted = [*first[:-1], channel[0]]
        if sorted(wanted) != sorted(out):
            raise _NotFollowed
        back = _permuted(made, out, wanted)
        fused = _attended(follower, back, weights, value)
        return _permuted(fused, "".join(wanted), [*out]) if fused is not back else made
    shared = [c for c in first if c in second and c not in out]
    queries = [c for c in first if c not in second]
    keys = [c for c in second if c not in first]
    if len(shared) != 1 or len(queries) != 1 or len(keys) != 1 or len(out) < 3:
        raise _NotFollowed
    if [*out[-2:]] != [queries[0], keys[0]] or not {*out[:-2]} <= {*first} & {*second}:
        raise _NotFollowed
    q = _permuted(a, first, [*out[:-2], queries[0], shared[0]])
    k = _permuted(b, second, [*out[:-2], keys[0], shared[0]])
    return follower.keep(made, _Scores(q, k))


def _permuted(tensor: Tensor, letters: str, order: Sequence[str]) -> Tensor:
    """Return the tensor with its axes, which have these letters, in another order."""
    if sorted(letters) != sorted(order) or len({*letters}) != len(letters):
        raise _NotFollowed
    return tensor.permute([letters.index(letter) for letter in order])


def _attended(
    follower: _Follower, own: Tensor, weights: _Scores, value: Tensor
) -> Tensor:
    """Return weights times values by the fused function, or `own` if it differs."""
    follower.forget()
    if value.dim() != weights.q.dim() or value.shape[-2] != weights.k.shape[-2]:
        return own
    parts = (weights.q, weights.k, value)
    bias = weights.bias
    if bias is not None:
        bias = bias.to(weights.q.dtype)
        while bias.dim() < weights.q.dim():
            bias = bias[None]
        size = (*weights.q.shape[:-1], weights.k.shape[-2])
        bias = bias.expand(size)
    expected = _fused(*parts, bias, scale=weights.scale)
    if not _agree(own, expected):
        return own
    follower.tell(weights.q, weights.k)
    return F.scaled_dot_product_attention(*parts, bias, scale=weights.scale)


def _agree(own: Tensor, other: Tensor) -> bool:
    """Return whether two outputs are equal but for rounding."""
    if own.shape != other.shape:
        return False
    difference = (own.detach() - other.detach()).abs().amax().float()
    limit = _LIMITS.get(own.dtype, _LOW_PRECISION_LIMIT)
    return bool(difference <= limit * own.detach().abs().amax().float())


# --- steps between ---------------------------------------------------------------


def _on_scale(
    follower: _Follower,
    made: Tensor,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    is_division: bool = False,
) -> Tensor:
    """Follow scores times, or divided by, one number."""
    first, second = args[0], args[1]
    scores = follower.known(first)
    if scores is None and not is_division:
        first, second = second, first
        scores = follower.known(first)
    is_number = isinstance(second, int | float) or (
        isinstance(second, Tensor) and second.numel() == 1
    )
    if scores is None or scores.is_softmax or not is_number or len(args) > 2 or kwargs:
        raise _NotFollowed
    factor = 1 / float(second) if is_division else float(second)
    bias = None if scores.bias is None else scores.bias * factor
    return follower.keep(made, replace(scores, scale=scores.scale * factor, bias=bias))


def _on_division(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow scores divided by one number."""
    return _on_scale(follower, made, args, kwargs, is_division=True)


def _on_bias(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow scores plus a bias for each pair of tokens."""
    first, second = args[0], args[1]
    scores = follower.known(first)
    if scores is None:
        first, second = second, first
        scores = follower.known(first)
    if scores is None or scores.is_softmax or len(args) > 2 or kwargs:
        raise _NotFollowed
    bias = second if isinstance(second, Tensor) else torch.full((1, 1), float(second))
    if bias.dim() > first.dim() or first.shape != made.shape:
        raise _NotFollowed
    total = bias if scores.bias is None else scores.bias + bias
    return follower.keep(made, replace(scores, bias=total))


def _on_mask(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow scores of which some are cut."""
    values = [*args, *kwargs.values()]
    scores = follower.known(values[0])
    if scores is None or scores.is_softmax or len(values) != 3:
        raise _NotFollowed
    _, mask, value = values
    if not isinstance(mask, Tensor) or not float(value) <= _CUT:
        raise _NotFollowed
    cut = torch.zeros(mask.shape, device=made.device).masked_fill(mask, -torch.inf)
    total = cut if scores.bias is None else scores.bias + cut
    return follower.keep(made, replace(scores, bias=total))


def _on_softmax(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow the softmax over the keys."""
    scores = follower.known(args[0] if args else kwargs.get("input"))
    axis = kwargs.get("dim", args[1] if len(args) > 1 else None)
    if scores is None or scores.is_softmax or axis not in (-1, made.dim() - 1):
        raise _NotFollowed
    return follower.keep(made, replace(scores, is_softmax=True))


def _on_nothing(
    follower: _Follower, made: Tensor, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """Follow a step that changes no number: another dtype, dropout in evaluation."""
    source = args[0] if args else kwargs.get("input")
    scores = follower.known(source)
    if scores is None or made is source:
        return made
    if made.shape != cast("Tensor", source).shape:
        raise _NotFollowed
    is_dropout = kwargs.get("training", args[2] if len(args) > 2 else False) is True
    return made if is_dropout else follower.keep(made, scores)


_Step = Callable[[_Follower, Tensor, Sequence[Any], Mapping[str, Any]], Tensor]
_STEPS: dict[Any, _Step] = {
    **dict.fromkeys(
        (torch.matmul, torch.bmm, Tensor.matmul, Tensor.bmm, Tensor.__matmul__),
        _on_product,
    ),
    torch.einsum: _on_einsum,
    **dict.fromkeys(
        (torch.mul, Tensor.mul, Tensor.mul_, Tensor.__mul__, Tensor.__rmul__,
         Tensor.__imul__, torch.multiply),
        _on_scale,
    ),
    **dict.fromkeys(
        (torch.div, torch.true_divide, Tensor.div, Tensor.div_, Tensor.__truediv__,
         Tensor.__itruediv__),
        _on_division,
    ),
    **dict.fromkeys(
        (torch.add, Tensor.add, Tensor.add_, Tensor.__add__, Tensor.__radd__,
         Tensor.__iadd__),
        _on_bias,
    ),
    **dict.fromkeys(
        (torch.masked_fill, Tensor.masked_fill, Tensor.masked_fill_), _on_mask
    ),
    **dict.fromkeys((torch.softmax, F.softmax, Tensor.softmax), _on_softmax),
    **dict.fromkeys(
        (F.dropout, torch.dropout, Tensor.to, Tensor.type_as, Tensor.float,
         Tensor.half, Tensor.contiguous, Tensor.type, Tensor.clone),
        _on_nothing,
    ),
}  # fmt: skip
