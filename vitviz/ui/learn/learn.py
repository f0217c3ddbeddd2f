"""Controller of Learn: shows the chapters, and does what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import Signal

from vitviz.domain.heads import HeadChoice
from vitviz.errors import Cancelled, VitvizError
from vitviz.jobs.queue import Job, JobKind
from vitviz.models.catalogue.embedded import FLEXI_NAME
from vitviz.system import settings
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.text import sentence
from vitviz.ui.lab.panel import Tool
from vitviz.ui.learn.lesson import LessonData
from vitviz.views.chapters import Chapter, Course
from vitviz.views.view_state import NEEDS_ONE_HEAD, Direction, LearnView, Mode

if TYPE_CHECKING:
    from vitviz.ui.base.document import Document
    from vitviz.ui.base.threads import Workers
    from vitviz.ui.inspect.colour_bar import ColourBar
    from vitviz.ui.inspect.picture_pane import PicturePane
    from vitviz.ui.lab.panel import LabPanel
    from vitviz.ui.learn.panel import LearnPanel
    from vitviz.views.colour import Bytes
    from vitviz.views.ribbon import Stop
    from vitviz.views.session import RunOptions
    from vitviz.views.view_state import ViewState

FIRST_HEAD = HeadChoice((0,))


class LearnPanes(Protocol):
    """The panel of chapters, and what the chapters use."""

    @property
    def learn(self) -> LearnPanel: ...
    @property
    def lab(self) -> LabPanel: ...
    @property
    def picture(self) -> PicturePane: ...
    @property
    def bar(self) -> ColourBar: ...
    @property
    def status(self) -> Status: ...


class Status(Protocol):
    """The status line, which tells the map in numbers."""

    def setQuiet(self, is_quiet: bool) -> None: ...


class LearnHost(Protocol):
    """What is shown, and what is done when a chapter asks for something else."""

    @property
    def document(self) -> Document: ...
    @property
    def state(self) -> ViewState: ...
    @property
    def options(self) -> RunOptions: ...
    def change(self, *, merge: bool = False, **changes: object) -> None: ...
    def choose_options(self, options: RunOptions) -> None: ...
    def pin(self, token: int) -> None: ...
    def choose_model(self, name: str, *, patch_size: int | None) -> None: ...


class LearnController(PaneController[LearnPanes]):
    """The `ChapterHost` of all chapters; lives as long as the window."""

    # Whether the query's own map stays while the pointer looks for a key.
    queryHeld = Signal(bool)
    # A Stop of the ribbon and a layer, either None.
    lit = Signal(object, object)
    # Another chapter or step is shown, or the answer to a guess.
    turned = Signal()
    # The picture is to be saved as a web page.
    pageRequested = Signal()

    def __init__(self, panes: LearnPanes, host: LearnHost, workers: Workers) -> None:
        super().__init__(workers)
        self._host, self._workers = host, workers
        self._receive: Callable[[Any], None] | None = None
        self._receive_part: Callable[[Any], None] | None = None
        self._receive_failure: Callable[[str], None] | None = None
        self._is_open = False
        self._previous_heads: HeadChoice | None = None
        # The learn view shown last, with its grid and its query.
        self._key_on: tuple[LearnView, tuple[int, int], int] | None = None
        self._workers.on_result(JobKind.LESSON, self._on_result)
        self._workers.on_part(JobKind.LESSON, self._on_part)
        self._workers.on_failure(JobKind.LESSON, self._on_failure)
        self._panes = panes
        self.attach(panes)
        saved = _chapter(settings.get().learn_chapter)
        if saved is not None:
            self._open_chapter(saved)

    def attach(self, pane: LearnPanes) -> None:
        """Use another panel, which continues where this one was."""
        previous, self._panes = self.panel, pane
        self.drop()
        panel = self.panel
        panel.recall(previous.remembered())
        panel.setHost(self)
        panel.setDone(_done())
        panel.chapterChosen.connect(self._on_chapter)
        panel.chapterFinished.connect(self._on_finished)
        panel.setCourse(_course())
        panel.courseChosen.connect(self._on_course)
        panel.restoreRequested.connect(self._on_restore)
        panel.turned.connect(self.turned)
        self.on_document()
        self.picture.claimClicks(self.takes_click)

    @property
    def panel(self) -> LearnPanel:
        """The panel of chapters."""
        return self._panes.learn

    def on_document(self) -> None:
        """Say whether a picture is missing or only its numbers."""
        self.panel.setWaiting(self._host.document.image is not None)

    def clear(self) -> None:
        """Forget the numbers of a picture that was closed."""
        self.drop()
        self.paint(None)
        self.panel.forget()

    def refresh(self, view: View) -> None:
        """Show the numbers of the open chapter."""
        self._is_open = True
        learn = view.state.learn
        panel = self.panel
        if panel.chapter() is not learn.chapter:
            self.drop()
            self.paint(None)
        panel.setChapter(learn.chapter)
        lesson = LessonData(view, self._host.document.seconds)
        if learn.chapter in NEEDS_ONE_HEAD and not lesson.has_one_head:
            # The map and the arithmetic beside it have to be of the same head.
            self._previous_heads = view.state.heads
            self.change(merge=True, heads=FIRST_HEAD)
            return
        if view.state.direction is not Direction.LOOKS_AT:
            self.change(merge=True, direction=Direction.LOOKS_AT)
            return
        if self._outlived_key(lesson):
            self.change(merge=True, learn=replace(learn, key=None))
            return
        panel.refresh(lesson)
        page = panel.page()
        uses_key = page is not None and page.uses_key
        self.hold_query(uses_key and page is not None and page.clicks_choose_key)
        ringed = None if page is None else page.ringed()
        is_guessing = page is not None and page.is_guessing()
        self._panes.status.setQuiet(is_guessing)
        is_key = uses_key and ringed is None and not is_guessing
        self.picture.setKey(lesson.key if is_key else ringed)

    def _outlived_key(self, lesson: LessonData) -> bool:
        """Return whether the key chosen before no longer fits the grid or the query."""
        learn = lesson.view.state.learn
        now = (learn, lesson.trace.grid, lesson.query)
        previous, self._key_on = self._key_on, now
        if learn.key is None or previous is None or previous[0].key != learn.key:
            return False
        if previous[1] != lesson.trace.grid:
            return True
        stayed = learn.chapter is previous[0].chapter is Chapter.OUTPUT
        return stayed and previous[2] != lesson.query

    def takes_click(self, token: int, with_shift: bool) -> bool:
        """Return whether a click on the picture chose a key, and so not a query."""
        is_open = self._is_open and self.panel.isVisible()
        page = self.panel.page() if is_open else None
        if page is not None and page.takes_guess(token):
            return True
        if page is None or not page.uses_key:
            return False
        if with_shift or page.clicks_choose_key:
            self.choose_key(token)
            return True
        return False

    def on_state(self) -> None:
        """Restore the picture when another mode is shown."""
        is_open = self._host.state.mode is Mode.LEARN
        if self._is_open and not is_open:
            self._is_open = False
            self._give_heads_back()
            self.drop()
            self.picture.setKey(None)
            self.hold_query(False)
            self.paint(None)
            self._panes.status.setQuiet(False)
            self.panel.leave()

    # -- the chapter host ----------------------------------------------------------

    @property
    def picture(self) -> PicturePane:
        """The pane with the picture."""
        return self._panes.picture

    def change(self, *, merge: bool = False, **changes: Any) -> None:  # noqa: ANN401
        """Set fields of the ViewState."""
        self._host.change(merge=merge, **changes)

    def pin(self, token: int) -> None:
        """Make a token the query."""
        self._host.pin(token)

    def choose_key(self, token: int | None) -> None:
        """Choose the key that the query is compared with."""
        learn = self._host.state.learn
        self._host.change(learn=replace(learn, key=token))

    def paint(self, rgba: Bytes | None) -> None:
        """Show an image on the large picture in place of the map; None: the map."""
        self.picture.setStage(rgba)
        self.show_scale(rgba is None)

    def show_ring(self, token: int | None) -> None:
        """Ring a token on the picture; None: the key, where the chapter has one."""
        page = self.panel.page()
        if token is None and page is not None and page.uses_key and page.lesson:
            token = None if page.is_guessing() else page.lesson.key
        self.picture.setKey(token)
        self._panes.status.setQuiet(page is not None and page.is_guessing())

    def light(self, stop: Stop | None, layer: int | None = None) -> None:
        """Light one stop of the ribbon, in a layer; None: those of the chapter."""
        self.lit.emit(stop, layer)

    def show_scale(self, is_shown: bool) -> None:
        """Set whether the colour bar is shown or leaves its space empty."""
        self._panes.bar.setBlank(not is_shown)

    def hold_query(self, is_held: bool) -> None:
        """Set whether the query's own map stays while the pointer looks for a key."""
        self.queryHeld.emit(is_held)

    def ask(
        self,
        job: Job,
        on_result: Callable[[Any], None],
        *,
        on_part: Callable[[Any], None] | None = None,
        on_failure: Callable[[str], None] | None = None,
    ) -> None:
        """Submit a job; results of an earlier one are dropped."""
        self._receive, self._receive_part = on_result, on_part
        self._receive_failure = on_failure
        self._workers.submit(JobKind.LESSON, job)

    def drop(self) -> None:
        """Drop the job that was submitted last."""
        self._workers.drop(JobKind.LESSON)
        self._receive = self._receive_part = self._receive_failure = None

    def choose_patch_size(self, patch: int) -> None:
        """Run vitviz-flexi with patches of that size."""
        self._host.choose_model(FLEXI_NAME, patch_size=patch)

    def choose_size(self, side: int) -> None:
        """Run the model on an input of so many pixels a side."""
        self._host.choose_options(replace(self._host.options, size=side))

    def open_lab(self, tool: str = Tool.HIDE.value) -> None:
        """Show the Lab with one of its tools."""
        # the tool first: the brush is taken up where the Lab opens with one
        self._panes.lab.setTool(Tool(tool))
        self.change(mode=Mode.LAB)

    def finished(self) -> frozenset[Chapter]:
        """Return the chapters that are ticked."""
        return _done()

    def save_page(self) -> None:
        """Ask what a web page is to hold, and for its file, and write it."""
        self.pageRequested.emit()

    # -- reactions -----------------------------------------------------------------

    def _on_chapter(self, chapter: Chapter) -> None:
        self._open_chapter(chapter)
        settings.set(learn_chapter=chapter.value)

    def _open_chapter(self, chapter: Chapter) -> None:
        learn = self._host.state.learn
        self._host.change(merge=True, learn=replace(learn, chapter=chapter))
        self.panel.setChapter(chapter)

    def _on_course(self, course: Course) -> None:
        settings.set(learn_course=course.value)
        self.panel.setCourse(course)

    def _on_finished(self, chapter: Chapter) -> None:
        done = _done() | {chapter}
        names = tuple(one.value for one in Chapter if one in done)
        settings.set(learn_done=names)
        self.panel.setDone(done)

    def _on_restore(self) -> None:
        self.change(changes=())

    def _give_heads_back(self) -> None:
        """Show the heads that were on screen before a chapter needed a single one."""
        previous, self._previous_heads = self._previous_heads, None
        if previous is not None and self._host.state.heads == FIRST_HEAD:
            self.change(merge=True, heads=previous)

    def _on_result(self, value: object) -> None:
        if self._receive is not None:
            self._receive(value)

    def _on_part(self, value: object) -> None:
        if self._receive_part is not None:
            self._receive_part(value)

    def _on_failure(self, error: VitvizError) -> None:
        if self._receive_failure is not None and not isinstance(error, Cancelled):
            self._receive_failure(sentence(error))


def _done() -> frozenset[Chapter]:
    found = map(_chapter, settings.get().learn_done)
    return frozenset(one for one in found if one is not None)


def _course() -> Course:
    name = settings.get().learn_course
    return next((one for one in Course if one.value == name), Course.LESSON)


def _chapter(name: str) -> Chapter | None:
    """Return the chapter of a name, if there is one."""
    return next((one for one in Chapter if one.value == name), None)
