"""The side panel: one panel for each mode of the window, and what switches them."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from vitviz.ui.widgets.current_stack import CurrentStack
from vitviz.views.state import Mode


class SideModes(CurrentStack):
    """A panel for each mode that the window has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: dict[Mode, QWidget] = {}

    def addPanel(self, mode: Mode, panel: QWidget) -> None:
        """Give a mode its panel; the first one is shown."""
        self._panels[mode] = panel
        self.addWidget(panel)

    def setMode(self, mode: Mode) -> None:
        """Show a mode's panel; one without a panel changes nothing."""
        if mode in self._panels:
            self.setCurrentWidget(self._panels[mode])

    def mode(self) -> Mode:
        """The mode whose panel is on screen."""
        now = self.currentWidget()
        return next(mode for mode, panel in self._panels.items() if panel is now)

    def modes(self) -> tuple[Mode, ...]:
        """The modes that have a panel, in their order."""
        return tuple(self._panels)
