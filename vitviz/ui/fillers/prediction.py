"""Fills the pane of classes."""

from __future__ import annotations

import numpy as np

from vitviz.ui.class_pane import ClassPane
from vitviz.ui.fillers.view import Filler, View
from vitviz.ui.panes import Panes
from vitviz.ui.work import Work
from vitviz.views.prediction import class_name, guesses, probabilities

MOST = 20


class PredictionFiller(Filler):
    """All of it is at hand once the run is complete."""

    def __init__(self, pane: ClassPane, work: Work) -> None:
        super().__init__(work)
        self.pane = pane
        self._view: View | None = None
        pane.searched.connect(self._on_searched)

    def attach(self, panes: Panes) -> None:
        """Fill another pane."""
        panes.classes.setSearchText(self.pane.searchText())
        self.pane = panes.classes
        self.pane.searched.connect(self._on_searched)

    def clear(self) -> None:
        """List nothing."""
        self._view = None
        self.pane.setHasClasses(False)
        self.pane.setGuesses((), target=None, note="")

    def refresh(self, view: View) -> None:
        """List the likeliest classes, or those that are looked for."""
        self._view = view
        info, logits = view.trace.setup.model, view.trace.logits
        is_known = logits is not None and probabilities(logits) is not None
        self.pane.setHasClasses(is_known)
        if logits is None:
            note = self.tr("The prediction comes with the last layer.")
            if not info.has_head:
                note = self.tr(
                    "{name} has no classifier. Methods that need a target explain the "
                    "model's own feature instead: how far each patch points its way."
                ).format(name=info.name)
            self.pane.setGuesses((), target=None, note=note)
            return
        if not is_known:
            note = self.tr("The logits are not finite, so no class can be named.")
            self.pane.setGuesses((), target=None, note=note)
            return
        wanted = self.pane.searchText()
        found = guesses(logits, info.labels, wanted=wanted, most=MOST)
        target = view.state.target
        if target is None or target >= len(logits):
            target = int(np.argmax(logits))
        note = self.tr(
            "Relevance, gradient rollout, grad-CAM and others explain: {name}"
        ).format(name=class_name(target, info.labels))
        if not found:
            note = self.tr("No class matches “{text}”.").format(text=wanted)
        self.pane.setGuesses(found, target=target, note=note)

    def _on_searched(self, _text: str) -> None:
        if self._view is not None:
            self.refresh(self._view)
