"""Features of the reference pictures, by passes of the model itself.

Each picture enters as any other does: the model's own preprocessing at its own size,
nothing changed, so that a picture's place does not depend on the size or the changes of
the run it is compared with. What comes out is what `Trace.output` of a model without a
head holds: CLS, the mean of the patches, or a pooling head's feature.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import nn

from vitviz.attention.cpu_fallback import as_run
from vitviz.attention.prepare import explain_model_errors, set_up
from vitviz.attention.trace import Trace, as_array
from vitviz.domain.likeness import Array, ReferenceFeatures
from vitviz.errors import UnsupportedModelError
from vitviz.models.model import Model
from vitviz.pictures.references import REFERENCES, reference_path

# What a feature depends on beside the module; see `depends_on`.
_Key = tuple[object, ...]
# Features by picture, of the last way in which a module was asked; gone when it is.
_found: WeakKeyDictionary[nn.Module, tuple[_Key, dict[str, Array]]] = (
    WeakKeyDictionary()
)


def reference_features(
    model: Model,
    trace: Trace | None = None,
    *,
    check: Callable[[], None] = lambda: None,
) -> ReferenceFeatures:
    """Return what the model answers to each reference picture.

    Made once for a model's weights, one pass a picture; a cancelled call keeps those
    that are done. May be called from any thread.

    trace : the run that will be compared; its device counts where that was not the
        model's own.
    check : called before every pass; what it raises ends the computation.

    Raises UnsupportedModelError for a model with labels of its own, or one that fails
    on these pictures.
    """
    if model.info.has_head:
        raise UnsupportedModelError(
            "{name} answers with classes, so its answer is no feature that could be "
            "compared.",
            name=model.info.name,
        )
    if trace is not None:
        model = as_run(model, trace)
    module, key = model.adapter.module, depends_on(model)
    known_key, known = _found.get(module, (None, {}))
    if known_key != key:
        known = {}
        _found[module] = key, known
    for name in REFERENCES:
        if name not in known:
            check()
            known[name] = _feature(model, name)
    values = np.stack([known[name] for name in REFERENCES])
    return ReferenceFeatures(REFERENCES, values)


def depends_on(model: Model) -> _Key:
    """Return what features depend on beside the module itself."""
    # parameters that are trained or loaded in place count their versions up
    parameters = model.adapter.module.parameters()
    versions = sum(0 if one.is_inference() else one._version for one in parameters)
    return model.adapter.patch_size, model.preprocessing, model.dtype, versions


def _feature(model: Model, name: str) -> Array:
    """Return the model's answer to one reference picture, (C,) float32."""
    setup, pixels = set_up(model, reference_path(name))
    with (
        torch.inference_mode(),
        model.adapter.ready(setup.placement.model_size),
        explain_model_errors(setup),
    ):
        return as_array(model.adapter.forward(pixels)[0].float().reshape(-1))
