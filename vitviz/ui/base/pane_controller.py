"""What a filler is given, and what it can be asked."""

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
    """A trace, what the user wants to see of it, and how far it is."""

    trace: Trace
    state: ViewState
    layer: int
    """The layer on screen."""
    model: Model | None
    """None where only the trace was given."""
    is_running: bool
    """Whether layers are still to come."""

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
    """Fills one pane, or several at once.

    Lives in the main thread; long work goes to the engine.
    """

    def attach(self, pane: Pane) -> None:
        """Fill the pane of a window that was built anew, in another language.

        What was computed, and what is still to come, belongs to the filler and is kept.
        The next `refresh` shows all of it again, so what tells the filler that its pane
        is up to date has to be forgotten here.
        """
        raise NotImplementedError

    def clear(self) -> None:
        """The picture or its trace has gone: forget what was computed from it."""
        raise NotImplementedError

    def refresh(self, view: View) -> None:
        """Show `view`: what is at hand now, the rest when the engine has it."""
        raise NotImplementedError


class StaticPaneController(PaneController[object]):
    """For a pane that does not show the trace."""

    def attach(self, pane: Pane) -> None:
        """Nothing is filled."""

    def clear(self) -> None:
        """Nothing was computed."""

    def refresh(self, view: View) -> None:
        """Nothing to show."""
