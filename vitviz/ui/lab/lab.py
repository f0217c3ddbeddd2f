"""Puts the Lab into the window: its mark, its panel, and what they ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from vitviz.interventions import UNTOUCHED
from vitviz.ui.lab.mark import ChangedMark
from vitviz.views.state import Mode

if TYPE_CHECKING:
    from vitviz.ui.main_window import MainWindow


class Lab(QObject):
    """Lives in the main thread; changes are a part of the controller's view state."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._control = control = window.controller
        panes = window.panes
        self.mark = ChangedMark(panes.picture)
        self.kept_mark = ChangedMark(panes.compare.picture)
        for mark in (self.mark, self.kept_mark):
            mark.labRequested.connect(self._show)
        control.sceneChanged.connect(self._refresh_marks)
        control.comparing.changed.connect(self._refresh_marks)

    def restore(self) -> None:
        """Switch every change off; undo brings them back."""
        if self._control.state.changes:
            self._control.change(changes=())

    def _show(self) -> None:
        self._control.change(mode=Mode.LAB)

    def _refresh_marks(self) -> None:
        trace, kept = self._control.scene.trace, self._control.comparing.kept
        self.mark.setInterventions(UNTOUCHED if trace is None else trace.interventions)
        self.kept_mark.setInterventions(
            UNTOUCHED if kept is None else kept.trace.interventions
        )
