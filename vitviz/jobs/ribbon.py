"""The sizes that the ribbon shows, of a model and its run; at once, in any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitviz.views.ribbon import ModelShape, ReadBy

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model


def model_shape(model: Model, trace: Trace | None = None) -> ModelShape:
    """Return the sizes of a model, at the size of `trace` or at its own.

    trace : a run of it, which may still go on.
    """
    info, adapter = model.info, model.adapter
    patch = adapter.patch_size
    if trace is None:
        side = model.preprocessing.size
        entered = (side[0] // patch[0] * patch[0], side[1] // patch[1] * patch[1])
        grid = entered[1] // patch[1], entered[0] // patch[0]
        special = adapter.prefix_names or ()
        picture, heads, outputs = None, info.num_heads, 0
    else:
        entered, grid = trace.setup.placement.model_size, trace.grid
        special = trace.setup.prefix_names
        image = trace.setup.image
        picture = None if image is None else image.size
        heads = trace.num_heads or info.num_heads
        outputs = 0 if trace.output is None else len(trace.output)
    return ModelShape(
        picture=picture,
        input=entered,
        patch=patch,
        channels=info.channels,
        grid=grid,
        special=special,
        width=info.width,
        num_layers=info.num_layers,
        num_heads=heads,
        head_width=_head_width(trace, info.width, heads),
        mlp_width=_mlp_width(adapter.blocks[0], info.width),
        read_by=_read_by(model, special),
        num_outputs=outputs,
        has_head=info.has_head,
        is_rotary=_is_rotary(adapter.module),
    )


def _head_width(trace: Trace | None, width: int, heads: int) -> int:
    captured = () if trace is None else trace.captures
    known = next((c.q.shape[-1] for c in captured if c is not None), 0)
    return int(known) or (width // heads if heads else 0)


def _mlp_width(block: Any, width: int) -> int:  # noqa: ANN401  (a torch module)
    """Return what the block's last narrowing matrix reads: (hidden, width)."""
    found = [
        int(part.in_features)
        for part in block.modules()
        if getattr(part, "out_features", None) == width
        and getattr(part, "in_features", 0) > width
    ]
    return found[-1] if found else 0


def _read_by(model: Model, special: tuple[str, ...]) -> ReadBy:
    if model.adapter.has_pool:
        return ReadBy.POOL
    declared = getattr(model.adapter.module, "global_pool", None)  # timm's name
    if "cls" not in special or declared == "avg":
        return ReadBy.MEAN
    return ReadBy.CLS


def _is_rotary(module: Any) -> bool:  # noqa: ANN401  (a torch module)
    return any(
        "rope" in name.lower() or "rotary" in name.lower()
        for name, _ in module.named_modules()
    )
