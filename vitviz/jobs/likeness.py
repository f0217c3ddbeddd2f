"""What the engine is asked for *most like*. torch is imported inside the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.jobs.queue import Context

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.likeness import ReferenceFeatures
    from vitviz.models.model import Model


def references(context: Context, model: Model, trace: Trace) -> ReferenceFeatures:
    """Return the model's features of the reference pictures.

    Raises UnsupportedModelError for a model with labels, or one that fails on them.
    """
    from vitviz.explain.most_like import reference_features

    return reference_features(model, trace, check=context.raise_if_cancelled)
