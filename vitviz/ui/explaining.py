"""What the controller remembers of methods: one result, and one backward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.methods import METHODS
from vitviz.jobs import maps
from vitviz.jobs.queue import Job
from vitviz.views.display import chosen_options, shown_query, shown_target

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.jobs.maps import Explained
    from vitviz.models.model import Model
    from vitviz.views.colour import Array
    from vitviz.views.state import ViewState


class Explaining:
    """Finds a method's values, or makes the job that computes them."""

    def __init__(self) -> None:
        self._result: Explained | None = None
        self._asked: tuple[object, ...] | None = None
        self._gradients: tuple[Setup, int | None, Gradients] | None = None

    def values(self, trace: Trace, state: ViewState, layer: int) -> Array | None:
        """(N,) values that are there already, else None."""
        key = _key(trace, state, layer)
        if self._result is not None and self._result.key == key:
            return self._result.values
        return None

    def job(
        self, trace: Trace, state: ViewState, layer: int, model: Model | None
    ) -> Job | None:
        """The job that computes what is on screen; None if it is under way."""
        key = _key(trace, state, layer)
        if key == self._asked:
            return None
        self._asked = key
        known = None
        target = shown_target(trace, state)
        if self._gradients is not None:
            setup, of_class, gradients = self._gradients
            if setup is trace.setup and of_class == target:
                known = gradients
        return maps.explain(trace, state, layer, key, model=model, gradients=known)

    def receive(self, explained: Explained, trace: Trace, state: ViewState) -> None:
        """Keep what a job has returned."""
        self._result, self._asked = explained, None
        if explained.gradients is not None:
            target = shown_target(trace, state)
            self._gradients = (trace.setup, target, explained.gradients)

    def forget_question(self) -> None:
        """A job that failed or was dropped may be asked again."""
        self._asked = None

    def clear(self) -> None:
        """Let go of results of a scene that has gone."""
        self._result = self._asked = self._gradients = None


def _key(trace: Trace, state: ViewState, layer: int) -> tuple[object, ...]:
    """What a method's values depend on."""
    method = METHODS[state.method]
    return (
        id(trace.setup),
        state.method,
        shown_query(trace, state.token) if method.is_per_query else None,
        *chosen_options(trace, state, layer),
    )
