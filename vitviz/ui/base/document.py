"""The open document (picture and trace) and the state that a failure returns to."""

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
    """A picture and the trace of the model's run on it, as far as there is one."""

    image: SourceImage | None = None
    trace: Trace | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LastGood:
    """The last working document, model and options, restored when an action fails."""

    document: Document = Document()
    model: Model | None = None
    # The model as it was loaded; `model` is another one after a fall-back to the CPU.
    loaded: Model | None = None
    options: RunOptions = RunOptions()
    # How `model` was asked for.
    choice: ModelChoice = ModelChoice()
    changes: InterventionList = ()
