"""Compare: a view that was kept, linked to the live one by query, zoom and scale."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vitviz.export.captions import caption, changed_words
from vitviz.jobs import maps
from vitviz.jobs.queue import Kind
from vitviz.ui import theme
from vitviz.ui.compare_pane import ComparePane
from vitviz.ui.work import Work
from vitviz.views.colour import DIVERGING, Levels, Meaning
from vitviz.views.compare import common_levels, difference, linked_token
from vitviz.views.display import Heat, heat, maps_of, shown_layer
from vitviz.views.overlay import overlay_rgba, tinted_difference
from vitviz.views.session import ModelChoice, RunOptions
from vitviz.views.state import Direction, Scale, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Everything that brings a view back without running it again."""

    image: SourceImage | None
    trace: Trace
    seconds: float | None
    model: Model | None
    choice: ModelChoice
    options: RunOptions
    state: ViewState


class Comparing(QObject):
    """Fills the right half; the left one stays the controller's."""

    changed = Signal()
    """A view was kept or let go of, or a map arrived."""

    def __init__(self, pane: ComparePane, work: Work) -> None:
        super().__init__(work)
        self.pane = pane
        self.kept: Kept | None = None
        self.shows_difference = False
        self.same_scale = True
        self.heat: Heat | None = None
        """The kept view's map for the linked query."""
        self._work = work
        self._asked: tuple[object, ...] | None = None
        self._found: tuple[tuple[object, ...], Heat] | None = None
        work.on_result(Kind.COMPARE, self._on_computed)

    def attach(self, pane: ComparePane) -> None:
        """Fill another pane with the view that is kept."""
        self.pane = pane
        pane.same_scale.setChecked(self.same_scale)
        self._set_picture()
        self.changed.emit()

    def keep(self, kept: Kept | None) -> None:
        """Keep a view, or none any more."""
        self.kept, self.heat = kept, None
        self._asked = self._found = None
        self._work.drop(Kind.COMPARE)
        self._set_picture()
        self.changed.emit()

    def _set_picture(self) -> None:
        if self.kept is not None:
            image = self.kept.trace.setup.picture
            self.pane.picture.setPicture(image.pixels, image.copies)

    def levels(self, live: Heat | None) -> tuple[Levels, Levels] | None:
        """(live, kept) levels that make one scale; None where each has its own."""
        if live is None or self.heat is None or not self.same_scale:
            return None
        return common_levels(live, self.heat)

    def refresh(self, live: Heat | None, trace: Trace | None, state: ViewState) -> None:
        """Show the kept view for the query that is on screen at the left."""
        kept = self.kept
        if kept is None:
            return
        token = kept.state.token
        if live is not None and trace is not None:
            token = linked_token(live.token, trace.setup, kept.trace.setup)
        self.heat = self._computed(kept, token)
        self._paint(live, trace, state)

    def _computed(self, kept: Kept, token: int) -> Heat | None:
        """The kept view's map of a token; None while the engine computes it."""
        state = replace(kept.state, token=token)
        layer = shown_layer(kept.trace, state)
        assert layer is not None
        if state.method == "raw" and state.direction is Direction.LOOKS_AT:
            return heat(kept.trace, state, maps_of(kept.trace, state, layer))
        key = (id(kept), token)
        if self._found is not None and self._found[0] == key:
            return self._found[1]
        if key != self._asked:
            self._asked = key
            job = maps.heat_of(kept.trace, state, layer, kept.model, key)
            self._work.submit(Kind.COMPARE, job)
        return None

    def _on_computed(self, found: tuple[tuple[object, ...], Heat]) -> None:
        self._found = found
        self.changed.emit()

    def _paint(self, live: Heat | None, trace: Trace | None, state: ViewState) -> None:
        kept, pane = self.kept, self.pane
        assert kept is not None
        pane.setDifference(self.shows_difference)
        if live is not None and trace is not None:
            told = self._told(live, trace.setup, kept.trace.setup, state.scale)
            pane.setLiveCaption(self.tr("Now: ") + told)
        if self.shows_difference and live is not None and trace is not None:
            self._paint_difference(live, trace, state)
            return
        setup, one = kept.trace.setup, self.heat
        pane.picture.showPixels(setup.picture.pixels)
        pane.picture.setPlacement(setup.placement, setup.grid)
        pane.picture.setShowsGrid(state.show_grid)
        if one is None:
            pane.picture.setHeat(None)
            pane.bar.setLevels(None)
            pane.setCaption(self.tr("Computing …"))
            return
        shared = self.levels(live)
        levels = one.levels if shared is None else shared[1]
        look = state.style, state.colormap, state.opacity
        pane.picture.setHeat(overlay_rgba(one.patches, levels, *look))
        pane.picture.setPinned(one.token, (), _meaning(one))
        pane.bar.setColormap(state.colormap)
        pane.bar.setStyleKind(state.style, state.opacity)
        pane.bar.setLevels(levels)
        pane.bar.setUniform(one.uniform, one.uniform_text)
        shown = replace(one, levels=levels)
        beside = None if trace is None else trace.setup
        told = self._told(shown, setup, beside, kept.state.scale)
        pane.setCaption(self.tr("Kept: ") + told)

    def _told(self, one: Heat, setup: Setup, other: Setup | None, scale: Scale) -> str:
        """What a view is of. The scale is on the bar; the input where both differ."""
        *words, _, given = caption(one, setup, scale)
        if other is not None and _input(setup) != _input(other):
            words.insert(1, given)
        if theme.presents():  # the mark on the picture says it; a line a change is much
            changed = changed_words(setup.interventions)
            words = [text for text in words if text not in changed]
        return " · ".join((setup.picture.name, *words))

    def _paint_difference(self, live: Heat, trace: Trace, state: ViewState) -> None:
        kept, pane = self.kept, self.pane
        assert kept is not None
        setup = trace.setup
        pane.picture.showPixels(setup.picture.pixels)
        pane.picture.setPlacement(setup.placement, setup.grid)
        pane.picture.setPinned(live.token, (), _meaning(live))
        if self.heat is None:
            pane.picture.setHeat(None)
            pane.bar.setLevels(None)
            pane.setCaption(self.tr("Computing …"))
            return
        found = difference(live, setup, self.heat, kept.trace.setup)
        rgba = tinted_difference(found.patches, found.levels, state.opacity)
        pane.picture.setHeat(rgba)
        pane.bar.setColormap(DIVERGING)
        pane.bar.setStyleKind(type(state.style).MAP)
        pane.bar.setLevels(found.levels)
        pane.bar.setUniform(None)
        unit = self.tr("in multiples of uniform") if found.is_relative else ""
        text = self.tr("Left less kept; orange: more at the left, blue: less")
        pane.setCaption(f"{text} · {unit}" if unit else text)


def _input(setup: Setup) -> tuple[object, ...]:
    return setup.placement.model_size, setup.grid


def _meaning(one: Heat) -> Meaning:
    """What the chosen token is: the query of a row, the key of a column."""
    return Meaning.QUERY if one.direction is Direction.LOOKS_AT else Meaning.KEY
