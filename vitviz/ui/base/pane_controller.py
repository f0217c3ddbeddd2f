"""Base class of pane controllers, which show the trace in a pane, and their input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from PySide6.QtCore import QObject

from vitviz.views.display import Display, differs

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.views.view_state import ViewState


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
    # What is on screen: the state in the range of the trace, and its maps.
    display: Display | None = None

    @property
    def exact(self) -> tuple[int, ...]:
        """The layers that have run and passed their check, in order."""
        captures = self.trace.captures
        return tuple(i for i, c in enumerate(captures) if c is not None and c.is_exact)


class PaneController(QObject, Generic[Pane]):
    """Base of what shows the trace in one pane, or in several at once.

    Lives in the main thread; long work goes to the worker threads (`base.threads`).
    """

    # Fields of the displayed state that the pane's content is computed from.
    depends_on: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._computed_for: Display | None = None

    def is_outdated(self, view: View) -> bool:
        """Return whether the pane's content has to be computed anew for `view`.

        That is so where the run is another one than at the last call, or a field in
        `depends_on`; the view counts as computed from now on.
        """
        assert view.display is not None
        before, self._computed_for = self._computed_for, view.display
        return differs(before, view.display, self.depends_on)

    def mark_outdated(self) -> None:
        """Have the content computed anew for the next view, whatever it is."""
        self._computed_for = None

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
