"""Controller of the ribbon: the running model in it, and where one is in Learn."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, SignalInstance

from vitviz.jobs.ribbon import model_shape
from vitviz.ui.learn.chapters.chapter_list import chapter_titles
from vitviz.ui.widgets.ribbon import Ribbon
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.models.model import Model
    from vitviz.ui.base.document import Document
    from vitviz.ui.learn.learn import LearnController
    from vitviz.views.view_state import ViewState

# In a lower window the start page needs all the height.
LEAST_START_PX = 600


class RibbonHost(Protocol):
    """What runs and is shown, and what a chapter's number changes."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def model(self) -> Model | None: ...
    @property
    def documentChanged(self) -> SignalInstance: ...
    @property
    def stateChanged(self) -> SignalInstance: ...
    def change(self, *, merge: bool = False, **changes: object) -> None: ...


class RibbonController(QObject):
    """Shows the ribbon in Learn and above the start page; lives with its ribbon."""

    def __init__(
        self, ribbon: Ribbon, host: RibbonHost, learn: LearnController
    ) -> None:
        super().__init__(ribbon)
        self._ribbon, self._host = ribbon, host
        ribbon.setChapters(chapter_titles())
        ribbon.chapterRequested.connect(self._on_chapter)
        learn.lit.connect(ribbon.setAt)
        # of the window, whose height counts
        self._area = ribbon.parentWidget() or ribbon
        self._area.installEventFilter(self)
        host.documentChanged.connect(self.refresh)
        host.stateChanged.connect(self.refresh)
        self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the height of the window."""
        if watched is self._area and event.type() is QEvent.Type.Resize:
            self.refresh()
        return super().eventFilter(watched, event)

    def refresh(self) -> None:
        """Show the model, the open chapter, and the ribbon itself where it belongs."""
        host, ribbon = self._host, self._ribbon
        document, model = host.document, host.model
        is_learning = host.state.mode is Mode.LEARN
        is_start = document.image is None and document.trace is None
        is_start = is_start and self._area.height() >= LEAST_START_PX
        ribbon.setVisible(is_learning or is_start)
        if ribbon.isHidden():
            return
        trace = document.trace
        if trace is not None and model is not None:
            trace = trace if trace.setup.model == model.info else None
        ribbon.setShape(None if model is None else model_shape(model, trace))
        chapter = host.state.learn.chapter
        ribbon.setCurrent(chapter if is_learning else None)

    def _on_chapter(self, chapter: Chapter) -> None:
        learn = replace(self._host.state.learn, chapter=chapter)
        self._host.change(mode=Mode.LEARN, learn=learn)
