"""Chapter 0: ninety seconds, from the picture on screen to the answer, played once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.number_text import written_out
from vitviz.jobs import likeness
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head
from vitviz.ui.learn.answer import AnswerView
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.widgets.inputs import Slider
from vitviz.views.ribbon import Stop

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.likeness import ReferenceFeatures

# Of all moments together; what is not in a block stands longer.
WHOLE_MS = 90_000
LONG = 2.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the play: a stop of the ribbon, and for a block its layer."""

    stop: Stop
    layer: int | None = None


def moments(num_layers: int) -> tuple[Moment, ...]:
    """Return all moments, in order."""
    return (
        Moment(Stop.PICTURE),
        Moment(Stop.PATCHES),
        Moment(Stop.POSITION),
        *(Moment(Stop.ATTENTION, layer) for layer in range(num_layers)),
        Moment(Stop.READ),
        Moment(Stop.ANSWER),
    )


class NinetySecondsPage(Page):
    """The page of chapter 0: plays, pauses, steps and scrubs the model's way.

    Every moment is a state of this run: the view goes to the layer, whose map is on the
    picture as in Inspect.
    """

    kept: ClassVar[tuple[str, ...]] = ("moment_index",)

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._index_of_moment = 0
        self._references: ReferenceFeatures | None = None
        self._asked_for: Trace | None = None
        # Fields of the view as they were before the first moment.
        self._before: dict[str, object] | None = None
        self._back_to: dict[str, object] | None = None
        # The moment that was last on screen.
        self._shown: int | None = None
        self.begin_step(
            why=self.tr(
                "Every state is one of this run: the map on the picture is the mean of "
                "all heads in that layer. Where there is no CLS token, the "
                "colours of all patches are shown instead: alike is alike in colour. "
                "What each step computes is in the row above; click it."
            )
        )
        self.words = self.say()
        self.play = Button()
        self.play.setToolTip(self.tr("Play the way from picture to answer (Space)"))
        self.play.clicked.connect(self._on_play)
        self.slider = Slider()
        self.slider.setAccessibleName(self.tr("Step of the model"))
        self.slider.setToolTip(self.tr("Drag through the model (arrow keys)"))
        self.slider.valueChanged.connect(self._on_slid)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.play)
        line.addWidget(self.slider, 1)
        self.add(row)
        self.answer = AnswerView()
        self.add(self.answer)
        for one in (self.play, self.slider):
            one.installEventFilter(self)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_time)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._restore)
        self.close_with(
            self.tr(
                "A minute and a half. Play it once without a word, then once more and "
                "stop where the class asks. <b>Often misunderstood:</b> the maps show "
                "where is looked, not yet what is found; and nothing is learned while "
                "it plays: the weights stay as they are."
            )
        )
        self._show_play()

    # -- what is shown -------------------------------------------------------------

    @property
    def moment_index(self) -> int:
        """Index of the moment that is shown."""
        return self._index_of_moment

    @moment_index.setter
    def moment_index(self, index: int) -> None:
        self._index_of_moment = index

    def all_moments(self) -> tuple[Moment, ...]:
        """Return all moments of this run; none before there is one."""
        lesson = self.lesson
        return () if lesson is None else moments(lesson.trace.num_layers)

    def is_playing(self) -> bool:
        """Return whether the next moment comes by itself."""
        return self._timer.isActive()

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the moment in this run, and ask for its answer."""
        trace = lesson.trace
        count = len(self.all_moments())
        self._index_of_moment = min(self._index_of_moment, count - 1)
        self._follow(lesson)
        self.slider.blockSignals(True)
        self.slider.setRange(0, count - 1)
        self.slider.setValue(self._index_of_moment)
        self.slider.blockSignals(False)
        is_ready = trace.is_complete and lesson.model is not None
        if self._asked_for is not trace and is_ready and lesson.image is not None:
            assert lesson.model is not None
            self._asked_for, self._references = trace, None
            if not lesson.model.info.has_head:
                job = bound(likeness.references, lesson.model, trace)
                self.host.ask(job, self._on_references)
        self._show_moment()

    def turn(self, by: int) -> bool:
        """Go by moments, as the clicker does; return False where there are none."""
        index = self._index_of_moment + by
        if self.lesson is None or not 0 <= index < len(self.all_moments()):
            return False
        self._pause()
        self._go(index)
        return True

    def forget(self) -> None:
        """Begin anew with the next picture."""
        super().forget()
        self._pause()
        self._index_of_moment, self._shown = 0, None
        self._references = self._asked_for = None
        self.answer.setAnswer(None)

    def leave(self) -> None:
        """Stop, and show the picture as it was before."""
        self._pause()
        self.host.light(None)
        if self._references is None:  # the job has been dropped: ask again next time
            self._asked_for = None
        self._index_of_moment, self._shown = 0, None
        # not now: another chapter is about to be shown
        self._back_to, self._before = self._before, None
        if self._back_to is not None:
            self._later.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Play with the space bar and step with the arrows, on button and slider."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
            by = steps.get(Qt.Key(event.key()))
            if by is not None:
                self.turn(by)
                return True
            if event.key() == Qt.Key.Key_Space:
                self._on_play()
                return True
        return super().eventFilter(watched, event)

    def _show_moment(self) -> None:
        lesson, all_moments = self.lesson, self.all_moments()
        if lesson is None or not all_moments:
            return
        moment = all_moments[self._index_of_moment]
        wanted = self._wanted(lesson, moment)
        state = lesson.view.state
        if self._before is None:
            self._before = {name: getattr(state, name) for name in wanted}
        if any(getattr(state, name) != value for name, value in wanted.items()):
            self._shown = None
            self.host.change(merge=True, **wanted)  # comes back by `update_numbers`
            return
        self._shown = self._index_of_moment
        self.host.light(moment.stop, moment.layer)
        self.words.say(self._words(lesson, moment))
        self._show_answer(lesson, moment)

    def _follow(self, lesson: LessonData) -> None:
        """Go to the moment of a layer that was chosen elsewhere, as on the rail."""
        if self._shown is None or self._shown != self._index_of_moment:
            return
        all_moments = self.all_moments()
        wanted = self._wanted(lesson, all_moments[self._shown])["layer"]
        if lesson.view.state.layer != wanted:
            self._pause()
            moment = Moment(Stop.ATTENTION, lesson.layer)
            self._index_of_moment = all_moments.index(moment)

    def _restore(self) -> None:
        before, self._back_to = self._back_to, None
        if before is not None and self._before is None:
            self.host.change(merge=True, **before)

    def _wanted(self, lesson: LessonData, moment: Moment) -> dict[str, object]:
        """Return the fields of the view that show a moment."""
        reader = self._reader(lesson)
        has_map = moment.layer is not None or moment.stop in (Stop.READ, Stop.ANSWER)
        last = lesson.trace.num_layers - 1
        return {
            "layer": last if moment.layer is None else moment.layer,
            "method": "raw" if reader is not None else "token-colours",
            "heads": HeadChoice(),
            "token": lesson.trace.num_prefix_tokens if reader is None else reader,
            "opacity": None if has_map else 0.0,
            "show_grid": moment.stop is not Stop.PICTURE,
        }

    def _reader(self, lesson: LessonData) -> int | None:
        """Return the token that the answer is read from; None where it is several."""
        names = lesson.trace.setup.prefix_names
        return names.index("cls") if "cls" in names else None

    def _words(self, lesson: LessonData, moment: Moment) -> str:
        trace = lesson.trace
        setup, last = trace.setup, trace.num_layers - 1
        width, height = setup.placement.model_size
        values = {
            "w": width,
            "h": height,
            "patches": f"{lesson.num_patches:,}",
            "tokens": f"{lesson.num_tokens:,}",
            "width": setup.model.width,
            "layer": moment.layer,
            "last": last,
        }
        match moment.stop:
            case Stop.PICTURE:
                text = self.tr(
                    "The model gets {h} × {w} pixels: numbers, no objects. Press play."
                )
            case Stop.PATCHES:
                text = self.tr(
                    "It cuts them into <b>{patches}</b> patches. Each becomes a token, "
                    "a list of <b>{width}</b> numbers."
                )
            case Stop.POSITION:
                text = self.tr(
                    "Each token is told its place. <b>{tokens}</b> tokens now go "
                    "through all layers together."
                )
                if not setup.prefix_names:
                    text = self.tr("Each token is told its place.")
            case Stop.ATTENTION:
                text, more = self._layer_words(lesson, moment.layer or 0)
                values |= more
            case Stop.READ:
                text = self.tr("At the end only <s>CLS</s> is read: one token of all.")
                if self._reader(lesson) is None:
                    text = self.tr("At the end one list of numbers is made of all.")
            case _:
                text = self.tr("The answer to this picture:")
                if not setup.model.has_head:
                    text = self.tr("No labels, so: what it finds <b>most like</b> it.")
        return text.format(**values)

    def _layer_words(
        self, lesson: LessonData, layer: int
    ) -> tuple[str, dict[str, object]]:
        """Return words on a layer, with what is measured of it in this run."""
        trace, reader = lesson.trace, self._reader(lesson)
        where = self.tr("Layer <b>{layer}</b> of 0 … {last}.")
        if reader is None or trace.captures[layer] is None:
            text = self.tr("Patches alike to the model have one colour.")
            return f"{where} {text}", {}
        row = trace.row(layer, reader).mean(axis=0)
        breadth = math.exp(one_head.entropy(row))
        text = self.tr("<s>CLS</s> looks at <b>{count}</b> tokens (effective number).")
        return f"{where} {text}", {"count": written_out(float(f"{breadth:.3g}"))}

    def _show_answer(self, lesson: LessonData, moment: Moment) -> None:
        output = lesson.trace.output
        info = lesson.trace.setup.model
        shows = moment.stop is Stop.ANSWER
        first = self.answer.setAnswer(output if shows else None, info, self._references)
        if shows and first is not None:
            self.done()

    # -- reactions -----------------------------------------------------------------

    def _go(self, index: int) -> None:
        self._index_of_moment = index
        self.slider.blockSignals(True)
        self.slider.setValue(index)
        self.slider.blockSignals(False)
        self._show_moment()
        self._show_play()

    def _on_slid(self, index: int) -> None:
        self._pause()
        self._go(index)

    def _on_play(self) -> None:
        if self.is_playing():
            self._pause()
            return
        if self._index_of_moment >= len(self.all_moments()) - 1:
            self._go(0)
        self._wait()

    def _on_time(self) -> None:
        count = len(self.all_moments())
        if self._index_of_moment + 1 < count:
            self._go(self._index_of_moment + 1)
        if self._index_of_moment + 1 < count:
            self._wait()
        self._show_play()

    def _wait(self) -> None:
        all_moments = self.all_moments()
        if not all_moments:
            return
        shares = [1.0 if one.layer is not None else LONG for one in all_moments]
        share = shares[self._index_of_moment] / sum(shares)
        self._timer.start(round(WHOLE_MS * share))
        self._show_play()

    def _pause(self) -> None:
        self._timer.stop()
        self._show_play()

    def _show_play(self) -> None:
        text = self.tr("Pause") if self.is_playing() else self.tr("Play")
        self.play.setText(text)
        self.play.setAccessibleName(text)

    def _on_references(self, found: ReferenceFeatures) -> None:
        self._references = found
        self._show_moment()
