"""Code that repeats a run and its attention outside of the window, in three lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.interventions import UNTOUCHED
from vitviz.models.catalogue.embedded import EMBEDDED_NAME, FLEXI_NAME
from vitviz.pictures.preprocessing import placement_for

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace


def can_repeat(trace: Trace, layer: int) -> bool:
    """Return whether the three lines alone make a layer's attention.

    They do not where the Lab has changed the model, or where it adds a bias.
    """
    is_plain = trace.capture(layer).bias is None
    return is_plain and trace.setup.interventions == UNTOUCHED


def snippet(trace: Trace, *, layer: int, head: int, query: int) -> str:
    """Return Python code that repeats a query's weights and output.

    A picture without a file is named by its name, and has to be saved by that.
    """
    setup, info = trace.setup, trace.setup.model
    model = [repr(str(info.place or info.name))]
    if info.name in (EMBEDDED_NAME, FLEXI_NAME):
        model += [f"patch_size={info.patch_size[0]}"]
    if info.dtype != "float32":
        model += [f"dtype={info.dtype!r}"]
    image = setup.image
    path = None if image is None else image.path
    picture = [repr(str(path or setup.picture.name))]
    if image is not None:
        usual = placement_for(image.size, setup.preprocessing, info.patch_size)
        if usual != setup.placement:
            picture += [f"size={setup.placement.model_size}"]
            picture += [f"fit={setup.placement.fit.value!r}"]
    scale, width = trace.capture(layer).scale, trace.capture(layer).q.shape[-1]
    is_usual = abs(scale * width**0.5 - 1) < 1e-4
    divisor = "dk**0.5" if is_usual else repr(1 / scale)
    return f"""\
import vitviz

model = vitviz.load_model({", ".join(model)})
trace = vitviz.trace(model, {", ".join(picture)})
layer, head, query = {layer}, {head}, {query}
call = trace.capture(layer)
Q, K, V = (part[None].float() for part in (call.q, call.k, call.v))
dk = Q.shape[-1]

attn = (Q @ K.transpose(-1, -2)) / {divisor}
weights = attn.softmax(dim=-1)
out = weights @ V

print(weights[0, head, query].max(), out[0, head, query])
"""
