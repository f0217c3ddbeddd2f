"""Jobs about runs: what they cost, what their precision loses, names of classes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.engine import Context, Job

if TYPE_CHECKING:
    from vitviz.attention.price import Calibration
    from vitviz.attention.trace import Trace
    from vitviz.explain.precision import PrecisionError
    from vitviz.models.adapter import Model, ModelInfo


def calibrate(model: Model, num_tokens: int, seconds: float) -> Job:
    """A job that returns (the model's info, its Calibration) from a measured run."""

    def job(context: Context) -> tuple[ModelInfo, Calibration]:
        from vitviz.attention.price import calibrated

        return model.info, calibrated(model, num_tokens, seconds)

    return job


def precision(model: Model, trace: Trace) -> Job:
    """A job that returns (trace, its PrecisionError), by a second run in float32."""

    def job(context: Context) -> tuple[Trace, PrecisionError]:
        from vitviz.explain.precision import precision_error

        found = precision_error(model, trace, is_cancelled=context.is_cancelled)
        return trace, found

    return job


def label(model: Model, path: Path) -> Job:
    """A job that returns the model with the labels of a file.

    Raises CheckpointError where they do not fit.
    """

    def job(context: Context) -> Model:
        from vitviz.models.labels import labelled

        return labelled(model, path)

    return job
