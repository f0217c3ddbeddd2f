"""What a figure shows and how it is laid out: kind, width, resolution, theme, type.

Frozen values, in the sheet of the window and on the command line alike.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from vitviz.domain.methods import MAPS
from vitviz.views.view_state import Statistic, TokensView, ViewState


class FigureKind(enum.Enum):
    """What a figure shows."""

    PICTURE = "picture"
    # All heads of the layer on screen, and all heads of all layers.
    HEADS = "heads"
    WALL = "wall"
    MATRIX = "matrix"
    STATISTICS = "statistics"
    CURVES = "curves"
    COMPARISON = "comparison"
    TOKENS = "tokens"


class FigureTheme(enum.Enum):
    """Whether a figure is printed on white or shown on a dark page."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tones:
    """Colours of a figure beside those of its maps, as #RRGGBB."""

    page: str
    text: str
    quiet: str
    # In place of the picture under the colours of a spotlight's bar.
    surround: str


TONES = {
    FigureTheme.LIGHT: Tones("#FFFFFF", "#222222", "#666666", "#B8B8B8"),
    FigureTheme.DARK: Tones("#1E1E1E", "#EDEDED", "#B4B4B4", "#B8B8B8"),
}
assert TONES.keys() == {*FigureTheme}

MM_PER_INCH = 25.4
# Figure units are 1/96 inch, so that a pixel of an ordinary screen is one.
UNITS_PER_INCH = 96
# Drawings are laid out for type of this size and scaled for another.
TYPE_PT = 9.0
TYPE_RANGE_PT = (4.0, 24.0)
WIDTH_RANGE_MM = (10.0, 2000.0)
DPI = 192.0
DPI_RANGE = (24.0, 1536.0)


@dataclass(frozen=True, slots=True)
class FigureSettings:
    """How a figure is laid out and written."""

    # On paper; None: as large as the picture.
    width_mm: float | None = None
    # Of a PNG.
    dpi: float = DPI
    theme: FigureTheme = FigureTheme.LIGHT
    has_caption: bool = True
    type_pt: float = TYPE_PT

    @property
    def tones(self) -> Tones:
        """Colours of the theme."""
        return TONES[self.theme]

    @property
    def type_scale(self) -> float:
        """Factor from the layout, whose type is of `TYPE_PT`, to the figure."""
        return self.type_pt / TYPE_PT

    @property
    def width(self) -> float | None:
        """Width of the layout in figure units; None: as large as the picture."""
        if self.width_mm is None:
            return None
        return self.width_mm / MM_PER_INCH * UNITS_PER_INCH / self.type_scale

    @property
    def pixels_per_unit(self) -> float:
        """Pixels of a PNG for each figure unit."""
        return self.dpi / UNITS_PER_INCH


# As a figure is written where nothing else is asked for.
USUAL_FIGURE = FigureSettings()


# Figures that show raw attention, or states, whatever method is on the picture.
_WITHOUT_METHOD = {FigureKind.MATRIX, FigureKind.STATISTICS, FigureKind.TOKENS}
# Figures of the class that is explained, also where the method has none.
OF_A_CLASS = {FigureKind.STATISTICS, FigureKind.TOKENS, FigureKind.CURVES}


def state_of(kind: FigureKind, state: ViewState) -> ViewState:
    """Return the view that a figure shows: without a method that it has not."""
    is_table = kind in (FigureKind.HEADS, FigureKind.WALL)
    is_without = is_table and not MAPS[state.method].is_layerwise
    if is_without or kind in _WITHOUT_METHOD:
        return replace(state, method="raw")
    return state


@dataclass(frozen=True, slots=True)
class FigureChoice:
    """What a figure shows, where that is more than the view on screen."""

    kind: FigureKind = FigureKind.PICTURE
    statistic: Statistic = Statistic.ENTROPY
    tokens: TokensView = TokensView()
    # Of a comparison: the first map less the second in place of the second; and
    # whether both have one scale.
    is_difference: bool = False
    is_same_scale: bool = True
