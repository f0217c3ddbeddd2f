"""Jobs that fetch weights, and ask a library about a model by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.engine import Context, Job

if TYPE_CHECKING:
    from vitviz.models.catalogue import Entry, Remote


def fetch(remote: Remote) -> Job:
    """A job that reports Progress and returns the path of the weights.

    Raises DownloadError, OutputError.
    """

    def job(context: Context) -> Path:
        from vitviz.models.downloads import download

        return download(
            remote, on_progress=context.report, check=context.raise_if_cancelled
        )

    return job


def look_up(name: str) -> Job:
    """A job that returns what is known of a model that the catalogue does not have.

    Raises UnknownModelError, UnsupportedModelError, MissingExtraError.
    """

    def job(context: Context) -> Entry:
        from vitviz.models.published import entry_of

        return entry_of(name)

    return job
