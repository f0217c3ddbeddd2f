"""Status line below the window: the map in numbers, exactness, time and device."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from vitviz.domain.geometry import PatchGrid
from vitviz.domain.methods import MAPS
from vitviz.domain.number_text import format_value
from vitviz.export.token_names import token_name
from vitviz.ui.base import theme
from vitviz.ui.base.text import format_seconds, show_plainly
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.views.display import Heat
from vitviz.views.view_state import Direction


class StatusLine(QWidget):
    """The map in numbers at the left; exactness, time and device at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._fallback = ElidedLabel(), QLabel()
        # The map in numbers, and whether it is left out.
        self._numbers, self._is_quiet = "", False
        self._precision, self._right = QLabel(), QLabel()
        labels = (self._left, self._fallback, self._precision, self._right)
        show_plainly(*labels)
        for label in labels:
            label.setFont(theme.font("small"))
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._right.setToolTip(
            self.tr(
                "Nine rows of every layer are recomputed from its queries and keys and "
                "compared with what the model itself computed. So the map is that of "
                "the network as it was built; whether it was trained that way is what "
                "the tooltip of the model says, where anything was assumed. Where the "
                "softmax was made to go over another axis, a second way of computing "
                "it is compared with."
            )
        )
        self._precision.setToolTip(
            self.tr(
                "The model runs in a lower precision. A second run in float32 shows "
                "how much of a row's attention lies elsewhere, at most."
            )
        )
        self._precision.hide()
        self._fallback.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 2, 12, 4)
        layout.addWidget(self._left, 1)
        layout.addWidget(self._fallback, 0)
        layout.addWidget(self._precision, 0)
        layout.addWidget(self._right, 0)
        self.setAccessibleName(self.tr("Status"))

    def setText(self, text: str) -> None:
        """Show another text instead of numbers, such as what is being waited for."""
        self._left.setText(text)

    def text(self) -> str:
        """Return the text at the left."""
        return self._left.words()

    def setRunText(self, text: str) -> None:
        """Show a text at the right, such as the model and the time of its run."""
        self._right.setText(text)

    def runText(self) -> str:
        """Return the text at the right."""
        return self._right.text()

    def setQuiet(self, is_quiet: bool) -> None:
        """Set whether the map's numbers are left out: they would answer a question."""
        if is_quiet != self._is_quiet:
            self._is_quiet = is_quiet
            self._left.setText("" if is_quiet else self._numbers)

    def setHeat(
        self,
        heat: Heat,
        grid: PatchGrid,
        names: tuple[str, ...],
        *,
        hovered: int | None = None,
    ) -> None:
        """Show where a token looks, or what it gives to the patch under the pointer."""
        self._numbers = self._map_text(heat, grid, names, hovered)
        self._left.setText("" if self._is_quiet else self._numbers)

    def _map_text(
        self,
        heat: Heat,
        grid: PatchGrid,
        names: tuple[str, ...],
        hovered: int | None,
    ) -> str:
        if heat.colours is not None:
            return ""
        query = token_name(heat.token, grid, names)
        if hovered is None or hovered == heat.token:
            value, place = heat.peak_value, f"({heat.peak[0]}, {heat.peak[1]})"
        else:
            row, col = divmod(hovered - grid.num_prefix_tokens, grid.cols)
            value, place = float(heat.patches[row, col]), f"({row}, {col})"
        if heat.direction is Direction.LOOKS_AT:
            text = self.tr("{query} → {place}")
        else:
            text = self.tr("{place} → {query}")
        if not MAPS[heat.method].is_per_query:
            text = "{place}"
        strongest = hovered is None or hovered == heat.token
        parts = [
            text.format(query=query, place=place)
            + (" " + self.tr("(strongest)") if strongest else ""),
        ]
        if heat.uniform is None:
            parts.append(format_value(value))
        else:
            parts.append(
                self.tr("{value} = {ratio} × uniform").format(
                    value=format_value(value),
                    ratio=format_value(value / heat.uniform),
                )
            )
        if names and heat.uniform is not None and heat.direction is Direction.LOOKS_AT:
            share = round(100 * heat.special_share)
            parts.append(self.tr("{n} % goes to special tokens").format(n=share))
        if heat.num_clipped:
            parts.append(
                self.tr("{n} patches beyond the bar").format(n=heat.num_clipped)
            )
        return "   ·   ".join(parts)

    def setPrecision(self, moved: float | None) -> None:
        """Show what a lower precision loses against float32; None shows nothing.

        moved : the largest share of a row's attention that is elsewhere.
        """
        self._precision.setVisible(moved is not None)
        if moved is not None:
            text = self.tr("{n} % off float32").format(n=f"{100 * moved:.1g}")
            self._precision.setText(text)

    def setFallback(self, device: str, needed: str, reason: str) -> None:
        """Show that a run was made on the CPU, its reason as tooltip; "" hides it.

        device, needed : what had too little memory, and how much the run takes.
        """
        text = self.tr("⚠ {device} lacks {needed}: run on the CPU   ·")
        text = text.format(device=device, needed=needed)
        self._fallback.setText(text)
        self._fallback.setToolTip(reason)
        self._fallback.setVisible(bool(reason))

    def fallback(self) -> str:
        """Return the text on a run that was made on the CPU; "" for none."""
        return "" if self._fallback.isHidden() else self._fallback.text()

    def setExactness(self, error: float, seconds: float | None, where: str) -> None:
        """Show how far recomputed rows are from the model's own."""
        if math.isfinite(error):
            mantissa = f"{error:.0e}".replace("e-0", "e-")
            text = self.tr("verified, error {error}").format(error=mantissa)
        else:
            text = self.tr("not verified")
        parts = [text]
        if seconds is not None:
            parts.append(format_seconds(seconds))
        self._right.setText("   ·   ".join([*parts, where]))
