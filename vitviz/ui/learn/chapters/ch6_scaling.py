"""Chapter 6: scores divided by √d_k, and what another temperature does.

The temperature T is that of the Lab: scores are divided by T · √d_k, T = 1 is as
trained, and no division is T = 1/√d_k. The pages' `divisor` is T · √d_k.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import Axis, Interventions
from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.lessons import Sharpest
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head
from vitviz.lessons.one_head import Factors, QueryWeights
from vitviz.ui.base import theme
from vitviz.ui.base.text import percent
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.formula import Frac, Paren, Root, Script, letter
from vitviz.ui.learn.formula import row as formula_row
from vitviz.ui.learn.guess import ChoiceGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, HeadChips, Page
from vitviz.ui.learn.prediction_change import PredictionChange
from vitviz.ui.learn.slider_labels import Marks
from vitviz.ui.learn.small_maps import MapsView, Small
from vitviz.ui.learn.text import Table
from vitviz.ui.widgets.inputs import Slider
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import Meaning

STEPS = 200
# How long the slider has to rest before the model runs.
SETTLE_MS = 200
# Divisors that differ by less than this factor count as the same: less than a step of
# the slider, which from 1 to 8 is a factor of 1.01.
SAME = 1.001
# A largest weight that grows by less than this factor stays the same.
LARGER = 1.1
# Widths of random vectors, how many pairs of them, and the histogram's ends.
WIDTHS = (1, 4, 16, 64, 256)
PAIRS, BINS, FAR = 4000, 61, 40.0
# Largest weight from which on a row is called a spike.
SPIKE = 0.5


class ScalingPage(Page):
    """The page of chapter 6: the divisor, the row, its entropy, the answer."""

    kept = ("divisor",)

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        # What scores are divided by; None: as the run on screen does.
        self.divisor: float | None = None
        self.changed: QueryWeights | None = None
        self._offered: str | None = None
        # The head with the sharpest spike, and the trace and query it was sought in.
        self.sharpest: Sharpest | None = None
        self._sought: object = None
        # Whether a job is under way after which the model's answer can be asked for.
        self._is_busy = False
        self.switch = Segmented(wraps=True)
        self.switch.setAccessibleName(self.tr("Scaling"))
        self._offer("")
        self.switch.valueChosen.connect(self._on_switch)
        self.slider = Slider()
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("Temperature"))
        self.slider.setToolTip(self.tr("From 1/√d_k, not divided, to √d_k"))
        self.slider.valueChanged.connect(self._on_slid)
        self.marks = Marks(self.slider, ("1/√d", "1", "√d"))
        self.show_above(self.slider, self.marks)
        self.begin_step(
            why=self.tr(
                "Dividing makes all scores smaller, and so the differences between "
                "them. Undivided, e<sup>s</sup> lets the largest win by more. Try it "
                "with the slider on the next step."
            )
        )
        self.guess = ChoiceGuess(
            self.tr(
                "If scores were <b>not divided</b> by √d, this head's largest weight "
                "would be …"
            ),
            [self.tr("smaller"), self.tr("the same"), self.tr("larger")],
            is_ordered=True,
        )
        self.add(self.guess)
        self.begin_step(
            self.tr(
                "<b>Temperature</b> T divides all scores. Cold picks one key, heat "
                "spreads over all."
            ),
            why=self.tr(
                "A score adds up d<sub>k</sub> products: the more there are, the wider "
                "scores spread. Undivided, softmax (chapter 7) can make a <b>spike</b> "
                "of them, one key takes nearly all, and hardly any gradient gets back "
                "through it: learning stalls. So they are divided by √d<sub>k</sub>. "
                "You may have read that this lowers the temperature; it is an easy "
                "slip: not dividing is T = 1/√d<sub>k</sub>, and dividing is a "
                "<b>higher</b> temperature."
            ),
        )
        self.add(self.switch)
        self.bars = BarsView(self.tr("The row as trained, and with this T"))
        self.add(self.bars)
        self.outcome = PredictionChange(host)
        self.add(self.outcome)
        self.begin_step(
            why=self.tr(
                "Not every head spikes: it depends on how alike its queries and keys "
                "are. Here the head is sought whose undivided scores spike most for "
                "this query, in all layers."
            )
        )
        self.spike = self.say()
        self.show_sharpest = Button(self.tr("Show the sharpest spike"))
        self.show_sharpest.setToolTip(
            self.tr("Choose the layer and head whose undivided scores spike most")
        )
        self.show_sharpest.clicked.connect(self._on_sharpest)
        self.add_row(self.show_sharpest)
        self.chips = HeadChips()
        self.chips.headChosen.connect(self._on_head)
        self.add(self.chips)
        self.chips.setHidden(theme.presents())  # the keys , and . choose it, too
        self.maps = MapsView(self.tr("The row as trained, and with this T, as maps"))
        self.add(self.maps)
        self.begin_step(
            self.tr("<b>Dividing</b> keeps the slope that learning needs:"),
            why=self.tr(
                "The gradient that gets back through softmax is in proportion to w(1 − "
                "w), and to 1 / (T√d<sub>k</sub>), since the division comes before it. "
                "Even so a spike has almost none. The entropy says how even a row is, "
                "100 % where all weights are equal."
            ),
        )
        q, k = letter("q", Meaning.QUERY), letter("k", Meaning.KEY)
        temperature = letter("T")
        d_k = Script(letter("d"), below=letter("k"))
        formula = self.show_formula(
            formula_row(
                letter("w"),
                " = softmax",
                Paren(
                    Frac(formula_row(q, " · ", k), formula_row(temperature, Root(d_k)))
                ),
            ),
            self.tr("w = softmax(q·k / (T √d_k))"),
        )
        formula.setHidden(theme.presents())  # the table needs the room
        self.table = self.say()
        self.begin_step(
            self.tr("Why √d? Two random vectors of d numbers, many times:"),
            why=self.tr(
                "The product of two independent numbers of variance 1 has variance 1; "
                "a sum of d of them has variance d, so its spread (standard deviation) "
                "is √d. Dividing by √d brings it back to 1, whatever the width. The "
                "model's own scores grow in the same way."
            ),
        )
        self.numbers = Slider()
        self.numbers.setRange(0, len(WIDTHS) - 1)
        self.numbers.setAccessibleName(self.tr("Numbers in a vector"))
        self.numbers.setToolTip(self.tr("Draw random vectors of this width"))
        self.numbers.valueChanged.connect(self._on_width)
        self.add(self.numbers)
        self.widths = Marks(self.numbers, tuple(map(str, WIDTHS)))
        self.add(self.widths)
        self.random = BarsView(self.tr("How often each dot product came"))
        self.add(self.random)
        self.spread = self.say()
        self.growth = self.add_aside()
        self._on_width(0)
        self.close_with(
            self.tr(
                "Three minutes. Cover the slider and ask: hotter or colder, what makes "
                "a choice more decided? <b>Often misunderstood:</b> temperature. Ice "
                "is one rigid choice, steam spreads everywhere: cold is a spike, hot "
                "is flat. Scores of independent numbers with variance 1 have variance "
                "d<sub>k</sub>; dividing by its root brings it back to 1. The model "
                "was trained with its T; other values show what the division does, not "
                "what a model trained without it would do."
            )
        )
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._ask)

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the row at both temperatures; the model's answer follows later."""
        self.chips.setLesson(lesson, with_key=False)
        of = lesson.factors
        divisor = self._divisor(of)
        self._offer("" if of.has_own_divisor else _degrees(of.divisor, of))
        root = of.width**0.5
        self.marks.setWords((f"T = {written_out(1 / root)}", "1", written_out(root)))
        with QSignalBlocker(self.slider):
            self.slider.setValue(_place(divisor, of.width))
        is_off = _is_same(divisor, 1.0)
        self.switch.setValue(True if self._is_own(of) else False if is_off else None)
        self._show_spike(lesson)
        self.growth.say(
            self.tr("Spread of the undivided scores, with the first {list}.").format(
                list=", ".join(
                    self.tr("{n} numbers {spread}").format(
                        n=width, spread=written_out(spread)
                    )
                    for width, spread in one_head.growth(of, lesson.query)
                )
            )
        )
        self._ask_what_becomes(lesson)
        self._settle.stop()
        if of.axis is Axis.QUERIES and not self._is_own(of):
            # all N × N scores are needed: seconds, where there are many tokens
            self._is_busy = True
            self.host.ask(
                bound(lessons.query_weights, of, lesson.query, divisor),
                self._on_weights,
                on_failure=self._on_refused,
            )
            return
        other = None if self._is_own(of) else divisor
        self._show_row(lesson, one_head.row(of, lesson.query, divisor=other))
        self._seek(lesson)
        self._go_on()

    def _show_row(self, lesson: LessonData, now: QueryWeights) -> None:
        """Show the query's row as it runs and at the temperature that was chosen."""
        of, own = lesson.factors, lesson.row
        divisor = self._divisor(of)
        self.changed = now
        if self.isVisible():
            self.show_stage(lesson)
        own_name = f"T = {_degrees(of.divisor, of)}"
        name = f"T = {_degrees(divisor, of)}"
        self.table.say(
            "",
            Table(
                (self.tr("this row"), own_name, f"<b>{name}</b>"),
                self._rows((own, of.divisor), (now, divisor)),
            ),
        )
        top = max(own.largest, now.largest)
        self.bars.setVectors(
            [
                Vector(own_name, own.weights, None, written_out(own.largest), top),
                Vector(name, now.weights, Meaning.QUERY, written_out(now.largest), top),
            ]
        )
        self.maps.setMaps(
            [
                Small(own_name, lesson.patches(own.weights)),
                Small(name, lesson.patches(now.weights)),
            ],
            lesson.view.state.look.colormap,
        )

    def _rows(
        self, own: tuple[QueryWeights, float], now: tuple[QueryWeights, float]
    ) -> tuple[tuple[str, str, str], ...]:
        """Return the table of two rows of weights, each with its divisor."""

        def line(
            name: str, text: Callable[[QueryWeights, float], str]
        ) -> tuple[str, str, str]:
            return name, text(*own), f"<b>{text(*now)}</b>"

        return (
            line(
                self.tr("how even (entropy)"),
                lambda row, _: percent(row.relative_entropy),
            ),
            line(
                self.tr("effective number of tokens"),
                lambda row, _: written_out(row.breadth),
            ),
            line(self.tr("largest weight"), lambda row, _: written_out(row.largest)),
            line(
                self.tr("slope of softmax, Σ w (1 − w)"),
                lambda row, _: written_out(row.slope),
            ),
            line(
                self.tr("slope with the division, ÷ T√d"),
                lambda row, divisor: written_out(row.slope / divisor),
            ),
        )

    def _divisor(self, of: Factors) -> float:
        return of.divisor if self.divisor is None else self.divisor

    def _is_own(self, of: Factors) -> bool:
        return _is_same(self._divisor(of), of.divisor)

    def _on_weights(self, now: QueryWeights) -> None:
        self._is_busy = False
        if self.lesson is not None:
            self._show_row(self.lesson, now)
            self._go_on()

    def _on_refused(self, text: str) -> None:
        self._is_busy = False
        self.outcome.say(text)

    def _go_on(self) -> None:
        """Ask for the model's answer, once nothing else is under way."""
        if self._is_busy or self.lesson is None:
            return
        if self._is_own(self.lesson.factors):
            # at once: nothing has to run, so the layout does not move later
            self._ask()
        else:
            self._settle.start()

    # -- the head that is proposed -------------------------------------------------

    def _seek(self, lesson: LessonData) -> None:
        """Ask for the head with the sharpest spike, once for each trace and query."""
        wanted = lesson.trace, lesson.query
        is_right = lesson.factors.axis is Axis.KEYS
        if wanted == self._sought or not lesson.trace.is_complete or not is_right:
            return
        self._sought, self.sharpest = wanted, None
        self._is_busy = True
        self.host.ask(
            bound(lessons.sharpest, lesson.trace, lesson.query),
            self._on_found,
            on_failure=self._on_refused,
        )

    def _on_found(self, found: Sharpest | None) -> None:
        self._is_busy, self.sharpest = False, found
        if self.lesson is not None:
            self._show_spike(self.lesson)
            self._go_on()

    def _show_spike(self, lesson: LessonData) -> None:
        """Say whether this head spikes undivided, and which head does most."""
        of, found = lesson.factors, self.sharpest
        is_shown = of.axis is Axis.KEYS and (lesson.trace, lesson.query) == self._sought
        if not is_shown or found is None:
            self.spike.say("")
            self.show_sharpest.hide()
            return
        bare = one_head.row(of, lesson.query, divisor=1.0).largest
        is_it = (found.layer, found.head) == (lesson.layer, lesson.head)
        text = self.tr(
            "Undivided, layer {layer}, head {head} gives one key <b>{bare}</b>: "
            "{verdict}."
        ).format(
            layer=lesson.layer,
            head=lesson.head,
            bare=written_out(bare),
            verdict=self.tr("a spike") if bare >= SPIKE else self.tr("no spike"),
        )
        if is_it:
            text += self.tr(" No head spikes more.")
        else:
            text += self.tr(
                " Sharpest: layer {layer}, head {head}, <b>{most}</b>."
            ).format(
                layer=found.layer, head=found.head, most=written_out(found.undivided)
            )
        self.spike.say(text)
        self.show_sharpest.setHidden(is_it)

    def _on_sharpest(self) -> None:
        found = self.sharpest
        if found is not None:
            self.host.change(layer=found.layer, heads=HeadChoice((found.head,)))

    def forget(self) -> None:
        """Forget the picture and the model's answer."""
        super().forget()
        self._sought = self.sharpest = None
        self._is_busy = False
        self.outcome.forget()

    def leave(self) -> None:
        """Drop what was asked for."""
        self._settle.stop()
        if self._is_busy:
            self._sought, self._is_busy = None, False
        self.outcome.drop()

    def _ask(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        own = lesson.factors.divisor
        ratio = 1.0 if self.divisor is None else self.divisor / own
        changes = Interventions()
        if not _is_same(ratio, 1.0):
            changes = Interventions(temperature=round(ratio, 6))
        start = self.tr("In all heads:")
        self.outcome.compare(lesson, changes, start)

    def _offer(self, own: str) -> None:
        """Label the switch; `own` is a changed run's divisor as text, else empty."""
        if own == self._offered:
            return
        self._offered = own
        text, tip = self.tr("T = 1: as trained"), self.tr("Divide by √d_k")
        if own:
            text = self.tr("T = {own}: as it runs now").format(own=own)
            tip = self.tr("Divide as the run on screen does")
        none = (False, self.tr("T = 1/√d: not divided"), self.tr("Do not divide"))
        self.switch.setOptions([(True, text, tip), none])

    def _ask_what_becomes(self, lesson: LessonData) -> None:
        """Set what becomes of the largest weight without the division."""
        of = lesson.factors
        own = one_head.row(of, lesson.query, axis=Axis.KEYS).largest
        bare = one_head.row(of, lesson.query, divisor=1.0, axis=Axis.KEYS).largest
        truth = 2 if bare > LARGER * own else 0 if own > LARGER * bare else 1
        self.guess.setTruth(
            truth,
            self.tr("<b>{own}</b> becomes <b>{bare}</b>.").format(
                own=written_out(own), bare=written_out(bare)
            ),
        )

    def show_stage(self, lesson: LessonData) -> None:
        """Show the row at the temperature that was chosen on the large picture."""
        is_open = self.is_guessing()
        for control in (self.switch, self.slider, self.marks):
            control.setEnabled(not is_open)
        now = self.changed
        if is_open or now is None or self._is_own(lesson.factors):
            self.host.paint(None)
            return
        rgba = stage.tinted(lesson.patches(now.weights), lesson.view.state.look)
        self.host.paint(rgba)

    def _on_width(self, index: int) -> None:
        """Draw pairs of random vectors, and show how far their products spread."""
        width = WIDTHS[index]
        made = np.random.default_rng(width)
        q, k = made.standard_normal((2, PAIRS, width))
        products = (q * k).sum(1)
        counts, _ = np.histogram(products, BINS, (-FAR, FAR))
        divided, _ = np.histogram(products / math.sqrt(width), BINS, (-FAR, FAR))
        self.random.setVectors(
            [
                Vector("q·k", counts.astype(np.float32)),
                Vector("÷ √d", divided.astype(np.float32), Meaning.QUERY),
            ]
        )
        self.spread.say(
            self.tr(
                "d = {d}: spread <b>{spread}</b>, √d = {root}, divided <b>{divided}</b>"
            ).format(
                d=width,
                spread=written_out(float(products.std())),
                root=written_out(math.sqrt(width)),
                divided=written_out(float(products.std()) / math.sqrt(width)),
            )
        )

    def _on_switch(self, is_scaled: object) -> None:
        self._set_divisor(None if is_scaled else 1.0)

    def _on_slid(self, value: int) -> None:
        if self.lesson is None:
            return
        of = self.lesson.factors
        # by its place: the run's own divisor may lie between two steps
        is_own = value == _place(of.divisor, of.width)
        divisor = math.exp(math.log(of.width) * value / STEPS)
        self._set_divisor(None if is_own else divisor)

    def _set_divisor(self, divisor: float | None) -> None:
        self.divisor = divisor
        if self.lesson is not None:
            self.update_numbers(self.lesson)

    def _on_head(self, head: int) -> None:
        self.host.change(heads=HeadChoice((head,)))


def _degrees(divisor: float, of: Factors) -> str:
    """Return a divisor of the scores as a temperature, "0.177"; 1 is √d_k."""
    return written_out(divisor / of.width**0.5)


def _place(divisor: float, width: int) -> int:
    """Return a divisor's value on the slider, which is logarithmic from 1 to d_k."""
    # a logarithmic scale from 1 to 1 has no length
    if width < 2:
        return 0
    return round(STEPS * math.log(max(divisor, 1.0)) / math.log(width))


def _is_same(one: float, other: float) -> bool:
    return 1 / SAME < one / other < SAME
