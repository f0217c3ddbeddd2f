"""Data of a chapter: the view with its head, query and key, and the chapter host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from vitviz.domain.number_text import written_out
from vitviz.export.token_names import token_name
from vitviz.jobs.queue import Job
from vitviz.lessons import one_head
from vitviz.lessons.one_head import Factors, QueryWeights
from vitviz.ui.base.pane_controller import View
from vitviz.views.colour import Array, Bytes
from vitviz.views.display import shown_heads, shown_token

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage
    from vitviz.ui.inspect.picture_pane import PicturePane
    from vitviz.views.chapters import Chapter
    from vitviz.views.ribbon import Stop


@dataclass(frozen=True, eq=False)
class LessonData:
    """A view, and what a chapter needs of it, computed once when asked for."""

    view: View
    # How long the run took.
    seconds: float | None

    @property
    def trace(self) -> Trace:
        """The trace of the run."""
        return self.view.trace

    @property
    def model(self) -> Model | None:
        """The model of the trace; None where it is not at hand, or another one is."""
        model = self.view.model
        is_its = model is not None and model.info == self.trace.setup.model
        return model if is_its else None

    @property
    def image(self) -> SourceImage | None:
        """The picture; None when the input was a prepared tensor."""
        return self.trace.setup.image

    @property
    def layer(self) -> int:
        """The layer on screen."""
        return self.view.layer

    @property
    def has_one_head(self) -> bool:
        """Whether a single head is on screen."""
        return shown_heads(self.trace, self.view.state.heads).single is not None

    @property
    def head(self) -> int:
        """The head on screen; the first of several."""
        heads = shown_heads(self.trace, self.view.state.heads).heads
        return heads[0] if heads else 0

    @property
    def heads_off(self) -> frozenset[int]:
        """Heads of the layer that are off in this run, by the Lab."""
        return self.trace.interventions.heads_off_in(self.layer)

    @property
    def query(self) -> int:
        """The token that looks."""
        return shown_token(self.trace, self.view.state.token)

    @property
    def num_tokens(self) -> int:
        """Number of tokens in the sequence, without those that the Lab has dropped."""
        return self.trace.num_keys

    @property
    def num_patches(self) -> int:
        """Number of patches in the sequence, without those that the Lab has dropped."""
        return self.num_tokens - self.trace.num_prefix_tokens

    @cached_property
    def key(self) -> int:
        """The token that is looked at: the chosen one, or the strongest patch."""
        chosen = self.view.state.learn.key
        if chosen is not None and chosen < self.trace.num_tokens:
            return chosen
        prefix = self.trace.num_prefix_tokens
        return prefix + int(self.row.weights[prefix:].argmax())

    @cached_property
    def factors(self) -> Factors:
        """q, k and v of the head on screen."""
        return one_head.factors(self.trace, self.layer, self.head)

    @cached_property
    def row(self) -> QueryWeights:
        """The query's weights in the head on screen."""
        return one_head.row(self.factors, self.query)

    @property
    def uniform(self) -> float:
        """1/N, for the N tokens that can be seen."""
        return 1 / self.trace.num_keys

    def name(self, token: int) -> str:
        """Return a token's name on screen."""
        setup = self.trace.setup
        return token_name(token, setup.grid, setup.prefix_names)

    def patches(self, values: Array) -> Array:
        """Return the patches' values, (R, C), of (N,) values."""
        return self.trace.patch_map(values)


def divisor_words(of: Factors) -> str:
    """Return the divisor of the scores: "√32 = 5.66", or a changed run's number."""
    number = written_out(of.divisor)
    return f"√{of.width} = {number}" if of.has_own_divisor else number


class ChapterHost(Protocol):
    """What a chapter may ask of the window, in the main thread."""

    @property
    def picture(self) -> PicturePane:
        """The pane with the picture."""

    def change(self, *, merge: bool = False, **changes: Any) -> None:  # noqa: ANN401
        """Set fields of the ViewState."""

    def pin(self, token: int) -> None:
        """Make a token the query."""

    def choose_key(self, token: int | None) -> None:
        """Choose the key to compare the query with; None for the strongest patch."""

    def paint(self, rgba: Bytes | None) -> None:
        """Show (h, w, 4) uint8 on the large picture in place of the map; None: the map.

        It goes when another step, chapter or mode is shown.
        """

    def show_ring(self, token: int | None) -> None:
        """Ring a token on the picture; None: the key, where the chapter has one."""

    def light(self, stop: Stop | None, layer: int | None = None) -> None:
        """Light one stop of the ribbon, in a layer; None: those of the chapter."""

    def show_scale(self, is_shown: bool) -> None:
        """Set whether the colour bar is shown or leaves its space empty."""

    def hold_query(self, is_held: bool) -> None:
        """Set whether the query's own map stays while the pointer looks for a key."""

    def ask(
        self,
        job: Job,
        on_result: Callable[[Any], None],
        *,
        on_part: Callable[[Any], None] | None = None,
        on_failure: Callable[[str], None] | None = None,
    ) -> None:
        """Submit a job for the open chapter; results of an earlier one are dropped."""

    def drop(self) -> None:
        """Drop the job that was submitted last."""

    def choose_patch_size(self, patch: int) -> None:
        """Run vitviz-flexi with patches of that size."""

    def choose_size(self, side: int) -> None:
        """Run the model on an input of so many pixels a side."""

    def open_lab(self, tool: str = "hide") -> None:
        """Show the Lab, in which the model is changed and tested, with a tool of it."""

    def finished(self) -> frozenset[Chapter]:
        """Return the chapters that are ticked."""

    def save_page(self) -> None:
        """Ask what a web page is to hold, and for its file, and write it."""
