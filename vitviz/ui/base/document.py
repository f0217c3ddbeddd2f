"""What is before the user, and what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.domain.interventions import InterventionList
from vitviz.views.session import ModelChoice, RunOptions

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A picture and what the model made of it."""

    image: SourceImage | None = None
    trace: Trace | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LastGood:
    """What a failed open, load or run goes back to."""

    document: Document = Document()
    model: Model | None = None
    loaded: Model | None = None
    """`model` as it was loaded; see `Runs.loaded`."""
    options: RunOptions = RunOptions()
    choice: ModelChoice = ModelChoice()
    """What `model` was asked for as."""
    changes: InterventionList = ()
