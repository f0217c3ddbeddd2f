"""Chapter 5: scores divided by √d, and what another divisor (temperature) does."""

from __future__ import annotations

import math

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import Interventions
from vitviz.domain.number_text import written_out
from vitviz.lessons import one_head
from vitviz.lessons.one_head import Factors, QueryWeights
from vitviz.ui.base.text import percent
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.formula import Frac, Paren, Root, Script, letter
from vitviz.ui.learn.formula import row as formula_row
from vitviz.ui.learn.lesson import ChapterHost, LessonData, divisor_words
from vitviz.ui.learn.page import HeadChips, Page
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
# Divisors that differ by less than this factor count as the same.
SAME = 1.02


class ScalingPage(Page):
    """The page of chapter 5: the divisor, the row, its entropy, the answer."""

    kept = ("divisor", "_seen")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        # What scores are divided by; None: as the run on screen does.
        self.divisor: float | None = None
        self.changed: QueryWeights | None = None
        self._seen: set[str] = set()
        self._offered: str | None = None
        self.say(
            self.tr(
                "A score is a sum of d<sub>k</sub> products: the more there are, the "
                "wider scores spread. Undivided, they would become a spike in softmax, "
                "which makes weights of them (chapter 6): one key takes nearly all. "
                "Then learning stalls, since hardly any correction (gradient) gets "
                "back through a spike. So scores are divided by √d<sub>k</sub>."
            )
        )
        q, k = letter("q", Meaning.QUERY), letter("k", Meaning.KEY)
        temperature = letter("T")
        d_k = Script(letter("d"), below=letter("k"))
        self.show_formula(
            formula_row(
                letter("w"),
                " = softmax",
                Paren(Frac(formula_row(q, " · ", k), temperature)),
                ",   ",
                temperature,
                " = ",
                Root(d_k),
            ),
            self.tr("w = softmax(q·k / T), T = √d_k"),
        )
        self.say(
            self.tr(
                "T works like a temperature: cold, a small T, freezes on one key; "
                "heat, a large T, spreads over all. So dividing by √d<sub>k</sub> is a "
                "<b>higher</b> temperature, and a flatter row of weights."
            )
        )
        self.ask_to(
            self.tr(
                "Switch the scaling off, then move T above twice √d<sub>k</sub>. What "
                "becomes of the row of weights, and of the model's answer?"
            )
        )
        self.switch = Segmented(wraps=True)
        self.switch.setAccessibleName(self.tr("Scaling"))
        self._offer("")
        self.switch.valueChosen.connect(self._on_switch)
        self.slider = Slider()
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("T, what scores are divided by"))
        self.slider.setToolTip(self.tr("From 1, no scaling, to d_k"))
        self.slider.valueChanged.connect(self._on_slid)
        self.add(self.switch)
        self.add(self.slider)
        self.marks = Marks(self.slider, ("1", "√d", "d"))
        self.add(self.marks)
        self.bars = BarsView(self.tr("The row as trained, and with this T"))
        self.add(self.bars)
        self.outcome = PredictionChange(host)
        self.add(self.outcome)
        self.table = self.say()
        self.say(
            self.tr(
                "You may have read that dividing by √d<sub>k</sub> lowers the "
                "temperature. That is an easy slip: what divides the scores is the "
                "temperature, and it rises from 1 to √d<sub>k</sub>."
            ),
            "small",
        )
        self.chips = HeadChips()
        self.chips.headChosen.connect(self._on_head)
        self.add(self.chips)
        self.maps = MapsView(self.tr("The row as trained, and with this T, as maps"))
        self.add(self.maps)
        self.growth = self.say("", "small")
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
        """Show the row with both divisors; the model's answer follows later."""
        self.chips.setLesson(lesson, with_key=False)
        of, own = lesson.factors, lesson.row
        divisor = of.divisor if self.divisor is None else self.divisor
        now = one_head.row(of, lesson.query, divisor=divisor)
        self.changed = now
        is_own = _is_same(divisor, of.divisor)
        own_name = f"√{of.width}" if of.has_own_divisor else written_out(of.divisor)
        self._offer("" if of.has_own_divisor else own_name)
        self.marks.setWords(("T = 1", f"√{of.width}", f"{of.width}"))
        with QSignalBlocker(self.slider):
            self.slider.setValue(_place(divisor, of.width))
        is_off = _is_same(divisor, 1.0)
        self.switch.setValue(True if is_own else False if is_off else None)
        name = f"T = {written_out(divisor)}"
        own_words = f"T = {divisor_words(of)}"
        self.table.say("", self._numbers(own, now, own_words, name))
        top = max(own.largest, now.largest)
        self.bars.setVectors(
            [
                Vector(own_name, own.weights, None, written_out(own.largest), top),
                Vector(name, now.weights, Meaning.QUERY, written_out(now.largest), top),
            ]
        )
        self.maps.setMaps(
            [
                Small(f"T = {own_name}", lesson.patches(own.weights)),
                Small(name, lesson.patches(now.weights)),
            ],
            lesson.view.state.look.colormap,
        )
        self.growth.say(
            self.tr(
                "Spread (standard deviation) of this query's scores, undivided, if its "
                "vectors had only their first numbers: {list}."
            ).format(
                list=", ".join(
                    self.tr("{n} numbers: {spread}").format(
                        n=width, spread=written_out(spread)
                    )
                    for width, spread in one_head.growth(of, lesson.query)
                )
            )
        )
        self._notice(divisor, of)
        if is_own:
            self._settle.stop()
            # at once: nothing has to run, so the layout does not move later
            self._ask()
        else:
            self._settle.start()

    def forget(self) -> None:
        """Forget the picture and the model's answer."""
        super().forget()
        self.outcome.forget()

    def leave(self) -> None:
        """Drop what was asked for."""
        self._settle.stop()
        self.outcome.drop()

    def _numbers(
        self, own: QueryWeights, now: QueryWeights, own_name: str, name: str
    ) -> Table:
        return Table(
            (self.tr("this row"), own_name, f"<b>{name}</b>"),
            (
                (
                    self.tr("how even (entropy; flat: 100 %)"),
                    percent(own.relative_entropy),
                    f"<b>{percent(now.relative_entropy)}</b>",
                ),
                (
                    self.tr("as if so many tokens shared it"),
                    written_out(own.breadth),
                    f"<b>{written_out(now.breadth)}</b>",
                ),
                (
                    self.tr("largest weight"),
                    written_out(own.largest),
                    f"<b>{written_out(now.largest)}</b>",
                ),
                (
                    self.tr("gradient let through, Σ w (1 − w)"),
                    written_out(own.gradient),
                    f"<b>{written_out(now.gradient)}</b>",
                ),
            ),
        )

    def _ask(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        own = lesson.factors.divisor
        ratio = 1.0 if self.divisor is None else self.divisor / own
        changes = Interventions()
        if not _is_same(ratio, 1.0):
            changes = Interventions(temperature=round(ratio, 6))
        start = self.tr("With this T in every head of every layer:")
        self.outcome.compare(lesson, changes, start)

    def _offer(self, own: str) -> None:
        """Label the switch; `own` is a changed run's divisor as text, else empty."""
        if own == self._offered:
            return
        self._offered = own
        text, tip = self.tr("T = √d: as trained"), self.tr("Divide by √d_k")
        if own:
            text = self.tr("T = {own}: as it runs now").format(own=own)
            tip = self.tr("Divide as the run on screen does")
        none = (False, self.tr("T = 1: no scaling"), self.tr("Do not divide"))
        self.switch.setOptions([(True, text, tip), none])

    def _notice(self, divisor: float, of: Factors) -> None:
        if self.divisor is None:
            return
        if _is_same(divisor, 1.0):
            self._seen.add("off")
        if divisor > 2 * of.width**0.5:
            self._seen.add("high")
        if len(self._seen) == 2:
            self.done()

    def _on_switch(self, is_scaled: object) -> None:
        self._set_divisor(None if is_scaled else 1.0)

    def _on_slid(self, value: int) -> None:
        if self.lesson is None:
            return
        of = self.lesson.factors
        divisor = math.exp(math.log(of.width) * value / STEPS)
        self._set_divisor(None if _is_same(divisor, of.divisor) else divisor)

    def _set_divisor(self, divisor: float | None) -> None:
        self.divisor = divisor
        if self.lesson is not None:
            self.update_numbers(self.lesson)

    def _on_head(self, head: int) -> None:
        self.host.change(heads=HeadChoice((head,)))


def _place(divisor: float, width: int) -> int:
    """Return a divisor's value on the slider, which is logarithmic from 1 to d_k."""
    # a logarithmic scale from 1 to 1 has no length
    if width < 2:
        return 0
    return round(STEPS * math.log(max(divisor, 1.0)) / math.log(width))


def _is_same(one: float, other: float) -> bool:
    return 1 / SAME < one / other < SAME
