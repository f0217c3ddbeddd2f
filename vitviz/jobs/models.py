"""Jobs that fetch weights, and ask a library about a model by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.jobs.queue import Context, Job

if TYPE_CHECKING:
    from vitviz.models.catalogue.entries import Entry, Remote
    from vitviz.models.model import Model


def fetch(remote: Remote) -> Job:
    """A job that reports Progress and returns the path of the weights.

    Raises DownloadError, OutputError.
    """

    def job(context: Context) -> Path:
        from vitviz.models.catalogue.download import download

        return download(
            remote, on_progress=context.report, check=context.raise_if_cancelled
        )

    return job


def look_up(name: str) -> Job:
    """A job that returns what is known of a model that the catalogue does not have.

    Raises UnknownModelError, UnsupportedModelError, MissingExtraError.
    """

    def job(context: Context) -> Entry:
        from vitviz.models.catalogue.published import entry_of

        return entry_of(name)

    return job


def load(
    name: str,
    *,
    device: str = "auto",
    patch_size: int | None = None,
    dtype: str = "float32",
    threads: int = 0,
) -> Job:
    """A job that returns a Model. Raises ModelError and others of `load_model`.

    threads : of the processor, from now on; 0 is torch's own choice.
    """

    def job(context: Context) -> Model:
        from vitviz.models.load import load_model, use_threads

        use_threads(threads)
        return load_model(name, device=device, patch_size=patch_size, dtype=dtype)

    return job


def label(model: Model, path: Path) -> Job:
    """A job that returns the model with the labels of a file.

    Raises CheckpointError where they do not fit.
    """

    def job(context: Context) -> Model:
        from vitviz.models.labels import labelled

        return labelled(model, path)

    return job
