"""Base class of pane controllers, which show the trace in a pane, and their input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.views.state import ViewState


Pane = TypeVar("Pane")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A trace, the view state, the layer on screen and whether a run is going on."""

    trace: Trace
    state: ViewState
    # The layer on screen.
    layer: int
    # None where only the trace is at hand.
    model: Model | None
    # Whether layers are still to come.
    is_running: bool

    @property
    def captured(self) -> frozenset[int]:
        """The layers that have run."""
        captures = self.trace.captures
        return frozenset(i for i, c in enumerate(captures) if c is not None)

    @property
    def exact(self) -> tuple[int, ...]:
        """The layers that have run and passed their check, in order."""
        captures = self.trace.captures
        return tuple(i for i, c in enumerate(captures) if c is not None and c.is_exact)


class PaneController(QObject, Generic[Pane]):
    """Base of what shows the trace in one pane, or in several at once.

    Lives in the main thread; long work goes to the worker threads (`base.threads`).
    """

    def attach(self, pane: Pane) -> None:
        """Use `pane` from now on: the window was built anew, in another language.

        What was computed, and the jobs under way, belong to the controller and are not
        lost. The next `refresh` shows all of it again, so whatever marks the pane as up
        to date has to be reset here.
        """
        raise NotImplementedError

    def clear(self) -> None:
        """Forget what was computed: the picture or its trace has been closed."""
        raise NotImplementedError

    def refresh(self, view: View) -> None:
        """Show `view`: what is at hand now, the rest once it has been computed."""
        raise NotImplementedError


class StaticPaneController(PaneController[object]):
    """A controller of a pane that does not show the trace."""

    def attach(self, pane: Pane) -> None:
        """Do nothing: nothing is shown."""

    def clear(self) -> None:
        """Do nothing: nothing was computed."""

    def refresh(self, view: View) -> None:
        """Do nothing: nothing is shown."""
