"""Layout of the window: its panes, their places, and the panel of each mode."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from vitviz.ui.base import theme
from vitviz.ui.compare import ComparePane
from vitviz.ui.files.film_strip import FilmStrip
from vitviz.ui.files.saved_views import ViewsPane
from vitviz.ui.input.whole_offer import WholeOffer
from vitviz.ui.inspect.classes import ClassPane
from vitviz.ui.inspect.colour_bar import ColourBar
from vitviz.ui.inspect.head_strip import HeadStrip
from vitviz.ui.inspect.heads_pane import HeadsPane
from vitviz.ui.inspect.layer_rail import LayerRail
from vitviz.ui.inspect.map_test import MapTestPane
from vitviz.ui.inspect.matrix import MatrixPane
from vitviz.ui.inspect.picture_pane import PicturePane
from vitviz.ui.inspect.query_bar import QueryBar
from vitviz.ui.inspect.tokens import TokensPane
from vitviz.ui.lab.panel import LabPanel
from vitviz.ui.learn.panel import LearnPanel
from vitviz.ui.widgets.drop_frame import DropFrame
from vitviz.ui.widgets.error_bar import ErrorBar
from vitviz.ui.widgets.focus_ring import FocusRing
from vitviz.ui.widgets.ribbon import Ribbon
from vitviz.ui.widgets.stacks import CurrentStack, SideTabs
from vitviz.ui.window.keys_overlay import KeysOverlay
from vitviz.ui.window.start_page import StartPage
from vitviz.ui.window.status_line import StatusLine
from vitviz.ui.window.top_bar import TopBar
from vitviz.views.view_state import Mode

START_SIZE = (1280, 720)
# Share of the width for the side panel; the picture has more than half.
PANEL_SHARE = 0.36

# Share of the height for a map in the layer rail, and its least and largest side.
RAIL_SHARE = 0.1
RAIL_MAP_PX = (52, 200)

# Shares of the width in Present: of the layers, and of the text beside them.
RAIL_PARTS, LINE_PARTS = 2, 1


class Contents(QWidget):
    """Everything that shows text; another one is made for another language."""

    def __init__(self) -> None:
        super().__init__()
        self.panes = Panes(
            picture=PicturePane(),
            bar=ColourBar(),
            side=SideModes(),
            learn=LearnPanel(),
            lab=LabPanel(),
            strip=HeadStrip(),
            tabs=SideTabs(),
            matrix=MatrixPane(),
            heads=HeadsPane(),
            classes=ClassPane(),
            tokens=TokensPane(),
            map_test=MapTestPane(),
            views=ViewsPane(),
            compare=ComparePane(),
            rail=LayerRail(),
            controls=QueryBar(),
            status=StatusLine(),
            errors=ErrorBar(),
        )
        self.film = FilmStrip()
        self.offer = WholeOffer()
        # What the audience reads on the view, in Present.
        self.line = QLabel()
        self.line.setFont(theme.font("small"))
        self.line.setContentsMargins(8, 2, 12, 2)
        self.line.setWordWrap(True)
        self.line.setStyleSheet("border-top: 1px solid palette(mid);")
        self.line.hide()
        self.top = TopBar()
        self.start = StartPage()
        self.ribbon = Ribbon()
        self._place()
        self.top.setModes(self._mode_names())
        self.keys = KeysOverlay(self)
        self.drop = DropFrame(self)
        panes = self.panes
        pictures = (panes.picture, panes.compare.picture)
        grids = (panes.heads.grid, panes.tokens.grid)
        others = (panes.rail, panes.strip, panes.matrix, panes.classes.bars)
        self.focus = FocusRing(self, (*pictures, *grids, *others))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the layer rail grow with the window."""
        super().resizeEvent(event)
        low, high = RAIL_MAP_PX
        side = min(max(low, RAIL_SHARE * self.height()), high)
        self.panes.rail.setMapSize(round(side))

    def showPicture(self) -> None:
        """Show the picture in place of the start page, and what belongs to it."""
        if self._stack.currentIndex() == 0:
            self._stack.setCurrentIndex(1)
            self._show_tools(True)

    def showSide(self) -> None:
        """Show the side panel, also beside the start page."""
        self.panes.side.show()

    def _show_tools(self, shows: bool) -> None:
        """Show or hide what has no use without a picture."""
        self.panes.side.setVisible(shows)
        self.panes.rail.setVisible(shows)
        self.panes.controls.setVisible(shows and not theme.presents())

    def pictureArea(self) -> QWidget:
        """Return the widget with the picture, its colour bar, and the compared view."""
        return self._picture

    def splitter(self) -> QSplitter:
        """Return the splitter of picture and side panel."""
        return self._split

    def _place(self) -> None:
        panes = self.panes
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self._left())
        self._fill_side()
        self._split.addWidget(panes.side)
        self._split.setChildrenCollapsible(False)
        # No stretch factors: both keep their shares of a window that grows.
        width = START_SIZE[0]
        panel = round(width * PANEL_SHARE)
        self._split.setSizes([width - panel, panel])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.top)
        layout.addWidget(self.ribbon)
        layout.addWidget(self._split, 1)
        layers = QHBoxLayout()
        layers.setSpacing(0)
        layers.addWidget(panes.rail, RAIL_PARTS)
        layers.addWidget(self.line, LINE_PARTS)
        layout.addLayout(layers)
        layout.addWidget(panes.controls)
        layout.addWidget(panes.status)
        panes.picture.line.setVisible(True)
        self._show_tools(False)
        if theme.presents():
            self._reduce()

    def _left(self) -> QWidget:
        """Return film strip, error bar, and the start page or the picture."""
        panes = self.panes
        self._picture = picture = QWidget()
        under_head = QVBoxLayout(picture)
        under_head.setContentsMargins(0, 0, 0, 0)
        under_head.setSpacing(0)
        under_head.addWidget(panes.compare.head)
        row = QHBoxLayout()
        row.setSpacing(0)
        under_head.addLayout(row, 1)
        # Picture and bar together are as wide as the compared view with its own bar.
        live = QHBoxLayout()
        live.addWidget(panes.picture, 1)
        live.addWidget(panes.bar)
        row.addLayout(live, 1)
        row.addWidget(panes.compare, 1)
        panes.compare.hide()
        self._stack = CurrentStack()
        self._stack.addWidget(self.start)
        self._stack.addWidget(picture)
        left = QWidget()
        beside = QHBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        beside.addWidget(self.film)
        beside.addLayout(column, 1)
        column.addWidget(panes.errors)
        column.addWidget(self.offer)
        column.addWidget(self._stack, 1)
        return left

    def _fill_side(self) -> None:
        """Add the panel of each mode."""
        panes = self.panes
        panes.tabs.setPanes(self._tabs())
        panes.side.addPanel(Mode.INSPECT, panes.tabs)
        panes.side.addPanel(Mode.LEARN, panes.learn)
        panes.side.addPanel(Mode.LAB, panes.lab)

    def _reduce(self) -> None:
        """Show only picture, rail, a side panel and a line of text, for an audience."""
        for part in (self.top, self.panes.controls, self.panes.status, self.film):
            part.hide()
        self.panes.picture.line.setVisible(False)
        self.line.show()
        self.start.setMinimumSize(1, 1)  # its pictures must not widen the window
        self.panes.tabs.setShowsNames(False)
        split = self._split  # halves, also after the window is resized
        split.setStretchFactor(0, 1)
        split.setStretchFactor(1, 1)
        split.setSizes([START_SIZE[0] // 2, START_SIZE[0] // 2])

    def _mode_names(self) -> list[tuple[Mode, str, str]]:
        """Return (mode, text, tooltip) of the modes that have a panel."""
        names = {
            Mode.INSPECT: (
                self.tr("Inspect"),
                self.tr("See where each patch looks (F2)"),
            ),
            Mode.LEARN: (
                self.tr("Learn"),
                self.tr("How a Vision Transformer works, on this picture (F3)"),
            ),
            Mode.LAB: (
                self.tr("Lab"),
                self.tr("Change the running model and see what follows (F4)"),
            ),
        }
        return [(mode, *names[mode]) for mode in self.panes.side.modes()]

    def _tabs(self) -> list[tuple[str, str, str, QWidget]]:
        panes = self.panes
        return [
            (
                "strip",
                self.tr("Heads"),
                self.tr("The heads of this layer, one map each (1)"),
                panes.strip,
            ),
            (
                "heads",
                self.tr("All heads"),
                self.tr("Every head of every layer, as maps or statistics (2)"),
                panes.heads,
            ),
            (
                "matrix",
                self.tr("Matrix"),
                self.tr("Every query against every key (3)"),
                panes.matrix,
            ),
            (
                "tokens",
                self.tr("Tokens"),
                self.tr("What tokens carry from layer to layer (4)"),
                panes.tokens,
            ),
            (
                "classes",
                self.tr("Classes"),
                self.tr("What the model takes the picture for (5)"),
                panes.classes,
            ),
            (
                "map_test",
                self.tr("Test"),
                self.tr("Put the map on screen to the test (6)"),
                panes.map_test,
            ),
            (
                "views",
                self.tr("Views"),
                self.tr("Views you have saved (7)"),
                panes.views,
            ),
        ]


@dataclass(frozen=True, slots=True)
class Panes:
    """All panes of the window, for the controllers."""

    picture: PicturePane
    bar: ColourBar
    side: SideModes
    learn: LearnPanel
    lab: LabPanel
    strip: HeadStrip
    tabs: SideTabs
    matrix: MatrixPane
    heads: HeadsPane
    classes: ClassPane
    tokens: TokensPane
    map_test: MapTestPane
    views: ViewsPane
    compare: ComparePane
    rail: LayerRail
    controls: QueryBar
    status: StatusLine
    errors: ErrorBar


class SideModes(CurrentStack):
    """The panels of the modes, one of them on screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panels: dict[Mode, QWidget] = {}

    def addPanel(self, mode: Mode, panel: QWidget) -> None:
        """Set a mode's panel; the first one is shown."""
        self._panels[mode] = panel
        self.addWidget(panel)

    def setMode(self, mode: Mode) -> None:
        """Show a mode's panel; do nothing for a mode without one."""
        if mode in self._panels:
            self.setCurrentWidget(self._panels[mode])

    def mode(self) -> Mode:
        """Return the mode whose panel is on screen."""
        now = self.currentWidget()
        return next(mode for mode, panel in self._panels.items() if panel is now)

    def modes(self) -> tuple[Mode, ...]:
        """Return the modes that have a panel, in their order."""
        return tuple(self._panels)
