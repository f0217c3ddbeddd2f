"""Layout of the window: its panes, their places, and the panel of each mode."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from vitviz.ui.base import theme
from vitviz.ui.compare import ComparePane
from vitviz.ui.files.film_strip import FilmStrip
from vitviz.ui.files.saved_views import ViewsPane
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
from vitviz.ui.widgets.error_bar import ErrorBar
from vitviz.ui.widgets.stacks import CurrentStack, SideTabs
from vitviz.ui.window.keys_overlay import KeysOverlay
from vitviz.ui.window.start_page import StartPage
from vitviz.ui.window.status_line import StatusLine
from vitviz.ui.window.top_bar import TopBar
from vitviz.views.view_state import Mode

START_SIZE = (1280, 720)
# Share of the width for the side panel; the picture has more than half.
PANEL_SHARE = 0.36

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
        # What the audience reads on the view, in Present.
        self.line = QLabel()
        self.line.setFont(theme.font("small"))
        self.line.setContentsMargins(8, 2, 12, 2)
        self.line.setWordWrap(True)
        self.line.setStyleSheet("border-top: 1px solid palette(mid);")
        self.line.hide()
        self.top = TopBar()
        self.start = StartPage()
        self._place()
        self.top.setModes(self._mode_names())
        self.keys = KeysOverlay(self)

    def showPicture(self) -> None:
        """Show the picture in place of the start page."""
        self._stack.setCurrentIndex(1)

    def pictureArea(self) -> QWidget:
        """Return the widget with the picture, its colour bar, and the compared view."""
        return self._picture

    def splitters(self) -> tuple[QSplitter, QSplitter]:
        """Return (picture and side panel, the parts of the side panel)."""
        return self._split, self._panel

    def _place(self) -> None:
        panes = self.panes
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(self._left())
        self._fill_side()
        self._split.addWidget(panes.side)
        self._split.setChildrenCollapsible(False)
        # No stretch factors: both keep their shares of a window that grows.
        width, height = START_SIZE
        panel = round(width * PANEL_SHARE)
        self._split.setSizes([width - panel, panel])
        self._panel.setSizes([height // 2, height // 2])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.top)
        layout.addWidget(self._split, 1)
        layers = QHBoxLayout()
        layers.setSpacing(0)
        layers.addWidget(panes.rail, RAIL_PARTS)
        layers.addWidget(self.line, LINE_PARTS)
        layout.addLayout(layers)
        layout.addWidget(panes.controls)
        layout.addWidget(panes.status)
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
        column.addWidget(self._stack, 1)
        return left

    def _fill_side(self) -> None:
        """Add the panel of each mode."""
        panes = self.panes
        self._panel = QSplitter(Qt.Orientation.Vertical)
        self._panel.addWidget(panes.strip)
        panes.tabs.setPanes(self._tabs())
        self._panel.addWidget(panes.tabs)
        self._panel.setChildrenCollapsible(False)
        panes.side.addPanel(Mode.INSPECT, self._panel)
        panes.side.addPanel(Mode.LEARN, panes.learn)
        panes.side.addPanel(Mode.LAB, panes.lab)

    def _reduce(self) -> None:
        """Show only picture, rail, a side panel and a line of text, for an audience."""
        for part in (self.top, self.panes.controls, self.panes.status, self.film):
            part.hide()
        self.line.show()
        self.start.setMinimumSize(1, 1)  # its pictures must not widen the window
        self.panes.tabs.setShowsNames(False)
        for split in self.splitters():  # halves, also after the window is resized
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
                "matrix",
                self.tr("Matrix"),
                self.tr("Every query against every key (1)"),
                panes.matrix,
            ),
            (
                "heads",
                self.tr("All heads"),
                self.tr("Every head of every layer, as maps or statistics (2)"),
                panes.heads,
            ),
            (
                "classes",
                self.tr("Class"),
                self.tr("What the model takes the picture for (3)"),
                panes.classes,
            ),
            (
                "tokens",
                self.tr("Tokens"),
                self.tr("What tokens carry from layer to layer (4)"),
                panes.tokens,
            ),
            (
                "map_test",
                self.tr("Test"),
                self.tr("Put the map on screen to the test (5)"),
                panes.map_test,
            ),
            (
                "views",
                self.tr("Views"),
                self.tr("Views you have saved (6)"),
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
