"""Chapter 4: cost of attention, N × N pairs for N tokens, measured and predicted."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import (
    QSignalBlocker,
    QTimer,
    QVariantAnimation,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vitviz.domain.number_text import bytes_text
from vitviz.jobs import lessons
from vitviz.jobs.lessons import DOUBLED, DOUBLED_LARGE, Grid, Timed
from vitviz.jobs.queue import bound
from vitviz.lessons import cost
from vitviz.lessons.cost import Ratio, Timing
from vitviz.ui.base import motion
from vitviz.ui.learn.figures.cost_chart import ATTENTION, REST, CostChart
from vitviz.ui.learn.figures.meeting import Meeting, PairTable
from vitviz.ui.learn.guess import NumberGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.slider_labels import Marks
from vitviz.ui.learn.text import Table
from vitviz.ui.widgets.inputs import Slider

# Sides of the model's input that the slider offers, in px; rounded to whole patches.
SIDES = (112, 160, 224, 320, 448)
# How long a cell of the table takes to fill.
CELL_MS = 60
# How long the slider has to rest before the model runs.
SETTLE_MS = 250


class CostPage(Page):
    """The page of chapter 4: the meeting, time measured, and memory both ways."""

    kept = ("timed", "_measured_with")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._is_running = self._resumes = False
        self._measured_with: object = None
        self.timed: Timed | None = None
        self.begin_step(
            self.tr(
                "In a meeting everyone listens to everyone, also to oneself: n people, "
                "n × n arrows."
            ),
            why=self.tr(
                "In <b>self-attention</b> every token looks at every token, itself "
                "included: the colours on the picture. Twice the people, four times "
                "the arrows."
            ),
        )
        self.meeting = Meeting()
        self.people = Slider()
        self.people.setRange(2, 12)
        self.people.setValue(self.meeting.people())
        self.people.setAccessibleName(self.tr("People at the first table"))
        self.people.setToolTip(self.tr("Let more people come to the meeting"))
        self.people.valueChanged.connect(self.meeting.setPeople)
        self.add(self.meeting)
        self.add(self.people)
        self.begin_step(
            self.tr("Who listens to whom is a table; the diagonal is oneself."),
            why=self.tr(
                "Each row is one who listens, each column one who is heard: n rows of "
                "n cells. With tokens it is the matrix of attention, one for every "
                "head of every layer."
            ),
        )
        self.fill = Button(self.tr("Fill the table"))
        self.fill.setToolTip(self.tr("Fill it cell by cell, or show it filled"))
        self.fill.clicked.connect(self._on_fill)
        self.filled = Slider()
        self.filled.setAccessibleName(self.tr("Filled cells"))
        self.filled.setToolTip(self.tr("Drag to fill the table by hand"))
        self.filled.valueChanged.connect(self._on_filled)
        line = QWidget()
        box = QHBoxLayout(line)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.fill)
        box.addWidget(self.filled, 1)
        self.add(line)
        self.pairs = PairTable()
        self.add(self.pairs)
        self._filling = QVariantAnimation(self)
        self._filling.valueChanged.connect(self._on_fill_frame)
        self.people.valueChanged.connect(self._on_people)
        self._on_people(self.people.value())
        self.begin_step(
            why=self.tr(
                "Pairs are counted of all tokens, those that belong to no patch "
                "included. Measured time need not follow: only attention grows with "
                "the pairs. The next step measures it."
            )
        )
        self.guess = NumberGuess(
            self.tr("From 196 to 392 patches: how many times the pairs?"),
            1,
            16,
            pattern="× {n}",
        )
        self.add(self.guess)
        self.measuring = self.begin_step(
            self.tr("Twice the patches: what takes four times as long, what twice?")
        )
        self.measure = Button()
        self.measure.setToolTip(
            self.tr("Run this model on this picture at several sizes, a few seconds")
        )
        self.measure.clicked.connect(self._on_measure)
        self.add_row(self.measure)
        self.ratios = self.say()
        self.legend = self.say("", "small")
        self.chart = CostChart()
        self.chart.hide()
        self.add(self.chart)
        self.split = self.add_aside()
        self.begin_step(
            why=self.tr(
                "Memory grows with N² too, if all pairs are written out as matrices. "
                "vitviz keeps only q, k and v (chapter 5), which grow with N, and "
                "computes the row you point at."
            )
        )
        self.here = self.say()
        self.side = Slider()
        self.side.setRange(0, len(SIDES) - 1)
        self.side.setPageStep(1)
        self.side.setAccessibleName(self.tr("Side of the model's input in pixels"))
        self.side.setToolTip(self.tr("Run the same model on more or fewer pixels"))
        self.side.valueChanged.connect(self._on_side)
        self.add(self.side)
        self.add(Marks(self.side, tuple(f"{side} px" for side in SIDES)))
        self.memory = self.say()
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.close_with(
            self.tr(
                "Three minutes. Ask for a guess before you measure: twice the tokens, "
                "how much longer? <b>Often misunderstood:</b> the whole pass does not "
                "take four times as long. Only attention grows with N², and in small "
                "models at few tokens it is the smaller part; all the rest grows with "
                "N: the products that make queries, keys and values (projections) and "
                "the small networks that work on each token by itself (MLPs). Memory "
                "is N² only if the matrix is written out; fused kernels, as here, "
                "never do that."
            )
        )
        self._show_button()

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the pairs and bytes of this run."""
        trace = lesson.trace
        tokens = lesson.num_tokens
        special = trace.num_prefix_tokens
        factor = ((392 + special) / (196 + special)) ** 2
        self.guess.setTruth(
            factor,
            right=0.5,
            near=1.5,
            explanation=self.tr("{many}² ÷ {few}²").format(
                many=392 + special, few=196 + special
            ),
        )
        self.here.say(
            self.tr(
                "{width}×{height} pixels: N = <b>{tokens}</b> tokens, {tokens} × "
                "{tokens} = <b>{pairs}</b> pairs. Twice the sides, about sixteen times "
                "the pairs."
            ).format(
                width=trace.setup.placement.model_size[0],
                height=trace.setup.placement.model_size[1],
                tokens=f"{tokens:,}",
                pairs=f"{tokens**2:,}",
            )
        )
        if not self._settle.isActive():
            with QSignalBlocker(self.side):
                self.side.setValue(_nearest(trace.setup.placement.model_size[0]))
            self.side.update()
        self.side.setEnabled(lesson.model is not None and lesson.image is not None)
        layers, heads = trace.num_layers, trace.num_heads
        self.memory.say(
            self.tr(
                "All pairs written out: <b>{written}</b>. q, k and v, kept instead: "
                "<b>{kept}</b>."
            ).format(
                written=bytes_text(cost.written_out_bytes(layers, heads, tokens)),
                kept=bytes_text(trace.num_bytes),
            )
        )
        can_measure = lesson.model is not None and lesson.image is not None
        self.measure.setEnabled(can_measure and trace.is_complete)
        if self._measured_with not in (None, trace.setup.model):
            self._measured_with = None
            self._show(None, is_done=False)
        if self.timed is None:
            self.ratios.say(*self._predictions(lesson))
        if self._resumes and self.measure.isEnabled():
            self._on_measure()

    def remembered(self) -> dict[str, object]:
        """Return the measurement, or that one was going on, which then begins again."""
        is_going_on = self._is_running or self._resumes
        return {"_resumes": True} if is_going_on else super().remembered()

    def recall(self, memory: Mapping[str, object]) -> None:
        """Show the measurement again."""
        super().recall(memory)
        self._show(self.timed, is_done=True)

    def forget(self) -> None:
        """Forget the measurement that runs: it is dropped with its picture."""
        super().forget()
        self._is_running = self._resumes = False
        self._show_button()

    def leave(self) -> None:
        """Show that nothing runs any more."""
        self._settle.stop()
        self._filling.stop()
        self._is_running = self._resumes = False
        self._show_button()

    def _on_people(self, count: int) -> None:
        self._filling.stop()
        self.pairs.setPeople(count)
        self.filled.setRange(0, count**2)
        self.filled.setValue(0)

    def _on_filled(self, cells: int) -> None:
        self.pairs.setFilled(cells)

    def _on_fill(self) -> None:
        self._filling.stop()
        count = self.filled.maximum()
        duration = 0 if motion.is_reduced() else CELL_MS * count
        if duration == 0:
            self.filled.setValue(count)
            return
        self._filling.setStartValue(0)
        self._filling.setEndValue(count)
        self._filling.setDuration(duration)
        self._filling.start()

    def _on_fill_frame(self, value: object) -> None:
        self.filled.setValue(int(str(value)))

    def _on_side(self, _value: int) -> None:
        self._settle.start()

    def _on_settled(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        setup = lesson.trace.setup
        patch = setup.model.patch_size[0]
        side = max(1, round(SIDES[self.side.value()] / patch)) * patch
        if setup.placement.model_size != (side, side):
            self.host.choose_size(side)

    def _on_measure(self) -> None:
        lesson = self.lesson
        if self._is_running:
            self.host.drop()
            self.leave()
            return
        if lesson is None or lesson.model is None or lesson.image is None:
            return
        self._is_running, self._resumes = True, False
        self._measured_with = lesson.trace.setup.model
        self._show(None, is_done=False)
        self._show_button()
        self.host.ask(
            bound(lessons.timings, lesson.model, lesson.image),
            self._on_done,
            on_part=self._on_part,
            on_failure=self._on_refused,
        )

    def _on_part(self, found: Timed) -> None:
        self._show(found, is_done=False)

    def _on_done(self, found: Timed) -> None:
        self._is_running = False
        self._show_button()
        self._show(found, is_done=True)

    def _on_refused(self, text: str) -> None:
        self.leave()
        self.split.say(text)

    def _show(self, timed: Timed | None, *, is_done: bool) -> None:
        self.timed = timed
        timings = () if timed is None else timed.grids()
        first = _of(timings, DOUBLED[0])
        self.chart.setVisible(bool(timings))
        self.chart.setTimings(timings, first)
        self.legend.say(self._legend() if timings else "")
        self.set_why(self.measuring, "")
        self.split.say("")
        if self.lesson is None:
            self.ratios.say("")
        else:
            self.ratios.say(*self._predictions(self.lesson))
        if timed is not None and timed.pairs(DOUBLED):
            self.ratios.say(*self._ratios(timed))
            self.set_why(self.measuring, self._why(timed))
        if is_done and timings:
            self.split.say(self._split(first or timings[0], timings[-1]))

    def _legend(self) -> str:
        dot = '<span style="color:{colour}">●</span>'
        return self.tr(
            "{attention} attention · {rest} all the rest · dots measured, dashes "
            "predicted from {grid}"
        ).format(
            attention=dot.format(colour=ATTENTION),
            rest=dot.format(colour=REST),
            grid=f"{DOUBLED[0][0]}×{DOUBLED[0][1]}",
        )

    def _predictions(self, lesson: LessonData) -> tuple[str, Table]:
        """Return what will be measured, and what this model's tokens predict of it."""
        special = lesson.trace.num_prefix_tokens
        few, many = (rows * cols for rows, cols in DOUBLED)
        ratio = (many + special) / (few + special)
        return self._sizes(few, many, special), Table(
            self._columns(),
            (
                (self.tr("attention, N²"), f"× {ratio**2:.1f}", "–", "–"),
                (self.tr("all the rest, N"), f"× {ratio:.1f}", "–", "–"),
            ),
        )

    def _sizes(self, few: int, many: int, special: int) -> str:
        return self.tr(
            "{patches} to {more} patches, {tokens} to {more_tokens} tokens:"
        ).format(
            patches=few,
            more=many,
            tokens=few + special,
            more_tokens=many + special,
        )

    def _columns(self) -> tuple[str, ...]:
        return "", self.tr("predicted"), self.tr("measured"), self.tr("range")

    def _ratios(self, timed: Timed) -> tuple[str, Table]:
        rounds = timed.pairs(DOUBLED)
        (first, second), found = rounds[0], cost.growth(rounds)
        few, many = first.rows * first.cols, second.rows * second.cols
        text = self._sizes(few, many, first.num_tokens - few)
        return text, Table(
            self._columns(),
            (
                _line(
                    self.tr("attention, N²"),
                    found.predicted_attention,
                    found.measured_attention,
                ),
                _line(
                    self.tr("all the rest, N"),
                    found.predicted_rest,
                    found.measured_rest,
                ),
                _line(
                    self.tr("whole pass"), found.predicted_whole, found.measured_whole
                ),
            ),
        )

    def _why(self, timed: Timed) -> str:
        text = self.tr(
            "Measured is the middle of {n} rounds; beside it stands their range. Why "
            "not exactly × 4? Part of every call does not depend on N and pulls the "
            "ratio down; numbers that outgrow the processor's cache push it up."
        ).format(n=len(timed.pairs(DOUBLED)))
        larger = timed.pairs(DOUBLED_LARGE)
        if larger:
            found = cost.growth(larger)
            text += self.tr(
                " From {tokens} to {more_tokens} tokens attention measures "
                "<b>× {ratio}</b>."
            ).format(
                tokens=f"{found.tokens[0]:,}",
                more_tokens=f"{found.tokens[1]:,}",
                ratio=f"{found.measured_attention.middle:.1f}",
            )
        if timed.own_time:
            text += self.tr(
                " Only the time that one processor core spent on it counts, so other "
                "programs hardly matter."
            )
        return text

    def _split(self, few: Timing, many: Timing) -> str:
        # attention grows with N², the rest with N, so their ratio grows with N
        even = round(many.num_tokens * many.rest_s / many.attention_s)
        return self.tr(
            "At about N = <b>{even}</b> attention costs as much as everything else; "
            "at {few_tokens} it is {few} %."
        ).format(
            few=round(100 * few.attention_s / few.whole_s),
            few_tokens=few.num_tokens,
            even=f"{even:,}",
        )

    def _show_button(self) -> None:
        text = (
            self.tr("Cancel") if self._is_running else self.tr("Measure here and now")
        )
        self.measure.setText(text)
        self.measure.setAccessibleName(text)


def _nearest(side: int) -> int:
    """Return the index of the side in SIDES that is nearest in ratio."""
    ratios = [abs(math.log(side / one)) for one in SIDES]
    return ratios.index(min(ratios))


def _line(name: str, predicted: float, measured: Ratio) -> tuple[str, str, str, str]:
    spread = f"{measured.low:.1f}–{measured.high:.1f}"
    return name, f"× {predicted:.1f}", f"<b>× {measured.middle:.1f}</b>", spread


def _of(timings: tuple[Timing, ...], grid: Grid) -> Timing | None:
    return next((one for one in timings if one.grid == grid), None)
