"""The parts of the window that the controller fills."""

from __future__ import annotations

from dataclasses import dataclass

from vitviz.ui.class_pane import ClassPane
from vitviz.ui.compare_pane import ComparePane
from vitviz.ui.error_bar import ErrorBar
from vitviz.ui.heads_pane import HeadsPane
from vitviz.ui.lab.panel import LabPanel
from vitviz.ui.learn.panel import LearnPanel
from vitviz.ui.modes import SideModes
from vitviz.ui.picture_pane import PicturePane
from vitviz.ui.query_bar import QueryBar
from vitviz.ui.status_line import StatusLine
from vitviz.ui.tokens_pane import TokensPane
from vitviz.ui.trial_pane import TrialPane
from vitviz.ui.views_pane import ViewsPane
from vitviz.ui.widgets.colour_bar import ColourBar
from vitviz.ui.widgets.head_strip import HeadStrip
from vitviz.ui.widgets.layer_rail import LayerRail
from vitviz.ui.widgets.matrix_pane import MatrixPane
from vitviz.ui.widgets.side_tabs import SideTabs


@dataclass(frozen=True, slots=True)
class Panes:
    """Made and placed by the main window."""

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
    trial: TrialPane
    views: ViewsPane
    compare: ComparePane
    rail: LayerRail
    controls: QueryBar
    status: StatusLine
    errors: ErrorBar
