"""Jobs that fetch weights, and ask a library about a model by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.jobs.queue import Context

if TYPE_CHECKING:
    from vitviz.models.catalogue.entries import Entry, Remote
    from vitviz.models.model import Model


def fetch(context: Context, remote: Remote) -> Path:
    """Report Progress and return the path of the weights.

    Raises DownloadError, OutputError.
    """
    from vitviz.models.catalogue.download import download

    return download(
        remote, on_progress=context.report, check=context.raise_if_cancelled
    )


def look_up(context: Context, name: str) -> Entry:
    """Return what is known of a model that the catalogue does not have.

    Raises UnknownModelError, UnsupportedModelError, MissingExtraError.
    """
    from vitviz.models.catalogue.published import entry_of

    return entry_of(name)


def load(
    context: Context,
    name: str,
    *,
    device: str = "auto",
    patch_size: int | None = None,
    dtype: str = "float32",
    threads: int = 0,
) -> Model:
    """Return a Model. Raises ModelError and others of `load_model`.

    name : "" for the embedded model that suits this machine.
    threads : of the processor, from now on; 0 is torch's own choice.
    """
    from vitviz.models.adapters.embedded import name_for_this_machine
    from vitviz.models.load import choose_device, load_model
    from vitviz.models.threads import use_threads

    use_threads(threads)
    name = name or name_for_this_machine(choose_device(device))
    return load_model(name, device=device, patch_size=patch_size, dtype=dtype)


def label(context: Context, model: Model, path: Path) -> Model:
    """Return the model with the labels of a file.

    Raises CheckpointError where they do not fit.
    """
    from vitviz.models.labels import labelled

    return labelled(model, path)
